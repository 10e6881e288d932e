//! Which operations are requested from which member, while a room syncs with several members at once.
//!
//! What is missing is cut into *units*: ranges of chains that no other member is sending. A member sends up to two units
//! at a time, so that the next is on its way while one is taken in. When a member stops, the chains of its unfinished units
//! are free for others. **Invariant.** A chain is with one member at a time: nothing is fetched twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::identity::Author;
use crate::log::{Head, Log, Want};
use crate::operation::ChainId;

/// Units under way with one member at a time.
const UNITS: usize = 2;
/// Missing operations above which the last screen of chat is fetched first.
const MUCH: u64 = 512;
/// Operations of the last screen of chat.
pub const SCREEN: u32 = 160;

/// The next request to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    /// The newest operations of the room: [`super::Request::Newest`].
    Newest,
    /// Ranges of chains: [`super::Request::Fetch`].
    Unit(Vec<Want>),
    /// Nothing now: others are sending all that is missing. When a unit of another member has ended, there may be a share.
    Later,
    /// Nothing: this member has nothing that is missing.
    Nothing,
}

/// The members of one room that are pulled from, and what each is sending.
#[derive(Debug, Default)]
pub struct Fetching {
    members: BTreeMap<Author, Member>,
    /// True if so much was missing that the last screen was requested first.
    screen: bool,
    /// Operations that came in since then.
    received: u64,
}

#[derive(Debug)]
struct Member {
    heads: Vec<Head>,
    /// The units under way, in the order of the requests.
    units: Vec<Unit>,
    /// Chains of which it had less than its frontier said: they are not requested from it again.
    refused: BTreeSet<ChainId>,
    received: u64,
}

/// The chains of one request. The last screen is a unit of no chain.
#[derive(Debug, Default)]
struct Unit {
    chains: BTreeSet<ChainId>,
    /// Operations of it that the log did not have.
    news: u64,
}

impl Member {
    fn sends_screen(&self) -> bool {
        self.units.iter().any(|unit| unit.chains.is_empty())
    }
}

/// How far the sync of a room is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// The members with a unit under way.
    pub peers: Vec<Author>,
    /// Operations that have been received.
    pub received: u64,
    /// Operations that are still missing.
    pub remaining: u64,
}

impl Fetching {
    /// Adds a member with its frontier.
    pub fn joined(&mut self, member: Author, heads: Vec<Head>) {
        let (units, refused) = (Vec::new(), BTreeSet::new());
        self.members.insert(member, Member { heads, units, refused, received: 0 });
    }

    /// Returns the next request for a member, of about `unit` operations at most ([`super::pace`]).
    pub fn next(&mut self, member: Author, log: &Log, unit: u64) -> Fetch {
        let taken = self.chains_under_way();
        let busy: usize = self.members.values().map(|other| other.units.len()).sum();
        let slots = self.members.len() * UNITS - busy;
        let screen_comes = self.members.values().any(Member::sends_screen);
        let waiting = self.members.iter().filter(|(who, other)| **who != member && other.units.is_empty()).count();
        if !self.could_bring_more(member, log) {
            return Fetch::Nothing;
        }
        let Some(found) = self.members.get_mut(&member).filter(|found| found.units.len() < UNITS) else {
            return Fetch::Later;
        };
        let chain = |want: &Want| found.heads.get(want.head as usize).map(Head::chain);
        let missing = log.missing(&found.heads);
        let free =
            |want: &Want| chain(want).is_some_and(|chain| !taken.contains(&chain) && !found.refused.contains(&chain));
        let mut wants: Vec<Want> = missing.into_iter().filter(free).collect();
        if wants.is_empty() {
            return Fetch::Later;
        }
        if !self.screen && wants.iter().map(expected).sum::<u64>() > MUCH {
            self.screen = true;
            found.units.push(Unit::default());
            return Fetch::Newest;
        }
        if screen_comes {
            // Operations that may be in the last screen are not requested a second time.
            wants.iter_mut().for_each(|want| want.to = want.to.saturating_sub(u64::from(SCREEN)));
            wants.retain(|want| want.from < want.to);
            if wants.is_empty() {
                return Fetch::Later;
            }
        }
        if !found.units.is_empty() && wants.len() <= waiting {
            return Fetch::Later; // members with nothing under way come first
        }
        let chains = share(&wants, slots, unit, chain);
        wants.retain(|want| chain(want).is_some_and(|chain| chains.contains(&chain)));
        let each = (unit / wants.len() as u64).max(1);
        for want in &mut wants {
            // With samples of a fork, the stretch begins where the other side finds it: at the last of them or before.
            want.to = want.to.min(want.begins() + each);
        }
        found.units.push(Unit { chains, news: 0 });
        Fetch::Unit(wants)
    }

