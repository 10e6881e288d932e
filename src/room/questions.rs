//! What can be asked of a room.

use super::Room;
use crate::clock::Now;
use crate::event::{CanvasView, GameView, Person, RoomState, RoomSummary};
use crate::identity::Author;
use crate::log::{Head, Line, Want};
use crate::name::RoomName;
use crate::operation::{Header, OperationId};

impl Room {
    /// The room's name.
    #[must_use]
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// Whether an operation is worth verifying.
    #[must_use]
    pub fn is_news(&self, header: &Header, id: OperationId) -> bool {
        self.log.is_news(header, id)
    }

    /// The digests.
    #[must_use]
    pub fn state(&self) -> RoomState {
        RoomState { operations: self.log.len() as u64, digest: self.log.digest(), canvas: self.fold.canvas_digest() }
    }

    /// The ends of all chains.
    #[must_use]
    pub fn frontier(&self) -> Vec<Head> {
        self.log.frontier()
    }

    /// What somebody with this frontier holds and we don't.
    #[must_use]
    pub fn missing(&self, theirs: &[Head]) -> Vec<Want> {
        self.log.missing(theirs)
    }

    /// The lines before `before`, or the last ones; see [`crate::log::Log::page`].
    #[must_use]
    pub fn page(&self, limit: usize, before: Option<OperationId>) -> Option<Vec<Line>> {
        self.log.page(limit, before)
    }

    /// The visible sheet.
    #[must_use]
    pub fn canvas(&self) -> CanvasView {
        let board = self.fold.game().visible_board();
        CanvasView { board, strokes: self.fold.strokes(board).collect(), may_draw: self.my_board().is_ok() }
    }

    /// The game.
    #[must_use]
    pub fn game(&self, now: Now) -> GameView {
        let name_of = |author: &Author| self.people.name(*author);
        self.player.view(self.fold.game(), self.people.online(), name_of, now)
    }

    /// Everybody in the room, ourselves included, those who are away too.
    #[must_use]
    pub fn people(&self, now: Now) -> Vec<Person> {
        self.people.all(now.wall_ms)
    }

    /// Those who are in the room now, ourselves included.
    pub fn online_now(&self) -> impl Iterator<Item = Author> {
        self.people.online().iter().copied()
    }

    /// What the list of rooms says.
    #[must_use]
    pub fn summary(&self) -> RoomSummary {
        RoomSummary {
            room: self.name.clone(),
            people: self.people.online().len(),
            last_activity: self.log.last().map_or(0, |key| key.time.ms()),
        }
    }
}
