//! A quiz whose steps a test makes itself.

use crate::clock::{Now, Timestamp};
use crate::fold::{Fold, Step, StepBody};
use crate::game::guess::{GuessAnswer, GuessRequest, Receipt};
use crate::game::secret::{Blinding, TurnKey, VoprfPublic, WordKey};
use crate::game::state::{UNOPENED, WordTurn};
use crate::game::tests::script::{EPOCH_MS, operation, people, words};
use crate::game::{Driver, EndReason, Game, GameStep, QuizRules, Reveal, Rules, WordList, commitment, nonce};
use crate::identity::{Author, Identity};
use crate::name::{RoomId, RoomName};
use crate::operation::{ChainId, OperationId, OrderKey};
use crate::words::{Mask, normalise};

/// The length of a turn.
pub const LENGTH_MS: u32 = 80_000;
/// The points of a solver whose drawer revealed nothing.
pub const FEW: u32 = UNOPENED;

/// The log of a room in which anybody may have written anything.
#[derive(Clone)]
pub struct Table {
    pub people: Vec<Identity>,
    pub ms: u64,
    pub steps: Vec<Step>,
}

pub fn quiz_rules() -> Rules {
    let quiz = QuizRules { offered: 3, hints: 2, close: true };
    Rules { rounds: 1, seconds: LENGTH_MS / 1000, quiz: Some(quiz), ..Rules::default() }
}

pub fn room() -> RoomId {
    RoomName::lobby().id()
}

fn texts<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(normalise).to_vec()
}

impl Table {
    pub fn new(people_count: u8) -> Self {
        Table { people: people(people_count), ms: EPOCH_MS, steps: Vec::new() }
    }

    /// Starts a quiz of the first `players` of the people; the others are spectators.
    pub fn started(players: usize, people_count: u8) -> Self {
        let mut table = Table::new(people_count);
        assert!(table.write(0, GameStep::Proposed { rules: quiz_rules(), words: words(), more: 0 }));
        table.start(players);
        table
    }

    /// Gets the first `players` ready and starts the game.
    pub fn start(&mut self, players: usize) {
        let game = self.id();
        let mut ids = [Vec::new(), Vec::new()];
        for who in 0..players {
            ids[0].push(self.ready(who));
        }
        assert!(self.write(0, GameStep::RosterClosed { game, ready: ids[0].clone() }));
        for who in 0..players {
            assert!(self.write(who, GameStep::Opened { game, nonce: nonce(&self.people[who], game) }));
            ids[1].push(self.last());
        }
        assert!(self.write(0, GameStep::Started { game, opened: ids[1].clone() }));
    }

    pub fn ready(&mut self, who: usize) -> OperationId {
        let (game, nonce) = (self.id(), nonce(&self.people[who], self.id()));
        assert!(self.write(who, GameStep::Ready { game, commit: commitment(game, self.who(who), &nonce) }));
        self.last()
    }

    /// Makes a quiz of three players with a locked word in the first turn; returns the drawer and the two guessers too.
    pub fn drawing(word: &str) -> (Self, usize, usize, usize) {
        let mut table = Table::started(3, 4);
        let guessers = table.guessers();
        assert!(table.lock(word));
        let drawer = table.drawer();
        (table, drawer, guessers[0], guessers[1])
    }

    pub fn who(&self, who: usize) -> Author {
        self.people[who].author()
    }

    pub fn index(&self, author: Author) -> usize {
        self.people.iter().position(|person| person.author() == author).unwrap()
    }

    // --- the log ---------------------------------------------------------------------------------------------------

    /// Writes a step; returns whether it counts.
    pub fn write(&mut self, who: usize, step: GameStep) -> bool {
        self.ms += 1;
        self.write_dated(who, self.ms, step)
    }

    /// Writes a step in a chain of its own, with any date.
    pub fn write_dated(&mut self, who: usize, ms: u64, step: GameStep) -> bool {
        self.put(who, ms, StepBody::Game(step))
    }

