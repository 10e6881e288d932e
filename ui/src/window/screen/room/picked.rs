//! Lines of the talk that are picked, to be copied, and the menu of a line.

use iced::widget::{Column, Space, button, container, mouse_area, pin, row, stack};
use iced::{Element, Length, Point, Size};
use inkmesh::event::{Entry, EntryBody};

use super::chat::{Place, is_talk, place};
use super::words::{Link, links};
use super::{Message, chat_view};
use crate::window::theme::{self, Look, style};
use crate::window::widget::{focusable, opaque};

/// Width of the menu of a line, in pixels.
const WIDTH: f32 = 260.0;
/// Height of an entry in it.
const HEIGHT: f32 = 32.0;
/// Most links of a line that have an entry of their own.
const MAX_LINKS: usize = 4;

/// The lines that are picked: those from the one that was picked first to the last.
#[derive(Debug, Default)]
pub struct Picked(Option<(Place, Place)>);

impl Picked {
    /// Picks a line, or all up to it.
    pub fn pick(&mut self, line: Place, extend: bool) {
        let first = self.0.filter(|_| extend).map_or(line, |(first, _)| first);
        self.0 = Some((first, line));
    }

    /// Picks none; returns whether there were any.
    pub fn clear(&mut self) -> bool {
        self.0.take().is_some()
    }

    /// Whether a line is picked.
    pub fn holds(&self, entry: &Entry) -> bool {
        let at = place(entry);
        is_talk(entry) && self.0.is_some_and(|(first, last)| first.min(last) <= at && at <= first.max(last))
    }

    /// What is picked, for a [`iced::widget::lazy`] that shows it.
    pub fn range(&self) -> Option<(Place, Place)> {
        self.0
    }

    /// The text of what is picked: of one line its words, of more each with who said it; `None` when there is none.
    pub fn text(&self, lines: &[Entry], name: impl Fn(&Entry) -> String) -> Option<String> {
        let picked: Vec<&Entry> = lines.iter().filter(|entry| self.holds(entry)).collect();
        match &picked[..] {
            [] => None,
            [one] => words(one).map(str::to_owned),
            more => {
                let lines = more.iter().filter_map(|entry| Some(format!("{}: {}", name(entry), words(entry)?)));
                Some(lines.collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

/// What was said in a line.
pub fn words(entry: &Entry) -> Option<&str> {
    match &entry.body {
        EntryBody::Chat(words) | EntryBody::Guess(words) | EntryBody::Whisper(Some(words)) => Some(words),
        _ => None,
    }
}

/// The menu of a line.
#[derive(Debug)]
pub struct Menu {
    at: Point,
    links: Vec<Link>,
}

impl Menu {
    /// The menu of a line, opened here.
    pub fn of(entry: &Entry, at: Point) -> Self {
        let mut links = words(entry).map(links).unwrap_or_default();
        links.dedup();
        links.truncate(MAX_LINKS);
        Menu { at, links }
    }

    /// The menu, in a window of this size.
    pub fn view(&self, look: Look, window: Size) -> Element<'_, Message> {
        let entry = |words: String, key: &'static str, message: Message| {
            let line = row![theme::body(words).width(Length::Fill), theme::small(key, look.tones.faded)].spacing(8);
            let button = button(line.align_y(iced::Alignment::Center).height(Length::Fill))
                .on_press(message.clone())
                .padding([0, 8])
                .width(Length::Fill)
                .height(HEIGHT)
                .style(style::quiet(look.tones));
            focusable(button, message, look.tones.seal)
        };
        let copy = entry(look.t("line-copy"), "Ctrl C", Message::CopyPicked);
        let open = self.links.iter().map(|link| {
            let host = link.host.as_str();
            entry(look.t_args("line-open", [("host", host.into())]), "", Message::AskLink(link.clone()))
        });
        let entries = Column::with_children(std::iter::once(copy).chain(open));
        let height = HEIGHT * (1 + self.links.len()) as f32 + 8.0;
        let card = container(entries).padding(4).width(WIDTH).style(style::dialog(look.tones));
        let x = self.at.x.min(window.width - WIDTH).max(0.0);
        let y = self.at.y.min(window.height - height).max(0.0);
        let ground = mouse_area(Space::new().width(Length::Fill).height(Length::Fill))
            .on_press(Message::Close)
            .on_right_press(Message::Close);
        stack![opaque(ground), pin(opaque(card)).x(x).y(y)].into()
    }
}

/// The line with this key.
pub fn find(lines: &[Entry], key: u64) -> Option<&Entry> {
    lines.iter().find(|entry| chat_view::key(entry.id) == key && is_talk(entry))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::window::tests::bench::{ANA, BORA, said};

    #[test]
    fn picked_lines_are_told_with_their_names_and_one_without() {
        let lines = [said(1, ANA, "Ana", "one\ntwo"), said(2, BORA, "보라", "셋"), said(3, ANA, "Ana", "four")];
        let name = |entry: &Entry| entry.name.clone();
        let mut picked = Picked::default();
        assert_eq!(picked.text(&lines, name), None);
        picked.pick(place(&lines[1]), false);
        assert_eq!(picked.text(&lines, name).unwrap(), "셋");
        picked.pick(place(&lines[0]), true);
        assert_eq!(picked.text(&lines, name).unwrap(), "Ana: one\ntwo\n보라: 셋");
        picked.pick(place(&lines[2]), true);
        assert_eq!(picked.text(&lines, name).unwrap(), "보라: 셋\nAna: four", "from the line that was picked first");
        picked.pick(place(&lines[2]), false);
        assert_eq!(picked.text(&lines, name).unwrap(), "four");
        assert!(picked.clear() && !picked.clear());
    }
}
