//! The text of a line: its line breaks, its links, and how much of a long one is shown at first.

use iced::widget::text::Wrapping;
use iced::widget::{column, rich_text, span};
use iced::{Color, Element, Length};
use inkmesh::operation::OperationId;

use super::links::{Link, pieces};
use super::message::Message;
use crate::text::grouped;
use crate::window::theme::{self, Look};
use crate::window::widget::focusable;
use crate::window::widget::parts::small_button;

/// The number of rows above which a line is folded.
const ROWS: usize = 16;
/// The number of rows of a folded line.
const FOLDED: usize = 10;
/// The approximate number of characters of a row.
const ROW: usize = 36;

/// Returns the beginning of a long text; `None` for one that is not folded.
fn folded(text: &str) -> Option<&str> {
    let rows = |line: &str| line.chars().count() / ROW + 1;
    if text.split('\n').map(rows).sum::<usize>() <= ROWS {
        return None;
    }
    let (mut left, mut end) = (FOLDED, 0);
    for line in text.split_inclusive('\n') {
        if rows(line) > left {
            end += line.char_indices().nth(left * ROW).map_or(line.len(), |(at, _)| at);
            break;
        }
        left -= rows(line);
        end += line.len();
    }
    Some(text[..end].trim_end())
}

/// Returns how many lines a text has.
fn count(text: &str) -> usize {
    text.split('\n').count()
}

/// Returns the text of the line with this id. `whole` is whether a long one is shown whole.
pub fn view(id: OperationId, text: &str, whole: bool, color: Color, look: Look) -> Element<'static, Message> {
    let fold = folded(text);
    let shown = fold.filter(|_| !whole).unwrap_or(text);
    let words = spans(shown, color, look);
    let toggle = fold.map(|_| {
        let words = if whole {
            look.t("line-fold")
        } else {
            look.t_args("line-unfold", [("count", grouped(count(text) as u64).into())])
        };
        let button = small_button(look, words, Message::Unfold(id));
        focusable(button, Message::Unfold(id), look.colors.accent)
    });
    column![words].push(toggle).spacing(4).into()
}

fn spans(text: &str, color: Color, look: Look) -> Element<'static, Message> {
    let pieces: Vec<(&str, Option<Link>)> = pieces(text).collect();
    if pieces.iter().all(|(_, link)| link.is_none()) {
        let words = theme::body(text.to_owned()).color(color);
        return words.wrapping(Wrapping::WordOrGlyph).width(Length::Fill).into();
    }
    let spans: Vec<_> = pieces
        .into_iter()
        .map(|(piece, link)| {
            let linked = link.is_some();
            span(piece.to_owned())
                .color(if linked { look.colors.success } else { color })
                .underline(linked)
                .link_maybe(link)
        })
        .collect();
    rich_text(spans)
        .on_link_click(Message::AskLink)
        .size(theme::BODY)
        .wrapping(Wrapping::WordOrGlyph)
        .width(Length::Fill)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_folded() {
        let lines = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join("\n");
        assert_eq!(folded(&lines(16)), None);
        assert_eq!(folded(&lines(17)), Some(&*lines(10)));
        let long = "가".repeat(ROW * 100);
        assert_eq!(folded(&long).map(|text| text.chars().count()), Some(ROW * FOLDED));
        let mixed = format!("a\n{long}");
        assert_eq!(folded(&mixed).map(|text| text.chars().count()), Some(2 + ROW * (FOLDED - 1)));
    }
}
