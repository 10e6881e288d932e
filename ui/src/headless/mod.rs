//! The headless frontend: the node on JSON lines, for bots, tests and machines without a screen.
//!
//! One JSON object a line. Commands come in on standard input; events and exactly one reply per command go out on
//! standard output. A thread reads lines ([`input`]), tasks carry out commands ([`dispatch`]), and a thread writes lines
//! ([`output`]). The queues between them are bounded: the node waits for a program that doesn't read its output.

mod command;
mod dispatch;
mod input;
mod output;
mod problem;
mod reply;

use std::future::Future;
use std::io;
use std::time::Duration;

pub use self::reply::line;
use inkmesh::command::{Command, Reply};
use inkmesh::json::EventFields;
use inkmesh::node::{Config, Events, Node, StartError};
use tokio::runtime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use self::command::Id;
use self::dispatch::Dispatcher;
use self::output::Output;
use self::reply::ReplyLine;
use crate::ending::asked_to_end;

/// Longest time that ending takes when the system asked for it and nobody reads the remaining output.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lines of one event that are sent to the writer together, because waking it costs more than writing a line.
const TOGETHER: usize = 16;

/// The reason why the headless frontend could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// A thread can't be started.
    #[error("can't start: {0}")]
    Thread(#[source] io::Error),
    /// The node did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the node has ended unexpectedly")]
    NodeEnded,
}

/// The reason why the frontend ends.
enum End {
    /// Standard input ended.
    Input,
    /// The command `quit` came, with this id.
    Quit(Id),
    /// Standard output was closed.
    NobodyReads,
    /// The system asked this process to end.
    Asked,
    NodeEnded,
}

/// Runs the headless frontend until its input ends, the command `quit` comes, or the system asks it to end.
///
/// # Errors
/// [`HeadlessError`].
pub fn run(config: Config) -> Result<(), HeadlessError> {
    // One thread for the network and the commands, so that a message needs no queue between cores. The verification of
    // signatures and the disk have threads of their own.
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(HeadlessError::Thread)?;
    let result = runtime.block_on(serve(config));
    runtime.shutdown_timeout(PATIENCE);
    result
}

async fn serve(config: Config) -> Result<(), HeadlessError> {
    let (node, events) = Node::start(config).await?;
    let output = Output::start().map_err(HeadlessError::Thread)?;
    let mut lines = input::start().map_err(HeadlessError::Thread)?;
    let mut teller = tokio::spawn(tell(events, output.lines()));
    let dispatcher = Dispatcher::new(node.clone(), output.lines());

    let end = tokio::select! {
        end = dispatcher.carry_out(&mut lines) => end,
        () = output.closed() => End::NobodyReads,
        () = asked_to_end() => End::Asked,
        _ = &mut teller => End::NodeEnded,
    };
    match end {
        End::NodeEnded => return Err(HeadlessError::NodeEnded),
        End::Asked => at_most(PATIENCE, finish(node, dispatcher, teller, output, None)).await,
        End::Quit(id) => finish(node, dispatcher, teller, output, Some(id)).await,
        End::Input | End::NobodyReads => finish(node, dispatcher, teller, output, None).await,
    }
    Ok(())
}

/// Waits for the commands under way, ends the node, and writes the remaining output. The reply to `quit` comes last.
async fn finish(node: Node, dispatcher: Dispatcher, teller: JoinHandle<()>, output: Output, quit: Option<Id>) {
    dispatcher.settle().await;
    // It holds a sender of the output, which ends when all of them are gone.
    drop(dispatcher);
    // It only fails when the node has ended already.
    let _ = node.ask(Command::Quit).await;
    drop(node);
    if teller.await.is_err() {
        tracing::error!("telling events failed");
    }
    if let Some(id) = quit {
        let reply = ReplyLine::new(id, Ok(Reply::Done {}));
        // A closed output means that nobody waits for the reply.
        let _ = output.lines().send(line(&reply)).await;
    }
    output.finish().await;
}

/// Writes all events of the node until it ends or the output is closed.
async fn tell(mut events: Events, lines: mpsc::Sender<String>) {
    while let Some(event) = events.next().await {
        for some in EventFields::of(event).chunks(TOGETHER) {
            let some: Vec<String> = some.iter().map(line).collect();
            if lines.send(some.join("\n")).await.is_err() {
                return;
            }
        }
    }
}

async fn at_most(limit: Duration, work: impl Future<Output = ()>) {
    if tokio::time::timeout(limit, work).await.is_err() {
        tracing::warn!("ended although not everything was read");
    }
}
