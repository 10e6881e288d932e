//! The channel between the window and the node: requests go in; replies and events come out as one stream of updates.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use iced::futures::channel::mpsc as out;
use iced::futures::stream::{FuturesUnordered, StreamExt};
use iced::futures::{SinkExt, Stream};
use inkmesh::command::{Command, CommandError, Reply, RoomCommand};
use inkmesh::event::{CanvasView, Entry, Event, Person, ReadStateView};
use inkmesh::game::GameView;
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::node::{Config, Events, Node, StartError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

/// The most requests that wait for the bridge.
pub const REQUEST_QUEUE: usize = 1024;
/// The number of lines of history that are read at once.
pub const PAGE: usize = 100;
/// The number of lines that are read at once while a line is searched for: the most that the node gives.
pub const SEEK_PAGE: usize = 1000;
/// The shortest time between two updates with events: every update rebuilds the view.
const FRAME: Duration = Duration::from_millis(16);
/// The most events of one update.
const BATCH: usize = 1024;
/// The time that the node may take to end.
const QUIT_TIMEOUT: Duration = Duration::from_secs(3);

/// A request of the window to the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Carry out a command.
    Command(Command),
    /// Read everything that is shown of a room.
    Load(RoomName),
}

/// Everything that is shown of a room.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Its last lines, at most [`PAGE`] of them.
    pub entries: Vec<Entry>,
    pub people: Vec<Person>,
    /// Its visible sheet.
    pub canvas: CanvasView,
    pub game: GameView,
    /// Its read marks.
    pub reading: ReadStateView,
}

/// The answer to a request.
#[derive(Debug, Clone)]
pub enum Answer {
    Reply(Command, Result<Reply, CommandError>),
    /// The answer to [`Request::Load`], with the room.
    Loaded(RoomName, Result<Box<Loaded>, CommandError>),
}

/// An update from the bridge.
#[derive(Debug)]
pub enum Update {
    /// The node runs; this is our key.
    Started(Author),
    /// The node could not start.
    NotStarted(StartError),
    /// Events of the node, in their order.
    Events(Vec<Event>),
    Answer(Answer),
    /// The node has ended. No more updates follow.
    Ended,
}

type Sender = out::Sender<Update>;
type Pending = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Starts a node on `runtime` and connects it to the window until it ends or `requests` closes.
pub fn run(runtime: Handle, config: Config, requests: mpsc::Receiver<Request>) -> impl Stream<Item = Update> {
    iced::stream::channel(16, async move |mut updates: Sender| {
        let update = match runtime.spawn(Node::start(config)).await {
            Ok(Ok((node, events))) => {
                if updates.send(Update::Started(node.author())).await.is_ok() {
                    serve(&node, events, requests, &mut updates).await;
                }
                Update::Ended
            }
            Ok(Err(error)) => Update::NotStarted(error),
            Err(panic) => {
                tracing::error!("the node ended while starting: {panic}");
                Update::Ended
            }
        };
        // The window may be gone.
        let _ = updates.send(update).await;
    })
}

/// Passes requests to the node, and answers and events to the window. Returns when either end is closed.
async fn serve(node: &Node, mut events: Events, mut requests: mpsc::Receiver<Request>, updates: &mut Sender) {
    let mut pending: FuturesUnordered<Pending> = FuturesUnordered::new();
    let mut batch = Vec::new();
    let mut due = Instant::now();
    loop {
        let update = tokio::select! {
            biased;
            event = events.next(), if batch.len() < BATCH => match event {
                Some(event) => {
                    batch.push(event);
                    continue;
                }
                None => return,
            },
            () = sleep_until(due), if !batch.is_empty() => {
                due = Instant::now() + FRAME;
                Update::Events(std::mem::take(&mut batch))
            }
            request = requests.recv() => match request {
                Some(Request::Command(Command::Quit)) | None => return quit(node).await,
                Some(request) => match in_order(carry_out(node.clone(), request)).await {
                    Ok(answer) => Update::Answer(answer),
                    Err(waiting) => {
                        pending.push(waiting);
                        continue;
                    }
                },
            },
            Some(answer) = pending.next() => Update::Answer(answer),
        };
        if !changes_nothing(&update) && updates.send(update).await.is_err() {
            return;
        }
    }
}

/// Returns whether the window has no use for an update, which would rebuild its view: points under the pen and read marks
/// are sent often, and their replies say nothing.
fn changes_nothing(update: &Update) -> bool {
    use RoomCommand::{Pen, Read};
    matches!(update, Update::Answer(Answer::Reply(Command::In(_, Pen { .. } | Read { .. }), Ok(_))))
}

