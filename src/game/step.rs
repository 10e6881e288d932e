//! The steps of a game, as they stand in the log.

use serde::{Deserialize, Serialize};

use crate::identity::Author;
use crate::operation_id::OperationId;

/// The rules that a proposer sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Rounds, 1 to 10. In each round every player draws once.
    pub rounds: u32,
    /// Seconds of a turn, 1 to 600.
    pub seconds: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { rounds: 3, seconds: 80 }
    }
}

impl Rules {
    /// Whether the numbers keep their bounds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        (1..=10).contains(&self.rounds) && (1..=600).contains(&self.seconds)
    }

    /// The time of a turn in milliseconds.
    pub(super) fn seconds_ms(&self) -> u64 {
        u64::from(self.seconds) * 1000
    }
}

/// Why a game was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// Fewer than two players were ready in time, or opened their nonces. The proposer says so before the start.
    TooFewPlayers,
    /// Nothing happened for longer than a turn and a minute: those who could go on are gone. Anyone in the game says so.
    Abandoned,
    /// The proposer named two rosters, as if to choose among seeds. Never written: the fold finds it.
    TwoRosters,
}

impl CancelReason {
    /// The reason in English.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            CancelReason::TooFewPlayers => "too few players",
            CancelReason::Abandoned => "nobody went on with it",
            CancelReason::TwoRosters => "the proposer named two lists of players",
        }
    }
}

/// Why a drawer ended the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The drawer was done.
    Passed,
    /// The time was over.
    Time,
}

/// One step of a game. Which steps count is decided by the fold alone ([`super::Game`]); a step that is out of place
/// does nothing, on every peer alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GameStep {
    /// The author proposes a game; this operation's id names it from here on.
    Proposed {
        /// How it is to be played.
        rules: Rules,
    },
    /// The author wants to play, and commits to a nonce ([`super::commitment`]). Said while a game runs: from the next
    /// round on.
    Ready {
        /// Which game.
        game: OperationId,
        /// Hash of the nonce.
        #[serde(with = "serde_bytes")]
        commit: [u8; 32],
    },
    /// The proposer closes the gathering: these are the players.
    RosterClosed {
        /// Which game.
        game: OperationId,
        /// The `Ready` operations that count.
        ready: Vec<OperationId>,
    },
    /// A player opens the nonce.
    Opened {
        /// Which game.
        game: OperationId,
        /// The nonce; its hash must be what the player committed to.
        #[serde(with = "serde_bytes")]
        nonce: [u8; 32],
    },
    /// The proposer starts the game with the nonces opened so far; who has not opened is left out. Void when it leaves
    /// out an opening that stands before it, or when nonces are missing within 3 s of the log's time after the roster.
    Started {
        /// Which game.
        game: OperationId,
        /// The `Opened` operations that count.
        opened: Vec<OperationId>,
    },
    /// The game is called off: see [`CancelReason`] for who may say so, and when.
    Cancelled {
        /// Which game.
        game: OperationId,
        /// Why.
        reason: CancelReason,
    },
    /// The drawer of this turn begins.
    TurnBegan {
        /// Which game.
        game: OperationId,
        /// The turn, counted from 0 over the whole game.
        turn: u32,
    },
    /// The drawer of this turn ends it.
    TurnEnded {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// Why.
        reason: EndReason,
    },
    /// A player votes to skip the drawer of this turn.
    Skip {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
    },
    /// A player votes to remove another.
    Kick {
        /// Which game.
        game: OperationId,
        /// Whom.
        player: Author,
    },
}

impl GameStep {
    /// The game that the step belongs to; `None` for a proposal, which is a game of its own.
    #[must_use]
    pub fn game(&self) -> Option<OperationId> {
        match *self {
            GameStep::Proposed { .. } => None,
            GameStep::Ready { game, .. }
            | GameStep::RosterClosed { game, .. }
            | GameStep::Opened { game, .. }
            | GameStep::Started { game, .. }
            | GameStep::Cancelled { game, .. }
            | GameStep::TurnBegan { game, .. }
            | GameStep::TurnEnded { game, .. }
            | GameStep::Skip { game, .. }
            | GameStep::Kick { game, .. } => Some(game),
        }
    }
}
