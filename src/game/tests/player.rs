//! Our program's conduct, looked at closely.

use std::collections::BTreeSet;

use super::script::Script;
use super::world::World;
use crate::clock::Now;
use crate::game::{Game, GameStep, Phase, Plan, PlayError, Player, Rules};
use crate::identity::Author;

fn now(script: &Script) -> Now {
    Now { wall_ms: script.ms, mono_ms: 5_000 }
}

fn later(now: Now, ms: u64) -> Now {
    Now { wall_ms: now.wall_ms + ms, mono_ms: now.mono_ms + ms }
}

fn everybody(script: &Script) -> BTreeSet<Author> {
    script.people.iter().map(|person| person.author()).collect()
}

/// What person `n` of the script has to do, by a program that remembers nothing.
fn plan(script: &Script, n: usize, now: Now, live: bool) -> Plan {
    Player::new(script.who(n)).advance(&script.game, &script.people[n], &everybody(script), now, live)
}

#[test]
fn nothing_to_do_without_a_game() {
    let script = Script::new(2);
    assert_eq!(plan(&script, 0, now(&script), true), Plan::default());
    assert_eq!(
        Player::new(script.who(0)).view(&script.game, &BTreeSet::new(), |_| String::new(), now(&script)).phase,
        Phase::Idle
    );
}

#[test]
fn what_is_on_its_way_is_not_written_again_unless_it_failed() {
    let mut script = Script::new(2);
    assert!(script.propose(0, 1));
    let (now, online) = (now(&script), everybody(&script));
    let mut player = Player::new(script.who(0));
    let steps = |script: &Script, player: &mut Player, ms| {
        player.advance(&script.game, &script.people[0], &online, later(now, ms), true).steps
    };
    let first = steps(&script, &mut player, 0);
    assert!(matches!(first[..], [GameStep::Ready { .. }]));
    assert_eq!(steps(&script, &mut player, 10), []);
    player.forget_written();
    assert_eq!(steps(&script, &mut player, 20), first);
}

/// Two rosters would end the game: somebody who gets ready while the first is being saved has to wait.
#[test]
fn a_roster_is_not_named_again_while_it_is_on_its_way() {
    let mut script = Script::new(3);
    script.gathered(1, &[0, 1]);
    let (now, mut online) = (now(&script), everybody(&script));
    online.remove(&script.who(2));
    let mut player = Player::new(script.who(0));
    let steps = player.advance(&script.game, &script.people[0], &online, now, true).steps;
    assert!(matches!(steps[..], [GameStep::RosterClosed { .. }]));
    assert!(script.ready(2));
    assert_eq!(player.advance(&script.game, &script.people[0], &online, now, true).steps, []);
}

#[test]
fn a_start_without_some_is_dated_late_enough() {
    let mut script = Script::new(3);
    script.closed(1, &[0, 1, 2]);
    script.opened(&[0, 1]);
    let (mut now, online) = (now(&script), everybody(&script));
    now.wall_ms -= 1_000; // our clock is behind the log's
    let mut player = Player::new(script.who(0));
    player.advance(&script.game, &script.people[0], &online, now, true);
    let plan = player.advance(&script.game, &script.people[0], &online, later(now, 3_000), true);
    let waited = later(now, 3_997);
    assert_eq!((plan.steps, plan.wake), (vec![], Some(waited.mono_ms)));
    let plan = player.advance(&script.game, &script.people[0], &online, waited, true);
    script.ms = waited.wall_ms;
    assert!(matches!(plan.steps[..], [GameStep::Started { .. }]));
    assert!(script.write(0, plan.steps[0].clone()));
}

#[test]
fn a_restored_phase_has_the_age_that_the_wall_clock_says_within_its_length() {
    let mut script = Script::started(3, 3, 1);
    let (drawer, other) = (script.drawer(), script.others()[0]);
    assert!(script.begin(drawer, 0));
    let began = Now { wall_ms: script.ms - 1, mono_ms: 0 };
    let wake = |person, age_ms, live| {
        let mut player = Player::new(script.who(person));
        let now = Now { wall_ms: began.wall_ms + age_ms, mono_ms: 0 };
        player.advance(&script.game, &script.people[person], &everybody(&script), now, live).wake
    };
    assert_eq!(wake(other, 0, false), Some(88_000));
    assert_eq!(wake(other, 30_000, false), Some(58_000));
    assert_eq!(wake(other, 30_000, true), Some(88_000), "live: it began now, whatever our wall clock says");
    assert_eq!(wake(other, 86_400_000, false), Some(8_000), "the drawer still has a chance");
    let early = Now { wall_ms: began.wall_ms - 500_000, mono_ms: 0 };
    assert_eq!(plan(&script, other, early, false).wake, Some(88_000), "dated in our future");
    assert_eq!(wake(drawer, 30_000, false), Some(50_000));
}

