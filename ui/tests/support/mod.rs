//! Shared parts of the tests and benchmarks of whole processes: a LAN made of network namespaces ([`lan`]), hosts that run
//! `inkmesh headless` on it ([`host`]), games between them ([`game`]), their data folders ([`folder`]), a display for the
//! window ([`display`]), and child processes that talk in lines ([`process`]).

#![allow(dead_code, reason = "each test binary uses a part of this")]

pub mod display;
#[path = "../../../tests/support/files.rs"]
pub mod files;
pub mod folder;
pub mod game;
pub mod host;
pub mod lan;
pub mod process;
#[path = "../../../tests/support/stats.rs"]
pub mod stats;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Time after which a waiting test fails. It is far more than is needed, so no timing is asserted.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Waits until `is_so` returns true, at most [`DEADLINE`]; then panics with `what`.
#[track_caller]
pub fn until(what: &str, is_so: impl FnMut() -> bool) {
    assert!(happens_within(DEADLINE, is_so), "{what}");
}

/// Waits until something is so, `limit` at most, and returns whether it came to be so.
pub fn happens_within(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    while !is_so() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// The program under test.
pub const INKMESH: &str = env!("CARGO_BIN_EXE_inkmesh");

static TURN: Mutex<()> = Mutex::new(());

/// Returns a guard that lets one test of this binary run at a time: each runs several processes, and the machine may have
/// two cores.
pub fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the resident memory of a process in KiB.
pub fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}
