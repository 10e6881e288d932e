//! The words of the turns, as far as they were told.

use std::collections::BTreeMap;

use crate::canvas::SheetId;
use crate::fold::{Step, StepBody};
use crate::game::{Game, GameStep, StepAt};
use crate::identity::Author;
use crate::words::Word;

/// What was drawn in a turn of a quiz: its word was told at the end, and agrees with what had been locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The word.
    pub word: Word,
    /// Who knew it, in the order of their receipts.
    pub solved: Vec<Author>,
}

/// The words of all turns, by the sheets of these, from all steps of a room in the log's order.
pub(super) fn told_words(steps: &[Step]) -> BTreeMap<SheetId, Told> {
    let (mut told, mut game) = (BTreeMap::new(), Game::default());
    for step in steps {
        let StepBody::Game(done) = &step.body else { continue };
        if matches!(done, GameStep::Proposed { .. }) {
            told.extend(of_game(&game)); // it may take the place of the one before
        }
        let at = StepAt { id: step.id, author: step.author(), time: step.key.time.0, proven: step.proven };
        game.apply(at, done);
    }
    told.extend(of_game(&game));
    told
}

fn of_game(game: &Game) -> impl Iterator<Item = (SheetId, Told)> {
    let of_turn = |id| {
        move |(turn, word, solved): (u32, &Word, _)| {
            (SheetId::Turn { game: id, turn }, Told { word: word.clone(), solved })
        }
    };
    game.id().into_iter().flat_map(move |id| game.told_words().map(of_turn(id)))
}
