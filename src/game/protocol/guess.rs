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

use crate::codec::{self, CodecError};
use crate::game::secret::{Answer, Blinded, VoprfPublic};
use crate::identity::{Author, Identity, SIGNATURE_LEN};
use crate::limits::MAX_CANDIDATES;
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
    /// The key that the turn was locked with: a game that starts again counts its turns anew, and what was asked before
    /// that is another matter.
    pub voprf: VoprfPublic,
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
    /// Writes and signs a request, for a turn given by its game, its number and its key.
    #[must_use]
    pub fn new(
        guesser: &Identity,
        room: RoomId,
        (game, turn, voprf): (OperationId, u32, VoprfPublic),
        asked_before: u32,
        said: Option<OperationId>,
        blinded: Vec<Blinded>,
    ) -> Self {
        let (author, signature) = (guesser.author(), [0; SIGNATURE_LEN]);
        let mut request =
            GuessRequest { room, game, turn, voprf, guesser: author, asked_before, said, blinded, signature };
        request.signature = guesser.sign(&request.signed());
        request
    }

    /// Whether the guesser wrote this, and the number of words is allowed. Whether they are group elements shows when
    /// they are answered.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (1..=MAX_CANDIDATES).contains(&self.blinded.len()) && self.guesser.verify(&self.signed(), &self.signature)
    }

    /// What is signed: context, room, game, turn, its key, guesser, words asked before, a byte 0 or a byte 1 and the line said,
    /// blinded words. Numbers have 4 bytes, little-endian.
    fn signed(&self) -> Vec<u8> {
        let mut bytes = REQUEST_CONTEXT.to_vec();
        bytes.extend_from_slice(&self.room.0);
        bytes.extend_from_slice(&self.game.0);
        bytes.extend_from_slice(&self.turn.to_le_bytes());
        bytes.extend_from_slice(&self.voprf.0);
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
    /// The key that the turn was locked with.
    pub voprf: VoprfPublic,
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
        let &GuessRequest { game, turn, voprf, guesser, .. } = request;
        let (author, blinded) = (drawer.author(), request.blinded.clone());
        let signature = [0; SIGNATURE_LEN];
        let mut receipt = Receipt { game, turn, voprf, drawer: author, guesser, blinded, elapsed_ms, signature };
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
            && (self.game, self.turn, self.voprf) == (request.game, request.turn, request.voprf)
            && self.guesser == request.guesser
            && self.blinded == request.blinded
            && self.is_valid()
    }

    /// What is signed: context, game, turn, its key, drawer, guesser, milliseconds, blinded words. Numbers have 4 bytes,
    /// little-endian.
    fn signed(&self) -> Vec<u8> {
        let mut bytes = RECEIPT_CONTEXT.to_vec();
        bytes.extend_from_slice(&self.game.0);
        bytes.extend_from_slice(&self.turn.to_le_bytes());
        bytes.extend_from_slice(&self.voprf.0);
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
pub enum PeerRequest {
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
pub enum PeerReply {
    /// To a guess: answered.
    Answer(Box<GuessAnswer>),
    /// To a guess: not answered.
    Refused(Refusal),
    /// To all else.
    Noted,
}

impl PeerRequest {
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
        let ask: PeerRequest = codec::decode(bytes)?;
        if let PeerRequest::Guess(request) = &ask {
            codec::within(request.blinded.len(), MAX_CANDIDATES)?;
        }
        Ok(ask)
    }
}

impl PeerReply {
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
        let reply: PeerReply = codec::decode(bytes)?;
        if let PeerReply::Answer(answer) = &reply {
            codec::within(answer.answer.evaluated.len(), MAX_CANDIDATES)?;
            codec::within(answer.receipt.blinded.len(), MAX_CANDIDATES)?;
        }
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::game::secret::{Evaluated, Proof};

    const ROOM: RoomId = RoomId([1; 32]);
    const GAME: OperationId = OperationId([2; 32]);
    const LINE: OperationId = OperationId([3; 32]);
    const VOPRF: VoprfPublic = VoprfPublic([4; 32]);

    fn drawer() -> Identity {
        Identity::from_secret([1; 32])
    }

    fn ana() -> Identity {
        Identity::from_secret([2; 32])
    }

    fn words(count: u8) -> Vec<Blinded> {
        (0..count).map(|n| Blinded([n; 32])).collect()
    }

    fn request(said: Option<OperationId>, blinded: Vec<Blinded>) -> GuessRequest {
        GuessRequest::new(&ana(), ROOM, (GAME, u32::MAX, VOPRF), u32::MAX, said, blinded)
    }

    fn answer(request: &GuessRequest) -> Box<GuessAnswer> {
        let evaluated = request.blinded.iter().map(|blinded| Evaluated(blinded.0)).collect();
        let receipt = Receipt::new(&drawer(), request, u32::MAX);
        Box::new(GuessAnswer { answer: Answer { evaluated, proof: Proof([7; 64]) }, receipt })
    }

    /// How often one bit of what was written is flipped, something else is read, and passes `check` all the same.
    fn passes<T: Serialize + DeserializeOwned + PartialEq>(value: &T, check: impl Fn(&T) -> bool) -> usize {
        let bytes = codec::encode(value, MAX_MESSAGE).unwrap();
        assert!(check(value));
        let flipped = |at: usize| {
            let mut bytes = bytes.clone();
            bytes[at / 8] ^= 1 << (at % 8);
            codec::decode(&bytes).is_ok_and(|read: T| read != *value && check(&read))
        };
        (0..bytes.len() * 8).filter(|at| flipped(*at)).count()
    }

    #[test]
    fn only_what_was_signed_is_valid() {
        let request = request(Some(LINE), words(4));
        assert_eq!(passes(&request, GuessRequest::is_valid), 0);
        let receipt = answer(&request).receipt;
        assert_eq!(passes(&receipt, Receipt::is_valid), 0);
        assert!(!GuessRequest { guesser: drawer().author(), ..request }.is_valid());
        assert!(!Receipt { drawer: ana().author(), ..receipt }.is_valid());
    }

    #[test]
    fn no_request_has_the_signature_of_another() {
        // The first blinded word of the one is the line of the other.
        let one = request(None, vec![Blinded(LINE.0), Blinded([9; 32])]);
        let other = request(Some(LINE), vec![Blinded([9; 32])]);
        assert!(one.is_valid() && other.is_valid());
        assert!(!GuessRequest { signature: one.signature, ..other.clone() }.is_valid());
        assert!(!GuessRequest { signature: other.signature, ..one }.is_valid());
    }

    #[test]
    fn a_receipt_is_for_its_request_and_of_its_drawer_alone() {
        let (asked, other) = (request(None, words(2)), request(None, words(3)));
        let receipt = answer(&asked).receipt;
        assert!(receipt.is_for(&asked, drawer().author()));
        assert!(!receipt.is_for(&other, drawer().author()));
        assert!(!receipt.is_for(&asked, ana().author()));
        assert!(!Receipt::new(&ana(), &asked, 0).is_for(&asked, drawer().author()));
        assert!(!receipt.is_for(&GuessRequest { turn: 0, ..asked.clone() }, drawer().author()));
        assert!(!receipt.is_for(&GuessRequest { voprf: VoprfPublic([5; 32]), ..asked.clone() }, drawer().author()));
        assert!(!receipt.is_for(&GuessRequest { guesser: drawer().author(), ..asked.clone() }, drawer().author()));
        assert!(!Receipt { elapsed_ms: 0, ..receipt }.is_for(&asked, drawer().author()), "asked earlier than it was");
    }

    #[test]
    fn no_words_or_too_many_are_not_valid_even_when_signed() {
        for count in [0, 5, 200] {
            let request = request(None, words(count));
            assert!(!request.is_valid() && !Receipt::new(&drawer(), &request, 0).is_valid(), "{count}");
        }
        let (ask, reply) =
            (PeerRequest::Guess(request(None, words(5))), PeerReply::Answer(answer(&request(None, words(5)))));
        assert_eq!(PeerRequest::decode(&ask.encode().unwrap()), Err(CodecError::TooLarge { len: 5, cap: 4 }));
        assert_eq!(PeerReply::decode(&reply.encode().unwrap()), Err(CodecError::TooLarge { len: 5, cap: 4 }));
        assert!(PeerRequest::Guess(request(None, words(200))).encode().is_err());
        let long = vec![0; MAX_MESSAGE + 1];
        assert!(matches!(PeerRequest::decode(&long), Err(CodecError::TooLarge { .. })));
        assert!(matches!(PeerReply::decode(&long), Err(CodecError::TooLarge { .. })));
    }

    #[test]
    fn the_largest_messages_fit_and_read_back() {
        let request = request(Some(LINE), words(4));
        let reply = PeerReply::Answer(answer(&request));
        let close = PeerRequest::Close { room: ROOM, game: GAME, turn: 3, line: LINE };
        for ask in [PeerRequest::Guess(request), close] {
            assert_eq!(PeerRequest::decode(&ask.encode().unwrap()), Ok(ask));
        }
        for reply in [reply, PeerReply::Refused(Refusal::TooFast), PeerReply::Noted] {
            assert_eq!(PeerReply::decode(&reply.encode().unwrap()), Ok(reply));
        }
    }

    #[test]
    fn a_reason_of_a_later_version_is_unknown() {
        let bytes = codec::encode(&std::collections::BTreeMap::from([("refused", "too_loud")]), 99).unwrap();
        assert_eq!(PeerReply::decode(&bytes), Ok(PeerReply::Refused(Refusal::Unknown)));
        let bytes = codec::encode(&std::collections::BTreeMap::from([("refused", "unsaid")]), 99).unwrap();
        assert_eq!(PeerReply::decode(&bytes), Ok(PeerReply::Refused(Refusal::Unsaid)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            mut bytes in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            prop_assert!(PeerRequest::decode(&bytes).is_err());
            let _ = PeerReply::decode(&bytes);
            // And bytes that are nearly a message.
            bytes = PeerReply::Answer(answer(&request(Some(LINE), words(2)))).encode().unwrap();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(PeerReply::Answer(answer)) = PeerReply::decode(&bytes) {
                let _ = answer.receipt.is_valid();
            }
            bytes = PeerRequest::Guess(request(Some(LINE), words(2))).encode().unwrap();
            bytes.truncate(at);
            prop_assert!(at >= bytes.len() || PeerRequest::decode(&bytes).is_err());
        }
    }
}
