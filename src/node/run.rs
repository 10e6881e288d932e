//! The loop: what comes from the network, from the face, from the disk and from the clock, one thing after another.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::StreamExt;
use futures::stream::BoxStream;
use inkmesh_store::{Quarantine, Store, StoreError};
use libp2p::gossipsub::TopicHash;
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol, Swarm};
use tokio::sync::{mpsc, oneshot};

use super::catch_up::{PROTOCOL, Pulled, Serve, Served, SyncError};
use super::config::Config;
use super::face::Face;
use super::handle::{Answer, Events};
use super::liveness::{Fresh, Liveness};
use super::network::{self, Behaviour, author_of};
use super::peers::Peers;
use super::ports::Claim;
use super::rooms::Member;
use super::wanted::HostPort;
use super::{StartError, guesses, key_file, nearby};
use crate::clock::{Now, Timestamp};
use crate::command::{Command, CommandTicket, Reply};
use crate::event::{Event, Warning};
use crate::game::GuessTicket;
use crate::game::guess::{PeerReply, PeerRequest};
use crate::identity::{Author, Identity};
use crate::log::{Head, StoredRange, Want};
use crate::name::{PersonName, RoomId, RoomName};
use crate::operation::Operation;
use crate::room::{Input, Write};
use crate::room_time::Clocks;
use crate::sync::Neighbour;
use crate::sync::fetching::Fetch;
use crate::sync::server::{Holdings, Places};
use crate::sync::unsaved::{Key, Unsaved};

/// Notes from tasks that wait for the loop at most; beyond it the tasks wait. Small in tests, so that a wait of the loop
/// for one of them is seen.
const NOTES: usize = if cfg!(test) { 16 } else { 1024 };
/// Writes whose outcome the loop has yet to take at most; beyond it the store counts as busy. As many as wait in its queue.
const OUTCOMES: usize = 16_384;
/// How long to wait for more listening addresses after the first, in milliseconds, before telling the face.
const SETTLE_MS: u64 = 30;
/// How long to wait for the first.
const LISTEN_MS: u64 = 1_000;
/// Events that wait for that at most.
const MAX_EARLY: usize = 1024;
/// How long the network still runs after everything is on the disk.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// How often the disk is tried again after it refused.
const RECOVER_MS: u64 = 1_000;

/// What came of a write. The storage thread tells it into a place that was reserved when the write was queued: it never
/// waits for the loop, so the loop and the start may wait for it.
pub(super) enum Outcome {
    /// Received operations are durable, or not.
    Kept { keys: Vec<Key>, done: Option<Answer>, result: Result<(), StoreError> },
    /// Our own operations are durable, or not.
    Saved { room: RoomName, write: Write, result: Result<(), StoreError> },
}

/// What tasks tell the loop.
pub(super) enum Note {
    /// Somebody asks what we hold of a room, and tells what its clock says.
    Asked { room: RoomId, peer: PeerId, clock: u64, answer: oneshot::Sender<Option<Holdings>> },
    /// Where is what somebody wants of what we told it to hold?
    Locate { room: RoomId, heads: Arc<Vec<Head>>, wants: Vec<Want>, answer: oneshot::Sender<Vec<StoredRange>> },
    /// What are the last operations of a room?
    Newest { room: RoomId, limit: u32, after: Timestamp, answer: oneshot::Sender<Vec<Operation>> },
    /// Somebody asks us something about a game.
    Ask { peer: PeerId, ask: PeerRequest, answer: oneshot::Sender<PeerReply> },
    /// Somebody who asked something has the reply, or is gone.
    Answered { peer: PeerId },
    /// The reply to what we asked; `None`: they were not reached.
    Replied { room: RoomName, ticket: GuessTicket, reply: Option<Vec<u8>> },
    /// Serving somebody ended.
    Served(Served),
    /// Somebody told who else is there, and what its clock says.
    Met { peer: PeerId, neighbours: Vec<Neighbour>, clock: u64 },
    /// Somebody told what it holds.
    Offered { room: RoomName, from: Author, heads: Vec<Head>, done: oneshot::Sender<()> },
    /// What to ask it for now, about so many operations?
    NextFetch { room: RoomName, from: Author, unit: u64, answer: oneshot::Sender<Fetch> },
    /// Operations that we lacked. `done` once they are durable.
    Batch { room: RoomName, operations: Vec<Operation>, from: Author, done: Answer },
    /// All that was asked for at once has come.
    FetchEnded { room: RoomName, from: Author, done: oneshot::Sender<()> },
    /// Catching up with somebody ended.
    Pulled(Pulled),
    /// The games and ink of a room, read from the disk.
    Refolded { room: RoomName, result: Result<Vec<Operation>, SyncError> },
    /// The files are damaged somewhere.
    Damaged(SyncError),
    /// What could be read was saved from damaged files.
    Repaired(Result<Quarantine, StoreError>),
    /// The disk was tried again.
    Recovered(Result<(), StoreError>),
    /// A program of this machine said hello.
    Nearby { peer: Author, address: Multiaddr },
    /// A host name was looked up.
    Resolved { name: HostPort, result: std::io::Result<Vec<Multiaddr>> },
    /// Everything is on the disk and the store is closed.
    StoreClosed,
}

