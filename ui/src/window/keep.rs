//! Drawings as files of the person's.

use std::path::{Path, PathBuf};

use directories::UserDirs;
use inkmesh::canvas::{Drawn, Sheet};

use crate::archive::dates::Dates;
use crate::archive::files::{self, Kept};
use crate::archive::picture::{Format, encode};
use crate::settings::Language;
use crate::text::with_causes;

/// The folder for pictures: in that of the person's pictures, or in the data folder.
const FOLDER: &str = "Inkmesh";
const FOLDER_IN_DATA: &str = "pictures";

/// A drawing that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// What was drawn: all steps.
    pub steps: Vec<Drawn>,
    /// How it is written.
    pub format: Format,
    /// When it was drawn, in milliseconds since 1970.
    pub time: u64,
    /// What it is called. The first is one of our own words.
    pub name: Vec<String>,
}

impl Keep {
    /// Writes it into a folder, which is made if it is missing; can take a while. Returns where it is, or why it is not.
    ///
    /// # Errors
    /// The reason, in words.
    pub fn run(self, folder: &Path) -> Result<PathBuf, String> {
        let mut sheet = Sheet::default();
        sheet.push_all(self.steps);
        let bytes = encode(&sheet, self.format).map_err(|error| with_causes(&error))?;
        // Numbers are written alike in all languages.
        let stamp = Dates::here(Language::En).stamp(self.time);
        let name = format!("{stamp}_{}", files::name(self.name.iter().map(String::as_str)));
        let kept = files::keep(folder, &name, self.format.extension(), &bytes).map_err(|error| with_causes(&error))?;
        Ok(match kept {
            Kept::New(path) | Kept::Same(path) => path,
        })
    }
}

/// Where drawings are kept.
pub fn folder(data_dir: &Path) -> PathBuf {
    let pictures = UserDirs::new().and_then(|dirs| Some(dirs.picture_dir()?.join(FOLDER)));
    pictures.unwrap_or_else(|| data_dir.join(FOLDER_IN_DATA))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_kept_once_and_nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new");
        let keep = |format| Keep {
            steps: Vec::new(),
            format,
            time: 1_763_434_800_000,
            name: vec!["drawing".to_owned(), "../x y".to_owned()],
        };
        let first = keep(Format::Png).run(&folder).unwrap();
        assert_eq!(keep(Format::Png).run(&folder).unwrap(), first);
        assert_eq!(first.parent(), Some(folder.as_path()));
        assert!(first.to_string_lossy().ends_with("_drawing_x-y.png"), "{first:?}");
        let bytes = std::fs::read(&first).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"));
        std::fs::write(&first, b"another").unwrap();
        assert!(keep(Format::Png).run(&folder).unwrap().to_string_lossy().ends_with("_drawing_x-y-2.png"));
        for (format, begin) in [(Format::Svg, &b"<svg "[..]), (Format::Gif, b"GIF89a")] {
            let path = keep(format).run(&folder).unwrap();
            assert!(std::fs::read(path).unwrap().starts_with(begin));
        }
        std::fs::write(dir.path().join("file"), b"").unwrap();
        assert!(keep(Format::Png).run(&dir.path().join("file")).unwrap_err().contains("file"));
    }
}
