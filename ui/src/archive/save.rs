//! A room, or its drawings, in files.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use inkmesh::canvas::{Drawn, Sheet};
use inkmesh::gallery::{Drawing, Gallery};
use inkmesh::identity::Author;
use inkmesh::node::archive::History;
use inkmesh::payload::Board;

use super::dates::Dates;
use super::files::{self, Kept};
use super::page::Page;
use super::picture::{self, Format};
use super::show::entry_json;
use super::told::Names;
use super::{Place, Reader, ToolError};
use crate::args::ExportFormat;
use crate::text::{t, t_args};

impl Reader {
    pub(super) fn export(&self, place: &Place, to: &Path, format: ExportFormat) -> Result<(), ToolError> {
        let history = self.archive.room(place.id)?;
        match format {
            ExportFormat::Jsonl => self.export_lines(place, &history, to),
            ExportFormat::Html => self.export_page(place, &history, to),
            ExportFormat::Png => self.export_drawings(&history, to, Format::Png),
            ExportFormat::Svg => self.export_drawings(&history, to, Format::Svg),
            ExportFormat::Gif => self.export_drawings(&history, to, Format::Gif),
        }
    }

    fn export_lines(&self, place: &Place, history: &History, to: &Path) -> Result<(), ToolError> {
        let file = files::begin(to, &files::name(["room", &place.text()]), "jsonl")?;
        let path = file.finish(|file| {
            let mut out = BufWriter::new(file);
            history.entries(|entry| {
                writeln!(out, "{}", entry_json(place, entry))?;
                Ok::<_, ToolError>(ControlFlow::Continue(()))
            })?;
            Ok::<_, ToolError>(out.flush()?)
        })?;
        say_written(&path)
    }

    fn export_page(&self, place: &Place, history: &History, to: &Path) -> Result<(), ToolError> {
        let names = Names::new(history.names());
        let file = files::begin(to, &files::name(["room", &place.text()]), "html")?;
        let path = file.finish(|file| {
            let mut out = BufWriter::new(file);
            let mut page = Page::begin(&mut out, self.language, &self.dates, &names, &place.words(self.language))?;
            let gallery = history.gallery()?;
            let mut drawings: Vec<&Drawing> = gallery.drawings().collect();
            drawings.sort_by_key(|drawing| drawing.to_ms);
            let mut drawings = drawings.into_iter().peekable();
            history.entries(|entry| {
                while let Some(drawing) = drawings.next_if(|drawing| drawing.to_ms < entry.time) {
                    self.put_drawing(&mut page, &gallery, drawing, &names)?;
                }
                page.entry(&entry)?;
                Ok::<_, ToolError>(ControlFlow::Continue(()))
            })?;
            for drawing in drawings {
                self.put_drawing(&mut page, &gallery, drawing, &names)?;
            }
            page.finish()?;
            Ok::<_, ToolError>(out.flush()?)
        })?;
        say_written(&path)
    }

    fn put_drawing<W: Write>(
        &self,
        page: &mut Page<'_, W>,
        gallery: &Gallery,
        drawing: &Drawing,
        names: &Names,
    ) -> Result<(), ToolError> {
        let sheet = sheet_of(gallery.marks(drawing.key));
        // As lines, unless its filled areas make that the longer form.
        let (svg, png) = (picture::encode(&sheet, Format::Svg)?, picture::encode(&sheet, Format::Png)?);
        let (kind, bytes) = if svg.len() <= png.len() { ("svg+xml", svg) } else { ("png", png) };
        Ok(page.picture(drawing.to_ms, kind, &bytes, &self.caption(drawing, names))?)
    }

    fn export_drawings(&self, history: &History, to: &Path, format: Format) -> Result<(), ToolError> {
        let names = Names::new(history.names());
        let (mut written, mut there) = (0_u64, 0_u64);
        let gallery = history.gallery()?;
        for drawing in gallery.drawings() {
            let bytes = picture::encode(&sheet_of(gallery.marks(drawing.key)), format)?;
            match files::keep(to, &file_name(&self.dates, drawing, |who| names.label(who)), format.extension(), &bytes)?
            {
                Kept::New(path) => {
                    written += 1;
                    say_written(&path)?;
                }
                Kept::Same(_) => there += 1,
            }
        }
        let args = [("written", written.into()), ("there", there.into())];
        Ok(writeln!(std::io::stdout(), "{}", t_args(self.language, "archive-exported", args).trim_end())?)
    }

    /// A drawing in words: who drew it, and what.
    pub(super) fn caption(&self, drawing: &Drawing, names: &Names) -> String {
        let list = |people: &[Author]| people.iter().map(|who| names.label(*who)).collect::<Vec<_>>().join(", ");
        let drawers = list(&drawing.authors);
        let mut words = vec![match drawing.key.board {
            Board::Free => t_args(self.language, "archive-by", [("names", drawers.into())]),
            Board::Turn { turn, .. } => {
                let args = [("turn", (turn + 1).into()), ("names", drawers.into())];
                t_args(self.language, "archive-turn", args)
            }
        }];
        if let Some(told) = &drawing.told {
            words.push(t_args(self.language, "archive-word", [("word", told.word.text.as_str().into())]));
            words.push(match &told.solved[..] {
                [] => t(self.language, "archive-nobody-solved"),
                solved => t_args(self.language, "archive-solved", [("names", list(solved).into())]),
            });
        }
        words.join(" · ")
    }
}

/// What a drawing's file is called, without its ending: `2026-11-22_14-03_turn-3_Ana_apple`.
pub fn file_name(dates: &Dates, drawing: &Drawing, name_of: impl Fn(Author) -> String) -> String {
    let turn = match drawing.key.board {
        Board::Free => "sheet".to_owned(),
        Board::Turn { turn, .. } => format!("turn-{}", turn + 1),
    };
    let who = drawing.authors.first().map(|who| name_of(*who)).unwrap_or_default();
    let word = drawing.told.as_ref().map_or("", |told| told.word.text.as_str());
    // The moment's hyphens and its underscore are ours.
    format!("{}_{}", dates.stamp(drawing.from_ms), files::name([turn.as_str(), who.as_str(), word]))
}

/// A sheet with these steps on it.
pub fn sheet_of(steps: &[Drawn]) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.push_all(steps.iter().cloned());
    sheet
}

fn say_written(path: &Path) -> Result<(), ToolError> {
    Ok(writeln!(std::io::stdout(), "{}", path.display())?)
}
