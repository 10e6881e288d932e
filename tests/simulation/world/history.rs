//! An old history, written by people who are long gone; made once, for all worlds.

use std::sync::OnceLock;

use inkmesh::canvas::{CanvasStep, Color, Point, Points, SheetId, Stroke, Tool};
use inkmesh::clock::Timestamp;
use inkmesh::identity::Identity;
use inkmesh::log::Log;
use inkmesh::log::Position;
use inkmesh::name::RoomName;
use inkmesh::operation::{ChainId, Header, Operation};
use inkmesh::payload::{Chat, Payload};

use super::disk::Folder;

/// Operations of the longest history.
const MOST: usize = 9_000;
/// Between two of them, in milliseconds.
const EACH: u64 = 60_000;

/// A folder with the first `count` operations, the last of them written some minutes before `epoch`.
pub fn folder(count: usize, epoch: u64) -> Folder {
    static WRITTEN: OnceLock<Vec<(Position, Operation)>> = OnceLock::new();
    let written = WRITTEN.get_or_init(|| write(epoch));
    let records: Vec<_> = written.iter().take(count).cloned().collect();
    let written = records.iter().map(|(place, _)| *place).collect();
    Folder { records: records.into_iter().collect(), written, ..Folder::default() }
}

fn write(epoch: u64) -> Vec<(Position, Operation)> {
    let mut log = Log::new(RoomName::lobby().id());
    let people: Vec<Identity> = (50..53).map(|n| Identity::from_secret([n; 32])).collect();
    let mut ends = vec![(0, None); people.len()];
    let mut written = Vec::new();
    for n in 0..MOST {
        let who = n % people.len();
        let chain = ChainId { author: people[who].author(), log: 1 + who as u64 };
        let time = Timestamp::from_ms(epoch - 3 * EACH - (MOST - n) as u64 * EACH);
        let (seq, backlink) = ends[who];
        let header = Header { room: RoomName::lobby().id(), chain, seq, backlink, time };
        let operation = Operation::sign(&people[who], header, &payload(n)).unwrap();
        ends[who] = (seq + 1, Some(operation.id()));
        written.extend(log.ingest(operation, u64::MAX).inserted);
    }
    written
}

fn payload(n: usize) -> Payload {
    if n.is_multiple_of(16) {
        return Payload::Chat(Chat { text: format!("long ago {n}") });
    }
    let points = Points::new(vec![Point::new(100 + (n % 500) as i32, 200), Point::new(300, 400)]);
    let stroke = Stroke { id: n as u64, tool: Tool::Pen, color: Color([1, 2, 3]), width: 5, points };
    Payload::Canvas { sheet: SheetId::Free, step: CanvasStep::Stroke(stroke) }
}
