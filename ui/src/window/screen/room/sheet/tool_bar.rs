//! The view of the tools, below the sheet.

use iced::widget::{Column, Row, Space, button, column, container, row, space, text};
use iced::{Alignment, Color, Element, Length};
use inkmesh::canvas::{self, Tool};

use super::message::Message;
use super::tools::{Active, COLORS, Choice, Popup, Tools, WIDTHS};
use crate::window::render::viewport::Viewport;
use crate::window::theme::{self, Look, palette, style};
use crate::window::widget::opaque;
use crate::window::widget::parts::{dot, hint, primary, secondary, sign_button, small_button};

/// Side of a colour's square, in pixels.
const WELL: f32 = 20.0;
/// Space between colours.
const BETWEEN: f32 = 3.0;
/// Height of all colours.
const COLORS_HEIGHT: f32 = 2.0 * WELL + BETWEEN;
/// Height of the row of a folded bar.
const ROW: f32 = 36.0;
/// Height of a folded bar.
pub const STRIP_HEIGHT: f32 = ROW + 8.0;

/// The tools, each with its sign and the key of its words.
const CHOICES: [(Choice, &str, &str); 7] = [
    (Choice::Tool(Tool::Pen), "✎", "tool-pen"),
    (Choice::Tool(Tool::Eraser), "⌫", "tool-eraser"),
    (Choice::Tool(Tool::Line), "╱", "tool-line"),
    (Choice::Tool(Tool::Rectangle), "▭", "tool-rectangle"),
    (Choice::Tool(Tool::Ellipse), "◯", "tool-ellipse"),
    (Choice::Fill, "▨", "tool-fill"),
    (Choice::Dropper, "⌖", "tool-dropper"),
];

/// An action on the sheet, its sign, and the key of its words.
type SheetAction = (Message, &'static str, &'static str);
const SAVE: SheetAction = (Message::Save, "💾", "tool-save");
const ACTIONS: [SheetAction; 4] =
    [(Message::Undo, "↶", "tool-undo"), (Message::Redo, "↷", "tool-redo"), (Message::Clear, "🗑", "tool-clear"), SAVE];

/// What the tools are shown with.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    pub look: Look,
    /// True if we may draw.
    pub may_draw: bool,
    /// True if the sheet is that of somebody's turn.
    pub is_of_a_turn: bool,
    /// True if there is room for one row only, so that tools, widths and colours are folded.
    pub folded: bool,
}

/// Returns the tools. Those that draw are disabled where we may not draw, with the reason. The height is the same in both
/// cases, so that the sheet above keeps its place.
pub fn view(tools: &Tools, context: Context) -> Element<'_, Message> {
    let (content, padding): (Element<'_, Message>, _) = if context.folded {
        (strip(tools, context), [4, 12])
    } else {
        let groups = [tool_buttons(tools, context), widths(tools, context), actions(context)];
        let groups = Row::with_children(groups).spacing(12).align_y(Alignment::Center).wrap().vertical_spacing(8);
        let below = if context.may_draw { colors(tools, context.look) } else { reason(context, theme::BODY) };
        (column![groups, container(below).center_y(COLORS_HEIGHT)].spacing(8).into(), [8, 12])
    };
    container(content).padding(padding).width(Length::Fill).style(style::card(context.look.colors)).into()
}

/// Returns one row: the active tool, which unfolds the others, and the actions on the sheet.
fn strip(tools: &Tools, context: Context) -> Element<'_, Message> {
    let look = context.look;
    if !context.may_draw {
        let reason = container(reason(context, theme::SMALL)).width(Length::Fill);
        return row![reason, action(context, SAVE)].spacing(8).height(ROW).align_y(Alignment::Center).into();
    }
    let sign = match tools.active {
        Active::Brush(tool) => CHOICES.iter().find(|(choice, ..)| *choice == Choice::Tool(tool)),
        Active::Fill => CHOICES.iter().find(|(choice, ..)| *choice == Choice::Fill),
        Active::Dropper => CHOICES.iter().find(|(choice, ..)| *choice == Choice::Dropper),
    };
    let sign = theme::sign(sign.map_or("✎", |(_, sign, _)| sign)).size(18);
    // A black or white dot would not be seen on a bar of that colour.
    let color = container(dot(WELL, palette::shown(tools.color))).padding(2);
    let color = color.style(style::ring(look.colors, look.colors.border));
    let more = row![sign, color, theme::sign("▾").size(theme::SMALL)].spacing(8).align_y(Alignment::Center);
    let unfolded = matches!(tools.popup, Some(Popup::Tools));
    let more = button(more).on_press(Message::Unfold).height(32).padding([4, 8]);
    let more = hint(look, more.style(style::choice(look.colors, unfolded)), look.t("tool-more"));
    row![more, space::horizontal(), actions(context)].spacing(8).height(ROW).align_y(Alignment::Center).into()
}

/// Returns the open popup, at the foot of the sheet.
pub fn popup(tools: &Tools, context: Context) -> Option<Element<'_, Message>> {
    let look = context.look;
    let card = match tools.popup.as_ref()? {
        Popup::Colors(picker) => picker.view(look, tools.color).map(Message::Colors),
        Popup::Clear => clear(look),
        Popup::Tools if context.folded && context.may_draw => unfolded(tools, context),
        Popup::Tools => return None,
    };
    Some(container(opaque(card)).center_x(Length::Fill).align_bottom(Length::Fill).padding(8).into())
}

