//! The election of drawers by commit-reveal: all players decide the order together, and none alone.
//!
//! Each player commits to a nonce before any nonce is known, then all nonces are opened, and their hash is the seed of the
//! game. Every peer computes the order from the seed.
//!
//! Two weaknesses remain: a player who sees all other nonces first can withhold the own one, and so choose between two
//! seeds, but misses the first round with one of them; and a newcomer, who knows the seed, can search a key that draws early.

use crate::identity::{Author, Identity};
use crate::operation_id::OperationId;

/// Derives the nonce that this identity commits to in a game, so that nothing has to be stored between commitment and
/// opening. Nobody can compute it without the secret key.
#[must_use]
pub fn nonce(identity: &Identity, game: OperationId) -> [u8; 32] {
    identity.derive_secret("inkmesh 2026 game nonce", &game.0)
}

/// Returns the commitment of `player` to `nonce` in `game`: BLAKE3 (derive key) of game, player and nonce.
///
/// With game and player in it, a commitment that is copied from another player can't be opened with that player's nonce.
#[must_use]
pub fn commitment(game: OperationId, player: Author, nonce: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 game nonce commitment");
    hasher.update(&game.0);
    hasher.update(&player.0);
    hasher.update(nonce);
    *hasher.finalize().as_bytes()
}

/// Returns the seed of a game: BLAKE3 (derive key) of the opened nonces, in the order of their players' keys.
pub fn seed(nonces: impl IntoIterator<Item = [u8; 32]>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 game seed");
    for nonce in nonces {
        hasher.update(&nonce);
    }
    *hasher.finalize().as_bytes()
}

/// Returns the order in which `players` draw in a round, counted from 0: by BLAKE3 (derive key) of seed, round (32 bits,
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
