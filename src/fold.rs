//! What the log makes of games and ink: a fold in the log's order, whatever the order of arrival.
//!
//! A late step is put into its place, and everything from the last save point before it is folded again. Only game
//! steps change the [`Game`]; whether a step on a sheet counts depends on the game at its place, and on how much was done
//! on a turn's sheet before it. What the steps that count make of a sheet is for [`Sheet`](crate::canvas::Sheet) to say.
//!
//! Steps of long ago are let go: of them only what they came to is left, its base. A step that lands before it makes
//! the fold *stale*: it has to be made anew from the disk.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::canvas::{CanvasStep, Drawn, SheetId, UNDO_REACH, UndoHistory};
use crate::game::secret::{VoprfSecret, WordKey, word_key_from_reveal};
use crate::game::{Effect, Game, GameStep, StepAt};
use crate::identity::Author;
use crate::operation::{OperationId, OrderKey};
use crate::payload::Payload;
use crate::words::normalise;

mod budget;

use budget::Budget;
pub use budget::{MAX_TURN_FILLS, MAX_TURN_POINTS, MAX_TURN_STEPS};

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
    Canvas(SheetId, CanvasStep),
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
            Payload::Canvas { sheet, step } => StepBody::Canvas(*sheet, step.clone()),
            Payload::Profile(_) | Payload::Chat(_) | Payload::Unknown => return None,
        };
        let proven = match &body {
            StepBody::Game(step) => step.is_proven(key.chain.author),
            StepBody::Canvas(..) => true,
        };
        Some(Step { key, id, body, proven })
    }

    pub(crate) fn author(&self) -> Author {
        self.key.chain.author
    }

    /// What was done on this sheet, if it was on this one.
    fn on(&self, sheet: SheetId) -> Option<&CanvasStep> {
        match &self.body {
            StepBody::Canvas(on, step) if *on == sheet => Some(step),
            _ => None,
        }
    }
}

/// What the steps before some place come to, and with it whether the next one counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct State {
    game: Game,
    budget: Budget,
}

impl State {
    /// Takes the next step of the log. Returns what it did.
    pub(crate) fn take(&mut self, step: &Step) -> Effect {
        let at = StepAt { id: step.id, author: step.author(), time: step.key.time.0, proven: step.proven };
        match &step.body {
            StepBody::Game(game_step) => self.game.apply(at, game_step),
            StepBody::Canvas(sheet, done) => {
                (self.game.takes_ink(step.author(), *sheet) && self.budget.spend(*sheet, done)).into()
            }
        }
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
    state: State,
    /// The steps that count, in order, on the sheets that may be seen again: the room's own and the present one. Of the
    /// room's own those above the last clear that nobody can undo any more.
    marks: Vec<Step>,
    /// The steps that don't count: the first eight bytes of their ids, sorted.
    void: Vec<u64>,
    /// The votes that decided something, called likewise, and about whom.
    decided: BTreeMap<u64, Author>,
}

/// All steps of a room and what they come to.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    base: Base,
    steps: Vec<(Step, Effect)>,
    /// The state before step `i * SAVE_EVERY`.
    saves: Vec<State>,
    state: State,
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
pub struct FoldSnapshot {
    base: Base,
    steps: Vec<Step>,
    told: BTreeMap<(OperationId, u32), Told>,
}

/// A word that was told at the end of its turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    /// As it is normalised.
    word: String,
    /// The key of the turn.
    secret: VoprfSecret,
    /// Whether it is still found to be true, with all that came since.
    stands: bool,
}

impl Fold {
    /// The fold from its snapshot.
    #[must_use]
    pub fn from_snapshot(snapshot: FoldSnapshot) -> Self {
        let mut fold =
            Fold { state: snapshot.base.state.clone(), base: snapshot.base, told: snapshot.told, ..Fold::default() };
        fold.insert(snapshot.steps);
        fold
    }

    /// The snapshot of this fold. Lets go of old steps first.
    pub fn snapshot(&mut self) -> FoldSnapshot {
        self.let_go();
        let steps = self.steps.iter().map(|(step, _)| step).chain(&self.waiting).cloned().collect();
        FoldSnapshot { base: self.base.clone(), steps, told: self.told.clone() }
    }

    /// The game after all steps.
    #[must_use]
    pub fn game(&self) -> &Game {
        &self.state.game
    }

