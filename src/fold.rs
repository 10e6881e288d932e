//! What the log makes of games and ink: a fold in the log's order, whatever the order of arrival.
//!
//! A late step is put into its place, and everything from the last save point before it is folded again. Only game
//! steps change the [`Game`]; whether a stroke counts depends on the game at its place.
//!
//! Steps of long ago are let go: of them only what they came to is left, its base. A step that lands before it makes
//! the fold *stale*: it has to be made anew from the disk.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::canvas::{CanvasStep, Drawn};
use crate::game::secret::{VoprfSecret, WordKey, word_key_from_reveal};
use crate::game::{Effect, Game, GameStep, StepAt};
use crate::identity::Author;
use crate::operation::{OperationId, OrderKey};
use crate::payload::{Board, Payload};
use crate::words::normalise;

/// A save point is kept every so many steps.
const SAVE_EVERY: usize = 128;
/// Steps that are kept behind the base when older ones are let go: as late as that a step may come cheaply.
const KEEP: usize = 32 * SAVE_EVERY;

/// What a step is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepBody {
    /// A step of a game.
    Game(GameStep),
    /// A step on a sheet.
    Canvas(Board, CanvasStep),
}

/// An operation that a game or a sheet cares about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its place in the log.
    pub key: OrderKey,
    /// Its operation.
    pub id: OperationId,
    /// What it is about.
    pub body: StepBody,
    /// What [`GameStep::is_proven`] says of it: worked out once, when the step comes in.
    pub proven: bool,
}

impl Step {
    /// The step in an operation, if there is one.
    #[must_use]
    pub fn new(key: OrderKey, id: OperationId, payload: &Payload) -> Option<Self> {
        let body = match payload {
            Payload::Game(step) => StepBody::Game(step.clone()),
            Payload::Canvas { board, step } => StepBody::Canvas(*board, step.clone()),
            Payload::Profile(_) | Payload::Chat(_) | Payload::Unknown => return None,
        };
        let proven = match &body {
            StepBody::Game(step) => step.is_proven(key.chain.author),
            StepBody::Canvas(..) => true,
        };
        Some(Step { key, id, body, proven })
    }

    fn author(&self) -> Author {
        self.key.chain.author
    }
}

/// What new steps did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// The game is not what it was.
    pub game: bool,
    /// The visible sheet changed in another way than by strokes put on top.
    pub reset: bool,
    /// Some step came after one that stands behind it: verdicts given before may have changed.
    pub refolded: bool,
}

/// What all steps before some place came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Base {
    /// The last step that is in it; `None`: there is none.
    upto: Option<OrderKey>,
    game: Game,
    /// The strokes that count, in order, on the sheets that may be seen again: the room's own and the present one.
    strokes: Vec<Step>,
    /// The steps that don't count: the first eight bytes of their ids, sorted.
    void: Vec<u64>,
}

/// All steps of a room and what they come to.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    base: Base,
    steps: Vec<(Step, bool)>,
    /// The game before step `i * SAVE_EVERY`.
    saves: Vec<Game>,
    game: Game,
    /// Steps that wait to be folded, while many are coming in out of order.
    waiting: Vec<Step>,
    patient: bool,
    stale: bool,
    /// The words of turns that are over, with the keys that their drawers revealed.
    told: BTreeMap<(OperationId, u32), Told>,
    /// Steps that landed before what was let go: they count when the fold is made anew.
    early: Vec<Step>,
}

/// A fold as it is kept on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldImage {
    base: Base,
    steps: Vec<Step>,
    told: BTreeMap<(OperationId, u32), Told>,
}

/// A word that was told at the end of its turn, as it is normalised, and the key of the turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Told(String, VoprfSecret);

impl Fold {
    /// The fold from its image.
    #[must_use]
    pub fn from_image(image: FoldImage) -> Self {
        let mut fold = Fold { game: image.base.game.clone(), base: image.base, told: image.told, ..Fold::default() };
        fold.insert(image.steps);
        fold
    }

    /// The image of this fold. Lets go of old steps first.
    pub fn image(&mut self) -> FoldImage {
        self.let_go();
        let steps = self.steps.iter().map(|(step, _)| step).chain(&self.waiting).cloned().collect();
        FoldImage { base: self.base.clone(), steps, told: self.told.clone() }
    }

    /// The game after all steps.
    #[must_use]
    pub fn game(&self) -> &Game {
        &self.game
    }

