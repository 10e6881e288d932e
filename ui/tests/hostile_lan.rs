//! Test of nonsense on the wire against running hosts: they stay up, reachable and small.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use support::host::agree;
use support::lan::{Lan, address};
use support::{DEADLINE, resident_kib, turn};
use tempfile::TempDir;

/// Memory in KiB that a host may take while it is attacked. The length in a single garbage frame claims more.
const GROWTH_KIB: u64 = 64 * 1024;

/// Attacks on the port of a host, as shell commands that write the bytes.
const NONSENSE: [(&str, &str); 6] = [
    ("random bytes", "head -c 65536 /dev/urandom"),
    ("half of a greeting", r"printf '\x13/multistr'"),
    ("a greeting, then random bytes", r"printf '\x13/multistream/1.0.0\n'; head -c 65536 /dev/urandom"),
    (
        "a handshake with a frame of the largest length, and then nothing of it",
        r"printf '\x13/multistream/1.0.0\n\x07/noise\n\xff\xff'",
    ),
    ("a line without end", r"head -c 4194304 /dev/zero"),
    ("another protocol", r"printf 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'"),
];

#[test]
fn nonsense_on_the_wire_costs_nothing() {
    let _turn = turn();
    let Some(lan) = Lan::new(4) else { return };
    let folders: Vec<TempDir> = (0..4).map(|_| TempDir::new().unwrap()).collect();
    let mut ana = lan.start(1, folders[0].path(), &[]);
    let mut ben = lan.start(2, folders[1].path(), &[]);
    ana.await_online(&ben.peer, 0);
    ben.await_online(&ana.peer, 0);
    let before = resident_kib(ana.pid());

    for (what, bytes) in NONSENSE {
        for _ in 0..10 {
            shell(&lan, &format!("( {bytes} ) > /dev/tcp/{}/47770", address(1)));
        }
        ben.say(what);
        ana.await_line(what, 0);
    }
    // To everybody who looks for people (hosts with a way to the internet have a route for this): datagrams that are no answers, and some that begin like one.
    lan.run("ip -n h3 route add 224.0.0.0/4 dev lan");
    shell(
        &lan,
        r"for n in $(seq 100); do
            head -c $((n * 14)) /dev/urandom > /dev/udp/224.0.0.251/5353
            { printf '\0\0\x84\0\0\0\xff\xff\0\0\0\0'; head -c 200 /dev/urandom; } > /dev/udp/224.0.0.251/5353
        done",
    );
    // Many connections that send nothing, as long as they are accepted.
    let crowd = format!("for n in $(seq 300); do exec {{fd}}<>/dev/tcp/{}/47770; done", address(1));
    shell(&lan, &crowd);

    ana.say("still here");
    ben.await_line("still here", 0);
    // Newcomers can still connect.
    let mut cleo = lan.start(4, folders[3].path(), &[]);
    cleo.await_online(&ana.peer, 0);
    agree(&mut [&mut ana, &mut ben, &mut cleo], DEADLINE);
    let after = resident_kib(ana.pid());
    assert!(after < before + GROWTH_KIB, "grew from {before} to {after} KiB");
    assert!(!ana.warned("fork"));
}

/// Runs a script on the third host. Its exit status doesn't matter, as the connection may be closed.
fn shell(lan: &Lan, script: &str) {
    let output = lan.command(3, "bash").args(["-c", script]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("refused") && !said.contains("unreachable"), "{script}: {said}");
}
