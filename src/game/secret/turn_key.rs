//! The drawer's side: the key of a turn, answers to guesses, and the reveal.

use std::fmt;

use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use voprf::{BlindedElement, EvaluationElement, Group, VoprfServer};

use super::chance::Chance;
use super::elements::{Blinded, Evaluated, Proof, VoprfPublic, VoprfSecret, WordPublic};
use super::word_key::WordKey;
use super::{Suite, input, turn_bytes};
use crate::identity::Identity;
use crate::limits::MAX_CANDIDATES;
use crate::operation_id::OperationId;

/// The secret key of a turn, which only its drawer has until the reveal.
#[derive(Clone)]
pub struct TurnKey {
    game: OperationId,
    turn: u32,
    server: VoprfServer<Suite>,
}

/// The drawer's answer to a guess: the evaluations in the order of the request, and one proof for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The evaluations, as many as blinded words.
    pub evaluated: Vec<Evaluated>,
    /// The proof that all were evaluated with the turn's key.
    pub proof: Proof,
}

/// The drawer's answer doesn't agree with the key of the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the drawer's answer was not made with the key of this turn")]
pub struct FalseAnswer;

impl TurnKey {
    /// Derives this drawer's key of a turn, so that a drawer who comes back within the turn has it again. Nobody can compute
    /// it without the drawer's secret key, and once revealed it tells nothing about other turns. `draw` is the seed of the
    /// game: a game whose start became void starts again with another seed and the same numbers of turns.
    #[must_use]
    pub fn new(drawer: &Identity, draw: &[u8; 32], game: OperationId, turn: u32) -> Self {
        let name = [&turn_bytes(game, turn)[..], draw].concat();
        let seed = drawer.derive_secret("inkmesh 2026 quiz turn secret", &name);
        let server = key_pair(&seed, b"inkmesh 2026 quiz turn key");
        TurnKey { game, turn, server }
    }

    /// Returns the public key, which is published when the turn begins.
    #[must_use]
    pub fn public(&self) -> VoprfPublic {
        public_of(&self.server)
    }

    /// Returns the secret key, which is published when the turn is over.
    #[must_use]
    pub fn reveal(&self) -> VoprfSecret {
        let mut secret = [0; 32];
        secret.copy_from_slice(&self.server.serialize()[..32]);
        VoprfSecret(secret)
    }

    /// Returns the keys of a normalised word.
    #[must_use]
    pub fn word_key(&self, word: &str) -> WordKey {
        word_key_of(&self.server, word, self.game, self.turn)
    }

    /// Answers a guess. `None` when it is not 1 to [`MAX_CANDIDATES`] group elements.
    #[must_use]
    pub fn answer(&self, blinded: &[Blinded]) -> Option<Evaluation> {
        // The proof's nonce follows from the key and from all that the proof is about. Two proofs about different
        // things with one nonce would give the key away; so the same nonce only ever comes back with the same proof.
        let parts = blinded.iter().map(|blinded| &blinded.0);
        answer_with(&self.server, blinded, &mut Chance::new("inkmesh 2026 quiz proof nonce", &self.reveal().0, parts))
    }
}

impl fmt::Debug for TurnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TurnKey({:?})", self.public())
    }
}

/// Returns whether a reveal agrees with its lock: `secret` is the secret key of `public`, and `word_public` is the public
/// key of `word` under it. Whether the word is in the list is checked elsewhere.
#[must_use]
pub fn is_reveal(
    public: &VoprfPublic,
    word_public: &WordPublic,
    secret: &VoprfSecret,
    word: &str,
    game: OperationId,
    turn: u32,
) -> bool {
    VoprfServer::<Suite>::new_with_key(&secret.0).is_ok_and(|server| {
        public_of(&server) == *public && word_key_of(&server, word, game, turn).public() == *word_public
    })
}

/// Returns the keys of a word under the key that its drawer revealed, which open the sealed lines. `None` when `secret` is
/// not a scalar. [`is_reveal`] checks whether they are the right ones.
#[must_use]
pub fn word_key_from_reveal(secret: &VoprfSecret, word: &str, game: OperationId, turn: u32) -> Option<WordKey> {
    let server = VoprfServer::<Suite>::new_with_key(&secret.0).ok()?;
    Some(word_key_of(&server, word, game, turn))
}

/// `DeriveKeyPair` of RFC 9497.
pub(super) fn key_pair(seed: &[u8; 32], info: &[u8]) -> VoprfServer<Suite> {
    // It fails for a very long info, and when 256 hashes in a row are zero.
    VoprfServer::new_from_seed(seed, info).unwrap_or_else(|error| unreachable!("no key from a seed: {error}"))
}

fn public_of(server: &VoprfServer<Suite>) -> VoprfPublic {
    VoprfPublic(Suite::serialize_elem(server.get_public_key()).into())
}

fn word_key_of(server: &VoprfServer<Suite>, word: &str, game: OperationId, turn: u32) -> WordKey {
    WordKey::from_output(&output_of(server, &input(word, game, turn)), game, turn)
}

/// `Evaluate` of RFC 9497.
pub(super) fn output_of(server: &VoprfServer<Suite>, input: &[u8]) -> [u8; 64] {
    // It fails for inputs longer than 64 KiB, and for one whose hash is the identity, which nobody can find.
    server.evaluate(input).unwrap_or_else(|error| unreachable!("no output: {error}")).into()
}

/// `BlindEvaluateBatch` of RFC 9497, with the proof's nonce from `chance`.
pub(super) fn answer_with(
    server: &VoprfServer<Suite>,
    blinded: &[Blinded],
    chance: &mut (impl RngCore + CryptoRng),
) -> Option<Evaluation> {
    if !(1..=MAX_CANDIDATES).contains(&blinded.len()) {
        return None;
    }
    let blinded: Vec<_> =
        blinded.iter().map(|blinded| BlindedElement::deserialize(&blinded.0).ok()).collect::<Option<_>>()?;
    let evaluated: Vec<_> = server.batch_blind_evaluate_prepare(blinded.iter()).collect();
    let finished = server.batch_blind_evaluate_finish(chance, blinded.iter(), &evaluated).ok()?;
    let bytes = |element: EvaluationElement<Suite>| Evaluated(element.serialize().into());
    Some(Evaluation {
        evaluated: finished.messages.map(bytes).collect(),
        proof: Proof(finished.proof.serialize().into()),
    })
}
