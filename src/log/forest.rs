//! The chains of a room as trees: which operations follow which, which branches are kept, where the next one goes.
//!
//! A chain is a tree of operations joined by backlinks; an honest one doesn't branch. The branches of a forked chain that
//! are kept depend only on the set of its operations, not on the order of arrival. Wherever an operation, or the
//! beginning of the chain, has several children, every child but the one with the lowest id is an *opener*. The first
//! [`MAX_BRANCHES_OF_CHAIN`] - 1 openers by (sequence number, id) are kept; any other is removed with its descendants.
//!
//! The branches of an author, which are its chains and their openers, are sorted by [`Branch`]. The *rank* of a branch is its
//! index among those of its author, together with the author. Of each author the first [`Bounds::author`] are kept, and of
//! these the [`Bounds::room`] with the lowest ranks. So who has many branches loses some of them to who has few.
//!
//! An opener stays one when operations are added, and an author's branches become only more, so a removed branch never comes
//! back and need not be remembered.

use std::collections::{BTreeMap, BTreeSet};

use super::lane::{Lane, OpRef, ShortId};
use super::shares::Shares;
use super::{MAX_BRANCHES, MAX_BRANCHES_OF_AUTHOR, MAX_BRANCHES_OF_CHAIN, MAX_LANES, MAX_LANES_OF_CHAIN, Reason};
use crate::identity::Author;
use crate::operation::{ChainId, Header, OperationId, OrderKey};

/// The lanes and the branches of a chain.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain {
    /// Its lanes, the oldest first.
    pub(super) lanes: Vec<u32>,
    /// The openers that are kept, sorted.
    pub(super) openers: Vec<(u64, ShortId)>,
}

/// A branch: a chain (`None`) or one of its openers. The order is the one in which the branches of an author are kept.
type Branch = (ChainId, Option<(u64, ShortId)>);

/// The largest numbers of branches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) room: usize,
    pub(super) author: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { room: MAX_BRANCHES, author: MAX_BRANCHES_OF_AUTHOR }
    }
}

/// The lane in which an operation has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// Any: the operation is new.
    Any,
    /// The lane with this number: the operation is stored there.
    Lane(u64),
}

/// The result of adding an operation.
#[derive(Debug)]
pub(super) struct Added {
    pub(super) op: OpRef,
    /// True if its chain became forked.
    pub(super) forked: bool,
    /// The chain that was removed for it.
    pub(super) pushed_out: Option<ChainId>,
}

/// The reason why an operation was not added to the forest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The operation before it is not there.
    NoParent,
    /// The operation is stored in a lane in which it can't have been put.
    Misplaced,
    /// The operation can't be part of the log.
    Never(Reason),
}

/// All chains of a room.
#[derive(Debug, Clone, Default)]
pub(super) struct Forest {
    lanes: Vec<Lane>,
    chains: BTreeMap<ChainId, Chain>,
    /// The lane numbers that differ from the log number of their chain.
    derived: BTreeSet<(Author, u64)>,
    /// Lanes of which operations were cut off, to which the order may still refer.
    cut: BTreeSet<u32>,
    /// Unused lanes.
    free: Vec<u32>,
    /// The numbers of branches: one for each chain, and one for each opener.
    shares: Shares,
    bounds: Bounds,
}

impl Forest {
    #[cfg(test)]
    pub(super) fn with_bounds(bounds: Bounds) -> Self {
        Forest { bounds, ..Forest::default() }
    }

    pub(super) fn lane(&self, index: u32) -> &Lane {
        &self.lanes[index as usize]
    }

    pub(super) fn chains(&self) -> &BTreeMap<ChainId, Chain> {
        &self.chains
    }

    pub(super) fn chain(&self, id: ChainId) -> Option<&Chain> {
        self.chains.get(&id)
    }

    pub(super) fn chains_of(&self, author: Author) -> impl DoubleEndedIterator<Item = (&ChainId, &Chain)> {
        self.chains.range(ChainId { author, log: 0 }..=ChainId { author, log: u64::MAX })
    }

