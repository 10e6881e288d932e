//! The tools below the sheet.

use iced::widget::{Column, Row, Space, button, column, container, row, space, text};
use iced::{Alignment, Color, Element, Length};
use inkmesh::canvas::{self, Tool};

use super::Message;
use super::drawing::Press;
use super::tools::{COLORS, Choice, Held, Popup, Tools, WIDTHS};
use crate::window::ink::lens::Lens;
use crate::window::theme::{self, Look, style};
use crate::window::widget::opaque;
use crate::window::widget::parts::hint;

/// Length of a colour's side, in pixels.
const WELL: f32 = 20.0;
/// Space between colours.
const BETWEEN: f32 = 3.0;
/// Height of all colours.
const COLORS_HEIGHT: f32 = 2.0 * WELL + BETWEEN;
/// Height of the tools in one row.
const STRIP: f32 = 36.0;
/// Height of those with the space around them.
pub const FOLDED: f32 = STRIP + 8.0;

/// What can be taken into the hand, its sign, and the key of its words.
const CHOICES: [(Choice, &str, &str); 7] = [
    (Choice::Tool(Tool::Pen), "✎", "tool-pen"),
    (Choice::Tool(Tool::Eraser), "⌫", "tool-eraser"),
    (Choice::Tool(Tool::Line), "╱", "tool-line"),
    (Choice::Tool(Tool::Rectangle), "▭", "tool-rectangle"),
    (Choice::Tool(Tool::Ellipse), "◯", "tool-ellipse"),
    (Choice::Fill, "▨", "tool-fill"),
    (Choice::Dropper, "⌖", "tool-dropper"),
];

/// What can be done to the sheet, its sign, and the key of its words.
type Deed = (Press, &'static str, &'static str);
const SAVE: Deed = (Press::Save, "💾", "tool-save");
const ACTIONS: [Deed; 4] =
    [(Press::Undo, "↶", "tool-undo"), (Press::Redo, "↷", "tool-redo"), (Press::Clear, "🗑", "tool-clear"), SAVE];

/// What the tools go by.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// The look.
    pub look: Look,
    /// Whether we may draw.
    pub may_draw: bool,
    /// Whether the sheet is that of somebody's turn.
    pub is_of_a_turn: bool,
    /// Whether there is room for one row only: tools, widths and colours fold then.
    pub folded: bool,
}

/// The tools; those that draw are without effect where we may not, and it is said why. Their height is the same in
/// both cases, so that the sheet above them keeps its place.
pub fn view(tools: &Tools, scene: Scene) -> Element<'_, Message> {
    let (content, padding): (Element<'_, Message>, _) = if scene.folded {
        (strip(tools, scene), [4, 12])
    } else {
        let groups = [held(tools, scene), widths(tools, scene), actions(scene)];
        let groups = Row::with_children(groups).spacing(12).align_y(Alignment::Center).wrap().vertical_spacing(8);
        let below = if scene.may_draw { colors(tools, scene.look) } else { reason(scene, theme::BODY) };
        (column![groups, container(below).center_y(COLORS_HEIGHT)].spacing(8).into(), [8, 12])
    };
    container(content).padding(padding).width(Length::Fill).style(style::card(scene.look.tones)).into()
}

