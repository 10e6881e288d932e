//! The face's side of the node: typed questions, typed answers, and a stream of events.

use tokio::sync::{mpsc, oneshot};

use super::StartError;
use super::config::Config;
use super::face::Backlog;
use crate::canvas::{Color, Point};
use crate::command::{CommandError, Spoken};
use crate::event::{CanvasView, Entry, Event, GameView, PenLine, Person, ReadingView, RoomState, RoomSummary};
use crate::gallery::Gallery;
use crate::game::{Rules, WordList};
use crate::identity::Author;
use crate::name::{PersonName, RoomName};
use crate::operation::OperationId;

/// Commands that wait for the node at most; a face that sends more waits.
const COMMAND_QUEUE: usize = 256;

/// The answer to a command, once there is one.
pub(super) type Answer<T> = oneshot::Sender<Result<T, CommandError>>;

/// What a face asks of the node.
#[derive(Debug)]
pub(super) enum Command {
    Join(RoomName, Answer<()>),
    Leave(RoomName, Answer<()>),
    Rooms(Answer<Vec<RoomSummary>>),
    People(RoomName, Answer<Vec<Person>>),
    Rename(PersonName, Answer<()>),
    Dial(String, Answer<()>),
    Say(RoomName, String, Answer<Spoken>),
    History { room: RoomName, limit: usize, before: Option<OperationId>, answer: Answer<Vec<Entry>> },
    State(RoomName, Answer<RoomState>),
    Canvas(RoomName, Answer<CanvasView>),
    Draw(RoomName, PenLine, Answer<OperationId>),
    Fill { room: RoomName, at: Point, color: Color, answer: Answer<OperationId> },
    Undo(RoomName, Answer<OperationId>),
    Redo(RoomName, Answer<OperationId>),
    Clear(RoomName, Answer<OperationId>),
    PenMoved { room: RoomName, line: PenLine, from: u32, answer: Answer<()> },
    Start(RoomName, Rules, WordList, Answer<OperationId>),
    Rematch(RoomName, Answer<OperationId>),
    Choose(RoomName, usize, Answer<()>),
    GetReady(RoomName, Answer<()>),
    Begin(RoomName, Answer<()>),
    Pass(RoomName, Answer<()>),
    Skip(RoomName, Answer<()>),
    Kick(RoomName, Author, Answer<()>),
    LeaveGame(RoomName, Answer<()>),
    EndGame(RoomName, Answer<()>),
    Game(RoomName, Answer<GameView>),
    MarkRead(RoomName, OperationId, Answer<()>),
    DismissLate(RoomName, Answer<()>),
    Reading(RoomName, Answer<ReadingView>),
    Gallery(RoomName, Answer<Gallery>),
    Quit(Answer<()>),
}

/// A running node. Cheap to clone; when the last clone is gone, the node ends.
#[derive(Debug, Clone)]
pub struct Node {
    commands: mpsc::Sender<Command>,
    author: Author,
}

/// The events of a node, for its one face.
#[derive(Debug)]
pub struct Events {
    pub(super) events: mpsc::Receiver<Event>,
    pub(super) backlog: Backlog,
}

impl Events {
    /// The next event; `None` when the node has ended.
    pub async fn next(&mut self) -> Option<Event> {
        let event = self.events.recv().await?;
        self.backlog.taken(&event);
        Some(event)
    }
}

impl Node {
    /// Opens the data folder and starts the node on the current tokio runtime.
    ///
    /// # Errors
    /// [`StartError`] when the folder is in use, can't be read or written, or the key file is damaged.
    pub async fn start(config: Config) -> Result<(Node, Events), StartError> {
        let (sender, receiver) = mpsc::channel(COMMAND_QUEUE);
        let (author, events) = super::run::spawn(config, receiver).await?;
        Ok((Node { commands: sender, author }, events))
    }

    /// Our own key.
    #[must_use]
    pub fn author(&self) -> Author {
        self.author
    }

    async fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, CommandError> {
        let (answer, reply) = oneshot::channel();
        self.commands.send(command(answer)).await.map_err(|_| CommandError::Closed)?;
        reply.await.map_err(|_| CommandError::Closed)?
    }