/// Everything that the loop owns.
pub(super) struct Runner {
    pub(super) swarm: Swarm<Behaviour>,
    pub(super) control: libp2p_stream::Control,
    pub(super) store: Store,
    pub(super) identity: Identity,
    pub(super) name: PersonName,
    pub(super) rooms: BTreeMap<RoomName, Member>,
    /// Rooms that we were in and that are more than [`crate::command::MAX_ROOMS`].
    pub(super) left_out: BTreeSet<RoomName>,
    pub(super) topics: HashMap<TopicHash, RoomName>,
    pub(super) peers: Peers,
    /// The ports that are ours as long as this is held.
    pub(super) claims: Vec<Claim>,
    pub(super) liveness: Liveness,
    pub(super) notes: mpsc::Sender<Note>,
    outcomes: mpsc::Sender<Outcome>,
    /// Where the replies to commands go that rooms carry out, and the number of the last of them.
    pub(super) replies: HashMap<CommandTicket, Answer>,
    pub(super) commands: u64,
    /// How many questions of ours are under way.
    pub(super) asking: usize,
    /// How many questions of whom are being answered.
    pub(super) answering: BTreeMap<PeerId, usize>,
    pub(super) unsaved: Unsaved,
    pub(super) clocks: Clocks,
    /// Own writes of each room that are on their way to the disk.
    pub(super) saving: BTreeMap<RoomName, usize>,
    /// Why the disk refuses, while it does.
    pub(super) trouble: Option<String>,
    /// Whether damaged files are being put right: reading would wait for that.
    pub(super) repairing: bool,
    /// Rooms to be entered when that is done.
    pub(super) joining: Vec<(RoomName, Answer)>,
    /// Who has how many of the places for streams that are served.
    pub(super) serving: Places,
    pub(super) face: Face,
    started: Instant,
    /// When to tell the face that we listen; `None` once it is told.
    ready_at: Option<u64>,
    /// What is to be told after that.
    early: Vec<Event>,
    recover_at: Option<u64>,
    /// Somebody asked us to end; answered when everything is on the disk.
    quitting: Option<Vec<Answer>>,
}

