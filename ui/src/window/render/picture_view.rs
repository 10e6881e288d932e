//! A widget that shows a picture: its tiles as images, within the edge of the sheet.

use std::cell::Cell;

use iced::advanced::image::{FilterMethod, Handle};
use iced::widget::canvas::{self, Canvas, Frame, Geometry, Image};
use iced::{Color, Element, Length, Rectangle, Renderer, Size, Theme, mouse};

use super::picture::Picture;
use super::tiles::{Grid, Tile};
use super::viewport::Viewport;
use crate::window::theme::Look;

/// An offset of images, in pixels. The renderer rounds their position down; without it, rounding leaves seams.
const NUDGE: f32 = 0.02;

/// Returns a widget that shows a picture, filling its space. It also draws beside its space, so the caller has to clip it.
pub fn view<'a, M: 'a>(picture: &'a Picture, viewport: Viewport, look: Look) -> Element<'a, M> {
    Canvas::new(PictureView { picture, viewport, look }).width(Length::Fill).height(Length::Fill).into()
}

struct PictureView<'a> {
    picture: &'a Picture,
    viewport: Viewport,
    look: Look,
}

/// The edge of the sheet. It is cached, because the renderer redraws what lies under new geometry.
#[derive(Default)]
struct Edge {
    geometry: canvas::Cache,
    drawn_for: Cell<Option<(Rectangle, Color)>>,
}

impl<M> canvas::Program<M> for PictureView<'_> {
    type State = Edge;

    fn draw(
        &self,
        edge: &Edge,
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let rect = self.viewport.sheet_rect(bounds.position());
        let wanted = Some((rect, self.look.colors.border));
        if edge.drawn_for.replace(wanted) != wanted {
            edge.geometry.clear();
        }
        let edge = edge.geometry.draw(renderer, bounds.size(), |frame| {
            let edge = rect.expand(1.0);
            frame.fill_rectangle(edge.position(), edge.size(), self.look.colors.border);
            frame.fill_rectangle(rect.position(), rect.size(), Color::WHITE);
        });
        vec![edge, self.tiles(renderer, bounds.size(), rect)]
    }
}

impl PictureView<'_> {
    fn tiles(&self, renderer: &Renderer, size: Size, rect: Rectangle) -> Geometry {
        let mut images = Images { frame: Frame::new(renderer, size), view: Rectangle::with_size(size), rect };
        let wanted = self.viewport.wanted();
        let enlarged =
            self.picture.enlarged().zip(wanted.enlarged).filter(|(enlarged, (grid, _))| enlarged.grid == *grid);
        let covered =
            enlarged.is_some_and(|(enlarged, (_, part))| part.tiles().all(|tile| enlarged.tile(tile).is_some()));
        // Until the enlarged tiles are made, the whole sheet is shown in their rect, stretched. So it is for another size.
        if let Some(whole) = self.picture.whole().filter(|_| !covered) {
            let exact = wanted.enlarged.is_none() && wanted.whole == Some(whole.grid);
            whole.tiles().for_each(|(tile, image)| images.draw_tile(whole.grid, tile, image, exact));
        }
        if let Some((enlarged, _)) = enlarged {
            enlarged.tiles().for_each(|(tile, image)| images.draw_tile(enlarged.grid, tile, image, true));
        }
        images.frame.into_geometry()
    }
}

struct Images {
    frame: Frame,
    view: Rectangle,
    rect: Rectangle,
}

impl Images {
    /// Draws a tile; `exact` is whether its pixels are those of the screen.
    fn draw_tile(&mut self, grid: Grid, tile: Tile, image: &Handle, exact: bool) {
        let scale = self.rect.width / grid.width() as f32;
        let pixels = grid.rect(tile);
        let [x, y, width, height] =
            [pixels.x, pixels.y, pixels.width, pixels.height].map(|length| length as f32 * scale);
        let part = Rectangle { x: self.rect.x + x + NUDGE, y: self.rect.y + y + NUDGE, width, height };
        if !part.intersects(&self.view) {
            return;
        }
        // The nearest pixel is the same one then, and much cheaper than interpolation.
        let filter = if exact { FilterMethod::Nearest } else { FilterMethod::Linear };
        self.frame.draw_image(part, Image::new(image).filter_method(filter));
    }
}
