//! The state of the gallery and its updates.

use std::time::Instant;

use inkmesh::command::CommandError;
use inkmesh::gallery::{Drawing, DrawingKey, Gallery};
use inkmesh::name::RoomName;

use super::message::{Message, Outcome};
use super::replay::Replay;
use super::thumbs::Thumbs;
use crate::export::picture::Format;
use crate::window::render::painter::Painted;

/// The number of drawings that are listed at first, and with each step to older ones.
const PAGE: usize = 60;

/// The state of the gallery.
#[derive(Debug)]
pub struct GalleryScreen {
    pub(super) room: RoomName,
    /// The drawings; `None` while they are being read.
    pub(super) gallery: Option<Result<Gallery, CommandError>>,
    /// The number of drawings that are listed, the newest first.
    pub(super) listed: usize,
    pub(super) thumbs: Thumbs,
    pub(super) replay: Option<Replay>,
    scale_factor: f32,
}

impl GalleryScreen {
    /// Creates the gallery of a room before its drawings are read; returns it with the first outcomes.
    pub fn new(room: RoomName, scale_factor: f32) -> (Self, Vec<Outcome>) {
        let read = Outcome::Read(room.clone());
        let thumbs = Thumbs::new(scale_factor);
        (GalleryScreen { room, gallery: None, listed: PAGE, thumbs, replay: None, scale_factor }, vec![read])
    }

    /// Returns the room.
    pub fn room(&self) -> &RoomName {
        &self.room
    }

    /// Takes the drawings of a room, or the reason why they could not be read.
    pub fn read(&mut self, room: &RoomName, gallery: Result<Gallery, CommandError>) {
        if *room == self.room {
            self.gallery = Some(gallery);
        }
    }

    pub fn update(&mut self, message: Message, now: Instant) -> Vec<Outcome> {
        let mut outcomes = self.handle(message, now);
        outcomes.extend(self.work());
        outcomes
    }

    fn handle(&mut self, message: Message, now: Instant) -> Vec<Outcome> {
        match message {
            Message::Retry => return self.retry(),
            Message::Leave => return vec![Outcome::Leave],
            Message::Older => self.listed += PAGE,
            Message::Shown(key) => self.thumbs.want(key),
            Message::Hidden(key) => self.thumbs.cancel(key),
            Message::Made(thumb) => self.thumbs.made(thumb),
            Message::Open(key) => self.open(key),
            Message::Close => self.replay = None,
            Message::Resized(area) => self.with_replay(|replay| replay.resize(area)),
            Message::Replay(control) => self.with_replay(|replay| replay.control(control, now)),
            Message::Frame => self.with_replay(|replay| replay.frame(now)),
            Message::Save(format) => return self.save(format),
        }
        Vec::new()
    }

    fn with_replay(&mut self, act: impl FnOnce(&mut Replay)) {
        if let Some(replay) = &mut self.replay {
            act(replay);
        }
    }

    fn retry(&mut self) -> Vec<Outcome> {
        self.gallery = None;
        vec![Outcome::Read(self.room.clone())]
    }

    fn open(&mut self, key: DrawingKey) {
        let Some(Ok(gallery)) = &self.gallery else { return };
        self.replay = Some(Replay::new(key, gallery.marks(key).to_vec(), self.scale_factor));
    }

    fn save(&self, format: Format) -> Vec<Outcome> {
        self.replay.iter().map(|replay| Outcome::Save(replay.key, format)).collect()
    }

    /// Returns what is to be painted now.
    fn work(&mut self) -> Vec<Outcome> {
        let paint = self.replay.as_mut().and_then(Replay::work).map(|job| Outcome::Paint(Box::new(job)));
        let thumb = match &self.gallery {
            Some(Ok(gallery)) => self.thumbs.work(gallery).map(|job| Outcome::Thumb(Box::new(job))),
            _ => None,
        };
        paint.into_iter().chain(thumb).collect()
    }

    /// Takes what a painter made.
    pub fn painted(&mut self, painted: Painted) -> Vec<Outcome> {
        self.with_replay(|replay| replay.painted(painted));
        self.work()
    }

    /// Returns whether a drawing is being replayed.
    pub fn plays(&self) -> bool {
        self.replay.as_ref().is_some_and(Replay::plays)
    }

    /// Goes back to all drawings, or out of the gallery.
    pub fn back(&mut self) -> Vec<Outcome> {
        if self.replay.take().is_some() { Vec::new() } else { vec![Outcome::Leave] }
    }

    pub fn rescale(&mut self, scale_factor: f32) {
        self.scale_factor = scale_factor;
        self.thumbs.rescale(scale_factor);
    }

    /// Returns a drawing, and the gallery with its strokes.
    pub fn drawing(&self, key: DrawingKey) -> Option<(&Drawing, &Gallery)> {
        let Some(Ok(gallery)) = &self.gallery else { return None };
        Some((gallery.drawings().find(|drawing| drawing.key == key)?, gallery))
    }
}
