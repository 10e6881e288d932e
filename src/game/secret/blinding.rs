//! The guesser's side: blinding words, unblinding the drawer's answer, opening a blinded word after the reveal.

use std::fmt;

use voprf::{EvaluationElement, Group, VoprfClient};

use super::chance::Chance;
use super::elements::{Blinded, Opening, VoprfPublic};
use super::turn_key::{Evaluation, FalseAnswer};
use super::word_key::WordKey;
use super::{Suite, input, turn_bytes};
use crate::identity::Identity;
use crate::limits::MAX_CANDIDATES;
use crate::operation_id::OperationId;

/// The candidates of a guess with their blinding scalars.
#[derive(Clone)]
pub struct Blinding {
    game: OperationId,
    turn: u32,
    inputs: Vec<[u8; 32]>,
    clients: Vec<VoprfClient<Suite>>,
}

impl Blinding {
    /// Blinds these normalised words for the drawer of a turn. `None` when they are not 1 to [`MAX_CANDIDATES`].
    ///
    /// The blinding scalar is derived from the guesser's secret key, the turn and the word, so that nothing has to be stored
    /// until it is opened. A drawer can see that a word is requested twice, as the lines show anyway; otherwise a blinded word
    /// tells nothing about the word.
    #[must_use]
    pub fn new(guesser: &Identity, game: OperationId, turn: u32, words: &[String]) -> Option<Self> {
        if !(1..=MAX_CANDIDATES).contains(&words.len()) {
            return None;
        }
        let secret = guesser.derive_secret("inkmesh 2026 quiz blinding", &turn_bytes(game, turn));
        let inputs: Vec<_> = words.iter().map(|word| input(word, game, turn)).collect();
        let clients = inputs.iter().map(|input| blind(input, &secret)).collect();
        Some(Blinding { game, turn, inputs, clients })
    }

    /// Returns the blinded words, in the order of the words.
    #[must_use]
    pub fn blinded(&self) -> Vec<Blinded> {
        self.clients.iter().map(|client| split(client).1).collect()
    }

    /// Returns the blinding scalar of the word with this index; `None` when there is none.
    #[must_use]
    pub fn opening(&self, index: usize) -> Option<Opening> {
        self.clients.get(index).map(|client| split(client).0)
    }

    /// Returns the keys of the words, in their order, from the drawer's answer.
    ///
    /// # Errors
    /// [`FalseAnswer`] when it isn't an evaluation of these words with the secret key of `public`.
    pub fn finish(&self, answer: &Evaluation, public: &VoprfPublic) -> Result<Vec<WordKey>, FalseAnswer> {
        finish(&self.inputs, &self.clients, answer, public)
            .map(|outputs| outputs.iter().map(|output| WordKey::from_output(output, self.game, self.turn)).collect())
            .map_err(|_| FalseAnswer)
    }
}

impl fmt::Debug for Blinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Blinding").field(&self.blinded()).finish()
    }
}

/// Returns whether `blinded` is this word, blinded with `opening`.
///
/// Nobody can open a blinded word as two words, which would need the ratio of two hashed words in the group.
#[must_use]
pub fn is_opening_of(blinded: &Blinded, opening: &Opening, word: &str, game: OperationId, turn: u32) -> bool {
    Suite::deserialize_scalar(&opening.0)
        .and_then(|blind| VoprfClient::<Suite>::deterministic_blind_unchecked(&input(word, game, turn), blind))
        .is_ok_and(|result| result.message.serialize()[..] == blinded.0)
}

fn blind(input: &[u8; 32], secret: &[u8; 32]) -> VoprfClient<Suite> {
    let mut chance = Chance::new("inkmesh 2026 quiz blind", secret, [input]);
    // It fails only for inputs longer than 64 KiB.
    VoprfClient::blind(input, &mut chance).unwrap_or_else(|error| unreachable!("not blinded: {error}")).state
}

/// `Finalize` of RFC 9497 for a batch.
pub(super) fn finish<I: AsRef<[u8]>>(
    inputs: &[I],
    clients: &[VoprfClient<Suite>],
    answer: &Evaluation,
    public: &VoprfPublic,
) -> voprf::Result<Vec<[u8; 64]>> {
    let public = Suite::deserialize_elem(&public.0)?;
    let evaluated: Vec<_> = answer
        .evaluated
        .iter()
        .take(MAX_CANDIDATES + 1)
        .map(|evaluated| EvaluationElement::deserialize(&evaluated.0))
        .collect::<Result<_, _>>()?;
    let proof = voprf::Proof::deserialize(&answer.proof.0)?;
    let (inputs, clients) = (inputs.iter().collect::<Vec<_>>(), clients.to_vec());
    let outputs = VoprfClient::batch_finalize(&inputs, &clients, &evaluated, &proof, public)?;
    outputs.map(|output| output.map(Into::into)).collect()
}

/// The client of a word, which has its blinding scalar, and the blinded word.
fn split(client: &VoprfClient<Suite>) -> (Opening, Blinded) {
    let bytes: [u8; 64] = client.serialize().into();
    let (mut opening, mut blinded) = ([0; 32], [0; 32]);
    opening.copy_from_slice(&bytes[..32]);
    blinded.copy_from_slice(&bytes[32..]);
    (Opening(opening), Blinded(blinded))
}
