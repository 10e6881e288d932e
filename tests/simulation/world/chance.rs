//! Chance that doesn't depend on what else happens: what is drawn for one purpose and place the n-th time is always the
//! same in worlds of one seed. Leaving an action out of a plan changes little of the rest that way.

use std::collections::BTreeMap;

#[derive(Debug)]
pub struct Chance {
    seed: u64,
    drawn: BTreeMap<(&'static str, usize, usize), u64>,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Chance { seed, drawn: BTreeMap::new() }
    }

    /// The next number for this purpose between two places.
    pub fn number(&mut self, what: &'static str, a: usize, b: usize) -> u64 {
        let times = self.drawn.entry((what, a, b)).or_default();
        *times += 1;
        let mut mixed = mix(self.seed ^ *times << 32);
        for byte in what.bytes() {
            mixed = mix(mixed ^ u64::from(byte));
        }
        mix(mix(mixed ^ a as u64) ^ (b as u64) << 8)
    }

    /// One of `from` to before `to`.
    pub fn between(&mut self, from: u64, to: u64, what: &'static str, a: usize, b: usize) -> u64 {
        from + self.number(what, a, b) % (to.max(from + 1) - from)
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}
