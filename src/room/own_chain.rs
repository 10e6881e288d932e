//! Our own chains: signs operations one after another, each on the one before, whether that is durable yet or not.

use std::collections::{BTreeMap, BTreeSet};

use super::local_state;
use crate::canvas::StrokeId;
use crate::clock::{Clock, MAX_AHEAD_MS, Now, Timestamp};
use crate::command::{CommandError, CommandTicket, Reply};
use crate::identity::{Author, Identity};
use crate::log::{ChainEnd, Log, MAX_BRANCHES_OF_AUTHOR};
use crate::name::RoomId;
use crate::operation::{ChainId, Header, Operation, OperationId};
use crate::payload::Payload;
use crate::private_room::RoomKeys;
use crate::room_time::BEGINNING_MS;

/// Largest number of own operations on their way to the disk.
pub const MAX_UNSAVED: usize = 1024;

/// Names a write, so that its end can be matched to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    /// The random number that the room was made with, so that a room that is read anew doesn't use a ticket again.
    room: u64,
    number: u64,
}

/// Own operations to be stored. [`Input::Saved`](super::Input::Saved) hands them back to the room.
#[derive(Debug, Clone)]
pub struct Write {
    /// The name of this write.
    pub ticket: Ticket,
    /// One operation or more, in the order of the chain.
    pub operations: Vec<Operation>,
    /// The command that asked for it, and the reply once it is durable.
    pub reply: Option<(CommandTicket, Reply)>,
}

impl Write {
    /// Returns the id of the last operation.
    #[must_use]
    pub fn last_id(&self) -> Option<OperationId> {
        self.operations.last().map(Operation::id)
    }
}

/// The chains that we write in a room, with our key and our clock. Each write is later than everything in the log that others
/// show, and continues the chain of ours that ends last, or a new one if there is none. What is so far ahead of our clock
/// that others park it is not followed: a clock that is set far forth and back leads from one chain to another and back, not
/// to ever new ones, of which the room holds [`MAX_BRANCHES_OF_AUTHOR`].
#[derive(Debug)]
pub(super) struct OwnChain {
    identity: Identity,
    room: RoomId,
    /// The keys of a private room.
    keys: Option<RoomKeys>,
    clock: Clock,
    /// The chains that are never continued: others may know more of them than we do.
    retired: BTreeSet<u64>,
    /// Once others knew more of a chain of ours than we did, as a copy of our folder is used too, or this one was restored: the
    /// chains that were begun here since then. The copy has none of these, and only these are continued: two copies that know
    /// of each other would choose the same one of the others.
    unshared: Option<BTreeSet<u64>>,
    /// True if what is stored of the chains has changed.
    is_unstored: bool,
    /// If operations that were written before the room was read may still be on their way to the disk: the chains that were
    /// begun since, which are the only ones to be continued.
    begun: Option<BTreeSet<u64>>,
    /// The chain and the number of operations of each write on its way to the disk.
    unsaved: BTreeMap<Ticket, (u64, usize)>,
    /// The ends of these chains, with what is on its way.
    ends: BTreeMap<u64, ChainEnd>,
    tickets: u64,
    /// A random number.
    random: u64,
}

impl OwnChain {
    /// Makes the chains of a room that was not read yet. `random` is a random number.
    pub(super) fn new(identity: Identity, room: RoomId, random: u64) -> Self {
        OwnChain {
            identity,
            room,
            keys: None,
            clock: Clock::default(),
            retired: BTreeSet::new(),
            unshared: None,
            is_unstored: false,
            begun: None,
            unsaved: BTreeMap::new(),
            ends: BTreeMap::new(),
            tickets: 0,
            random,
        }
    }

    /// Seals what is written from here on, as in a private room.
    pub(super) fn seal_with(&mut self, keys: RoomKeys) {
        self.keys = Some(keys);
    }

    /// Takes note that operations of ours which the log doesn't hold are on their way to the disk: until the room is read
    /// again, no chain that the log holds is continued. What is written from here on is later than those.
    pub(super) fn set_incomplete(&mut self, now: Now) {
        self.begun = Some(BTreeSet::new());
        self.observe(Timestamp::from_ms(now.wall_ms + 1), now);
    }

