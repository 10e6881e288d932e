//! An attacker: a peer that speaks libp2p but not the Inkmesh protocol.

use std::time::Duration;

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use inkmesh::clock::Timestamp;
use inkmesh::frame::Frame;
use inkmesh::identity::Identity;
use inkmesh::name::{RoomId, RoomName};
use inkmesh::operation::{ChainId, Header, Operation, OperationId};
use inkmesh::payload::{Chat, Payload};
use inkmesh::sync::{Request, Response};
use libp2p::gossipsub::{self, IdentTopic};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol, Swarm, SwarmBuilder, noise, tcp, yamux};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub const SYNC: StreamProtocol = StreamProtocol::new("/inkmesh/sync/2");
pub const GUESS: StreamProtocol = StreamProtocol::new("/inkmesh/guess/1");

#[derive(NetworkBehaviour)]
pub struct Behaviour {
    gossip: gossipsub::Behaviour,
    stream: libp2p_stream::Behaviour,
}

pub struct Attacker {
    pub identity: Identity,
    pub victim: PeerId,
    pub control: libp2p_stream::Control,
    /// The data of all gossip messages that came in [`Attacker::during`].
    pub heard: Vec<Vec<u8>>,
    topic: IdentTopic,
    swarm: Swarm<Behaviour>,
}

impl Attacker {
    /// Connects to a node and enters the lobby.
    pub async fn connect(secret: u8, address: Multiaddr) -> Self {
        Attacker::subscribe(secret, address, RoomName::lobby().id()).await
    }

    /// Connects to a node and subscribes to the topic of a room that the node is in.
    pub async fn subscribe(secret: u8, address: Multiaddr, room: RoomId) -> Self {
        let topic = IdentTopic::new(room.topic());
        let identity = Identity::from_secret([secret; 32]);
        let keypair = libp2p::identity::Keypair::ed25519_from_bytes(identity.secret()).unwrap();
        let config = gossipsub::ConfigBuilder::default()
            .validation_mode(gossipsub::ValidationMode::Anonymous)
            .message_id_fn(|message| gossipsub::MessageId::new(blake3::hash(&message.data).as_bytes()))
            // It has no limits of its own, so that it can send what the victim refuses.
            .max_transmit_size(1 << 23)
            .flood_publish(true)
            .build()
            .unwrap();
        let mut gossip = gossipsub::Behaviour::new(gossipsub::MessageAuthenticity::Anonymous, config).unwrap();
        gossip.subscribe(&topic).unwrap();
        let behaviour = Behaviour { gossip, stream: libp2p_stream::Behaviour::new() };
        let mut swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
            .unwrap()
            .with_behaviour(|_| behaviour)
            .unwrap()
            .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(600)))
            .build();
        swarm.dial(address).unwrap();
        let victim = loop {
            if let SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Subscribed { peer_id, topic: of })) =
                swarm.select_next_some().await
                && of == topic.hash()
            {
                break peer_id;
            }
        };
        let control = swarm.behaviour().stream.new_control();
        Attacker { identity, victim, control, heard: Vec::new(), topic, swarm }
    }

    /// Runs the network while `task` is awaited.
    pub async fn during<T>(&mut self, task: impl Future<Output = T>) -> T {
        let mut task = std::pin::pin!(task);
        loop {
            tokio::select! {
                done = &mut task => return done,
                event = self.swarm.select_next_some() => self.hear(event),
            }
        }
    }

    /// Runs the network until so many gossip messages have come.
    pub async fn until_heard(&mut self, messages: usize) {
        while self.heard.len() < messages {
            let event = self.swarm.select_next_some().await;
            self.hear(event);
        }
    }

    fn hear(&mut self, event: SwarmEvent<BehaviourEvent>) {
        if let SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Message { message, .. })) = event {
            self.heard.push(message.data);
        }
    }

    /// Takes the sync streams that peers open, and hangs up after the first message on each. Returns these messages.
    pub fn accept_streams(&self) -> mpsc::Receiver<Vec<u8>> {
        let mut opened = self.control.clone().accept(SYNC).unwrap();
        let (record, said) = mpsc::channel(64);
        tokio::spawn(async move {
            while let Some((_, mut stream)) = opened.next().await {
                let mut len = [0; 4];
                if stream.read_exact(&mut len).await.is_err() {
                    continue;
                }
                let mut message = vec![0; u32::from_be_bytes(len).min(1 << 20) as usize];
                if stream.read_exact(&mut message).await.is_ok() {
                    let _ = record.send(framed(&message)).await;
                }
            }
        });
        said
    }

    /// Runs the network in a task from here on.
    pub fn run(self) -> Running {
        let Attacker { victim, control, mut swarm, .. } = self;
        let running = tokio::spawn(async move {
            loop {
                swarm.select_next_some().await;
            }
        });
        Running { victim, control, running }
    }

    pub fn publish(&mut self, frame: Vec<u8>) {
        // Fails only when it was published before or is larger than this side's limit.
        let _ = self.swarm.behaviour_mut().gossip.publish(self.topic.clone(), frame);
    }

    /// Sends a frame to the waiting room. Returns whether this side's queue takes it.
    pub fn announce(&mut self, frame: Vec<u8>) -> bool {
        let topic = IdentTopic::new(inkmesh::waiting_room::topic());
        self.swarm.behaviour_mut().gossip.publish(topic, frame).is_ok()
    }

    pub fn is_connected(&self) -> bool {
        self.swarm.is_connected(&self.victim)
    }

    /// Waits until the victim has closed the connection.
    pub async fn until_disconnected(&mut self) {
        while self.swarm.is_connected(&self.victim) {
            self.swarm.select_next_some().await;
        }
    }

    /// Sends bytes on a sync stream and returns all bytes that come back.
    pub async fn sync(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        let (control, victim) = (self.control.clone(), self.victim);
        self.during(ask(control, victim, SYNC, bytes)).await
    }

    /// Returns a well-formed, signed chat line.
    pub fn operation(
        &self,
        room: RoomId,
        log: u64,
        seq: u64,
        backlink: Option<OperationId>,
        ms: u64,
        text: &str,
    ) -> Operation {
        let chain = ChainId { author: self.identity.author(), log };
        let header = Header { room, chain, seq, backlink, time: Timestamp::from_ms(ms) };
        Operation::sign(&self.identity, header, &Payload::Chat(Chat { text: text.to_owned() })).unwrap()
    }

    pub fn say(&mut self, operation: &Operation) {
        self.publish(Frame::operation(operation));
    }
}

