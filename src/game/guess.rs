//! What a guesser and the drawer say to each other, straight and not through the room.
//!
//! ```text
//! guesser                       drawer
//! Guess{blinded words}      →
//!                           ←   Answer{evaluations, proof, receipt} | Refused{why}
//!                           ←   Close{line}                                    (of a wrong guess, when the room has it)
//! Noted                     →
//! ```
//!
//! Requests and receipts are signed, because both are shown to others: a solver shows its receipt to tell when it asked,
//! and a drawer shows the requests of somebody who asks for words without saying them.

use serde::{Deserialize, Serialize};

use super::secret::{Answer, Blinded, MAX_CANDIDATES};
use crate::codec::{self, CodecError};
use crate::identity::{Author, Identity, SIGNATURE_LEN};
use crate::name::RoomId;
use crate::operation_id::OperationId;

/// Largest message in bytes, either way.
pub const MAX_MESSAGE: usize = 2 << 10;

/// What signed requests and receipts begin with, so that neither passes for anything else that a peer signs.
const REQUEST_CONTEXT: &[u8] = b"inkmesh guess 1";
const RECEIPT_CONTEXT: &[u8] = b"inkmesh receipt 1";

/// A guesser asks the drawer for some words, blinded: the words that one line may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuessRequest {
    /// The room of the game.
    pub room: RoomId,
    /// Which game.
    pub game: OperationId,
    /// Which turn.
    pub turn: u32,
    /// Who asks.
    pub guesser: Author,
    /// Words that the guesser has asked for in this turn before, in all its requests.
    pub asked_before: u32,
    /// The guesser's last wrong guess that it said in the room in this turn, if any.
    pub said: Option<OperationId>,
    /// 1 to [`MAX_CANDIDATES`] blinded words.
    pub blinded: Vec<Blinded>,
    /// By the guesser, over all of the above.
    #[serde(with = "serde_bytes")]
    pub signature: [u8; SIGNATURE_LEN],
}

impl GuessRequest {
    /// Writes and signs a request.
    #[must_use]
    pub fn new(
        guesser: &Identity,
        room: RoomId,
        game: OperationId,
        turn: u32,
        asked_before: u32,
        said: Option<OperationId>,
        blinded: Vec<Blinded>,
    ) -> Self {
        let (author, signature) = (guesser.author(), [0; SIGNATURE_LEN]);
        let mut request = GuessRequest { room, game, turn, guesser: author, asked_before, said, blinded, signature };
        request.signature = guesser.sign(&request.signed());
        request
    }

    /// Whether the guesser wrote this, and the number of words is allowed. Whether they are group elements shows when
    /// they are answered.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (1..=MAX_CANDIDATES).contains(&self.blinded.len()) && self.guesser.verify(&self.signed(), &self.signature)
    }

    /// What is signed: context, room, game, turn, guesser, words asked before, a byte 0 or a byte 1 and the line said,
    /// blinded words. Numbers have 4 bytes, little-endian.
    fn signed(&self) -> Vec<u8> {
        let mut bytes = REQUEST_CONTEXT.to_vec();
        bytes.extend_from_slice(&self.room.0);
        bytes.extend_from_slice(&self.game.0);
        bytes.extend_from_slice(&self.turn.to_le_bytes());
        bytes.extend_from_slice(&self.guesser.0);
        bytes.extend_from_slice(&self.asked_before.to_le_bytes());
        bytes.push(self.said.is_some().into());
        bytes.extend(self.said.iter().flat_map(|line| line.0));
        bytes.extend(self.blinded.iter().flat_map(|blinded| blinded.0));
        bytes
    }
}

/// The drawer's word for when it was asked for what. Receipts are the clock of a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which game.
    pub game: OperationId,
    /// Which turn.
    pub turn: u32,
    /// Who drew.
    pub drawer: Author,
    /// Who asked.
    pub guesser: Author,
    /// For what: the blinded words of the request.
    pub blinded: Vec<Blinded>,
    /// When: milliseconds since the turn began, by the drawer's clock.
    pub elapsed_ms: u32,
    /// By the drawer, over all of the above.
    #[serde(with = "serde_bytes")]
    pub signature: [u8; SIGNATURE_LEN],
}