/// Starts everything and leaves it running. Returns once the data folder is open and the sockets are bound.
pub(super) async fn spawn(
    config: Config,
    commands: mpsc::Receiver<(Command, Answer)>,
) -> Result<(Author, Events), StartError> {
    let dir = config.data_dir.clone();
    let opened = tokio::task::spawn_blocking(move || {
        let (store, opening) = Store::open(&dir)?;
        let identity = key_file::load_or_create(&dir)?;
        Ok::<_, StartError>((store, opening, identity))
    });
    let (store, opening, identity) = opened.await.map_err(|error| StartError::Network(error.to_string()))??;
    let fresh = Fresh::default();
    let (swarm, no_mdns) = network::build(&identity, config.mdns, fresh.clone())?;
    let (face, events) = Face::new();
    let backlog = face.backlog().clone();
    let (notes, receiver) = mpsc::channel(NOTES);
    let (outcomes, told) = mpsc::channel(OUTCOMES);
    let author = identity.author();
    let name = remembered_name(&store)?;
    let name = config.name.clone().or(name).unwrap_or_else(|| guest(author));
    let control = swarm.behaviour().stream.new_control();
    let me = *swarm.local_peer_id();
    let mut runner = Runner {
        swarm,
        control,
        store,
        identity,
        name,
        rooms: BTreeMap::new(),
        left_out: BTreeSet::new(),
        topics: HashMap::new(),
        peers: Peers::new(me),
        claims: Vec::new(),
        liveness: Liveness::new(fresh),
        notes,
        outcomes,
        replies: HashMap::new(),
        commands: 0,
        asking: 0,
        answering: BTreeMap::new(),
        unsaved: Unsaved::default(),
        clocks: Clocks::default(),
        saving: BTreeMap::new(),
        trouble: None,
        repairing: false,
        joining: Vec::new(),
        serving: Places::default(),
        face,
        started: Instant::now(),
        ready_at: Some(LISTEN_MS),
        early: Vec::new(),
        recover_at: None,
        quitting: None,
    };
    runner.found_on_opening(&opening)?;
    runner.listen(&config.listen)?;
    runner.remember_dials(&config.dial)?;
    if let Some(reason) = no_mdns {
        runner.warn(Warning::DiscoveryFailed { reason });
    }
    runner.enter_rooms(&config.rooms)?;
    runner.look_over_the_disk();
    if config.mdns {
        nearby::look_around(&runner.claims, author, runner.notes.clone());
    }
    tokio::spawn(runner.run(commands, receiver, told));
    Ok((author, Events { events, backlog }))
}

fn remembered_name(store: &Store) -> Result<Option<PersonName>, StartError> {
    let bytes = store.get_meta("name")?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|text| text.parse().ok()))
}

/// What somebody is called who has not said it yet.
fn guest(author: Author) -> PersonName {
    let text = format!("guest {}", author.fingerprint());
    // A fingerprint is always short and visible.
    text.parse().unwrap_or_else(|_| unreachable!("{text} is a name"))
}

