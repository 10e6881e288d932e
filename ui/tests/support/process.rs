//! A child process that talks in lines.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// Bytes of standard error that are printed on a failure.
const STDERR_TAIL: u64 = 6000;

/// A child process with open standard input, standard output read line by line, and standard error in a file. Dropping it
/// kills it.
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    stderr: NamedTempFile,
    /// Closed when standard output has ended.
    ended: Receiver<()>,
}

impl Process {
    /// Starts it. Each line of its output is passed to `on_line` with the time it was read, on a separate thread.
    pub fn start(mut command: Command, mut on_line: impl FnMut(Instant, &str) + Send + 'static) -> Self {
        let stderr = NamedTempFile::new().unwrap();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr.reopen().unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let input = child.stdin.take();
        let mut output = BufReader::with_capacity(64 * 1024, child.stdout.take().unwrap());
        let (running, ended) = sync_channel(1);
        thread::spawn(move || {
            let mut line = String::new();
            while output.read_line(&mut line).is_ok_and(|len| len > 0) {
                on_line(Instant::now(), line.trim_end_matches('\n'));
                line.clear();
            }
            drop(running);
        });
        Process { child, input, stderr, ended }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes bytes to its standard input.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.input.as_mut().unwrap().write_all(bytes)
    }

    /// Takes its standard input, to be written to by the caller.
    pub fn take_input(&mut self) -> ChildStdin {
        self.input.take().unwrap()
    }

    /// Closes its standard input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Kills it and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits until it ends by itself and all its output is read; returns `None` when that takes longer than `limit`.
    pub fn ended(&mut self, limit: Duration) -> Option<ExitStatus> {
        match self.ended.recv_timeout(limit) {
            Err(RecvTimeoutError::Timeout) => None,
            _ => self.child.wait().ok(),
        }
    }

    /// Returns the number of lines of standard error that contain a text.
    pub fn stderr_lines(&self, text: &str) -> usize {
        let mut all = Vec::new();
        self.stderr.reopen().unwrap().read_to_end(&mut all).unwrap();
        String::from_utf8_lossy(&all).lines().filter(|line| line.contains(text)).count()
    }

    /// Returns the end of its standard error.
    pub fn stderr(&self) -> String {
        let mut file = self.stderr.reopen().unwrap();
        let len = file.metadata().unwrap().len();
        file.seek(SeekFrom::Start(len.saturating_sub(STDERR_TAIL))).unwrap();
        let mut tail = Vec::new();
        file.read_to_end(&mut tail).unwrap();
        String::from_utf8_lossy(&tail).into_owned()
    }
}

/// Sends a signal, such as `-TERM`, to a process.
pub fn send_signal(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