/// One row: what is held, which unfolds the rest, and what is done to the sheet.
fn strip(tools: &Tools, scene: Scene) -> Element<'_, Message> {
    let look = scene.look;
    if !scene.may_draw {
        let reason = container(reason(scene, theme::SMALL)).width(Length::Fill);
        return row![reason, action(scene, SAVE)].spacing(8).height(STRIP).align_y(Alignment::Center).into();
    }
    let sign = match tools.held {
        Held::Mark(tool) => CHOICES.iter().find(|(choice, ..)| *choice == Choice::Tool(tool)),
        Held::Fill => CHOICES.iter().find(|(choice, ..)| *choice == Choice::Fill),
        Held::Dropper => CHOICES.iter().find(|(choice, ..)| *choice == Choice::Dropper),
    };
    let sign = theme::sign(sign.map_or("✎", |(_, sign, _)| sign)).size(18);
    let [red, green, blue] = tools.color.0;
    let ink = container(Space::new().width(WELL).height(WELL))
        .style(style::pill(Color::from_rgb8(red, green, blue), look.tones.ink));
    let more = row![sign, ink, theme::sign("▾").size(theme::SMALL)].spacing(8).align_y(Alignment::Center);
    let unfolded = matches!(tools.popup, Some(Popup::Tools));
    let more = button(more).on_press(Message::Sheet(Press::Unfold)).height(32).padding([4, 8]);
    let more = hint(look, more.style(style::choice(look.tones, unfolded)), look.t("tool-more"));
    row![more, space::horizontal(), actions(scene)].spacing(8).height(STRIP).align_y(Alignment::Center).into()
}

/// What lies over the sheet, at its foot.
pub fn popup(tools: &Tools, scene: Scene) -> Option<Element<'_, Message>> {
    let look = scene.look;
    let card = match tools.popup.as_ref()? {
        Popup::Colors(picker) => picker.view(look, tools.color).map(Message::Mix),
        Popup::Clear => clear(look),
        Popup::Tools if scene.folded && scene.may_draw => unfolded(tools, scene),
        Popup::Tools => return None,
    };
    Some(container(opaque(card)).center_x(Length::Fill).align_bottom(Length::Fill).padding(8).into())
}

/// The tools, widths and colours that a strip has no room for.
fn unfolded(tools: &Tools, scene: Scene) -> Element<'_, Message> {
    let groups = Row::with_children([held(tools, scene), widths(tools, scene)]).spacing(12);
    let groups = groups.align_y(Alignment::Center).wrap().vertical_spacing(8);
    let content = column![groups, colors(tools, scene.look)].spacing(8);
    container(content).padding(12).style(style::dialog(scene.look.tones)).into()
}

fn reason(scene: Scene, size: f32) -> Element<'static, Message> {
    let key = if scene.is_of_a_turn { "tools-of-the-drawer" } else { "tools-of-nobody" };
    let words = theme::body(scene.look.t(key)).size(size).line_height(1.15);
    words.color(scene.look.tones.faded).wrapping(text::Wrapping::WordOrGlyph).into()
}

fn held(tools: &Tools, scene: Scene) -> Element<'_, Message> {
    let choices = CHOICES.map(|(choice, icon, words)| {
        let chosen = match choice {
            Choice::Tool(tool) => tools.held == Held::Mark(tool),
            Choice::Fill => tools.held == Held::Fill,
            Choice::Dropper => tools.held == Held::Dropper,
            Choice::Color(_) | Choice::Width(_) | Choice::Wider(_) => false,
        };
        // Taking up a colour is looking, not drawing.
        let press = (scene.may_draw || choice == Choice::Dropper).then_some(Message::Choose(choice));
        let button = button(theme::sign(icon).size(18).center()).on_press_maybe(press).width(34).height(32).padding(4);
        hint(scene.look, button.style(style::choice(scene.look.tones, chosen)), scene.look.t(words))
    });
    Row::with_children(choices).spacing(4).into()
}

fn widths(tools: &Tools, scene: Scene) -> Element<'_, Message> {
    let look = scene.look;
    let widths = WIDTHS.iter().enumerate().map(|(number, &width)| {
        let button = button(dot(look, width, scene.may_draw))
            .on_press_maybe(scene.may_draw.then_some(Message::Choose(Choice::Width(number))))
            .padding(0)
            .style(style::choice(look.tones, tools.width == width));
        hint(look, button, look.t_args("tool-width", [("number", (number + 1).into())]))
    });
    let exact = theme::small(tools.width.to_string(), look.tones.faded).width(24).align_x(Alignment::End);
    let exact = hint(look, exact, look.t("tool-width-wheel"));
    row![Row::with_children(widths).spacing(2), exact].spacing(2).align_y(Alignment::Center).into()
}