impl Runner {
    async fn run(
        mut self,
        mut commands: mpsc::Receiver<(Command, Answer)>,
        mut notes: mpsc::Receiver<Note>,
        mut outcomes: mpsc::Receiver<Outcome>,
    ) {
        let mut streams = self.accept(PROTOCOL);
        let mut asks = self.accept(guesses::PROTOCOL);
        loop {
            let wake = self.next_wake();
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_swarm_event(event),
                Some(outcome) = outcomes.recv() => self.on_outcome(outcome),
                Some(note) = notes.recv() => {
                    // A recovery, a repair or the end comes after the writes before it.
                    while let Ok(outcome) = outcomes.try_recv() {
                        self.on_outcome(outcome);
                    }
                    if matches!(note, Note::StoreClosed) {
                        break;
                    }
                    self.on_note(note);
                }
                command = commands.recv(), if self.quitting.is_none() => match command {
                    Some((command, answer)) => self.on_command(command, answer),
                    None => self.quit(None), // the last handle of the node is gone
                },
                Some((peer, stream)) = streams.next() => self.serve(peer, stream),
                Some((peer, stream)) = asks.next() => self.answer_directly(peer, stream),
                () = tokio::time::sleep_until(wake.into()) => self.on_time(),
            }
        }
        // What was said last is on its way out.
        let last_words = async {
            loop {
                self.swarm.select_next_some().await;
            }
        };
        let _ = tokio::time::timeout(LAST_WORDS, last_words).await;
        for answer in self.quitting.take().unwrap_or_default() {
            let _ = answer.send(Ok(Reply::Done {}));
        }
    }

    /// The streams that others open to us.
    fn accept(&mut self, protocol: StreamProtocol) -> BoxStream<'static, (PeerId, Stream)> {
        match self.control.accept(protocol) {
            Ok(streams) => streams.boxed(),
            Err(error) => {
                tracing::error!(%error, "nobody can ask us for anything");
                futures::stream::pending().boxed()
            }
        }
    }

    /// The time, as the pure part wants it: the room's, if this machine's clock is wrong.
    pub(super) fn now(&self) -> Now {
        let wall_ms = wall_ms().saturating_add_signed(self.clocks.correction());
        Now { wall_ms, mono_ms: millis(self.started.elapsed()) }
    }

    /// Tells the face, but nothing before it was told that we listen.
    pub(super) fn tell(&mut self, event: Event) {
        if self.ready_at.is_none() {
            return self.face.tell(event);
        }
        self.early.push(event);
        if self.early.len() >= MAX_EARLY {
            self.tell_ready();
        }
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        tracing::warn!(code = warning.code(), "{}", warning.message());
        self.tell(Event::Warning(warning));
    }

    fn tell_ready(&mut self) {
        if self.ready_at.take().is_some() {
            let addresses = self.swarm.listeners().map(ToString::to_string).collect();
            self.face.tell(Event::Ready { peer: self.identity.author(), addresses });
            for event in std::mem::take(&mut self.early) {
                self.face.tell(event);
            }
        }
    }

    /// We listen on one more address.
    pub(super) fn listening(&mut self) {
        let soon = self.now().mono_ms + SETTLE_MS;
        self.ready_at = self.ready_at.map(|at| at.min(soon));
    }

    /// A number that spreads calls in time; nothing secret hangs on it.
    pub(super) fn random(&self) -> u64 {
        rand::random()
    }

    fn next_wake(&self) -> Instant {
        let takes_more = self.takes_more();
        let rooms = self.rooms.values().filter_map(|member| member.next_wake(takes_more));
        let others = [self.peers.next_call(), self.ready_at, self.recover_at, self.unsaved.write_at()];
        let next = rooms.chain(others.into_iter().flatten()).min().unwrap_or(u64::MAX);
        // Never wait for longer than a minute, whatever was computed.
        let next = self.started + Duration::from_millis(next.min(self.now().mono_ms + 60_000));
        self.liveness.next_look(Instant::now()).map_or(next, |look| look.min(next))
    }

    fn on_time(&mut self) {
        let now = self.now().mono_ms;
        if self.ready_at.is_some_and(|at| at <= now) {
            self.tell_ready();
        }
        if self.recover_at.is_some_and(|at| at <= now) {
            self.recover_at = None;
            self.try_disk();
        }
        if self.unsaved.write_at().is_some_and(|at| at <= now) {
            self.keep_now(None);
        }
        self.close_dead();
        self.call_who_is_due();
        self.wake_rooms(now);
        self.catch_up_where_due();
        if self.face.is_gone() && self.quitting.is_none() {
            self.quit(None);
        }
    }

    /// A place for the outcome of one write.
    ///
    /// # Errors
    /// `Busy` when there is none.
    pub(super) fn reserve_outcome(&self) -> Result<mpsc::OwnedPermit<Outcome>, StoreError> {
        self.outcomes.clone().try_reserve_owned().map_err(|_| StoreError::Busy)
    }

    fn on_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Kept { keys, done, result } => self.on_kept(&keys, done, result),
            Outcome::Saved { room, write, result } => self.on_saved(&room, write, result),
        }
    }

    fn on_note(&mut self, note: Note) {
        match note {
            Note::Asked { room, peer, clock, answer } => reply(answer, self.holdings(room, &peer, clock)),
            Note::Locate { room, heads, wants, answer } => reply(answer, self.locate(room, &heads, &wants)),
            Note::Newest { room, limit, after, answer } => reply(answer, self.newest(room, limit, after)),
            Note::Ask { peer, ask, answer } => reply(answer, self.on_ask(peer, ask)),
            Note::Answered { peer } => self.on_answered(peer),
            Note::Replied { room, ticket, reply } => self.on_replied(&room, ticket, reply),
            Note::Served(served) => self.on_served(served),
            Note::Met { peer, neighbours, clock } => self.on_met(peer, neighbours, clock),
            Note::Offered { room, from, heads, done } => {
                self.feed(&room, Input::Offered { from, heads });
                reply(done, ());
            }
            Note::NextFetch { room, from, unit, answer } => reply(answer, self.next_fetch(&room, from, unit)),
            Note::Batch { room, operations, from, done } => self.on_batch(&room, operations, from, done),
            Note::FetchEnded { room, from, done } => {
                self.feed(&room, Input::FetchEnded { from });
                reply(done, ());
            }
            Note::Pulled(pulled) => self.on_pulled(pulled),
            Note::Refolded { room, result } => self.on_refolded(&room, result),
            Note::Damaged(error) => self.reading_failed(&error),
            Note::Repaired(result) => self.on_repaired(result),
            Note::Recovered(result) => self.on_recovered(result),
            Note::Nearby { peer, address } => self.on_nearby(peer, address),
            Note::Resolved { name, result } => self.on_resolved(&name, result),
            Note::StoreClosed => {}
        }
    }

    fn serve(&mut self, peer: PeerId, stream: Stream) {
        let admitted = author_of(&peer).is_some_and(|author| self.serving.take(author));
        let serve = Serve { peer, store: self.store.clone(), notes: self.notes.clone(), admitted };
        tokio::spawn(serve.run(stream));
    }

    /// Tries the disk again after a while.
    pub(super) fn recover_later(&mut self) {
        self.recover_at = Some(self.now().mono_ms + RECOVER_MS);
    }

    /// Ends the node: the store writes what it was given, then the loop stops.
    pub(super) fn quit(&mut self, answer: Option<Answer>) {
        self.quitting.get_or_insert_default().extend(answer);
        self.keep_now(None);
        let images = self.images_at_the_end();
        let (store, notes) = (self.store.clone(), self.notes.clone());
        tokio::task::spawn_blocking(move || {
            for (room, image) in images {
                super::checkpoints::write(&store, room, &image);
            }
            store.close();
            let _ = notes.blocking_send(Note::StoreClosed);
        });
    }
}

