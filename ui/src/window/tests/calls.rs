//! Games in other rooms that wait for us.

use inkmesh::command::{Command, Reply};
use inkmesh::event::{Event, RoomSummary};
use inkmesh::game::{GameView, Phase};
use inkmesh::name::RoomName;

use super::actions::everybody;
use super::bench::{ANA, Bench, ME, WIDE, commands, loads, lobby, person, play, reply, sheet};
use super::in_view::{Glass, resize, sizes};
use super::quiz::{drawing, game};
use crate::settings::Language;
use crate::window::bridge::{Answer, Loaded};
use crate::window::screen::room::{Action, Message, Shortcut, rooms};

fn family() -> RoomName {
    "family".parse().unwrap()
}

/// Opens the lobby; we are in the room `family` as well.
fn bench(language: Language) -> Bench {
    let mut bench = Bench::open(language, WIDE, &[person(ANA, "Ana", true)]);
    let summary = |room| RoomSummary { room, title: None, people: 2, last_activity: 0, unread: 0 };
    bench.give(reply(Command::Rooms, Ok(Reply::Rooms(vec![summary(lobby()), summary(family())]))));
    bench
}

/// Sets the game of the room `family`.
fn elsewhere(bench: &mut Bench, game: GameView) -> Vec<Action> {
    bench.happen(vec![Event::Game { room: family(), game: Box::new(game) }])
}

fn attention(actions: &[Action]) -> Vec<bool> {
    let wanted = |action: &Action| match action {
        Action::Attention(wanted) => Some(*wanted),
        _ => None,
    };
    actions.iter().filter_map(wanted).collect()
}

fn loaded(game: GameView) -> Message {
    let loaded = Loaded {
        entries: Vec::new(),
        people: vec![person(ME, "Me", true)],
        canvas: sheet(false),
        game,
        reading: inkmesh::event::ReadStateView::default(),
    };
    Message::Answered(Answer::Loaded(family(), Ok(Box::new(loaded))))
}

#[test]
fn a_turn_that_begins_in_another_room_is_told_until_we_look_there() {
    for (language, banner, title) in [
        (Language::En, "# family: a turn has begun, guess the word →", "● guess the word – # family – Inkmesh"),
        (
            Language::Ko,
            "# family: 차례가 시작됐어요. 정답을 맞혀 보세요 →",
            "● 정답을 맞혀 보세요 – # family – Inkmesh",
        ),
    ] {
        let mut bench = bench(language);
        assert_eq!(bench.room.title(bench.look), "# lobby – Inkmesh");
        assert!(!bench.shows_mark());
        assert!(attention(&elsewhere(&mut bench, drawing())).is_empty(), "the window has the focus");
        bench.must_show(banner);
        assert!(bench.shows_mark());
        assert_eq!(bench.room.title(bench.look), title);
        assert_eq!(loads(&bench.click(banner)), [family()]);
        bench.give(loaded(drawing()));
        assert!(!bench.shows(banner));
        assert!(!bench.shows_call());
        assert_eq!(bench.room.title(bench.look), "# family – Inkmesh");
        bench.give(Message::Rooms(rooms::Message::Open(lobby())));
        assert!(!bench.shows_call(), "we have looked at this turn");
        elsewhere(&mut bench, GameView { hints: 2, ..drawing() });
        assert!(!bench.shows_call());
        elsewhere(&mut bench, GameView { turn: 5, ..drawing() });
        assert!(bench.shows_call(), "another turn");
        elsewhere(&mut bench, GameView { turn: 5, guessing: false, ..drawing() });
        assert!(!bench.shows_call(), "it is over");
    }
}

#[test]
fn every_way_of_waiting_for_us_is_told() {
    let mut bench = bench(Language::En);
    for (game, words) in [
        (
            GameView { joined: false, may_join: true, ..game(Phase::Gathering) },
            "# family: a game is about to begin. Do you play? →",
        ),
        (GameView { drawer: Some(ME), ..game(Phase::Choosing) }, "# family: choose a word to draw →"),
        (GameView { drawer: Some(ME), ..game(Phase::Drawing) }, "# family: it's your turn to draw →"),
        (drawing(), "# family: a turn has begun, guess the word →"),
    ] {
        elsewhere(&mut bench, game);
        bench.must_show(words);
    }
    for quiet in [
        game(Phase::Gathering),
        game(Phase::Choosing),
        GameView { guessing: false, ..drawing() },
        game(Phase::Revealed),
        game(Phase::Over),
        GameView::default(),
    ] {
        elsewhere(&mut bench, drawing());
        elsewhere(&mut bench, quiet);
        assert!(!bench.shows_call());
    }
}

