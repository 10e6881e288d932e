//! Figures of a benchmark.

use std::time::Duration;

/// Measured times, sorted.
pub struct Times(Vec<Duration>);

impl Times {
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Times(times)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that this share of the measurements (0 to 1) keeps: the nearest rank.
    pub fn quantile(&self, share: f64) -> Duration {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0[rank.clamp(1, self.0.len()) - 1]
    }

    pub fn median(&self) -> Duration {
        self.quantile(0.5)
    }

    pub fn worst(&self) -> Duration {
        self.quantile(1.0)
    }
}

/// Milliseconds with two decimals.
pub fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// How often `b` goes into `a`.
pub fn ratio(a: Duration, b: Duration) -> String {
    format!("{:.2} ×", a.as_secs_f64() / b.as_secs_f64())
}

/// Whether this is `cargo bench`, and not `cargo test --benches`, which only wants to know that it compiles.
pub fn asked_for() -> bool {
    let asked = std::env::args().any(|arg| arg == "--bench");
    if !asked {
        println!("a benchmark: run it with cargo bench");
    }
    asked
}
