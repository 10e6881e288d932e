//! The frontend's side of the node: commands, their replies, and a stream of events.

use tokio::sync::{mpsc, oneshot};

use super::frontend::Backlog;
use crate::canvas::{Color, Point};
use crate::command::{Command, CommandError, Reply, RoomCommand, Spoken};
use crate::event::{CanvasView, Entry, Event, GameView, PenLine, Person, ReadingView, RoomState, RoomSummary};
use crate::gallery::Gallery;
use crate::game::{Rules, WordList};
use crate::identity::Author;
use crate::name::{PersonName, RoomName};
use crate::operation::OperationId;

/// Commands that may wait for the node; a frontend that sends more waits.
pub(super) const COMMAND_QUEUE: usize = 256;

/// The way back of the reply to a command.
pub(super) type Answer = oneshot::Sender<Result<Reply, CommandError>>;

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
    pub(super) commands: mpsc::Sender<(Command, Answer)>,
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
    ///
    /// # Errors
    /// [`CommandError::TooManyRooms`], [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn join(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::Join { room }).await.map(drop)
    }

    /// Leaves a room; its history stays on the disk.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn leave(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::Leave { room }).await.map(drop)
    }

    /// Returns the rooms that we are in, by name.
    ///
    /// # Errors
    /// [`CommandError::Closed`].
    pub async fn rooms(&self) -> Result<Vec<RoomSummary>, CommandError> {
        reply!(self.ask(Command::Rooms), Reply::Rooms(rooms) => rooms)
    }

    /// Returns the people of a room, ourselves and those who are away included.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn people(&self, room: RoomName) -> Result<Vec<Person>, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Peers)), Reply::Peers(people) => people)
    }

    /// Takes another name, in every room.
    ///
    /// # Errors
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn rename(&self, name: PersonName) -> Result<(), CommandError> {
        self.ask(Command::Rename { name }).await.map(drop)
    }

    /// Connects to an address, a multiaddress or `HOST` or `HOST:PORT`, and keeps trying until it answers.
    ///
    /// # Errors
    /// [`CommandError::Address`], [`CommandError::Closed`].
    pub async fn dial(&self, address: String) -> Result<(), CommandError> {
        self.ask(Command::Dial { address }).await.map(drop)
    }

    /// Says a line. Answers once it is durable on the disk; it is sent then.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Text`], [`CommandError::NotSaved`], [`CommandError::Busy`],
    /// [`CommandError::Closed`].
    pub async fn say(&self, room: RoomName, text: String) -> Result<Spoken, CommandError> {
        match self.ask(Command::In(room, RoomCommand::Say { text })).await? {
            Reply::Written { id } => Ok(Spoken::Line(id)),
            Reply::Solved => Ok(Spoken::Solved),
            other => unreachable!("{other:?}"),
        }
    }

    /// Returns the last `limit` lines of a room (1000 at most), or the last before the line `before`, in the log's order.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::UnknownEntry`], [`CommandError::Unreadable`],
    /// [`CommandError::Closed`].
    pub async fn history(
        &self,
        room: RoomName,
        limit: usize,
        before: Option<OperationId>,
    ) -> Result<Vec<Entry>, CommandError> {
        reply!(self.ask(Command::History { room, limit: Some(limit), before }), Reply::History { entries, .. } => entries)
    }

    /// Returns the digests of a room.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn state(&self, room: RoomName) -> Result<RoomState, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::State)), Reply::State(state) => state)
    }

    /// Returns the visible sheet of a room.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn canvas(&self, room: RoomName) -> Result<CanvasView, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Canvas)), Reply::Canvas(canvas) => canvas)
    }

    /// Writes a finished line or a shape on the visible sheet; answers with its last operation once all of it is durable.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Stroke`], [`CommandError::Play`],
    /// [`CommandError::SheetFull`], [`CommandError::NotSaved`], [`CommandError::Busy`], [`CommandError::Closed`].
    pub async fn draw(&self, room: RoomName, line: PenLine) -> Result<OperationId, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::stroke(line))), Reply::Written { id } => id)
    }

    /// Colours the area around a point of the visible sheet.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`], [`CommandError::SheetFull`],
    /// [`CommandError::NotSaved`], [`CommandError::Busy`], [`CommandError::Closed`].
    pub async fn fill(&self, room: RoomName, at: Point, color: Color) -> Result<OperationId, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Fill { x: at.x, y: at.y, color })), Reply::Written { id } => id)
    }

    /// Takes our last mark off the visible sheet.
    ///
    /// # Errors
    /// [`CommandError::NothingToUndo`], and as [`Node::fill`].
    pub async fn undo(&self, room: RoomName) -> Result<OperationId, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Undo)), Reply::Written { id } => id)
    }

    /// Puts the mark back that we undid last, unless we have made another since.
    ///
    /// # Errors
    /// [`CommandError::NothingToRedo`], and as [`Node::fill`].
    pub async fn redo(&self, room: RoomName) -> Result<OperationId, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Redo)), Reply::Written { id } => id)
    }

    /// Takes everything off the visible sheet.
    ///
    /// # Errors
    /// As [`Node::fill`].
    pub async fn clear(&self, room: RoomName) -> Result<OperationId, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Clear)), Reply::Written { id } => id)
    }

    /// Shows others the new points of a line under way; `from` is the index of the first of them in the line.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Stroke`], [`CommandError::Play`],
    /// [`CommandError::Closed`].
    pub async fn pen_moved(&self, room: RoomName, line: PenLine, from: u32) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::pen(line, from))).await.map(drop)
    }

    /// Proposes a game, a quiz with these words or turns without any; we are ready for it ourselves at once. The answer
    /// names the game.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`],
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn start_game(&self, room: RoomName, rules: Rules, words: WordList) -> Result<OperationId, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Start { rules, words })), Reply::Started { game } => game)
    }

    /// Proposes the last game again, with its rules and words.
    ///
    /// # Errors
    /// [`CommandError::Play`] when there was none; else as [`Node::start_game`].
    pub async fn rematch(&self, room: RoomName) -> Result<OperationId, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Rematch)), Reply::Started { game } => game)
    }

    /// Chooses one of the words on offer ([`GameView::offers`]), counted from 0.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`],
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn choose(&self, room: RoomName, index: usize) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Choose { index })).await.map(drop)
    }

    /// Takes part in the game that gathers, or in the running one from its next round on.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`], [`CommandError::NotSaved`],
    /// [`CommandError::Closed`].
    pub async fn ready(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Ready)).await.map(drop)
    }

    /// Ends the gathering of the game that we proposed, with those who are ready.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`], [`CommandError::Closed`].
    pub async fn begin(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Begin)).await.map(drop)
    }

    /// Ends our own turn.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`],
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn pass(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Pass)).await.map(drop)
    }

    /// Votes to skip the drawer.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`],
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn skip(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Skip)).await.map(drop)
    }

    /// Votes to remove a player.
    ///
    /// # Errors
    /// As [`Node::skip`].
    pub async fn kick(&self, room: RoomName, player: Author) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Kick { peer: player })).await.map(drop)
    }

    /// Plays no more; [`Node::ready`] comes back with the next round. A game of ours that gathers is called off.
    ///
    /// # Errors
    /// As [`Node::skip`].
    pub async fn leave_game(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::LeaveGame)).await.map(drop)
    }

    /// Votes to end the game: it is over when more than half of the players do.
    ///
    /// # Errors
    /// As [`Node::skip`].
    pub async fn end_game(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::EndGame)).await.map(drop)
    }

    /// Returns the game of a room.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn game(&self, room: RoomName) -> Result<GameView, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Game)), Reply::Game { game, .. } => *game)
    }

    /// Marks everything up to a line as read. The mark only moves forward, and survives a restart.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::UnknownEntry`], [`CommandError::Closed`].
    pub async fn mark_read(&self, room: RoomName, upto: OperationId) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::Read { upto })).await.map(drop)
    }

    /// Empties [`ReadingView::late`]: the person has seen the lines that arrived late.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn dismiss_late(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(Command::In(room, RoomCommand::DismissLate)).await.map(drop)
    }

    /// Returns what of a room was read.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn reading(&self, room: RoomName) -> Result<ReadingView, CommandError> {
        reply!(self.ask(Command::In(room, RoomCommand::Reading)), Reply::Reading { reading, .. } => reading)
    }

    /// Returns all drawings that a room has ever seen, as they are now. They are read from the disk, which takes some time in a
    /// room with many strokes.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Unreadable`], [`CommandError::Closed`].
    pub async fn gallery(&self, room: RoomName) -> Result<Gallery, CommandError> {
        reply!(self.ask(Command::Drawings { room }), Reply::Drawings { drawings } => drawings)
    }

    /// Ends the node: what was said is on the disk when this returns.
    ///
    /// # Errors
    /// [`CommandError::Closed`] when it had ended already.
    pub async fn quit(&self) -> Result<(), CommandError> {
        self.ask(Command::Quit).await.map(drop)
    }
}
