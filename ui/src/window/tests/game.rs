//! Games of turns: gathering, turns, buttons.

use std::time::Duration;

use inkmesh::command::{Command, CommandError, Reply, RoomCommand};
use inkmesh::event::{EntryBody, Event};
use inkmesh::game::{CancelReason, GameNotice, GameView, Phase, PlayError, PlayerView, Rules, SkippedBy};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;

use super::bench::{ANA, BORA, Bench, ME, WIDE, commands, entry, here, lobby, person, play, player};
use crate::settings::Language;

fn bench() -> Bench {
    Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true), person(BORA, "보라", true)])
}

fn game(phase: Phase) -> GameView {
    GameView {
        game: Some(OperationId([7; 32])),
        phase,
        rules: Rules::default(),
        proposer: Some(ANA),
        players: vec![player(ANA, 0, 0), player(BORA, 0, 0)],
        round: 2,
        turn: 4,
        drawer: Some(ANA),
        remaining_ms: 61_500,
        joined: true,
        ..GameView::default()
    }
}

fn step(command: RoomCommand) -> Command {
    here(command)
}

#[test]
fn players_gather() {
    let mut bench = bench();
    play(&mut bench, GameView { joined: false, may_join: true, drawer: None, ..game(Phase::Gathering) });
    bench.must_show("Ana proposes to draw in turns");
    bench.must_show("3 rounds, 80 seconds a turn");
    bench.must_show("62");
    bench.must_show("ready");
    bench.must_show("not yet");
    assert!(!bench.shows("Begin now"), "only the proposer closes the gathering");
    assert_eq!(commands(&bench.click("I'm ready")), [step(RoomCommand::Ready)]);
    play(&mut bench, GameView { joined: false, drawer: None, ..game(Phase::Gathering) });
    bench.must_show("All seats are taken. You can watch.");
    assert!(!bench.shows("I'm ready"));
    play(&mut bench, GameView { proposer: Some(ME), drawer: None, ..game(Phase::Gathering) });
    bench.must_show("You propose to draw in turns");
    assert!(!bench.shows("I'm ready"));
    assert_eq!(commands(&bench.click("Begin now")), [step(RoomCommand::Begin)]);
    let alone = GameView { proposer: Some(ME), players: vec![player(ME, 0, 0)], ..game(Phase::Gathering) };
    play(&mut bench, alone);
    assert!(commands(&bench.click("Begin now")).is_empty(), "not with fewer than two");
}

#[test]
fn a_turn_of_somebody_else() {
    let mut bench = bench();
    let asked = play(&mut bench, game(Phase::Drawing));
    assert_eq!(asked, [here(RoomCommand::Canvas)], "another sheet");
    assert!(play(&mut bench, game(Phase::Drawing)).is_empty(), "the same turn");
    bench.must_show("Round 2 of 3 · Ana draws");
    bench.must_show("62");
    assert!(bench.room.ticks());
    bench.wait(Duration::from_secs(30));
    bench.must_show("32");
    assert_eq!(commands(&bench.click("Vote to skip")), [step(RoomCommand::Skip)]);
    bench.reply(RoomCommand::Skip, Ok(Reply::Done {}));
    assert!(commands(&bench.click("You voted to skip")).is_empty(), "one vote a turn");
    play(&mut bench, GameView { turn: 5, drawer: Some(BORA), ..game(Phase::Drawing) });
    bench.must_show("Vote to skip");
}

#[test]
fn a_vote_is_for_the_turn_in_which_it_was_given() {
    let mut bench = bench();
    play(&mut bench, game(Phase::Drawing));
    bench.click("Vote to skip");
    play(&mut bench, GameView { turn: 5, drawer: Some(BORA), ..game(Phase::Drawing) });
    bench.reply(RoomCommand::Skip, Ok(Reply::Done {}));
    assert_eq!(commands(&bench.click("Vote to skip")), [step(RoomCommand::Skip)], "nobody voted in this turn");
    bench.must_show("You voted to skip");
    bench.reply(RoomCommand::Skip, Err(CommandError::Play(PlayError::WrongPhase)));
    bench.must_show("Vote to skip");
}

