//! The looks of widgets, as functions of our own colours.

use iced::border;
use iced::widget::slider as handle;
use iced::widget::{button, container, progress_bar, scrollable, text_editor, text_input};
use iced::{Background, Border, Color, Theme};

use super::palette::Tones;
use super::{CARD_RADIUS, CONTROL_RADIUS};

/// Corners so round that a square becomes a disc.
const ROUND: u32 = 100;

/// A sheet of paper on the desk.
pub fn card(tones: Tones) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        text_color: Some(tones.ink),
        background: Some(tones.paper.into()),
        border: border::rounded(CARD_RADIUS).width(1).color(tones.line),
        ..container::Style::default()
    }
}

/// A patch of colour behind words.
pub fn tint(color: Color) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        background: Some(color.into()),
        border: border::rounded(CONTROL_RADIUS),
        ..container::Style::default()
    }
}

/// A box that is ticked or not.
pub fn check(tones: Tones, ticked: bool) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        background: ticked.then_some(tones.pine.into()),
        border: border::rounded(4).width(1.5).color(if ticked { tones.pine } else { tones.faded }),
        ..container::Style::default()
    }
}

/// A pillar of the podium: ink on paper, with round shoulders.
pub fn pillar(color: Color) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        background: Some(color.into()),
        border: border::rounded(border::top(CONTROL_RADIUS)),
        ..container::Style::default()
    }
}

/// The desk under words that change: with a colour that differs invisibly when the words do, so that the renderer
/// draws the whole place anew. By itself it redraws the bounds of the words only, and leaves what hangs over.
pub fn under(tones: Tones, words: &str) -> impl Fn(&Theme) -> container::Style + use<> {
    let sum = words.bytes().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(u16::from(byte)));
    let color = Color { a: f32::from(sum) * 1e-8, ..tones.desk };
    move |_| container::Style { background: Some(color.into()), ..container::Style::default() }
}

/// A card that lies above everything else. Without a shadow: the renderer draws one anew over itself whenever a part
/// of the card changes, until it is black.
pub fn dialog(tones: Tones) -> impl Fn(&Theme) -> container::Style {
    move |theme| container::Style {
        border: border::rounded(CARD_RADIUS).width(1).color(mix(tones.line, tones.ink, 0.35)),
        ..card(tones)(theme)
    }
}

/// The edge around a card on a sheet: as if the card pressed on the paper.
pub fn pressed(_theme: &Theme) -> container::Style {
    container::Style {
        background: Some(Color::BLACK.scale_alpha(0.10).into()),
        border: border::rounded(CARD_RADIUS + 4.0),
        ..container::Style::default()
    }
}

/// What lies behind a dialog.
pub fn veil(tones: Tones) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style { background: Some(tones.veil.into()), ..container::Style::default() }
}

/// A line of notice: paper with an edge in the colour of what it says.
pub fn notice(tones: Tones, color: Color) -> impl Fn(&Theme) -> container::Style {
    move |theme| container::Style {
        border: border::rounded(CONTROL_RADIUS).width(1).color(color),
        ..dialog(tones)(theme)
    }
}

/// A line that stays: paper on the desk, with an edge in the colour of what it says.
pub fn banner(tones: Tones, color: Color) -> impl Fn(&Theme) -> container::Style {
    move |theme| container::Style {
        border: border::rounded(CONTROL_RADIUS).width(1).color(color),
        ..card(tones)(theme)
    }
}

/// A small round mark behind a number or a letter.
pub fn pill(background: Color, text: Color) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        text_color: Some(text),
        background: Some(background.into()),
        border: border::rounded(ROUND),
        ..container::Style::default()
    }
}

/// A thin line around something round: hollow, for those who are away.
pub fn ring(tones: Tones, color: Color) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        text_color: Some(tones.faded),
        border: border::rounded(ROUND).width(1.5).color(color),
        ..container::Style::default()
    }
}

/// The one thing to do.
pub fn primary(tones: Tones) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| {
        let background = match status {
            button::Status::Active => tones.seal,
            button::Status::Hovered | button::Status::Pressed => mix(tones.seal, tones.ink, 0.12),
            button::Status::Disabled => tones.line,
        };
        let text_color = if status == button::Status::Disabled { tones.faded } else { tones.on_seal };
        control(Some(background), text_color, background)
    }
}

/// Something else to do.
pub fn secondary(tones: Tones) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| match status {
        button::Status::Active => control(Some(tones.paper), tones.ink, tones.line),
        button::Status::Hovered | button::Status::Pressed => {
            control(Some(mix(tones.paper, tones.ink, 0.06)), tones.ink, tones.faded)
        }
        button::Status::Disabled => control(None, tones.faded, tones.line),
    }
}

