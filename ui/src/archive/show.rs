//! Writes lists and lines of the archive to standard output.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

use inkmesh::event::{Entry, EntryBody};
use inkmesh::game::GameNotice;
use inkmesh::identity::Author;
use jiff::civil::Date;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use super::error::ToolError;
use super::reader::{Reader, SavedRoom};
use crate::export::dates::day_words;
use crate::export::entry_text::{EntryText, Names, entry_text};
use crate::headless;
use crate::settings::Language;
use crate::text::{grouped, t, t_args};

/// A room as a JSON line.
#[derive(Serialize)]
struct RoomShape {
    room: Option<String>,
    id: String,
    entries: u64,
    people: usize,
    first: u64,
    last: u64,
}

/// Lists the rooms.
pub fn rooms(reader: &Reader, json: bool) -> Result<(), ToolError> {
    let mut out = output();
    let rooms = reader.archive.rooms()?;
    if rooms.is_empty() && !json {
        writeln!(out, "{}", t(reader.language, "archive-empty"))?;
    }
    for room in rooms {
        if json {
            let (room_name, id) = (room.name.as_ref().map(ToString::to_string), room.id.hex());
            let (entries, people) = (room.operations, room.authors);
            let (first, last) = (room.first_ms, room.last_ms);
            let shaped = RoomShape { room: room_name, id, entries, people, first, last };
            writeln!(out, "{}", headless::line(&shaped))?;
            continue;
        }
        let args = [
            ("count", room.operations.into()),
            ("entries", grouped(room.operations).into()),
            ("people", room.authors.into()),
            ("from", reader.time.minute(room.first_ms).into()),
            ("to", reader.time.minute(room.last_ms).into()),
        ];
        let words = t_args(reader.language, "archive-room", args);
        writeln!(out, "{}: {words}", SavedRoom::from(&room).words(reader.language))?;
    }
    Ok(out.flush()?)
}

