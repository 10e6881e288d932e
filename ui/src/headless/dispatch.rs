//! Carries commands out, many at a time, and replies to each.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use inkmesh::node::{CommandError, Node};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::unconstrained;

use super::End;
use super::command::{self, Command, Id, Request};
use super::input::Line;
use super::shape::{
    self, Done, DrawingShape, EntryShape, GameShape, PersonShape, Problem, ReadingShape, Reply, RoomShape,
};

/// Commands under way at a time; the next one waits. As many as fit into the node's own queue.
const IN_FLIGHT: u32 = 256;

/// Carries commands out on one node and says the replies.
pub struct Dispatcher {
    node: Node,
    lines: mpsc::Sender<String>,
    in_flight: Arc<Semaphore>,
}

impl Dispatcher {
    pub fn new(node: Node, lines: mpsc::Sender<String>) -> Self {
        Dispatcher { node, lines, in_flight: Arc::new(Semaphore::new(IN_FLIGHT as usize)) }
    }

    /// Carries out one line after the other until the input ends or `quit` is said.
    pub async fn carry_out(&self, input: &mut mpsc::Receiver<Line>) -> End {
        while let Some(line) = input.recv().await {
            let (id, command) = match line {
                Line::Text(text) if text.trim().is_empty() => continue,
                Line::Text(text) => command::parse(&text),
                Line::TooLong => (Id::default(), Err(Problem::line_too_long())),
                Line::NotText => (Id::default(), Err(Problem::not_utf8())),
            };
            match command {
                Ok(Request::Quit) => return End::Quit(id),
                Ok(Request::Ask(command)) => self.submit(id, command).await,
                Err(problem) => self.refuse(id, problem).await,
            }
        }
        End::Input
    }

    /// Returns when every command so far has been replied to.
    pub async fn settle(&self) {
        // It can only fail when the semaphore is closed, which nobody does.
        let _ = self.in_flight.acquire_many(IN_FLIGHT).await;
    }

    async fn refuse(&self, id: Id, problem: Problem) {
        // Fails only when nobody reads any more, and then the program ends.
        let _ = self.lines.send(shape::line(&Reply::new(id, Err(problem)))).await;
    }

    /// Hands a command to the node; the reply comes when it comes, and others don't wait for it.
    ///
    /// The order of the lines is kept: the first poll puts the command into the node's queue or at the end of those
    /// who wait for a place there, and only then does it go to a task of its own. `unconstrained` keeps tokio from
    /// answering that poll with "later" because this task has worked long enough.
    async fn submit(&self, id: Id, command: Command) {
        let Ok(permit) = Arc::clone(&self.in_flight).acquire_owned().await else { return };
        let (node, lines) = (self.node.clone(), self.lines.clone());
        let mut work = Box::pin(unconstrained(async move {
            let result = execute(&node, command).await.map_err(|error| Problem::from(&error));
            // As in `refuse`.
            let _ = lines.send(shape::line(&Reply::new(id, result))).await;
            drop(permit);
        }));
        let first = poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx))).await;
        if first.is_pending() {
            tokio::spawn(work);
        }
    }
}

/// Asks the node: every command is one question, put at the first poll.
async fn execute(node: &Node, command: Command) -> Result<Done, CommandError> {
    match command {
        Command::Join(room) => node.join(room).await.map(Done::nothing),
        Command::Leave(room) => node.leave(room).await.map(Done::nothing),
        Command::Rename(name) => node.rename(name).await.map(Done::nothing),
        Command::Dial(address) => node.dial(address).await.map(Done::nothing),
        Command::Rooms => Ok(Done::Rooms(node.rooms().await?.into_iter().map(RoomShape::from).collect())),
        Command::Peers(room) => Ok(Done::Peers(node.people(room).await?.into_iter().map(PersonShape::from).collect())),
        Command::Say { room, text } => node.say(room, text).await.map(Done::spoken),
        Command::History { room, limit, before } => {
            let entries = node.history(room.clone(), limit, before).await?;
            Ok(Done::Entries {
                entries: entries.into_iter().map(|entry| EntryShape::new(room.as_str(), entry)).collect(),
            })
        }
        Command::State(room) => node.state(room).await.map(Done::state),
        Command::Stroke { room, line } => node.draw(room, line).await.map(Done::id),
        Command::Pen { room, line, from } => node.pen_moved(room, line, from).await.map(Done::nothing),
        Command::Fill { room, at, color } => node.fill(room, at, color).await.map(Done::id),
        Command::Undo(room) => node.undo(room).await.map(Done::id),
        Command::Redo(room) => node.redo(room).await.map(Done::id),
        Command::Clear(room) => node.clear(room).await.map(Done::id),
        Command::Start { room, rules, words } => node.start_game(room, rules, words).await.map(Done::game_id),
        Command::Rematch(room) => node.rematch(room).await.map(Done::game_id),
        Command::Choose { room, index } => node.choose(room, index).await.map(Done::nothing),
        Command::Ready(room) => node.ready(room).await.map(Done::nothing),
        Command::Begin(room) => node.begin(room).await.map(Done::nothing),
        Command::Pass(room) => node.pass(room).await.map(Done::nothing),
        Command::Skip(room) => node.skip(room).await.map(Done::nothing),
        Command::LeaveGame(room) => node.leave_game(room).await.map(Done::nothing),
        Command::EndGame(room) => node.end_game(room).await.map(Done::nothing),
        Command::Kick { room, peer } => node.kick(room, peer).await.map(Done::nothing),
        Command::Read { room, upto } => node.mark_read(room, upto).await.map(Done::nothing),
        Command::DismissLate(room) => node.dismiss_late(room).await.map(Done::nothing),
        Command::Reading(room) => Ok(Done::Reading(ReadingShape::new(&room, node.reading(room.clone()).await?))),
        Command::Drawings(room) => {
            let gallery = node.gallery(room).await?;
            Ok(Done::Drawings { drawings: gallery.drawings().map(DrawingShape::new).collect() })
        }
        Command::Game(room) => Ok(Done::Game(Box::new(GameShape::new(&room, node.game(room.clone()).await?)))),
    }
}
