//! The fold of all steps of games and sheets, in the log's order, whatever the order of arrival.
//!
//! After a late step, everything from the last save point before it is folded again. Only game steps change the [`Game`].
//! Whether a step on a sheet counts depends on the game at that point of the log, and on the number of steps on the
//! turn's sheet before it. [`Sheet`](crate::canvas::Sheet) makes the picture of the steps that count.
//!
//! Old steps are dropped and replaced by their result, the base. A step that lands before the base makes the fold
//! *stale*: it has to be made anew from the disk.

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

/// The number of steps between save points.
const SAVE_EVERY: usize = 128;
/// The number of recent steps that are kept when older ones are dropped. A step that comes later than these makes the fold
/// stale.
const KEEP: usize = 32 * SAVE_EVERY;

/// The content of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepBody {
    /// A step of a game.
    Game(GameStep),
    /// A step on a sheet.
    Canvas(SheetId, CanvasStep),
}

/// An operation with a step of a game or on a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its key in the log's order.
    pub key: OrderKey,
    /// Its operation.
    pub id: OperationId,
    /// Its content.
    pub body: StepBody,
    /// The result of [`GameStep::is_proven`], computed once, when the step comes in.
    pub proven: bool,
}

impl Step {
    /// Returns the step of an operation, if it has one.
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

    /// Returns the step on this sheet, if it is one.
    fn on(&self, sheet: SheetId) -> Option<&CanvasStep> {
        match &self.body {
            StepBody::Canvas(on, step) if *on == sheet => Some(step),
            _ => None,
        }
    }
}

/// The state after some steps, which decides whether the next one counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) game: Game,
    budget: Budget,
}

impl State {
    /// Takes the next step of the log. Returns its effect.
    pub(crate) fn take(&mut self, step: &Step) -> Effect {
        let at = StepAt { id: step.id, author: step.author(), time: step.key.time.0, proven: step.proven };
        match &step.body {
            StepBody::Game(game_step) => self.game.apply(at, game_step),
            StepBody::Canvas(sheet, done) => {
                (self.game.may_draw(step.author(), *sheet) && self.budget.spend(*sheet, done)).into()
            }
        }
    }
}

/// The changes that new steps made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// True if the game changed.
    pub game: bool,
    /// True if the visible sheet changed in another way than by new steps at its end.
    pub reset: bool,
    /// True if a step landed before others, whose effects may have changed.
    pub refolded: bool,
}

/// The result of all dropped steps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Base {
    /// The last dropped step, if there is one.
    upto: Option<OrderKey>,
    state: State,
    /// The steps that count on the free sheet and on the visible one, in order; on the free sheet those after the last clear
    /// that can't be undone any more.
    marks: Vec<Step>,
    /// The first eight bytes of the ids of the steps that don't count, sorted.
    void: Vec<u64>,
    /// The votes that decided something, by the same eight bytes, with the player that they decided about.
    decided: BTreeMap<u64, Author>,
}

/// The fold of a room.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    base: Base,
    steps: Vec<(Step, Effect)>,
    /// The states before each step `i * SAVE_EVERY`.
    saves: Vec<State>,
    state: State,
    /// Steps that wait to be folded while many are coming in out of order.
    waiting: Vec<Step>,
    patient: bool,
    stale: bool,
    /// The words and keys that drawers revealed.
    revealed: BTreeMap<(OperationId, u32), Revealed>,
    /// Steps that landed before the base. They count when the fold is made anew.
    early: Vec<Step>,
}

/// A fold as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldSnapshot {
    base: Base,
    steps: Vec<Step>,
    #[serde(rename = "told")]
    revealed: BTreeMap<(OperationId, u32), Revealed>,
}

/// A word that was revealed at the end of its turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Revealed {
    /// The normalised word.
    word: String,
    /// The key of the turn.
    secret: VoprfSecret,
    /// True if it agrees with all steps so far.
    #[serde(rename = "stands")]
    is_true: bool,
}

