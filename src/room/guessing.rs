//! Guesses and sealed talk: between the game, which knows what may be said, and the wire.

use std::collections::BTreeMap;

use super::commands::{Carried, outcome_of, written};
use super::{Output, Room};
use crate::clock::Now;
use crate::command::{CommandError, CommandTicket, Reply};
use crate::event::{Entry, EntryBody, Event};
use crate::game::guess::{PeerReply, PeerRequest};
use crate::game::secret::WordKey;
use crate::game::{Delivery, GameStep, GuessError, GuessOutcome, GuessTicket, OutgoingGuess};
use crate::identity::Author;
use crate::operation::{Operation, OperationId};
use crate::payload::{Chat, MAX_TEXT, Payload};

/// Sealed lines that are told again when the word of their turn is known, at most.
const MAX_SEALED: usize = 512;
/// Of one author, so that nobody's talk takes the room of others'.
const MAX_SEALED_EACH: usize = 64;

/// A sealed line that we could not read yet.
#[derive(Debug)]
pub(super) struct Sealed {
    game: OperationId,
    turn: u32,
    bytes: Vec<u8>,
    entry: Entry,
}

impl Room {
    /// Says a line: to everybody; to the drawer first, if it is a guess; sealed, if we know the word of the turn.
    pub(super) fn say(
        &mut self,
        ticket: CommandTicket,
        text: String,
        now: Now,
        outputs: &mut Vec<Output>,
    ) -> Result<Carried, CommandError> {
        if text.trim().is_empty() || text.len() > MAX_TEXT {
            return Err(CommandError::Text { len: text.len() });
        }
        match self.driver.talk(self.fold.game(), &text, now.wall_ms) {
            Delivery::Plain => written(self.write(vec![Payload::Chat(Chat { text })], now)?),
            Delivery::Miss(step) | Delivery::Whisper(step) => written(self.write_step(step, now)?),
            Delivery::Sealed => Err(CommandError::Sealed),
            Delivery::Guess => {
                let (guess, ask) =
                    self.driver.guesses().guess(self.fold.game(), self.name.id(), &self.identity, text, now)?;
                self.guesses.insert(guess, ticket);
                outputs.extend(ask.map(asked));
                Ok(Carried::Later)
            }
        }
    }

    /// The drawer replied to our guess; `None`: they were not reached.
    pub(super) fn replied(&mut self, ticket: GuessTicket, reply: Option<Vec<u8>>, now: Now, outputs: &mut Vec<Output>) {
        // What can't be read is no answer, and certainly not the one to a guess.
        let reply = reply.map(|bytes| PeerReply::decode(&bytes).unwrap_or(PeerReply::Noted));
        let (outcome, in_vain) =
            self.driver.guesses().replied(self.fold.game(), self.name.id(), &self.identity, ticket, reply);
        // Those that waited behind one that failed fail like it.
        let waited = match outcome {
            Some(GuessOutcome::Failed(error)) => error,
            Some(GuessOutcome::Solved(_)) => GuessError::AlreadySolved,
            _ => GuessError::TooLate,
        };
        let outcome = match outcome {
            Some(GuessOutcome::Solved(step)) => {
                self.write_step(step, now).map(|write| Carried::Write(write, Reply::Solved))
            }
            Some(GuessOutcome::Wrong(step)) => self.write_step(step, now).and_then(written),
            Some(GuessOutcome::Failed(error)) => Err(error.into()),
            None => Err(GuessError::TooLate.into()),
        };
        if matches!(outcome, Err(CommandError::Busy)) {
            self.driver.guesses().undo_answer();
        }
        match (self.guesses.remove(&ticket), outcome) {
            (Some(command), outcome) => outputs.extend(outcome_of(command, outcome)),
            (None, Ok(Carried::Write(write, _))) => outputs.push(Output::Write(write)),
            (None, _) => {}
        }
        self.give_up_guesses(in_vain, waited, outputs);
    }

    /// Replies that these guesses will not be answered any more.
    pub(super) fn give_up_guesses(&mut self, guesses: Vec<GuessTicket>, error: GuessError, outputs: &mut Vec<Output>) {
        let commands = guesses.into_iter().filter_map(|guess| self.guesses.remove(&guess));
        outputs.extend(commands.map(|ticket| Output::Reply { ticket, result: Err(error.into()) }));
    }

    /// The commands whose guesses are not answered yet.
    pub fn unanswered(&self) -> impl Iterator<Item = CommandTicket> {
        self.guesses.values().copied()
    }

