//! Routes the commands of a frontend to the parts of the room. A command is checked at once; what it writes is replied to
//! when it is durable.

use super::outcome::Outcome;
use super::output::{Outbox, Output};
use super::own_chain::Write;
use super::pen::{PenStep, live_frames};
use super::{Room, counted};
use crate::canvas::Point;
use crate::clock::Now;
use crate::command::{CommandError, CommandTicket, Reply, RoomCommand};
use crate::event::PenLine;
use crate::game::GameStep;
use crate::payload::{Payload, Profile};

impl Room {
    pub(super) fn carry_out(
        &mut self,
        ticket: CommandTicket,
        command: RoomCommand,
        now: Now,
        out: &mut Outbox,
    ) -> Result<Outcome, CommandError> {
        let Room { contents, chain, play, read, .. } = self;
        let game = contents.fold.game();
        let step = match command {
            RoomCommand::Say { text } => return play.say((text, ticket), contents, chain, now, out),
            RoomCommand::Stroke { stroke, tool, color, width, points } => {
                let stroke = stroke.unwrap_or_else(|| chain.stroke_number());
                return self.draw(PenStep::Stroke(PenLine { stroke, tool, color, width, points }), now);
            }
            RoomCommand::Pen { stroke, from, tool, color, width, points } => {
                let line = PenLine { stroke, tool, color, width, points };
                out.extend(live_frames(&line, from, &contents.fold, chain)?.into_iter().map(Output::Publish));
                return Ok(Outcome::Done(Reply::Done {}));
            }
            RoomCommand::Fill { x, y, color } => return self.draw(PenStep::Fill(Point::new(x, y), color), now),
            RoomCommand::Undo => return self.draw(PenStep::Undo, now),
            RoomCommand::Redo => return self.draw(PenStep::Redo, now),
            RoomCommand::Clear => return self.draw(PenStep::Clear, now),
            RoomCommand::Start { rules, words } => {
                return Outcome::started(play.start((rules, &words), contents, chain, now)?);
            }
            RoomCommand::Rematch => return Outcome::started(play.rematch(contents, chain, now)?),
            RoomCommand::Choose { index } => {
                return Ok(Outcome::Write(play.choose(index, contents, chain, now)?, Reply::Done {}));
            }
            RoomCommand::LeaveGame => {
                let steps = play.driver.leave(game)?;
                return self.write_steps(steps, now);
            }
            RoomCommand::Begin => {
                play.driver.request_begin(game)?;
                return Ok(Outcome::Done(Reply::Done {}));
            }
            RoomCommand::Read { upto } => {
                let key = contents.log.key_of(upto).ok_or(CommandError::UnknownEntry)?;
                if read.mark(key, upto, &contents.log, counted(chain.author(), &self.muted)) {
                    self.store_local_state(out);
                }
                return Ok(Outcome::DoneWhenSaved);
            }
            RoomCommand::DismissLate => {
                if read.dismiss() {
                    self.store_local_state(out);
                }
                return Ok(Outcome::DoneWhenSaved);
            }
            RoomCommand::Peers => return Ok(Outcome::Done(Reply::Peers(self.people(now)))),
            RoomCommand::State => return Ok(Outcome::Done(Reply::State(self.state()))),
            RoomCommand::Canvas => return Ok(Outcome::Done(Reply::Canvas(self.canvas()))),
            RoomCommand::Game => {
                let game = Box::new(self.game(now));
                return Ok(Outcome::Done(Reply::Game { room: self.name.clone(), game }));
            }
            RoomCommand::Reading => {
                return Ok(Outcome::Done(Reply::Reading { room: self.name.clone(), reading: self.reading() }));
            }
            RoomCommand::Ready => play.driver.ready(game, chain.identity())?,
            RoomCommand::Pass => play.driver.pass(game)?,
            RoomCommand::Skip => play.driver.skip(game)?,
            RoomCommand::Kick { peer } => play.driver.kick(game, peer)?,
            RoomCommand::EndGame => play.driver.end_game(game)?,
        };
        self.write_steps(vec![step], now)
    }

    fn draw(&mut self, step: PenStep, now: Now) -> Result<Outcome, CommandError> {
        Outcome::written(self.pen.write(step, &self.contents, &mut self.chain, now)?)
    }

    fn write_steps(&mut self, steps: Vec<GameStep>, now: Now) -> Result<Outcome, CommandError> {
        let write = self.chain.write(steps.into_iter().map(Payload::Game).collect(), &self.contents.log, now)?;
        Ok(Outcome::Write(write, Reply::Done {}))
    }

    /// Takes a name and picture in this room, unless we have them already.
    ///
    /// # Errors
    /// [`CommandError::Busy`], [`CommandError::RoomFull`].
    pub fn introduce(&mut self, profile: Profile, now: Now) -> Result<Option<Write>, CommandError> {
        if self.contents.people.profile(self.chain.author()) == Some(&profile) {
            return Ok(None);
        }
        self.chain.write(vec![Payload::Profile(profile)], &self.contents.log, now).map(Some)
    }
}
