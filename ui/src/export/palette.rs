//! A palette of at most 256 colours for a picture: exactly its own if it has no more, else colours near them.
//!
//! It computes with integers in a fixed order, so that a picture has the same palette everywhere.

use std::collections::BTreeSet;

/// The most colours of a palette.
pub const MOST: usize = 256;
/// The colour of the sheet, which is in every palette.
const WHITE: u32 = 0x00ff_ffff;
/// The number of bins: with too many colours, those with the same five upper bits of each channel are counted as one.
const BINS: usize = 1 << 15;

/// Counts the colours of a picture, each as `0xRRGGBB`.
#[derive(Debug, Default)]
pub struct Colors {
    /// The colours, while there are few enough.
    exact: Option<BTreeSet<u32>>,
    bins: Vec<Bin>,
    last: Option<u32>,
}

/// The colours of one bin.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: u64,
    sum: [u64; 3],
}

impl Bin {
    fn mean(&self) -> [u64; 3] {
        self.sum.map(|sum| sum / self.count.max(1))
    }
}

impl Colors {
    pub fn new() -> Self {
        Colors { exact: Some(BTreeSet::from([WHITE])), bins: Vec::new(), last: None }
    }

    /// Counts a pixel.
    pub fn add(&mut self, color: u32) {
        if let Some(exact) = &mut self.exact {
            if self.last == Some(color) {
                return;
            }
            self.last = Some(color);
            exact.insert(color);
            if exact.len() > MOST {
                let many = std::mem::take(exact);
                self.exact = None;
                self.bins = vec![Bin::default(); BINS];
                many.into_iter().for_each(|color| self.add(color));
            }
        } else if color != WHITE {
            let bin = &mut self.bins[bin_of(color)];
            bin.count += 1;
            for (sum, channel) in bin.sum.iter_mut().zip(channels(color)) {
                *sum += u64::from(channel);
            }
        }
    }

    /// Returns the palette.
    pub fn palette(self) -> Palette {
        match self.exact {
            Some(exact) => Palette { colors: exact.into_iter().collect(), bins: Vec::new() },
            None => near(&self.bins),
        }
    }
}

/// At most [`MOST`] colours.
#[derive(Debug)]
pub struct Palette {
    colors: Vec<u32>,
    /// The index of the colour for each bin. Empty when the palette is exact and sorted.
    bins: Vec<u8>,
}

impl Palette {
    /// Returns whether every colour of the picture is in the palette.
    pub fn is_exact(&self) -> bool {
        self.bins.is_empty()
    }

    /// Returns the index of the palette's colour for a colour.
    pub fn index(&self, color: u32) -> u8 {
        if !self.is_exact() {
            return if color == WHITE { 0 } else { self.bins[bin_of(color)] };
        }
        let at = self.colors.binary_search(&color).unwrap_or(0);
        u8::try_from(at).unwrap_or(0)
    }

    /// Returns red, green and blue of each colour.
    pub fn rgb(&self) -> Vec<u8> {
        self.colors.iter().flat_map(|color| channels(*color)).collect()
    }
}

/// Returns a palette by median cut: the box with the largest spread, weighted by the number of pixels, is cut in two until
/// there are enough. White is the first colour.
fn near(bins: &[Bin]) -> Palette {
    let used: Vec<(usize, Bin)> = bins.iter().copied().enumerate().filter(|(_, bin)| bin.count > 0).collect();
    let mut boxes = vec![used];
    while boxes.len() < MOST - 1 {
        let widest = (0..boxes.len()).max_by_key(|at| spread(&boxes[*at])).unwrap_or(0);
        let (weight, channel) = spread(&boxes[widest]);
        if weight == 0 {
            break;
        }
        let mut lower = boxes.swap_remove(widest);
        lower.sort_by_key(|(number, bin)| (bin.mean()[channel], *number));
        let upper = lower.split_off(middle(&lower));
        boxes.extend([lower, upper]);
    }
    let (mut colors, mut table) = (vec![WHITE], vec![0; bins.len()]);
    for one in boxes {
        let at = u8::try_from(colors.len()).unwrap_or(u8::MAX);
        let whole = one.iter().fold(Bin::default(), |all, (_, bin)| Bin {
            count: all.count + bin.count,
            sum: [0, 1, 2].map(|channel| all.sum[channel] + bin.sum[channel]),
        });
        colors.push(whole.mean().iter().fold(0, |color, channel| color << 8 | (*channel as u32 & 0xff)));
        one.iter().for_each(|(number, _)| table[*number] = at);
    }
    Palette { colors, bins: table }
}

