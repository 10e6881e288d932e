//! Files that are put into a folder of the person's: their names, and never over something else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use crate::settings::Language;
use crate::text::t_args;

/// Most bytes of one part of a name: with all parts it stays below what file systems take (255).
const MAX_PART: usize = 60;
/// How many files of one name are numbered before it is given up.
const MAX_NUMBER: u32 = 9_999;

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write {}", path.display())]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
}

impl WriteError {
    /// What went wrong, in words.
    pub fn words(&self, language: Language) -> String {
        let key = match self.source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "archive-file-not-allowed",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "archive-file-full",
            ErrorKind::NotFound => "archive-file-no-folder",
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "archive-file-in-the-way",
            _ => "archive-file-failed",
        };
        let args = [("path", self.path.display().to_string().into()), ("reason", self.source.to_string().into())];
        t_args(language, key, args)
    }
}

/// A name made of parts, without its ending: `2026-11-22_14-03_turn-3_Ana_apple`. Whatever the parts hold, it is one name
/// in the folder that it is used in, on every system; parts of which nothing is left are left out. The first part has to
/// be one of the program's own words, so that no name is one that a system keeps for itself (`con`, `nul`).
pub fn name<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<String> = parts.into_iter().map(part).filter(|part| !part.is_empty()).collect();
    parts.join("_")
}

/// What of a text can stand in a name: letters and digits of any script, single hyphens for the rest.
fn part(text: &str) -> String {
    let mut part = String::new();
    for letter in text.nfc() {
        let letter = if letter.is_alphanumeric() { letter } else { '-' };
        if part.len() + letter.len_utf8() > MAX_PART {
            break;
        }
        if letter != '-' || !(part.is_empty() || part.ends_with('-')) {
            part.push(letter);
        }
    }
    part.trim_matches('-').to_owned()
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It was written here.
    New(PathBuf),
    /// It is here already, byte for byte.
    Same(PathBuf),
}

impl Kept {
    /// Where it is.
    #[cfg(test)]
    fn path(&self) -> &Path {
        match self {
            Kept::New(path) | Kept::Same(path) => path,
        }
    }
}

/// Writes a file under a name in a folder, which is made if it is missing. Where something else has that name, under the
/// first that is free of `name-2`, `name-3` …
///
/// # Errors
/// [`WriteError`]: then nothing is left of it.
pub fn keep(dir: &Path, name: &str, ending: &str, bytes: &[u8]) -> Result<Kept, WriteError> {
    for path in candidates(dir, name, ending) {
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(Kept::Same(path));
        }
        if let Some(new) = NewFile::create(path)? {
            let path = new.path.clone();
            let write = |file: &mut File| file.write_all(bytes).map_err(|source| WriteError { path, source });
            return new.finish(write).map(Kept::New);
        }
    }
    Err(all_taken(dir, name, ending))
}

/// Begins a file under a name in a folder, as [`keep`] does, whose content comes bit by bit.
///
/// # Errors
/// [`WriteError`].
pub fn begin(dir: &Path, name: &str, ending: &str) -> Result<NewFile, WriteError> {
    for path in candidates(dir, name, ending) {
        if let Some(new) = NewFile::create(path)? {
            return Ok(new);
        }
    }
    Err(all_taken(dir, name, ending))
}

fn candidates(dir: &Path, name: &str, ending: &str) -> impl Iterator<Item = PathBuf> {
    let numbered = (2..=MAX_NUMBER).map(move |number| dir.join(format!("{name}-{number}.{ending}")));
    std::iter::once(dir.join(format!("{name}.{ending}"))).chain(numbered)
}

fn all_taken(dir: &Path, name: &str, ending: &str) -> WriteError {
    WriteError { path: dir.join(format!("{name}.{ending}")), source: ErrorKind::AlreadyExists.into() }
}

/// A file that was not there before.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    path: PathBuf,
}

