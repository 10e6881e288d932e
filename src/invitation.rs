//! Invitations: a ticket that one person's program sends straight to another's, and the answer. Both wait on the disk until the
//! other side has taken them, so that somebody who is away gets an invitation when they meet, once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codec::{self, CodecError};
use crate::identity::Author;
use crate::name::RoomName;
use crate::room_ticket::RoomTicket;

/// Largest message in bytes.
pub const MAX_MESSAGE: usize = 4096;
/// Invitations that may wait for others, or for their answers; those of others that wait for our person, in all and of one
/// of them.
pub const MAX_SENT: usize = 256;
/// People who are invited at once, at most.
pub const MAX_INVITED: usize = 64;
const MAX_RECEIVED: usize = 64;
const MAX_RECEIVED_EACH: usize = 4;
/// Ids of invitations that are remembered after they were answered, so that one that comes again is not shown again.
const MAX_ENDED: usize = 256;
/// Largest stored list in bytes.
const MAX_STORED: usize = 1 << 20;
/// The time between two tries to reach somebody who is connected, in milliseconds.
const RETRY_MS: u64 = 30_000;

/// The id of an invitation: 16 random bytes, 32 hexadecimal digits in text form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvitationId(pub [u8; 16]);

impl fmt::Display for InvitationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for InvitationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvitationId({self})")
    }
}

/// A text that is not the id of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an invitation: 32 hexadecimal digits")]
pub struct BadInvitationId;

impl FromStr for InvitationId {
    type Err = BadInvitationId;

    fn from_str(text: &str) -> Result<Self, BadInvitationId> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| BadInvitationId)?;
        bytes.try_into().map(InvitationId).map_err(|_| BadInvitationId)
    }
}

impl Serialize for InvitationId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_bytes(&self.0) }
    }
}

impl<'de> Deserialize<'de> for InvitationId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
        } else {
            serde_bytes::deserialize(deserializer).map(InvitationId)
        }
    }
}

/// A message to another program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// Invites somebody.
    Invite {
        /// The invitation.
        id: InvitationId,
        /// The text of a ticket that its sender made.
        ticket: String,
    },
    /// Answers an invitation of the receiver.
    Answer {
        /// The invitation.
        id: InvitationId,
        /// Whether the invited person entered the room.
        accepted: bool,
    },
}

/// The reply to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageReply {
    /// It is on the receiver's disk, or of no use to the receiver. It need not be sent again.
    Noted,
    /// It is to be sent again later.
    Later,
}

macro_rules! message {
    ($message:ty) => {
        impl $message {
            /// Returns the bytes.
            ///
            /// # Errors
            /// [`CodecError`].
            pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
                codec::encode(self, MAX_MESSAGE)
            }

            /// Reads the bytes.
            ///
            /// # Errors
            /// [`CodecError`].
            pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
                codec::within(bytes.len(), MAX_MESSAGE)?;
                codec::decode(bytes)
            }
        }
    };
}
message!(Message);
message!(MessageReply);

/// An invitation by our person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sent {
    to: Author,
    ticket: String,
    /// True if the other program has it.
    delivered: bool,
}

/// An invitation that our person got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Received {
    from: Author,
    ticket: String,
    /// Our person's answer, until the inviter's program has it.
    accepted: Option<bool>,
}

/// An invitation that waits for our person's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Who invites.
    pub from: Author,
    /// The ticket to the room.
    pub ticket: RoomTicket,
}

/// What is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    sent: BTreeMap<InvitationId, Sent>,
    received: BTreeMap<InvitationId, Received>,
    /// The last invitations that are over, oldest first.
    ended: Vec<InvitationId>,
}

/// The invitations under way, of our person and of others.
#[derive(Debug, Default)]
pub struct Invitations {
    stored: Stored,
    /// The messages that are on their way, and when others are tried again.
    sending: BTreeSet<(Author, InvitationId)>,
    retry_at: BTreeMap<Author, u64>,
}

/// What becomes of a message of another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Our person is to be told of an invitation.
    Invited(Invitation),
    /// Our person is to be told of an answer: who answered, about which room, and whether they entered it.
    Answered(Author, RoomName, bool),
    /// There is nothing new in it.
    Nothing,
    /// There is no room for it now.
    Full,
}

impl Invitations {
    /// Reads what was stored; nothing if it can't be read.
    #[must_use]
    pub fn recall(stored: &[u8]) -> Self {
        let stored = if stored.len() > MAX_STORED { None } else { codec::decode(stored).ok() };
        Invitations { stored: stored.unwrap_or_default(), ..Invitations::default() }
    }

