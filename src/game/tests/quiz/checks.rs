//! What must hold of every quiz that was played to its end.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Chance, words};
use super::world::World;
use crate::fold::{Fold, Step, StepBody};
use crate::game::fold::Stage;
use crate::game::quiz::{End, Quiz};
use crate::game::{Game, GameStep, GameView, StepAt};
use crate::identity::Author;

/// How much happened in some worlds.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    pub turns: usize,
    pub revealed: usize,
    pub solved: usize,
    pub lines: usize,
    pub whispers: usize,
    pub skipped: usize,
    pub failed: usize,
}

/// The players of a round, its drawers in their order, and those who were gone when it was their turn.
type RoundSeen = (BTreeSet<Author>, Vec<Author>, BTreeSet<Author>);

impl Tally {
    pub fn add(self, other: Tally) -> Tally {
        Tally {
            turns: self.turns + other.turns,
            revealed: self.revealed + other.revealed,
            solved: self.solved + other.solved,
            lines: self.lines + other.lines,
            whispers: self.whispers + other.whispers,
            skipped: self.skipped + other.skipped,
            failed: self.failed + other.failed,
        }
    }
}

fn game_step(step: &Step) -> &GameStep {
    match &step.body {
        StepBody::Game(step) => step,
        StepBody::Canvas(..) => unreachable!("nobody draws here"),
    }
}

fn at(step: &Step) -> StepAt {
    StepAt { id: step.id, author: step.key.chain.author, time: step.key.time.0, proven: step.proven }
}

impl World {
    pub fn check(&self) -> Tally {
        let seed = self.plan.seed;
        let mut log = self.steps.clone();
        log.sort_by_key(|step| step.key);
        let game = self.check_folds(&log);
        for machine in &self.machines {
            assert_eq!(machine.game(), &game, "seed {seed}: {} sees another game", machine.author().fingerprint());
            assert_eq!(machine.open, BTreeSet::new(), "seed {seed}: guesses whose end nobody was told");
        }
        self.check_views();
        self.check_rounds(&log);
        self.check_secrecy(&log, &game);
        self.check_honest(&game, &log)
    }

    /// Whatever the order in which the steps came.
    fn check_folds(&self, log: &[Step]) -> Game {
        let mut game = Game::default();
        for step in log {
            game.apply(at(step), game_step(step));
        }
        let mut chance = Chance::new(self.plan.seed ^ 0x5eed);
        for _ in 0..2 {
            let mut shuffled = log.to_vec();
            chance.shuffle(&mut shuffled);
            let mut fold = Fold::default();
            while !shuffled.is_empty() {
                let rest = shuffled.split_off(shuffled.len().min(1 + chance.below(40)));
                fold.insert(std::mem::replace(&mut shuffled, rest));
            }
            assert_eq!(fold.game(), &game, "seed {}: another order of arrival", self.plan.seed);
            let image = fold.image();
            assert_eq!(Fold::from_image(image).game(), &game, "seed {}: from the disk", self.plan.seed);
        }
        game
    }

    /// The same players, scores, mask, solvers on every screen, and so the same winner.
    fn check_views(&self) {
        let shared = |who: usize| {
            let mut view =
                GameView { joined: false, may_join: false, removed: false, remaining_ms: 0, ..self.view(who) };
            view.players.iter_mut().for_each(|player| player.online = true);
            view
        };
        for who in 1..self.machines.len() {
            assert_eq!(shared(who), shared(0), "seed {}: {who} sees something else", self.plan.seed);
        }
    }

    /// Everybody draws once a round, unless they were removed before or gone when it was their turn.
    fn check_rounds(&self, log: &[Step]) {
        let mut game = Game::default();
        let mut rounds: BTreeMap<u32, RoundSeen> = BTreeMap::new();
        let mut last = None;
        for step in log {
            game.apply(at(step), game_step(step));
            let Some(turns) = game.turns() else { continue };
            if last.is_some_and(|turn| turn > turns.turn()) {
                rounds.clear(); // a late opening made the start void
            }
            if last != Some(turns.turn()) {
                let (players, drawers, _) = rounds.entry(turns.round()).or_default();
                players.extend(turns.players());
                drawers.extend(turns.drawer());
            }
            let (.., gone) = rounds.entry(turns.round()).or_default();
            gone.extend(turns.players().iter().filter(|player| turns.is_gone(**player)));
            last = Some(turns.turn());
        }
        let over = matches!(game.table().map(|table| &table.stage), Some(Stage::Over { cancelled: None, .. }));
        for (round, (players, drawers, gone)) in rounds {
            let once: BTreeSet<Author> = drawers.iter().copied().collect();
            assert_eq!(once.len(), drawers.len(), "seed {}: somebody draws twice in {round}", self.plan.seed);
            let passed: BTreeSet<Author> = players.difference(&once).copied().collect();
            assert!(!over || passed.is_subset(&gone), "seed {}: somebody never draws in {round}", self.plan.seed);
        }
    }

    /// No word was said in a line while it was guessed.
    fn check_secrecy(&self, log: &[Step], game: &Game) {
        let quiz = game.table().and_then(|table| table.quiz.as_ref());
        for step in log {
            let GameStep::Guessed { game: name, turn, text } = game_step(step) else { continue };
            let locked = quiz.and_then(|quiz| quiz.turn(*turn)).and_then(|turn| turn.word());
            let asked = words().candidates(text);
            let is_said = |word: &crate::words::Word| asked.contains(&crate::words::normalise(&word.text));
            assert!(!locked.is_some_and(is_said), "seed {}: {text} said in turn {turn} of {name:?}", self.plan.seed);
        }
    }

    /// Nobody here cheats, so nothing may be held against anybody.
    fn check_honest(&self, game: &Game, log: &[Step]) -> Tally {
        let seed = self.plan.seed;
        let mut tally = Tally::default();
        let table = game.table().unwrap();
        for turn in table.quiz.as_ref().into_iter().flat_map(Quiz::turns) {
            tally.turns += 1;
            assert!(!turn.lied(), "seed {seed}: an honest drawer is taken for a liar in turn {}", turn.turn);
            tally.skipped += usize::from(turn.end == Some(End::Silent));
            let Some(word) = turn.word() else { continue };
            tally.revealed += 1;
            let chosen = &self.chosen[&(table.id, turn.turn)];
            assert!(chosen.contains(&word.text), "seed {seed}: {} told, {chosen:?} chosen", word.text);
            for guesser in turn.guessers().iter().filter(|guesser| turn.has_solved(**guesser)) {
                let counts = turn.solvers().iter().any(|claim| claim.author == *guesser);
                assert!(counts, "seed {seed}: an honest solver of turn {} gets nothing", turn.turn);
                tally.solved += 1;
            }
        }
        let count = |is_it: fn(&GameStep) -> bool| log.iter().filter(|step| is_it(game_step(step))).count();
        tally.lines = count(|step| matches!(step, GameStep::Guessed { .. }));
        tally.whispers = count(|step| matches!(step, GameStep::Whispered { .. }));
        tally.failed = self.machines.iter().flat_map(|machine| &machine.told).filter(|told| told.is_err()).count();
        tally
    }
}
