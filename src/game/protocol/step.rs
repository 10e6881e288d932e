//! The steps of a game in the log.

use serde::{Deserialize, Serialize};

use super::guess::{GuessRequest, Receipt};
use super::word_list::WordList;
use crate::game::secret::{self, Blinded, Opening, VoprfPublic, VoprfSecret, WordPublic};
use crate::identity::Author;
use crate::limits::{MAX_PLAYERS, MIN_PLAYERS};
use crate::operation_id::OperationId;
use crate::words::{Mask, normalise};

/// The rules that a proposer sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Rounds, 1 to 10. In each round every player draws once.
    pub rounds: u32,
    /// Seconds of a turn: 15 to 240 in a quiz, 1 to 600 without words.
    pub seconds: u32,
    /// Most players, 2 to 24.
    #[serde(default = "most_players")]
    pub players: u32,
    /// Seconds without ink after which a drawer is skipped, 5 to 240; 0: never.
    #[serde(default)]
    pub idle: u32,
    /// The rules of the quiz; `None` for drawing in turns without words.
    #[serde(default)]
    pub quiz: Option<QuizRules>,
}

fn most_players() -> u32 {
    MAX_PLAYERS as u32
}

/// The additional rules of a quiz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizRules {
    /// Number of words that the drawer chooses from, 1 to 5.
    pub offered: u32,
    /// Most letters shown during a turn, 0 to 5.
    pub hints: u32,
    /// True if a guesser learns, alone, that a guess was close.
    pub close: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { rounds: 3, seconds: 80, players: 24, idle: 0, quiz: None }
    }
}

impl Default for QuizRules {
    fn default() -> Self {
        QuizRules { offered: 3, hints: 2, close: true }
    }
}

impl Rules {
    /// Returns the rules of skribbl: three rounds of 80 seconds, three words to choose from, two hints.
    #[must_use]
    pub fn skribbl() -> Self {
        Rules { quiz: Some(QuizRules::default()), ..Rules::default() }
    }

    /// Returns the rules of 캐치마인드: 140 seconds, one word without choice, a drawer who draws nothing for 20 seconds is skipped.
    #[must_use]
    pub fn catch_mind() -> Self {
        let quiz = QuizRules { offered: 1, hints: 2, close: false };
        Rules { seconds: 140, players: 8, idle: 20, quiz: Some(quiz), ..Rules::default() }
    }

    /// Returns whether the numbers are within their bounds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let seconds = if self.quiz.is_some() { 15..=240 } else { 1..=600 };
        (1..=10).contains(&self.rounds)
            && seconds.contains(&self.seconds)
            && (MIN_PLAYERS..=MAX_PLAYERS).contains(&(self.players as usize))
            && (self.idle == 0 || (5..=240).contains(&self.idle))
            && self.quiz.is_none_or(|quiz| (1..=5).contains(&quiz.offered) && quiz.hints <= 5)
    }
}

/// The reason why a game was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// Fewer than two players were ready in time, or opened their nonces. Written by the proposer before the start.
    TooFewPlayers,
    /// No step counted for longer than a turn and a minute. Written by any member.
    Abandoned,
    /// The proposer named two rosters, as if to choose among seeds, or two lists of words. Found by the fold, never written.
    TwoRosters,
    /// Fewer than two players are left: the others left, were removed, or are absent. Found by the fold, never written.
    TooFewLeft,
    /// More than half of the players voted to end the game. Found by the fold, never written.
    Ended,
}

impl CancelReason {
    /// Returns the reason in English.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            CancelReason::TooFewPlayers => "too few players",
            CancelReason::Abandoned => "nobody went on with it",
            CancelReason::TwoRosters => "the proposer named two lists of players or of words",
            CancelReason::TooFewLeft => "fewer than two players are left",
            CancelReason::Ended => "most players wanted it to end",
        }
    }
}

/// The reason why a drawer ended the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The drawer was done.
    Passed,
    /// The time was over.
    Time,
    /// Everybody knew the word.
    AllSolved,
}

impl EndReason {
    /// Returns the reason in English.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            EndReason::Passed => "is done drawing",
            EndReason::Time => "ran out of time",
            EndReason::AllSolved => "everybody knew it",
        }
    }
}

