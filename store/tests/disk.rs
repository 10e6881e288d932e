//! Tests of a store in a folder: the data is there after reopening, and the folder has one owner.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::sync_channel;

use inkmesh_store::{ChainKey, Opening, Record, Store, StoreError};

const CHAIN: ChainKey = ChainKey { room: [1; 32], author: [2; 32], log: 3 };
const OTHER: ChainKey = ChainKey { room: [1; 32], author: [9; 32], log: 0 };

fn records(chain: ChainKey, seqs: std::ops::Range<u64>) -> Vec<Record> {
    seqs.map(|seq| Record { chain, seq, bytes: format!("record {seq}").into_bytes() }).collect()
}

#[test]
fn everything_is_there_again() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("not/there/yet");
    for round in 0..4 {
        let store = Store::open(&dir).unwrap().0;
        let expected: Vec<Vec<u8>> = records(CHAIN, 0..round * 100).into_iter().map(|record| record.bytes).collect();
        assert_eq!(store.read(&CHAIN, 0, usize::MAX, usize::MAX).unwrap(), expected);
        assert_eq!(store.get_meta("round").unwrap(), round.checked_sub(1).map(|before| vec![before as u8]));
        if round > 0 {
            assert_eq!(store.chains(&CHAIN.room).unwrap(), [(CHAIN, round * 100), (OTHER, round)]);
            let gap = store.append_wait(records(CHAIN, round * 100 + 1..round * 100 + 2)).unwrap_err();
            assert!(matches!(gap, StoreError::Gap { .. }), "{gap}");
        }
        store.append_wait(records(CHAIN, round * 100..round * 100 + 100)).unwrap();
        store.append_wait(records(OTHER, round..round + 1)).unwrap();
        store.put_meta("round", vec![round as u8]).unwrap();
        // Closed explicitly or by being dropped: the folder is free at once.
        if round % 2 == 0 {
            store.close();
        }
    }
}

#[test]
fn big_records_stay_in_the_synced_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap().0;
    let big = |seq| Record { chain: CHAIN, seq, bytes: vec![seq as u8; 65_536] };
    store.append_wait((0..100).map(big).collect()).unwrap();
    (100..200).for_each(|seq| store.append_wait(vec![big(seq)]).unwrap());
    store.close();
    let store = Store::open(dir.path()).unwrap().0;
    assert_eq!(store.chains(&CHAIN.room).unwrap(), [(CHAIN, 200)]);
    assert!((0..200).all(|seq| store.get(&CHAIN, seq).unwrap().unwrap() == big(seq).bytes));
    let blobs: Vec<_> = std::fs::read_dir(dir.path().join("log/blobs")).unwrap().collect();
    assert!(blobs.is_empty(), "sled never syncs these: {blobs:?}");
}

/// Returns the error of opening a folder that is in use, as a line of text.
fn refusal(dir: &Path) -> String {
    match Store::open(dir) {
        Err(StoreError::InUse { dir: named }) => {
            assert_eq!(named, dir);
            StoreError::InUse { dir: named }.to_string()
        }
        Err(error) => format!("another error: {error}"),
        Ok(_) => "no error".to_owned(),
    }
}

#[test]
fn a_second_store_in_this_process_is_told_which_folder() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap().0;
    store.append_wait(records(CHAIN, 0..10)).unwrap();
    let refusal = refusal(dir.path());
    assert!(refusal.contains(&format!("{} is in use", dir.path().display())), "{refusal}");
    store.append_wait(records(CHAIN, 10..20)).unwrap();
    drop(store);
    assert_eq!(Store::open(dir.path()).unwrap().0.chains(&CHAIN.room).unwrap(), [(CHAIN, 20)]);
}

#[test]
fn a_second_store_in_another_process_is_told_which_folder() {
    const FOLDER: &str = "INKMESH_STORE_TEST_SECOND";
    if let Some(dir) = std::env::var_os(FOLDER) {
        println!("refusal: {}", refusal(Path::new(&dir)));
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let second = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "a_second_store_in_another_process_is_told_which_folder", "--nocapture"]);
        let output = command.env(FOLDER, dir.path()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let store = Store::open(dir.path()).unwrap().0;
    store.append_wait(records(CHAIN, 0..10)).unwrap();
    let told = second();
    assert!(told.contains(&format!("refusal: the folder {} is in use", dir.path().display())), "{told}");
    store.append_wait(records(CHAIN, 10..20)).unwrap();
    store.close();
    let told = second();
    assert!(told.contains("refusal: no error"), "{told}");
}

/// A change of the bytes of a file.
type Damage = fn(&mut Vec<u8>);

