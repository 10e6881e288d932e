//! The bar above the sheet: whose turn it is, how long, and what one can do about it.

use std::time::{Duration, Instant};

use iced::widget::canvas::{self, Canvas, Frame, Geometry, Path, Stroke};
use iced::widget::{Row, Space, button, column, container, row};
use iced::{Alignment, Color, Element, Length, Radians, Rectangle, Renderer, Theme, mouse};
use inkmesh::game::{CancelReason, GameView, Phase, Rules};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;

use super::Message;
use super::people::People;
use super::surface::redraw_around;
use crate::window::link::Step;
use crate::window::theme::{self, Look, style};

/// Room for words and buttons in one row, in pixels.
const ONE_ROW: f32 = 520.0;
/// How much a press changes the seconds of a turn.
const SECONDS_STEP: u32 = 10;

/// The game of a room.
#[derive(Debug)]
pub struct GameBar {
    game: GameView,
    /// When the game was like this.
    since: Instant,
    /// The rules that are being thought of.
    form: Option<Rules>,
    /// The turn in which we voted to skip the drawer.
    voted: Option<(Option<OperationId>, u32)>,
}

/// What happens on the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Think of rules.
    Plan,
    /// Think of something else.
    Forget,
    /// More rounds, or fewer.
    Rounds(bool),
    /// More seconds, or fewer.
    Seconds(bool),
    /// Take a step.
    Step(Step),
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
}

impl GameBar {
    /// No game.
    pub fn new(now: Instant) -> Self {
        GameBar { game: GameView::default(), since: now, form: None, voted: None }
    }

    /// The game is like this now. Returns whether somebody else draws than before, or the phase is another.
    pub fn update(&mut self, game: GameView, now: Instant) -> bool {
        let turned = (game.game, game.phase, game.turn, game.drawer)
            != (self.game.game, self.game.phase, self.game.turn, self.game.drawer);
        if matches!(game.phase, Phase::Gathering | Phase::Choosing | Phase::Drawing | Phase::Revealed) {
            self.form = None;
        }
        (self.game, self.since) = (game, now);
        turned
    }

    /// Takes a press in; returns the step to take.
    pub fn press(&mut self, press: Press) -> Option<Step> {
        match press {
            Press::Plan => self.form = Some(Rules::default()),
            Press::Forget => self.form = None,
            Press::Rounds(more) => self.change(|rules| rules.rounds = stepped(rules.rounds, 1, more)),
            Press::Seconds(more) => self.change(|rules| rules.seconds = stepped(rules.seconds, SECONDS_STEP, more)),
            Press::Step(step) => return Some(step),
        }
        None
    }

    fn change(&mut self, change: impl FnOnce(&mut Rules)) {
        let Some(rules) = &mut self.form else { return };
        let mut changed = *rules;
        change(&mut changed);
        if changed.is_sound() {
            *rules = changed;
        }
    }

    /// A step was taken.
    pub fn stepped(&mut self, step: Step) {
        match step {
            Step::Start(_) => self.form = None,
            Step::Skip => self.voted = Some((self.game.game, self.game.turn)),
            Step::Ready | Step::Begin | Step::Pass => {}
        }
    }

    /// Who draws, if anybody does now.
    pub fn drawer(&self) -> Option<Author> {
        self.game.drawer
    }

    /// Whether it is our turn to draw.
    pub fn is_our_turn(&self, me: Author) -> bool {
        self.game.phase == Phase::Drawing && self.game.drawer == Some(me)
    }

    /// How long the phase still lasts; `None` when it has no end.
    fn remaining(&self, now: Instant) -> Option<Duration> {
        let whole = Duration::from_millis(self.game.remaining_ms);
        (self.game.remaining_ms > 0).then(|| whole.saturating_sub(now.saturating_duration_since(self.since)))
    }

    /// Whether a clock runs.
    pub fn is_timed(&self, now: Instant) -> bool {
        self.remaining(now).is_some_and(|remaining| !remaining.is_zero())
    }

    // ---- words ----

