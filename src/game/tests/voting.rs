//! Votes to skip a drawer and to remove a player.

use super::script::Script;
use crate::game::Phase;

#[test]
fn more_than_half_of_the_others_skip() {
    for (players, needed) in [(2, 1), (3, 2), (4, 2), (5, 3), (24, 12)] {
        let mut script = Script::started(24, players, 1);
        let others = script.others();
        for vote in 1..=needed {
            assert_eq!(script.turn(), 0, "{players} players, {vote} votes");
            assert!(script.skip(others[vote - 1], 0));
        }
        assert_eq!(script.turn(), 1, "{players} players");
    }
}

#[test]
fn a_vote_to_skip_is_a_players_and_for_one_turn() {
    let mut script = Script::started(5, 4, 1);
    let (drawer, others) = (script.drawer(), script.others());
    assert!(!script.skip(drawer, 0), "the drawer");
    assert!(!script.skip(4, 0), "not in the game");
    assert!(!script.skip(others[0], 1), "another turn");
    assert!(script.skip(others[0], 0));
    assert!(!script.skip(others[0], 0), "again");
    assert!(script.end(drawer, 0));
    let voter = script.others()[0];
    assert!(script.skip(voter, 1));
    assert_eq!(script.turn(), 1, "the vote of the turn before is gone");
}

#[test]
fn votes_go_on_when_the_drawer_begins() {
    let mut script = Script::started(3, 3, 1);
    let (drawer, others) = (script.drawer(), script.others());
    assert!(script.skip(others[0], 0));
    assert!(script.begin(drawer, 0));
    assert!(script.skip(others[1], 0));
    assert_eq!((script.turn(), script.game.phase()), (1, Phase::Choosing));
}

#[test]
fn more_than_half_of_the_others_remove_a_player_for_good() {
    let mut script = Script::started(6, 5, 2);
    let (drawer, others) = (script.drawer(), script.others());
    let out = others[0];
    assert!(!script.kick(out, out), "themselves");
    assert!(!script.kick(5, out), "not in the game");
    assert!(!script.kick(others[1], 5), "not in the game");
    assert!(script.kick(others[1], out));
    assert!(!script.kick(others[1], out), "again");
    assert!(script.kick(others[2], out));
    assert!(script.others().contains(&out), "two of four are not more than half");
    assert!(script.kick(drawer, out));
    assert!(!script.others().contains(&out));
    assert!(!script.ready(out));
    let drew: Vec<usize> = (0..8).map(|_| script.play_turn()).collect();
    assert!(!drew.contains(&out), "passed over in both rounds");
    assert_eq!(script.game.phase(), Phase::Over);
}

#[test]
fn a_removed_drawers_turn_ends() {
    let mut script = Script::started(4, 4, 1);
    let (drawer, others) = (script.drawer(), script.others());
    assert!(script.begin(drawer, 0));
    assert!(script.kick(others[0], drawer));
    assert!(script.kick(others[1], drawer));
    assert_eq!((script.turn(), script.game.phase()), (1, Phase::Choosing));
    assert_eq!((0..3).map(|_| script.play_turn()).filter(|player| *player == drawer).count(), 0);
    assert_eq!(script.game.phase(), Phase::Over);
}

#[test]
fn a_waiting_newcomer_can_be_removed() {
    let mut script = Script::started(3, 2, 2);
    assert!(script.ready(2));
    assert!(!script.kick(2, 0), "not a player yet");
    assert!(script.kick(0, 2));
    assert!(script.kick(1, 2));
    assert!(!script.ready(2));
    for _ in 0..4 {
        assert_ne!(script.play_turn(), 2);
    }
}

/// Five players: two of the other four vote to skip the drawer, then a third is removed. Two of three are enough, without
/// new votes.
#[test]
fn votes_are_counted_again_when_a_player_is_removed() {
    let mut script = Script::started(5, 5, 1);
    let (drawer, others) = (script.drawer(), script.others());
    assert!(script.skip(others[0], 0) && script.skip(others[1], 0));
    for voter in [others[0], others[1], drawer] {
        assert_eq!(script.turn(), 0);
        assert!(script.kick(voter, others[2]));
    }
    assert_eq!(script.turn(), 1);
}

/// The same with a vote to remove another.
#[test]
fn a_removal_may_bring_the_next() {
    let mut script = Script::started(5, 5, 1);
    let (drawer, others) = (script.drawer(), script.others());
    assert!(script.kick(others[0], others[3]) && script.kick(others[1], others[3]));
    for voter in [others[0], others[1], drawer] {
        assert_eq!(script.others().len(), 4);
        assert!(script.kick(voter, others[2]));
    }
    assert_eq!(script.others(), others[..2]);
}

#[test]
fn the_votes_of_a_removed_player_do_not_count() {
    let mut script = Script::started(5, 5, 1);
    let (drawer, others) = (script.drawer(), script.others());
    let out = others[0];
    assert!(script.skip(out, 0) && script.kick(out, others[3]));
    for voter in [others[1], others[2], drawer] {
        assert!(script.kick(voter, out));
    }
    assert!(script.kick(others[1], others[3]));
    assert!(script.others().contains(&others[3]), "one of three");
    assert!(script.skip(others[1], 0));
    assert_eq!(script.turn(), 0, "one of three");
    assert!(script.skip(others[2], 0));
    assert_eq!(script.turn(), 1);
}
