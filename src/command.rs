//! Commands of a frontend, replies to them, and reasons for a refusal.
//!
//! This file is the only list of commands. The node carries out a [`Command`] (`node/actor/commands.rs`), the room machine a
//! [`RoomCommand`] (`room/commands.rs`). Each is read from JSON: `do` names the variant in snake case, `room` the room of
//! a room's command, and the variant's fields stand beside them. A [`Reply`] is written as JSON.

use serde::{Deserialize, Serialize};

use crate::backup::BackupError;
use crate::canvas::{Color, Point, StrokeId, Tool};
use crate::contacts::Contact;
pub use crate::event::MAX_ROOMS;
use crate::event::{
    CanvasView, Entry, InvitationView, PastRoom, PenLine, Person, ReadStateView, RoomState, RoomSummary,
};
use crate::gallery::Gallery;
use crate::game::{GameView, GuessError, PlayError, Rules, WordList};
use crate::identity::Author;
use crate::invitation::InvitationId;
use crate::json;
use crate::name::{NameError, PersonName, RoomName};
use crate::operation::OperationId;
use crate::picture::Picture;
use crate::room_ticket::TicketError;
use crate::verification::VerificationNumber;
use crate::waiting_room::NearbyRoom;

/// A command of a frontend to the node.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Enters a room and stays in it over restarts. Nothing happens in a room that we are in already.
    Join {
        /// The room.
        room: RoomName,
    },
    /// Leaves a room; its history stays on the disk.
    Leave {
        /// The room.
        room: RoomName,
    },
    /// Makes a room and enters it: [`Reply::Entered`].
    RoomCreate {
        /// The name of a public room, or the title of a private one.
        name: RoomName,
        /// True if only people with a ticket may enter.
        #[serde(default)]
        private: bool,
    },
    /// Enters our conversation of two with somebody, and invites them into it when it is new: [`Reply::Entered`].
    Talk {
        /// The person.
        #[serde(deserialize_with = "json::peer")]
        peer: Author,
    },
    /// Makes a ticket with which others enter a room: [`Reply::Ticket`].
    Ticket {
        /// The room.
        room: RoomName,
    },
    /// Enters the room of a ticket, and calls who made it: [`Reply::Entered`].
    OpenTicket {
        /// The text of the ticket.
        ticket: String,
    },
    /// Invites people into a room. Those who are away get the invitation when they meet us.
    Invite {
        /// The room.
        room: RoomName,
        /// The people.
        #[serde(deserialize_with = "json::peers")]
        peers: Vec<Author>,
    },
    /// Enters the room of an invitation, and tells who invited: [`Reply::Entered`].
    Accept {
        /// The invitation.
        invitation: InvitationId,
    },
    /// Does not enter the room of an invitation, and tells who invited.
    Decline {
        /// The invitation.
        invitation: InvitationId,
    },
    /// Lists the invitations that wait for an answer: [`Reply::Invitations`].
    Invitations,
    /// Takes another name, in every room.
    Rename {
        /// The name.
        name: PersonName,
    },
    /// Takes another picture, in every room.
    #[serde(deserialize_with = "json::picture")]
    Picture {
        /// The picture; none takes it away, and then we have one by our key.
        picture: Option<Picture>,
    },
    /// Connects to an address and keeps trying until it answers.
    Dial {
        /// A multiaddress, `HOST` or `HOST:PORT`.
        address: String,
    },
    /// Says who we are: [`Reply::Whoami`].
    Whoami,
    /// Lists everybody whom we have met or marked: [`Reply::People`].
    People,
    /// Gives somebody a name of our own, or takes it away.
    Nickname {
        /// The person.
        #[serde(deserialize_with = "json::peer")]
        peer: Author,
        /// The name; none, or an empty one, takes it away.
        #[serde(default, deserialize_with = "json::nickname")]
        name: Option<PersonName>,
    },
    /// Marks somebody as a friend: never forgotten, and called at the start.
    Friend {
        /// The person.
        #[serde(deserialize_with = "json::peer")]
        peer: Author,
        /// False takes the mark away.
        on: bool,
    },
    /// Does not show the talk of somebody.
    Mute {
        /// The person.
        #[serde(deserialize_with = "json::peer")]
        peer: Author,
        /// False takes the mark away.
        on: bool,
    },
    /// Takes nothing of somebody any more: it is neither shown nor passed on nor stored, and counts in no game.
    Block {
        /// The person.
        #[serde(deserialize_with = "json::peer")]
        peer: Author,
        /// False takes the mark away.
        on: bool,
    },
    /// Compares the verification number that somebody has read to us with their key, and marks them as verified if it is
    /// the right one.
    Verify {
        /// The person.
        #[serde(deserialize_with = "json::peer")]
        peer: Author,
        /// The number.
        #[serde(deserialize_with = "json::number")]
        number: VerificationNumber,
    },
    /// Writes an encrypted backup of identity, contacts and private rooms to a file. The reply comes when it is durable.
    Backup {
        /// The file; a backup that is there is replaced.
        to: std::path::PathBuf,
        /// The passphrase with which it can be restored.
        passphrase: String,
    },
    /// Lists the rooms that we are in, by name: [`Reply::Rooms`].
    Rooms,
    /// Lists the public rooms that others have open: [`Reply::RoomsNearby`].
    RoomsNearby,
    /// Lists the rooms that we were in, and that are not open: [`Reply::PastRooms`].
    PastRooms,
    /// Reads lines of a room in the log's order: [`Reply::History`].
    History {
        /// The room.
        room: RoomName,
        /// The number of lines; at most 1,000 are given, and 100 without it.
        limit: Option<usize>,
        /// The line before which they stand; without it the last lines are given.
        #[serde(default, deserialize_with = "json::before")]
        before: Option<OperationId>,
    },
    /// Reads all drawings of a room from the disk: [`Reply::Drawings`]. Takes some time in a room with many strokes.
    Drawings {
        /// The room.
        room: RoomName,
    },
    /// Ends the node. The reply comes when everything is on the disk.
    Quit,
    /// A command in a room.
    #[serde(skip)]
    In(RoomName, RoomCommand),
}

