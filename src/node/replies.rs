//! The commands that rooms carry out and have yet to reply to.

use std::collections::HashMap;

use super::handle::ReplySender;
use crate::command::{CommandError, CommandTicket, Reply};

/// The way back of each reply, by the number of its command.
#[derive(Debug, Default)]
pub(super) struct Replies {
    waiting: HashMap<CommandTicket, ReplySender>,
    last: u64,
}

impl Replies {
    /// Numbers a command; its reply goes to `answer`.
    pub(super) fn expect(&mut self, answer: ReplySender) -> CommandTicket {
        self.last += 1;
        let ticket = CommandTicket(self.last);
        self.waiting.insert(ticket, answer);
        ticket
    }

    /// Replies to a command, unless that was done.
    pub(super) fn reply(&mut self, ticket: CommandTicket, result: Result<Reply, CommandError>) {
        self.take(ticket).map(|answer| answer.send(result));
    }

    /// Returns the way back of a command's reply, unless it was used. Dropped, it says that the command was given up.
    pub(super) fn take(&mut self, ticket: CommandTicket) -> Option<ReplySender> {
        self.waiting.remove(&ticket)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[test]
    fn each_command_gets_one_reply() {
        let mut replies = Replies::default();
        let ((first, mut one), (second, mut two)) = (oneshot::channel(), oneshot::channel());
        let (a, b) = (replies.expect(first), replies.expect(second));
        assert_ne!(a, b);
        replies.reply(b, Ok(Reply::Done {}));
        replies.reply(b, Err(CommandError::Closed));
        assert!(matches!(two.try_recv(), Ok(Ok(Reply::Done {}))));
        assert!(one.try_recv().is_err());
        drop(replies.take(a));
        assert!(one.try_recv().is_err());
    }
}
