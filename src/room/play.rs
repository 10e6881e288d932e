//! Our part in the room's games: our person's lines and commands, our program's conduct, and guesses between both.

use std::collections::BTreeMap;

use super::contents::Contents;
use super::outcome::Outcome;
use super::output::{Outbox, Output};
use super::own_chain::{OwnChain, Write};
use crate::clock::Now;
use crate::command::{CommandError, CommandTicket, Reply};
use crate::event::{Event, GameView};
use crate::game::guess::{PeerReply, PeerRequest};
use crate::game::secret::WordKey;
use crate::game::{Delivery, Driver, GuessError, GuessOutcome, GuessTicket, OutgoingGuess, PlayError, Rules, WordList};
use crate::identity::Author;
use crate::operation::{Operation, OperationId};
use crate::payload::{Chat, MAX_TEXT, Payload};
use crate::visible::is_visible;

/// The driver of the room's game, with the commands that wait for it.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) driver: Driver,
    /// The command behind each guess that is not answered yet.
    guesses: BTreeMap<GuessTicket, CommandTicket>,
    /// The game as the frontend has it, without the remaining time.
    emitted: GameView,
}

impl Play {
    /// Makes the part of `me`.
    pub(super) fn new(me: Author) -> Self {
        Play { driver: Driver::new(me), guesses: BTreeMap::new(), emitted: GameView::default() }
    }

    /// Says a line: to everybody; to the drawer first, if it is a guess; sealed, if we know the word of the turn.
    pub(super) fn say(
        &mut self,
        (text, ticket): (String, CommandTicket),
        contents: &Contents,
        chain: &mut OwnChain,
        now: Now,
        out: &mut Outbox,
    ) -> Result<Outcome, CommandError> {
        if !is_visible(&text) {
            return Err(CommandError::BlankText);
        }
        if text.len() > MAX_TEXT {
            return Err(CommandError::Text { len: text.len() });
        }
        let game = contents.fold.game();
        let payload = match self.driver.talk(game, &text, now.wall_ms) {
            Delivery::Plain => Payload::Chat(Chat { text }),
            Delivery::Miss(step) | Delivery::Whisper(step) => Payload::Game(step),
            Delivery::Sealed => return Err(CommandError::Sealed),
            Delivery::Guess => {
                let (guess, request) = self.driver.guesses().guess(game, chain.room(), chain.identity(), text, now)?;
                self.guesses.insert(guess, ticket);
                out.extend(request.map(send));
                return Ok(Outcome::Later);
            }
        };
        Outcome::written(chain.write(vec![payload], &contents.log, now)?)
    }

    /// Proposes a game.
    pub(super) fn start(
        &mut self,
        (rules, words): (Rules, &WordList),
        contents: &Contents,
        chain: &mut OwnChain,
        now: Now,
    ) -> Result<Write, CommandError> {
        let step = self.driver.start(contents.fold.game(), rules, words, chain.log_time(now))?;
        chain.write(vec![Payload::Game(step)], &contents.log, now)
    }

    /// Proposes the last game again, with its rules and words.
    pub(super) fn rematch(
        &mut self,
        contents: &Contents,
        chain: &mut OwnChain,
        now: Now,
    ) -> Result<Write, CommandError> {
        let (rules, words) = contents.fold.game().setup().ok_or(CommandError::Play(PlayError::WrongPhase))?;
        self.start((rules, &words), contents, chain, now)
    }

    /// Chooses a word on offer.
    pub(super) fn choose(
        &mut self,
        index: usize,
        contents: &Contents,
        chain: &mut OwnChain,
        now: Now,
    ) -> Result<Write, CommandError> {
        let step = self.driver.choose(contents.fold.game(), index, now)?;
        chain.write(vec![Payload::Game(step)], &contents.log, now).inspect_err(|_| self.driver.forget_written())
    }

    /// Writes the steps that our program writes by itself, and sends the next guess that waits. Returns the moment to look
    /// again in `mono_ms`. `live`: whether the last change happened just now.
    pub(super) fn advance(
        &mut self,
        contents: &Contents,
        chain: &mut OwnChain,
        now: Now,
        live: bool,
        out: &mut Outbox,
    ) -> Option<u64> {
        let (game, online, time) = (contents.fold.game(), contents.people.online(), chain.log_time(now));
        let plan = self.driver.advance(game, chain.identity(), online, time, live);
        for step in plan.steps {
            match chain.write(vec![Payload::Game(step)], &contents.log, now) {
                Ok(write) => out.push(Output::Write(write)),
                Err(_) => self.driver.forget_written(),
            }
        }
        self.fail_guesses(plan.in_vain, GuessError::TooLate, out);
        plan.wake
    }

