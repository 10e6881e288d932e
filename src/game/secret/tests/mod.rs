mod answers;
mod dictionary;
mod hostile;
mod reveal;
mod sealing;
mod vectors;

use super::*;
use crate::identity::{Author, Identity};

const GAME: OperationId = OperationId([9; 32]);
const TURN: u32 = 2;
/// The seed of the game.
const DRAW: [u8; 32] = [6; 32];

/// The identity of the drawer; those of Ana and Ben follow.
fn drawer() -> Identity {
    Identity::from_secret([1; 32])
}

fn ana() -> Identity {
    Identity::from_secret([2; 32])
}

fn ben() -> Identity {
    Identity::from_secret([3; 32])
}

fn turn_key() -> TurnKey {
    TurnKey::new(&drawer(), &DRAW, GAME, TURN)
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

fn blinding<const N: usize>(guesser: &Identity, candidates: [&str; N]) -> Blinding {
    Blinding::new(guesser, GAME, TURN, &words(candidates)).unwrap()
}

fn publics(keys: &[WordKey]) -> Vec<WordPublic> {
    keys.iter().map(WordKey::public).collect()
}
