//! Whole games played by the programs alone.

use std::collections::BTreeSet;

use super::world::World;
use crate::game::{CancelReason, EndReason, GameStep, Phase, nonce};
use crate::identity::Author;

fn is_over(world: &World) -> bool {
    world.game().phase() == Phase::Over
}

fn is_drawing(world: &World) -> bool {
    world.game().phase() == Phase::Drawing
}

fn turn_is(turn: u32) -> impl Fn(&World) -> bool {
    move |world| world.game().turn() == Some(turn)
}

fn everybody(world: &World) -> BTreeSet<Author> {
    (0..world.programs.len()).map(|program| world.who(program)).collect()
}

#[test]
fn a_game_is_played_by_the_programs_without_superfluous_steps() {
    for people in [2, 5, 24] {
        let mut world = World::started(people, 2);
        world.run_until(is_over);
        let drawers = world.drawers();
        for round in drawers.chunks(people.into()) {
            assert_eq!(round.iter().copied().collect::<BTreeSet<Author>>(), everybody(&world));
        }
        assert_eq!(drawers.len(), 2 * usize::from(people));
        // Proposed, ready, roster, opened, started; two for each turn.
        assert_eq!(world.log.len(), 3 + 2 * usize::from(people) + 4 * usize::from(people));
        assert_eq!(world.view(1).cancelled, None);
        assert_eq!((world.view(0).round, world.view(0).turn), (2, 2 * u32::from(people)));
    }
}

#[test]
fn turns_take_their_time() {
    let mut world = World::started(2, 2);
    world.run_until(is_over);
    // A second before the first turn and three before each of the others; four turns of 30 seconds.
    assert_eq!(world.now.mono_ms, 1_000 + 3 * 3_000 + 4 * 30_000);
}

#[test]
fn a_drawer_who_falls_silent_is_skipped() {
    let mut world = World::started(4, 1);
    world.run_until(is_drawing);
    let (began, drawer) = (world.now.mono_ms, world.drawer());
    world.programs[drawer].running = false; // still online
    world.run_until(turn_is(1));
    assert_eq!(world.now.mono_ms, began + 38_000);
    world.run_until(is_over);
    assert_eq!(world.drawers().len(), 4);
}

#[test]
fn a_drawer_who_does_not_begin_is_skipped() {
    let mut world = World::started(4, 1);
    let drawer = world.drawer();
    world.programs[drawer].running = false;
    world.run_until(turn_is(1));
    assert_eq!(world.now.mono_ms, 28_000);
}

#[test]
fn a_drawer_who_is_gone_is_skipped_early_and_comes_back_to_the_game() {
    let mut world = World::started(3, 2);
    world.run_until(is_drawing);
    let (began, drawer) = (world.now.mono_ms, world.drawer());
    world.kill(drawer);
    world.run_until(turn_is(1));
    assert_eq!(world.now.mono_ms, began + 4_000);
    world.run_until(turn_is(2));
    world.restart(drawer);
    world.run_until(is_over);
    let who = world.who(drawer);
    assert_eq!(world.drawers().iter().filter(|author| **author == who).count(), 2);
    assert_eq!(world.drawers().len(), 6);
}

#[test]
fn the_turns_of_two_players_who_are_gone_are_skipped_together() {
    let mut world = World::started(6, 1);
    world.run_until(turn_is(1));
    let second = world.drawer();
    let mut ahead = World::started(6, 1);
    ahead.run_until(turn_is(2));
    let third = ahead.drawer();
    let start = world.now.mono_ms;
    world.kill(second);
    world.kill(third);
    world.run_until(turn_is(3));
    assert_eq!(world.now.mono_ms, start + 4_000);
    world.run_until(is_over);
    assert_eq!(world.drawers().len(), 4);
}

#[test]
fn a_drawer_who_is_back_in_time_is_not_skipped() {
    let mut world = World::started(3, 1);
    world.run_until(is_drawing);
    let drawer = world.drawer();
    for _ in 0..3 {
        world.programs[drawer].online = false;
        world.pass(3_999);
        world.programs[drawer].online = true;
        world.pass(1);
    }
    assert_eq!(world.count(|step| matches!(step, GameStep::Skip { .. } | GameStep::Absent { .. })), 0);
}

#[test]
fn a_program_that_starts_again_in_its_turn_ends_it_in_time() {
    let mut world = World::started(3, 1);
    world.run_until(is_drawing);
    let (began, drawer) = (world.now.mono_ms, world.drawer());
    world.pass(5_000);
    world.restart(drawer);
    assert_eq!(world.view(drawer).remaining_ms, 25_000);
    world.run_until(turn_is(1));
    assert_eq!(world.now.mono_ms, began + 30_000);
}

#[test]
fn everybody_starts_again_the_next_day_and_goes_on() {
    let mut world = World::started(3, 1);
    world.run_until(is_drawing);
    (0..3).for_each(|program| world.kill(program));
    world.pass(86_400_000);
    (0..3).for_each(|program| world.restart(program));
    world.run_until(is_over);
    assert_eq!(world.drawers().len(), 3);
    assert_eq!(world.count(|step| matches!(step, GameStep::Skip { .. })), 0);
}