    /// Sends the next guess that waits, if its time has come.
    pub(super) fn send_next_guess(&mut self, contents: &Contents, chain: &OwnChain, out: &mut Outbox) {
        let request = self.driver.guesses().next(contents.fold.game(), chain.room(), chain.identity());
        out.extend(request.map(send));
    }

    /// Takes the drawer's reply to our guess; `None` when the drawer was not reached.
    pub(super) fn replied(
        &mut self,
        (ticket, reply): (GuessTicket, Option<Vec<u8>>),
        contents: &Contents,
        chain: &mut OwnChain,
        now: Now,
        out: &mut Outbox,
    ) {
        // Bytes that can't be read are no answer to a guess.
        let reply = reply.map(|bytes| PeerReply::decode(&bytes).unwrap_or(PeerReply::Noted));
        let (outcome, in_vain) =
            self.driver.guesses().replied(contents.fold.game(), chain.room(), chain.identity(), ticket, reply);
        // The guesses that waited behind one that failed fail like it.
        let error_of_waiting = match outcome {
            Some(GuessOutcome::Failed(error)) => error,
            Some(GuessOutcome::Solved(_)) => GuessError::AlreadySolved,
            Some(GuessOutcome::Wrong(_)) | None => GuessError::TooLate,
        };
        let mut write = |step| chain.write(vec![Payload::Game(step)], &contents.log, now);
        let outcome = match outcome {
            Some(GuessOutcome::Solved(step)) => write(step).map(|write| Outcome::Write(write, Reply::Solved)),
            Some(GuessOutcome::Wrong(step)) => write(step).and_then(Outcome::written),
            Some(GuessOutcome::Failed(error)) => Err(error.into()),
            None => Err(GuessError::TooLate.into()),
        };
        if matches!(outcome, Err(CommandError::Busy | CommandError::RoomFull)) {
            self.driver.guesses().undo_answer();
        }
        match (self.guesses.remove(&ticket), outcome) {
            (Some(command), outcome) => out.extend(Outcome::output(outcome, command)),
            (None, Ok(Outcome::Write(write, _))) => out.push(Output::Write(write)),
            (None, _) => {}
        }
        self.fail_guesses(in_vain, error_of_waiting, out);
    }

    /// Replies that these guesses will not be answered.
    fn fail_guesses(&mut self, guesses: Vec<GuessTicket>, error: GuessError, out: &mut Outbox) {
        let commands = guesses.into_iter().filter_map(|guess| self.guesses.remove(&guess));
        out.extend(commands.map(|ticket| Output::Reply { ticket, result: Err(error.into()) }));
    }

    /// Returns the commands whose guesses are not answered yet.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = CommandTicket> {
        self.guesses.values().copied()
    }

    /// Answers the request of a peer: a guess at our word, or the report that a line of ours was close.
    pub(super) fn asked(
        &mut self,
        (from, request): (Author, PeerRequest),
        contents: &Contents,
        chain: &OwnChain,
        now: Now,
        out: &mut Outbox,
    ) -> PeerReply {
        let game = contents.fold.game();
        if let PeerRequest::Close { game: id, turn, line, .. } = request
            && self.driver.hears_close(game, from, (id, turn), now)
        {
            out.emit(|room| Event::Close { room, line });
        }
        self.driver.asked(game, chain.room(), chain.identity(), from, request, now)
    }

    /// Reports to the author of a wrong guess at our word that it was close, if it was.
    pub(super) fn report_close(
        &mut self,
        operation: &Operation,
        (game, turn, text): (OperationId, u32, &str),
        contents: &Contents,
        now: Now,
        out: &mut Outbox,
    ) {
        let (to, line, room) = (operation.author(), operation.id(), operation.header().room);
        if self.driver.reports_close(contents.fold.game(), to, (game, turn), text, now)
            && let Ok(ask) = (PeerRequest::Close { room, game, turn, line }).encode()
        {
            out.push(Output::Ask { to, ticket: 0, ask });
        }
    }

    /// Returns the key of the word of a turn, if the word is known.
    pub(super) fn word_key(&self, contents: &Contents, game: OperationId, turn: u32) -> Option<WordKey> {
        self.driver.known_key(game, turn).or_else(|| contents.fold.revealed_key(game, turn))
    }

    /// Returns the game as a frontend is shown it.
    pub(super) fn view(&self, contents: &Contents, now: Now) -> GameView {
        let name_of = |author: &Author| contents.people.name(*author);
        self.driver.view(contents.fold.game(), contents.people.online(), name_of, now)
    }

    /// Emits the game, if its view changed by more than the remaining time.
    pub(super) fn emit_game(&mut self, contents: &Contents, now: Now, out: &mut Outbox) {
        let game = self.view(contents, now);
        let untimed = GameView { remaining_ms: 0, ..game.clone() };
        if untimed != self.emitted {
            self.emitted = untimed;
            out.emit(|room| Event::Game { room, game: Box::new(game) });
        }
    }
}