    /// Returns what is to be stored.
    ///
    /// # Errors
    /// [`CodecError`]: does not occur within the bounds.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(&self.stored, MAX_STORED)
    }

    // --- our own ---------------------------------------------------------------------------------------------------

    /// Returns whether so many more people can be invited.
    #[must_use]
    pub fn has_room_for(&self, people: usize) -> bool {
        self.stored.sent.len() + people <= MAX_SENT
    }

    /// Invites somebody. It takes the place of an earlier invitation of theirs into the same room.
    pub fn invite(&mut self, id: InvitationId, to: Author, ticket: &RoomTicket) {
        self.retry_at.remove(&to);
        self.stored.sent.retain(|_, sent| sent.to != to || !is_to(&sent.ticket, &ticket.room()));
        self.stored.sent.insert(id, Sent { to, ticket: ticket.text(), delivered: false });
    }

    /// Forgets invitations that have expired. Returns whether there were any.
    pub fn expire(&mut self, wall_ms: u64) -> bool {
        let before = self.stored.sent.len() + self.stored.received.len();
        let is_valid =
            |ticket: &str| ticket.parse::<RoomTicket>().is_ok_and(|ticket| ticket.check_time(wall_ms).is_ok());
        self.stored.sent.retain(|_, sent| is_valid(&sent.ticket));
        self.stored.received.retain(|_, received| is_valid(&received.ticket));
        before != self.stored.sent.len() + self.stored.received.len()
    }

    // --- those of others -------------------------------------------------------------------------------------------

    /// Returns the invitations that wait for our person's answer.
    pub fn open(&self) -> impl Iterator<Item = Invitation> {
        self.stored.received.iter().filter_map(|(id, received)| open(*id, received))
    }

    /// Returns an invitation that waits for our person's answer.
    #[must_use]
    pub fn get(&self, id: InvitationId) -> Option<Invitation> {
        self.stored.received.get(&id).and_then(|received| open(id, received))
    }

    /// Takes note of our person's answer. Returns whether the invitation waited for it.
    pub fn answer(&mut self, id: InvitationId, accepted: bool) -> bool {
        let waits = self.stored.received.get_mut(&id).filter(|received| received.accepted.is_none());
        let Some(received) = waits else { return false };
        received.accepted = Some(accepted);
        self.retry_at.remove(&received.from);
        true
    }

    /// Takes a message of a connected program.
    pub fn take(&mut self, from: Author, message: &Message, wall_ms: u64) -> Taken {
        match message {
            Message::Invite { id, ticket } => self.take_invitation(from, *id, ticket, wall_ms),
            Message::Answer { id, accepted } => {
                if self.stored.sent.get(id).is_none_or(|sent| sent.to != from) {
                    return Taken::Nothing;
                }
                let room = self.stored.sent.remove(id).and_then(|sent| sent.ticket.parse::<RoomTicket>().ok());
                room.map_or(Taken::Nothing, |ticket| Taken::Answered(from, ticket.room(), *accepted))
            }
        }
    }

    fn take_invitation(&mut self, from: Author, id: InvitationId, text: &str, wall_ms: u64) -> Taken {
        if self.stored.received.contains_key(&id) || self.stored.ended.contains(&id) {
            return Taken::Nothing;
        }
        let ticket = text.parse::<RoomTicket>();
        let ticket = ticket.ok().filter(|ticket| ticket.inviter() == from && ticket.check_time(wall_ms).is_ok());
        let Some(ticket) = ticket else { return Taken::Nothing };
        let is_again = |received: &Received| {
            received.from == from && received.accepted.is_none() && is_to(&received.ticket, &ticket.room())
        };
        self.stored.received.retain(|_, received| !is_again(received));
        let theirs = self.stored.received.values().filter(|received| received.from == from).count();
        if theirs >= MAX_RECEIVED_EACH || self.stored.received.len() >= MAX_RECEIVED {
            return Taken::Full;
        }
        self.stored.received.insert(id, Received { from, ticket: ticket.text(), accepted: None });
        Taken::Invited(Invitation { id, from, ticket })
    }

    // --- on their way ----------------------------------------------------------------------------------------------

    /// Returns the messages that are to be sent now to a connected person.
    pub fn due(&mut self, to: Author, now: u64) -> Vec<Message> {
        if self.retry_at.get(&to).is_some_and(|at| now < *at) {
            return Vec::new();
        }
        let Stored { sent, received, .. } = &self.stored;
        let invitations = sent.iter().filter(|(_, sent)| sent.to == to && !sent.delivered);
        let invitations = invitations.map(|(id, sent)| Message::Invite { id: *id, ticket: sent.ticket.clone() });
        let answers = received.iter().filter(|(_, received)| received.from == to);
        let answers =
            answers.filter_map(|(id, received)| Some(Message::Answer { id: *id, accepted: received.accepted? }));
        let mut due: Vec<Message> = invitations.chain(answers).collect();
        due.retain(|message| self.sending.insert((to, message.id())));
        due
    }

    /// Returns the people for whom something waits.
    pub fn waiting(&self) -> impl Iterator<Item = Author> {
        let sent = self.stored.sent.values().filter(|sent| !sent.delivered).map(|sent| sent.to);
        sent.chain(self.stored.received.values().filter(|received| received.accepted.is_some()).map(|one| one.from))
    }

    /// Takes note that somebody is connected: what waits for them is due now.
    pub fn met(&mut self, peer: Author) {
        self.retry_at.remove(&peer);
    }

    /// Takes note that a message was replied to; `None`: the person was not reached. Returns whether what is stored changed.
    pub fn sent(&mut self, to: Author, message: &Message, reply: Option<MessageReply>, now: u64) -> bool {
        self.sending.remove(&(to, message.id()));
        if reply != Some(MessageReply::Noted) {
            self.retry_at.insert(to, now + RETRY_MS);
            return false;
        }
        match message {
            Message::Invite { id, .. } => {
                let sent = self.stored.sent.get_mut(id).filter(|sent| sent.to == to);
                sent.map(|sent| sent.delivered = true).is_some()
            }
            Message::Answer { id, .. } => {
                self.stored.ended.push(*id);
                let surplus = self.stored.ended.len().saturating_sub(MAX_ENDED);
                self.stored.ended.drain(..surplus);
                self.stored.received.remove(id).is_some()
            }
        }
    }

    /// Returns when somebody is to be tried again.
    #[must_use]
    pub fn next_try(&self) -> Option<u64> {
        self.retry_at.values().min().copied()
    }

    /// Returns the people who are to be tried again now.
    pub fn take_due(&mut self, now: u64) -> Vec<Author> {
        let due: Vec<Author> = self.retry_at.iter().filter(|(_, at)| **at <= now).map(|(peer, _)| *peer).collect();
        self.retry_at.retain(|_, at| *at > now);
        due
    }
}

