//! The outcome of a command.

use super::output::Output;
use super::own_chain::Write;
use crate::command::{CommandError, CommandTicket, Reply};

/// How far a command was carried out.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is done.
    Done(Reply),
    /// It is done when everything that was stored before is durable.
    DoneWhenSaved,
    /// It is done when this write is durable.
    Write(Write, Reply),
    /// It waits for the reply of a peer.
    Later,
}

impl Outcome {
    /// Replies with the last operation of a write.
    pub(super) fn written(write: Write) -> Result<Self, CommandError> {
        let id = write.last_id().ok_or(CommandError::Stroke)?;
        Ok(Outcome::Write(write, Reply::Written { id }))
    }

    /// Replies with the game that a write proposes.
    pub(super) fn started(write: Write) -> Result<Self, CommandError> {
        let game = write.last_id().ok_or(CommandError::Stroke)?;
        Ok(Outcome::Write(write, Reply::Started { game }))
    }

    /// Returns the output for the outcome of the command with this ticket; none while it waits for a peer.
    pub(super) fn output(outcome: Result<Self, CommandError>, ticket: CommandTicket) -> Option<Output> {
        Some(match outcome {
            Ok(Outcome::Done(reply)) => Output::Reply { ticket, result: Ok(reply) },
            Ok(Outcome::DoneWhenSaved) => Output::ReplyWhenSaved(ticket),
            Ok(Outcome::Write(write, reply)) => Output::Write(Write { reply: Some((ticket, reply)), ..write }),
            Ok(Outcome::Later) => return None,
            Err(error) => Output::Reply { ticket, result: Err(error) },
        })
    }
}
