//! Runs the simulator (`tests/simulation`) for any number of seeds, on all cores, and prints each failure as a short story:
//! `cargo run --release --no-default-features --example simulate -- --seeds 20000 [--from 0]`. `--story 7` prints the story
//! of one seed.
#![allow(clippy::unwrap_used)] // a panic is shown to the person who runs it

#[path = "../tests/simulation/trial.rs"]
mod trial;
#[path = "../tests/simulation/world/mod.rs"]
#[allow(dead_code)] // the tests use more of it
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use trial::{Trial, quiet_panics, report};
use world::{Failure, Plan, tell};

/// Seeds between two progress lines.
const PROGRESS: u64 = 1_000;
/// Failures after which the run ends.
const MAX_FAILURES: usize = 200;

fn main() {
    quiet_panics();
    if let Some(seed) = argument("--story") {
        let plan = Plan::draw(seed);
        let Trial { story, failure } = Trial::of(&plan);
        let none = Failure { rule: "none", reason: "Everything held.".to_owned() };
        return println!("{}", tell(&plan, &story, &failure.unwrap_or(none)));
    }
    let (from, count) = (argument("--from").unwrap_or(0), argument("--seeds").unwrap_or(1_000));
    let (next, end, begun) = (AtomicU64::new(from), from + count, Instant::now());
    let failed: Mutex<BTreeMap<u64, &'static str>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < end) {
                    if let Some(failure) = Trial::of(&Plan::draw(seed)).failure {
                        println!("seed {seed} fails: {}", failure.rule);
                        failed.lock().unwrap().insert(seed, failure.rule);
                    }
                    let failures = failed.lock().unwrap().len();
                    if (seed + 1 - from).is_multiple_of(PROGRESS) {
                        let (done, seconds) = (seed + 1 - from, begun.elapsed().as_secs());
                        println!("{done} seeds in {seconds} s, {failures} failed");
                    }
                    if failures >= MAX_FAILURES {
                        return;
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    println!("{} seeds from {from} in {} s, {} failed", count, begun.elapsed().as_secs(), failed.len());
    let mut rules: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    failed.iter().for_each(|(seed, rule)| rules.entry(rule).or_default().push(*seed));
    for (rule, seeds) in &rules {
        println!("\n{rule}: {} failures, {:?} first\n{}", seeds.len(), &seeds[..seeds.len().min(8)], report(seeds[0]));
    }
    if !failed.is_empty() {
        std::process::exit(1);
    }
}

/// Returns the number after the argument with this name.
fn argument(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map(|text| text.parse().unwrap())
}
