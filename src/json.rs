//! The JSON of commands, replies and events, where it differs from that of the types themselves. Programs rely on it: a
//! field keeps its name and meaning.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::canvas::{Color, Point, Points, QUARTERS, SheetId, StrokeId, Tool};
use crate::contacts::Contact;
use crate::event::{
    Entry, EntryBody, Event, GameView, InvitationView, Person, Phase, PlayerView, ReadStateView, Warning, is_not,
};
use crate::gallery::{Drawing, Gallery};
use crate::game::{CancelReason, QuizRules, Rules, SkippedBy, WordList};
use crate::identity::Author;
use crate::invitation::MAX_INVITED;
use crate::name::{PersonName, RoomName};
use crate::operation::OperationId;
use crate::picture::{self, Picture, PictureError, Sketch};
use crate::verification::VerificationNumber;
use crate::waiting_room::NearbyRoom;
use crate::words::{BuiltIn, Level, Word};

// --- fields of commands ------------------------------------------------------------------------------------------

fn text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    read(&Cow::<str>::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn entry_id(field: &str, text: &str) -> Result<OperationId, String> {
    OperationId::from_hex(text).ok_or_else(|| format!("`{field}` is an entry's id: 64 hexadecimal digits"))
}

pub(crate) fn before<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OperationId>, D::Error> {
    let text = Option::<Cow<str>>::deserialize(deserializer)?;
    text.map(|text| entry_id("before", &text)).transpose().map_err(D::Error::custom)
}

pub(crate) fn upto<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OperationId, D::Error> {
    text(deserializer, |text| entry_id("upto", text))
}

pub(crate) fn peer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Author, D::Error> {
    text(deserializer, |text| text.parse().map_err(|error| format!("`peer`: {error}")))
}

pub(crate) fn peers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Author>, D::Error> {
    let peers = Vec::<Author>::deserialize(deserializer)?;
    match peers.len() {
        1..=MAX_INVITED => Ok(peers),
        _ => Err(D::Error::custom(format!("`peers`: 1 to {MAX_INVITED} people"))),
    }
}

pub(crate) fn nickname<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PersonName>, D::Error> {
    let text = Option::<Cow<str>>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty());
    text.map(|text| text.parse()).transpose().map_err(D::Error::custom)
}

pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<VerificationNumber, D::Error> {
    text(deserializer, |text| text.parse().map_err(|error| format!("`number`: {error}")))
}

pub(crate) fn as_text<S: Serializer>(value: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

pub(crate) fn color<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Color, D::Error> {
    text(deserializer, |text| text.parse().map_err(|error| format!("`color`: {error}")))
}

pub(crate) fn points<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Point>, D::Error> {
    let pairs = Vec::<[f64; 2]>::deserialize(deserializer)?;
    Ok(pairs.into_iter().map(|[x, y]| Point::from_logical(x, y)).collect())
}

/// The fields of `picture`.
#[derive(Deserialize)]
struct PictureFields {
    ours: Option<u16>,
    strokes: Option<Vec<Vec<[f64; 2]>>>,
}

/// Reads a picture: one of ours by its number, or a drawn one by its strokes; none of both is no picture.
pub(crate) fn picture<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Picture>, D::Error> {
    let PictureFields { ours, strokes } = PictureFields::deserialize(deserializer)?;
    match (ours, strokes) {
        (None, None) => Ok(None),
        (Some(number), None) if number < picture::OURS => Ok(Some(Picture::Ours(number))),
        (Some(_), None) => Err(D::Error::custom(format_args!("`ours` is a number of 0 to {}", picture::OURS - 1))),
        (None, Some(strokes)) => sketch(&strokes).map(Some).map_err(D::Error::custom),
        (Some(_), Some(_)) => Err(D::Error::custom("`ours` and `strokes` are two pictures: give one of them")),
    }
}

fn sketch(strokes: &[Vec<[f64; 2]>]) -> Result<Picture, String> {
    // A point beside the sheet of a room would be moved onto it, and so could get onto that of a picture.
    let beside = |[x, y]: &[f64; 2]| x.min(*y) < 0.0 || x.max(*y) > f64::from(picture::SIDE);
    if strokes.iter().flatten().any(beside) {
        return Err(format!("`strokes`: {}", PictureError::Outside));
    }
    let stroke = |stroke: &Vec<[f64; 2]>| stroke.iter().map(|[x, y]| Point::from_logical(*x, *y)).collect();
    let strokes: Vec<Vec<Point>> = strokes.iter().map(stroke).collect();
    Sketch::new(&strokes).map(Picture::Drawn).map_err(|error| format!("`strokes`: {error}"))
}

/// Writes a picture in the form in which it is read.
pub(crate) fn as_picture<S: Serializer>(picture: &Option<Picture>, serializer: S) -> Result<S::Ok, S::Error> {
    match picture {
        None => serializer.serialize_none(),
        Some(Picture::Ours(number)) => serializer.collect_map([("ours", number)]),
        Some(Picture::Drawn(sketch)) => {
            let strokes: Vec<_> = sketch.strokes().iter().map(logical).collect();
            serializer.collect_map([("strokes", strokes)])
        }
    }
}

pub(crate) fn quarters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    // `as` saturates, and JSON has no NaN.
    f64::deserialize(deserializer).map(|logical| (logical * f64::from(QUARTERS)).round() as i32)
}

