//! Styles of widgets, as functions of our colours.

use iced::border;
use iced::widget::slider as handle;
use iced::widget::{button, container, progress_bar, scrollable, text_editor, text_input};
use iced::{Background, Border, Color, Theme};

use super::palette::Colors;
use super::{CARD_RADIUS, CONTROL_RADIUS};

/// A radius that makes a square a disc.
const ROUND: u32 = 100;

/// A card on the background.
pub fn card(colors: Colors) -> impl Fn(&Theme) -> container::Style {
    framed(colors, CARD_RADIUS, colors.border)
}

/// A card above everything else. It has no shadow: the renderer would draw it over itself whenever a part of the card
/// changes, until it is black.
pub fn dialog(colors: Colors) -> impl Fn(&Theme) -> container::Style {
    framed(colors, CARD_RADIUS, mix(colors.border, colors.text, 0.35))
}

/// A notice or banner, with a border of this colour.
pub fn notice(colors: Colors, color: Color) -> impl Fn(&Theme) -> container::Style {
    framed(colors, CONTROL_RADIUS, color)
}

fn framed(colors: Colors, radius: f32, line: Color) -> impl Fn(&Theme) -> container::Style {
    move |_| {
        let border = border::rounded(radius).width(1).color(line);
        container::background(colors.surface).color(colors.text).border(border)
    }
}

/// A coloured background of words.
pub fn tint(color: Color) -> impl Fn(&Theme) -> container::Style {
    move |_| container::background(color).border(border::rounded(CONTROL_RADIUS))
}

/// The square behind the letter of a room.
pub fn tile(colors: Colors) -> impl Fn(&Theme) -> container::Style {
    move |_| container::background(colors.background).border(border::rounded(CONTROL_RADIUS))
}

/// A check box.
pub fn check(colors: Colors, ticked: bool) -> impl Fn(&Theme) -> container::Style {
    move |_| {
        let (fill, line) = if ticked { (colors.success, colors.success) } else { (Color::TRANSPARENT, colors.muted) };
        container::background(fill).border(border::rounded(4).width(1.5).color(line))
    }
}

/// A pillar of the podium, with round upper corners.
pub fn pillar(color: Color) -> impl Fn(&Theme) -> container::Style {
    move |_| container::background(color).border(border::rounded(border::top(CONTROL_RADIUS)))
}

/// The background of words that change. Its colour differs invisibly with the words, so that the renderer redraws all of
/// it: by itself it redraws the bounds of the words only, and leaves what exceeds them.
pub fn under(colors: Colors, words: &str) -> impl Fn(&Theme) -> container::Style + use<> {
    let sum = words.bytes().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(u16::from(byte)));
    let color = Color { a: f32::from(sum) * 1e-8, ..colors.background };
    move |_| container::background(color)
}

/// The edge around a card on a sheet.
pub fn inset(_theme: &Theme) -> container::Style {
    container::background(Color::BLACK.scale_alpha(0.10)).border(border::rounded(CARD_RADIUS + 4.0))
}

/// The veil behind a dialog.
pub fn veil(colors: Colors) -> impl Fn(&Theme) -> container::Style {
    move |_| container::background(colors.veil)
}

/// A sheet, white in every theme.
pub fn canvas(colors: Colors) -> impl Fn(&Theme) -> container::Style {
    move |_| container::background(Color::WHITE).border(border::width(1).color(colors.border))
}

/// A round background of a number or a letter.
pub fn pill(background: Color, text: Color) -> impl Fn(&Theme) -> container::Style {
    move |_| container::background(background).color(text).border(border::rounded(ROUND))
}

/// A round border of a letter, for people who are away.
pub fn ring(colors: Colors, color: Color) -> impl Fn(&Theme) -> container::Style {
    let border = border::rounded(ROUND).width(1.5).color(color);
    move |_| container::Style::default().color(colors.muted).border(border)
}

/// The main button of a view.
pub fn primary(colors: Colors) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| {
        let background = match status {
            button::Status::Active => colors.accent,
            button::Status::Hovered | button::Status::Pressed => mix(colors.accent, colors.text, 0.12),
            button::Status::Disabled => colors.border,
        };
        let text_color = if status == button::Status::Disabled { colors.muted } else { colors.on_accent };
        control(Some(background), text_color, background)
    }
}

/// Any other button.
pub fn secondary(colors: Colors) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| match status {
        button::Status::Active => control(Some(colors.surface), colors.text, colors.border),
        button::Status::Hovered | button::Status::Pressed => {
            control(Some(mix(colors.surface, colors.text, 0.06)), colors.text, colors.muted)
        }
        button::Status::Disabled => control(None, colors.muted, colors.border),
    }
}

/// A card that is a button; `first` is the one that Enter presses.
pub fn room(colors: Colors, first: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| {
        let hovered = matches!(status, button::Status::Hovered | button::Status::Pressed);
        let background = if hovered { mix(colors.surface, colors.text, 0.05) } else { colors.surface };
        let line =
            if first { colors.accent } else { mix(colors.border, colors.text, if hovered { 0.35 } else { 0.0 }) };
        let border = border::rounded(CARD_RADIUS).width(1).color(line);
        button::Style { border, ..control(Some(background), colors.text, line) }
    }
}

