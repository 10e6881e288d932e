//! Refusals of commands.

use std::fmt;

use inkmesh::command::CommandError;
use serde::Serialize;

use super::input::MAX_LINE;

/// The reason why a command is refused.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable code for programs.
    code: &'static str,
    /// The text for people.
    message: String,
}

const UNKNOWN_COMMAND: &str = "unknown_command";

impl Problem {
    fn new(code: &'static str, message: impl ToString) -> Self {
        Problem { code, message: message.to_string() }
    }

    /// The line is not a JSON object.
    pub fn bad_json(message: impl ToString) -> Self {
        Problem::new("bad_json", message)
    }

    /// A field is missing or has a wrong value.
    pub fn bad_field(message: impl ToString) -> Self {
        Problem::new("bad_field", message)
    }

    /// There is no such command.
    fn unknown_command(name: &str) -> Self {
        let name: String = name.chars().take(40).collect();
        Problem::new(UNKNOWN_COMMAND, format!("there is no command {name:?}"))
    }

    /// The line was longer than [`MAX_LINE`].
    pub fn line_too_long() -> Self {
        Problem::bad_json(format!("a line has at most {MAX_LINE} bytes; this one was skipped"))
    }

    /// The line is not UTF-8.
    pub fn not_utf8() -> Self {
        Problem::bad_json("the line is not UTF-8")
    }

    /// Returns whether there is no command of that name.
    pub fn is_unknown_command(&self) -> bool {
        self.code == UNKNOWN_COMMAND
    }

    #[cfg(test)]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl From<&CommandError> for Problem {
    fn from(error: &CommandError) -> Self {
        Problem::new(error.code(), error)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl serde::de::Error for Problem {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Problem::bad_field(message)
    }

    fn unknown_variant(variant: &str, _: &'static [&'static str]) -> Self {
        Problem::unknown_command(variant)
    }
}
