//! The commands of the person.

use super::NodeActor;
use crate::command::{Command, CommandError, Reply, RoomCommand};
use crate::contacts::Tag;
use crate::name::RoomName;
use crate::node::clock::wall_ms;
use crate::node::handle::ReplySender;
use crate::node::profile;
use crate::operation::OperationId;
use crate::payload::Profile;
use crate::room::Input;
use crate::verification::VerificationNumber;

/// Lines of one page of history: when no number is given, and at most.
const HISTORY: usize = 100;
const MAX_HISTORY: usize = 1000;

impl NodeActor {
    pub(super) fn on_command(&mut self, command: Command, answer: ReplySender) {
        let reply = match command {
            Command::In(room, command) => return self.on_room_command(&room, command, answer),
            Command::Join { room } => return self.on_join(room, answer),
            Command::RoomCreate { name, private } => return self.on_room_create(name, private, answer),
            Command::Talk { peer } => return self.on_talk(peer, answer),
            Command::Ticket { room } => self.ticket(&room),
            Command::OpenTicket { ticket } => return self.on_open_ticket(&ticket, answer),
            Command::Invite { room, peers } => return self.on_invite(&room, &peers, answer),
            Command::Accept { invitation } => return self.on_accept(invitation, answer),
            Command::Decline { invitation } => return self.on_decline(invitation, answer),
            Command::Invitations => Ok(self.open_invitations()),
            Command::Leave { room } => return self.on_leave(&room, answer),
            Command::Rename { name } => {
                let profile = Profile { name, picture: self.profile.picture.clone() };
                return self.on_profile(profile, answer);
            }
            Command::Picture { picture } => {
                let profile = Profile { name: self.profile.name.clone(), picture };
                return self.on_profile(profile, answer);
            }
            Command::History { room, limit, before } => {
                return self.on_history(room, limit.unwrap_or(HISTORY), before, answer);
            }
            Command::Drawings { room } => return self.on_drawings(&room, answer),
            Command::Quit => return self.quit(Some(answer)),
            Command::Dial { address } => self.on_dial(&address),
            Command::Whoami => Ok(self.whoami()),
            Command::People => Ok(Reply::People(self.contacts.all(wall_ms()))),
            Command::Nickname { peer, name } => return self.on_nickname(peer, name, answer),
            Command::Friend { peer, on } => return self.on_tag(peer, Tag::Friend, on, answer),
            Command::Block { peer, on } => return self.on_tag(peer, Tag::Blocked, on, answer),
            Command::Mute { peer, on } => return self.on_tag(peer, Tag::Muted, on, answer),
            Command::Verify { peer, number } => return self.on_verify(peer, number, answer),
            Command::Backup { to, passphrase } => return self.disk.write_backup(to, passphrase, answer),
            Command::Rooms => Ok(Reply::Rooms(self.rooms.summaries())),
            Command::RoomsNearby => Ok(Reply::RoomsNearby(self.rooms_nearby())),
            Command::PastRooms => Ok(Reply::PastRooms(self.past_rooms())),
        };
        let _ = answer.send(reply);
    }

    /// Hands a command to its room. What has to be written is refused while the disk refuses.
    fn on_room_command(&mut self, name: &RoomName, command: RoomCommand, answer: ReplySender) {
        let refused = match self.disk.trouble() {
            Some(reason) if command.writes() => Err(CommandError::NotSaved(reason.to_owned())),
            _ => self.rooms.get(name).map(drop),
        };
        if let Err(error) = refused {
            return drop(answer.send(Err(error)));
        }
        let ticket = self.replies.expect(answer);
        self.feed(name, Input::Command { ticket, command });
    }

    /// Takes a name and picture, here and in every open room.
    fn on_profile(&mut self, profile: Profile, answer: ReplySender) {
        self.profile = profile;
        self.waiting_room.changed(self.now().mono_ms);
        let mut refused = None;
        for room in self.rooms.names() {
            refused = self.introduce(&room).err().or(refused);
        }
        // It is ours all the same, and taken in the other rooms. Here it is tried again when the room is opened.
        let answer = match refused {
            None => Some(answer),
            Some(error) => {
                let _ = answer.send(Err(error));
                None
            }
        };
        self.disk.remember_all("profile", profile::values(&self.profile), answer);
    }

    pub(super) fn on_history(
        &mut self,
        name: RoomName,
        limit: usize,
        before: Option<OperationId>,
        answer: ReplySender,
    ) {
        let lines = self
            .rooms
            .get(&name)
            .and_then(|room| room.page(limit.min(MAX_HISTORY), before).ok_or(CommandError::UnknownEntry));
        match lines {
            Ok(lines) => self.disk.read_page(name, lines, answer),
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    fn on_drawings(&mut self, name: &RoomName, answer: ReplySender) {
        match self.rooms.get(name) {
            Ok(room) => self.disk.read_drawings(name.id(), room.steps(), answer),
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    fn on_dial(&mut self, address: &str) -> Result<Reply, CommandError> {
        self.peers.want(address, self.now().mono_ms)?;
        self.make_calls();
        Ok(Reply::Done {})
    }

    fn whoami(&self) -> Reply {
        let (peer, version) = (self.identity.author(), env!("CARGO_PKG_VERSION"));
        let (fingerprint, number) = (peer.fingerprint(), VerificationNumber::of(peer));
        let Profile { name, picture } = self.profile.clone();
        Reply::Whoami { peer, name, picture, fingerprint, number, version }
    }

    /// Begins to end the node: the store writes what it was given, then the actor stops.
    pub(super) fn quit(&mut self, answer: Option<ReplySender>) {
        self.on_all_parted();
        self.quitting.get_or_insert_default().extend(answer);
        let effects = self.disk.close(self.rooms.snapshots(), self.now());
        self.carry_out_effects(effects);
    }
}
