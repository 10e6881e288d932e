//! One world run and judged; a failing one made small and told.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::world::{Failure, Plan, World, shrink, tell};

thread_local! {
    /// True while a world runs on this thread: its panics are caught and reported in the end.
    static RUNS: Cell<bool> = const { Cell::new(false) };
}

/// The result of a plan.
pub struct Trial {
    pub story: Vec<(u64, String)>,
    pub failure: Option<Failure>,
}

impl Trial {
    /// Runs a plan. A panic of the room is a failure like others.
    pub fn of(plan: &Plan) -> Trial {
        RUNS.set(true);
        let outcome = catch_unwind(AssertUnwindSafe(|| World::run(plan)));
        RUNS.set(false);
        match outcome {
            Ok((story, failure)) => Trial { story, failure },
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word");
                let failure = Failure { rule: "panic", reason: format!("a program panicked: {text}") };
                Trial { story: Vec::new(), failure: Some(failure) }
            }
        }
    }
}

/// Keeps the panics of simulated programs from being printed for every try.
pub fn quiet_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !RUNS.get() || std::env::var_os("INKMESH_SEED").is_some() {
            usual(panic);
        }
    }));
}

/// The story of a seed that fails, made small.
pub fn report(seed: u64) -> String {
    let plan = Plan::draw(seed);
    let Some(first) = Trial::of(&plan).failure else { return format!("seed {seed} doesn't fail") };
    let small = shrink(&plan, |plan| Trial::of(plan).failure.is_some_and(|failure| failure.rule == first.rule));
    let Trial { story, failure } = Trial::of(&small);
    let told = tell(&small, &story, failure.as_ref().unwrap_or(&first));
    format!("seed {seed} fails: {}. {}\nmade small: {told}replay with INKMESH_SEED={seed}", first.rule, first.reason)
}