#[test]
fn a_newcomer_and_one_who_is_removed() {
    let mut world = World::new(5);
    world.programs[4].online = false; // not here yet
    world.propose(0, 2);
    (1..4).for_each(|program| world.ready(program));
    world.run_until(is_drawing);
    world.programs[4].online = true;
    world.ready(4);
    let out = (world.drawer() + 1) % 4;
    let player = world.who(out);
    let voters: Vec<usize> = (0..4).filter(|voter| *voter != out).collect();
    for voter in &voters[..2] {
        world.ask(*voter, |one, game, _, _| one.kick(game, player)).unwrap();
    }
    assert!(!world.view(out).joined);
    assert!(world.view(4).joined && !world.view(4).players.iter().any(|one| one.player == player));
    world.run_until(is_over);
    let drawers = world.drawers();
    assert_eq!(drawers.len(), 3 + 4);
    assert!(!drawers.contains(&player));
    assert_eq!(drawers.iter().position(|author| *author == world.who(4)).map(|turn| turn >= 3), Some(true));
}

#[test]
fn a_gathering_waits_20_seconds_for_people_who_are_not_ready() {
    let mut world = World::new(4);
    world.propose(0, 1);
    world.ready(2);
    world.run_until(|world| world.game().drawer().is_some());
    assert_eq!(world.now.mono_ms, 20_000);
    world.run_until(is_over);
    assert_eq!(world.drawers().len(), 2);
    let outsiders = [world.who(1), world.who(3)];
    assert!(world.log.iter().all(|(at, _)| !outsiders.contains(&at.author)), "who isn't in the game writes nothing");
}

#[test]
fn a_gathering_without_people_is_called_off() {
    let mut world = World::new(3);
    world.propose(0, 1);
    world.run_until(is_over);
    assert_eq!(world.now.mono_ms, 20_000);
    assert_eq!(world.view(1).cancelled, Some(CancelReason::TooFewPlayers));
}

#[test]
fn the_proposer_begins_before_everybody_is_ready() {
    let mut world = World::new(4);
    world.propose(0, 1);
    let request = |world: &mut World| {
        let game = world.game();
        world.programs[0].driver.request_begin(&game)
    };
    assert!(request(&mut world).is_err());
    world.ready(1);
    assert_eq!(request(&mut world), Ok(()));
    world.settle();
    assert_eq!(world.game().phase(), Phase::Choosing);
    assert_eq!(world.now.mono_ms, 0);
}

#[test]
fn a_player_who_does_not_open_is_left_out() {
    let mut world = World::new(3);
    world.propose(0, 1);
    world.ready(1);
    world.programs[1].running = false;
    world.ready(2);
    world.run_until(|world| world.game().drawer().is_some());
    assert_eq!(world.now.mono_ms, 3_000);
    world.run_until(is_over);
    assert_eq!(world.drawers().len(), 2);
}

#[test]
fn a_seed_of_one_is_called_off() {
    let mut world = World::new(2);
    world.propose(0, 1);
    world.programs[1].online = false;
    world.ready(1);
    world.programs[1].running = false;
    world.run_until(is_over);
    assert_eq!(world.now.mono_ms, 20_000 + 10_000);
    assert_eq!(world.view(0).cancelled, Some(CancelReason::TooFewPlayers));
}

#[test]
fn a_game_with_too_few_players_left_is_ended() {
    let mut world = World::started(3, 3);
    world.run_until(is_drawing);
    let left = (world.drawer() + 1) % 3;
    (0..3).filter(|program| *program != left).for_each(|program| world.kill(program));
    world.run_until(is_over);
    assert_eq!(world.view(left).cancelled, Some(CancelReason::Abandoned));
}

#[test]
fn a_gathering_whose_proposer_is_gone_is_ended() {
    let mut world = World::new(3);
    world.propose(0, 1);
    world.ready(1);
    world.kill(0);
    world.run_until(is_over);
    assert_eq!(world.view(1).cancelled, Some(CancelReason::Abandoned));
    assert_eq!(world.count(|step| matches!(step, GameStep::Cancelled { .. })), 1, "only by those who are in it");
}

/// An opening arrives after the start, and the log orders it before: the start is void, the proposer starts again, and the
/// turns begin anew.
#[test]
fn a_late_opening_starts_the_game_again() {
    let mut world = World::new(3);
    world.propose(0, 1);
    world.ready(1);
    world.programs[1].running = false;
    world.ready(2);
    world.run_until(is_drawing);
    let closed_ms = world.now.wall_ms - 4_000;
    let game = world.game().id().unwrap();
    let nonce = nonce(&world.programs[1].identity, game);
    world.programs[1].running = true;
    world.write_late(1, closed_ms + 2_900, GameStep::Opened { game, nonce });
    assert_eq!((world.game().phase(), world.game().turn()), (Phase::Choosing, Some(0)));
    world.run_until(is_over);
    assert_eq!(world.count(|step| matches!(step, GameStep::Started { .. })), 2);
    let ended = world.count(|step| matches!(step, GameStep::TurnEnded { reason: EndReason::Time, .. }));
    assert_eq!(ended, 3);
}
