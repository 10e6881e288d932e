//! A game in words: what goes on.

use inkmesh::game::{CancelReason, Phase, SkippedBy};

use super::game_bar::{GameBar, Scene};
use crate::text;
use crate::window::theme::Look;

/// That the others ended the turn of somebody called `name`, or ours.
pub fn skipped_words(look: Look, by: Option<SkippedBy>, name: Option<&str>) -> String {
    let (other, mine) = match by {
        Some(SkippedBy::People) | None => ("game-skipped", "game-skipped-mine"),
        Some(SkippedBy::Silence) => ("game-no-answer", "game-no-answer-mine"),
        Some(SkippedBy::Gone) => ("game-gone", "game-gone-mine"),
    };
    name.map_or_else(|| look.t(mine), |name| look.t_args(other, [("name", name.into())]))
}

impl GameBar {
    /// What goes on.
    pub fn headline(&self, scene: Scene<'_>) -> String {
        let look = scene.look;
        let mine = self.game.drawer == Some(scene.me);
        match self.game.phase {
            Phase::Idle if scene.may_draw => look.t("game-idle"),
            Phase::Idle => look.t("game-idle-closed"),
            Phase::Gathering => self.gathering_words(scene),
            Phase::Choosing if !self.game.offers.is_empty() => look.t("game-choose"),
            Phase::Choosing if mine => look.t("game-choosing-mine"),
            Phase::Choosing => {
                let key = if self.game.rules.quiz.is_some() { "game-choosing-word" } else { "game-choosing" };
                look.t_args(key, [("name", scene.name(self.game.drawer).into())])
            }
            Phase::Drawing => self.drawing_words(scene, mine),
            Phase::Revealed => self.revealed_words(scene, mine),
            Phase::Over => look.t(match self.game.cancelled {
                None => "game-over",
                Some(CancelReason::TooFewPlayers) => "game-cancelled",
                Some(CancelReason::Abandoned) => "game-abandoned",
                Some(CancelReason::TwoRosters) => "game-two-rosters",
                Some(CancelReason::TooFewLeft) => "game-too-few-left",
                Some(CancelReason::Ended) => "game-ended",
            }),
        }
    }

    fn gathering_words(&self, scene: Scene<'_>) -> String {
        let (look, quiz) = (scene.look, self.game.rules.quiz.is_some());
        if self.game.proposer == Some(scene.me) {
            return look.t(if quiz { "game-gathering-quiz-mine" } else { "game-gathering-mine" });
        }
        let key = if quiz { "game-gathering-quiz" } else { "game-gathering" };
        look.t_args(key, [("name", scene.name(self.game.proposer).into())])
    }

    fn drawing_words(&self, scene: Scene<'_>, mine: bool) -> String {
        let (rounds, round) = (self.game.rules.rounds.into(), self.game.round.into());
        if mine {
            return scene.look.t_args("game-drawing-mine", [("round", round), ("rounds", rounds)]);
        }
        let name = scene.name(self.game.drawer).into();
        scene.look.t_args("game-drawing", [("name", name), ("round", round), ("rounds", rounds)])
    }

    fn revealed_words(&self, scene: Scene<'_>, mine: bool) -> String {
        let look = scene.look;
        match &self.game.word {
            Some(word) => look.t_args("game-word-was", [("word", word.text.as_str().into())]),
            None if self.game.skipped.is_some() && self.game.skipped == self.game.drawer => {
                let name = (!mine).then(|| scene.name(self.game.drawer));
                skipped_words(look, self.game.skipped_by, name.as_deref())
            }
            None if mine => look.t("game-revealed-mine"),
            None => look.t_args("game-revealed", [("name", scene.name(self.game.drawer).into())]),
        }
    }

    /// What that means for us.
    pub fn detail(&self, scene: Scene<'_>) -> Option<String> {
        let look = scene.look;
        match self.game.phase {
            Phase::Idle => None,
            Phase::Over => Some(look.t(if scene.may_draw { "game-over-free" } else { "game-over-closed" })),
            Phase::Gathering => Some(text::game::rules(look.language, self.game.rules)),
            Phase::Choosing | Phase::Drawing if self.game.rules.quiz.is_some() => Some(self.quiz_detail(scene)),
            Phase::Choosing | Phase::Drawing if self.game.removed => Some(look.t("game-you-were-removed")),
            Phase::Choosing | Phase::Drawing if scene.may_draw => Some(look.t("game-you-may-draw")),
            Phase::Drawing | Phase::Choosing => {
                Some(look.t_args("game-only-drawer", [("name", scene.name(self.game.drawer).into())]))
            }
            Phase::Revealed => Some(look.t("game-soon-next")),
        }
    }

    /// Who knows the word, what was shown of it, and whether we take part.
    fn quiz_detail(&self, scene: Scene<'_>) -> String {
        let look = scene.look;
        let mut parts = Vec::new();
        if self.game.removed {
            parts.push(look.t("game-you-were-removed"));
        } else if !self.game.joined {
            parts.push(look.t("game-you-watch"));
        } else if self.game.word.is_some() && self.game.drawer != Some(scene.me) {
            parts.push(look.t("game-you-know"));
        } else if self.game.word_taken {
            parts.push(look.t("game-word-taken"));
        }
        if self.game.phase == Phase::Drawing {
            let all = self.game.players.iter().filter(|player| player.playing).count().saturating_sub(1);
            let solved = self.game.solved.len();
            parts.push(look.t_args("game-know", [("solved", solved.into()), ("all", all.into())]));
            if let Some(quiz) = self.game.rules.quiz.filter(|quiz| quiz.hints > 0) {
                parts
                    .push(look.t_args("game-hints", [("shown", self.game.hints.into()), ("hints", quiz.hints.into())]));
            }
        } else {
            let (round, rounds) = (self.game.round.into(), self.game.rules.rounds.into());
            parts.push(look.t_args("game-round", [("round", round), ("rounds", rounds)]));
        }
        parts.join(" · ")
    }
}
