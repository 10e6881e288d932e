//! Which part of the node gets which message, and what comes back.

use tempfile::TempDir;
use tokio::sync::oneshot;

use inkmesh_store::StoreError;

use super::*;
use crate::command::RoomCommand;
use crate::frame::Frame;
use crate::game::guess::{PeerReply, PeerRequest, Refusal};
use crate::identity::Author;
use crate::node::clock::wall_ms;
use crate::node::disk::Credentials;
use crate::node::network;
use crate::operation::OperationId;
use crate::peering::Address;
use crate::private_room::PrivateRooms;
use crate::room::Room;
use crate::sync::Neighbour;
use crate::sync::fetching::Fetch;

const READY: Event = Event::Ready { peer: Author([0; 32]), addresses: Vec::new() };
/// The longest wait for a worker.
const PATIENCE: Duration = Duration::from_secs(30);

fn identity(who: u8) -> Identity {
    Identity::from_secret([who; 32])
}

fn author(who: u8) -> Author {
    identity(who).author()
}

/// The first operation of somebody in the lobby.
fn operation(who: u8) -> crate::operation::Operation {
    let mut room = Room::new(RoomName::lobby(), identity(who), 7);
    let now = NodeClock::start().now();
    room.open(true, now);
    room.introduce(Profile { name: "Ben".parse().unwrap(), picture: None }, now).unwrap().unwrap().operations.remove(0)
}

/// An actor that is in the lobby, and what it has sent.
struct Bench {
    actor: NodeActor,
    disk: mpsc::Receiver<disk::Message>,
    events: mpsc::Receiver<Event>,
    _dir: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = inkmesh_store::Store::open(dir.path()).unwrap();
        let fresh = super::super::liveness::Fresh::default();
        let protocols = network::Protocols {
            sync: sync::PROTOCOL,
            guesses: guess_streams::PROTOCOL,
            invitations: invitation_streams::PROTOCOL,
        };
        let (network, _) = Network::new(&identity(1), false, fresh.clone(), protocols).unwrap();
        let (mut frontend, events) = Frontend::new();
        frontend.open(READY);
        let credentials = Credentials { identity: identity(1), private: PrivateRooms::default() };
        let (disk, disk_messages) = Disk::new(store, credentials);
        let actor = NodeActor {
            identity: identity(1),
            profile: Profile { name: "Ana".parse().unwrap(), picture: None },
            clock: NodeClock::start(),
            peers: Peers::new(author(1), fresh).0,
            contacts: Contacts::default(),
            contacts_stored: 0,
            guesses: GuessStreams::new(network.control()).0,
            invitations: Invitations::default(),
            invitation_streams: InvitationStreams::new(network.control()).0,
            sync: SyncStreams::new(author(1), network.control(), frontend.backlog().clone()).0,
            network,
            disk,
            rooms: Rooms::default(),
            proven: BTreeSet::new(),
            waiting_room: WaitingRoom::default(),
            frontend,
            replies: Replies::default(),
            joining: VecDeque::new(),
            claims: Vec::new(),
            quitting: None,
        };
        let mut bench = Bench { actor, disk: disk_messages, events, _dir: dir };
        bench.ask(Command::Join { room: RoomName::lobby() }).await.unwrap();
        bench
    }

    /// Hands the actor what the disk has done until a reply comes.
    async fn wait<T>(&mut self, mut reply: oneshot::Receiver<T>) -> Result<T, oneshot::error::RecvError> {
        let reply = async {
            loop {
                tokio::select! {
                    biased;
                    value = &mut reply => return value,
                    Some(message) = self.disk.recv() => self.actor.on_disk_message(message),
                }
            }
        };
        tokio::time::timeout(PATIENCE, reply).await.expect("no reply")
    }

    async fn ask(&mut self, command: Command) -> Result<Reply, CommandError> {
        let (answer, reply) = oneshot::channel();
        self.actor.on_command(command, answer);
        self.wait(reply).await.unwrap()
    }

    /// Sends the actor a message of a sync task and returns the answer, if there is one.
    async fn sync<T>(&mut self, message: impl FnOnce(oneshot::Sender<T>) -> sync::Message) -> Option<T> {
        let (answer, reply) = oneshot::channel();
        self.actor.on_sync_message(message(answer));
        self.wait(reply).await.ok()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    fn refuse(&mut self) {
        let result = Err(StoreError::Busy);
        self.actor.on_disk_message(disk::Message::Stored { keys: Vec::new(), done: None, result });
    }
}

