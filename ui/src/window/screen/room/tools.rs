//! The pen in the hand: tool, colour, width.

use iced::widget::{Row, Space, button, container, row, tooltip};
use iced::{Alignment, Color, Element, Length};
use inkmesh::canvas::{self, Tool};

use super::Message;
use crate::window::theme::{self, Look, style};

/// The inks on offer.
pub const COLORS: [canvas::Color; 12] = [
    canvas::Color([0x1E, 0x1B, 0x18]),
    canvas::Color([0x7B, 0x74, 0x6B]),
    canvas::Color([0xB8, 0x38, 0x22]),
    canvas::Color([0xE0, 0x7A, 0x1F]),
    canvas::Color([0xF2, 0xC1, 0x2E]),
    canvas::Color([0x4E, 0x9A, 0x34]),
    canvas::Color([0x1F, 0x7A, 0x5C]),
    canvas::Color([0x3A, 0xA6, 0xC9]),
    canvas::Color([0x27, 0x55, 0xB0]),
    canvas::Color([0x7A, 0x4B, 0xAE]),
    canvas::Color([0xE0, 0x7F, 0xA5]),
    canvas::Color([0x7A, 0x4A, 0x2B]),
];

/// The widths on offer, in logical units.
pub const WIDTHS: [u16; 5] = [4, 8, 16, 32, 64];

/// Room for tools in one row, in pixels; with less, the colours get a row of their own.
const ONE_ROW: f32 = 600.0;

/// The pen in the hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tools {
    /// What makes the mark.
    pub tool: Tool,
    /// Its colour.
    pub color: canvas::Color,
    /// Its width in logical units.
    pub width: u16,
}

impl Default for Tools {
    fn default() -> Self {
        Tools { tool: Tool::Pen, color: COLORS[0], width: WIDTHS[1] }
    }
}

/// Another pen is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// This tool.
    Tool(Tool),
    /// This colour, and with it the pen.
    Color(canvas::Color),
    /// The width with this number in [`WIDTHS`].
    Width(usize),
}

impl Tools {
    /// Takes another pen.
    pub fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Tool(tool) => self.tool = tool,
            Choice::Color(color) => (self.tool, self.color) = (Tool::Pen, color),
            Choice::Width(number) => self.width = WIDTHS.get(number).copied().unwrap_or(self.width),
        }
    }

    /// The tools, `width` pixels of room for them; without effect unless `enabled`.
    pub fn view(self, look: Look, width: f32, enabled: bool) -> Element<'static, Message> {
        let press = |choice| enabled.then_some(Message::Choose(choice));
        let tool = |tool, icon, words| {
            let button = button(theme::sign(icon).size(18).center())
                .on_press_maybe(press(Choice::Tool(tool)))
                .width(36)
                .height(32)
                .padding(4)
                .style(style::choice(look.tones, self.tool == tool));
            hint(look, button, look.t(words))
        };
        let tools = row![tool(Tool::Pen, "✎", "tool-pen"), tool(Tool::Eraser, "⌫", "tool-eraser")].spacing(4);
        let widths = Row::with_children(WIDTHS.iter().enumerate().map(|(number, &width)| {
            let dot = dot(look, width, enabled);
            let button = button(dot)
                .on_press_maybe(press(Choice::Width(number)))
                .padding(0)
                .style(style::choice(look.tones, self.width == width));
            hint(look, button, look.t_args("tool-width", [("number", (number + 1).into())]))
        }))
        .spacing(4);
        let colors = Row::with_children(COLORS.iter().map(|&color| {
            let chosen = self.tool == Tool::Pen && self.color == color;
            let [r, g, b] = color.0;
            button(Space::new().width(24).height(24))
                .on_press_maybe(press(Choice::Color(color)))
                .padding(0)
                .style(style::well(look.tones, Color::from_rgb8(r, g, b), chosen))
                .into()
        }))
        .spacing(4);
        let content: Element<'_, Message> = if width >= ONE_ROW {
            row![tools, colors, widths].spacing(16).align_y(Alignment::Center).into()
        } else {
            iced::widget::column![row![tools, widths].spacing(12).align_y(Alignment::Center), colors.wrap()]
                .spacing(8)
                .into()
        };
        container(content).padding([8, 12]).width(Length::Fill).style(style::card(look.tones)).into()
    }
}

/// A width as a dot: not to scale, but in order.
fn dot(look: Look, width: u16, enabled: bool) -> Element<'static, Message> {
    let size = 4.0 + f32::from(width).sqrt() * 2.0;
    let color = if enabled { look.tones.ink } else { look.tones.faded };
    let dot = container(Space::new().width(size).height(size)).style(style::pill(color, color));
    container(dot).center_x(32).center_y(32).into()
}

/// Words that appear beside a button.
pub fn hint<'a>(look: Look, content: impl Into<Element<'a, Message>>, words: String) -> Element<'a, Message> {
    let words = container(theme::small(words, look.tones.ink)).padding([4, 8]).style(style::dialog(look.tones));
    tooltip(content, words, tooltip::Position::Top).gap(4).delay(std::time::Duration::from_millis(500)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choosing_a_colour_takes_the_pen() {
        let mut tools = Tools::default();
        tools.choose(Choice::Tool(Tool::Eraser));
        tools.choose(Choice::Width(4));
        tools.choose(Choice::Width(9));
        assert_eq!(tools, Tools { tool: Tool::Eraser, color: COLORS[0], width: WIDTHS[4] });
        tools.choose(Choice::Color(COLORS[2]));
        assert_eq!(tools, Tools { tool: Tool::Pen, color: COLORS[2], width: WIDTHS[4] });
    }
}