    /// What goes on.
    pub fn headline(&self, scene: Scene<'_>) -> String {
        let look = scene.look;
        let (rounds, seconds, round) = (self.game.rules.rounds, self.game.rules.seconds, self.game.round);
        let named = |author: Option<Author>| author.map_or_else(String::new, |author| scene.people.label(author, ""));
        let drawer = named(self.game.drawer);
        let mine = self.game.drawer == Some(scene.me);
        match self.game.phase {
            Phase::Idle if scene.may_draw => look.t("game-idle"),
            Phase::Idle => look.t("game-idle-closed"),
            Phase::Gathering if self.game.proposer == Some(scene.me) => {
                look.t_args("game-gathering-mine", [("rounds", rounds.into()), ("seconds", seconds.into())])
            }
            Phase::Gathering => look.t_args(
                "game-gathering",
                [("name", named(self.game.proposer).into()), ("rounds", rounds.into()), ("seconds", seconds.into())],
            ),
            Phase::Choosing if mine => look.t("game-choosing-mine"),
            Phase::Choosing => look.t_args("game-choosing", [("name", drawer.into())]),
            Phase::Drawing if mine => {
                look.t_args("game-drawing-mine", [("round", round.into()), ("rounds", rounds.into())])
            }
            Phase::Drawing => look
                .t_args("game-drawing", [("name", drawer.into()), ("round", round.into()), ("rounds", rounds.into())]),
            Phase::Revealed if mine => look.t("game-revealed-mine"),
            Phase::Revealed => look.t_args("game-revealed", [("name", drawer.into())]),
            Phase::Over => look.t(match self.game.cancelled {
                None => "game-over",
                Some(CancelReason::TooFewPlayers) => "game-cancelled",
                Some(CancelReason::Abandoned) => "game-abandoned",
                Some(CancelReason::TwoRosters) => "game-two-rosters",
            }),
        }
    }

    /// What that means for us.
    pub fn detail(&self, scene: Scene<'_>) -> Option<String> {
        let look = scene.look;
        match self.game.phase {
            Phase::Idle => None,
            Phase::Over => Some(look.t(if scene.may_draw { "game-over-free" } else { "game-over-closed" })),
            Phase::Gathering => {
                let names: Vec<String> =
                    self.game.players.iter().map(|player| scene.people.label(player.player, &player.name)).collect();
                Some(look.t_args("game-ready-are", [("names", names.join(", ").into())]))
            }
            Phase::Choosing | Phase::Drawing | Phase::Revealed if scene.may_draw => Some(look.t("game-you-may-draw")),
            Phase::Drawing | Phase::Choosing => {
                let name = self.game.drawer.map(|author| scene.people.label(author, "")).unwrap_or_default();
                Some(look.t_args("game-only-drawer", [("name", name.into())]))
            }
            Phase::Revealed => Some(look.t("game-soon-next")),
        }
    }

    // ---- the bar ----

    /// The bar.
    pub fn view<'a>(&'a self, scene: Scene<'a>) -> Element<'a, Message> {
        let tones = scene.look.tones;
        let content = match self.form {
            Some(rules) => form(scene, rules),
            None => self.told(scene),
        };
        container(content).padding([8, 12]).width(Length::Fill).style(style::card(tones)).into()
    }

    fn told<'a>(&'a self, scene: Scene<'a>) -> Element<'a, Message> {
        let headline = self.headline(scene);
        let under = style::under(scene.look.tones, &headline);
        let mut words = column![theme::strong(headline)].width(Length::Fill);
        if let Some(detail) = self.detail(scene) {
            words = words.push(theme::small(detail, scene.look.tones.faded));
        }
        let clock = self.remaining(scene.now).map(|remaining| self.clock(scene.look, remaining));
        let buttons = Row::with_children(self.buttons(scene)).spacing(8);
        if scene.width >= ONE_ROW {
            row![container(words).style(under)].push(clock).push(buttons).spacing(12).align_y(Alignment::Center).into()
        } else {
            let first = row![container(words).style(under)].push(clock).spacing(12).align_y(Alignment::Center);
            column![first, buttons].spacing(8).into()
        }
    }

