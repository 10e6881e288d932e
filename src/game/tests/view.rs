//! Tests of the view of a game and of the commands that are refused.

use std::collections::BTreeSet;

use super::cheaters::table::Table;
use super::script::{Script, proposed};
use super::world::World;
use crate::clock::Now;
use crate::game::{Driver, EndReason, Game, GameStep, GameView, Phase, PlayError, Rules, WordList};
use crate::identity::Author;
use crate::operation::OperationId;

fn now(script: &Script) -> Now {
    Now { wall_ms: script.ms, mono_ms: 5_000 }
}

fn later(now: Now, ms: u64) -> Now {
    Now { wall_ms: now.wall_ms + ms, mono_ms: now.mono_ms + ms }
}

fn view(script: &Script, player: &Driver, now: Now) -> GameView {
    player.view(&script.game, &BTreeSet::new(), |_| String::new(), now)
}

#[test]
fn a_finished_drawing_is_shown_for_three_seconds() {
    let mut world = World::started(3, 1);
    let first = world.who(world.drawer());
    assert_eq!((world.view(0).phase, world.view(0).turn, world.view(0).round), (Phase::Choosing, 1, 1));
    world.run_until(|world| world.game().turn() == Some(1));
    let drawer = world.drawer();
    world.programs[drawer].running = false;
    let onlooker = (drawer + 1) % 3;
    let view = |world: &World| {
        let view = world.view(onlooker);
        (view.phase, view.remaining_ms, view.turn, view.drawer)
    };
    assert_eq!(view(&world), (Phase::Revealed, 3_000, 1, Some(first)));
    world.pass(2_999);
    assert_eq!(view(&world), (Phase::Revealed, 1, 1, Some(first)));
    world.pass(1);
    assert_eq!(view(&world), (Phase::Choosing, 17_000, 2, Some(world.who(drawer))));
}

#[test]
fn a_turn_that_never_began_is_not_shown() {
    let mut script = Script::started(3, 3, 1);
    script.play_turn();
    let drawer = script.drawer();
    assert!(script.end(drawer, 1));
    let shown = view(&script, &Driver::new(script.who(0)), now(&script));
    assert_eq!((shown.phase, shown.turn), (Phase::Choosing, 3));
}

#[test]
fn joining_is_offered_where_it_has_an_effect() {
    let seen = |script: &Script, person: usize| view(script, &Driver::new(script.who(person)), now(script));
    let may_join = |script: &Script, person: usize| seen(script, person).may_join;
    let mut script = Script::new(5);
    assert!(script.write(0, proposed(Rules { rounds: 2, players: 3, ..Rules::default() })));
    assert!(may_join(&script, 4));
    let ready: Vec<OperationId> = (0..2)
        .map(|person| {
            assert!(script.ready(person) && !may_join(&script, person));
            script.last()
        })
        .collect();
    assert!(script.close(0, &ready));
    let opened = script.opened(&[0, 1]);
    assert!(script.start(0, &opened));
    assert!(may_join(&script, 3) && may_join(&script, 4));
    assert!(script.ready(3));
    assert!(!may_join(&script, 3) && !may_join(&script, 4), "it is full");
    assert!(script.kick(0, 3) && script.kick(1, 3));
    assert!(may_join(&script, 4) && !may_join(&script, 3));
    assert!(seen(&script, 3).removed && !seen(&script, 4).removed);
    script.play_turn();
    script.play_turn();
    assert!(!may_join(&script, 4), "the last round");
}

#[test]
fn the_skipped_drawer_is_shown_until_the_next_turn_ends() {
    let mut script = Script::started(3, 3, 2);
    let skipped = |script: &Script| view(script, &Driver::new(script.who(0)), now(script)).skipped;
    let drawer = script.drawer();
    assert_eq!(skipped(&script), None);
    for voter in script.others() {
        assert!(script.skip(voter, 0));
    }
    assert_eq!(skipped(&script), Some(script.who(drawer)));
    let next = script.drawer();
    assert!(script.begin(next, 1));
    assert_eq!(skipped(&script), Some(script.who(drawer)));
    assert!(script.end(next, 1));
    assert_eq!(skipped(&script), None, "that one ended by its drawer");
}

