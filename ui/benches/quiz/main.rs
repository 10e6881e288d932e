//! Benchmark of the quiz: a pen on one host seen on another, bytes per point, a guess and its verdict, and a long game folded
//! from the disk. `cargo bench -p inkmesh-ui --bench quiz`, or one part: `-- pen`, `-- bytes`, `-- guess`, `-- fold`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../../tests/support/mod.rs"]
mod support;

mod bytes;
mod fold;
mod game;
mod guess;
mod pen;
#[path = "../../../tests/support/pens.rs"]
#[allow(dead_code, reason = "shared with others")]
mod pens;

fn main() {
    if !support::stats::asked_for() {
        return;
    }
    let parts: [(&str, fn()); 4] =
        [("bytes", bytes::report), ("fold", fold::report), ("guess", guess::report), ("pen", pen::report)];
    let named: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    for (name, report) in parts {
        if named.is_empty() || named.iter().any(|part| part == name) {
            report();
        }
    }
}