impl NewFile {
    /// `None` when something has that name. A link there is something, too: it is not followed.
    fn create(path: PathBuf) -> Result<Option<Self>, WriteError> {
        if let Err(source) = path.parent().map_or(Ok(()), fs::create_dir_all) {
            return Err(WriteError { path, source }); // a file where the folder should be is in the way of every name
        }
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => Ok(Some(NewFile { file, path })),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
            Err(source) => Err(WriteError { path, source }),
        }
    }

    /// Writes it. What could not be written whole is taken away again.
    ///
    /// # Errors
    /// What `write` says.
    pub fn finish<E>(mut self, write: impl FnOnce(&mut File) -> Result<(), E>) -> Result<PathBuf, E> {
        match write(&mut self.file) {
            Ok(()) => Ok(self.path),
            Err(error) => {
                drop(self.file);
                let _ = fs::remove_file(&self.path); // it is ours, and what went wrong is said already
                Err(error)
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_its_folder_or_is_refused_by_a_system() {
        for (parts, expected) in [
            (&["2026-11-22", "turn-3", "Ana", "apple"][..], "2026-11-22_turn-3_Ana_apple"),
            (&["sheet", "../../etc/passwd"], "sheet_etc-passwd"),
            (&["sheet", "..\\..\\C:\\x"], "sheet_C-x"),
            (&["sheet", "..", ".", "/", "\0", "", "***"], "sheet"),
            (&["sheet", "con", "nul.txt"], "sheet_con_nul-txt"),
            (&["sheet", " Ana <b>\"x\"|?*</b>. "], "sheet_Ana-b-x-b"),
            (&["sheet", "a\u{202e}gnp.exe"], "sheet_a-gnp-exe"),
            (&["sheet", "보라", "사과"], "sheet_보라_사과"),
            (&["sheet", "\u{1109}\u{1161}\u{1100}\u{116a}"], "sheet_사과"),
            (&["sheet", "x\r\ny", "~$z", "-rf"], "sheet_x-y_z_rf"),
        ] {
            let name = name(parts.iter().copied());
            assert_eq!(name, expected);
            assert_eq!(Path::new(&name).components().count(), 1);
        }
        let long = "가".repeat(200);
        let longest = name(["2026-11-22_14-03", "turn-4000000000", &long, &long]);
        assert!(longest.len() < 200 && longest.ends_with('가'), "{}", longest.len());
    }

    #[test]
    fn no_name_is_one_that_windows_keeps_for_a_device_or_changes() {
        let devices = ["con", "CON", "prn", "AUX", "nul", "com1", "LPT9", "COM\u{b9}", "lpt\u{b3}", "CONIN$", "CLOCK$"];
        for person in
            devices.into_iter().chain(["con.txt", "a:b", "a::$DATA", "dots...", "spaces  ", "nul .x", "?*|<>\""])
        {
            for first in ["room", "sheet", "turn-3"] {
                let name = name([first, person]);
                assert!(name.starts_with(first), "{name}");
                assert!(name.chars().all(|letter| letter.is_alphanumeric() || "-_".contains(letter)), "{name}");
                // What stands before the first dot names a device, so an ending doesn't help.
                assert!(!devices.iter().any(|device| device.eq_ignore_ascii_case(&name)), "{name}");
            }
        }
    }

    #[test]
    fn nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("new/folder");
        let first = keep(&inner, "a", "png", b"one").unwrap();
        assert_eq!(first, Kept::New(inner.join("a.png")));
        assert_eq!(keep(&inner, "a", "png", b"one").unwrap(), Kept::Same(inner.join("a.png")));
        assert_eq!(keep(&inner, "a", "png", b"two").unwrap(), Kept::New(inner.join("a-2.png")));
        assert_eq!(keep(&inner, "a", "png", b"two").unwrap(), Kept::Same(inner.join("a-2.png")));
        assert_eq!(fs::read(first.path()).unwrap(), b"one");
        fs::create_dir(inner.join("b.html")).unwrap();
        let begun = begin(&inner, "b", "html").unwrap();
        assert_eq!(begun.finish(|file| file.write_all(b"page")).unwrap(), inner.join("b-2.html"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (other, link) = (dir.path().join("precious"), dir.path().join("a.png"));
        std::os::unix::fs::symlink(&other, &link).unwrap();
        assert_eq!(keep(dir.path(), "a", "png", b"one").unwrap(), Kept::New(dir.path().join("a-2.png")));
        assert!(!other.exists());
    }

    #[test]
    fn half_a_file_does_not_stay() {
        let dir = tempfile::tempdir().unwrap();
        let begun = begin(dir.path(), "a", "html").unwrap();
        let full = || io::Error::from(ErrorKind::StorageFull);
        begun.finish(|file| file.write_all(b"half").and(Err(full()))).unwrap_err();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let file = dir.path().join("file");
        fs::write(&file, b"").unwrap();
        assert!(keep(&file, "a", "png", b"one").unwrap_err().to_string().contains("a.png"));
    }

    #[test]
    fn why_a_file_was_not_written_is_said_in_words() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, b"").unwrap();
        let in_the_way = keep(&file, "a", "png", b"one").unwrap_err();
        let path = file.join("a.png").display().to_string();
        assert_eq!(
            in_the_way.words(Language::En),
            format!("Something is in the way of {path}. Choose another folder.")
        );
        let of = |kind: ErrorKind| WriteError { path: "a.png".into(), source: kind.into() }.words(Language::Ko);
        assert_eq!(of(ErrorKind::StorageFull), "a.png 파일을 쓸 공간이 부족합니다. 공간을 비운 다음 다시 시도하세요.");
        assert_eq!(of(ErrorKind::PermissionDenied), "a.png 파일을 쓸 권한이 없습니다. 다른 폴더를 고르세요.");
        assert_eq!(of(ErrorKind::NotFound), "a.png 파일을 넣을 폴더가 없고 만들 수도 없습니다.");
        assert_eq!(of(ErrorKind::TimedOut), "a.png 파일을 쓸 수 없습니다: timed out.");
    }
}
