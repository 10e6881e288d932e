//! Thumbnails of drawings, made one by one outside of the window's thread when they come into view.

use std::collections::{BTreeMap, VecDeque};

use iced::advanced::image::Handle;
use inkmesh::gallery::{DrawingKey, Gallery};

use crate::export::drawing::sheet_of;
use crate::window::render::resample;
use crate::window::render::tiles::{Grid, PixelRect};

/// The width of a thumbnail, in logical pixels.
pub const WIDTH: f32 = 208.0;
/// The height of a thumbnail, in logical pixels.
pub const HEIGHT: f32 = 156.0;
/// The most bytes of all thumbnails together.
const MAX_BYTES: usize = 24 << 20;
/// The most thumbnails that wait to be made. Those that came into view first are dropped first.
const MAX_WANTED: usize = 64;

/// The thumbnails of a gallery.
#[derive(Debug)]
pub struct Thumbs {
    grid: Grid,
    made: BTreeMap<DrawingKey, Handle>,
    /// The keys of those that are made, the oldest first.
    order: VecDeque<DrawingKey>,
    /// The keys of those that came into view and are not made, the last first.
    wanted: VecDeque<DrawingKey>,
    making: bool,
}

/// A thumbnail to be made.
#[derive(Debug, Clone)]
pub struct ThumbJob {
    key: DrawingKey,
    gallery: Gallery,
    grid: Grid,
}

/// A thumbnail.
#[derive(Debug, Clone)]
pub struct Thumb {
    key: DrawingKey,
    grid: Grid,
    image: Handle,
}

impl ThumbJob {
    /// Makes the thumbnail. Can take a while.
    pub fn run(self) -> Thumb {
        let ThumbJob { key, gallery, grid } = self;
        let sheet = sheet_of(gallery.marks(key));
        let rect = PixelRect { x: 0, y: 0, width: grid.width(), height: grid.height() };
        let pixels = resample::pixels(sheet.raster().pixels(), grid, rect);
        Thumb { key, grid, image: Handle::from_rgba(rect.width, rect.height, pixels) }
    }
}

impl Thumbs {
    /// Creates an empty set for a screen with this scale factor.
    pub fn new(scale_factor: f32) -> Self {
        let (made, order, wanted) = (BTreeMap::new(), VecDeque::new(), VecDeque::new());
        Thumbs { grid: grid(scale_factor), made, order, wanted, making: false }
    }

    pub fn rescale(&mut self, scale_factor: f32) {
        if self.grid != grid(scale_factor) {
            *self = Thumbs { making: self.making, ..Thumbs::new(scale_factor) };
        }
    }

    /// Returns the thumbnail of a drawing, if it is made.
    pub fn of(&self, key: DrawingKey) -> Option<&Handle> {
        self.made.get(&key)
    }

    /// Requests the thumbnail of a drawing that came into view.
    pub fn want(&mut self, key: DrawingKey) {
        if !self.made.contains_key(&key) {
            self.cancel(key);
            self.wanted.push_front(key);
            self.wanted.truncate(MAX_WANTED);
        }
    }

    /// Cancels the request for a drawing that went out of view.
    pub fn cancel(&mut self, key: DrawingKey) {
        self.wanted.retain(|other| *other != key);
    }

    /// Returns the next thumbnail to be made. Only one is made at a time.
    pub fn work(&mut self, gallery: &Gallery) -> Option<ThumbJob> {
        if self.making {
            return None;
        }
        let key = self.wanted.pop_front()?;
        self.making = true;
        Some(ThumbJob { key, gallery: gallery.clone(), grid: self.grid })
    }

    /// Takes a thumbnail; `None`: making it failed.
    pub fn made(&mut self, thumb: Option<Box<Thumb>>) {
        self.making = false;
        let Some(thumb) = thumb.filter(|thumb| thumb.grid == self.grid) else { return };
        if self.made.insert(thumb.key, thumb.image).is_none() {
            self.order.push_back(thumb.key);
        }
        let most = MAX_BYTES / (self.grid.width() * self.grid.height() * 4) as usize;
        while self.order.len() > most.max(1) {
            self.order.pop_front().map(|key| self.made.remove(&key));
        }
    }
}

fn grid(scale_factor: f32) -> Grid {
    let width = (WIDTH * scale_factor) as u32;
    Grid::new(width - width % 4)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::canvas::SheetId;
    use inkmesh::operation::OperationId;

    use super::*;

    fn key(number: u64) -> DrawingKey {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&number.to_be_bytes());
        DrawingKey { sheet: SheetId::Free, first: OperationId(id) }
    }

    #[test]
    fn the_last_in_view_is_made_first_and_what_is_out_of_view_is_not() {
        let (mut thumbs, gallery) = (Thumbs::new(1.0), Gallery::default());
        [1, 2, 3].map(key).into_iter().for_each(|key| thumbs.want(key));
        thumbs.cancel(key(2));
        let first = thumbs.work(&gallery).unwrap();
        assert_eq!(first.key, key(3));
        assert!(thumbs.work(&gallery).is_none(), "one at a time");
        thumbs.made(Some(Box::new(first.run())));
        assert!(thumbs.of(key(3)).is_some());
        assert_eq!(thumbs.work(&gallery).unwrap().key, key(1));
        thumbs.made(None);
        assert!(thumbs.work(&gallery).is_none());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut thumbs = Thumbs::new(2.0);
        let most = MAX_BYTES / (416 * 312 * 4);
        let image = Handle::from_rgba(1, 1, vec![0; 4]);
        for number in 0..most as u64 + 5 {
            let thumb = Thumb { key: key(number), grid: thumbs.grid, image: image.clone() };
            thumbs.made(Some(Box::new(thumb)));
        }
        assert_eq!((thumbs.made.len(), thumbs.order.len()), (most, most));
        assert!(thumbs.of(key(4)).is_none() && thumbs.of(key(5)).is_some());
        (0..1000).for_each(|number| thumbs.want(key(1_000_000 + number)));
        assert_eq!(thumbs.wanted.len(), MAX_WANTED);
    }
}
