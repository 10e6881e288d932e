//! The least that any receiver of signed operations has to do.

use std::hint::black_box;
use std::time::Instant;

use ed25519_dalek::{Signer as _, SigningKey};

use crate::cost::Cost;

/// The length of what is signed of an operation, roughly.
const SIGNED: usize = 300;

/// What one core needs to check so many signatures.
#[derive(Clone, Copy, Debug)]
pub struct Floor {
    /// By the clock: more than the processor time where others want the core as well.
    pub seconds: f64,
    /// Processor time.
    pub cpu_seconds: f64,
}

/// Checks so many signatures.
pub fn verify(count: u64) -> Floor {
    let key = SigningKey::from_bytes(&[7; 32]);
    let author = key.verifying_key();
    let signed: Vec<_> = (0..count)
        .map(|n| {
            let mut message = [0x5a; SIGNED];
            message[..8].copy_from_slice(&n.to_be_bytes());
            (message, key.sign(&message))
        })
        .collect();
    let (start, used) = (Instant::now(), Cost::so_far().cpu_seconds);
    for (message, signature) in &signed {
        black_box(author).verify_strict(black_box(message), black_box(signature)).unwrap();
    }
    Floor { seconds: start.elapsed().as_secs_f64(), cpu_seconds: Cost::so_far().cpu_seconds - used }
}
