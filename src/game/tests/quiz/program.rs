//! What the programs of a simulated quiz do: their own steps, and what they ask each other straight.

use super::world::{Happening, Heard, Machine, PATIENCE_MS, World};
use crate::game::guess::{Ask, GuessRequest, Reply};
use crate::game::secret::TurnKey;
use crate::game::{GameStep, GuessTicket, Guessed};

impl World {
    /// As the room does after every input.
    pub(super) fn conduct(&mut self, who: usize, live: bool) {
        let now = self.clock(who);
        let machine = &mut self.machines[who];
        let plan = machine.player.advance(machine.fold.game(), &machine.identity, &machine.online, now, live);
        machine.wake = plan.wake;
        machine.open.retain(|ticket| !plan.in_vain.contains(ticket));
        let ask = machine.player.next_ask(machine.fold.game(), World::room(), &machine.identity);
        let life = machine.life;
        if let Some(at) = plan.wake {
            let in_ms = at.saturating_sub(now.mono_ms);
            self.later(in_ms, Happening::Wake { who, life, at });
        }
        self.wake_person(who);
        for step in plan.steps {
            self.note_choice(who, &step);
            self.write(who, step);
        }
        self.ask(who, ask);
    }

    /// Whoever is to draw looks up, when the drawing before was looked at.
    fn wake_person(&mut self, who: usize) {
        let game = self.machines[who].game();
        let turn = game.id().zip(game.turn()).filter(|_| game.drawer() == Some(self.machines[who].author()));
        if turn.is_some() && self.machines[who].turn != turn {
            self.machines[who].turn = turn;
            let (at, life) = (self.chance.between(5_500, 9_000), self.machines[who].life);
            self.later(at, Happening::Act { who, life, again: false });
        }
    }

    /// Remembers the word that was locked.
    pub(super) fn note_choice(&mut self, who: usize, step: &GameStep) {
        let GameStep::WordLocked { game, turn, word: key, .. } = step else { return };
        let mine = self.machines[who].player.mine.as_ref().unwrap();
        let draw = self.machines[who].game().turns().unwrap().seed();
        let secret = TurnKey::new(&self.machines[who].identity, draw, *game, *turn);
        let is_it = |text: &&String| secret.word_key(&crate::words::normalise(text)).public() == *key;
        let word = mine.offers.iter().map(|word| &word.text).find(is_it).unwrap().clone();
        self.chosen.entry((*game, *turn)).or_default().push(word);
    }

    /// Sends a guess to the drawer.
    pub(super) fn ask(&mut self, from: usize, ask: Option<crate::game::Ask>) {
        let Some(crate::game::Ask { to, ticket, request }) = ask else { return };
        let (to, life) = (self.index(to), self.machines[from].life);
        self.heard.push(Heard::Request(request.clone()));
        let bytes = Ask::Guess(request).encode().unwrap();
        let Ok(Ask::Guess(request)) = Ask::decode(&bytes) else { unreachable!() };
        if self.chance.percent(self.plan.loss / 2) {
            self.later(PATIENCE_MS, Happening::Replied { to: from, life, ticket, reply: None });
        } else {
            let way = self.chance.between(1, self.plan.delay_ms + 1);
            self.later(way, Happening::Asked { from, to, life, ticket, request });
        }
    }

    pub(super) fn asked(&mut self, from: usize, to: usize, life: u32, ticket: GuessTicket, request: GuessRequest) {
        let mut reply = None;
        if self.reaches(from, to) {
            let (now, author) = (self.clock(to), self.machines[from].author());
            let Machine { player, fold, identity, .. } = &mut self.machines[to];
            let answer = player.asked(fold.game(), World::room(), identity, author, Ask::Guess(request), now);
            self.heard.push(Heard::Reply(answer.clone()));
            reply = Some(Reply::decode(&answer.encode().unwrap()).unwrap());
        }
        let lost = reply.is_none() || self.chance.percent(self.plan.loss / 2);
        let way = if lost { PATIENCE_MS } else { self.chance.between(1, self.plan.delay_ms + 1) };
        self.later(way, Happening::Replied { to: from, life, ticket, reply: reply.filter(|_| !lost) });
    }

    pub(super) fn replied(&mut self, who: usize, ticket: GuessTicket, reply: Option<Reply>) {
        let Machine { player, fold, identity, open, told, .. } = &mut self.machines[who];
        let (outcome, in_vain) = player.replied(fold.game(), World::room(), identity, ticket, reply);
        open.retain(|one| *one != ticket && !in_vain.contains(one));
        match outcome {
            Some(Guessed::Solved(step)) => {
                told.push(Ok(true));
                self.write(who, step);
            }
            Some(Guessed::Wrong(step)) => {
                told.push(Ok(false));
                self.write(who, step);
            }
            Some(Guessed::Failed(error)) => told.push(Err(error)),
            None => {}
        }
        self.conduct(who, true);
    }
}