impl Receipt {
    /// Writes and signs the receipt for a request that came `elapsed_ms` after the turn began.
    #[must_use]
    pub fn new(drawer: &Identity, request: &GuessRequest, elapsed_ms: u32) -> Self {
        let &GuessRequest { game, turn, guesser, .. } = request;
        let (author, blinded) = (drawer.author(), request.blinded.clone());
        let signature = [0; SIGNATURE_LEN];
        let mut receipt = Receipt { game, turn, drawer: author, guesser, blinded, elapsed_ms, signature };
        receipt.signature = drawer.sign(&receipt.signed());
        receipt
    }

    /// Whether the drawer it names wrote this, and the number of words is allowed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (1..=MAX_CANDIDATES).contains(&self.blinded.len()) && self.drawer.verify(&self.signed(), &self.signature)
    }

    /// Whether this is `drawer`'s valid receipt for just this request: what a guesser checks before it relies on it.
    #[must_use]
    pub fn is_for(&self, request: &GuessRequest, drawer: Author) -> bool {
        self.drawer == drawer
            && (self.game, self.turn, self.guesser) == (request.game, request.turn, request.guesser)
            && self.blinded == request.blinded
            && self.is_valid()
    }

    /// What is signed: context, game, turn, drawer, guesser, milliseconds, blinded words. Numbers have 4 bytes,
    /// little-endian.
    fn signed(&self) -> Vec<u8> {
        let mut bytes = RECEIPT_CONTEXT.to_vec();
        bytes.extend_from_slice(&self.game.0);
        bytes.extend_from_slice(&self.turn.to_le_bytes());
        bytes.extend_from_slice(&self.drawer.0);
        bytes.extend_from_slice(&self.guesser.0);
        bytes.extend_from_slice(&self.elapsed_ms.to_le_bytes());
        bytes.extend(self.blinded.iter().flat_map(|blinded| blinded.0));
        bytes
    }
}

/// The drawer's answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuessAnswer {
    /// What the blinded words evaluate to, and the proof.
    pub answer: Answer,
    /// When it was asked.
    pub receipt: Receipt,
}

/// Why a drawer doesn't answer a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Requests come too fast. The same may be asked again a little later.
    TooFast,
    /// The guesser has asked for as many words as it may in a turn.
    NoneLeft,
    /// It is not that turn, or its time is not running.
    NotNow,
    /// Who asks doesn't guess in this turn.
    NotGuessing,
    /// The guesser has asked for words that it has not said, or miscounts what it asked for.
    Unsaid,
    /// Signature, number of words or group elements are wrong.
    Malformed,
    /// A reason that this program doesn't know.
    #[serde(other)]
    Unknown,
}

/// What one of the two begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// The guesser guesses.
    Guess(GuessRequest),
    /// The drawer tells the guesser alone that a wrong guess was close. Nobody checks this; it is worth as much as the
    /// connection that it came over.
    Close {
        /// The room of the game.
        room: RoomId,
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// Which line of the guesser.
        line: OperationId,
    },
}

/// What the other replies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// To a guess: answered.
    Answer(GuessAnswer),
    /// To a guess: not answered.
    Refused(Refusal),
    /// To all else.
    Noted,
}

impl Ask {
    /// The bytes.
    ///
    /// # Errors
    /// [`CodecError`].
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self, MAX_MESSAGE)
    }

    /// Reads what the other asks. Signatures are not checked.
    ///
    /// # Errors
    /// [`CodecError`]; also when there are too many words.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::within(bytes.len(), MAX_MESSAGE)?;
        let ask: Ask = codec::decode(bytes)?;
        if let Ask::Guess(request) = &ask {
            codec::within(request.blinded.len(), MAX_CANDIDATES)?;
        }
        Ok(ask)
    }
}

impl Reply {
    /// The bytes.
    ///
    /// # Errors
    /// [`CodecError`].
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self, MAX_MESSAGE)
    }

    /// Reads a reply. Neither proof nor signature is checked.
    ///
    /// # Errors
    /// [`CodecError`]; also when there are too many words.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::within(bytes.len(), MAX_MESSAGE)?;
        let reply: Reply = codec::decode(bytes)?;
        if let Reply::Answer(GuessAnswer { answer, receipt }) = &reply {
            codec::within(answer.evaluated.len(), MAX_CANDIDATES)?;
            codec::within(receipt.blinded.len(), MAX_CANDIDATES)?;
        }
        Ok(reply)
    }
}