/// The fields of `start`.
#[derive(Deserialize)]
struct StartFields {
    rounds: u32,
    seconds: u32,
    pack: Option<Packs>,
    words: Option<Vec<String>>,
    players: Option<u32>,
    idle: Option<u32>,
    offered: Option<u32>,
    hints: Option<u32>,
    close: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Packs {
    One(String),
    Several(Vec<String>),
}

/// Reads the rules and words of a game: a quiz with packs or words, or turns without words if neither is given.
pub(crate) fn start<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Rules, WordList), D::Error> {
    let fields = StartFields::deserialize(deserializer)?;
    let words = words(fields.pack, fields.words).map_err(D::Error::custom)?;
    let (usual, quiz) = (Rules::default(), QuizRules::default());
    let quiz = words.is_some().then(|| QuizRules {
        offered: fields.offered.unwrap_or(quiz.offered),
        hints: fields.hints.unwrap_or(quiz.hints),
        close: fields.close.unwrap_or(quiz.close),
    });
    let rules = Rules {
        rounds: fields.rounds,
        seconds: fields.seconds,
        players: fields.players.unwrap_or(usual.players),
        idle: fields.idle.unwrap_or(usual.idle),
        quiz,
    };
    Ok((rules, WordList::new(words.unwrap_or_default())))
}

fn words(packs: Option<Packs>, own: Option<Vec<String>>) -> Result<Option<Vec<Word>>, String> {
    if packs.is_none() && own.is_none() {
        return Ok(None);
    }
    // The own words first: of words that come twice the list keeps the first.
    let mut words = Vec::new();
    for text in own.unwrap_or_default() {
        words.push(Word::new(&text, Level::Medium).map_err(|error| format!("`words`: {text:?}: {error}"))?);
    }
    let packs = packs.map_or_else(Vec::new, |packs| match packs {
        Packs::One(id) => vec![id],
        Packs::Several(ids) => ids,
    });
    for id in packs {
        let pack = BuiltIn::of(&id).ok_or("`pack` is `en` or `ko`, or a list of them")?;
        words.extend(pack.words().iter().cloned());
    }
    Ok(Some(words))
}

// --- replies -----------------------------------------------------------------------------------------------------

pub(crate) fn solved<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map([("solved", true)])
}

pub(crate) fn history<S: Serializer>(room: &RoomName, entries: &[Entry], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map([("entries", EntryFields::all(room, entries))])
}

/// A line of a room's history.
#[derive(Debug, Serialize)]
pub struct EntryFields {
    room: String,
    id: OperationId,
    author: String,
    name: String,
    time: u64,
    kind: &'static str,
    text: String,
    late: bool,
    #[serde(skip_serializing_if = "is_not")]
    held_back: bool,
    /// True if it is talk of players who know the word that can't be read yet. The line is sent again when it can.
    #[serde(skip_serializing_if = "is_not")]
    sealed: bool,
}

impl EntryFields {
    /// Returns the fields of a line of the room with this name.
    #[must_use]
    pub fn new(room: &str, entry: &Entry) -> Self {
        EntryFields::by(entry.author.to_string(), room, entry)
    }

    /// Returns the fields of many lines. The text form of an author is expensive, so it is made once for each.
    fn all(room: &RoomName, entries: &[Entry]) -> Vec<Self> {
        let mut authors = BTreeMap::new();
        let fields = |entry: &Entry| {
            let author: &String = authors.entry(entry.author).or_insert_with(|| entry.author.to_string());
            EntryFields::by(author.clone(), room.as_str(), entry)
        };
        entries.iter().map(fields).collect()
    }

    fn by(author: String, room: &str, entry: &Entry) -> Self {
        EntryFields {
            room: room.to_owned(),
            id: entry.id,
            author,
            name: entry.name.clone(),
            time: entry.time,
            kind: entry.body.kind(),
            text: entry.body.text(),
            late: entry.late,
            held_back: entry.held_back,
            sealed: matches!(entry.body, EntryBody::Whisper(None)),
        }
    }
}

