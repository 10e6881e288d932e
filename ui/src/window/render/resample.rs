//! Scales the exact picture to the pixels of the screen: to the mean of the pixels that one covers where it is shrunk, by
//! linear interpolation where it is enlarged. At its own size nothing changes.

use inkmesh::canvas::COLUMNS;

use super::tiles::{Grid, PixelRect};

/// The sum of the weights of a pixel.
const ONE: u32 = 256;

/// For each pixel along one axis, the original pixels that it is mixed from and their weights.
#[derive(Debug)]
struct Taps {
    /// The first original pixel, and the range of its weights, for each pixel.
    pixels: Vec<(usize, usize, usize)>,
    weights: Vec<u32>,
}

impl Taps {
    /// Creates the taps of the pixels from `first` to before `end`, of `shown` pixels that show `full` original ones.
    fn new(first: u32, end: u32, shown: u32, full: u32) -> Self {
        let mut taps = Taps { pixels: Vec::with_capacity((end - first) as usize), weights: Vec::new() };
        for at in first..end {
            let start = taps.weights.len();
            let from = if shown > full { taps.between(at, shown, full) } else { taps.covered(at, shown, full) };
            taps.pixels.push((from as usize, start, taps.weights.len()));
        }
        taps
    }

    /// Adds the mean of the original pixels under a pixel. Positions are in units of which an original pixel has `shown`.
    fn covered(&mut self, at: u32, shown: u32, full: u32) -> u32 {
        let (begin, end) = (at * full, (at + 1) * full);
        let (first, last) = (begin / shown, (end - 1) / shown);
        let start = self.weights.len();
        for pixel in first..=last {
            let share = end.min((pixel + 1) * shown) - begin.max(pixel * shown);
            self.weights.push(share * ONE / full);
        }
        self.even_out(start);
        first
    }

    /// Adds the interpolation between the two original pixels whose centres are nearest.
    fn between(&mut self, at: u32, shown: u32, full: u32) -> u32 {
        // In halves of a unit, from the centre of the first original pixel.
        let centre = ((2 * at + 1) * full).saturating_sub(shown);
        let first = (centre / (2 * shown)).min(full - 1);
        let share = (centre - first * 2 * shown).min(2 * shown) * ONE / (2 * shown);
        if first + 1 < full && share > 0 {
            self.weights.extend([ONE - share, share]);
        } else {
            self.weights.push(ONE);
        }
        first
    }

    /// Adds what rounding left over to the largest weight.
    fn even_out(&mut self, start: usize) {
        let weights = &mut self.weights[start..];
        let left = ONE - weights.iter().sum::<u32>();
        if let Some(largest) = weights.iter_mut().max() {
            *largest += left;
        }
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[u32])> {
        self.pixels.iter().map(|(from, start, end)| (*from, &self.weights[*start..*end]))
    }

    /// Returns the range of the original pixels that are needed.
    fn range(&self) -> (usize, usize) {
        let first = self.pixels.first().map_or(0, |(from, ..)| *from);
        let end = self.pixels.last().map_or(0, |(from, start, end)| from + end - start);
        (first, end)
    }
}

/// Returns a rectangle of a sheet of this size as red, green, blue and 255 for each pixel.
pub fn pixels(exact: &[u32], grid: Grid, rect: PixelRect) -> Vec<u8> {
    let rows = (exact.len() / COLUMNS) as u32;
    let columns = Taps::new(rect.x, rect.x + rect.width, grid.width(), COLUMNS as u32);
    let lines = Taps::new(rect.y, rect.y + rect.height, grid.height(), rows);
    let (left, right) = columns.range();
    let mut pixels = Vec::with_capacity((rect.width * rect.height * 4) as usize);
    let mut mixed = Mixed::new(right - left);
    for (from, weights) in lines.iter() {
        let row = |row: usize| &exact[row * COLUMNS + left..row * COLUMNS + right];
        // Most of a sheet is of one colour.
        let color = row(from)[0];
        if (from..from + weights.len()).all(|at| row(at).iter().all(|pixel| *pixel == color)) {
            (0..rect.width).for_each(|_| pixels.extend(rgba(color)));
            continue;
        }
        mixed.clear();
        weights.iter().zip(from..).for_each(|(weight, at)| mixed.add(row(at), *weight));
        columns.iter().for_each(|(from, weights)| pixels.extend(mixed.pixel(from - left, weights)));
    }
    pixels
}

fn rgba(color: u32) -> [u8; 4] {
    let [_, red, green, blue] = color.to_be_bytes();
    [red, green, blue, 255]
}

/// A row of pixels mixed from several rows, each channel times [`ONE`].
struct Mixed {
    red: Vec<u32>,
    green: Vec<u32>,
    blue: Vec<u32>,
}

impl Mixed {
    fn new(length: usize) -> Self {
        Mixed { red: vec![0; length], green: vec![0; length], blue: vec![0; length] }
    }

    fn clear(&mut self) {
        [&mut self.red, &mut self.green, &mut self.blue].into_iter().for_each(|channel| channel.fill(0));
    }

