//! How things look: sizes, fonts, colours, and the language that goes with them into every view.

pub mod palette;
pub mod style;

use iced::font::{Font, Weight};
use iced::widget::{Text, text};
use iced::{Color, Theme};

use self::palette::{DARK, LIGHT, Tones};
use crate::settings::{Appearance, Language};
use crate::text as words;
use crate::text::Value;

/// Small print.
pub const SMALL: f32 = 13.0;
/// Running text.
pub const BODY: f32 = 15.0;
/// Headings.
pub const TITLE: f32 = 20.0;
/// The one big line of a screen.
pub const HUGE: f32 = 28.0;

/// Corners of cards.
pub const CARD_RADIUS: f32 = 10.0;
/// Corners of controls.
pub const CONTROL_RADIUS: f32 = 6.0;

/// The font of everything: Latin and Hangul from one family.
pub const REGULAR: Font = Font::with_name("Noto Sans KR");
/// Its bold cut.
pub const BOLD: Font = Font { weight: Weight::Bold, ..REGULAR };
/// Signs that the family lacks.
const SIGNS: Font = Font::with_name("Inkmesh Symbols");

/// The bundled font files, in the order in which they are loaded.
pub const FONT_FILES: [&[u8]; 5] = [
    include_bytes!("../../../assets/fonts/NotoSansKR-Regular.ttf"),
    include_bytes!("../../../assets/fonts/NotoSansKR-Bold.ttf"),
    include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../../assets/fonts/InkmeshSymbols.ttf"),
];

/// What every view needs: a language and colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// The language of the texts.
    pub language: Language,
    /// The colours.
    pub tones: Tones,
    /// Whether nothing is to move by itself.
    pub calm: bool,
}

impl Look {
    /// The look for a chosen appearance on a system that is dark or not.
    pub fn new(language: Language, appearance: Appearance, system_is_dark: bool) -> Self {
        let dark = match appearance {
            Appearance::System => system_is_dark,
            Appearance::Light => false,
            Appearance::Dark => true,
        };
        Look { language, tones: if dark { DARK } else { LIGHT }, calm: false }
    }

    /// The theme that iced draws the rest with.
    pub fn theme(self) -> Theme {
        let tones = self.tones;
        Theme::custom(
            "Inkmesh",
            iced::theme::Palette {
                background: tones.desk,
                text: tones.ink,
                primary: tones.seal,
                success: tones.pine,
                warning: tones.amber,
                danger: tones.seal,
            },
        )
    }

    /// The text for a key.
    pub fn t(self, key: &str) -> String {
        words::t(self.language, key)
    }

    /// The text for a key, with values for its placeholders.
    pub fn t_args<const N: usize>(self, key: &str, args: [(&'static str, Value<'_>); N]) -> String {
        words::t_args(self.language, key, args)
    }
}

/// Running text.
pub fn body<'a>(content: impl text::IntoFragment<'a>) -> Text<'a> {
    text(content).size(BODY)
}

/// Running text that stands out.
pub fn strong<'a>(content: impl text::IntoFragment<'a>) -> Text<'a> {
    text(content).size(BODY).font(BOLD)
}

/// Small print in a colour.
pub fn small<'a>(content: impl text::IntoFragment<'a>, color: Color) -> Text<'a> {
    text(content).size(SMALL).color(color)
}

/// A heading.
pub fn title<'a>(content: impl text::IntoFragment<'a>) -> Text<'a> {
    text(content).size(TITLE).font(BOLD)
}

/// A sign from the bundled symbols.
pub fn sign<'a>(sign: &'static str) -> Text<'a> {
    text(sign).size(BODY).font(SIGNS)
}
