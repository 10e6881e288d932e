//! Whole quizzes, played by programs over a network that loses, delays and splits, on machines whose clocks are wrong and
//! whose programs are killed. Everybody ends with the same.
//!
//! A failing seed replays exactly: `INKMESH_QUIZ_SEED=7`; `INKMESH_QUIZ_SEEDS=20000` plays more of them.

mod checks;
mod person;
mod plan;
mod program;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use checks::Tally;
pub use plan::{Plan, words};
pub use world::{Heard, World};

/// Games of one run.
const SEEDS: u64 = 160;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn play(plans: impl IntoIterator<Item = Plan>) -> Tally {
    plans.into_iter().map(|plan| World::play(&plan).check()).fold(Tally::default(), Tally::add)
}

#[test]
fn a_calm_quiz_of_any_size_is_won_by_the_same_everywhere() {
    let tally = play([2, 3, 7, 24].map(|people| Plan::calm(1, people, 1)));
    assert_eq!((tally.turns, tally.revealed, tally.skipped), (36, 36, 0), "{tally:?}");
    assert!(tally.solved > 36 && tally.lines > 36 && tally.whispers > 5, "{tally:?}");
}

#[test]
fn whatever_happens_all_see_the_same_quiz() {
    let one = number("INKMESH_QUIZ_SEED");
    let (from, count) = one.map_or((0, number("INKMESH_QUIZ_SEEDS").unwrap_or(SEEDS)), |seed| (seed, 1));
    let next = AtomicU64::new(from);
    let run = || {
        let seeds = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        play(seeds.take_while(|seed| *seed < from + count).map(Plan::draw))
    };
    let tally = std::thread::scope(|scope| {
        let other = scope.spawn(run);
        run().add(other.join().unwrap())
    });
    println!("{count} quizzes: {tally:?}");
    assert!(one.is_some() || tally.solved as u64 > count && tally.failed as u64 > count / 4, "{tally:?}");
}
