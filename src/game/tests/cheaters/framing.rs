//! Drawers who try to take an honest solver's points.

use super::table::{FEW, LENGTH_MS, Table, room};
use crate::game::guess::{GuessRequest, Receipt};
use crate::game::secret::{Blinding, VoprfPublic};
use crate::game::{EndReason, GameStep, Phase, guesser_points};
use crate::operation::OperationId;
use crate::words::{Level, Mask, normalise};

const WORD: &str = "banana"; // a medium one

/// Makes a turn in which an honest guesser is wrong twice, says so, and then solves the word; returns the requests too.
fn honest_solver() -> (Table, usize, usize, Vec<GuessRequest>) {
    let (mut table, drawer, honest, _) = Table::drawing(WORD);
    let mut requests = vec![table.request(honest, ["moon"], 0, None)];
    let first = table.say(honest, "moon");
    requests.push(table.request(honest, ["cream", "ice cream"], 1, Some(first)));
    let second = table.say(honest, "ice cream");
    requests.push(table.request(honest, [WORD], 3, Some(second)));
    let solved = table.solved(honest, table.answer(&requests[2], 20_000).receipt, 0, WORD);
    assert!(table.write(honest, solved));
    (table, drawer, honest, requests)
}

fn full() -> u32 {
    guesser_points(Level::Medium, 20_000, LENGTH_MS.into(), 0)
}

#[test]
fn requests_whose_lines_were_said_are_no_evidence() {
    let (table, drawer, honest, requests) = honest_solver();
    let reversed = requests.iter().rev().cloned().collect();
    for evidence in [requests.clone(), vec![requests[1].clone()], vec![requests[2].clone()], reversed] {
        let mut table = table.clone();
        table.end(WORD, evidence);
        assert!(table.open(honest, WORD));
        assert_eq!((table.points(honest), table.points(drawer)), (full(), full() / 2));
    }
}

#[test]
fn requests_of_another_turn_or_game_are_no_evidence() {
    let (table, _, honest, requests) = honest_solver();
    let me = &table.people[honest];
    let (blinded, voprf) = (&requests[2].blinded, table.key().public());
    let elsewhere = [
        GuessRequest::new(me, room(), (table.id(), 1, voprf), 60, None, blinded.clone()),
        GuessRequest::new(me, room(), (OperationId([3; 32]), 0, voprf), 60, None, blinded.clone()),
        // The game was started before, with other openings.
        GuessRequest::new(me, room(), (table.id(), 0, VoprfPublic([3; 32])), 60, None, blinded.clone()),
    ];
    for request in elsewhere {
        let mut table = table.clone();
        table.end(WORD, vec![request, requests[2].clone()]);
        assert!(table.open(honest, WORD));
        assert_eq!(table.points(honest), full());
    }
}

#[test]
fn forged_evidence_is_held_against_the_drawer_alone() {
    let (table, drawer, honest, requests) = honest_solver();
    let good = requests[2].clone();
    let me = &table.people[drawer];
    let by_drawer = GuessRequest::new(me, room(), table.first_turn(), 60, None, good.blinded.clone());
    for forged in [
        GuessRequest { said: None, ..good.clone() },
        GuessRequest { asked_before: 60, ..good.clone() },
        GuessRequest { signature: [1; 64], ..good.clone() },
        GuessRequest { guesser: table.who(honest), ..by_drawer },
    ] {
        let mut table = table.clone();
        table.end(WORD, vec![forged]);
        assert!(table.of_turn(|turn| turn.lied()));
        assert_eq!((table.points(honest), table.points(drawer)), (FEW, 0));
    }
    let mut table = table.clone();
    table.end(WORD, vec![good; 25]);
    assert!(table.of_turn(|turn| turn.lied()), "more evidence than there can be players");
}

/// The lines come after the end of the turn in the log, because they were on their way or their author's clock is ahead.
#[test]
fn lines_that_come_after_the_end_count_as_said() {
    let (mut table, drawer, honest, _) = Table::drawing(WORD);
    let began = table.ms;
    let first = table.request(honest, ["moon"], 0, None);
    let mut own = table.clone();
    let line = own.say(honest, "moon");
    let second = table.request(honest, [WORD], 1, Some(line));
    let receipt = table.answer(&second, 20_000).receipt;
    // The drawer ends the turn without having the line, backdated to its beginning.
    let ended = table.ended(Some(table.reveal(WORD)), vec![second, first]);
    let solved = table.solved(honest, receipt, 0, WORD);
    table = own;
    assert!(table.write_dated(drawer, began, ended));
    assert!(table.write(honest, solved) && table.open(honest, WORD));
    assert_eq!(table.points(honest), full());
}

#[test]
fn a_solver_gets_all_points_once_the_missing_line_arrives() {
    let (table, drawer, honest, requests) = honest_solver();
    let is_line = |step: &crate::fold::Step| matches!(&step.body, crate::fold::StepBody::Game(GameStep::Guessed { text, .. }) if text == "ice cream");
    let mut without = table.clone();
    without.steps.retain(|step| !is_line(step));
    let line = table.steps.iter().find(|step| is_line(step)).unwrap().clone();
    without.write_dated(drawer, table.ms + 1, table.ended(Some(table.reveal(WORD)), vec![requests[2].clone()]));
    without.write_dated(honest, table.ms + 2, table.unblinded(honest, WORD));
    assert_eq!(without.points(honest), 0);
    without.steps.push(line);
    assert_eq!(without.points(honest), full());
}

fn locked(table: &Table, word: &str) -> GameStep {
    let (voprf, key) = (table.key().public(), table.word_key(word).public());
    GameStep::WordLocked { game: table.id(), turn: 0, voprf, word: key, mask: Mask::of(word) }
}