/// Writes the history of a room, or its last lines.
pub fn room(reader: &Reader, room: &SavedRoom, limit: Option<usize>, json: bool) -> Result<(), ToolError> {
    let history = reader.archive.room(room.id)?;
    let names = Names::new(history.names());
    let mut lines = Lines::new(limit, (!json).then_some(reader));
    let mut drawing: Option<Author> = None;
    history.entries(|entry| {
        if json {
            lines.push(entry.time, room.entry_json(&entry))?;
            return Ok::<_, ToolError>(ControlFlow::Continue(()));
        }
        let told = entry_text(reader.language, &names, &entry);
        let goes_on = drawing == Some(entry.author);
        match told {
            EntryText::Nothing => return Ok(ControlFlow::Continue(())),
            EntryText::Drew(_) => drawing = Some(entry.author),
            EntryText::Line { .. } | EntryText::Notice(_) => drawing = None,
        }
        // Many strokes are one line.
        if !(goes_on && drawing.is_some()) {
            lines.push(entry.time, format!("{}  {}", reader.time.clock(entry.time), line(reader.language, told)))?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(lines.finish()?)
}

/// Returns an entry's text on one line, or on several; the further ones are indented.
fn line(language: Language, text: EntryText) -> String {
    match text {
        EntryText::Line { name, aside: None, text } => format!("{}: {}", plain(&name), plain(&text)),
        EntryText::Line { name, aside: Some(aside), text } => format!("{} ({aside}): {}", plain(&name), plain(&text)),
        EntryText::Notice(words) => format!("· {}", plain(&words)),
        EntryText::Drew(name) => format!("· {}", plain(&t_args(language, "archive-drew", [("name", name.into())]))),
        EntryText::Nothing => String::new(),
    }
}

/// Writes the lines that contain a text.
pub fn search(reader: &Reader, text: &str, json: bool) -> Result<(), ToolError> {
    let wanted = comparable(text);
    let mut out = output();
    let mut found = false;
    for room in reader.archive.rooms()? {
        let saved = SavedRoom::from(&room);
        let history = reader.archive.room(room.id)?;
        let names = Names::new(history.names());
        history.entries(|entry| {
            if searched(&entry).is_some_and(|text| comparable(text).contains(&wanted)) {
                found = true;
                let line = if json { saved.entry_json(&entry) } else { hit(reader, &saved, &names, &entry) };
                writeln!(out, "{line}")?;
            }
            Ok::<_, ToolError>(ControlFlow::Continue(()))
        })?;
    }
    if !found && !json {
        writeln!(out, "{}", t(reader.language, "archive-nothing-found"))?;
    }
    Ok(out.flush()?)
}

fn hit(reader: &Reader, room: &SavedRoom, names: &Names, entry: &Entry) -> String {
    let line = line(reader.language, entry_text(reader.language, names, entry));
    format!("{}  {}  {line}", room.words(reader.language), reader.time.minute(entry.time))
}

/// Lists the drawings of a room.
pub fn drawings(reader: &Reader, room: &SavedRoom, json: bool) -> Result<(), ToolError> {
    let mut out = output();
    let history = reader.archive.room(room.id)?;
    let names = Names::new(history.names());
    let gallery = history.gallery()?;
    if gallery.is_empty() && !json {
        writeln!(out, "{}", t(reader.language, "archive-no-drawings"))?;
    }
    for (number, drawing) in (1_u64..).zip(gallery.drawings()) {
        if json {
            writeln!(out, "{}", headless::line(drawing))?;
        } else {
            let when = reader.time.minute(drawing.from_ms);
            let words = reader.caption(drawing, &names);
            let marks = t_args(reader.language, "archive-marks", [("count", drawing.marks.into())]);
            writeln!(out, "{number:>4}  {when}  {} ({marks})", plain(&words))?;
        }
    }
    Ok(out.flush()?)
}

pub fn output() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Output of lines: all of them, or the last few.
struct Lines<'a> {
    limit: Option<usize>,
    last: VecDeque<(u64, String)>,
    /// The time zone of the headings with the day, if there are any.
    days: Option<&'a Reader>,
    day: Option<Date>,
    out: BufWriter<io::StdoutLock<'static>>,
}

impl<'a> Lines<'a> {
    fn new(limit: Option<usize>, days: Option<&'a Reader>) -> Self {
        Lines { limit, last: VecDeque::new(), days, day: None, out: output() }
    }

    fn push(&mut self, ms: u64, line: String) -> io::Result<()> {
        let Some(limit) = self.limit else { return self.write(ms, &line) };
        self.last.push_back((ms, line));
        if self.last.len() > limit {
            self.last.pop_front();
        }
        Ok(())
    }

    fn write(&mut self, ms: u64, line: &str) -> io::Result<()> {
        if let Some(reader) = self.days {
            let day = reader.time.day(ms);
            if self.day.replace(day) != Some(day) {
                writeln!(self.out, "— {} —", day_words(reader.language, day))?;
            }
        }
        writeln!(self.out, "{line}")
    }

    fn finish(mut self) -> io::Result<()> {
        for (ms, line) in std::mem::take(&mut self.last) {
            self.write(ms, &line)?;
        }
        self.out.flush()
    }
}

/// Returns the text of an entry that a search looks through: chat lines, and the word of a turn.
fn searched(entry: &Entry) -> Option<&str> {
    match &entry.body {
        EntryBody::Chat(text) | EntryBody::Guess(text) | EntryBody::Whisper(Some(text)) => Some(text),
        EntryBody::Game(GameNotice::TurnEnded(_, Some(word))) => Some(word),
        _ => None,
    }
}

/// Normalizes a text for a search: composed, in lower case, with single white space.
fn comparable(text: &str) -> String {
    let folded: String = text.nfc().flat_map(char::to_lowercase).nfc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Makes a text safe for a terminal: no character moves the cursor, changes colours or reverses the line. Its further
/// lines are indented.
pub fn plain(text: &str) -> String {
    let visible = |letter: char| match letter {
        '\n' => '\n',
        '\t' => ' ',
        letter if letter.is_control() || is_bidi_control(letter) => '\u{fffd}',
        letter => letter,
    };
    text.trim_end().replace("\r\n", "\n").chars().map(visible).collect::<String>().replace('\n', "\n       ")
}

/// Returns whether a letter is an embedding, override or isolate of bidirectional text.
fn is_bidi_control(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_ignores_case_and_composition() {
        let decomposed = "\u{1109}\u{1161}\u{1100}\u{116a}"; // 사과, as macOS may write it
        assert_eq!(comparable(decomposed), comparable("사과"));
        assert_ne!(decomposed, "사과");
        assert_eq!(comparable("  ÉCOLE\t de\n"), comparable("e\u{301}cole DE"));
        assert!(comparable("Das ist eine STRASSE").contains(&comparable("strasse")));
        assert_ne!(comparable("사과"), comparable("사고"));
    }

    #[test]
    fn a_terminal_gets_no_control_characters() {
        assert_eq!(plain("a\u{1b}[31mb\r\nc\td\u{202e}e\n"), "a\u{fffd}[31mb\n       c d\u{fffd}e");
    }
}
