//! A bot that plays the drawing quiz: it draws from recorded sketches and guesses by the mask and the words of the packs.
//!
//! ```sh
//! cargo run --example quiz_bot -- /tmp/bot lobby
//! ```
//! Further arguments are addresses to connect to, for networks without multicast; with any, mDNS stays off.

mod hand;
mod sketches;

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use inkmesh::command::CommandError;
use inkmesh::event::{EntryBody, Event, GameView, Phase};
use inkmesh::game::GuessError;
use inkmesh::name::RoomName;
use inkmesh::node::{Config, Node, Spoken};
use inkmesh::operation::OperationId;
use inkmesh::words::{BuiltIn, Mask, normalise};
use tokio::time::Instant;

use hand::Hand;

/// How long the bot thinks before a guess: drawers take one a second at most.
const THINKING: Duration = Duration::from_millis(2_500);
/// How many guesses of a turn it makes.
const PATIENCE: usize = 20;

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
        heard: BTreeSet::new(),
        guesses: 0,
        guess_at: None,
    };
    loop {
        let (next_line, next_guess) = (bot.hand.as_ref().map(Hand::next_at), bot.guess_at);
        tokio::select! {
            event = events.next() => match event {
                Some(event) => bot.heed(event).await,
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
    /// The turn that it drew last or draws: of which game, and its number there.
    drawn: Option<(Option<OperationId>, u32)>,
    /// While it draws.
    hand: Option<Hand>,
    /// What was guessed in this turn, by anybody, normalised.
    heard: BTreeSet<String>,
    /// How often it guessed in this turn.
    guesses: usize,
    guess_at: Option<Instant>,
}

impl Bot {
    async fn heed(&mut self, event: Event) {
        match event {
            Event::Game { room, game } if room == self.room => self.follow(*game).await,
            Event::Entries { room, entries } if room == self.room => {
                let guesses = entries.iter().filter_map(|entry| match &entry.body {
                    EntryBody::Guess(text) => Some(normalise(text)),
                    _ => None,
                });
                self.heard.extend(guesses);
            }
            _ => {}
        }
    }

    /// Gets ready, chooses, draws, or begins to guess.
    async fn follow(&mut self, game: GameView) {
        if (game.game, game.turn) != (self.game.game, self.game.turn) {
            self.heard.clear();
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
            true => self.guess_at.or(Some(Instant::now() + THINKING)),
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

    /// Says a word that fits the mask and that nobody has tried.
    async fn guess(&mut self) {
        self.guess_at = None;
        let Some(mask) = self.game.mask.clone().filter(|_| self.game.guessing && self.guesses < PATIENCE) else {
            return;
        };
        let Some(word) = fitting(&mask, &self.heard) else { return };
        match self.node.say(self.room.clone(), word.to_owned()).await {
            Ok(Spoken::Solved) => {}
            Ok(Spoken::Line(_)) => {
                self.heard.insert(normalise(word));
                self.guesses += 1;
                self.guess_at = Some(Instant::now() + THINKING);
            }
            Err(CommandError::Guess(GuessError::TooFast | GuessError::Waiting | GuessError::Unsaid)) => {
                self.guess_at = Some(Instant::now() + THINKING);
            }
            Err(error) => eprintln!("{error}"),
        }
    }

    /// A refusal (the turn is over, the disk is full …) is said and forgotten; the bot stays.
    fn say_so(&self, done: Result<(), CommandError>) {
        if let Err(error) = done {
            eprintln!("{error}");
        }
    }
}

/// Any word of the packs that fits what is shown of it.
fn fitting(mask: &Mask, tried: &BTreeSet<String>) -> Option<&'static str> {
    let words = BuiltIn::ALL.iter().flat_map(|pack| pack.words());
    let fits = words.filter(|word| mask.agrees(&word.text) && !tried.contains(&normalise(&word.text)));
    let fits: Vec<&str> = fits.map(|word| word.text.as_str()).collect();
    if fits.is_empty() { None } else { fits.get(rand::random_range(0..fits.len())).copied() }
}