/// The reason why a program votes to skip a drawer by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The time to begin, or to end the turn, is over, and the drawer's program has done neither.
    Silent,
    /// Nothing was drawn for as long as the rules allow.
    Idle,
    /// A reason that this program doesn't know.
    #[serde(other)]
    Unknown,
}

/// The reveal at the end of a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    /// The word as in the list.
    pub word: String,
    /// The secret key with which guesses were answered.
    pub secret: VoprfSecret,
    /// Its public key, as it was locked.
    pub voprf: VoprfPublic,
    /// The word's public key, as it was locked.
    pub key: WordPublic,
}

/// A step of a game. The fold ([`Game`](crate::game::Game)) alone decides which steps count; a step out of place does
/// nothing, on every peer alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GameStep {
    /// The author proposes a game, whose id is that of this operation.
    Proposed {
        /// The rules.
        rules: Rules,
        /// The words of a quiz, or the first part of them.
        #[serde(default)]
        words: WordList,
        /// The number of [`GameStep::MoreWords`] that must follow before the roster can be closed.
        #[serde(default)]
        more: u32,
    },
    /// The proposer adds a part to the list of words.
    MoreWords {
        /// Which game.
        game: OperationId,
        /// The number of the part, counted from 1; part 0 is in the proposal.
        part: u32,
        /// The words.
        words: WordList,
    },
    /// The author wants to play, and commits to a nonce ([`commitment`](crate::game::commitment)). While a game runs, the author
    /// joins with the next round.
    Ready {
        /// Which game.
        game: OperationId,
        /// Hash of the nonce.
        #[serde(with = "serde_bytes")]
        commit: [u8; 32],
    },
    /// The proposer closes the gathering and names the players.
    RosterClosed {
        /// Which game.
        game: OperationId,
        /// The `Ready` operations that count.
        ready: Vec<OperationId>,
    },
    /// A player opens the commitment.
    Opened {
        /// Which game.
        game: OperationId,
        /// The nonce, whose hash must be the commitment.
        #[serde(with = "serde_bytes")]
        nonce: [u8; 32],
    },
    /// The proposer starts the game with the players who opened their nonces. Void when it leaves out an opening before it in
    /// the log, or when nonces are missing within 3 s of the log's time after the roster.
    Started {
        /// Which game.
        game: OperationId,
        /// The `Opened` operations that count.
        opened: Vec<OperationId>,
    },
    /// The game is called off: see [`CancelReason`] for the authors who may do so.
    Cancelled {
        /// Which game.
        game: OperationId,
        /// The reason.
        reason: CancelReason,
    },
    /// The drawer of this turn begins, in a game without words.
    TurnBegan {
        /// Which game.
        game: OperationId,
        /// The turn, counted from 0 over the whole game.
        turn: u32,
    },
    /// The drawer of this turn chose a word and begins.
    WordLocked {
        /// Which game.
        game: OperationId,
        /// The turn, counted from 0 over the whole game.
        turn: u32,
        /// The public key of the secret with which guesses are answered.
        voprf: VoprfPublic,
        /// The public key of the word's key pair. A signature by it proves that its author knows the word.
        word: WordPublic,
        /// The word with all letters hidden.
        mask: Mask,
    },
    /// The drawer shows a letter.
    Hint {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The cell of the mask, counted from 0.
        cell: u32,
        /// The letter.
        letter: char,
    },
    /// A guess that the drawer answered and that was not the word, shown to the room.
    Guessed {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The line, of 1 to [`MAX_TEXT`](crate::payload::MAX_TEXT) bytes.
        text: String,
    },
    /// The author knows the word.
    Solved {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The drawer's receipt for the request.
        receipt: Box<Receipt>,
        /// The index of the word among the candidates of the receipt.
        candidate: u32,
        /// The word's public key.
        word: WordPublic,
        /// A signature by the word's key over game, turn and author: see
        /// [`WordKey::sign_solved`](crate::game::secret::WordKey::sign_solved).
        #[serde(with = "serde_bytes")]
        signature: [u8; 64],
    },
    /// A line among the players who know the word, sealed with its key.
    Whispered {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The sealed line: see [`WordKey::seal`](crate::game::secret::WordKey::seal).
        #[serde(with = "serde_bytes")]
        sealed: Vec<u8>,
    },
    /// The drawer of this turn ends it.
    TurnEnded {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The reason.
        reason: EndReason,
        /// The word and the key, in a quiz whose word was locked.
        #[serde(default)]
        reveal: Option<Box<Reveal>>,
        /// Signed requests of guessers who did not say the candidates that they requested, at most one of each guesser.
        #[serde(default)]
        evidence: Vec<GuessRequest>,
    },
    /// After the reveal a solver proves that the request was for the word.
    Unblinded {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The blinded candidate in the receipt.
        blinded: Blinded,
        /// The blinding scalar.
        opening: Opening,
        /// The word.
        word: String,
    },
    /// A player votes to skip the drawer of this turn.
    Skip {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The reason of a program that votes by itself; `None` for a person's vote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<SkipReason>,
    },
    /// A player votes to remove another one.
    Kick {
        /// Which game.
        game: OperationId,
        /// The player to remove.
        player: Author,
    },
    /// A player's program votes that another player is offline. When more than half of the others do, that player is absent:
    /// has no vote and no turn, until a [`GameStep::Here`].
    Absent {
        /// Which game.
        game: OperationId,
        /// The player who is offline.
        player: Author,
    },
    /// The author is not absent, or no longer.
    Here {
        /// Which game.
        game: OperationId,
    },
    /// The author leaves the game. A later [`GameStep::Ready`] brings them back with the next round.
    Left {
        /// Which game.
        game: OperationId,
    },
    /// A player votes to end the game.
    End {
        /// Which game.
        game: OperationId,
    },
}

