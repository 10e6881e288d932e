#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use inkmesh::words::BadWord;

use super::*;
use crate::settings::Language;

fn setup() -> Setup {
    Setup::new(GameChoice::first(Language::En))
}

fn started(setup: &mut Setup) -> Option<(Rules, WordList)> {
    match setup.update(Message::Start) {
        Some(Outcome::Start(rules, words)) => Some((rules, words)),
        _ => None,
    }
}

#[test]
fn whatever_is_pressed_the_rules_are_sound() {
    for quiz in [true, false] {
        let mut setup = setup();
        setup.update(Message::Quiz(quiz));
        for number in Number::ALL.into_iter().filter(|number| quiz || !number.is_of_quiz()) {
            for more in [true, false, true] {
                for _ in 0..150 {
                    setup.update(Message::Step(number, more));
                    assert!(setup.choice.rules.is_sound(), "{number:?} {:?}", setup.choice.rules);
                }
                let (least, most) = number.bounds(quiz);
                assert_eq!(setup.number(number), if more { most } else { least }.to_string(), "{number:?}");
            }
        }
    }
}

#[test]
fn what_is_typed_has_to_keep_the_bounds() {
    for (number, good, bad) in [
        (Number::Rounds, ["1", "10"], ["0", "11"]),
        (Number::Seconds, ["15", "240"], ["14", "241"]),
        (Number::Players, ["2", "24"], ["1", "25"]),
        (Number::Idle, ["0", "240"], ["4", "241"]),
        (Number::Offered, ["1", "5"], ["0", "6"]),
        (Number::Hints, ["0", "5"], ["", "6"]),
    ] {
        let mut setup = setup();
        for text in good {
            setup.update(Message::Typed(number, text.to_owned()));
            assert!(setup.is_number_sound(number) && started(&mut setup).is_some(), "{number:?} {text}");
        }
        for text in bad {
            setup.update(Message::Typed(number, text.to_owned()));
            assert_eq!(setup.number(number), text, "what was typed stands there");
            assert!(!setup.is_number_sound(number), "{number:?} {text}");
            assert_eq!(setup.problem(), Some(Problem::Number));
            assert_eq!(started(&mut setup), None);
        }
        assert!(setup.choice.rules.is_sound(), "what is out of bounds is not taken");
        setup.update(Message::Step(number, false));
        assert!(started(&mut setup).is_some());
    }
}

#[test]
fn presets_set_all_rules() {
    let mut setup = setup();
    setup.update(Message::Typed(Number::Rounds, "77".to_owned()));
    setup.update(Message::Preset(Preset::CatchMind));
    assert_eq!(started(&mut setup).unwrap().0, Rules::catch_mind());
    setup.update(Message::Preset(Preset::Skribbl));
    assert_eq!(started(&mut setup).unwrap().0, Rules::skribbl());
}

#[test]
fn turns_have_no_words_and_the_quiz_comes_back_as_it_was() {
    let mut setup = setup();
    setup.update(Message::Step(Number::Hints, true));
    setup.update(Message::TellClose(false));
    setup.update(Message::Quiz(false));
    let (rules, words) = started(&mut setup).unwrap();
    assert_eq!((rules.quiz, words.words().len()), (None, 0));
    setup.update(Message::Typed(Number::Seconds, "600".to_owned()));
    setup.update(Message::Quiz(true));
    let (rules, words) = started(&mut setup).unwrap();
    assert_eq!(rules.quiz, Some(QuizRules { hints: 3, close: false, ..QuizRules::default() }));
    assert_eq!((rules.seconds, words.words().len()), (240, BuiltIn::En.words().len()));
}

#[test]
fn words_of_several_packs_come_once_each() {
    let mut setup = setup();
    setup.update(Message::Pack(BuiltIn::Ko));
    setup.update(Message::Own);
    assert_eq!(setup.problem(), Some(Problem::Own(&PackError::TooFew { words: 0 })));
    let own = "Apple\n사과\none\ntwo two\nthree3\nfour4\nfive5\nsix6\nseven7\neight8\n";
    setup.update(Message::Edit(text_editor::Action::Edit(Edit::Paste(Arc::new(own.to_owned())))));
    assert_eq!((setup.own_words(), setup.problem()), (Ok(10), None));
    let (_, words) = started(&mut setup).unwrap();
    assert!(words.is_sound(), "no two the same to a guesser");
    assert!(words.find("Apple").is_some() && words.find("apple").is_none(), "our own way of writing it");
    for pack in [Message::Pack(BuiltIn::En), Message::Pack(BuiltIn::Ko)] {
        setup.update(pack);
    }
    assert_eq!(started(&mut setup).unwrap().1.words().len(), 10);
    setup.update(Message::Own);
    assert_eq!(setup.problem(), Some(Problem::NoWords));
    assert_eq!(started(&mut setup), None);
}

#[test]
fn a_file_with_a_mistake_is_shown_to_be_corrected() {
    let mut setup = setup();
    let path = PathBuf::from("/home/mia/words.txt");
    setup.file(path.clone(), Ok("\u{feff}one\n!!!\n".as_bytes().to_vec()));
    assert_eq!(setup.own_words(), Err(&PackError::Word { line: 2, fault: BadWord::Empty }));
    assert_eq!(setup.words.text().trim_end(), "one\n!!!");
    assert!(setup.choice.own && setup.path == "/home/mia/words.txt");
    setup.file(path.clone(), Ok(vec![b'a', b'\n', 0xff]));
    assert_eq!(setup.file_error, Some(FileError::NoPack(PackError::NotUtf8 { line: 2 })));
    assert_eq!(setup.choice.own_words.trim_end(), "one\n!!!", "what was there stays");
    setup.file(path, Err("no such file".to_owned()));
    assert_eq!(setup.file_error, Some(FileError::Unreadable("no such file".to_owned())));
    setup.update(Message::Path("  ".to_owned()));
    assert_eq!((setup.update(Message::OpenFile), &setup.file_error), (None, &None));
    setup.update(Message::Path(" words.txt ".to_owned()));
    assert_eq!(setup.update(Message::OpenFile), Some(Outcome::Read("words.txt".into())));
}

#[test]
fn far_too_much_is_not_even_pasted() {
    let mut setup = setup();
    let much = Arc::new("가나다\n".repeat(MAX_PACK_BYTES));
    setup.update(Message::Edit(text_editor::Action::Edit(Edit::Paste(much))));
    assert!(matches!(setup.file_error, Some(FileError::NoPack(PackError::TooLarge { .. }))));
    assert_eq!(setup.choice.own_words, "");
}