impl Fold {
    /// Folds steps, which may be in any order. All of them are kept.
    #[must_use]
    pub fn of(steps: Vec<Step>) -> Self {
        let mut fold = Fold::default();
        fold.insert(steps);
        fold
    }

    /// Makes the fold of a snapshot.
    #[must_use]
    pub fn from_snapshot(snapshot: FoldSnapshot) -> Self {
        let mut fold = Fold {
            state: snapshot.base.state.clone(),
            base: snapshot.base,
            revealed: snapshot.revealed,
            ..Fold::default()
        };
        fold.insert(snapshot.steps);
        fold
    }

    /// Drops old steps, and returns a snapshot.
    pub fn snapshot(&mut self) -> FoldSnapshot {
        self.drop_old_steps();
        let steps = self.steps.iter().map(|(step, _)| step).chain(&self.waiting).cloned().collect();
        FoldSnapshot { base: self.base.clone(), steps, revealed: self.revealed.clone() }
    }

    /// Returns the game after all steps.
    #[must_use]
    pub fn game(&self) -> &Game {
        &self.state.game
    }

    /// Returns the key of the word of a turn, if it was revealed. It opens the sealed lines of that turn.
    #[must_use]
    pub fn revealed_key(&self, game: OperationId, turn: u32) -> Option<WordKey> {
        let Revealed { word, secret, .. } = self.revealed.get(&(game, turn))?;
        word_key_from_reveal(secret, word, game, turn)
    }

    /// Returns whether the word of a turn was revealed truly.
    #[must_use]
    pub fn has_revealed(&self, game: OperationId, turn: u32) -> bool {
        self.revealed.get(&(game, turn)).is_some_and(|revealed| revealed.is_true)
    }

    /// Returns whether a step landed before the base, so that the fold has to be made anew: see [`Fold::replace`].
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// Returns whether the step with this key counts.
    #[must_use]
    pub fn counts(&self, key: OrderKey) -> bool {
        if self.base.upto.is_some_and(|upto| key <= upto) {
            return self.base.void.binary_search(&key.id).is_err();
        }
        self.effect(key).counts()
    }

    /// Returns the player that the vote with this key decided about, if it decided something.
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

    /// Returns the last votes after this key, at most `most`: a late step may have changed which of them decides.
    pub fn votes_after(&self, key: OrderKey, most: usize) -> impl Iterator<Item = (&Step, &GameStep)> {
        let after = self.steps.iter().rev().map(|(step, _)| step).take_while(move |step| step.key > key);
        let votes = after.filter_map(|step| match &step.body {
            StepBody::Game(vote) if vote.is_shown_when_decided() => Some((step, vote)),
            StepBody::Game(_) | StepBody::Canvas(..) => None,
        });
        votes.take(most)
    }

    fn effect(&self, key: OrderKey) -> Effect {
        let found = self.steps.binary_search_by_key(&key, |(step, _)| step.key);
        found.map_or(Effect::None, |at| self.steps[at].1)
    }

    /// Returns the steps on a sheet that count, in order, without those before a clear that can't be undone any more.
    pub fn marks(&self, sheet: SheetId) -> impl Iterator<Item = Drawn> {
        self.above(sheet).map(|(at, step)| Drawn { id: at.id, author: at.author(), step: step.clone() })
    }

    /// Returns the undo history of a sheet.
    #[must_use]
    pub fn undo_history(&self, sheet: SheetId) -> UndoHistory {
        // Undo and redo of steps in reach are in reach themselves, so earlier steps change nothing.
        let mut last: Vec<_> = self.on(sheet).rev().take(UNDO_REACH).collect();
        last.reverse();
        undo_history(last.into_iter())
    }

