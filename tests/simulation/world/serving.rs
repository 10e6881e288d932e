//! Catching up, the side that is asked: as in `src/node/catch_up/serve.rs`.

use inkmesh::log::Line;
use inkmesh::operation::Operation;
use inkmesh::sync::{Request, Response};
use serde_bytes::ByteBuf;

use super::devices::merged;
use super::plan::ATTACKER;
use super::{Happening, Kind, Seat, World};

impl World {
    /// A message has come to the side that serves.
    pub(super) fn asked(&mut self, number: u64, bytes: &[u8]) {
        let Some(round) = self.rounds.get(&number) else { return };
        let (asker, server) = (round.asker, round.server);
        if self.cut.contains(&(asker, server)) {
            return;
        }
        if self.process_of(server) != Some(round.server_process) {
            return self.later(40, Happening::Hangup { round: number });
        }
        if server == ATTACKER {
            return self.attacker_asked(number, bytes);
        }
        match Request::decode(bytes) {
            Ok(Request::Hello { digest, clock, .. }) => self.greet(number, digest, clock),
            Ok(Request::Fetch { wants }) => {
                let Some(room) = self.devices.get(&server).and_then(|device| device.room.as_ref()) else { return };
                let stretches = room.locate(&self.rounds[&number].heads, &wants);
                let records = &self.devices[&server].disk.folder.records;
                let of = |stretch: inkmesh::log::StoredRange| {
                    let inkmesh::log::StoredRange { author, lane, from, to } = stretch;
                    let place = |index| inkmesh::log::Position { author, lane, index };
                    records.range(place(from)..place(to)).map(|(place, operation)| (*place, operation.clone()))
                };
                let found = merged(stretches.into_iter().flat_map(of).collect());
                self.send_all(number, found.into_iter().map(|(_, operation)| operation).collect());
            }
            Ok(Request::Newest { limit, after }) => {
                let Some(room) = self.devices.get(&server).and_then(|device| device.room.as_ref()) else { return };
                let lines = room.newest(limit as usize, after);
                self.send_all(number, self.operations_of(server, lines));
            }
            Err(error) => {
                self.blame(server, asker, &error.to_string());
                self.later(40, Happening::Hangup { round: number });
            }
        }
    }

    fn greet(&mut self, number: u64, digest: [u8; 32], clock: u64) {
        let Some(round) = self.rounds.get(&number) else { return };
        let (asker, server) = (round.asker, round.server);
        self.hear_clock(server, asker, clock);
        let ours = self.wall(server);
        let Some(room) = self.devices.get(&server).and_then(|device| device.room.as_ref()) else { return };
        let (state, heads) = (room.state(), room.frontier());
        let response = if state.digest == digest {
            Response::Same { neighbours: Vec::new(), clock: ours }
        } else {
            Response::Frontier { heads: heads.clone(), neighbours: Vec::new(), clock: ours }
        };
        if let Some(round) = self.rounds.get_mut(&number) {
            round.heads = heads;
        }
        self.answer(number, response.encode().unwrap());
    }

    /// The operations of some lines of a machine's room.
    pub(super) fn operations_of(&self, seat: Seat, lines: Vec<Line>) -> Vec<Operation> {
        let Some(device) = self.devices.get(&seat) else { return Vec::new() };
        let read = lines.into_iter().filter_map(|line| match line {
            Line::Floating(operation) => Some(operation),
            Line::Stored(place) => {
                device.unsaved.get(&place).or_else(|| device.disk.folder.records.get(&place)).cloned()
            }
        });
        read.collect()
    }

    /// Answers with operations in chunks of a few, and says that this is the end.
    pub(super) fn send_all(&mut self, number: u64, operations: Vec<Operation>) {
        let Some(server) = self.rounds.get(&number).map(|round| round.server) else { return };
        let mut rest = &operations[..];
        let most = if matches!(self.plan.kind, Kind::Newcomer | Kind::Long) { 1_000 } else { 7 };
        while !rest.is_empty() {
            let size = self.chance.between(1, most + 1, "chunk", server, 0) as usize;
            let (chunk, left) = rest.split_at(size.min(rest.len()));
            let chunk = chunk.iter().map(|operation| ByteBuf::from(operation.bytes().to_vec())).collect();
            self.answer(number, Response::Operations { operations: chunk }.encode().unwrap());
            rest = left;
        }
        self.answer(number, Response::End.encode().unwrap());
    }

    /// Sends a message to the side that asks.
    pub(super) fn answer(&mut self, number: u64, bytes: Vec<u8>) {
        let Some((asker, server)) = self.rounds.get(&number).map(|round| (round.asker, round.server)) else { return };
        let took = self.chance.between(1, 60, "answer", server, asker) + self.slowness(asker, server);
        let now = self.now;
        let Some(round) = self.rounds.get_mut(&number) else { return };
        round.answer_at = round.answer_at.max(now + took);
        let at = round.answer_at;
        self.schedule(at, Happening::Answer { round: number, bytes });
    }
}
