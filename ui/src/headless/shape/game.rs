//! A game, as it is told.

use std::collections::BTreeMap;

use inkmesh::event::{GameView, Phase, PlayerView};
use inkmesh::game::{CancelReason, Rules, SkippedBy};
use inkmesh::name::RoomName;
use serde::Serialize;

use super::is_not;

/// A room's game.
#[derive(Debug, Serialize)]
pub struct GameShape {
    room: RoomName,
    phase: &'static str,
    game: Option<String>,
    quiz: bool,
    players: Vec<PlayerShape>,
    round: u32,
    rounds: u32,
    seconds: u32,
    /// What was proposed, and is agreed to by `ready`; none without a game.
    rules: Option<RulesShape>,
    turn: u32,
    drawer: Option<String>,
    proposer: Option<String>,
    remaining_ms: u64,
    cancelled: Option<CancelReason>,
    /// The word with hidden letters as `_`.
    mask: Option<String>,
    hints: u32,
    /// To the drawer only.
    candidates: Vec<String>,
    /// To the drawer and those who know it, or when the turn is over.
    word: Option<String>,
    level: Option<u8>,
    /// In the order in which they knew it.
    solved: Vec<String>,
    /// The drawer of the turn that ended last, if the others ended it, and whether people voted, the drawer's program
    /// was silent, or the drawer is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_by: Option<&'static str>,
    /// To the drawer only: whether its program took the word, because none was chosen in time.
    #[serde(skip_serializing_if = "is_not")]
    word_taken: bool,
    scores: BTreeMap<String, u32>,
    /// When the game is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    winners: Option<Vec<String>>,
    /// Whether `say` is a guess now.
    guessing: bool,
    #[serde(skip_serializing_if = "is_not")]
    lied: bool,
}

/// The rules of a game, called as `start` takes them; the last three of a quiz only.
#[derive(Debug, Serialize)]
struct RulesShape {
    rounds: u32,
    seconds: u32,
    players: u32,
    idle: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    offered: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hints: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<bool>,
}

/// A player of a game.
#[derive(Debug, Serialize)]
struct PlayerShape {
    peer: String,
    name: String,
    online: bool,
    playing: bool,
    score: u32,
    points: u32,
    solved: bool,
}

impl GameShape {
    pub fn new(room: &RoomName, game: GameView) -> Self {
        let winners = game.winners().iter().map(ToString::to_string).collect();
        GameShape {
            room: room.clone(),
            phase: game.phase.as_str(),
            game: game.game.map(|id| id.to_string()),
            quiz: game.rules.quiz.is_some(),
            scores: game.players.iter().map(|player| (player.player.to_string(), player.score)).collect(),
            players: game.players.into_iter().map(PlayerShape::from).collect(),
            round: game.round,
            rounds: game.rules.rounds,
            seconds: game.rules.seconds,
            rules: game.game.map(|_| RulesShape::from(game.rules)),
            turn: game.turn,
            drawer: game.drawer.map(|author| author.to_string()),
            proposer: game.proposer.map(|author| author.to_string()),
            remaining_ms: game.remaining_ms,
            cancelled: game.cancelled,
            mask: game.mask.map(String::from),
            hints: game.hints,
            candidates: game.offers.into_iter().map(|word| word.text).collect(),
            level: game.word.as_ref().map(|word| word.level.into()),
            word: game.word.map(|word| word.text),
            solved: game.solved.iter().map(ToString::to_string).collect(),
            skipped: game.skipped.map(|drawer| drawer.to_string()),
            skipped_by: game.skipped.and(game.skipped_by).map(|by| match by {
                SkippedBy::People => "people",
                SkippedBy::Silence => "silence",
                SkippedBy::Gone => "gone",
            }),
            word_taken: game.word_taken,
            winners: (game.phase == Phase::Over).then_some(winners),
            guessing: game.guessing,
            lied: game.lied,
        }
    }
}

impl From<Rules> for RulesShape {
    fn from(rules: Rules) -> Self {
        let Rules { rounds, seconds, players, idle, quiz } = rules;
        RulesShape {
            rounds,
            seconds,
            players,
            idle,
            offered: quiz.map(|quiz| quiz.offered),
            hints: quiz.map(|quiz| quiz.hints),
            close: quiz.map(|quiz| quiz.close),
        }
    }
}

impl From<PlayerView> for PlayerShape {
    fn from(view: PlayerView) -> Self {
        let PlayerView { player, name, online, playing, score, points, solved } = view;
        PlayerShape { peer: player.to_string(), name, online, playing, score, points, solved }
    }
}
