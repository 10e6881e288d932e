//! Test of a real system error in the middle of a write: a limit on the size of files, which Linux can set and lift.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::path::Path;
use std::process::Command;

use inkmesh_store::{ChainKey, Record, Store, StoreError};

const FOLDER: &str = "INKMESH_STORE_TEST_WRITE_ERROR";
const NAME: &str = "goes_on_after_the_system_refused_to_write";
const CHAIN: ChainKey = ChainKey { room: [1; 32], author: [2; 32], log: 3 };

fn record(seq: u64) -> Record {
    Record { chain: CHAIN, seq, bytes: (0..2000).map(|i| (i + seq) as u8).collect() }
}

fn check(store: &Store, len: u64) {
    check_what_can_be_read(store, len);
    assert_eq!(store.read(&CHAIN, 0, usize::MAX, usize::MAX).unwrap().len() as u64, len);
}

/// Checks that reading, which may fail as long as writing does, returns nothing false.
fn check_what_can_be_read(store: &Store, len: u64) {
    assert_eq!(store.chains(&CHAIN.room).unwrap(), [(CHAIN, len)]);
    let Ok(records) = store.read(&CHAIN, 0, usize::MAX, usize::MAX) else { return };
    assert!(records.into_iter().eq((0..len).map(|seq| record(seq).bytes)));
}

/// Runs in a process that may not make files of more than a few megabytes.
fn write_until_refused(dir: &Path) {
    let store = Store::open(dir).unwrap().0;
    let mut acknowledged = 0;
    let error = loop {
        assert!(acknowledged < 100_000, "the limit is not there");
        // One by one and in batches, so that the error meets both ways of writing.
        let seqs = acknowledged..acknowledged + if acknowledged % 2 == 0 { 1 } else { 20 };
        match store.append_wait(seqs.clone().map(record).collect()) {
            Ok(()) => acknowledged = seqs.end,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert!(acknowledged > 100, "the error came at {acknowledged}");
    check_what_can_be_read(&store, acknowledged);
    assert!(store.append_wait(vec![record(acknowledged)]).is_err());
    // Recovery fails, or works for the little space there is; either way nothing is lost.
    let _ = store.recover();
    check_what_can_be_read(&store, acknowledged);

    let pid = std::process::id().to_string();
    assert!(Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited:"]).status().unwrap().success());
    store.recover().unwrap();
    check(&store, acknowledged);
    store.append_wait((acknowledged..acknowledged + 3000).map(record).collect()).unwrap();
    check(&store, acknowledged + 3000);
    println!("acknowledged {}.", acknowledged + 3000);
}

#[test]
fn goes_on_after_the_system_refused_to_write() {
    if let Some(dir) = std::env::var_os(FOLDER) {
        return write_until_refused(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let exe = std::env::current_exe().unwrap();
    // An ignored signal turns the limit into an error of the write.
    let script = r#"trap "" XFSZ; ulimit -S -f 8192; exec "$0" "$@""#;
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(exe).args(["--exact", NAME, "--nocapture"]).env(FOLDER, dir.path());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let len = text.split_once("acknowledged ").and_then(|(_, rest)| rest.split_once('.')).expect(&text).0;
    check(&Store::open(dir.path()).unwrap().0, len.parse().unwrap());
}
