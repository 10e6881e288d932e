//! What is in the hand: a tool, a colour, a width.

use inkmesh::canvas::{self, MAX_WIDTH, Tool};

use crate::window::widget::color_picker::ColorPicker;

/// The inks on offer, in two rows: those of one column go together.
pub const COLORS: [[canvas::Color; 13]; 2] = [
    [
        ink(0x1E1B18), // black
        ink(0x7B746B), // grey
        ink(0xB83822), // red
        ink(0xE07A1F), // orange
        ink(0xF2C12E), // yellow
        ink(0x4E9A34), // green
        ink(0x1F7A5C), // pine
        ink(0x3AA6C9), // sky
        ink(0x2755B0), // blue
        ink(0x7A4BAE), // violet
        ink(0xE07FA5), // pink
        ink(0x7A4A2B), // brown
        ink(0xE8B48C), // skin
    ],
    [
        ink(0xFFFFFF),
        ink(0xC9C3B8),
        ink(0x7E1F14),
        ink(0xF6B26B),
        ink(0xFBE796),
        ink(0xA5D67E),
        ink(0x17513D),
        ink(0xA9DDEE),
        ink(0x1B2F6B),
        ink(0xC3A6E8),
        ink(0xF8CBDB),
        ink(0xC1946B),
        ink(0xF9DFC8),
    ],
];

/// The widths on offer, in logical units.
pub const WIDTHS: [u16; 5] = [4, 8, 16, 32, 64];

/// What is in the hand.
#[derive(Debug)]
pub struct Tools {
    /// The tool.
    pub held: Held,
    /// Its colour.
    pub color: canvas::Color,
    /// Its width in logical units.
    pub width: u16,
    /// The last colour that is none of those on offer.
    pub free: Option<canvas::Color>,
    /// What lies over the sheet.
    pub popup: Option<Popup>,
    /// What was held before the dropper.
    before: Held,
}

/// A tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// One that leaves ink.
    Mark(Tool),
    /// Colours an area.
    Fill,
    /// Takes up a colour.
    Dropper,
}

/// How a mark is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// What makes it.
    pub tool: Tool,
    /// Its colour.
    pub color: canvas::Color,
    /// Its width in logical units.
    pub width: u16,
}

/// What lies over the sheet for a moment.
#[derive(Debug)]
pub enum Popup {
    /// The color picker.
    Colors(Box<ColorPicker>),
    /// Whether really to clear the sheet.
    Clear,
    /// The tools that a low or narrow window has no room for.
    Tools,
}

/// Something else is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// This tool.
    Tool(Tool),
    /// What colours an area.
    Fill,
    /// What takes up a colour.
    Dropper,
    /// This colour.
    Color(canvas::Color),
    /// The width with this number in [`WIDTHS`].
    Width(usize),
    /// Wider by so many steps, or thinner.
    Wider(i16),
}

impl Default for Tools {
    fn default() -> Self {
        let pen = Held::Mark(Tool::Pen);
        Tools { held: pen, color: COLORS[0][0], width: WIDTHS[1], free: None, popup: None, before: pen }
    }
}

impl Tools {
    /// Takes something else.
    pub fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Tool(tool) => self.held = Held::Mark(tool),
            Choice::Fill => self.held = Held::Fill,
            Choice::Dropper if self.held == Held::Dropper => {}
            Choice::Dropper => self.before = std::mem::replace(&mut self.held, Held::Dropper),
            Choice::Color(color) => self.dip(color),
            Choice::Width(number) => self.width = WIDTHS.get(number).copied().unwrap_or(self.width),
            Choice::Wider(steps) => self.width = wider(self.width, steps),
        }
    }

    /// The dropper has taken up a colour: back to what was held before it.
    pub fn picked(&mut self, color: canvas::Color) {
        if self.held == Held::Dropper {
            self.held = self.before;
        }
        self.dip(color);
    }

    /// Takes a colour, with a tool that leaves it.
    pub fn dip(&mut self, color: canvas::Color) {
        self.color = color;
        if !COLORS.as_flattened().contains(&color) {
            self.free = Some(color);
        }
        if matches!(self.held, Held::Mark(Tool::Eraser) | Held::Dropper) {
            self.held = Held::Mark(Tool::Pen);
        }
    }

    /// How a mark is made now, if the tool makes any.
    pub fn mark(&self) -> Option<Mark> {
        match self.held {
            Held::Mark(tool) => Some(Mark { tool, color: self.color, width: self.width }),
            Held::Fill | Held::Dropper => None,
        }
    }
}

/// An eighth more or less a step, at least one.
fn wider(width: u16, steps: i16) -> u16 {
    (0..steps.unsigned_abs()).fold(width, |width, _| {
        let step = (width / 8).max(1);
        let width = if steps > 0 { width + step } else { width.saturating_sub(step) };
        width.clamp(1, MAX_WIDTH)
    })
}

const fn ink(hex: u32) -> canvas::Color {
    let [_, red, green, blue] = hex.to_be_bytes();
    canvas::Color([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_taken_with_a_tool_that_leaves_it() {
        let red = COLORS[0][2];
        for (choice, held) in [
            (Choice::Tool(Tool::Eraser), Held::Mark(Tool::Pen)),
            (Choice::Dropper, Held::Mark(Tool::Pen)),
            (Choice::Tool(Tool::Ellipse), Held::Mark(Tool::Ellipse)),
            (Choice::Fill, Held::Fill),
        ] {
            let mut tools = Tools::default();
            tools.choose(choice);
            tools.choose(Choice::Color(red));
            assert_eq!((tools.held, tools.color), (held, red));
        }
    }

    #[test]
    fn after_the_dropper_what_was_held_before_is_held_again() {
        let mut tools = Tools::default();
        tools.choose(Choice::Fill);
        tools.choose(Choice::Dropper);
        tools.choose(Choice::Dropper);
        assert_eq!(tools.mark(), None);
        let free = canvas::Color([1, 2, 3]);
        tools.picked(free);
        assert_eq!((tools.held, tools.color, tools.free), (Held::Fill, free, Some(free)));
    }

    #[test]
    fn there_are_26_colours() {
        let mut colors: Vec<[u8; 3]> = COLORS.as_flattened().iter().map(|color| color.0).collect();
        colors.sort_unstable();
        colors.dedup();
        assert_eq!(colors.len(), 26);
    }

    #[test]
    fn any_width_can_be_had() {
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
