//! Leaving a game, absence, and votes to end it.

use super::script::Script;
use super::world::World;
use crate::game::{CancelReason, GameStep, Phase, PlayError, SkipReason, SkippedBy};

fn over(world: &World) -> bool {
    world.game().phase() == Phase::Over
}

#[test]
fn a_majority_of_the_other_present_players_makes_one_absent() {
    for (players, needed) in [(3, 2), (4, 2), (5, 3), (24, 12)] {
        let mut script = Script::started(24, players, 1);
        let (drawer, others) = (script.drawer(), script.others());
        let gone = others[0];
        for voter in std::iter::once(drawer).chain(others[1..].iter().copied()).take(needed) {
            assert!(!script.game.turns().unwrap().is_gone(script.who(gone)), "{players} players");
            assert!(script.absent(voter, gone));
            assert!(!script.absent(voter, gone), "again");
        }
        assert!(script.game.turns().unwrap().is_gone(script.who(gone)), "{players} players");
    }
}

#[test]
fn an_absent_player_does_not_count_in_votes_until_back() {
    let mut script = Script::started(3, 3, 2);
    let (drawer, others) = (script.drawer(), script.others());
    assert!(!script.absent(others[0], others[0]) && !script.here(others[0]));
    assert!(script.absent(drawer, others[1]) && script.absent(others[0], others[1]));
    let mut back = script.clone();
    assert!(!script.skip(others[1], 0));
    assert!(script.skip(others[0], 0));
    assert!(script.turn() > 0, "one of one");
    assert!(back.here(others[1]) && !back.here(others[1]));
    assert!(back.skip(others[0], 0));
    assert_eq!(back.turn(), 0, "one of two");
    assert!(back.absent(drawer, others[1]), "anew");
    assert!(!back.game.turns().unwrap().is_gone(back.who(others[1])));
}

/// Of five players two are cut off. They decide nothing, whenever their votes come.
#[test]
fn a_minority_that_is_cut_off_decides_nothing() {
    let mut script = Script::started(5, 5, 1);
    let (drawer, others) = (script.drawer(), script.others());
    let (small, large) = (&others[..2], [others[2], others[3], drawer]);
    for gone in large {
        small.iter().for_each(|voter| assert!(script.absent(*voter, gone)));
    }
    small.iter().for_each(|voter| assert!(script.skip(*voter, 0) && script.vote_to_end(*voter)));
    assert_eq!((script.turn(), script.game.turns().unwrap().present().count()), (0, 5));
    for gone in small {
        large.iter().for_each(|voter| {
            assert!(script.absent(*voter, *gone) || script.game.turns().unwrap().is_gone(script.who(*gone)))
        });
    }
    assert_eq!(script.game.turns().unwrap().present().count(), 3);
    assert_eq!((script.turn(), script.game.phase()), (0, Phase::Choosing), "their votes don't count any more");
}

#[test]
fn two_halves_can_not_both_go_on() {
    let mut script = Script::started(4, 4, 1);
    let people: Vec<usize> = (0..4).collect();
    let (one, other) = people.split_at(2);
    for (voters, gone) in [(one, other), (other, one)] {
        for gone in gone {
            for voter in voters {
                script.absent(*voter, *gone);
            }
        }
    }
    let present: Vec<usize> = script.game.turns().unwrap().present().map(|player| script.index(player)).collect();
    assert_eq!(present, one, "what the log has first holds");
    assert!(other.iter().all(|player| script.here(*player)));
    assert_eq!(script.game.turns().unwrap().present().count(), 4);
}

#[test]
fn a_player_who_left_draws_no_more_and_turns_keep_their_numbers() {
    let mut script = Script::started(4, 4, 2);
    let mut whole = script.clone();
    let drawers: Vec<usize> = (0..8).map(|_| whole.play_turn()).collect();
    let out = drawers[2];
    assert!(script.leave(out) && !script.leave(out));
    for turn in [0, 1, 3, 4, 5, 6, 7] {
        if drawers[turn] != out {
            assert_eq!((script.turn() as usize, script.drawer()), (turn, drawers[turn]));
            script.play_turn();
        }
    }
    assert_eq!((script.game.phase(), script.ended_early()), (Phase::Over, None));
}

#[test]
fn the_turn_of_a_drawer_who_leaves_ends() {
    let mut script = Script::started(3, 3, 1);
    let drawer = script.drawer();
    assert!(script.begin(drawer, 0) && script.leave(drawer));
    assert_eq!((script.turn(), script.game.phase()), (1, Phase::Choosing));
    assert_eq!(script.game.turns().unwrap().skipped().map(|skipped| skipped.why), Some(SkippedBy::Gone));
}

