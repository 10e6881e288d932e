//! The setup of a game.

use std::path::PathBuf;

use iced::keyboard::key::Named;
use inkmesh::command::{Command, CommandError, Reply, RoomCommand};
use inkmesh::game::{PlayError, Rules, WordList};
use inkmesh::words::BuiltIn;

use super::bench::{ANA, Bench, WIDE, commands, person, play};
use crate::settings::{GameChoice, Language};
use crate::window::screen::room::game::setup::Number;
use crate::window::screen::room::{Action, Message, Shortcut, dialog, game, game::setup};

fn bench(language: Language) -> Bench {
    let mut bench = Bench::open(language, WIDE, &[person(ANA, "Ana", true)]);
    bench.give(Message::Game(game::Message::Setup));
    bench
}

/// Returns the game that is proposed.
fn proposed(actions: &[Action]) -> (Rules, WordList) {
    match &commands(actions)[..] {
        [Command::In(_, RoomCommand::Start { rules, words })] => (*rules, words.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn presets_are_a_click_away() {
    let mut bench = Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)]);
    bench.must_show("Everybody may draw on this sheet");
    bench.click("Start a game…");
    for text in ["Drawing quiz", "Draw in turns", "Rounds", "Letters as hints", "English (700)"] {
        let text = text.replace("700", &BuiltIn::En.words().len().to_string());
        bench.must_show(&text);
    }
    let (rules, words) = proposed(&bench.click("Start"));
    assert_eq!((rules, words.words().len()), (Rules::skribbl(), BuiltIn::En.words().len()));
    bench.click("캐치마인드");
    bench.must_show("140");
    assert_eq!(proposed(&bench.click("Start")).0, Rules::catch_mind());
    bench.click("Draw in turns");
    assert!(!bench.shows("Letters as hints") && !bench.shows("캐치마인드"));
    let (rules, words) = proposed(&bench.click("Start"));
    assert_eq!((rules.quiz, words.words().len()), (None, 0));
}

#[test]
fn numbers_out_of_bounds_are_not_taken() {
    let mut bench = bench(Language::En);
    bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Typed(Number::Seconds, "14".to_owned()))));
    bench.must_show("A number is out of its bounds.");
    assert!(commands(&bench.click("Start")).is_empty());
    bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Typed(Number::Seconds, "15".to_owned()))));
    assert_eq!(proposed(&bench.click("Start")).0.seconds, 15);
    bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Step(Number::Rounds, true))));
    assert_eq!(proposed(&bench.click("Start")).0.rounds, 4);
}

#[test]
fn the_keyboard_is_enough() {
    let mut bench = bench(Language::En);
    // Where no field has the keyboard, Enter comes as a key for writing.
    assert_eq!(proposed(&bench.give(Message::Key(Shortcut::Write))).0, Rules::skribbl());
    let entered = bench.interact(|ui| {
        ui.click(iced_test::selector::id("rounds-field")).unwrap();
        ui.typewrite("5");
        ui.tap_key(Named::Enter);
    });
    assert!(commands(&entered).is_empty(), "there is no 53rd round");
    bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Typed(Number::Rounds, "5".to_owned()))));
    let entered = bench.interact(|ui| {
        ui.click(iced_test::selector::id("rounds-field")).unwrap();
        ui.tap_key(Named::Enter);
    });
    assert_eq!(proposed(&entered).0.rounds, 5);
    bench.give(Message::Key(Shortcut::Escape));
    assert!(!bench.shows("Rules as in"));
}

#[test]
fn own_words_say_on_which_line_they_are_wrong() {
    for (language, line, count, own) in [
        (
            Language::En,
            "Line 3: a word needs letters or digits.",
            "At least 10 words are needed; here are 2.",
            "Own words",
        ),
        (
            Language::Ko,
            "3번째 줄: 단어에는 글자나 숫자가 있어야 해요.",
            "단어가 10개 이상 있어야 해요. 지금은 2개예요.",
            "직접 만든 단어",
        ),
    ] {
        let mut bench = bench(language);
        bench.click(own);
        let file = |bench: &mut Bench, text: &str| {
            bench.give(Message::FileRead(PathBuf::from("words.txt"), Ok(text.as_bytes().to_vec())));
        };
        file(&mut bench, "one\n둘\n?!\n");
        bench.must_show(line);
        assert!(commands(&bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Start)))).is_empty());
        file(&mut bench, "one\n둘\n");
        bench.must_show(count);
        file(&mut bench, "one\n둘\nthree\n넷\nfive\n여섯\nseven\n여덟\nnine\n열\n");
        bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Pack(if language == Language::En {
            BuiltIn::En
        } else {
            BuiltIn::Ko
        }))));
        assert_eq!(
            proposed(&bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Start)))).1.words().len(),
            10
        );
    }
}

#[test]
fn a_file_that_is_dropped_is_read() {
    let mut bench = Bench::open(Language::En, WIDE, &[]);
    let path = PathBuf::from("/home/mia/animals.txt");
    let actions = bench.give(Message::Dropped(path.clone()));
    assert!(matches!(&actions[..], [Action::Focus(_), Action::ReadFile(read)] if *read == path), "{actions:?}");
    bench.give(Message::FileRead(path, Err("permission denied".to_owned())));
    bench.must_show("The file can't be read: permission denied");
    bench.must_show("/home/mia/animals.txt");
}

#[test]
fn what_was_chosen_is_remembered_when_the_game_is_proposed() {
    let mut bench = bench(Language::Ko);
    bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Pack(BuiltIn::En))));
    let (rules, words) = proposed(&bench.click("시작"));
    assert_eq!(words.words().len(), BuiltIn::En.words().len() + BuiltIn::Ko.words().len());
    let actions = bench.reply(RoomCommand::Start { rules, words }, Ok(Reply::Done {}));
    let chosen = GameChoice { english: true, ..GameChoice::first(Language::Ko) };
    assert!(matches!(&actions[..], [Action::RememberGame(choice)] if *choice == chosen), "{actions:?}");
    assert!(!bench.shows("규칙 불러오기"), "the dialog is closed");
    bench.give(Message::Game(game::Message::Setup));
    bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Pack(BuiltIn::Ko))));
    assert_eq!(proposed(&bench.click("시작")).1.words().len(), BuiltIn::En.words().len());
}

#[test]
fn a_game_that_runs_already_is_told_in_the_dialog() {
    let mut bench = bench(Language::En);
    let step = RoomCommand::Start { rules: Rules::skribbl(), words: WordList::default() };
    bench.reply(step, Err(CommandError::Play(PlayError::GameRunning)));
    bench.must_show("A game is already running in this room.");
    bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::TellClose(false))));
    assert!(!bench.shows("A game is already running in this room."), "what is changed may be tried");
    play(&mut bench, super::quiz::game(inkmesh::game::Phase::Gathering));
    bench.must_show("A game is already running in this room.");
    assert!(commands(&bench.give(Message::Dialog(dialog::Message::Setup(setup::Message::Start)))).is_empty());
}
