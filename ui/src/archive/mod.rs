//! `inkmesh archive` and `inkmesh people`: read what is saved while no node runs on it. Nothing in the data folder is changed.
//!
//! | module | what it does |
//! | --- | --- |
//! | `reader` | opens the archive and finds a room |
//! | `show` | writes lists and lines to standard output |
//! | `people` | writes the contacts to standard output |
//! | `save` | writes files into a folder of the person's |
//! | `error` | errors, in words |

mod error;
mod people;
mod reader;
mod save;
mod show;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use self::error::ToolError;
use self::reader::Reader;
use crate::args::{ArchiveTask, data_dir_or_default};
use crate::diagnostics;
use crate::settings::{Language, Settings};

/// The exit status after success.
const SUCCESS: u8 = 0;
/// The exit status after an error, which is written to standard error.
const FAILED: u8 = 1;
/// The exit status when a program uses the data folder.
const IN_USE: u8 = 2;

/// Carries out a task on a data folder. Returns [`SUCCESS`], [`FAILED`] or [`IN_USE`].
pub fn run(task: ArchiveTask, data_dir: Option<PathBuf>, language: Option<Language>) -> ExitCode {
    with_reader(data_dir, language, |reader| carry_out(reader, task))
}

/// Lists the contacts of a data folder. Returns [`SUCCESS`], [`FAILED`] or [`IN_USE`].
pub fn people(json: bool, data_dir: Option<PathBuf>, language: Option<Language>) -> ExitCode {
    with_reader(data_dir, language, |reader| people::list(reader, json))
}

fn with_reader(
    data_dir: Option<PathBuf>,
    language: Option<Language>,
    carry_out: impl FnOnce(&Reader) -> Result<(), ToolError>,
) -> ExitCode {
    let dir = data_dir_or_default(data_dir);
    let set = || Settings::load(dir.as_ref().ok()?).language;
    let language = language.or_else(set).unwrap_or_else(Language::of_system);
    let reader = dir.map_err(ToolError::from).and_then(|dir| Reader::open(dir, language));
    let error = match reader.and_then(|reader| carry_out(&reader)) {
        Ok(()) => return ExitCode::from(SUCCESS),
        // The reading end of a pipe was closed: it has read enough.
        Err(ToolError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::from(SUCCESS),
        Err(error) => error,
    };
    diagnostics::say(&format!("inkmesh: {}", error.words(language)));
    let in_use = matches!(&error, ToolError::Read(error) if error.is_in_use());
    ExitCode::from(if in_use { IN_USE } else { FAILED })
}

fn carry_out(reader: &Reader, task: ArchiveTask) -> Result<(), ToolError> {
    match task {
        ArchiveTask::Rooms { json } => show::rooms(reader, json),
        ArchiveTask::Show { room, limit, json } => show::room(reader, &reader.find(&room)?, limit, json),
        ArchiveTask::Search { text, json } => show::search(reader, &text, json),
        ArchiveTask::Drawings { room, json } => show::drawings(reader, &reader.find(&room)?, json),
        ArchiveTask::Export { room, to, format } => save::export(reader, &reader.find(&room)?, &to, format),
    }
}