    /// Returns the present time of the log: it goes on from an operation that is ahead of our clock.
    pub(super) fn log_time(&self, now: Now) -> Now {
        Now { wall_ms: self.clock.running_ms(now).min(now.wall_ms.saturating_add(MAX_AHEAD_MS)), ..now }
    }

    /// Returns our key pair.
    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns our public key.
    pub(super) fn author(&self) -> Author {
        self.identity.author()
    }

    /// Returns the room.
    pub(super) fn room(&self) -> RoomId {
        self.room
    }

    fn chain(&self, log: u64) -> ChainId {
        ChainId { author: self.author(), log }
    }

    /// Returns a number of 53 bits for a stroke that we make now. No other operation of ours has it.
    pub(super) fn stroke_number(&self) -> StrokeId {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 number of a mark");
        hasher.update(&self.author().0).update(&self.random.to_be_bytes()).update(&self.tickets.to_be_bytes());
        first_eight_bytes(&hasher) >> 11
    }

    /// Returns whether an operation has a position of a chain for which we may have signed another one that is not
    /// durable yet. It is not taken in now; when ours is on the disk, catching up brings it as a fork.
    pub(super) fn is_in_flight(&self, operation: &Operation) -> bool {
        let ChainId { author, log } = operation.header().chain;
        author == self.author() && self.ends.contains_key(&log)
    }

    /// Takes note of the time of an operation that is shown, in the log or not: what we write next is later.
    pub(super) fn observe(&mut self, time: Timestamp, now: Now) {
        if !time.is_future(now.wall_ms) {
            self.clock.follow(time, now);
        }
    }

    /// Returns the chains that are never continued.
    pub(super) fn retired(&self) -> &BTreeSet<u64> {
        &self.retired
    }

    /// Takes back what was stored of our chains.
    pub(super) fn recall(&mut self, retired: BTreeSet<u64>, unshared: Option<BTreeSet<u64>>) {
        self.retire(retired);
        self.unshared = unshared;
    }

    /// Returns the chains that were begun since others knew more than we did.
    pub(super) fn unshared(&self) -> Option<&BTreeSet<u64>> {
        self.unshared.as_ref()
    }

    /// Returns whether what is stored of the chains has changed since the last call.
    pub(super) fn take_unstored(&mut self) -> bool {
        std::mem::take(&mut self.is_unstored)
    }

    /// Takes note that others know more of these chains of ours than we did. They are never continued, nor are others that a
    /// copy of our folder may have too.
    pub(super) fn surpassed(&mut self, chains: BTreeSet<u64>) {
        let is_shared = |log| self.unshared.as_ref().is_none_or(|unshared| unshared.contains(log));
        if chains.iter().any(is_shared) {
            (self.unshared, self.is_unstored) = (Some(BTreeSet::new()), true);
        }
        self.is_unstored |= self.retire(chains);
    }

    /// Never continues these chains of ours again. Returns whether one of them was not retired before.
    pub(super) fn retire(&mut self, chains: impl IntoIterator<Item = u64>) -> bool {
        chains.into_iter().filter(|log| local_state::add_retired(&mut self.retired, *log)).count() > 0
    }