/// A button without a border.
pub fn quiet(colors: Colors) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| match status {
        button::Status::Active => control(None, colors.text, Color::TRANSPARENT),
        button::Status::Hovered | button::Status::Pressed => {
            control(Some(colors.text.scale_alpha(0.08)), colors.text, Color::TRANSPARENT)
        }
        button::Status::Disabled => control(None, colors.muted, Color::TRANSPARENT),
    }
}

/// A button without a border for one of several choices.
pub fn choice(colors: Colors, chosen: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |theme, status| match (chosen, status) {
        (true, button::Status::Disabled) => control(None, colors.muted, colors.border),
        (true, _) => control(Some(colors.text.scale_alpha(0.10)), colors.text, colors.muted),
        (false, status) => quiet(colors)(theme, status),
    }
}

/// A button that shows only its colour.
pub fn color_button(colors: Colors, color: Color, chosen: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| button::Style {
        background: Some(if status == button::Status::Disabled { color.scale_alpha(0.35) } else { color }.into()),
        border: Border {
            radius: if chosen { 6.0 } else { 12.0 }.into(),
            width: if chosen { 2.5 } else { 1.0 },
            color: if chosen { colors.text } else { colors.border },
        },
        ..button::Style::default()
    }
}

fn control(background: Option<Color>, text_color: Color, line: Color) -> button::Style {
    button::Style {
        background: background.map(Background::Color),
        text_color,
        border: border::rounded(CONTROL_RADIUS).width(1).color(line),
        ..button::Style::default()
    }
}

/// A text field of one line.
pub fn input(colors: Colors) -> impl Fn(&Theme, text_input::Status) -> text_input::Style {
    move |_, status| text_input::Style {
        background: if status == text_input::Status::Disabled { colors.background } else { colors.surface }.into(),
        border: border::rounded(CONTROL_RADIUS).width(1).color(match status {
            text_input::Status::Focused { .. } => colors.accent,
            text_input::Status::Hovered => colors.muted,
            text_input::Status::Active | text_input::Status::Disabled => colors.border,
        }),
        icon: colors.muted,
        placeholder: colors.muted,
        value: colors.text,
        selection: colors.accent.scale_alpha(0.3),
    }
}

/// A text field of several lines.
pub fn editor(colors: Colors) -> impl Fn(&Theme, text_editor::Status) -> text_editor::Style {
    move |_, status| text_editor::Style {
        background: colors.surface.into(),
        border: border::rounded(CONTROL_RADIUS).width(1).color(match status {
            text_editor::Status::Focused { .. } => colors.accent,
            text_editor::Status::Hovered => colors.muted,
            text_editor::Status::Active | text_editor::Status::Disabled => colors.border,
        }),
        placeholder: colors.muted,
        value: colors.text,
        selection: colors.accent.scale_alpha(0.3),
    }
}

/// A scrollable list.
pub fn scroll(colors: Colors) -> impl Fn(&Theme, scrollable::Status) -> scrollable::Style {
    move |theme, status| {
        let thumb = match status {
            scrollable::Status::Active { .. } => colors.border,
            scrollable::Status::Hovered { .. } | scrollable::Status::Dragged { .. } => colors.muted,
        };
        let rail = scrollable::Rail {
            background: None,
            border: Border::default(),
            scroller: scrollable::Scroller { background: thumb.into(), border: border::rounded(3) },
        };
        scrollable::Style { vertical_rail: rail, horizontal_rail: rail, ..scrollable::default(theme, status) }
    }
}

/// A slider.
pub fn slider(colors: Colors) -> impl Fn(&Theme, handle::Status) -> handle::Style {
    move |_, status| {
        let handle = match status {
            handle::Status::Active => colors.muted,
            handle::Status::Hovered | handle::Status::Dragged => colors.text,
        };
        handle::Style {
            rail: handle::Rail {
                backgrounds: (colors.success.into(), colors.border.into()),
                width: 4.0,
                border: border::rounded(2),
            },
            handle: handle::Handle {
                shape: handle::HandleShape::Circle { radius: 7.0 },
                background: handle.into(),
                border_width: 0.0,
                border_color: Color::TRANSPARENT,
            },
        }
    }
}

/// A progress bar.
pub fn progress(colors: Colors) -> impl Fn(&Theme) -> progress_bar::Style {
    move |_| progress_bar::Style {
        background: colors.border.into(),
        bar: colors.success.into(),
        border: border::rounded(3),
    }
}

/// Returns a mixture of two colours, with this share of `b`.
fn mix(a: Color, b: Color, share: f32) -> Color {
    let channel = |a: f32, b: f32| a + (b - a) * share;
    Color::from_rgb(channel(a.r, b.r), channel(a.g, b.g), channel(a.b, b.b))
}
