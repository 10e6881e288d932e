//! An attacker on the network, who keeps no rule: its operations, and the frames that it sends.

use inkmesh::clock::Timestamp;
use inkmesh::frame::Frame;
use inkmesh::identity::{Author, Identity};
use inkmesh::name::RoomName;
use inkmesh::operation::{ChainId, Header, Operation, OperationId};
use inkmesh::payload::{Chat, Payload};
use rand::RngExt;
use rand::rngs::SmallRng;

pub use super::lies::{Lie, Probe};
use super::plan::{ATTACKER, Seat};
use super::{EPOCH, Happening, World};

/// The most operations of others that are remembered for abuse.
const MEMORY: usize = 200;
/// Half a day, in milliseconds.
const HALF_A_DAY: u64 = 12 * 60 * 60 * 1000;
/// The first moment of the year 2100.
const YEAR_2100: u64 = 4_102_444_800_000;

/// Abuses by gossip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attack {
    /// Valid lines.
    Honest(u64),
    /// An operation in this person's name, signed by the attacker.
    Forge(Seat),
    /// An operation of another author with another signature.
    Mangle,
    /// Old frames again.
    Replay(u64),
    /// An operation of another author in another frame, with bytes left over, or cut short.
    Rewrap,
    /// An operation of another room.
    OtherRoom,
    /// A number of branches at a number of positions of a chain; each person is sent others of them.
    Fork {
        branches: u64,
        places: u64,
    },
    /// Many chains.
    Chains(u64),
    /// Operations behind a gap that is never filled.
    Gap(u64),
    /// Operations of the year 2100, of some hours from now, or of 1970.
    Future(u64),
    Soon(u64),
    Past(u64),
    /// Operations that are not later than the one before.
    Backwards(u64),
    /// Bytes.
    Garbage,
}

impl Attack {
    pub fn draw(victim: Seat, rng: &mut SmallRng) -> Self {
        let few = rng.random_range(1..12);
        match rng.random_range(0..18) {
            0 => Attack::Honest(few),
            1 => Attack::Forge(victim),
            2 => Attack::Mangle,
            3 => Attack::Replay(few),
            4 => Attack::Rewrap,
            5 => Attack::OtherRoom,
            6..10 => {
                Attack::Fork { branches: [2, 2, 3, 3, 4, 6, 8][rng.random_range(0..7)], places: rng.random_range(1..4) }
            }
            10 => Attack::Chains(if rng.random_range(0..10) == 0 { 280 } else { few * 3 }),
            11 | 12 => Attack::Gap(if rng.random_range(0..10) == 0 { 2_200 } else { few * 4 }),
            13 => Attack::Future(if rng.random_range(0..8) == 0 { 270 } else { few }),
            14 => Attack::Soon(few),
            15 => Attack::Past(few),
            16 => Attack::Backwards(few),
            _ => Attack::Garbage,
        }
    }
}

#[derive(Debug)]
pub struct Attacker {
    pub identity: Identity,
    /// All its operations that others could accept.
    pub made: Vec<Operation>,
    /// Operations of others.
    pub heard: Vec<Operation>,
    pub lie: Lie,
    chains: u64,
    seed: u64,
}

impl Attacker {
    pub fn new(seed: u64) -> Self {
        let identity = Identity::from_secret([200; 32]);
        Attacker { identity, made: Vec::new(), heard: Vec::new(), lie: Lie::None, chains: 0, seed }
    }

    /// The error of its clock, in milliseconds.
    pub fn wrong(&self) -> i64 {
        match self.lie {
            Lie::Clock(ms) => ms,
            _ => 0,
        }
    }

    /// Returns whether only the attacker writes this time, for which nobody waits.
    pub fn is_never(ms: u64) -> bool {
        ms >= YEAR_2100 - (YEAR_2100 - EPOCH) / 4
    }

    /// Makes a new chain with a random number.
    fn chain(&mut self) -> ChainId {
        self.chains += 1;
        let number = (self.seed << 16 | self.chains).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ChainId { author: self.identity.author(), log: number }
    }

