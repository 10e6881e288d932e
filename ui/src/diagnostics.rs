//! Diagnostics on standard error. The program neither ends nor waits when standard error can't be written (a full disk, a
//! closed terminal) or nobody reads it (a full pipe).

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

/// The filter when `RUST_LOG` is not set. mDNS reports every packet that an interface without a route can't send.
const DEFAULT_LOG: &str = "warn,libp2p_mdns=off,inkmesh=info";
/// Largest number of lines that wait to be written. Further ones are dropped and counted.
const QUEUE: usize = 1024;
/// Longest time that the end of the program waits for lines to be written.
const LAST_LINES: Duration = Duration::from_millis(500);

/// Writes one line, or nothing if that fails.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The log on standard error, written by its own thread.
pub struct Log(Option<Lines>);

/// The queue to that thread.
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

enum Message {
    Line(Vec<u8>),
    /// Its sender is dropped when everything before it is written.
    Flush(SyncSender<()>),
}

impl Log {
    /// Starts the log. Nothing is logged if the thread can't be started.
    pub fn start() -> Self {
        let Ok(lines) = Lines::start(io::stderr()) else { return Log(None) };
        let writer = lines.clone();
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOG));
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .log_internal_errors(false)
            .init();
        Log(Some(lines))
    }

    /// Waits until everything is written, at most [`LAST_LINES`].
    pub fn finish(self) {
        let _ = self.0.map(|lines| lines.flush(LAST_LINES));
    }
}

impl Lines {
    fn start(output: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, messages) = sync_channel(QUEUE);
        let lines = Lines { queue, dropped: Arc::default() };
        let dropped = Arc::clone(&lines.dropped);
        thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&messages, &dropped, output))?;
        Ok(lines)
    }

    /// Returns whether everything was written or failed in time.
    fn flush(&self, limit: Duration) -> bool {
        let (written, done) = sync_channel(1);
        // Never sent, only closed.
        self.queue.try_send(Message::Flush(written)).is_ok()
            && done.recv_timeout(limit) == Err(RecvTimeoutError::Disconnected)
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Message::Line(line.to_vec())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes lines as they arrive. Lines that can't be written are lost.
fn write_all(messages: &Receiver<Message>, dropped: &AtomicU64, mut output: impl Write) {
    while let Ok(message) = messages.recv() {
        let waits = match message {
            Message::Line(line) => {
                let _ = output.write_all(&line);
                None
            }
            Message::Flush(waits) => Some(waits),
        };
        let count = dropped.swap(0, Ordering::Relaxed);
        if count > 0 {
            let _ = writeln!(output, "{count} lines of the log were dropped: nobody took them in time");
        }
        drop(waits);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    /// Takes what is written, one write at a time, when it is allowed to.
    struct Slow(Arc<Mutex<Vec<u8>>>, Receiver<()>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.1.recv();
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_output_that_nobody_takes_is_not_waited_for_and_what_was_dropped_is_counted() {
        let (allow, allowed) = sync_channel(0);
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut lines = Lines::start(Slow(Arc::clone(&written), allowed)).unwrap();
        for _ in 0..QUEUE + 10 {
            lines.write_all(b"a line\n").unwrap();
        }
        assert!(!lines.flush(Duration::ZERO));
        drop(allow);
        while !lines.flush(LONG) {} // refused while the queue is full
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        let dropped: usize = text
            .lines()
            .filter(|line| *line != "a line")
            .map(|line| line.split(' ').next().unwrap().parse::<usize>().unwrap())
            .sum();
        assert_eq!(text.lines().filter(|line| *line == "a line").count() + dropped, QUEUE + 10);
        assert!(dropped >= 9, "{dropped}");
    }

    #[test]
    fn an_output_that_fails_is_written_to_all_the_same() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut lines = Lines::start(Full).unwrap();
        for _ in 0..3 {
            lines.write_all(b"a line\n").unwrap();
            assert!(lines.flush(LONG));
        }
    }
}
