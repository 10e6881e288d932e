//! Tests of people who reach each other by addresses of many kinds: public ones, those of container bridges, new ones.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::json;
use support::lan::{Lan, address};
use support::turn;
use tempfile::TempDir;

/// Announces a peer by mDNS as libp2p in JavaScript does, once a second for half a minute: its key, its address.
const ANNOUNCE: &str = r#"
import socket, struct, sys, time
def name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\0"
def record(owner, kind, data):
    return owner + struct.pack("!HHIH", kind, 1, 120, len(data)) + data
service, owner = name("_p2p._udp.local"), name("somebody._p2p._udp.local")
text = f"dnsaddr=/ip4/{sys.argv[2]}/tcp/47770/p2p/{sys.argv[1]}".encode()
answers = record(service, 12, owner) + record(owner, 16, bytes([len(text)]) + text)
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[2]))
for _ in range(30):
    sender.sendto(struct.pack("!6H", 0, 0x8400, 0, 2, 0, 0) + answers, ("224.0.0.251", 5353))
    time.sleep(1)
"#;

#[test]
fn who_is_announced_as_other_libraries_do_it_is_found() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders = folders::<2>();
    let ana = lan.start(1, folders[0].path(), &[]);
    let ben = lan.start(2, folders[1].path(), &["--no-mdns"]);
    let mut announcing = lan.command(2, "python3").args(["-c", ANNOUNCE, &ben.peer, &address(2)]).spawn().unwrap();
    ana.await_online(&ben.peer, 0);
    announcing.kill().unwrap();
    announcing.wait().unwrap();
}

/// Bridges on each machine.
const BRIDGES: u8 = 9;

fn folders<const N: usize>() -> [TempDir; N] {
    [(); N].map(|()| TempDir::new().unwrap())
}

#[test]
fn on_a_lan_with_public_addresses_one_connection_is_enough() {
    let _turn = turn();
    let Some(lan) = Lan::new(3) else { return };
    let folders = folders::<3>();
    for n in 1..=3 {
        lan.run(&format!("ip -n h{n} addr flush dev lan\nip -n h{n} addr add 143.248.1.{n}/24 dev lan"));
    }
    let ana = lan.start(1, folders[0].path(), &["--no-mdns"]);
    let [ben, cho] =
        [2, 3].map(|n: u8| lan.start(n, folders[usize::from(n) - 1].path(), &["--no-mdns", "--dial", "143.248.1.1"]));
    for (host, others) in [(&ana, [&ben, &cho]), (&ben, [&ana, &cho]), (&cho, [&ana, &ben])] {
        others.iter().for_each(|other| host.await_online(&other.peer, 0));
    }
}

#[test]
fn with_nine_bridges_on_each_machine_people_meet_again() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders = folders::<2>();
    (1..=2).for_each(|n| lan.add_bridges(n, BRIDGES));
    let ana = lan.start(1, folders[0].path(), &["--no-mdns"]);
    let mut ben = lan.start(2, folders[1].path(), &["--no-mdns", "--dial", &address(1)]);
    ana.await_online(&ben.peer, 0);
    ben.await_online(&ana.peer, 0);
    for _ in 0..3 {
        let marks = (ana.mark(), ben.mark());
        lan.link_down(2);
        ana.await_offline(&ben.peer, marks.0);
        ben.await_offline(&ana.peer, marks.1);
        let marks = (ana.mark(), ben.mark());
        lan.link_up(2);
        ana.await_online(&ben.peer, marks.0);
        ben.await_online(&ana.peer, marks.1);
    }
    // After a restart nobody says where the other is.
    for _ in 0..3 {
        let (mark, peer) = (ana.mark(), ben.peer.clone());
        ben.quit();
        ana.await_offline(&peer, mark);
        let mark = ana.mark();
        ben = lan.start(2, folders[1].path(), &["--no-mdns"]);
        ana.await_online(&peer, mark);
        ben.await_online(&ana.peer, 0);
    }
    // A new address.
    let mark = ana.mark();
    lan.link_down(2);
    ana.await_offline(&ben.peer, mark);
    lan.run("ip -n h2 addr del 10.77.0.2/24 dev lan\nip -n h2 addr add 10.77.0.22/24 dev lan");
    let mark = ana.mark();
    lan.link_up(2);
    ana.await_online(&ben.peer, mark);
}

