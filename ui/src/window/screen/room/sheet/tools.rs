//! The tool, the colour and the width in use.

use inkmesh::canvas::{self, MAX_WIDTH, Tool};

use crate::window::widget::color_picker::ColorPicker;

/// The colours of the palette, in two rows of matching columns.
pub const COLORS: [[canvas::Color; 13]; 2] = [
    [
        color(0x1E1B18), // black
        color(0x7B746B), // grey
        color(0xB83822), // red
        color(0xE07A1F), // orange
        color(0xF2C12E), // yellow
        color(0x4E9A34), // green
        color(0x1F7A5C), // pine
        color(0x3AA6C9), // sky
        color(0x2755B0), // blue
        color(0x7A4BAE), // violet
        color(0xE07FA5), // pink
        color(0x7A4A2B), // brown
        color(0xE8B48C), // skin
    ],
    [
        color(0xFFFFFF),
        color(0xC9C3B8),
        color(0x7E1F14),
        color(0xF6B26B),
        color(0xFBE796),
        color(0xA5D67E),
        color(0x17513D),
        color(0xA9DDEE),
        color(0x1B2F6B),
        color(0xC3A6E8),
        color(0xF8CBDB),
        color(0xC1946B),
        color(0xF9DFC8),
    ],
];

/// The widths to choose from, in logical units.
pub const WIDTHS: [u16; 5] = [4, 8, 16, 32, 64];

/// The tools in use.
#[derive(Debug)]
pub struct Tools {
    pub active: Active,
    pub color: canvas::Color,
    /// Its width in logical units.
    pub width: u16,
    /// The last colour that is not in the palette.
    pub free: Option<canvas::Color>,
    /// The open popup.
    pub popup: Option<Popup>,
    /// The tool that was active before the dropper.
    before: Active,
}

/// A tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Active {
    /// A tool that draws strokes.
    Brush(Tool),
    Fill,
    /// The color picker.
    Dropper,
}

/// How a stroke is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brush {
    pub tool: Tool,
    pub color: canvas::Color,
    /// Its width in logical units.
    pub width: u16,
}

/// A popup over the sheet.
#[derive(Debug)]
pub enum Popup {
    Colors(Box<ColorPicker>),
    /// A confirmation to clear the sheet.
    Clear,
    /// The tools that a low or narrow window has no room for.
    Tools,
}

/// A change of the tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Tool(Tool),
    Fill,
    /// The color picker.
    Dropper,
    Color(canvas::Color),
    /// The width with this number in [`WIDTHS`].
    Width(usize),
    /// A width so many steps wider.
    Wider(i16),
}

impl Default for Tools {
    fn default() -> Self {
        let pen = Active::Brush(Tool::Pen);
        Tools { active: pen, color: COLORS[0][0], width: WIDTHS[1], free: None, popup: None, before: pen }
    }
}

impl Tools {
    /// Changes the tools.
    pub fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Tool(tool) => self.active = Active::Brush(tool),
            Choice::Fill => self.active = Active::Fill,
            Choice::Dropper if self.active == Active::Dropper => {}
            Choice::Dropper => self.before = std::mem::replace(&mut self.active, Active::Dropper),
            Choice::Color(color) => self.use_color(color),
            Choice::Width(number) => self.width = WIDTHS.get(number).copied().unwrap_or(self.width),
            Choice::Wider(steps) => self.width = wider(self.width, steps),
        }
    }

    /// Uses a colour that the dropper picked, with the tool that was active before it.
    pub fn picked(&mut self, color: canvas::Color) {
        if self.active == Active::Dropper {
            self.active = self.before;
        }
        self.use_color(color);
    }

    /// Uses a colour, with a tool that draws it.
    pub fn use_color(&mut self, color: canvas::Color) {
        self.color = color;
        if !COLORS.as_flattened().contains(&color) {
            self.free = Some(color);
        }
        if matches!(self.active, Active::Brush(Tool::Eraser) | Active::Dropper) {
            self.active = Active::Brush(Tool::Pen);
        }
    }

    /// Returns how a stroke is drawn now; `None` if the tool draws none.
    pub fn brush(&self) -> Option<Brush> {
        match self.active {
            Active::Brush(tool) => Some(Brush { tool, color: self.color, width: self.width }),
            Active::Fill | Active::Dropper => None,
        }
    }
}

/// Returns a width so many steps wider: an eighth each, at least one unit.
fn wider(width: u16, steps: i16) -> u16 {
    (0..steps.unsigned_abs()).fold(width, |width, _| {
        let step = (width / 8).max(1);
        let width = if steps > 0 { width + step } else { width.saturating_sub(step) };
        width.clamp(1, MAX_WIDTH)
    })
}

const fn color(hex: u32) -> canvas::Color {
    let [_, red, green, blue] = hex.to_be_bytes();
    canvas::Color([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_used_with_a_tool_that_draws_it() {
        let red = COLORS[0][2];
        for (choice, active) in [
            (Choice::Tool(Tool::Eraser), Active::Brush(Tool::Pen)),
            (Choice::Dropper, Active::Brush(Tool::Pen)),
            (Choice::Tool(Tool::Ellipse), Active::Brush(Tool::Ellipse)),
            (Choice::Fill, Active::Fill),
        ] {
            let mut tools = Tools::default();
            tools.choose(choice);
            tools.choose(Choice::Color(red));
            assert_eq!((tools.active, tools.color), (active, red));
        }
    }

    #[test]
    fn after_the_dropper_the_tool_before_is_active_again() {
        let mut tools = Tools::default();
        tools.choose(Choice::Fill);
        tools.choose(Choice::Dropper);
        tools.choose(Choice::Dropper);
        assert_eq!(tools.brush(), None);
        let free = canvas::Color([1, 2, 3]);
        tools.picked(free);
        assert_eq!((tools.active, tools.color, tools.free), (Active::Fill, free, Some(free)));
    }

    #[test]
    fn there_are_26_colours() {
        let mut colors: Vec<[u8; 3]> = COLORS.as_flattened().iter().map(|color| color.0).collect();
        colors.sort_unstable();
        colors.dedup();
        assert_eq!(colors.len(), 26);
    }

    #[test]
    fn any_width_can_be_chosen() {
        let mut tools = Tools::default();
        tools.choose(Choice::Width(4));
        tools.choose(Choice::Width(9));
        assert_eq!(tools.width, WIDTHS[4]);
        let mut widths = Vec::new();
        for _ in 0..100 {
            tools.choose(Choice::Wider(-1));
            widths.push(tools.width);
        }
        assert_eq!(tools.width, 1);
        assert!((1..=8).all(|width| widths.contains(&width)), "thin ones one by one: {widths:?}");
        tools.choose(Choice::Wider(100));
        assert_eq!(tools.width, MAX_WIDTH);
    }
}
