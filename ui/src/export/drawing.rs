//! A drawing as a file in a folder of the person's.

use std::path::{Path, PathBuf};

use directories::UserDirs;
use inkmesh::canvas::{Drawn, Sheet, SheetId};
use inkmesh::gallery::Drawing;
use inkmesh::identity::Author;

use super::dates::LocalTime;
use super::files::{self, Saved, WriteError};
use super::picture::{Format, PictureError, encode};

/// The folder for drawings in that of the person's pictures.
const FOLDER: &str = "Inkmesh";
/// The folder for drawings in the data folder, if the person has no folder for pictures.
const FOLDER_IN_DATA: &str = "pictures";

/// A drawing that is to be saved as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawingFile {
    pub steps: Vec<Drawn>,
    pub format: Format,
    /// The name of the file, without its extension.
    pub name: String,
}

/// The error of a drawing that was not saved.
#[derive(Debug, thiserror::Error)]
pub enum DrawingError {
    /// The picture could not be encoded.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] WriteError),
}

impl DrawingFile {
    /// Encodes the drawing and writes it into a folder, which is created if it is missing. Can take a while.
    ///
    /// # Errors
    /// [`DrawingError`].
    pub fn save(&self, folder: &Path) -> Result<Saved, DrawingError> {
        let bytes = encode(&sheet_of(&self.steps), self.format)?;
        Ok(files::save(folder, &self.name, self.format.extension(), &bytes)?)
    }
}

/// Returns the folder that the window saves drawings in.
pub fn folder(data_dir: &Path) -> PathBuf {
    let pictures = UserDirs::new().and_then(|dirs| Some(dirs.picture_dir()?.join(FOLDER)));
    pictures.unwrap_or_else(|| data_dir.join(FOLDER_IN_DATA))
}

/// Returns the name of a drawing's file, without its extension: `2026-11-22_14-03_turn-3_Ana_apple`.
pub fn file_name(time: &LocalTime, drawing: &Drawing, name_of: impl Fn(Author) -> String) -> String {
    let turn = match drawing.key.sheet {
        SheetId::Free => "sheet".to_owned(),
        SheetId::Turn { turn, .. } => format!("turn-{}", turn + 1),
    };
    let drawer = drawing.authors.first().map(|author| name_of(*author)).unwrap_or_default();
    let word = drawing.revealed.as_ref().map_or("", |revealed| revealed.word.text.as_str());
    // `files::name` would replace the underscore in the moment.
    format!("{}_{}", time.stamp(drawing.from_ms), files::name([turn.as_str(), drawer.as_str(), word]))
}

/// Returns a sheet with these steps on it.
pub fn sheet_of(steps: &[Drawn]) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.push_all(steps.iter().cloned());
    sheet
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_saved_once_and_overwrites_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new");
        let save = |format, folder: &Path| {
            DrawingFile { steps: Vec::new(), format, name: "drawing_x".to_owned() }.save(folder)
        };
        let first = folder.join("drawing_x.png");
        assert_eq!(save(Format::Png, &folder).unwrap(), Saved::New(first.clone()));
        assert_eq!(save(Format::Png, &folder).unwrap(), Saved::AlreadyThere(first.clone()));
        assert!(std::fs::read(&first).unwrap().starts_with(b"\x89PNG"));
        std::fs::write(&first, b"another").unwrap();
        assert_eq!(save(Format::Png, &folder).unwrap(), Saved::New(folder.join("drawing_x-2.png")));
        for (format, begin) in [(Format::Svg, &b"<svg "[..]), (Format::Gif, b"GIF89a")] {
            let saved = save(format, &folder).unwrap();
            assert!(std::fs::read(saved.path()).unwrap().starts_with(begin));
        }
        std::fs::write(dir.path().join("file"), b"").unwrap();
        let error = save(Format::Png, &dir.path().join("file")).unwrap_err();
        assert!(error.to_string().contains("file"));
    }
}
