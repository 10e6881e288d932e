//! Before a guess is answered nobody but the drawer receives any of it, not even when the drawer is gone.

use std::collections::VecDeque;

use super::table::quiz_rules;
use crate::clock::{Now, Timestamp};
use crate::command::{CommandError, CommandTicket, Reply, RoomCommand};
use crate::event::Event;
use crate::frame::Frame;
use crate::game::guess::PeerRequest;
use crate::game::tests::script::{EPOCH_MS, people, words};
use crate::game::{GameStep, GuessError, Phase, Rules};
use crate::identity::{Author, Identity};
use crate::name::RoomName;
use crate::operation::{ChainId, Header, Operation, Unverified};
use crate::payload::Payload;
use crate::room::{Input, Output, Room};

/// Rooms of people who receive each other's messages at once.
struct Rooms {
    rooms: Vec<Room>,
    who: Vec<Author>,
    now: Now,
    inputs: VecDeque<(usize, Input)>,
    commands: u64,
    told: Vec<Vec<(CommandTicket, Result<bool, CommandError>)>>,
    /// The outputs of each room that aren't carried out here.
    rest: Vec<Vec<Output>>,
    /// All bytes that left each machine or are on its disk, without direct requests.
    bytes: Vec<Vec<u8>>,
}

impl Rooms {
    fn playing() -> (Self, usize, usize) {
        let people = people(3);
        let who: Vec<Author> = people.iter().map(|person| person.author()).collect();
        let rooms =
            people.into_iter().zip(0..).map(|(person, log)| Room::new(RoomName::lobby(), person, log)).collect();
        let now = Now { wall_ms: EPOCH_MS, mono_ms: 0 };
        let mut all = Rooms {
            rooms,
            who,
            now,
            inputs: VecDeque::new(),
            commands: 0,
            told: vec![Vec::new(); 3],
            rest: vec![],
            bytes: vec![Vec::new(); 3],
        };
        all.rest.resize_with(3, Vec::new);
        for one in 0..3 {
            let outputs = all.rooms[one].open(true, now);
            all.carry_out(one, outputs);
            let others = (0..3).filter(|other| *other != one);
            all.inputs.extend(others.map(|other| (other, Input::Online { peer: all.who[one], addresses: vec![] })));
        }
        all.settle();
        let rules = Rules { rounds: 1, ..quiz_rules() };
        all.command(0, RoomCommand::Start { rules, words: words() });
        all.settle();
        for one in [1, 2] {
            all.command(one, RoomCommand::Ready);
            all.settle();
        }
        all.wait(2_000);
        let drawer = all.who.iter().position(|who| Some(*who) == all.rooms[0].game(all.now).drawer).unwrap();
        all.command(drawer, RoomCommand::Choose { index: 0 });
        all.settle();
        assert!(all.rooms.iter().all(|room| room.game(all.now).phase == Phase::Drawing));
        (all, drawer, (drawer + 1) % 3)
    }

