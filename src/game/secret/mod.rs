//! The cryptography of a secret word, which players can guess only by asking its drawer.
//!
//! A pack has a few hundred words, so with anything that can be computed from the word alone a guesser could try them all
//! offline. Therefore the word's keys are the output of a verifiable oblivious pseudorandom function (RFC 9497,
//! ristretto255-SHA512, mode VOPRF) with the drawer's key. Each try needs a request to the drawer, who learns neither the
//! word nor whether it was right, and whose false answers are detected.
//!
//! # Derivations
//! `H(context, x)` is BLAKE3 in derive-key mode, 32 bytes; `‖` concatenates bytes; `turn` is 4 bytes, little-endian; words
//! are normalised UTF-8; elements and scalars are the 32 bytes of RFC 9497. Names are those of the RFC.
//!
//! | value | derivation |
//! | --- | --- |
//! | a word's input | `H("inkmesh 2026 quiz word", game ‖ turn ‖ word)` |
//! | the turn's key | any; this program's is `DeriveKeyPair(seed, "inkmesh 2026 quiz turn key")`, seed from the drawer's secret key |
//! | a word's output | `Evaluate(input)`, 64 bytes |
//! | a word's Ed25519 key | its secret (RFC 8032) is `H("inkmesh 2026 quiz word signing key", output)` |
//! | a word's sealing key | `H("inkmesh 2026 quiz word sealing key", output)` |
//! | a word's nonce key | `H("inkmesh 2026 quiz word nonce key", output)`; any other way to make unique nonces is allowed |
//! | a guess | `Blind(input)` of 1 to 4 words; the answer is `BlindEvaluateBatch` with one proof for all of them |
//! | an opening | the `blind` of one word |
//! | a solver's signature | by the word's key over `"inkmesh solved 1" ‖ game ‖ turn ‖ author` |
//! | a sealed line | `nonce ‖ XChaCha20-Poly1305(sealing key, nonce, "inkmesh sealed 1" ‖ game ‖ turn ‖ author, text)`, nonce of 24 bytes |

mod blinding;
mod chance;
mod elements;
mod turn_key;
mod word_key;

#[cfg(test)]
mod tests;

pub use blinding::{Blinding, is_opening_of};
pub use elements::{Blinded, Evaluated, Opening, Proof, VoprfPublic, VoprfSecret, WordPublic};
pub use turn_key::{Evaluation, FalseAnswer, TurnKey, is_reveal, word_key_from_reveal};
pub use word_key::{WordKey, verify_solved};

use crate::operation_id::OperationId;

/// The suite of RFC 9497.
type Suite = voprf::Ristretto255;

/// Returns a turn as bytes, for keys, signatures and inputs that belong to it.
fn turn_bytes(game: OperationId, turn: u32) -> [u8; 36] {
    let mut bytes = [0; 36];
    bytes[..32].copy_from_slice(&game.0);
    bytes[32..].copy_from_slice(&turn.to_le_bytes());
    bytes
}

/// Returns the input of the VOPRF for a word. It is a hash, so that no word is too long, and contains game and turn, so that
/// nothing learned in one turn is of use in another.
fn input(word: &str, game: OperationId, turn: u32) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 quiz word");
    hasher.update(&turn_bytes(game, turn));
    hasher.update(word.as_bytes());
    *hasher.finalize().as_bytes()
}
