//! `inkmesh store`: checks, compacts and measures the saved history while no node runs on it.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use inkmesh::name::RoomName;
use inkmesh::node::storage::{self, Compacted, Report, RoomStats, Stats, StorageError};

use crate::args::{StoreTask, data_dir_or_default};
use crate::diagnostics;
use crate::settings::{Language, Settings};
use crate::text::{self, Value, grouped};

/// The exit status when all of the history can be read.
const FINE: u8 = 0;
/// The exit status when some of the history is damaged or lost.
const DAMAGED: u8 = 1;
/// The exit status when the history can't be opened. The reason is written to standard error.
const FAILED: u8 = 2;

/// Carries out a task on a data folder and writes the result to standard output. Returns [`FINE`], [`DAMAGED`] or
/// [`FAILED`].
pub fn run(task: StoreTask, data_dir: Option<PathBuf>) -> ExitCode {
    let dir = match data_dir_or_default(data_dir) {
        Ok(dir) => dir,
        Err(error) => return failed(&error, FAILED),
    };
    let words = Words(Settings::load(&dir).language.unwrap_or_else(Language::of_system));
    let done = match task {
        StoreTask::Check => storage::check(&dir).map(|report| words.report(&report)),
        StoreTask::Compact => storage::compact(&dir).map(|compacted| (words.compacted(compacted), FINE)),
        StoreTask::Stats => storage::stats(&dir).map(|stats| (words.stats(&stats), FINE)),
    };
    let (lines, status) = match done {
        Ok(done) => done,
        Err(error @ StorageError::Damaged { .. }) => return failed(&error, DAMAGED),
        Err(error) => return failed(&error, FAILED),
    };
    let said = lines.into_iter().map(|line| line + "\n").collect::<String>();
    match io::stdout().write_all(said.as_bytes()) {
        Ok(()) => ExitCode::from(status),
        // Nobody reads the result, so only the status can tell it.
        Err(_) => ExitCode::from(FAILED.max(status)),
    }
}

fn failed(error: &dyn Error, status: u8) -> ExitCode {
    diagnostics::say(&format!("inkmesh: {}", text::with_causes(error)));
    ExitCode::from(status)
}

/// The results in words of a language.
struct Words(Language);

impl Words {
    fn say<const N: usize>(&self, key: &str, args: [(&'static str, Value<'_>); N]) -> String {
        text::t_args(self.0, key, args)
    }

    /// Returns the result of a check, and its exit status.
    fn report(&self, report: &Report) -> (Vec<String>, u8) {
        let mut lines = vec![self.holding(report.chains, report.records, report.bytes)];
        if report.is_sound() {
            lines.push(text::t(self.0, "store-sound"));
            return (lines, FINE);
        }
        if let Some(reason) = &report.unreadable {
            lines.push(self.say("store-unreadable", [("reason", reason.as_str().into())]));
        }
        if !report.holes.is_empty() {
            lines.push(self.say("store-holes", [("count", report.holes.len().into())]));
        }
        if report.lost {
            lines.push(text::t(self.0, "store-lost"));
        }
        lines.push(text::t(self.0, "store-what-now"));
        (lines, DAMAGED)
    }

    fn compacted(&self, Compacted { before, after }: Compacted) -> Vec<String> {
        vec![self.say("store-compacted", [("before", size(before).into()), ("after", size(after).into())])]
    }

    fn stats(&self, stats: &Stats) -> Vec<String> {
        let sizes = [("size", size(stats.log_bytes).into()), ("checkpoints", size(stats.snapshot_bytes).into())];
        let mut lines = vec![self.say("store-size", sizes)];
        lines.extend(stats.rooms.iter().map(|room| {
            let holding = self.holding(room.chains, room.records, room.bytes);
            format!("{}: {holding}", self.room(room))
        }));
        lines.extend(stats.quarantined.iter().map(|(folder, bytes)| {
            let folder = folder.display().to_string();
            self.say("store-set-aside", [("folder", folder.into()), ("size", size(*bytes).into())])
        }));
        lines
    }

    fn holding(&self, chains: u64, records: u64, bytes: u64) -> String {
        let args = [
            ("number", chains.into()),
            ("chains", grouped(chains).into()),
            ("records", grouped(records).into()),
            ("size", size(bytes).into()),
        ];
        self.say("store-holds", args)
    }

    /// Returns the name of the lobby or the hash of another room: records have the hash of the room's name only.
    fn room(&self, room: &RoomStats) -> String {
        let lobby = RoomName::lobby();
        if lobby.id().0 == room.room {
            return format!("# {lobby}");
        }
        let hash = data_encoding::HEXLOWER.encode(&room.room[..4]);
        self.say("store-room", [("hash", hash.into())])
    }
}

/// Returns a number of bytes for people to read: `1.5 MiB`.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut tenths = bytes.saturating_mul(10).div_ceil(1024);
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        (tenths, unit) = (tenths.div_ceil(1024), unit + 1);
    }
    format!("{}.{} {}", grouped(tenths / 10), tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_at_a_glance() {
        for (bytes, words) in [
            (0, "0.0 KiB"),
            (1, "0.1 KiB"),
            (1536, "1.5 KiB"),
            (3 << 20, "3.0 MiB"),
            (5 << 40, "5.0 TiB"),
            (u64::MAX, "1,677,721.6 TiB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }

    #[test]
    fn damage_is_said_in_words_and_in_the_status() {
        let words = Words(Language::En);
        let (lines, status) = words.report(&Report { chains: 2, records: 1234, bytes: 2048, ..Report::default() });
        assert_eq!(status, FINE);
        assert_eq!(lines, ["1,234 entries in 2 logs, 2.0 KiB", "Everything that was saved can be read."]);
        for (report, told) in [
            (Report { unreadable: Some("bad page".to_owned()), ..Report::default() }, "bad page"),
            (Report { lost: true, ..Report::default() }, "gone"),
        ] {
            let (lines, status) = words.report(&report);
            assert_eq!(status, DAMAGED);
            assert!(lines.join(" ").contains(told), "{lines:?}");
            assert!(lines.join(" ").contains("Start Inkmesh"), "{lines:?}");
        }
    }

    #[test]
    fn rooms_and_what_was_set_aside_are_listed() {
        let room = |room| RoomStats { room, chains: 3, records: 5, bytes: 1024 };
        let stats = Stats {
            rooms: vec![room(RoomName::lobby().id().0), room([0xab; 32])],
            log_bytes: 4096,
            snapshot_bytes: 1024,
            quarantined: vec![("/d/log.broken-1".into(), 2048)],
        };
        assert_eq!(
            Words(Language::En).stats(&stats),
            [
                "On the disk: 4.0 KiB, of which 1.0 KiB make starting faster.",
                "# lobby: 5 entries in 3 logs, 1.0 KiB",
                "room abababab: 5 entries in 3 logs, 1.0 KiB",
                "Set aside because it was damaged: /d/log.broken-1 (2.0 KiB). It may be deleted.",
            ]
        );
        assert!(Words(Language::Ko).stats(&stats)[0].contains("디스크"));
    }
}
