//! The turns of a started game: rounds, drawers, and the votes that keep the game going.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::effect::Effect;
use crate::game::protocol::{SkipReason, drawing_order};
use crate::identity::Author;
use crate::limits::MIN_PLAYERS;

/// The turns of a game that is played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turns {
    seed: [u8; 32],
    rounds: u32,
    /// Most players.
    most: u32,
    round: u32,
    turn: u32,
    /// `None` once the game is over.
    drawer: Option<Author>,
    drawing: bool,
    /// The players who have yet to draw in this round.
    to_come: VecDeque<Author>,
    /// The last turn whose drawer began. Its sheet is visible until the next one begins.
    last_begun: Option<Begun>,
    /// The players of this round who were not removed, with those who left or are absent.
    players: BTreeSet<Author>,
    /// The players who join with the next round.
    newcomers: BTreeSet<Author>,
    removed: BTreeSet<Author>,
    /// Players who left on their own. Their turns are skipped with their numbers, so that a backdated leaving doesn't give
    /// later turns to others.
    left: BTreeSet<Author>,
    /// Players who are offline by the votes of more than half of the others. Their turns are skipped too.
    absent: BTreeSet<Author>,
    /// The votes that a player is offline, by that player.
    absent_votes: Votes,
    skip_votes: BTreeMap<Author, Option<SkipReason>>,
    /// The drawer of the turn before this one, if the others ended it, and the reason.
    skipped: Option<Skipped>,
    /// The votes to remove a player, by that player.
    kick_votes: Votes,
    end_votes: BTreeSet<Author>,
    /// True if more than half of the players voted to end the game.
    ended: bool,
    /// Turns that were skipped by the last step because their drawers are gone, with the drawers.
    passed: Vec<(u32, Author)>,
}

/// The voters for each player that the votes are about.
type Votes = BTreeMap<Author, BTreeSet<Author>>;

/// A drawer whose turn the others ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Skipped {
    pub(crate) drawer: Author,
    pub(crate) why: SkippedBy,
}

/// The reason why the others ended a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SkippedBy {
    /// People voted.
    People,
    /// Programs voted, because the drawer's program did nothing in time or the drawer drew nothing.
    Silence,
    /// The drawer is absent, or left.
    Gone,
}

/// A turn whose drawer began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) round: u32,
    pub(crate) turn: u32,
    pub(crate) drawer: Author,
}