/// A command in a room, carried out by the room machine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomCommand {
    /// Says a line: [`Reply::Written`] once it is durable. In a quiz it may be a guess, and then [`Reply::Solved`].
    Say {
        /// The text, 1 to [`crate::payload::MAX_TEXT`] bytes.
        text: String,
    },
    /// Lists the people of the room, ourselves included, those who are away too: [`Reply::Peers`].
    Peers,
    /// Gives the room's digests: [`Reply::State`].
    State,
    /// Gives the visible sheet: [`Reply::Canvas`]. Not for JSON: programs are not sent sheets.
    #[serde(skip)]
    Canvas,
    /// Writes a finished stroke or a shape on the visible sheet: [`Reply::Written`], with its last operation, once all of
    /// it is durable.
    Stroke {
        /// The stroke's number. The room gives it one if there is none.
        #[serde(default)]
        stroke: Option<StrokeId>,
        /// The tool.
        #[serde(default)]
        tool: Tool,
        /// The colour.
        #[serde(deserialize_with = "json::color")]
        color: Color,
        /// The width in logical units.
        width: u16,
        /// The points; in JSON pairs in logical units. A shape has two.
        #[serde(deserialize_with = "json::points")]
        points: Vec<Point>,
    },
    /// Shows others the new points of a stroke under way. They are not stored.
    Pen {
        /// The stroke's number.
        stroke: StrokeId,
        /// The index of the first of the points in the stroke.
        from: u32,
        /// The tool.
        #[serde(default)]
        tool: Tool,
        /// The colour.
        #[serde(deserialize_with = "json::color")]
        color: Color,
        /// The width in logical units.
        width: u16,
        /// The new points; in JSON pairs in logical units. A shape has two.
        #[serde(deserialize_with = "json::points")]
        points: Vec<Point>,
    },
    /// Colours the area around a point of the visible sheet: [`Reply::Written`].
    Fill {
        /// To the right, in quarter units; in JSON in logical units.
        #[serde(deserialize_with = "json::quarters")]
        x: i32,
        /// Down, likewise.
        #[serde(deserialize_with = "json::quarters")]
        y: i32,
        /// The colour.
        #[serde(deserialize_with = "json::color")]
        color: Color,
    },
    /// Takes our last stroke or fill off the visible sheet: [`Reply::Written`].
    Undo,
    /// Puts back what we undid last, unless we have drawn since: [`Reply::Written`].
    Redo,
    /// Takes everything off the visible sheet: [`Reply::Written`].
    Clear,
    /// Proposes a game, a quiz with these words or turns without any, and makes us ready for it: [`Reply::Started`].
    #[serde(deserialize_with = "json::start")]
    Start {
        /// The rules.
        rules: Rules,
        /// The words of a quiz.
        words: WordList,
    },
    /// Proposes the last game again, with its rules and words: [`Reply::Started`].
    Rematch,
    /// Chooses one of the words on offer ([`GameView::offers`]).
    Choose {
        /// Its index, counted from 0.
        index: usize,
    },
    /// Takes part in the game that gathers, or in the running one from its next round on.
    Ready,
    /// Ends the gathering of our own game, with those who are ready.
    Begin,
    /// Ends our own turn.
    Pass,
    /// Votes to skip the drawer.
    Skip,
    /// Votes to remove a player.
    Kick {
        /// The player.
        #[serde(deserialize_with = "json::peer")]
        peer: Author,
    },
    /// Leaves the game; [`RoomCommand::Ready`] comes back with the next round. A game of ours that gathers is called off.
    LeaveGame,
    /// Votes to end the game: it is over when more than half of the players do.
    EndGame,
    /// Gives the game as it is now: [`Reply::Game`].
    Game,
    /// Marks everything up to a line as read. The mark only moves forward and survives a restart.
    Read {
        /// The line.
        #[serde(deserialize_with = "json::upto")]
        upto: OperationId,
    },
    /// Takes away the announcements of late lines: [`ReadStateView::late`] is empty from here on.
    DismissLate,
    /// Gives what is read and unread: [`Reply::Reading`].
    Reading,
}

