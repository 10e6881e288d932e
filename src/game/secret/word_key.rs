//! The keys of a word, which only those have who know it: to sign that it was solved, and to seal lines among solvers.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use super::elements::WordPublic;
use super::turn_bytes;
use crate::identity::{Author, Identity, SIGNATURE_LEN};
use crate::operation_id::OperationId;
use crate::payload::MAX_TEXT;

const NONCE_LEN: usize = 24;
const TAG_LEN: usize = 16;

/// Longest sealed line in bytes: nonce, a text of [`MAX_TEXT`], tag.
const MAX_SEALED: usize = NONCE_LEN + MAX_TEXT + TAG_LEN;

/// The prefix of a solver's signature. Operations begin with another byte.
const SOLVED_CONTEXT: &[u8] = b"inkmesh solved 1";
const SEALED_CONTEXT: &[u8] = b"inkmesh sealed 1";

/// The keys of a word in one turn.
#[derive(Clone)]
pub struct WordKey {
    game: OperationId,
    turn: u32,
    signing: Identity,
    sealing: XChaCha20Poly1305,
    nonces: [u8; 32],
}

impl WordKey {
    /// Derives the keys from the output of the VOPRF for a word.
    pub(super) fn from_output(output: &[u8; 64], game: OperationId, turn: u32) -> Self {
        let signing = Identity::from_secret(blake3::derive_key("inkmesh 2026 quiz word signing key", output));
        let sealing = blake3::derive_key("inkmesh 2026 quiz word sealing key", output);
        let nonces = blake3::derive_key("inkmesh 2026 quiz word nonce key", output);
        WordKey { game, turn, signing, sealing: XChaCha20Poly1305::new(Key::from_slice(&sealing)), nonces }
    }

    /// Returns the public key, which is published when the turn begins. A guess is the word if its keys have the same one.
    #[must_use]
    pub fn public(&self) -> WordPublic {
        WordPublic(self.signing.author().0)
    }

    /// Signs that `author` knows the word. The signature is valid for no other author.
    #[must_use]
    pub fn sign_solved(&self, author: Author) -> [u8; SIGNATURE_LEN] {
        self.signing.sign(&bound(SOLVED_CONTEXT, self.game, self.turn, author))
    }

    /// Seals a line of `author` for the players who know the word. `None` above [`MAX_TEXT`] bytes. The length of the text is
    /// not hidden.
    ///
    /// The nonce is a keyed hash of author, `number` and text, so it repeats only for the same line with the same number. The
    /// sealed bytes are then the same too, which shows nothing but the repetition; a different number for each line hides even
    /// that.
    #[must_use]
    pub fn seal(&self, author: Author, number: u64, text: &str) -> Option<Vec<u8>> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let mut hasher = blake3::Hasher::new_keyed(&self.nonces);
        hasher.update(&author.0);
        hasher.update(&number.to_le_bytes());
        hasher.update(text.as_bytes());
        let mut sealed = hasher.finalize().as_bytes()[..NONCE_LEN].to_vec();
        let aad = bound(SEALED_CONTEXT, self.game, self.turn, author);
        let payload = Payload { msg: text.as_bytes(), aad: &aad };
        let body = self.sealing.encrypt(XNonce::from_slice(&sealed), payload).ok()?;
        sealed.extend_from_slice(&body);
        Some(sealed)
    }

    /// Opens a sealed line of `author`. `None` when it is of another author, turn or word, changed, too long, or not UTF-8.
    #[must_use]
    pub fn open(&self, author: Author, sealed: &[u8]) -> Option<String> {
        if sealed.len() > MAX_SEALED {
            return None;
        }
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let aad = bound(SEALED_CONTEXT, self.game, self.turn, author);
        let text = self.sealing.decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad: &aad }).ok()?;
        String::from_utf8(text).ok()
    }
}

impl fmt::Debug for WordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WordKey({:?})", self.public())
    }
}

/// Returns whether `signature` proves that `author` knew the word in this turn. Strict, as [`Author::verify`].
#[must_use]
pub fn verify_solved(
    word: &WordPublic,
    game: OperationId,
    turn: u32,
    author: Author,
    signature: &[u8; SIGNATURE_LEN],
) -> bool {
    Author(word.0).verify(&bound(SOLVED_CONTEXT, game, turn, author), signature)
}

/// Returns a context, a turn and an author as bytes. Everything after the context has a fixed length.
fn bound(context: &[u8], game: OperationId, turn: u32, author: Author) -> Vec<u8> {
    [context, &turn_bytes(game, turn), &author.0].concat()
}
