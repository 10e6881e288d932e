//! Tests of the election of drawers.

use super::script::{Script, operation, people};
use crate::game::{CancelReason, GameStep, Phase, commitment, drawing_order, nonce, seed};
use crate::identity::Author;
use crate::operation::OperationId;

fn hex(bytes: [u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(&bytes)
}

/// The values were computed with another implementation (blake3 for Python), as the formulas are part of the protocol.
#[test]
fn nonce_commitment_seed_and_order_match_another_implementation() {
    assert_eq!(
        hex(commitment(OperationId([9; 32]), Author([1; 32]), &[5; 32])),
        "bc1f70d2bcaf8c414cf3010e4125372e0530d5209e3f7d4f05ed440e99f39db4"
    );
    let seed = seed([[5; 32], [6; 32]]);
    assert_eq!(hex(seed), "9ad0eda68dbaccea6bcd41a6999fe01822c44775b2ae6f749b423231e228426a");
    let order = |round| -> Vec<u8> {
        let players = (1..6).map(|n| Author([n; 32]));
        drawing_order(&seed, round, players).iter().map(|player| player.0[0]).collect()
    };
    assert_eq!([order(0), order(1), order(2)], [[3, 5, 4, 2, 1], [1, 3, 5, 2, 4], [2, 5, 1, 3, 4]]);
}

#[test]
fn nonces_differ_by_game_and_person() {
    let people = people(2);
    let nonces = [(0, 1), (0, 2), (1, 1)].map(|(person, game)| nonce(&people[person], operation(game)));
    assert!(nonces[0] != nonces[1] && nonces[0] != nonces[2]);
    assert_eq!(nonces[0], nonce(&people[0], operation(1)));
}

#[test]
fn only_the_committed_nonce_opens() {
    let mut script = Script::new(3);
    script.closed(1, &[0, 1]);
    let game = script.id();
    assert!(!script.write(1, GameStep::Opened { game, nonce: [7; 32] }));
    assert!(!script.open(2), "not on the roster");
    assert!(script.open(1));
    assert!(!script.open(1), "opened already");
}

#[test]
fn a_copied_commitment_cannot_be_opened() {
    let mut script = Script::new(3);
    let mut ready = script.gathered(1, &[0, 1]);
    let game = script.id();
    let copied = commitment(game, script.who(1), &nonce(&script.people[1], game));
    assert!(script.write(2, GameStep::Ready { game, commit: copied }));
    ready.push(script.last());
    assert!(script.close(0, &ready));
    assert!(script.open(1));
    let nonce = nonce(&script.people[1], game);
    assert!(!script.write(2, GameStep::Opened { game, nonce }));
}

#[test]
fn the_order_of_openings_does_not_matter() {
    let mut script = Script::new(4);
    script.closed(3, &[0, 1, 2, 3]);
    let mut other = script.clone();
    let opened = script.opened(&[0, 1, 2, 3]);
    assert!(script.start(0, &opened));
    let opened = other.opened(&[2, 0, 3, 1]);
    assert!(other.start(0, &opened));
    assert_eq!(script.game.turns(), other.game.turns());
}

#[test]
fn a_start_names_every_opening_before_it() {
    let mut script = Script::new(4);
    script.closed(1, &[0, 1, 2, 3]);
    let mut opened = script.opened(&[0, 1, 2]);
    script.wait(3_000);
    assert!(!script.start(0, &opened[..2]), "leaves one out");
    assert!(!script.start(0, &[opened[0], opened[1], opened[2], operation(999)]), "names another operation");
    assert!(!script.start(1, &opened), "not the proposer");
    let mut others = script.clone();
    assert!(script.start(0, &opened));
    assert_eq!(script.game.phase(), Phase::Choosing);
    // The log orders the fourth player's opening before the start.
    assert!(others.open(3));
    opened.push(others.last());
    assert!(!others.start(0, &opened[..3]));
    assert!(others.start(0, &opened));
}

#[test]
fn a_start_without_some_waits_three_seconds_by_the_log() {
    let mut script = Script::new(3);
    script.closed(1, &[0, 1, 2]);
    let closed = script.ms - 1;
    let opened = script.opened(&[0, 1]);
    script.ms = closed + 2_999;
    assert!(!script.start(0, &opened));
    assert_eq!(script.ms, closed + 3_000);
    assert!(script.start(0, &opened));
    assert_eq!(script.others().len(), 1);
}

#[test]
fn one_opening_starts_nothing() {
    let mut script = Script::new(2);
    script.closed(1, &[0, 1]);
    let opened = script.opened(&[0]);
    script.wait(5_000);
    assert!(!script.start(0, &[opened[0], opened[0]]));
}

#[test]
fn a_second_roster_cancels_the_game() {
    let mut script = Script::new(3);
    let ready = script.gathered(1, &[0, 1, 2]);
    assert!(script.close(0, &ready));
    script.opened(&[0, 1, 2]);
    assert!(!script.close(1, &ready[..2]), "not the proposer");
    assert_eq!(script.game.phase(), Phase::Gathering);
    assert!(script.close(0, &ready[..2]));
    assert_eq!(script.game.phase(), Phase::Over);
    assert!(!script.cancel(0, CancelReason::TwoRosters));
}