/// Returns the files of sled whose names begin with `start`.
fn files(dir: &Path, start: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(dir.join("log")).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(start)).collect()
}

#[test]
fn a_damaged_log_is_set_aside_and_said() {
    let flip = |bytes: &mut Vec<u8>| bytes.iter_mut().skip(10).step_by(10).for_each(|byte| *byte ^= 0x55);
    let cut = |bytes: &mut Vec<u8>| bytes.truncate(1000);
    let damages: [(&str, Damage); 3] = [("snap.", flip), ("db", cut), ("db", flip)];
    for (file, damage) in damages {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..2 {
            let store = Store::open(dir.path()).unwrap().0;
            store.append_wait(records(CHAIN, round * 2000..round * 2000 + 2000)).unwrap();
        }
        for file in files(dir.path(), file) {
            let mut bytes = std::fs::read(&file).unwrap();
            damage(&mut bytes);
            std::fs::write(&file, bytes).unwrap();
        }
        let before = std::fs::read(dir.path().join("log/conf")).unwrap();
        let (store, opening) = Store::open(dir.path()).unwrap();
        let quarantined = opening.quarantined.expect(file);
        assert!(opening.lost && quarantined.moved_to == dir.path().join("log.broken-1"), "{file}: {quarantined:?}");
        assert_eq!(std::fs::read(quarantined.moved_to.join("conf")).unwrap(), before, "nothing is deleted");
        // If only sled's snapshot was damaged, everything is still there.
        assert!(file == "db" || quarantined.kept == 4000, "{quarantined:?}");
        let kept = quarantined.kept;
        assert_eq!(store.read(&CHAIN, 0, usize::MAX, usize::MAX).unwrap().len() as u64, kept);
        store.append_wait(records(CHAIN, kept..kept + 1)).unwrap();
        store.close();
        assert_eq!(Store::open(dir.path()).unwrap().1, Opening::default(), "said once");
    }
}

#[test]
fn the_last_clone_may_go_in_a_callback() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap().0;
    let (sender, done) = sync_channel(1);
    let last = store.clone();
    let (release, held) = sync_channel::<()>(1);
    let callback = move |outcome: Result<(), StoreError>| {
        held.recv().unwrap();
        drop(last);
        sender.send(outcome.is_ok()).unwrap();
    };
    store.append(records(CHAIN, 0..3), callback).unwrap();
    drop(store);
    release.send(()).unwrap();
    assert!(done.recv().unwrap());
    // The storage thread ends by itself, and the folder is free.
    let again = (0..10_000_000).find_map(|_| match Store::open(dir.path()) {
        Err(StoreError::InUse { .. }) => None,
        outcome => Some(outcome.unwrap()),
    });
    assert_eq!(again.unwrap().0.chains(&CHAIN.room).unwrap(), [(CHAIN, 3)]);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_folder() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn modes(dir: &Path, found: &mut Vec<(PathBuf, u32)>) {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            found.push((entry.path(), entry.metadata().unwrap().permissions().mode()));
            if entry.file_type().unwrap().is_dir() {
                modes(&entry.path(), found);
            }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let store = Store::open(&data).unwrap().0;
    store.append_wait(records(CHAIN, 0..10)).unwrap();
    store.put_snapshot(&CHAIN.room, b"of the room").unwrap();
    drop(store);
    // As older programs left it; a file of somebody else is none of ours.
    fs::write(data.join("notes.txt"), b"").unwrap();
    let mut found = Vec::new();
    modes(&data, &mut found);
    for (path, mode) in found.iter().chain([&(data.clone(), 0o700)]) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o044)).unwrap();
    }
    drop(Store::open(&data).unwrap());
    let mut found = vec![(data.clone(), fs::metadata(&data).unwrap().permissions().mode())];
    modes(&data, &mut found);
    assert!(found.len() > 8, "{found:?}");
    for (path, mode) in found {
        assert_eq!(mode & 0o077 == 0, !path.ends_with("notes.txt"), "{mode:o} {}", path.display());
    }
}

#[test]
fn reading_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap().0;
    (0..100).for_each(|batch| store.append_wait(records(CHAIN, batch * 50..batch * 50 + 50)).unwrap());
    let written = std::fs::read(dir.path().join("log/db")).unwrap();
    assert_eq!(store.read(&CHAIN, 0, usize::MAX, usize::MAX).unwrap().len(), 5000);
    store.close();
    // A write would fail on a full disk.
    assert!(std::fs::read(dir.path().join("log/db")).unwrap() == written, "reading made sled split its pages");
}
