//! The draw: who draws when, decided by everybody together and by nobody alone.
//!
//! Each player commits to a nonce before any nonce is known, then all nonces are opened, and their hash is the seed of
//! the game. From the seed every peer computes the same order by itself.
//!
//! What this leaves: who sees the other nonces first can keep their own back, and so choose between two seeds, one of
//! which they don't play the first round of; and a newcomer, who knows the seed, can look for a key that draws early.

use crate::identity::{Author, Identity};
use crate::operation_id::OperationId;

/// The nonce that this identity commits to in a game. Derived, so that nothing has to be remembered between the
/// commitment and the opening; nobody can compute it without the secret key.
#[must_use]
pub fn nonce(identity: &Identity, game: OperationId) -> [u8; 32] {
    identity.derive_secret("inkmesh 2026 game nonce", &game.0)
}

/// The commitment of `player` to `nonce` in `game`: BLAKE3 (derive key) of game, player and nonce.
///
/// Game and player are part of it, so that a commitment copied from somebody else can't be opened by the copier with
/// the nonce that the other one opens.
#[must_use]
pub fn commitment(game: OperationId, player: Author, nonce: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 game nonce commitment");
    hasher.update(&game.0);
    hasher.update(&player.0);
    hasher.update(nonce);
    *hasher.finalize().as_bytes()
}

/// The seed of a game: BLAKE3 (derive key) of the opened nonces, in the order of their players' keys.
pub fn seed(nonces: impl IntoIterator<Item = [u8; 32]>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 game seed");
    for nonce in nonces {
        hasher.update(&nonce);
    }
    *hasher.finalize().as_bytes()
}

/// The order in which `players` draw in a round, counted from 0: by BLAKE3 (derive key) of seed, round (32 bits,
/// little-endian) and player.
pub fn drawing_order(seed: &[u8; 32], round: u32, players: impl IntoIterator<Item = Author>) -> Vec<Author> {
    let lot = |player: &Author| {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 game drawing order");
        hasher.update(seed);
        hasher.update(&round.to_le_bytes());
        hasher.update(&player.0);
        *hasher.finalize().as_bytes()
    };
    let mut order: Vec<Author> = players.into_iter().collect();
    order.sort_by_cached_key(|player| (lot(player), *player));
    order
}
