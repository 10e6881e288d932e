//! Data folders as people treat them: copied, restored, damaged.

use std::fs;
use std::path::{Path, PathBuf};

use rand::RngExt;
use rand::rngs::SmallRng;
use tempfile::TempDir;

/// Copies a folder with all its contents. No program may be using it.
pub fn copy(from: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    copy_into(from, to.path());
    to
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_into(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Flips a random bit of a random file; returns its position in words.
pub fn flip_a_bit(folder: &Path, random: &mut SmallRng) -> String {
    let file = any_file(folder, random);
    let mut bytes = fs::read(&file).unwrap();
    let bit = random.random_range(0..bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    fs::write(&file, &bytes).unwrap();
    format!("bit {} of byte {} of {} in {}", bit % 8, bit / 8, bytes.len(), file.display())
}

/// Truncates a random file at a random position; returns the position in words.
pub fn truncate(folder: &Path, random: &mut SmallRng) -> String {
    let file = any_file(folder, random);
    let len = fs::metadata(&file).unwrap().len();
    let left = random.random_range(0..len);
    fs::File::options().write(true).open(&file).unwrap().set_len(left).unwrap();
    format!("{left} of {len} bytes are left of {}", file.display())
}

/// Returns a random file that isn't empty, with a probability in proportion to its length.
fn any_file(folder: &Path, random: &mut SmallRng) -> PathBuf {
    let mut files = Vec::new();
    list(folder, &mut files);
    files.sort();
    let mut at = random.random_range(0..files.iter().map(|(_, len)| len).sum::<u64>());
    let hit = files.into_iter().find(|(_, len)| {
        let here = at < *len;
        at = at.saturating_sub(*len);
        here
    });
    hit.unwrap().0
}

fn list(folder: &Path, files: &mut Vec<(PathBuf, u64)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            list(&entry.path(), files);
        } else {
            files.push((entry.path(), entry.metadata().unwrap().len()));
        }
    }
}