#[test]
fn after_the_game_the_last_turn_is_shown_if_it_had_a_word() {
    let seen = |table: &Table| {
        Driver::new(table.who(0)).view(&table.game(), &BTreeSet::new(), |_| String::new(), table.now(0))
    };
    let word = "banana";
    let mut table = Table::started(2, 2);
    assert!(table.lock(word));
    let (game, drawer, guesser) = (table.id(), table.drawer(), table.guessers()[0]);
    table.solve(guesser, word, 1_000);
    let mut left = table.clone();
    assert!(left.write(guesser, GameStep::Kick { game, player: left.who(drawer) }));
    let shown = seen(&left);
    assert_eq!((shown.phase, shown.mask.is_some(), shown.players[0].points > 0), (Phase::Over, true, true));
    table.end(word, Vec::new());
    assert!(table.open(guesser, word));
    let passed = GameStep::TurnEnded { game, turn: 1, reason: EndReason::Passed, reveal: None, evidence: Vec::new() };
    assert!(table.write(guesser, passed));
    let shown = seen(&table);
    assert_eq!((shown.phase, shown.mask, shown.word), (Phase::Over, None, None));
    assert!(shown.players.iter().all(|player| player.score > 0 && player.points == 0));
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
fn a_player_late_for_the_roster_is_shown_as_waiting() {
    let mut script = Script::new(4);
    let ready = script.gathered(1, &[0, 2]);
    assert!(script.close(0, &ready));
    assert!(script.ready(1));
    let playing = |script: &Script| -> Vec<(usize, bool)> {
        let players = view(script, &Driver::new(script.who(0)), now(script)).players;
        players.iter().map(|one| (script.index(one.player), one.playing)).collect()
    };
    assert_eq!(playing(&script), [(0, true), (1, false), (2, true)]);
    let opened = script.opened(&[0, 2]);
    assert!(script.start(0, &opened));
    assert_eq!(playing(&script), [(0, true), (1, false), (2, true)]);
}

#[test]
fn a_view_before_the_first_advance_starts_with_the_phase() {
    let mut script = Script::started(3, 3, 1);
    let (drawer, online, start) = (script.drawer(), BTreeSet::new(), now(&script));
    assert!(script.begin(drawer, 0));
    let mut player = Driver::new(script.who(drawer));
    player.advance(&script.game, &script.people[drawer], &online, start, true);
    assert_eq!(view(&script, &player, later(start, 70_000)).remaining_ms, 10_000);
    assert!(script.end(drawer, 0));
    let shown = view(&script, &player, later(start, 70_000));
    assert_eq!((shown.phase, shown.remaining_ms), (Phase::Revealed, 3_000));
}

#[test]
fn requests_are_refused_where_they_would_not_count() {
    let mut script = Script::new(4);
    let (player, drawn) = (|n: usize, script: &Script| Driver::new(script.who(n)), Rules::default());
    let clock = now(&script);
    assert_eq!(player(0, &script).ready(&script.game, &script.people[0]), Err(PlayError::WrongPhase));
    assert_eq!(player(0, &script).pass(&script.game), Err(PlayError::WrongPhase));
    assert_eq!(
        player(0, &script).start(
            &script.game,
            Rules { rounds: 0, seconds: 1, ..Rules::default() },
            &WordList::default(),
            clock
        ),
        Err(PlayError::Rules)
    );
    script.gathered(1, &[0, 1]);
    assert_eq!(player(2, &script).start(&script.game, drawn, &WordList::default(), clock), Err(PlayError::GameRunning));
    assert!(player(2, &script).start(&script.game, drawn, &WordList::default(), later(clock, 100_000)).is_ok());
    assert_eq!(player(1, &script).ready(&script.game, &script.people[1]), Err(PlayError::AlreadyDone));
    assert_eq!(player(1, &script).request_begin(&script.game), Err(PlayError::NotTheProposer));
    assert_eq!(player(0, &script).request_begin(&script.game), Ok(()));
    assert_eq!(player(1, &script).skip(&script.game), Err(PlayError::WrongPhase));
    let ready: Vec<OperationId> = script.log[1..].iter().map(|(at, _)| at.id).collect();
    assert!(script.close(0, &ready));
    assert_eq!(player(0, &script).request_begin(&script.game), Err(PlayError::WrongPhase), "closed already");

    let mut script = Script::new(25);
    script.gathered(1, &(0..24).collect::<Vec<_>>());
    assert_eq!(player(24, &script).ready(&script.game, &script.people[24]), Err(PlayError::GameFull));

    let script = Script::started(4, 3, 1);
    let (drawer, other) = (script.drawer(), script.others()[0]);
    assert_eq!(player(other, &script).pass(&script.game), Err(PlayError::NotTheDrawer));
    assert_eq!(player(drawer, &script).skip(&script.game), Err(PlayError::OwnTurn));
    assert_eq!(player(3, &script).skip(&script.game), Err(PlayError::NotAPlayer));
    assert_eq!(player(3, &script).kick(&script.game, script.who(0)), Err(PlayError::NotAPlayer));
    assert_eq!(player(other, &script).kick(&script.game, script.who(3)), Err(PlayError::NotAPlayer));
    assert_eq!(player(other, &script).kick(&script.game, script.who(other)), Err(PlayError::NotAPlayer));
    assert_eq!(player(0, &script).request_begin(&Game::default()), Err(PlayError::WrongPhase));
}
