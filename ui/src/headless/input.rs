//! Standard input as lines of bounded length.

use std::io::{self, BufRead, Read};
use std::thread;

use tokio::sync::mpsc;

/// Longest line in bytes; a longer one is skipped.
pub const MAX_LINE: usize = 1 << 20;

/// Lines that are read ahead of their commands.
const QUEUE: usize = 16;

/// One line of the input.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// Its text, without the line's end.
    Text(String),
    /// It was longer than [`MAX_LINE`] and is skipped.
    TooLong,
    /// It is not UTF-8.
    NotText,
}

/// Starts a thread that reads standard input until it ends. It is not a task, because a read that waits can't be
/// cancelled, and an asynchronous runtime would wait for it when the program ends.
///
/// # Errors
/// The thread can't be started.
pub fn start() -> io::Result<mpsc::Receiver<Line>> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    thread::Builder::new().name("input".to_owned()).spawn(move || pump(io::stdin().lock(), &sender))?;
    Ok(receiver)
}

fn pump(mut input: impl BufRead, lines: &mpsc::Sender<Line>) {
    loop {
        match next_line(&mut input) {
            Ok(Some(line)) => {
                if lines.blocking_send(line).is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "standard input can't be read: taken as its end");
                return;
            }
        }
    }
}

/// Reads the next line; `None` at the end. The last line needs no line feed.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    // One byte more than the longest line, for its line feed.
    if input.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if bytes.len() > MAX_LINE {
        input.skip_until(b'\n')?;
        return Ok(Some(Line::TooLong));
    }
    Ok(Some(String::from_utf8(bytes).map_or(Line::NotText, Line::Text)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn lines(mut bytes: &[u8]) -> Vec<Line> {
        std::iter::from_fn(|| next_line(&mut bytes).unwrap()).collect()
    }

    #[test]
    fn lines_end_at_line_feeds_and_at_the_end() {
        let text = |text: &str| Line::Text(text.to_owned());
        assert_eq!(lines(b""), []);
        assert_eq!(lines("하나\n\n둘".as_bytes()), [text("하나"), text(""), text("둘")]);
    }

    #[test]
    fn a_line_that_is_too_long_or_no_text_costs_only_itself() {
        let mut bytes = vec![b'x'; MAX_LINE];
        bytes.push(b'\n');
        bytes.extend(vec![b'y'; MAX_LINE + 1]);
        bytes.extend(b"\n\xff\xfe\nz\n");
        let read = lines(&bytes);
        assert!(matches!(&read[0], Line::Text(text) if text.len() == MAX_LINE));
        assert_eq!(read[1..], [Line::TooLong, Line::NotText, Line::Text("z".to_owned())]);
    }

    #[test]
    fn a_line_without_end_is_skipped_to_the_end_of_the_input() {
        assert_eq!(lines(&vec![b'x'; 3 * MAX_LINE]), [Line::TooLong]);
    }
}
