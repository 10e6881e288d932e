//! What a simulated quiz is like, drawn from its seed.

use crate::game::{QuizRules, Rules, WordList};
use crate::words::{Level, Word};

/// A sequence of numbers that follows from a seed: SplitMix64 (Steele, Lea, Flood, 2014).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x51_7c_c1_b7)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = self.0;
        let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ x >> 31
    }

    /// One of `from` to before `to`.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.number() % (to - from)
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.number() % count as u64) as usize
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.number() % 100 < percent
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        (1..list.len()).for_each(|at| list.swap(at, self.below(at + 1)));
    }
}

/// What goes wrong, and when: milliseconds after the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Somebody's program is killed; it starts again so much later.
    Kill { who: usize, for_ms: u64 },
    /// Whoever draws then is killed.
    KillDrawer { for_ms: u64 },
    /// These are cut off from the others for so long.
    Split { away: Vec<usize>, for_ms: u64 },
}

#[derive(Debug, Clone)]
pub struct Plan {
    pub seed: u64,
    pub people: usize,
    pub rules: Rules,
    /// How wrong each wall clock is, in milliseconds.
    pub skews: Vec<i64>,
    /// Messages that are lost, in percent.
    pub loss: u64,
    /// Longest way of a message in milliseconds.
    pub delay_ms: u64,
    pub faults: Vec<(u64, Fault)>,
    /// How often people do something: every so many milliseconds.
    pub pace_ms: u64,
}

impl Plan {
    /// A game without faults.
    pub fn calm(seed: u64, people: usize, rounds: u32) -> Self {
        let quiz = QuizRules { offered: 3, hints: 2, close: true };
        let rules = Rules { rounds, seconds: 20, quiz: Some(quiz), ..Rules::default() };
        let pace_ms = 2_500 * people as u64;
        Plan { seed, people, rules, skews: vec![0; people], loss: 0, delay_ms: 20, faults: vec![], pace_ms }
    }

    pub fn draw(seed: u64) -> Self {
        let chance = &mut Chance::new(seed);
        let people = match chance.below(20) {
            _ if seed % 16 == 15 => 13 + chance.below(12), // a few, since they take long
            0 => 6 + chance.below(7),
            1..6 => 4 + chance.below(2),
            6..10 => 2,
            _ => 3,
        };
        let mut plan = Plan::calm(seed, people, 1 + u32::from(people < 4 && chance.percent(50)));
        plan.rules.seconds = chance.between(15, 30) as u32;
        let offered = chance.between(1, 4) as u32;
        plan.rules.quiz = Some(QuizRules { offered, hints: chance.between(0, 4) as u32, close: chance.percent(50) });
        plan.skews = (0..people).map(|_| chance.between(0, 240_000) as i64 - 120_000).collect();
        plan.loss = [0, 2, 10, 30][chance.below(4)];
        plan.delay_ms = [5, 30, 200, 1_500][chance.below(4)];
        plan.faults = (0..chance.below(5)).map(|_| fault(chance, people)).collect();
        plan
    }
}

fn fault(chance: &mut Chance, people: usize) -> (u64, Fault) {
    let for_ms = chance.between(300, 20_000);
    let what = match chance.below(4) {
        0 => Fault::Kill { who: chance.below(people), for_ms },
        1 => Fault::KillDrawer { for_ms },
        2 => Fault::KillDrawer { for_ms: for_ms / 8 },
        _ => {
            let mut away: Vec<usize> = (0..people).collect();
            chance.shuffle(&mut away);
            away.truncate(1 + chance.below(people.div_ceil(2)));
            Fault::Split { away, for_ms }
        }
    };
    (chance.between(0, 60_000 + 20_000 * people as u64), what)
}

/// The words of all simulated games: of all levels, one and two words long, some in others.
pub fn words() -> WordList {
    let texts = [
        "apple",
        "banana",
        "cherry",
        "ice cream",
        "cream",
        "x-ray",
        "moon",
        "snow man",
        "tree house",
        "house",
        "사과",
        "바나나",
        "눈사람",
        "사과 나무",
        "나무",
        "집",
        "달",
        "꽃",
    ];
    let level = [Level::Easy, Level::Medium, Level::Hard];
    WordList::new(
        texts.iter().zip(0..).map(|(text, n)| Word { text: (*text).to_owned(), level: level[n % 3] }).collect(),
    )
}