#[test]
fn a_player_is_voted_out_from_the_list_of_people() {
    let mut bench = bench();
    let players = vec![player(ANA, 0, 0), player(BORA, 0, 0), player(ME, 0, 0)];
    play(&mut bench, GameView { players, ..game(Phase::Drawing) });
    assert!(!bench.shows("Vote to remove"));
    bench.click("보라");
    assert_eq!(commands(&bench.click("Vote to remove")), [step(RoomCommand::Kick { peer: BORA })]);
    bench.reply(RoomCommand::Kick { peer: BORA }, Ok(Reply::Done {}));
    assert!(commands(&bench.click("You voted to remove")).is_empty(), "one vote a game");
    bench.click("Ana");
    bench.must_show("Vote to remove");
    play(&mut bench, game(Phase::Drawing));
    assert!(!bench.shows("Vote to remove"), "only players vote");
}

#[test]
fn what_programs_voted_is_not_told_as_the_word_of_people() {
    let players: Vec<_> = [ANA, BORA, ME].into_iter().map(|author| player(author, 0, 0)).collect();
    for (by, drawer, told) in [
        (SkippedBy::Silence, BORA, "No answer from 보라: the turn goes on"),
        (SkippedBy::Silence, ME, "No answer from you in time: the turn goes on"),
        (SkippedBy::Gone, BORA, "보라 is offline: the game goes on"),
    ] {
        let mut bench = bench();
        let first = GameView { players: players.clone(), drawer: Some(drawer), ..game(Phase::Choosing) };
        play(&mut bench, first.clone());
        let (skipped, skipped_by) = (Some(drawer), Some(by));
        play(&mut bench, GameView { turn: first.turn + 1, drawer: Some(ANA), skipped, skipped_by, ..first });
        bench.must_show(told);
        assert!(!bench.shows("The others skipped 보라."));
    }
}

#[test]
fn each_can_leave_the_game_and_vote_to_end_it() {
    let mut bench = bench();
    let running = GameView { joined: true, ..game(Phase::Drawing) };
    play(&mut bench, running.clone());
    assert!(!bench.shows("Leave the game"), "not beside what is pressed often");
    bench.click("…");
    assert_eq!(commands(&bench.click("Vote to end the game")), [step(RoomCommand::EndGame)]);
    play(&mut bench, GameView { wants_end: true, ..running.clone() });
    bench.click("…");
    assert!(commands(&bench.click("You voted to end the game")).is_empty());
    bench.click("Close");
    bench.must_show("Vote to skip");
    bench.click("…");
    assert_eq!(commands(&bench.click("Leave the game")), [step(RoomCommand::LeaveGame)]);
    play(&mut bench, GameView { joined: false, ..running });
    assert!(!bench.shows("…"), "who doesn't play has nothing to leave");
}

#[test]
fn who_was_skipped_or_removed_is_said_once() {
    let players = |who: &[Author]| who.iter().map(|author| player(*author, 0, 0)).collect::<Vec<_>>();
    let mut bench = bench();
    let first = GameView { players: players(&[ANA, BORA, ME]), ..game(Phase::Drawing) };
    let skipped = GameView { skipped: Some(ANA), ..first.clone() };
    play(&mut bench, first.clone());
    play(&mut bench, GameView { phase: Phase::Revealed, ..skipped.clone() });
    bench.must_show("The others skipped Ana.");
    bench.wait(Duration::from_secs(11));
    let next = GameView { phase: Phase::Choosing, turn: 5, drawer: Some(ME), ..skipped };
    play(&mut bench, next.clone());
    assert!(!bench.shows("The others skipped Ana."), "that was said");
    let ours = GameView { turn: 6, drawer: Some(BORA), skipped: Some(ME), ..next };
    play(&mut bench, ours.clone());
    bench.must_show("The others skipped you: more than half of them voted for it.");
    play(&mut bench, GameView { players: players(&[BORA, ME]), ..ours.clone() });
    bench.must_show("The others removed Ana from the game.");
    play(&mut bench, GameView { players: players(&[BORA]), phase: Phase::Over, ..ours });
    bench.must_show("The others removed you from the game. You can watch it.");
    bench.wait(Duration::from_secs(11));
    play(&mut bench, GameView { game: Some(OperationId([8; 32])), players: players(&[ANA]), ..first });
    assert!(!bench.shows("The others removed 보라 from the game."), "another game");
}