fn say(text: &str) -> Command {
    Command::In(RoomName::lobby(), RoomCommand::Say { text: text.to_owned() })
}

#[tokio::test]
async fn commands_go_to_their_room_and_the_others_are_carried_out_here() {
    let mut bench = Bench::new().await;
    bench.events();
    let Ok(Reply::Written { id }) = bench.ask(say("hello")).await else { panic!("not written") };
    let said =
        |event: &Event| matches!(event, Event::Entries { entries, .. } if entries.iter().any(|one| one.id == id));
    assert!(bench.events().iter().any(said), "the event comes before the reply");
    let art: RoomName = "art".parse().unwrap();
    let elsewhere = Command::In(art.clone(), RoomCommand::State);
    assert_eq!(bench.ask(elsewhere).await.unwrap_err(), CommandError::NotInRoom(art.clone()));
    assert_eq!(bench.ask(Command::Leave { room: art }).await.unwrap_err().code(), "not_in_room");
    assert!(matches!(bench.ask(Command::Whoami).await, Ok(Reply::Whoami { peer, .. }) if peer == author(1)));
    assert!(matches!(bench.ask(Command::Rooms).await, Ok(Reply::Rooms(rooms)) if rooms.len() == 1));
    let history = Command::History { room: RoomName::lobby(), limit: None, before: None };
    assert!(
        matches!(bench.ask(history).await, Ok(Reply::History { entries, .. }) if entries.iter().any(|one| one.id == id))
    );
}

#[tokio::test]
async fn while_a_room_is_read_commands_wait() {
    let mut bench = Bench::new().await;
    let (answer, joined) = oneshot::channel();
    bench.actor.on_command(Command::Join { room: "art".parse().unwrap() }, answer);
    assert!(!bench.actor.takes_commands());
    assert!(matches!(bench.wait(joined).await, Ok(Ok(Reply::Done {}))));
    assert!(bench.actor.takes_commands() && bench.actor.rooms.names().len() == 2);
}

#[tokio::test]
async fn a_room_that_is_left_and_entered_again_is_read_when_what_was_said_is_on_the_disk() {
    let mut bench = Bench::new().await;
    let room = RoomName::lobby();
    let mut said = Vec::new();
    // Nothing that the disk has done arrives meanwhile.
    for command in [say("one"), Command::Leave { room: room.clone() }] {
        let (answer, reply) = oneshot::channel();
        bench.actor.on_command(command, answer);
        said.push(reply);
    }
    let (answer, joined) = oneshot::channel();
    bench.actor.on_command(Command::Join { room: room.clone() }, answer);
    assert!(bench.actor.joining.iter().all(|joining| !joining.is_read()), "it waits for the disk");
    bench.wait(joined).await.unwrap().unwrap();
    let Ok(Reply::Written { id: one }) = bench.wait(said.remove(0)).await.unwrap() else { panic!("not written") };
    let Ok(Reply::Written { id: two }) = bench.ask(say("two")).await else { panic!("not written") };
    let history = Command::History { room: room.clone(), limit: None, before: None };
    let Ok(Reply::History { entries, .. }) = bench.ask(history).await else { panic!("no history") };
    let ids: Vec<OperationId> = entries.iter().map(|entry| entry.id).filter(|id| [one, two].contains(id)).collect();
    assert_eq!(ids, [one, two]);
    assert_eq!(bench.actor.rooms.get(&room).unwrap().log().chains_of(author(1)), 1);
}

