//! The witness: a small file beside the log that says how much was durable.
//!
//! sled silently drops everything after the first position of its file that it can't read. So after every commit the
//! number of records and of changes of named values is written here, and a log that opens with less has lost data. The
//! file is not synced with each commit: it must survive a killed program, not a power cut. A witness that is missing,
//! damaged or too old reports no loss; it is never too new, as it is written after the commit was synced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;

/// The amount of durable data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Count {
    /// Records in all chains together.
    pub(crate) records: u64,
    /// The number of times that a named value was set.
    pub(crate) values: u64,
}

impl Count {
    /// Returns whether something counted in `before` is gone.
    pub(crate) fn lacks(self, before: Count) -> bool {
        self.records < before.records || self.values < before.values
    }

    fn to_bytes(self) -> Vec<u8> {
        let mut bytes = [self.records.to_le_bytes(), self.values.to_le_bytes()].concat();
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Count> {
        let (records, rest) = bytes.split_first_chunk()?;
        let (values, _) = rest.split_first_chunk()?;
        let count = Count { records: u64::from_le_bytes(*records), values: u64::from_le_bytes(*values) };
        (count.to_bytes() == bytes).then_some(count)
    }
}

/// Reads the witness in `file`; `None` if it is missing or damaged.
pub(crate) fn read(file: &Path) -> io::Result<Option<Count>> {
    match fs::read(file) {
        Ok(bytes) => Ok(Count::from_bytes(&bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The file, open for writing.
pub(crate) struct Witness(File);

impl Witness {
    pub(crate) fn open(file: &Path) -> io::Result<Witness> {
        OpenOptions::new().create(true).truncate(false).write(true).open(file).map(Witness)
    }

    /// Writes the amount of durable data.
    pub(crate) fn note(&mut self, count: Count) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(0))?;
        self.0.write_all(&count.to_bytes())
    }

    /// Syncs the file.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a panic is how a test fails
mod tests {
    use super::*;

    #[test]
    fn a_count_can_be_read_back_and_a_damaged_one_says_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("witness");
        assert_eq!(read(&path).unwrap(), None);
        let mut witness = Witness::open(&path).unwrap();
        for records in [7, 1 << 40, 9] {
            let count = Count { records, values: 3 };
            witness.note(count).unwrap();
            assert_eq!(read(&path).unwrap(), Some(count));
        }
        let bytes = fs::read(&path).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Count::from_bytes(&flipped), None, "bit {bit}");
        }
        assert_eq!(Count::from_bytes(&bytes[1..]), None);
        assert_eq!(Count::from_bytes(&[]), None);
    }

    #[test]
    fn less_of_either_is_a_loss() {
        let now = Count { records: 5, values: 5 };
        assert!(!now.lacks(now) && !now.lacks(Count::default()));
        assert!(now.lacks(Count { records: 6, values: 0 }) && now.lacks(Count { records: 0, values: 6 }));
    }
}
