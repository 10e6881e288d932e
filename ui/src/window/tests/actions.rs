//! Actions are in view in every state: with 60 people and long names, at every size and scale, in both languages.

use inkmesh::command::{Command, Reply, RoomCommand};
use inkmesh::event::{Event, Person, Warning};
use inkmesh::game::{CancelReason, GameView, Phase, PlayerView};
use inkmesh::identity::Author;
use inkmesh::node::{CommandError, StartError};
use inkmesh::words::{Level, Mask, Word};

use super::bench::{ANA, BORA, Bench, ME, WIDE, commands, here, late, lobby, person, play, player, reply, said, say};
use super::gallery::{gallery, key, stroke};
use super::in_view::{Glass, actions_stay_in_view, resize, sizes};
use super::quiz::game;
use crate::settings::Language;
use crate::window::screen::room::dialog::{self, Topic};
use crate::window::screen::room::{
    Action, GameKey, Message, Shortcut, chat, game, game::setup, layout, layout::Pane, sheet, status,
};
use crate::window::screen::{failed, gallery as hall, welcome};
use crate::window::theme::Look;

/// The number of other people in the room.
const PEOPLE: u8 = 59;

/// Names: short and long, in Latin and Hangul, without spaces, and far longer than a name may be.
fn name(number: u8) -> String {
    match number % 6 {
        0 => format!("보라 {number}"),
        1 => format!("김수한무거북이와두루미삼천갑자동방삭치치카포사리사리센타워리워리{number}"),
        2 => format!("Maximiliana Wolfeschlegelsteinhausen {number}"),
        3 => "가".repeat(300),
        4 => "W".repeat(300),
        _ => format!("Ana {number}"),
    }
}

fn author(number: u8) -> Author {
    Author([number + 1; 32])
}

pub fn everybody() -> Vec<Person> {
    (1..=PEOPLE).map(|number| person(author(number), &name(number), true)).collect()
}

pub fn bench(language: Language) -> Bench {
    Bench::open(language, WIDE, &everybody())
}

pub fn players(ready: bool) -> Vec<PlayerView> {
    let others = (1..=PEOPLE).map(|number| player(author(number), 2000 - 7 * u32::from(number), u32::from(number)));
    others.chain(ready.then(|| player(ME, 90, 0))).collect()
}

fn word(text: &str, level: Level) -> Word {
    Word::new(text, level).unwrap()
}

/// Checks the number of actions.
fn expect(count: usize, actions: Vec<String>) {
    assert_eq!(actions.len(), count, "{actions:?}");
}

fn of_the_game(message: &str) -> bool {
    message.starts_with("Game(")
}

/// Returns every state of a game, with the number of its actions.
pub fn states() -> Vec<(&'static str, GameView, usize)> {
    let full = |phase| GameView { players: players(true), ..game(phase) };
    let offers =
        vec![word("해바라기", Level::Easy), word("ice cream", Level::Medium), word("roller coaster", Level::Hard)];
    let mask = || Some(Mask::of("roller coaster"));
    let known = || Some(word("roller coaster", Level::Hard));
    let drawing = || GameView { mask: mask(), ..full(Phase::Drawing) };
    let over = || GameView { drawer: None, remaining_ms: 0, word: known(), mask: mask(), ..full(Phase::Over) };
    vec![
        ("nothing is played", GameView::default(), 1),
        ("asked", GameView { joined: false, may_join: true, players: players(false), ..game(Phase::Gathering) }, 1),
        ("our own proposal", GameView { proposer: Some(ME), ..full(Phase::Gathering) }, 2),
        ("we choose", GameView { drawer: Some(ME), offers, ..full(Phase::Choosing) }, 4),
        ("another chooses", full(Phase::Choosing), 2),
        ("we draw", GameView { drawer: Some(ME), word: known(), ..drawing() }, 2),
        ("we guess", GameView { guessing: true, ..drawing() }, 2),
        ("we watch", GameView { joined: false, may_join: true, ..drawing() }, 1),
        (
            "looked at",
            GameView { joined: false, may_join: true, word: known(), mask: mask(), ..full(Phase::Revealed) },
            1,
        ),
        ("over", over(), 2),
        ("off", GameView { cancelled: Some(CancelReason::TwoRosters), ..over() }, 3),
    ]
}

