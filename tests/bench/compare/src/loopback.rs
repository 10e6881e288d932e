//! Nothing of this may leave the machine, whatever a library does by default: it runs where there is no other network
//! interface than the loopback.

use std::env;
use std::fs;
use std::process::{Command, exit};

/// Whether the work was done by a copy of this process in a network namespace of its own; `false` when this is that
/// copy.
pub fn enter() -> bool {
    if is_only_loopback() {
        return false;
    }
    let status = Command::new("unshare")
        .args(["-Urn", "sh", "-c", r#"ip link set lo up && exec "$0" "$@""#])
        .arg(env::current_exe().unwrap())
        .args(env::args_os().skip(1))
        .status()
        .expect("unshare, of util-linux");
    if !status.success() {
        exit(status.code().unwrap_or(1));
    }
    true
}

fn is_only_loopback() -> bool {
    let devices = fs::read_to_string("/proc/self/net/dev").unwrap();
    // Two lines of headings.
    devices.lines().skip(2).all(|line| line.trim_start().starts_with("lo:"))
}
