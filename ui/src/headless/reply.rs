//! Replies to commands, as lines of JSON.

use std::fmt;

use inkmesh::command::{CommandError, Reply};
use serde::Serialize;

use super::command::Id;
use super::input::MAX_LINE;

/// Returns the line of one event or reply.
pub fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| {
        // They hold no map with keys that aren't text and no value that fails.
        tracing::error!(%error, "a line could not be written");
        "{}".to_owned()
    })
}

/// The reply to the command with this id.
#[derive(Debug, Serialize)]
pub struct ReplyLine {
    reply: Id,
    #[serde(flatten)]
    result: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Ok(Reply),
    Error(Problem),
}

impl ReplyLine {
    pub fn new(id: Id, result: Result<Reply, Problem>) -> Self {
        ReplyLine { reply: id, result: result.map_or_else(Outcome::Error, Outcome::Ok) }
    }
}

/// What is wrong with a command: a stable code for programs and words for people.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    code: &'static str,
    message: String,
}

const UNKNOWN_COMMAND: &str = "unknown_command";

impl Problem {
    fn new(code: &'static str, message: impl ToString) -> Self {
        Problem { code, message: message.to_string() }
    }

    /// The line is no JSON object.
    pub fn bad_json(message: impl ToString) -> Self {
        Problem::new("bad_json", message)
    }

    /// A field is missing or holds something else than it should.
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

    /// The line's bytes are no text.
    pub fn not_utf8() -> Self {
        Problem::bad_json("the line is not UTF-8")
    }

    /// Whether there is no command of that name.
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::operation::OperationId;
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn a_reply_has_the_id_of_its_command() {
        let id = || Some(RawValue::from_string("[1.0]".to_owned()).unwrap());
        assert_eq!(line(&ReplyLine::new(id(), Ok(Reply::Done {}))), r#"{"reply":[1.0],"ok":{}}"#);
        assert_eq!(line(&ReplyLine::new(None, Ok(Reply::Done {}))), r#"{"reply":null,"ok":{}}"#);
        let written = Reply::Written { id: OperationId([1; 32]) };
        assert_eq!(
            line(&ReplyLine::new(None, Ok(written))),
            format!(r#"{{"reply":null,"ok":{{"id":"{}"}}}}"#, "01".repeat(32))
        );
        assert_eq!(
            line(&ReplyLine::new(id(), Err(Problem::from(&CommandError::Busy)))),
            format!(r#"{{"reply":[1.0],"error":{{"code":"busy","message":"{}"}}}}"#, CommandError::Busy)
        );
    }
}