/// A picture to be opened, on its mount.
pub fn framed(tones: Tones) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |theme, status| match status {
        button::Status::Active => control(Some(tones.paper), tones.ink, tones.line),
        _ => secondary(tones)(theme, status),
    }
}

/// A sheet: white by day and by night.
pub fn canvas(tones: Tones) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        background: Some(Color::WHITE.into()),
        border: border::width(1).color(tones.line),
        ..container::Style::default()
    }
}

/// A button without a frame.
pub fn quiet(tones: Tones) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| match status {
        button::Status::Active => control(None, tones.ink, Color::TRANSPARENT),
        button::Status::Hovered | button::Status::Pressed => {
            control(Some(tones.ink.scale_alpha(0.08)), tones.ink, Color::TRANSPARENT)
        }
        button::Status::Disabled => control(None, tones.faded, Color::TRANSPARENT),
    }
}

/// A button without a frame that may be the chosen one of several.
pub fn choice(tones: Tones, chosen: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |theme, status| match (chosen, status) {
        (true, button::Status::Disabled) => control(None, tones.faded, tones.line),
        (true, _) => control(Some(tones.ink.scale_alpha(0.10)), tones.ink, tones.faded),
        (false, status) => quiet(tones)(theme, status),
    }
}

/// A well of ink: a button that is nothing but its colour.
pub fn well(tones: Tones, color: Color, chosen: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| button::Style {
        background: Some(if status == button::Status::Disabled { color.scale_alpha(0.35) } else { color }.into()),
        border: Border {
            radius: if chosen { 6.0 } else { 12.0 }.into(),
            width: if chosen { 2.5 } else { 1.0 },
            color: if chosen { tones.ink } else { tones.line },
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

/// A field to write in.
pub fn input(tones: Tones) -> impl Fn(&Theme, text_input::Status) -> text_input::Style {
    move |_, status| text_input::Style {
        background: if status == text_input::Status::Disabled { tones.desk } else { tones.paper }.into(),
        border: border::rounded(CONTROL_RADIUS).width(1).color(match status {
            text_input::Status::Focused { .. } => tones.seal,
            text_input::Status::Hovered => tones.faded,
            text_input::Status::Active | text_input::Status::Disabled => tones.line,
        }),
        icon: tones.faded,
        placeholder: tones.faded,
        value: tones.ink,
        selection: tones.seal.scale_alpha(0.3),
    }
}

/// A larger field to write in.
pub fn editor(tones: Tones) -> impl Fn(&Theme, text_editor::Status) -> text_editor::Style {
    move |_, status| text_editor::Style {
        background: tones.paper.into(),
        border: border::rounded(CONTROL_RADIUS).width(1).color(match status {
            text_editor::Status::Focused { .. } => tones.seal,
            text_editor::Status::Hovered => tones.faded,
            text_editor::Status::Active | text_editor::Status::Disabled => tones.line,
        }),
        placeholder: tones.faded,
        value: tones.ink,
        selection: tones.seal.scale_alpha(0.3),
    }
}

/// A list that scrolls.
pub fn scroll(tones: Tones) -> impl Fn(&Theme, scrollable::Status) -> scrollable::Style {
    move |theme, status| {
        let thumb = match status {
            scrollable::Status::Active { .. } => tones.line,
            scrollable::Status::Hovered { .. } | scrollable::Status::Dragged { .. } => tones.faded,
        };
        let rail = scrollable::Rail {
            background: None,
            border: Border::default(),
            scroller: scrollable::Scroller { background: thumb.into(), border: border::rounded(3) },
        };
        scrollable::Style { vertical_rail: rail, horizontal_rail: rail, ..scrollable::default(theme, status) }
    }
}

/// A handle on a rail.
pub fn slider(tones: Tones) -> impl Fn(&Theme, handle::Status) -> handle::Style {
    move |_, status| {
        let handle = match status {
            handle::Status::Active => tones.faded,
            handle::Status::Hovered | handle::Status::Dragged => tones.ink,
        };
        handle::Style {
            rail: handle::Rail {
                backgrounds: (tones.pine.into(), tones.line.into()),
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

/// How much of something is done.
pub fn progress(tones: Tones) -> impl Fn(&Theme) -> progress_bar::Style {
    move |_| progress_bar::Style { background: tones.line.into(), bar: tones.pine.into(), border: border::rounded(3) }
}

/// `share` of `b` in `a`.
fn mix(a: Color, b: Color, share: f32) -> Color {
    let channel = |a: f32, b: f32| a + (b - a) * share;
    Color::from_rgb(channel(a.r, b.r), channel(a.g, b.g), channel(a.b, b.b))
}