/// A room's game.
#[derive(Serialize)]
struct GameFields<'a> {
    phase: &'static str,
    game: Option<OperationId>,
    quiz: bool,
    players: Vec<PlayerFields<'a>>,
    round: u32,
    rounds: u32,
    seconds: u32,
    /// The rules that `ready` agrees to; none without a game.
    rules: Option<RulesFields>,
    turn: u32,
    drawer: Option<Author>,
    proposer: Option<Author>,
    remaining_ms: u64,
    cancelled: Option<CancelReason>,
    /// The word with hidden letters as `_`.
    mask: Option<String>,
    hints: u32,
    /// To the drawer only.
    candidates: Vec<&'a str>,
    /// Known to the drawer, to players who solved it, and to all when the turn is over.
    word: Option<&'a str>,
    level: Option<u8>,
    /// In the order of solving.
    solved: &'a [Author],
    /// The drawer of the last turn, if the others ended it: people voted, the drawer's program was silent, or the drawer
    /// is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_by: Option<&'static str>,
    /// Known to the drawer only: whether the program chose the word, because the person did not in time.
    #[serde(skip_serializing_if = "is_not")]
    word_taken: bool,
    scores: BTreeMap<String, u32>,
    /// Set when the game is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    winners: Option<Vec<Author>>,
    /// True if `say` is a guess now.
    guessing: bool,
    #[serde(skip_serializing_if = "is_not")]
    lied: bool,
}

/// The rules of a game, with the names of the fields of `start`. The last three are those of a quiz.
#[derive(Serialize)]
struct RulesFields {
    rounds: u32,
    seconds: u32,
    players: u32,
    idle: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    offered: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hints: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<bool>,
}

/// A player of a game.
#[derive(Serialize)]
struct PlayerFields<'a> {
    peer: Author,
    name: &'a str,
    online: bool,
    playing: bool,
    score: u32,
    points: u32,
    solved: bool,
}

impl Serialize for GameView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = GameFields {
            phase: self.phase.as_str(),
            game: self.game,
            quiz: self.rules.quiz.is_some(),
            players: self.players.iter().map(PlayerFields::from).collect(),
            round: self.round,
            rounds: self.rules.rounds,
            seconds: self.rules.seconds,
            rules: self.game.map(|_| RulesFields::from(self.rules)),
            turn: self.turn,
            drawer: self.drawer,
            proposer: self.proposer,
            remaining_ms: self.remaining_ms,
            cancelled: self.cancelled,
            mask: self.mask.clone().map(String::from),
            hints: self.hints,
            candidates: self.offers.iter().map(|word| word.text.as_str()).collect(),
            word: self.word.as_ref().map(|word| word.text.as_str()),
            level: self.word.as_ref().map(|word| word.level.into()),
            solved: &self.solved,
            skipped: self.skipped,
            skipped_by: self.skipped.and(self.skipped_by).map(|by| match by {
                SkippedBy::People => "people",
                SkippedBy::Silence => "silence",
                SkippedBy::Gone => "gone",
            }),
            word_taken: self.word_taken,
            scores: self.players.iter().map(|player| (player.player.to_string(), player.score)).collect(),
            winners: (self.phase == Phase::Over).then(|| self.winners()),
            guessing: self.guessing,
            lied: self.lied,
        };
        fields.serialize(serializer)
    }
}

impl From<Rules> for RulesFields {
    fn from(rules: Rules) -> Self {
        let Rules { rounds, seconds, players, idle, quiz } = rules;
        RulesFields {
            rounds,
            seconds,
            players,
            idle,
            offered: quiz.map(|quiz| quiz.offered),
            hints: quiz.map(|quiz| quiz.hints),
            close: quiz.map(|quiz| quiz.close),
        }
    }
}

impl<'a> From<&'a PlayerView> for PlayerFields<'a> {
    fn from(view: &'a PlayerView) -> Self {
        let PlayerView { player, name, online, playing, score, points, solved } = view;
        let (online, playing, score, points, solved) = (*online, *playing, *score, *points, *solved);
        PlayerFields { peer: *player, name, online, playing, score, points, solved }
    }
}

impl Serialize for Gallery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.drawings())
    }
}

/// A drawing that a room has seen.
#[derive(Serialize)]
struct DrawingFields<'a> {
    /// Its first stroke or fill.
    id: OperationId,
    /// The game and the turn that it was drawn in, counted from 1; none on the room's own sheet.
    game: Option<OperationId>,
    turn: Option<u32>,
    authors: &'a [Author],
    /// The times of the first and the last stroke in milliseconds since 1970.
    from: u64,
    to: u64,
    marks: usize,
    /// The word, if it was revealed at the end of the turn, and the players who solved it.
    word: Option<&'a str>,
    solved: &'a [Author],
}

impl Serialize for Drawing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (game, turn) = match self.key.sheet {
            SheetId::Free => (None, None),
            SheetId::Turn { game, turn } => (Some(game), Some(turn + 1)),
        };
        let fields = DrawingFields {
            id: self.key.first,
            game,
            turn,
            authors: &self.authors,
            from: self.from_ms,
            to: self.to_ms,
            marks: self.marks,
            word: self.revealed.as_ref().map(|revealed| revealed.word.text.as_str()),
            solved: self.revealed.as_ref().map_or(&[], |revealed| &revealed.solved),
        };
        fields.serialize(serializer)
    }
}

