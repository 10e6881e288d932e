//! The bar above the sheet: whose turn it is, the word to guess, how long, and what one can do about it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use iced::widget::{Row, button, column, container, row, text};
use iced::{Alignment, Element, Length};
use inkmesh::game::{GameView, Phase};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;

use super::people::People;
use super::{Message, podium};
use crate::window::link::Step;
use crate::window::theme::{self, Look, style};
use crate::window::widget::stamp::Stamp;
use crate::window::widget::word_cells::Viewer;
use crate::window::widget::{countdown, word_cells};

/// Room for words, the word to guess and buttons in one row, in pixels.
const ONE_ROW: f32 = 600.0;
/// Room for two buttons and words beside them, in pixels.
const TWO_BUTTONS: f32 = 360.0;
/// Height of a row: of two lines of words and one of small print.
const ROW: f32 = 50.0;
/// Space above and below the rows.
const EDGE: f32 = 4.0;
/// Size of the clock.
const DIAL: f32 = 44.0;
/// Height of a row in a window that is tiny.
const TINY_ROW: f32 = 36.0;
/// Below this height of the window, parts take as little room as they can, in pixels.
pub const SHORT_BELOW: f32 = 560.0;
/// Below this height, what is not needed for what goes on is left out.
pub const TINY_BELOW: f32 = 360.0;

/// The game of a room.
#[derive(Debug)]
pub struct GameBar {
    pub(super) game: GameView,
    /// When the game was like this.
    since: Instant,
    /// How long the phase lasts as a whole, as far as it was seen.
    whole: Duration,
    /// The turn in which we voted to skip the drawer.
    voted: Option<(Option<OperationId>, u32)>,
    /// The turn whose word we chose.
    chose: Option<(Option<OperationId>, u32)>,
    /// Whom we voted to remove, and from which game.
    removed: (Option<OperationId>, BTreeSet<Author>),
    /// The word that we guessed.
    stamp: Option<Stamp>,
    /// Since when the results of a game that is over are shown.
    results: Option<Instant>,
    /// Whether the ways out of the game stand in the bar.
    exits: bool,
}

/// What happens on the bar and the cards of the game.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// Take a step.
    Step(Step),
    /// Show the results, or put them away.
    Results(bool),
    /// Show the ways out of the game, or put them away.
    Exits(bool),
}

/// Everything that the bar looks at.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The look.
    pub look: Look,
    /// The time.
    pub now: Instant,
    /// Our own key.
    pub me: Author,
    /// The people.
    pub people: &'a People,
    /// Whether we may draw now.
    pub may_draw: bool,
    /// Room for the bar, in pixels.
    pub width: f32,
    /// Height of the window, in pixels.
    pub height: f32,
}

impl Scene<'_> {
    /// What somebody is called, in short; nothing for nobody.
    pub fn name(&self, author: Option<Author>) -> String {
        author.map(|author| self.people.short_label(author, "")).unwrap_or_default()
    }

    /// Whether the window is so low that everything takes as little room as it can.
    pub fn short(&self) -> bool {
        self.height < SHORT_BELOW
    }

    /// Whether it is so low that there is hardly any room for the sheet.
    pub fn tiny(&self) -> bool {
        self.height < TINY_BELOW
    }

    /// Height of the bar. It depends on the window alone, so that the sheet below it keeps its place.
    pub fn bar(&self) -> f32 {
        let rows = match (self.width >= ONE_ROW, self.tiny()) {
            (true, _) => ROW,
            (false, false) => ROW + word_cells::HEIGHT,
            (false, true) => TINY_ROW + word_cells::HEIGHT,
        };
        2.0 * EDGE + rows
    }
}

/// What changed with another view of a game.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Somebody else draws than before, or the phase is another.
    pub turned: bool,
    /// We have words to choose from now.
    pub to_choose: bool,
    /// What we say is a guess now.
    pub to_guess: bool,
    /// Whose turn the others ended.
    pub skipped: Option<Author>,
    /// Whom the others removed.
    pub removed: Vec<Author>,
}

