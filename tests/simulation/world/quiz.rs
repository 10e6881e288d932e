//! People who play a quiz: they choose, guess and talk; guesses travel to the drawer as bytes. The world gives the word to
//! those who are to guess right.

use inkmesh::clock::Now;
use inkmesh::command::{CommandError, RoomCommand};
use inkmesh::event::{GameView, Phase};
use inkmesh::game::guess::PeerRequest;
use inkmesh::game::{GuessTicket, QuizRules, Rules, WordList};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;
use inkmesh::room::Input;
use inkmesh::words::{Level, Word};

use super::story::name_of;
use super::{Failure, Happening, Kind, Plan, Seat, World};

/// The time that a guesser waits for the reply, in milliseconds.
const PATIENCE_MS: u64 = 4_000;
/// Seconds of a turn.
const SECONDS: u32 = 15;

const WORDS: [&str; 12] =
    ["apple", "banana", "ice cream", "cream", "moon", "tree house", "house", "사과", "사과 나무", "나무", "달", "꽃"];

pub fn words() -> WordList {
    let levels = [Level::Easy, Level::Medium, Level::Hard].into_iter().cycle();
    WordList::new(WORDS.iter().zip(levels).map(|(text, level)| Word { text: (*text).to_owned(), level }).collect())
}

pub fn rules(rounds: u32) -> Rules {
    let quiz = QuizRules { offered: 1 + rounds, hints: 2, close: true };
    Rules { rounds, seconds: SECONDS, quiz: Some(quiz), ..Rules::default() }
}

impl World {
    /// Lets everybody look at the screen now and then, if quizzes are played in this world.
    pub(super) fn begin_looking(&mut self, seat: Seat) {
        if matches!(self.plan.kind, Kind::Quiz | Kind::All) {
            let (at, device) = (self.chance.between(500, 3_000, "look", seat, 0), &self.devices[&seat]);
            let process = device.process;
            self.later(at, Happening::Look { seat, process });
        }
    }

    /// Lets a person look at the screen and act as a player.
    pub(super) fn look(&mut self, seat: Seat) {
        self.begin_looking(seat);
        let now = self.clock(seat);
        let Some(room) = self.devices.get(&seat).and_then(|device| device.room.as_ref()) else { return };
        let view = room.game(now);
        let dice = self.chance.number("dice", seat, 0) % 12;
        let restless = self.plan.kind == Kind::All;
        match view.phase {
            Phase::Choosing | Phase::Drawing
                if restless && view.joined && self.chance.number("leave", seat, 0).is_multiple_of(80) =>
            {
                self.command(seat, RoomCommand::LeaveGame);
            }
            Phase::Choosing | Phase::Drawing
                if restless && view.joined && self.chance.number("end", seat, 0).is_multiple_of(60) =>
            {
                self.command(seat, RoomCommand::EndGame);
            }
            // Nobody looks: the program takes a word.
            Phase::Choosing if !view.offers.is_empty() && view.turn % 5 == 4 => {}
            Phase::Choosing if !view.offers.is_empty() => self.choose(seat, view.offers.len()),
            Phase::Drawing if view.guessing => {
                let text = self.guess_of(seat, &view, dice);
                self.speak(seat, text);
            }
            Phase::Drawing if dice < 4 => {
                self.speak(seat, "well".to_owned());
            }
            Phase::Drawing if dice < 6 => drop(self.draw(seat)),
            _ => {}
        }
    }

    /// Chooses a word on offer; sometimes another one before the first is saved.
    fn choose(&mut self, seat: Seat, offered: usize) {
        for _ in 0..=(self.chance.number("again", seat, 0) % 5 / 4) {
            let index = self.chance.number("choice", seat, 0) as usize % offered;
            let chosen = self.command(seat, RoomCommand::Choose { index });
            if let Some(Ok(id)) = chosen {
                self.note(format!("{} chooses a word (operation {})", name_of(seat), super::story::short(id)));
            }
        }
    }

    /// Returns a person's guess: right every third time.
    fn guess_of(&mut self, seat: Seat, view: &GameView, dice: u64) -> String {
        let word = view.drawer.and_then(|drawer| self.word_of(drawer));
        match (word, dice) {
            (Some(word), 0..2) => word,
            (Some(word), 2..4) => format!("isn't it {word}?"),
            (_, 4) => "what is that".to_owned(),
            (_, 5) => "moon, house, cream or apple".to_owned(),
            _ => WORDS[self.chance.number("wrong", seat, 0) as usize % WORDS.len()].to_owned(),
        }
    }