    fn add(&mut self, row: &[u32], weight: u32) {
        let add = |channel: &mut [u32], shift: u32| {
            channel.iter_mut().zip(row).for_each(|(sum, pixel)| *sum += (pixel >> shift & 0xff) * weight);
        };
        add(&mut self.red, 16);
        add(&mut self.green, 8);
        add(&mut self.blue, 0);
    }

    fn pixel(&self, from: usize, weights: &[u32]) -> [u8; 4] {
        let mean = |channel: &[u32]| {
            let sum: u32 = channel[from..].iter().zip(weights).map(|(sum, weight)| sum * weight).sum();
            ((sum + ONE * ONE / 2) / (ONE * ONE)) as u8 // at most 255: the weights sum up to ONE
        };
        [mean(&self.red), mean(&self.green), mean(&self.blue), 255]
    }
}

#[cfg(test)]
mod tests {
    use inkmesh::canvas::{CanvasStep, Color, Point, Points, ROWS, Raster, Stroke, Tool};

    use super::super::tiles::Tile;
    use super::*;

    /// A picture with lines, areas and every colour somewhere.
    fn exact() -> Vec<u32> {
        let mut raster = Raster::default();
        for (number, tool) in [Tool::Line, Tool::Rectangle, Tool::Ellipse].into_iter().enumerate() {
            let points = Points::new(vec![Point::new(400, 900 * number as i32), Point::new(6000, 4700)]);
            let color = Color([200, 40 * number as u8, 90]);
            raster.stroke(&Stroke { id: 1, tool, color, width: 7, points });
        }
        raster.draw(&CanvasStep::Fill { stroke: 2, at: Point::new(6300, 4750), color: Color([9, 99, 199]) });
        let mut pixels = raster.pixels().to_vec();
        pixels.iter_mut().take(300_000).enumerate().for_each(|(at, pixel)| *pixel = at as u32 * 55);
        pixels
    }

    #[test]
    fn at_its_own_size_a_tile_is_the_exact() {
        let (exact, grid) = (exact(), Grid::new(COLUMNS as u32));
        for tile in grid.all().tiles() {
            let rect = grid.rect(tile);
            let pixels = pixels(&exact, grid, rect);
            for (at, pixel) in pixels.chunks(4).enumerate() {
                let (x, y) = (rect.x as usize + at % rect.width as usize, rect.y as usize + at / rect.width as usize);
                assert_eq!(pixel, rgba(exact[y * COLUMNS + x]), "{x} {y}");
            }
        }
    }

    #[test]
    fn half_as_large_a_pixel_is_the_mean_of_four() {
        let (exact, grid) = (exact(), Grid::new(800));
        let rect = PixelRect { x: 0, y: 0, width: 800, height: 600 };
        let pixels = pixels(&exact, grid, rect);
        for (at, pixel) in pixels.chunks(4).enumerate() {
            let corner = at / 800 * 2 * COLUMNS + at % 800 * 2;
            let four = [0, 1, COLUMNS, COLUMNS + 1].map(|step| exact[corner + step].to_be_bytes());
            let mean = |channel: usize| four.iter().map(|bytes| u32::from(bytes[channel])).sum::<u32>();
            let mean = |channel| (mean(channel) + 2) / 4;
            assert_eq!(pixel, [mean(1) as u8, mean(2) as u8, mean(3) as u8, 255], "{at}");
        }
    }

    #[test]
    fn a_tile_is_the_part_of_the_whole_that_it_covers() {
        let exact = exact();
        for width in [36, 332, 700, 1036, 2400] {
            let grid = Grid::new(width);
            let rect = PixelRect { x: 0, y: 0, width, height: grid.height() };
            let whole = pixels(&exact, grid, rect);
            for tile in [Tile { row: 0, column: 0 }, Tile { row: grid.height() / 129, column: width / 129 }] {
                let rect = grid.rect(tile);
                let part = pixels(&exact, grid, rect);
                for (row, pixels) in part.chunks(4 * rect.width as usize).enumerate() {
                    let start = ((rect.y as usize + row) * width as usize + rect.x as usize) * 4;
                    assert_eq!(pixels, &whole[start..start + pixels.len()], "{width} {tile:?} {row}");
                }
            }
        }
    }

    #[test]
    fn weights_sum_up_and_no_pixel_is_left_out() {
        for (shown, full) in
            [(1, 1600), (36, 1600), (700, 1600), (1599, 1600), (1600, 1600), (1601, 1600), (6400, 1600)]
        {
            let taps = Taps::new(0, shown, shown, full);
            let mut end = 0;
            for (from, weights) in taps.iter() {
                assert_eq!(weights.iter().sum::<u32>(), ONE, "{shown} {from}");
                assert!(from <= end && from + weights.len() <= full as usize, "{shown} {from}");
                end = end.max(from + weights.len());
            }
            assert_eq!(end, full as usize);
        }
        assert_eq!(ROWS, 1200);
    }
}