fn actions(scene: Scene) -> Element<'static, Message> {
    Row::with_children(ACTIONS.map(|one| action(scene, one))).spacing(4).into()
}

fn action(scene: Scene, (press, icon, words): Deed) -> Element<'static, Message> {
    // Saving is looking, not drawing.
    let enabled = scene.may_draw || press == Press::Save;
    let button = button(theme::sign(icon).size(18).center())
        .on_press_maybe(enabled.then_some(Message::Sheet(press)))
        .width(34)
        .height(32)
        .padding(4)
        .style(style::quiet(scene.look.tones));
    hint(scene.look, button, scene.look.t(words))
}

fn colors(tools: &Tools, look: Look) -> Element<'_, Message> {
    let rows = COLORS.iter().map(|colors| {
        let wells =
            colors.iter().map(|&color| well(look, color, tools.color == color, Message::Choose(Choice::Color(color))));
        Row::with_children(wells).spacing(BETWEEN).into()
    });
    let rows = Column::with_children(rows).spacing(BETWEEN);
    let free = tools.free.unwrap_or(tools.color);
    let chosen = tools.free == Some(tools.color);
    let [red, green, blue] = free.0;
    // Larger, so that it is seen to be another thing.
    let side = COLORS_HEIGHT;
    let plus = theme::strong("+").size(theme::TITLE).color(on(free)).center();
    let mixed = button(plus)
        .on_press(Message::Sheet(Press::Mix))
        .width(side)
        .height(side)
        .padding(0)
        .style(style::well(look.tones, Color::from_rgb8(red, green, blue), chosen));
    row![rows, hint(look, mixed, look.t("tool-mix"))].spacing(8).align_y(Alignment::Center).into()
}

fn well(look: Look, color: canvas::Color, chosen: bool, press: Message) -> Element<'static, Message> {
    let [red, green, blue] = color.0;
    button(Space::new().width(WELL).height(WELL))
        .on_press(press)
        .padding(0)
        .style(style::well(look.tones, Color::from_rgb8(red, green, blue), chosen))
        .into()
}

/// Black or white, whichever is seen on a colour.
fn on(color: canvas::Color) -> Color {
    let [red, green, blue] = color.0.map(u32::from);
    if 3 * red + 6 * green + blue > 1275 { Color::BLACK } else { Color::WHITE }
}

/// A width as a dot: not to scale, but in order.
fn dot(look: Look, width: u16, enabled: bool) -> Element<'static, Message> {
    let size = 3.0 + f32::from(width).sqrt() * 2.0;
    let color = if enabled { look.tones.ink } else { look.tones.faded };
    let dot = container(Space::new().width(size).height(size)).style(style::pill(color, color));
    container(dot).center_x(26).center_y(32).into()
}

/// How large the sheet is shown, and a way back to the whole of it.
pub fn zoom(lens: Lens, look: Look) -> Option<Element<'static, Message>> {
    let percent = (lens.zoom() * 100.0).round() as u32;
    let words = look.t_args("zoom-whole", [("percent", percent.into())]);
    let whole = button(theme::small(words, look.tones.ink)).on_press(Message::Sheet(Press::Whole)).padding([4, 12]);
    let whole = whole.style(style::secondary(look.tones));
    lens.is_close().then(|| container(whole).align_right(Length::Fill).padding(8).into())
}

/// Others' ink is on the free sheet too.
fn clear(look: Look) -> Element<'static, Message> {
    let choice = |key, press| button(theme::body(look.t(key))).on_press(Message::Sheet(press)).padding([8, 16]);
    let clear = choice("clear-do", Press::ReallyClear).style(style::primary(look.tones));
    let keep = choice("clear-keep", Press::ClosePopup).style(style::secondary(look.tones));
    let words = theme::body(look.t("clear-really")).wrapping(text::Wrapping::WordOrGlyph);
    let content = column![words, row![keep, clear].spacing(8)].spacing(12);
    container(content).padding(16).max_width(420).style(style::dialog(look.tones)).into()
}
