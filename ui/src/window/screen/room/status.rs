//! The state of the connection, always in words.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use iced::Color;
use inkmesh::event::Warning;
use inkmesh::identity::Author;
use inkmesh::name::RoomName;

use crate::text::grouped;
use crate::window::theme::Look;

/// Catching up that takes no longer is not told: a bar that flashes by only startles.
pub const NOT_WORTH_TELLING: Duration = Duration::from_millis(300);
/// Most names in the line; the others are counted.
const NAMES: usize = 2;
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
    syncing: BTreeMap<RoomName, (Missing, Instant)>,
    /// Whether something was said while nobody was there to get it.
    saved_alone: bool,
}

/// History that comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// From whom.
    pub peers: Vec<Author>,
    /// How much has come.
    pub received: u64,
    /// How much is still to come.
    pub remaining: u64,
}

/// History that comes in, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct CatchingUp {
    /// The room, if it is not the one that is looked at.
    room: Option<RoomName>,
    /// How much has come.
    received: u64,
    /// How much there is of it.
    all: u64,
    /// From whom, as far as there is room for names.
    names: Vec<String>,
    /// How many more they are.
    others: usize,
}

/// The state of the connection, for one line.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// The disk takes no writes.
    Storage(String),
    /// History is coming in.
    CatchingUp(CatchingUp),
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

    /// So much is missing of a room. Returns whether this is the beginning of it.
    pub fn syncing(&mut self, room: RoomName, missing: Missing, now: Instant) -> bool {
        if missing.remaining == 0 {
            self.syncing.remove(&room);
            return false;
        }
        let since = self.syncing.get(&room).map(|(_, since)| *since);
        self.syncing.insert(room, (missing, since.unwrap_or(now)));
        since.is_none()
    }

    /// Somebody left a room: nothing more comes from them.
    pub fn left(&mut self, room: &RoomName, peer: Author) {
        if let Some((missing, _)) = self.syncing.get_mut(room) {
            missing.peers.retain(|other| *other != peer);
            if missing.peers.is_empty() {
                self.syncing.remove(room);
            }
        }
    }

    /// Takes in a warning that changes the state.
    pub fn warned(&mut self, warning: &Warning) {
        match warning {
            Warning::StorageFailed { reason } => self.storage = Some(reason.clone()),
            Warning::StorageRecovered => self.storage = None,
            Warning::DiscoveryFailed { reason } => self.discovery = Some(reason.clone()),
            Warning::ListenFailed { .. }
            | Warning::DialFailed { .. }
            | Warning::RoomsLeftOut { .. }
            | Warning::Fork { .. }
            | Warning::OwnFork
            | Warning::ClockAhead { .. }
            | Warning::ClockBehind { .. }
            | Warning::ClockAgrees
            | Warning::Quarantined { .. }
            | Warning::TailLost
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
        if let Some(catching_up) = self.catching_up(now, room, name) {
            return Status::CatchingUp(catching_up);
        }
        match (here, elsewhere) {
            (0, 0) => self.alone(now),
            (0, elsewhere) => Status::Elsewhere(elsewhere),
            (here, _) => Status::Connected(here),
        }
    }

    /// The room that is looked at first, then the one that misses most.
    fn catching_up(
        &self,
        now: Instant,
        here: Option<&RoomName>,
        name: impl Fn(Author) -> String,
    ) -> Option<CatchingUp> {
        let told =
            self.syncing.iter().filter(|(_, (_, since))| now.saturating_duration_since(*since) >= NOT_WORTH_TELLING);
        let (room, (missing, _)) = told.max_by_key(|(of, (missing, _))| (Some(*of) == here, missing.remaining))?;
        Some(CatchingUp {
            room: (Some(room) != here).then(|| room.clone()),
            received: missing.received,
            all: missing.received.saturating_add(missing.remaining),
            names: missing.peers.iter().take(NAMES).map(|peer| name(*peer)).collect(),
            others: missing.peers.len().saturating_sub(NAMES),
        })
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

impl CatchingUp {
    fn words(&self, look: Look) -> String {
        let names = match &self.names[..] {
            [] => String::new(),
            [name] => name.clone(),
            [first, second, ..] if self.others == 0 => {
                look.t_args("names-two", [("first", first.as_str().into()), ("second", second.as_str().into())])
            }
            [first, second, ..] => look.t_args(
                "names-more",
                [("first", first.as_str().into()), ("second", second.as_str().into()), ("count", self.others.into())],
            ),
        };
        let (received, all) = (grouped(self.received), grouped(self.all));
        let words = look.t_args(
            "status-catching-up",
            [("received", received.into()), ("all", all.into()), ("names", names.into())],
        );
        match &self.room {
            Some(room) => format!("# {room}: {words}"),
            None => words,
        }
    }

    /// The share that has come.
    pub fn done(&self) -> f32 {
        self.received as f32 / self.all.max(1) as f32
    }
}

impl Status {
    /// The line.
    pub fn words(&self, look: Look) -> String {
        match self {
            Status::Storage(reason) => look.t_args("status-storage", [("reason", reason.as_str().into())]),
            Status::CatchingUp(catching_up) => catching_up.words(look),
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
            | Status::CatchingUp(_)
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