/// What this machine's clock says, in milliseconds since 1970.
pub(super) fn wall_ms() -> u64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Answers a task; it may be gone.
fn reply<T>(answer: oneshot::Sender<T>, with: T) {
    let _ = answer.send(with);
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::codec;
    use crate::node::{Events, Node};

    const START: Duration = Duration::from_secs(60);

    fn config(dir: &Path, name: &str) -> Config {
        let name = Some(name.parse().unwrap());
        let listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
        Config { data_dir: dir.to_owned(), name, rooms: Vec::new(), listen, dial: Vec::new(), mdns: false }
    }

    /// Starts a node on a thread of its own, as a start that hangs can't be interrupted.
    fn start(runtime: &Arc<tokio::runtime::Runtime>, config: Config) -> (Node, Events) {
        let (started, outcome) = std::sync::mpsc::sync_channel(1);
        let runtime = Arc::clone(runtime);
        std::thread::spawn(move || started.send(runtime.block_on(Node::start(config))));
        outcome.recv_timeout(START).expect("the start hangs").unwrap()
    }

    #[test]
    fn a_start_writes_a_new_name_in_more_rooms_than_notes_fit() {
        let dir = tempfile::tempdir().unwrap();
        let rooms: Vec<String> = (0..NOTES * 25).map(|n| format!("room {n}")).collect();
        let (store, _) = Store::open(dir.path()).unwrap();
        store.put_meta("rooms", codec::encode(&rooms, 1 << 20).unwrap()).unwrap();
        drop(store);
        let runtime = Arc::new(tokio::runtime::Runtime::new().unwrap());
        let (node, mut events) = start(&runtime, config(dir.path(), "Ana"));
        runtime.block_on(async {
            tokio::spawn(async move { while events.next().await.is_some() {} });
            assert_eq!(node.rooms().await.unwrap().len(), rooms.len());
            node.say("room 7".parse().unwrap(), "here".to_owned()).await.unwrap();
            node.rename("Ben".parse().unwrap()).await.unwrap();
            for room in &rooms {
                node.say(room.parse().unwrap(), "and here".to_owned()).await.unwrap();
            }
            node.quit().await.unwrap();
        });
    }
}
