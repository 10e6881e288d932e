//! The view of the setup dialog.

use iced::widget::{Row, column, container, row, text, text_editor};
use iced::{Alignment, Element, Length};
use inkmesh::words::BuiltIn;

use super::setup::{FileError, Message, Number, Preset, Problem, Setup};
use crate::text::{command_error, grouped, pack_error};
use crate::window::theme::{self, Look, style};
use crate::window::widget::{focusable, parts};

/// The id of the first field: the rounds.
pub const ROUNDS_FIELD: &str = "rounds-field";
/// The id of the field for the path of a file.
const PATH_FIELD: &str = "path-field";
/// Width of one number with its label.
const CELL: f32 = 148.0;

/// Returns the rules and words to choose.
pub fn content(setup: &Setup, look: Look) -> Element<'_, Message> {
    let quiz = setup.is_quiz();
    let kinds = [("plan-quiz", true), ("plan-turns", false)]
        .map(|(key, kind)| choice(look, look.t(key), quiz == kind, Message::Quiz(kind)));
    let kinds = Row::with_children(kinds).spacing(8);
    let what = if quiz { "plan-quiz-what" } else { "plan-turns-what" };
    let kind = column![kinds, theme::small(look.t(what), look.colors.muted)].spacing(8);
    let mut parts = column![kind].spacing(20);
    if quiz {
        parts = parts.push(part(look, "plan-presets", presets(setup, look)));
    }
    parts = parts.push(numbers(setup, look));
    if quiz {
        parts = parts.push(part(look, "plan-words", words(setup, look)));
    }
    parts.into()
}

fn part<'a>(look: Look, key: &str, content: Element<'a, Message>) -> Element<'a, Message> {
    column![theme::small(look.t(key), look.colors.muted), content].spacing(8).into()
}

/// Returns the buttons below, and why the game can't begin. `running` is whether one has begun meanwhile, `narrow` whether
/// the words stand above the buttons. The message `close` closes the dialog.
pub fn foot<'a, M: Clone + 'a>(
    setup: &'a Setup,
    look: Look,
    running: bool,
    narrow: bool,
    (start, close): (M, M),
) -> Element<'a, M> {
    let language = look.language;
    let (words, color) = match (&setup.error, setup.problem()) {
        _ if running => (look.t("error-game-running"), look.colors.warning),
        (Some(error), _) => (command_error(language, error), look.colors.accent),
        (None, Some(Problem::Number)) => (look.t("plan-number-wrong"), look.colors.accent),
        (None, Some(Problem::NoWords)) => (look.t("plan-no-words"), look.colors.accent),
        (None, Some(Problem::Own(error))) => (pack_error(language, error), look.colors.accent),
        (None, None) => (look.t("plan-hint"), look.colors.muted),
    };
    let words = theme::small(words, color).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
    let may_start = !running && setup.problem().is_none();
    let cancel = parts::secondary(look, theme::body(look.t("plan-cancel")), close.clone()).padding([8, 16]);
    let may_start = may_start.then(|| start.clone());
    let start_button = parts::primary(look, theme::body(look.t("plan-start")), may_start).padding([8, 16]);
    let start_button = focusable(start_button, start, look.colors.text);
    let buttons = row![focusable(cancel, close, look.colors.accent), start_button].spacing(8);
    match narrow {
        true => column![words, buttons].spacing(4).into(),
        false => row![words, buttons].spacing(8).align_y(Alignment::Center).into(),
    }
}

fn presets(setup: &Setup, look: Look) -> Element<'_, Message> {
    let presets = Preset::ALL.map(|preset| {
        let chosen = setup.choice.rules == preset.rules();
        choice(look, preset.name().to_owned(), chosen, Message::Preset(preset))
    });
    Row::with_children(presets).spacing(8).into()
}

fn numbers(setup: &Setup, look: Look) -> Element<'_, Message> {
    let numbers = Number::ALL.into_iter().filter(|number| setup.is_quiz() || !number.is_of_quiz());
    let cells = Row::with_children(numbers.map(|number| cell(setup, look, number)));
    let close = setup.choice.rules.quiz.map(|quiz| {
        let words = look.t("plan-close");
        check(look, words, quiz.close, Message::TellClose(!quiz.close))
    });
    column![cells.spacing(12).wrap().vertical_spacing(12)].push(close).spacing(12).into()
}

