//! Selected lines, to be copied, and the menu of a line.

use iced::widget::{Column, Space, container, mouse_area, pin, row, stack};
use iced::{Element, Length, Point, Size};
use inkmesh::event::Entry;

use super::line::{Position, is_talk, position, words};
use super::links::{Link, links};
use super::message::Message;
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::quiet;
use crate::window::widget::{focusable, opaque};

/// Width of the menu of a line, in pixels.
const WIDTH: f32 = 260.0;
/// Height of an item in it.
const HEIGHT: f32 = 32.0;
/// The most links in it.
const MAX_LINKS: usize = 4;

/// The selected lines: from the one that was selected first to the last.
#[derive(Debug, Default)]
pub struct Selection(Option<(Position, Position)>);

impl Selection {
    /// Selects a line, or extends the selection up to it.
    pub fn select(&mut self, line: Position, extend: bool) {
        let first = self.0.filter(|_| extend).map_or(line, |(first, _)| first);
        self.0 = Some((first, line));
    }

    /// Clears the selection. Returns whether there was one.
    pub fn clear(&mut self) -> bool {
        self.0.take().is_some()
    }

    /// Returns whether a line is selected.
    pub fn holds(&self, entry: &Entry) -> bool {
        let at = position(entry);
        is_talk(entry) && self.0.is_some_and(|(first, last)| first.min(last) <= at && at <= first.max(last))
    }

    /// Returns the first and the last selected line.
    pub fn range(&self) -> Option<(Position, Position)> {
        self.0
    }

    /// Returns the text of the selected lines: of one its words, of several each with its author; `None` without any.
    pub fn text(&self, lines: &[Entry], name: impl Fn(&Entry) -> String) -> Option<String> {
        let selected: Vec<&Entry> = lines.iter().filter(|entry| self.holds(entry)).collect();
        match &selected[..] {
            [] => None,
            [one] => words(one).map(str::to_owned),
            more => {
                let lines = more.iter().filter_map(|entry| Some(format!("{}: {}", name(entry), words(entry)?)));
                Some(lines.collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

/// The menu of a line.
#[derive(Debug)]
pub struct LineMenu {
    at: Point,
    links: Vec<Link>,
}

impl LineMenu {
    /// Creates the menu of a line, opened here.
    pub fn of(entry: &Entry, at: Point) -> Self {
        let mut links = words(entry).map(links).unwrap_or_default();
        links.dedup();
        links.truncate(MAX_LINKS);
        LineMenu { at, links }
    }

    pub fn view(&self, look: Look, window: Size) -> Element<'_, Message> {
        let entry = |words: String, key: &'static str, message: Message| {
            let line = row![theme::body(words).width(Length::Fill), theme::small(key, look.colors.muted)].spacing(8);
            let line = line.align_y(iced::Alignment::Center).height(Length::Fill);
            let button = quiet(look, line, message.clone()).padding([0, 8]).width(Length::Fill).height(HEIGHT);
            focusable(button, message, look.colors.accent)
        };
        let copy = entry(look.t("line-copy"), "Ctrl C", Message::Copy);
        let open = self.links.iter().map(|link| {
            let host = link.host.as_str();
            entry(look.t_args("line-open", [("host", host.into())]), "", Message::AskLink(link.clone()))
        });
        let entries = Column::with_children(std::iter::once(copy).chain(open));
        let height = HEIGHT * (1 + self.links.len()) as f32 + 8.0;
        let card = container(entries).padding(4).width(WIDTH).style(style::dialog(look.colors));
        let x = self.at.x.min(window.width - WIDTH).max(0.0);
        let y = self.at.y.min(window.height - height).max(0.0);
        let ground = mouse_area(Space::new().width(Length::Fill).height(Length::Fill))
            .on_press(Message::CloseMenu)
            .on_right_press(Message::CloseMenu);
        stack![opaque(ground), pin(opaque(card)).x(x).y(y)].into()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::window::tests::bench::{ANA, BORA, said};

    #[test]
    fn selected_lines_are_copied_with_names_and_one_without() {
        let lines = [said(1, ANA, "Ana", "one\ntwo"), said(2, BORA, "보라", "셋"), said(3, ANA, "Ana", "four")];
        let name = |entry: &Entry| entry.name.clone();
        let mut selection = Selection::default();
        assert_eq!(selection.text(&lines, name), None);
        selection.select(position(&lines[1]), false);
        assert_eq!(selection.text(&lines, name).unwrap(), "셋");
        selection.select(position(&lines[0]), true);
        assert_eq!(selection.text(&lines, name).unwrap(), "Ana: one\ntwo\n보라: 셋");
        selection.select(position(&lines[2]), true);
        assert_eq!(
            selection.text(&lines, name).unwrap(),
            "보라: 셋\nAna: four",
            "from the line that was selected first"
        );
        selection.select(position(&lines[2]), false);
        assert_eq!(selection.text(&lines, name).unwrap(), "four");
        assert!(selection.clear() && !selection.clear());
    }
}
