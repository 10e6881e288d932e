//! The headless face: the node on JSON lines, for bots, tests and machines without a screen.
//!
//! One JSON object a line. Commands come in on standard input; events and exactly one reply per command go out on
//! standard output. Three parties share the work: a thread that reads lines ([`input`]), tasks that carry commands out
//! ([`dispatch`]) and a thread that writes lines ([`output`]). The queues between them are bounded, so a program that
//! doesn't read what it is told is not told without end: it is waited for.

mod command;
mod dispatch;
mod input;
mod output;
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

/// How long the end may take when the system asked for it and nobody reads what is left to say.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lines of one event that are handed to the writer together: waking it costs more than writing a line.
const TOGETHER: usize = 16;

/// Why the headless face could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// The system gave no thread.
    #[error("can't start: {0}")]
    Thread(#[source] io::Error),
    /// The node did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The node ended by itself.
    #[error("the node has ended unexpectedly")]
    NodeEnded,
}

/// What ended the talk with the program on the other side.
enum End {
    /// Its input ended.
    Input,
    /// It said `quit`; this is the command's id.
    Quit(Id),
    /// It closed our output.
    NobodyReads,
    /// The system asked us to end.
    Asked,
    /// The node is gone.
    NodeEnded,
}

/// Runs the headless face until its input ends, `quit` is said, or the system asks it to end.
///
/// # Errors
/// [`HeadlessError`].
pub fn run(config: Config) -> Result<(), HeadlessError> {
    // One thread for the network and the commands: a message then takes no detour over other cores' queues. Signatures
    // of a backlog and the disk have threads of their own.
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

/// Waits for the commands under way, ends the node, and says what is left to say; the reply to `quit` comes last.
async fn finish(node: Node, dispatcher: Dispatcher, teller: JoinHandle<()>, output: Output, quit: Option<Id>) {
    dispatcher.settle().await;
    // It holds a way to the output, which ends when all of these are gone.
    drop(dispatcher);
    // It can only fail when the node has ended already.
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

/// Tells all events of the node, until it ends or nobody reads any more.
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

/// Returns when the system asks this process to end: Ctrl-C, or the signal that says the same.
async fn asked_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! { _ = interrupted => (), _ = terminated.recv() => () }
            }
            Err(error) => {
                tracing::warn!(%error, "the signal to terminate can't be caught");
                let _ = interrupted.await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupted.await;
    }
}
