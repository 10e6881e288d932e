//! Links in a text.

use linkify::{LinkFinder, LinkKind};
use url::Url;

/// A web link. Others can't be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address as the system gets it, in ASCII.
    pub url: String,
    /// The host in it, in ASCII.
    pub host: String,
    /// The host as people read it, if that differs.
    pub host_read: Option<String>,
}

impl Link {
    /// Parses a link; `None` for anything but a web address with a host.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let host = url.host_str()?.to_owned();
        let written = text.split_once("://")?.1.split(['/', '?', '#']).next()?;
        let written = written.rsplit_once('@').map_or(written, |(_, host)| host);
        let host_read = (!written.is_ascii()).then(|| written.to_owned());
        Some(Link { url: url.into(), host, host_read })
    }
}

/// Returns the links in a text, in their order.
pub fn links(text: &str) -> Vec<Link> {
    pieces(text).filter_map(|(_, link)| link).collect()
}

/// Splits a text into links and the pieces between them.
pub fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<Link>)> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let spans: Vec<_> = finder.spans(text).map(|span| (span.start(), span.end(), span.kind().is_some())).collect();
    spans.into_iter().map(move |(start, end, is_link)| {
        let piece = &text[start..end];
        (piece, is_link.then(|| Link::parse(piece)).flatten())
    })
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
}
