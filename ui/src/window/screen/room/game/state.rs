//! The state of the game and its updates.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use inkmesh::command::RoomCommand;
use inkmesh::game::{GameView, Phase};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;

use super::message::{Message, Outcome};
use crate::window::screen::room::people::InGame;
use crate::window::widget::stamp::Stamp;

/// The time that the results are animated.
pub const RESULTS_ANIMATION: Duration = Duration::from_millis(1_400);

/// The game of a room.
#[derive(Debug)]
pub struct Game {
    /// The game as the node reported it last.
    pub view: GameView,
    /// When that was.
    since: Instant,
    /// The time that the phase lasts as a whole, as far as we know.
    pub(super) whole: Duration,
    /// The turn in which we voted to skip the drawer.
    voted: Option<(Option<OperationId>, u32)>,
    /// The turn in which we chose a word.
    chose: Option<(Option<OperationId>, u32)>,
    /// The game, and the players whom we voted to remove from it.
    removed: (Option<OperationId>, BTreeSet<Author>),
    /// The stamp of the word that we guessed.
    stamp: Option<Stamp>,
    /// When the results were opened, if they are shown.
    results: Option<Instant>,
    /// True if the bar shows the buttons to leave or end the game.
    pub(super) exits: bool,
}

/// The changes between two views of a game.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// True if another turn or phase has begun.
    pub turned: bool,
    /// True if we have words to choose from now.
    pub to_choose: bool,
    /// True if our lines are guesses now.
    pub to_guess: bool,
    /// The drawer whose turn the others ended.
    pub skipped: Option<Author>,
    /// The players whom the others removed.
    pub removed: Vec<Author>,
}

impl Game {
    /// Creates the state without a game.
    pub fn new(now: Instant) -> Self {
        Game {
            view: GameView::default(),
            since: now,
            whole: Duration::ZERO,
            voted: None,
            chose: None,
            removed: (None, BTreeSet::new()),
            stamp: None,
            results: None,
            exits: false,
        }
    }

    /// Takes a new view of the game.
    pub fn show(&mut self, game: GameView, now: Instant) -> Change {
        let before = &self.view;
        let turned =
            (game.game, game.phase, game.turn, game.drawer) != (before.game, before.phase, before.turn, before.drawer);
        let to_choose = !game.offers.is_empty() && (turned || before.offers.is_empty());
        let to_guess = game.guessing && (turned || !before.guessing);
        let (skipped, removed) = (skipped(before, &game), removed(before, &game));
        if !turned
            && before.guessing
            && let Some(word) = &game.word
        {
            self.stamp = Some(Stamp::new(word.text.clone(), now));
        }
        let ended = turned && game.phase == Phase::Over && before.game == game.game && before.phase != Phase::Over;
        self.exits &= game.joined && has_turn(&game) && game.game == before.game;
        if ended && has_points(&game) {
            self.results = Some(now);
        } else if game.phase != Phase::Over {
            self.results = None;
        }
        if turned || game.remaining_ms > self.view.remaining_ms {
            self.whole = whole(&game);
        }
        (self.view, self.since) = (game, now);
        Change { turned, to_choose, to_guess, skipped, removed }
    }

    pub fn update(&mut self, message: Message, now: Instant) -> Option<Outcome> {
        match message {
            Message::Results(shown) => self.results = shown.then_some(now),
            Message::Exits(shown) => self.exits = shown,
            Message::Setup => return Some(Outcome::Setup),
            Message::Command(command) => {
                self.exits &= !matches!(command, RoomCommand::LeaveGame | RoomCommand::EndGame);
                self.note(&command);
                return Some(Outcome::Command(command));
            }
        }
        None
    }

    /// Notes the turn and the game of a command: when the reply comes, the next turn may have begun.
    fn note(&mut self, command: &RoomCommand) {
        let turn = Some((self.view.game, self.view.turn));
        match command {
            RoomCommand::Choose { .. } => self.chose = turn,
            RoomCommand::Skip => self.voted = turn,
            RoomCommand::Kick { peer } => {
                if self.removed.0 != self.view.game {
                    self.removed = (self.view.game, BTreeSet::new());
                }
                self.removed.1.insert(*peer);
            }
            _ => {}
        }
    }

    /// Notes that a command was carried out.
    pub fn accepted(&mut self, command: &RoomCommand) {
        if let RoomCommand::Rematch = command {
            self.results = None;
        }
    }

    pub fn refused(&mut self, command: &RoomCommand) {
        match command {
            RoomCommand::Choose { .. } => self.chose = None,
            RoomCommand::Skip => self.voted = None,
            RoomCommand::Kick { peer } => {
                self.removed.1.remove(peer);
            }
            _ => {}
        }
    }

    /// Returns who draws, if anybody does now.
    pub fn drawer(&self) -> Option<Author> {
        self.view.drawer
    }

    /// Returns whether a game is running or gathering.
    pub fn runs(&self) -> bool {
        matches!(self.view.phase, Phase::Gathering | Phase::Choosing | Phase::Drawing | Phase::Revealed)
    }

    /// Returns whether a turn of a quiz is running or revealed.
    pub fn is_quiz_turn(&self) -> bool {
        self.view.rules.quiz.is_some() && matches!(self.view.phase, Phase::Choosing | Phase::Drawing | Phase::Revealed)
    }

    /// Returns whether our lines are for those who know the word alone.
    pub fn whispers(&self, me: Author) -> bool {
        self.is_quiz_turn()
            && self.view.phase == Phase::Drawing
            && (self.view.drawer == Some(me) || self.view.word.is_some())
    }

    /// Returns whether there are words for us to choose from, and none is chosen yet.
    pub fn may_choose(&self) -> bool {
        !self.view.offers.is_empty() && self.chose != Some((self.view.game, self.view.turn))
    }