fn send(guess: OutgoingGuess) -> Output {
    let OutgoingGuess { to, ticket, request } = guess;
    // It can't be too large: a request has at most four words.
    Output::Ask { to, ticket, ask: PeerRequest::Guess(request).encode().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Phase;
    use crate::identity::Identity;
    use crate::name::RoomName;

    const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };
    const TICKET: CommandTicket = CommandTicket(7);

    struct Bench {
        play: Play,
        contents: Contents,
        chain: OwnChain,
        out: Outbox,
    }

    impl Bench {
        fn new() -> Self {
            let (identity, room) = (Identity::from_secret([1; 32]), RoomName::lobby());
            let (play, contents) = (Play::new(identity.author()), Contents::new(room.id()));
            Bench { play, contents, chain: OwnChain::new(identity, room.id(), 7), out: Outbox::new(&room) }
        }

        fn say(&mut self, text: &str) -> Result<Outcome, CommandError> {
            let line = (text.to_owned(), TICKET);
            self.play.say(line, &self.contents, &mut self.chain, NOW, &mut self.out)
        }

        fn outputs(&mut self) -> Vec<Output> {
            std::mem::replace(&mut self.out, Outbox::new(&RoomName::lobby())).into_outputs()
        }
    }

    #[test]
    fn a_line_outside_of_a_turn_is_chat_of_a_bounded_length() {
        let mut bench = Bench::new();
        for text in ["", " \n", "\u{3164}\u{ad}"] {
            assert_eq!(bench.say(text).unwrap_err(), CommandError::BlankText, "{text:?}");
        }
        assert_eq!(bench.say(&"x".repeat(MAX_TEXT + 1)).unwrap_err(), CommandError::Text { len: MAX_TEXT + 1 });
        let longest = "x".repeat(MAX_TEXT);
        let Ok(Outcome::Write(write, Reply::Written { id })) = bench.say(&longest) else { panic!("not written") };
        assert_eq!(write.last_id(), Some(id));
        assert!(matches!(write.operations[0].payload(), Payload::Chat(Chat { text }) if text == longest));
        assert!(bench.outputs().is_empty() && bench.play.unanswered().next().is_none());
    }

    #[test]
    fn the_game_is_emitted_when_more_of_it_changed_than_its_time() {
        let mut bench = Bench::new();
        let rematch = bench.play.rematch(&bench.contents, &mut bench.chain, NOW);
        assert_eq!(rematch.unwrap_err(), CommandError::Play(PlayError::WrongPhase), "there was no game");
        let (rules, words) = (Rules::default(), WordList::default());
        let write = bench.play.start((rules, &words), &bench.contents, &mut bench.chain, NOW).unwrap();
        bench.contents.log.ingest_all(write.operations.clone(), u64::MAX);
        bench.contents.project(&write.operations);
        bench.play.emit_game(&bench.contents, NOW, &mut bench.out);
        let outputs = bench.outputs();
        let [Output::Emit(Event::Game { game, .. })] = &outputs[..] else { panic!("{outputs:?}") };
        assert_eq!((game.phase, game.game), (Phase::Gathering, write.last_id()));
        bench.play.emit_game(&bench.contents, Now { mono_ms: 900, ..NOW }, &mut bench.out);
        assert!(bench.outputs().is_empty(), "only time has passed");
    }

    #[test]
    fn guesses_that_come_to_nothing_are_replied_to_once() {
        let mut bench = Bench::new();
        bench.play.guesses = BTreeMap::from([(3, TICKET), (4, CommandTicket(8))]);
        bench.play.fail_guesses(vec![3, 3, 5], GuessError::TooLate, &mut bench.out);
        let outputs = bench.outputs();
        let [Output::Reply { ticket: TICKET, result: Err(error) }] = &outputs[..] else { panic!("{outputs:?}") };
        assert_eq!(error.code(), GuessError::TooLate.code());
        bench.play.replied((4, None), &bench.contents, &mut bench.chain, NOW, &mut bench.out);
        assert!(matches!(bench.outputs()[..], [Output::Reply { ticket: CommandTicket(8), result: Err(_) }]));
        assert!(bench.play.unanswered().next().is_none());
    }

    #[test]
    fn a_report_of_a_close_guess_that_we_did_not_make_is_no_event() {
        let mut bench = Bench::new();
        let (game, line, room) = (OperationId([1; 32]), OperationId([2; 32]), bench.chain.room());
        let request = PeerRequest::Close { room, game, turn: 0, line };
        let from = Identity::from_secret([2; 32]).author();
        let reply = bench.play.asked((from, request), &bench.contents, &bench.chain, NOW, &mut bench.out);
        assert_eq!(reply, PeerReply::Noted);
        assert!(bench.outputs().is_empty());
    }
}
