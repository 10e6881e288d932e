//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use directories::ProjectDirs;
use inkmesh::name::{PersonName, RoomName};
use inkmesh::node::Config;

use crate::settings::Language;

/// Chat, draw together and play on one network, with no server and no host.
#[derive(Debug, Parser)]
#[command(name = "inkmesh", version, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Args {
    /// Something else than to run
    #[command(subcommand)]
    pub tool: Option<Tool>,

    /// How to show it; a window if not said
    #[arg(value_enum)]
    pub frontend: Option<Frontend>,

    /// Keep everything in this folder [default: the platform's data folder]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// What others see you as
    #[arg(long)]
    pub name: Option<PersonName>,

    /// Enter this room; can be given more than once [default: lobby, at the first start]
    #[arg(long = "room", value_name = "NAME")]
    pub rooms: Vec<RoomName>,

    /// Listen on this multiaddress, as /ip4/0.0.0.0/tcp/47770, or don't start; can be given more than once
    #[arg(long, value_name = "MULTIADDR")]
    pub listen: Vec<String>,

    /// Connect to this address, as /ip4/192.168.0.7/tcp/47770 or 192.168.0.7; can be given more than once
    #[arg(long, value_name = "MULTIADDR")]
    pub dial: Vec<String>,

    /// Don't look for people: neither on this network by multicast DNS nor on this computer
    #[arg(long)]
    pub no_mdns: bool,
}

/// The frontends beside the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Frontend {
    /// JSON lines on standard input and output, for programs
    Headless,
}

/// The tools.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Tool {
    /// Look after the saved history while Inkmesh is closed; exit status 1: it is damaged, 2: it can't be looked at
    Store {
        /// What to do
        #[arg(value_enum)]
        task: StoreTask,

        /// The folder that everything is kept in [default: the platform's data folder]
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
    },

    /// Put a backup into a folder in which nobody lives yet; the passphrase is asked for, or read from standard input
    Restore {
        /// The backup, as the command `backup` made it
        file: PathBuf,

        /// The folder that everything is kept in [default: the platform's data folder]
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,

        /// The language of what is written [default: the window's, or the system's]
        #[arg(long, value_enum)]
        lang: Option<Language>,
    },

    /// List the people whom you have met, while Inkmesh is closed; exit status 1: something went wrong, 2: Inkmesh is open
    People {
        /// One JSON object a line, as the headless frontend tells them
        #[arg(long)]
        json: bool,

        /// The folder that everything is kept in [default: the platform's data folder]
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,

        /// The language of what is written [default: the window's, or the system's]
        #[arg(long, value_enum)]
        lang: Option<Language>,
    },

    /// Read what was said and drawn, while Inkmesh is closed; exit status 1: something went wrong, 2: Inkmesh is open
    Archive {
        /// What to do
        #[command(subcommand)]
        task: ArchiveTask,

        /// The folder that everything is kept in [default: the platform's data folder]
        #[arg(long, value_name = "DIR", global = true)]
        data_dir: Option<PathBuf>,

        /// The language of what is written [default: the window's, or the system's]
        #[arg(long, value_enum, global = true)]
        lang: Option<Language>,
    },
}

/// The tasks of `inkmesh archive`.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum ArchiveTask {
    /// List the rooms
    Rooms {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Print what was said and done in a room
    Show {
        /// Its name, or the first digits of the hash by which `rooms` lists one without a name
        room: String,
        /// Only so many of the last lines
        #[arg(long, value_name = "LINES")]
        limit: Option<usize>,
        /// One JSON object a line, as the headless frontend tells an `entry`
        #[arg(long)]
        json: bool,
    },
    /// Find the lines with a text in them, in all rooms
    Search {
        /// The text; large and small letters are the same
        text: String,
        /// One JSON object a line, as the headless frontend tells an `entry`
        #[arg(long)]
        json: bool,
    },
    /// List the drawings of a room
    Drawings {
        /// Its name, or the first digits of its hash
        room: String,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Write a room, or its drawings, to files; none that is there is written over
    Export {
        /// Its name, or the first digits of its hash
        room: String,
        /// The folder to write to; it is made if it is missing
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// What to write
        #[arg(long, value_enum)]
        format: ExportFormat,
    },
}

/// The formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One file with a JSON object for every entry of the room
    Jsonl,
    /// One page to read, with the drawings in it
    Html,
    /// A picture of every drawing
    Png,
    /// A picture of every drawing that can be scaled
    Svg,
    /// An animation of every drawing, stroke by stroke
    Gif,
}

/// The tasks of `inkmesh store`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoreTask {
    /// Read everything and say what is wrong; changes nothing
    Check,
    /// Make it as small as it can be
    Compact,
    /// Say how large it is, room by room
    Stats,
}

/// The error when the platform has no folder for a user's data.
#[derive(Debug, thiserror::Error)]
#[error("this system names no folder for your data (is HOME set?): choose one with --data-dir DIR")]
pub struct NoDataDir;

impl Args {
    /// Returns whether these arguments open the window.
    pub fn opens_window(&self) -> bool {
        self.tool.is_none() && self.frontend.is_none()
    }

    /// Returns the configuration of the node.
    ///
    /// # Errors
    /// [`NoDataDir`] when no folder was given and the platform has none.
    pub fn into_config(self) -> Result<Config, NoDataDir> {
        Ok(Config {
            data_dir: data_dir_or_default(self.data_dir)?,
            name: self.name,
            rooms: self.rooms,
            listen: self.listen,
            dial: self.dial,
            mdns: !self.no_mdns,
        })
    }
}

