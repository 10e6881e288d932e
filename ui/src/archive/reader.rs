//! An opened archive, its rooms by name, and how they are described.

use std::path::PathBuf;

use inkmesh::canvas::SheetId;
use inkmesh::event::Entry;
use inkmesh::gallery::Drawing;
use inkmesh::identity::Author;
use inkmesh::json::{EntryFields, EventFields};
use inkmesh::name::{RoomId, RoomName};
use inkmesh::node::archive::{Archive, ArchivedRoom};

use super::error::ToolError;
use crate::export::dates::LocalTime;
use crate::export::entry_text::Names;
use crate::headless::line;
use crate::settings::Language;
use crate::text::{t, t_args};

/// The fewest digits of a hash that name a room.
const MIN_DIGITS: usize = 4;

/// An opened archive.
pub struct Reader {
    pub archive: Archive,
    /// The language of the output.
    pub language: Language,
    /// The time zone of the output.
    pub time: LocalTime,
    dir: PathBuf,
}

impl Reader {
    /// Opens the archive of a data folder.
    pub fn open(dir: PathBuf, language: Language) -> Result<Self, ToolError> {
        Ok(Reader { archive: Archive::open(&dir)?, language, time: LocalTime::here(), dir })
    }

    /// Finds the room with this name, the only private one with this title, or the only one whose hash begins with these digits.
    pub fn find(&self, text: &str) -> Result<SavedRoom, ToolError> {
        let rooms = self.archive.rooms()?;
        if let Some(room) = rooms.iter().find(|room| room.name.as_ref().is_some_and(|name| name.as_str() == text)) {
            return Ok(SavedRoom::from(room));
        }
        let name: Option<RoomName> = text.parse().ok();
        if let Some(name) = name.filter(|name| rooms.iter().any(|room| room.id == name.id())) {
            return Ok(SavedRoom { id: name.id(), name: Some(name), title: None });
        }
        let title: Option<RoomName> = text.parse().ok();
        let mut titled = rooms.iter().filter(|room| room.title.is_some() && room.title == title);
        if let (Some(room), None) = (titled.next(), titled.next()) {
            return Ok(SavedRoom::from(room));
        }
        let digits = text.to_lowercase();
        let mut fits =
            rooms.into_iter().filter(|room| digits.len() >= MIN_DIGITS && room.id.hex().starts_with(&digits));
        match (fits.next(), fits.next()) {
            (Some(room), None) => Ok(SavedRoom::from(&room)),
            _ => Err(ToolError::NoRoom { room: text.to_owned(), folder: self.dir.clone() }),
        }
    }

    /// Describes a drawing in words: its drawers, its word, and who solved it.
    pub fn caption(&self, drawing: &Drawing, names: &Names) -> String {
        let list = |people: &[Author]| people.iter().map(|who| names.label(*who)).collect::<Vec<_>>().join(", ");
        let drawers = list(&drawing.authors);
        let mut words = vec![match drawing.key.sheet {
            SheetId::Free => t_args(self.language, "archive-by", [("names", drawers.into())]),
            SheetId::Turn { turn, .. } => {
                let args = [("turn", (turn + 1).into()), ("names", drawers.into())];
                t_args(self.language, "archive-turn", args)
            }
        }];
        if let Some(revealed) = &drawing.revealed {
            words.push(t_args(self.language, "archive-word", [("word", revealed.word.text.as_str().into())]));
            words.push(match &revealed.solved[..] {
                [] => t(self.language, "archive-nobody-solved"),
                solved => t_args(self.language, "archive-solved", [("names", list(solved).into())]),
            });
        }
        words.join(" · ")
    }
}

/// A room of the archive.
pub struct SavedRoom {
    pub id: RoomId,
    name: Option<RoomName>,
    /// What people call a private room.
    title: Option<RoomName>,
}

impl From<&ArchivedRoom> for SavedRoom {
    fn from(room: &ArchivedRoom) -> Self {
        SavedRoom { id: room.id, name: room.name.clone(), title: room.title.clone() }
    }
}

impl SavedRoom {
    /// Returns the room's name, or the beginning of its hash.
    pub fn text(&self) -> String {
        self.name.as_ref().map_or_else(|| self.id.hex()[..8].to_owned(), ToString::to_string)
    }

    /// Returns the same for people to read.
    pub fn words(&self, language: Language) -> String {
        match (&self.title, &self.name) {
            (Some(title), _) => format!("🔒 {title}"),
            (None, Some(name)) => format!("# {name}"),
            (None, None) => t_args(language, "store-room", [("hash", self.text().into())]),
        }
    }

    /// Returns an entry of the room as a JSON line, in the form of the headless frontend.
    pub fn entry_json(&self, entry: &Entry) -> String {
        line(&EventFields::Entry(EntryFields::new(&self.text(), entry)))
    }
}
