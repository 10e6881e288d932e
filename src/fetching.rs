//! Whom to ask for what, while a room catches up with several members at once. Bookkeeping only.
//!
//! What is missing is cut into *units*: stretches of chains that nobody else is bringing. A member brings up to two
//! units at a time, so that the next is on its way while one is taken in. When a member stops, what it had not brought
//! is free for others. **Invariant.** A chain is with one member at a time: nothing is fetched twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::identity::Author;
use crate::log::{Head, Log, Want};
use crate::operation::ChainId;

/// Operations of one unit, about: some seconds of work, so that it can be shared out anew.
const UNIT: u64 = 8_192;
/// Units that a member brings at a time.
const UNITS: usize = 2;
/// The last screen of talk is fetched first if more than this is missing.
const MUCH: u64 = 512;
/// How many operations of it.
pub const SCREEN: u32 = 160;

/// What to ask a member for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    /// The newest operations of the room: [`crate::sync::Request::Newest`].
    Newest,
    /// These stretches: [`crate::sync::Request::Fetch`].
    Unit(Vec<Want>),
    /// Nothing now: others bring the rest.
    Nothing,
}

/// One room's catching up.
#[derive(Debug, Default)]
pub struct Fetching {
    members: BTreeMap<Author, Member>,
    /// Whether so much was missing that the last screen was asked for first.
    screen: bool,
    /// Operations that came in since then.
    received: u64,
}

#[derive(Debug)]
struct Member {
    heads: Vec<Head>,
    /// What it is bringing, the first asked for first.
    units: Vec<Unit>,
    /// Chains of which it promised more than it had.
    refused: BTreeSet<ChainId>,
    received: u64,
}

/// What was asked for at once. The last screen is a unit of no chain.
#[derive(Debug, Default)]
struct Unit {
    chains: BTreeSet<ChainId>,
    /// Operations of it that were news.
    news: u64,
}

/// How far catching up is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Who is bringing something.
    pub peers: Vec<Author>,
    /// Operations that have come in.
    pub received: u64,
    /// Those still to come.
    pub remaining: u64,
}

impl Fetching {
    /// A member told what it holds.
    pub fn joined(&mut self, member: Author, heads: Vec<Head>) {
        let (units, refused) = (Vec::new(), BTreeSet::new());
        self.members.insert(member, Member { heads, units, refused, received: 0 });
    }

    /// What to ask a member for now.
    pub fn next(&mut self, member: Author, log: &Log) -> Fetch {
        let taken = self.chains_under_way();
        let busy: usize = self.members.values().map(|other| other.units.len()).sum();
        let places = self.members.len() * UNITS - busy;
        let Some(asked) = self.members.get_mut(&member).filter(|asked| asked.units.len() < UNITS) else {
            return Fetch::Nothing;
        };
        let chain = |want: &Want| asked.heads.get(want.head as usize).map(Head::chain);
        let missing = log.missing(&asked.heads);
        let free = |want: &Want| chain(want).is_some_and(|chain| !taken.contains(&chain) && !asked.refused.contains(&chain));
        let mut wants: Vec<Want> = missing.into_iter().filter(free).collect();
        if wants.is_empty() {
            return Fetch::Nothing;
        }
        if !self.screen && wants.iter().map(Want::count).sum::<u64>() > MUCH {
            self.screen = true;
            asked.units.push(Unit::default());
            return Fetch::Newest;
        }
        // A share for each place that is still free, this one among them.
        wants.truncate(wants.len().div_ceil(places.max(1)));
        let each = (UNIT / wants.len() as u64).max(1);
        for want in &mut wants {
            // Where samples of a fork are sent along, the stretch begins where the other side finds it.
            if want.known.is_empty() {
                want.to = want.to.min(want.from + each);
            }
        }
        let chains = wants.iter().filter_map(chain).collect();
        asked.units.push(Unit { chains, news: 0 });
        Fetch::Unit(wants)
    }

    /// Operations of the unit that was asked for first came in, so many of them news.
    pub fn received(&mut self, member: Author, count: u64, news: u64) {
        self.received += count;
        let Some(member) = self.members.get_mut(&member) else { return };
        member.received += count;
        if let Some(unit) = member.units.first_mut() {
            unit.news += news;
        }
    }

    /// The unit that was asked for first has ended. A member of whose unit nothing was news promised what it doesn't
    /// have: it isn't asked for those chains again.
    pub fn ended(&mut self, member: Author) {
        let Some(member) = self.members.get_mut(&member) else { return };
        if !member.units.is_empty() {
            let unit = member.units.remove(0);
            member.refused.extend(unit.chains.into_iter().filter(|_| unit.news == 0));
        }
    }

    /// A member has nothing more to bring, or can't. Returns how many operations came from it.
    pub fn left(&mut self, member: Author) -> u64 {
        let received = self.members.remove(&member).map_or(0, |member| member.received);
        if self.members.is_empty() {
            *self = Fetching::default();
        }
        received
    }

    /// Whether much was missing when this began.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.screen
    }

    fn chains_under_way(&self) -> BTreeSet<ChainId> {
        let units = self.members.values().flat_map(|member| &member.units);
        units.flat_map(|unit| unit.chains.iter().copied()).collect()
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self, log: &Log) -> Progress {
        let mut missing: BTreeMap<ChainId, u64> = BTreeMap::new();
        for member in self.members.values() {
            for want in log.missing(&member.heads) {
                let Some(chain) = member.heads.get(want.head as usize).map(Head::chain) else { continue };
                if !member.refused.contains(&chain) {
                    let most = missing.entry(chain).or_default();
                    *most = (*most).max(want.count());
                }
            }
        }
        let peers = self.members.iter().filter(|(_, member)| !member.units.is_empty()).map(|(peer, _)| *peer);
        Progress { peers: peers.collect(), received: self.received, remaining: missing.values().sum() }
    }
}
