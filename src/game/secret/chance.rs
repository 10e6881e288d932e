//! Unpredictable scalars derived from secrets.

use rand_core::{CryptoRng, RngCore};

/// An endless output of BLAKE3 under a secret, for functions that take a random source.
pub(super) struct Chance(blake3::OutputReader);

impl Chance {
    /// Derives the output from `secret` and `parts` for one purpose. The lengths of the parts must follow from the purpose
    /// and from each other.
    pub(super) fn new<'a>(purpose: &str, secret: &[u8; 32], parts: impl IntoIterator<Item = &'a [u8; 32]>) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(purpose);
        hasher.update(secret);
        for part in parts {
            hasher.update(part);
        }
        Chance(hasher.finalize_xof())
    }
}

impl RngCore for Chance {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Chance {}