    /// Returns whether we may begin the game before everybody is ready.
    pub fn may_begin(&self, me: Author) -> bool {
        self.view.phase == Phase::Gathering && self.view.proposer == Some(me) && self.view.players.len() >= 2
    }

    /// Returns whether we may join a game that gathers or runs.
    pub fn may_take_part(&self) -> bool {
        self.runs() && self.view.may_join
    }

    /// Returns the command that moves the game on: begin now, end our own turn, or vote to skip the drawer.
    pub fn go_on(&self, me: Author) -> Option<RoomCommand> {
        match self.view.phase {
            Phase::Gathering => self.may_begin(me).then_some(RoomCommand::Begin),
            Phase::Choosing | Phase::Drawing if self.view.drawer == Some(me) => Some(RoomCommand::Pass),
            Phase::Choosing | Phase::Drawing => (self.view.joined && !self.has_voted()).then_some(RoomCommand::Skip),
            Phase::Idle | Phase::Revealed | Phase::Over => None,
        }
    }

    /// Returns whether we voted to skip the drawer.
    pub fn has_voted(&self) -> bool {
        self.voted == Some((self.view.game, self.view.turn))
    }

    /// Returns whether a game is over that had points.
    pub fn has_results(&self) -> bool {
        self.view.phase == Phase::Over && has_points(&self.view)
    }

    /// Returns whether the game that is over can be proposed again.
    pub fn may_repeat(&self) -> bool {
        self.view.phase == Phase::Over && (self.view.cancelled.is_some() || self.view.rules.quiz.is_some())
    }

    /// Returns when the results of a game that is over were opened, if they are shown.
    pub fn results(&self) -> Option<Instant> {
        self.results.filter(|_| self.view.phase == Phase::Over)
    }

    /// Returns the stamp of the word that we guessed, while it is visible.
    pub fn stamp(&self, now: Instant) -> Option<&Stamp> {
        self.stamp.as_ref().filter(|stamp| stamp.is_up(now))
    }

    /// Returns how long the phase still lasts; `None` when it has no end.
    pub fn remaining(&self, now: Instant) -> Option<Duration> {
        let whole = Duration::from_millis(self.view.remaining_ms);
        (self.view.remaining_ms > 0).then(|| whole.saturating_sub(now.saturating_duration_since(self.since)))
    }

    /// Returns whether a clock runs.
    pub fn is_timed(&self, now: Instant) -> bool {
        self.remaining(now).is_some_and(|remaining| !remaining.is_zero()) || self.stamp(now).is_some()
    }

    /// Returns whether something is animated now.
    pub fn moves(&self, now: Instant) -> bool {
        self.stamp(now).is_some_and(|stamp| stamp.moves(now))
            || self.results().is_some_and(|since| now.saturating_duration_since(since) < RESULTS_ANIMATION)
    }

    /// Returns whether the clock stands on a card over the sheet.
    pub fn has_card_with_clock(&self) -> bool {
        match self.view.phase {
            Phase::Gathering => true,
            Phase::Choosing => self.may_choose(),
            Phase::Revealed => self.view.rules.quiz.is_some(),
            Phase::Idle | Phase::Drawing | Phase::Over => false,
        }
    }

    /// Returns what the list of people shows of a player.
    pub fn of_person(&self, me: Author, author: Author) -> InGame {
        let player = |author| self.view.players.iter().find(|player| player.player == author);
        let plays = |author| player(author).is_some_and(|player| player.playing);
        let (quiz, drawn) = (self.is_quiz_turn(), matches!(self.view.phase, Phase::Choosing | Phase::Drawing));
        InGame {
            is_quiz_turn: quiz,
            draws: self.view.drawer == Some(author),
            solved: quiz && self.view.solved.contains(&author),
            score: player(author).filter(|_| quiz).map(|player| player.score),
            may_remove: drawn && author != me && plays(author) && plays(me),
            voted_to_remove: self.removed.0 == self.view.game && self.removed.1.contains(&author),
        }
    }
}

/// Returns whether a turn of a game is running or revealed.
pub fn has_turn(game: &GameView) -> bool {
    matches!(game.phase, Phase::Choosing | Phase::Drawing | Phase::Revealed)
}

/// Returns whether a game has points: a quiz that has begun.
pub fn has_points(game: &GameView) -> bool {
    game.rules.quiz.is_some() && game.round > 0
}

/// Returns whose turn the others ended between two views.
fn skipped(before: &GameView, now: &GameView) -> Option<Author> {
    let ran = has_turn(before) && before.phase != Phase::Revealed;
    let ended = now.phase == Phase::Revealed || now.turn != before.turn;
    now.skipped.filter(|_| ran && ended && before.game == now.game)
}

/// Returns whom the others removed between two views: nobody else leaves a running game. Newcomers who never took part
/// are no players of it when it is over.
fn removed(before: &GameView, now: &GameView) -> Vec<Author> {
    let over = now.phase == Phase::Over;
    if before.game != now.game || !has_turn(before) || !(has_turn(now) || over) {
        return Vec::new();
    }
    let stays = |player: Author| now.players.iter().any(|other| other.player == player);
    let left = before.players.iter().filter(|player| !stays(player.player) && (player.playing || !over));
    left.map(|player| player.player).collect()
}

/// Returns how long the phase of a game lasts as a whole.
fn whole(game: &GameView) -> Duration {
    match game.phase {
        // A person who enters in the middle of a turn sees how much of it is gone.
        Phase::Drawing => Duration::from_secs(u64::from(game.rules.seconds)),
        _ => Duration::from_millis(game.remaining_ms),
    }
}
