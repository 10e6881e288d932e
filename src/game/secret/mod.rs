//! The secret of a turn: a word that only its drawer knows, that everybody can guess, and that nobody can try out alone.
//!
//! A pack has a few hundred words, so whatever a guesser can compute from a word alone would give the word away: it
//! tries them all. Here the word's keys come out of a verifiable oblivious pseudorandom function (RFC 9497,
//! ristretto255-SHA512, mode VOPRF) whose key is the drawer's. To try one word is to ask the drawer once; the drawer
//! sees neither the word nor whether it was right, and can't answer falsely without being found out.
//!
//! # The derivations
//! `H(context, x)` is BLAKE3 in its derive-key mode, 32 bytes; `‖` joins bytes; `turn` is 4 bytes, little-endian; words
//! are normalised and in UTF-8; elements and scalars are in the 32 bytes of RFC 9497. All names are those of the RFC.
//!
//! | what | how |
//! | --- | --- |
//! | a word's input | `H("inkmesh 2026 quiz word", game ‖ turn ‖ word)` |
//! | the turn's key | any; ours is `DeriveKeyPair(seed, "inkmesh 2026 quiz turn key")`, seed from the drawer's secret key |
//! | a word's output | `Evaluate(input)`, 64 bytes |
//! | a word's Ed25519 key | its secret (RFC 8032) is `H("inkmesh 2026 quiz word signing key", output)` |
//! | a word's sealing key | `H("inkmesh 2026 quiz word sealing key", output)` |
//! | a word's nonce key | `H("inkmesh 2026 quiz word nonce key", output)`; any way to make nonces that don't repeat will do |
//! | a guess | `Blind(input)` of 1 to 4 words; the answer is `BlindEvaluateBatch` with one proof for all of them |
//! | an opening | the `blind` of one word |
//! | a solver's signature | by the word's key over `"inkmesh solved 1" ‖ game ‖ turn ‖ author` |
//! | sealed talk | `nonce ‖ XChaCha20-Poly1305(sealing key, nonce, "inkmesh sealed 1" ‖ game ‖ turn ‖ author, text)`, nonce of 24 bytes |

mod blinding;
mod chance;
mod elements;
mod turn_key;
mod word_key;

#[cfg(test)]
mod tests;

pub use blinding::{Blinding, is_opening_of};
pub use elements::{Blinded, Evaluated, Opening, Proof, VoprfPublic, VoprfSecret, WordPublic};
pub use turn_key::{Answer, FalseAnswer, TurnKey, is_reveal, word_key_from_reveal};
pub use word_key::{WordKey, verify_solved};

use crate::operation_id::OperationId;

/// The suite of RFC 9497 that all of this is computed in.
type Suite = voprf::Ristretto255;

/// A turn as bytes: where keys, signatures and inputs belong to.
fn turn_bytes(game: OperationId, turn: u32) -> [u8; 36] {
    let mut bytes = [0; 36];
    bytes[..32].copy_from_slice(&game.0);
    bytes[32..].copy_from_slice(&turn.to_le_bytes());
    bytes
}

/// What of a word goes into the VOPRF. A hash, so that no word is too long; game and turn are part of it and have a
/// fixed length, so that nothing learned in one turn fits another.
fn input(word: &str, game: OperationId, turn: u32) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 quiz word");
    hasher.update(&turn_bytes(game, turn));
    hasher.update(word.as_bytes());
    *hasher.finalize().as_bytes()
}
