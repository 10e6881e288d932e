//! The operations that rooms received: all of them have to be there in the end, except those for which a room had no space
//! to wait.

use std::collections::BTreeSet;

use inkmesh::clock::Now;
use inkmesh::log::{MAX_FLOATING_OF_AUTHOR, MAX_PARKED};
use inkmesh::name::RoomName;
use inkmesh::operation::{Operation, OperationId};
use inkmesh::room::{Input, Output};

use super::devices::Device;
use super::story::{name_of, short};
use super::{Seat, World};

/// Returns the operations that an input brings.
pub fn given_by(input: &Input) -> Vec<Operation> {
    let mut given = match input {
        Input::Gossiped { operation, .. } => vec![operation.clone()],
        Input::Synced { operations, .. } => operations.clone(),
        _ => Vec::new(),
    };
    given.retain(|operation| operation.header().room == RoomName::lobby().id());
    given
}

impl World {
    /// Takes the operations that a room received, and its outputs. A running room never forgets operations in its log or
    /// waiting; the oracle judges those that can't be in its log. Those it had no space for don't count as received.
    pub(super) fn was_given(&mut self, seat: Seat, given: Vec<Operation>, outputs: &[Output], now: Now) {
        let Some(device) = self.devices.get_mut(&seat) else { return };
        let new: BTreeSet<OperationId> = given.iter().map(Operation::id).collect();
        device.waiting.extend(&new);
        device.given.extend(given.into_iter().map(|operation| (operation.id(), operation)));
        let waited = std::mem::take(&mut device.waiting);
        let kept: BTreeSet<OperationId> = outputs.iter().flat_map(kept_by).collect();
        let (waits, gone) = device.still_wait(waited.difference(&kept).copied());
        for id in gone {
            let operation = &device.given[&id];
            let author = operation.author();
            let is_ahead = new.contains(&id) && operation.header().time.is_future(now.wall_ms);
            let has_place = if is_ahead { device.parked() < MAX_PARKED } else { device.could_float(&waited, author) };
            if !has_place {
                device.given.remove(&id);
            } else if is_ahead && author != device.author() {
                // One of our own may claim the place for which we are just writing: then it is left to later.
                let reason = format!("{} has a place for {}, and doesn't let it wait", name_of(seat), short(id));
                return self.fail("caps", reason);
            }
        }
        device.waiting = waits;
    }
}

impl Device {
    /// Returns the operations that wait in the room, and those that it doesn't know.
    fn still_wait(&self, ids: impl Iterator<Item = OperationId>) -> (BTreeSet<OperationId>, BTreeSet<OperationId>) {
        let Some(room) = &self.room else { return Default::default() };
        ids.partition(|id| self.given.get(id).is_some_and(|one| !room.log().is_news(one.header(), *id)))
    }

    fn parked(&self) -> usize {
        self.room.as_ref().map_or(0, |room| room.pending().parked)
    }

    /// Returns whether all of these operations of one author could have floated together.
    fn could_float(&self, ids: &BTreeSet<OperationId>, author: inkmesh::identity::Author) -> bool {
        let of_author = ids.iter().filter_map(|id| self.given.get(id)).filter(|one| one.author() == author);
        of_author.count() <= MAX_FLOATING_OF_AUTHOR
    }
}

/// Returns the operations that a room put into its log.
fn kept_by(output: &Output) -> Vec<OperationId> {
    match output {
        Output::Persist(operations) => operations.iter().map(|(_, operation)| operation.id()).collect(),
        _ => Vec::new(),
    }
}
