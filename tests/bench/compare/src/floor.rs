//! The least that any receiver of signed operations has to do.

use std::hint::black_box;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey};

/// The length of what is signed of an operation, roughly.
const SIGNED: usize = 300;

/// How long one core takes to check so many signatures.
pub fn verify(count: u64) -> Duration {
    let key = SigningKey::from_bytes(&[7; 32]);
    let author = key.verifying_key();
    let signed: Vec<_> = (0..count)
        .map(|n| {
            let mut message = [0x5a; SIGNED];
            message[..8].copy_from_slice(&n.to_be_bytes());
            (message, key.sign(&message))
        })
        .collect();
    let start = Instant::now();
    for (message, signature) in &signed {
        black_box(author).verify_strict(black_box(message), black_box(signature)).unwrap();
    }
    start.elapsed()
}
