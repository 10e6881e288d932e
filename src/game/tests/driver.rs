//! Tests of the driver, one step at a time.

use std::collections::BTreeSet;

use super::script::Script;
use crate::clock::Now;
use crate::game::{Driver, GameStep, Phase, Plan};
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

/// Returns a plan without steps, with this moment to look again.
fn waiting(wake: Option<u64>) -> Plan {
    Plan { wake, ..Plan::default() }
}

/// Returns the plan of a new driver for person `n` of the script.
fn plan(script: &Script, n: usize, now: Now, live: bool) -> Plan {
    Driver::new(script.who(n)).advance(&script.game, &script.people[n], &everybody(script), now, live)
}

#[test]
fn nothing_to_do_without_a_game() {
    let script = Script::new(2);
    assert_eq!(plan(&script, 0, now(&script), true), Plan::default());
    assert_eq!(
        Driver::new(script.who(0)).view(&script.game, &BTreeSet::new(), |_| String::new(), now(&script)).phase,
        Phase::Idle
    );
}

#[test]
fn a_step_being_saved_is_not_written_again_unless_it_failed() {
    let mut script = Script::new(2);
    assert!(script.propose(0, 1));
    let (now, online) = (now(&script), everybody(&script));
    let mut player = Driver::new(script.who(0));
    let plan = |script: &Script, player: &mut Driver, ms| {
        player.advance(&script.game, &script.people[0], &online, later(now, ms), true)
    };
    let first = plan(&script, &mut player, 0);
    assert!(matches!(first.steps[..], [GameStep::Ready { .. }]));
    assert_eq!(first.wake, Some(now.mono_ms + 1_000), "to check that it was written");
    assert_eq!(plan(&script, &mut player, 1_000).steps, []);
    player.forget_written();
    assert_eq!(plan(&script, &mut player, 2_000).steps, first.steps);
}

/// A second roster would cancel the game, so a player who gets ready while the first is being saved has to wait.
#[test]
fn a_roster_is_not_named_again_while_it_is_being_saved() {
    let mut script = Script::new(3);
    script.gathered(1, &[0, 1]);
    let (now, mut online) = (now(&script), everybody(&script));
    online.remove(&script.who(2));
    let mut player = Driver::new(script.who(0));
    let steps = player.advance(&script.game, &script.people[0], &online, now, true).steps;
    assert!(matches!(steps[..], [GameStep::RosterClosed { .. }]));
    assert!(script.ready(2));
    assert_eq!(player.advance(&script.game, &script.people[0], &online, now, true).steps, []);
}

/// An opening comes in while the start is being saved, and the log orders it first, so that the start is void.
#[test]
fn a_start_is_written_again_when_it_left_somebody_out() {
    let mut script = Script::new(3);
    script.closed(1, &[0, 1, 2]);
    script.opened(&[0, 1]);
    let (clock, online, mut player) = (now(&script), everybody(&script), Driver::new(script.who(0)));
    let mut steps =
        |script: &Script, ms| player.advance(&script.game, &script.people[0], &online, later(clock, ms), true).steps;
    steps(&script, 0);
    let first = steps(&script, 3_000);
    script.wait(3_000);
    assert!(script.open(2));
    let second = steps(&script, 3_001);
    assert_eq!(steps(&script, 3_002), []);
    assert!(!script.write(0, first[0].clone()));
    assert!(script.write(0, second[0].clone()));
}

#[test]
fn a_proposer_without_a_seat_closes_the_roster_nevertheless() {
    let mut script = Script::new(25);
    script.gathered(1, &(1..25).collect::<Vec<_>>());
    let mut player = Driver::new(script.who(0));
    let online = everybody(&script);
    assert_eq!(player.advance(&script.game, &script.people[0], &online, now(&script), true).steps, []);
    let steps = player.advance(&script.game, &script.people[0], &online, later(now(&script), 20_000), true).steps;
    assert!(matches!(steps[..], [GameStep::RosterClosed { .. }]));
}

/// A late step of the log may have taken a player's readiness away.
#[test]
fn a_gathering_is_not_ended_with_one_though_it_was_wanted_with_two() {
    let mut script = Script::new(3);
    script.gathered(1, &[0]);
    let before = script.game.clone();
    assert!(script.ready(1));
    let mut player = Driver::new(script.who(0));
    assert_eq!(player.request_begin(&script.game), Ok(()));
    assert_eq!(player.advance(&before, &script.people[0], &everybody(&script), now(&script), true).steps, []);
}