fn every_state_keeps_its_actions(language: Language) {
    for (state, game, count) in states() {
        let mut bench = bench(language);
        play(&mut bench, game);
        // While words are on offer in a low window, their card has all of the room: the ways out come back after it.
        let is_action = |message: &str| of_the_game(message) && (state != "we choose" || !message.contains("Exits"));
        expect(count, actions_stay_in_view(state, &mut bench, is_action));
    }
    let mut out = bench(language);
    play(&mut out, GameView { guessing: true, players: players(true), ..game(Phase::Drawing) });
    out.give(Message::Game(game::Message::Exits(true)));
    expect(3, actions_stay_in_view("the ways out", &mut out, of_the_game));
    let mut bench = bench(language);
    let over = || GameView { drawer: None, remaining_ms: 0, players: players(true), ..game(Phase::Over) };
    play(&mut bench, GameView { players: players(true), ..game(Phase::Revealed) });
    play(&mut bench, over());
    bench.look = Look { calm: true, ..bench.look };
    expect(3, actions_stay_in_view("the podium", &mut bench, of_the_game));
}

#[test]
fn every_state_of_a_game_keeps_its_actions_in_view() {
    every_state_keeps_its_actions(Language::En);
}

#[test]
fn every_state_of_a_game_keeps_its_actions_in_view_in_korean() {
    every_state_keeps_its_actions(Language::Ko);
}

#[test]
fn the_words_to_choose_from_are_whole_at_every_size() {
    let (_, choosing, _) = states().into_iter().find(|(state, ..)| *state == "we choose").unwrap();
    for language in Language::ALL {
        let mut bench = bench(language);
        play(&mut bench, choosing.clone());
        for (size, scale) in sizes() {
            resize(&mut bench, size, scale);
            let mut glass = Glass::new(bench.view(), size);
            for word in &choosing.offers {
                assert_eq!(glass.hidden(&word.text), None, "{size:?}: {}", word.text);
            }
        }
    }
}

#[test]
fn words_to_choose_from_are_whole_also_when_they_are_long() {
    // In a lower window five words of 32 letters scroll; their numbers choose them all the same.
    let long = |number: char| word(&format!("{}{number}", "긴".repeat(31)), Level::Hard);
    let offers: Vec<Word> = "12345".chars().map(long).collect();
    let mut bench = bench(Language::Ko);
    play(&mut bench, GameView { drawer: Some(ME), offers, ..game(Phase::Choosing) });
    for (size, scale) in sizes().into_iter().filter(|(size, _)| size.height >= 800.0) {
        resize(&mut bench, size, scale);
        for number in 0..5 {
            let mut glass = Glass::new(bench.view(), size);
            let word = format!("{}{}", "긴".repeat(31), number + 1);
            assert_eq!(glass.hidden(&word), None, "{size:?}: word {number}");
        }
    }
    resize(&mut bench, iced::Size::new(320.0, 240.0), 2.0);
    let fifth = Shortcut::Sheet(sheet::Message::Choose(sheet::Choice::Width(4)));
    assert_eq!(commands(&bench.give(Message::Key(fifth))), [here(RoomCommand::Choose { index: 4 })]);
}

#[test]
fn the_podium_has_steps_at_every_size() {
    let mut bench = bench(Language::Ko);
    play(&mut bench, GameView { players: players(true), ..game(Phase::Revealed) });
    play(&mut bench, GameView { drawer: None, remaining_ms: 0, players: players(true), ..game(Phase::Over) });
    bench.look = Look { calm: true, ..bench.look };
    for (size, scale) in sizes() {
        resize(&mut bench, size, scale);
        for place in ["1", "2", "3"] {
            let mut glass = Glass::new(bench.view(), size);
            assert_eq!(glass.hidden(place), None, "{size:?}: step {place}");
        }
    }
}

