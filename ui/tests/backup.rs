//! Tests of a data folder that exists twice, copied to a second machine or restored from a copy, and of encrypted backups.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;
use support::host::{Host, agree, local};
use support::lan::Lan;
use support::{DEADLINE, INKMESH, folder, turn};
use tempfile::TempDir;

const LINES: usize = 20;

fn ana(folder: &Path, ben: Option<&Host>) -> Host {
    let dial: Vec<String> = ben.map(|ben| vec!["--dial".to_owned(), ben.address()]).unwrap_or_default();
    let options = ["--name", "Ana"].into_iter().chain(dial.iter().map(String::as_str));
    let host = local("ana", folder, &options.collect::<Vec<_>>());
    if let Some(ben) = ben {
        host.await_online(&ben.peer, 0);
    }
    host
}

fn ben(folder: &Path) -> Host {
    local("ben", folder, &["--name", "Ben"])
}

fn say(host: &mut Host, what: &str) -> Vec<String> {
    host.say_all("lobby", (0..LINES).map(|n| format!("{what} {n}")))
}

/// Checks that each of these lines is there once.
#[track_caller]
fn once_each(host: &mut Host, ids: &[String]) {
    let talk = host.talk();
    for id in ids {
        assert_eq!(talk.iter().filter(|line| line.id == *id).count(), 1, "{}: {id}", host.label);
    }
}

/// Returns a folder in which Ana has talked with Ben before, and Ben's folder.
fn acquainted() -> (TempDir, TempDir, Vec<String>) {
    let (hers, his) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut friend = ben(his.path());
    let mut her = ana(hers.path(), Some(&friend));
    let said = say(&mut her, "together");
    agree(&mut [&mut her, &mut friend], DEADLINE);
    her.quit();
    friend.quit();
    (hers, his, said)
}

/// Lets one of the copies meet Ben, say something, and quit when both agree; returns whether it was warned of its fork.
fn visit(copy: &Path, friend: &mut Host, what: &str, said: &mut Vec<String>) -> bool {
    let mut her = ana(copy, Some(friend));
    agree(&mut [&mut her, friend], DEADLINE);
    said.extend(say(&mut her, what));
    agree(&mut [&mut her, friend], DEADLINE);
    let told = her.warned("own_fork");
    her.quit();
    told
}

#[test]
fn two_copies_of_a_folder_write_apart_and_then_meet() {
    let _turn = turn();
    let (original, his, mut said) = acquainted();
    let copy = folder::copy(original.path());
    for (folder, what) in [(original.path(), "original"), (copy.path(), "copy")] {
        let mut her = ana(folder, None);
        said.extend(say(&mut her, what));
        her.quit();
    }

    // Two programs with one key can't be connected: they exchange lines through Ben, one after the other.
    let mut friend = ben(his.path());
    let mut her = ana(original.path(), Some(&friend));
    let author = her.peer.clone();
    agree(&mut [&mut her, &mut friend], DEADLINE);
    her.quit();
    assert!(!friend.warned("fork"), "Ben knows only one of the two yet");
    let told = visit(copy.path(), &mut friend, "copy, knowing", &mut said);
    assert!(told, "the second copy learns of the first");
    friend.await_warning("fork", 0);
    let peers = friend.ok(json!({"do": "peers", "room": "lobby"}));
    let marked = peers.as_array().unwrap().iter().find(|peer| peer["peer"] == author.as_str()).unwrap();
    assert_eq!(marked["forked"], true, "{marked}");
    let told = visit(original.path(), &mut friend, "original, knowing", &mut said);
    assert!(told, "the first copy learns of the second");
    once_each(&mut friend, &said);
    friend.quit();

    write_on_without_forking_again(&[original.path(), copy.path()], his.path(), &mut said);
}

/// Returns a folder in which Ana has talked with Ben before, a copy of it, Ben's folder, and the lines so far.
fn copied() -> (TempDir, TempDir, TempDir, Vec<String>) {
    let (original, his, said) = acquainted();
    let copy = folder::copy(original.path());
    (original, copy, his, said)
}

