//! Rounds of catching up, the side that serves: a machine does what the program's [`Server`] says, as
//! `src/node/sync/serve.rs` does.
//!
//! [`Server`]: inkmesh::sync::server::Server

use inkmesh::log::{Line, StoredRange};
use inkmesh::operation::Operation;
use inkmesh::sync::merge::Merge;
use inkmesh::sync::server::{Holdings, Task};
use inkmesh::sync::{Request, Response};

use super::plan::ATTACKER;
use super::{Happening, Kind, Seat, World};

/// Bytes that are read for one message at most, but in worlds with a long history: so much is about in between that others
/// get in.
const FEW_BYTES: u64 = 1_500;

impl World {
    /// A message has come to the side that serves.
    pub(super) fn requested(&mut self, number: u64, bytes: &[u8]) {
        let Some(round) = self.rounds.get(&number) else { return };
        let (puller, server) = (round.puller, round.server);
        if self.cut.contains(&(puller, server)) {
            return;
        }
        if self.process_of(server) != Some(round.server_process) {
            return self.later(40, Happening::Hangup { round: number });
        }
        if server == ATTACKER {
            return self.attacker_serves(number, bytes);
        }
        let task = Request::decode(bytes).map_err(|error| error.to_string()).and_then(|request| {
            let round = self.rounds.get_mut(&number).ok_or_else(String::new)?;
            round.serving.request(request).map_err(|error| error.to_string())
        });
        match task {
            Ok(task) => self.carry_task(number, server, task),
            Err(error) => {
                self.blame(server, puller, &error);
                self.later(40, Happening::Hangup { round: number });
            }
        }
    }

    fn carry_task(&mut self, number: u64, server: Seat, task: Task) {
        let mut responses = Vec::new();
        match task {
            Task::Send(response) => return self.send_response(number, response.encode().unwrap()),
            Task::LookUp { digest, clock, .. } => {
                let holdings = self.holdings(number, server, digest, clock);
                let Some(round) = self.rounds.get_mut(&number) else { return };
                let response = round.serving.holdings(holdings);
                return self.send_response(number, response.encode().unwrap());
            }
            Task::Read { heads, wants, bytes, .. } => {
                let room = self.devices.get(&server).and_then(|device| device.room.as_ref());
                let stretches = room.map(|room| room.locate(&heads, &wants)).unwrap_or_default();
                for chunk in self.read_stretches(server, &stretches, bytes) {
                    let Some(round) = self.rounds.get_mut(&number) else { return };
                    responses.extend(round.serving.operations(chunk, bytes));
                }
            }
            Task::ReadNewest { limit, after, bytes, .. } => {
                let room = self.devices.get(&server).and_then(|device| device.room.as_ref());
                let lines = room.map(|room| room.log().newest(limit as usize, after)).unwrap_or_default();
                let newest = self.operations_of(server, lines);
                let Some(round) = self.rounds.get_mut(&number) else { return };
                responses.extend(round.serving.operations(newest, bytes));
            }
        }
        for response in responses.into_iter().chain([Response::End]) {
            self.send_response(number, response.encode().unwrap());
        }
    }

    fn holdings(&mut self, number: u64, server: Seat, theirs: [u8; 32], clock: u64) -> Option<Holdings> {
        let puller = self.rounds.get(&number)?.puller;
        self.hear_clock(server, puller, clock);
        let clock = self.wall(server);
        let room = self.devices.get(&server)?.room.as_ref()?;
        let digest = room.log().digest();
        let heads = if digest == theirs { Vec::new() } else { room.log().frontier() };
        Some(Holdings { digest, heads, neighbours: Vec::new(), clock })
    }

    /// Reads stretches from the disk, about `bytes` at a time or less.
    fn read_stretches(&mut self, seat: Seat, stretches: &[StoredRange], bytes: usize) -> Vec<Vec<Operation>> {
        let mut merge = Merge::new(stretches);
        let mut chunks = Vec::new();
        loop {
            let few = self.chance.between(1, FEW_BYTES, "chunk", seat, 0) as usize;
            let most = if matches!(self.plan.kind, Kind::Newcomer | Kind::Long) { bytes } else { bytes.min(few) };
            let Some(device) = self.devices.get(&seat) else { return chunks };
            let Ok(chunk) = merge.next(most, |stretch, bytes| device.disk.folder.read(stretch, bytes));
            let Some(chunk) = chunk else { return chunks };
            chunks.push(chunk.into_iter().map(|(_, operation)| operation).collect());
        }
    }

    /// The operations of some lines of a machine's room.
    pub(super) fn operations_of(&self, seat: Seat, lines: Vec<Line>) -> Vec<Operation> {
        let Some(device) = self.devices.get(&seat) else { return Vec::new() };
        let read = lines.into_iter().filter_map(|line| match line {
            Line::Floating(operation) => Some(operation),
            Line::Stored(place) => device.unsaved_at(place).or_else(|| device.disk.folder.records.get(&place)).cloned(),
        });
        read.collect()
    }
}