    fn sign(&self, chain: ChainId, after: Option<&Operation>, ms: u64, text: String) -> Operation {
        let (seq, backlink) = after.map_or((0, None), |before| (before.header().seq + 1, Some(before.id())));
        let header = Header { room: RoomName::lobby().id(), chain, seq, backlink, time: Timestamp::from_ms(ms) };
        Operation::sign(&self.identity, header, &Payload::Chat(Chat { text })).unwrap()
    }

    /// A chain of `count` operations from this moment on, `step` milliseconds apart.
    fn line(&mut self, count: u64, ms: u64, step: u64, text: &str) -> Vec<Operation> {
        let chain = self.chain();
        let mut line: Vec<Operation> = Vec::new();
        for n in 0..count {
            line.push(self.sign(chain, line.last(), ms + n * step, format!("{text} {n}")));
        }
        line
    }

    /// A chain that branches: at each of the places there are several continuations, with one or two more behind each.
    fn forked(&mut self, branches: u64, places: u64, ms: u64) -> Vec<Operation> {
        let chain = self.chain();
        let mut all = Vec::new();
        let mut trunk: Option<Operation> = None;
        for place in 0..places {
            let mut next = None;
            for branch in 0..branches {
                let time = ms + place * 100 + branch;
                let first = self.sign(chain, trunk.as_ref(), time, format!("branch {branch} at {place}"));
                let behind = self.sign(chain, Some(&first), time + 9, format!("behind {branch} at {place}"));
                all.extend([first, behind.clone()]);
                next = Some(behind);
            }
            trunk = next;
        }
        all
    }
}

impl World {
    pub(super) fn author_of(&self, seat: Seat) -> Option<Author> {
        if seat == ATTACKER {
            return self.attacker.as_ref().map(|attacker| attacker.identity.author());
        }
        self.devices.get(&seat).map(super::devices::Device::author)
    }

    /// Remembers a frame of somebody else.
    pub(super) fn attacker_hears(&mut self, bytes: &[u8]) {
        let Ok(Frame::Operation(operation)) = Frame::decode(bytes, RoomName::lobby().id(), None) else { return };
        if let Some(attacker) = self.attacker.as_mut().filter(|attacker| attacker.heard.len() < MEMORY) {
            attacker.heard.push(operation.trust());
        }
    }

    pub(super) fn attack(&mut self, attack: &Attack) {
        let ms = self.true_ms();
        let Some(attacker) = self.attacker.as_mut() else { return };
        let heard = attacker.heard.last().cloned();
        let frames = |operations: &[Operation]| operations.iter().map(Frame::operation).collect::<Vec<_>>();
        match *attack {
            Attack::Honest(count) => self.spread(|attacker| attacker.line(count, ms, 1, "hello"), false),
            Attack::Forge(seat) => {
                let Some(author) = self.author_of(seat) else { return };
                let forged = self.forged(author, ms);
                self.send_around(&frames(&[forged]));
            }
            Attack::Mangle => {
                let Some(mut bytes) = heard.map(|operation| Frame::operation(&operation)) else { return };
                let last = bytes.len() - 5;
                bytes[last] ^= 1;
                self.send_around(&[bytes]);
            }
            Attack::Replay(count) => {
                let old: Vec<Operation> = attacker.heard.iter().rev().take(count as usize).cloned().collect();
                self.send_around(&frames(&old));
            }
            Attack::Rewrap => {
                let Some(bytes) = heard.map(|operation| Frame::operation(&operation)) else { return };
                let (mut longer, mut other) = (bytes.clone(), bytes.clone());
                longer.push(0);
                other[0] = 1;
                self.send_around(&[longer, other, bytes[..bytes.len() - 1].to_vec()]);
            }
            Attack::OtherRoom => self.other_room(ms),
            Attack::Fork { branches, places } => {
                self.spread(|attacker| attacker.forked(branches, places, ms), true);
            }
            Attack::Chains(count) => self.spread(
                |attacker| (0..count).flat_map(|n| attacker.line(1 + n % 2, ms, 1, "another")).collect(),
                false,
            ),
            Attack::Gap(count) => self.gap(count, ms),
            Attack::Future(count) => self.spread(|attacker| attacker.line(count, YEAR_2100, 1, "2100"), false),
            Attack::Soon(count) => {
                self.spread(|attacker| attacker.line(count, ms + HALF_A_DAY, 60_000, "soon"), false);
            }
            Attack::Past(count) => self.spread(|attacker| attacker.line(count, 1_000, 1, "1970"), false),
            Attack::Backwards(count) => self.spread(|attacker| attacker.line(count, ms, 0, "backwards"), false),
            Attack::Garbage => self.send_around(&[Vec::new(), vec![0], vec![0, 0x89, 1, 2], vec![7; 300]]),
        }
    }

