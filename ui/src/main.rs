//! `inkmesh`: chat, draw together and play on one network, with no server and no host.
//!
//! The one binary of the workspace. It reads its arguments, then runs a frontend: the window, or JSON lines on
//! standard input and output. Both drive the same [`inkmesh::node::Node`]. Beside them stand [`store_tool`],
//! [`restore_tool`] and [`archive`].

// The test harness writes to the console.
#![cfg_attr(not(test), windows_subsystem = "windows")]

mod archive;
mod args;
mod console;
mod diagnostics;
mod ending;
mod export;
mod headless;
mod restore_tool;
mod settings;
mod store_tool;
mod text;
mod window;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Frontend, Tool};
use crate::diagnostics::Log;

fn main() -> ExitCode {
    let args = Args::try_parse();
    if !args.as_ref().is_ok_and(Args::opens_window) {
        console::attach();
    }
    let args = args.unwrap_or_else(|error| error.exit());
    // Standard output is for the headless frontend.
    let log = Log::start();
    let done = run(args);
    log.finish();
    done.unwrap_or_else(|error| {
        console::attach();
        diagnostics::say(&format!("inkmesh: {}", text::with_causes(error.as_ref())));
        ExitCode::FAILURE
    })
}

fn run(args: Args) -> Result<ExitCode, Box<dyn Error>> {
    match args.tool {
        Some(Tool::Store { task, data_dir }) => return Ok(store_tool::run(task, data_dir)),
        Some(Tool::Restore { file, data_dir, lang }) => return Ok(restore_tool::run(&file, data_dir, lang)),
        Some(Tool::People { json, data_dir, lang }) => return Ok(archive::people(json, data_dir, lang)),
        Some(Tool::Archive { task, data_dir, lang }) => return Ok(archive::run(task, data_dir, lang)),
        None => {}
    }
    let (name_given, room_given) = (args.name.is_some(), !args.rooms.is_empty());
    let frontend = args.frontend;
    let config = args.into_config()?;
    match frontend {
        Some(Frontend::Headless) => headless::run(config)?,
        None => window::run(window::Options { config, name_given, room_given })?,
    }
    Ok(ExitCode::SUCCESS)
}
