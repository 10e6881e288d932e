//! Before the first turn: who is ready, and the commit-reveal that draws the seed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::turns::Turns;
use crate::game::protocol::timing::OPENING_WAIT_MS;
use crate::game::protocol::{commitment, seed};
use crate::identity::Author;
use crate::limits::MIN_PLAYERS;
use crate::operation_id::OperationId;

/// Who is ready, and what became of their nonces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gathering {
    most: u32,
    seats: BTreeMap<Author, Seat>,
    /// Who was ready and left again. Their seats stay, so that a roster that names them is none the worse: a leaving that
    /// is dated back undoes no game.
    left: BTreeSet<Author>,
    roster: Option<Roster>,
}

/// Somebody who is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seat {
    ready: OperationId,
    commit: [u8; 32],
}

/// Those whose nonces make the seed.
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
    /// Nobody is ready yet; at most so many can be.
    pub(crate) fn new(most: u32) -> Self {
        Gathering { most, seats: BTreeMap::new(), left: BTreeSet::new(), roster: None }
    }

    /// Those who are ready.
    pub(crate) fn ready(&self) -> impl Iterator<Item = Author> {
        self.seats.keys().copied().filter(|player| !self.left.contains(player))
    }

    pub(crate) fn is_ready(&self, player: Author) -> bool {
        self.seats.contains_key(&player) && !self.left.contains(&player)
    }

    /// The operations by which they are ready: what the proposer closes the roster with.
    pub(crate) fn ready_ids(&self) -> Vec<OperationId> {
        self.ready().filter_map(|player| Some(self.seats.get(&player)?.ready)).collect()
    }

    pub(crate) fn has_room(&self) -> bool {
        self.seats.len() < self.most as usize
    }

    /// When the roster was closed, in milliseconds of the log; `None` before.
    pub(crate) fn closed_ms(&self) -> Option<u64> {
        self.roster.as_ref().map(|roster| roster.closed_ms)
    }

    pub(crate) fn is_on_roster(&self, player: Author) -> bool {
        self.roster.as_ref().is_some_and(|roster| roster.members.contains_key(&player))
    }

    pub(crate) fn has_opened(&self, player: Author) -> bool {
        self.roster.as_ref().and_then(|roster| roster.members.get(&player)).is_some_and(Option::is_some)
    }

    /// The openings that count so far: what the proposer starts with.
    pub(crate) fn opened_ids(&self) -> Vec<OperationId> {
        self.roster.iter().flat_map(Roster::opened).map(|(_, opening)| opening.id).collect()
    }

    pub(crate) fn all_opened(&self) -> bool {
        self.roster.as_ref().is_some_and(|roster| roster.members.values().all(Option::is_some))
    }

    /// Somebody is ready, for the first time or again after having left; what they committed to first stays. Once the
    /// roster is closed they come in with the second round.
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

    /// Somebody is not ready any more. Who is on the roster already leaves the game when it starts.
    pub(crate) fn leave(&mut self, player: Author) -> bool {
        self.is_ready(player) && self.left.insert(player)
    }

    /// The proposer names the roster.
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

    /// A player opens what they committed to.
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

    /// The proposer starts. Void unless it names exactly the openings that stand before it, two or more; and as long
    /// as some are missing, unless the time to wait for them is over. Otherwise a proposer could choose, by what is
    /// named or by how the start is dated, among the seeds of many subsets.
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
    /// In the order of the keys, which is the order of the nonces in the seed.
    fn opened(&self) -> impl Iterator<Item = (Author, &Opening)> {
        self.members.iter().filter_map(|(player, opening)| Some((*player, opening.as_ref()?)))
    }
}
