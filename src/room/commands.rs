//! Carries out the commands of a frontend. Each is checked at once; what it writes then has to become durable.

use super::{Output, Room, Write};
use crate::canvas::Point;
use crate::clock::Now;
use crate::command::{CommandError, CommandTicket, Reply, RoomCommand};
use crate::event::PenLine;
use crate::game::{PlayError, Rules, WordList};
use crate::name::PersonName;
use crate::payload::{Payload, Profile};

/// How far a command was carried out.
pub(super) enum Carried {
    /// It is done.
    Now(Reply),
    /// It is done, and what it kept beside the log has to become durable.
    WhenSaved,
    /// It has to be written.
    Write(Write, Reply),
    /// It waits for an answer of somebody else.
    Later,
}

/// Returns a write that is replied to with its last operation.
pub(super) fn written(write: Write) -> Result<Carried, CommandError> {
    let id = write.last_id().ok_or(CommandError::Stroke)?;
    Ok(Carried::Write(write, Reply::Written { id }))
}

fn started(write: Write) -> Result<Carried, CommandError> {
    let game = write.last_id().ok_or(CommandError::Stroke)?;
    Ok(Carried::Write(write, Reply::Started { game }))
}

fn done(write: Write) -> Result<Carried, CommandError> {
    Ok(Carried::Write(write, Reply::Done {}))
}

/// Returns the output that follows from a command, unless it comes later.
pub(super) fn outcome_of(ticket: CommandTicket, outcome: Result<Carried, CommandError>) -> Option<Output> {
    Some(match outcome {
        Ok(Carried::Now(reply)) => Output::Reply { ticket, result: Ok(reply) },
        Ok(Carried::WhenSaved) => Output::ReplyWhenSaved(ticket),
        Ok(Carried::Write(write, reply)) => Output::Write(Write { reply: Some((ticket, reply)), ..write }),
        Ok(Carried::Later) => return None,
        Err(error) => Output::Reply { ticket, result: Err(error) },
    })
}

impl Room {
    pub(super) fn command(&mut self, ticket: CommandTicket, command: RoomCommand, now: Now, outputs: &mut Vec<Output>) {
        let outcome = self.carry_out(ticket, command, now, outputs);
        outputs.extend(outcome_of(ticket, outcome));
    }

    fn carry_out(
        &mut self,
        ticket: CommandTicket,
        command: RoomCommand,
        now: Now,
        outputs: &mut Vec<Output>,
    ) -> Result<Carried, CommandError> {
        let game = self.fold.game();
        let step = match command {
            RoomCommand::Say { text } => return self.say(ticket, text, now, outputs),
            RoomCommand::Peers => return Ok(Carried::Now(Reply::Peers(self.people(now)))),
            RoomCommand::State => return Ok(Carried::Now(Reply::State(self.state()))),
            RoomCommand::Canvas => return Ok(Carried::Now(Reply::Canvas(self.canvas()))),
            RoomCommand::Stroke { stroke, tool, color, width, points } => {
                let stroke = stroke.unwrap_or_else(|| self.writer.mark_number());
                return written(self.draw(&PenLine { stroke, tool, color, width, points }, now)?);
            }
            RoomCommand::Pen { stroke, from, tool, color, width, points } => {
                outputs.extend(self.pen_moved(&PenLine { stroke, tool, color, width, points }, from)?);
                return Ok(Carried::Now(Reply::Done {}));
            }
            RoomCommand::Fill { x, y, color } => return written(self.fill(Point::new(x, y), color, now)?),
            RoomCommand::Undo => return written(self.undo(now)?),
            RoomCommand::Redo => return written(self.redo(now)?),
            RoomCommand::Clear => return written(self.clear(now)?),
            RoomCommand::Start { rules, words } => return started(self.start_game(rules, &words, now)?),
            RoomCommand::Rematch => return started(self.rematch(now)?),
            RoomCommand::Choose { index } => {
                let step = self.driver.choose(game, index, now)?;
                return done(self.write_step(step, now).inspect_err(|_| self.driver.forget_written())?);
            }
            RoomCommand::LeaveGame => {
                let steps = self.driver.leave(game)?;
                return done(self.write(steps.into_iter().map(Payload::Game).collect(), now)?);
            }
            RoomCommand::Begin => {
                self.driver.request_begin(game)?;
                return Ok(Carried::Now(Reply::Done {}));
            }
            RoomCommand::Game => {
                let game = Box::new(self.game(now));
                return Ok(Carried::Now(Reply::Game { room: self.name.clone(), game }));
            }
            RoomCommand::Read { upto } => {
                self.mark_read(upto, outputs)?;
                return Ok(Carried::WhenSaved);
            }
            RoomCommand::DismissLate => {
                self.dismiss_late(outputs);
                return Ok(Carried::WhenSaved);
            }
            RoomCommand::Reading => {
                return Ok(Carried::Now(Reply::Reading { room: self.name.clone(), reading: self.reading() }));
            }
            RoomCommand::Ready => self.driver.ready(game, &self.identity)?,
            RoomCommand::Pass => self.driver.pass(game)?,
            RoomCommand::Skip => self.driver.skip(game)?,
            RoomCommand::Kick { peer } => self.driver.kick(game, peer)?,
            RoomCommand::EndGame => self.driver.end_game(game)?,
        };
        done(self.write_step(step, now)?)
    }

    fn start_game(&mut self, rules: Rules, words: &WordList, now: Now) -> Result<Write, CommandError> {
        let step = self.driver.start(self.fold.game(), rules, words, now)?;
        self.write_step(step, now)
    }

