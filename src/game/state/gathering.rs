//! The gathering before the first turn: players get ready, and commit-reveal draws the seed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::turns::Turns;
use crate::game::protocol::timing::OPENING_WAIT_MS;
use crate::game::protocol::{commitment, seed};
use crate::identity::Author;
use crate::limits::MIN_PLAYERS;
use crate::operation_id::OperationId;

/// The players who are ready, and the openings of their nonces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gathering {
    most: u32,
    seats: BTreeMap<Author, Seat>,
    /// Players who were ready and left again. They keep their seats, so that a backdated leaving doesn't invalidate a roster
    /// that names them.
    left: BTreeSet<Author>,
    roster: Option<Roster>,
}

/// The seat of a ready player.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seat {
    ready: OperationId,
    commit: [u8; 32],
}

/// The players whose nonces make the seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Roster {
    closed_ms: u64,
    members: BTreeMap<Author, Option<Opening>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Opening {
    id: OperationId,
    nonce: [u8; 32],
}

impl Gathering {
    /// Makes a gathering of at most `most` players.
    pub(crate) fn new(most: u32) -> Self {
        Gathering { most, seats: BTreeMap::new(), left: BTreeSet::new(), roster: None }
    }

    /// Returns the players who are ready.
    pub(crate) fn ready(&self) -> impl Iterator<Item = Author> {
        self.seats.keys().copied().filter(|player| !self.left.contains(player))
    }

    pub(crate) fn is_ready(&self, player: Author) -> bool {
        self.seats.contains_key(&player) && !self.left.contains(&player)
    }

    /// Returns the `Ready` operations of the players who are ready, with which the proposer closes the roster.
    pub(crate) fn ready_ids(&self) -> Vec<OperationId> {
        self.ready().filter_map(|player| Some(self.seats.get(&player)?.ready)).collect()
    }

    pub(crate) fn has_room(&self) -> bool {
        self.seats.len() < self.most as usize
    }

    /// Returns the time at which the roster was closed, in milliseconds of the log; `None` before.
    pub(crate) fn closed_ms(&self) -> Option<u64> {
        self.roster.as_ref().map(|roster| roster.closed_ms)
    }

    pub(crate) fn is_on_roster(&self, player: Author) -> bool {
        self.roster.as_ref().is_some_and(|roster| roster.members.contains_key(&player))
    }

    pub(crate) fn has_opened(&self, player: Author) -> bool {
        self.roster.as_ref().and_then(|roster| roster.members.get(&player)).is_some_and(Option::is_some)
    }

    /// Returns the openings that count so far, with which the proposer starts the game.
    pub(crate) fn opened_ids(&self) -> Vec<OperationId> {
        self.roster.iter().flat_map(Roster::opened).map(|(_, opening)| opening.id).collect()
    }

    pub(crate) fn all_opened(&self) -> bool {
        self.roster.as_ref().is_some_and(|roster| roster.members.values().all(Option::is_some))
    }

    /// Seats a player who is ready, for the first time or again after leaving; the first commitment stays. Once the roster is
    /// closed, players join with the second round.
    pub(crate) fn take_seat(&mut self, player: Author, ready: OperationId, commit: [u8; 32]) -> bool {
        if self.left.remove(&player) {
            return true;
        }
        if self.is_ready(player) || !self.has_room() {
            return false;
        }
        self.seats.insert(player, Seat { ready, commit });
        true
    }

    /// Notes that a player is no longer ready. A player on the roster leaves the game when it starts.
    pub(crate) fn leave(&mut self, player: Author) -> bool {
        self.is_ready(player) && self.left.insert(player)
    }

    /// Closes the roster with the named `Ready` operations.
    pub(crate) fn close(&mut self, ready: &[OperationId], ms: u64) -> bool {
        let named: BTreeSet<OperationId> = ready.iter().copied().collect();
        let seats = self.seats.iter().filter(|(_, seat)| named.contains(&seat.ready));
        let members: BTreeMap<Author, Option<Opening>> = seats.map(|(player, _)| (*player, None)).collect();
        if self.roster.is_some() || members.len() < named.len() || members.len() < MIN_PLAYERS {
            return false;
        }
        self.roster = Some(Roster { closed_ms: ms, members });
        true
    }

    /// Opens a player's commitment.
    pub(crate) fn open(&mut self, game: OperationId, player: Author, id: OperationId, nonce: [u8; 32]) -> bool {
        let (Some(seat), Some(roster)) = (self.seats.get(&player), &mut self.roster) else { return false };
        match roster.members.get_mut(&player) {
            Some(place @ None) if commitment(game, player, &nonce) == seat.commit => {
                *place = Some(Opening { id, nonce });
                true
            }
            _ => false,
        }
    }

    /// Starts the game. The step is void unless it names exactly the openings before it in the log, at least two, and is either
    /// complete or later than the time to wait for openings. Otherwise a proposer could choose among the seeds of many subsets
    /// by the names or the date of the start.
    pub(crate) fn start(&self, opened: &[OperationId], ms: u64, rounds: u32) -> Option<Turns> {
        let roster = self.roster.as_ref()?;
        let named: BTreeSet<OperationId> = opened.iter().copied().collect();
        let counted: BTreeSet<OperationId> = roster.opened().map(|(_, opening)| opening.id).collect();
        let in_time = self.all_opened() || ms >= roster.closed_ms.saturating_add(OPENING_WAIT_MS);
        if named != counted || counted.len() < MIN_PLAYERS || !in_time {
            return None;
        }
        let players = roster.opened().map(|(player, _)| player).collect();
        let newcomers = self.ready().filter(|player| !roster.members.contains_key(player)).collect();
        let seed = seed(roster.opened().map(|(_, opening)| opening.nonce));
        let mut turns = Turns::new(seed, (rounds, self.most), players, newcomers);
        for player in &self.left {
            turns.leave(*player);
        }
        Some(turns)
    }
}

impl Roster {
    /// Returns the openings in the order of the players' keys, which is the order of the nonces in the seed.
    fn opened(&self) -> impl Iterator<Item = (Author, &Opening)> {
        self.members.iter().filter_map(|(player, opening)| Some((*player, opening.as_ref()?)))
    }
}
