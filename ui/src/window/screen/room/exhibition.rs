//! The gallery, as the room opens it.

use inkmesh::gallery::Gallery;
use inkmesh::name::RoomName;
use inkmesh::node::CommandError;

use super::{Action, Message, Room};
use crate::export::dates::LocalTime;
use crate::export::drawing::{DrawingFile, file_name};
use crate::window::ink::painter::Painted;
use crate::window::link::Command;
use crate::window::screen::gallery::{self, Hall, Outcome};
use crate::window::theme::Look;

impl Room {
    /// Goes into the gallery of the room.
    pub(super) fn open_gallery(&mut self) -> Vec<Action> {
        let Some(room) = self.here().cloned() else { return Vec::new() };
        self.drawer = false;
        let (hall, outcomes) = Hall::new(room, self.scale_factor);
        self.gallery = Some(hall);
        self.bring_about(outcomes)
    }

    /// Something happened in the gallery.
    pub(super) fn in_gallery(&mut self, message: gallery::Message) -> Vec<Action> {
        let outcomes = self.gallery.as_mut().map(|hall| hall.update(message, self.now));
        self.bring_about(outcomes.unwrap_or_default())
    }

    /// Something was painted for the gallery.
    pub(super) fn gallery_painted(&mut self, painted: Painted) -> Vec<Action> {
        let outcomes = self.gallery.as_mut().map(|hall| hall.painted(painted));
        self.bring_about(outcomes.unwrap_or_default())
    }

    /// The drawings of a room were read, or why not.
    pub(super) fn gallery_read(&mut self, room: &RoomName, gallery: Result<Gallery, CommandError>) -> Vec<Action> {
        if let Some(hall) = &mut self.gallery {
            hall.read(room, gallery);
        }
        Vec::new()
    }

    /// A step back in the gallery. Returns `None` when nobody is in it.
    pub(super) fn back_in_gallery(&mut self) -> Option<Vec<Action>> {
        let outcomes = self.gallery.as_mut()?.back();
        Some(self.bring_about(outcomes))
    }

    fn bring_about(&mut self, outcomes: Vec<Outcome>) -> Vec<Action> {
        outcomes.into_iter().flat_map(|outcome| self.outcome(outcome)).collect()
    }

    fn outcome(&mut self, outcome: Outcome) -> Option<Action> {
        match outcome {
            Outcome::Read(room) => Some(Action::Ask(Command::Gallery(room))),
            Outcome::Thumb(job) => Some(Action::Thumb(job)),
            Outcome::Paint(job) => Some(Action::Paint(job)),
            Outcome::Save(key, format) => {
                let (drawing, all) = self.gallery.as_ref()?.drawing(key)?;
                let name = file_name(&LocalTime::here(), drawing, |author| self.people.label(author, ""));
                let steps = all.marks(key).to_vec();
                Some(Action::Save(Box::new(DrawingFile { steps, format, name })))
            }
            Outcome::Leave => {
                self.gallery = None;
                None
            }
        }
    }

    /// Whether a drawing is being drawn again.
    pub fn replays(&self) -> bool {
        self.gallery.as_ref().is_some_and(Hall::plays)
    }

    /// The gallery, when somebody is in it.
    pub(super) fn gallery_view(&self, look: Look) -> Option<iced::Element<'_, Message>> {
        let name_of = |author| self.people.label(author, "");
        let scene = gallery::Scene { look, calendar: &self.calendar, name_of: &name_of, short: self.is_short() };
        Some(self.gallery.as_ref()?.view(scene).map(Message::Gallery))
    }
}
