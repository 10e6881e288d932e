//! A game whose steps a test writes one by one.

use crate::game::state::Stage;
use crate::game::{CancelReason, EndReason, Game, GameStep, Rules, StepAt, WordList, commitment, nonce};
use crate::identity::{Author, Identity};
use crate::operation::OperationId;
use crate::words::{Level, Word};

/// The beginning of all scripts, in milliseconds since 1970.
pub const EPOCH_MS: u64 = 1_700_000_000_000;

/// Returns the id of the `n`-th operation.
pub fn operation(n: u64) -> OperationId {
    OperationId(*blake3::hash(&n.to_be_bytes()).as_bytes())
}

/// Makes `n` people in the order of their keys.
pub fn people(n: u8) -> Vec<Identity> {
    let mut people: Vec<Identity> = (1..=n).map(|n| Identity::from_secret([n; 32])).collect();
    people.sort_by_key(Identity::author);
    people
}

/// Returns the proposal of a game without words.
pub fn proposed(rules: Rules) -> GameStep {
    GameStep::Proposed { rules, words: WordList::default(), more: 0 }
}

/// Returns the words of all quizzes here: of all levels, one and two words long, some inside others.
pub fn words() -> WordList {
    let texts = [
        "apple",
        "banana",
        "cherry",
        "ice cream",
        "cream",
        "x-ray",
        "moon",
        "snow man",
        "tree house",
        "house",
        "사과",
        "바나나",
        "눈사람",
        "사과 나무",
        "나무",
        "집",
        "달",
        "꽃",
    ];
    let levels = [Level::Easy, Level::Medium, Level::Hard].into_iter().cycle();
    WordList::new(texts.iter().zip(levels).map(|(text, level)| Word { text: (*text).to_owned(), level }).collect())
}

/// The log of a room and its game.
#[derive(Clone)]
pub struct Script {
    pub people: Vec<Identity>,
    pub game: Game,
    pub log: Vec<(StepAt, GameStep)>,
    pub ms: u64,
}

impl Script {
    pub fn new(people_count: u8) -> Self {
        Script { people: people(people_count), game: Game::default(), log: Vec::new(), ms: EPOCH_MS }
    }

    pub fn who(&self, person: usize) -> Author {
        self.people[person].author()
    }

    /// Returns the number of the person.
    pub fn index(&self, author: Author) -> usize {
        self.people.iter().position(|person| person.author() == author).unwrap()
    }

    pub fn wait(&mut self, ms: u64) {
        self.ms += ms;
    }

    /// Writes a step; returns whether it counts.
    pub fn write(&mut self, person: usize, step: GameStep) -> bool {
        let at = StepAt {
            id: operation(self.log.len() as u64),
            author: self.who(person),
            time: self.ms << 16,
            proven: true,
        };
        self.ms += 1;
        let before = self.game.clone();
        let counts = self.game.apply(at, &step).counts();
        assert!(counts || self.game == before, "a step without effect changed the game: {step:?}");
        self.log.push((at, step));
        counts
    }

    /// Returns the id of the last operation.
    pub fn last(&self) -> OperationId {
        self.log.last().unwrap().0.id
    }

    /// Returns the id of the last game.
    pub fn id(&self) -> OperationId {
        self.game.id().unwrap()
    }

    pub fn propose(&mut self, person: usize, rounds: u32) -> bool {
        self.write(person, proposed(Rules { rounds, seconds: 80, ..Rules::default() }))
    }

    pub fn ready(&mut self, person: usize) -> bool {
        let game = self.id();
        let commit = commitment(game, self.who(person), &nonce(&self.people[person], game));
        self.write(person, GameStep::Ready { game, commit })
    }

    pub fn close(&mut self, person: usize, ready: &[OperationId]) -> bool {
        self.write(person, GameStep::RosterClosed { game: self.id(), ready: ready.to_vec() })
    }

    pub fn open(&mut self, person: usize) -> bool {
        let game = self.id();
        self.write(person, GameStep::Opened { game, nonce: nonce(&self.people[person], game) })
    }