    pub fn put(&mut self, who: usize, ms: u64, body: StepBody) -> bool {
        let (number, author) = (self.steps.len() as u64, self.who(who));
        let id = operation(number);
        let chain = ChainId { author, log: number };
        let key = OrderKey { time: Timestamp::from_ms(ms), chain, seq: 0, id: id.prefix() };
        let proven = match &body {
            StepBody::Game(step) => step.is_proven(author),
            StepBody::Canvas(..) => true,
        };
        self.steps.push(Step { key, id, body, proven });
        self.fold().counts(key)
    }

    /// Folds the steps, and checks that their order of arrival doesn't matter.
    pub fn fold(&self) -> Fold {
        let mut fold = Fold::default();
        fold.insert(self.steps.clone());
        let mut backwards = Fold::default();
        for step in self.steps.iter().rev() {
            backwards.insert(vec![step.clone()]);
        }
        assert_eq!(backwards.game(), fold.game());
        assert!(self.steps.iter().all(|step| backwards.counts(step.key) == fold.counts(step.key)));
        fold
    }

    pub fn game(&self) -> Game {
        self.fold().game().clone()
    }

    pub fn last(&self) -> OperationId {
        self.steps.last().unwrap().id
    }

    pub fn id(&self) -> OperationId {
        self.game().id().unwrap()
    }

    pub fn turn(&self) -> u32 {
        self.game().turn().unwrap()
    }

    pub fn drawer(&self) -> usize {
        self.index(self.game().drawer().unwrap())
    }

    pub fn guessers(&self) -> Vec<usize> {
        let game = self.game();
        let players = game.turns().unwrap().players().iter().map(|player| self.index(*player));
        players.filter(|player| *player != self.drawer()).collect()
    }

    /// Returns the points of the whole game.
    pub fn points(&self, who: usize) -> u32 {
        let game = self.game();
        let scores = game.table().unwrap().quiz.as_ref().unwrap().scores();
        scores.get(&self.who(who)).copied().unwrap_or(0)
    }

    /// Returns a part of the first turn.
    pub fn of_turn<T>(&self, what: impl FnOnce(&WordTurn) -> T) -> T {
        what(self.game().table().unwrap().quiz.as_ref().unwrap().turn(0).unwrap())
    }

    pub fn has_solved(&self, who: usize) -> bool {
        self.of_turn(|turn| turn.has_solved(self.who(who)))
    }

    // --- a turn ----------------------------------------------------------------------------------------------------

    /// Returns the key of the first turn.
    pub fn key(&self) -> TurnKey {
        self.key_of(self.first_drawer(), 0)
    }

    /// Returns the key that somebody's program has in a turn.
    pub fn key_of(&self, who: usize, turn: u32) -> TurnKey {
        TurnKey::new(&self.people[who], self.game().turns().unwrap().seed(), self.id(), turn)
    }

    fn first_drawer(&self) -> usize {
        let game = self.game();
        let turn = game.table().unwrap().quiz.as_ref().unwrap().turn(0).map(|turn| turn.drawer);
        turn.map_or_else(|| self.drawer(), |drawer| self.index(drawer))
    }

    pub fn word_key(&self, word: &str) -> WordKey {
        self.key().word_key(&normalise(word))
    }

    /// Locks a word.
    pub fn lock(&mut self, word: &str) -> bool {
        let (drawer, key) = (self.drawer(), self.key());
        let locked = GameStep::WordLocked {
            game: self.id(),
            turn: self.turn(),
            voprf: key.public(),
            word: self.word_key(word).public(),
            mask: Mask::of(word),
        };
        self.write(drawer, locked)
    }

    pub fn blinding<const N: usize>(&self, who: usize, words: [&str; N]) -> Blinding {
        Blinding::new(&self.people[who], self.id(), 0, &texts(words)).unwrap()
    }

    /// Returns game, number and key of the first turn.
    pub fn first_turn(&self) -> (OperationId, u32, VoprfPublic) {
        (self.id(), 0, self.key().public())
    }