/// Returns the tools, widths and colours that a folded bar has no room for.
fn unfolded(tools: &Tools, context: Context) -> Element<'_, Message> {
    let groups = Row::with_children([tool_buttons(tools, context), widths(tools, context)]).spacing(12);
    let groups = groups.align_y(Alignment::Center).wrap().vertical_spacing(8);
    let content = column![groups, colors(tools, context.look)].spacing(8);
    container(content).padding(12).style(style::dialog(context.look.colors)).into()
}

fn reason(context: Context, size: f32) -> Element<'static, Message> {
    let key = if context.is_of_a_turn { "tools-of-the-drawer" } else { "tools-of-nobody" };
    let words = theme::body(context.look.t(key)).size(size).line_height(1.15);
    words.color(context.look.colors.muted).wrapping(text::Wrapping::WordOrGlyph).into()
}

fn tool_buttons(tools: &Tools, context: Context) -> Element<'_, Message> {
    let choices = CHOICES.map(|(choice, icon, words)| {
        let chosen = match choice {
            Choice::Tool(tool) => tools.active == Active::Brush(tool),
            Choice::Fill => tools.active == Active::Fill,
            Choice::Dropper => tools.active == Active::Dropper,
            Choice::Color(_) | Choice::Width(_) | Choice::Wider(_) => false,
        };
        // Picking a colour does not change the sheet.
        let message = (context.may_draw || choice == Choice::Dropper).then_some(Message::Choose(choice));
        let button = sign_button(context.look, theme::sign(icon), message).width(34);
        hint(context.look, button.style(style::choice(context.look.colors, chosen)), context.look.t(words))
    });
    Row::with_children(choices).spacing(4).into()
}

fn widths(tools: &Tools, context: Context) -> Element<'_, Message> {
    let look = context.look;
    let widths = WIDTHS.iter().enumerate().map(|(number, &width)| {
        let button = button(width_dot(look, width, context.may_draw))
            .on_press_maybe(context.may_draw.then_some(Message::Choose(Choice::Width(number))))
            .padding(0)
            .style(style::choice(look.colors, tools.width == width));
        hint(look, button, look.t_args("tool-width", [("number", (number + 1).into())]))
    });
    let exact = theme::small(tools.width.to_string(), look.colors.muted).width(24).align_x(Alignment::End);
    let exact = hint(look, exact, look.t("tool-width-wheel"));
    row![Row::with_children(widths).spacing(2), exact].spacing(2).align_y(Alignment::Center).into()
}

fn actions(context: Context) -> Element<'static, Message> {
    Row::with_children(ACTIONS.map(|one| action(context, one))).spacing(4).into()
}

fn action(context: Context, (message, icon, words): SheetAction) -> Element<'static, Message> {
    // Saving does not change the sheet.
    let enabled = context.may_draw || message == Message::Save;
    let button = sign_button(context.look, theme::sign(icon), enabled.then_some(message)).width(34);
    hint(context.look, button, context.look.t(words))
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
    let side = COLORS_HEIGHT;
    let plus = theme::strong("+").size(theme::TITLE).color(on(free)).center();
    let mixed = button(plus)
        .on_press(Message::OpenColors)
        .width(side)
        .height(side)
        .padding(0)
        .style(style::color_button(look.colors, palette::shown(free), chosen));
    row![rows, hint(look, mixed, look.t("tool-mix"))].spacing(8).align_y(Alignment::Center).into()
}

fn well(look: Look, color: canvas::Color, chosen: bool, message: Message) -> Element<'static, Message> {
    button(Space::new().width(WELL).height(WELL))
        .on_press(message)
        .padding(0)
        .style(style::color_button(look.colors, palette::shown(color), chosen))
        .into()
}

/// Returns black or white, whichever contrasts with a colour.
fn on(color: canvas::Color) -> Color {
    let [red, green, blue] = color.0.map(u32::from);
    if 3 * red + 6 * green + blue > 1275 { Color::BLACK } else { Color::WHITE }
}

/// Returns a width as a dot: not to scale, but in order.
fn width_dot(look: Look, width: u16, enabled: bool) -> Element<'static, Message> {
    let size = 3.0 + f32::from(width).sqrt() * 2.0;
    let color = if enabled { look.colors.text } else { look.colors.muted };
    container(dot(size, color)).center_x(26).center_y(32).into()
}

/// Returns the zoom and a button to show the whole sheet, if only a part of it is in view.
pub fn zoom(viewport: Viewport, look: Look) -> Option<Element<'static, Message>> {
    let percent = (viewport.zoom * 100.0).round() as u32;
    let words = look.t_args("zoom-whole", [("percent", percent.into())]);
    let whole = small_button(look, words, Message::Whole).padding([4, 12]);
    viewport.is_enlarged().then(|| container(whole).align_right(Length::Fill).padding(8).into())
}

/// Returns the confirmation to clear the free sheet, which has strokes of others too.
fn clear(look: Look) -> Element<'static, Message> {
    let clear = primary(look, theme::body(look.t("clear-do")), Message::ReallyClear).padding([8, 16]);
    let keep = secondary(look, theme::body(look.t("clear-keep")), Message::ClosePopup).padding([8, 16]);
    let words = theme::body(look.t("clear-really")).wrapping(text::Wrapping::WordOrGlyph);
    let content = column![words, row![keep, clear].spacing(8)].spacing(12);
    container(content).padding(16).max_width(420).style(style::dialog(look.colors)).into()
}