/// An attacker whose network runs in a task until it is dropped.
pub struct Running {
    victim: PeerId,
    control: libp2p_stream::Control,
    running: JoinHandle<()>,
}

impl Running {
    /// Compares its clock with the victim's.
    pub async fn tell_time(&self, clock: u64) {
        let hello = Request::Hello { room: RoomName::lobby().id(), digest: [0; 32], clock };
        let answer = self.ask(SYNC, framed(&hello.encode().unwrap())).await;
        assert!(!answer.is_empty());
    }

    /// Sends bytes on a stream and returns all bytes that come back.
    pub fn ask(&self, protocol: StreamProtocol, bytes: Vec<u8>) -> impl Future<Output = Vec<u8>> + use<> {
        ask(self.control.clone(), self.victim, protocol, bytes)
    }

    /// Opens a stream.
    pub async fn open(&self, protocol: StreamProtocol) -> Stream {
        self.control.clone().open_stream(self.victim, protocol).await.unwrap()
    }

    /// Serves every peer that catches up with it.
    pub fn answer<A: Future<Output = ()> + Send + 'static>(&self, answer: impl Fn(Stream) -> A + Send + 'static) {
        let mut asked = self.control.clone().accept(SYNC).unwrap();
        tokio::spawn(async move {
            while let Some((_, stream)) = asked.next().await {
                tokio::spawn(answer(stream));
            }
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn ask(mut control: libp2p_stream::Control, victim: PeerId, protocol: StreamProtocol, bytes: Vec<u8>) -> Vec<u8> {
    let mut stream: Stream = control.open_stream(victim, protocol).await.unwrap();
    let _ = stream.write_all(&bytes).await;
    let _ = stream.flush().await;
    let _ = stream.close().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

/// Returns a message preceded by its length.
pub fn framed(message: &[u8]) -> Vec<u8> {
    [&u32::try_from(message.len()).unwrap().to_be_bytes(), message].concat()
}

/// Returns the next message on a stream; `None` at its end.
pub async fn receive(stream: &mut Stream) -> Option<Request> {
    let mut len = [0; 4];
    stream.read_exact(&mut len).await.ok()?;
    let mut message = vec![0; u32::from_be_bytes(len) as usize];
    stream.read_exact(&mut message).await.ok()?;
    Some(Request::decode(&message).unwrap())
}

/// Sends a message. Returns whether the stream accepts it.
pub async fn send(stream: &mut Stream, response: &Response) -> bool {
    stream.write_all(&framed(&response.encode().unwrap())).await.is_ok() && stream.flush().await.is_ok()
}
