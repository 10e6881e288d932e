//! Rounds, turns, sheets.

use std::collections::BTreeSet;

use super::script::Script;
use crate::canvas::SheetId;
use crate::game::{Game, Phase};

#[test]
fn a_turn_is_begun_and_ended_by_its_drawer() {
    let mut script = Script::started(3, 3, 1);
    let (drawer, other) = (script.drawer(), script.others()[0]);
    assert!(!script.begin(other, 0));
    assert!(!script.begin(drawer, 1));
    assert_eq!(script.game.phase(), Phase::Choosing);
    assert!(script.begin(drawer, 0));
    assert!(!script.begin(drawer, 0));
    assert_eq!(script.game.phase(), Phase::Drawing);
    assert!(!script.end(other, 0));
    assert!(!script.end(drawer, 1));
    assert!(script.end(drawer, 0));
    assert_eq!((script.game.phase(), script.turn()), (Phase::Choosing, 1));
    assert_ne!(script.drawer(), drawer);
}

#[test]
fn a_drawer_passes_before_beginning() {
    let mut script = Script::started(2, 2, 1);
    let drawer = script.drawer();
    assert!(script.end(drawer, 0));
    assert_eq!(script.turn(), 1);
}

#[test]
fn the_game_is_over_after_the_last_turn() {
    let mut script = Script::started(3, 3, 2);
    for turn in 0..6 {
        assert_eq!(script.turn(), turn);
        script.play_turn();
    }
    assert_eq!((script.game.phase(), script.game.drawer()), (Phase::Over, None));
    assert_eq!(script.game.visible_sheet(), SheetId::Free);
    let id = script.id();
    assert!(!script.ready(0) && !script.begin(0, 5) && !script.skip(1, 5) && !script.kick(1, 0));
    assert!(script.propose(2, 1));
    assert_ne!(script.id(), id);
}

#[test]
fn every_player_draws_once_a_round() {
    for players in 2..=24 {
        for rounds in 1..=10 {
            let mut script = Script::started(players, players.into(), rounds);
            for _ in 0..rounds {
                let drew: BTreeSet<usize> = (0..players).map(|_| script.play_turn()).collect();
                assert_eq!(drew.len(), usize::from(players));
            }
            assert_eq!(script.game.phase(), Phase::Over);
        }
    }
}

#[test]
fn rounds_differ_in_their_order() {
    let mut script = Script::started(8, 8, 3);
    let orders: BTreeSet<Vec<usize>> = (0..3).map(|_| (0..8).map(|_| script.play_turn()).collect()).collect();
    assert_eq!(orders.len(), 3);
}

#[test]
fn newcomers_draw_from_the_next_round_on() {
    let mut script = Script::started(4, 2, 3);
    script.play_turn();
    assert!(script.ready(2));
    assert!(!script.ready(2) && !script.ready(0));
    assert!(!script.skip(2, 1), "not a player yet");
    assert!(script.play_turn() < 2);
    let second: BTreeSet<usize> = (0..3).map(|_| script.play_turn()).collect();
    assert_eq!(second, BTreeSet::from([0, 1, 2]));
    assert!(script.ready(3), "while the last round begins");
    for _ in 0..3 {
        assert_ne!(script.play_turn(), 3);
    }
    assert_eq!(script.game.phase(), Phase::Over);
}

#[test]
fn a_running_game_has_24_at_most() {
    let mut script = Script::started(25, 23, 2);
    assert!(script.ready(23));
    assert!(!script.ready(24));
}

#[test]
fn only_the_drawers_strokes_count_and_only_in_the_turn() {
    let mut script = Script::started(3, 3, 1);
    let (drawer, other) = (script.drawer(), script.others()[0]);
    let (me, they) = (script.who(drawer), script.who(other));
    let sheet = |turn| SheetId::Turn { game: script.id(), turn };
    let (first, second) = (sheet(0), sheet(1));
    let may = |game: &Game| [game.may_draw(me, first), game.may_draw(they, first), game.may_draw(me, second)];
    assert_eq!(may(&script.game), [false; 3], "before the beginning");
    assert!(script.begin(drawer, 0));
    assert_eq!(may(&script.game), [true, false, false]);
    let elsewhere = SheetId::Turn { game: script.last(), turn: 0 };
    assert!(!script.game.may_draw(me, elsewhere), "another game's sheet");
    assert!(script.game.may_draw(they, SheetId::Free), "everybody's at any time");
    assert!(script.end(drawer, 0));
    assert_eq!(may(&script.game), [false; 3], "after the end");
}

#[test]
fn a_sheet_stays_until_the_next_drawer_begins() {
    let mut script = Script::started(3, 3, 1);
    let sheet = |turn| SheetId::Turn { game: script.id(), turn };
    let (first, second) = (sheet(0), sheet(1));
    assert_eq!(script.game.visible_sheet(), first, "empty");
    script.play_turn();
    assert_eq!((script.turn(), script.game.visible_sheet()), (1, first));
    let drawer = script.drawer();
    assert!(script.begin(drawer, 1));
    assert_eq!(script.game.visible_sheet(), second);
    assert!(script.end(drawer, 1));
    // The third drawer never begins.
    assert_eq!(script.game.visible_sheet(), second);
}
