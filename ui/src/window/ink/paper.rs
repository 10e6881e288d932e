//! A picture on the screen: its tiles as images, on the edge of a sheet.

use std::cell::Cell;

use iced::advanced::image::{FilterMethod, Handle};
use iced::widget::canvas::{self, Canvas, Frame, Geometry, Image};
use iced::{Color, Element, Length, Rectangle, Renderer, Size, Theme, mouse};

use super::grid::{Grid, Tile};
use super::lens::Lens;
use super::picture::Picture;
use crate::window::theme::Look;

/// The renderer cuts an image's place down to whole pixels; without this little more, rounding leaves seams.
const NUDGE: f32 = 0.02;

/// A picture, filling its space. What lies beside the space is drawn too: whoever shows a part has to cut it off.
pub fn view<'a, M: 'a>(picture: &'a Picture, lens: Lens, look: Look) -> Element<'a, M> {
    Canvas::new(Paper { picture, lens, look }).width(Length::Fill).height(Length::Fill).into()
}

struct Paper<'a> {
    picture: &'a Picture,
    lens: Lens,
    look: Look,
}

/// The edge of the sheet, kept from frame to frame: the renderer draws anew what lies under geometry that is not.
#[derive(Default)]
struct Edge {
    geometry: canvas::Cache,
    drawn_for: Cell<Option<(Rectangle, Color)>>,
}

impl<M> canvas::Program<M> for Paper<'_> {
    type State = Edge;

    fn draw(
        &self,
        edge: &Edge,
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let place = self.lens.place(bounds.position());
        let wanted = Some((place, self.look.tones.line));
        if edge.drawn_for.replace(wanted) != wanted {
            edge.geometry.clear();
        }
        let edge = edge.geometry.draw(renderer, bounds.size(), |frame| {
            let edge = place.expand(1.0);
            frame.fill_rectangle(edge.position(), edge.size(), self.look.tones.line);
            frame.fill_rectangle(place.position(), place.size(), Color::WHITE);
        });
        vec![edge, self.tiles(renderer, bounds.size(), place)]
    }
}

impl Paper<'_> {
    fn tiles(&self, renderer: &Renderer, size: Size, place: Rectangle) -> Geometry {
        let mut images = Images { frame: Frame::new(renderer, size), view: Rectangle::with_size(size), place };
        let wanted = self.lens.wanted();
        let close = self.picture.close().zip(wanted.close).filter(|(close, (grid, _))| close.grid() == *grid);
        let covered = close.is_some_and(|(close, (_, part))| part.tiles().all(|tile| close.tile(tile).is_some()));
        // Until what is close up is made, the whole sheet stands in for it, stretched; as it does for another size.
        if let Some(whole) = self.picture.whole().filter(|_| !covered) {
            let settled = wanted.close.is_none() && wanted.whole == Some(whole.grid());
            whole.tiles().for_each(|(tile, image)| images.put(whole.grid(), tile, image, settled));
        }
        if let Some((close, _)) = close {
            close.tiles().for_each(|(tile, image)| images.put(close.grid(), tile, image, true));
        }
        images.frame.into_geometry()
    }
}

struct Images {
    frame: Frame,
    view: Rectangle,
    place: Rectangle,
}

impl Images {
    /// Puts a tile in its place; `settled`: pixel by pixel.
    fn put(&mut self, grid: Grid, tile: Tile, image: &Handle, settled: bool) {
        let scale = self.place.width / grid.width() as f32;
        let pixels = grid.place(tile);
        let [x, y, width, height] =
            [pixels.x, pixels.y, pixels.width, pixels.height].map(|length| length as f32 * scale);
        let part = Rectangle { x: self.place.x + x + NUDGE, y: self.place.y + y + NUDGE, width, height };
        if !part.intersects(&self.view) {
            return;
        }
        // One to one, the nearest pixel is the right one, and much cheaper than a mixture.
        let filter = if settled { FilterMethod::Nearest } else { FilterMethod::Linear };
        self.frame.draw_image(part, Image::new(image).filter_method(filter));
    }
}