    fn carry_out(&mut self, one: usize, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Write(write) => {
                    match write.reply {
                        Some((ticket, Reply::Written { .. })) => self.told[one].push((ticket, Ok(false))),
                        Some((ticket, Reply::Solved)) => self.told[one].push((ticket, Ok(true))),
                        _ => {}
                    }
                    self.bytes[one].extend(write.operations.iter().flat_map(|operation| operation.bytes().to_vec()));
                    self.inputs.push_back((one, Input::Saved(write)));
                }
                Output::Publish(bytes) => {
                    self.bytes[one].extend(&bytes);
                    let Ok(Frame::Operation(_)) = Frame::decode(&bytes, RoomName::lobby().id(), None) else { continue };
                    let operation = Unverified::decode(&bytes[1..]).unwrap().verify().unwrap();
                    for other in (0..3).filter(|other| *other != one) {
                        let from = self.who[one];
                        self.inputs.push_back((other, Input::Gossiped { operation: operation.clone(), from }));
                    }
                }
                Output::Persist(operations) => {
                    self.bytes[one].extend(operations.iter().flat_map(|(_, operation)| operation.bytes().to_vec()));
                }
                Output::StoreLocal(bytes) => self.bytes[one].extend(bytes),
                Output::Reply { ticket, result: Err(error) } => self.told[one].push((ticket, Err(error))),
                output => self.rest[one].push(output),
            }
        }
    }

    fn settle(&mut self) {
        while let Some((one, input)) = self.inputs.pop_front() {
            let outputs = self.rooms[one].handle(input, self.now);
            self.carry_out(one, outputs);
        }
    }

    fn wait(&mut self, ms: u64) {
        self.now = Now { wall_ms: self.now.wall_ms + ms, mono_ms: self.now.mono_ms + ms };
        (0..3).for_each(|one| self.inputs.push_back((one, Input::Tick)));
        self.settle();
    }

    fn command(&mut self, one: usize, command: RoomCommand) -> CommandTicket {
        self.commands += 1;
        let ticket = CommandTicket(self.commands);
        let outputs = self.rooms[one].handle(Input::Command { ticket, command }, self.now);
        self.carry_out(one, outputs);
        ticket
    }

    /// Says a guess; returns its ticket and the requests to the drawer.
    fn guess(&mut self, one: usize, text: &str) -> (CommandTicket, Vec<(Author, u64, Vec<u8>)>) {
        let ticket = self.command(one, RoomCommand::Say { text: text.to_owned() });
        (ticket, self.asked(one))
    }

    fn asked(&mut self, one: usize) -> Vec<(Author, u64, Vec<u8>)> {
        let (asks, rest) =
            std::mem::take(&mut self.rest[one]).into_iter().partition(|out| matches!(out, Output::Ask { .. }));
        self.rest[one] = rest;
        let asks: Vec<Output> = asks;
        asks.into_iter()
            .map(|ask| match ask {
                Output::Ask { to, ticket, ask } => (to, ticket, ask),
                _ => unreachable!("only what is asked"),
            })
            .collect()
    }

    /// Returns the replies to commands since the last call: whether the line is the word. A write is counted at once.
    fn told(&mut self, one: usize) -> Vec<(CommandTicket, Result<bool, CommandError>)> {
        std::mem::take(&mut self.told[one])
    }

    /// Hands in the reply to a guess. [`Rooms::settle`] carries out the outputs.
    fn reply(&mut self, one: usize, ticket: u64, reply: Option<Vec<u8>>) {
        let outputs = self.rooms[one].handle(Input::Replied { ticket, reply }, self.now);
        self.carry_out(one, outputs);
    }

    fn answer(&mut self, drawer: usize, from: usize, ask: &[u8]) -> Vec<u8> {
        let (reply, outputs) = self.rooms[drawer].asked(self.who[from], PeerRequest::decode(ask).unwrap(), self.now);
        self.carry_out(drawer, outputs);
        reply.encode().unwrap()
    }

    /// Returns whether this text was sent to the room or is on this machine's disk.
    fn is_out(&self, one: usize, text: &str) -> bool {
        self.bytes[one].windows(text.len()).any(|window| window == text.as_bytes())
    }
}

/// Returns the word of the turn, and others.
fn word_and_others(rooms: &Rooms, drawer: usize) -> (String, Vec<String>) {
    let word = rooms.rooms[drawer].game(rooms.now).word.unwrap().text;
    let is_other = |text: &String| *text != word && !word.contains(text) && !text.contains(&word);
    let others = words().words().iter().map(|word| word.text.clone()).filter(is_other).collect();
    (word, others)
}