    /// Sends the next guess that waits, if its time has come.
    pub(super) fn ask_next(&mut self, outputs: &mut Vec<Output>) {
        let ask = self.driver.guesses().next(self.fold.game(), self.name.id(), &self.identity);
        outputs.extend(ask.map(asked));
    }

    /// Somebody asks us something, straight: a guess at our word, or they tell us that one of ours was close.
    pub fn asked(&mut self, from: Author, ask: PeerRequest, now: Now) -> (PeerReply, Vec<Output>) {
        let mut outputs = Vec::new();
        if let PeerRequest::Close { game, turn, line, .. } = ask
            && self.driver.hears_close(self.fold.game(), from, (game, turn), now)
        {
            outputs.push(Output::Tell(Event::Close { room: self.name.clone(), line }));
        }
        (self.driver.asked(self.fold.game(), self.name.id(), &self.identity, from, ask, now), outputs)
    }

    /// Looks at what others wrote just now: guesses at our word that were close, words that were told.
    pub(super) fn heed(&mut self, operation: &Operation, payload: &Payload, now: Now, outputs: &mut Vec<Output>) {
        let Payload::Game(step) = payload else { return };
        if !self.fold.counts(operation.key()) {
            return;
        }
        match step {
            GameStep::Guessed { game, turn, text } => {
                self.tell_if_close(operation, (*game, *turn), text, now, outputs);
            }
            GameStep::TurnEnded { .. } | GameStep::Solved { .. } => self.unseal(outputs),
            _ => {}
        }
    }

    fn tell_if_close(
        &mut self,
        operation: &Operation,
        (game, turn): (OperationId, u32),
        text: &str,
        now: Now,
        outputs: &mut Vec<Output>,
    ) {
        let (to, line, room) = (operation.author(), operation.id(), self.name.id());
        if !self.driver.tells_close(self.fold.game(), to, (game, turn), text, now) {
            return;
        }
        // Nobody waits for the reply: zero is nobody's ticket.
        if let Ok(ask) = (PeerRequest::Close { room, game, turn, line }).encode() {
            outputs.push(Output::Ask { to, ticket: 0, ask });
        }
    }

    /// What a sealed line says, if we know the word of its turn.
    pub(super) fn open_sealed(&self, author: Author, game: OperationId, turn: u32, sealed: &[u8]) -> Option<String> {
        self.key_of(game, turn)?.open(author, sealed)
    }

    fn key_of(&self, game: OperationId, turn: u32) -> Option<WordKey> {
        self.driver.known_key(game, turn).or_else(|| self.fold.revealed_key(game, turn))
    }

    /// Remembers a line that can't be read yet.
    pub(super) fn remember_sealed(&mut self, entry: &Entry, payload: &Payload) {
        let theirs = || self.sealed.iter().filter(|line| line.entry.author == entry.author).count();
        if let (Payload::Game(GameStep::Whispered { game, turn, sealed }), EntryBody::Whisper(None)) =
            (payload, &entry.body)
            && self.sealed.len() < MAX_SEALED
            && theirs() < MAX_SEALED_EACH
        {
            self.sealed.push(Sealed { game: *game, turn: *turn, bytes: sealed.clone(), entry: entry.clone() });
        }
    }

    /// Tells again the sealed lines that can be read now. One that the word of its turn doesn't open never will be.
    pub(super) fn unseal(&mut self, outputs: &mut Vec<Output>) {
        // A key is dear to work out, and serves for all lines of its turn.
        let mut keys = BTreeMap::new();
        let mut read = Vec::new();
        for mut line in std::mem::take(&mut self.sealed) {
            match keys.entry((line.game, line.turn)).or_insert_with(|| self.key_of(line.game, line.turn)) {
                None => self.sealed.push(line),
                Some(key) => {
                    if let Some(text) = key.open(line.entry.author, &line.bytes) {
                        line.entry.body = EntryBody::Whisper(Some(text));
                        read.push(line.entry);
                    }
                }
            }
        }
        if !read.is_empty() {
            outputs.push(Output::Tell(Event::Entries { room: self.name.clone(), entries: read }));
        }
    }
}

fn asked(guess: OutgoingGuess) -> Output {
    let OutgoingGuess { to, ticket, request } = guess;
    // It can't be too large: a request has at most four words.
    Output::Ask { to, ticket, ask: PeerRequest::Guess(request).encode().unwrap_or_default() }
}
