//! Encodes a drawing as an animated GIF, stroke by stroke, at half its size.

use ::gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};
use inkmesh::canvas::export::Replay;
use inkmesh::canvas::{Area, COLUMNS, Drawn, ROWS, Raster, Sheet};

/// Width and height in pixels. Each pixel is the mean of four of the drawing.
const SIZE: (usize, usize) = (COLUMNS / 2, ROWS / 2);
/// The most frames after the blank sheet. With more strokes, a frame adds several.
const MOST_FRAMES: usize = 240;
/// The approximate duration of the whole, in hundredths of a second.
const WHOLE: usize = 1000;
/// The shortest and the longest delay of a frame, in hundredths of a second. Many programs show a frame with a shorter
/// delay for a tenth of a second.
const DELAYS: (usize, usize) = (4, 50);
/// The delay of the last frame.
const HELD: u16 = 200;
/// The speed of the quantiser for frames of more than 256 colours, from 1 (the best quality) to 30.
const QUANTISER_SPEED: i32 = 10;

/// Returns the bytes of the GIF.
pub fn gif(sheet: &Sheet) -> Result<Vec<u8>, EncodingError> {
    let ends = ends(&sheet.marks().collect::<Vec<_>>());
    let mut encoder = Encoder::new(Vec::new(), SIZE.0 as u16, SIZE.1 as u16, &[])?;
    encoder.set_repeat(Repeat::Infinite)?;
    let delay = (WHOLE / (ends.len() + 1)).clamp(DELAYS.0, DELAYS.1) as u16;
    let mut left = ends.len();
    replay(sheet, &ends, |area, raster| {
        let delay = if left == 0 { HELD } else { delay };
        left = left.saturating_sub(1);
        encoder.write_frame(&frame(area, raster, delay))
    })?;
    encoder.into_inner()
}

/// Returns the number of marks on each frame. The parts of a long stroke are in one frame.
fn ends(marks: &[&Drawn]) -> Vec<usize> {
    let last = |at: &usize| marks.get(*at).is_none_or(|next| !next.continues(marks[at - 1]));
    let strokes: Vec<usize> = (1..=marks.len()).filter(last).collect();
    let frames = strokes.len().min(MOST_FRAMES);
    (1..=frames).map(|frame| strokes[frame * strokes.len() / frames - 1]).collect()
}

/// Calls `show` for the blank sheet and after each of these numbers of marks, with the area that changed in GIF pixels.
fn replay(
    sheet: &Sheet,
    ends: &[usize],
    mut show: impl FnMut(Area, &Raster) -> Result<(), EncodingError>,
) -> Result<(), EncodingError> {
    show(Area { left: 0, top: 0, right: SIZE.0, bottom: SIZE.1 }, &Raster::default())?;
    let mut replay = Replay::new(sheet);
    let mut drawn = 0;
    for end in ends {
        let mut changed = Area::default();
        while drawn < *end
            && let Some(frame) = replay.next_frame()
        {
            drawn += 1;
            changed = changed.join(frame.area);
            if drawn == *end {
                show(half(changed), frame.raster)?;
            }
        }
    }
    Ok(())
}

/// Returns the GIF pixels that an area of the drawing covers: at least one.
fn half(area: Area) -> Area {
    let (left, top) = ((area.left / 2).min(SIZE.0 - 1), (area.top / 2).min(SIZE.1 - 1));
    let (right, bottom) = (area.right.div_ceil(2).max(left + 1), area.bottom.div_ceil(2).max(top + 1));
    Area { left, top, right, bottom }
}

/// Returns the frame of an area, with a palette of its own: exact for up to 256 colours.
fn frame(area: Area, raster: &Raster, delay: u16) -> Frame<'static> {
    let (width, height) = ((area.right - area.left) as u16, (area.bottom - area.top) as u16);
    let rgb = |color: u32| {
        let [_, red, green, blue] = color.to_be_bytes();
        [red, green, blue]
    };
    let pixels: Vec<u8> = halved(area, raster).flat_map(rgb).collect();
    Frame {
        delay,
        dispose: DisposalMethod::Keep,
        left: area.left as u16,
        top: area.top as u16,
        ..Frame::from_rgb_speed(width, height, &pixels, QUANTISER_SPEED)
    }
}

