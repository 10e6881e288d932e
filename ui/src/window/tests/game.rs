//! The game bar.

use std::time::Duration;

use inkmesh::event::Event;
use inkmesh::game::{CancelReason, GameView, Phase, PlayerView, Rules};
use inkmesh::identity::Author;
use inkmesh::node::CommandError;
use inkmesh::operation::OperationId;

use super::bench::{ANA, BORA, Bench, ME, WIDE, commands, lobby, person};
use crate::settings::Language;
use crate::window::link::{Answer, Command, Step};
use crate::window::screen::room::Message;

fn bench() -> Bench {
    Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true), person(BORA, "보라", true)])
}

fn player(player: Author) -> PlayerView {
    PlayerView { player, name: String::new(), online: true, playing: true }
}

fn game(phase: Phase) -> GameView {
    GameView {
        game: Some(OperationId([7; 32])),
        phase,
        rules: Rules { rounds: 3, seconds: 80 },
        proposer: Some(ANA),
        players: vec![player(ANA), player(BORA)],
        round: 2,
        turn: 4,
        drawer: Some(ANA),
        remaining_ms: 61_500,
        joined: true,
        ..GameView::default()
    }
}

fn play(bench: &mut Bench, game: GameView) -> Vec<Command> {
    commands(&bench.happen(vec![Event::Game { room: lobby(), game }]))
}

fn step(step: Step) -> Command {
    Command::Game(lobby(), step)
}

#[test]
fn a_game_is_proposed_with_rounds_and_seconds() {
    let mut bench = bench();
    bench.must_show("Everybody may draw on this sheet");
    bench.click("Draw in turns…");
    bench.must_show("3");
    bench.must_show("80");
    bench.click("+");
    bench.must_show("4");
    for _ in 0..9 {
        bench.click("−");
    }
    bench.must_show("1");
    let actions = commands(&bench.click("Propose"));
    assert_eq!(actions, [step(Step::Start(Rules { rounds: 1, seconds: 80 }))]);
    let error = Err(CommandError::GameRunning);
    bench.give(Message::Answered(Answer::Stepped(lobby(), Step::Start(Rules::default()), error)));
    bench.must_show("A game is already running in this room.");
    bench.must_show("Propose");
}

#[test]
fn players_gather() {
    let mut bench = bench();
    play(&mut bench, GameView { joined: false, drawer: None, ..game(Phase::Gathering) });
    bench.must_show("Ana proposes to draw in turns: 3 rounds, 80 seconds each");
    bench.must_show("Ready: Ana, 보라");
    assert!(!bench.shows("Begin now"), "only the proposer closes the gathering");
    assert_eq!(commands(&bench.click("I'm ready")), [step(Step::Ready)]);
    play(&mut bench, GameView { proposer: Some(ME), drawer: None, ..game(Phase::Gathering) });
    assert!(!bench.shows("I'm ready"));
    assert_eq!(commands(&bench.click("Begin now")), [step(Step::Begin)]);
    let alone = GameView { proposer: Some(ME), players: vec![player(ME)], ..game(Phase::Gathering) };
    play(&mut bench, alone);
    assert!(commands(&bench.click("Begin now")).is_empty(), "not with fewer than two");
}

#[test]
fn a_turn_of_somebody_else() {
    let mut bench = bench();
    let asked = play(&mut bench, game(Phase::Drawing));
    assert_eq!(asked, [Command::Canvas(lobby())], "another sheet");
    assert!(play(&mut bench, game(Phase::Drawing)).is_empty(), "the same turn");
    bench.must_show("Round 2 of 3 · Ana draws");
    bench.must_show("62");
    assert!(bench.room.ticks());
    bench.wait(Duration::from_secs(30));
    bench.must_show("32");
    assert_eq!(commands(&bench.click("Vote to skip")), [step(Step::Skip)]);
    bench.give(Message::Answered(Answer::Stepped(lobby(), Step::Skip, Ok(()))));
    assert!(commands(&bench.click("You voted to skip")).is_empty(), "one vote a turn");
    play(&mut bench, GameView { turn: 5, drawer: Some(BORA), ..game(Phase::Drawing) });
    bench.must_show("Vote to skip");
}

#[test]
fn why_one_can_t_draw_is_said() {
    let mut bench = bench();
    play(&mut bench, game(Phase::Drawing));
    bench.give(Message::Answered(Answer::Canvas(lobby(), Ok(super::bench::sheet(false)))));
    bench.must_show("Only Ana can draw now. Everybody else watches.");
}

#[test]
fn our_own_turn() {
    let mut bench = bench();
    play(&mut bench, GameView { drawer: Some(ME), ..game(Phase::Choosing) });
    bench.must_show("You draw next");
    play(&mut bench, GameView { drawer: Some(ME), ..game(Phase::Drawing) });
    bench.must_show("Round 2 of 3 · You draw");
    assert_eq!(commands(&bench.click("Done")), [step(Step::Pass)]);
}

#[test]
fn newcomers_join_and_ends_are_told() {
    let mut bench = bench();
    play(&mut bench, GameView { joined: false, ..game(Phase::Drawing) });
    assert_eq!(commands(&bench.click("Join from the next round")), [step(Step::Ready)]);
    play(&mut bench, game(Phase::Revealed));
    bench.must_show("Ana is done");
    play(&mut bench, GameView { remaining_ms: 0, ..game(Phase::Over) });
    bench.must_show("The game is over");
    bench.must_show("Everybody may draw again.");
    let off = GameView { cancelled: Some(CancelReason::TooFewPlayers), remaining_ms: 0, ..game(Phase::Over) };
    play(&mut bench, off);
    bench.must_show("The game was called off: fewer than two were ready");
    bench.must_show("Draw in turns…");
}

#[test]
fn the_game_speaks_korean() {
    let mut bench = Bench::open(Language::Ko, WIDE, &[person(ANA, "아나", true)]);
    play(&mut bench, game(Phase::Drawing));
    bench.must_show("3라운드 중 2라운드 · 아나 님이 그립니다");
    bench.must_show("건너뛰기 투표");
}
