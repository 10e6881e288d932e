//! `start`: the rules and the words of a game.

use inkmesh::game::{QuizRules, Rules, WordList};
use inkmesh::words::{BuiltIn, Level, Word};
use serde::Deserialize;

use super::{Command, fields, room_name};
use crate::headless::shape::Problem;

#[derive(Deserialize)]
struct Fields {
    room: String,
    rounds: u32,
    seconds: u32,
    pack: Option<Packs>,
    words: Option<Vec<String>>,
    players: Option<u32>,
    idle: Option<u32>,
    offered: Option<u32>,
    hints: Option<u32>,
    close: Option<bool>,
}

/// One pack or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Packs {
    One(String),
    Several(Vec<String>),
}

/// A quiz with a pack or words, or turns without words if neither is given.
pub(super) fn read(line: &str) -> Result<Command, Problem> {
    let fields: Fields = fields(line)?;
    let words = words(fields.pack, fields.words)?;
    let usual = Rules::default();
    let quiz = QuizRules::default();
    let quiz = words.is_some().then(|| QuizRules {
        offered: fields.offered.unwrap_or(quiz.offered),
        hints: fields.hints.unwrap_or(quiz.hints),
        close: fields.close.unwrap_or(quiz.close),
    });
    let rules = Rules {
        rounds: fields.rounds,
        seconds: fields.seconds,
        players: fields.players.unwrap_or(usual.players),
        idle: fields.idle.unwrap_or(usual.idle),
        quiz,
    };
    Ok(Command::Start { room: room_name(&fields.room)?, rules, words: WordList::new(words.unwrap_or_default()) })
}

fn words(packs: Option<Packs>, own: Option<Vec<String>>) -> Result<Option<Vec<Word>>, Problem> {
    let packs = packs.map(|packs| match packs {
        Packs::One(id) => vec![id],
        Packs::Several(ids) => ids,
    });
    if packs.is_none() && own.is_none() {
        return Ok(None);
    }
    // The own ones first: of words that come twice the list keeps the first.
    let mut words = Vec::new();
    for text in own.unwrap_or_default() {
        let word = Word::new(&text, Level::Medium);
        words.push(word.map_err(|error| Problem::bad_field(format!("`words`: {text:?}: {error}")))?);
    }
    for id in packs.unwrap_or_default() {
        let pack = BuiltIn::of(&id).ok_or_else(|| Problem::bad_field("`pack` is `en` or `ko`, or a list of them"))?;
        words.extend(pack.words().iter().cloned());
    }
    Ok(Some(words))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::name::RoomName;

    use super::*;

    #[test]
    fn without_words_it_is_turns() {
        let rules = Rules { rounds: 2, seconds: 9, ..Rules::default() };
        assert_eq!(
            read(r#"{"room":"lobby","rounds":2,"seconds":9}"#),
            Ok(Command::Start { room: RoomName::lobby(), rules, words: WordList::default() })
        );
    }

    #[test]
    fn a_quiz_takes_packs_and_words() {
        let line = r#"{"room":"lobby","rounds":1,"seconds":60,"pack":["en","ko"],"words":["탈춤","Apple!"],"hints":0,"players":4}"#;
        let Ok(Command::Start { rules, words, .. }) = read(line) else { panic!("not read") };
        let quiz = QuizRules { hints: 0, ..QuizRules::default() };
        assert_eq!(rules, Rules { rounds: 1, seconds: 60, players: 4, quiz: Some(quiz), ..Rules::default() });
        assert!(words.find("사과").is_some() && words.find("탈춤").is_some() && words.is_sound());
        assert!(words.find("Apple!").is_some() && words.find("apple").is_none(), "our own way of writing it");
    }
}
