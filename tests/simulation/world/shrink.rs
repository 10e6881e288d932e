//! A plan that fails is made smaller as long as it still fails: what is left is what matters.

use super::Plan;

/// Worlds that are tried at most, and of those with a long history.
const TRIES: usize = 400;
const LONG_TRIES: usize = 60;
/// Operations that make a history long.
const LONG: usize = 2_000;

/// The smallest plan found that still `fails`. Chunks of its actions are left out, large ones first (Zeller and
/// Hildebrandt, *Simplifying and Isolating Failure-Inducing Input*, 2002), then people.
pub fn shrink(plan: &Plan, mut fails: impl FnMut(&Plan) -> bool) -> Plan {
    let mut tries = 0;
    let most = if plan.history > LONG { LONG_TRIES } else { TRIES };
    let mut still = |plan: &Plan| {
        tries += 1;
        tries <= most && fails(plan)
    };
    let mut best = plan.clone();
    loop {
        let before = (best.actions.len(), best.people.len(), best.attacker);
        best = fewer_people(best, &mut still);
        best = fewer_actions(best, &mut still);
        if before == (best.actions.len(), best.people.len(), best.attacker) {
            return best;
        }
    }
}

fn fewer_actions(mut plan: Plan, still: &mut impl FnMut(&Plan) -> bool) -> Plan {
    let mut size = plan.actions.len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        while from < plan.actions.len() {
            let mut without = plan.clone();
            without.actions.drain(from..(from + size).min(plan.actions.len()));
            if still(&without) {
                plan = without;
            } else {
                from += size;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    plan
}

fn fewer_people(mut plan: Plan, still: &mut impl FnMut(&Plan) -> bool) -> Plan {
    if plan.attacker {
        let without = Plan { attacker: false, ..plan.clone() };
        if still(&without) {
            plan = without;
        }
    }
    for seat in plan.people.clone() {
        let people: Vec<_> = plan.people.iter().copied().filter(|other| *other != seat).collect();
        let without = Plan { people, ..plan.clone() };
        if !without.people.is_empty() && still(&without) {
            plan = without;
        }
    }
    plan
}