#[test]
fn only_the_drawer_has_a_guess_before_it_is_answered() {
    let (mut rooms, drawer, guesser) = Rooms::playing();
    let (word, others) = word_and_others(&rooms, drawer);
    let proposal = rooms.bytes[guesser].len();
    rooms.bytes[guesser].drain(..proposal); // the list of words is no secret
    let text = format!("could it be {}?", others[0]);
    let (ticket, asks) = rooms.guess(guesser, &text);
    let [(to, asked, ask)] = &asks[..] else { panic!("{asks:?}") };
    assert_eq!(*to, rooms.who[drawer]);
    assert!(!rooms.is_out(guesser, &others[0]));
    assert!(
        !ask.windows(others[0].len()).any(|window| window == others[0].as_bytes()),
        "the drawer reads nothing in it"
    );
    let reply = rooms.answer(drawer, guesser, ask);
    assert!(!rooms.is_out(guesser, &others[0]));
    rooms.reply(guesser, *asked, Some(reply));
    assert_eq!(rooms.told(guesser), [(ticket, Ok(false))]);
    rooms.settle();
    assert!(rooms.is_out(guesser, &text), "wrong: it is said");
    // The right guess is never said.
    rooms.wait(1_000);
    let (ticket, asks) = rooms.guess(guesser, &format!("{word}!!"));
    let reply = rooms.answer(drawer, guesser, &asks[0].2);
    rooms.reply(guesser, asks[0].1, Some(reply));
    assert_eq!(rooms.told(guesser), [(ticket, Ok(true))]);
    rooms.settle();
    assert!(!rooms.is_out(guesser, &word));
    assert!(rooms.rooms.iter().all(|room| room.game(rooms.now).solved == [rooms.who[guesser]]));
    // Lines of solvers are sealed.
    let ticket = rooms.command(guesser, RoomCommand::Say { text: format!("so a {word}") });
    rooms.settle();
    assert_eq!(rooms.told(guesser), [(ticket, Ok(false))]);
    assert!(!rooms.is_out(guesser, &word));
}

#[test]
fn a_guess_without_a_reply_is_held_back_and_sent_again_before_others() {
    let (mut rooms, drawer, guesser) = Rooms::playing();
    let (_, others) = word_and_others(&rooms, drawer);
    let proposal = rooms.bytes[guesser].len();
    rooms.bytes[guesser].drain(..proposal);
    let (first, asks) = rooms.guess(guesser, &others[0]);
    let (waiting, none) = rooms.guess(guesser, &others[1]);
    assert!(none.is_empty(), "one at a time");
    // The answer is lost.
    let lost = rooms.answer(drawer, guesser, &asks[0].2);
    rooms.reply(guesser, asks[0].1, None);
    let failed = || Err(CommandError::Guess(GuessError::Unreachable));
    assert_eq!(rooms.told(guesser), [(first, failed()), (waiting, failed())]);
    rooms.wait(3_000);
    assert!(!rooms.is_out(guesser, &others[0]) && !rooms.is_out(guesser, &others[1]));
    // The drawer is back. The lost guess may have been answered, so it is sent again first.
    let (second, again) = rooms.guess(guesser, &others[2]);
    assert_eq!((again.len(), &again[0].2), (1, &asks[0].2));
    assert_eq!(rooms.answer(drawer, guesser, &again[0].2), lost, "and given once");
    rooms.reply(guesser, again[0].1, Some(lost));
    let asks = rooms.asked(guesser);
    assert_eq!(asks.len(), 0, "its line is not saved yet");
    assert_eq!(rooms.told(guesser), [], "the failure was reported before");
    rooms.settle();
    assert!(rooms.is_out(guesser, &others[0]) && !rooms.is_out(guesser, &others[2]));
    let asks = rooms.asked(guesser);
    assert_eq!(asks.len(), 1);
    let reply = rooms.answer(drawer, guesser, &asks[0].2);
    rooms.reply(guesser, asks[0].1, Some(reply));
    assert_eq!(rooms.told(guesser), [(second, Ok(false))]);
}

#[test]
fn a_guess_waiting_behind_the_right_one_fails_as_already_solved() {
    let (mut rooms, drawer, guesser) = Rooms::playing();
    let (word, others) = word_and_others(&rooms, drawer);
    let (ticket, asks) = rooms.guess(guesser, &word);
    let (waiting, _) = rooms.guess(guesser, &others[0]);
    let reply = rooms.answer(drawer, guesser, &asks[0].2);
    rooms.reply(guesser, asks[0].1, Some(reply));
    let known = Err(CommandError::Guess(GuessError::AlreadySolved));
    assert_eq!(rooms.told(guesser), [(ticket, Ok(true)), (waiting, known)]);
}

