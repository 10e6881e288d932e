//! Tests of several programs on one computer, each with its own folder: they share no port, and find each other.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use support::host::{Host, local, local_command};
use support::lan::Lan;
use support::turn;
use tempfile::TempDir;

const ROUNDS: usize = 20;

/// In half of the starts two programs run on the first host, in the others three, and one on the second. The folders stay and
/// the order changes, so most addresses that a program remembers lead to another program at the next start.
#[test]
fn two_or_three_on_one_machine_and_one_elsewhere_all_meet_twenty_times() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders: Vec<TempDir> = (0..4).map(|_| TempDir::new().unwrap()).collect();
    let mut took: Vec<Duration> = (0..ROUNDS)
        .map(|round| {
            let mut near = folders[..3].iter().cycle().skip(round).take(2 + round % 2);
            let first = near.next().map(|dir| lan.launch(1, dir.path(), &[]));
            let elsewhere = lan.launch(2, folders[3].path(), &[]);
            let hosts = first.into_iter().chain(near.map(|dir| lan.launch(1, dir.path(), &[]))).chain([elsewhere]);
            all_meet(hosts.collect())
        })
        .collect();
    took.sort();
    println!("from the last that was ready until all saw all: {took:?}");
    // A loaded machine may be slow once; a program that needs a second call takes seconds every time.
    assert!(took[ROUNDS / 2] < Duration::from_secs(5), "{took:?}");
}

/// The only interface is loopback, which mDNS leaves out.
#[test]
fn where_there_is_no_network_the_programs_of_one_machine_meet() {
    let _turn = turn();
    let Some(lan) = Lan::new(1) else { return };
    lan.run("ip -n h1 link del lan");
    let folders: Vec<TempDir> = (0..3).map(|_| TempDir::new().unwrap()).collect();
    // All at once, and then in another order: remembered addresses lead to other programs.
    for order in [[0, 1, 2], [2, 0, 1]] {
        all_meet(order.iter().map(|&n: &usize| lan.launch(1, folders[n].path(), &[])).collect());
    }
    // One starts later.
    let mut ana = lan.start(1, folders[0].path(), &[]);
    let mut ben = lan.start(1, folders[1].path(), &[]);
    ben.await_online(&ana.peer, 0);
    ana.say("안녕");
    ben.await_line("안녕", 0);
    ben.say("hello");
    ana.await_line("hello", 0);
}

/// Waits until all see each other; returns how long that took after all were ready.
fn all_meet(mut hosts: Vec<Host>) -> Duration {
    hosts.iter_mut().for_each(Host::await_ready);
    let ready = Instant::now();
    for host in &hosts {
        for other in hosts.iter().filter(|other| other.peer != host.peer) {
            host.await_online(&other.peer, 0);
        }
    }
    let took = ready.elapsed();
    let addresses: Vec<String> = hosts.iter().map(|host| format!("{} {}", host.label, host.address())).collect();
    assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), hosts.len(), "a port is shared: {addresses:?}");
    hosts.into_iter().for_each(Host::quit);
    took
}

#[test]
fn an_address_that_is_taken_is_refused_aloud() {
    let folders = [(); 2].map(|()| TempDir::new().unwrap());
    let ana = local("ana", folders[0].path(), &[]);
    let mut command = local_command(folders[1].path(), &[]);
    let address = ana.address();
    command.args(["--listen", &address]);
    let mut ben = Host::launch("ben".to_owned(), command);
    assert!(!ben.ended().success());
    assert!(ben.stderr().contains(&format!("can't listen on {address}")), "{}", ben.stderr());
}