#[test]
fn the_sheet_keeps_its_place_from_state_to_state() {
    for (size, scale) in sizes().into_iter().filter(|(size, _)| size.width >= 800.0 && size.height >= 600.0) {
        let mut places = Vec::new();
        for (state, game, _) in states() {
            let mut bench = bench(Language::En);
            play(&mut bench, game);
            let may_draw = matches!(state, "nothing is played" | "we draw" | "over");
            bench.show_sheet(super::bench::sheet(may_draw));
            resize(&mut bench, size, scale);
            let mut glass = Glass::new(bench.view(), size);
            places.push((state, glass.place("sheet").unwrap()));
        }
        let (_, first) = places[0];
        for (state, place) in &places {
            assert_eq!(*place, first, "{state} at {size:?}");
        }
        let side = first.width.min(first.height * 4.0 / 3.0);
        println!("{size:?}: the sheet has {:.0} %", 75.0 * side * side / (size.width * size.height));
    }
}

#[test]
fn dialogs_keep_their_actions_in_view() {
    let is_action = |message: &str| {
        ["Dialog(Close)", "Dialog(Setup(Start))", "Dialog(Dial)", "Dialog(Rename)", "Dialog(Picture(Use))"]
            .contains(&message)
    };
    for language in Language::ALL {
        for (topic, count) in [(Topic::Connect, 2), (Topic::Settings, 2), (Topic::Picture, 2), (Topic::Help, 1)] {
            let mut bench = bench(language);
            let addresses = (0..12).map(|host| format!("/ip4/10.0.0.{host}/tcp/47770")).collect();
            bench.happen(vec![Event::Ready { peer: ME, addresses }]);
            bench.give(Message::Show(topic));
            if topic == Topic::Picture {
                let pen = |message| Message::Dialog(dialog::Message::Picture(message));
                bench.give(pen(dialog::picture::Message::Down(inkmesh::canvas::Point::new(9, 9))));
                bench.give(pen(dialog::picture::Message::Up));
            }
            if topic == Topic::Connect {
                bench.give(Message::Dialog(dialog::Message::Address("10.0.0.7".to_owned())));
            }
            expect(count, actions_stay_in_view(&format!("{topic:?}"), &mut bench, is_action));
        }
        let mut bench = bench(language);
        bench.give(Message::Game(game::Message::Setup));
        bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Own)));
        bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Own)));
        expect(2, actions_stay_in_view("the rules", &mut bench, is_action));
    }
}

#[test]
fn notices_and_banners_are_taken_away_at_every_size() {
    let long = "no space left on the device ".repeat(20);
    let mut bench = bench(Language::En);
    bench.happen(vec![
        Event::Warning(Warning::ClockAhead { ms: 3 * 3_600_000 }),
        Event::Warning(Warning::Quarantined { moved_to: format!("/home/{}", "mia/".repeat(60)), reason: long.clone() }),
    ]);
    for _ in 0..3 {
        bench.give(reply(Command::Rooms, Err(CommandError::Unreadable(long.clone()))));
    }
    play(&mut bench, states()[1].1.clone());
    expect(1, actions_stay_in_view("a banner", &mut bench, |message| message == "Status(DismissBanner)"));
    actions_stay_in_view("a notice", &mut bench, |message| message.starts_with("Status(DismissNotice("));
    bench.give(Message::Status(status::Message::DismissBanner));
    for number in 0..3 {
        bench.give(Message::Status(status::Message::DismissNotice(number)));
    }
    // A clock that is wrong is said until it is right, and leaves room for what there is to do.
    actions_stay_in_view("a wrong clock", &mut bench, of_the_game);
}