impl RoomCommand {
    /// Returns the command that writes a finished stroke.
    #[must_use]
    pub fn stroke(line: PenLine) -> Self {
        let PenLine { stroke, tool, color, width, points } = line;
        RoomCommand::Stroke { stroke: Some(stroke), tool, color, width, points }
    }

    /// Returns the command that shows the new points of a stroke under way, the first of them with index `from`.
    #[must_use]
    pub fn pen(line: PenLine, from: u32) -> Self {
        let PenLine { stroke, tool, color, width, points } = line;
        RoomCommand::Pen { stroke, from, tool, color, width, points }
    }

    /// Returns whether it ends in an operation of our own, which has to become durable.
    #[must_use]
    pub fn writes(&self) -> bool {
        use RoomCommand::{Begin, Canvas, DismissLate, Game, Peers, Pen, Read, Reading, State};
        !matches!(self, Peers | State | Canvas | Pen { .. } | Begin | Game | Read { .. } | DismissLate | Reading)
    }
}

/// The number that a frontend's command has between the node and a room, so that the reply finds its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandTicket(pub u64);

/// The reply to a command that was carried out.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// It is done.
    Done {},
    /// The operations are durable on the disk.
    Written {
        /// The last operation.
        id: OperationId,
    },
    /// The line was the word of the turn. It is durable, and is not shown.
    #[serde(serialize_with = "json::solved")]
    Solved,
    /// A game is proposed, durable on the disk.
    Started {
        /// The game's name.
        game: OperationId,
    },
    /// Our own identity and program.
    Whoami {
        /// Our key.
        peer: Author,
        /// The name that others see.
        name: PersonName,
        /// Our picture; none if we chose nothing.
        #[serde(serialize_with = "json::as_picture")]
        picture: Option<Picture>,
        /// The short form of the key, which tells people of the same name apart.
        fingerprint: String,
        /// The verification number of our key, which we read to others.
        #[serde(serialize_with = "json::as_text")]
        number: VerificationNumber,
        /// The version of the program.
        version: &'static str,
    },
    /// Everybody whom we have met or marked.
    People(Vec<Contact>),
    /// The room that was entered.
    Entered {
        /// The name by which commands call it.
        room: RoomName,
    },
    /// The invitations that wait for an answer.
    Invitations(Vec<InvitationView>),
    /// A ticket to a room.
    Ticket {
        /// Its text.
        ticket: String,
    },
    /// The rooms that we are in.
    Rooms(Vec<RoomSummary>),
    /// The public rooms that others have open.
    RoomsNearby(Vec<NearbyRoom>),
    /// The rooms that we were in, and that are not open, by name.
    PastRooms(Vec<PastRoom>),
    /// The people of a room.
    Peers(Vec<Person>),
    /// Lines of a room.
    #[serde(serialize_with = "json::history")]
    History {
        /// The room.
        room: RoomName,
        /// The lines, in the log's order.
        entries: Vec<Entry>,
    },
    /// The digests of a room.
    State(RoomState),
    /// The visible sheet of a room. Not for JSON.
    #[serde(skip)]
    Canvas(CanvasView),
    /// The game of a room.
    Game {
        /// The room.
        room: RoomName,
        /// The game.
        #[serde(flatten)]
        game: Box<GameView>,
    },
    /// The read marks of a room.
    Reading {
        /// The room.
        room: RoomName,
        /// The marks.
        #[serde(flatten)]
        reading: ReadStateView,
    },
    /// The drawings that a room has seen.
    Drawings {
        /// All of them.
        drawings: Gallery,
    },
}

