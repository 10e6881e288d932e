//! Proposals, readiness, and games that are called off.

use super::script::{Script, operation, proposed};
use crate::canvas::SheetId;
use crate::game::{CancelReason, GameStep, Phase, Rules};

#[test]
fn without_a_game_nothing_counts_but_a_proposal() {
    let mut script = Script::new(2);
    assert_eq!(script.game.phase(), Phase::Idle);
    assert!(!script.write(0, GameStep::Skip { game: operation(1), turn: 0, reason: None }));
    assert!(script.propose(0, 1));
    assert_eq!(script.game.phase(), Phase::Gathering);
    assert_eq!(script.id(), script.last());
    assert_eq!(script.game.visible_sheet(), SheetId::Free);
}

#[test]
fn a_proposal_with_rules_out_of_bounds_does_not_count() {
    let mut script = Script::new(1);
    for (rounds, seconds) in [(0, 80), (11, 80), (3, 0), (3, 601), (u32::MAX, u32::MAX)] {
        assert!(!script.write(0, proposed(Rules { rounds, seconds, ..Rules::default() })));
    }
    for (rounds, seconds) in [(1, 1), (10, 600)] {
        assert!(Rules { rounds, seconds, ..Rules::default() }.is_sound());
    }
}

#[test]
fn one_game_at_a_time() {
    let mut script = Script::new(3);
    script.gathered(1, &[0, 1]);
    let game = script.id();
    script.wait(59_000);
    assert!(!script.propose(2, 1));
    assert_eq!(script.id(), game);
}

#[test]
fn a_new_game_can_replace_a_gathering_idle_for_a_minute() {
    let mut script = Script::new(3);
    script.gathered(1, &[0, 1]);
    let last = script.ms - 1;
    script.ms = last + 60_000;
    assert!(!script.propose(2, 1));
    assert_eq!(script.ms, last + 60_001);
    assert!(script.propose(2, 1));
    assert_eq!(script.id(), script.last());
}

#[test]
fn a_new_game_can_replace_one_idle_for_a_turn_and_a_minute() {
    let mut script = Script::started(3, 3, 1);
    let drawer = script.drawer();
    assert!(script.begin(drawer, 0));
    let last = script.ms - 1;
    script.ms = last + 140_000;
    assert!(!script.propose(0, 1));
    assert!(script.propose(0, 1));
}

#[test]
fn a_step_that_does_not_count_keeps_no_game_alive() {
    let mut script = Script::new(2);
    script.gathered(1, &[0]);
    script.wait(59_000);
    assert!(!script.ready(0));
    script.wait(2_000);
    assert!(script.propose(1, 1));
}

#[test]
fn steps_of_another_game_are_out_of_place() {
    let mut script = Script::new(2);
    script.gathered(1, &[0, 1]);
    assert!(!script.write(0, GameStep::Cancelled { game: operation(77), reason: CancelReason::TooFewPlayers }));
}

#[test]
fn ready_counts_once_and_for_24_players() {
    let mut script = Script::new(25);
    script.gathered(1, &[0]);
    assert!(!script.ready(0));
    assert_eq!((1..25).filter(|person| script.ready(*person)).count(), 23);
    assert!(!script.ready(24));
}

#[test]
fn a_roster_is_the_proposers_and_holds_two_who_are_ready() {
    let mut script = Script::new(3);
    let ready = script.gathered(1, &[0, 1]);
    assert!(!script.close(1, &ready), "not the proposer");
    assert!(!script.close(0, &ready[..1]), "one");
    assert!(!script.close(0, &[ready[1], ready[1]]), "one, named twice");
    assert!(!script.close(0, &[ready[0], ready[1], operation(999)]), "not ready");
    let proposal = script.id();
    assert!(!script.close(0, &[ready[0], proposal]), "another step");
    assert!(script.close(0, &ready));
    assert_eq!(script.game.phase(), Phase::Gathering);
}

#[test]
fn the_proposer_calls_off_before_the_start_only() {
    let mut script = Script::new(2);
    script.gathered(1, &[0, 1]);
    assert!(!script.cancel(1, CancelReason::TooFewPlayers));
    assert!(script.cancel(0, CancelReason::TooFewPlayers));
    assert_eq!(script.game.phase(), Phase::Over);
    assert!(!script.ready(1), "over");
    assert!(script.propose(1, 1), "over makes way at once");

    let mut script = Script::started(2, 2, 1);
    assert!(!script.cancel(0, CancelReason::TooFewPlayers));
}

#[test]
fn members_call_a_stale_game_off() {
    let mut script = Script::started(4, 3, 1);
    script.wait(139_000);
    assert!(!script.cancel(1, CancelReason::Abandoned));
    script.wait(2_000);
    assert!(!script.cancel(3, CancelReason::Abandoned), "not in the game");
    assert!(script.cancel(1, CancelReason::Abandoned));
    assert_eq!(script.game.phase(), Phase::Over);
    assert_eq!(script.game.visible_sheet(), SheetId::Free);
    script.wait(200_000);
    assert!(!script.cancel(1, CancelReason::Abandoned), "over");
}

#[test]
fn late_players_join_the_second_round_and_players_who_did_not_open_stay_out() {
    let mut script = Script::new(4);
    let ready = script.gathered(2, &[0, 1, 2]);
    assert!(script.close(0, &ready));
    assert!(script.ready(3), "late");
    let opened = script.opened(&[0, 1]);
    script.wait(3_000);
    assert!(script.start(0, &opened));
    let turns = script.game.turns().unwrap();
    assert!([0, 1].iter().all(|person| turns.players().contains(&script.who(*person))));
    assert!(turns.newcomers().iter().eq([&script.who(3)]));
    assert!(script.ready(2), "and may come back");
}