#[test]
fn who_only_called_is_called_after_a_restart() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders = folders::<2>();
    let ana = lan.start(1, folders[0].path(), &["--no-mdns"]);
    let ben = lan.start(2, folders[1].path(), &["--no-mdns", "--dial", &address(1)]);
    ana.await_event("where Ben listens", 0, |event| {
        let port = format!("{}/tcp/47770", address(2));
        event["event"] == "peer" && event.to_string().contains(&port)
    });
    ana.quit();
    // Ben can't find her any more.
    lan.run("ip -n h1 addr del 10.77.0.1/24 dev lan\nip -n h1 addr add 10.77.0.11/24 dev lan");
    let mark = ben.mark();
    let ana = lan.start(1, folders[0].path(), &["--no-mdns"]);
    ana.await_online(&ben.peer, 0);
    ben.await_online(&ana.peer, mark);
}

#[test]
fn a_port_of_mdns_that_another_program_holds_is_told_and_tried_again() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders = folders::<2>();
    let hold = "import socket, sys\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.bind(('', 5353))\nprint('held', flush=True)\nsys.stdin.read()";
    let mut holder =
        lan.command(2, "python3").args(["-c", hold]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said.trim(), "held");
    let ana = lan.start(1, folders[0].path(), &[]);
    let ben = lan.start(2, folders[1].path(), &[]);
    ben.await_warning("discovery_failed", 0);
    drop(holder.stdin.take());
    assert!(holder.wait().unwrap().success());
    ben.await_warning("discovery_recovered", 0);
    ben.await_online(&ana.peer, 0);
    ana.await_online(&ben.peer, 0);
}

#[test]
fn an_address_of_ones_own_and_one_without_an_interface_are_told() {
    let _turn = turn();
    let Some(lan) = Lan::new(1) else { return };
    let folders = folders::<1>();
    let mut ana = lan.start(1, folders[0].path(), &["--no-mdns"]);
    ana.ok(json!({"do": "dial", "address": address(1)}));
    ana.await_warning("own_address", 0);
    assert_eq!(ana.refused(json!({"do": "dial", "address": "fe80::1"})), "link_local");
    assert!(!ana.warned("dial_failed"));
}

#[test]
fn on_a_lan_with_ipv6_only_people_find_each_other() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders = folders::<2>();
    for n in 1..=2 {
        lan.run(&format!("ip -n h{n} -4 addr flush dev lan\nip -n h{n} addr add fd00::{n}/64 dev lan nodad"));
    }
    let [ana, ben] = [1, 2].map(|n: u8| lan.start(n, folders[usize::from(n) - 1].path(), &[]));
    ana.await_online(&ben.peer, 0);
    ben.await_online(&ana.peer, 0);
}

#[test]
fn a_firewall_on_both_machines_is_told() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders = folders::<2>();
    for n in 1..=2 {
        lan.run(&format!(
            "ip netns exec h{n} nft 'table inet wall {{ chain input {{ type filter hook input priority 0; \
            tcp flags syn / syn,ack drop; }}; }}'"
        ));
    }
    let [ana, ben] = [1, 2].map(|n: u8| lan.start(n, folders[usize::from(n) - 1].path(), &[]));
    ana.await_warning("unreachable", 0);
    ben.await_warning("unreachable", 0);
    (1..=2).for_each(|n| drop(lan.run(&format!("ip netns exec h{n} nft flush ruleset"))));
    ana.await_online(&ben.peer, 0);
}
