//! The heads that a peer holds, and the operations that another lacks of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lane::{OpRef, ShortId};
use super::{Log, MAX_BRANCHES_OF_CHAIN, MAX_KNOWN_OF_TIP, MAX_KNOWN_OF_WANTS};
use crate::identity::Author;
use crate::operation::{ChainId, MAX_SEQ, OperationId};

/// The end of a branch of a chain, as one peer sends it to another. As CBOR: `[author, log, next, id]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "(Author, u64, u64, ShortId)", from = "(Author, u64, u64, ShortId)")]
pub struct Head {
    /// The chain's author.
    pub author: Author,
    /// The chain's log number.
    pub log: u64,
    /// The number of operations from the chain's beginning to the end of the branch.
    pub next: u64,
    /// The last operation.
    pub id: ShortId,
}

impl Head {
    /// Returns the chain.
    #[must_use]
    pub fn chain(&self) -> ChainId {
        ChainId { author: self.author, log: self.log }
    }
}

impl From<(Author, u64, u64, ShortId)> for Head {
    fn from((author, log, next, id): (Author, u64, u64, ShortId)) -> Self {
        Head { author, log, next, id }
    }
}

impl From<Head> for (Author, u64, u64, ShortId) {
    fn from(Head { author, log, next, id }: Head) -> Self {
        (author, log, next, id)
    }
}

/// A request for a part of a branch that another peer holds. As CBOR: `[head, from, to, known]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(u32, u64, u64, Vec<(u64, ShortId)>)", from = "(u32, u64, u64, Vec<(u64, ShortId)>)")]
pub struct Want {
    /// The index of the head in the peer's frontier.
    pub head: u32,
    /// The first sequence number wanted, unless `known` raises it.
    pub from: u64,
    /// The sequence number after the last one wanted.
    pub to: u64,
    /// Samples of the operations of the chain that are held. The part of the branch after the last of them is wanted. At
    /// most [`super::MAX_KNOWN`].
    pub known: Vec<(u64, ShortId)>,
}

impl Want {
    /// Returns the sequence number at which the answer begins, if the branch follows what is held.
    #[must_use]
    pub fn begins(&self) -> u64 {
        self.known.iter().map(|(seq, _)| seq + 1).max().unwrap_or(0).max(self.from).min(self.to.saturating_sub(1))
    }

    /// Returns the highest number of operations that the answer can have.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.to.saturating_sub(self.from)
    }
}

impl From<(u32, u64, u64, Vec<(u64, ShortId)>)> for Want {
    fn from((head, from, to, known): (u32, u64, u64, Vec<(u64, ShortId)>)) -> Self {
        Want { head, from, to, known }
    }
}

impl From<Want> for (u32, u64, u64, Vec<(u64, ShortId)>) {
    fn from(Want { head, from, to, known }: Want) -> Self {
        (head, from, to, known)
    }
}

/// A range of operations that are stored together: `from` to before `to` of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredRange {
    /// The chain's author.
    pub author: Author,
    /// The lane's number.
    pub lane: u64,
    /// The first index.
    pub from: u64,
    /// The index after the last.
    pub to: u64,
}

impl Log {
    /// Returns the ends of all branches, sorted.
    #[must_use]
    pub fn frontier(&self) -> Vec<Head> {
        let ends = self.tips().map(|(chain, next, id)| {
            let ChainId { author, log } = chain;
            Head { author, log, next, id: id.into() }
        });
        ends.collect()
    }

