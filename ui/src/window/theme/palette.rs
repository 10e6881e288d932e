//! The colours of the window: ink on paper, by day and by lamplight.

use iced::Color;
use inkmesh::identity::Author;

/// Colours by what they are for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tones {
    /// The window behind everything.
    pub desk: Color,
    /// Cards.
    pub paper: Color,
    /// Text.
    pub ink: Color,
    /// Secondary text.
    pub faded: Color,
    /// Lines and borders.
    pub line: Color,
    /// The accent: one per view.
    pub seal: Color,
    /// Text on the accent.
    pub on_seal: Color,
    /// Good, online.
    pub pine: Color,
    /// Hints, late, waiting.
    pub amber: Color,
    /// A veil over what waits behind a dialog.
    pub veil: Color,
}

/// By day.
pub const LIGHT: Tones = Tones {
    desk: rgb(0xF1ECE1),
    paper: rgb(0xFBF8F2),
    ink: rgb(0x1E1B18),
    faded: rgb(0x6A6259),
    line: rgb(0xDDD5C6),
    seal: rgb(0xB83822),
    on_seal: rgb(0xFFFFFF),
    pine: rgb(0x2B7455),
    amber: rgb(0x8A5507),
    veil: Color::from_rgba(0.12, 0.11, 0.09, 0.45),
};

/// By lamplight.
pub const DARK: Tones = Tones {
    desk: rgb(0x191817),
    paper: rgb(0x23211F),
    ink: rgb(0xEEE8DC),
    faded: rgb(0xA69D90),
    line: rgb(0x38342F),
    seal: rgb(0xFF7F62),
    on_seal: rgb(0x191817),
    pine: rgb(0x66C39A),
    amber: rgb(0xF0B24E),
    veil: Color::from_rgba(0.0, 0.0, 0.0, 0.6),
};

/// Colours of people: dark enough for white letters, and as far from each other as that allows.
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

/// A person's colour as a small mark on paper: lighter by lamplight, where a dark one would drown.
pub fn person_mark(author: &Author, tones: Tones) -> Color {
    let color = person(author);
    if tones.paper.relative_luminance() > 0.5 {
        return color;
    }
    let lighter = |channel: f32| channel + (1.0 - channel) * 0.4;
    Color::from_rgb(lighter(color.r), lighter(color.g), lighter(color.b))
}

/// The letters on a person's colour.
pub const ON_PERSON: Color = Color::WHITE;

/// A person's colour: the same on every screen, because it follows from the key.
pub fn person(author: &Author) -> Color {
    let sum = author.0.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    PEOPLE[(sum >> 8) as usize % PEOPLE.len()]
}

const fn rgb(hex: u32) -> Color {
    Color::from_rgb8((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_text_can_be_read() {
        for tones in [LIGHT, DARK] {
            for text in [tones.ink, tones.faded, tones.seal, tones.pine, tones.amber] {
                for ground in [tones.desk, tones.paper] {
                    assert!(text.relative_contrast(ground) >= 4.5, "{text:?} on {ground:?}");
                }
            }
            assert!(tones.on_seal.relative_contrast(tones.seal) >= 4.5, "{tones:?}");
        }
        for color in PEOPLE {
            assert!(ON_PERSON.relative_contrast(color) >= 4.5, "{color:?}");
        }
    }

    #[test]
    fn people_have_colours_of_their_own() {
        let key = |number: u8| Author(std::array::from_fn(|place| number.wrapping_mul(place as u8 * 2 + 1)));
        let mut colors: Vec<[u8; 4]> = (0..100).map(|number| person(&key(number)).into_rgba8()).collect();
        colors.sort_unstable();
        colors.dedup();
        assert!(colors.len() > PEOPLE.len() / 2, "{} colours for a hundred people", colors.len());
        assert_eq!(person(&key(7)), person(&key(7)));
    }
}
