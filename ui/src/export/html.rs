//! Writes a room's history as one page without scripts, and without fonts and pictures from elsewhere.

use std::fmt::{self, Display};
use std::io::{self, Write};

use data_encoding::BASE64;
use inkmesh::event::Entry;
use jiff::civil::Date;

use super::dates::{LocalTime, day_words};
use super::entry_text::{EntryText, Names, entry_text};
use crate::settings::Language;

/// The style: the window's colours, light or dark as the reader's system is.
const STYLE: &str = "\
:root{color-scheme:light dark;--desk:#f1ece1;--paper:#fbf8f2;--ink:#1e1b18;--faded:#6a6259;--line:#ddd5c6;--seal:#b83822}
@media(prefers-color-scheme:dark){:root{--desk:#191817;--paper:#23211f;--ink:#eee8dc;--faded:#a69d90;--line:#38342f;--seal:#ff7f62}}
body{margin:0;background:var(--desk);color:var(--ink);font:15px/1.5 'Noto Sans KR','Apple SD Gothic Neo','Malgun Gothic',system-ui,sans-serif}
main{max-width:48rem;margin:0 auto;padding:16px}
h1{font-size:28px;margin:16px 0}
h2{font-size:15px;color:var(--faded);border-bottom:1px solid var(--line);margin:32px 0 12px;padding-bottom:4px}
p,figure{margin:0 0 8px;overflow-wrap:anywhere}
.s{background:var(--paper);border-radius:10px;padding:8px 12px;white-space:pre-wrap}
.n,time,figcaption,i{color:var(--faded);font-size:13px}
time{font-variant-numeric:tabular-nums;margin-right:8px}
figure{background:var(--paper);border-radius:10px;padding:12px}
img{display:block;width:100%;height:auto;aspect-ratio:4/3;background:#fff;border:1px solid var(--line);border-radius:6px;margin-bottom:8px}
@media print{body{background:#fff}figure{break-inside:avoid}}
";

/// A page that is being written.
pub struct Page<'a, W> {
    out: &'a mut W,
    language: Language,
    time: &'a LocalTime,
    names: &'a Names,
    day: Option<Date>,
}

impl<'a, W: Write> Page<'a, W> {
    /// Writes the beginning, with the room as a title.
    pub fn begin(
        out: &'a mut W,
        language: Language,
        time: &'a LocalTime,
        names: &'a Names,
        room: &str,
    ) -> io::Result<Self> {
        let code = match language {
            Language::En => "en",
            Language::Ko => "ko",
        };
        // A second defence: if a text got past the escaping, it could neither load nor run anything.
        let policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
        let room = Text(room);
        write!(
            out,
            "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{room} · Inkmesh</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{room}</h1>\n"
        )?;
        Ok(Page { out, language, time, names, day: None })
    }

    /// Writes an entry. Drawing steps are left out, as the drawings show them.
    pub fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        match entry_text(self.language, self.names, entry) {
            EntryText::Nothing | EntryText::Drew(_) => Ok(()),
            EntryText::Notice(words) => {
                self.on_day(entry.time)?;
                let (time, words) = (self.clock(entry.time), Text(&words));
                writeln!(self.out, "<p class=\"n\">{time}<bdi>{words}</bdi></p>")
            }
            EntryText::Line { name, aside, text } => {
                self.on_day(entry.time)?;
                let (time, name, text) = (self.clock(entry.time), Text(&name), Text(&text));
                let aside = aside.map(|aside| format!(" <i>{}</i>", Text(&aside))).unwrap_or_default();
                writeln!(
                    self.out,
                    "<p class=\"s\">{time}<b><bdi>{name}</bdi></b>{aside}\n<bdi dir=\"auto\">{text}</bdi></p>"
                )
            }
        }
    }

    /// Writes a drawing that was finished at this moment. `kind` is that of the picture, as `png`.
    pub fn picture(&mut self, ms: u64, kind: &str, bytes: &[u8], caption: &str) -> io::Result<()> {
        self.on_day(ms)?;
        let (time, caption, picture) = (self.clock(ms), Text(caption), BASE64.encode(bytes));
        writeln!(
            self.out,
            "<figure><img alt=\"{caption}\" src=\"data:image/{kind};base64,{picture}\">\
             <figcaption>{time}<bdi>{caption}</bdi></figcaption></figure>"
        )
    }

    /// Writes the end.
    pub fn finish(self) -> io::Result<()> {
        self.out.write_all(b"</main>\n</body>\n</html>\n")
    }

    /// Writes a heading if a new day has begun.
    fn on_day(&mut self, ms: u64) -> io::Result<()> {
        let day = self.time.day(ms);
        if self.day.replace(day) == Some(day) {
            return Ok(());
        }
        writeln!(self.out, "<h2>{}</h2>", Text(&day_words(self.language, day)))
    }

    fn clock(&self, ms: u64) -> String {
        format!("<time>{}</time>", self.time.clock(ms))
    }
}

/// A text that is escaped for HTML, between tags and between quotes.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            '\n' | '\t' => write!(f, "{letter}"),
            letter if letter.is_control() => f.write_str("\u{fffd}"),
            letter => write!(f, "{letter}"),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::clock::Timestamp;
    use inkmesh::event::EntryBody;
    use inkmesh::identity::Author;
    use inkmesh::operation::{ChainId, OperationId, OrderKey};

    use super::*;

    const ANA: Author = Author([1; 32]);
    const NOON: u64 = 1_795_348_800_000;

    fn entry(ms: u64, body: EntryBody) -> Entry {
        let chain = ChainId { author: ANA, log: 0 };
        let place = OrderKey { time: Timestamp::from_ms(ms), chain, seq: 0, id: 0 };
        let (id, name) = (OperationId([0; 32]), String::new());
        Entry { id, author: ANA, name, time: ms, place, body, late: false, held_back: false }
    }

    fn page(language: Language, name: &str, room: &str, fill: impl FnOnce(&mut Page<'_, Vec<u8>>)) -> String {
        let (mut out, time) = (Vec::new(), LocalTime::offset(0));
        let names = Names::new([(ANA, name.to_owned())].into_iter());
        let mut page = Page::begin(&mut out, language, &time, &names, room).unwrap();
        fill(&mut page);
        page.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Returns the names of the tags of a page.
    fn tags(page: &str) -> Vec<&str> {
        let opened = page.split('<').skip(1);
        opened.map(|rest| rest.split([' ', '>', '\n']).next().unwrap()).collect()
    }

    #[test]
    fn text_of_people_is_escaped() {
        let evil = "</bdi><script>alert('1')</script>\"onerror=\"x&<img src=x>\u{0}";
        let fill = |texts: [&'static str; 2]| {
            move |page: &mut Page<'_, Vec<u8>>| {
                page.entry(&entry(NOON, EntryBody::Chat(texts[0].to_owned()))).unwrap();
                page.entry(&entry(NOON, EntryBody::Guess(texts[0].to_owned()))).unwrap();
                page.entry(&entry(NOON, EntryBody::Named(texts[0].to_owned()))).unwrap();
                page.picture(NOON, "png", b"bytes", texts[1]).unwrap();
            }
        };
        let harmless = page(Language::En, "Ana", "# lobby", fill(["hello", "apple"]));
        let written = page(Language::En, evil, evil, fill([evil, evil]));
        assert_eq!(tags(&written), tags(&harmless));
        assert!(!written.contains("<script") && written.contains("&lt;script&gt;alert(&#39;1&#39;)"));
        let quotes = |page: &str| page.matches('"').count();
        assert_eq!(quotes(&written), quotes(&harmless), "nothing ends an attribute");
        assert!(!written.contains('\u{0}'));
    }

    #[test]
    fn entries_stand_under_their_day() {
        let written = page(Language::Ko, "보라", "# 로비", |page| {
            page.entry(&entry(NOON - 86_400_000, EntryBody::Chat("어제".to_owned()))).unwrap();
            page.entry(&entry(NOON, EntryBody::Drawing)).unwrap();
            page.entry(&entry(NOON, EntryBody::Chat("오늘\n둘째 줄".to_owned()))).unwrap();
            page.picture(NOON + 60_000, "svg+xml", b"<svg>", "사과").unwrap();
        });
        assert!(written.starts_with("<!doctype html>\n<html lang=\"ko\">"));
        let places: Vec<usize> = [
            "<h2>2026년 11월 21일 토요일</h2>",
            "어제",
            "<h2>2026년 11월 22일 일요일</h2>",
            "<time>12:00</time><b><bdi>보라</bdi></b>\n<bdi dir=\"auto\">오늘\n둘째 줄",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "<time>12:01</time><bdi>사과",
        ]
        .map(|part| written.find(part).unwrap_or_else(|| panic!("{part} is missing in {written}")))
        .to_vec();
        assert!(places.is_sorted());
        assert_eq!(written.matches("<h2>").count(), 2);
    }
}
