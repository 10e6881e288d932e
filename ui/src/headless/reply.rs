//! Replies to commands, as lines of JSON.

use inkmesh::command::Reply;
use serde::Serialize;

use super::command::Id;
use super::problem::Problem;

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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::command::CommandError;
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