    /// The key of the word of a turn that is over, if it was told: it opens the sealed talk of that turn.
    #[must_use]
    pub fn told_key(&self, game: OperationId, turn: u32) -> Option<WordKey> {
        let Told(word, secret) = self.told.get(&(game, turn))?;
        word_key_from_reveal(secret, word, game, turn)
    }

    /// Whether a step landed before what was let go: the fold has to be made anew, see [`Fold::remake`].
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// Whether the step of this key counts, or is a no-op.
    #[must_use]
    pub fn counts(&self, key: OrderKey) -> bool {
        if self.base.upto.is_some_and(|upto| key <= upto) {
            return self.base.void.binary_search(&key.id).is_err();
        }
        self.steps.binary_search_by_key(&key, |(step, _)| step.key).is_ok_and(|at| self.steps[at].1)
    }

    /// The steps on a sheet that count, in order.
    pub fn marks(&self, board: Board) -> impl Iterator<Item = Drawn> {
        self.on(board).map(|(at, step)| Drawn { id: at.id, author: at.author(), step: step.clone() })
    }

    /// Hash of the visible sheet.
    #[must_use]
    pub fn canvas_digest(&self) -> [u8; 32] {
        sheet_digest(self.on(self.game.visible_board()).map(|(step, _)| step.id))
    }

    /// While `patient`, steps are gathered and folded now and then only: many are coming in out of order, and each one
    /// would fold all behind it again. Returns what was folded when the patience ends.
    pub fn be_patient(&mut self, patient: bool) -> Change {
        self.patient = patient;
        if patient { Change::default() } else { self.fold_waiting() }
    }

    /// Takes new steps in, in any order.
    pub fn insert(&mut self, new: Vec<Step>) -> Change {
        self.waiting.extend(new);
        // Folding again and again costs no more than a few times folding once if each time there is half as much new.
        if self.patient && self.waiting.len() < SAVE_EVERY.max(self.steps.len() / 2) {
            return Change::default();
        }
        self.fold_waiting()
    }

    /// Takes steps out that are no longer part of the log.
    pub fn remove(&mut self, gone: &BTreeSet<OrderKey>) -> Change {
        let is_gone = |key: &OrderKey| gone.contains(key);
        self.waiting.retain(|step| !is_gone(&step.key));
        self.early.retain(|step| !is_gone(&step.key));
        self.stale |= gone.iter().any(|key| self.base.upto.is_some_and(|upto| *key <= upto));
        let first = self.steps.iter().position(|(step, _)| is_gone(&step.key));
        let Some(at) = first else { return Change::default() };
        let game_before = self.game.clone();
        let tail = self.steps.split_off(at);
        self.rewind(at);
        tail.into_iter().map(|(step, _)| step).filter(|step| !is_gone(&step.key)).for_each(|step| self.push(step));
        Change { game: self.game != game_before, reset: true, refolded: true }
    }

    /// Makes the fold anew from all steps of the log that are on the disk; those that came meanwhile are kept, wherever
    /// they landed.
    pub fn remake(&mut self, all: Vec<Step>) -> Change {
        let since = std::mem::take(&mut self.steps).into_iter().map(|(step, _)| step);
        let waiting = std::mem::take(&mut self.waiting).into_iter().chain(std::mem::take(&mut self.early));
        let (game_before, patient) = (self.game.clone(), self.patient);
        *self = Fold::default();
        self.insert(all.into_iter().chain(since).chain(waiting).collect());
        self.patient = patient;
        Change { game: self.game != game_before, reset: true, refolded: true }
    }

    /// Lets go of all but the last steps, if there are many.
    pub fn let_go(&mut self) {
        let spare = self.steps.len().saturating_sub(KEEP) / SAVE_EVERY * SAVE_EVERY;
        if spare < KEEP || self.stale {
            return;
        }
        let kept = self.steps.split_off(spare);
        let old = std::mem::replace(&mut self.steps, kept);
        self.saves.drain(..spare / SAVE_EVERY);
        self.base.upto = old.last().map(|(step, _)| step.key);
        self.base.game = self.saves.first().cloned().unwrap_or_default();
        let seen = [Board::Free, self.base.game.visible_board()];
        let (counting, void): (Vec<_>, Vec<_>) = old.into_iter().partition(|(_, counts)| *counts);
        self.base.void.extend(void.into_iter().map(|(step, _)| step.key.id));
        self.base.void.sort_unstable();
        self.base.strokes.extend(counting.into_iter().map(|(step, _)| step));
        self.base.strokes.retain(|step| matches!(&step.body, StepBody::Canvas(board, _) if seen.contains(board)));
        self.base.strokes.shrink_to_fit();
    }