#[test]
fn rooms_and_talk_keep_their_actions_in_view() {
    for language in Language::ALL {
        let mut bench = bench(language);
        bench.give(Message::Layout(layout::Message::Pane(Pane::People)));
        bench.give(Message::Layout(layout::Message::Drawer(true)));
        let is_action = |message: &str| ["Rooms(Add)", "ToGallery", "Show(Connect)"].contains(&message);
        expect(3, actions_stay_in_view("rooms", &mut bench, is_action));
        let mut bench = bench_with_late_lines(language);
        bench.give(Message::Layout(layout::Message::Pane(Pane::Chat)));
        bench.write("hello");
        let is_action = |message: &str| {
            ["Chat(Say)", "Chat(DismissLate)"].contains(&message) || message.starts_with("Chat(ShowLate")
        };
        expect(3, actions_stay_in_view("talk", &mut bench, is_action));
        expect(
            2,
            actions_stay_in_view("head", &mut bench, |message| message == "Show(Settings)" || message == "Show(Help)"),
        );
    }
}

fn bench_with_late_lines(language: Language) -> Bench {
    let entries: Vec<_> = (0..40).map(|number| said(number, ANA, "Ana", "an old line")).collect();
    let mut bench = Bench::with(language, WIDE, &everybody(), entries.clone(), Default::default());
    let late = vec![late(&entries[3], 20, 60), inkmesh::event::Late { author: BORA, ..late(&entries[4], 10, 60) }];
    let reading = inkmesh::event::ReadStateView { mark: Some(entries[39].id), unread: 0, late };
    bench.happen(vec![Event::Reading { room: lobby(), reading }]);
    bench
}

#[test]
fn the_gallery_keeps_its_actions_in_view() {
    for language in Language::ALL {
        let mut bench = bench(language);
        bench.give(Message::ToGallery);
        let all = (0..30).map(|n| (ANA, if n % 2 == 0 { stroke(n) } else { clear(n) })).collect();
        bench.give(reply(Command::Drawings { room: lobby() }, Ok(Reply::Drawings { drawings: gallery(all) })));
        expect(1, actions_stay_in_view("the gallery", &mut bench, |message| message == "Gallery(Leave)"));
        bench.give(Message::Gallery(hall::Message::Open(key(0))));
        let is_action = |message: &str| {
            ["Gallery(Close)", "Gallery(Save", "Gallery(Replay(Play", "Gallery(Replay(Step", "Gallery(Replay(Seek"]
                .iter()
                .any(|of| message.starts_with(of))
        };
        expect(9, actions_stay_in_view("a drawing", &mut bench, is_action));
    }
}

fn clear(stroke: u64) -> inkmesh::canvas::CanvasStep {
    inkmesh::canvas::CanvasStep::Clear { stroke }
}

#[test]
fn the_first_start_and_a_failed_one_keep_their_actions_in_view() {
    for language in Language::ALL {
        let look = super::bench::look(language);
        let first = welcome::Welcome::default();
        let reason = "no such file or directory ".repeat(40);
        let failed = failed::Failed::NotStarted(StartError::Network(reason));
        for (size, _) in sizes() {
            let mut glass = Glass::new(first.view(look, size.height), size);
            for words in [look.t("welcome-continue"), "English".to_owned(), "한국어".to_owned()] {
                assert_eq!(glass.hidden(&words), None, "{size:?}: {words}");
            }
            let mut glass = Glass::new(failed.view(look, size.height), size);
            for words in [look.t("failed-retry"), look.t("failed-quit")] {
                assert_eq!(glass.hidden(&words), None, "{size:?}: {words}");
            }
        }
    }
}

// ---- keys ----

fn press(bench: &mut Bench, shortcut: Shortcut) -> Vec<Command> {
    commands(&bench.give(Message::Key(shortcut)))
}

