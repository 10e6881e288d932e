//! The state of a folder, to see whether something changed it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Returns everything in a folder: the bytes of files, and the times of the last changes.
pub fn everything(folder: &Path) -> BTreeMap<PathBuf, (Option<Vec<u8>>, SystemTime)> {
    let changed = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    let mut found = BTreeMap::from([(folder.to_path_buf(), (None, changed(folder)))]);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            found.insert(path.clone(), (Some(fs::read(&path).unwrap()), changed(&path)));
        }
    }
    found
}
