//! Whole quizzes, played by honest programs that share one ordered log and exchange guesses directly. No guesser may lose
//! points, and no word may be said while it can be guessed.

use std::collections::BTreeSet;

use super::script::words;
use super::world::{Program, World};
use crate::game::guess::{PeerReply, PeerRequest};
use crate::game::state::Quiz;
use crate::game::{Delivery, GameStep, GameView, GuessOutcome, GuessTicket, OutgoingGuess, Phase, QuizRules, Rules};
use crate::name::{RoomId, RoomName};
use crate::words::normalise;

/// A quiz.
struct Match {
    world: World,
    /// Guesses without an outcome, by program.
    open: BTreeSet<(usize, GuessTicket)>,
    /// Of this number of replies one is lost; 0 for none.
    lose_every: usize,
    replies: usize,
    lost: usize,
}

fn room() -> RoomId {
    RoomName::lobby().id()
}

impl Match {
    fn started(people: u8, offered: u32, lose_every: usize) -> Self {
        let mut world = World::new(people);
        let quiz = QuizRules { offered, hints: 2, close: true };
        let rules = Rules { rounds: 1, seconds: 20, quiz: Some(quiz), ..Rules::default() };
        world.ask(0, |driver, game, _, now| driver.start(game, rules, &words(), now)).unwrap();
        (1..people.into()).for_each(|program| world.ready(program));
        Match { world, open: BTreeSet::new(), lose_every, replies: 0, lost: 0 }
    }

    fn say(&mut self, from: usize, text: &str) {
        let now = self.world.now;
        let game = self.world.game();
        let Program { driver, identity, .. } = &mut self.world.programs[from];
        match driver.talk(&game, text, now.wall_ms) {
            Delivery::Plain | Delivery::Sealed => {}
            Delivery::Miss(step) | Delivery::Whisper(step) => self.world.write(from, step),
            Delivery::Guess => {
                if let Ok((ticket, request)) = driver.guesses().guess(&game, room(), identity, text.to_owned(), now) {
                    self.open.insert((from, ticket));
                    self.exchange(from, request);
                }
            }
        }
        self.world.settle();
        let game = self.world.game();
        let Program { driver, identity, .. } = &mut self.world.programs[from];
        let next = driver.guesses().next(&game, room(), identity);
        self.exchange(from, next);
        self.world.settle();
    }

    fn exchange(&mut self, from: usize, request: Option<OutgoingGuess>) {
        let Some(OutgoingGuess { to, ticket, request }) = request else { return };
        let game = self.world.game();
        let (now, author) = (self.world.now, self.world.who(from));
        let to = (0..self.world.programs.len()).find(|other| self.world.who(*other) == to).unwrap();
        let Program { driver, identity, .. } = &mut self.world.programs[to];
        let request = PeerRequest::decode(&PeerRequest::Guess(request).encode().unwrap()).unwrap();
        let reply = driver.asked(&game, room(), identity, author, request, now);
        let reply = PeerReply::decode(&reply.encode().unwrap()).unwrap();
        self.replies += 1;
        let lost = self.lose_every > 0 && self.replies.is_multiple_of(self.lose_every);
        self.lost += usize::from(lost);
        let Program { driver, identity, .. } = &mut self.world.programs[from];
        let (outcome, dropped) =
            driver.guesses().replied(&game, room(), identity, ticket, Some(reply).filter(|_| !lost));
        self.open.retain(|open| *open != (from, ticket) && !dropped.iter().any(|ticket| *open == (from, *ticket)));
        if let Some(GuessOutcome::Solved(step) | GuessOutcome::Wrong(step)) = outcome {
            self.world.write(from, step);
        }
    }

    fn view(&self, program: usize) -> GameView {
        self.world.view(program)
    }

    /// Plays one turn: each guesser is wrong once, then most of them are right. `restart`: the drawer's program restarts in
    /// between.
    fn play_turn(&mut self, restart: bool) {
        let turn = self.world.game().turn();
        let drawer = self.world.drawer();
        if !self.view(drawer).offers.is_empty() {
            self.world.ask(drawer, |driver, game, _, now| driver.choose(game, 0, now)).unwrap();
        }
        self.world.run_until(|world| world.game().phase() == Phase::Drawing);
        let word = self.view(drawer).word.unwrap().text;
        let people = self.world.programs.len();
        let all = words();
        for (n, guesser) in (0..people).filter(|person| *person != drawer).enumerate() {
            self.say(guesser, &all.words()[n % all.words().len()].text);
        }
        if restart {
            self.world.restart(drawer);
        }
        for (n, guesser) in (0..people).filter(|person| *person != drawer).enumerate() {
            self.world.pass(1_000);
            if n % 4 != 3 && self.world.game().turn() == turn {
                self.say(guesser, &format!("isn't it {word}?"));
                self.say(guesser, "too easy");
            }
        }
        self.world.run_until(|world| world.game().turn() != turn);
    }

    /// Plays to the end; returns the numbers of solvers and of sealed lines.
    fn play(mut self, restart: bool) -> (usize, usize) {
        while self.world.game().phase() != Phase::Over {
            self.world.run_until(|world| {
                world.game().phase() == Phase::Drawing || {
                    let drawer = world.drawer();
                    !world.view(drawer).offers.is_empty()
                }
            });
            self.play_turn(restart);
        }
        self.world.settle();
        self.check()
    }

    fn check(&self) -> (usize, usize) {
        let people = self.world.programs.len();
        assert_eq!(self.open, BTreeSet::new(), "guesses without an outcome");
        assert_eq!(self.lost > 0, self.lose_every > 0);
        let shared = |program| GameView { joined: false, wants_end: false, ..self.view(program) };
        (1..people).for_each(|program| assert_eq!(shared(program), shared(0)));
        let game = self.world.game();
        let quiz = game.table().unwrap().quiz.as_ref().unwrap();
        assert_eq!(Quiz::turns(quiz).count(), people);
        let mut solved = 0;
        for turn in quiz.turns() {
            let word = turn.word().expect("an honest drawer reveals the word");
            assert!(!turn.lied());
            let claims = turn.guessers().iter().filter(|guesser| turn.has_solved(**guesser)).count();
            assert_eq!(turn.solvers().len(), claims, "an honest solver gets nothing");
            solved += claims;
            let said = self.world.log.iter().filter_map(|(_, step)| match step {
                GameStep::Guessed { turn: said_in, text, .. } if *said_in == turn.turn => Some(text),
                _ => None,
            });
            said.for_each(|text| assert!(!words().candidates(text).contains(&normalise(&word.text)), "{text}"));
        }
        (solved, self.world.count(|step| matches!(step, GameStep::Whispered { .. })))
    }
}

#[test]
fn all_programs_agree_on_the_winners_of_a_quiz_of_any_size() {
    for people in [2, 3, 7, 24] {
        let (solved, whispers) = Match::started(people, 3, 0).play(false);
        assert!(solved >= usize::from(people) && (whispers > 0 || people == 2), "{people}: {solved} {whispers}");
    }
}

#[test]
fn lost_replies_and_restarted_drawers_cost_no_points() {
    for (people, lose_every) in [(3, 2), (5, 3), (5, 5)] {
        let (solved, _) = Match::started(people, 1, lose_every).play(true);
        assert!(solved > 0, "{people}");
    }
}