/// Our wall clock may be wrong, so a game in which steps count is never abandoned.
#[test]
fn a_game_is_abandoned_only_after_it_was_seen_idle() {
    let mut script = Script::started(4, 3, 2);
    assert!(script.ready(3)); // waits for the next round, and watches
    let start = later(now(&script), 500_000);
    let (online, mut player) = (everybody(&script), Driver::new(script.who(3)));
    let mut steps = |script: &Script, ms| {
        player
            .advance(&script.game, &script.people[3], &online, Now { wall_ms: start.wall_ms, mono_ms: ms }, true)
            .steps
    };
    assert_eq!(steps(&script, 0), []);
    assert_eq!(steps(&script, 100_000), []);
    assert!(script.kick(0, 1));
    assert_eq!(steps(&script, 100_000), []);
    assert_eq!(steps(&script, 240_000), []);
    assert!(matches!(steps(&script, 240_001)[..], [GameStep::Cancelled { .. }]));
}

/// A step that is dated too early would not count.
#[test]
fn with_a_slow_clock_a_game_is_abandoned_later() {
    let mut script = Script::started(4, 3, 2);
    assert!(script.ready(3)); // waits for the next round, and watches
    let slow_ms = script.ms - 1 - 10_000;
    let (online, mut player) = (everybody(&script), Driver::new(script.who(3)));
    let mut plan = |ms| {
        let now = Now { wall_ms: slow_ms + ms, mono_ms: ms };
        player.advance(&script.game, &script.people[3], &online, now, true)
    };
    plan(0);
    assert_eq!(plan(140_001), waiting(Some(150_001)));
    let steps = plan(150_001).steps;
    script.ms = slow_ms + 150_001;
    assert!(script.write(3, steps[0].clone()));
}

#[test]
fn a_start_without_some_is_dated_late_enough() {
    let mut script = Script::new(3);
    script.closed(1, &[0, 1, 2]);
    script.opened(&[0, 1]);
    let (mut now, online) = (now(&script), everybody(&script));
    now.wall_ms -= 1_000; // our clock is behind the log's
    let mut player = Driver::new(script.who(0));
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
fn a_restored_phase_has_its_age_by_the_wall_clock_up_to_its_length() {
    let mut script = Script::started(3, 3, 1);
    let (drawer, other) = (script.drawer(), script.others()[0]);
    assert!(script.begin(drawer, 0));
    let began = Now { wall_ms: script.ms - 1, mono_ms: 0 };
    let wake = |person, age_ms, live| {
        let mut player = Driver::new(script.who(person));
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
fn a_restored_gathering_ends_in_time_and_a_restored_draw_waits_for_the_others() {
    let mut script = Script::new(3);
    let ready = script.gathered(1, &[0, 1]);
    let proposed_ms = script.ms - 3;
    let at = |ms| Now { wall_ms: proposed_ms + ms, mono_ms: 0 };
    assert_eq!(plan(&script, 0, at(15_000), false), waiting(Some(5_000)));
    assert!(matches!(plan(&script, 0, at(86_400_000), false).steps[..], [GameStep::RosterClosed { .. }]));
    assert!(script.close(0, &ready));
    assert!(matches!(plan(&script, 0, at(86_400_000), false).steps[..], [GameStep::Opened { .. }]));
    assert!(script.open(0));
    assert_eq!(plan(&script, 0, at(86_400_000), false).wake, Some(7_000));
}

#[test]
fn a_long_absence_gives_no_reason_to_skip_at_once() {
    let script = Script::started(3, 3, 1);
    let tomorrow = later(now(&script), 86_400_000);
    assert_eq!(plan(&script, script.others()[0], tomorrow, false).steps, []);
    assert!(matches!(plan(&script, script.drawer(), tomorrow, false).steps[..], [GameStep::TurnBegan { .. }]));
}

#[test]
fn every_program_wakes_when_the_shown_drawing_goes() {
    let mut script = Script::started(4, 3, 1);
    script.play_turn();
    let now = now(&script);
    for person in [script.others()[0], 3] {
        assert_eq!(plan(&script, person, now, true), waiting(Some(now.mono_ms + 3_000)));
    }
}

#[test]
fn a_program_that_does_not_play_has_nothing_to_do() {
    let mut script = Script::started(4, 3, 1);
    assert_eq!(plan(&script, 3, later(now(&script), 500_000), false).steps, []);
    let out = script.others()[0];
    let voters = [script.others()[1], script.drawer()];
    voters.iter().for_each(|voter| assert!(script.kick(*voter, out)));
    assert_eq!(plan(&script, out, later(now(&script), 500_000), true), Plan::default());
}
