//! The gallery: every drawing that a room has seen. It is looked at in the room's window, in place of the sheet.
//!
//! | module | what it says |
//! | --- | --- |
//! | `thumbs` | small pictures, made when they are looked at, and bounded |
//! | [`replay`] | one drawing, and how it was drawn |
//! | `view`, `viewer` | all of that on the screen |

pub mod replay;
mod thumbs;
mod view;
mod viewer;

use std::time::Instant;

use iced::Size;
use inkmesh::gallery::{Drawing, DrawingKey, Gallery};
use inkmesh::name::RoomName;
use inkmesh::node::CommandError;

use self::replay::Replay;
use self::thumbs::Thumbs;
pub use self::thumbs::{Thumb, ThumbJob};
pub use self::view::Context;
use crate::export::picture::Format;
use crate::window::ink::painter::{Job, Painted};

/// So many drawings are listed at once; older ones when they are asked for.
const PAGE: usize = 60;

/// The gallery of a room.
#[derive(Debug)]
pub struct Hall {
    room: RoomName,
    /// `None`: it is being read.
    gallery: Option<Result<Gallery, CommandError>>,
    /// How many are listed, the newest first.
    listed: usize,
    thumbs: Thumbs,
    replay: Option<Replay>,
    scale_factor: f32,
}

/// What happens in it.
#[derive(Debug, Clone)]
pub enum Message {
    /// Read it again.
    Again,
    /// Leave it.
    Leave,
    /// List older drawings too.
    Older,
    /// A drawing came into view.
    Seen(DrawingKey),
    /// A drawing went out of view.
    Unseen(DrawingKey),
    /// A small picture was made; `None`: it could not be.
    Made(Option<Box<Thumb>>),
    /// Look at a drawing.
    Open(DrawingKey),
    /// Look at all of them again.
    Close,
    /// There is this much room for the drawing that is looked at.
    Resized(Size),
    /// Something about how it is shown.
    Replay(replay::Press),
    /// Time went by while it is drawn again.
    Frame,
    /// Save it as a file.
    Save(Format),
}

/// What is to be done for the gallery.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Read the drawings of this room.
    Read(RoomName),
    /// Make a small picture.
    Thumb(Box<ThumbJob>),
    /// Paint.
    Paint(Box<Job>),
    /// Save this drawing as a file of this format.
    Save(DrawingKey, Format),
    /// Go back to the sheet.
    Leave,
}

impl Hall {
    /// The gallery of a room, before it is read; and what is to be done first.
    pub fn new(room: RoomName, scale_factor: f32) -> (Self, Vec<Outcome>) {
        let read = Outcome::Read(room.clone());
        let thumbs = Thumbs::new(scale_factor);
        (Hall { room, gallery: None, listed: PAGE, thumbs, replay: None, scale_factor }, vec![read])
    }

    /// The drawings were read, or why not.
    pub fn read(&mut self, room: &RoomName, gallery: Result<Gallery, CommandError>) {
        if *room == self.room {
            self.gallery = Some(gallery);
        }
    }

    /// Takes a message in; returns what is to be done.
    pub fn update(&mut self, message: Message, now: Instant) -> Vec<Outcome> {
        let mut outcomes = self.take_in(message, now);
        outcomes.extend(self.work());
        outcomes
    }

    fn take_in(&mut self, message: Message, now: Instant) -> Vec<Outcome> {
        match message {
            Message::Again => return self.again(),
            Message::Leave => return vec![Outcome::Leave],
            Message::Older => self.listed += PAGE,
            Message::Seen(key) => self.thumbs.want(key),
            Message::Unseen(key) => self.thumbs.pass_over(key),
            Message::Made(thumb) => self.thumbs.made(thumb),
            Message::Open(key) => self.open(key),
            Message::Close => self.replay = None,
            Message::Resized(area) => self.each_replay(|replay| replay.resize(area)),
            Message::Replay(press) => self.each_replay(|replay| replay.press(press, now)),
            Message::Frame => self.each_replay(|replay| replay.frame(now)),
            Message::Save(format) => return self.save(format),
        }
        Vec::new()
    }

    fn each_replay(&mut self, act: impl FnOnce(&mut Replay)) {
        if let Some(replay) = &mut self.replay {
            act(replay);
        }
    }

    fn again(&mut self) -> Vec<Outcome> {
        self.gallery = None;
        vec![Outcome::Read(self.room.clone())]
    }

    fn open(&mut self, key: DrawingKey) {
        let Some(Ok(gallery)) = &self.gallery else { return };
        self.replay = Some(Replay::new(key, gallery.marks(key).to_vec(), self.scale_factor));
    }

    fn save(&self, format: Format) -> Vec<Outcome> {
        self.replay.iter().map(|replay| Outcome::Save(replay.key(), format)).collect()
    }

    /// What is to be made now.
    fn work(&mut self) -> Vec<Outcome> {
        let paint = self.replay.as_mut().and_then(Replay::work).map(|job| Outcome::Paint(Box::new(job)));
        let thumb = match &self.gallery {
            Some(Ok(gallery)) => self.thumbs.work(gallery).map(|job| Outcome::Thumb(Box::new(job))),
            _ => None,
        };
        paint.into_iter().chain(thumb).collect()
    }

    /// Something was painted for it.
    pub fn painted(&mut self, painted: Painted) -> Vec<Outcome> {
        self.each_replay(|replay| replay.painted(painted));
        self.work()
    }

    /// Whether a drawing is being drawn again.
    pub fn plays(&self) -> bool {
        self.replay.as_ref().is_some_and(Replay::plays)
    }

    /// Steps back: to all drawings, or out of the gallery.
    pub fn back(&mut self) -> Vec<Outcome> {
        if self.replay.take().is_some() { Vec::new() } else { vec![Outcome::Leave] }
    }

    /// The screen has this scale factor.
    pub fn rescale(&mut self, scale_factor: f32) {
        self.scale_factor = scale_factor;
        self.thumbs.rescale(scale_factor);
    }

    /// A drawing and its marks.
    pub fn drawing(&self, key: DrawingKey) -> Option<(&Drawing, &Gallery)> {
        let Some(Ok(gallery)) = &self.gallery else { return None };
        Some((gallery.drawings().find(|drawing| drawing.key == key)?, gallery))
    }
}