    /// Returns all lanes, those of a chain together.
    pub(super) fn lanes(&self) -> impl Iterator<Item = (u32, &Lane)> {
        self.chains.values().flat_map(|chain| &chain.lanes).map(|index| (*index, self.lane(*index)))
    }

    /// Returns the number of lanes, used and unused.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.lanes.len()
    }

    #[cfg(test)]
    pub(super) fn branches(&self) -> usize {
        self.shares.all()
    }

    /// Returns the lanes of a chain.
    fn lanes_of(&self, chain: ChainId) -> impl Iterator<Item = (u32, &Lane)> {
        self.chain(chain).into_iter().flat_map(|chain| &chain.lanes).map(|index| (*index, self.lane(*index)))
    }

    /// Finds an operation.
    pub(super) fn find(&self, chain: ChainId, seq: u64, id: ShortId) -> Option<OpRef> {
        self.lanes_of(chain).find(|(_, lane)| lane.id(seq) == Some(id)).map(|(lane, _)| OpRef { lane, seq })
    }

    /// Returns whether a referenced operation is still there. The reference must be newer than the last
    /// [`Forest::recycle`].
    pub(super) fn is_alive(&self, op: OpRef) -> bool {
        self.lane(op.lane).holds(op.seq)
    }

    /// Returns whether an operation of this chain could be added, as far as the numbers of branches decide that.
    pub(super) fn admits(&self, chain: ChainId) -> bool {
        self.chains.contains_key(&chain) || self.pushed_out_by((chain, None)) != Some((chain, None))
    }

    /// Returns the branch that has to go if there is this one more. It may be this one.
    pub(super) fn pushed_out_by(&self, branch: Branch) -> Option<Branch> {
        let (id, opener) = branch;
        let openers = self.chain(id).map_or(&[][..], |chain| &chain.openers);
        if opener.is_some() && openers.len() + 1 >= MAX_BRANCHES_OF_CHAIN {
            return Some((id, openers.last().copied().max(opener)));
        }
        let share = self.shares.of(id.author) + 1;
        let loser = if share > self.bounds.author {
            id.author
        } else if self.shares.all() >= self.bounds.room {
            self.shares.largest().max(Some((share, id.author)))?.1
        } else {
            return None;
        };
        let last = self.last_branch(loser);
        if loser == id.author { last.max(Some(branch)) } else { last }
    }

    /// Returns the last branch of an author.
    fn last_branch(&self, author: Author) -> Option<Branch> {
        let (id, chain) = self.chains_of(author).next_back()?;
        Some((*id, chain.openers.last().copied()))
    }

    /// Adds an operation, if the one before it is there. The keys of the operations that it pushes out are added to
    /// `removed`.
    pub(super) fn add(
        &mut self,
        header: &Header,
        id: OperationId,
        home: Home,
        removed: &mut Vec<OrderKey>,
    ) -> Result<Added, Refusal> {
        let parent = self.parent(header)?;
        if parent.and_then(|op| self.lane(op.lane).time(op.seq)).is_some_and(|time| header.time <= time) {
            return Err(Refusal::Never(Reason::Time));
        }
        let begun = self.begun_by(header, parent, id.into());
        let out = begun.and_then(|branch| self.pushed_out_by(branch));
        match out {
            Some(out) if out == (header.chain, None) => return Err(Refusal::Never(Reason::TooManyChains)),
            Some(out) if out == (header.chain, Some((header.seq, id.into()))) => {
                return Err(Refusal::Never(Reason::TooManyBranches));
            }
            _ => {}
        }
        let was_forked = self.is_forked(header.chain);
        let op = self.place(header, parent, id, home)?;
        if let Some((chain, Some(opener))) = begun {
            self.add_opener(chain, opener);
        }
        let pushed_out = out.and_then(|branch| self.remove_branch(branch, removed));
        Ok(Added { op, forked: !was_forked && self.is_forked(header.chain), pushed_out })
    }

    fn is_forked(&self, chain: ChainId) -> bool {
        self.chain(chain).is_some_and(|chain| !chain.openers.is_empty())
    }

    /// Returns the operation before this one; `None` at the beginning of a chain.
    pub(super) fn parent(&self, header: &Header) -> Result<Option<OpRef>, Refusal> {
        match (header.seq.checked_sub(1), header.backlink) {
            (None, _) => Ok(None),
            (Some(seq), Some(link)) => self.find(header.chain, seq, link.into()).map(Some).ok_or(Refusal::NoParent),
            // `Unverified::decode` refuses it.
            (Some(_), None) => Err(Refusal::NoParent),
        }
    }

    /// Returns the branch that there is more with this operation: its chain, or of two operations that follow one the opener,
    /// which may be the other.
    fn begun_by(&self, header: &Header, parent: Option<OpRef>, id: ShortId) -> Option<Branch> {
        let Some(chain) = self.chain(header.chain) else { return Some((header.chain, None)) };
        let lowest = self.children(chain, parent).min()?;
        Some((header.chain, Some((header.seq, lowest.max(id)))))
    }

    /// Returns the operations that follow one, or that begin the chain.
    fn children(&self, chain: &Chain, parent: Option<OpRef>) -> impl Iterator<Item = ShortId> {
        let seq = parent.map_or(0, |op| op.seq + 1);
        let next = parent.and_then(|op| self.lane(op.lane).id(seq));
        let begun = chain.lanes.iter().map(|index| self.lane(*index));
        let begun = begun.filter(move |lane| lane.from == seq && lane.parent == parent.map(|op| op.lane));
        next.into_iter().chain(begun.filter_map(|lane| lane.id(lane.from)))
    }

    /// Puts an operation after its parent if that is the end of an open lane, else into a new lane.
    fn place(&mut self, header: &Header, parent: Option<OpRef>, id: OperationId, home: Home) -> Result<OpRef, Refusal> {
        let behind = parent.filter(|op| {
            let lane = self.lane(op.lane);
            !lane.closed && lane.next() == header.seq && (home == Home::Any || home == Home::Lane(lane.number))
        });
        let lane = match behind {
            Some(op) => op.lane,
            None => self.open_lane(header, parent, id, home)?,
        };
        self.lanes[lane as usize].push(id, header.time);
        Ok(OpRef { lane, seq: header.seq })
    }

    fn open_lane(
        &mut self,
        header: &Header,
        parent: Option<OpRef>,
        id: OperationId,
        home: Home,
    ) -> Result<u32, Refusal> {
        let of_chain = self.chain(header.chain).map_or(0, |chain| chain.lanes.len());
        if of_chain >= MAX_LANES_OF_CHAIN || (self.free.is_empty() && self.lanes.len() >= MAX_LANES) {
            return Err(Refusal::Never(Reason::TooManyBranches));
        }
        let number = match home {
            Home::Any => self.free_number(header.chain, id),
            Home::Lane(number) => self.is_number_of(number, header, id).then_some(number),
        };
        let number = number.ok_or(Refusal::Misplaced)?;
        let lane = Lane::new(header.chain, number, header.seq, parent.map(|op| op.lane));
        let index = match self.free.pop() {
            Some(index) => {
                self.lanes[index as usize] = lane;
                index
            }
            None => {
                self.lanes.push(lane);
                (self.lanes.len() - 1) as u32 // below MAX_LANES
            }
        };
        self.adopt(index);
        Ok(index)
    }

    /// Adds a lane to its chain.
    fn adopt(&mut self, index: u32) {
        let Lane { chain, number, .. } = self.lanes[index as usize];
        if number != chain.log {
            self.derived.insert((chain.author, number));
        }
        let shares = &mut self.shares;
        let held = self.chains.entry(chain).or_insert_with(|| {
            shares.add(chain.author);
            Chain::default()
        });
        held.lanes.push(index);
    }

    /// Returns the number for a new lane that begins with this operation. The log number is given once, to the chain's
    /// first lane: operations may be stored under it ever after.
    fn free_number(&self, chain: ChainId, first: OperationId) -> Option<u64> {
        let own = (!self.chains.contains_key(&chain)).then_some(chain.log);
        own.into_iter().chain(derived_numbers(chain, first)).find(|number| {
            let other = *number != chain.log && self.chains.contains_key(&ChainId { log: *number, ..chain });
            !other && !self.derived.contains(&(chain.author, *number))
        })
    }

    /// Returns whether a lane that begins with this operation may have this number, and no lane has it now.
    fn is_number_of(&self, number: u64, first: &Header, id: OperationId) -> bool {
        let chain = first.chain;
        let given = (number == chain.log && first.seq == 0) || derived_numbers(chain, id).any(|other| other == number);
        let namesake = ChainId { log: number, ..chain };
        let taken = self.derived.contains(&(chain.author, number))
            || self.lanes_of(namesake).any(|(_, lane)| lane.number == number);
        given && !taken
    }

    fn add_opener(&mut self, id: ChainId, opener: (u64, ShortId)) {
        if let Some(chain) = self.chains.get_mut(&id) {
            let at = chain.openers.partition_point(|other| *other < opener);
            chain.openers.insert(at, opener);
            self.shares.add(id.author);
        }
    }

    /// Removes a branch, the last of its chain or of its author. Returns the chain if it was that.
    fn remove_branch(&mut self, (id, opener): Branch, removed: &mut Vec<OrderKey>) -> Option<ChainId> {
        let Some((seq, short)) = opener else {
            self.remove_chain(id, removed);
            return Some(id);
        };
        if let Some(chain) = self.chains.get_mut(&id) {
            chain.openers.pop();
            self.shares.remove(id.author);
        }
        if let Some(op) = self.find(id, seq, short) {
            self.cut(id, op, removed);
        }
        None
    }

    /// Removes an operation and its descendants.
    fn cut(&mut self, chain: ChainId, op: OpRef, removed: &mut Vec<OrderKey>) {
        let mut cuts = vec![op];
        while let Some(OpRef { lane, seq }) = cuts.pop() {
            let added = self.lanes_of(chain).filter(|(_, other)| other.parent == Some(lane) && other.from > seq);
            cuts.extend(added.map(|(index, other)| OpRef { lane: index, seq: other.from }));
            self.cut_lane(OpRef { lane, seq }, removed);
        }
    }

    fn cut_lane(&mut self, OpRef { lane: index, seq }: OpRef, removed: &mut Vec<OrderKey>) {
        let lane = &mut self.lanes[index as usize];
        self.cut.insert(index);
        removed.extend(lane.cut(seq));
        if lane.is_empty() {
            self.disown(index);
        }
    }

    pub(super) fn remove_chain(&mut self, id: ChainId, removed: &mut Vec<OrderKey>) {
        let Some(chain) = self.chains.get(&id).cloned() else { return };
        for index in chain.lanes {
            let from = self.lane(index).from;
            self.cut_lane(OpRef { lane: index, seq: from }, removed);
        }
        for _ in 0..=chain.openers.len() {
            self.shares.remove(id.author);
        }
        self.chains.remove(&id);
    }

    /// Removes an empty lane from its chain.
    fn disown(&mut self, index: u32) {
        let Lane { chain, number, .. } = self.lanes[index as usize];
        self.derived.remove(&(chain.author, number));
        if let Some(chain) = self.chains.get_mut(&chain) {
            chain.lanes.retain(|lane| *lane != index);
        }
    }

    /// Forgets the operations that were cut off, as the order no longer refers to them, and frees empty lanes.
    pub(super) fn recycle(&mut self) {
        for index in std::mem::take(&mut self.cut) {
            self.lanes[index as usize].forget_cut();
            if self.lanes[index as usize].is_empty() {
                self.free.push(index);
            }
        }
    }

    /// Closes a lane, because the disk holds operations after its end that aren't part of the log.
    pub(super) fn close(&mut self, chain: ChainId, number: u64) {
        let index = self.lanes_of(chain).find(|(_, lane)| lane.number == number).map(|(index, _)| index);
        if let Some(index) = index {
            self.lanes[index as usize].closed = true;
        }
    }

    /// Returns the operations of a chain that none follows.
    pub(super) fn tips(&self, chain: &Chain) -> Vec<OpRef> {
        let last = |index: u32| OpRef { lane: index, seq: self.lane(index).next() - 1 };
        if let [only] = chain.lanes[..] {
            return vec![last(only)];
        }
        let followed: BTreeSet<(u32, u64)> =
            chain.lanes.iter().filter_map(|index| Some((self.lane(*index).parent?, self.lane(*index).from))).collect();
        let ends = chain.lanes.iter().filter(|index| !followed.contains(&(**index, self.lane(**index).next())));
        ends.map(|index| last(*index)).collect()
    }

    /// Returns the path from the beginning of a chain to an operation: for each lane on it the lane's index, the first
    /// sequence number, and the one after the last.
    pub(super) fn path(&self, to: OpRef) -> Vec<(u32, u64, u64)> {
        let mut path = Vec::new();
        let (mut lane, mut end) = (Some(to.lane), to.seq + 1);
        while let Some(index) = lane {
            let Lane { from, parent, .. } = *self.lane(index);
            path.push((index, from, end));
            (lane, end) = (parent, from);
        }
        path.reverse();
        path
    }

    /// Returns the lane with this index, if there is one.
    pub(super) fn get(&self, index: u32) -> Option<&Lane> {
        self.lanes.get(index as usize)
    }

    /// Adds a lane that was read back, if its number is free. Its parent must have been added before.
    pub(super) fn adopt_read(&mut self, lane: Lane) -> Result<(), Reason> {
        let in_chain = self.lanes_of(lane.chain).any(|(_, other)| other.number == lane.number);
        if in_chain || self.derived.contains(&(lane.chain.author, lane.number)) {
            return Err(Reason::TooManyBranches);
        }
        if !self.chains.contains_key(&lane.chain) && self.pushed_out_by((lane.chain, None)).is_some() {
            return Err(Reason::TooManyChains);
        }
        self.lanes.push(lane);
        self.adopt((self.lanes.len() - 1) as u32);
        Ok(())
    }

    /// Returns whether the numbers of branches and lanes are within their bounds.
    pub(super) fn is_within_bounds(&self) -> bool {
        self.shares.all() <= self.bounds.room
            && self.shares.largest().is_none_or(|(largest, _)| largest <= self.bounds.author)
            && self.chains.values().all(|chain| chain.lanes.len() <= MAX_LANES_OF_CHAIN)
    }

    /// Computes the openers of a chain from its lanes.
    pub(super) fn openers(&self, chain: &Chain) -> Vec<(u64, ShortId)> {
        let positions: BTreeSet<(Option<u32>, u64)> =
            chain.lanes.iter().map(|index| (self.lane(*index).parent, self.lane(*index).from)).collect();
        let mut openers = Vec::new();
        for (lane, seq) in positions {
            let parent = lane.zip(seq.checked_sub(1)).map(|(lane, seq)| OpRef { lane, seq });
            let mut children: Vec<ShortId> = self.children(chain, parent).collect();
            children.sort_unstable();
            openers.extend(children.into_iter().skip(1).map(|child| (seq, child)));
        }
        openers.sort_unstable();
        openers
    }

    /// Sets the openers of a chain that was read back.
    pub(super) fn set_openers(&mut self, id: ChainId, openers: Vec<(u64, ShortId)>) {
        openers.into_iter().for_each(|opener| self.add_opener(id, opener));
    }
}

/// Returns the numbers that a lane that begins with this operation may have, besides the log number, in order of
/// preference.
fn derived_numbers(chain: ChainId, first: OperationId) -> impl Iterator<Item = u64> {
    // No author has more chains than this whose numbers could be taken.
    (0..=MAX_BRANCHES_OF_AUTHOR as u32).map(move |attempt| derived_number(chain, first, attempt))
}

fn derived_number(chain: ChainId, first: OperationId, attempt: u32) -> u64 {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 branch of a chain");
    hasher.update(&chain.log.to_be_bytes()).update(&first.0);
    if attempt > 0 {
        hasher.update(&attempt.to_be_bytes());
    }
    let mut number = [0; 8];
    hasher.finalize_xof().fill(&mut number);
    u64::from_be_bytes(number)
}