/// Returns the data folder that was given, or the platform's.
///
/// # Errors
/// [`NoDataDir`] when none was given and the platform has none.
pub fn data_dir_or_default(given: Option<PathBuf>) -> Result<PathBuf, NoDataDir> {
    given.or_else(platform_data_dir).ok_or(NoDataDir)
}

/// Returns a data folder that does not roam between machines, because one key in two running programs forks its chains.
fn platform_data_dir() -> Option<PathBuf> {
    Some(ProjectDirs::from("", "", "Inkmesh")?.data_local_dir().to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, String> {
        Args::try_parse_from(line.split_whitespace()).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_said_is_the_window_in_no_room_by_name() {
        let args = parse("inkmesh").unwrap();
        assert_eq!(args.frontend, None);
        assert!(args.opens_window());
        let config = args.into_config().unwrap();
        assert!(config.rooms.is_empty(), "the node knows whether it was started before");
        assert!(config.mdns && config.name.is_none() && config.listen.is_empty() && config.dial.is_empty());
        assert!(config.data_dir.is_absolute() && config.data_dir.to_string_lossy().to_lowercase().contains("inkmesh"));
    }

    #[test]
    fn options_stand_before_or_behind_the_frontend_and_add_up() {
        let args = parse(
            "inkmesh --room Art --no-mdns headless --room 로비 --data-dir /d --name Ana --listen /ip4/1.2.3.4/tcp/5 \
             --dial 10.0.0.1 --dial 10.0.0.2:7",
        )
        .unwrap();
        assert_eq!(args.frontend, Some(Frontend::Headless));
        assert!(!args.opens_window());
        let config = args.into_config().unwrap();
        assert_eq!(config.rooms, ["art".parse().unwrap(), "로비".parse().unwrap()]);
        assert_eq!(config.name, Some("Ana".parse().unwrap()));
        assert_eq!(config.data_dir, PathBuf::from("/d"));
        assert_eq!(config.listen, ["/ip4/1.2.3.4/tcp/5"]);
        assert_eq!(config.dial, ["10.0.0.1", "10.0.0.2:7"]);
        assert!(!config.mdns);
    }

    #[test]
    fn the_store_is_looked_after() {
        for (word, task) in [("check", StoreTask::Check), ("compact", StoreTask::Compact), ("stats", StoreTask::Stats)]
        {
            let args = parse(&format!("inkmesh store {word} --data-dir /d")).unwrap();
            assert!(!args.opens_window());
            assert_eq!(args.tool, Some(Tool::Store { task, data_dir: Some("/d".into()) }));
        }
        assert_eq!(parse("inkmesh headless").unwrap().tool, None);
    }

    #[test]
    fn the_archive_is_read() {
        let task = |line: &str| match parse(&format!("inkmesh archive {line}")).unwrap().tool {
            Some(Tool::Archive { task, data_dir, lang }) => (task, data_dir, lang),
            other => panic!("{other:?}"),
        };
        assert_eq!(task("rooms").0, ArchiveTask::Rooms { json: false });
        let (shown, dir, lang) = task("show 로비 --limit 5 --data-dir /d --lang ko --json");
        assert_eq!(shown, ArchiveTask::Show { room: "로비".to_owned(), limit: Some(5), json: true });
        assert_eq!((dir, lang), (Some("/d".into()), Some(Language::Ko)));
        let (export, dir, _) = task("--data-dir /d export art --to /out --format gif");
        let (room, to) = ("art".to_owned(), PathBuf::from("/out"));
        assert_eq!((export, dir), (ArchiveTask::Export { room, to, format: ExportFormat::Gif }, Some("/d".into())));
    }

    #[test]
    fn a_backup_is_restored() {
        let tool = parse("inkmesh restore /b --data-dir /d --lang ko").unwrap().tool;
        let (file, data_dir, lang) = (PathBuf::from("/b"), Some("/d".into()), Some(Language::Ko));
        assert_eq!(tool, Some(Tool::Restore { file, data_dir, lang }));
    }

    #[test]
    fn people_are_listed() {
        let tool = parse("inkmesh people --json --data-dir /d --lang ko").unwrap().tool;
        let (data_dir, lang) = (Some("/d".into()), Some(Language::Ko));
        assert_eq!(tool, Some(Tool::People { json: true, data_dir, lang }));
        assert!(!parse("inkmesh people").unwrap().opens_window());
    }

    #[test]
    fn what_can_t_be_understood_is_said_in_words() {
        for (line, words) in [
            ("inkmesh heedless", "headless"),
            ("inkmesh --rom art", "--rom"),
            ("inkmesh --room", "--room"),
            ("inkmesh --name \u{202e}", "a name can't be empty"),
            ("inkmesh --no-mdns=1", "--no-mdns"),
            ("inkmesh store", "<TASK>"),
            ("inkmesh store mend", "check, compact, stats"),
            ("inkmesh store check --room art", "--room"),
            ("inkmesh --room art store check", "cannot be used with"),
            ("inkmesh archive", "rooms"),
            ("inkmesh archive export art --to /d", "--format"),
            ("inkmesh archive export art --to /d --format bmp", "jsonl, html, png, svg, gif"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