    fn fold_waiting(&mut self) -> Change {
        let mut new = std::mem::take(&mut self.waiting);
        new.sort_by_key(|step| step.key);
        let at = self.base.upto.map_or(0, |upto| new.partition_point(|step| step.key <= upto));
        self.early.extend(new.drain(..at));
        self.stale |= at > 0;
        let Some(first) = new.first().map(|step| step.key) else { return Change::default() };
        let (game_before, board_before) = (self.game.clone(), self.game.visible_board());
        let at = self.steps.partition_point(|(step, _)| step.key < first);
        let tail = self.steps.split_off(at);
        let refolded = !tail.is_empty();
        if refolded {
            self.rewind(at);
        }
        let mut merged: Vec<Step> = tail.into_iter().map(|(step, _)| step).chain(new).collect();
        merged.sort_by_key(|step| step.key);
        merged.dedup_by_key(|step| step.key);
        for step in merged {
            self.push(step);
        }
        Change {
            game: self.game != game_before,
            reset: refolded || self.game.visible_board() != board_before,
            refolded,
        }
    }

    /// Brings the game back to what it was before step `at`, the first that is gone, and forgets later save points.
    fn rewind(&mut self, at: usize) {
        let save = (at / SAVE_EVERY).min(self.saves.len().saturating_sub(1));
        self.game = self.saves.get(save).cloned().unwrap_or_else(|| self.base.game.clone());
        self.saves.truncate(save);
        let replayed = self.steps.split_off(save * SAVE_EVERY);
        for (step, _) in replayed {
            self.push(step);
        }
    }

    fn push(&mut self, step: Step) {
        if self.steps.len().is_multiple_of(SAVE_EVERY) {
            self.saves.push(self.game.clone());
        }
        let at = StepAt { id: step.id, author: step.author(), time: step.key.time.0, proven: step.proven };
        let counts = match &step.body {
            StepBody::Game(game_step) => self.play(at, game_step),
            StepBody::Canvas(board, _) => self.game.takes_ink(step.author(), *board),
        };
        self.steps.push((step, counts));
    }

    /// A word that was told is kept: what was revealed once is no secret again, wherever late steps land.
    fn play(&mut self, at: StepAt, step: &GameStep) -> bool {
        let counts = self.game.apply(at, step) == Effect::Counted;
        if let GameStep::TurnEnded { game, turn, reveal: Some(reveal), .. } = step
            && self.game.told_word(*game, *turn).is_some_and(|word| counts && word.text == reveal.word)
        {
            self.told.insert((*game, *turn), Told(normalise(&reveal.word), reveal.secret));
        }
        counts
    }

    fn on(&self, board: Board) -> impl Iterator<Item = (&Step, &CanvasStep)> {
        let recent = self.steps.iter().filter(|(_, counts)| *counts).map(|(step, _)| step);
        self.base.strokes.iter().chain(recent).filter_map(move |step| match &step.body {
            StepBody::Canvas(on, done) if *on == board => Some((step, done)),
            _ => None,
        })
    }
}