/// Returns a field for a number with buttons to change it.
fn cell(setup: &Setup, look: Look, number: Number) -> Element<'_, Message> {
    let key = match number {
        Number::Rounds => "plan-rounds",
        Number::Seconds => "plan-seconds",
        Number::Offered => "plan-offered",
        Number::Hints => "plan-hints",
        Number::Players => "plan-players",
        Number::Idle => "plan-idle",
    };
    let sound = setup.is_number_sound(number);
    let mut field = parts::field(look, "", &setup.number(number))
        .on_input(move |text| Message::Typed(number, text))
        .on_submit(Message::Start)
        .padding([4, 8])
        .width(56)
        .align_x(Alignment::Center);
    if number == Number::Rounds {
        field = field.id(ROUNDS_FIELD);
    }
    let sign = |sign: &'static str, more| {
        parts::secondary(look, theme::strong(sign).center(), Message::Step(number, more)).width(32).padding(4)
    };
    let (least, most) = number.bounds(setup.is_quiz());
    let bounds = match number {
        Number::Idle => look.t("plan-idle-bounds"),
        _ => look.t_args("plan-bounds", [("least", least.into()), ("most", most.into())]),
    };
    let color = if sound { look.colors.muted } else { look.colors.accent };
    column![
        theme::small(look.t(key), look.colors.text),
        row![sign("−", false), field, sign("+", true)].spacing(4).align_y(Alignment::Center),
        theme::small(bounds, color),
    ]
    .spacing(4)
    .width(CELL)
    .into()
}

fn words(setup: &Setup, look: Look) -> Element<'_, Message> {
    let choice = &setup.choice;
    let packs = BuiltIn::ALL.map(|pack| {
        let (key, chosen) = match pack {
            BuiltIn::En => ("plan-pack-en", choice.english),
            BuiltIn::Ko => ("plan-pack-ko", choice.korean),
        };
        let count = grouped(pack.words().len() as u64);
        check(look, look.t_args(key, [("count", count.into())]), chosen, Message::Pack(pack))
    });
    let own = check(look, look.t("plan-own"), choice.own, Message::Own);
    let packs = Row::with_children(packs).push(own).spacing(8).wrap().vertical_spacing(8);
    column![packs].push(choice.own.then(|| own_words(setup, look))).spacing(12).into()
}

fn own_words(setup: &Setup, look: Look) -> Element<'_, Message> {
    let editor = text_editor(&setup.words)
        .placeholder(look.t("plan-own-placeholder"))
        .on_action(Message::Edit)
        .size(theme::BODY)
        .padding(8)
        .height(112)
        .style(style::editor(look.colors));
    let path = parts::field(look, &look.t("plan-path"), &setup.path).id(PATH_FIELD).padding([4, 8]);
    let path = path.on_input(Message::Path).on_submit(Message::OpenFile);
    let may_open = (!setup.path.trim().is_empty()).then_some(Message::OpenFile);
    let open = parts::secondary(look, theme::body(look.t("plan-open")), may_open).padding([4, 12]);
    let language = look.language;
    let below = match (&setup.file_error, setup.own_words()) {
        (Some(FileError::Unreadable(reason)), _) => {
            Some((look.t_args("plan-unreadable", [("reason", reason.as_str().into())]), look.colors.accent))
        }
        (Some(FileError::NoPack(error)), _) => Some((pack_error(language, error), look.colors.accent)),
        (None, Ok(count)) => Some((look.t_args("plan-own-count", [("count", count.into())]), look.colors.success)),
        // It stands beside the button that it disables.
        (None, Err(_)) => None,
    };
    let below = below.map(|(words, color)| theme::small(words, color).wrapping(text::Wrapping::WordOrGlyph));
    let how = theme::small(look.t("plan-own-how"), look.colors.muted).wrapping(text::Wrapping::WordOrGlyph);
    let path = row![path, open].spacing(8).align_y(Alignment::Center);
    column![editor].push(below).push(path).push(how).spacing(8).into()
}

/// Returns a button for one of several choices.
fn choice<'a>(look: Look, words: String, chosen: bool, message: Message) -> Element<'a, Message> {
    parts::choice(look, words, chosen, [6, 14], message)
}

/// Returns a check box.
fn check<'a>(look: Look, words: String, chosen: bool, message: Message) -> Element<'a, Message> {
    let mark = container(chosen.then(|| theme::sign("✔").size(theme::SMALL).color(look.colors.on_accent)))
        .center(18)
        .style(style::check(look.colors, chosen));
    let words = row![mark, theme::body(words)].spacing(8).align_y(Alignment::Center);
    let button = parts::quiet(look, words, message.clone()).padding([4, 8]);
    focusable(button, message, look.colors.accent)
}
