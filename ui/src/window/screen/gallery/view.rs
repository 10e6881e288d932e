//! The view of the gallery: its head, and all drawings, the newest first; or the open drawing.

use iced::widget::text::Wrapping;
use iced::widget::{Row, Sensor, center, column, container, image, row};
use iced::{Alignment, Element, Length};
use inkmesh::gallery::{Drawing, Gallery};

use super::context::{Context, kind, names};
use super::message::Message;
use super::replay::Replay;
use super::state::GalleryScreen;
use super::thumbs::{HEIGHT, WIDTH};
use super::viewer;
use crate::text::{command_error, grouped};
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::{scroll, secondary};

/// The distance out of view at which thumbnails are made, in pixels.
const AHEAD: f32 = 200.0;

/// Returns the view of the gallery: all drawings, or the open one.
pub fn view<'a>(screen: &'a GalleryScreen, context: Context<'_>) -> Element<'a, Message> {
    let look = context.look;
    let content = match &screen.gallery {
        None => words(look, look.t("gallery-reading"), None),
        Some(Err(error)) => {
            let again = secondary(look, theme::body(look.t("gallery-again")), Message::Retry).padding([8, 16]);
            words(look, command_error(look.language, error), Some(again.into()))
        }
        Some(Ok(gallery)) if gallery.is_empty() => words(look, look.t("gallery-empty"), None),
        Some(Ok(gallery)) => match opened(screen, gallery) {
            Some((replay, drawing)) => viewer::view(replay, drawing, context),
            None => list(screen, gallery, context),
        },
    };
    let (back, heading) =
        if screen.replay.is_some() { (Message::Close, "gallery-all") } else { (Message::Leave, "gallery-back") };
    let back = secondary(look, theme::body(format!("← {}", look.t(heading))), back).padding([4, 12]);
    let title = theme::title(look.t_args("gallery-of", [("room", context.room.into())]));
    let title = title.size(if context.short { theme::BODY } else { theme::TITLE }).wrapping(Wrapping::None);
    let title = container(title).width(Length::Fill).clip(true);
    let head = row![title, back].spacing(12).align_y(Alignment::Center);
    column![head, content].spacing(if context.short { 4 } else { 12 }).width(Length::Fill).height(Length::Fill).into()
}

fn opened<'a>(screen: &'a GalleryScreen, gallery: &'a Gallery) -> Option<(&'a Replay, &'a Drawing)> {
    let replay = screen.replay.as_ref()?;
    Some((replay, gallery.drawings().find(|drawing| drawing.key == replay.key)?))
}

fn list<'a>(screen: &'a GalleryScreen, gallery: &'a Gallery, context: Context<'_>) -> Element<'a, Message> {
    let look = context.look;
    let all = gallery.drawings();
    let older = all.len().saturating_sub(screen.listed);
    let newest: Vec<&Drawing> = all.skip(older).collect();
    let cards = newest.into_iter().rev().map(|drawing| card(screen, drawing, context));
    let cards = Row::with_children(cards).spacing(12).wrap().vertical_spacing(12);
    let more = (older > 0).then(|| {
        let words = look.t_args("gallery-older", [("count", grouped(older as u64).into())]);
        secondary(look, theme::body(words), Message::Older).padding([8, 16])
    });
    let cards = column![cards].push(more).spacing(16).width(Length::Fill).padding([0, 8]);
    scroll(look, cards).width(Length::Fill).height(Length::Fill).into()
}

fn card<'a>(screen: &'a GalleryScreen, drawing: &'a Drawing, context: Context<'_>) -> Element<'a, Message> {
    let (look, key) = (context.look, drawing.key);
    let picture: Element<'_, Message> = match screen.thumbs.of(key) {
        Some(thumb) => image(thumb.clone()).width(WIDTH).height(HEIGHT).into(),
        None => center(theme::small("…", look.colors.muted)).width(WIDTH).height(HEIGHT).into(),
    };
    let picture = container(picture).style(style::canvas(look.colors));
    let what = match &drawing.revealed {
        Some(revealed) => theme::strong(revealed.word.text.clone()),
        None => theme::strong(look.t(kind(drawing))),
    };
    let names = names(drawing, context);
    let when = context.calendar.moment(look, drawing.to_ms);
    let facts = theme::small(format!("{names} · {when}"), look.colors.muted).wrapping(Wrapping::WordOrGlyph);
    let card = column![picture, column![what.wrapping(Wrapping::WordOrGlyph), facts].spacing(2)].spacing(8);
    let card = secondary(look, card.width(WIDTH), Message::Open(key)).padding(8);
    Sensor::new(card)
        .key(key)
        .anticipate(AHEAD)
        .on_show(move |_| Message::Shown(key))
        .on_hide(Message::Hidden(key))
        .into()
}

fn words<'a>(look: Look, words: String, button: Option<Element<'a, Message>>) -> Element<'a, Message> {
    let words = theme::body(words).color(look.colors.muted).wrapping(Wrapping::WordOrGlyph).center();
    center(column![words].push(button).spacing(16).align_x(Alignment::Center).max_width(420)).padding(16).into()
}