    pub fn request<const N: usize>(
        &self,
        who: usize,
        words: [&str; N],
        asked: u32,
        said: Option<OperationId>,
    ) -> GuessRequest {
        let blinded = self.blinding(who, words).blinded();
        GuessRequest::new(&self.people[who], room(), self.first_turn(), asked, said, blinded)
    }

    /// Returns the true answer of the first turn's drawer to a request.
    pub fn answer(&self, request: &GuessRequest, elapsed_ms: u32) -> GuessAnswer {
        let drawer = &self.people[self.first_drawer()];
        let answer = self.key().answer(&request.blinded).unwrap();
        GuessAnswer { answer, receipt: Receipt::new(drawer, request, elapsed_ms) }
    }

    /// Returns a receipt for these words.
    pub fn receipt<const N: usize>(&self, who: usize, words: [&str; N], elapsed_ms: u32) -> Receipt {
        self.answer(&self.request(who, words, 0, None), elapsed_ms).receipt
    }

    /// Returns somebody's claim with this receipt.
    pub fn solved(&self, who: usize, receipt: Receipt, candidate: u32, word: &str) -> GameStep {
        let key = self.word_key(word);
        let (word, signature) = (key.public(), key.sign_solved(self.who(who)));
        GameStep::Solved { game: self.id(), turn: 0, receipt: Box::new(receipt), candidate, word, signature }
    }

    /// Requests the word alone, and solves it.
    pub fn solve(&mut self, who: usize, word: &str, elapsed_ms: u32) {
        let step = self.solved(who, self.receipt(who, [word], elapsed_ms), 0, word);
        assert!(self.write(who, step));
    }

    /// Says a wrong guess; returns the line.
    pub fn say(&mut self, who: usize, text: &str) -> OperationId {
        let guessed = GameStep::Guessed { game: self.id(), turn: 0, text: text.to_owned() };
        assert!(self.write(who, guessed));
        self.last()
    }

    pub fn reveal(&self, word: &str) -> Reveal {
        let key = self.key();
        let lock = self.word_key(word).public();
        Reveal { word: word.to_owned(), secret: key.reveal(), voprf: key.public(), key: lock }
    }

    pub fn ended(&self, reveal: Option<Reveal>, evidence: Vec<GuessRequest>) -> GameStep {
        let reveal = reveal.map(Box::new);
        GameStep::TurnEnded { game: self.id(), turn: 0, reason: EndReason::Time, reveal, evidence }
    }

    /// Ends the first turn and reveals this word.
    pub fn end(&mut self, word: &str, evidence: Vec<GuessRequest>) {
        let step = self.ended(Some(self.reveal(word)), evidence);
        assert!(self.write(self.drawer(), step));
    }

    pub fn unblinded(&self, who: usize, word: &str) -> GameStep {
        let blinding = self.blinding(who, [word]);
        let (blinded, opening) = (blinding.blinded()[0], blinding.opening(0).unwrap());
        GameStep::Unblinded { game: self.id(), turn: 0, blinded, opening, word: word.to_owned() }
    }

    /// Opens somebody's receipt; returns whether that counts.
    pub fn open(&mut self, who: usize, word: &str) -> bool {
        self.write(who, self.unblinded(who, word))
    }

    // --- honest programs -------------------------------------------------------------------------------------------

    pub fn now(&self, elapsed_ms: u64) -> Now {
        Now { wall_ms: self.ms + elapsed_ms, mono_ms: 1_000_000 + elapsed_ms }
    }

    /// Returns somebody's honest program, which has just seen the turn begin.
    pub fn program(&self, who: usize) -> Driver {
        let mut player = Driver::new(self.who(who));
        let online = self.people.iter().map(Identity::author).collect();
        player.advance(&self.game(), &self.people[who], &online, self.now(0), true);
        player
    }

    pub fn words(&self) -> WordList {
        words()
    }
}
