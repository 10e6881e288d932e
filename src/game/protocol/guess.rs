//! The messages between a guesser and the drawer, sent directly and not through the room.
//!
//! ```text
//! guesser                       drawer
//! Guess{blinded words}      →
//!                           ←   Answer{evaluations, proof, receipt} | Refused{reason}
//!                           ←   Close{line}                                    (for a wrong guess in the log)
//! Noted                     →
//! ```
//!
//! Requests and receipts are signed, because others see them: a solver publishes its receipt to prove its time, and a drawer
//! the requests of a guesser who doesn't say the requested candidates.

use serde::{Deserialize, Serialize};

use crate::codec::{self, CodecError};
use crate::game::secret::{Blinded, Evaluation, VoprfPublic};
use crate::identity::{Author, Identity, SIGNATURE_LEN};
use crate::limits::MAX_CANDIDATES;
use crate::name::RoomId;
use crate::operation_id::OperationId;

/// Largest message in bytes, either way.
pub const MAX_MESSAGE: usize = 2 << 10;

/// The prefixes of signed requests and receipts, so that neither passes for another signed message.
const REQUEST_CONTEXT: &[u8] = b"inkmesh guess 1";
const RECEIPT_CONTEXT: &[u8] = b"inkmesh receipt 1";

/// A guesser's request for the candidates of one line, blinded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuessRequest {
    /// The room of the game.
    pub room: RoomId,
    /// Which game.
    pub game: OperationId,
    /// Which turn.
    pub turn: u32,
    /// The public key of the turn. A game that starts again counts its turns anew, with other keys.
    pub voprf: VoprfPublic,
    /// The guesser.
    pub guesser: Author,
    /// The number of candidates in all earlier requests of the guesser in this turn.
    pub asked_before: u32,
    /// The guesser's last line in this turn, if any.
    pub said: Option<OperationId>,
    /// 1 to [`MAX_CANDIDATES`] blinded candidates.
    pub blinded: Vec<Blinded>,
    /// The guesser's signature over all other fields.
    #[serde(with = "serde_bytes")]
    pub signature: [u8; SIGNATURE_LEN],
}

impl GuessRequest {
    /// Makes and signs a request. The turn is given by its game, its number and its key.
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

    /// Returns whether the signature is the guesser's and the number of candidates is allowed. Whether they are group elements is
    /// checked when they are answered.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (1..=MAX_CANDIDATES).contains(&self.blinded.len()) && self.guesser.verify(&self.signed(), &self.signature)
    }

    /// Returns the signed bytes: context, room, game, turn, its key, guesser, candidates requested before, a byte 0, or a byte 1
    /// and the last line, blinded candidates. Numbers have 4 bytes, little-endian.
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

/// The drawer's signed statement of the time of a request. Receipts are the clock of a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which game.
    pub game: OperationId,
    /// Which turn.
    pub turn: u32,
    /// The public key of the turn.
    pub voprf: VoprfPublic,
    /// The drawer.
    pub drawer: Author,
    /// The guesser.
    pub guesser: Author,
    /// The blinded candidates of the request.
    pub blinded: Vec<Blinded>,
    /// Milliseconds since the turn began, by the drawer's clock.
    pub elapsed_ms: u32,
    /// The drawer's signature over all other fields.
    #[serde(with = "serde_bytes")]
    pub signature: [u8; SIGNATURE_LEN],
}

impl Receipt {
    /// Makes and signs the receipt for a request that came `elapsed_ms` after the turn began.
    #[must_use]
    pub fn new(drawer: &Identity, request: &GuessRequest, elapsed_ms: u32) -> Self {
        let &GuessRequest { game, turn, voprf, guesser, .. } = request;
        let (author, blinded) = (drawer.author(), request.blinded.clone());
        let signature = [0; SIGNATURE_LEN];
        let mut receipt = Receipt { game, turn, voprf, drawer: author, guesser, blinded, elapsed_ms, signature };
        receipt.signature = drawer.sign(&receipt.signed());
        receipt
    }

