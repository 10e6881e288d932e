//! Queries of a room, for the node and for frontends.

use super::Room;
use super::pen::own_sheet;
use crate::clock::{Now, Timestamp};
use crate::command::CommandTicket;
use crate::event::{CanvasView, Entry, GameView, Person, ReadStateView, RoomState, RoomSummary};
use crate::identity::Author;
use crate::log::{Head, Line, Log, Position, StoredRange, Want};
use crate::name::RoomName;
use crate::operation::{Operation, OperationId};
use crate::payload::kind;
use crate::waiting_room::GameProgress;

/// The number of operations that a room holds in memory besides its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingCounts {
    /// Operations that wait for the operations before them.
    pub floating: usize,
    /// Operations that wait for their time.
    pub parked: usize,
    /// Operations whose lines were emitted while they floated.
    pub shown: usize,
}

impl Room {
    /// Returns the room's name.
    #[must_use]
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// Returns the log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.contents.log
    }

    /// Returns the last `limit` lines, or those before `before`, without chat lines of the muted; `None` when there is no `before`.
    #[must_use]
    pub fn page(&self, limit: usize, before: Option<OperationId>) -> Option<Vec<Line>> {
        self.contents.log.page_of(limit, before, |author, kind| kind != kind::CHAT || !self.muted.contains(&author))
    }

    /// Returns whether a line is not shown: talk of somebody whom our person has muted.
    #[must_use]
    pub fn hides(&self, line: &Entry) -> bool {
        line.body.kind() == "chat" && self.muted.contains(&line.author)
    }

    /// Returns the digests.
    #[must_use]
    pub fn state(&self) -> RoomState {
        RoomState {
            operations: self.contents.log.len() as u64,
            digest: self.contents.log.digest(),
            canvas: self.contents.fold.canvas_digest(),
        }
    }

    /// Returns the number of operations that wait in memory.
    #[must_use]
    pub fn pending(&self) -> PendingCounts {
        PendingCounts {
            floating: self.contents.log.floating(),
            parked: self.contents.log.parked(),
            shown: self.floating.len(),
        }
    }

    /// Returns whether games and sheets still have to be folded anew.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.contents.fold.is_stale()
    }

    /// Returns the time of the last operation of others in the log.
    #[must_use]
    pub fn last_of_others(&self) -> Timestamp {
        self.contents.log.last_of_others(self.chain.author())
    }

    /// Returns the stored stretches of the operations that a peer wants of the chains in `heads`, which we had sent it
    /// before; see [`crate::log::Log::locate`].
    #[must_use]
    pub fn locate(&self, heads: &[Head], wants: &[Want]) -> Vec<StoredRange> {
        let located = wants.iter().filter_map(|want| Some((heads.get(want.head as usize)?, want)));
        located.flat_map(|(head, want)| self.contents.log.locate(head, want)).collect()
    }

    /// Returns the positions of all steps of games and sheets, in the log's order.
    #[must_use]
    pub fn steps(&self) -> Vec<Position> {
        self.contents.log.positions_of(|kind| matches!(kind, kind::STROKE | kind::CANVAS | kind::GAME))
    }

    /// Returns the visible sheet.
    #[must_use]
    pub fn canvas(&self) -> CanvasView {
        let sheet = self.contents.fold.game().visible_sheet();
        CanvasView {
            sheet,
            marks: self.contents.fold.marks(sheet).collect(),
            may_draw: own_sheet(&self.contents.fold, self.chain.author()).is_ok(),
        }
    }

    /// Returns the game.
    #[must_use]
    pub fn game(&self, now: Now) -> GameView {
        self.play.view(&self.contents, now)
    }

    /// Returns how far the game has come; `None` without one that runs.
    #[must_use]
    pub fn game_progress(&self, now: Now) -> Option<GameProgress> {
        let game = self.contents.fold.game();
        let rounds = game.table().filter(|_| game.is_running(now.wall_ms))?.rules.rounds;
        let round = game.turns().map_or(0, |turns| rounds.min(turns.round() + 1));
        Some(GameProgress { round, rounds })
    }

    /// Returns the people of the room, ourselves included, those who are away too.
    #[must_use]
    pub fn people(&self, now: Now) -> Vec<Person> {
        let mut all = self.contents.people.all(now.wall_ms);
        all.iter_mut().for_each(|person| person.forked = self.contents.log.is_forked(person.peer));
        all
    }

    /// Returns the people who are in the room now, ourselves included.
    pub fn online_now(&self) -> impl Iterator<Item = Author> {
        self.contents.people.online().iter().copied()
    }

    /// Returns the room's row in the list of rooms.
    #[must_use]
    pub fn summary(&self) -> RoomSummary {
        RoomSummary {
            room: self.name.clone(),
            title: self.private.as_ref().map(|private| private.title.clone()),
            people: self.contents.people.online().len(),
            last_activity: self.contents.log.last().map_or(0, |key| key.time.ms()),
            unread: self.read.unread(),
        }
    }

    /// Returns what our person has read.
    #[must_use]
    pub fn reading(&self) -> ReadStateView {
        self.read.view(&self.contents.people)
    }

    /// Returns whether a peer that we pull from has missing operations that other peers are sending now.
    #[must_use]
    pub fn could_bring_more(&self, from: Author) -> bool {
        self.fetching.could_bring_more(from, &self.contents.log)
    }

    /// Returns the commands whose guesses are not answered yet.
    pub fn unanswered(&self) -> impl Iterator<Item = CommandTicket> {
        self.play.unanswered()
    }

    /// Returns the line that an operation of this room makes, which was read from the disk.
    #[must_use]
    pub fn entry(&self, operation: &Operation, late: bool, now: Now) -> Entry {
        let mut operation = operation.clone();
        self.open_stored([&mut operation]);
        self.line(&operation, operation.payload(), late, now)
    }
}