impl Turns {
    pub(crate) fn new(
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
            left: BTreeSet::new(),
            absent: BTreeSet::new(),
            absent_votes: Votes::new(),
            skip_votes: BTreeMap::new(),
            skipped: None,
            kick_votes: Votes::new(),
            end_votes: BTreeSet::new(),
            ended: false,
            passed: Vec::new(),
        }
    }

    /// Returns the seed of the game.
    pub(crate) fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// Returns the round, counted from 0.
    pub(crate) fn round(&self) -> u32 {
        self.round
    }

    /// Returns the turn, counted from 0 over the whole game.
    pub(crate) fn turn(&self) -> u32 {
        self.turn
    }

    /// Returns the drawer; `None` when the game is over.
    pub(crate) fn drawer(&self) -> Option<Author> {
        self.drawer
    }

    /// Returns whether the drawer has begun.
    pub(crate) fn is_drawing(&self) -> bool {
        self.drawing
    }

    /// Returns the turn whose sheet is visible.
    pub(crate) fn visible_turn(&self) -> u32 {
        self.last_begun.map_or(0, |begun| begun.turn)
    }

    /// Returns the turn before this one, if its drawing is shown until this one begins.
    pub(crate) fn to_reveal(&self) -> Option<Begun> {
        self.last_begun.filter(|begun| begun.turn + 1 == self.turn)
    }

    pub(crate) fn players(&self) -> &BTreeSet<Author> {
        &self.players
    }

    pub(crate) fn newcomers(&self) -> &BTreeSet<Author> {
        &self.newcomers
    }

    /// Returns whether a player left or is absent.
    pub(crate) fn is_gone(&self, player: Author) -> bool {
        self.left.contains(&player) || self.absent.contains(&player)
    }

    /// Returns the players and newcomers who left on their own.
    pub(crate) fn left(&self) -> &BTreeSet<Author> {
        &self.left
    }

    pub(crate) fn has_left(&self, player: Author) -> bool {
        self.left.contains(&player)
    }

    /// Returns the players who are not gone, whose votes count.
    pub(crate) fn present(&self) -> impl Iterator<Item = Author> {
        self.players.iter().copied().filter(|player| !self.is_gone(*player))
    }

    /// Returns whether a player is not gone.
    pub(crate) fn is_present(&self, player: Author) -> bool {
        self.players.contains(&player) && !self.is_gone(player)
    }

    /// Returns whether anybody voted that this player is offline since the player's last `Here`.
    pub(crate) fn is_said_absent(&self, player: Author) -> bool {
        self.absent.contains(&player) || self.absent_votes.contains_key(&player)
    }

    pub(crate) fn has_voted_absent(&self, voter: Author, player: Author) -> bool {
        self.absent_votes.get(&player).is_some_and(|votes| votes.contains(&voter))
    }

    pub(crate) fn has_voted_to_end(&self, player: Author) -> bool {
        self.end_votes.contains(&player)
    }

    /// Returns whether more than half of the players voted to end the game.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended
    }

    /// Removes and returns the turns that the last step skipped because their drawers are gone.
    pub(crate) fn take_passed(&mut self) -> Vec<(u32, Author)> {
        std::mem::take(&mut self.passed)
    }

    pub(crate) fn has_voted_to_skip(&self, player: Author) -> bool {
        self.skip_votes.contains_key(&player)
    }

    pub(crate) fn has_voted_to_kick(&self, voter: Author, player: Author) -> bool {
        self.kick_votes.get(&player).is_some_and(|votes| votes.contains(&voter))
    }

    /// Returns whether a person could join now. Players who left keep their seats.
    pub(crate) fn admits(&self, player: Author) -> bool {
        let seat = match self.players.contains(&player) {
            true => self.left.contains(&player),
            false => self.players.len() + self.newcomers.len() < self.most as usize,
        };
        seat && !self.newcomers.contains(&player) && !self.removed.contains(&player)
    }

    /// Returns whether another round follows this one, with which newcomers join.
    pub(crate) fn has_next_round(&self) -> bool {
        self.round + 1 < self.rounds
    }

    /// Returns whether the others removed a player.
    pub(crate) fn has_removed(&self, player: Author) -> bool {
        self.removed.contains(&player)
    }

    /// Returns the drawer of the last turn, if the others ended it.
    pub(crate) fn skipped(&self) -> Option<Skipped> {
        self.skipped
    }

    /// Lets a person join with the next round.
    pub(crate) fn join(&mut self, player: Author) -> bool {
        self.admits(player) && self.newcomers.insert(player)
    }

    /// Lets the drawer begin.
    pub(crate) fn begin(&mut self, author: Author, turn: u32) -> bool {
        if self.drawing || !self.is_turn_of(author, turn) {
            return false;
        }
        self.drawing = true;
        self.last_begun = Some(Begun { round: self.round, turn, drawer: author });
        true
    }

    /// Lets the drawer end the turn, begun or not.
    pub(crate) fn end(&mut self, author: Author, turn: u32) -> bool {
        if !self.is_turn_of(author, turn) {
            return false;
        }
        self.end_turn();
        true
    }

    /// Votes to skip the drawer.
    pub(crate) fn vote_to_skip(&mut self, voter: Author, turn: u32, reason: Option<SkipReason>) -> Effect {
        if turn != self.turn || self.drawer == Some(voter) || !self.is_present(voter) {
            return Effect::None;
        }
        if self.skip_votes.contains_key(&voter) {
            return Effect::None;
        }
        self.skip_votes.insert(voter, reason);
        self.settle()
    }

    /// Votes to remove another player or a newcomer.
    pub(crate) fn vote_to_kick(&mut self, voter: Author, player: Author) -> Effect {
        let is_here = self.players.contains(&player) || self.newcomers.contains(&player);
        if !is_here || player == voter || !self.is_present(voter) {
            return Effect::None;
        }
        if !self.kick_votes.entry(player).or_default().insert(voter) {
            return Effect::None;
        }
        self.settle()
    }

    /// Votes that another player is offline.
    pub(crate) fn vote_absent(&mut self, voter: Author, player: Author) -> Effect {
        if player == voter || !self.is_present(voter) || !self.is_present(player) {
            return Effect::None;
        }
        if !self.absent_votes.entry(player).or_default().insert(voter) {
            return Effect::None;
        }
        self.settle()
    }

    /// Notes that a player is not absent.
    pub(crate) fn is_here(&mut self, player: Author) -> Effect {
        if !self.is_said_absent(player) {
            return Effect::None;
        }
        self.absent.remove(&player);
        self.absent_votes.remove(&player);
        self.settle()
    }

    /// Lets a player or newcomer leave.
    pub(crate) fn leave(&mut self, player: Author) -> Effect {
        if self.newcomers.remove(&player) {
            self.left.insert(player);
            return Effect::Decided(player);
        }
        if !self.players.contains(&player) || !self.left.insert(player) {
            return Effect::None;
        }
        self.absent.remove(&player);
        self.forget_votes(player);
        self.pass_over(player);
        self.settle();
        Effect::Decided(player)
    }

    /// Votes to end the game.
    pub(crate) fn vote_to_end(&mut self, voter: Author) -> Effect {
        if !self.is_present(voter) || !self.end_votes.insert(voter) {
            return Effect::None;
        }
        let decided = self.settle();
        if self.ended { Effect::Decided(voter) } else { decided }
    }

    fn is_turn_of(&self, author: Author, turn: u32) -> bool {
        turn == self.turn && self.drawer == Some(author)
    }

    /// Carries out all votes with a majority of the players who are present. Each decision changes who is present, so all
    /// votes are counted again after it. Returns the effect.
    fn settle(&mut self) -> Effect {
        let mut decided = Effect::Counted;
        loop {
            if let Some(player) = self.outvoted(&self.kick_votes) {
                self.remove(player);
                decided = Effect::Decided(player);
            } else if let Some(player) = self.outvoted(&self.absent_votes) {
                self.absent.insert(player);
                self.forget_votes(player);
                self.pass_over(player);
                decided = Effect::Decided(player);
            } else {
                break;
            }
        }
        if let Some(drawer) = self.drawer.filter(|drawer| self.is_majority(self.skip_votes.keys(), *drawer)) {
            let by_people = self.skip_votes.values().all(Option::is_none);
            self.skip(drawer, if by_people { SkippedBy::People } else { SkippedBy::Silence });
            decided = Effect::Decided(drawer);
        }
        if self.end_votes.len() * 2 > self.present().count() {
            self.ended = true;
            self.drawer = None;
        }
        if self.has_too_few() {
            self.drawer = None;
        }
        decided
    }

    /// Returns whether fewer than two players are present.
    pub(crate) fn has_too_few(&self) -> bool {
        self.present().count() < MIN_PLAYERS
    }

    /// Returns a player about whom more than half of the others agree.
    fn outvoted(&self, votes: &Votes) -> Option<Author> {
        votes.iter().find(|(player, votes)| self.is_majority(votes.iter(), **player)).map(|(player, _)| *player)
    }

    /// Returns whether these votes are of more than half of the present players other than `player`.
    fn is_majority<'a>(&self, votes: impl Iterator<Item = &'a Author>, player: Author) -> bool {
        let others = self.present().filter(|other| *other != player).count();
        votes.count() * 2 > others
    }

    /// Ends the turn of a player who is gone.
    fn pass_over(&mut self, player: Author) {
        if self.drawer == Some(player) {
            self.skip(player, SkippedBy::Gone);
        }
    }

    fn skip(&mut self, drawer: Author, why: SkippedBy) {
        self.end_turn();
        self.skipped = Some(Skipped { drawer, why });
    }

    fn remove(&mut self, player: Author) {
        self.players.remove(&player);
        self.newcomers.remove(&player);
        self.to_come.retain(|other| *other != player);
        self.removed.insert(player);
        self.left.remove(&player);
        self.absent.remove(&player);
        self.kick_votes.remove(&player);
        self.forget_votes(player);
        if self.drawer == Some(player) {
            self.end_turn();
        }
    }

    /// Removes the votes of a player who is gone, and the votes that the player is offline. Otherwise players who were cut off
    /// together would come back with a majority against those who went on.
    fn forget_votes(&mut self, player: Author) {
        self.skip_votes.remove(&player);
        self.end_votes.remove(&player);
        self.absent_votes.remove(&player);
        for votes in self.kick_votes.values_mut().chain(self.absent_votes.values_mut()) {
            votes.remove(&player);
        }
        self.absent_votes.retain(|_, votes| !votes.is_empty());
    }

    /// Goes on to the next drawer who is present, in the next round if need be; to none after the last. The turns of players
    /// who are gone are skipped.
    fn end_turn(&mut self) {
        self.drawing = false;
        self.skip_votes.clear();
        self.skipped = None;
        if self.has_too_few() {
            self.drawer = None;
            return;
        }
        let mut next = self.turn;
        loop {
            if self.to_come.is_empty() && self.has_next_round() {
                self.round += 1;
                self.left.retain(|player| !self.newcomers.contains(player));
                self.players.append(&mut self.newcomers);
                self.to_come = drawing_order(&self.seed, self.round, self.players.iter().copied()).into();
            }
            self.drawer = self.to_come.pop_front();
            let Some(drawer) = self.drawer else { return };
            next += 1;
            if !self.is_gone(drawer) {
                self.turn = next;
                return;
            }
            self.passed.push((next, drawer));
        }
    }
}