#[test]
fn a_newcomer_whom_the_end_was_faster_than_was_not_removed() {
    let mut bench = bench();
    let waits = PlayerView { playing: false, ..player(BORA, 0, 0) };
    play(&mut bench, GameView { players: vec![player(ANA, 0, 0), waits], ..game(Phase::Drawing) });
    play(&mut bench, GameView { players: vec![player(ANA, 0, 0)], ..game(Phase::Over) });
    assert!(!bench.shows("The others removed 보라 from the game."));
}

#[test]
fn why_one_can_t_draw_is_said() {
    let mut bench = bench();
    play(&mut bench, game(Phase::Drawing));
    bench.show_sheet(super::bench::sheet(false));
    bench.must_show("Only Ana can draw now. Everybody else watches.");
}

#[test]
fn our_own_turn() {
    let mut bench = bench();
    play(&mut bench, GameView { drawer: Some(ME), ..game(Phase::Choosing) });
    bench.must_show("You draw next");
    play(&mut bench, GameView { drawer: Some(ME), ..game(Phase::Drawing) });
    bench.must_show("Round 2 of 3 · You draw");
    assert_eq!(commands(&bench.click("Done")), [step(RoomCommand::Pass)]);
}

#[test]
fn newcomers_join_and_ends_are_told() {
    let mut bench = bench();
    play(&mut bench, GameView { joined: false, may_join: true, ..game(Phase::Drawing) });
    assert_eq!(commands(&bench.click("Join from the next round")), [step(RoomCommand::Ready)]);
    play(&mut bench, GameView { joined: false, ..game(Phase::Drawing) });
    assert!(!bench.shows("Join from the next round"), "it would do nothing");
    play(&mut bench, GameView { joined: false, removed: true, ..game(Phase::Drawing) });
    bench.show_sheet(super::bench::sheet(false));
    bench.must_show("The others removed you from this game");
    bench.show_sheet(super::bench::sheet(true));
    play(&mut bench, game(Phase::Revealed));
    bench.must_show("Ana is done");
    play(&mut bench, GameView { remaining_ms: 0, ..game(Phase::Over) });
    bench.must_show("The game is over");
    bench.must_show("Everybody may draw again.");
    assert!(!bench.shows("Rematch"), "without words there are no points to show");
    let off = GameView { cancelled: Some(CancelReason::TooFewPlayers), remaining_ms: 0, ..game(Phase::Over) };
    play(&mut bench, off);
    bench.must_show("The game was called off: fewer than two were ready");
    bench.must_show("Start a game…");
}

#[test]
fn each_reason_to_call_a_game_off_has_its_words() {
    for (reason, words) in [
        (CancelReason::TooFewPlayers, "The game is called off: fewer than two were ready"),
        (CancelReason::Abandoned, "The game is called off: nobody went on with it"),
        (CancelReason::TwoRosters, "The game was called off: its proposer named two lists of players"),
    ] {
        let mut bench = bench();
        let entries = vec![entry(1, ANA, "Ana", EntryBody::Game(GameNotice::Cancelled(reason)))];
        bench.happen(vec![Event::Entries { room: lobby(), entries }]);
        bench.must_show(words);
    }
}

#[test]
fn a_refused_step_is_told() {
    let mut bench = bench();
    bench.reply(RoomCommand::Rematch, Err(CommandError::Play(PlayError::GameRunning)));
    bench.must_show("A game is already running in this room.");
}

#[test]
fn the_game_speaks_korean() {
    let mut bench = Bench::open(Language::Ko, WIDE, &[person(ANA, "아나", true)]);
    play(&mut bench, GameView { drawer: None, joined: false, may_join: true, ..game(Phase::Gathering) });
    bench.must_show("아나님이 돌아가며 그리자고 해요");
    bench.must_show("준비됐어요");
    bench.happen(vec![Event::Game { room: lobby(), game: Box::new(game(Phase::Drawing)) }]);
    bench.must_show("3라운드 중 2라운드 · 아나님이 그려요");
    bench.must_show("건너뛰기 투표");
}
