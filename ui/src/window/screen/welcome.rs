//! The welcome screen of the first start, which asks for a name only.

use iced::widget::{Space, button, center, column, container, row, scrollable, text};
use iced::{Alignment, Element, Length};
use inkmesh::name::{NameError, PersonName};

use crate::settings::Language;
use crate::text::name_error;
use crate::window::theme::{self, HUGE, Look, SMALL, style};
use crate::window::widget::{Pinned, parts};

/// The height of the window below which everything takes as little room as it can, in pixels.
const SHORT_BELOW: f32 = 480.0;
/// The id of the field for the name.
pub const NAME_FIELD: &str = "welcome-name-field";

/// The state of the screen.
#[derive(Debug, Default)]
pub struct Welcome {
    name: String,
    error: Option<NameError>,
}

/// An event of the screen.
#[derive(Debug, Clone)]
pub enum Message {
    Typed(String),
    Continue,
    Language(Language),
}

/// A consequence of a message, outside of the screen.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Start with this name.
    Named(PersonName),
    Language(Language),
}

impl Welcome {
    pub fn update(&mut self, message: Message) -> Option<Outcome> {
        match message {
            Message::Typed(name) => (self.name, self.error) = (name, None),
            Message::Continue => match self.name.parse() {
                Ok(name) => return Some(Outcome::Named(name)),
                Err(error) => self.error = Some(error),
            },
            Message::Language(language) => return Some(Outcome::Language(language)),
        }
        None
    }

    pub fn view(&self, look: Look, height: f32) -> Element<'_, Message> {
        let colors = look.colors;
        let (edge, gap) = if height < SHORT_BELOW { (12.0, 8.0) } else { (32.0, 24.0) };
        let field = parts::field(look, &look.t("welcome-placeholder"), &self.name).id(NAME_FIELD).padding(gap / 2.0);
        let field = field.on_input(Message::Typed).on_submit(Message::Continue);
        let words = match self.error {
            Some(error) => text(name_error(look.language, error)).color(colors.accent),
            None => text(look.t("welcome-hint")).color(colors.muted),
        };
        let go_on = theme::strong(look.t("welcome-continue")).width(Length::Fill).align_x(Alignment::Center);
        let go_on = parts::primary(look, go_on, Message::Continue).padding(gap / 2.0).width(Length::Fill);
        let what = column![
            text("Inkmesh").size(HUGE).font(theme::BOLD),
            theme::body(look.t("welcome-what")).color(colors.muted)
        ];
        let name = column![theme::body(look.t("welcome-name")), field, words.size(SMALL)].spacing(gap / 3.0);
        let foot = column![name, go_on].spacing(gap);
        let card = Pinned::new(Space::new(), scrollable(what.spacing(gap)), foot).spacing(gap);
        let languages = row(Language::ALL.map(|language| {
            button(text(language.name()).size(SMALL))
                .on_press(Message::Language(language))
                .padding([4, 12])
                .style(style::choice(colors, language == look.language))
                .into()
        }))
        .spacing(4);
        let card = container(card).padding(edge).max_width(420).style(style::card(colors));
        let card = container(card).center_x(Length::Fill);
        let languages = container(languages).center_x(Length::Fill);
        center(Pinned::new(Space::new(), card, languages).spacing(gap / 2.0)).padding(edge / 2.0).into()
    }
}
