//! Test of a disk that is full to the last byte: saved data can be read, and writing continues when there is space again.
//!
//! The disk is a file system in memory, mounted in a namespace that only the test sees. Where the system does not allow
//! that, the test is skipped; with `INKMESH_REQUIRE_LAN=1`, as in CI, it fails.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use inkmesh_store::{ChainKey, Opening, Record, Store, StoreError};

const FOLDER: &str = "INKMESH_STORE_TEST_FULL_DISK";
const NAME: &str = "what_was_saved_can_be_read_on_a_full_disk";
const CHAIN: ChainKey = ChainKey { room: [1; 32], author: [2; 32], log: 3 };

fn records(seqs: std::ops::Range<u64>) -> Vec<Record> {
    seqs.map(|seq| Record { chain: CHAIN, seq, bytes: vec![seq as u8; 400] }).collect()
}

/// Fills the disk.
fn fill(file: &Path) {
    let mut file = File::create(file).unwrap();
    for size in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

fn run(dir: &Path) {
    let (data, filler) = (dir.join("store"), dir.join("filler"));
    for first in [0, 1000, 2000] {
        let (store, _) = Store::open(&data).unwrap();
        (first..first + 1000).step_by(50).for_each(|seq| store.append_wait(records(seq..seq + 50)).unwrap());
        store.close();
        fill(&filler);
        let (store, opening) = Store::open(&data).unwrap();
        assert_eq!(opening, Opening::default());
        let read = store.read(&CHAIN, 0, usize::MAX, usize::MAX).unwrap();
        assert!(read.into_iter().eq(records(0..first + 1000).into_iter().map(|record| record.bytes)));
        let refused = store.append_wait(records(first + 1000..first + 1001)).unwrap_err();
        assert!(matches!(refused, StoreError::DiskFull { .. }), "{refused}");
        fs::remove_file(&filler).unwrap();
        store.append_wait(records(first + 1000..first + 1001)).unwrap();
        store.close();
    }
    println!("all is well.");
}

#[test]
fn what_was_saved_can_be_read_on_a_full_disk() {
    if let Some(dir) = std::env::var_os(FOLDER) {
        return run(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=48m tmpfs "$0" && echo mounted && exec "$@""#;
    let mut command = Command::new("unshare");
    command.args(["-Urm", "sh", "-c", script]).arg(dir.path()).arg(std::env::current_exe().unwrap());
    let output = command.args(["--exact", NAME, "--nocapture"]).env(FOLDER, dir.path()).output();
    let text = output.as_ref().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    if !text.contains("mounted") {
        assert!(std::env::var_os("INKMESH_REQUIRE_LAN").is_none(), "no namespaces here: {output:?}");
        println!("SKIPPED: no namespaces here: {output:?}");
        return;
    }
    assert!(text.contains("all is well."), "{text}{}", String::from_utf8_lossy(&output.unwrap().stderr));
}
