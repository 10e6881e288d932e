//! A running `inkmesh headless`, controlled by JSON lines.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::process::{ChildStdin, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::process::Process;
use super::{DEADLINE, INKMESH};

/// Number of last lines of a host that are printed on a failure.
const SHOWN: usize = 30;

/// Most lines under way in [`Host::say_all`], fewer than the program's limit.
const UNDER_WAY: usize = 500;

/// A running Inkmesh. Dropping it kills it with SIGKILL.
pub struct Host {
    /// Its name in messages; on a LAN also its name in the rooms.
    pub label: String,
    /// Its peer id, known once it is ready.
    pub peer: String,
    process: Process,
    heard: Arc<Heard>,
    last_id: u64,
}

/// The output of a host so far.
#[derive(Default)]
struct Heard {
    record: Mutex<Record>,
    changed: Condvar,
}

#[derive(Default)]
struct Record {
    replies: BTreeMap<u64, Result<Value, Value>>,
    /// Events, and replies to lines that had no number.
    events: Vec<Value>,
}

/// The reply to `state`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub operations: u64,
    pub digest: String,
    pub canvas: String,
}

/// A chat line, as in `history` and `entry`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: String,
    pub name: String,
    pub text: String,
}

/// Starts Inkmesh outside of the LANs, on the loopback interface of this machine and without multicast.
pub fn local(label: &str, data_dir: &Path, options: &[&str]) -> Host {
    let mut host = Host::launch(label.to_owned(), local_command(data_dir, options));
    host.await_ready();
    host
}

/// Returns the command that [`local`] runs.
pub fn local_command(data_dir: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(INKMESH);
    command.args(["headless", "--no-mdns", "--listen", "/ip4/127.0.0.1/tcp/0", "--data-dir"]);
    command.arg(data_dir).args(options);
    command
}

impl Host {
    pub fn launch(label: String, command: Command) -> Self {
        Self::launch_tapped(label, command, |_, _| true)
    }

    /// Like [`Host::launch`]; each line is passed to `tap` with the time it was read, and stored only if that returns true.
    pub fn launch_tapped(
        label: String,
        command: Command,
        mut tap: impl FnMut(Instant, &str) -> bool + Send + 'static,
    ) -> Self {
        let heard = Arc::<Heard>::default();
        let listener = Arc::clone(&heard);
        let process = Process::start(command, move |at, line| {
            if tap(at, line) {
                listener.hear(line);
            }
        });
        Host { label, peer: String::new(), process, heard, last_id: 0 }
    }

