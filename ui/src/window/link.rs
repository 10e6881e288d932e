//! The window's line to the node: commands go in, answers and events come out, as one stream of updates.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use iced::futures::channel::mpsc as out;
use iced::futures::stream::{FuturesUnordered, StreamExt};
use iced::futures::{SinkExt, Stream};
use inkmesh::canvas::{Color, Point, StrokeId};
use inkmesh::event::{CanvasView, Entry, Event, PenLine, Person, ReadingView, RoomSummary};
use inkmesh::gallery::Gallery;
use inkmesh::game::{GameView, Rules, WordList};
use inkmesh::identity::Author;
use inkmesh::name::{PersonName, RoomName};
use inkmesh::node::{CommandError, Config, Events, Node, Spoken, StartError};
use inkmesh::operation::OperationId;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

/// Commands that wait for the link at most.
pub const COMMAND_QUEUE: usize = 1024;
/// Lines of history that are asked for at once.
pub const PAGE: usize = 100;
/// Lines of history that are asked for at once when a line is looked for: as many as the node gives.
pub const SEEK_PAGE: usize = 1000;
/// Events are handed on once a frame at most: every update rebuilds the view.
const FRAME: Duration = Duration::from_millis(16);
/// Most events of one update.
const BATCH: usize = 1024;
/// How long the node may take to end.
const QUIT_TIMEOUT: Duration = Duration::from_secs(3);

/// What the window asks of the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Which rooms are we in?
    Rooms,
    /// Everything that is shown of a room.
    Load(RoomName),
    /// So many lines of a room before this one.
    Older(RoomName, OperationId, usize),
    /// Everything up to this line was read.
    MarkRead(RoomName, OperationId),
    /// Take the announcements of late lines away.
    DismissLate(RoomName),
    /// The sheet of a room.
    Canvas(RoomName),
    /// All drawings that a room has seen.
    Gallery(RoomName),
    /// Say a line.
    Say(RoomName, String),
    /// Write down a finished line.
    Draw(RoomName, PenLine),
    /// Show the new points of a line, the first of them with this index.
    PenMoved(RoomName, PenLine, u32),
    /// Change the sheet of a room otherwise.
    Touch(RoomName, Touch),
    /// Take a step in the room's game.
    Game(RoomName, Step),
    /// Enter a room.
    Join(RoomName),
    /// Leave a room.
    Leave(RoomName),
    /// Connect to an address.
    Dial(String),
    /// Take another name.
    Rename(PersonName),
    /// End the node.
    Quit,
}

/// What is done to a sheet beside drawing lines on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// Colour the area around a point.
    Fill(Point, Color),
    /// Take our last mark off.
    Undo,
    /// Put it back.
    Redo,
    /// Take everything off.
    Clear,
}

/// A step in a game.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Propose a game, with these words or none.
    Start(Rules, WordList),
    /// Propose the last game again.
    Rematch,
    /// Take part.
    Ready,
    /// End the gathering.
    Begin,
    /// Draw the word with this number among those on offer.
    Choose(usize),
    /// End our own turn.
    Pass,
    /// Vote to skip the drawer.
    Skip,
    /// Vote to remove a player.
    Kick(Author),
    /// Play no more.
    Leave,
    /// Vote to end the game for all.
    End,
}

/// A node's answer to a command.
#[derive(Debug, Clone)]
pub enum Answer {
    /// To [`Command::Rooms`].
    Rooms(Result<Vec<RoomSummary>, CommandError>),
    /// To [`Command::Load`].
    Loaded(RoomName, Result<Box<Loaded>, CommandError>),
    /// To [`Command::Older`], with the line before which these stand.
    Older(RoomName, OperationId, Result<Vec<Entry>, CommandError>),
    /// To [`Command::DismissLate`].
    LateDismissed(Result<(), CommandError>),
    /// To [`Command::Canvas`].
    Canvas(RoomName, Result<CanvasView, CommandError>),
    /// To [`Command::Gallery`].
    Gallery(RoomName, Result<Gallery, CommandError>),
    /// To [`Command::Say`], with the text that was said.
    Said(RoomName, String, Result<Spoken, CommandError>),
    /// To [`Command::Draw`], with the number of the stroke.
    Drawn(RoomName, StrokeId, Result<OperationId, CommandError>),
    /// To [`Command::PenMoved`], when it failed.
    NotShown(CommandError),
    /// To [`Command::Touch`].
    Touched(RoomName, Touch, Result<OperationId, CommandError>),
    /// To [`Command::Game`].
    Stepped(RoomName, Step, Result<(), CommandError>),
    /// To [`Command::Join`].
    Joined(RoomName, Result<(), CommandError>),
    /// To [`Command::Leave`].
    Left(RoomName, Result<(), CommandError>),
    /// To [`Command::Dial`].
    Dialled(String, Result<(), CommandError>),
    /// To [`Command::Rename`].
    Renamed(PersonName, Result<(), CommandError>),
}

