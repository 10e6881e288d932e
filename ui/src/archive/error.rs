//! The errors of `inkmesh archive`, in words. A detail that only the system knows stands at the end, in its own words.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use inkmesh::node::archive::ArchiveError;
use inkmesh::node::storage::StorageError;

use crate::args::NoDataDir;
use crate::export::drawing::DrawingError;
use crate::export::files::WriteError;
use crate::export::picture::PictureError;
use crate::settings::Language;
use crate::text::{t, t_args, with_causes};

/// The error of a task.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// There is no data folder.
    #[error(transparent)]
    NoDataDir(#[from] NoDataDir),
    /// The archive can't be read.
    #[error(transparent)]
    Read(#[from] ArchiveError),
    /// No such room is saved.
    #[error("nothing of a room {room:?} is saved in {}", folder.display())]
    NoRoom {
        /// The room, as it was named.
        room: String,
        /// The data folder.
        folder: PathBuf,
    },
    /// A file can't be written.
    #[error(transparent)]
    File(#[from] WriteError),
    /// A picture can't be encoded.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The output can't be written.
    #[error("can't write what was read")]
    Output(#[from] io::Error),
}

impl From<DrawingError> for ToolError {
    fn from(error: DrawingError) -> Self {
        match error {
            DrawingError::Picture(error) => ToolError::Picture(error),
            DrawingError::File(error) => ToolError::File(error),
        }
    }
}

impl ToolError {
    pub fn words(&self, language: Language) -> String {
        match self {
            ToolError::NoDataDir(_) => t(language, "archive-no-data-dir"),
            ToolError::Read(ArchiveError::Store(error)) => unread(language, error),
            ToolError::Read(ArchiveError::Unreadable { reason }) => {
                t_args(language, "archive-unreadable", [("reason", reason.as_str().into())])
            }
            ToolError::NoRoom { room, folder } => {
                let args = [("room", room.as_str().into()), ("folder", folder.display().to_string().into())];
                t_args(language, "archive-no-room", args)
            }
            ToolError::File(error) => error.words(language),
            ToolError::Output(error) => unwritten(language, error),
            ToolError::Picture(error) => with_causes(error),
        }
    }
}

/// Returns why a data folder can't be read.
fn unread(language: Language, error: &StorageError) -> String {
    let of = |key: &str, dir: &Path| t_args(language, key, [("folder", dir.display().to_string().into())]);
    match error {
        StorageError::InUse { dir } => of("archive-in-use", dir),
        StorageError::Newer { dir, .. } => of("archive-newer", dir),
        StorageError::Damaged { dir, detail } => {
            let args = [("folder", dir.display().to_string().into()), ("detail", detail.as_str().into())];
            format!("{} {}", t_args(language, "archive-damaged", args), t(language, "store-what-now"))
        }
        StorageError::Io { dir, source, .. } => match source.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => of("archive-no-history", dir),
            ErrorKind::PermissionDenied => of("archive-not-allowed", dir),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => t(language, "archive-copy-full"),
            _ => t_args(language, "archive-unreadable", [("reason", source.to_string().into())]),
        },
        other => t_args(language, "archive-unreadable", [("reason", other.to_string().into())]),
    }
}

/// Returns why the output can't be written.
fn unwritten(language: Language, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => t(language, "archive-output-full"),
        _ => t_args(language, "archive-output-failed", [("reason", error.to_string().into())]),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn io(kind: ErrorKind) -> ToolError {
        let (dir, source) = (PathBuf::from("/ink"), Arc::new(kind.into()));
        ArchiveError::Store(StorageError::Io { dir, doing: "opening", source }).into()
    }

    #[test]
    fn common_errors_are_told_in_both_languages() {
        let damaged = StorageError::Damaged { dir: "/ink".into(), detail: "torn".to_owned() };
        let room = ToolError::NoRoom { room: "lobby".to_owned(), folder: "/ink".into() };
        for (error, en, ko) in [
            (NoDataDir.into(), "--data-dir", "--data-dir"),
            (ArchiveError::Store(StorageError::InUse { dir: "/ink".into() }).into(), "Close it first", "먼저 닫은"),
            (ArchiveError::Store(damaged).into(), "/ink is damaged (torn). Start", "손상되었습니다(torn). Inkmesh를"),
            (io(ErrorKind::NotFound), "Nothing is saved in /ink.", "/ink 폴더에 저장된 기록이 없습니다."),
            (io(ErrorKind::PermissionDenied), "You may not read /ink.", "/ink 폴더를 읽을 권한이 없습니다."),
            (io(ErrorKind::StorageFull), "There is not enough space", "공간이 부족합니다"),
            (io(ErrorKind::TimedOut), "can't be read: timed out.", "읽을 수 없습니다: timed out."),
            (room, "Nothing of a room “lobby” is saved in /ink.", "“lobby” 방의 기록이 없습니다."),
            (ToolError::Output(ErrorKind::StorageFull.into()), "not enough space", "공간이 부족합니다"),
        ] {
            for (language, part) in [(Language::En, en), (Language::Ko, ko)] {
                let words = error.words(language);
                assert!(words.contains(part), "{words}");
            }
        }
    }
}