// --- events ------------------------------------------------------------------------------------------------------

/// One line of JSON for an event.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs, reason = "docs/headless.md describes the fields")]
pub enum EventFields {
    /// The node listens.
    Ready { peer: Author, addresses: Vec<String>, version: &'static str },
    /// A person came or left, or has another name or address now.
    Peer {
        room: RoomName,
        peer: Author,
        name: String,
        state: &'static str,
        address: Option<String>,
        #[serde(skip_serializing_if = "is_not")]
        forked: bool,
    },
    /// Somebody invites us.
    Invitation(InvitationView),
    /// Somebody answered an invitation of ours.
    InvitationAnswer { room: RoomName, peer: Author, accepted: bool },
    /// A contact changed.
    Person(Contact),
    /// A new line of the history.
    Entry(EntryFields),
    /// New points of a stroke under way.
    Live {
        room: RoomName,
        author: Author,
        stroke: StrokeId,
        from: u32,
        points: Vec<[f64; 2]>,
        color: String,
        width: u16,
        tool: Tool,
    },
    /// Missing history is arriving.
    Syncing { room: RoomName, peers: Vec<Author>, received: u64, remaining: u64 },
    /// The read marks changed.
    Reading {
        room: RoomName,
        #[serde(flatten)]
        reading: ReadStateView,
    },
    /// Lines of our own that others don't see yet.
    HeldBack { room: RoomName, entries: Vec<OperationId> },
    /// A sync round with a peer ended.
    Synced { room: RoomName, peer: Author, received: u64, sent: u64, ms: u64 },
    /// The game changed.
    Game {
        room: RoomName,
        #[serde(flatten)]
        game: Box<GameView>,
    },
    /// A wrong guess of ours was close.
    Close { room: RoomName, id: OperationId },
    /// The rooms of others changed.
    Nearby { rooms: Vec<NearbyRoom> },
    /// A warning for the person.
    Warning { code: &'static str, message: String },
}

impl EventFields {
    /// Returns the lines of an event: one for most, one for each entry, none for what only a window shows.
    #[must_use]
    pub fn of(event: Event) -> Vec<Self> {
        let line = match event {
            Event::Ready { peer, addresses } => {
                EventFields::Ready { peer, addresses, version: env!("CARGO_PKG_VERSION") }
            }
            Event::Peer { room, person } => peer_line(room, person),
            Event::Invitation(invitation) => EventFields::Invitation(invitation),
            Event::InvitationAnswer { room, peer, accepted } => EventFields::InvitationAnswer { room, peer, accepted },
            Event::Person(contact) => EventFields::Person(contact),
            Event::Entries { room, entries } => {
                return EntryFields::all(&room, &entries).into_iter().map(EventFields::Entry).collect();
            }
            Event::Live { room, author, sheet: _, stroke, from } => EventFields::Live {
                room,
                author,
                stroke: stroke.id,
                from,
                points: logical(&stroke.points),
                color: stroke.color.to_string(),
                width: stroke.width,
                tool: stroke.tool,
            },
            Event::Canvas { .. } => return Vec::new(),
            Event::Game { room, game } => EventFields::Game { room, game },
            Event::Syncing { room, peers, received, remaining } => {
                EventFields::Syncing { room, peers, received, remaining }
            }
            Event::Reading { room, reading } => EventFields::Reading { room, reading },
            Event::HeldBack { room, entries } => EventFields::HeldBack { room, entries },
            Event::Synced { room, peer, received, sent, ms } => EventFields::Synced { room, peer, received, sent, ms },
            Event::Close { room, line } => EventFields::Close { room, id: line },
            Event::Nearby(rooms) => EventFields::Nearby { rooms },
            Event::Warning(warning) => warning_line(&warning),
        };
        vec![line]
    }
}

fn peer_line(room: RoomName, person: Person) -> EventFields {
    let Person { peer, name, picture: _, online, addresses, last_seen: _, forked } = person;
    let state = if online { "online" } else { "offline" };
    EventFields::Peer { room, peer, name, state, address: addresses.into_iter().next(), forked }
}

fn warning_line(warning: &Warning) -> EventFields {
    EventFields::Warning { code: warning.code(), message: warning.message() }
}

/// Returns points in logical units.
fn logical(points: &Points) -> Vec<[f64; 2]> {
    let unit = |quarters: i32| f64::from(quarters) / f64::from(QUARTERS);
    points.iter().map(|Point { x, y }| [unit(x), unit(y)]).collect()
}

#[cfg(test)]
mod tests;
