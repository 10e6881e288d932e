//! Games in words, for the window and the archive.

use inkmesh::game::{CancelReason, EndReason, GameNotice, Rules};
use inkmesh::identity::Author;

use super::{t, t_args};
use crate::settings::Language;

/// Returns rules on one line.
pub fn rules(language: Language, rules: Rules) -> String {
    let args = [("rounds", rules.rounds.into()), ("seconds", rules.seconds.into())];
    let numbers = t_args(language, "game-rules", args);
    match rules.quiz {
        Some(quiz) => {
            let more = [("offered", quiz.offered.into()), ("hints", quiz.hints.into())];
            format!("{numbers} · {}", t_args(language, "game-rules-quiz", more))
        }
        None => numbers,
    }
}

/// Returns a step of a game in words, for the chat. It was taken by the person `name`, or by ourselves. The text is empty for
/// a step that is not shown.
pub fn notice(
    language: Language,
    notice: &GameNotice,
    name: &str,
    is_mine: bool,
    name_of: impl Fn(Author) -> String,
) -> String {
    let say = |key| t_args(language, key, [("name", name.into())]);
    match notice {
        GameNotice::Proposed(proposed) => {
            let key = if proposed.quiz.is_some() { "entry-proposed-quiz" } else { "entry-proposed" };
            format!("{} ({})", say(key), rules(language, *proposed))
        }
        GameNotice::Ready => say("entry-ready"),
        GameNotice::Started => t(language, "entry-started"),
        GameNotice::Cancelled(CancelReason::TooFewPlayers) => t(language, "entry-cancelled"),
        GameNotice::Cancelled(CancelReason::Abandoned) => t(language, "entry-abandoned"),
        GameNotice::Cancelled(CancelReason::TwoRosters) => t(language, "game-two-rosters"),
        GameNotice::Cancelled(CancelReason::TooFewLeft) => t(language, "game-too-few-left"),
        GameNotice::Cancelled(CancelReason::Ended) => t(language, "game-ended"),
        GameNotice::TurnBegan => say("entry-turn-began"),
        GameNotice::Solved if is_mine => t(language, "entry-solved-mine"),
        GameNotice::Solved => say("entry-solved"),
        GameNotice::TurnEnded(reason, word) => {
            let ended = match reason {
                EndReason::Passed => say("entry-turn-passed"),
                EndReason::Time => say("entry-turn-timeout"),
                EndReason::AllSolved => t(language, "entry-turn-all-solved"),
            };
            match word {
                Some(word) => {
                    let word = t_args(language, "game-word-was", [("word", word.as_str().into())]);
                    format!("{ended} · {word}")
                }
                None => ended,
            }
        }
        GameNotice::Skip => say("entry-skip"),
        GameNotice::NoAnswer(drawer) => t_args(language, "game-no-answer", [("name", name_of(*drawer).into())]),
        GameNotice::Absent(player) => t_args(language, "game-gone", [("name", name_of(*player).into())]),
        GameNotice::Left => say("entry-left"),
        GameNotice::End => say("entry-end"),
        GameNotice::Ended => t(language, "game-ended"),
        GameNotice::Kick(player) => {
            let player = name_of(*player);
            t_args(language, "entry-kick", [("name", name.into()), ("player", player.into())])
        }
        GameNotice::Hint | GameNotice::Quiet => String::new(),
    }
}