    /// Signs operations with these payloads: all of them or none.
    ///
    /// # Errors
    /// [`CommandError::Busy`] when too many operations are on their way to the disk, [`CommandError::Text`] when a payload
    /// is too large, [`CommandError::RoomFull`] when the log can hold no chain more of ours.
    pub(super) fn write(&mut self, payloads: Vec<Payload>, log: &Log, now: Now) -> Result<Write, CommandError> {
        if self.unsaved.values().map(|(_, count)| count).sum::<usize>() + payloads.len() > MAX_UNSAVED {
            return Err(CommandError::Busy);
        }
        let limit = self.latest_to_follow(log, now);
        if self.clock.last() > limit {
            self.clock = Clock::default(); // it was far ahead and has been set back: others would park what follows
        }
        if let Some(last) = log.last_before(limit) {
            self.clock.follow(last.time, now);
        }
        let mut end = self.choose(log, limit, now);
        let chain = self.chain(end.map_or_else(|| self.new_number(log), |end| end.log));
        if end.is_none() && !log.admits_another(chain) {
            return Err(CommandError::RoomFull);
        }
        let mut operations = Vec::with_capacity(payloads.len());
        for payload in payloads {
            if let Some(end) = end {
                self.clock.follow(end.time, now);
            }
            // What a game does next may have to be later than a step by some time, which goes on though that step is ahead.
            let is_step = matches!(payload, Payload::Game(_));
            let time = self.clock.tick(if is_step { self.log_time(now) } else { now });
            let (seq, backlink) = end.map_or((0, None), |end| (end.next, Some(end.last)));
            let header = Header { room: self.room, chain, seq, backlink, time };
            let written = match &self.keys {
                None => Operation::sign(&self.identity, header, &payload),
                Some(keys) => Operation::seal(&self.identity, header, &payload, keys),
            };
            let operation = written.map_err(|_| CommandError::Text { len: crate::payload::MAX_PAYLOAD })?;
            end = Some(ChainEnd { log: chain.log, next: seq + 1, last: operation.id(), time });
            operations.push(operation);
        }
        if let Some(begun) = &mut self.begun {
            begun.insert(chain.log);
        }
        if let Some(unshared) = &mut self.unshared {
            self.is_unstored |= unshared.insert(chain.log);
        }
        self.ends.extend(end.map(|end| (chain.log, end)));
        self.tickets += 1;
        let ticket = Ticket { room: self.random, number: self.tickets };
        self.unsaved.insert(ticket, (chain.log, operations.len()));
        Ok(Write { ticket, operations, reply: None })
    }

    /// Returns the end of the chain to continue; `None` if a new one is to be begun.
    fn choose(&self, log: &Log, limit: Timestamp, now: Now) -> Option<ChainEnd> {
        let held = log.open_ends(self.author()).filter(|end| !self.ends.contains_key(&end.log));
        let ends = held.chain(self.ends.values().copied());
        let usable: Vec<ChainEnd> = ends
            .filter(|ChainEnd { log, .. }| {
                let among = |chains: &Option<BTreeSet<u64>>| chains.as_ref().is_none_or(|chains| chains.contains(log));
                among(&self.begun) && among(&self.unshared) && !self.retired.contains(log)
            })
            .collect();
        let latest = usable.iter().filter(|end| end.time <= limit).max_by_key(|end| (end.time, end.log));
        // Rather a chain that is ahead than a new one, if the clock can't tell, or if few more can be begun: those are for
        // chains that must not be continued.
        let saves_chains = || !is_credible(now) || log.chains_of(self.author()) >= MAX_BRANCHES_OF_AUTHOR / 2;
        let earliest = || usable.iter().min_by_key(|end| (end.time, end.log)).filter(|_| saves_chains());
        latest.or_else(earliest).copied()
    }

    /// Returns the latest time that a write may follow: what is later is parked by others. A clock that shows a time before
    /// Inkmesh began can't tell; what others wrote last does.
    fn latest_to_follow(&self, log: &Log, now: Now) -> Timestamp {
        let others = if is_credible(now) { 0 } else { log.last_of_others(self.author()).ms() };
        Timestamp::last_of_ms(now.wall_ms.max(others).saturating_add(MAX_AHEAD_MS))
    }

    /// Returns the number for a new chain. Its first 16 bits are higher than those of all chains of ours that are known, as
    /// a log keeps the chains of an author with the lowest numbers: the oldest. The others are random, as a copy of
    /// this folder may begin a chain too. Numbers that older versions made are random: after 0xffff the first 16 bits stay.
    fn new_number(&self, log: &Log) -> u64 {
        let known = self.retired.iter().chain(self.ends.keys()).copied().chain(log.last_chain(self.author()));
        let order = known.max().map_or(0, |last| (last >> 48) + 1).min(0xffff);
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 number of a chain");
        hasher.update(&self.random.to_be_bytes()).update(&self.tickets.to_be_bytes());
        order << 48 | first_eight_bytes(&hasher) >> 16
    }

    /// Takes note that a write is durable. One from before the room was read anew is unknown here.
    pub(super) fn saved(&mut self, ticket: Ticket) {
        let Some((log, _)) = self.unsaved.remove(&ticket) else { return };
        if self.unsaved.values().all(|(other, _)| *other != log) {
            self.ends.remove(&log);
        }
    }
}

