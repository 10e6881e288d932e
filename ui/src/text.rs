//! Texts for people, in English and Korean.

pub mod game;

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;

use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};
use inkmesh::event::Warning;
use inkmesh::game::{MAX_WORDS, PlayError};
use inkmesh::name::NameError;
use inkmesh::node::{CommandError, MAX_ROOMS};
use inkmesh::words::{self, BadWord, PackError};

use crate::settings::Language;

pub use fluent_templates::fluent_bundle::FluentValue as Value;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Bidirectional isolates around names and numbers would show as boxes in fonts that lack them.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ENGLISH: LanguageIdentifier = langid!("en");
static KOREAN: LanguageIdentifier = langid!("ko");

fn identifier(language: Language) -> &'static LanguageIdentifier {
    match language {
        Language::En => &ENGLISH,
        Language::Ko => &KOREAN,
    }
}

pub fn t(language: Language, key: &str) -> String {
    LOCALES.lookup(identifier(language), key)
}

/// Returns the text of a key, with values for its placeholders.
pub fn t_args<const N: usize>(language: Language, key: &str, args: [(&'static str, Value<'_>); N]) -> String {
    let args: HashMap<Cow<'static, str>, Value<'_>> =
        args.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
    LOCALES.lookup_with_args(identifier(language), key, &args)
}

/// Returns a number with separators of thousands: `1,204`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns the error of a name in words.
pub fn name_error(language: Language, error: NameError) -> String {
    match error {
        NameError::Empty => t(language, "error-name-empty"),
        NameError::Invisible => t(language, "error-name-invisible"),
        NameError::TooLong => t_args(language, "error-name-long", [("max", inkmesh::name::MAX_NAME_CHARS.into())]),
    }
}

/// Returns a multiaddress as people write it: `192.168.0.7:47770`.
pub fn short_address(address: &str) -> String {
    let mut parts = address.split('/').skip(1);
    let (mut host, mut port) = (None, None);
    while let (Some(protocol), Some(value)) = (parts.next(), parts.next()) {
        match protocol {
            "ip4" | "dns" | "dns4" | "dns6" => host = Some(value.to_owned()),
            "ip6" => host = Some(format!("[{value}]")),
            "tcp" | "udp" => port = Some(value),
            _ => {}
        }
    }
    match (host, port) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        _ => address.to_owned(),
    }
}

/// Returns the error of a command in words: the text of its [code](CommandError::code).
pub fn command_error(language: Language, error: &CommandError) -> String {
    match error {
        CommandError::Name(error) => name_error(language, *error),
        CommandError::NotInRoom(room) => t_args(language, "error-not-in-room", [("room", room.as_str().into())]),
        CommandError::TooManyRooms => t_args(language, "error-too-many-rooms", [("most", MAX_ROOMS.into())]),
        CommandError::Address(address) => t_args(language, "error-address", [("address", address.as_str().into())]),
        CommandError::BlankText => t(language, "error-text-blank"),
        CommandError::Text { len } => {
            t_args(language, "error-text-long", [("len", (*len).into()), ("max", inkmesh::payload::MAX_TEXT.into())])
        }
        CommandError::Play(PlayError::Words) => {
            t_args(language, "error-bad-words", [("least", words::MIN_WORDS.into()), ("most", MAX_WORDS.into())])
        }
        CommandError::FileExists(path) => t_args(language, "error-file-exists", [("path", path.as_str().into())]),
        CommandError::NotSaved(reason) => t_args(language, "error-not-saved", [("reason", reason.as_str().into())]),
        CommandError::Unreadable(reason) => t_args(language, "error-unreadable", [("reason", reason.as_str().into())]),
        other => t(language, &format!("error-{}", other.code().replace('_', "-"))),
    }
}