/// Everything that is shown of a room.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Its last lines, [`PAGE`] of them at most.
    pub entries: Vec<Entry>,
    /// Its people.
    pub people: Vec<Person>,
    /// Its visible sheet.
    pub canvas: CanvasView,
    /// Its game.
    pub game: GameView,
    /// What of it was read.
    pub reading: ReadingView,
}

/// What comes out of the link.
#[derive(Debug)]
pub enum Update {
    /// The node runs; this is our key.
    Started(Author),
    /// The node could not start.
    NotStarted(StartError),
    /// Things that happened, in their order.
    Events(Vec<Event>),
    /// An answer to a command.
    Answer(Answer),
    /// The node has ended. Nothing more comes.
    Ended,
}

type Sender = out::Sender<Update>;
type Asked = Pin<Box<dyn Future<Output = Option<Answer>> + Send>>;

/// Starts a node on `runtime` and keeps the line to it until it ends or `commands` closes.
pub fn run(runtime: Handle, config: Config, commands: mpsc::Receiver<Command>) -> impl Stream<Item = Update> {
    iced::stream::channel(16, async move |mut updates: Sender| {
        let update = match runtime.spawn(Node::start(config)).await {
            Ok(Ok((node, events))) => {
                if updates.send(Update::Started(node.author())).await.is_ok() {
                    talk(&node, events, commands, &mut updates).await;
                }
                Update::Ended
            }
            Ok(Err(error)) => Update::NotStarted(error),
            Err(panic) => {
                tracing::error!("the node ended while starting: {panic}");
                Update::Ended
            }
        };
        // When nobody listens any more, there is nobody to tell.
        let _ = updates.send(update).await;
    })
}

/// Carries commands in and answers and events out. Returns when either end is closed.
async fn talk(node: &Node, mut events: Events, mut commands: mpsc::Receiver<Command>, updates: &mut Sender) {
    let mut asked: FuturesUnordered<Asked> = FuturesUnordered::new();
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
            command = commands.recv() => match command {
                Some(Command::Quit) | None => return quit(node).await,
                Some(command) => match in_order(carry_out(node.clone(), command)).await {
                    Ok(Some(answer)) => Update::Answer(answer),
                    Ok(None) => continue,
                    Err(waiting) => {
                        asked.push(waiting);
                        continue;
                    }
                },
            },
            Some(answer) = asked.next() => match answer {
                Some(answer) => Update::Answer(answer),
                None => continue,
            },
        };
        if updates.send(update).await.is_err() {
            return;
        }
    }
}

/// The answer to a command that found the line closed or full; `None` for those whose answer nobody waits for.
pub fn refuse(error: mpsc::error::TrySendError<Command>) -> Option<Answer> {
    let (command, why) = match error {
        mpsc::error::TrySendError::Full(command) => (command, CommandError::Busy),
        mpsc::error::TrySendError::Closed(command) => (command, CommandError::Closed),
    };
    Some(match command {
        Command::Rooms => Answer::Rooms(Err(why)),
        Command::Load(room) => Answer::Loaded(room, Err(why)),
        Command::Older(room, before, _) => Answer::Older(room, before, Err(why)),
        Command::DismissLate(_) => Answer::LateDismissed(Err(why)),
        Command::Canvas(room) => Answer::Canvas(room, Err(why)),
        Command::Gallery(room) => Answer::Gallery(room, Err(why)),
        Command::Say(room, text) => Answer::Said(room, text, Err(why)),
        Command::Draw(room, line) => Answer::Drawn(room, line.stroke, Err(why)),
        Command::Touch(room, touch) => Answer::Touched(room, touch, Err(why)),
        Command::Game(room, step) => Answer::Stepped(room, step, Err(why)),
        Command::Join(room) => Answer::Joined(room, Err(why)),
        Command::Leave(room) => Answer::Left(room, Err(why)),
        Command::Dial(address) => Answer::Dialled(address, Err(why)),
        Command::Rename(name) => Answer::Renamed(name, Err(why)),
        Command::PenMoved(..) | Command::MarkRead(..) | Command::Quit => return None,
    })
}

async fn quit(node: &Node) {
    match timeout(QUIT_TIMEOUT, node.quit()).await {
        Ok(Ok(()) | Err(_)) => {}
        Err(_) => tracing::warn!("the node did not end in time"),
    }
}

/// Polls a command once, which puts it into the node's queue: commands arrive in the order in which they were given,
/// though their answers may overtake each other.
async fn in_order(mut asked: Asked) -> Result<Option<Answer>, Asked> {
    let first = poll_fn(|context| Poll::Ready(asked.as_mut().poll(context))).await;
    match first {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Err(asked),
    }
}

