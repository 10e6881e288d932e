//! Warnings about authors, each sent to the frontend once.

use std::collections::BTreeSet;

use super::output::{Outbox, Output};
use crate::event::{Event, Warning};
use crate::identity::Author;
use crate::log::MAX_BRANCHES;

/// The warnings that the frontend has received, by author and code.
#[derive(Debug, Default)]
pub(super) struct Warnings(BTreeSet<(Author, &'static str)>);

impl Warnings {
    /// Sends a warning about an author, unless one with its code was sent before.
    ///
    /// Bounded by the largest number of branches in a log, because authors without one here are warned of too.
    pub(super) fn warn(&mut self, warning: Warning, author: Author, out: &mut Outbox) {
        if self.0.len() < MAX_BRANCHES && self.0.insert((author, warning.code())) {
            out.push(Output::Emit(Event::Warning(warning)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::RoomName;

    #[test]
    fn a_warning_is_sent_once_for_each_author_and_reason() {
        let mut warnings = Warnings::default();
        let mut out = Outbox::new(&RoomName::lobby());
        let (ana, ben) = (Author([1; 32]), Author([2; 32]));
        for author in [ana, ana, ben] {
            warnings.warn(Warning::Parked { author }, author, &mut out);
            warnings.warn(Warning::Fork { author }, author, &mut out);
        }
        assert_eq!(out.into_outputs().len(), 4);
    }
}