    /// Makes operations that may be accepted, and sends them; `unevenly` sends each person others of them.
    fn spread(&mut self, make: impl FnOnce(&mut Attacker) -> Vec<Operation>, unevenly: bool) {
        let Some(attacker) = self.attacker.as_mut() else { return };
        let made = make(attacker);
        attacker.made.extend(made.iter().cloned());
        self.wrote(&made);
        for seat in self.devices.keys().copied().collect::<Vec<_>>() {
            for operation in &made {
                if !unevenly || self.chance.number("uneven", seat, 0).is_multiple_of(2) {
                    self.send_frame(ATTACKER, seat, Frame::operation(operation));
                }
            }
        }
    }

    fn send_around(&mut self, frames: &[Vec<u8>]) {
        for seat in self.devices.keys().copied().collect::<Vec<_>>() {
            for bytes in frames {
                self.send_frame(ATTACKER, seat, bytes.clone());
            }
        }
    }

    /// Makes an operation in the name of another author.
    pub(super) fn forged(&self, author: Author, ms: u64) -> Operation {
        let chain = ChainId { author, log: 1 };
        let header =
            Header { room: RoomName::lobby().id(), chain, seq: 0, backlink: None, time: Timestamp::from_ms(ms) };
        let text = "I never said that".to_owned();
        let liar = Identity::from_secret([200; 32]);
        Operation::sign(&liar, header, &Payload::Chat(Chat { text })).unwrap()
    }

    fn other_room(&mut self, ms: u64) {
        let Some(attacker) = self.attacker.as_mut() else { return };
        let chain = attacker.chain();
        let room: RoomName = "elsewhere".parse().unwrap();
        let header = Header { room: room.id(), chain, seq: 0, backlink: None, time: Timestamp::from_ms(ms) };
        let chat = Payload::Chat(Chat { text: "elsewhere".to_owned() });
        let operation = Operation::sign(&attacker.identity, header, &chat).unwrap();
        self.send_around(&[Frame::operation(&operation)]);
    }

    fn gap(&mut self, count: u64, ms: u64) {
        let Some(attacker) = self.attacker.as_mut() else { return };
        let chain = attacker.chain();
        let mut last: Option<Operation> = None;
        let mut line = Vec::new();
        for n in 0..count {
            let (seq, backlink) =
                last.as_ref().map_or((7, OperationId([n as u8; 32])), |before| (before.header().seq + 1, before.id()));
            let time = Timestamp::from_ms(ms + n);
            let header = Header { room: RoomName::lobby().id(), chain, seq, backlink: Some(backlink), time };
            let chat = Payload::Chat(Chat { text: format!("behind a gap {n}") });
            let operation = Operation::sign(&attacker.identity, header, &chat).unwrap();
            line.push(Frame::operation(&operation));
            last = Some(operation);
        }
        self.send_around(&line);
    }

    fn close_streams_of_attacker(&mut self) {
        let opened = self.rounds.iter().filter(|(_, round)| round.puller == ATTACKER);
        for number in opened.map(|(number, _)| *number).collect::<Vec<_>>() {
            self.close(number);
        }
    }

    /// Removes the attacker.
    pub(super) fn attacker_ends(&mut self) {
        self.close_streams_of_attacker();
        self.attacker = None;
        for seat in self.devices.keys().copied().collect::<Vec<_>>() {
            self.later(10, Happening::Meet { seat, other: ATTACKER });
        }
    }
}
