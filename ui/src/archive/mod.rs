//! `inkmesh archive`: what was said and drawn, read back while no node runs on it. Nothing in the data folder is changed.
//!
//! | module | what it says |
//! | --- | --- |
//! | `show` | lists and lines on standard output |
//! | `export`, `page`, [`files`] | files in a folder of the person's |
//! | [`picture`], `animation`, `palette` | a drawing as PNG, SVG and GIF |
//! | `told`, `dates`, `trouble` | entries, moments and what went wrong, in words |

mod animation;
pub mod dates;
mod export;
pub mod files;
mod page;
mod palette;
pub mod picture;
#[cfg(test)]
mod samples;
mod show;
mod told;
mod trouble;

pub use self::export::{file_name, sheet_of};

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use inkmesh::name::{RoomId, RoomName};
use inkmesh::node::archive::{Archive, ArchiveError, ArchivedRoom};

use self::dates::Dates;
use crate::args::{ArchiveTask, NoDataDir, data_dir_or_default};
use crate::diagnostics;
use crate::settings::{Language, Settings};
use crate::text;

/// It was done.
const FINE: u8 = 0;
/// It was not, and why is said on standard error.
const FAILED: u8 = 1;
/// A program runs on the folder: it has to be closed first.
const IN_USE: u8 = 2;
/// Digits of a hash that are enough to name a room by.
const MIN_DIGITS: usize = 4;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// No folder to read.
    #[error(transparent)]
    NoDataDir(#[from] NoDataDir),
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] ArchiveError),
    /// Nothing is saved of such a room.
    #[error("nothing of a room {room:?} is saved in {}", folder.display())]
    NoRoom {
        /// As it was named.
        room: String,
        /// The data folder.
        folder: PathBuf,
    },
    /// A file can't be made.
    #[error(transparent)]
    File(#[from] files::WriteError),
    /// A picture can't be made.
    #[error(transparent)]
    Picture(#[from] picture::PictureError),
    /// What was read can't be written.
    #[error("can't write what was read")]
    Output(#[from] io::Error),
}

/// Carries a task out on a data folder. The exit status is one of [`FINE`], [`FAILED`] and [`IN_USE`].
pub fn run(task: ArchiveTask, data_dir: Option<PathBuf>, language: Option<Language>) -> ExitCode {
    let dir = data_dir_or_default(data_dir);
    let set = || Settings::load(dir.as_ref().ok()?).language;
    let language = language.or_else(set).unwrap_or_else(Language::of_system);
    let reader = dir.map_err(ToolError::from).and_then(|dir| Reader::open(dir, language));
    let failed = match reader.and_then(|reader| reader.carry_out(task)) {
        Ok(()) => return ExitCode::from(FINE),
        // Whoever reads has read enough.
        Err(ToolError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::from(FINE),
        Err(error) => error,
    };
    diagnostics::say(&format!("inkmesh: {}", trouble::words(language, &failed)));
    let in_use = matches!(&failed, ToolError::Read(error) if error.is_in_use());
    ExitCode::from(if in_use { IN_USE } else { FAILED })
}

/// A saved history, and how to speak of it.
struct Reader {
    archive: Archive,
    dir: PathBuf,
    language: Language,
    dates: Dates,
}

impl Reader {
    fn open(dir: PathBuf, language: Language) -> Result<Self, ToolError> {
        let archive = Archive::open(&dir)?;
        Ok(Reader { archive, dir, language, dates: Dates::here(language) })
    }

    fn carry_out(&self, task: ArchiveTask) -> Result<(), ToolError> {
        match task {
            ArchiveTask::Rooms { json } => self.show_rooms(json),
            ArchiveTask::Show { room, limit, json } => self.show_room(&self.find(&room)?, limit, json),
            ArchiveTask::Search { text, json } => self.search(&text, json),
            ArchiveTask::Drawings { room, json } => self.show_drawings(&self.find(&room)?, json),
            ArchiveTask::Export { room, to, format } => self.export(&self.find(&room)?, &to, format),
        }
    }

    /// The room of this name, or the only one whose hash begins so.
    fn find(&self, text: &str) -> Result<Place, ToolError> {
        let rooms = self.archive.rooms()?;
        if let Some(room) = rooms.iter().find(|room| room.name.as_ref().is_some_and(|name| name.as_str() == text)) {
            return Ok(Place::of(room));
        }
        let name: Option<RoomName> = text.parse().ok();
        if let Some(name) = name.filter(|name| rooms.iter().any(|room| room.id == name.id())) {
            return Ok(Place { id: name.id(), name: Some(name) });
        }
        let digits = text.to_lowercase();
        let mut fits =
            rooms.into_iter().filter(|room| digits.len() >= MIN_DIGITS && room.id.hex().starts_with(&digits));
        match (fits.next(), fits.next()) {
            (Some(room), None) => Ok(Place::of(&room)),
            _ => Err(ToolError::NoRoom { room: text.to_owned(), folder: self.dir.clone() }),
        }
    }
}

/// A room that is read.
struct Place {
    id: RoomId,
    name: Option<RoomName>,
}

impl Place {
    fn of(room: &ArchivedRoom) -> Self {
        Place { id: room.id, name: room.name.clone() }
    }

    /// Its name, or the beginning of its hash.
    fn text(&self) -> String {
        self.name.as_ref().map_or_else(|| self.id.hex()[..8].to_owned(), ToString::to_string)
    }

    /// The same for people to read.
    fn words(&self, language: Language) -> String {
        match &self.name {
            Some(name) => format!("# {name}"),
            None => text::t_args(language, "store-room", [("hash", self.text().into())]),
        }
    }
}