    /// Returns the word that a person draws.
    fn word_of(&self, drawer: Author) -> Option<String> {
        let mut rooms = self.devices.values().filter(|device| device.author() == drawer);
        rooms.find_map(|device| Some(device.room.as_ref()?.game(self.true_now()).word?.text))
    }

    /// Says a line; a guess goes to the drawer first.
    pub(super) fn speak(&mut self, seat: Seat, text: String) -> Option<Result<OperationId, CommandError>> {
        self.command(seat, RoomCommand::Say { text })
    }

    /// Sends a request to one machine. As in the node, nobody waits for a reply to a request without a ticket.
    pub(super) fn ask_straight(&mut self, seat: Seat, to: Author, ticket: GuessTicket, bytes: Vec<u8>) {
        let Some(device) = self.devices.get(&seat) else { return };
        let (process, mut there) = (device.process, device.online.keys().copied());
        let Some(to) = there.find(|other| self.author_of(*other) == Some(to) && self.reaches(seat, *other)) else {
            return self.unanswered(seat, process, ticket);
        };
        let delay = self.chance.between(1, self.delay + 1, "straight", seat, to) + self.slowness(seat, to);
        self.later(delay, Happening::Straight { from: seat, process, to, ticket, bytes });
    }

    fn unanswered(&mut self, seat: Seat, process: u32, ticket: GuessTicket) {
        if ticket != 0 {
            self.later(PATIENCE_MS, Happening::Replied { seat, process, ticket, reply: None });
        }
    }

    /// Delivers a request to one machine, which answers.
    pub(super) fn asked_straight(&mut self, from: Seat, process: u32, to: Seat, ticket: GuessTicket, bytes: &[u8]) {
        let now = self.clock(to);
        let arrives = self.reaches(from, to);
        let author = self.author_of(from);
        let room = self.devices.get_mut(&to).and_then(|device| device.room.as_mut());
        let Some(((room, author), ask)) = room.zip(author).zip(PeerRequest::decode(bytes).ok()).filter(|_| arrives)
        else {
            return self.unanswered(from, process, ticket);
        };
        let (reply, outputs) = room.asked(author, ask, now);
        let reply = reply.encode().unwrap();
        self.carry_out(to, outputs, None);
        if self.chance.between(0, 100, "lost reply", to, from) < self.loss || !self.reaches(to, from) {
            return self.unanswered(from, process, ticket);
        }
        let delay = self.chance.between(1, self.delay + 1, "reply", to, from) + self.slowness(from, to);
        if ticket != 0 && delay < PATIENCE_MS {
            self.later(delay, Happening::Replied { seat: from, process, ticket, reply: Some(reply) });
        } else {
            self.unanswered(from, process, ticket);
        }
    }

    pub(super) fn replied(&mut self, seat: Seat, ticket: GuessTicket, reply: Option<Vec<u8>>) {
        self.feed(seat, Input::Replied { ticket, reply });
    }

    /// Checks that nobody waits for the reply to a command when no game runs.
    pub(super) fn check_guesses(&self) -> Result<(), Failure> {
        let waits = |seat: &&Seat| !self.devices[*seat].waits.is_empty() && !self.plays(**seat);
        match self.devices.keys().find(waits) {
            Some(seat) => {
                let reason = format!("{} was never told what came of a command", name_of(*seat));
                Err(Failure { rule: "guess", reason })
            }
            None => Ok(()),
        }
    }

    /// Runs a plan to its end; returns the game as each person sees it then, and how many solved their words.
    pub fn quizzes(plan: &Plan) -> Result<Vec<GameView>, Failure> {
        let mut world = World::new(plan);
        world.run_to_end()?;
        let now: Now = world.true_now();
        Ok(world.devices.values().filter_map(|device| Some(shared(device.room.as_ref()?.game(now)))).collect())
    }
}

/// Removes from a view the fields that may differ between programs: the time for looking at a finished drawing, our own
/// role, and our knowledge of a word before the reveal.
pub fn shared(mut game: GameView) -> GameView {
    if matches!(game.phase, Phase::Revealed | Phase::Choosing) {
        let turn = GameView { phase: Phase::Choosing, turn: 0, round: 0, drawer: None, ..game };
        game = GameView { mask: None, hints: 0, solved: Vec::new(), lied: false, ..turn };
        game.players.iter_mut().for_each(|player| (player.points, player.solved) = (0, false));
    }
    if game.phase != Phase::Over {
        game.word = None;
    }
    game.offers.clear();
    (game.remaining_ms, game.joined, game.guessing) = (0, false, false);
    (game.may_join, game.removed, game.word_taken, game.wants_end) = (false, false, false, false);
    game.players.iter_mut().for_each(|player| player.online = true);
    game
}
