//! Writes a room, or its drawings, into files.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use inkmesh::gallery::{Drawing, Gallery};
use inkmesh::node::archive::History;

use super::error::ToolError;
use super::reader::{Reader, SavedRoom};
use crate::args::ExportFormat;
use crate::export::drawing::{DrawingFile, file_name, sheet_of};
use crate::export::entry_text::Names;
use crate::export::files::{self, Saved};
use crate::export::html::Page;
use crate::export::picture::{self, Format};
use crate::text::t_args;

/// Exports a room into the folder `to`.
pub fn export(reader: &Reader, room: &SavedRoom, to: &Path, format: ExportFormat) -> Result<(), ToolError> {
    let history = reader.archive.room(room.id)?;
    match format {
        ExportFormat::Jsonl => lines(room, &history, to),
        ExportFormat::Html => page(reader, room, &history, to),
        ExportFormat::Png => drawings(reader, &history, to, Format::Png),
        ExportFormat::Svg => drawings(reader, &history, to, Format::Svg),
        ExportFormat::Gif => drawings(reader, &history, to, Format::Gif),
    }
}

fn lines(room: &SavedRoom, history: &History, to: &Path) -> Result<(), ToolError> {
    let file = files::create(to, &files::name(["room", &room.text()]), "jsonl")?;
    let path = file.finish(|file| {
        let mut out = BufWriter::new(file);
        history.entries(|entry| {
            writeln!(out, "{}", room.entry_json(&entry))?;
            Ok::<_, ToolError>(ControlFlow::Continue(()))
        })?;
        Ok::<_, ToolError>(out.flush()?)
    })?;
    say_written(&path)
}

fn page(reader: &Reader, room: &SavedRoom, history: &History, to: &Path) -> Result<(), ToolError> {
    let names = Names::new(history.names());
    let file = files::create(to, &files::name(["room", &room.text()]), "html")?;
    let path = file.finish(|file| {
        let mut out = BufWriter::new(file);
        let mut page = Page::begin(&mut out, reader.language, &reader.time, &names, &room.words(reader.language))?;
        let gallery = history.gallery()?;
        let mut drawings: Vec<&Drawing> = gallery.drawings().collect();
        drawings.sort_by_key(|drawing| drawing.to_ms);
        let mut drawings = drawings.into_iter().peekable();
        history.entries(|entry| {
            while let Some(drawing) = drawings.next_if(|drawing| drawing.to_ms < entry.time) {
                put_drawing(reader, &mut page, &gallery, drawing, &names)?;
            }
            page.entry(&entry)?;
            Ok::<_, ToolError>(ControlFlow::Continue(()))
        })?;
        for drawing in drawings {
            put_drawing(reader, &mut page, &gallery, drawing, &names)?;
        }
        page.finish()?;
        Ok::<_, ToolError>(out.flush()?)
    })?;
    say_written(&path)
}

fn put_drawing<W: Write>(
    reader: &Reader,
    page: &mut Page<'_, W>,
    gallery: &Gallery,
    drawing: &Drawing,
    names: &Names,
) -> Result<(), ToolError> {
    let sheet = sheet_of(gallery.marks(drawing.key));
    // As an SVG, unless its filled areas make that the longer form.
    let (svg, png) = (picture::encode(&sheet, Format::Svg)?, picture::encode(&sheet, Format::Png)?);
    let (kind, bytes) = if svg.len() <= png.len() { ("svg+xml", svg) } else { ("png", png) };
    Ok(page.picture(drawing.to_ms, kind, &bytes, &reader.caption(drawing, names))?)
}

fn drawings(reader: &Reader, history: &History, to: &Path, format: Format) -> Result<(), ToolError> {
    let names = Names::new(history.names());
    let (mut written, mut there) = (0_u64, 0_u64);
    let gallery = history.gallery()?;
    for drawing in gallery.drawings() {
        let name = file_name(&reader.time, drawing, |author| names.label(author));
        let file = DrawingFile { steps: gallery.marks(drawing.key).to_vec(), format, name };
        match file.save(to)? {
            Saved::New(path) => {
                written += 1;
                say_written(&path)?;
            }
            Saved::AlreadyThere(_) => there += 1,
        }
    }
    let args = [("written", written.into()), ("there", there.into())];
    Ok(writeln!(std::io::stdout(), "{}", t_args(reader.language, "archive-exported", args).trim_end())?)
}

fn say_written(path: &Path) -> Result<(), ToolError> {
    Ok(writeln!(std::io::stdout(), "{}", path.display())?)
}