    /// Returns whether the signature is the named drawer's and the number of candidates is allowed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (1..=MAX_CANDIDATES).contains(&self.blinded.len()) && self.drawer.verify(&self.signed(), &self.signature)
    }

    /// Returns whether this is `drawer`'s valid receipt for this request.
    #[must_use]
    pub fn is_for(&self, request: &GuessRequest, drawer: Author) -> bool {
        self.drawer == drawer
            && (self.game, self.turn, self.voprf) == (request.game, request.turn, request.voprf)
            && self.guesser == request.guesser
            && self.blinded == request.blinded
            && self.is_valid()
    }

    /// Returns the signed bytes: context, game, turn, its key, drawer, guesser, milliseconds, blinded candidates. Numbers have 4
    /// bytes, little-endian.
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
    /// The evaluations of the blinded candidates, and the proof.
    pub answer: Evaluation,
    /// The receipt.
    pub receipt: Receipt,
}

/// The reason why a drawer's program doesn't answer a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Requests come too fast. The same one may be sent again a little later.
    TooFast,
    /// The guesser has requested all candidates that are allowed in a turn.
    NoneLeft,
    /// The turn is not the running one, or its time is over.
    NotNow,
    /// The sender doesn't guess in this turn.
    NotGuessing,
    /// The guesser has not said all candidates that it requested, or miscounts them.
    Unsaid,
    /// The signature, the number of candidates or a group element is invalid.
    Malformed,
    /// A reason that this program doesn't know.
    #[serde(other)]
    Unknown,
}

/// The first message of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerRequest {
    /// A guess.
    Guess(GuessRequest),
    /// The drawer's report, to the guesser alone, that a wrong guess was close. It is not signed.
    Close {
        /// The room of the game.
        room: RoomId,
        /// Which game.
        game: OperationId,
        /// Which turn.
        turn: u32,
        /// The line of the guesser.
        line: OperationId,
    },
}

/// The reply to a [`PeerRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerReply {
    /// The answer to a guess.
    Answer(Box<GuessAnswer>),
    /// The refusal of a guess.
    Refused(Refusal),
    /// The reply to any other request.
    Noted,
}

impl PeerRequest {
    /// Returns the room of the game.
    #[must_use]
    pub fn room(&self) -> RoomId {
        match self {
            PeerRequest::Guess(request) => request.room,
            PeerRequest::Close { room, .. } => *room,
        }
    }

    /// Encodes the request.
    ///
    /// # Errors
    /// [`CodecError`].
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self, MAX_MESSAGE)
    }

    /// Reads a request. Signatures are not checked.
    ///
    /// # Errors
    /// [`CodecError`]; also when there are too many candidates.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::within(bytes.len(), MAX_MESSAGE)?;
        let request: PeerRequest = codec::decode(bytes)?;
        if let PeerRequest::Guess(guess) = &request {
            codec::within(guess.blinded.len(), MAX_CANDIDATES)?;
        }
        Ok(request)
    }
}

impl PeerReply {
    /// Encodes the reply.
    ///
    /// # Errors
    /// [`CodecError`].
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self, MAX_MESSAGE)
    }

    /// Reads a reply. Neither proof nor signature is checked.
    ///
    /// # Errors
    /// [`CodecError`]; also when there are too many candidates.
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
        Box::new(GuessAnswer { answer: Evaluation { evaluated, proof: Proof([7; 64]) }, receipt })
    }

    /// Returns the number of single bit flips in the encoding that decode to another value which passes `check`.
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
    fn a_changed_request_or_receipt_is_invalid() {
        let request = request(Some(LINE), words(4));
        assert_eq!(passes(&request, GuessRequest::is_valid), 0);
        let receipt = answer(&request).receipt;
        assert_eq!(passes(&receipt, Receipt::is_valid), 0);
        assert!(!GuessRequest { guesser: drawer().author(), ..request }.is_valid());
        assert!(!Receipt { drawer: ana().author(), ..receipt }.is_valid());
    }

    #[test]
    fn no_request_has_the_signature_of_another() {
        // The first blinded candidate of the one is the line of the other.
        let one = request(None, vec![Blinded(LINE.0), Blinded([9; 32])]);
        let other = request(Some(LINE), vec![Blinded([9; 32])]);
        assert!(one.is_valid() && other.is_valid());
        assert!(!GuessRequest { signature: one.signature, ..other.clone() }.is_valid());
        assert!(!GuessRequest { signature: other.signature, ..one }.is_valid());
    }

    #[test]
    fn a_receipt_is_for_its_request_and_drawer_only() {
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
    fn signed_messages_without_candidates_or_with_too_many_are_invalid() {
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