/// Returns the error of a word list in words.
pub fn pack_error(language: Language, error: &PackError) -> String {
    let at = |key, line: usize| t_args(language, key, [("line", line.into())]);
    match *error {
        PackError::TooLarge { .. } => {
            t_args(language, "pack-too-large", [("most", (words::MAX_PACK_BYTES / 1024).into())])
        }
        PackError::NotUtf8 { line } => at("pack-not-utf8", line),
        PackError::Word { line, fault: BadWord::Empty } => at("pack-word-empty", line),
        PackError::Word { line, fault: BadWord::TooLong } => {
            t_args(language, "pack-word-long", [("line", line.into()), ("most", words::MAX_WORD_CHARS.into())])
        }
        PackError::Word { line, fault: BadWord::Control } => at("pack-word-control", line),
        PackError::Twice { line, first } => {
            t_args(language, "pack-twice", [("line", line.into()), ("first", first.into())])
        }
        PackError::TooFew { words } => {
            t_args(language, "pack-few", [("count", words.into()), ("least", words::MIN_WORDS.into())])
        }
        PackError::TooMany { words } => {
            t_args(language, "pack-many", [("count", words.into()), ("most", words::MAX_PACK_WORDS.into())])
        }
    }
}

/// Returns a warning in words for a notice; `None` for those that are shown elsewhere in the window.
pub fn warning(language: Language, warning: &Warning, author: &str) -> Option<String> {
    match warning {
        Warning::StorageRecovered => Some(t(language, "warning-storage-recovered")),
        Warning::ListenFailed { address, reason } => Some(t_args(
            language,
            "warning-listen-failed",
            [("address", address.as_str().into()), ("reason", reason.as_str().into())],
        )),
        Warning::DialFailed { address, reason } => Some(t_args(
            language,
            "warning-dial-failed",
            [("address", address.as_str().into()), ("reason", reason.as_str().into())],
        )),
        Warning::OwnAddress { address } => {
            Some(t_args(language, "warning-own-address", [("address", address.as_str().into())]))
        }
        Warning::Unreachable { reason } => {
            Some(t_args(language, "warning-unreachable", [("reason", reason.as_str().into())]))
        }
        Warning::DiscoveryRecovered => Some(t(language, "warning-discovery-recovered")),
        Warning::RoomsLeftOut { rooms } => {
            Some(t_args(language, "warning-rooms-left-out", [("rooms", (*rooms).into()), ("most", MAX_ROOMS.into())]))
        }
        Warning::Fork { .. } => Some(t_args(language, "warning-fork", [("name", author.into())])),
        Warning::Parked { .. } => Some(t_args(language, "warning-parked", [("name", author.into())])),
        Warning::ClockAgrees => Some(t(language, "warning-clock-agrees")),
        Warning::OwnFork
        | Warning::ClockAhead { .. }
        | Warning::ClockBehind { .. }
        | Warning::ClockDiffers { .. }
        | Warning::Quarantined { .. }
        | Warning::TailLost
        | Warning::NewKey
        | Warning::KeyExposed
        | Warning::StorageFailed { .. }
        | Warning::DiscoveryFailed { .. }
        | Warning::Lagged { .. } => None,
    }
}

/// Returns an approximate duration in words, in the largest unit that fits.
pub fn about(language: Language, ms: u64) -> String {
    let (key, count) = match ms / 60_000 {
        minutes @ 0..120 => ("about-minutes", minutes.max(1)),
        minutes @ 120..2_880 => ("about-hours", minutes / 60),
        minutes @ 2_880..1_051_200 => ("about-days", minutes / 1_440),
        minutes => ("about-years", minutes / 525_600),
    };
    t_args(language, key, [("count", count.into())])
}