#[test]
fn the_most_urgent_call_is_told_first_and_a_key_goes_there() {
    let mut bench = bench(Language::En);
    let club: RoomName = "club".parse().unwrap();
    elsewhere(&mut bench, GameView { drawer: Some(ME), ..game(Phase::Choosing) });
    let asked = GameView { joined: false, may_join: true, ..game(Phase::Gathering) };
    bench.happen(vec![Event::Game { room: club.clone(), game: Box::new(asked) }]);
    bench.must_show("# family: choose a word to draw →");
    assert_eq!(bench.room.title(bench.look), "● your turn – # family – Inkmesh");
    assert_eq!(loads(&bench.give(Message::Key(Shortcut::ToCall))), [family()]);
    bench.must_show("# club: a game is about to begin. Do you play? →");
    assert_eq!(loads(&bench.give(Message::Key(Shortcut::ToCall))), [club]);
    assert!(commands(&bench.give(Message::Key(Shortcut::ToCall))).is_empty());
}

#[test]
fn a_window_without_the_focus_asks_for_attention_until_it_has_it() {
    let mut bench = bench(Language::En);
    bench.give(Message::Focused(false));
    let turn =
        |bench: &mut Bench, game| attention(&bench.happen(vec![Event::Game { room: lobby(), game: Box::new(game) }]));
    assert_eq!(turn(&mut bench, drawing()), [true], "also for the room that is shown");
    assert_eq!(bench.room.title(bench.look), "● guess the word – # lobby – Inkmesh");
    assert!(bench.shows_mark());
    assert!(turn(&mut bench, GameView { hints: 2, ..drawing() }).is_empty(), "once a turn");
    assert_eq!(turn(&mut bench, GameView { turn: 5, ..drawing() }), [true]);
    assert_eq!(attention(&bench.give(Message::Focused(true))), [false]);
    assert_eq!(bench.room.title(bench.look), "# lobby – Inkmesh");
    assert!(!bench.shows_mark());
    bench.give(Message::Focused(false));
    assert!(attention(&bench.give(Message::Focused(true))).is_empty());
}

#[test]
fn behind_the_gallery_a_game_calls_too() {
    let mut bench = bench(Language::En);
    bench.give(Message::ToGallery);
    play(&mut bench, GameView { joined: false, may_join: true, ..game(Phase::Gathering) });
    bench.must_show("# lobby: a game is about to begin. Do you play? →");
    bench.click("# lobby: a game is about to begin. Do you play? →");
    bench.must_show("I'm ready");
    assert!(!bench.shows_call());
}

#[test]
fn the_banner_is_in_view_at_every_size() {
    for (language, words) in [
        (Language::En, "# family: a turn has begun, guess the word →"),
        (Language::Ko, "# family: 차례가 시작됐어요. 정답을 맞혀 보세요 →"),
    ] {
        let mut bench = Bench::open(language, WIDE, &everybody());
        elsewhere(&mut bench, drawing());
        play(&mut bench, GameView { drawer: Some(ME), ..game(Phase::Drawing) });
        for (size, scale) in sizes() {
            resize(&mut bench, size, scale);
            let mut glass = Glass::new(bench.view(), size);
            assert_eq!(glass.hidden(words), None, "{size:?}");
        }
    }
}

impl Bench {
    /// Returns whether a room is marked in the list.
    fn shows_mark(&self) -> bool {
        let mut glass = Glass::new(self.view(), self.size);
        glass.place("mark-of-a-call").is_some()
    }

    /// Returns whether a call is shown, by the mark and by the title.
    fn shows_call(&self) -> bool {
        let titled = self.room.title(self.look).starts_with('●');
        assert_eq!(self.shows_mark(), titled);
        titled
    }
}