/// The outcome of a line that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SayOutcome {
    /// It stands in the history.
    Line(OperationId),
    /// It was the word.
    Solved,
}

impl SayOutcome {
    /// The line that it makes in the history, if it makes one.
    #[must_use]
    pub fn line(self) -> Option<OperationId> {
        match self {
            SayOutcome::Line(id) => Some(id),
            SayOutcome::Solved => None,
        }
    }
}

/// The reason why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// We are not in that room.
    #[error("not in the room {0}: join it first")]
    NotInRoom(RoomName),
    /// We are in [`MAX_ROOMS`] rooms.
    #[error("you are in {MAX_ROOMS} rooms, and can't be in more: leave one first")]
    TooManyRooms,
    /// A private room of which we don't have the secret.
    #[error("this room is private: ask somebody in it for a ticket")]
    NotAMember,
    /// A backup that can't be made.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// A file that is no backup would be replaced.
    #[error("{0} is there already and is not a backup: name another file")]
    FileExists(String),
    /// There is no such invitation, or it was answered or has expired.
    #[error("there is no such invitation any more")]
    UnknownInvitation,
    /// As many invitations wait for others as may.
    #[error("so many invitations wait for an answer that there is no room for more")]
    TooManyInvitations,
    /// A ticket that can't be used.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// It is our own key.
    #[error("this is you")]
    Oneself,
    /// Everybody who is kept is marked or here, and they are as many as can be kept.
    #[error("so many people are marked that no more can be kept: unmark some")]
    TooManyPeople,
    /// The verification number is not that of the key.
    #[error(
        "this is not the number of this person's key: make sure that you heard it right, and don't rely on who this is"
    )]
    NotVerified,
    /// No address that can be dialled.
    #[error("not an address: {0} (it looks like /ip4/192.168.0.7/tcp/47770 or 192.168.0.7)")]
    Address(String),
    /// An address of IPv6 that means something only together with an interface of the machine that calls.
    #[error("addresses that begin with fe80 can't be called: give the computer's name or another address of it")]
    LinkLocal,
    /// Nothing of the text can be seen.
    #[error("there is nothing to see in this message")]
    BlankText,
    /// The text is longer than [`crate::payload::MAX_TEXT`].
    #[error("a message has at most {max} bytes, this one has {len}", max = crate::payload::MAX_TEXT)]
    Text {
        /// Its length in bytes.
        len: usize,
    },
    /// A line without points, a shape without exactly two, or a width out of bounds.
    #[error("a stroke has a point, a shape has two, and a width of 1 to {max}", max = crate::canvas::MAX_WIDTH)]
    Stroke,
    /// None of our marks on the visible sheet can be undone.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// None of our marks on the visible sheet can be put back.
    #[error("there is nothing to redo")]
    NothingToRedo,
    /// No more counts on the sheet of this turn.
    #[error("this sheet is full")]
    SheetFull,
    /// A step of the game can't be written now.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// A guess was not answered; nobody saw it.
    #[error(transparent)]
    Guess(#[from] GuessError),
    /// We know the word of the turn, but this program was restarted since: what we say could not be sealed.
    #[error("you know the word, and this program was restarted since: talk again when the turn is over")]
    Sealed,
    /// The entry to count back from is not in the room's history.
    #[error("there is no such entry in this room")]
    UnknownEntry,
    /// The operation could not be written to the disk, so it was not sent either.
    #[error("not saved and not sent, the disk refused it: {0}")]
    NotSaved(String),
    /// The history on the disk can't be read.
    #[error("the history on the disk can't be read: {0}")]
    Unreadable(String),
    /// More of one's own operations wait for the disk than are allowed.
    #[error("too much at once: wait until what was said is saved")]
    Busy,
    /// The room holds as many chains of ours as it may, or of everybody.
    #[error("this room is full: it can hold nothing more of yours")]
    RoomFull,
    /// The node has ended.
    #[error("the node has ended")]
    Closed,
}

