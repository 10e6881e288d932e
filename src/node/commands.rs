//! What the face asks.

use inkmesh_store::StoreError;

use super::handle::{Answer, Command};
use super::rooms::Source;
use super::run::Runner;
use super::{CommandError, Spoken, StartError};
use crate::clock::Now;
use crate::event::{Entry, PenLine};
use crate::name::RoomName;
use crate::operation::OperationId;
use crate::room::{Input, Output, Room, Said, Write};

/// Most lines of one answer.
const MAX_HISTORY: usize = 1000;
/// Rooms that wait for damaged files to be put right at most.
const MAX_JOINING: usize = 64;

/// Somebody who waits for a write to be durable.
pub(super) enum Asker {
    /// To be told the operation's id.
    Id(Answer<OperationId>, OperationId),
    /// To be told what became of a line.
    Spoken(Answer<Spoken>, Spoken),
    /// To be told that it is done.
    Done(Answer<()>),
}

impl Asker {
    pub(super) fn succeed(self) {
        match self {
            Asker::Id(answer, id) => {
                let _ = answer.send(Ok(id));
            }
            Asker::Spoken(answer, spoken) => {
                let _ = answer.send(Ok(spoken));
            }
            Asker::Done(answer) => {
                let _ = answer.send(Ok(()));
            }
        }
    }

    pub(super) fn fail(self, reason: String) {
        let error = CommandError::NotSaved(reason);
        match self {
            Asker::Id(answer, _) => {
                let _ = answer.send(Err(error));
            }
            Asker::Spoken(answer, _) => {
                let _ = answer.send(Err(error));
            }
            Asker::Done(answer) => {
                let _ = answer.send(Err(error));
            }
        }
    }
}

impl Runner {
    /// `None`: the last handle of the node is gone.
    pub(super) fn on_command(&mut self, command: Option<Command>) {
        let now = self.now();
        let Some(command) = command else { return self.quit(None) };
        match command {
            Command::Join(room, answer) => self.on_join(room, answer),
            Command::Leave(room, answer) => self.on_leave(&room, answer),
            Command::Rooms(answer) => {
                let _ = answer.send(Ok(self.rooms.values().map(|member| member.room.summary()).collect()));
            }
            Command::People(room, answer) => self.ask_room(&room, answer, |room| room.people(now)),
            Command::Rename(name, answer) => self.on_rename(name, answer),
            Command::Dial(text, answer) => {
                let _ = answer.send(self.want(&text));
            }
            Command::Say(room, text, answer) => self.on_say(&room, text, answer),
            Command::History { room, limit, before, answer } => {
                let _ = answer.send(self.history(&room, limit, before));
            }
            Command::State(room, answer) => self.ask_room(&room, answer, Room::state),
            Command::Canvas(room, answer) => self.ask_room(&room, answer, Room::canvas),
            Command::Draw(room, line, answer) => self.write_id(&room, answer, |room| room.draw(&line, now)),
            Command::Fill { room, at, color, answer } => self.write_id(&room, answer, |room| room.fill(at, color, now)),
            Command::Undo(room, answer) => self.write_id(&room, answer, |room| room.undo(now)),
            Command::Redo(room, answer) => self.write_id(&room, answer, |room| room.redo(now)),
            Command::Clear(room, answer) => self.write_id(&room, answer, |room| room.clear(now)),
            Command::PenMoved { room, line, from, answer } => {
                let _ = answer.send(self.pen_moved(&room, &line, from));
            }
            Command::Start(room, rules, words, answer) => {
                self.write_id(&room, answer, |room| room.start_game(rules, &words, now));
            }
            Command::Rematch(room, answer) => self.write_id(&room, answer, |room| room.rematch(now)),
            Command::Choose(room, index, answer) => self.write_done(&room, answer, |room| room.choose(index, now)),
            Command::GetReady(room, answer) => self.write_done(&room, answer, |room| room.ready(now)),
            Command::Begin(room, answer) => self.on_begin(&room, answer),
            Command::Pass(room, answer) => self.write_done(&room, answer, |room| room.pass(now)),
            Command::Skip(room, answer) => self.write_done(&room, answer, |room| room.skip(now)),
            Command::LeaveGame(room, answer) => self.write_done(&room, answer, |room| room.leave_game(now)),
            Command::EndGame(room, answer) => self.write_done(&room, answer, |room| room.end_game(now)),
            Command::Kick(room, player, answer) => self.write_done(&room, answer, |room| room.kick(player, now)),
            Command::Game(room, answer) => self.ask_room(&room, answer, |room| room.game(now)),
            Command::MarkRead(room, upto, answer) => self.change_reading(&room, answer, |room| room.mark_read(upto)),
            Command::DismissLate(room, answer) => self.change_reading(&room, answer, |room| Ok(room.dismiss_late())),
            Command::Reading(room, answer) => self.ask_room(&room, answer, Room::reading),
            Command::Gallery(room, answer) => self.gallery(&room, answer),
            Command::Quit(answer) => self.quit(Some(answer)),
        }
    }

    fn room(&self, name: &RoomName) -> Result<&Room, CommandError> {
        self.rooms.get(name).map(|member| &member.room).ok_or_else(|| CommandError::NotInRoom(name.clone()))
    }

    fn ask_room<T>(&self, name: &RoomName, answer: Answer<T>, question: impl FnOnce(&Room) -> T) {
        let _ = answer.send(self.room(name).map(question));
    }