/// Returns the answer to a request that was not sent, because the queue is closed or full.
pub fn refuse(error: mpsc::error::TrySendError<Request>) -> Answer {
    let (request, reason) = match error {
        mpsc::error::TrySendError::Full(request) => (request, CommandError::Busy),
        mpsc::error::TrySendError::Closed(request) => (request, CommandError::Closed),
    };
    match request {
        Request::Command(command) => Answer::Reply(command, Err(reason)),
        Request::Load(room) => Answer::Loaded(room, Err(reason)),
    }
}

async fn quit(node: &Node) {
    match timeout(QUIT_TIMEOUT, node.quit()).await {
        Ok(Ok(()) | Err(_)) => {}
        Err(_) => tracing::warn!("the node did not end in time"),
    }
}

/// Polls a request once, which puts it into the node's queue. So requests arrive in the order in which they were sent,
/// though their answers may overtake each other.
async fn in_order(mut pending: Pending) -> Result<Answer, Pending> {
    let first = poll_fn(|context| Poll::Ready(pending.as_mut().poll(context))).await;
    match first {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Err(pending),
    }
}

fn carry_out(node: Node, request: Request) -> Pending {
    Box::pin(async move {
        match request {
            Request::Command(command) => Answer::Reply(command.clone(), node.ask(command).await),
            Request::Load(room) => Answer::Loaded(room.clone(), load(&node, room).await),
        }
    })
}

async fn load(node: &Node, room: RoomName) -> Result<Box<Loaded>, CommandError> {
    Ok(Box::new(Loaded {
        entries: node.history(room.clone(), PAGE, None).await?,
        people: node.people(room.clone()).await?,
        canvas: node.canvas(room.clone()).await?,
        game: node.game(room.clone()).await?,
        reading: node.reading(room).await?,
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::path::Path;

    use inkmesh::event::EntryBody;
    use tokio::time::timeout;

    use super::*;

    /// Generous: it only bounds a test that would hang.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn config(folder: &Path) -> Config {
        Config {
            data_dir: folder.to_owned(),
            name: Some("Mia".parse().unwrap()),
            rooms: vec![RoomName::lobby()],
            listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
            dial: Vec::new(),
            mdns: false,
        }
    }

    fn say(text: &str) -> Request {
        Request::Command(Command::In(RoomName::lobby(), RoomCommand::Say { text: text.to_owned() }))
    }

    async fn next(updates: &mut (impl Stream<Item = Update> + Unpin)) -> Option<Update> {
        timeout(PATIENCE, updates.next()).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn commands_are_carried_out_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let (requests, queue) = mpsc::channel(REQUEST_QUEUE);
        let mut updates = Box::pin(run(Handle::current(), config(folder.path()), queue));
        assert!(matches!(next(&mut updates).await, Some(Update::Started(_))));
        for number in 0..50 {
            requests.try_send(say(&number.to_string())).unwrap();
        }
        let (mut answers, mut said) = (0, Vec::new());
        while answers < 50 || said.len() < 50 {
            match next(&mut updates).await.unwrap() {
                Update::Answer(Answer::Reply(_, Ok(Reply::Written { .. }))) => answers += 1,
                Update::Events(events) => said.extend(events.into_iter().flat_map(talk_in)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(said, (0..50).map(|number| number.to_string()).collect::<Vec<_>>());
        requests.try_send(Request::Command(Command::Quit)).unwrap();
        loop {
            match next(&mut updates).await {
                Some(Update::Ended) => break,
                Some(Update::Events(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    fn talk_in(event: Event) -> Vec<String> {
        let Event::Entries { entries, .. } = event else { return Vec::new() };
        let text = |entry: Entry| match entry.body {
            EntryBody::Chat(text) => Some(text),
            _ => None,
        };
        entries.into_iter().filter_map(text).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_folder_in_use_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (_first, queue) = mpsc::channel(REQUEST_QUEUE);
        let mut first = Box::pin(run(Handle::current(), config(folder.path()), queue));
        assert!(matches!(next(&mut first).await, Some(Update::Started(_))));
        let (_second, queue) = mpsc::channel(REQUEST_QUEUE);
        let mut second = Box::pin(run(Handle::current(), config(folder.path()), queue));
        let Some(Update::NotStarted(error)) = next(&mut second).await else { panic!("it started twice") };
        let words = crate::text::with_causes(&error);
        assert!(words.contains(&folder.path().display().to_string()), "{words}");
    }

    #[test]
    fn a_request_to_a_closed_queue_is_refused() {
        let (requests, queue) = mpsc::channel(1);
        drop(queue);
        let refused = |request| refuse(requests.try_send(request).unwrap_err());
        let answer = refused(say("hello"));
        assert!(
            matches!(answer, Answer::Reply(command, Err(CommandError::Closed)) if say("hello") == Request::Command(command.clone()))
        );
        assert!(matches!(refused(Request::Load(RoomName::lobby())), Answer::Loaded(_, Err(CommandError::Closed))));
    }
}