fn step(command: RoomCommand) -> [Command; 1] {
    [here(command)]
}

#[test]
fn enter_says_that_we_take_part() {
    let asked = GameView { joined: false, may_join: true, players: players(false), ..game(Phase::Gathering) };
    let mut bench = bench(Language::En);
    play(&mut bench, asked.clone());
    assert_eq!(press(&mut bench, Shortcut::Write), step(RoomCommand::Ready));
    // With the cursor in the empty field of the talk, too; what is written there is said.
    assert_eq!(commands(&bench.give(Message::Chat(chat::Message::Say))), step(RoomCommand::Ready));
    bench.write("in a minute");
    assert_eq!(commands(&bench.give(Message::Chat(chat::Message::Say))), [here(say("in a minute"))]);
    play(&mut bench, GameView { joined: true, may_join: false, ..asked });
    assert!(commands(&bench.give(Message::Chat(chat::Message::Say))).is_empty());
    let wrote = bench.give(Message::Key(Shortcut::Write));
    assert!(matches!(wrote[..], [Action::Focus("chat-field")]), "{wrote:?}");
}

#[test]
fn one_key_brings_a_game_on() {
    let go_on = || Shortcut::Game(GameKey::GoOn);
    let mut bench = bench(Language::En);
    for (game, wanted) in [
        (GameView::default(), None),
        (GameView { proposer: Some(ME), ..game(Phase::Gathering) }, Some(RoomCommand::Begin)),
        (GameView { proposer: Some(ME), players: vec![player(ME, 0, 0)], ..game(Phase::Gathering) }, None),
        (game(Phase::Gathering), None),
        (GameView { drawer: Some(ME), ..game(Phase::Choosing) }, Some(RoomCommand::Pass)),
        (GameView { drawer: Some(ME), ..game(Phase::Drawing) }, Some(RoomCommand::Pass)),
        (GameView { joined: false, ..game(Phase::Drawing) }, None),
        (game(Phase::Revealed), None),
        (game(Phase::Over), None),
        (game(Phase::Drawing), Some(RoomCommand::Skip)),
    ] {
        play(&mut bench, game.clone());
        let wanted: Vec<Command> = wanted.map(here).into_iter().collect();
        assert_eq!(press(&mut bench, go_on()), wanted, "{game:?}");
    }
    assert!(press(&mut bench, go_on()).is_empty(), "one vote a turn");
    play(&mut bench, GameView { drawer: Some(ME), ..game(Phase::Drawing) });
    bench.give(Message::Show(Topic::Help));
    assert!(press(&mut bench, go_on()).is_empty(), "a dialog is in front of it");
}

#[test]
fn the_end_of_a_game_has_its_keys() {
    let mut bench = bench(Language::En);
    play(&mut bench, game(Phase::Revealed));
    assert!(press(&mut bench, Shortcut::Game(GameKey::Again)).is_empty());
    play(&mut bench, GameView { drawer: None, remaining_ms: 0, ..game(Phase::Over) });
    bench.must_show("Rematch");
    press(&mut bench, Shortcut::Escape);
    assert!(!bench.shows("Rematch"));
    for shown in [true, false] {
        press(&mut bench, Shortcut::Game(GameKey::Results));
        assert_eq!(bench.shows("Rematch"), shown);
    }
    assert_eq!(press(&mut bench, Shortcut::Game(GameKey::Again)), step(RoomCommand::Rematch));
    bench.give(Message::Key(Shortcut::Game(GameKey::Setup)));
    bench.must_show("Rules as in");
}

#[test]
fn every_key_of_a_game_is_in_the_help() {
    let mut bench = Bench::open(Language::En, iced::Size::new(1280.0, 1600.0), &[]);
    bench.give(Message::Show(Topic::Help));
    for key in ["Enter", "1 – 5", "Esc", "F2", "F3", "F4", "F5", "F6"] {
        bench.must_show(key);
    }
}
