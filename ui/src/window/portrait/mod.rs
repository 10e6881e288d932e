//! Portraits: the pictures of people as the window shows them. A picture that somebody chose or drew is in ink; the colours, the
//! outline of the tile and the sign on its seal come from the key, so that people with the same picture can be told apart,
//! also without seeing colours.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`art`] | our pictures as strokes |
//! | [`brush`] | smooth lines of a brush |
//! | [`tile`] | paints a tile |

pub mod art;
mod brush;
mod tile;

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};

use iced::advanced::image::{Handle, Image, Renderer as _};
use iced::advanced::layout::{Layout, Limits, Node};
use iced::advanced::renderer::Style;
use iced::advanced::widget::{Tree, Widget};
use iced::{Color, Element, Length, Rectangle, Renderer, Size, Theme, mouse};
use inkmesh::canvas::QUARTERS;
use inkmesh::identity::Author;
use inkmesh::picture::{PEN, Picture, SIDE};

use self::art::{ART, Art};
use self::tile::{Motif, OUTLINES, SIGNS, Tile};
use crate::window::theme::{Look, palette};

/// Side of a portrait beside a line of the chat, in pixels.
pub const SMALL: f32 = 22.0;
/// Side of a portrait on a scoreboard, in pixels.
pub const MEDIUM: f32 = 26.0;
/// Side of a portrait in a list, in pixels.
pub const LISTED: f32 = 32.0;
/// Side of a portrait on the page of a person, in pixels.
pub const LARGE: f32 = 72.0;

/// Pixels that are painted for a pixel of the window, so that a screen with a larger scale factor shows a sharp image too.
const SCALE: f32 = 2.0;
/// The most painted portraits that are kept.
const MAX_KEPT: usize = 512;

/// Returns the portrait of a person, with this side in pixels; without colours of somebody who is away.
pub fn portrait<'a, M: 'a>(
    look: Look,
    author: Author,
    picture: Option<&Picture>,
    online: bool,
    side: f32,
) -> Element<'a, M> {
    let dark = look.colors == palette::DARK;
    let key = Key { author, picture: picture.cloned(), online, dark, side: (side * SCALE) as u32 };
    Element::new(Portrait { key, side })
}

/// Returns the picture of ours with this number; that of the key for a number of a newer program.
fn art_of(number: u16, author: Author) -> &'static Art {
    let known = ART.get(usize::from(number));
    known.unwrap_or_else(|| &ART[usize::from(Picture::of_key(author)) % ART.len()])
}

/// What a portrait is painted of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    author: Author,
    picture: Option<Picture>,
    online: bool,
    dark: bool,
    /// Its side in painted pixels.
    side: u32,
}

impl Key {
    /// Paints the portrait.
    fn paint(&self) -> Handle {
        let colors = if self.dark { palette::DARK } else { palette::LIGHT };
        let color = palette::person(&self.author);
        let border = if self.online { color } else { palette::person_mark(&self.author, colors) };
        let (outline, sign) = marks(self.author);
        let lines: Vec<_>;
        let motif = match &self.picture {
            None => Motif::Art(art_of(Picture::of_key(self.author), self.author)),
            Some(Picture::Ours(number)) => Motif::Art(art_of(*number, self.author)),
            Some(Picture::Drawn(sketch)) => {
                let share = 100.0 / (SIDE * QUARTERS) as f32;
                let place = |point: inkmesh::canvas::Point| (point.x as f32 * share, point.y as f32 * share);
                lines = sketch.strokes().iter().map(|stroke| stroke.iter().map(place).collect()).collect();
                Motif::Lines(&lines, f32::from(PEN) * 100.0 / SIDE as f32)
            }
        };
        let away = (!self.online).then(|| rgb(colors.muted));
        let tile = Tile { motif, color: rgb(color), border: rgb(border), away, outline, sign };
        match tile::paint(tile, self.side) {
            Some(pixels) => Handle::from_rgba(self.side, self.side, straight(&pixels)),
            None => Handle::from_rgba(1, 1, vec![0; 4]),
        }
    }
}

