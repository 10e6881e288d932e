//! Small values that are written down beside the log, the last one of each name, off the loop's thread.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use inkmesh_store::Store;

use super::handle::Answer;
use crate::command::CommandError;

/// What is still to be written down.
#[derive(Clone, Default)]
pub(super) struct Memo(Arc<Mutex<Pending>>);

#[derive(Default)]
struct Pending {
    values: BTreeMap<String, Vec<u8>>,
    /// Told when all values are written down.
    waiting: Vec<Answer<()>>,
    /// Why one of them was not.
    failed: Option<String>,
    writing: bool,
}

impl Memo {
    /// Has a value written down. One of the same name that waits is replaced.
    pub(super) fn note(&self, store: &Store, key: String, value: Vec<u8>) {
        self.pending().values.insert(key, value);
        self.write_soon(store);
    }

    /// Answers when everything that was noted until now is durable.
    pub(super) fn answer_when_written(&self, store: &Store, answer: Answer<()>) {
        self.pending().waiting.push(answer);
        self.write_soon(store);
    }

    fn write_soon(&self, store: &Store) {
        let mut pending = self.pending();
        if !std::mem::replace(&mut pending.writing, true) {
            let (memo, store) = (self.clone(), store.clone());
            tokio::task::spawn_blocking(move || memo.write(&store));
        }
    }

    /// Writes down all that waits. Blocks.
    pub(super) fn write(&self, store: &Store) {
        loop {
            let mut pending = self.pending();
            let Some((key, value)) = pending.values.pop_first() else {
                pending.writing = false;
                pending.answer();
                return;
            };
            drop(pending);
            if let Err(error) = store.put_meta(&key, value) {
                tracing::warn!(%error, key, "not remembered");
                self.pending().failed = Some(error.to_string());
            }
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    fn answer(&mut self) {
        let failed = self.failed.take();
        for answer in self.waiting.drain(..) {
            let _ = answer.send(failed.clone().map_or(Ok(()), |reason| Err(CommandError::NotSaved(reason))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_last_value_of_a_name_stays() {
        let (store, memo) = (Store::in_memory(), Memo::default());
        for n in 0..200_u8 {
            memo.note(&store, "a".to_owned(), vec![n]);
            memo.note(&store, "b".to_owned(), vec![n, n]);
        }
        memo.write(&store);
        // What another thread had taken may be on its way still, but nothing after it.
        let (read, last) = (store.clone(), vec![199]);
        tokio::task::spawn_blocking(move || while read.get_meta("a").unwrap() != Some(last.clone()) {}).await.unwrap();
        assert!(memo.pending().values.is_empty());
    }
}
