//! A game, as it is told.

use std::collections::BTreeMap;

use inkmesh::event::{GameView, PlayerView};
use inkmesh::game::CancelReason;
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
    scores: BTreeMap<String, u32>,
    /// Whether `say` is a guess now.
    guessing: bool,
    #[serde(skip_serializing_if = "is_not")]
    lied: bool,
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
            guessing: game.guessing,
            lied: game.lied,
        }
    }
}

impl From<PlayerView> for PlayerShape {
    fn from(view: PlayerView) -> Self {
        let PlayerView { player, name, online, playing, score, points, solved } = view;
        PlayerShape { peer: player.to_string(), name, online, playing, score, points, solved }
    }
}