    fn rematch(&mut self, now: Now) -> Result<Write, CommandError> {
        let (rules, words) = self.fold.game().setup().ok_or(CommandError::Play(PlayError::WrongPhase))?;
        self.start_game(rules, &words, now)
    }

    /// Takes a name in this room, unless we have it already.
    ///
    /// # Errors
    /// [`CommandError::Busy`].
    pub fn rename(&mut self, name: PersonName, now: Now) -> Result<Option<Write>, CommandError> {
        if self.people.name(self.identity.author()) == name.as_str() {
            return Ok(None);
        }
        self.write(vec![Payload::Profile(Profile { name })], now).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{Color, Tool};
    use crate::game::{GameStep, Phase};
    use crate::identity::Identity;
    use crate::name::RoomName;
    use crate::payload::Payload;
    use crate::room::{Input, Output};
    use crate::words::{Level, Word};

    const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };

    fn saved(room: &mut Room, write: Write, now: Now) {
        let mut writes = vec![write];
        while let Some(write) = writes.pop() {
            let outputs = room.handle(Input::Saved(write), now);
            writes.extend(outputs.into_iter().filter_map(|output| match output {
                Output::Write(write) => Some(write),
                _ => None,
            }));
        }
    }

    const TICKET: CommandTicket = CommandTicket(7);

    fn ask(room: &mut Room, command: RoomCommand) -> Vec<Output> {
        room.handle(Input::Command { ticket: TICKET, command }, NOW)
    }

    fn replies(outputs: Vec<Output>) -> Vec<Result<Reply, CommandError>> {
        let replies = outputs.into_iter().filter_map(|output| match output {
            Output::Reply { ticket: TICKET, result } => Some(result),
            _ => None,
        });
        replies.collect()
    }

    fn open_room() -> Room {
        let mut room = Room::new(RoomName::lobby(), Identity::from_secret([1; 32]), 1);
        room.open(true, NOW);
        room
    }

    #[test]
    fn what_is_written_is_replied_to_when_it_is_durable() {
        let mut room = open_room();
        let mut outputs = ask(&mut room, RoomCommand::Say { text: "hi".to_owned() });
        assert_eq!(outputs.iter().filter(|output| matches!(output, Output::Reply { .. })).count(), 0);
        let written = outputs.iter().position(|output| matches!(output, Output::Write(_))).unwrap();
        let Output::Write(write) = outputs.remove(written) else { panic!("a write") };
        let line = write.last_id().unwrap();
        let replies = replies(room.handle(Input::Saved(write), NOW));
        assert!(matches!(replies[..], [Ok(Reply::Written { id })] if id == line), "{replies:?}");
    }

    #[test]
    fn a_refusal_and_a_view_are_replied_to_at_once() {
        let mut room = open_room();
        let refused = replies(ask(&mut room, RoomCommand::Say { text: " ".to_owned() }));
        assert!(matches!(refused[..], [Err(CommandError::Text { len: 1 })]), "{refused:?}");
        let state = replies(ask(&mut room, RoomCommand::State));
        assert!(matches!(state[..], [Ok(Reply::State(state))] if state.operations == 0), "{state:?}");
        let outputs = ask(&mut room, RoomCommand::DismissLate);
        assert!(outputs.iter().any(|output| matches!(output, Output::ReplyWhenSaved(TICKET))), "{outputs:?}");
    }

    #[test]
    fn a_stroke_without_a_number_gets_its_own() {
        let mut room = open_room();
        let (tool, color, points) = (Tool::Pen, Color::default(), vec![Point::new(4, 4)]);
        let stroke = RoomCommand::Stroke { stroke: None, tool, color, width: 1, points };
        let mut number = || {
            let outputs = ask(&mut room, stroke.clone());
            let payload = outputs.iter().find_map(|output| match output {
                Output::Write(write) => Some(write.operations[0].payload()),
                _ => None,
            });
            match payload {
                Some(Payload::Canvas { step, .. }) => step.stroke(),
                other => panic!("{other:?}"),
            }
        };
        let (first, second) = (number(), number());
        assert!(first != second && first < 1 << 53 && second < 1 << 53);
    }

    fn proposed(write: &Write) -> (Rules, WordList) {
        match write.operations[0].payload() {
            Payload::Game(GameStep::Proposed { rules, words, more: 0 }) => (rules, words),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_rematch_has_the_rules_and_words_of_the_game_before() {
        let mut room = Room::new(RoomName::lobby(), Identity::from_secret([1; 32]), 1);
        room.open(true, NOW);
        assert_eq!(room.rematch(NOW).unwrap_err(), CommandError::Play(PlayError::WrongPhase));
        let word = |n| Word { text: format!("word {n}"), level: Level::Hard };
        let (rules, words) = (Rules { rounds: 7, ..Rules::catch_mind() }, WordList::new((0..12).map(word).collect()));
        let write = room.start_game(rules, &words, NOW).unwrap();
        saved(&mut room, write, NOW);
        assert_eq!(room.rematch(NOW).unwrap_err(), CommandError::Play(PlayError::GameRunning));
        // Nobody comes.
        let later = Now { wall_ms: NOW.wall_ms + 21_000, mono_ms: NOW.mono_ms + 21_000 };
        for output in room.handle(Input::Tick, later) {
            if let Output::Write(write) = output {
                saved(&mut room, write, later);
            }
        }
        assert_eq!(room.game(later).phase, Phase::Over);
        let write = room.rematch(later).unwrap();
        assert_eq!(proposed(&write), (rules, words));
    }
}
