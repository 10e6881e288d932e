#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use inkmesh::words::BadWord;

use super::*;
use crate::settings::Language;

fn plan() -> Plan {
    Plan::new(GameChoice::first(Language::En))
}

fn started(plan: &mut Plan) -> Option<(Rules, WordList)> {
    match plan.press(Press::Start) {
        Outcome::Start(rules, words) => Some((rules, words)),
        _ => None,
    }
}

#[test]
fn whatever_is_pressed_the_rules_are_sound() {
    for quiz in [true, false] {
        let mut plan = plan();
        plan.press(Press::Quiz(quiz));
        for number in Number::ALL.into_iter().filter(|number| quiz || !number.is_of_quiz()) {
            for more in [true, false, true] {
                for _ in 0..150 {
                    plan.press(Press::Step(number, more));
                    assert!(plan.choice().rules.is_sound(), "{number:?} {:?}", plan.choice().rules);
                }
                let (least, most) = number.bounds(quiz);
                assert_eq!(plan.number(number), if more { most } else { least }.to_string(), "{number:?}");
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
        let mut plan = plan();
        for text in good {
            plan.press(Press::Typed(number, text.to_owned()));
            assert!(plan.is_number_sound(number) && started(&mut plan).is_some(), "{number:?} {text}");
        }
        for text in bad {
            plan.press(Press::Typed(number, text.to_owned()));
            assert_eq!(plan.number(number), text, "what was typed stands there");
            assert!(!plan.is_number_sound(number), "{number:?} {text}");
            assert_eq!(plan.problem(), Some(Problem::Number));
            assert_eq!(started(&mut plan), None);
        }
        assert!(plan.choice().rules.is_sound(), "what is out of bounds is not taken");
        plan.press(Press::Step(number, false));
        assert!(started(&mut plan).is_some());
    }
}

#[test]
fn presets_set_all_rules() {
    let mut plan = plan();
    plan.press(Press::Typed(Number::Rounds, "77".to_owned()));
    plan.press(Press::Preset(Preset::CatchMind));
    assert_eq!(started(&mut plan).unwrap().0, Rules::catch_mind());
    plan.press(Press::Preset(Preset::Skribbl));
    assert_eq!(started(&mut plan).unwrap().0, Rules::skribbl());
}

#[test]
fn turns_have_no_words_and_the_quiz_comes_back_as_it_was() {
    let mut plan = plan();
    plan.press(Press::Step(Number::Hints, true));
    plan.press(Press::TellClose(false));
    plan.press(Press::Quiz(false));
    let (rules, words) = started(&mut plan).unwrap();
    assert_eq!((rules.quiz, words.words().len()), (None, 0));
    plan.press(Press::Typed(Number::Seconds, "600".to_owned()));
    plan.press(Press::Quiz(true));
    let (rules, words) = started(&mut plan).unwrap();
    assert_eq!(rules.quiz, Some(QuizRules { hints: 3, close: false, ..QuizRules::default() }));
    assert_eq!((rules.seconds, words.words().len()), (240, BuiltIn::En.words().len()));
}

#[test]
fn words_of_several_packs_come_once_each() {
    let mut plan = plan();
    plan.press(Press::Pack(BuiltIn::Ko));
    plan.press(Press::Own);
    assert_eq!(plan.problem(), Some(Problem::Own(&PackError::TooFew { words: 0 })));
    let own = "Apple\n사과\none\ntwo two\nthree3\nfour4\nfive5\nsix6\nseven7\neight8\n";
    plan.press(Press::Edit(text_editor::Action::Edit(Edit::Paste(Arc::new(own.to_owned())))));
    assert_eq!((plan.own_words(), plan.problem()), (Ok(10), None));
    let (_, words) = started(&mut plan).unwrap();
    assert!(words.is_sound(), "no two the same to a guesser");
    assert!(words.find("Apple").is_some() && words.find("apple").is_none(), "our own way of writing it");
    for pack in [Press::Pack(BuiltIn::En), Press::Pack(BuiltIn::Ko)] {
        plan.press(pack);
    }
    assert_eq!(started(&mut plan).unwrap().1.words().len(), 10);
    plan.press(Press::Own);
    assert_eq!(plan.problem(), Some(Problem::NoWords));
    assert_eq!(started(&mut plan), None);
}

#[test]
fn a_file_with_a_mistake_is_shown_to_be_corrected() {
    let mut plan = plan();
    let path = PathBuf::from("/home/mia/words.txt");
    plan.file(path.clone(), Ok("\u{feff}one\n!!!\n".as_bytes().to_vec()));
    assert_eq!(plan.own_words(), Err(&PackError::Word { line: 2, fault: BadWord::Empty }));
    assert_eq!(plan.words_content().text().trim_end(), "one\n!!!");
    assert!(plan.choice().own && plan.path == "/home/mia/words.txt");
    plan.file(path.clone(), Ok(vec![b'a', b'\n', 0xff]));
    assert_eq!(plan.file_error, Some(FileError::NoPack(PackError::NotUtf8 { line: 2 })));
    assert_eq!(plan.choice().own_words.trim_end(), "one\n!!!", "what was there stays");
    plan.file(path, Err("no such file".to_owned()));
    assert_eq!(plan.file_error, Some(FileError::Unreadable("no such file".to_owned())));
    plan.press(Press::Path("  ".to_owned()));
    assert_eq!((plan.press(Press::OpenFile), &plan.file_error), (Outcome::None, &None));
    plan.press(Press::Path(" words.txt ".to_owned()));
    assert_eq!(plan.press(Press::OpenFile), Outcome::Read("words.txt".into()));
}

#[test]
fn far_too_much_is_not_even_pasted() {
    let mut plan = plan();
    let much = Arc::new("가나다\n".repeat(MAX_PACK_BYTES));
    plan.press(Press::Edit(text_editor::Action::Edit(Edit::Paste(much))));
    assert!(matches!(plan.file_error, Some(FileError::NoPack(PackError::TooLarge { .. }))));
    assert_eq!(plan.choice().own_words, "");
}
