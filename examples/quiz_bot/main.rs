//! A bot that plays the drawing quiz: it draws recorded sketches and guesses words of the packs that fit the mask.
//!
//! ```sh
//! cargo run --example quiz_bot -- /tmp/bot lobby
//! ```
//! Further arguments are addresses to connect to, for networks without multicast; they switch mDNS off.

mod hand;
mod sketches;

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use inkmesh::command::CommandError;
use inkmesh::event::{EntryBody, Event, GameView, Phase};
use inkmesh::game::GuessError;
use inkmesh::name::RoomName;
use inkmesh::node::{Config, Node, SayOutcome};
use inkmesh::operation::OperationId;
use inkmesh::words::{BuiltIn, Mask, normalise};
use tokio::time::Instant;

use hand::Hand;

/// Pause before a guess; drawers accept one a second.
const PAUSE: Duration = Duration::from_millis(2_500);
/// Most guesses in a turn.
const MAX_GUESSES: usize = 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(dir), Some(room)) = (arguments.next(), arguments.next()) else {
        return Err("usage: quiz_bot DATA_DIR ROOM [ADDRESS …]".into());
    };
    let room: RoomName = room.parse()?;
    let dial: Vec<String> = arguments.collect();
    let config = Config {
        data_dir: dir.into(),
        name: Some("quiz bot".parse()?),
        rooms: vec![room.clone()],
        listen: Vec::new(),
        mdns: dial.is_empty(),
        dial,
    };
    let (node, mut events) = Node::start(config).await?;
    let mut bot = Bot {
        node,
        room,
        game: GameView::default(),
        drawn: None,
        hand: None,
        tried: BTreeSet::new(),
        guesses: 0,
        guess_at: None,
    };
    loop {
        let (next_line, next_guess) = (bot.hand.as_ref().map(Hand::next_at), bot.guess_at);
        tokio::select! {
            event = events.next() => match event {
                Some(event) => bot.on_event(event).await,
                None => return Ok(()),
            },
            () = sleep_until(next_line) => bot.draw().await,
            () = sleep_until(next_guess) => bot.guess().await,
        }
    }
}

async fn sleep_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

struct Bot {
    node: Node,
    room: RoomName,
    game: GameView,
    /// The last turn that it drew or draws: the game, and the number of the turn.
    drawn: Option<(Option<OperationId>, u32)>,
    /// Set while it draws.
    hand: Option<Hand>,
    /// The guesses of everybody in this turn, normalised.
    tried: BTreeSet<String>,
    /// The number of its guesses in this turn.
    guesses: usize,
    guess_at: Option<Instant>,
}

impl Bot {
    async fn on_event(&mut self, event: Event) {
        match event {
            Event::Game { room, game } if room == self.room => self.follow(*game).await,
            Event::Entries { room, entries } if room == self.room => {
                let guesses = entries.iter().filter_map(|entry| match &entry.body {
                    EntryBody::Guess(text) => Some(normalise(text)),
                    _ => None,
                });
                self.tried.extend(guesses);
            }
            _ => {}
        }
    }

    /// Reacts to a change of the game: gets ready, chooses, draws, or begins to guess.
    async fn follow(&mut self, game: GameView) {
        if (game.game, game.turn) != (self.game.game, self.game.turn) {
            self.tried.clear();
            self.guesses = 0;
        }
        self.game = game;
        let mine = self.game.drawer == Some(self.node.author());
        self.hand = self.hand.take().filter(|_| mine && self.game.phase == Phase::Drawing);
        match self.game.phase {
            Phase::Gathering if !self.game.joined => self.say_so(self.node.ready(self.room.clone()).await),
            Phase::Choosing if !self.game.offers.is_empty() => {
                let known = self.game.offers.iter().position(|word| sketches::find(&word.text).is_some());
                self.say_so(self.node.choose(self.room.clone(), known.unwrap_or(0)).await);
            }
            Phase::Drawing if mine && self.drawn != Some((self.game.game, self.game.turn)) => self.take_the_pen(),
            _ => {}
        }
        self.guess_at = match self.game.guessing {
            true => self.guess_at.or(Some(Instant::now() + PAUSE)),
            false => None,
        };
    }

    fn take_the_pen(&mut self) {
        self.drawn = Some((self.game.game, self.game.turn));
        let word = self.game.word.as_ref().map(|word| word.text.as_str()).unwrap_or_default();
        let lines = sketches::find(word).unwrap_or_else(sketches::doodle);
        self.hand = Some(Hand::new(lines, &self.game, Instant::now()));
    }

    async fn draw(&mut self) {
        let Some(hand) = &mut self.hand else { return };
        let line = hand.next_line(Instant::now(), sketches::scribble);
        self.say_so(self.node.draw(self.room.clone(), line).await.map(drop));
    }

    /// Guesses a word that fits the mask and that nobody has tried.
    async fn guess(&mut self) {
        self.guess_at = None;
        let Some(mask) = self.game.mask.clone().filter(|_| self.game.guessing && self.guesses < MAX_GUESSES) else {
            return;
        };
        let Some(word) = fitting(&mask, &self.tried) else { return };
        match self.node.say(self.room.clone(), word.to_owned()).await {
            Ok(SayOutcome::Solved) => {}
            Ok(SayOutcome::Line(_)) => {
                self.tried.insert(normalise(word));
                self.guesses += 1;
                self.guess_at = Some(Instant::now() + PAUSE);
            }
            Err(CommandError::Guess(GuessError::TooFast | GuessError::Waiting | GuessError::Unsaid)) => {
                self.guess_at = Some(Instant::now() + PAUSE);
            }
            Err(error) => eprintln!("{error}"),
        }
    }

    /// Prints a refusal (the turn is over, the disk is full …); the bot goes on.
    fn say_so(&self, done: Result<(), CommandError>) {
        if let Err(error) = done {
            eprintln!("{error}");
        }
    }
}

/// Returns a random word of the packs that fits the mask.
fn fitting(mask: &Mask, tried: &BTreeSet<String>) -> Option<&'static str> {
    let words = BuiltIn::ALL.iter().flat_map(|pack| pack.words());
    let fits = words.filter(|word| mask.agrees(&word.text) && !tried.contains(&normalise(&word.text)));
    let fits: Vec<&str> = fits.map(|word| word.text.as_str()).collect();
    if fits.is_empty() { None } else { fits.get(rand::random_range(0..fits.len())).copied() }
}