/// Both copies run at the same time and call Ben, who tells the second nothing by gossip: for it they are one.
#[test]
fn two_copies_that_run_at_once_learn_of_each_other_from_a_third() {
    let _turn = turn();
    let (original, copy, his, mut said) = copied();
    let mut friend = ben(his.path());
    let mut first = ana(original.path(), Some(&friend));
    let mut second = local("ana's copy", copy.path(), &["--name", "Ana", "--dial", &friend.address()]);
    for what in ["not knowing", "knowing"] {
        said.extend(say(&mut first, &format!("first, {what}")));
        said.extend(say(&mut second, &format!("second, {what}")));
        first.await_warning("own_fork", 0);
        second.await_warning("own_fork", 0);
        agree(&mut [&mut first, &mut second, &mut friend], DEADLINE);
        for host in [&mut first, &mut second, &mut friend] {
            once_each(host, &said);
        }
    }
}

#[test]
fn whoever_calls_the_other_copy_learns_of_it() {
    let _turn = turn();
    let (original, copy, ..) = copied();
    let first = ana(original.path(), None);
    let second = local("ana's copy", copy.path(), &["--name", "Ana", "--dial", &first.address()]);
    second.await_warning("own_fork", 0);
    assert!(!second.warned("own_address"));
}

#[test]
fn two_copies_alone_on_a_network_find_each_other() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let (original, copy, ..) = copied();
    let hosts = [lan.launch(1, original.path(), &[]), lan.launch(2, copy.path(), &[])];
    hosts.iter().for_each(|host| host.await_warning("own_fork", 0));
}

/// Lets both copies, which know of each other, write on, apart or connected: no new fork may appear. The second time, each
/// also knows the chain that the other writes now.
fn write_on_without_forking_again(copies: &[&Path], his: &Path, said: &mut Vec<String>) {
    for what in ["once more", "and once more"] {
        for copy in copies {
            let mut her = ana(copy, None);
            said.extend(say(&mut her, &format!("{what}, apart")));
            her.quit();
        }
        // A fork is reported once per start, so Ben is started again.
        let mut friend = ben(his);
        for copy in copies.iter().chain(copies) {
            let told = visit(copy, &mut friend, what, said);
            assert!(!told, "{what}");
        }
        assert!(!friend.warned("fork"), "forked again");
        for copy in copies {
            let mut her = ana(copy, Some(&friend));
            agree(&mut [&mut her, &mut friend], DEADLINE);
            once_each(&mut her, said);
            her.quit();
        }
        friend.quit();
    }
}

/// Returns a backup of Ana's folder, Ben's folder, Ben, and the lines so far. Ana wrote on after the backup.
fn backed_up() -> (TempDir, TempDir, Host, Vec<String>) {
    let (hers, his, mut said) = acquainted();
    let backup = folder::copy(hers.path());
    let mut friend = ben(his.path());
    let mut her = ana(hers.path(), Some(&friend));
    said.extend(say(&mut her, "after the backup"));
    agree(&mut [&mut her, &mut friend], DEADLINE);
    her.quit();
    (backup, his, friend, said)
}

#[test]
fn a_backup_that_is_put_back_and_writes_alone() {
    let _turn = turn();
    let (backup, his, friend, mut said) = backed_up();
    friend.quit(); // the folder knows his address
    let mut her = ana(backup.path(), None);
    said.extend(say(&mut her, "put back, alone"));
    her.quit();
    let mut friend = ben(his.path());
    let told = visit(backup.path(), &mut friend, "put back, connected", &mut said);
    assert!(told);
    friend.await_warning("fork", 0);
    once_each(&mut friend, &said);
}

#[test]
fn a_backup_that_is_put_back_and_catches_up_first() {
    let _turn = turn();
    let (backup, _his, mut friend, mut said) = backed_up();
    let mut her = ana(backup.path(), Some(&friend));
    agree(&mut [&mut her, &mut friend], DEADLINE);
    said.extend(say(&mut her, "put back"));
    agree(&mut [&mut her, &mut friend], DEADLINE);
    her.kill();
    // Nor after a restart from its own disk.
    for _ in 0..2 {
        let mut her = ana(backup.path(), Some(&friend));
        said.extend(say(&mut her, "and later"));
        agree(&mut [&mut her, &mut friend], DEADLINE);
        once_each(&mut her, &said);
        assert!(!her.warned("own_fork") && !her.warned("fork"));
        her.quit();
    }
    once_each(&mut friend, &said);
    assert!(!friend.warned("fork"));
}

