//! Histories generated without a running program: signed on all cores, written by the store, cached for the next run.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use inkmesh::canvas::{CanvasStep, Color, Point, Points, SheetId, Stroke, Tool};
use inkmesh::clock::Timestamp;
use inkmesh::game::{GameStep, Rules, WordList};
use inkmesh::identity::Identity;
use inkmesh::name::RoomName;
use inkmesh::operation::{ChainId, Header, Operation, OperationId};
use inkmesh::payload::{Chat, Payload, Profile};
use inkmesh_store::{ChainKey, Record, Store};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use tempfile::TempDir;

/// Number of authors, each with one chain.
pub const AUTHORS: usize = 100;

/// Version of the generated histories. Another number invalidates the cached ones.
const FORM: u32 = 1;
/// Folder of the cache.
const KEPT: &str = env!("CARGO_TARGET_TMPDIR");
/// Operations of one write.
const GROUP: usize = 1_000;
/// Operations in memory at a time.
const BLOCK: usize = 20_000;
/// Time from one operation to the next.
const STEP_MS: u64 = 1_000;
/// Age of the last operation when the history is generated.
const AGO_MS: u64 = 3_600_000;

/// Words of the chat lines.
const WORDS: &str = "drawing together is my turn the harbour hello 그림 다시 안녕하세요 저기 그래요 좋아 고양이를 점심";

/// A history of the lobby in a data folder that no program uses.
pub struct History {
    dir: PathBuf,
    pub operations: usize,
}

impl History {
    /// Returns a history of this many operations: the cached one, or a new one.
    pub fn of(operations: usize) -> Self {
        let dir = Path::new(KEPT).join(format!("history-{FORM}-{operations}"));
        if !dir.exists() {
            let unfinished = dir.with_extension("unfinished");
            let _ = fs::remove_dir_all(&unfinished);
            fs::create_dir_all(&unfinished).unwrap();
            make(&unfinished, operations);
            fs::rename(&unfinished, &dir).unwrap();
        }
        History { dir, operations }
    }

    /// Returns a copy of its data folder, to be used by a program.
    pub fn copy(&self) -> TempDir {
        let copy = TempDir::new_in(KEPT).unwrap();
        copy_folder(&self.dir, copy.path());
        copy
    }

    /// Opens its store for reading only, so that it stays unchanged.
    pub fn store(&self) -> Store {
        Store::open(&self.dir).unwrap().0
    }

    /// Returns the bytes of all files of its data folder.
    pub fn size_on_disk(&self) -> u64 {
        size_of(&self.dir)
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn size_of(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).unwrap().map(Result::unwrap);
    let sizes = entries.map(|entry| match entry.file_type().unwrap().is_dir() {
        true => size_of(&entry.path()),
        false => entry.metadata().unwrap().len(),
    });
    sizes.sum()
}

/// An author of the history.
struct Author {
    identity: Identity,
    chain: ChainId,
    next: u64,
    last: Option<OperationId>,
    rng: SmallRng,
}

fn make(dir: &Path, operations: usize) {
    let (store, _) = Store::open(dir).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let begin = now - AGO_MS - operations as u64 * STEP_MS;
    let mut authors: Vec<Author> = (0..AUTHORS as u64).map(author).collect();
    let mut rng = SmallRng::seed_from_u64(0);
    for from in (0..operations).step_by(BLOCK) {
        let times = (from..operations.min(from + BLOCK)).map(|n| Timestamp::from_ms(begin + n as u64 * STEP_MS));
        let plan: Vec<(usize, Timestamp)> = times.map(|time| (rng.random_range(0..AUTHORS), time)).collect();
        for group in sign(&mut authors, &plan).chunks(GROUP) {
            store.append_wait(group.iter().map(record).collect()).unwrap();
        }
    }
    store.close();
}

fn author(n: u64) -> Author {
    let mut rng = SmallRng::seed_from_u64(n + 1);
    let identity = Identity::from_secret(rng.random());
    let chain = ChainId { author: identity.author(), log: rng.random() };
    Author { identity, chain, next: 0, last: None, rng }
}

/// Signs the planned operations on all cores, each of which signs those of some authors.
fn sign(authors: &mut [Author], plan: &[(usize, Timestamp)]) -> Vec<Operation> {
    let cores = thread::available_parallelism().unwrap().get();
    let share = authors.len().div_ceil(cores);
    let mut signed: Vec<(usize, Operation)> = thread::scope(|scope| {
        let shares = authors.chunks_mut(share).enumerate();
        let signing = shares.map(|(n, authors)| scope.spawn(move || sign_share(authors, n * share, plan)));
        let signing: Vec<_> = signing.collect();
        signing.into_iter().flat_map(|signing| signing.join().unwrap()).collect()
    });
    signed.sort_unstable_by_key(|(n, _)| *n);
    signed.into_iter().map(|(_, operation)| operation).collect()
}

/// Returns the operations of these authors, of whom the first has the number `first`.
fn sign_share(authors: &mut [Author], first: usize, plan: &[(usize, Timestamp)]) -> Vec<(usize, Operation)> {
    let mut signed = Vec::new();
    for (n, (who, time)) in plan.iter().enumerate() {
        let author = who.checked_sub(first).and_then(|index| authors.get_mut(index));
        signed.extend(author.map(|author| (n, author.write(*time))));
    }
    signed
}

fn record(operation: &Operation) -> Record {
    let Header { room, chain, seq, .. } = *operation.header();
    let chain = ChainKey { room: room.0, author: chain.author.0, log: chain.log };
    Record { chain, seq, bytes: operation.bytes().to_vec() }
}

impl Author {
    fn write(&mut self, time: Timestamp) -> Operation {
        let (chain, seq, backlink) = (self.chain, self.next, self.last);
        let header = Header { room: RoomName::lobby().id(), chain, seq, backlink, time };
        let payload = self.payload();
        let operation = Operation::sign(&self.identity, header, &payload).unwrap();
        (self.next, self.last) = (seq + 1, Some(operation.id()));
        operation
    }

    /// Returns 90 % chat lines, 9 % strokes, 1 % of the rest.
    fn payload(&mut self) -> Payload {
        match self.rng.random_range(0..200) {
            0 => Payload::Profile(Profile { name: format!("Name {}", self.next).parse().unwrap(), picture: None }),
            1 => Payload::Game(GameStep::Proposed { rules: Rules::default(), words: WordList::default(), more: 0 }),
            2..20 => Payload::Canvas { sheet: SheetId::Free, step: CanvasStep::Stroke(self.stroke()) },
            _ => Payload::Chat(Chat { text: self.text() }),
        }
    }

    /// Returns 20 to 200 characters of English and Korean.
    fn text(&mut self) -> String {
        let length = self.rng.random_range(20..=200);
        let words: Vec<&str> = WORDS.split(' ').collect();
        let mut text = String::new();
        while text.chars().count() < length {
            text.push_str(words[self.rng.random_range(0..words.len())]);
            text.push(' ');
        }
        text.chars().take(length).collect()
    }

    /// Returns 10 to 60 points, some units apart.
    fn stroke(&mut self) -> Stroke {
        let (mut x, mut y) = (self.rng.random_range(200.0..1400.0), self.rng.random_range(200.0..1000.0));
        let count = self.rng.random_range(10..=60);
        let path = (0..count).map(|_| {
            x += self.rng.random_range(-6.0..6.0);
            y += self.rng.random_range(-6.0..6.0);
            Point::from_logical(x, y)
        });
        let points = Points::new(path.collect());
        Stroke { id: self.next, tool: Tool::Pen, color: Color([0xb8, 0x38, 0x22]), width: 6, points }
    }
}
