//! The steps of a game, as they stand in the log.

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
    /// The quiz; `None`: drawing in turns, without words.
    #[serde(default)]
    pub quiz: Option<QuizRules>,
}

fn most_players() -> u32 {
    MAX_PLAYERS as u32
}

/// The rules of a quiz beside those of the turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizRules {
    /// Words that the drawer chooses from, 1 to 5.
    pub offered: u32,
    /// Letters shown while a turn goes on, at most; 0 to 5.
    pub hints: u32,
    /// Whether a guesser is told, alone, that a guess was close.
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
    /// As in skribbl: three rounds of 80 seconds, three words to choose from, two hints.
    #[must_use]
    pub fn skribbl() -> Self {
        Rules { quiz: Some(QuizRules::default()), ..Rules::default() }
    }

    /// As in 캐치마인드: 140 seconds; one word, no choice; who draws nothing for 20 seconds is skipped.
    #[must_use]
    pub fn catch_mind() -> Self {
        let quiz = QuizRules { offered: 1, hints: 2, close: false };
        Rules { seconds: 140, players: 8, idle: 20, quiz: Some(quiz), ..Rules::default() }
    }

    /// Whether the numbers keep their bounds.
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

/// Why a game was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// Fewer than two players were ready in time, or opened their nonces. The proposer says so before the start.
    TooFewPlayers,
    /// Nothing happened for longer than a turn and a minute: those who could go on are gone. Anyone in the game says so.
    Abandoned,
    /// The proposer named two rosters, as if to choose among seeds, or two lists of words. Never written: the fold finds
    /// it.
    TwoRosters,
    /// Fewer than two players are left: the others left, were removed, or are absent. Never written: the fold finds it.
    TooFewLeft,
    /// More than half of the players wanted the game to end. Never written: the fold finds it.
    Ended,
}

impl CancelReason {
    /// The reason in English.
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

/// Why a drawer ended the turn.
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
    /// The reason in English.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            EndReason::Passed => "is done drawing",
            EndReason::Time => "ran out of time",
            EndReason::AllSolved => "everybody knew it",
        }
    }
}

/// Why a program votes to skip a drawer without being asked by its person.
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

/// What a drawer tells when the turn is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    /// The word, as it stands in the list.
    pub word: String,
    /// The key with which guesses were answered.
    pub secret: VoprfSecret,
    /// Its public key, as it was locked.
    pub voprf: VoprfPublic,
    /// The word's public key, as it was locked.
    pub key: WordPublic,
}

/// One step of a game. Which steps count is decided by the fold alone ([`Game`](crate::game::Game)); a step that is out of place
/// does nothing, on every peer alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GameStep {
    /// The author proposes a game; this operation's id names it from here on.
    Proposed {
        /// How it is to be played.
        rules: Rules,
        /// The words of a quiz, or the first part of them; none without one.
        #[serde(default)]
        words: WordList,
        /// How many [`GameStep::MoreWords`] follow: until they are there, the roster can't be closed.
        #[serde(default)]
        more: u32,
    },
    /// The proposer goes on with the list of words, part by part.
    MoreWords {
        /// Which game.
        game: OperationId,
        /// Counted from 1; the first part is in the proposal.
        part: u32,
        /// The words.
        words: WordList,
    },
    /// The author wants to play, and commits to a nonce ([`commitment`](crate::game::commitment)). Said while a game runs: from the next
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
        /// With what guesses are answered.
        voprf: VoprfPublic,
        /// The public key of the word's key pair: whoever can sign for it knows the word.
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
        /// What stands there.
        letter: char,
    },
    /// A guess that the drawer answered and that was not the word: it is said to the room.
    Guessed {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// What was guessed: 1 to [`MAX_TEXT`](crate::payload::MAX_TEXT) bytes.
        text: String,
    },
    /// The author knows the word.
    Solved {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The drawer's word on what was asked, and when.
        receipt: Box<Receipt>,
        /// Which of the candidates in the receipt was the word.
        candidate: u32,
        /// The word's public key.
        word: WordPublic,
        /// By the word's key over game, turn and author: see [`WordKey::sign_solved`](crate::game::secret::WordKey::sign_solved).
        #[serde(with = "serde_bytes")]
        signature: [u8; 64],
    },
    /// Talk of those who know the word, sealed with its key.
    Whispered {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// See [`WordKey::seal`](crate::game::secret::WordKey::seal).
        #[serde(with = "serde_bytes")]
        sealed: Vec<u8>,
    },
    /// The drawer of this turn ends it.
    TurnEnded {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// Why.
        reason: EndReason,
        /// The word and the key, in a quiz whose word was locked.
        #[serde(default)]
        reveal: Option<Box<Reveal>>,
        /// Signed requests of guessers who did not say what they asked, one each at most.
        #[serde(default)]
        evidence: Vec<GuessRequest>,
    },
    /// Who solved shows, after the reveal, that what they had asked was the word.
    Unblinded {
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The candidate as it stands in their receipt.
        blinded: Blinded,
        /// What it was blinded with.
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
        /// Why the player's program does so by itself; `None`: the person wanted it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<SkipReason>,
    },
    /// A player votes to remove another.
    Kick {
        /// Which game.
        game: OperationId,
        /// Whom.
        player: Author,
    },
    /// A player's program says that another player is offline. When more than half of the others say so, that player is
    /// absent: doesn't count in votes and isn't waited for, until a [`GameStep::Here`].
    Absent {
        /// Which game.
        game: OperationId,
        /// Who is offline.
        player: Author,
    },
    /// The author is not absent, or not any more.
    Here {
        /// Which game.
        game: OperationId,
    },
    /// The author plays no more. A [`GameStep::Ready`] later brings them back with the next round.
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

    /// Whether the cryptography in the step holds, whatever the game it belongs to: signatures, openings, keys. It
    /// depends on nothing but the step and its author, so it is worked out once and remembered.
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