fn carry_out(node: Node, command: Command) -> Asked {
    Box::pin(async move {
        Some(match command {
            Command::Rooms => Answer::Rooms(node.rooms().await),
            Command::Load(room) => Answer::Loaded(room.clone(), load(&node, room).await),
            Command::Older(room, before, limit) => {
                Answer::Older(room.clone(), before, node.history(room, limit, Some(before)).await)
            }
            Command::MarkRead(room, upto) => return mark_read(&node, room, upto).await,
            Command::DismissLate(room) => Answer::LateDismissed(node.dismiss_late(room).await),
            Command::Canvas(room) => Answer::Canvas(room.clone(), node.canvas(room).await),
            Command::Gallery(room) => Answer::Gallery(room.clone(), node.gallery(room).await),
            Command::Say(room, text) => Answer::Said(room.clone(), text.clone(), node.say(room, text).await),
            Command::Draw(room, line) => Answer::Drawn(room.clone(), line.stroke, node.draw(room, line).await),
            Command::PenMoved(room, line, from) => Answer::NotShown(node.pen_moved(room, line, from).await.err()?),
            Command::Touch(room, touch) => Answer::Touched(room.clone(), touch, do_touch(&node, room, touch).await),
            Command::Game(room, step) => {
                Answer::Stepped(room.clone(), step.clone(), take_step(&node, room, step).await)
            }
            Command::Join(room) => Answer::Joined(room.clone(), node.join(room).await),
            Command::Leave(room) => Answer::Left(room.clone(), node.leave(room).await),
            Command::Dial(address) => Answer::Dialled(address.clone(), node.dial(address).await),
            Command::Rename(name) => Answer::Renamed(name.clone(), node.rename(name).await),
            Command::Quit => return None,
        })
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

/// Nobody waits for an answer to this: what was not marked is marked with the next line.
async fn mark_read(node: &Node, room: RoomName, upto: OperationId) -> Option<Answer> {
    if let Err(error) = node.mark_read(room, upto).await {
        tracing::debug!("what was read was not marked: {error}");
    }
    None
}

async fn do_touch(node: &Node, room: RoomName, touch: Touch) -> Result<OperationId, CommandError> {
    match touch {
        Touch::Fill(at, color) => node.fill(room, at, color).await,
        Touch::Undo => node.undo(room).await,
        Touch::Redo => node.redo(room).await,
        Touch::Clear => node.clear(room).await,
    }
}

async fn take_step(node: &Node, room: RoomName, step: Step) -> Result<(), CommandError> {
    match step {
        Step::Start(rules, words) => node.start_game(room, rules, words).await.map(drop),
        Step::Rematch => node.rematch(room).await.map(drop),
        Step::Ready => node.ready(room).await,
        Step::Begin => node.begin(room).await,
        Step::Choose(index) => node.choose(room, index).await,
        Step::Pass => node.pass(room).await,
        Step::Skip => node.skip(room).await,
        Step::Kick(player) => node.kick(room, player).await,
        Step::Leave => node.leave_game(room).await,
        Step::End => node.end_game(room).await,
    }
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

    async fn next(updates: &mut (impl Stream<Item = Update> + Unpin)) -> Option<Update> {
        timeout(PATIENCE, updates.next()).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn commands_are_carried_out_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let (commands, queue) = mpsc::channel(COMMAND_QUEUE);
        let mut updates = Box::pin(run(Handle::current(), config(folder.path()), queue));
        assert!(matches!(next(&mut updates).await, Some(Update::Started(_))));
        for number in 0..50 {
            commands.try_send(Command::Say(RoomName::lobby(), number.to_string())).unwrap();
        }
        let (mut answers, mut said) = (0, Vec::new());
        while answers < 50 || said.len() < 50 {
            match next(&mut updates).await.unwrap() {
                Update::Answer(Answer::Said(_, _, Ok(_))) => answers += 1,
                Update::Events(events) => said.extend(events.into_iter().flat_map(talk_in)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(said, (0..50).map(|number| number.to_string()).collect::<Vec<_>>());
        commands.try_send(Command::Quit).unwrap();
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
        let (_first, queue) = mpsc::channel(COMMAND_QUEUE);
        let mut first = Box::pin(run(Handle::current(), config(folder.path()), queue));
        assert!(matches!(next(&mut first).await, Some(Update::Started(_))));
        let (_second, queue) = mpsc::channel(COMMAND_QUEUE);
        let mut second = Box::pin(run(Handle::current(), config(folder.path()), queue));
        let Some(Update::NotStarted(error)) = next(&mut second).await else { panic!("it started twice") };
        let words = crate::text::with_causes(&error);
        assert!(words.contains(&folder.path().display().to_string()), "{words}");
    }

    #[test]
    fn a_closed_line_refuses_what_somebody_waits_for() {
        let (commands, queue) = mpsc::channel(1);
        drop(queue);
        let refused = |command| refuse(commands.try_send(command).unwrap_err());
        let say = Command::Say(RoomName::lobby(), "hello".to_owned());
        assert!(matches!(refused(say), Some(Answer::Said(_, text, Err(CommandError::Closed))) if text == "hello"));
        assert!(refused(Command::Quit).is_none());
    }
}