#[test]
fn a_player_who_left_comes_back_with_the_next_round() {
    let mut script = Script::started(3, 3, 2);
    let out = script.others()[0];
    assert!(script.leave(out) && script.ready(out) && !script.ready(out));
    let drew: Vec<usize> = (0..5).map(|_| script.play_turn()).collect();
    assert!(!drew[..2].contains(&out) && drew[2..].contains(&out), "{drew:?}");
    assert_eq!(script.game.phase(), Phase::Over);
    let mut removed = Script::started(4, 4, 2);
    let out = removed.others()[0];
    assert!(removed.leave(out));
    let voters: Vec<usize> = (0..4).filter(|voter| *voter != out).collect();
    voters[..2].iter().for_each(|voter| assert!(!removed.kick(out, *voter) && removed.kick(*voter, out)));
    assert!(!removed.ready(out), "who was removed stays out");
}

/// A leaving that is backdated to before the roster changes neither the players nor the seed.
#[test]
fn a_leaving_before_the_start_takes_nobody_off_the_roster() {
    let mut script = Script::new(3);
    let ready = script.gathered(1, &[0, 1, 2]);
    let mut stays = script.clone();
    assert!(script.leave(2));
    for script in [&mut script, &mut stays] {
        assert!(script.close(0, &ready));
        let opened = script.opened(&[0, 1, 2]);
        assert!(script.start(0, &opened));
    }
    let (turns, other) = (script.game.turns().unwrap(), stays.game.turns().unwrap());
    assert_eq!((turns.seed(), turns.players()), (other.seed(), other.players()));
    assert!(turns.has_left(script.who(2)));
    let mut script = Script::new(3);
    script.gathered(1, &[0, 1]);
    assert!(script.leave(1) && script.ready(1) && script.leave(0));
    assert_eq!(script.ended_early(), Some(CancelReason::TooFewPlayers), "without its proposer it can't start");
}

#[test]
fn more_than_half_end_the_game() {
    for (players, needed) in [(2, 2), (3, 2), (4, 3), (5, 3)] {
        let mut script = Script::started(6, players, 1);
        assert!(!script.vote_to_end(5), "no player");
        for voter in 0..needed {
            assert_eq!(script.game.phase(), Phase::Choosing, "{players} players, {voter} votes");
            assert!(script.vote_to_end(voter));
        }
        assert_eq!(script.ended_early(), Some(CancelReason::Ended), "{players} players");
    }
}

#[test]
fn a_vote_to_end_counts_when_those_who_did_not_vote_leave() {
    let mut script = Script::started(4, 4, 1);
    assert!(script.vote_to_end(0) && script.vote_to_end(1) && script.leave(2));
    assert_eq!(script.ended_early(), Some(CancelReason::Ended));
}

#[test]
fn a_game_of_one_is_over_and_says_so() {
    for gone in [
        |script: &mut Script| script.leave(1),
        |script: &mut Script| script.absent(0, 1),
        |script: &mut Script| script.kick(0, 1),
    ] {
        let mut script = Script::started(2, 2, 3);
        assert!(gone(&mut script));
        assert_eq!(script.ended_early(), Some(CancelReason::TooFewLeft));
    }
}

#[test]
fn the_game_says_whether_people_or_programs_skipped() {
    let skipped_by = |reasons: [Option<SkipReason>; 2]| {
        let mut script = Script::started(3, 3, 2);
        let (game, others) = (script.id(), script.others());
        for (voter, reason) in others.into_iter().zip(reasons) {
            assert!(script.write(voter, GameStep::Skip { game, turn: 0, reason }));
        }
        script.game.turns().unwrap().skipped().map(|skipped| skipped.why)
    };
    assert_eq!(skipped_by([None, None]), Some(SkippedBy::People));
    assert_eq!(skipped_by([Some(SkipReason::Silent), None]), Some(SkippedBy::Silence));
    assert_eq!(skipped_by([Some(SkipReason::Unknown), Some(SkipReason::Idle)]), Some(SkippedBy::Silence));
}

// --- whole games, played by the programs ---------------------------------------------------------------------------

#[test]
fn a_game_of_three_goes_on_without_one_who_quits() {
    let mut world = World::started(3, 1);
    let (drawer, start) = (world.drawer(), world.now.mono_ms);
    let gone = (drawer + 1) % 3;
    world.kill(gone);
    world.run_until(|world| world.game().turns().is_some_and(|turns| turns.is_gone(world.who(gone))));
    assert_eq!(world.now.mono_ms, start + 4_000);
    world.run_until(over);
    assert_eq!((world.drawers().len(), world.view(drawer).cancelled), (2, None), "its turn is passed over");
    assert_eq!(world.now.mono_ms, start + 1_000 + 30_000 + 3_000 + 30_000);
}