impl Message {
    /// Returns the invitation that it is about.
    #[must_use]
    pub fn id(&self) -> InvitationId {
        match self {
            Message::Invite { id, .. } | Message::Answer { id, .. } => *id,
        }
    }
}

/// Returns whether a ticket leads to a room.
fn is_to(ticket: &str, room: &RoomName) -> bool {
    ticket.parse::<RoomTicket>().is_ok_and(|ticket| ticket.room() == *room)
}

fn open(id: InvitationId, received: &Received) -> Option<Invitation> {
    let ticket = received.ticket.parse().ok()?;
    received.accepted.is_none().then_some(Invitation { id, from: received.from, ticket })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000;
    const ANA: Author = Author([1; 32]);
    const BEN: Author = Author([2; 32]);

    fn ticket(inviter: Author, room: &str) -> RoomTicket {
        RoomTicket::new(&room.parse().unwrap(), None, inviter, Vec::new(), 9_000)
    }

    fn id(n: u8) -> InvitationId {
        InvitationId([n; 16])
    }

    fn invite(n: u8, inviter: Author) -> Message {
        Message::Invite { id: id(n), ticket: ticket(inviter, "tea").text() }
    }

    #[test]
    fn an_invitation_goes_there_once_and_its_answer_back() {
        let (mut ana, mut ben) = (Invitations::default(), Invitations::default());
        ana.invite(id(1), BEN, &ticket(ANA, "tea"));
        assert_eq!(ana.waiting().collect::<Vec<_>>(), [BEN]);
        assert!(ana.due(ANA, 0).is_empty());
        let due = ana.due(BEN, 0);
        assert_eq!((&due[..], ana.due(BEN, 0).len()), (&[invite(1, ANA)][..], 0), "it is on its way");
        assert!(!ana.sent(BEN, &due[0], None, 0));
        assert_eq!((ana.due(BEN, 1).len(), ana.next_try()), (0, Some(RETRY_MS)));
        assert_eq!(ana.take_due(RETRY_MS), [BEN]);
        let due = ana.due(BEN, RETRY_MS);
        let Taken::Invited(invitation) = ben.take(ANA, &due[0], NOW) else { panic!("not taken") };
        assert_eq!((invitation.id, invitation.from, invitation.ticket.room().as_str()), (id(1), ANA, "tea"));
        assert_eq!(ben.take(ANA, &due[0], NOW), Taken::Nothing, "the reply was lost, and it came again");
        assert!(ana.sent(BEN, &due[0], Some(MessageReply::Noted), 0));
        assert!(ana.due(BEN, u64::MAX).is_empty());

        // Both are restarted.
        let [mut ana, mut ben] = [ana, ben].map(|one| Invitations::recall(&one.encode().unwrap()));
        assert_eq!(ben.open().collect::<Vec<_>>(), std::slice::from_ref(&invitation));
        assert!(ben.due(ANA, 0).is_empty());
        assert!(ben.answer(id(1), true) && !ben.answer(id(1), false), "one answer");
        assert_eq!(ben.open().count(), 0);
        let due = ben.due(ANA, 0);
        assert_eq!(due, [Message::Answer { id: id(1), accepted: true }]);
        assert_eq!(ana.take(Author([3; 32]), &due[0], NOW), Taken::Nothing, "of somebody else");
        assert_eq!(ana.take(BEN, &due[0], NOW), Taken::Answered(BEN, "tea".parse().unwrap(), true));
        assert_eq!(ana.take(BEN, &due[0], NOW), Taken::Nothing);
        assert!(ben.sent(ANA, &due[0], Some(MessageReply::Noted), 0));
        assert_eq!(ben.take(ANA, &invite(1, ANA), NOW), Taken::Nothing, "it is over");
    }

    #[test]
    fn tickets_of_others_and_expired_ones_are_no_invitations() {
        let mut ben = Invitations::default();
        assert_eq!(ben.take(ANA, &invite(1, BEN), NOW), Taken::Nothing);
        assert_eq!(ben.take(ANA, &invite(1, ANA), 9_000), Taken::Nothing);
        let junk = Message::Invite { id: id(2), ticket: "inkmesh:junk".to_owned() };
        assert_eq!(ben.take(ANA, &junk, NOW), Taken::Nothing);
        assert!(matches!(ben.take(ANA, &invite(1, ANA), NOW), Taken::Invited(_)));
        assert!(!ben.expire(8_999) && ben.expire(9_000));
        assert_eq!(ben.open().count(), 0);
    }

    #[test]
    fn an_invitation_into_the_same_room_takes_the_place_of_the_one_before() {
        let (mut ana, mut ben) = (Invitations::default(), Invitations::default());
        ana.invite(id(1), BEN, &ticket(ANA, "tea"));
        ana.invite(id(2), BEN, &ticket(ANA, "tea"));
        ana.invite(id(3), BEN, &ticket(ANA, "coffee"));
        assert_eq!(ana.due(BEN, 0).iter().map(Message::id).collect::<Vec<_>>(), [id(2), id(3)]);
        for n in [1, 2] {
            assert!(matches!(ben.take(ANA, &invite(n, ANA), NOW), Taken::Invited(_)));
        }
        assert_eq!(ben.open().map(|one| one.id).collect::<Vec<_>>(), [id(2)]);
    }

    #[test]
    fn nobody_fills_the_list() {
        let mut ben = Invitations::default();
        for n in 0..=255 {
            let message = Message::Invite { id: id(n), ticket: ticket(ANA, &format!("room {n}")).text() };
            let taken = ben.take(ANA, &message, NOW);
            assert_eq!(matches!(taken, Taken::Invited(_)), usize::from(n) < MAX_RECEIVED_EACH, "{n}");
        }
        for n in 10..=255 {
            let from = Author([n; 32]);
            let invited = matches!(ben.take(from, &invite(n, from), NOW), Taken::Invited(_));
            assert_eq!(invited, usize::from(n) - 10 + MAX_RECEIVED_EACH < MAX_RECEIVED, "{n}");
        }
        for n in 0..MAX_SENT {
            assert!(ben.has_room_for(1));
            let number = u8::try_from(n % 256).unwrap();
            let sent = InvitationId([number, u8::try_from(n / 256).unwrap(), 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
            ben.invite(sent, ANA, &ticket(BEN, &format!("room {n}")));
        }
        assert!(!ben.has_room_for(1));
        assert!(ben.encode().is_ok());
    }

    #[test]
    fn messages_are_read_as_they_were_written_and_junk_is_refused() {
        for message in [invite(1, ANA), Message::Answer { id: id(1), accepted: false }] {
            assert_eq!(Message::decode(&message.encode().unwrap()), Ok(message));
        }
        assert_eq!(MessageReply::decode(&MessageReply::Later.encode().unwrap()), Ok(MessageReply::Later));
        assert!(Message::decode(&[0xff; 40]).is_err() && Message::decode(&vec![0; MAX_MESSAGE + 1]).is_err());
        assert_eq!(id(0xab).to_string().parse(), Ok(id(0xab)));
        assert_eq!("ab".parse::<InvitationId>(), Err(BadInvitationId));
    }
}
