//! The state of a game in words.

use iced::Element;
use iced::widget::text::Wrapping;
use inkmesh::game::{CancelReason, Phase, SkippedBy};

use super::context::Context;
use super::message::Message;
use super::state::Game;
use crate::text;
use crate::window::theme::{self, Look};

/// Returns that the others ended the turn of somebody with this name, or ours.
pub fn skipped_words(look: Look, by: Option<SkippedBy>, name: Option<&str>) -> String {
    let (other, mine) = match by {
        Some(SkippedBy::People) | None => ("game-skipped", "game-skipped-mine"),
        Some(SkippedBy::Silence) => ("game-no-answer", "game-no-answer-mine"),
        Some(SkippedBy::Gone) => ("game-gone", "game-gone-mine"),
    };
    name.map_or_else(|| look.t(mine), |name| look.t_args(other, [("name", name.into())]))
}

/// Returns what happens now.
pub fn headline(game: &Game, context: Context<'_>) -> String {
    let look = context.look;
    let mine = game.view.drawer == Some(context.me);
    match game.view.phase {
        Phase::Idle if context.may_draw => look.t("game-idle"),
        Phase::Idle => look.t("game-idle-closed"),
        Phase::Gathering => gathering_words(game, context),
        Phase::Choosing if !game.view.offers.is_empty() => look.t("game-choose"),
        Phase::Choosing if mine => look.t("game-choosing-mine"),
        Phase::Choosing => {
            let key = if game.view.rules.quiz.is_some() { "game-choosing-word" } else { "game-choosing" };
            look.t_args(key, [("name", context.name(game.view.drawer).into())])
        }
        Phase::Drawing => drawing_words(game, context, mine),
        Phase::Revealed => revealed_words(game, context, mine),
        Phase::Over => look.t(match game.view.cancelled {
            None => "game-over",
            Some(CancelReason::TooFewPlayers) => "game-cancelled",
            Some(CancelReason::Abandoned) => "game-abandoned",
            Some(CancelReason::TwoRosters) => "game-two-rosters",
            Some(CancelReason::TooFewLeft) => "game-too-few-left",
            Some(CancelReason::Ended) => "game-ended",
        }),
    }
}

fn gathering_words(game: &Game, context: Context<'_>) -> String {
    let (look, quiz) = (context.look, game.view.rules.quiz.is_some());
    if game.view.proposer == Some(context.me) {
        return look.t(if quiz { "game-gathering-quiz-mine" } else { "game-gathering-mine" });
    }
    let key = if quiz { "game-gathering-quiz" } else { "game-gathering" };
    look.t_args(key, [("name", context.name(game.view.proposer).into())])
}

fn drawing_words(game: &Game, context: Context<'_>, mine: bool) -> String {
    let (rounds, round) = (game.view.rules.rounds.into(), game.view.round.into());
    if mine {
        return context.look.t_args("game-drawing-mine", [("round", round), ("rounds", rounds)]);
    }
    let name = context.name(game.view.drawer).into();
    context.look.t_args("game-drawing", [("name", name), ("round", round), ("rounds", rounds)])
}

fn revealed_words(game: &Game, context: Context<'_>, mine: bool) -> String {
    let look = context.look;
    match &game.view.word {
        Some(word) => look.t_args("game-word-was", [("word", word.text.as_str().into())]),
        None if game.view.skipped.is_some() && game.view.skipped == game.view.drawer => {
            let name = (!mine).then(|| context.name(game.view.drawer));
            skipped_words(look, game.view.skipped_by, name.as_deref())
        }
        None if mine => look.t("game-revealed-mine"),
        None => look.t_args("game-revealed", [("name", context.name(game.view.drawer).into())]),
    }
}

/// Returns what that means for us.
pub fn detail(game: &Game, context: Context<'_>) -> Option<String> {
    let look = context.look;
    match game.view.phase {
        Phase::Idle => None,
        Phase::Over => Some(look.t(if context.may_draw { "game-over-free" } else { "game-over-closed" })),
        Phase::Gathering => Some(text::game::rules(look.language, game.view.rules)),
        Phase::Choosing | Phase::Drawing if game.view.rules.quiz.is_some() => Some(quiz_detail(game, context)),
        Phase::Choosing | Phase::Drawing if game.view.removed => Some(look.t("game-you-were-removed")),
        Phase::Choosing | Phase::Drawing if context.may_draw => Some(look.t("game-you-may-draw")),
        Phase::Drawing | Phase::Choosing => {
            Some(look.t_args("game-only-drawer", [("name", context.name(game.view.drawer).into())]))
        }
        Phase::Revealed => Some(look.t("game-soon-next")),
    }
}

/// Returns who has solved the word, how many hints were given, and whether we take part.
fn quiz_detail(game: &Game, context: Context<'_>) -> String {
    let look = context.look;
    let mut parts = Vec::new();
    if game.view.removed {
        parts.push(look.t("game-you-were-removed"));
    } else if !game.view.joined {
        parts.push(look.t("game-you-watch"));
    } else if game.view.word.is_some() && game.view.drawer != Some(context.me) {
        parts.push(look.t("game-you-know"));
    } else if game.view.word_taken {
        parts.push(look.t("game-word-taken"));
    }
    if game.view.phase == Phase::Drawing {
        let all = game.view.players.iter().filter(|player| player.playing).count().saturating_sub(1);
        let solved = game.view.solved.len();
        parts.push(look.t_args("game-know", [("solved", solved.into()), ("all", all.into())]));
        if let Some(quiz) = game.view.rules.quiz.filter(|quiz| quiz.hints > 0) {
            parts.push(look.t_args("game-hints", [("shown", game.view.hints.into()), ("hints", quiz.hints.into())]));
        }
    } else {
        let (round, rounds) = (game.view.round.into(), game.view.rules.rounds.into());
        parts.push(look.t_args("game-round", [("round", round), ("rounds", rounds)]));
    }
    parts.join(" · ")
}

/// Returns a note on the revealed turn, if there is one.
pub fn turn_note<'a>(game: &Game, context: Context<'_>) -> Option<Element<'a, Message>> {
    let look = context.look;
    let (words, color) = match (&game.view.word, game.view.lied) {
        (_, true) => match game.drawer() {
            Some(_) => (look.t_args("game-lied", [("name", context.name(game.drawer()).into())]), look.colors.accent),
            None => (look.t("game-lied-last"), look.colors.accent),
        },
        (None, _) if game.view.mask.is_none() => return None, // the last turn ended before it had a word
        (None, _) => (look.t("game-told-nothing"), look.colors.warning),
        (Some(_), _) if game.view.solved.is_empty() => (look.t("game-nobody-knew"), look.colors.muted),
        (Some(_), _) => return None,
    };
    Some(theme::small(words, color).wrapping(Wrapping::WordOrGlyph).into())
}