#[test]
fn a_long_absence_gives_no_reason_to_skip_at_once() {
    let script = Script::started(3, 3, 1);
    let tomorrow = later(now(&script), 86_400_000);
    assert_eq!(plan(&script, script.others()[0], tomorrow, false).steps, []);
    assert!(matches!(plan(&script, script.drawer(), tomorrow, false).steps[..], [GameStep::TurnBegan { .. }]));
}

#[test]
fn a_drawing_is_looked_at_for_three_seconds() {
    let mut world = World::started(3, 1);
    assert_eq!((world.view(0).phase, world.view(0).turn, world.view(0).round), (Phase::Choosing, 1, 1));
    world.run_until(|world| world.game().turn() == Some(1));
    let drawer = world.drawer();
    world.programs[drawer].running = false;
    let view = |world: &World| world.view((drawer + 1) % 3);
    assert_eq!((view(&world).phase, view(&world).remaining_ms, view(&world).turn), (Phase::Revealed, 3_000, 2));
    assert_eq!(view(&world).drawer, Some(world.who(drawer)));
    world.pass(2_999);
    assert_eq!((view(&world).phase, view(&world).remaining_ms), (Phase::Revealed, 1));
    world.pass(1);
    assert_eq!((view(&world).phase, view(&world).remaining_ms), (Phase::Choosing, 17_000));
}

#[test]
fn the_view_names_the_players() {
    let mut world = World::new(4);
    world.propose(0, 2);
    world.ready(1);
    world.programs[1].online = false;
    let players = |world: &World| -> Vec<(Author, bool, bool)> {
        world.view(3).players.iter().map(|one| (one.player, one.online, one.playing)).collect()
    };
    assert_eq!(players(&world), [(world.who(0), true, true), (world.who(1), false, true)]);
    assert_eq!((world.view(1).joined, world.view(2).joined), (true, false));
    assert_eq!(world.view(0).proposer, Some(world.who(0)));
    world.run_until(|world| world.game().drawer().is_some());
    world.ready(2);
    assert_eq!(players(&world)[2], (world.who(2), true, false));
    assert_eq!(world.view(0).players[1].name, world.who(1).fingerprint());
}

#[test]
fn a_program_looks_away_when_it_is_not_asked() {
    let mut script = Script::started(4, 3, 1);
    assert_eq!(plan(&script, 3, later(now(&script), 500_000), false).steps, []);
    let out = script.others()[0];
    let voters = [script.others()[1], script.drawer()];
    voters.iter().for_each(|voter| assert!(script.kick(*voter, out)));
    assert_eq!(plan(&script, out, later(now(&script), 500_000), true), Plan::default());
}

#[test]
fn requests_are_refused_where_they_would_not_count() {
    let mut script = Script::new(4);
    let (player, drawn) = (|n: usize, script: &Script| Player::new(script.who(n)), Rules::default());
    let clock = now(&script);
    assert_eq!(player(0, &script).ready(&script.game, &script.people[0]), Err(PlayError::WrongPhase));
    assert_eq!(player(0, &script).pass(&script.game), Err(PlayError::WrongPhase));
    assert_eq!(player(0, &script).start(&script.game, Rules { rounds: 0, seconds: 1 }, clock), Err(PlayError::Rules));
    script.gathered(1, &[0, 1]);
    assert_eq!(player(2, &script).start(&script.game, drawn, clock), Err(PlayError::GameRunning));
    assert!(player(2, &script).start(&script.game, drawn, later(clock, 100_000)).is_ok());
    assert_eq!(player(1, &script).ready(&script.game, &script.people[1]), Err(PlayError::WrongPhase));
    assert_eq!(player(1, &script).request_begin(&script.game), Err(PlayError::WrongPhase));
    assert_eq!(player(0, &script).request_begin(&script.game), Ok(()));
    assert_eq!(player(1, &script).skip(&script.game), Err(PlayError::WrongPhase));

    let script = Script::started(4, 3, 1);
    let (drawer, other) = (script.drawer(), script.others()[0]);
    assert_eq!(player(other, &script).pass(&script.game), Err(PlayError::NotTheDrawer));
    assert_eq!(player(drawer, &script).skip(&script.game), Err(PlayError::WrongPhase));
    assert_eq!(player(3, &script).skip(&script.game), Err(PlayError::NotAPlayer));
    assert_eq!(player(3, &script).kick(&script.game, script.who(0)), Err(PlayError::NotAPlayer));
    assert_eq!(player(other, &script).kick(&script.game, script.who(3)), Err(PlayError::NotAPlayer));
    assert_eq!(player(other, &script).kick(&script.game, script.who(other)), Err(PlayError::NotAPlayer));
    assert_eq!(player(0, &script).request_begin(&Game::default()), Err(PlayError::WrongPhase));
}