const PASSPHRASE: &str = "여덟 글자 넘는 문장";

/// Runs `inkmesh restore` and returns its exit status and what it wrote.
fn restore(file: &Path, folder: &Path, passphrase: &str) -> (bool, String) {
    let mut command = Command::new(INKMESH);
    command.arg("restore").arg(file).arg("--data-dir").arg(folder).args(["--lang", "en"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{passphrase}").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.success(), text)
}

#[test]
fn a_restored_backup_of_yesterday_loses_and_forks_nothing() {
    let _turn = turn();
    let (hers, his) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let elsewhere = TempDir::new().unwrap();
    let backup = elsewhere.path().join("ana.backup");
    let mut friend = ben(his.path());
    let mut her = ana(hers.path(), Some(&friend));
    let (own, peer) = (her.peer.clone(), friend.peer.clone());
    let room =
        her.ok(json!({"do": "room_create", "name": "Tea", "private": true}))["room"].as_str().unwrap().to_owned();
    let ticket = her.ok(json!({"do": "ticket", "room": room}))["ticket"].clone();
    friend.ok(json!({"do": "open_ticket", "ticket": ticket}));
    her.ok(json!({"do": "friend", "peer": peer, "on": true}));
    let to = backup.to_str().unwrap();
    assert_eq!(her.refused(json!({"do": "backup", "to": to, "passphrase": "short"})), "short_passphrase");
    std::fs::write(&backup, "something of mine").unwrap();
    assert_eq!(her.refused(json!({"do": "backup", "to": to, "passphrase": PASSPHRASE})), "file_exists");
    std::fs::remove_file(&backup).unwrap();
    let mut said = say(&mut her, "before");
    for _ in 0..2 {
        her.ok(json!({"do": "backup", "to": to, "passphrase": PASSPHRASE}));
    }
    // What follows is not in the backup.
    said.extend(say(&mut her, "after"));
    her.ok(json!({"do": "say", "room": room, "text": "in private"}));
    agree(&mut [&mut her, &mut friend], DEADLINE);
    her.quit();

    // Her disk is gone.
    let restored = TempDir::new().unwrap();
    let (ok, text) = restore(&backup, restored.path(), "another passphrase");
    assert!(!ok && text.contains("not the passphrase"), "{text}");
    let torn = elsewhere.path().join("torn.backup");
    let bytes = std::fs::read(&backup).unwrap();
    std::fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    let (ok, text) = restore(&torn, restored.path(), PASSPHRASE);
    assert!(!ok && text.contains("torn or damaged"), "{text}");
    let (ok, text) = restore(&backup, restored.path(), PASSPHRASE);
    assert!(ok, "{text}");
    let (ok, text) = restore(&backup, restored.path(), PASSPHRASE);
    assert!(!ok && text.contains("Somebody lives"), "{text}");

    let mut her = local("ana", restored.path(), &["--dial", &friend.address()]);
    assert_eq!(her.peer, own, "she is herself again");
    said.extend(say(&mut her, "restored"));
    agree(&mut [&mut her, &mut friend], DEADLINE);
    once_each(&mut her, &said);
    once_each(&mut friend, &said);
    her.await_event("what was said in private", 0, |event| {
        event["event"] == "entry" && event["room"] == room.as_str() && event["text"] == "in private"
    });
    let people = her.ok(json!({"do": "people"}));
    assert!(
        people.as_array().unwrap().iter().any(|one| one["peer"] == peer.as_str() && one["friend"] == true),
        "{people}"
    );
    for host in [&her, &friend] {
        assert!(!host.warned("fork") && !host.warned("own_fork"), "{}", host.label);
    }
}
