//! Entering and leaving rooms.

use super::{NodeActor, Source};
use crate::command::CommandError;
use crate::event::{CanvasChange, Event};
use crate::name::RoomName;
use crate::node::StartError;
use crate::node::disk::{Loaded, is_damage};
use crate::node::handle::ReplySender;
use crate::node::rooms::LEFT;

/// Rooms that may wait to be read from the disk.
const MAX_JOINING: usize = 64;

/// A room that is to be entered.
pub(in crate::node) struct Joining {
    name: RoomName,
    answer: ReplySender,
    state: JoinState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum JoinState {
    Waits,
    /// It is being read.
    Reads,
    /// It waits until damaged files were moved aside. Then it is read once more.
    WaitsForRepair,
    /// It is being read once more.
    ReadsAgain,
}

#[cfg(test)]
impl Joining {
    /// Returns whether the room is being read.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.state, JoinState::Reads | JoinState::ReadsAgain)
    }
}

impl NodeActor {
    pub(super) fn on_join(&mut self, name: RoomName, answer: ReplySender) {
        let refused = if let Err(error) = name.check_joinable() {
            CommandError::Name(error)
        } else if name.is_private() && self.disk.private_rooms().get(name.id()).is_none() {
            CommandError::NotAMember
        } else if self.rooms.is_full_for(&name) {
            CommandError::TooManyRooms
        } else if self.joining.len() >= MAX_JOINING {
            CommandError::Busy
        } else {
            self.joining.push_back(Joining { name, answer, state: JoinState::Waits });
            return self.join_next();
        };
        let _ = answer.send(Err(refused));
    }

    pub(super) fn on_leave(&mut self, name: &RoomName, answer: ReplySender) {
        // A room that an older program remembered under another form of the name is left by its printed name too.
        let old = self.rooms.old_form_of(name);
        if self.leave(name) || old.is_some_and(|old| self.leave(&old)) {
            self.remember_rooms(answer);
        } else {
            let _ = answer.send(Err(CommandError::NotInRoom(name.clone())));
        }
    }

    /// Reads the next room that is to be entered, if none is being read. One that was left waits until what was written in it
    /// before is on the disk: it would not be part of what is read, and our chains in it could not be continued.
    pub(super) fn join_next(&mut self) {
        while !self.disk.is_repairing() {
            let Some(Joining { name, state, .. }) = self.joining.front_mut() else { return };
            let refused = match state {
                JoinState::Reads | JoinState::ReadsAgain => return,
                _ if self.rooms.is_full_for(name) => Some(CommandError::TooManyRooms),
                _ if self.rooms.contains(name) => None,
                _ if !self.disk.is_clean(name) => return,
                _ => {
                    *state = if *state == JoinState::Waits { JoinState::Reads } else { JoinState::ReadsAgain };
                    return self.disk.load(name.clone(), self.clock.now());
                }
            };
            self.joined(refused);
        }
    }

    /// Ends the entering of the first room that is to be entered.
    fn joined(&mut self, refused: Option<CommandError>) {
        let Some(Joining { answer, .. }) = self.joining.pop_front() else { return };
        match refused {
            None => self.remember_rooms(answer),
            Some(error) => drop(answer.send(Err(error))),
        }
    }

    /// Enters the first room that is to be entered, if it could be read. When it was read while files were damaged, it is
    /// read once more after these were moved aside.
    pub(super) fn on_loaded(&mut self, repairs: u64, result: Result<Box<Loaded>, StartError>) {
        let Some(joining) = self.joining.front_mut() else { return };
        let again = joining.state == JoinState::ReadsAgain;
        joining.state = JoinState::WaitsForRepair;
        if self.disk.is_current(repairs) {
            let failed = result.and_then(|loaded| self.enter(*loaded)).err();
            if let Some(error) = failed.as_ref().filter(|error| is_damage(error) && !again) {
                let effects = self.disk.repair(error.to_string(), self.rooms.names(), self.clock.now());
                self.carry_out_effects(effects);
            }
            if !self.disk.is_repairing() || again {
                self.joined(failed.map(|error| CommandError::NotSaved(error.to_string())));
            }
        }
    }

    /// Enters a room that was read: its topic on the network, our name in it.
    pub(in crate::node) fn enter(&mut self, loaded: Loaded) -> Result<(), StartError> {
        self.network.subscribe(loaded.room.name())?;
        self.open(loaded, true);
        Ok(())
    }

    /// Puts a room that was read to work: announces who is there, and introduces ourselves if that was not done.
    pub(super) fn open(&mut self, loaded: Loaded, clean: bool) {
        let name = loaded.room.name().clone();
        let outputs = self.rooms.open(loaded, clean, self.now());
        self.waiting_room.changed(self.now().mono_ms);
        self.sync.opened(name.clone());
        self.carry_out(&name, outputs, Source::default());
        self.tell_blocked(std::slice::from_ref(&name));
        self.tell_muted(std::slice::from_ref(&name));
        if let Err(error) = self.introduce(&name) {
            tracing::warn!(room = %name, %error, "our name could not be told");
        }
        for peer in self.network.members(name.id()) {
            self.on_entered(&name, peer);
        }
    }

    /// Puts rooms that were read anew in place of the open ones.
    pub(super) fn reopen(&mut self, rooms: Vec<Loaded>) {
        self.disk.works_again();
        for loaded in rooms {
            let name = loaded.room.name().clone();
            if self.rooms.contains(&name) {
                self.give_up_guesses(&name);
                let clean = self.disk.is_clean(&name);
                self.open(loaded, clean);
                self.frontend.emit(Event::Canvas { room: name, change: CanvasChange::Reset });
            }
        }
    }

    /// Leaves a room; its history stays.
    fn leave(&mut self, name: &RoomName) -> bool {
        self.give_up_guesses(name);
        self.network.unsubscribe(name);
        self.sync.closed(name);
        self.proven.retain(|(room, _)| *room != name.id());
        self.waiting_room.changed(self.now().mono_ms);
        self.rooms.close(name)
    }

    /// Gives up the commands whose guesses a room was waiting for: it is going to be closed.
    fn give_up_guesses(&mut self, name: &RoomName) {
        for ticket in self.rooms.get(name).into_iter().flat_map(|room| room.unanswered()) {
            drop(self.replies.take(ticket));
        }
    }

    fn remember_rooms(&self, answer: ReplySender) {
        if let Ok(left) = self.rooms.left() {
            self.disk.remember(LEFT, left, None);
        }
        match self.rooms.remembered() {
            Ok(list) => self.disk.remember("rooms", list, Some(answer)),
            Err(error) => drop(answer.send(Err(error))),
        }
    }
}