    /// Waits for its `ready` event.
    #[track_caller]
    pub fn await_ready(&mut self) {
        let ready = self.await_event("ready", 0, |event| event["event"] == "ready");
        self.peer = ready["peer"].as_str().unwrap().to_owned();
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Returns its address on the loopback interface, for others to `--dial`.
    #[track_caller]
    pub fn address(&self) -> String {
        let ready = self.await_event("ready", 0, |event| event["event"] == "ready");
        let addresses = ready["addresses"].as_array().unwrap().iter().map(|address| address.as_str().unwrap());
        let found = addresses.into_iter().find(|address| address.contains("/127.0.0.1/"));
        found.unwrap_or_else(|| self.fail(&format!("no loopback address: {ready}"))).to_owned()
    }

    // --- Commands ---

    /// Sends a command without waiting; returns its number, for [`Host::reply`].
    pub fn send(&mut self, mut command: Value) -> u64 {
        self.last_id += 1;
        command["id"] = json!(self.last_id);
        self.send_raw(format!("{command}\n").as_bytes());
        self.last_id
    }

    /// Sends bytes unchanged.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        if let Err(error) = self.process.write(bytes) {
            self.fail(&format!("can't write to it: {error}"));
        }
    }

    /// Waits for the reply to a command and returns its `ok` or its `error`.
    #[track_caller]
    pub fn reply(&self, id: u64) -> Result<Value, Value> {
        match self.reply_within(id, DEADLINE) {
            Some(reply) => reply,
            None => self.fail(&format!("no reply to command {id}")),
        }
    }

    /// Like [`Host::reply`]; returns `None` when none comes in time.
    pub fn reply_within(&self, id: u64, limit: Duration) -> Option<Result<Value, Value>> {
        self.heard.wait(limit, |record| record.replies.get(&id).cloned())
    }

    /// Returns the reply if it has come.
    pub fn reply_now(&self, id: u64) -> Option<Result<Value, Value>> {
        self.heard.lock().replies.get(&id).cloned()
    }

    /// Sends a command and waits for its reply.
    #[track_caller]
    pub fn ask(&mut self, command: Value) -> Result<Value, Value> {
        let id = self.send(command);
        self.reply(id)
    }

    /// Sends a command that must succeed.
    #[track_caller]
    pub fn ok(&mut self, command: Value) -> Value {
        let told = command.to_string();
        self.ask(command).unwrap_or_else(|error| self.fail(&format!("{told} was refused: {error}")))
    }

    /// Sends a command that must be refused; returns the code.
    #[track_caller]
    pub fn refused(&mut self, command: Value) -> String {
        let told = command.to_string();
        match self.ask(command) {
            Err(error) => error["code"].as_str().unwrap().to_owned(),
            Ok(ok) => self.fail(&format!("{told} was not refused: {ok}")),
        }
    }

    /// Says a line in the lobby and waits until it is durable; returns its id.
    #[track_caller]
    pub fn say(&mut self, text: &str) -> String {
        let ok = self.ok(say(text));
        ok["id"].as_str().unwrap().to_owned()
    }

    /// Says many lines in a room as fast as they are accepted, and waits until all are durable; returns their ids.
    #[track_caller]
    pub fn say_all(&mut self, room: &str, texts: impl Iterator<Item = String>) -> Vec<String> {
        let (mut sent, mut ids) = (VecDeque::new(), Vec::new());
        for text in texts {
            if sent.len() == UNDER_WAY {
                ids.extend(sent.pop_front().map(|id| self.said(id)));
            }
            sent.push_back(self.send(json!({"do": "say", "room": room, "text": text})));
        }
        ids.extend(sent.into_iter().map(|id| self.said(id)));
        ids
    }

    #[track_caller]
    fn said(&self, id: u64) -> String {
        let ok = self.reply(id).unwrap_or_else(|error| self.fail(&format!("a line was refused: {error}")));
        ok["id"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn state(&mut self) -> State {
        let ok = self.ok(json!({"do": "state", "room": "lobby"}));
        let text = |field: &str| ok[field].as_str().unwrap().to_owned();
        State { operations: ok["operations"].as_u64().unwrap(), digest: text("digest"), canvas: text("canvas") }
    }

    #[track_caller]
    pub fn game(&mut self) -> Value {
        self.ok(json!({"do": "game", "room": "lobby"}))
    }

    /// Returns the whole history of the lobby, page by page.
    #[track_caller]
    pub fn history(&mut self) -> Vec<Value> {
        let mut pages = vec![self.page(Value::Null)];
        while let Some(first) = pages.last().and_then(|page| page.first()) {
            let before = first["id"].clone();
            let page = self.page(before);
            pages.push(page);
        }
        pages.into_iter().rev().flatten().collect()
    }

    #[track_caller]
    fn page(&mut self, before: Value) -> Vec<Value> {
        let ok = self.ok(json!({"do": "history", "room": "lobby", "limit": 1000, "before": before}));
        ok["entries"].as_array().unwrap().clone()
    }

    /// Returns the chat lines of the lobby's history.
    #[track_caller]
    pub fn talk(&mut self) -> Vec<Line> {
        self.history().iter().filter(|entry| entry["kind"] == "chat").map(line).collect()
    }

    // --- Events ---

    /// Returns the number of events so far, to select later ones with.
    pub fn mark(&self) -> usize {
        self.heard.lock().events.len()
    }

    /// Returns all events since a mark.
    pub fn events(&self, since: usize) -> Vec<Value> {
        self.heard.lock().events[since..].to_vec()
    }

    /// Waits for an event since a mark.
    #[track_caller]
    pub fn await_event(&self, what: &str, since: usize, fits: impl Fn(&Value) -> bool) -> Value {
        let mut next = since;
        let found = self.heard.wait(DEADLINE, |record| {
            // Each event is checked once: there may be tens of thousands.
            let found = record.events[next..].iter().find(|event| fits(event)).cloned();
            next = record.events.len();
            found
        });
        found.unwrap_or_else(|| self.fail(&format!("no event: {what}")))
    }

    /// Waits until somebody is online in the lobby.
    #[track_caller]
    pub fn await_online(&self, peer: &str, since: usize) {
        self.await_event(&format!("{peer} is online"), since, |event| {
            event["event"] == "peer" && event["room"] == "lobby" && event["peer"] == peer && event["state"] == "online"
        });
    }

    /// Waits until somebody is offline in the lobby.
    #[track_caller]
    pub fn await_offline(&self, peer: &str, since: usize) {
        self.await_event(&format!("{peer} is offline"), since, |event| {
            event["event"] == "peer" && event["room"] == "lobby" && event["peer"] == peer && event["state"] == "offline"
        });
    }

    /// Waits for a warning of this code.
    #[track_caller]
    pub fn await_warning(&self, code: &str, since: usize) {
        self.await_event(&format!("the warning {code}"), since, |event| is_warning(event, code));
    }

    /// Waits for a chat line.
    #[track_caller]
    pub fn await_line(&self, text: &str, since: usize) -> Value {
        self.await_event(&format!("the line {text:?}"), since, |event| {
            event["event"] == "entry" && event["kind"] == "chat" && event["text"] == text
        })
    }

    /// Returns whether there was a warning with this code.
    pub fn warned(&self, code: &str) -> bool {
        self.heard.lock().events.iter().any(|event| is_warning(event, code))
    }

    // --- The end ---

    /// Kills it with SIGKILL.
    pub fn kill(mut self) {
        self.process.kill();
    }

    /// Kills it with SIGKILL; returns the ids of everything it acknowledged, in the order of the commands.
    #[track_caller]
    pub fn kill_and_count(mut self) -> Vec<String> {
        self.process.kill();
        // Everything it wrote before has to be read.
        self.ended();
        let record = self.heard.lock();
        record.replies.values().flatten().filter_map(|ok| Some(ok["id"].as_str()?.to_owned())).collect()
    }

    /// Sends `quit` and waits for its end with status 0.
    #[track_caller]
    pub fn quit(mut self) {
        let id = self.send(json!({"do": "quit"}));
        assert_eq!(self.reply(id), Ok(json!({})), "{}", self.label);
        self.await_end();
    }

    /// Takes its standard input, to be written to by the caller.
    pub fn take_input(&mut self) -> ChildStdin {
        self.process.take_input()
    }

    /// Closes its standard input.
    pub fn close_input(&mut self) {
        self.process.close_input();
    }

    /// Waits until it ends by itself with status 0.
    #[track_caller]
    pub fn await_end(&mut self) {
        match self.ended() {
            status if status.success() => (),
            status => self.fail(&format!("it ended with {status}")),
        }
    }

    /// Waits until it ends by itself with any status.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        match self.process.ended(DEADLINE) {
            Some(status) => status,
            None => self.fail("it does not end"),
        }
    }

    /// Returns what it wrote to standard error.
    pub fn stderr(&self) -> String {
        self.process.stderr()
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("{}: {what}", self.label)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // A failing test prints the last lines of every host.
            eprintln!("=== {} {}", self.label, self.peer);
            let events = self.heard.lock().events.clone();
            for event in &events[events.len().saturating_sub(SHOWN)..] {
                eprintln!("{event}");
            }
            eprintln!("--- standard error of {}\n{}", self.label, self.process.stderr());
        }
    }
}

