//! A long quiz: all operations that its players' programs would have written.

use inkmesh::canvas::{CanvasStep, Color, Point, Points, SheetId, Stroke, Tool};
use inkmesh::clock::Timestamp;
use inkmesh::game::guess::{GuessRequest, Receipt};
use inkmesh::game::secret::{Blinding, TurnKey};
use inkmesh::game::{EndReason, GameStep, Reveal, Rules, WordList, commitment, drawing_order, nonce, seed};
use inkmesh::identity::{Author, Identity};
use inkmesh::name::RoomName;
use inkmesh::operation::{ChainId, Header, Operation, OperationId};
use inkmesh::payload::Payload;
use inkmesh::words::{BuiltIn, Mask, Word, normalise};

/// Strokes of a drawing.
const STROKES: usize = 40;
const POINTS: i32 = 60;

/// A room in which one game was played.
pub struct Played {
    pub operations: Vec<Operation>,
    people: Vec<Person>,
    ms: u64,
}

struct Person {
    identity: Identity,
    next: u64,
    last: Option<OperationId>,
}

impl Played {
    /// Generates a game of this many players and rounds in which everybody solves every turn.
    pub fn new(players: u8, rounds: u32) -> Self {
        let person = |n: u8| Person { identity: Identity::from_secret([n + 1; 32]), next: 0, last: None };
        let mut people: Vec<Person> = (0..players).map(person).collect();
        people.sort_by_key(|person| person.identity.author());
        let mut played = Played { operations: Vec::new(), people, ms: 1_790_000_000_000 };
        played.play(rounds);
        played
    }

    fn write(&mut self, who: usize, payload: &Payload) -> OperationId {
        self.ms += 40;
        let person = &mut self.people[who];
        let header = Header {
            room: RoomName::lobby().id(),
            chain: ChainId { author: person.identity.author(), log: 1 },
            seq: person.next,
            backlink: person.last,
            time: Timestamp::from_ms(self.ms),
        };
        let operation = Operation::sign(&person.identity, header, payload).unwrap();
        person.next += 1;
        person.last = Some(operation.id());
        self.operations.push(operation);
        self.operations.last().unwrap().id()
    }

    fn step(&mut self, who: usize, step: GameStep) -> OperationId {
        self.write(who, &Payload::Game(step))
    }

    fn play(&mut self, rounds: u32) {
        let words: Vec<Word> = BuiltIn::ALL.iter().flat_map(|pack| pack.words()).cloned().collect();
        let rules = Rules { rounds, ..Rules::skribbl() };
        let game = self.step(0, GameStep::Proposed { rules, words: WordList::new(words.clone()), more: 0 });
        let nonces: Vec<[u8; 32]> = self.people.iter().map(|person| nonce(&person.identity, game)).collect();
        let all = 0..self.people.len();
        let ready = all.clone().map(|who| {
            let commit = commitment(game, self.people[who].identity.author(), &nonces[who]);
            self.step(who, GameStep::Ready { game, commit })
        });
        let ready = ready.collect();
        self.step(0, GameStep::RosterClosed { game, ready });
        let opened = all.map(|who| self.step(who, GameStep::Opened { game, nonce: nonces[who] })).collect();
        self.step(0, GameStep::Started { game, opened });
        let seed = seed(nonces);
        let authors: Vec<Author> = self.people.iter().map(|person| person.identity.author()).collect();
        let order = (0..rounds).flat_map(|round| drawing_order(&seed, round, authors.iter().copied()));
        for (turn, drawer) in order.collect::<Vec<_>>().into_iter().enumerate() {
            let drawer = authors.iter().position(|author| *author == drawer).unwrap();
            self.turn(game, turn as u32, drawer, &words[turn * 3].text.clone());
        }
    }

    fn turn(&mut self, game: OperationId, turn: u32, drawer: usize, word: &str) {
        let identity = self.people[drawer].identity.clone();
        let key = TurnKey::new(&identity, &[0; 32], game, turn);
        let word_key = key.word_key(&normalise(word));
        let (voprf, locked) = (key.public(), word_key.public());
        self.step(drawer, GameStep::WordLocked { game, turn, voprf, word: locked, mask: Mask::of(word) });
        for n in 0..STROKES {
            self.write(drawer, &stroke(game, turn, n));
        }
        let guessers: Vec<usize> = (0..self.people.len()).filter(|who| *who != drawer).collect();
        let mut blindings = Vec::new();
        for (place, who) in guessers.iter().enumerate() {
            let guesser = self.people[*who].identity.clone();
            let text = "not this one".to_owned();
            self.step(*who, GameStep::Guessed { game, turn, text });
            let blinding = Blinding::new(&guesser, game, turn, &[normalise(word)]).unwrap();
            let room = RoomName::lobby().id();
            let request = GuessRequest::new(&guesser, room, (game, turn, voprf), 0, None, blinding.blinded());
            let receipt = Box::new(Receipt::new(&identity, &request, 5_000 + place as u32 * 700));
            let signature = word_key.sign_solved(guesser.author());
            self.step(*who, GameStep::Solved { game, turn, receipt, candidate: 0, word: locked, signature });
            blindings.push(blinding);
        }
        let reveal = Reveal { word: word.to_owned(), secret: key.reveal(), voprf, key: locked };
        let reason = EndReason::AllSolved;
        self.step(
            drawer,
            GameStep::TurnEnded { game, turn, reason, reveal: Some(Box::new(reveal)), evidence: Vec::new() },
        );
        for (who, blinding) in guessers.into_iter().zip(blindings) {
            let (blinded, opening) = (blinding.blinded()[0], blinding.opening(0).unwrap());
            self.step(who, GameStep::Unblinded { game, turn, blinded, opening, word: word.to_owned() });
        }
    }
}

fn stroke(game: OperationId, turn: u32, n: usize) -> Payload {
    let n = i32::try_from(n).unwrap();
    let points = (0..POINTS).map(|at| Point::new(400 + at * 70 + n * 13, 900 + (at * at) % 700 + n * 40)).collect();
    let stroke =
        Stroke { id: n as u64, tool: Tool::Pen, color: Color([0, 0, 0]), width: 8, points: Points::new(points) };
    Payload::Canvas { sheet: SheetId::Turn { game, turn }, step: CanvasStep::Stroke(stroke) }
}
