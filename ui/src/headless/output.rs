//! Standard output, with one writer for events and replies.

use std::io::{self, BufWriter, Write};
use std::thread;

use tokio::sync::{mpsc, oneshot};

/// Messages of one or more lines that wait to be written. Senders of further ones wait.
const QUEUE: usize = 256;

/// The writer of standard output. It has a thread of its own, because a write to a pipe that nobody reads blocks.
pub struct Output {
    lines: mpsc::Sender<String>,
    /// Closed when everything is written, or nothing can be written any more.
    written: oneshot::Receiver<()>,
}

impl Output {
    /// Starts the writer.
    ///
    /// # Errors
    /// The thread can't be started.
    pub fn start() -> io::Result<Self> {
        let (lines, queue) = mpsc::channel(QUEUE);
        let (done, written) = oneshot::channel();
        thread::Builder::new().name("output".to_owned()).spawn(move || {
            if let Err(error) = write_all(queue, io::stdout().lock()) {
                tracing::info!(%error, "standard output was closed");
            }
            drop(done);
        })?;
        Ok(Output { lines, written })
    }

    /// Returns a sender of lines: one, or several with line feeds between them. The writer ends when all senders are gone.
    pub fn lines(&self) -> mpsc::Sender<String> {
        self.lines.clone()
    }

    /// Returns when standard output can't be written to any more.
    pub async fn closed(&self) {
        self.lines.closed().await;
    }

    /// Returns when everything is written.
    pub async fn finish(self) {
        drop(self.lines);
        // Never sent, only closed.
        let _ = self.written.await;
    }
}

/// Writes lines as they arrive. Lines that wait already are written together.
fn write_all(mut lines: mpsc::Receiver<String>, output: impl Write) -> io::Result<()> {
    let mut output = BufWriter::new(output);
    while let Some(line) = lines.blocking_recv() {
        write_line(&mut output, &line)?;
        while let Ok(line) = lines.try_recv() {
            write_line(&mut output, &line)?;
        }
        output.flush()?;
    }
    Ok(())
}

fn write_line(output: &mut impl Write, line: &str) -> io::Result<()> {
    output.write_all(line.as_bytes())?;
    output.write_all(b"\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_whole_and_in_order() {
        let (sender, receiver) = mpsc::channel(8);
        for line in ["one", "둘"] {
            sender.try_send(line.to_owned()).unwrap();
        }
        drop(sender);
        let mut written = Vec::new();
        write_all(receiver, &mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "one\n둘\n");
    }

    #[test]
    fn a_closed_pipe_ends_the_writer() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (sender, receiver) = mpsc::channel(8);
        sender.try_send("x".to_owned()).unwrap();
        assert_eq!(write_all(receiver, Closed).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert!(sender.is_closed());
    }
}