impl GameBar {
    /// No game.
    pub fn new(now: Instant) -> Self {
        GameBar {
            game: GameView::default(),
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

    /// The game is like this now.
    pub fn update(&mut self, game: GameView, now: Instant) -> Change {
        let before = &self.game;
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
        if turned || game.remaining_ms > self.game.remaining_ms {
            self.whole = whole(&game);
        }
        (self.game, self.since) = (game, now);
        Change { turned, to_choose, to_guess, skipped, removed }
    }

    /// Takes a press in; returns the step to take.
    pub fn press(&mut self, press: Press, now: Instant) -> Option<Step> {
        match press {
            Press::Results(shown) => self.results = shown.then_some(now),
            Press::Exits(shown) => self.exits = shown,
            Press::Step(step) => {
                self.exits &= !matches!(step, Step::Leave | Step::End);
                self.note(&step);
                return Some(step);
            }
        }
        None
    }

    /// Notes which turn and game a step is for: when it is answered, the next one may have come.
    fn note(&mut self, step: &Step) {
        let turn = Some((self.game.game, self.game.turn));
        match step {
            Step::Choose(_) => self.chose = turn,
            Step::Skip => self.voted = turn,
            Step::Kick(player) => {
                if self.removed.0 != self.game.game {
                    self.removed = (self.game.game, BTreeSet::new());
                }
                self.removed.1.insert(*player);
            }
            Step::Start(..) | Step::Ready | Step::Begin | Step::Pass | Step::Rematch | Step::Leave | Step::End => {}
        }
    }

    /// A step was taken.
    pub fn stepped(&mut self, step: &Step) {
        if let Step::Rematch = step {
            self.results = None;
        }
    }

    /// A step was refused.
    pub fn not_stepped(&mut self, step: &Step) {
        match step {
            Step::Choose(_) => self.chose = None,
            Step::Skip => self.voted = None,
            Step::Kick(player) => {
                self.removed.1.remove(player);
            }
            Step::Start(..) | Step::Ready | Step::Begin | Step::Pass | Step::Rematch | Step::Leave | Step::End => {}
        }
    }

    /// Who draws, if anybody does now.
    pub fn drawer(&self) -> Option<Author> {
        self.game.drawer
    }

    /// Whether a game goes on.
    pub fn runs(&self) -> bool {
        matches!(self.game.phase, Phase::Gathering | Phase::Choosing | Phase::Drawing | Phase::Revealed)
    }

    /// Whether a turn of a quiz is under way, or looked at.
    pub fn is_quiz_turn(&self) -> bool {
        self.game.rules.quiz.is_some() && matches!(self.game.phase, Phase::Choosing | Phase::Drawing | Phase::Revealed)
    }

    /// Whether what we say now is read by those who know the word alone.
    pub fn whispers(&self, me: Author) -> bool {
        self.is_quiz_turn()
            && self.game.phase == Phase::Drawing
            && (self.game.drawer == Some(me) || self.game.word.is_some())
    }

    /// Whether there are words for us to choose from, and none is chosen yet.
    pub fn may_choose(&self) -> bool {
        !self.game.offers.is_empty() && self.chose != Some((self.game.game, self.game.turn))
    }

    /// Whether the game can begin before everybody is ready, and it is for us to say so.
    pub fn may_begin(&self, me: Author) -> bool {
        self.game.phase == Phase::Gathering && self.game.proposer == Some(me) && self.game.players.len() >= 2
    }

    /// Whether we can say that we take part, in a game that gathers or runs.
    pub fn may_take_part(&self) -> bool {
        self.runs() && self.game.may_join
    }

    /// The step that brings the game on: begin now, end our own turn, or vote to skip the drawer.
    pub fn go_on(&self, me: Author) -> Option<Step> {
        match self.game.phase {
            Phase::Gathering => self.may_begin(me).then_some(Step::Begin),
            Phase::Choosing | Phase::Drawing if self.game.drawer == Some(me) => Some(Step::Pass),
            Phase::Choosing | Phase::Drawing => (self.game.joined && !self.has_voted()).then_some(Step::Skip),
            Phase::Idle | Phase::Revealed | Phase::Over => None,
        }
    }

    fn has_voted(&self) -> bool {
        self.voted == Some((self.game.game, self.game.turn))
    }

    /// Whether a game is over that had points.
    pub fn has_results(&self) -> bool {
        self.game.phase == Phase::Over && has_points(&self.game)
    }

    /// Whether the game that is over can be proposed again.
    pub fn may_repeat(&self) -> bool {
        self.game.phase == Phase::Over && (self.game.cancelled.is_some() || self.game.rules.quiz.is_some())
    }

    /// Whether we voted to remove somebody from this game.
    pub fn voted_to_remove(&self, player: Author) -> bool {
        self.removed.0 == self.game.game && self.removed.1.contains(&player)
    }

    /// The results of a game that is over are shown since then.
    pub fn results(&self) -> Option<Instant> {
        self.results.filter(|_| self.game.phase == Phase::Over)
    }

    /// The word that we guessed, as long as it is stamped.
    pub fn stamp(&self, now: Instant) -> Option<&Stamp> {
        self.stamp.as_ref().filter(|stamp| stamp.is_up(now))
    }

    /// How long the phase still lasts; `None` when it has no end.
    pub fn remaining(&self, now: Instant) -> Option<Duration> {
        let whole = Duration::from_millis(self.game.remaining_ms);
        (self.game.remaining_ms > 0).then(|| whole.saturating_sub(now.saturating_duration_since(self.since)))
    }

    /// Whether a clock runs.
    pub fn is_timed(&self, now: Instant) -> bool {
        self.remaining(now).is_some_and(|remaining| !remaining.is_zero()) || self.stamp(now).is_some()
    }

    /// Whether something moves now, frame by frame.
    pub fn moves(&self, now: Instant) -> bool {
        self.stamp(now).is_some_and(|stamp| stamp.moves(now))
            || self.results().is_some_and(|since| podium::draws_itself(now.saturating_duration_since(since)))
    }

    /// Whether the clock stands on a card over the sheet.
    fn has_card_with_clock(&self) -> bool {
        match self.game.phase {
            Phase::Gathering => true,
            Phase::Choosing => self.may_choose(),
            Phase::Revealed => self.game.rules.quiz.is_some(),
            Phase::Idle | Phase::Drawing | Phase::Over => false,
        }
    }

    /// The clock of the phase, if it has an end.
    pub fn clock<'a>(&self, look: Look, now: Instant, size: f32) -> Option<Element<'a, Message>> {
        self.remaining(now).map(|remaining| countdown::view(look, remaining, self.whole, size))
    }

    // ---- the bar ----

    /// The bar.
    pub fn view<'a>(&'a self, scene: Scene<'a>) -> Element<'a, Message> {
        let clock = self.own_clock(scene);
        let buttons = self.buttons(scene);
        // In a narrow bar the ways out take the place of the words, and in the narrowest any three buttons do.
        if self.exits && scene.width < ONE_ROW || buttons.len() > 2 && scene.width < TWO_BUTTONS {
            let exits = Row::with_children(buttons).spacing(8).wrap().vertical_spacing(4);
            let exits = container(exits).center_y(scene.bar() - 2.0 * EDGE);
            return container(exits)
                .padding([EDGE, 12.0])
                .width(Length::Fill)
                .style(style::card(scene.look.tones))
                .into();
        }
        let buttons = (!buttons.is_empty()).then(|| Row::with_children(buttons).spacing(8));
        let mask = self.is_quiz_turn() && self.game.mask.is_some();
        let cells = |width: f32| if mask { self.cells(scene, width.max(0.0)) } else { None };
        let content: Element<'_, Message> = if scene.width >= ONE_ROW {
            let row = row![self.words(scene, ROW)].push(cells(scene.width * 0.42)).push(buttons).push(clock);
            row.spacing(12).align_y(Alignment::Center).into()
        } else if scene.tiny() {
            let first = row![self.words(scene, TINY_ROW)].push(buttons).push(clock).spacing(8);
            column![first.align_y(Alignment::Center)].push(cells(scene.width)).into()
        } else {
            let first = row![self.words(scene, ROW)].push(clock).spacing(12).align_y(Alignment::Center);
            let room = if buttons.is_some() { scene.width - 170.0 } else { scene.width };
            let second = (mask || buttons.is_some()).then(|| {
                let left = container(column![].push(cells(room))).center_x(Length::Fill);
                row![left].push(buttons).spacing(8).height(word_cells::HEIGHT).align_y(Alignment::Center)
            });
            column![first].push(second).into()
        };
        // What is lower stands in the middle.
        let content = container(content).center_y(scene.bar() - 2.0 * EDGE).clip(true);
        container(content).padding([EDGE, 12.0]).width(Length::Fill).style(style::card(scene.look.tones)).into()
    }

    fn words<'a>(&self, scene: Scene<'_>, height: f32) -> Element<'a, Message> {
        let (headline, detail) = (self.headline(scene), self.detail(scene).filter(|_| !scene.tiny()));
        let under = style::under(scene.look.tones, &format!("{headline}{}", detail.as_deref().unwrap_or_default()));
        let wraps = |words: iced::widget::Text<'a>| words.wrapping(text::Wrapping::WordOrGlyph).line_height(1.15);
        let detail = detail.map(|words| wraps(theme::small(words, scene.look.tones.faded)));
        let size = if scene.tiny() { theme::SMALL } else { theme::BODY };
        let words = column![wraps(theme::strong(headline).size(size))].push(detail).width(Length::Fill);
        container(words).center_y(height).clip(true).style(under).into()
    }

    fn own_clock<'a>(&self, scene: Scene<'_>) -> Option<Element<'a, Message>> {
        let size = if scene.tiny() { 32.0 } else { DIAL };
        if self.has_card_with_clock() { None } else { self.clock(scene.look, scene.now, size) }
    }

    fn cells<'a>(&'a self, scene: Scene<'a>, width: f32) -> Option<Element<'a, Message>> {
        let mask = self.game.mask.as_ref()?;
        let word = self.game.word.as_ref().map(|word| word.text.as_str());
        let viewer = match word {
            Some(_) if self.game.drawer == Some(scene.me) && self.game.phase == Phase::Drawing => Viewer::Drawer,
            Some(_) => Viewer::Solver,
            None => Viewer::Guesser,
        };
        Some(word_cells::view(scene.look, mask, word, viewer, width))
    }

    fn buttons<'a>(&self, scene: Scene<'a>) -> Vec<Element<'a, Message>> {
        let may_exit = self.game.joined && has_turn(&self.game);
        if self.exits && may_exit {
            return self.exits(scene.look);
        }
        let more = may_exit.then(|| press_button(scene.look, "…".to_owned(), Some(Press::Exits(true)), false));
        self.actions(scene).into_iter().chain(more).collect()
    }

    /// The ways out of a game that runs.
    fn exits<'a>(&self, look: Look) -> Vec<Element<'a, Message>> {
        let button = |key, press| press_button(look, look.t(key), press, false);
        vec![
            button("game-leave", Some(Press::Step(Step::Leave))),
            match self.game.wants_end {
                true => button("game-voted-end", None),
                false => button("game-end", Some(Press::Step(Step::End))),
            },
            button("game-close", Some(Press::Exits(false))),
        ]
    }

    /// What can be done now.
    fn actions<'a>(&self, scene: Scene<'a>) -> Vec<Element<'a, Message>> {
        let look = scene.look;
        let step = |key, step, first| press_button(look, look.t(key), Some(Press::Step(step)), first);
        match self.game.phase {
            Phase::Idle => vec![plan_button(look)],
            Phase::Over => {
                // The podium has them.
                if self.results().is_some() {
                    return Vec::new();
                }
                let results = || press_button(look, look.t("game-results"), Some(Press::Results(true)), false);
                let again = self.game.cancelled.map(|_| step("game-again", Step::Rematch, false));
                has_points(&self.game).then(results).into_iter().chain(again).chain([plan_button(look)]).collect()
            }
            // The card over the sheet has them.
            Phase::Gathering => Vec::new(),
            Phase::Drawing if self.game.drawer == Some(scene.me) => vec![step("game-pass", Step::Pass, true)],
            // The card with the words has the button to pass.
            Phase::Choosing if self.may_choose() => Vec::new(),
            Phase::Choosing if self.game.drawer == Some(scene.me) => vec![step("game-pass-turn", Step::Pass, false)],
            Phase::Drawing | Phase::Choosing if self.has_voted() => {
                vec![press_button(look, look.t("game-voted"), None, false)]
            }
            Phase::Drawing | Phase::Choosing if self.game.joined => vec![step("game-skip", Step::Skip, false)],
            Phase::Drawing | Phase::Choosing | Phase::Revealed if self.game.may_join => {
                vec![step("game-join", Step::Ready, true)]
            }
            Phase::Drawing | Phase::Choosing | Phase::Revealed => Vec::new(),
        }
    }
}

