//! The state of the connection, always in words.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use iced::Color;
use inkmesh::event::Warning;
use inkmesh::identity::Author;
use inkmesh::name::RoomName;

use crate::window::text::grouped;
use crate::window::theme::Look;

/// After this time alone, there is more advice.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of the connection.
#[derive(Debug)]
pub struct Connection {
    looks_around: bool,
    alone_since: Option<Instant>,
    /// Why the disk takes no writes, if it doesn't.
    storage: Option<String>,
    /// Why nobody can be looked for, if so.
    discovery: Option<String>,
    syncing: BTreeMap<(RoomName, Author), Syncing>,
    /// Whether something was said while nobody was there to get it.
    saved_alone: bool,
}

#[derive(Debug)]
struct Syncing {
    remaining: u64,
    most: u64,
}

/// The state of the connection, for one line.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// The disk takes no writes.
    Storage(String),
    /// History is coming in: how many entries are missing, from whom, and the share that is there.
    CatchingUp(u64, String, f32),
    /// What was said waits for somebody.
    Saved,
    /// Alone, for a short time.
    Looking,
    /// Alone, for longer.
    Nobody,
    /// Alone, and nobody can be looked for: why.
    Blind(String),
    /// Alone, and nobody is looked for.
    NotLooking,
    /// So many others are here.
    Connected(usize),
    /// Nobody is in this room; so many are in others.
    Elsewhere(usize),
}

impl Connection {
    /// Nobody is there yet. `looks_around`: whether people are looked for on this network.
    pub fn new(looks_around: bool, now: Instant) -> Self {
        Connection {
            looks_around,
            alone_since: Some(now),
            storage: None,
            discovery: None,
            syncing: BTreeMap::new(),
            saved_alone: false,
        }
    }

    /// So many others are connected now, in any room.
    pub fn others(&mut self, count: usize, now: Instant) {
        if count > 0 {
            self.alone_since = None;
            self.saved_alone = false;
        } else if self.alone_since.is_none() {
            self.alone_since = Some(now);
            self.syncing.clear();
        }
    }

    /// Something was saved.
    pub fn saved(&mut self) {
        self.saved_alone = self.alone_since.is_some();
    }

    /// So much is missing of a room.
    pub fn syncing(&mut self, room: RoomName, peer: Author, remaining: u64) {
        let syncing = self.syncing.entry((room, peer)).or_insert(Syncing { remaining, most: remaining });
        syncing.remaining = remaining;
        syncing.most = syncing.most.max(remaining);
    }

    /// Nothing more comes from somebody for a room.
    pub fn synced(&mut self, room: RoomName, peer: Author) {
        self.syncing.remove(&(room, peer));
    }

    /// Takes in a warning that changes the state.
    pub fn warned(&mut self, warning: &Warning) {
        match warning {
            Warning::StorageFailed { reason } => self.storage = Some(reason.clone()),
            Warning::StorageRecovered => self.storage = None,
            Warning::DiscoveryFailed { reason } => self.discovery = Some(reason.clone()),
            Warning::ListenFailed { .. }
            | Warning::DialFailed { .. }
            | Warning::Fork { .. }
            | Warning::Parked { .. }
            | Warning::Lagged { .. } => {}
        }
    }

    /// Whether the state changes by itself, with time.
    pub fn is_waiting(&self, now: Instant) -> bool {
        self.alone_since.is_some_and(|since| now.saturating_duration_since(since) < PATIENCE)
    }

    /// The state, seen from a room with so many others in it; `elsewhere` others are in other rooms only.
    pub fn status(
        &self,
        now: Instant,
        room: Option<&RoomName>,
        here: usize,
        elsewhere: usize,
        name: impl Fn(Author) -> String,
    ) -> Status {
        if let Some(reason) = &self.storage {
            return Status::Storage(reason.clone());
        }
        // The room that is looked at first, then any other.
        let missing = self.syncing.iter().filter(|(_, syncing)| syncing.remaining > 0);
        if let Some(((_, peer), syncing)) =
            missing.max_by_key(|((of, _), syncing)| (Some(of) == room, syncing.remaining))
        {
            let done = 1.0 - syncing.remaining as f32 / syncing.most as f32;
            return Status::CatchingUp(syncing.remaining, name(*peer), done);
        }
        match (here, elsewhere) {
            (0, 0) => self.alone(now),
            (0, elsewhere) => Status::Elsewhere(elsewhere),
            (here, _) => Status::Connected(here),
        }
    }

    fn alone(&self, now: Instant) -> Status {
        if self.saved_alone {
            Status::Saved
        } else if !self.looks_around {
            Status::NotLooking
        } else if let Some(reason) = &self.discovery {
            Status::Blind(reason.clone())
        } else if self.is_waiting(now) {
            Status::Looking
        } else {
            Status::Nobody
        }
    }
}

impl Status {
    /// The line.
    pub fn words(&self, look: Look) -> String {
        match self {
            Status::Storage(reason) => look.t_args("status-storage", [("reason", reason.as_str().into())]),
            Status::CatchingUp(remaining, name, _) => look
                .t_args("status-catching-up", [("count", grouped(*remaining).into()), ("name", name.as_str().into())]),
            Status::Saved => look.t("status-saved"),
            Status::Looking => look.t("status-looking"),
            Status::Nobody => look.t("status-nobody"),
            Status::Blind(reason) => look.t_args("status-blind", [("reason", reason.as_str().into())]),
            Status::NotLooking => look.t("status-not-looking"),
            Status::Connected(people) => look.t_args("status-connected", [("people", (*people).into())]),
            Status::Elsewhere(people) => look.t_args("status-elsewhere", [("people", (*people).into())]),
        }
    }

    /// The colour of its mark.
    pub fn color(&self, look: Look) -> Color {
        match self {
            Status::Storage(_) => look.tones.seal,
            Status::Connected(_) => look.tones.pine,
            Status::Elsewhere(_)
            | Status::CatchingUp(..)
            | Status::Saved
            | Status::Looking
            | Status::Nobody
            | Status::Blind(_)
            | Status::NotLooking => look.tones.amber,
        }
    }

    /// Whether connecting by address is what could help.
    pub fn offers_address(&self) -> bool {
        matches!(self, Status::Nobody | Status::Blind(_) | Status::NotLooking | Status::Saved)
    }
}