    /// The key of the word of a turn that is over, if it was told: it opens the sealed talk of that turn.
    #[must_use]
    pub fn told_key(&self, game: OperationId, turn: u32) -> Option<WordKey> {
        let Told { word, secret, .. } = self.told.get(&(game, turn))?;
        word_key_from_reveal(secret, word, game, turn)
    }

    /// Whether the word that was told at the end of a turn was found to be true.
    #[must_use]
    pub fn has_told(&self, game: OperationId, turn: u32) -> bool {
        self.told.get(&(game, turn)).is_some_and(|told| told.stands)
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
        self.effect(key).counts()
    }

    /// About whom the vote of this key decided something, if it did.
    #[must_use]
    pub fn decided(&self, key: OrderKey) -> Option<Author> {
        if self.base.upto.is_some_and(|upto| key <= upto) {
            return self.base.decided.get(&key.id).copied();
        }
        match self.effect(key) {
            Effect::Decided(player) => Some(player),
            Effect::None | Effect::Counted => None,
        }
    }

    /// The last votes after this place, at most `most`: which of them decides may have changed with what came late.
    pub fn votes_after(&self, key: OrderKey, most: usize) -> impl Iterator<Item = (&Step, &GameStep)> {
        let after = self.steps.iter().rev().map(|(step, _)| step).take_while(move |step| step.key > key);
        let votes = after.filter_map(|step| match &step.body {
            StepBody::Game(vote) if vote.is_told_when_decided() => Some((step, vote)),
            StepBody::Game(_) | StepBody::Canvas(..) => None,
        });
        votes.take(most)
    }

    fn effect(&self, key: OrderKey) -> Effect {
        let found = self.steps.binary_search_by_key(&key, |(step, _)| step.key);
        found.map_or(Effect::None, |at| self.steps[at].1)
    }

    /// The steps on a sheet that count, in order, without those under a clear that nobody can undo any more.
    pub fn marks(&self, sheet: SheetId) -> impl Iterator<Item = Drawn> {
        self.above(sheet).map(|(at, step)| Drawn { id: at.id, author: at.author(), step: step.clone() })
    }

    /// Which of the marks on a sheet stand, of those that undo can reach.
    #[must_use]
    pub fn undo_history(&self, sheet: SheetId) -> UndoHistory {
        // Undo and redo of what is in reach are in reach themselves: the steps farther down change nothing of it.
        let mut last: Vec<_> = self.on(sheet).rev().take(UNDO_REACH).collect();
        last.reverse();
        undo_history(last.into_iter())
    }

