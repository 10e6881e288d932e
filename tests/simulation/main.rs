//! A seeded simulation of rooms: people who say, draw and play over a network that loses, repeats, reorders and splits,
//! on machines that crash, with disks that forget and clocks that are wrong, beside an attacker. When the faults end,
//! everybody holds the same.
//!
//! A failing seed is made smaller and told as a story. It replays exactly: `INKMESH_SEED=7 cargo test --test simulation`.
//! `examples/simulate.rs` runs any number of seeds.
#![allow(clippy::unwrap_used)] // a test fails by panicking

mod trial;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use trial::{Trial, quiet_panics};
use world::Plan;

/// Seeds of one run.
const SEEDS: u64 = 320;
/// Threads that run them.
const THREADS: u64 = 2;

fn seeds() -> std::ops::Range<u64> {
    match std::env::var("INKMESH_SEED") {
        Ok(seed) => {
            let seed = seed.parse().unwrap();
            seed..seed + 1
        }
        Err(_) => 0..SEEDS,
    }
}

#[test]
fn whatever_happens_all_come_to_hold_the_same() {
    quiet_panics();
    let (next, end) = (AtomicU64::new(seeds().start), seeds().end);
    let failed = AtomicU64::new(u64::MAX);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < end) {
                    if Trial::of(&Plan::draw(seed)).failure.is_some() {
                        failed.fetch_min(seed, Ordering::Relaxed);
                        return;
                    }
                }
            });
        }
    });
    let seed = failed.into_inner();
    assert!(seed == u64::MAX, "{}", trial::report(seed));
}
