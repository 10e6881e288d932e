//! Property test of the store against a small model.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::collections::BTreeMap;

use inkmesh_store::{ChainKey, Record, Store, StoreError};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    /// Records by chain, distance from the chain's next sequence number, and content.
    Append(Vec<(u8, i8, u8)>),
    PutMeta(u8, u8),
    Recover,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Mostly the next record, sometimes one that is there already, sometimes one that leaves a gap.
    let offset = prop_oneof![12 => Just(0_i8), 2 => -3..0_i8, 1 => 1..3_i8];
    let append = prop::collection::vec((0..4_u8, offset, 0..2_u8), 0..6).prop_map(Step::Append);
    let meta = (0..3_u8, any::<u8>()).prop_map(|(name, value)| Step::PutMeta(name, value));
    let step = prop_oneof![10 => append, 2 => meta, 1 => Just(Step::Recover), 1 => Just(Step::Reopen)];
    prop::collection::vec(step, 1..40)
}

#[derive(Clone, Default)]
struct Model {
    chains: BTreeMap<u8, Vec<Vec<u8>>>,
    meta: BTreeMap<u8, u8>,
}

fn chain(n: u8) -> ChainKey {
    ChainKey { room: [n % 2; 32], author: [n; 32], log: 0 }
}

/// Generates content that is sometimes longer than a page of the disk.
fn content(byte: u8, seq: u64) -> Vec<u8> {
    vec![byte; 1 + (seq as usize % 4) * 2048]
}

impl Model {
    /// Returns the same records with real sequence numbers.
    fn number(&self, records: &[(u8, i8, u8)]) -> Vec<(u8, u64, Vec<u8>)> {
        let mut nexts: BTreeMap<u8, u64> = self.chains.iter().map(|(n, records)| (*n, records.len() as u64)).collect();
        let numbered = records.iter().map(|(n, offset, byte)| {
            let next = nexts.entry(*n).or_default();
            let seq = next.saturating_add_signed(i64::from(*offset));
            *next += u64::from(seq == *next);
            (*n, seq, content(*byte, seq))
        });
        numbered.collect()
    }

    /// Returns the expected outcome: all records appended, or the reason why not.
    fn append(&mut self, records: &[(u8, u64, Vec<u8>)]) -> &'static str {
        let before = self.clone();
        for (n, seq, bytes) in records {
            let chain = self.chains.entry(*n).or_default();
            let refused = match chain.get(*seq as usize) {
                Some(there) if there == bytes => continue,
                Some(_) => "conflict",
                None if chain.len() as u64 == *seq => {
                    chain.push(bytes.clone());
                    continue;
                }
                None => "gap",
            };
            *self = before;
            return refused;
        }
        "ok"
    }

    fn check(&self, store: &Store) {
        for n in 0..4 {
            let expected = self.chains.get(&n).cloned().unwrap_or_default();
            assert_eq!(store.read(&chain(n), 0, usize::MAX, usize::MAX).unwrap(), expected);
            assert_eq!(store.get(&chain(n), 1).unwrap(), expected.get(1).cloned());
        }
        for room in 0..2 {
            let of_room = self.chains.iter().filter(|(n, records)| *n % 2 == room && !records.is_empty());
            let expected: Vec<(ChainKey, u64)> =
                of_room.map(|(n, records)| (chain(*n), records.len() as u64)).collect();
            assert_eq!(store.rooms().unwrap().contains(&[room; 32]), !expected.is_empty());
            assert_eq!(store.chains(&[room; 32]).unwrap(), expected);
        }
        for name in 0..3_u8 {
            let expected = self.meta.get(&name).map(|value| vec![*value]);
            assert_eq!(store.get_meta(&name.to_string()).unwrap(), expected);
        }
    }
}

fn run(mut store: Store, steps: Vec<Step>, reopen: impl Fn(Store) -> Store) {
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Append(records) => {
                let records = model.number(&records);
                let to_store =
                    records.iter().map(|(n, seq, bytes)| Record { chain: chain(*n), seq: *seq, bytes: bytes.clone() });
                let said = match store.append_wait(to_store.collect()) {
                    Ok(()) => "ok",
                    Err(StoreError::Gap { .. }) => "gap",
                    Err(StoreError::Conflict { .. }) => "conflict",
                    Err(error) => panic!("{error}"),
                };
                assert_eq!(said, model.append(&records));
            }
            Step::PutMeta(name, value) => {
                store.put_meta(&name.to_string(), vec![value]).unwrap();
                model.meta.insert(name, value);
            }
            Step::Recover => store.recover().unwrap(),
            Step::Reopen => store = reopen(store),
        }
        model.check(&store);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn disk_does_what_the_model_does(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        run(Store::open(dir.path()).unwrap().0, steps, |store| {
            drop(store);
            Store::open(dir.path()).unwrap().0
        });
    }
}