#[tokio::test]
async fn while_a_room_is_read_others_are_answered_and_lines_wait_in_their_order() {
    let mut bench = Bench::new().await;
    let (room, art): (RoomName, RoomName) = (RoomName::lobby(), "art".parse().unwrap());
    let (commands, mut queue) = mpsc::channel(16);
    let mut replies = Vec::new();
    let say_here = |text: &str| Command::In(art.clone(), RoomCommand::Say { text: text.to_owned() });
    for command in [Command::Join { room: art.clone() }, say_here("one"), say_here("two")] {
        let (answer, reply) = oneshot::channel();
        commands.send((command, answer)).await.unwrap();
        replies.push(reply);
    }
    let (join, answer) = queue.recv().await.unwrap();
    bench.actor.on_command(join, answer);
    // What was read of the room lies there; the loop does not get it yet.
    let loaded = loop {
        match bench.disk.recv().await.unwrap() {
            loaded @ disk::Message::Loaded { .. } => break loaded,
            other => bench.actor.on_disk_message(other),
        }
    };
    let (peer, clock) = (author(2), wall_ms());
    let asked = |answer| sync::Message::LookUp { room: room.id(), peer, digest: [0; 32], clock, sealed: false, answer };
    assert!(bench.sync(asked).await.unwrap().is_some(), "others are answered");
    let (operations, from, name) = (vec![operation(2)], author(2), room.clone());
    let taken = bench.sync(|done| sync::Message::Batch { room: name, operations, from, done }).await;
    assert!(matches!(taken, Some(Ok(Reply::Done {}))), "what others say is taken in");
    assert!(!bench.actor.takes_commands() && replies[0].try_recv().is_err());
    bench.actor.on_disk_message(loaded);
    assert!(bench.actor.takes_commands());
    let mut ids = Vec::new();
    while let Ok((command, answer)) = queue.try_recv() {
        bench.actor.on_command(command, answer);
    }
    assert!(matches!(bench.wait(replies.remove(0)).await, Ok(Ok(Reply::Done {}))));
    for reply in replies {
        let Ok(Ok(Reply::Written { id })) = bench.wait(reply).await else { panic!("a line is lost") };
        ids.push(id);
    }
    let history = Command::History { room: art, limit: Some(2), before: None };
    let Ok(Reply::History { entries, .. }) = bench.ask(history).await else { panic!("no history") };
    assert_eq!(entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), ids);
}

/// Others bring more of our chains than the room holds: none of them may be continued, and no other begun.
#[tokio::test]
async fn a_name_that_a_full_room_does_not_take_is_told() {
    let mut bench = Bench::new().await;
    let (room, from) = (RoomName::lobby(), author(2));
    let log = bench.actor.rooms.get(&room).unwrap().log();
    let end = log.open_ends(author(1)).next().unwrap();
    let sign = |chain: u64, seq, backlink| {
        let chain = crate::operation::ChainId { author: author(1), log: chain };
        let time = crate::clock::Timestamp::from_ms(end.time.ms() + 1);
        let header = crate::operation::Header { room: room.id(), chain, seq, backlink, time };
        let chat = crate::payload::Chat { text: "x".to_owned() };
        crate::operation::Operation::sign(&identity(1), header, &crate::payload::Payload::Chat(chat)).unwrap()
    };
    let others = (1..=crate::log::MAX_BRANCHES_OF_AUTHOR as u64).map(|n| n << 48).filter(|chain| *chain != end.log);
    let mut operations: Vec<_> = others.map(|chain| sign(chain, 0, None)).collect();
    operations.truncate(crate::log::MAX_BRANCHES_OF_AUTHOR - 1);
    operations.push(sign(end.log, end.next, Some(end.last)));
    let name = room.clone();
    bench.sync(|done| sync::Message::Batch { room: name, operations, from, done }).await.unwrap().unwrap();
    let renamed = bench.ask(Command::Rename { name: "Anna".parse().unwrap() }).await;
    assert_eq!(renamed.unwrap_err(), CommandError::RoomFull);
    assert!(matches!(bench.ask(Command::Whoami).await, Ok(Reply::Whoami { name, .. }) if name.as_str() == "Anna"));
}