impl GameStep {
    /// Returns the game of the step; `None` for a proposal, which begins a game.
    #[must_use]
    pub fn game(&self) -> Option<OperationId> {
        match *self {
            GameStep::Proposed { .. } => None,
            GameStep::Ready { game, .. }
            | GameStep::RosterClosed { game, .. }
            | GameStep::Opened { game, .. }
            | GameStep::Started { game, .. }
            | GameStep::Cancelled { game, .. }
            | GameStep::MoreWords { game, .. }
            | GameStep::TurnBegan { game, .. }
            | GameStep::WordLocked { game, .. }
            | GameStep::Hint { game, .. }
            | GameStep::Guessed { game, .. }
            | GameStep::Solved { game, .. }
            | GameStep::Whispered { game, .. }
            | GameStep::Unblinded { game, .. }
            | GameStep::TurnEnded { game, .. }
            | GameStep::Skip { game, .. }
            | GameStep::Kick { game, .. }
            | GameStep::Absent { game, .. }
            | GameStep::Here { game }
            | GameStep::Left { game }
            | GameStep::End { game } => Some(game),
        }
    }

    /// Returns whether the step's line in the talk depends on whether its vote decided something.
    #[must_use]
    pub fn is_shown_when_decided(&self) -> bool {
        matches!(self, GameStep::Skip { reason: Some(_), .. } | GameStep::Absent { .. } | GameStep::End { .. })
    }

    /// Returns whether the signatures, openings and keys in the step are valid by themselves. The result depends only on the
    /// step and its author, so it is computed once and stored.
    #[must_use]
    pub fn is_proven(&self, author: Author) -> bool {
        match self {
            GameStep::Solved { game, turn, receipt, word, signature, .. } => {
                receipt.is_valid() && secret::verify_solved(word, *game, *turn, author, signature)
            }
            GameStep::Unblinded { game, turn, blinded, opening, word } => {
                secret::is_opening_of(blinded, opening, &normalise(word), *game, *turn)
            }
            GameStep::TurnEnded { game, turn, reveal, evidence, .. } => {
                reveal.as_ref().is_none_or(|reveal| reveal.is_proven(*game, *turn))
                    && evidence.len() <= MAX_PLAYERS
                    && evidence.iter().all(GuessRequest::is_valid)
            }
            _ => true,
        }
    }
}

impl Reveal {
    fn is_proven(&self, game: OperationId, turn: u32) -> bool {
        secret::is_reveal(&self.voprf, &self.key, &self.secret, &normalise(&self.word), game, turn)
    }
}
