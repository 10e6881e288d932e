//! Starts a node: opens the data folder, sets the network up, reads the rooms, and leaves the actor running.

use std::collections::{BTreeSet, VecDeque};

use inkmesh_store::{Opening, Store, StoreError};
use tokio::sync::mpsc;

use super::actor::{INVITATIONS, Inbox, NodeActor};
use super::clock::NodeClock;
use super::config::Config;
use super::disk::{Credentials, Disk, load_at_start, quarantined, retire_own_chains};
use super::frontend::Frontend;
use super::guess_streams::{self, GuessStreams};
use super::handle::{COMMAND_QUEUE, Events, Node};
use super::invitation_streams::{self, InvitationStreams};
use super::liveness::Fresh;
use super::network::{Network, Protocols};
use super::peers::Peers;
use super::replies::Replies;
use super::rooms::{LEFT, Rooms, recall};
use super::sync::{self, SyncStreams};
use super::waiting_room::WaitingRoom;
use super::{StartError, contacts, key_file, listening, nearby, private_rooms, profile};
use crate::command::CommandError;
use crate::contacts::{Contacts, Tag};
use crate::event::Warning;
use crate::identity::{Author, Identity};
use crate::invitation::Invitations;
use crate::name::{PersonName, RoomName};
use crate::payload::Profile;
use crate::picture::Picture;
use crate::private_room::PrivateRooms;

impl Node {
    /// Opens the data folder and starts the node on the current tokio runtime.
    ///
    /// # Errors
    /// [`StartError`] when the folder is in use, can't be read or written, or the key file is damaged.
    pub async fn start(config: Config) -> Result<(Node, Events), StartError> {
        let dir = config.data_dir.clone();
        let Saved {
            store,
            opening,
            identity,
            about_key,
            unretired,
            name,
            picture,
            rooms: saved_rooms,
            left,
            peers: saved_peers,
            contacts,
            private,
            invitations,
        } = blocking(move || Saved::open(&dir)).await?;
        let (author, clock, fresh) = (identity.author(), NodeClock::start(), Fresh::default());
        let (mut network, no_mdns) = Network::new(&identity, config.mdns, fresh.clone(), protocols())?;
        let (mut frontend, events) = Frontend::new();
        let (mut peers, peer_messages) = Peers::new(author, fresh);
        let (guesses, guess_messages) = GuessStreams::new(network.control());
        let (invitation_streams, invitation_messages) = InvitationStreams::new(network.control());
        let (sync, sync_messages) = SyncStreams::new(author, network.control(), frontend.backlog().clone());
        let credentials = Credentials { identity: identity.clone(), private };
        let (mut disk, disk_messages) = Disk::new(store.clone(), credentials.clone());

        match &opening.quarantined {
            Some(quarantine) => frontend.warn(quarantined(quarantine)),
            None if opening.lost => frontend.warn(Warning::TailLost),
            None => {}
        }
        about_key.into_iter().for_each(|warning| frontend.warn(warning));
        if let Some(error) = unretired {
            let warnings = disk.begin_refusing(error.to_string(), true, clock.now());
            warnings.into_iter().for_each(|warning| frontend.warn(warning));
        }
        let claims = listening::listen(&mut network, &config.listen)?;
        for text in &config.dial {
            peers.want(text, 0).map_err(|error| match error {
                CommandError::Address(_) => StartError::Address(text.clone()),
                other => StartError::Dial(other),
            })?;
        }
        peers.befriend(contacts.with(Tag::Friend).collect());
        peers.recall(&saved_peers, 0);
        for friend in contacts.with(Tag::Friend) {
            peers.recall_friend(friend, &contacts.get(friend, 0).addresses, 0);
        }
        if let Some(reason) = no_mdns {
            frontend.warn(Warning::DiscoveryFailed { reason });
        }

        let mut rooms = Rooms::default();
        rooms.recall_left(left);
        let (names, left_out) = rooms.choose(config.rooms, saved_rooms);
        let (loading, now) = (store.clone(), clock.now());
        let (quarantine, loaded) = blocking(move || load_at_start(&loading, &credentials, &names, now)).await?;
        if let Some(quarantine) = quarantine {
            frontend.warn(quarantined(&quarantine));
        }
        let name = config.name.or(name).unwrap_or_else(|| guest(author));
        let profile = Profile { name, picture };
        let name = profile.name.as_str().as_bytes().to_vec();
        let (replies, joining) = (Replies::default(), VecDeque::new());
        let mut actor = NodeActor {
            identity,
            profile,
            clock,
            network,
            peers,
            contacts,
            contacts_stored: 0,
            guesses,
            invitations,
            invitation_streams,
            sync,
            disk,
            rooms,
            proven: BTreeSet::new(),
            waiting_room: WaitingRoom::default(),
            frontend,
            replies,
            joining,
            claims,
            quitting: None,
        };
        for loaded in loaded {
            actor.enter(loaded)?;
        }
        if left_out > 0 {
            actor.frontend.warn(Warning::RoomsLeftOut { rooms: left_out });
        }
        let list = actor.rooms.remembered().map_err(|error| StartError::Network(error.to_string()))?;
        let kept = blocking(move || {
            store.put_meta(profile::NAME, name)?;
            Ok(store.put_meta("rooms", list)?)
        });
        match kept.await {
            // A disk that takes nothing can still be read.
            Err(StartError::Store(error)) => {
                let warnings = actor.disk.begin_refusing(error.to_string(), false, actor.clock.now());
                warnings.into_iter().for_each(|warning| actor.frontend.warn(warning));
            }
            kept => kept?,
        }
        actor.disk.look_over();
        if config.mdns {
            nearby::look_around(&actor.claims, author, actor.peers.messages());
        }

        let (commands, command_queue) = mpsc::channel(COMMAND_QUEUE);
        let backlog = actor.frontend.backlog().clone();
        let inbox = Inbox {
            commands: command_queue,
            disk: disk_messages,
            sync: sync_messages,
            guesses: guess_messages,
            invitations: invitation_messages,
            peers: peer_messages,
        };
        tokio::spawn(actor.run(inbox));
        Ok((Node { commands, author }, Events { events, backlog }))
    }
}