    /// Enters a room, and stays in it over restarts. Nothing happens when we are in it already.
    ///
    /// # Errors
    /// [`CommandError::TooManyRooms`], [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn join(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(|answer| Command::Join(room, answer)).await
    }

    /// Leaves a room; its history stays on the disk.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn leave(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(|answer| Command::Leave(room, answer)).await
    }

    /// The rooms we are in, by name.
    ///
    /// # Errors
    /// [`CommandError::Closed`].
    pub async fn rooms(&self) -> Result<Vec<RoomSummary>, CommandError> {
        self.ask(Command::Rooms).await
    }

    /// The people of a room, ourselves included, those who are away too.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn people(&self, room: RoomName) -> Result<Vec<Person>, CommandError> {
        self.ask(|answer| Command::People(room, answer)).await
    }

    /// Takes another name, in every room.
    ///
    /// # Errors
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn rename(&self, name: PersonName) -> Result<(), CommandError> {
        self.ask(|answer| Command::Rename(name, answer)).await
    }

    /// Connects to an address, a multiaddress or `HOST` or `HOST:PORT`, and keeps trying until it answers.
    ///
    /// # Errors
    /// [`CommandError::Address`], [`CommandError::Closed`].
    pub async fn dial(&self, address: String) -> Result<(), CommandError> {
        self.ask(|answer| Command::Dial(address, answer)).await
    }

    /// Says a line. Answers once it is durable on the disk; it is sent then.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Text`], [`CommandError::NotSaved`], [`CommandError::Busy`],
    /// [`CommandError::Closed`].
    pub async fn say(&self, room: RoomName, text: String) -> Result<Spoken, CommandError> {
        self.ask(|answer| Command::Say(room, text, answer)).await
    }

    /// The last `limit` lines of a room (1000 at most), or the last before the line `before`, in the log's order.
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
        self.ask(|answer| Command::History { room, limit, before, answer }).await
    }

    /// The digests of a room.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn state(&self, room: RoomName) -> Result<RoomState, CommandError> {
        self.ask(|answer| Command::State(room, answer)).await
    }

    /// The visible sheet of a room.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn canvas(&self, room: RoomName) -> Result<CanvasView, CommandError> {
        self.ask(|answer| Command::Canvas(room, answer)).await
    }

    /// Writes a finished line or a shape on the visible sheet; answers with its last operation once all of it is durable.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Stroke`], [`CommandError::Play`],
    /// [`CommandError::SheetFull`], [`CommandError::NotSaved`], [`CommandError::Busy`], [`CommandError::Closed`].
    pub async fn draw(&self, room: RoomName, line: PenLine) -> Result<OperationId, CommandError> {
        self.ask(|answer| Command::Draw(room, line, answer)).await
    }

    /// Colours the area around a point of the visible sheet.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`], [`CommandError::SheetFull`],
    /// [`CommandError::NotSaved`], [`CommandError::Busy`], [`CommandError::Closed`].
    pub async fn fill(&self, room: RoomName, at: Point, color: Color) -> Result<OperationId, CommandError> {
        self.ask(|answer| Command::Fill { room, at, color, answer }).await
    }

    /// Takes our last mark off the visible sheet.
    ///
    /// # Errors
    /// [`CommandError::NothingToUndo`], and as [`Node::fill`].
    pub async fn undo(&self, room: RoomName) -> Result<OperationId, CommandError> {
        self.ask(|answer| Command::Undo(room, answer)).await
    }

    /// Puts the mark back that we undid last, unless we have made another since.
    ///
    /// # Errors
    /// [`CommandError::NothingToRedo`], and as [`Node::fill`].
    pub async fn redo(&self, room: RoomName) -> Result<OperationId, CommandError> {
        self.ask(|answer| Command::Redo(room, answer)).await
    }

    /// Takes everything off the visible sheet.
    ///
    /// # Errors
    /// As [`Node::fill`].
    pub async fn clear(&self, room: RoomName) -> Result<OperationId, CommandError> {
        self.ask(|answer| Command::Clear(room, answer)).await
    }

    /// Shows others the new points of a line under way; `from` is the index of the first of them in the line.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Stroke`], [`CommandError::Play`],
    /// [`CommandError::Closed`].
    pub async fn pen_moved(&self, room: RoomName, line: PenLine, from: u32) -> Result<(), CommandError> {
        self.ask(|answer| Command::PenMoved { room, line, from, answer }).await
    }

    /// Proposes a game, a quiz with these words or turns without any; we are ready for it ourselves at once. The answer
    /// names the game.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`],
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn start_game(&self, room: RoomName, rules: Rules, words: WordList) -> Result<OperationId, CommandError> {
        self.ask(|answer| Command::Start(room, rules, words, answer)).await
    }

    /// Proposes the last game again, with its rules and words.
    ///
    /// # Errors
    /// [`CommandError::Play`] when there was none; else as [`Node::start_game`].
    pub async fn rematch(&self, room: RoomName) -> Result<OperationId, CommandError> {
        self.ask(|answer| Command::Rematch(room, answer)).await
    }

    /// Chooses one of the words on offer ([`GameView::offers`]), counted from 0.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`],
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn choose(&self, room: RoomName, index: usize) -> Result<(), CommandError> {
        self.ask(|answer| Command::Choose(room, index, answer)).await
    }

    /// Takes part in the game that gathers, or in the running one from its next round on.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`], [`CommandError::NotSaved`],
    /// [`CommandError::Closed`].
    pub async fn ready(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(|answer| Command::GetReady(room, answer)).await
    }

    /// Ends the gathering of the game that we proposed, with those who are ready.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`], [`CommandError::Closed`].
    pub async fn begin(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(|answer| Command::Begin(room, answer)).await
    }

    /// Ends our own turn.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`],
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn pass(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(|answer| Command::Pass(room, answer)).await
    }

    /// Votes to skip the drawer.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Play`],
    /// [`CommandError::NotSaved`], [`CommandError::Closed`].
    pub async fn skip(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(|answer| Command::Skip(room, answer)).await
    }

    /// Votes to remove a player.
    ///
    /// # Errors
    /// As [`Node::skip`].
    pub async fn kick(&self, room: RoomName, player: Author) -> Result<(), CommandError> {
        self.ask(|answer| Command::Kick(room, player, answer)).await
    }

    /// Plays no more; [`Node::ready`] comes back with the next round. A game of ours that gathers is called off.
    ///
    /// # Errors
    /// As [`Node::skip`].
    pub async fn leave_game(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(|answer| Command::LeaveGame(room, answer)).await
    }

    /// Votes to end the game: it is over when more than half of the players do.
    ///
    /// # Errors
    /// As [`Node::skip`].
    pub async fn end_game(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(|answer| Command::EndGame(room, answer)).await
    }

    /// The game of a room.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn game(&self, room: RoomName) -> Result<GameView, CommandError> {
        self.ask(|answer| Command::Game(room, answer)).await
    }

    /// Everything up to this line was read. The mark only moves forward, and survives a restart.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::UnknownEntry`], [`CommandError::Closed`].
    pub async fn mark_read(&self, room: RoomName, upto: OperationId) -> Result<(), CommandError> {
        self.ask(|answer| Command::MarkRead(room, upto, answer)).await
    }

    /// The person has seen what arrived late, or doesn't care: [`ReadingView::late`] is empty from here on.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn dismiss_late(&self, room: RoomName) -> Result<(), CommandError> {
        self.ask(|answer| Command::DismissLate(room, answer)).await
    }

    /// What of a room was read.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Closed`].
    pub async fn reading(&self, room: RoomName) -> Result<ReadingView, CommandError> {
        self.ask(|answer| Command::Reading(room, answer)).await
    }

    /// All drawings that a room has ever seen, as they are now, read from the disk: some time for a room with much ink.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`], [`CommandError::Unreadable`], [`CommandError::Closed`].
    pub async fn gallery(&self, room: RoomName) -> Result<Gallery, CommandError> {
        self.ask(|answer| Command::Gallery(room, answer)).await
    }

    /// Ends the node: what was said is on the disk when this returns.
    ///
    /// # Errors
    /// [`CommandError::Closed`] when it had ended already.
    pub async fn quit(&self) -> Result<(), CommandError> {
        self.ask(Command::Quit).await
    }
}
