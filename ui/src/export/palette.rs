//! At most 256 colours for a picture: exactly its own if it has no more, else those that come near them.
//!
//! Integers only, and no order of chance: the same picture has the same palette everywhere.

use std::collections::BTreeSet;

/// Most colours of a palette.
pub const MOST: usize = 256;
/// The colour of a sheet, which stays what it is in every palette.
const WHITE: u32 = 0x00ff_ffff;
/// Colours that differ only below the five upper bits of each channel are one, once there are too many.
const BINS: usize = 1 << 15;

/// The colours of a picture as they are counted, each as `0xRRGGBB`.
#[derive(Debug, Default)]
pub struct Colors {
    /// While there are few enough.
    exact: Option<BTreeSet<u32>>,
    bins: Vec<Bin>,
    last: Option<u32>,
}

/// Colours that are one.
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

    /// Takes note of a pixel.
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

    /// The palette for them.
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
    /// Which colour stands for those of each bin; empty when every colour stands for itself, and they are sorted.
    bins: Vec<u8>,
}

impl Palette {
    /// Whether every colour is there as it is.
    pub fn is_exact(&self) -> bool {
        self.bins.is_empty()
    }

    /// Which colour of the palette stands for this one.
    pub fn index(&self, color: u32) -> u8 {
        if !self.is_exact() {
            return if color == WHITE { 0 } else { self.bins[bin_of(color)] };
        }
        let at = self.colors.binary_search(&color).unwrap_or(0);
        u8::try_from(at).unwrap_or(0)
    }

    /// The colours, red, green and blue of each.
    pub fn rgb(&self) -> Vec<u8> {
        self.colors.iter().flat_map(|color| channels(*color)).collect()
    }
}

/// Median cut: the box of colours that are farthest apart, weighed by how often they are there, is cut in two until there
/// are enough. White stands before all of them.
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

/// How far apart the colours of a box are, weighed, and in which channel; nothing for a box that can't be cut.
fn spread(one: &[(usize, Bin)]) -> (u64, usize) {
    let count: u64 = one.iter().map(|(_, bin)| bin.count).sum();
    let range = |channel: usize| {
        let values = one.iter().map(|(_, bin)| bin.mean()[channel]);
        values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
    };
    (0..3).map(|channel| (range(channel) * count, channel)).max().unwrap_or((0, 0))
}

/// Where to cut: about half of what is counted on either side, and something on both.
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
    fn as_many_as_fit_stay_what_they_are() {
        let colors = || (0..255).map(|n| n * 0x1_0203);
        let exact = palette(colors());
        assert!(exact.is_exact());
        assert_eq!(exact.rgb().len(), 3 * MOST);
        assert!(colors().chain([WHITE]).all(|color| shown(&exact, color) == color));
        assert!(!palette((0..256).map(|n| n * 0x1_0203)).is_exact());
    }

    #[test]
    fn of_too_many_each_has_one_that_is_near() {
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
    fn what_is_there_often_is_hit_closely() {
        let rare = (0..3000).map(|n: u32| n.wrapping_mul(2_654_435_761) >> 8);
        let palette = palette(rare.chain(std::iter::repeat_n(0x12_3456, 100_000)));
        assert!(!palette.is_exact());
        let [red, green, blue] = channels(shown(&palette, 0x12_3456));
        assert!(red.abs_diff(0x12) < 8 && green.abs_diff(0x34) < 8 && blue.abs_diff(0x56) < 8);
    }
}