    /// Whether there is room on a sheet for all of these steps, one after the other.
    #[must_use]
    pub fn has_room_for<'a>(&self, sheet: SheetId, steps: impl IntoIterator<Item = &'a CanvasStep>) -> bool {
        let mut budget = self.state.budget;
        steps.into_iter().all(|step| budget.spend(sheet, step))
    }

    /// Hash of the visible sheet.
    #[must_use]
    pub fn canvas_digest(&self) -> [u8; 32] {
        sheet_digest(self.above(self.game().visible_sheet()).map(|(step, _)| step.id))
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
        let game_before = self.game().clone();
        let tail = self.steps.split_off(at);
        self.rewind(at);
        tail.into_iter().map(|(step, _)| step).filter(|step| !is_gone(&step.key)).for_each(|step| self.push(step));
        Change { game: *self.game() != game_before, reset: true, refolded: true }
    }

    /// Makes the fold anew from all steps of the log that are on the disk; those that came meanwhile are kept, wherever
    /// they landed.
    pub fn remake(&mut self, all: Vec<Step>) -> Change {
        let since = std::mem::take(&mut self.steps).into_iter().map(|(step, _)| step);
        let waiting = std::mem::take(&mut self.waiting).into_iter().chain(std::mem::take(&mut self.early));
        let (game_before, patient) = (self.game().clone(), self.patient);
        *self = Fold::default();
        self.insert(all.into_iter().chain(since).chain(waiting).collect());
        self.patient = patient;
        Change { game: *self.game() != game_before, reset: true, refolded: true }
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
        self.base.state = self.saves.first().cloned().unwrap_or_default();
        let seen = [SheetId::Free, self.base.state.game.visible_sheet()];
        self.base.decided.extend(old.iter().filter_map(|(step, effect)| match effect {
            Effect::Decided(player) => Some((step.key.id, *player)),
            Effect::None | Effect::Counted => None,
        }));
        let (counting, void): (Vec<_>, Vec<_>) = old.into_iter().partition(|(_, effect)| effect.counts());
        self.base.void.extend(void.into_iter().map(|(step, _)| step.key.id));
        self.base.void.sort_unstable();
        self.base.marks.extend(counting.into_iter().map(|(step, _)| step));
        self.base.marks.retain(|step| matches!(&step.body, StepBody::Canvas(sheet, _) if seen.contains(sheet)));
        self.base.let_go_of_what_is_covered();
        self.base.marks.shrink_to_fit();
    }

    fn fold_waiting(&mut self) -> Change {
        let mut new = std::mem::take(&mut self.waiting);
        new.sort_by_key(|step| step.key);
        let at = self.base.upto.map_or(0, |upto| new.partition_point(|step| step.key <= upto));
        self.early.extend(new.drain(..at));
        self.stale |= at > 0;
        let Some(first) = new.first().map(|step| step.key) else { return Change::default() };
        let (game_before, sheet_before) = (self.game().clone(), self.game().visible_sheet());
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
            game: *self.game() != game_before,
            reset: refolded || self.game().visible_sheet() != sheet_before,
            refolded,
        }
    }

    /// Brings the game back to what it was before step `at`, the first that is gone, and forgets later save points.
    fn rewind(&mut self, at: usize) {
        let save = (at / SAVE_EVERY).min(self.saves.len().saturating_sub(1));
        self.state = self.saves.get(save).cloned().unwrap_or_else(|| self.base.state.clone());
        self.saves.truncate(save);
        let replayed = self.steps.split_off(save * SAVE_EVERY);
        for (step, _) in replayed {
            self.push(step);
        }
    }

    fn push(&mut self, step: Step) {
        if self.steps.len().is_multiple_of(SAVE_EVERY) {
            self.saves.push(self.state.clone());
        }
        let effect = self.state.take(&step);
        if effect.counts() {
            self.keep_told(&step);
        }
        self.steps.push((step, effect));
    }

    /// A word that was told is kept: what was revealed once is no secret again, wherever late steps land. By these it may
    /// turn out to be a lie.
    fn keep_told(&mut self, step: &Step) {
        let StepBody::Game(GameStep::TurnEnded { game, turn, reveal, .. }) = &step.body else { return };
        let found = self.state.game.told_word(*game, *turn).map(|word| &word.text);
        if let Some(reveal) = reveal.as_ref().filter(|reveal| found == Some(&reveal.word)) {
            let told = Told { word: normalise(&reveal.word), secret: reveal.secret, stands: true };
            self.told.insert((*game, *turn), told);
        } else if let Some(told) = self.told.get_mut(&(*game, *turn)) {
            told.stands = false;
        }
    }

    fn on(&self, sheet: SheetId) -> impl DoubleEndedIterator<Item = (&Step, &CanvasStep)> {
        let recent = self.steps.iter().filter(|(_, effect)| effect.counts()).map(|(step, _)| step);
        self.base.marks.iter().chain(recent).filter_map(move |step| Some((step, step.on(sheet)?)))
    }

    fn above(&self, sheet: SheetId) -> impl Iterator<Item = (&Step, &CanvasStep)> {
        self.on(sheet).skip(covered(self.on(sheet)))
    }
}

impl Base {
    /// Whether a clear can be undone is settled by what comes after it: so this is the same whenever it is done.
    fn let_go_of_what_is_covered(&mut self) {
        let free = self.marks.iter().filter_map(|step| Some((step, step.on(SheetId::Free)?)));
        let mut covered = covered(free);
        self.marks.retain(|step| {
            let goes = covered > 0 && step.on(SheetId::Free).is_some();
            covered -= usize::from(goes);
            !goes
        });
    }
}

fn undo_history<'a>(steps: impl Iterator<Item = (&'a Step, &'a CanvasStep)>) -> UndoHistory {
    let mut undo = UndoHistory::default();
    steps.for_each(|(at, step)| drop(undo.push(at.author(), step)));
    undo
}

/// How many of these steps of one sheet will never be seen again: those up to the last clear that can't be undone.
fn covered<'a>(steps: impl Iterator<Item = (&'a Step, &'a CanvasStep)>) -> usize {
    undo_history(steps).settled_clear().map_or(0, |clear| clear + 1)
}

/// A hash of a sheet: the steps on it, in order. Equal for two peers exactly when the same steps in the same order make
/// their sheets, because an operation's id commits to all that it says.
fn sheet_digest(steps: impl IntoIterator<Item = OperationId>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of a sheet");
    for id in steps {
        hasher.update(&id.0);
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests;