/// Returns the pixels with their colours as they are without transparency, as iced takes them.
fn straight(pixels: &tiny_skia::Pixmap) -> Vec<u8> {
    let channels = pixels.pixels().iter().flat_map(|pixel| {
        let pixel = pixel.demultiply();
        [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
    });
    channels.collect()
}

fn rgb(color: Color) -> [u8; 3] {
    let [red, green, blue, _] = color.into_rgba8();
    [red, green, blue]
}

/// Returns the number of the outline of a person's tile and that of the sign on its seal.
fn marks(author: Author) -> (u8, u8) {
    // FNV-1a, so that they have nothing to do with the colour.
    let hash = author
        .0
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    ((hash >> 24) as u8 % OUTLINES, (hash >> 40) as u8 % SIGNS)
}

/// The portraits that were painted last. Each is made of its key alone, so nothing else depends on what is kept.
#[derive(Default)]
struct Kept {
    painted: HashMap<Key, Handle>,
    /// The keys of those that are painted, the oldest first.
    order: VecDeque<Key>,
}

impl Kept {
    fn get(&mut self, key: &Key) -> Handle {
        if let Some(handle) = self.painted.get(key) {
            return handle.clone();
        }
        while self.order.len() >= MAX_KEPT {
            self.order.pop_front().map(|oldest| self.painted.remove(&oldest));
        }
        let handle = key.paint();
        self.painted.insert(key.clone(), handle.clone());
        self.order.push_back(key.clone());
        handle
    }
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

struct Portrait {
    key: Key,
    side: f32,
}

impl<M> Widget<M, Theme, Renderer> for Portrait {
    fn size(&self) -> Size<Length> {
        Size::new(Length::Fixed(self.side), Length::Fixed(self.side))
    }

    fn layout(&mut self, _tree: &mut Tree, _renderer: &Renderer, _limits: &Limits) -> Node {
        Node::new(Size::new(self.side, self.side))
    }

    fn draw(
        &self,
        _tree: &Tree,
        renderer: &mut Renderer,
        _theme: &Theme,
        _style: &Style,
        layout: Layout<'_>,
        _cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let bounds = layout.bounds();
        // What is out of view is not painted.
        if let Some(view) = bounds.intersection(viewport) {
            let handle = KEPT.with_borrow_mut(|kept| kept.get(&self.key));
            renderer.draw_image(Image::new(handle), bounds, view);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::collections::BTreeSet;

    use inkmesh::canvas::Point;
    use inkmesh::picture::{MAX_STROKES, OURS, Sketch};

    use super::*;

    fn author(number: u16) -> Author {
        let mut key = [9; 32];
        key[..2].copy_from_slice(&number.to_be_bytes());
        Author(key)
    }

    fn key(author: Author, picture: Option<Picture>) -> Key {
        Key { author, picture, online: true, dark: false, side: 48 }
    }

    fn pixels(key: &Key) -> Vec<u8> {
        match key.paint() {
            Handle::Rgba { pixels, .. } => pixels.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    fn ours(number: u16) -> Option<Picture> {
        Some(Picture::Ours(number))
    }

    #[test]
    fn every_number_of_ours_has_a_picture_of_its_own() {
        assert_eq!(usize::from(OURS), ART.len());
        let painted: BTreeSet<Vec<u8>> = (0..OURS).map(|number| pixels(&key(author(1), ours(number)))).collect();
        assert_eq!(painted.len(), ART.len());
        let by_key = pixels(&key(author(1), None));
        assert_eq!(by_key, pixels(&key(author(1), ours(Picture::of_key(author(1))))));
        assert_eq!(by_key, pixels(&key(author(1), ours(OURS))), "one of a newer program");
    }

    #[test]
    fn people_with_the_same_picture_do_not_look_alike() {
        let people = 0..24;
        let painted: BTreeSet<Vec<u8>> = people.clone().map(|number| pixels(&key(author(number), ours(0)))).collect();
        assert_eq!(painted.len(), people.len());
        let marks: BTreeSet<(u8, u8)> = (0..2000).map(|number| marks(author(number))).collect();
        assert_eq!(marks.len(), usize::from(OUTLINES) * usize::from(SIGNS), "all of them are used");
    }

    #[test]
    fn whoever_is_away_has_no_colours_on_paper() {
        let here = key(author(1), ours(0));
        let away = Key { online: false, ..here.clone() };
        let transparent = |key: &Key| pixels(key).chunks_exact(4).filter(|pixel| pixel[3] == 0).count();
        assert!(transparent(&away) > 2 * transparent(&here));
        assert_ne!(pixels(&away), pixels(&Key { dark: true, ..away.clone() }));
    }

    #[test]
    fn a_drawn_picture_is_painted_at_any_size() {
        let strokes = (0..MAX_STROKES as i32).map(|y| vec![Point::new(0, y * 16), Point::new(1024, 1024 - y * 16)]);
        let sketch = Sketch::new(&strokes.collect::<Vec<_>>()).unwrap();
        for side in [1, 44, 144] {
            let key = Key { side, ..key(author(1), Some(Picture::Drawn(sketch.clone()))) };
            assert_eq!(pixels(&key).len(), (side * side * 4) as usize);
        }
        let dot = Sketch::new(&[vec![Point::new(512, 512)]]).unwrap();
        let dotted = pixels(&Key { side: 144, ..key(author(1), Some(Picture::Drawn(dot))) });
        let middle = (144 * 72 + 72) * 4;
        assert_eq!(dotted[middle..middle + 3], [0x1e, 0x1b, 0x18], "ink");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut kept = Kept::default();
        let small = |number| Key { side: 1, ..key(author(number), None) };
        for number in 0..MAX_KEPT as u16 + 5 {
            kept.get(&small(number));
        }
        assert_eq!((kept.painted.len(), kept.order.len()), (MAX_KEPT, MAX_KEPT));
        assert!(!kept.painted.contains_key(&small(4)) && kept.painted.contains_key(&small(5)));
        let painted = kept.get(&small(9)).id();
        assert_eq!(kept.get(&small(9)).id(), painted);
    }
}
