//! What can be asked of a room.

use super::Room;
use crate::clock::{Now, Timestamp};
use crate::event::{CanvasView, GameView, Person, RoomState, RoomSummary};
use crate::identity::Author;
use crate::log::{Head, Line, Position, StoredRange, Want};
use crate::name::RoomName;
use crate::operation::{Header, OperationId};
use crate::payload::kind;

/// What a room holds in memory besides its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Operations that wait for what they follow.
    pub floating: usize,
    /// Operations that wait for their time.
    pub parked: usize,
    /// Operations that are remembered to have been shown while they floated.
    pub shown: usize,
}

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

    /// How many operations the log holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.log.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.log.is_empty()
    }

    /// How much waits in memory.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        Waiting { floating: self.log.floating(), parked: self.log.parked(), shown: self.shown.len() }
    }

    /// The last moment at which others wrote something that we hold.
    #[must_use]
    pub fn last_of_others(&self) -> Timestamp {
        self.log.last_of_others(self.identity.author())
    }

    /// The ends of all chains.
    #[must_use]
    pub fn frontier(&self) -> Vec<Head> {
        self.log.frontier()
    }

    /// Where to find what is wanted of the chains that we told to end in `heads`; see [`crate::log::Log::locate`].
    #[must_use]
    pub fn locate(&self, heads: &[Head], wants: &[Want]) -> Vec<StoredRange> {
        let located = wants.iter().filter_map(|want| Some((heads.get(want.head as usize)?, want)));
        located.flat_map(|(head, want)| self.log.locate(head, want)).collect()
    }

    /// The lines before `before`, or the last ones; see [`crate::log::Log::page`].
    #[must_use]
    pub fn page(&self, limit: usize, before: Option<OperationId>) -> Option<Vec<Line>> {
        self.log.page(limit, before)
    }

    /// Where all games and ink of the log are kept, in its order.
    #[must_use]
    pub fn steps(&self) -> Vec<Position> {
        self.log.positions_of(|kind| matches!(kind, kind::STROKE | kind::CANVAS | kind::GAME))
    }

    /// The visible sheet.
    #[must_use]
    pub fn canvas(&self) -> CanvasView {
        let sheet = self.fold.game().visible_sheet();
        CanvasView { sheet, marks: self.fold.marks(sheet).collect(), may_draw: self.my_sheet().is_ok() }
    }

    /// The game.
    #[must_use]
    pub fn game(&self, now: Now) -> GameView {
        let name_of = |author: &Author| self.people.name(*author);
        self.driver.view(self.fold.game(), self.people.online(), name_of, now)
    }

    /// Everybody in the room, ourselves included, those who are away too.
    #[must_use]
    pub fn people(&self, now: Now) -> Vec<Person> {
        let mut all = self.people.all(now.wall_ms);
        all.iter_mut().for_each(|person| person.forked = self.log.is_forked(person.peer));
        all
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
            unread: self.kept.reading.unread(),
        }
    }
}