/// Returns the pixels of an area of the GIF, row by row: the rounded mean of four each.
fn halved(area: Area, raster: &Raster) -> impl Iterator<Item = u32> {
    let pixels = raster.pixels();
    let four = move |row: usize, column: usize| {
        let at = 2 * row * COLUMNS + 2 * column;
        [pixels[at], pixels[at + 1], pixels[at + COLUMNS], pixels[at + COLUMNS + 1]]
    };
    (area.top..area.bottom).flat_map(move |row| (area.left..area.right).map(move |column| mean(four(row, column))))
}

fn mean(four: [u32; 4]) -> u32 {
    if four.iter().all(|pixel| *pixel == four[0]) {
        return four[0];
    }
    let channel = |shift: u32| (four.iter().map(|pixel| pixel >> shift & 0xff).sum::<u32>() + 2) / 4;
    channel(16) << 16 | channel(8) << 8 | channel(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::super::samples;
    use super::*;

    /// Decodes a GIF to the pictures that are seen, each with its delay.
    fn pictures(bytes: &[u8]) -> Vec<(Vec<u32>, u16)> {
        let mut decoder = ::gif::DecodeOptions::new();
        decoder.set_color_output(::gif::ColorOutput::RGBA);
        let mut decoder = decoder.read_info(bytes).unwrap();
        assert_eq!((decoder.width(), decoder.height(), decoder.repeat()), (800, 600, Repeat::Infinite));
        let (mut seen, mut screen) = (Vec::new(), vec![0; SIZE.0 * SIZE.1]);
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            assert_eq!((frame.dispose, frame.transparent), (DisposalMethod::Keep, None));
            for (row, pixels) in frame.buffer.chunks(4 * usize::from(frame.width)).enumerate() {
                let start = (row + usize::from(frame.top)) * SIZE.0 + usize::from(frame.left);
                for (shown, rgba) in screen[start..].iter_mut().zip(pixels.chunks(4)) {
                    *shown = u32::from_be_bytes([0, rgba[0], rgba[1], rgba[2]]);
                }
            }
            seen.push((screen.clone(), frame.delay));
        }
        seen
    }

    fn small(raster: &Raster) -> Vec<u32> {
        halved(Area { left: 0, top: 0, right: SIZE.0, bottom: SIZE.1 }, raster).collect()
    }

    #[test]
    fn every_stroke_is_seen_as_it_was_drawn() {
        let sheet = samples::house();
        let seen = pictures(&gif(&sheet).unwrap());
        let mut expected = vec![small(&Raster::default())];
        let mut replay = Replay::new(&sheet);
        while let Some(frame) = replay.next_frame() {
            expected.push(small(frame.raster));
        }
        // The long stroke of the house is in two parts.
        expected.remove(1);
        assert_eq!(seen.len(), expected.len());
        assert!(seen.iter().zip(&expected).all(|((seen, _), expected)| seen == expected));
        assert_eq!(seen.last().unwrap().0, small(sheet.raster()));
    }

    #[test]
    fn it_takes_ten_seconds_at_most_and_ends_with_a_rest() {
        for strokes in [0, 1, 19, 240, 241, 1000] {
            let seen = pictures(&gif(&samples::lines(strokes)).unwrap());
            let (last, delays) = seen.split_last().unwrap();
            assert_eq!((seen.len(), last.1), (1 + strokes.min(MOST_FRAMES), HELD));
            let whole: u16 = delays.iter().map(|(_, delay)| delay).sum();
            assert!(whole <= 1000 && delays.iter().all(|(_, delay)| (4..=50).contains(delay)), "{strokes}: {whole}");
            assert_eq!(last.0, small(samples::lines(strokes).raster()));
        }
    }

    #[test]
    fn too_many_colors_come_near() {
        let sheet = samples::colorful();
        let seen = pictures(&gif(&sheet).unwrap());
        let differs = |(seen, drawn): (&u32, &u32)| {
            let pairs = seen.to_be_bytes().into_iter().zip(drawn.to_be_bytes());
            pairs.map(|(one, other)| u64::from(one.abs_diff(other))).sum::<u64>()
        };
        let apart: u64 = seen.last().unwrap().0.iter().zip(&small(sheet.raster())).map(differs).sum();
        // The last stroke crosses 400 colours.
        assert!(apart > 0 && apart / ((SIZE.0 * SIZE.1) as u64) < 3 * 12, "{apart}");
    }

    #[test]
    fn the_mean_of_four_is_rounded() {
        assert_eq!(mean([0, 0, 0, 0xff_ffff]), 0x40_4040);
        assert_eq!(mean([0x01_0101, 0, 0x01_0101, 0]), 0x01_0101);
        assert_eq!(mean([0x12_3456; 4]), 0x12_3456);
    }
}
