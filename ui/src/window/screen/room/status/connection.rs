//! The state of the connection, in words.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use iced::Color;
use inkmesh::event::Warning;
use inkmesh::identity::Author;
use inkmesh::name::RoomName;

use crate::text::grouped;
use crate::window::theme::Look;

/// Catching up is shown only when it takes longer than this.
pub const SHOW_AFTER: Duration = Duration::from_millis(300);
/// The most names in the line. The others are counted.
const NAMES: usize = 2;
/// The time alone after which there is more advice.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of the connection.
#[derive(Debug)]
pub struct Connection {
    /// True if people are discovered on this network.
    discovers: bool,
    alone_since: Option<Instant>,
    /// The reason why the disk refuses writes, if it does.
    storage: Option<String>,
    /// The reason why discovery failed, if it did.
    discovery: Option<String>,
    syncing: BTreeMap<RoomName, (Missing, Instant)>,
    /// True if something was saved while nobody was connected.
    saved_alone: bool,
}

/// History that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The peers that send it.
    pub peers: Vec<Author>,
    /// The number of entries that have come.
    pub received: u64,
    /// The number of entries that are missing.
    pub remaining: u64,
}

/// Catching up, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct CatchingUp {
    /// The room, if it is not the open one.
    room: Option<RoomName>,
    /// The number of entries that have come.
    received: u64,
    /// The number of all entries.
    all: u64,
    /// The first names of the peers that send them.
    names: Vec<String>,
    /// The number of other peers.
    others: usize,
}

/// The state of the connection, for one line.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectionStatus {
    /// The disk refuses writes.
    Storage(String),
    /// History is coming in.
    CatchingUp(CatchingUp),
    /// What was saved waits for a connection.
    Saved,
    /// Alone, for a short time.
    Looking,
    /// Alone, for longer.
    Nobody,
    /// Alone, and discovery failed, for this reason.
    Blind(String),
    /// Alone, and discovery is off.
    NotLooking,
    /// So many others are in this room.
    Connected(usize),
    /// Nobody is in this room; so many are in others.
    Elsewhere(usize),
}

impl Connection {
    /// Creates the state without any connection. `discovers` is whether people are discovered on this network.
    pub fn new(discovers: bool, now: Instant) -> Self {
        Connection {
            discovers,
            alone_since: Some(now),
            storage: None,
            discovery: None,
            syncing: BTreeMap::new(),
            saved_alone: false,
        }
    }

    /// Sets how many others are connected, in any room.
    pub fn others(&mut self, count: usize, now: Instant) {
        if count > 0 {
            self.alone_since = None;
            self.saved_alone = false;
        } else if self.alone_since.is_none() {
            self.alone_since = Some(now);
            self.syncing.clear();
        }
    }

    /// Notes that something was saved.
    pub fn saved(&mut self) {
        self.saved_alone = self.alone_since.is_some();
    }

    /// Sets what is missing of a room. Returns whether catching up begins with this.
    pub fn syncing(&mut self, room: RoomName, missing: Missing, now: Instant) -> bool {
        if missing.remaining == 0 {
            self.syncing.remove(&room);
            return false;
        }
        let since = self.syncing.get(&room).map(|(_, since)| *since);
        self.syncing.insert(room, (missing, since.unwrap_or(now)));
        since.is_none()
    }

    /// Notes that somebody left a room.
    pub fn left(&mut self, room: &RoomName, peer: Author) {
        if let Some((missing, _)) = self.syncing.get_mut(room) {
            missing.peers.retain(|other| *other != peer);
            if missing.peers.is_empty() {
                self.syncing.remove(room);
            }
        }
    }

    /// Takes a warning that changes the state.
    pub fn warn(&mut self, warning: &Warning) {
        match warning {
            Warning::StorageFailed { reason } => self.storage = Some(reason.clone()),
            Warning::StorageRecovered => self.storage = None,
            Warning::DiscoveryFailed { reason } => self.discovery = Some(reason.clone()),
            Warning::DiscoveryRecovered => self.discovery = None,
            _ => {}
        }
    }

