//! Carries out the commands of the frontend, and hands those in a room to the room.

use inkmesh_store::StoreError;

use super::handle::Answer;
use super::run::Runner;
use super::{CommandError, StartError};
use crate::command::{Command, CommandTicket, Reply, RoomCommand};
use crate::event::Entry;
use crate::name::{PersonName, RoomName};
use crate::operation::OperationId;
use crate::room::{Input, Room};

/// Lines of one reply: when no number is given, and at most.
const HISTORY: usize = 100;
const MAX_HISTORY: usize = 1000;
/// Rooms that wait for damaged files to be put right at most.
const MAX_JOINING: usize = 64;

impl Runner {
    pub(super) fn on_command(&mut self, command: Command, answer: Answer) {
        let reply = match command {
            Command::In(room, command) => return self.on_room_command(&room, command, answer),
            Command::Join { room } => return self.on_join(room, answer),
            Command::Leave { room } => return self.on_leave(&room, answer),
            Command::Rename { name } => return self.on_rename(&name, answer),
            Command::Drawings { room } => return self.on_drawings(&room, answer),
            Command::Quit => return self.quit(Some(answer)),
            Command::Dial { address } => self.want(&address).map(|()| Reply::Done {}),
            Command::Whoami => Ok(self.whoami()),
            Command::Rooms => Ok(Reply::Rooms(self.rooms.values().map(|member| member.room.summary()).collect())),
            Command::History { room, limit, before } => self.history(room, limit.unwrap_or(HISTORY), before),
        };
        let _ = answer.send(reply);
    }

    /// Hands a command to its room. What has to be written is refused while the disk refuses.
    fn on_room_command(&mut self, name: &RoomName, command: RoomCommand, answer: Answer) {
        let refused = match &self.trouble {
            Some(reason) if command.writes() => Err(CommandError::NotSaved(reason.clone())),
            _ => self.room(name).map(drop),
        };
        if let Err(error) = refused {
            return drop(answer.send(Err(error)));
        }
        self.commands += 1;
        let ticket = CommandTicket(self.commands);
        self.replies.insert(ticket, answer);
        self.feed(name, Input::Command { ticket, command });
    }

    /// Replies to a command that a room carried out.
    pub(super) fn reply(&mut self, ticket: CommandTicket, result: Result<Reply, CommandError>) {
        self.replies.remove(&ticket).map(|answer| answer.send(result));
    }

    /// Replies when all that was gathered is durable: a mark goes there with the lines that it is about.
    pub(super) fn reply_when_saved(&mut self, ticket: CommandTicket) {
        let answer = self.replies.remove(&ticket);
        self.keep_now(answer);
    }

    fn whoami(&self) -> Reply {
        let (peer, version) = (self.identity.author(), env!("CARGO_PKG_VERSION"));
        Reply::Whoami { peer, name: self.name.clone(), fingerprint: peer.fingerprint(), version }
    }

    fn room(&self, name: &RoomName) -> Result<&Room, CommandError> {
        self.rooms.get(name).map(|member| &member.room).ok_or_else(|| CommandError::NotInRoom(name.clone()))
    }

    /// Enters a room. While damaged files are put right it can't be read: it is entered after that.
    fn on_join(&mut self, name: RoomName, answer: Answer) {
        if self.is_full_for(&name) {
            return drop(answer.send(Err(CommandError::TooManyRooms)));
        }
        if !self.repairing
            && let Err(error) = self.enter(name.clone())
        {
            if let StartError::Store(error @ StoreError::Damaged { .. }) = &error {
                self.reading_failed(&error.clone().into());
            }
            if !self.repairing {
                return drop(answer.send(Err(CommandError::NotSaved(error.to_string()))));
            }
        }
        if !self.repairing {
            return self.remember_rooms(Some(answer));
        }
        if self.joining.len() >= MAX_JOINING {
            return drop(answer.send(Err(CommandError::Busy)));
        }
        self.joining.push((name, answer));
    }

    /// Damaged files were put right, or that failed.
    pub(super) fn join_those_that_waited(&mut self) {
        for (name, answer) in std::mem::take(&mut self.joining) {
            if self.is_full_for(&name) {
                drop(answer.send(Err(CommandError::TooManyRooms)));
                continue;
            }
            match self.enter(name) {
                Ok(()) => self.remember_rooms(Some(answer)),
                Err(error) => drop(answer.send(Err(CommandError::NotSaved(error.to_string())))),
            }
        }
    }

    fn on_leave(&mut self, name: &RoomName, answer: Answer) {
        // A room that an older program remembered under another form of the name is left by its printed name too.
        let old = self.rooms.keys().find(|known| known.is_old_form_of(name)).cloned();
        if self.exit(name) || old.is_some_and(|old| self.exit(&old)) {
            self.remember_rooms(Some(answer));
        } else {
            let _ = answer.send(Err(CommandError::NotInRoom(name.clone())));
        }
    }

    fn on_rename(&mut self, name: &PersonName, answer: Answer) {
        self.name = name.clone();
        let now = self.now();
        let rooms: Vec<RoomName> = self.rooms.keys().cloned().collect();
        for room in rooms {
            let renamed = self.rooms.get_mut(&room).map(|member| member.room.rename(name.clone(), now));
            if let Some(Ok(Some(write))) = renamed {
                self.save(&room, write);
            }
        }
        self.remember_name(answer);
    }

    fn history(&mut self, name: RoomName, limit: usize, before: Option<OperationId>) -> Result<Reply, CommandError> {
        let now = self.now();
        let lines = self.room(&name)?.page(limit.min(MAX_HISTORY), before).ok_or(CommandError::UnknownEntry)?;
        let asked = lines.len();
        let operations = self.operations(name.id(), lines);
        if operations.len() < asked && self.repairing {
            return Err(CommandError::Unreadable("it is being put right".to_owned()));
        }
        let room = self.room(&name)?;
        let entries: Vec<Entry> = operations.iter().map(|operation| room.entry(operation, false, now)).collect();
        Ok(Reply::History { room: name, entries })
    }
}
