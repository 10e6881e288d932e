//! A seeded simulation of many rooms: peers that say, draw and play over a network that loses, repeats, reorders and
//! splits, on machines that crash, with clocks that disagree. When the faults end, everybody holds the same.
//!
//! A failing seed is printed and replays exactly: `INKMESH_SEED=7 cargo test --test simulation`.
#![allow(clippy::unwrap_used)] // a test fails by panicking

mod world;

use world::{Faults, World};

/// Seeds of one run.
const SEEDS: u64 = 200;

fn seeds() -> Vec<u64> {
    match std::env::var("INKMESH_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => (0..SEEDS).collect(),
    }
}

/// Runs a world for every seed, naming the seed when one fails.
fn for_each_seed(faults: Faults, run: impl Fn(&mut World)) {
    for seed in seeds() {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut world = World::new(seed, faults);
            run(&mut world);
        }));
        if let Err(panic) = outcome {
            eprintln!("replay with INKMESH_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn talk_and_ink_converge_whatever_happens() {
    for_each_seed(Faults::all(), |world| {
        world.run_for(20_000);
        world.end_faults();
        world.settle();
        world.assert_all_equal();
        world.assert_nothing_acknowledged_is_lost();
        world.assert_no_forks();
    });
}

#[test]
fn a_game_of_turns_ends_alike_for_everybody() {
    for_each_seed(Faults::all(), |world| {
        world.start_game(1, 4);
        world.run_for(20_000);
        world.end_faults();
        world.run_until_game_over(400_000);
        world.settle();
        world.assert_all_equal();
        world.assert_no_forks();
    });
}

#[test]
fn without_faults_everybody_draws_once_a_round_and_sees_the_same_drawer() {
    for_each_seed(Faults::none(), |world| {
        world.start_game(2, 3);
        world.run_until_game_over(200_000);
        world.assert_everybody_drew(2);
        world.assert_same_drawers();
        world.settle();
        world.assert_all_equal();
    });
}
