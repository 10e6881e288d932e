//! Tests of own packs in the forms that people write, and of the promises of the built-in ones.

use proptest::prelude::*;

use super::super::{Mask, candidates};
use super::*;

/// Returns ten words and some more lines.
fn ten_and(more: &str) -> String {
    "a1\nb2\nc3\nd4\ne5\nf6\ng7\nh8\ni9\nj10\n".to_owned() + more
}

fn levels(words: &[Word]) -> Vec<(&str, Level)> {
    words.iter().map(|word| (word.text.as_str(), word.level)).collect()
}

#[test]
fn headings_set_the_level_of_the_words_after_them() {
    let words =
        parse(&ten_and("# Easy\nx\n#hard\ny\n# my cats\nz\n# 쉬움\n소\n#보통\n말\n# 어려움\n양\n#MEDIUM\nw")).unwrap();
    assert!(words[..10].iter().all(|word| word.level == Level::Medium));
    let [easy, medium, hard] = [Level::Easy, Level::Medium, Level::Hard];
    assert_eq!(
        levels(&words[10..]),
        [("x", easy), ("y", hard), ("z", hard), ("소", easy), ("말", medium), ("양", hard), ("w", medium)]
    );
}

#[test]
fn a_file_may_come_from_any_editor() {
    let plain = parse(&ten_and("# easy\nice cream\n사과")).unwrap();
    let mut windows =
        "\u{feff}# a comment\r\n\r\n".to_owned() + &ten_and("# easy\n  ice  cream \n\n").replace('\n', "\r\n");
    windows.push_str("\u{1109}\u{1161}\u{1100}\u{116a}");
    assert_eq!(parse(&windows).unwrap(), plain);
    assert_eq!(parse_bytes(windows.as_bytes()).unwrap(), plain);
    assert_eq!(Word::new(" ice_cream ", Level::Easy), Ok(plain[10].clone()));
}

#[test]
fn faults_are_reported_with_their_line() {
    for (more, error) in [
        ("\n?!", "line 12: a word has letters or digits"),
        ("🍎", "line 11: a word has letters or digits"),
        ("#\nabcdefghijklmnopqrstuvwxyzabcdefg", "line 12: a word has at most 32 characters"),
        ("ßßßßßßßßßßßßßßßßß", "line 11: a word has at most 32 characters"),
        ("a\tb", "line 11: a word has no control characters"),
        ("a\u{202e}b", "line 11: a word has no control characters"),
        ("Ice cream\nx\nice-cream!", "line 13: the word is already on line 11"),
        ("A 1", "line 11: the word is already on line 1"),
    ] {
        assert_eq!(parse(&ten_and(more)).unwrap_err().to_string(), error, "{more:?}");
    }
    assert_eq!(parse("a\n# easy\nb"), Err(PackError::TooFew { words: 2 }));
    let many = |n: usize| (0..n).map(|n| format!("w{n}\n")).collect::<String>();
    assert_eq!(parse(&many(501)), Err(PackError::TooMany { words: 501 }));
    assert_eq!(parse(&many(500)).map(|words| words.len()), Ok(500));
    assert_eq!(parse(&many(10)).map(|words| words.len()), Ok(10));
    assert!(parse(&ten_and("abcdefghijklmnopqrstuvwxyzabcdef")).is_ok());
}

#[test]
fn bytes_that_are_not_text_are_refused_with_their_line() {
    // `사과` in CP949, as an old editor on Windows writes it.
    let old = [ten_and("").as_bytes(), b"\xbb\xe7\xb0\xfa\n"].concat();
    assert_eq!(parse_bytes(&old), Err(PackError::NotUtf8 { line: 11 }));
    assert_eq!(parse_bytes(b"\xff\xfea\0"), Err(PackError::NotUtf8 { line: 1 }));
    let bytes = MAX_PACK_BYTES + 1;
    assert_eq!(parse_bytes(&vec![0xff; bytes]), Err(PackError::TooLarge { bytes }));
    assert_eq!(parse(&"\n".repeat(bytes)), Err(PackError::TooLarge { bytes }));
    assert_eq!(parse(&"\n".repeat(bytes - 1)), Err(PackError::TooFew { words: 0 }));
}