/// Whether a turn of a game runs, or is looked at.
fn has_turn(game: &GameView) -> bool {
    matches!(game.phase, Phase::Choosing | Phase::Drawing | Phase::Revealed)
}

/// Whether a game has come to points: a quiz that began, wherever it ended.
fn has_points(game: &GameView) -> bool {
    game.rules.quiz.is_some() && game.round > 0
}

/// Whose turn the others ended between these two views.
fn skipped(before: &GameView, now: &GameView) -> Option<Author> {
    let ran = has_turn(before) && before.phase != Phase::Revealed;
    let ended = now.phase == Phase::Revealed || now.turn != before.turn;
    now.skipped.filter(|_| ran && ended && before.game == now.game)
}

/// Whom the others removed between these two views: nobody else leaves a game that runs. Newcomers who never came in are
/// no players of it when it is over.
fn removed(before: &GameView, now: &GameView) -> Vec<Author> {
    let over = now.phase == Phase::Over;
    if before.game != now.game || !has_turn(before) || !(has_turn(now) || over) {
        return Vec::new();
    }
    let stays = |player: Author| now.players.iter().any(|other| other.player == player);
    let left = before.players.iter().filter(|player| !stays(player.player) && (player.playing || !over));
    left.map(|player| player.player).collect()
}

/// How long the phase of a game lasts as a whole.
fn whole(game: &GameView) -> Duration {
    match game.phase {
        // Who comes in the middle of a turn sees how much of it is gone.
        Phase::Drawing => Duration::from_secs(u64::from(game.rules.seconds)),
        _ => Duration::from_millis(game.remaining_ms),
    }
}

/// The button that opens the dialog for a game.
pub fn plan_button<'a>(look: Look) -> Element<'a, Message> {
    button(theme::body(look.t("game-plan")))
        .on_press(Message::PlanGame)
        .padding([4, 12])
        .style(style::secondary(look.tones))
        .into()
}

/// A button of the game; without a press it only tells.
pub fn press_button<'a>(look: Look, words: String, press: Option<Press>, first: bool) -> Element<'a, Message> {
    let button = button(theme::body(words)).on_press_maybe(press.map(Message::Game)).padding([4, 12]);
    if first {
        button.style(style::primary(look.tones)).into()
    } else {
        button.style(style::secondary(look.tones)).into()
    }
}