/// Returns whether the clock shows a time at which there was Inkmesh.
fn is_credible(now: Now) -> bool {
    now.wall_ms >= BEGINNING_MS
}

fn first_eight_bytes(hasher: &blake3::Hasher) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::GameStep;
    use crate::name::RoomName;
    use crate::payload::Chat;

    const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };
    const HOUR_MS: u64 = 60 * 60 * 1000;
    const DAY_MS: u64 = 24 * HOUR_MS;
    const HOUR: i64 = HOUR_MS as i64;
    const HALF_HOUR_MS: i64 = HOUR / 2;

    /// The chains of a room with its log, to which each write is added at once.
    struct Writer {
        chain: OwnChain,
        log: Log,
        said: Vec<Operation>,
    }

    impl Writer {
        fn new() -> Self {
            let room = RoomName::lobby().id();
            let chain = OwnChain::new(Identity::from_secret([1; 32]), room, 7);
            Writer { chain, log: Log::new(room), said: Vec::new() }
        }

        /// The program is started again, and has read this log.
        fn restart(self, random: u64) -> Self {
            let mut chain = OwnChain::new(Identity::from_secret([1; 32]), RoomName::lobby().id(), random);
            chain.recall(self.chain.retired, self.chain.unshared);
            Writer { chain, log: self.log, said: self.said }
        }

        /// The folder is copied, and both are used.
        fn copy(&self, random: u64) -> Self {
            let mut copy = Writer::new();
            copy.log.ingest_all(self.said.clone(), u64::MAX);
            copy.said = self.said.clone();
            copy.chain.recall(self.chain.retired.clone(), self.chain.unshared.clone());
            copy.restart(random)
        }

        /// Takes in what a copy wrote.
        fn hear(&mut self, copy: &Writer) {
            let is_news = |operation: &&Operation| self.log.is_news(operation.header(), operation.id());
            let news: Vec<Operation> = copy.said.iter().filter(is_news).cloned().collect();
            self.chain.surpassed(news.iter().map(|operation| operation.header().chain.log).collect());
            self.said.extend(news.iter().cloned());
            self.log.ingest_all(news, u64::MAX);
        }

        fn unsaved(&mut self, count: usize, now: Now) -> Result<Write, CommandError> {
            let text = |n| format!("line {n} of {}", self.chain.random);
            let lines = (0..count).map(|n| Payload::Chat(Chat { text: text(n) })).collect();
            self.chain.write(lines, &self.log, now)
        }

        /// Writes a line that is durable at once; returns the header.
        fn line(&mut self, now: Now) -> Header {
            let write = self.unsaved(1, now).unwrap();
            self.chain.saved(write.ticket);
            self.log.ingest_all(write.operations.clone(), u64::MAX);
            self.said.extend(write.operations.iter().cloned());
            *write.operations[0].header()
        }

        fn chains(&self) -> usize {
            self.log.open_ends(self.chain.author()).count()
        }
    }

    fn at(ms: u64) -> Now {
        Now { wall_ms: ms, ..NOW }
    }

    #[test]
    fn operations_follow_one_another_before_they_are_saved() {
        let mut writer = Writer::new();
        let first = writer.unsaved(2, NOW).unwrap();
        let second = writer.unsaved(1, NOW).unwrap();
        let headers: Vec<&Header> = first.operations.iter().chain(&second.operations).map(Operation::header).collect();
        assert_eq!(headers.iter().map(|header| header.seq).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(headers[2].backlink, first.last_id());
        assert!(headers.is_sorted_by_key(|header| header.time) && first.ticket != second.ticket);
        let chain = &mut writer.chain;
        assert!(chain.is_in_flight(&first.operations[0]));
        chain.saved(first.ticket);
        assert!(chain.is_in_flight(&first.operations[0]), "the second write is still under way in this chain");
        chain.saved(second.ticket);
        assert!(!chain.is_in_flight(&first.operations[0]));
    }

    #[test]
    fn operations_that_wait_for_the_disk_are_bounded() {
        let mut writer = Writer::new();
        let write = writer.unsaved(MAX_UNSAVED, NOW).unwrap();
        assert_eq!(writer.unsaved(1, NOW).unwrap_err(), CommandError::Busy);
        writer.chain.saved(write.ticket);
        assert!(writer.unsaved(1, NOW).is_ok());
    }

    #[test]
    fn a_new_start_continues_the_chain() {
        let mut writer = Writer::new();
        let first = writer.line(NOW);
        let mut writer = writer.restart(8);
        let second = writer.line(at(NOW.wall_ms + 1));
        assert_eq!((first.chain, second.seq), (second.chain, 1));
        let mut writer = writer.restart(9);
        writer.chain.set_incomplete(at(NOW.wall_ms + 2));
        let third = writer.line(at(NOW.wall_ms + 2));
        assert_ne!(third.chain, first.chain, "what follows in the first may be on its way to the disk");
        assert_eq!(writer.line(at(NOW.wall_ms + 3)).chain, third.chain);
    }

    /// A clock that is sometimes right, sometimes days ahead or behind leads to as many chains, not to one a session.
    #[test]
    fn a_clock_that_goes_forth_and_back_needs_few_chains() {
        let mut writer = Writer::new();
        for session in 0..40_u64 {
            let off = [0, 9 * DAY_MS, DAY_MS][session as usize % 3];
            let now = at(NOW.wall_ms + session * HOUR_MS / 8 + off);
            writer = writer.restart(100 + session);
            let header = writer.line(now);
            assert!(!header.time.is_future(now.wall_ms), "session {session}");
        }
        assert!(writer.chains() <= 4, "{} chains", writer.chains());
    }

    /// Nobody's answer stands above what it answers, whichever clock is wrong, and however it is set.
    #[test]
    fn a_line_is_later_than_all_that_its_author_was_shown() {
        let mut writer = Writer::new();
        let mut last = Timestamp::default();
        let offs = [0, -HALF_HOUR_MS, -9 * HOUR, HOUR, 0, 5 * HOUR, -HOUR, -9 * HOUR, 30_000];
        for (off, session) in offs.into_iter().zip(100..) {
            let now = at(NOW.wall_ms.saturating_add_signed(off));
            writer = writer.restart(session);
            let header = writer.line(now);
            assert!(header.time > last && !header.time.is_future(now.wall_ms), "{off}");
            last = header.time;
            let other = said_by_another(NOW.wall_ms, session);
            last = last.max(other.header().time);
            writer.log.ingest(other, now.wall_ms);
        }
        assert_eq!((writer.chains(), writer.log.parked()), (1, 0));
    }

    /// What somebody without a clock says stands below what others said, though nobody told the time since the start.
    #[test]
    fn without_a_clock_a_line_is_later_than_those_of_others() {
        let mut writer = Writer::new();
        let other = said_by_another(NOW.wall_ms, 0);
        writer.log.ingest(other.clone(), NOW.wall_ms);
        assert!(writer.line(at(30_000)).time > other.header().time);
    }

    fn said_by_another(ms: u64, number: u64) -> Operation {
        let (identity, room) = (Identity::from_secret([2; 32]), RoomName::lobby().id());
        let chain = ChainId { author: identity.author(), log: number };
        let header = Header { room, chain, seq: 0, backlink: None, time: Timestamp::from_ms(ms) };
        Operation::sign(&identity, header, &Payload::Chat(Chat { text: "theirs".to_owned() })).unwrap()
    }

    /// Where the log is ahead of all clocks, a game goes on in its time; talk doesn't run ahead with it.
    #[test]
    fn steps_of_games_are_dated_by_the_time_of_the_log() {
        let mut writer = Writer::new();
        writer.line(at(NOW.wall_ms + HOUR_MS));
        let later = Now { wall_ms: NOW.wall_ms + 4_000, mono_ms: NOW.mono_ms + 4_000 };
        assert_eq!(writer.line(later).time.ms(), NOW.wall_ms + HOUR_MS);
        let step = Payload::Game(GameStep::Here { game: OperationId([1; 32]) });
        let write = writer.chain.write(vec![step], &writer.log, later).unwrap();
        assert_eq!(write.operations[0].header().time.ms(), NOW.wall_ms + HOUR_MS + 4_000);
        assert_eq!(writer.chain.log_time(later).wall_ms, NOW.wall_ms + HOUR_MS + 4_000);
    }

    #[test]
    fn sessions_without_a_clock_continue_the_chain() {
        let mut writer = Writer::new();
        writer.line(NOW);
        for session in 0..20 {
            writer = writer.restart(100 + session);
            writer.line(at(30_000));
        }
        assert_eq!(writer.chains(), 1);
    }

    /// A chain that was written while the clock was far ahead is not continued by a machine without a clock: nobody would see it.
    #[test]
    fn a_session_without_a_clock_leaves_a_chain_alone_that_is_ahead() {
        let mut writer = Writer::new();
        writer.line(at(NOW.wall_ms + 9_000 * HOUR_MS));
        let right = writer.line(NOW);
        writer = writer.restart(100);
        assert_eq!(writer.line(at(30_000)).chain, right.chain);
    }

    /// Whoever knows that a copy is in use leaves it every chain that both have, over restarts and further copies.
    #[test]
    fn copies_that_know_of_each_other_never_continue_the_same_chain() {
        let mut one = Writer::new();
        let ahead = one.line(at(NOW.wall_ms + 9 * DAY_MS));
        let present = one.line(NOW);
        assert_ne!(ahead.chain, present.chain);
        let mut other = one.copy(100);
        assert_eq!((one.line(NOW).chain, other.line(NOW).chain), (present.chain, present.chain), "nobody knows");
        for session in 0..3 {
            one.hear(&other);
            other.hear(&one);
            (one, other) = (one.restart(200 + session), other.restart(300 + session));
            // In the future the other chain could be continued too.
            for now in [NOW, at(NOW.wall_ms + 10 * DAY_MS)] {
                assert_ne!(one.line(now).chain, other.line(now).chain);
            }
        }
        let mut third = one.copy(400);
        let now = at(NOW.wall_ms + 10 * DAY_MS);
        assert_eq!(one.line(now).chain, third.line(now).chain);
        one.hear(&third);
        third.hear(&one);
        assert_ne!(one.line(now).chain, third.line(now).chain);
    }

    /// A clock that is set back and back can't use up the chains that are needed for restored copies.
    #[test]
    fn a_clock_that_goes_back_and_back_leaves_half_of_the_chains() {
        let mut writer = Writer::new();
        for n in 0..MAX_BRANCHES_OF_AUTHOR as u64 + 44 {
            writer.line(at(NOW.wall_ms - n * DAY_MS / 2));
        }
        assert_eq!(writer.chains(), MAX_BRANCHES_OF_AUTHOR / 2);
        writer.chain.retire(writer.log.open_ends(writer.chain.author()).map(|end| end.log));
        assert_eq!(writer.line(NOW).seq, 0);
    }

    #[test]
    fn a_clock_that_was_far_ahead_leads_to_another_chain() {
        let mut writer = Writer::new();
        let first = writer.line(at(NOW.wall_ms + MAX_AHEAD_MS));
        assert_eq!(writer.line(NOW).chain, first.chain, "others show it");
        writer.line(at(NOW.wall_ms + MAX_AHEAD_MS + 10));
        let second = writer.line(NOW);
        assert!(second.chain.log > first.chain.log && second.seq == 0);
        assert!(!second.time.is_future(NOW.wall_ms));
        writer.line(at(NOW.wall_ms + 2 * MAX_AHEAD_MS));
        let third = writer.line(NOW);
        assert_eq!((third.chain, third.seq), (second.chain, 1));
    }

    #[test]
    fn chains_are_numbered_in_order_and_the_last_is_followed_by_an_error() {
        let mut writer = Writer::new();
        let mut last = None;
        for _ in 0..MAX_BRANCHES_OF_AUTHOR {
            let header = writer.line(NOW);
            assert!(Some(header.chain.log) > last && header.seq == 0);
            last = Some(header.chain.log);
            writer.chain.retire([header.chain.log]);
        }
        assert_eq!(writer.unsaved(1, NOW).unwrap_err(), CommandError::RoomFull);
        assert_eq!((writer.chains(), writer.log.len()), (MAX_BRANCHES_OF_AUTHOR, MAX_BRANCHES_OF_AUTHOR));
    }

    #[test]
    fn strokes_have_numbers_of_their_own() {
        let mut writer = Writer::new();
        let first = writer.chain.stroke_number();
        writer.line(NOW);
        assert!(first != writer.chain.stroke_number() && first < 1 << 53);
    }
}
