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

/// The letters on a person's colour.
pub const ON_PERSON: Color = Color::WHITE;

/// A person's colour: the same on every screen, because it follows from the key. Always dark enough for white letters.
pub fn person(author: &Author) -> Color {
    let [high, low, vivid, ..] = author.0;
    // Ed25519 keys are spread evenly, so their bytes are as good as a hash.
    let hue = f32::from(u16::from_be_bytes([high, low])) / 65_536.0 * 6.0;
    let chroma = 0.45 + f32::from(vivid) / 255.0 * 0.35;
    let mut lightness = 0.5;
    loop {
        let color = hsl(hue, chroma, lightness);
        if ON_PERSON.relative_contrast(color) >= 4.5 || lightness < 0.05 {
            return color;
        }
        lightness -= 0.02;
    }
}

/// A colour by hue (0 to 6, from red through green and blue), saturation and lightness (0 to 1).
fn hsl(hue: f32, saturation: f32, lightness: f32) -> Color {
    let chroma = (1.0 - (2.0 * lightness - 1.0).abs()) * saturation;
    let second = chroma * (1.0 - (hue % 2.0 - 1.0).abs());
    let (r, g, b) = match hue as u8 {
        0 => (chroma, second, 0.0),
        1 => (second, chroma, 0.0),
        2 => (0.0, chroma, second),
        3 => (0.0, second, chroma),
        4 => (second, 0.0, chroma),
        _ => (chroma, 0.0, second),
    };
    let base = lightness - chroma / 2.0;
    Color::from_rgb(r + base, g + base, b + base)
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
        for key in 0..=u8::MAX {
            let color = person(&Author([key; 32]));
            assert!(ON_PERSON.relative_contrast(color) >= 4.5, "{color:?}");
        }
    }

    #[test]
    fn a_person_keeps_the_colour() {
        let (ana, ben) = (Author([10; 32]), Author([90; 32]));
        assert_eq!(person(&ana), person(&ana));
        assert_ne!(person(&ana), person(&ben));
    }
}
