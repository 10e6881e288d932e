//! The system calls of a program, as recorded by strace.

use std::collections::HashMap;
use std::path::PathBuf;

/// A call that succeeded. Times are line numbers of the trace.
pub struct Call {
    pub name: String,
    /// Its arguments, as strace prints them.
    args: Vec<String>,
    pub result: u64,
    /// The time of the call.
    pub start: usize,
    /// The time of the return.
    pub end: usize,
}

impl Call {
    /// A file descriptor and the path it stands for.
    pub fn file(&self, n: usize) -> Option<(u64, PathBuf)> {
        let (number, path) = self.args.get(n)?.strip_suffix('>')?.split_once('<')?;
        Some((number.parse().ok()?, PathBuf::from(String::from_utf8(unescape(path)?).ok()?)))
    }

    /// Returns a string argument that is a name.
    pub fn path(&self, n: usize) -> PathBuf {
        PathBuf::from(String::from_utf8(self.bytes(n)).unwrap())
    }

    /// Returns a string argument, or the bytes to write.
    pub fn bytes(&self, n: usize) -> Vec<u8> {
        let quoted = self.args[n].strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        quoted.and_then(unescape).unwrap_or_else(|| panic!("{} has no text at {n}: {:?}", self.name, self.args[n]))
    }

    pub fn number(&self, n: usize) -> u64 {
        self.args[n].parse().unwrap()
    }

    pub fn has_flag(&self, n: usize, flag: &str) -> bool {
        self.args[n].split('|').any(|set| set == flag)
    }

    /// Parses `name(arg, arg) = result`; `None` when the call failed.
    fn parse(text: &str, start: usize, end: usize) -> Option<Call> {
        let (name, rest) = text.split_once('(')?;
        let (args, result) = rest.rsplit_once(" = ")?;
        let args = args.trim_end().strip_suffix(')')?;
        // The number of a descriptor.
        let digits = result.find(|c: char| !c.is_ascii_digit()).unwrap_or(result.len());
        let result = result[..digits].parse().ok()?;
        // With all text in hex, no argument contains a comma.
        let args = args.split(", ").map(str::to_owned).collect();
        Some(Call { name: name.to_owned(), args, result, start, end })
    }
}

/// Returns the calls of a trace made with `-f -y -xx`, in the order of their returns.
pub fn parse(trace: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut unfinished: HashMap<&str, (usize, &str)> = HashMap::new();
    for (now, line) in trace.lines().enumerate() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let text = text.trim_start();
        if let Some(begun) = text.strip_suffix(" <unfinished ...>") {
            unfinished.insert(thread, (now, begun));
        } else if let Some(resumed) = text.strip_prefix("<... ") {
            let rest = resumed.split_once("resumed>").map_or("", |(_, rest)| rest);
            let Some((start, begun)) = unfinished.remove(thread) else { continue };
            calls.extend(Call::parse(&format!("{begun}{rest}"), start, now));
        } else {
            calls.extend(Call::parse(text, now, now));
        }
    }
    calls
}

/// Decodes bytes written as `\x61\x62`.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let escaped = text.as_bytes().chunks(4).map(|four| {
        let hex = std::str::from_utf8(four.strip_prefix(b"\\x")?).ok()?;
        u8::from_str_radix(hex, 16).ok()
    });
    escaped.collect()
}