    /// Counts operations that came of a member's first unit; `news`: those of them that the log did not have.
    pub fn received(&mut self, member: Author, count: u64, news: u64) {
        self.received += count;
        let Some(member) = self.members.get_mut(&member) else { return };
        member.received += count;
        if let Some(unit) = member.units.first_mut() {
            unit.news += news;
        }
    }

    /// Ends a member's first unit. If the log had all of it, the member's frontier promised what the member doesn't have,
    /// and those chains are not requested from it again.
    pub fn ended(&mut self, member: Author) {
        let Some(member) = self.members.get_mut(&member) else { return };
        if !member.units.is_empty() {
            let unit = member.units.remove(0);
            member.refused.extend(unit.chains.into_iter().filter(|_| unit.news == 0));
        }
    }

    /// Returns whether a member has something that is still missing, which others may be sending.
    #[must_use]
    pub fn could_bring_more(&self, member: Author, log: &Log) -> bool {
        let Some(found) = self.members.get(&member) else { return false };
        let missing = log.missing(&found.heads);
        let mut heads = missing.iter().filter_map(|want| found.heads.get(want.head as usize));
        heads.any(|head| !found.refused.contains(&head.chain()))
    }

    /// Removes a member, and returns how many operations came from it.
    pub fn left(&mut self, member: Author) -> u64 {
        let received = self.members.remove(&member).map_or(0, |member| member.received);
        if self.members.is_empty() {
            *self = Fetching::default();
        }
        received
    }

    /// Returns whether much was missing at the beginning.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.screen
    }

    fn chains_under_way(&self) -> BTreeSet<ChainId> {
        let units = self.members.values().flat_map(|member| &member.units);
        units.flat_map(|unit| unit.chains.iter().copied()).collect()
    }

    /// Returns how far the sync of the room is.
    #[must_use]
    pub fn progress(&self, log: &Log) -> Progress {
        let mut missing: BTreeMap<ChainId, u64> = BTreeMap::new();
        for member in self.members.values() {
            for want in log.missing(&member.heads) {
                let Some(chain) = member.heads.get(want.head as usize).map(Head::chain) else { continue };
                if !member.refused.contains(&chain) {
                    let most = missing.entry(chain).or_default();
                    *most = (*most).max(expected(&want));
                }
            }
        }
        let peers = self.members.iter().filter(|(_, member)| !member.units.is_empty()).map(|(peer, _)| *peer);
        Progress { peers: peers.collect(), received: self.received, remaining: missing.values().sum() }
    }
}

/// Returns how many operations a want brings, if the branch follows what is held.
fn expected(want: &Want) -> u64 {
    want.to - want.begins()
}

