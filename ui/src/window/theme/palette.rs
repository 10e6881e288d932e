//! The colours of the window, light and dark.

use iced::Color;
use inkmesh::identity::Author;

/// Colours by their use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colors {
    /// The background of the window.
    pub background: Color,
    /// The background of cards.
    pub surface: Color,
    /// Text.
    pub text: Color,
    /// Secondary text.
    pub muted: Color,
    /// Lines and borders.
    pub border: Color,
    /// The accent; one per view.
    pub accent: Color,
    /// Text on the accent.
    pub on_accent: Color,
    /// Success, online.
    pub success: Color,
    /// Hints, late, waiting.
    pub warning: Color,
    /// The veil behind a dialog.
    pub veil: Color,
}

/// The light colours.
pub const LIGHT: Colors = Colors {
    background: rgb(0xF1ECE1),
    surface: rgb(0xFBF8F2),
    text: rgb(0x1E1B18),
    muted: rgb(0x6A6259),
    border: rgb(0xDDD5C6),
    accent: rgb(0xB83822),
    on_accent: rgb(0xFFFFFF),
    success: rgb(0x2B7455),
    warning: rgb(0x8A5507),
    veil: Color::from_rgba(0.12, 0.11, 0.09, 0.45),
};

/// The dark colours.
pub const DARK: Colors = Colors {
    background: rgb(0x191817),
    surface: rgb(0x23211F),
    text: rgb(0xEEE8DC),
    muted: rgb(0xA69D90),
    border: rgb(0x38342F),
    accent: rgb(0xFF7F62),
    on_accent: rgb(0x191817),
    success: rgb(0x66C39A),
    warning: rgb(0xF0B24E),
    veil: Color::from_rgba(0.0, 0.0, 0.0, 0.6),
};

/// The colours of people: dark enough for white signs, and as different as that allows.
const PEOPLE: [Color; 16] = [
    rgb(0xB3261E),
    rgb(0x7F1D1D),
    rgb(0xB4540A),
    rgb(0x7A4A12),
    rgb(0x7A6A00),
    rgb(0x4D7C0F),
    rgb(0x1B5E20),
    rgb(0x0F766E),
    rgb(0x0E7490),
    rgb(0x1D6FD1),
    rgb(0x1E3A8A),
    rgb(0x6D4AE0),
    rgb(0x5B1F8A),
    rgb(0xB4239B),
    rgb(0xB8255F),
    rgb(0x57534E),
];

/// Returns a person's colour for a small mark on a card: lighter on dark cards.
pub fn person_mark(author: &Author, colors: Colors) -> Color {
    let color = person(author);
    if colors.surface.relative_luminance() > 0.5 {
        return color;
    }
    let lighter = |channel: f32| channel + (1.0 - channel) * 0.4;
    Color::from_rgb(lighter(color.r), lighter(color.g), lighter(color.b))
}

/// Returns a person's colour, which is computed from the key and so the same on every computer.
pub fn person(author: &Author) -> Color {
    let sum = author.0.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    PEOPLE[(sum >> 8) as usize % PEOPLE.len()]
}

/// Returns a colour of a sheet as a colour of the window.
pub fn shown(color: inkmesh::canvas::Color) -> Color {
    let [red, green, blue] = color.0;
    Color::from_rgb8(red, green, blue)
}

const fn rgb(hex: u32) -> Color {
    Color::from_rgb8((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_text_can_be_read() {
        for colors in [LIGHT, DARK] {
            for text in [colors.text, colors.muted, colors.accent, colors.success, colors.warning] {
                for ground in [colors.background, colors.surface] {
                    assert!(text.relative_contrast(ground) >= 4.5, "{text:?} on {ground:?}");
                }
            }
            assert!(colors.on_accent.relative_contrast(colors.accent) >= 4.5, "{colors:?}");
        }
        for color in PEOPLE {
            assert!(Color::WHITE.relative_contrast(color) >= 4.5, "{color:?}");
        }
    }

    #[test]
    fn people_have_colours_of_their_own() {
        let key = |number: u8| Author(std::array::from_fn(|index| number.wrapping_mul(index as u8 * 2 + 1)));
        let mut colors: Vec<[u8; 4]> = (0..100).map(|number| person(&key(number)).into_rgba8()).collect();
        colors.sort_unstable();
        colors.dedup();
        assert!(colors.len() > PEOPLE.len() / 2, "{} colours for a hundred people", colors.len());
        assert_eq!(person(&key(7)), person(&key(7)));
    }
}