#[test]
fn a_game_of_two_is_over_when_one_is_gone_and_not_before_it_may_be_back() {
    let mut world = World::started(2, 3);
    world.run_until(|world| world.game().phase() == Phase::Drawing);
    let start = world.now.mono_ms;
    world.programs[1].online = false;
    world.pass(7_999);
    world.programs[1].online = true;
    world.pass(1);
    assert_eq!(world.count(|step| matches!(step, GameStep::Absent { .. })), 0);
    world.kill(1);
    world.run_until(over);
    assert_eq!(world.now.mono_ms, start + 16_000);
    assert_eq!(world.view(0).cancelled, Some(CancelReason::TooFewLeft));
}

/// All players lose each other for a while; nobody is made absent, and the game goes on.
#[test]
fn a_network_that_fails_for_a_minute_makes_nobody_absent() {
    let mut world = World::started(3, 2);
    world.run_until(|world| world.game().phase() == Phase::Drawing);
    (0..3).for_each(|program| world.programs[program].online = false);
    world.pass(20_000);
    (0..3).for_each(|program| world.programs[program].online = true);
    world.run_until(over);
    assert_eq!(world.count(|step| matches!(step, GameStep::Absent { .. })), 0);
    assert_eq!((world.drawers().len(), world.view(0).cancelled), (6, None));
}

/// Two players don't see each other, but the third sees both. Their programs contradict each other only once.
#[test]
fn a_program_contradicts_a_vote_that_it_is_absent() {
    let mut world = World::started(3, 1);
    let (game, other) = (world.game().id().unwrap(), world.who(1));
    world.write(0, GameStep::Absent { game, player: other });
    world.settle();
    assert_eq!(world.count(|step| matches!(step, GameStep::Here { .. })), 1);
    world.write(2, GameStep::Absent { game, player: other });
    world.settle();
    assert_eq!(world.count(|step| matches!(step, GameStep::Here { .. })), 2);
    assert_eq!(world.game().turns().unwrap().present().count(), 3);
}

#[test]
fn a_player_who_was_absent_plays_again_and_draws() {
    let mut world = World::started(3, 2);
    world.run_until(|world| world.game().phase() == Phase::Drawing);
    let gone = (world.drawer() + 1) % 3;
    world.kill(gone);
    world.run_until(|world| world.game().turns().is_some_and(|turns| turns.is_gone(world.who(gone))));
    world.restart(gone);
    world.settle();
    assert!(!world.game().turns().unwrap().is_gone(world.who(gone)));
    world.run_until(over);
    assert_eq!(world.drawers().len(), 6);
}

/// The game was abandoned, and a player who was absent starts the program on the next day.
#[test]
fn a_game_abandoned_long_ago_does_not_prevent_a_new_one() {
    let mut world = World::started(3, 2);
    world.run_until(|world| world.game().phase() == Phase::Drawing);
    let gone = (world.drawer() + 1) % 3;
    world.kill(gone);
    world.run_until(|world| world.game().turns().is_some_and(|turns| turns.is_gone(world.who(gone))));
    (0..3).filter(|other| *other != gone).for_each(|other| world.kill(other));
    world.pass(86_400_000);
    let before = world.log.len();
    world.restart(gone);
    world.pass(60_000);
    assert!(world.log.len() == before && !world.game().is_running(world.now.wall_ms));
}

#[test]
fn leaving_and_ending_are_refused_where_they_would_not_count() {
    let world = World::started(3, 1);
    let game = world.game();
    let outsider = crate::game::Driver::new(crate::identity::Identity::from_secret([77; 32]).author());
    assert_eq!(
        (outsider.leave(&game), outsider.end_game(&game)),
        (Err(PlayError::NotAPlayer), Err(PlayError::NotAPlayer))
    );
    let mut script = Script::started(3, 3, 1);
    let me = crate::game::Driver::new(script.who(0));
    assert!(script.vote_to_end(0));
    assert_eq!(me.end_game(&script.game), Err(PlayError::AlreadyDone));
    assert!(script.leave(0));
    assert_eq!(me.leave(&script.game), Err(PlayError::NotAPlayer));
    assert!(script.vote_to_end(1) && script.vote_to_end(2));
    assert_eq!(me.leave(&script.game), Err(PlayError::WrongPhase));
}
