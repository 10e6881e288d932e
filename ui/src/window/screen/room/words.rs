//! The words of a line: its line breaks, its links, and how much of a long one is shown at first.

use iced::widget::text::Wrapping;
use iced::widget::{column, rich_text, span};
use iced::{Color, Element, Length};
use inkmesh::operation::OperationId;
use linkify::{LinkFinder, LinkKind};
use url::Url;

use super::Message;
use crate::text::grouped;
use crate::window::theme::{self, Look, style};
use crate::window::widget::focusable;

/// A line that is longer than so many rows is shown folded,
const ROWS: usize = 16;
/// to so many of them.
const FOLDED: usize = 10;
/// About so many characters stand in a row.
const ROW: usize = 36;

/// A link that may be opened: to the web, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address as the system gets it, in ASCII.
    pub url: String,
    /// The host in it, in ASCII.
    pub host: String,
    /// The host as people read it, where that is something else.
    pub host_read: Option<String>,
}

impl Link {
    /// A link from a text; `None` for anything but a web address with a host.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let host = url.host_str()?.to_owned();
        let written = text.split_once("://")?.1.split(['/', '?', '#']).next()?;
        let written = written.rsplit_once('@').map_or(written, |(_, host)| host);
        let host_read = (!written.is_ascii()).then(|| written.to_owned());
        Some(Link { url: url.into(), host, host_read })
    }
}

/// The links in a text, in their order.
pub fn links(text: &str) -> Vec<Link> {
    pieces(text).filter_map(|(_, link)| link).collect()
}

/// The text in pieces: those that are links, and what stands between them.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<Link>)> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let spans: Vec<_> = finder.spans(text).map(|span| (span.start(), span.end(), span.kind().is_some())).collect();
    spans.into_iter().map(move |(start, end, is_link)| {
        let piece = &text[start..end];
        (piece, is_link.then(|| Link::parse(piece)).flatten())
    })
}

/// What of a long text is shown at first; `None`: all of it.
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

/// How many lines a text has.
pub fn count(text: &str) -> usize {
    text.split('\n').count()
}

/// The words of the line with this id; `whole`: also of a long one all.
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
        let button = iced::widget::button(theme::small(words, look.tones.ink))
            .on_press(Message::Unfold(id))
            .padding([4, 8])
            .style(style::secondary(look.tones));
        focusable(button, Message::Unfold(id), look.tones.seal)
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
                .color(if linked { look.tones.pine } else { color })
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
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_links() {
        let text = "see https://example.org/a?b=c#d, (http://10.0.0.7:8080/x) or file:///etc/passwd javascript:alert(1) \
                    ftp://x.org mailto:a@b.c https:// a://b";
        let found: Vec<String> = links(text).into_iter().map(|link| link.url).collect();
        assert_eq!(found, ["https://example.org/a?b=c#d", "http://10.0.0.7:8080/x"]);
        assert_eq!(pieces(text).map(|(piece, _)| piece).collect::<String>(), text, "nothing is lost");
    }

    #[test]
    fn a_link_says_where_it_really_goes() {
        let link = Link::parse("https://google.com@evil.example/login").unwrap();
        assert_eq!((&*link.host, link.host_read), ("evil.example", None));
        let link = Link::parse("https://аpple.com/").unwrap(); // the first letter is Cyrillic
        assert_eq!(link.url, "https://xn--pple-43d.com/");
        assert_eq!((&*link.host, link.host_read.as_deref()), ("xn--pple-43d.com", Some("аpple.com")));
        let link = Link::parse("HTTP://EXAMPLE.org").unwrap();
        assert_eq!((&*link.url, link.host_read), ("http://example.org/", None));
    }

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