    /// Returns a hash of the whole log, which is equal for two peers exactly when they hold the same operations: every end
    /// commits to all operations before it. It is computed once after each change of the log.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        *self.digest.get_or_init(|| self.compute_digest())
    }

    fn compute_digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of a log");
        for (chain, next, id) in self.tips() {
            hasher.update(&chain.author.0).update(&chain.log.to_be_bytes());
            hasher.update(&next.to_be_bytes()).update(&id.0);
        }
        *hasher.finalize().as_bytes()
    }

    /// Returns the ends of all branches by chain and id: chain, number of operations, last id.
    fn tips(&self) -> impl Iterator<Item = (ChainId, u64, OperationId)> {
        self.forest.chains().iter().flat_map(|(id, chain)| {
            let mut tips = self.forest.tips(chain);
            tips.sort_unstable_by_key(|tip| self.forest.lane(tip.lane).head);
            tips.into_iter().map(|tip| (*id, tip.seq + 1, self.forest.lane(tip.lane).head))
        })
    }

    /// Returns requests for the operations that a peer with this frontier holds and we don't, in the order of their heads.
    /// Of a chain of which we hold operations, every branch that we lack is requested, because any of them may be one that
    /// we don't keep; operations that two of them share are requested twice. Of a new chain one branch is requested, the
    /// others in a later round. Of a chain with parked operations none is requested: those would only come again.
    #[must_use]
    pub fn missing(&self, theirs: &[Head]) -> Vec<Want> {
        let mut wants = Vec::new();
        let mut of_chain: BTreeMap<ChainId, usize> = BTreeMap::new();
        let mut samples = 0;
        let parked: BTreeSet<ChainId> = self.parked.keys().map(|key| key.chain).collect();
        for (index, head) in (0_u32..).zip(theirs) {
            let chain = head.chain();
            let earlier = of_chain.get(&chain).copied().unwrap_or(0);
            if samples > MAX_KNOWN_OF_WANTS || earlier >= MAX_BRANCHES_OF_CHAIN || parked.contains(&chain) {
                continue;
            }
            let Some(want) = self.want(index, head) else { continue };
            if earlier == 0 || !want.known.is_empty() {
                samples += want.known.len();
                of_chain.insert(chain, earlier + 1);
                wants.push(want);
            }
        }
        wants
    }

    fn want(&self, index: u32, head: &Head) -> Option<Want> {
        let chain = head.chain();
        // A peer may claim more than a chain can have; the sum must not overflow.
        let next = head.next.min(MAX_SEQ);
        let last = next.checked_sub(1)?;
        if self.forest.find(chain, last, head.id).is_some() || !self.forest.admits(chain) {
            return None;
        }
        let (from, known) = self.known_for(chain, next);
        let to = self.floating.run_before(chain, next, head.id);
        (from < to).then_some(Want { head: index, from, to, known })
    }

    /// Returns the first sequence number to request of a branch of `next` operations that we don't hold, and samples of
    /// the operations of its chain that we do.
    fn known_for(&self, chain: ChainId, next: u64) -> (u64, Vec<(u64, ShortId)>) {
        let Some(held) = self.forest.chain(chain) else { return (0, Vec::new()) };
        if let [lane] = held.lanes[..] {
            let ours = self.forest.lane(lane).next();
            // The rest of the branch is requested, as if it followed ours. If it doesn't, it floats, and samples find where it
            // branches off. Where it couldn't float, samples are needed at once.
            let may_follow = !self.floating.any_up_to(chain, ours) && self.floating.has_space(chain.author);
            if next > ours && may_follow {
                return (ours, Vec::new());
            }
        }
        let samples: BTreeSet<_> = self.forest.tips(held).into_iter().flat_map(|tip| self.samples(tip)).collect();
        (0, samples.into_iter().rev().collect())
    }

    /// Returns samples of the path to a tip, at distances that double.
    fn samples(&self, tip: OpRef) -> Vec<(u64, ShortId)> {
        let path = self.forest.path(tip);
        let at = |seq: u64| {
            let piece = path.partition_point(|(_, _, to)| *to <= seq);
            let (lane, _, _) = path.get(piece)?;
            Some((seq, self.forest.lane(*lane).id(seq)?))
        };
        let back = (0..MAX_KNOWN_OF_TIP as u32 - 2).map_while(|power| tip.seq.checked_sub(1 << power));
        std::iter::once(tip.seq).chain(back).chain(std::iter::once(0)).filter_map(at).collect()
    }

    /// Returns the stored ranges that answer a peer's request for a part of the branch that ends with `head`, in order.
    /// Empty when that end is no longer there.
    #[must_use]
    pub fn locate(&self, head: &Head, want: &Want) -> Vec<StoredRange> {
        let tip = head.next.checked_sub(1).and_then(|last| self.forest.find(head.chain(), last, head.id));
        let Some(tip) = tip else { return Vec::new() };
        let path = self.forest.path(tip);
        let is_ours = |seq: u64, id: ShortId| {
            let piece = path.get(path.partition_point(|(_, _, to)| *to <= seq));
            piece.is_some_and(|(lane, _, _)| self.forest.lane(*lane).id(seq) == Some(id))
        };
        let known = want.known.iter().filter(|(seq, id)| is_ours(*seq, *id)).map(|(seq, _)| seq + 1).max();
        let (from, to) = (want.from.max(known.unwrap_or(0)), want.to);
        let pieces = path.iter().map(|(lane, begin, end)| (*lane, from.max(*begin), to.min(*end)));
        pieces.filter(|(_, from, to)| from < to).map(|(lane, from, to)| self.stored(lane, from, to)).collect()
    }

    fn stored(&self, lane: u32, from: u64, to: u64) -> StoredRange {
        let lane = self.forest.lane(lane);
        StoredRange { author: lane.chain.author, lane: lane.number, from: from - lane.from, to: to - lane.from }
    }
}