impl Heard {
    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap()
    }

    fn hear(&self, line: &str) {
        let mut said: Value = serde_json::from_str(line)
            .unwrap_or_else(|error| json!({"event": "no JSON", "line": line, "error": error.to_string()}));
        let mut record = self.lock();
        match said["reply"].as_u64() {
            Some(id) => {
                let result = match said.get_mut("ok") {
                    Some(ok) => Ok(ok.take()),
                    None => Err(said["error"].take()),
                };
                record.replies.insert(id, result);
            }
            None => record.events.push(said),
        }
        self.changed.notify_all();
    }

    fn wait<T>(&self, limit: Duration, mut found: impl FnMut(&Record) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + limit;
        let mut record = self.lock();
        loop {
            if let Some(value) = found(&record) {
                return Some(value);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            record = self.changed.wait_timeout(record, left).unwrap().0;
        }
    }
}

fn is_warning(event: &Value, code: &str) -> bool {
    event["event"] == "warning" && event["code"] == code
}

/// Returns the command that says a line in the lobby.
pub fn say(text: &str) -> Value {
    json!({"do": "say", "room": "lobby", "text": text})
}

/// Returns the part of a chat line by which lines are compared.
pub fn line(entry: &Value) -> Line {
    let text = |field: &str| entry[field].as_str().unwrap().to_owned();
    Line { id: text("id"), name: text("name"), text: text("text") }
}

/// Waits until all hosts hold the same operations; returns the state that they agree on.
#[track_caller]
pub fn agree(hosts: &mut [&mut Host], limit: Duration) -> State {
    let deadline = Instant::now() + limit;
    loop {
        let states: Vec<State> = hosts.iter_mut().map(|host| host.state()).collect();
        if states.iter().all(|state| state.digest == states[0].digest && state.operations == states[0].operations) {
            return states[0].clone();
        }
        assert!(Instant::now() < deadline, "the hosts don't agree after {limit:?}: {states:#?}");
        // The digest is not an event, so it is requested again after each event, which may have changed it.
        let mark = hosts[0].mark();
        hosts[0].heard.wait(Duration::from_millis(50), |record| (record.events.len() > mark).then_some(()));
    }
}