/// Returns the chains of one unit: what is wanted, divided by the units that may still be requested, and no more chains than
/// a unit has operations. A chain is taken with all its branches: when nothing in a unit is new, its chains are not requested
/// again, and a branch that was left out could hold something new.
fn share(wants: &[Want], slots: usize, unit: u64, chain: impl Fn(&Want) -> Option<ChainId>) -> BTreeSet<ChainId> {
    let share = wants.len().div_ceil(slots.max(1)).min(usize::try_from(unit).unwrap_or(usize::MAX)).max(1);
    wants.iter().take(share).filter_map(chain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::identity::Identity;
    use crate::log::ShortId;
    use crate::name::RoomName;
    use crate::operation::{Header, Operation, OperationId};
    use crate::payload::{Chat, Payload};
    use crate::sync::pace::MOST;

    fn member(n: u8) -> Author {
        Author([n; 32])
    }

    fn log() -> Log {
        Log::new(RoomName::lobby().id())
    }

    /// Heads of so many chains of so many operations each.
    fn heads(chains: u8, next: u64) -> Vec<Head> {
        let id = ShortId([1; 12]);
        (0..chains).map(|n| Head { author: Author([n; 32]), log: 7, next, id }).collect()
    }

    fn chains_of(fetch: &Fetch, heads: &[Head]) -> BTreeSet<ChainId> {
        let Fetch::Unit(wants) = fetch else { panic!("{fetch:?}") };
        wants.iter().map(|want| heads[want.head as usize].chain()).collect()
    }

    #[test]
    fn several_members_bring_different_chains() {
        let (log, heads) = (log(), heads(40, 10));
        let mut fetching = Fetching::default();
        fetching.joined(member(1), heads.clone());
        fetching.joined(member(2), heads.clone());
        let mut all = BTreeSet::new();
        for who in [1, 2, 1, 2] {
            let chains = chains_of(&fetching.next(member(who), &log, MOST), &heads);
            assert!(chains.len() >= 9, "a fair share: {}", chains.len());
            chains.into_iter().for_each(|chain| assert!(all.insert(chain), "fetched twice"));
        }
        assert_eq!(all.len(), 40);
        assert_eq!(fetching.next(member(1), &log, MOST), Fetch::Later);
        assert_eq!(fetching.progress(&log).remaining, 400);
    }

    #[test]
    fn who_brings_nothing_yet_comes_first_when_little_is_free() {
        let (log, heads) = (log(), heads(2, 10));
        let mut fetching = Fetching::default();
        fetching.joined(member(1), heads.clone());
        fetching.next(member(1), &log, MOST);
        fetching.joined(member(2), heads);
        assert_eq!(fetching.next(member(1), &log, MOST), Fetch::Later);
        assert!(matches!(fetching.next(member(2), &log, MOST), Fetch::Unit(_)));
    }

    #[test]
    fn what_a_member_leaves_behind_others_bring() {
        let (log, heads) = (log(), heads(2, 10));
        let mut fetching = Fetching::default();
        fetching.joined(member(1), heads.clone());
        let first = fetching.next(member(1), &log, MOST);
        let second = fetching.next(member(1), &log, MOST);
        assert_ne!(first, second);
        fetching.joined(member(2), heads);
        assert_eq!(fetching.next(member(2), &log, MOST), Fetch::Later);
        fetching.left(member(1));
        assert_eq!(fetching.next(member(2), &log, MOST), first);
        assert_eq!(fetching.next(member(2), &log, MOST), second);
    }

    #[test]
    fn a_member_that_promises_what_it_does_not_have_is_not_asked_for_ever() {
        let (log, heads) = (log(), heads(1, 1 << 31));
        let mut fetching = Fetching::default();
        fetching.joined(member(1), heads);
        assert_eq!(fetching.next(member(1), &log, MOST), Fetch::Newest);
        assert!(fetching.is_long());
        let unit = fetching.next(member(1), &log, MOST);
        let Fetch::Unit(wants) = &unit else { panic!("{unit:?}") };
        assert!(wants[0].count() <= MOST);
        fetching.ended(member(1)); // the screen
        fetching.received(member(1), 5, 0);
        fetching.ended(member(1));
        assert_eq!(fetching.next(member(1), &log, MOST), Fetch::Nothing);
        assert!(!fetching.could_bring_more(member(1), &log));
        assert_eq!(fetching.progress(&log), Progress { peers: Vec::new(), received: 5, remaining: 0 });
        assert_eq!(fetching.left(member(1)), 5);
        assert!(!fetching.is_long());
    }

    #[test]
    fn what_the_last_screen_may_hold_is_not_asked_for_twice() {
        let (log, heads) = (log(), heads(2, MUCH));
        let mut fetching = Fetching::default();
        fetching.joined(member(1), heads.clone());
        assert_eq!(fetching.next(member(1), &log, MOST), Fetch::Newest);
        fetching.joined(member(2), heads);
        let Fetch::Unit(wants) = fetching.next(member(2), &log, MOST) else { panic!() };
        assert_eq!(wants[0].to, MUCH - u64::from(SCREEN));
    }

    #[test]
    fn all_branches_of_a_chain_are_asked_for_at_once() {
        let identity = Identity::from_secret([1; 32]);
        let chain = ChainId { author: identity.author(), log: 7 };
        let mut log = log();
        log.ingest(operation(&identity, chain), 10);
        let branch = |n| Head { author: chain.author, log: 7, next: 1, id: ShortId([n; 12]) };
        let other = Head { author: Author([9; 32]), log: 7, next: 1, id: ShortId([1; 12]) };
        let mut fetching = Fetching::default();
        fetching.joined(member(2), vec![branch(1), branch(2), branch(3), other]);
        let Fetch::Unit(wants) = fetching.next(member(2), &log, MOST) else { panic!() };
        assert_eq!(wants.iter().map(|want| want.head).collect::<Vec<_>>(), [0, 1, 2]);
        // Nothing of it is news: it isn't asked for again, and nothing of it was left out.
        fetching.ended(member(2));
        let Fetch::Unit(wants) = fetching.next(member(2), &log, MOST) else { panic!() };
        assert_eq!(wants.iter().map(|want| want.head).collect::<Vec<_>>(), [3]);
    }

    fn operation(identity: &Identity, chain: ChainId) -> Operation {
        let (room, backlink) = (RoomName::lobby().id(), None::<OperationId>);
        let header = Header { room, chain, seq: 0, backlink, time: Timestamp::from_ms(5) };
        Operation::sign(identity, header, &Payload::Chat(Chat { text: "x".to_owned() })).unwrap()
    }

    #[test]
    fn a_unit_is_no_larger_than_it_may_be() {
        let (log, heads) = (log(), heads(40, 10));
        for (unit, chains) in [(0, 1), (8, 8), (30, 20), (1_000, 20)] {
            let mut fetching = Fetching::default();
            fetching.joined(member(1), heads.clone());
            let Fetch::Unit(wants) = fetching.next(member(1), &log, unit) else { panic!() };
            assert_eq!(wants.len(), chains);
            assert!(wants.iter().map(Want::count).sum::<u64>() <= unit.max(1));
        }
    }

    /// Where nothing more of an author can float, samples are sent for an honest chain too.
    #[test]
    fn a_chain_is_asked_for_piece_by_piece_also_with_samples() {
        let mut log = log();
        let identity = Identity::from_secret([1; 32]);
        let chain = |log| ChainId { author: identity.author(), log };
        log.ingest(operation(&identity, chain(7)), 10);
        for seq in 1..=crate::log::MAX_FLOATING_OF_AUTHOR as u64 {
            let (room, backlink, time) = (RoomName::lobby().id(), Some(OperationId([9; 32])), Timestamp::from_ms(seq));
            let header = Header { room, chain: chain(8), seq, backlink, time };
            let lost = Payload::Chat(Chat { text: "x".to_owned() });
            log.ingest(Operation::sign(&identity, header, &lost).unwrap(), 1_000);
        }
        let head = Head { author: identity.author(), log: 7, next: MUCH, id: ShortId([9; 12]) };
        let mut fetching = Fetching::default();
        fetching.joined(member(2), vec![head]);
        assert_eq!(fetching.progress(&log).remaining, MUCH - 1);
        let Fetch::Unit(wants) = fetching.next(member(2), &log, 64) else { panic!("little is missing") };
        assert!(!wants[0].known.is_empty());
        assert_eq!((wants[0].from, wants[0].to), (0, 65));
    }

    #[test]
    fn a_chain_is_asked_for_piece_by_piece() {
        let mut log = log();
        let identity = Identity::from_secret([1; 32]);
        let chain = ChainId { author: identity.author(), log: 7 };
        let head = Head { author: identity.author(), log: 7, next: MUCH, id: ShortId([9; 12]) };
        let mut fetching = Fetching::default();
        fetching.joined(member(2), vec![head]);
        let unit = fetching.next(member(2), &log, MOST);
        assert_eq!(unit, Fetch::Unit(vec![Want { head: 0, from: 0, to: MUCH, known: Vec::new() }]));
        log.ingest(operation(&identity, chain), 10);
        fetching.received(member(2), 1, 1);
        fetching.ended(member(2));
        let rest = fetching.next(member(2), &log, MOST);
        assert_eq!(rest, Fetch::Unit(vec![Want { head: 0, from: 1, to: MUCH, known: Vec::new() }]));
    }
}
