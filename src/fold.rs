//! What the log makes of games and ink: a fold in the log's order, whatever the order of arrival.
//!
//! A late step is put into its place, and everything from the last save point before it is folded again. Only game
//! steps change the [`Game`]; whether a stroke counts depends on the game at its place.

use crate::canvas::Ink;
use crate::event::Drawn;
use crate::game::{Effect, Game, GameStep, StepAt};
use crate::identity::Author;
use crate::operation::{OperationId, OrderKey};
use crate::payload::Board;

/// A save point is kept every so many steps.
const SAVE_EVERY: usize = 128;

/// What a step is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepBody {
    /// A step of a game.
    Game(GameStep),
    /// Ink on a sheet.
    Stroke(Board, Ink),
}

/// An operation that a game or a sheet cares about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its place in the log.
    pub key: OrderKey,
    /// Its operation.
    pub id: OperationId,
    /// What it is about.
    pub body: StepBody,
}

impl Step {
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

/// All steps of a room and what they come to.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    steps: Vec<(Step, bool)>,
    /// The game before step `i * SAVE_EVERY`.
    saves: Vec<Game>,
    game: Game,
}

impl Fold {
    /// The game after all steps.
    #[must_use]
    pub fn game(&self) -> &Game {
        &self.game
    }

    /// Whether the step of this key counts, or is a no-op.
    #[must_use]
    pub fn counts(&self, key: OrderKey) -> bool {
        self.steps.binary_search_by_key(&key, |(step, _)| step.key).is_ok_and(|at| self.steps[at].1)
    }

    /// The strokes on a sheet that count, the lowest first.
    pub fn strokes(&self, board: Board) -> impl Iterator<Item = Drawn> {
        self.on(board).map(|(step, ink)| Drawn { id: step.id, author: step.author(), ink: ink.clone() })
    }

    /// Hash of the visible sheet.
    #[must_use]
    pub fn canvas_digest(&self) -> [u8; 32] {
        sheet_digest(self.on(self.game.visible_board()).map(|(step, _)| step.id))
    }

    /// Takes new steps in, in any order.
    pub fn insert(&mut self, mut new: Vec<Step>) -> Change {
        new.sort_by_key(|step| step.key);
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

    /// Brings the game back to what it was before step `at`, and forgets later save points.
    fn rewind(&mut self, at: usize) {
        let save = at / SAVE_EVERY;
        self.game = self.saves[save].clone();
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
        let at = StepAt { id: step.id, author: step.author(), time: step.key.time.0 };
        let counts = match &step.body {
            StepBody::Game(game_step) => self.game.apply(at, game_step) == Effect::Counted,
            StepBody::Stroke(board, _) => self.game.takes_ink(step.author(), *board),
        };
        self.steps.push((step, counts));
    }

    fn on(&self, board: Board) -> impl Iterator<Item = (&Step, &Ink)> {
        self.steps.iter().filter(|(_, counts)| *counts).filter_map(move |(step, _)| match &step.body {
            StepBody::Stroke(on, ink) if *on == board => Some((step, ink)),
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
    use crate::canvas::{Color, Point, Points, Tool};
    use crate::clock::Timestamp;
    use crate::game::Rules;
    use crate::identity::Identity;
    use crate::operation::ChainId;

    fn step(author: Author, n: u64, body: StepBody) -> Step {
        let key = OrderKey { time: Timestamp::from_ms(n), chain: ChainId { author, log: 0 }, seq: n, id: 0 };
        Step { key, id: OperationId(blake3::hash(&n.to_be_bytes()).into()), body }
    }

    fn ink(stroke: u64) -> Ink {
        let points = Points::new(vec![Point::new(1, 2)]);
        Ink { stroke, tool: Tool::Pen, color: Color([0; 3]), width: 4, points }
    }

    /// Ink and proposals by two people, more than one save point long.
    fn steps() -> Vec<Step> {
        let people = [1, 2].map(|n| Identity::from_secret([n; 32]).author());
        let body = |n| match n % 7 {
            0 => StepBody::Game(GameStep::Proposed { rules: Rules::default() }),
            _ => StepBody::Stroke(Board::Free, ink(n)),
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

    proptest! {
        #[test]
        fn arrival_does_not_matter(order in prop::collection::vec(any::<prop::sample::Index>(), 300), cut in 1..80_usize) {
            let sorted = all(steps());
            let mut shuffled = steps();
            for (i, index) in order.iter().enumerate() {
                let len = shuffled.len();
                shuffled.swap(i, index.index(len));
            }
            let mut fold = Fold::default();
            for part in shuffled.chunks(cut) {
                fold.insert(part.to_vec());
            }
            prop_assert_eq!(fold.steps, sorted.steps);
            prop_assert_eq!(fold.saves, sorted.saves);
            prop_assert_eq!(fold.game, sorted.game);
        }
    }
}
