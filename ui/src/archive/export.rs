//! A room, or its drawings, in files.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use inkmesh::canvas::Sheet;
use inkmesh::node::archive::History;
use inkmesh::node::{Drawing, DrawingSummary};
use inkmesh::payload::Board;

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
        self.say_written(&path)
    }

    fn export_page(&self, place: &Place, history: &History, to: &Path) -> Result<(), ToolError> {
        let names = Names::new(history.names());
        let file = files::begin(to, &files::name(["room", &place.text()]), "html")?;
        let path = file.finish(|file| {
            let mut out = BufWriter::new(file);
            let mut page = Page::begin(&mut out, self.language, &self.dates, &names, &place.words(self.language))?;
            let mut drawings = history.drawings().into_iter().peekable();
            history.entries(|entry| {
                while let Some(drawing) = drawings.next_if(|drawing| drawing.last_ms < entry.time) {
                    self.put_drawing(&mut page, history, &drawing, &names)?;
                }
                page.entry(&entry)?;
                Ok::<_, ToolError>(ControlFlow::Continue(()))
            })?;
            for drawing in drawings {
                self.put_drawing(&mut page, history, &drawing, &names)?;
            }
            page.finish()?;
            Ok::<_, ToolError>(out.flush()?)
        })?;
        self.say_written(&path)
    }

    fn put_drawing<W: Write>(
        &self,
        page: &mut Page<'_, W>,
        history: &History,
        summary: &DrawingSummary,
        names: &Names,
    ) -> Result<(), ToolError> {
        let Some(drawing) = history.drawing(summary.key) else { return Ok(()) };
        let sheet = sheet_of(drawing);
        // As lines, unless its filled areas make that the longer form.
        let (svg, png) = (picture::encode(&sheet, Format::Svg)?, picture::encode(&sheet, Format::Png)?);
        let (kind, bytes) = if svg.len() <= png.len() { ("svg+xml", svg) } else { ("png", png) };
        Ok(page.picture(summary.last_ms, kind, &bytes, &self.caption(summary, names))?)
    }

    fn export_drawings(&self, history: &History, to: &Path, format: Format) -> Result<(), ToolError> {
        let names = Names::new(history.names());
        let (mut written, mut there) = (0_u64, 0_u64);
        for summary in history.drawings() {
            let Some(drawing) = history.drawing(summary.key) else { continue };
            let bytes = picture::encode(&sheet_of(drawing), format)?;
            match files::keep(to, &self.file_name(&summary, &names), format.extension(), &bytes)? {
                Kept::New(path) => {
                    written += 1;
                    self.say_written(&path)?;
                }
                Kept::Same(_) => there += 1,
            }
        }
        let args = [("written", written.into()), ("there", there.into())];
        println!("{}", t_args(self.language, "archive-exported", args));
        Ok(())
    }

    /// What a drawing's file is called: when it was begun, in which turn, by whom, and its word if that was told.
    fn file_name(&self, drawing: &DrawingSummary, names: &Names) -> String {
        let turn = match drawing.board {
            Board::Free => "sheet".to_owned(),
            Board::Turn { turn, .. } => format!("turn-{}", turn + 1),
        };
        let who = drawing.drawers.first().map(|who| names.label(*who)).unwrap_or_default();
        let word = drawing.word.as_ref().map_or("", |word| word.text.as_str());
        let stamp = self.dates.stamp(drawing.first_ms);
        // Its hyphens and underscore are ours.
        format!("{stamp}_{}", files::name([turn.as_str(), who.as_str(), word]))
    }

    /// A drawing in words: who drew it, and what.
    pub(super) fn caption(&self, drawing: &DrawingSummary, names: &Names) -> String {
        let drawers = drawing.drawers.iter().map(|who| names.label(*who)).collect::<Vec<_>>().join(", ");
        let mut words = vec![match drawing.board {
            Board::Free => t_args(self.language, "archive-by", [("names", drawers.into())]),
            Board::Turn { turn, .. } => {
                let args = [("turn", (turn + 1).into()), ("names", drawers.into())];
                t_args(self.language, "archive-turn", args)
            }
        }];
        if let Some(word) = &drawing.word {
            words.push(t_args(self.language, "archive-word", [("word", word.text.as_str().into())]));
            words.push(match &drawing.solved[..] {
                [] => t(self.language, "archive-nobody-solved"),
                solved => {
                    let solved = solved.iter().map(|who| names.label(*who)).collect::<Vec<_>>().join(", ");
                    t_args(self.language, "archive-solved", [("names", solved.into())])
                }
            });
        }
        words.join(" · ")
    }

    fn say_written(&self, path: &Path) -> Result<(), ToolError> {
        println!("{}", path.display());
        Ok(())
    }
}

fn sheet_of(drawing: Drawing) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.push_all(drawing.steps);
    sheet
}
