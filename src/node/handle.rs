//! The frontend's side of the node: commands, their replies, and a stream of events.

use tokio::sync::{mpsc, oneshot};

use super::frontend::Backlog;
use crate::command::{Command, CommandError, Reply, RoomCommand, SayOutcome};
use crate::event::{CanvasView, Entry, Event, GameView, PenLine, Person, ReadStateView, RoomState, RoomSummary};
use crate::identity::Author;
use crate::name::{PersonName, RoomName};
use crate::operation::OperationId;
use crate::waiting_room::NearbyRoom;

/// Commands that may wait for the node; a frontend that sends more waits.
pub(super) const COMMAND_QUEUE: usize = 256;

/// The way back of the reply to a command.
pub(super) type ReplySender = oneshot::Sender<Result<Reply, CommandError>>;

/// Takes the value out of the one kind of reply that a command has.
macro_rules! reply {
    ($asked:expr, $reply:pat => $value:expr) => {
        match $asked.await? {
            $reply => Ok($value),
            other => unreachable!("{other:?}"),
        }
    };
}

/// A running node. Cheap to clone; when the last clone is gone, the node ends.
#[derive(Debug, Clone)]
pub struct Node {
    pub(super) commands: mpsc::Sender<(Command, ReplySender)>,
    pub(super) author: Author,
}

/// The events of a node. There is one receiver of them.
#[derive(Debug)]
pub struct Events {
    pub(super) events: mpsc::Receiver<Event>,
    pub(super) backlog: Backlog,
}

impl Events {
    /// Returns the next event; `None` when the node has ended.
    pub async fn next(&mut self) -> Option<Event> {
        let event = self.events.recv().await?;
        self.backlog.taken(&event);
        Some(event)
    }
}

/// All but [`Node::author`] ask for one command of [`Command`] and wait for its reply. Each may fail with
/// [`CommandError::Closed`] when the node has ended; those about a room with [`CommandError::NotInRoom`]; those that write
/// with [`CommandError::NotSaved`] or [`CommandError::Busy`]; and each with the errors of its command.
impl Node {
    /// Returns our own public key.
    #[must_use]
    pub fn author(&self) -> Author {
        self.author
    }

    /// Has a command carried out and returns its reply. Commands are carried out in the order in which they are asked for;
    /// a reply may come before that to an earlier one.
    ///
    /// # Errors
    /// The reason for a refusal; [`CommandError::Closed`] when the node has ended.
    pub async fn ask(&self, command: Command) -> Result<Reply, CommandError> {
        let (answer, reply) = oneshot::channel();
        self.commands.send((command, answer)).await.map_err(|_| CommandError::Closed)?;
        reply.await.map_err(|_| CommandError::Closed)?
    }

    /// Enters a room, and stays in it over restarts. Nothing happens when we are in it already.
    pub async fn join(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::Join { room }).await.map(drop)
    }

    /// Leaves a room; its history stays on the disk.
    pub async fn leave(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::Leave { room }).await.map(drop)
    }

    /// Returns the rooms that we are in, by name.
    pub async fn rooms(&self) -> Result<Vec<RoomSummary>, CommandError> {
        reply!(self.ask(Command::Rooms), Reply::Rooms(rooms) => rooms)
    }

    /// Returns the public rooms that others have open.
    pub async fn rooms_nearby(&self) -> Result<Vec<NearbyRoom>, CommandError> {
        reply!(self.ask(Command::RoomsNearby), Reply::RoomsNearby(rooms) => rooms)
    }

    /// Returns the people of a room, ourselves and those who are away included.
    pub async fn people(&self, room: RoomName) -> Result<Vec<Person>, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Peers)), Reply::Peers(people) => people)
    }

    /// Takes another name, in every room.
    pub async fn rename(&self, name: PersonName) -> Result<(), CommandError> {
        self.ask(Command::Rename { name }).await.map(drop)
    }

    /// Connects to an address, a multiaddress or `HOST` or `HOST:PORT`, and keeps trying until it answers.
    pub async fn dial(&self, address: String) -> Result<(), CommandError> {
        self.ask(Command::Dial { address }).await.map(drop)
    }

    /// Says a line. Answers once it is durable on the disk; it is sent then.
    pub async fn say(&self, room: RoomName, text: String) -> Result<SayOutcome, CommandError> {
        match self.ask(Command::In(room, RoomCommand::Say { text })).await? {
            Reply::Written { id } => Ok(SayOutcome::Line(id)),
            Reply::Solved => Ok(SayOutcome::Solved),
            other => unreachable!("{other:?}"),
        }
    }

    /// Returns the last `limit` lines of a room (1000 at most), or the last before the line `before`, in the log's order.
    pub async fn history(
        &self,
        room: RoomName,
        limit: usize,
        before: Option<OperationId>,
    ) -> Result<Vec<Entry>, CommandError> {
        reply!(self.ask(Command::History { room, limit: Some(limit), before }), Reply::History { entries, .. } => entries)
    }

    /// Returns the digests of a room.
    pub async fn state(&self, room: RoomName) -> Result<RoomState, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::State)), Reply::State(state) => state)
    }

    /// Returns the visible sheet of a room.
    pub async fn canvas(&self, room: RoomName) -> Result<CanvasView, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Canvas)), Reply::Canvas(canvas) => canvas)
    }

    /// Writes a finished line or a shape on the visible sheet; answers with its last operation once all of it is durable.
    pub async fn draw(&self, room: RoomName, line: PenLine) -> Result<OperationId, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::stroke(line))), Reply::Written { id } => id)
    }

    /// Chooses one of the words on offer ([`GameView::offers`]), counted from 0.
    pub async fn choose(&self, room: RoomName, index: usize) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Choose { index })).await.map(drop)
    }

    /// Takes part in the game that gathers, or in the running one from its next round on.
    pub async fn ready(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Ready)).await.map(drop)
    }

    /// Ends our own turn.
    pub async fn pass(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Pass)).await.map(drop)
    }

    /// Returns the game of a room.
    pub async fn game(&self, room: RoomName) -> Result<GameView, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Game)), Reply::Game { game, .. } => *game)
    }

    /// Returns what of a room was read.
    pub async fn reading(&self, room: RoomName) -> Result<ReadStateView, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Reading)), Reply::Reading { reading, .. } => reading)
    }

    /// Ends the node: what was said is on the disk when this returns.
    pub async fn quit(&self) -> Result<(), CommandError> {
        self.ask(Command::Quit).await.map(drop)
    }
}