impl CommandError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            CommandError::NotInRoom(_) => "not_in_room",
            CommandError::TooManyRooms => "too_many_rooms",
            CommandError::Backup(BackupError::ShortPassphrase) => "short_passphrase",
            CommandError::Backup(_) => "no_backup",
            CommandError::FileExists(_) => "file_exists",
            CommandError::UnknownInvitation => "unknown_invitation",
            CommandError::TooManyInvitations => "too_many_invitations",
            CommandError::NotAMember => "not_a_member",
            CommandError::Ticket(TicketError::Expired) => "ticket_expired",
            CommandError::Ticket(TicketError::Newer) => "ticket_newer",
            CommandError::Ticket(_) => "bad_ticket",
            CommandError::Name(_) => "bad_name",
            CommandError::Oneself => "oneself",
            CommandError::TooManyPeople => "too_many_people",
            CommandError::NotVerified => "not_verified",
            CommandError::Address(_) => "bad_address",
            CommandError::LinkLocal => "link_local",
            CommandError::BlankText | CommandError::Text { .. } => "bad_text",
            CommandError::Stroke => "bad_stroke",
            CommandError::NothingToUndo => "nothing_to_undo",
            CommandError::NothingToRedo => "nothing_to_redo",
            CommandError::SheetFull => "sheet_full",
            CommandError::Play(error) => error.code(),
            CommandError::Guess(error) => error.code(),
            CommandError::Sealed => "sealed",
            CommandError::UnknownEntry => "unknown_entry",
            CommandError::NotSaved(_) => "not_saved",
            CommandError::Unreadable(_) => "unreadable",
            CommandError::Busy => "busy",
            CommandError::RoomFull => "room_full",
            CommandError::Closed => "closed",
        }
    }
}
