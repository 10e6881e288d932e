//! The turns of a started game: rounds, drawers, and the votes that keep the game going.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::election::drawing_order;
use super::gathering::MIN_PLAYERS;
use crate::identity::Author;

/// A started game.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Turns {
    seed: [u8; 32],
    rounds: u32,
    /// Most players.
    most: u32,
    round: u32,
    turn: u32,
    /// `None` once the game is over.
    drawer: Option<Author>,
    drawing: bool,
    /// Who has yet to draw in this round.
    to_come: VecDeque<Author>,
    /// The last turn whose drawer began: its sheet is looked at until the next one begins.
    last_begun: Option<Begun>,
    /// Who takes part in this round and was not removed.
    players: BTreeSet<Author>,
    /// Who comes in with the next round.
    newcomers: BTreeSet<Author>,
    removed: BTreeSet<Author>,
    skip_votes: BTreeSet<Author>,
    /// Who was skipped in the turn before this one.
    skipped: Option<Author>,
    /// By the player to be removed.
    kick_votes: BTreeMap<Author, BTreeSet<Author>>,
}

/// A turn whose drawer began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) round: u32,
    pub(super) turn: u32,
    pub(super) drawer: Author,
}

impl Turns {
    pub(super) fn new(
        seed: [u8; 32],
        (rounds, most): (u32, u32),
        players: BTreeSet<Author>,
        newcomers: BTreeSet<Author>,
    ) -> Self {
        let mut to_come: VecDeque<Author> = drawing_order(&seed, 0, players.iter().copied()).into();
        Turns {
            seed,
            rounds,
            most,
            round: 0,
            turn: 0,
            drawer: to_come.pop_front(),
            drawing: false,
            to_come,
            last_begun: None,
            players,
            newcomers,
            removed: BTreeSet::new(),
            skip_votes: BTreeSet::new(),
            skipped: None,
            kick_votes: BTreeMap::new(),
        }
    }

    /// The seed of the game.
    pub(super) fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The round, counted from 0.
    pub(super) fn round(&self) -> u32 {
        self.round
    }

    /// The turn, counted from 0 over the whole game.
    pub(super) fn turn(&self) -> u32 {
        self.turn
    }

    /// Whose turn it is; `None` when the game is over.
    pub(super) fn drawer(&self) -> Option<Author> {
        self.drawer
    }

    /// Whether the drawer has begun.
    pub(super) fn is_drawing(&self) -> bool {
        self.drawing
    }

    /// The turn whose sheet is looked at.
    pub(super) fn visible_turn(&self) -> u32 {
        self.last_begun.map_or(0, |begun| begun.turn)
    }

    /// The turn before this one, if there is a drawing of it to look at until this one begins.
    pub(super) fn to_reveal(&self) -> Option<Begun> {
        self.last_begun.filter(|begun| begun.turn + 1 == self.turn)
    }

    pub(super) fn players(&self) -> &BTreeSet<Author> {
        &self.players
    }

    pub(super) fn newcomers(&self) -> &BTreeSet<Author> {
        &self.newcomers
    }

    pub(super) fn has_voted_to_skip(&self, player: Author) -> bool {
        self.skip_votes.contains(&player)
    }

    pub(super) fn has_voted_to_kick(&self, voter: Author, player: Author) -> bool {
        self.kick_votes.get(&player).is_some_and(|votes| votes.contains(&voter))
    }

    /// Whether somebody could come in now.
    pub(super) fn admits(&self, player: Author) -> bool {
        !self.players.contains(&player)
            && !self.newcomers.contains(&player)
            && !self.removed.contains(&player)
            && self.players.len() + self.newcomers.len() < self.most as usize
    }

    /// Whether another round follows this one: in the last, nobody comes in any more.
    pub(super) fn has_next_round(&self) -> bool {
        self.round + 1 < self.rounds
    }

    /// Whether the others removed somebody.
    pub(super) fn has_removed(&self, player: Author) -> bool {
        self.removed.contains(&player)
    }

    /// The drawer of the last turn that ended, if the others skipped them.
    pub(super) fn skipped(&self) -> Option<Author> {
        self.skipped
    }

    /// Somebody comes in with the next round.
    pub(super) fn join(&mut self, player: Author) -> bool {
        self.admits(player) && self.newcomers.insert(player)
    }

    /// The drawer begins.
    pub(super) fn begin(&mut self, author: Author, turn: u32) -> bool {
        if self.drawing || !self.is_turn_of(author, turn) {
            return false;
        }
        self.drawing = true;
        self.last_begun = Some(Begun { round: self.round, turn, drawer: author });
        true
    }

    /// The drawer ends the turn, begun or not.
    pub(super) fn end(&mut self, author: Author, turn: u32) -> bool {
        if !self.is_turn_of(author, turn) {
            return false;
        }
        self.end_turn();
        true
    }

    /// A player votes to skip the drawer.
    pub(super) fn vote_to_skip(&mut self, voter: Author, turn: u32) -> bool {
        if turn != self.turn || self.drawer == Some(voter) || !self.players.contains(&voter) {
            return false;
        }
        let counts = self.skip_votes.insert(voter);
        self.settle_votes();
        counts
    }

    /// A player votes to remove another, or somebody who waits to come in.
    pub(super) fn vote_to_kick(&mut self, voter: Author, player: Author) -> bool {
        let is_here = self.players.contains(&player) || self.newcomers.contains(&player);
        if !is_here || player == voter || !self.players.contains(&voter) {
            return false;
        }
        let counts = self.kick_votes.entry(player).or_default().insert(voter);
        self.settle_votes();
        counts
    }

    fn is_turn_of(&self, author: Author, turn: u32) -> bool {
        turn == self.turn && self.drawer == Some(author)
    }

    /// Carries out what more than half of the others want. Removing somebody takes their votes away and lowers what
    /// half is, so every vote is looked at again after it.
    fn settle_votes(&mut self) {
        while let Some(player) = self.outvoted_player() {
            self.remove(player);
        }
        if let Some(drawer) = self.drawer
            && self.is_majority(&self.skip_votes, drawer)
        {
            self.end_turn();
            self.skipped = Some(drawer);
        }
    }

    fn outvoted_player(&self) -> Option<Author> {
        self.kick_votes.iter().find(|(player, votes)| self.is_majority(votes, **player)).map(|(player, _)| *player)
    }

    /// Whether these are more than half of the players other than `player`.
    fn is_majority(&self, votes: &BTreeSet<Author>, player: Author) -> bool {
        let others = self.players.len() - usize::from(self.players.contains(&player));
        votes.len() * 2 > others
    }

    fn remove(&mut self, player: Author) {
        self.players.remove(&player);
        self.newcomers.remove(&player);
        self.to_come.retain(|other| *other != player);
        self.removed.insert(player);
        self.skip_votes.remove(&player);
        self.kick_votes.remove(&player);
        for votes in self.kick_votes.values_mut() {
            votes.remove(&player);
        }
        if self.players.len() < MIN_PLAYERS {
            self.drawer = None;
        } else if self.drawer == Some(player) {
            self.end_turn();
        }
    }

    /// On to the next drawer, of the next round if need be; to nobody after the last.
    fn end_turn(&mut self) {
        self.drawing = false;
        self.skip_votes.clear();
        self.skipped = None;
        if self.to_come.is_empty() && self.has_next_round() {
            self.round += 1;
            self.players.append(&mut self.newcomers);
            self.to_come = drawing_order(&self.seed, self.round, self.players.iter().copied()).into();
        }
        self.drawer = self.to_come.pop_front();
        if self.drawer.is_some() {
            self.turn += 1;
        }
    }
}