/// The turn ends while one guess is under way and another waits.
#[test]
fn a_guess_answered_in_time_counts_after_the_turn_and_one_that_waited_ends() {
    let (mut rooms, drawer, guesser) = Rooms::playing();
    let (word, others) = word_and_others(&rooms, drawer);
    let (ticket, asks) = rooms.guess(guesser, &word);
    let (waiting, _) = rooms.guess(guesser, &others[0]);
    let reply = rooms.answer(drawer, guesser, &asks[0].2);
    rooms.command(drawer, RoomCommand::Pass);
    rooms.settle();
    assert_eq!(rooms.told(guesser), [(waiting, Err(CommandError::Guess(GuessError::TooLate)))]);
    rooms.reply(guesser, asks[0].1, Some(reply));
    assert_eq!(rooms.told(guesser), [(ticket, Ok(true))]);
    rooms.settle();
    for room in &rooms.rooms {
        let view = room.game(rooms.now);
        assert_eq!((view.phase, &view.solved), (Phase::Revealed, &vec![rooms.who[guesser]]));
        assert!(
            view.players.iter().all(|player| (player.score > 0) == (player.player != rooms.who[3 - drawer - guesser]))
        );
    }
}

/// A report that a line was close is worth as much as an answer, so only guessers get it, and no faster than answers.
#[test]
fn close_is_reported_to_the_guesser_alone_and_no_more_often_than_answers() {
    let (mut rooms, drawer, guesser) = Rooms::playing();
    let (word, _) = word_and_others(&rooms, drawer);
    let nearly = format!("{}x", &word[..word.len() - 1]);
    let say = |rooms: &mut Rooms, one: usize| {
        let ticket = rooms.command(one, RoomCommand::Say { text: nearly.clone() });
        assert_eq!(rooms.told(one), [(ticket, Ok(false))], "{nearly} is in no list: nobody has to be asked");
        rooms.settle();
    };
    say(&mut rooms, guesser);
    let asks = rooms.asked(drawer);
    let [(to, _, close)] = &asks[..] else { panic!("{asks:?}") };
    assert_eq!(*to, rooms.who[guesser]);
    let hears = |rooms: &mut Rooms, one: usize, from: usize| {
        let (_, outputs) = rooms.rooms[one].asked(rooms.who[from], PeerRequest::decode(close).unwrap(), rooms.now);
        outputs.iter().filter(|output| matches!(output, Output::Emit(Event::Close { .. }))).count()
    };
    assert_eq!(hears(&mut rooms, guesser, 3 - drawer - guesser), 0, "only the drawer knows");
    assert_eq!((0..100).map(|_| hears(&mut rooms, guesser, drawer)).sum::<usize>(), 3);
    // A hundred lines of a guesser at once.
    for _ in 0..100 {
        say(&mut rooms, guesser);
    }
    assert_eq!(rooms.asked(drawer).len(), 2);
    // A hundred lines of a spectator.
    let watcher = Identity::from_secret([99; 32]);
    let (game, turn) = (rooms.rooms[drawer].game(rooms.now).game.unwrap(), 0);
    let payload = Payload::Game(GameStep::Guessed { game, turn, text: nearly.clone() });
    let chain = ChainId { author: watcher.author(), log: 1 };
    let (room, time) = (RoomName::lobby().id(), Timestamp::from_ms(rooms.now.wall_ms));
    let operation = Operation::sign(&watcher, Header { room, chain, seq: 0, backlink: None, time }, &payload).unwrap();
    rooms.wait(5_000);
    rooms.inputs.push_back((drawer, Input::Gossiped { operation, from: watcher.author() }));
    rooms.settle();
    assert_eq!(rooms.asked(drawer).len(), 0);
}