/// Returns an error and its causes on one line, without causes that the text already contains.
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use inkmesh::backup::BackupError;
    use inkmesh::game::GuessError;
    use inkmesh::room_ticket::TicketError;

    use super::*;

    const EN: &str = include_str!("../locales/en.ftl");
    const KO: &str = include_str!("../locales/ko.ftl");

    /// Returns the keys of a file with the placeholders of each.
    fn keys(file: &str) -> Vec<(String, BTreeSet<String>)> {
        let mut keys: Vec<(String, BTreeSet<String>)> = Vec::new();
        for line in file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let text = match line.split_once(" = ") {
                Some((key, text)) if !key.starts_with([' ', '[', '*', '.']) => {
                    keys.push((key.to_owned(), BTreeSet::new()));
                    text
                }
                _ => line.strip_suffix(" =").map_or(line, |key| {
                    keys.push((key.to_owned(), BTreeSet::new()));
                    ""
                }),
            };
            let used = text.split('$').skip(1).map(|rest| rest.split([' ', '}', '-']).next().unwrap().to_owned());
            keys.last_mut().unwrap().1.extend(used);
        }
        keys.sort();
        keys
    }

    /// Returns all texts between quotes in the source.
    fn quoted() -> BTreeSet<String> {
        fn walk(folder: &Path, found: &mut BTreeSet<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.extend(fs::read_to_string(path).unwrap().split('"').map(str::to_owned));
                }
            }
        }
        let mut found = BTreeSet::new();
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        found
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(keys(EN), keys(KO));
        assert!(keys(EN).len() > 100, "the parser of this test finds {} keys", keys(EN).len());
    }

    #[test]
    fn every_key_is_used() {
        let mut used = quoted();
        used.extend(errors().iter().map(|error| format!("error-{}", error.code().replace('_', "-"))));
        // A test of dates looks at the names of all days and months.
        let is_date = |key: &str| key.starts_with("weekday-") || key.starts_with("month-");
        for (key, _) in keys(EN) {
            assert!(used.contains(&key) || is_date(&key), "{key} is in the locales, but no view says it");
        }
    }

    #[test]
    fn every_key_that_looks_like_one_exists() {
        let keys: BTreeSet<String> = keys(EN).into_iter().map(|(key, _)| key).collect();
        let prefixes: BTreeSet<&str> =
            keys.iter().filter_map(|key| key.split_once('-')).map(|(first, _)| first).collect();
        for text in quoted() {
            let key_like =
                text.split_once('-').is_some_and(|(first, rest)| prefixes.contains(first) && !rest.is_empty())
                    && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            assert!(
                !key_like || keys.contains(&text) || text.ends_with("-field"),
                "{text} is said, but not in the locales"
            );
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Layer(&'static str, #[source] Option<Box<Layer>>);

    #[test]
    fn an_error_is_told_with_its_causes_once_each() {
        let error = Layer("no start", Some(Box::new(Layer("no disk: full", Some(Box::new(Layer("full", None)))))));
        assert_eq!(with_causes(&error), "no start: no disk: full");
    }

    #[test]
    fn korean_is_korean() {
        assert_eq!(t(Language::En, "room-people"), "People");
        assert_eq!(t(Language::Ko, "room-people"), "사람들");
    }

    #[test]
    fn times_are_about() {
        const HOUR: u64 = 3_600_000;
        for (ms, en, ko) in [
            (1, "1 minute", "1분"),
            (HOUR, "60 minutes", "60분"),
            (3 * HOUR, "3 hours", "3시간"),
            (49 * HOUR, "2 days", "2일"),
            (2 * 365 * 24 * HOUR, "2 years", "2년"),
        ] {
            assert_eq!((about(Language::En, ms), about(Language::Ko, ms)), (en.to_owned(), ko.to_owned()));
        }
        assert!(!about(Language::En, u64::MAX).is_empty());
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1204, "1,204"), (1_000_000, "1,000,000")] {
            assert_eq!(grouped(number), text);
        }
    }

    /// Returns every error of a command.
    fn errors() -> Vec<CommandError> {
        vec![
            CommandError::NotInRoom(inkmesh::name::RoomName::lobby()),
            CommandError::NotAMember,
            CommandError::Backup(BackupError::ShortPassphrase),
            CommandError::Backup(BackupError::TooLarge),
            CommandError::FileExists("/tmp/x".to_owned()),
            CommandError::UnknownInvitation,
            CommandError::TooManyInvitations,
            CommandError::Ticket(TicketError::NotATicket),
            CommandError::Ticket(TicketError::Newer),
            CommandError::Ticket(TicketError::Expired),
            CommandError::Name(NameError::Empty),
            CommandError::Name(NameError::Invisible),
            CommandError::Name(NameError::TooLong),
            CommandError::Address("x".to_owned()),
            CommandError::LinkLocal,
            CommandError::BlankText,
            CommandError::Text { len: 9000 },
            CommandError::Stroke,
            CommandError::NothingToUndo,
            CommandError::NothingToRedo,
            CommandError::SheetFull,
            CommandError::Play(PlayError::Rules),
            CommandError::Play(PlayError::Words),
            CommandError::Play(PlayError::NoSuchWord),
            CommandError::Guess(GuessError::Unreachable),
            CommandError::Guess(GuessError::TooFast),
            CommandError::Guess(GuessError::Waiting),
            CommandError::Guess(GuessError::Unsaid),
            CommandError::Guess(GuessError::AlreadySolved),
            CommandError::Guess(GuessError::NoneLeft),
            CommandError::Guess(GuessError::TooLate),
            CommandError::Guess(GuessError::Refused),
            CommandError::Guess(GuessError::FalseAnswer),
            CommandError::Sealed,
            CommandError::Play(PlayError::NotTheDrawer),
            CommandError::Play(PlayError::NotAPlayer),
            CommandError::Play(PlayError::WrongPhase),
            CommandError::Play(PlayError::NotTheProposer),
            CommandError::Play(PlayError::AlreadyDone),
            CommandError::Play(PlayError::OwnTurn),
            CommandError::Play(PlayError::GameFull),
            CommandError::Play(PlayError::Removed),
            CommandError::Play(PlayError::TooFewReady),
            CommandError::Play(PlayError::GameRunning),
            CommandError::UnknownEntry,
            CommandError::NotSaved("disk full".to_owned()),
            CommandError::Unreadable("bad page".to_owned()),
            CommandError::Busy,
            CommandError::RoomFull,
            CommandError::Oneself,
            CommandError::TooManyPeople,
            CommandError::NotVerified,
            CommandError::TooManyRooms,
            CommandError::Closed,
        ]
    }

    #[test]
    fn every_error_has_words_in_both_languages() {
        for language in Language::ALL {
            let mut said = BTreeSet::new();
            for error in &errors() {
                let words = command_error(language, error);
                assert_is_said(&words);
                assert!(said.insert(words), "{error:?} is told in the words of another");
            }
        }
        assert!(command_error(Language::Ko, &CommandError::NotSaved("disk full".to_owned())).contains("disk full"));
    }
    fn assert_is_said(words: &str) {
        let missing = ["error-", "pack-", "Unknown", "{"].iter().any(|sign| words.contains(sign));
        assert!(!missing, "{words}");
    }

    #[test]
    fn every_mistake_in_a_list_of_words_has_words_in_both_languages_and_its_line() {
        let word = |fault| PackError::Word { line: 77, fault };
        let errors = [
            PackError::TooLarge { bytes: 70_000 },
            PackError::NotUtf8 { line: 77 },
            word(BadWord::Empty),
            word(BadWord::TooLong),
            word(BadWord::Control),
            PackError::Twice { line: 77, first: 3 },
            PackError::TooFew { words: 77 },
            PackError::TooMany { words: 77 },
        ];
        for error in errors {
            for language in Language::ALL {
                let words = pack_error(language, &error);
                assert_is_said(&words);
                assert!(words.contains("77") || matches!(error, PackError::TooLarge { .. }), "{words}");
            }
        }
    }

    #[test]
    fn addresses_are_short() {
        for (address, short) in [
            ("/ip4/192.168.0.7/tcp/47770", "192.168.0.7:47770"),
            ("/ip4/10.0.0.2/tcp/7/p2p/12D3KooW", "10.0.0.2:7"),
            ("/ip6/fe80::1/tcp/7", "[fe80::1]:7"),
            ("/memory/7", "/memory/7"),
            ("somewhere", "somewhere"),
        ] {
            assert_eq!(short_address(address), short);
        }
    }
}
