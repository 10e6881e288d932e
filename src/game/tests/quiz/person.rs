//! What simulated people do.

use super::plan::words;
use super::world::{Machine, World};
use crate::game::{Game, GameStep, Phase, PlayError, Player, Talk};

impl World {
    /// Somebody does something, or not.
    pub(super) fn act(&mut self, who: usize) {
        let view = self.view(who);
        let dice = self.chance.below(100);
        match view.phase {
            Phase::Gathering if !view.joined => self.request(who, |player, game, machine| player.ready(game, machine)),
            // Some don't look: their program takes a word.
            Phase::Choosing if !view.offers.is_empty() && view.turn % 5 == 4 => {}
            Phase::Choosing if !view.offers.is_empty() => self.choose(who, view.offers.len()),
            Phase::Choosing | Phase::Drawing | Phase::Revealed if !view.joined => {
                self.request(who, |player, game, machine| player.ready(game, machine));
            }
            Phase::Drawing if view.guessing => self.guess(who),
            Phase::Drawing if dice < 3 => self.request(who, |player, game, _| player.pass(game)),
            Phase::Drawing if dice < 30 => self.say(who, "hello"),
            Phase::Choosing | Phase::Drawing if dice == 98 && view.round > 1 => self.leave(who),
            Phase::Choosing | Phase::Drawing if dice == 97 => {
                self.request(who, |player, game, _| player.end_game(game));
            }
            Phase::Choosing | Phase::Drawing if dice == 99 => self.request(who, |player, game, _| player.skip(game)),
            _ => {}
        }
    }

    fn request(
        &mut self,
        who: usize,
        step: impl FnOnce(&mut Player, &Game, &crate::identity::Identity) -> Result<GameStep, PlayError>,
    ) {
        let Machine { player, fold, identity, .. } = &mut self.machines[who];
        if let Ok(step) = step(player, fold.game(), identity) {
            self.write(who, step);
        }
    }

    fn leave(&mut self, who: usize) {
        let Machine { player, fold, .. } = &mut self.machines[who];
        let steps = player.leave(fold.game()).unwrap_or_default();
        steps.into_iter().for_each(|step| self.write(who, step));
    }

    /// Sometimes one word and, before the program has it on the disk, another.
    fn choose(&mut self, who: usize, offered: usize) {
        for _ in 0..=usize::from(self.chance.percent(15)) {
            let (index, now) = (self.chance.below(offered), self.clock(who));
            let Machine { player, fold, .. } = &mut self.machines[who];
            if let Ok(step) = player.choose(fold.game(), index, now) {
                self.note_choice(who, &step);
                self.write(who, step);
            }
        }
    }

    /// Every third guess is right.
    fn guess(&mut self, who: usize) {
        let name = self.machines[who].game().id().zip(self.machines[who].game().turn());
        let right = name.and_then(|name| self.chosen.get(&name)).and_then(|chosen| chosen.first());
        let text = match (right, self.chance.below(9)) {
            (Some(right), 0) => right.clone(),
            (Some(right), 1) => format!("Is it {right}?"),
            (Some(right), 2) => format!("{right} moon 집"),
            (_, 3) => "what is that".to_owned(),
            (_, 4) => "moon, cream, 집 and 달".to_owned(),
            _ => {
                let words = words();
                words.words()[self.chance.below(words.words().len())].text.clone()
            }
        };
        self.say(who, &text);
        if self.chance.percent(10) {
            self.say(who, "꽃 꽃 나무");
        }
    }

    /// As the room says a line.
    fn say(&mut self, who: usize, text: &str) {
        let now = self.clock(who);
        let Machine { player, fold, identity, open, told, .. } = &mut self.machines[who];
        match player.talk(fold.game(), text, now.wall_ms) {
            Talk::Plain | Talk::Sealed => {}
            Talk::Miss(step) | Talk::Whisper(step) => self.write(who, step),
            Talk::Guess => match player.guess(fold.game(), World::room(), identity, text.to_owned(), now) {
                Ok((ticket, ask)) => {
                    open.insert(ticket);
                    self.ask(who, ask);
                }
                Err(error) => told.push(Err(error)),
            },
        }
    }
}
