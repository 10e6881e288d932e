//! All drawings, the newest first.

use iced::widget::text::Wrapping;
use iced::widget::{Row, Sensor, button, center, column, container, image, row};
use iced::{Alignment, Element, Length};
use inkmesh::canvas::SheetId;
use inkmesh::gallery::{Drawing, Gallery};
use inkmesh::identity::Author;

use super::thumbs::{HEIGHT, WIDTH};
use super::{Hall, Message, viewer};
use crate::text::{command_error, grouped};
use crate::window::theme::{self, Look, style};
use crate::window::when::Calendar;
use crate::window::widget::parts::scroll;

/// How far out of view pictures are made already, in pixels.
const AHEAD: f32 = 200.0;

/// What the gallery is shown with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The look.
    pub look: Look,
    /// Today.
    pub calendar: &'a Calendar,
    /// What somebody is called.
    pub name_of: &'a dyn Fn(Author) -> String,
    /// Whether the window is so low that everything takes as little room as it can.
    pub short: bool,
}

impl Hall {
    /// What is seen.
    pub fn view<'a>(&'a self, context: Context<'_>) -> Element<'a, Message> {
        let look = context.look;
        let content = match &self.gallery {
            None => words(look, look.t("gallery-reading"), None),
            Some(Err(error)) => {
                let again = button(theme::body(look.t("gallery-again"))).on_press(Message::Again).padding([8, 16]);
                words(look, command_error(look.language, error), Some(again.style(style::secondary(look.tones)).into()))
            }
            Some(Ok(gallery)) if gallery.is_empty() => words(look, look.t("gallery-empty"), None),
            Some(Ok(gallery)) => match self.opened(gallery) {
                Some((replay, drawing)) => viewer::view(replay, drawing, context),
                None => self.list(gallery, context),
            },
        };
        let (back, heading) =
            if self.replay.is_some() { (Message::Close, "gallery-all") } else { (Message::Leave, "gallery-back") };
        let back = button(theme::body(format!("← {}", look.t(heading)))).on_press(back).padding([4, 12]);
        let title = theme::title(look.t_args("gallery-of", [("room", self.room.as_str().into())]));
        let title = title.size(if context.short { theme::BODY } else { theme::TITLE }).wrapping(Wrapping::None);
        let title = container(title).width(Length::Fill).clip(true);
        let head = row![title, back.style(style::secondary(look.tones))].spacing(12).align_y(Alignment::Center);
        column![head, content]
            .spacing(if context.short { 4 } else { 12 })
            .width(Length::Fill)
            .height(Length::Fill)
            .into()
    }

    fn opened<'a>(&'a self, gallery: &'a Gallery) -> Option<(&'a super::Replay, &'a Drawing)> {
        let replay = self.replay.as_ref()?;
        Some((replay, gallery.drawings().find(|drawing| drawing.key == replay.key())?))
    }

    fn list<'a>(&'a self, gallery: &'a Gallery, context: Context<'_>) -> Element<'a, Message> {
        let look = context.look;
        let all = gallery.drawings();
        let older = all.len().saturating_sub(self.listed);
        let newest: Vec<&Drawing> = all.skip(older).collect();
        let cards = newest.into_iter().rev().map(|drawing| self.card(drawing, context));
        let cards = Row::with_children(cards).spacing(12).wrap().vertical_spacing(12);
        let more = (older > 0).then(|| {
            let words = look.t_args("gallery-older", [("count", grouped(older as u64).into())]);
            button(theme::body(words)).on_press(Message::Older).padding([8, 16]).style(style::secondary(look.tones))
        });
        let cards = column![cards].push(more).spacing(16).width(Length::Fill).padding([0, 8]);
        scroll(look, cards).width(Length::Fill).height(Length::Fill).into()
    }

    fn card<'a>(&'a self, drawing: &'a Drawing, context: Context<'_>) -> Element<'a, Message> {
        let (look, key) = (context.look, drawing.key);
        let picture: Element<'_, Message> = match self.thumbs.of(key) {
            Some(thumb) => image(thumb.clone()).width(WIDTH).height(HEIGHT).into(),
            None => center(theme::small("…", look.tones.faded)).width(WIDTH).height(HEIGHT).into(),
        };
        let picture = container(picture).style(style::canvas(look.tones));
        let what = match &drawing.revealed {
            Some(revealed) => theme::strong(revealed.word.text.clone()),
            None => theme::strong(look.t(kind(drawing))),
        };
        let names = names(drawing, context);
        let when = context.calendar.moment(look, drawing.to_ms);
        let facts = theme::small(format!("{names} · {when}"), look.tones.faded).wrapping(Wrapping::WordOrGlyph);
        let card = column![picture, column![what.wrapping(Wrapping::WordOrGlyph), facts].spacing(2)].spacing(8);
        let card = button(card.width(WIDTH)).on_press(Message::Open(key)).padding(8).style(style::framed(look.tones));
        Sensor::new(card)
            .key(key)
            .anticipate(AHEAD)
            .on_show(move |_| Message::Seen(key))
            .on_hide(Message::Unseen(key))
            .into()
    }
}

/// What kind of a drawing it is, of which no word was told.
pub fn kind(drawing: &Drawing) -> &'static str {
    match drawing.key.sheet {
        SheetId::Free => "gallery-free",
        SheetId::Turn { .. } => "gallery-turn",
    }
}

/// Who drew it.
pub fn names(drawing: &Drawing, context: Context<'_>) -> String {
    /// Most names.
    const MOST: usize = 3;
    let names: Vec<String> = drawing.authors.iter().take(MOST).map(|author| (context.name_of)(*author)).collect();
    let names = names.join(", ");
    match drawing.authors.len().saturating_sub(MOST) {
        0 => names,
        more => context.look.t_args("gallery-and-more", [("names", names.into()), ("count", more.into())]),
    }
}

fn words<'a>(look: Look, words: String, button: Option<Element<'a, Message>>) -> Element<'a, Message> {
    let words = theme::body(words).color(look.tones.faded).wrapping(Wrapping::WordOrGlyph).center();
    center(column![words].push(button).spacing(16).align_x(Alignment::Center).max_width(420)).padding(16).into()
}
