//! Drawings as files of the person's.

use std::path::{Path, PathBuf};

use directories::UserDirs;
use inkmesh::canvas::Drawn;

use crate::archive::files::{self, Kept};
use crate::archive::picture::{Format, encode};
use crate::archive::sheet_of;
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
    /// What the file is called, without its ending.
    pub name: String,
}

impl Keep {
    /// Writes it into a folder, which is made if it is missing; can take a while. Returns where it is, or why it is not.
    ///
    /// # Errors
    /// The reason, in words.
    pub fn run(self, folder: &Path) -> Result<PathBuf, String> {
        let bytes = encode(&sheet_of(&self.steps), self.format).map_err(|error| with_causes(&error))?;
        let kept = files::keep(folder, &self.name, self.format.extension(), &bytes);
        match kept.map_err(|error| with_causes(&error))? {
            Kept::New(path) | Kept::Same(path) => Ok(path),
        }
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
        let keep = |format| Keep { steps: Vec::new(), format, name: "drawing_x".to_owned() };
        let first = keep(Format::Png).run(&folder).unwrap();
        assert_eq!(keep(Format::Png).run(&folder).unwrap(), first);
        assert_eq!(first, folder.join("drawing_x.png"));
        let bytes = std::fs::read(&first).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"));
        std::fs::write(&first, b"another").unwrap();
        assert_eq!(keep(Format::Png).run(&folder).unwrap(), folder.join("drawing_x-2.png"));
        for (format, begin) in [(Format::Svg, &b"<svg "[..]), (Format::Gif, b"GIF89a")] {
            let path = keep(format).run(&folder).unwrap();
            assert!(std::fs::read(path).unwrap().starts_with(begin));
        }
        std::fs::write(dir.path().join("file"), b"").unwrap();
        assert!(keep(Format::Png).run(&dir.path().join("file")).unwrap_err().contains("file"));
    }
}