/// A hash of a sheet: the strokes on it, the lowest first. Equal for two peers exactly when they see the same strokes
/// in the same order, because an operation's id commits to all of its ink.
fn sheet_digest(strokes: impl IntoIterator<Item = OperationId>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of a sheet");
    for id in strokes {
        hasher.update(&id.0);
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::canvas::{Color, Ink, Point, Points, Tool};
    use crate::clock::Timestamp;
    use crate::game::{Rules, WordList};
    use crate::identity::Identity;
    use crate::operation::ChainId;

    fn step(author: Author, n: u64, body: StepBody) -> Step {
        let key = OrderKey { time: Timestamp::from_ms(n), chain: ChainId { author, log: 0 }, seq: n, id: 0 };
        Step { key, id: OperationId(blake3::hash(&n.to_be_bytes()).into()), body, proven: true }
    }

    fn ink(stroke: u64) -> Ink {
        let points = Points::new(vec![Point::new(1, 2)]);
        Ink { stroke, tool: Tool::Pen, color: Color([0; 3]), width: 4, points }
    }

    /// Ink and proposals by two people, more than one save point long.
    fn steps() -> Vec<Step> {
        let people = [1, 2].map(|n| Identity::from_secret([n; 32]).author());
        let body = |n| match n % 7 {
            0 => StepBody::Game(GameStep::Proposed { rules: Rules::default(), words: WordList::default(), more: 0 }),
            _ => StepBody::Canvas(Board::Free, CanvasStep::Ink(ink(n))),
        };
        (0..300).map(|n| step(people[usize::from(n % 3 == 0)], n, body(n))).collect()
    }

    fn all(steps: Vec<Step>) -> Fold {
        let mut fold = Fold::default();
        fold.insert(steps);
        fold
    }

    #[test]
    fn ink_on_top_is_no_reset_and_ink_below_is() {
        let mut steps = steps();
        let last = steps.pop().unwrap();
        let early = steps.remove(10);
        let mut fold = all(steps);
        assert_eq!(fold.insert(vec![last]), Change::default());
        assert_eq!(fold.insert(vec![early]), Change { game: false, reset: true, refolded: true });
    }

    /// Ink alone, so that little is folded: three times as much as is kept.
    fn many() -> Vec<Step> {
        let author = Identity::from_secret([1; 32]).author();
        (0..3 * KEEP as u64 + 77)
            .map(|n| step(author, n, StepBody::Canvas(Board::Free, CanvasStep::Ink(ink(n)))))
            .collect()
    }

    #[test]
    fn what_was_let_go_still_counts() {
        let whole = all(many());
        let mut fold = all(many());
        fold.let_go();
        assert!(fold.steps.len() < whole.steps.len() - KEEP, "{}", fold.steps.len());
        assert_eq!(fold.canvas_digest(), whole.canvas_digest());
        assert_eq!(fold.game, whole.game);
        assert!(whole.steps.iter().all(|(step, counts)| fold.counts(step.key) == *counts));
        let read = Fold::from_image(fold.image());
        assert_eq!((read.canvas_digest(), read.steps.len()), (whole.canvas_digest(), fold.steps.len()));
        assert!(whole.steps.iter().all(|(step, counts)| read.counts(step.key) == *counts));
    }

    #[test]
    fn a_step_before_what_was_let_go_makes_the_fold_stale_until_it_is_made_anew() {
        let mut steps = many();
        let early = steps.remove(10);
        let whole = all(many());
        let mut fold = all(steps.clone());
        fold.let_go();
        let last = steps.pop().unwrap();
        fold.insert(vec![early.clone()]);
        assert!(fold.is_stale());
        steps.push(early);
        fold.remake(steps); // `last` was in the fold already, but not on the disk
        assert!(!fold.is_stale() && fold.counts(last.key));
        assert_eq!(fold.canvas_digest(), whole.canvas_digest());
    }

    #[test]
    fn what_lands_early_while_the_fold_is_made_anew_is_not_lost() {
        let mut steps = many();
        let whole = all(many());
        let (late, early) = (steps.remove(20), steps.remove(10));
        let mut fold = all(steps.clone());
        fold.let_go();
        fold.insert(vec![early.clone()]);
        steps.push(early); // this is what the disk holds as it is read
        fold.insert(vec![late]);
        fold.remake(steps);
        assert!(!fold.is_stale());
        assert_eq!(fold.canvas_digest(), whole.canvas_digest());
    }

    #[test]
    fn a_step_that_is_gone_is_as_if_it_had_never_come() {
        let mut steps = steps();
        let mut fold = all(steps.clone());
        let gone: BTreeSet<OrderKey> = [7, 150, 151].map(|at: usize| steps[at].key).into();
        fold.remove(&gone);
        steps.retain(|step| !gone.contains(&step.key));
        let fresh = all(steps);
        assert_eq!((fold.steps, fold.saves, fold.game), (fresh.steps, fresh.saves, fresh.game));
    }

    proptest! {
        #[test]
        fn arrival_does_not_matter(order in prop::collection::vec(any::<prop::sample::Index>(), 300), cut in 1..80_usize, patient: bool) {
            let sorted = all(steps());
            let mut shuffled = steps();
            for (i, index) in order.iter().enumerate() {
                let len = shuffled.len();
                shuffled.swap(i, index.index(len));
            }
            let mut fold = Fold::default();
            fold.be_patient(patient);
            for part in shuffled.chunks(cut) {
                fold.insert(part.to_vec());
            }
            fold.be_patient(false);
            prop_assert_eq!(fold.steps, sorted.steps);
            prop_assert_eq!(fold.saves, sorted.saves);
            prop_assert_eq!(fold.game, sorted.game);
        }
    }
}