    /// Returns whether all of these steps would count on a sheet, as far as their number goes.
    #[must_use]
    pub fn has_room_for<'a>(&self, sheet: SheetId, steps: impl IntoIterator<Item = &'a CanvasStep>) -> bool {
        let mut budget = self.state.budget;
        steps.into_iter().all(|step| budget.spend(sheet, step))
    }

    /// Returns a hash of the steps on the visible sheet.
    #[must_use]
    pub fn canvas_digest(&self) -> [u8; 32] {
        sheet_digest(self.above(self.game().visible_sheet()).map(|(step, _)| step.id))
    }

    /// Sets whether steps are gathered and folded only now and then, because many are coming in out of order, and each one
    /// would fold all later ones again. Returns the changes made when that ends.
    pub fn be_patient(&mut self, patient: bool) -> Change {
        self.patient = patient;
        if patient { Change::default() } else { self.fold_waiting() }
    }

    /// Takes new steps in, in any order.
    pub fn insert(&mut self, new: Vec<Step>) -> Change {
        self.waiting.extend(new);
        // If there is half as much new each time, folding again and again costs only a few times as much as folding once.
        if self.patient && self.waiting.len() < SAVE_EVERY.max(self.steps.len() / 2) {
            return Change::default();
        }
        self.fold_waiting()
    }

    /// Removes steps that are no longer part of the log.
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

    /// Puts a fold of all stored steps of the log in the place of this one, and adds those that came in meanwhile. `is_held`:
    /// whether a step is still part of the log.
    pub fn replace(&mut self, made: Fold, is_held: impl Fn(&Step) -> bool) -> Change {
        let before = std::mem::replace(self, made);
        let gone = self.steps.iter().filter(|(step, _)| !is_held(step)).map(|(step, _)| step.key).collect();
        self.remove(&gone);
        let game_before = before.state.game;
        let since = before.steps.into_iter().map(|(step, _)| step).chain(before.waiting).chain(before.early);
        // Nearly all of them are in the new fold. To insert those again would fold all later ones again.
        let since = since.filter(|step| self.steps.binary_search_by_key(&step.key, |(held, _)| held.key).is_err());
        let since = since.collect();
        self.insert(since);
        self.patient = before.patient;
        Change { game: *self.game() != game_before, reset: true, refolded: true }
    }

    /// Drops all but the last steps, if there are many.
    pub fn drop_old_steps(&mut self) {
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
        self.base.drop_covered();
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

    /// Goes back to the state before step `at`, the first that was split off, and drops later save points.
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
            self.note_reveal(&step);
        }
        self.steps.push((step, effect));
    }

    /// Notes a revealed word. It stays known, whatever late steps change; but these may show that it is false.
    fn note_reveal(&mut self, step: &Step) {
        let StepBody::Game(GameStep::TurnEnded { game, turn, reveal, .. }) = &step.body else { return };
        let found = self.state.game.revealed_word(*game, *turn).map(|word| &word.text);
        if let Some(reveal) = reveal.as_ref().filter(|reveal| found == Some(&reveal.word)) {
            let revealed = Revealed { word: normalise(&reveal.word), secret: reveal.secret, is_true: true };
            self.revealed.insert((*game, *turn), revealed);
        } else if let Some(revealed) = self.revealed.get_mut(&(*game, *turn)) {
            revealed.is_true = false;
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
    /// Drops the steps of the free sheet up to the last clear that can't be undone any more. Which clear that is depends only
    /// on the steps after it, so the result doesn't depend on when this is called.
    fn drop_covered(&mut self) {
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

/// Returns the number of these steps of one sheet up to the last clear that can't be undone.
fn covered<'a>(steps: impl Iterator<Item = (&'a Step, &'a CanvasStep)>) -> usize {
    undo_history(steps).settled_clear().map_or(0, |clear| clear + 1)
}

/// Returns a hash of the steps on a sheet in their order. An operation's id commits to its content.
fn sheet_digest(steps: impl IntoIterator<Item = OperationId>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of a sheet");
    for id in steps {
        hasher.update(&id.0);
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests;