    /// Returns whether the state changes with time.
    pub fn is_waiting(&self, now: Instant) -> bool {
        self.alone_since.is_some_and(|since| now.saturating_duration_since(since) < PATIENCE)
    }

    /// Returns the state, for a room with `here` others in it; `elsewhere` others are in other rooms only.
    pub fn status(
        &self,
        now: Instant,
        room: Option<&RoomName>,
        here: usize,
        elsewhere: usize,
        name: impl Fn(Author) -> String,
    ) -> ConnectionStatus {
        if let Some(reason) = &self.storage {
            return ConnectionStatus::Storage(reason.clone());
        }
        if let Some(catching_up) = self.catching_up(now, room, name) {
            return ConnectionStatus::CatchingUp(catching_up);
        }
        match (here, elsewhere) {
            (0, 0) => self.alone(now),
            (0, elsewhere) => ConnectionStatus::Elsewhere(elsewhere),
            (here, _) => ConnectionStatus::Connected(here),
        }
    }

    /// Returns the state of catching up of the open room, or else of the room that misses most.
    fn catching_up(
        &self,
        now: Instant,
        here: Option<&RoomName>,
        name: impl Fn(Author) -> String,
    ) -> Option<CatchingUp> {
        let shown = self.syncing.iter().filter(|(_, (_, since))| now.saturating_duration_since(*since) >= SHOW_AFTER);
        let (room, (missing, _)) = shown.max_by_key(|(of, (missing, _))| (Some(*of) == here, missing.remaining))?;
        Some(CatchingUp {
            room: (Some(room) != here).then(|| room.clone()),
            received: missing.received,
            all: missing.received.saturating_add(missing.remaining),
            names: missing.peers.iter().take(NAMES).map(|peer| name(*peer)).collect(),
            others: missing.peers.len().saturating_sub(NAMES),
        })
    }

    fn alone(&self, now: Instant) -> ConnectionStatus {
        if self.saved_alone {
            ConnectionStatus::Saved
        } else if !self.discovers {
            ConnectionStatus::NotLooking
        } else if let Some(reason) = &self.discovery {
            ConnectionStatus::Blind(reason.clone())
        } else if self.is_waiting(now) {
            ConnectionStatus::Looking
        } else {
            ConnectionStatus::Nobody
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

    /// Returns the fraction that has come.
    pub fn done(&self) -> f32 {
        self.received as f32 / self.all.max(1) as f32
    }
}

impl ConnectionStatus {
    /// Returns the state in words.
    pub fn words(&self, look: Look) -> String {
        match self {
            ConnectionStatus::Storage(reason) => look.t_args("status-storage", [("reason", reason.as_str().into())]),
            ConnectionStatus::CatchingUp(catching_up) => catching_up.words(look),
            ConnectionStatus::Saved => look.t("status-saved"),
            ConnectionStatus::Looking => look.t("status-looking"),
            ConnectionStatus::Nobody => look.t("status-nobody"),
            ConnectionStatus::Blind(reason) => look.t_args("status-blind", [("reason", reason.as_str().into())]),
            ConnectionStatus::NotLooking => look.t("status-not-looking"),
            ConnectionStatus::Connected(people) => look.t_args("status-connected", [("people", (*people).into())]),
            ConnectionStatus::Elsewhere(people) => look.t_args("status-elsewhere", [("people", (*people).into())]),
        }
    }

    /// Returns the colour of its mark.
    pub fn color(&self, look: Look) -> Color {
        match self {
            ConnectionStatus::Storage(_) => look.colors.accent,
            ConnectionStatus::Connected(_) => look.colors.success,
            _ => look.colors.warning,
        }
    }

    /// Returns whether nobody is connected.
    pub fn is_alone(&self) -> bool {
        matches!(self, ConnectionStatus::Looking) || self.offers_address()
    }

    /// Returns whether connecting by address could help.
    pub fn offers_address(&self) -> bool {
        matches!(
            self,
            ConnectionStatus::Nobody
                | ConnectionStatus::Blind(_)
                | ConnectionStatus::NotLooking
                | ConnectionStatus::Saved
        )
    }
}