    pub fn start(&mut self, person: usize, opened: &[OperationId]) -> bool {
        self.write(person, GameStep::Started { game: self.id(), opened: opened.to_vec() })
    }

    pub fn cancel(&mut self, person: usize, reason: CancelReason) -> bool {
        self.write(person, GameStep::Cancelled { game: self.id(), reason })
    }

    pub fn begin(&mut self, person: usize, turn: u32) -> bool {
        self.write(person, GameStep::TurnBegan { game: self.id(), turn })
    }

    pub fn end(&mut self, person: usize, turn: u32) -> bool {
        self.write(
            person,
            GameStep::TurnEnded {
                game: self.id(),
                turn,
                reason: EndReason::Passed,
                reveal: None,
                evidence: Vec::new(),
            },
        )
    }

    pub fn skip(&mut self, person: usize, turn: u32) -> bool {
        self.write(person, GameStep::Skip { game: self.id(), turn, reason: None })
    }

    pub fn kick(&mut self, person: usize, player: usize) -> bool {
        self.write(person, GameStep::Kick { game: self.id(), player: self.who(player) })
    }

    pub fn absent(&mut self, person: usize, player: usize) -> bool {
        self.write(person, GameStep::Absent { game: self.id(), player: self.who(player) })
    }

    pub fn here(&mut self, person: usize) -> bool {
        self.write(person, GameStep::Here { game: self.id() })
    }

    pub fn leave(&mut self, person: usize) -> bool {
        self.write(person, GameStep::Left { game: self.id() })
    }

    pub fn vote_to_end(&mut self, person: usize) -> bool {
        self.write(person, GameStep::End { game: self.id() })
    }

    /// Returns the reason for which the game ended early.
    pub fn ended_early(&self) -> Option<CancelReason> {
        match &self.game.table().unwrap().stage {
            Stage::Over { cancelled, .. } => *cancelled,
            Stage::Gathering(_) | Stage::Playing(_) => None,
        }
    }

    /// Proposes a game as the first person, and gets these people ready; returns the ids of their steps.
    pub fn gathered(&mut self, rounds: u32, people: &[usize]) -> Vec<OperationId> {
        assert!(self.propose(0, rounds));
        let ready = |person: &usize| {
            assert!(self.ready(*person));
            self.last()
        };
        people.iter().map(ready).collect()
    }

    /// Gathers these people and closes the roster.
    pub fn closed(&mut self, rounds: u32, people: &[usize]) {
        let ready = self.gathered(rounds, people);
        assert!(self.close(0, &ready));
    }

    /// Opens the nonces of these people; returns the ids of their steps.
    pub fn opened(&mut self, people: &[usize]) -> Vec<OperationId> {
        let open = |person: &usize| {
            assert!(self.open(*person));
            self.last()
        };
        people.iter().map(open).collect()
    }

    /// Makes a game of the first `players` people at its first turn.
    pub fn started(people_count: u8, players: usize, rounds: u32) -> Self {
        let mut script = Script::new(people_count);
        let people: Vec<usize> = (0..players).collect();
        script.closed(rounds, &people);
        let opened = script.opened(&people);
        assert!(script.start(0, &opened));
        script
    }

    /// Returns the number of the drawer.
    pub fn drawer(&self) -> usize {
        self.index(self.game.drawer().unwrap())
    }

    pub fn turn(&self) -> u32 {
        self.game.turn().unwrap()
    }

    /// Returns the players of the round other than the drawer.
    pub fn others(&self) -> Vec<usize> {
        let players = self.game.turns().unwrap().players();
        players.iter().map(|player| self.index(*player)).filter(|player| *player != self.drawer()).collect()
    }

    /// Begins and ends a turn; returns its drawer.
    pub fn play_turn(&mut self) -> usize {
        let (drawer, turn) = (self.drawer(), self.turn());
        assert!(self.begin(drawer, turn));
        assert!(self.end(drawer, turn));
        drawer
    }
}