/// What a data folder holds beside the rooms' operations.
struct Saved {
    store: Store,
    opening: Opening,
    identity: Identity,
    /// A warning about the key for the person.
    about_key: Option<Warning>,
    /// The reason why our chains could not be retired, if so.
    unretired: Option<StoreError>,
    name: Option<PersonName>,
    picture: Option<Picture>,
    /// The rooms that we were in; `None` before the first start.
    rooms: Option<Vec<RoomName>>,
    /// The rooms that we left.
    left: Vec<RoomName>,
    /// See [`Peers::recall`].
    peers: Vec<u8>,
    contacts: Contacts,
    private: PrivateRooms,
    invitations: Invitations,
}

impl Saved {
    /// Opens a data folder. If anything of it was lost, no chain of ours is continued.
    fn open(dir: &std::path::Path) -> Result<Self, StartError> {
        let (store, opening) = Store::open(dir)?;
        let (identity, about_key) = key_file::load_or_create(dir, !store.rooms()?.is_empty())?;
        let retire = || retire_own_chains(&store, identity.author());
        let unretired = if opening.lost { retire().err() } else { None };
        let (name, picture) = profile::load(&store)?;
        let rooms = store.get_meta("rooms")?.and_then(|list| recall(&list));
        let left = store.get_meta(LEFT)?.and_then(|list| recall(&list)).unwrap_or_default();
        let peers = store.get_meta("peers")?.unwrap_or_default();
        let contacts = contacts::load(&store)?;
        let private = private_rooms::load(&store)?;
        let invitations = Invitations::recall(&store.get_meta(INVITATIONS)?.unwrap_or_default());
        // Without its secret a private room can't be entered.
        let is_open = |name: &RoomName| !name.is_private() || private.get(name.id()).is_some();
        let rooms = rooms.map(|rooms| rooms.into_iter().filter(is_open).collect());
        Ok(Saved {
            store,
            opening,
            identity,
            about_key,
            unretired,
            name,
            picture,
            rooms,
            left,
            peers,
            contacts,
            private,
            invitations,
        })
    }
}

/// Returns the protocols of streams that the actor serves.
fn protocols() -> Protocols {
    Protocols { sync: sync::PROTOCOL, guesses: guess_streams::PROTOCOL, invitations: invitation_streams::PROTOCOL }
}

/// Runs work that waits for the disk on a blocking worker.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StartError> + Send + 'static,
) -> Result<T, StartError> {
    tokio::task::spawn_blocking(work).await.map_err(StartError::network)?
}

/// Returns the name of a person who has not chosen one yet.
fn guest(author: Author) -> PersonName {
    let text = format!("guest {}", author.fingerprint());
    // A fingerprint is always short and visible.
    text.parse().unwrap_or_else(|_| unreachable!("{text} is a name"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::codec;
    use crate::event::Event;

    const START: Duration = Duration::from_secs(60);
    /// More than the messages that wait for the actor in tests.
    const ROOMS: usize = 400;

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
    fn friends_are_called_where_they_were_met() {
        let [ana_dir, ben_dir] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let runtime = Arc::new(tokio::runtime::Runtime::new().unwrap());
        let (ben, mut events) = start(&runtime, config(ben_dir.path(), "Ben"));
        let addresses = runtime.block_on(async {
            loop {
                if let Some(Event::Ready { addresses, .. }) = events.next().await {
                    break addresses;
                }
            }
        });
        let mut contacts = Contacts::default();
        contacts.tag(ben.author(), Tag::Friend, true);
        contacts.reached(ben.author(), &addresses);
        let (store, _) = Store::open(ana_dir.path()).unwrap();
        for (name, value) in contacts::values(contacts.take_unwritten().unwrap()) {
            store.put_meta(&name, value).unwrap();
        }
        drop(store);
        let (ana, mut events) = start(&runtime, config(ana_dir.path(), "Ana"));
        let meeting = async {
            while let Some(event) = events.next().await {
                if matches!(&event, Event::Person(person) if person.peer == ben.author() && person.online) {
                    return;
                }
            }
            panic!("the node has ended");
        };
        runtime.block_on(async {
            tokio::time::timeout(START, meeting).await.expect("they don't meet");
            ana.quit().await.unwrap();
            ben.quit().await.unwrap();
        });
    }

    #[test]
    fn a_start_writes_a_new_name_in_more_rooms_than_messages_fit() {
        let dir = tempfile::tempdir().unwrap();
        let rooms: Vec<String> = (0..ROOMS).map(|n| format!("room {n}")).collect();
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
