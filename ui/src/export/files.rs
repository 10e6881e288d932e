//! New files in a folder of the person's. No file is ever overwritten.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use crate::settings::Language;
use crate::text::t_args;

/// The most bytes of one part of a name. With all parts, a name stays below the limit of file systems (255).
const MAX_PART: usize = 60;
/// The highest number that is tried for files of one name.
const MAX_NUMBER: u32 = 9_999;

/// The error of a file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write {}", path.display())]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
}

impl WriteError {
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

/// Returns a file name made of parts, without its extension: `2026-11-22_14-03_turn-3_Ana_apple`. It is a valid name of a
/// file in one folder on every system, whatever the parts contain; empty parts are left out. The first part has to be one
/// of the program's own words, so that no name is one that a system reserves (`con`, `nul`).
pub fn name<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<String> = parts.into_iter().map(part).filter(|part| !part.is_empty()).collect();
    parts.join("_")
}

/// Returns a text with letters and digits of any script, and single hyphens for the rest.
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

/// The path of a saved file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// The file was written.
    New(PathBuf),
    /// A file with exactly these bytes was there.
    AlreadyThere(PathBuf),
}

impl Saved {
    pub fn path(&self) -> &Path {
        match self {
            Saved::New(path) | Saved::AlreadyThere(path) => path,
        }
    }
}

/// Writes a file into a folder, which is created if it is missing. Where something else has that name, the file gets the
/// first free one of `name-2`, `name-3` …
///
/// # Errors
/// [`WriteError`]; then no part of the file stays.
pub fn save(dir: &Path, name: &str, extension: &str, bytes: &[u8]) -> Result<Saved, WriteError> {
    for path in candidates(dir, name, extension) {
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(Saved::AlreadyThere(path));
        }
        if let Some(new) = NewFile::create(path)? {
            let path = new.path.clone();
            let write = |file: &mut File| file.write_all(bytes).map_err(|source| WriteError { path, source });
            return new.finish(write).map(Saved::New);
        }
    }
    Err(all_taken(dir, name, extension))
}

/// Creates a file in a folder, under a name as [`save`] finds it, to be written bit by bit.
///
/// # Errors
/// [`WriteError`].
pub fn create(dir: &Path, name: &str, extension: &str) -> Result<NewFile, WriteError> {
    for path in candidates(dir, name, extension) {
        if let Some(new) = NewFile::create(path)? {
            return Ok(new);
        }
    }
    Err(all_taken(dir, name, extension))
}

fn candidates(dir: &Path, name: &str, extension: &str) -> impl Iterator<Item = PathBuf> {
    let numbered = (2..=MAX_NUMBER).map(move |number| dir.join(format!("{name}-{number}.{extension}")));
    std::iter::once(dir.join(format!("{name}.{extension}"))).chain(numbered)
}

fn all_taken(dir: &Path, name: &str, extension: &str) -> WriteError {
    WriteError { path: dir.join(format!("{name}.{extension}")), source: ErrorKind::AlreadyExists.into() }
}

/// A newly created file.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    path: PathBuf,
}

impl NewFile {
    /// Returns `None` when the name is taken. A link takes it, too: it is not followed.
    fn create(path: PathBuf) -> Result<Option<Self>, WriteError> {
        if let Err(source) = path.parent().map_or(Ok(()), fs::create_dir_all) {
            return Err(WriteError { path, source }); // another number would not help
        }
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => Ok(Some(NewFile { file, path })),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
            Err(source) => Err(WriteError { path, source }),
        }
    }

    /// Writes the file and returns its path. A file that could not be written whole is removed.
    ///
    /// # Errors
    /// The error of `write`.
    pub fn finish<E>(mut self, write: impl FnOnce(&mut File) -> Result<(), E>) -> Result<PathBuf, E> {
        match write(&mut self.file) {
            Ok(()) => Ok(self.path),
            Err(error) => {
                drop(self.file);
                let _ = fs::remove_file(&self.path); // best effort: the error of `write` is returned
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
                // What stands before the first dot names a device, so an extension doesn't help.
                assert!(!devices.iter().any(|device| device.eq_ignore_ascii_case(&name)), "{name}");
            }
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("new/folder");
        let first = save(&inner, "a", "png", b"one").unwrap();
        assert_eq!(first, Saved::New(inner.join("a.png")));
        assert_eq!(save(&inner, "a", "png", b"one").unwrap(), Saved::AlreadyThere(inner.join("a.png")));
        assert_eq!(save(&inner, "a", "png", b"two").unwrap(), Saved::New(inner.join("a-2.png")));
        assert_eq!(save(&inner, "a", "png", b"two").unwrap(), Saved::AlreadyThere(inner.join("a-2.png")));
        assert_eq!(fs::read(first.path()).unwrap(), b"one");
        fs::create_dir(inner.join("b.html")).unwrap();
        let begun = create(&inner, "b", "html").unwrap();
        assert_eq!(begun.finish(|file| file.write_all(b"page")).unwrap(), inner.join("b-2.html"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (other, link) = (dir.path().join("precious"), dir.path().join("a.png"));
        std::os::unix::fs::symlink(&other, &link).unwrap();
        assert_eq!(save(dir.path(), "a", "png", b"one").unwrap(), Saved::New(dir.path().join("a-2.png")));
        assert!(!other.exists());
    }

    #[test]
    fn an_unfinished_file_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let begun = create(dir.path(), "a", "html").unwrap();
        let full = || io::Error::from(ErrorKind::StorageFull);
        begun.finish(|file| file.write_all(b"half").and(Err(full()))).unwrap_err();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let file = dir.path().join("file");
        fs::write(&file, b"").unwrap();
        assert!(save(&file, "a", "png", b"one").unwrap_err().to_string().contains("a.png"));
    }

    #[test]
    fn errors_are_told_in_words() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, b"").unwrap();
        let in_the_way = save(&file, "a", "png", b"one").unwrap_err();
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
