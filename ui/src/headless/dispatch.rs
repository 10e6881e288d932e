//! Carries out commands, many at a time, and replies to each.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use inkmesh::command::Command;
use inkmesh::node::Node;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::unconstrained;

use super::End;
use super::command::{self, Id};
use super::input::Line;
use super::problem::Problem;
use super::reply::{ReplyLine, line};

/// Commands under way at a time; the next one waits. As many as fit into the node's own queue.
const IN_FLIGHT: u32 = 256;

/// Carries out commands on one node and writes the replies.
pub struct Dispatcher {
    node: Node,
    lines: mpsc::Sender<String>,
    in_flight: Arc<Semaphore>,
}

impl Dispatcher {
    pub fn new(node: Node, lines: mpsc::Sender<String>) -> Self {
        Dispatcher { node, lines, in_flight: Arc::new(Semaphore::new(IN_FLIGHT as usize)) }
    }

    /// Carries out one line after the other until the input ends or the command `quit` comes.
    pub async fn carry_out(&self, input: &mut mpsc::Receiver<Line>) -> End {
        while let Some(read) = input.recv().await {
            let (id, command) = match read {
                Line::Text(text) if text.trim().is_empty() => continue,
                Line::Text(text) => command::parse(&text),
                Line::TooLong => (Id::default(), Err(Problem::line_too_long())),
                Line::NotText => (Id::default(), Err(Problem::not_utf8())),
            };
            match command {
                Ok(Command::Quit) => return End::Quit(id),
                Ok(command) => self.submit(id, command).await,
                Err(problem) => self.refuse(id, problem).await,
            }
        }
        End::Input
    }

    /// Returns when every command so far has been replied to.
    pub async fn settle(&self) {
        // It only fails when the semaphore is closed, which never happens.
        let _ = self.in_flight.acquire_many(IN_FLIGHT).await;
    }

    async fn refuse(&self, id: Id, problem: Problem) {
        // It only fails when standard output is closed, and then the program ends.
        let _ = self.lines.send(line(&ReplyLine::new(id, Err(problem)))).await;
    }

    /// Hands a command to the node. Later commands don't wait for its reply.
    ///
    /// The order of the commands is kept: the first poll puts the command into the node's queue, or behind others that
    /// wait for space there, and only then it moves to a task of its own. `unconstrained` keeps tokio from deferring that
    /// poll because this task has used up its budget.
    async fn submit(&self, id: Id, command: Command) {
        let Ok(permit) = Arc::clone(&self.in_flight).acquire_owned().await else { return };
        let (node, lines) = (self.node.clone(), self.lines.clone());
        let mut work = Box::pin(unconstrained(async move {
            let result = node.ask(command).await.map_err(|error| Problem::from(&error));
            // As in `refuse`.
            let _ = lines.send(line(&ReplyLine::new(id, result))).await;
            drop(permit);
        }));
        let first = poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx))).await;
        if first.is_pending() {
            tokio::spawn(work);
        }
    }
}
