//! Steps and strokes by people who may not write them.

use super::table::Table;
use crate::canvas::{CanvasStep, SheetId};
use crate::fold::StepBody;
use crate::game::{EndReason, GameStep};
use crate::payload::MAX_TEXT;
use crate::words::Mask;

const WORD: &str = "banana";
const SPECTATOR: usize = 3;

#[test]
fn only_the_drawer_locks_hints_and_ends() {
    let mut table = Table::started(3, 4);
    let (drawer, guessers) = (table.drawer(), table.guessers());
    let others = [guessers[0], guessers[1], SPECTATOR];
    let game = table.id();
    let locked = {
        let word = table.word_key(WORD).public();
        GameStep::WordLocked { game, turn: 0, voprf: table.key().public(), word, mask: Mask::of(WORD) }
    };
    for who in others {
        assert!(!table.write(who, locked.clone()));
    }
    assert!(!table.write(drawer, GameStep::TurnBegan { game, turn: 0 }), "there is no turn without a word here");
    assert!(table.write(drawer, locked.clone()));
    let hint = GameStep::Hint { game, turn: 0, cell: 0, letter: 'b' };
    let ended = table.ended(Some(table.reveal(WORD)), vec![]);
    for who in others {
        for step in [&locked, &hint, &ended] {
            assert!(!table.write(who, step.clone()), "{step:?}");
        }
        let began = GameStep::TurnBegan { game, turn: 0 };
        assert!(!table.write(who, began));
    }
    assert!(table.write(drawer, hint) && table.write(drawer, ended.clone()));
    assert!(!table.write(drawer, ended), "it is the next one's turn");
}

#[test]
fn only_players_guess_whisper_and_vote() {
    let mut table = Table::started(4, 5);
    let (drawer, guessers, game, spectator) = (table.drawer(), table.guessers(), table.id(), 4);
    assert!(table.lock(WORD));
    let guessed = |text: &str| GameStep::Guessed { game, turn: 0, text: text.to_owned() };
    let whispered = GameStep::Whispered { game, turn: 0, sealed: vec![0; 60] };
    let skip = GameStep::Skip { game, turn: 0, reason: None };
    let kick = GameStep::Kick { game, player: table.who(guessers[0]) };
    for step in [guessed("moon"), whispered.clone(), skip.clone(), kick.clone()] {
        assert!(!table.write(spectator, step.clone()), "a spectator: {step:?}");
    }
    for step in [guessed("moon"), skip] {
        assert!(!table.write(drawer, step.clone()), "the drawer: {step:?}");
    }
    assert!(!table.write(guessers[0], whispered.clone()), "doesn't know the word");
    assert!(!table.write(guessers[0], guessed("")) && !table.write(guessers[0], guessed(&"x".repeat(MAX_TEXT + 1))));
    assert!(table.write(guessers[0], guessed(&"x".repeat(MAX_TEXT))), "talk");
    assert!(table.write(drawer, whispered.clone()));
    // Two of three remove a player who knows the word.
    table.solve(guessers[0], WORD, 1_000);
    assert!(table.write(guessers[0], whispered.clone()) && !table.write(guessers[0], guessed("moon")));
    for voter in [guessers[1], guessers[2]] {
        assert!(table.write(voter, kick.clone()));
    }
    let out = guessers[0];
    for step in [guessed("moon"), whispered, table.ended(None, vec![])] {
        assert!(!table.write(out, step.clone()), "a removed player: {step:?}");
    }
}

#[test]
fn a_removed_player_guesses_and_solves_nothing() {
    let mut table = Table::started(4, 4);
    let (guessers, game) = (table.guessers(), table.id());
    assert!(table.lock(WORD));
    for voter in [guessers[1], guessers[2]] {
        assert!(table.write(voter, GameStep::Kick { game, player: table.who(guessers[0]) }));
    }
    let solved = |table: &Table, who| table.solved(who, table.receipt(who, [WORD], 1_000), 0, WORD);
    let guessed = GameStep::Guessed { game, turn: 0, text: "moon".to_owned() };
    assert!(!table.write(guessers[0], solved(&table, guessers[0])) && !table.write(guessers[0], guessed.clone()));
    assert!(table.write(guessers[1], guessed));
    assert!(table.write(guessers[1], solved(&table, guessers[1])));
}

/// The drawer's program doesn't wait for a removed player.
#[test]
fn a_turn_ends_when_all_who_still_play_know_the_word() {
    let mut table = Table::started(4, 4);
    let (drawer, guessers, game) = (table.drawer(), table.guessers(), table.id());
    assert!(table.lock(WORD));
    let mut player = table.program(drawer);
    let online = table.people.iter().map(|person| person.author()).collect();
    let mut steps =
        |table: &Table| player.advance(&table.game(), &table.people[drawer], &online, table.now(1_000), true).steps;
    table.solve(guessers[1], WORD, 1_000);
    table.solve(guessers[2], WORD, 1_000);
    assert_eq!(steps(&table), []);
    for voter in [guessers[1], guessers[2]] {
        assert!(table.write(voter, GameStep::Kick { game, player: table.who(guessers[0]) }));
    }
    assert!(matches!(steps(&table)[..], [GameStep::TurnEnded { reason: EndReason::AllSolved, .. }]));
}

#[test]
fn nobody_opens_the_receipt_of_another_player() {
    let (mut table, drawer, solver, other) = Table::drawing(WORD);
    table.solve(solver, WORD, 1_000);
    let opened = table.unblinded(solver, WORD);
    assert!(!table.write(solver, opened.clone()), "before the end");
    table.end(WORD, vec![]);
    for who in [drawer, other, SPECTATOR] {
        assert!(!table.write(who, opened.clone()));
    }
    assert!(table.write(solver, opened.clone()) && !table.write(solver, opened));
}

#[test]
fn only_the_drawer_draws_and_only_while_the_turn_runs() {
    let mut table = Table::started(3, 4);
    let (drawer, guessers, game) = (table.drawer(), table.guessers(), table.id());
    let draws = |table: &mut Table, who, turn| {
        table.ms += 1;
        let step = CanvasStep::Clear { stroke: table.ms };
        table.put(who, table.ms, StepBody::Canvas(SheetId::Turn { game, turn }, step))
    };
    assert!(!draws(&mut table, drawer, 0), "no word is locked yet");
    assert!(table.lock(WORD));
    for who in [guessers[0], guessers[1], SPECTATOR] {
        assert!(!draws(&mut table, who, 0));
    }
    assert!(draws(&mut table, drawer, 0));
    assert!(!draws(&mut table, drawer, 1), "the next one's sheet");
    table.end(WORD, vec![]);
    let next = table.drawer();
    for who in [drawer, next, SPECTATOR] {
        assert!(!draws(&mut table, who, 0) && !draws(&mut table, who, 1));
    }
    // A stroke that is backdated into the turn counts only if it is the drawer's.
    let stroke = StepBody::Canvas(SheetId::Turn { game, turn: 0 }, CanvasStep::Clear { stroke: 1 });
    let end_ms = table.steps.iter().rev().find(|step| matches!(step.body, StepBody::Game(_))).unwrap().key.time.ms();
    assert!(table.put(drawer, end_ms - 1, stroke.clone()) && !table.put(next, end_ms - 1, stroke));
}
