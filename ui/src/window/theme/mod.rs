//! Sizes, fonts and colours, and the look of a view: its colours and its language.

pub mod palette;
pub mod style;

use iced::font::{Font, Weight};
use iced::widget::{Text, text};
use iced::{Color, Theme};

use self::palette::{Colors, DARK, LIGHT};
use crate::settings::{Appearance, Language};
use crate::text as words;
use crate::text::Value;

/// The size of small text.
pub const SMALL: f32 = 13.0;
/// The size of text.
pub const BODY: f32 = 15.0;
/// The size of headings.
pub const TITLE: f32 = 20.0;
/// The size of the largest text of a screen.
pub const HUGE: f32 = 28.0;

/// The radius of the corners of cards.
pub const CARD_RADIUS: f32 = 10.0;
/// The radius of the corners of controls.
pub const CONTROL_RADIUS: f32 = 6.0;

/// The font, with Latin and Hangul letters.
pub const REGULAR: Font = Font::with_name("Noto Sans KR");
/// The bold font.
pub const BOLD: Font = Font { weight: Weight::Bold, ..REGULAR };
/// The font with symbols that the others lack.
const SYMBOLS: Font = Font::with_name("Inkmesh Symbols");

/// The bundled font files, in the order in which they are loaded.
pub const FONT_FILES: [&[u8]; 5] = [
    include_bytes!("../../../assets/fonts/NotoSansKR-Regular.ttf"),
    include_bytes!("../../../assets/fonts/NotoSansKR-Bold.ttf"),
    include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../../assets/fonts/InkmeshSymbols.ttf"),
];

/// The look of a view: the language and the colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub language: Language,
    /// The colours.
    pub colors: Colors,
    /// True if animations are off.
    pub calm: bool,
}

impl Look {
    /// Creates the look of an appearance, on a system that is dark or light.
    pub fn new(language: Language, appearance: Appearance, system_is_dark: bool) -> Self {
        let dark = match appearance {
            Appearance::System => system_is_dark,
            Appearance::Light => false,
            Appearance::Dark => true,
        };
        Look { language, colors: if dark { DARK } else { LIGHT }, calm: false }
    }

    /// Returns the theme for widgets without a style of ours.
    pub fn theme(self) -> Theme {
        let colors = self.colors;
        Theme::custom(
            "Inkmesh",
            iced::theme::Palette {
                background: colors.background,
                text: colors.text,
                primary: colors.accent,
                success: colors.success,
                warning: colors.warning,
                danger: colors.accent,
            },
        )
    }

    pub fn t(self, key: &str) -> String {
        words::t(self.language, key)
    }

    /// Returns the text of a key, with values for its placeholders.
    pub fn t_args<const N: usize>(self, key: &str, args: [(&'static str, Value<'_>); N]) -> String {
        words::t_args(self.language, key, args)
    }
}

/// Returns a text of normal size.
pub fn body<'a>(content: impl text::IntoFragment<'a>) -> Text<'a> {
    text(content).size(BODY)
}

/// Returns a bold text.
pub fn strong<'a>(content: impl text::IntoFragment<'a>) -> Text<'a> {
    text(content).size(BODY).font(BOLD)
}

/// Returns a small text of this colour.
pub fn small<'a>(content: impl text::IntoFragment<'a>, color: Color) -> Text<'a> {
    text(content).size(SMALL).color(color)
}

/// Returns a heading.
pub fn title<'a>(content: impl text::IntoFragment<'a>) -> Text<'a> {
    text(content).size(TITLE).font(BOLD)
}

/// Returns a symbol from the bundled font.
pub fn sign<'a>(sign: &'static str) -> Text<'a> {
    text(sign).size(BODY).font(SYMBOLS)
}