#[tokio::test]
async fn while_the_disk_refuses_nothing_is_written_or_taken_in() {
    let mut bench = Bench::new().await;
    bench.events();
    bench.refuse();
    assert!(matches!(bench.events()[..], [Event::Warning(Warning::StorageFailed { .. })]));
    assert_eq!(bench.ask(say("hello")).await.unwrap_err().code(), "not_saved");
    assert!(bench.ask(Command::In(RoomName::lobby(), RoomCommand::State)).await.is_ok(), "it is still read");
    let (room, from) = (RoomName::lobby(), author(2));
    let operations = vec![operation(2)];
    assert!(bench.sync(|done| sync::Message::Batch { room, operations, from, done }).await.is_none());
    let (room, from) = (RoomName::lobby(), author(2));
    let fetch = bench.sync(|answer| sync::Message::NextFetch { room, from, unit: 64, answer }).await;
    assert_eq!(fetch, Some(Fetch::Nothing));
    let gossiped = Frame::operation(&operation(2));
    assert!(matches!(bench.actor.read(&RoomName::lobby(), &gossiped, author(2)), Ok(None)));
}

#[tokio::test]
async fn what_a_round_brings_goes_to_its_room_and_is_acknowledged_when_it_is_durable() {
    let mut bench = Bench::new().await;
    let (room, from, other) = (RoomName::lobby(), author(2), operation(2));
    let clock = wall_ms();
    let holdings = async |bench: &mut Bench, room: RoomName| {
        let (room, peer) = (room.id(), from);
        bench
            .sync(|answer| sync::Message::LookUp { room, peer, digest: [0; 32], clock, sealed: false, answer })
            .await
            .unwrap()
    };
    assert_eq!(holdings(&mut bench, "art".parse().unwrap()).await, None);
    let before = holdings(&mut bench, room.clone()).await.unwrap();
    let (operations, name) = (vec![other.clone()], room.clone());
    let taken = bench.sync(|done| sync::Message::Batch { room: name, operations, from, done }).await;
    assert!(matches!(taken, Some(Ok(Reply::Done {}))));
    let after = holdings(&mut bench, room.clone()).await.unwrap();
    assert_eq!(after.heads.len(), before.heads.len() + 1);
    let gossiped = Frame::operation(&other);
    assert!(matches!(bench.actor.read(&room, &gossiped, from), Ok(None)), "it is no news any more");
    let news = Frame::operation(&operation(3));
    assert!(matches!(bench.actor.read(&room, &news, from), Ok(Some(Input::Gossiped { .. }))));
    assert!(bench.actor.read(&room, b"no frame", from).is_err());
}

#[tokio::test]
async fn messages_about_peers_and_guesses_go_to_their_parts() {
    let mut bench = Bench::new().await;
    let (peer, clock, address) = (author(2), wall_ms(), "/ip4/127.0.0.1/tcp/9".to_owned());
    let neighbours = vec![Neighbour { peer: author(3), addresses: vec![address.clone()] }];
    bench.actor.on_sync_message(sync::Message::Met { room: RoomName::lobby(), peer, neighbours, clock });
    assert_eq!(bench.actor.peers.addresses(author(3)), Vec::<String>::new(), "loopback leads elsewhere from there");
    let address = Address::of_multiaddr(&address);
    bench.actor.on_peers_message(peers::Message::Nearby { peer, address });
    assert!(!bench.actor.peers.addresses(peer).is_empty());
    let close = |room: RoomName| PeerRequest::Close {
        room: room.id(),
        game: OperationId([1; 32]),
        turn: 0,
        line: OperationId([2; 32]),
    };
    for (room, expected) in
        [(RoomName::lobby(), PeerReply::Noted), ("art".parse().unwrap(), PeerReply::Refused(Refusal::NotNow))]
    {
        let (answer, reply) = oneshot::channel();
        let request = Box::new(close(room));
        bench.actor.on_guesses_message(guess_streams::Message::Request { from: author(2), request, answer });
        assert_eq!(bench.wait(reply).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn the_end_is_replied_to_when_everything_is_on_the_disk() {
    let mut bench = Bench::new().await;
    let (answer, mut reply) = oneshot::channel();
    bench.actor.on_command(Command::Quit, answer);
    assert!(!bench.actor.takes_commands());
    assert!(reply.try_recv().is_err() && bench.actor.quitting.as_ref().is_some_and(|waiting| waiting.len() == 1));
    let closed = async { while !matches!(bench.disk.recv().await, Some(disk::Message::Closed)) {} };
    tokio::time::timeout(PATIENCE, closed).await.expect("the store is not closed");
}