/// A backdated lock of another word counts instead of the one that guesses were answered by.
#[test]
fn a_backdated_lock_of_another_word_takes_nothing_from_the_solver() {
    let (mut table, drawer, honest, other) = Table::drawing(WORD);
    let locked_ms = table.ms;
    table.solve(honest, WORD, 20_000);
    let again = locked(&table, "moon");
    assert!(!table.write(drawer, again.clone()), "after the first");
    assert!(table.write_dated(drawer, locked_ms - 1, again));
    let points = |table: &Table| [drawer, honest, other].map(|who| table.points(who));
    let mut ended = table.clone();
    ended.end(WORD, vec![]);
    assert!(ended.of_turn(|turn| turn.lied()));
    assert_eq!(points(&ended), [0, FEW, 0]);
    // The word that counts now is revealed truly, and an accomplice solves it.
    table.solve(other, "moon", 10_000);
    table.end("moon", vec![]);
    assert!(table.open(other, "moon") && !table.open(honest, WORD));
    let opens = |who: usize| table.of_turn(|turn| turn.claim(table.who(who)).is_some());
    assert!(table.of_turn(|turn| !turn.lied()) && opens(other) && !opens(honest));
    assert_eq!(points(&table), [0, FEW, guesser_points(Level::Easy, 10_000, LENGTH_MS.into(), 0)]);
}

/// The same with another key for the turn.
#[test]
fn a_backdated_lock_with_another_key_takes_nothing_from_the_solver() {
    let (mut table, drawer, honest, _) = Table::drawing(WORD);
    let locked_ms = table.ms;
    table.solve(honest, WORD, 20_000);
    let other = table.key_of(drawer, 1);
    let (voprf, word) = (other.public(), other.word_key(&normalise("moon")).public());
    let again = GameStep::WordLocked { game: table.id(), turn: 0, voprf, word, mask: Mask::of("moon") };
    table.write_dated(drawer, locked_ms - 1, again);
    table.end("moon", vec![]);
    assert_eq!((table.points(drawer), table.points(honest)), (0, FEW));
}

/// Few further locks are noted, and the one that guesses were answered by comes after them.
#[test]
fn no_number_of_further_locks_helps_a_drawer() {
    let (mut table, drawer, honest, _) = Table::drawing(WORD);
    let locked_ms = table.ms;
    table.solve(honest, WORD, 20_000);
    for word in ["moon", "house", "cherry", "cream", "apple", "달", "집"] {
        let step = locked(&table, word);
        table.write_dated(drawer, locked_ms - 1, step);
    }
    table.end("moon", vec![]);
    assert_eq!((table.points(drawer), table.points(honest)), (0, FEW));
}

fn passed(table: &Table) -> GameStep {
    let (game, turn, reason) = (table.id(), table.turn(), EndReason::Passed);
    GameStep::TurnEnded { game, turn, reason, reveal: None, evidence: vec![] }
}

/// Returns somebody's claim for the running turn.
fn solved_now(table: &Table, who: usize) -> GameStep {
    let (game, turn, drawer) = (table.id(), table.turn(), table.drawer());
    let blinded = Blinding::new(&table.people[who], game, turn, &[normalise(WORD)]).unwrap().blinded();
    let request = GuessRequest::new(
        &table.people[who],
        room(),
        (game, turn, table.key_of(drawer, turn).public()),
        0,
        None,
        blinded,
    );
    let receipt = Box::new(Receipt::new(&table.people[drawer], &request, 20_000));
    let key = table.key_of(drawer, turn).word_key(&normalise(WORD));
    let (word, signature) = (key.public(), key.sign_solved(table.who(who)));
    GameStep::Solved { game, turn, receipt, candidate: 0, word, signature }
}

/// The turn is ended, backdated, before its word was locked; also when it is the last one and ends the game.
#[test]
fn a_turn_ended_before_its_beginning_takes_nothing_from_the_solver() {
    for last in [false, true] {
        let mut table = Table::started(3, 4);
        for _ in 0..if last { 2 } else { 0 } {
            assert!(table.write(table.drawer(), passed(&table)));
        }
        let (drawer, guessers, ended) = (table.drawer(), table.guessers(), passed(&table));
        let key = table.key_of(drawer, table.turn());
        let (voprf, word) = (key.public(), key.word_key(&normalise(WORD)).public());
        let locked = GameStep::WordLocked { game: table.id(), turn: table.turn(), voprf, word, mask: Mask::of(WORD) };
        assert!(table.write(drawer, locked));
        let locked_ms = table.ms;
        assert!(table.write(guessers[0], solved_now(&table, guessers[0])));
        let mut mine = table.clone();
        assert!(table.write_dated(drawer, locked_ms - 1, ended.clone()));
        assert_eq!(table.game().phase() == Phase::Over, last);
        let points = |table: &Table| [drawer, guessers[0], guessers[1]].map(|who| table.points(who));
        assert_eq!(points(&table), [0, FEW, 0], "last: {last}");
        // Nobody but the drawer can end it so, and nobody can solve a turn without a word.
        assert!(!mine.write_dated(guessers[1], locked_ms - 1, ended));
        assert_eq!(points(&mine), [0; 3]);
    }
}

/// A person may choose twice before the first choice is saved, so that alone proves nothing.
#[test]
fn an_honest_drawer_who_chose_twice_loses_nothing() {
    let (mut table, drawer, honest, _) = Table::drawing(WORD);
    let again = locked(&table, "moon");
    assert!(!table.write(drawer, again));
    table.solve(honest, WORD, 20_000);
    table.end(WORD, vec![]);
    assert!(table.open(honest, WORD));
    assert_eq!((table.points(honest), table.points(drawer)), (full(), full() / 2));
}