    fn buttons<'a>(&self, scene: Scene<'a>) -> Vec<Element<'a, Message>> {
        let (look, me) = (scene.look, scene.me);
        let step = |key, step, first| press_button(look, look.t(key), Some(Press::Step(step)), first);
        match self.game.phase {
            Phase::Idle | Phase::Over => {
                vec![press_button(look, look.t("game-plan"), Some(Press::Plan), false)]
            }
            Phase::Gathering => {
                let mut buttons = Vec::new();
                if !self.game.joined {
                    buttons.push(step("game-ready", Step::Ready, true));
                }
                if self.game.proposer == Some(me) {
                    let enough = (self.game.players.len() >= 2).then_some(Press::Step(Step::Begin));
                    buttons.push(press_button(look, look.t("game-begin"), enough, true));
                }
                buttons
            }
            Phase::Drawing | Phase::Choosing if self.game.drawer == Some(me) => {
                vec![step("game-pass", Step::Pass, true)]
            }
            Phase::Drawing | Phase::Choosing if self.voted == Some((self.game.game, self.game.turn)) => {
                vec![press_button(look, look.t("game-voted"), None, false)]
            }
            Phase::Drawing | Phase::Choosing if self.game.joined => vec![step("game-skip", Step::Skip, false)],
            Phase::Drawing | Phase::Choosing | Phase::Revealed if !self.game.joined => {
                vec![step("game-join", Step::Ready, true)]
            }
            Phase::Drawing | Phase::Choosing | Phase::Revealed => Vec::new(),
        }
    }

    fn clock<'a>(&self, look: Look, remaining: Duration) -> Element<'a, Message> {
        let whole = f64::from(self.game.rules.seconds.max(1));
        let share = match self.game.phase {
            Phase::Drawing => (remaining.as_secs_f64() / whole).clamp(0.0, 1.0) as f32,
            _ => 0.0,
        };
        // Rounded up, so that the last second reads 1 and not 0.
        let seconds = remaining.as_millis().div_ceil(1000);
        let color = if seconds <= 10 { look.tones.seal } else { look.tones.ink };
        let dial = Canvas::new(Dial { share, line: look.tones.line, color }).width(44).height(44);
        let number = container(theme::strong(seconds.to_string()).color(color)).center(44);
        iced::widget::stack![dial, number].into()
    }
}

/// The rules that are being thought of.
fn form(scene: Scene<'_>, rules: Rules) -> Element<'_, Message> {
    let look = scene.look;
    let number = |key, value: u32, press: fn(bool) -> Press| {
        let sign = |sign: &'static str, more| {
            button(theme::strong(sign).center())
                .on_press(Message::Game(press(more)))
                .width(32)
                .padding(4)
                .style(style::secondary(look.tones))
        };
        let value = theme::strong(value.to_string()).width(36).center();
        row![theme::body(look.t(key)), sign("−", false), value, sign("+", true)].spacing(8).align_y(Alignment::Center)
    };
    let numbers =
        row![number("game-rounds", rules.rounds, Press::Rounds), number("game-seconds", rules.seconds, Press::Seconds)]
            .spacing(16);
    let buttons = row![
        press_button(look, look.t("game-forget"), Some(Press::Forget), false),
        press_button(look, look.t("game-propose"), Some(Press::Step(Step::Start(rules))), true),
    ]
    .spacing(8);
    if scene.width >= ONE_ROW + 80.0 {
        row![numbers, Space::new().width(Length::Fill), buttons].spacing(16).align_y(Alignment::Center).into()
    } else {
        column![numbers.wrap().vertical_spacing(8), buttons].spacing(8).into()
    }
}

fn press_button<'a>(look: Look, words: String, press: Option<Press>, first: bool) -> Element<'a, Message> {
    let button = button(theme::body(words)).on_press_maybe(press.map(Message::Game)).padding([4, 12]);
    if first {
        button.style(style::primary(look.tones)).into()
    } else {
        button.style(style::secondary(look.tones)).into()
    }
}

/// One step up or down, never below the step's own size.
fn stepped(value: u32, step: u32, more: bool) -> u32 {
    if more { value + step } else { value.saturating_sub(step).max(step) }
}

/// A ring of ink that runs dry.
struct Dial {
    /// How much ink is left, 0 to 1.
    share: f32,
    line: Color,
    color: Color,
}

impl canvas::Program<Message> for Dial {
    type State = ();

    fn draw(
        &self,
        (): &(),
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let mut frame = Frame::new(renderer, bounds.size());
        redraw_around(&mut frame, Rectangle::with_size(bounds.size()));
        let (center, radius) = (frame.center(), bounds.width / 2.0 - 3.0);
        frame.stroke(&Path::circle(center, radius), Stroke::default().with_width(1.0).with_color(self.line));
        if self.share > 0.0 {
            let top = -std::f32::consts::FRAC_PI_2;
            let arc = canvas::path::Arc {
                center,
                radius,
                start_angle: Radians(top),
                end_angle: Radians(top + std::f32::consts::TAU * self.share),
            };
            let path = Path::new(|builder| builder.arc(arc));
            frame.stroke(&path, Stroke::default().with_width(4.0).with_color(self.color));
        }
        vec![frame.into_geometry()]
    }
}