#[test]
fn words_from_others_are_checked_like_a_file() {
    let good = parse(&ten_and("사과\nIce cream")).unwrap();
    let compared_with = normalised(&good).unwrap();
    assert!(compared_with.len() == 12 && compared_with.contains("사과") && compared_with.contains("icecream"));
    for text in ["a1", "A 1", "", "!", " pear", "ice  cream", "ice_cream", "a\nb", "\u{1109}\u{1161}"] {
        let mut words = good.clone();
        words[10].text = text.to_owned();
        assert_eq!(normalised(&words), None, "{text:?}");
    }
}

#[test]
fn a_level_is_a_number_in_the_log() {
    for (level, number) in [(Level::Easy, "1"), (Level::Medium, "2"), (Level::Hard, "3")] {
        assert_eq!(serde_json::to_string(&level).unwrap(), number);
        assert_eq!(serde_json::from_str::<Level>(number).unwrap(), level);
    }
    for number in ["0", "4", "-1", "\"easy\""] {
        assert!(serde_json::from_str::<Level>(number).is_err(), "{number}");
    }
}

#[test]
fn built_in_packs_keep_their_promises() {
    for (pack, file) in [(BuiltIn::En, include_str!("../packs/en.txt")), (BuiltIn::Ko, include_str!("../packs/ko.txt"))]
    {
        let words = read(file).unwrap_or_else(|error| panic!("{}.txt: {error}", pack.id()));
        assert_eq!(pack.words(), words);
        assert!(words.len() >= 620, "{}: {}", pack.id(), words.len());
        for (level, least) in [(Level::Easy, 250), (Level::Medium, 230), (Level::Hard, 150)] {
            let found = words.iter().filter(|word| word.level == level).count();
            assert!(found >= least, "{}: {found} {level:?}", pack.id());
        }
        for word in &words {
            assert!(!normalise(&word.text).is_empty());
            let mask = Mask::of(&word.text);
            assert!(mask.agrees(&word.text) && !mask.hidden().is_empty(), "{}", word.text);
            assert_eq!(Mask::try_from(String::from(mask.clone())), Ok(mask), "{}", word.text);
            // A built-in file can be read as an own pack, so that people can copy parts of it.
            assert_eq!(Word::new(&word.text, word.level).as_ref(), Ok(word));
        }
        assert_eq!(BuiltIn::of(pack.id()), Some(pack));
    }
    assert_eq!(BuiltIn::of("de"), None);
}

#[test]
fn the_eleven_words_of_the_original_are_easy() {
    let english =
        ["apple", "banana", "orange", "grape", "cherry", "strawberry", "mango", "flower", "moon", "tree", "house"];
    let korean = ["사과", "바나나", "오렌지", "포도", "체리", "딸기", "망고", "꽃", "달", "나무", "집"];
    for (pack, texts) in [(BuiltIn::En, english), (BuiltIn::Ko, korean)] {
        for text in texts {
            assert!(pack.words().contains(&Word { text: text.to_owned(), level: Level::Easy }), "{text}");
        }
    }
}

/// Otherwise a guess of the longer word would also be one of the shorter word.
#[test]
fn no_built_in_word_contains_another_one() {
    for pack in BuiltIn::ALL {
        let words: BTreeSet<String> = pack.words().iter().map(|word| normalise(&word.text)).collect();
        for word in pack.words() {
            let held = candidates(&word.text, |text| words.contains(text));
            assert_eq!(held, [normalise(&word.text)], "{}", word.text);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(words) = parse_bytes(&bytes) {
            prop_assert_eq!(normalised(&words).map(|normalised| normalised.len()), Some(words.len()));
        }
    }

    #[test]
    fn words_of_any_file_are_sound(lines in proptest::collection::vec("\\PC{0,40}|[가-힣]{1,10}|#.{0,6}", 0..40)) {
        if let Ok(words) = parse(&lines.join("\n")) {
            prop_assert_eq!(normalised(&words).map(|normalised| normalised.len()), Some(words.len()));
        }
    }
}
