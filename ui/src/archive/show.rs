//! Lists and lines on standard output.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

use inkmesh::event::Entry;
use inkmesh::identity::Author;
use jiff::civil::Date;
use serde::Serialize;

use super::dates::Dates;
use super::told::{Names, Told, comparable, plain, searched, tell};
use super::{Place, Reader, ToolError};
use crate::headless::shape::{self, DrawingShape, EntryShape, Told as Shaped};
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

impl Reader {
    pub(super) fn show_rooms(&self, json: bool) -> Result<(), ToolError> {
        let mut out = output();
        let rooms = self.archive.rooms()?;
        if rooms.is_empty() && !json {
            writeln!(out, "{}", t(self.language, "archive-empty"))?;
        }
        for room in rooms {
            if json {
                let (room_name, id) = (room.name.as_ref().map(ToString::to_string), room.id.hex());
                let (entries, people) = (room.operations, room.authors);
                let (first, last) = (room.first_ms, room.last_ms);
                let shaped = RoomShape { room: room_name, id, entries, people, first, last };
                writeln!(out, "{}", shape::line(&shaped))?;
                continue;
            }
            let args = [
                ("count", room.operations.into()),
                ("entries", grouped(room.operations).into()),
                ("people", room.authors.into()),
                ("from", self.dates.minute(room.first_ms).into()),
                ("to", self.dates.minute(room.last_ms).into()),
            ];
            let words = t_args(self.language, "archive-room", args);
            writeln!(out, "{}: {words}", Place::of(&room).words(self.language))?;
        }
        Ok(out.flush()?)
    }

    pub(super) fn show_room(&self, place: &Place, limit: Option<usize>, json: bool) -> Result<(), ToolError> {
        let history = self.archive.room(place.id)?;
        let names = Names::new(history.names());
        let mut lines = Lines::new(limit, (!json).then_some(&self.dates));
        let mut drawing: Option<Author> = None;
        history.entries(|entry| {
            if json {
                lines.push(entry.time, entry_json(place, entry))?;
                return Ok::<_, ToolError>(ControlFlow::Continue(()));
            }
            let told = tell(self.language, &names, &entry);
            let goes_on = drawing == Some(entry.author);
            match told {
                Told::Nothing => return Ok(ControlFlow::Continue(())),
                Told::Drew(_) => drawing = Some(entry.author),
                Told::Talk { .. } | Told::Notice(_) => drawing = None,
            }
            // Many strokes are one line.
            if !(goes_on && drawing.is_some()) {
                lines.push(entry.time, format!("{}  {}", self.dates.clock(entry.time), self.line(told)))?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(lines.finish()?)
    }

    /// What is told, on one line, or on several of which the further ones are indented.
    fn line(&self, told: Told) -> String {
        match told {
            Told::Talk { name, aside: None, text } => format!("{}: {}", plain(&name), plain(&text)),
            Told::Talk { name, aside: Some(aside), text } => format!("{} ({aside}): {}", plain(&name), plain(&text)),
            Told::Notice(words) => format!("· {}", plain(&words)),
            Told::Drew(name) => format!("· {}", plain(&t_args(self.language, "archive-drew", [("name", name.into())]))),
            Told::Nothing => String::new(),
        }
    }

    pub(super) fn search(&self, text: &str, json: bool) -> Result<(), ToolError> {
        let wanted = comparable(text);
        let mut out = output();
        let mut found = false;
        for room in self.archive.rooms()? {
            let place = Place::of(&room);
            let history = self.archive.room(room.id)?;
            let names = Names::new(history.names());
            history.entries(|entry| {
                if searched(&entry).is_some_and(|text| comparable(text).contains(&wanted)) {
                    found = true;
                    let line = if json { entry_json(&place, entry) } else { self.hit(&place, &names, &entry) };
                    writeln!(out, "{line}")?;
                }
                Ok::<_, ToolError>(ControlFlow::Continue(()))
            })?;
        }
        if !found && !json {
            writeln!(out, "{}", t(self.language, "archive-nothing-found"))?;
        }
        Ok(out.flush()?)
    }

    fn hit(&self, place: &Place, names: &Names, entry: &Entry) -> String {
        let line = self.line(tell(self.language, names, entry));
        format!("{}  {}  {line}", place.words(self.language), self.dates.minute(entry.time))
    }

    pub(super) fn show_drawings(&self, place: &Place, json: bool) -> Result<(), ToolError> {
        let mut out = output();
        let history = self.archive.room(place.id)?;
        let names = Names::new(history.names());
        let gallery = history.gallery()?;
        if gallery.is_empty() && !json {
            writeln!(out, "{}", t(self.language, "archive-no-drawings"))?;
        }
        for (number, drawing) in (1_u64..).zip(gallery.drawings()) {
            if json {
                writeln!(out, "{}", shape::line(&DrawingShape::new(drawing)))?;
            } else {
                let when = self.dates.minute(drawing.from_ms);
                let words = self.caption(drawing, &names);
                let marks = t_args(self.language, "archive-marks", [("count", drawing.marks.into())]);
                writeln!(out, "{number:>4}  {when}  {} ({marks})", plain(&words))?;
            }
        }
        Ok(out.flush()?)
    }
}

fn output() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// An entry as the headless face tells it.
pub(super) fn entry_json(place: &Place, entry: Entry) -> String {
    shape::line(&Shaped::Entry(EntryShape::new(&place.text(), entry)))
}

/// Lines on their way out: all of them, or the last few.
struct Lines<'a> {
    limit: Option<usize>,
    kept: VecDeque<(u64, String)>,
    /// Days are told, each above its first line.
    dates: Option<&'a Dates>,
    day: Option<Date>,
    out: BufWriter<io::StdoutLock<'static>>,
}

impl<'a> Lines<'a> {
    fn new(limit: Option<usize>, dates: Option<&'a Dates>) -> Self {
        Lines { limit, kept: VecDeque::new(), dates, day: None, out: output() }
    }

    fn push(&mut self, ms: u64, line: String) -> io::Result<()> {
        let Some(limit) = self.limit else { return self.write(ms, &line) };
        self.kept.push_back((ms, line));
        if self.kept.len() > limit {
            self.kept.pop_front();
        }
        Ok(())
    }

    fn write(&mut self, ms: u64, line: &str) -> io::Result<()> {
        if let Some(dates) = self.dates {
            let day = dates.day(ms);
            if self.day.replace(day) != Some(day) {
                writeln!(self.out, "— {} —", dates.words(day))?;
            }
        }
        writeln!(self.out, "{line}")
    }

    fn finish(mut self) -> io::Result<()> {
        for (ms, line) in std::mem::take(&mut self.kept) {
            self.write(ms, &line)?;
        }
        self.out.flush()
    }
}