/// Returns the weighted spread of a box and its channel; 0 for a box that can't be cut.
fn spread(one: &[(usize, Bin)]) -> (u64, usize) {
    let count: u64 = one.iter().map(|(_, bin)| bin.count).sum();
    let range = |channel: usize| {
        let values = one.iter().map(|(_, bin)| bin.mean()[channel]);
        values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
    };
    (0..3).map(|channel| (range(channel) * count, channel)).max().unwrap_or((0, 0))
}

/// Returns where to cut: about half of the pixels on either side, and at least one bin on both.
fn middle(sorted: &[(usize, Bin)]) -> usize {
    let half = sorted.iter().map(|(_, bin)| bin.count).sum::<u64>() / 2;
    let mut below = 0;
    let reaches_half = |(_, bin): &(usize, Bin)| {
        below += bin.count;
        below > half
    };
    sorted.iter().position(reaches_half).unwrap_or(0).clamp(1, sorted.len() - 1)
}

fn bin_of(color: u32) -> usize {
    channels(color).into_iter().fold(0, |bin, channel| bin << 5 | usize::from(channel >> 3))
}

fn channels(color: u32) -> [u8; 3] {
    let [_, red, green, blue] = color.to_be_bytes();
    [red, green, blue]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn palette(colors: impl IntoIterator<Item = u32>) -> Palette {
        let mut all = Colors::new();
        colors.into_iter().for_each(|color| all.add(color));
        all.palette()
    }

    fn shown(palette: &Palette, color: u32) -> u32 {
        palette.colors[usize::from(palette.index(color))]
    }

    #[test]
    fn up_to_256_colours_are_exact() {
        let colors = || (0..255).map(|n| n * 0x1_0203);
        let exact = palette(colors());
        assert!(exact.is_exact());
        assert_eq!(exact.rgb().len(), 3 * MOST);
        assert!(colors().chain([WHITE]).all(|color| shown(&exact, color) == color));
        assert!(!palette((0..256).map(|n| n * 0x1_0203)).is_exact());
    }

    #[test]
    fn of_too_many_colours_each_has_one_that_is_near() {
        let colors = || (0..1 << 18).map(|n: u32| (n << 6) & WHITE);
        let palette = palette(colors());
        assert!(palette.colors.len() <= MOST && palette.rgb().len() == 3 * palette.colors.len());
        assert_eq!(shown(&palette, WHITE), WHITE);
        for color in colors() {
            let apart = channels(color).into_iter().zip(channels(shown(&palette, color)));
            let apart = apart.map(|(one, other)| one.abs_diff(other)).max().unwrap_or(0);
            assert!(apart < 50, "{color:06x} became {:06x}", shown(&palette, color));
        }
    }

    #[test]
    fn a_frequent_colour_is_hit_closely() {
        let rare = (0..3000).map(|n: u32| n.wrapping_mul(2_654_435_761) >> 8);
        let palette = palette(rare.chain(std::iter::repeat_n(0x12_3456, 100_000)));
        assert!(!palette.is_exact());
        let [red, green, blue] = channels(shown(&palette, 0x12_3456));
        assert!(red.abs_diff(0x12) < 8 && green.abs_diff(0x34) < 8 && blue.abs_diff(0x56) < 8);
    }
}