    /// A line is written at once; a guess is asked first, and its answer comes later.
    fn on_say(&mut self, name: &RoomName, text: String, answer: Answer<Spoken>) {
        let now = self.now();
        match self.with_room(name, |room| room.say(text, now)) {
            Ok(Said::Written(write)) => match write.last_id() {
                Some(id) => self.save_for(name, write, Asker::Spoken(answer, Spoken::Line(id))),
                None => drop(answer.send(Err(CommandError::Busy))),
            },
            Ok(Said::Asked(ticket, outputs)) => {
                self.guesses.insert((name.clone(), ticket), answer);
                self.carry_out(name, outputs, Source::default());
            }
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    /// Lets a room do something that ends in a write, unless the disk refuses.
    fn with_room<T>(
        &mut self,
        name: &RoomName,
        act: impl FnOnce(&mut Room) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        if let Some(reason) = &self.trouble {
            return Err(CommandError::NotSaved(reason.clone()));
        }
        let member = self.rooms.get_mut(name).ok_or_else(|| CommandError::NotInRoom(name.clone()))?;
        act(&mut member.room)
    }

    fn write_id(
        &mut self,
        name: &RoomName,
        answer: Answer<OperationId>,
        write: impl FnOnce(&mut Room) -> Result<Write, CommandError>,
    ) {
        let written = self.with_room(name, write);
        match written.and_then(|write| Ok((write.last_id().ok_or(CommandError::Stroke)?, write))) {
            Ok((id, write)) => self.save_for(name, write, Asker::Id(answer, id)),
            Err(error) => {
                let _ = answer.send(Err(error));
            }
        }
    }

    fn write_done(
        &mut self,
        name: &RoomName,
        answer: Answer<()>,
        write: impl FnOnce(&mut Room) -> Result<Write, CommandError>,
    ) {
        match self.with_room(name, write) {
            Ok(write) => self.save_for(name, write, Asker::Done(answer)),
            Err(error) => {
                let _ = answer.send(Err(error));
            }
        }
    }

    fn save_for(&mut self, name: &RoomName, write: Write, asker: Asker) {
        self.answers.insert((name.clone(), write.ticket), asker);
        self.save(name, write);
    }

    fn on_begin(&mut self, name: &RoomName, answer: Answer<()>) {
        let member = self.rooms.get_mut(name).ok_or_else(|| CommandError::NotInRoom(name.clone()));
        let begun = member.and_then(|member| member.room.begin());
        if begun.is_ok() {
            self.feed(name, Input::Tick);
        }
        let _ = answer.send(begun);
    }

    fn pen_moved(&mut self, name: &RoomName, line: &PenLine, from: u32) -> Result<(), CommandError> {
        let outputs = self.room(name)?.pen_moved(line, from)?;
        self.carry_out(name, outputs, Source::default());
        Ok(())
    }

    /// Answered when it is durable, with the lines that it is about: they may have come a moment ago.
    fn change_reading(
        &mut self,
        name: &RoomName,
        answer: Answer<()>,
        change: impl FnOnce(&mut Room) -> Result<Vec<Output>, CommandError>,
    ) {
        let member = self.rooms.get_mut(name).ok_or_else(|| CommandError::NotInRoom(name.clone()));
        match member.and_then(|member| change(&mut member.room)) {
            Ok(outputs) => {
                self.carry_out(name, outputs, Source::default());
                self.keep_now(Some(answer));
            }
            Err(error) => {
                let _ = answer.send(Err(error));
            }
        }
    }

    /// Enters a room. While damaged files are put right it can't be read: it is entered after that.
    fn on_join(&mut self, name: RoomName, answer: Answer<()>) {
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

    fn on_leave(&mut self, name: &RoomName, answer: Answer<()>) {
        // A room that an older program remembered under another form of the name is left by its printed name too.
        let old = self.rooms.keys().find(|known| known.is_old_form_of(name)).cloned();
        if self.exit(name) || old.is_some_and(|old| self.exit(&old)) {
            self.remember_rooms(Some(answer));
        } else {
            let _ = answer.send(Err(CommandError::NotInRoom(name.clone())));
        }
    }

    fn on_rename(&mut self, name: crate::name::PersonName, answer: Answer<()>) {
        self.name = name.clone();
        let now: Now = self.now();
        let rooms: Vec<RoomName> = self.rooms.keys().cloned().collect();
        for room in rooms {
            let renamed = self.rooms.get_mut(&room).map(|member| member.room.rename(name.clone(), now));
            if let Some(Ok(Some(write))) = renamed {
                self.save(&room, write);
            }
        }
        self.remember_name(answer);
    }

    fn history(
        &mut self,
        name: &RoomName,
        limit: usize,
        before: Option<OperationId>,
    ) -> Result<Vec<Entry>, CommandError> {
        let now = self.now();
        let lines = self.room(name)?.page(limit.min(MAX_HISTORY), before).ok_or(CommandError::UnknownEntry)?;
        let asked = lines.len();
        let operations = self.operations(name.id(), lines);
        if operations.len() < asked && self.repairing {
            return Err(CommandError::Unreadable("it is being put right".to_owned()));
        }
        let room = self.room(name)?;
        Ok(operations.iter().map(|operation| room.entry(operation, false, now)).collect())
    }
}
