//! Brush strokes: smooth lines that swell and run thin, as paths to fill.

use std::f32::consts::TAU;

use tiny_skia::{Path, PathBuilder};

/// A place, to the right and down.
pub type Place = (f32, f32);

/// Pieces between two given points of a smooth line.
const PIECES: u16 = 6;
/// Corners of the discs that a stroke is made of.
const CORNERS: u16 = 14;

/// Returns a smooth line through these points (Catmull-Rom). A point that is given twice is a corner.
pub fn smooth(points: &[Place], closed: bool) -> Vec<Place> {
    let count = points.len();
    if count < 3 {
        return points.to_vec();
    }
    let at = |index: isize| match closed {
        true => points[index.rem_euclid(count as isize) as usize],
        false => points[index.clamp(0, count as isize - 1) as usize],
    };
    let mut line = vec![points[0]];
    for index in 0..(if closed { count } else { count - 1 }) as isize {
        let (from, to) = (at(index), at(index + 1));
        if from == to {
            continue;
        }
        let tangent = |before: Place, here: Place, after: Place| match before == here || here == after {
            true => (0.0, 0.0),
            false => ((after.0 - before.0) / 2.0, (after.1 - before.1) / 2.0),
        };
        let leaving = tangent(at(index - 1), from, to);
        let arriving = tangent(from, to, at(index + 2));
        for piece in 1..=PIECES {
            let t = f32::from(piece) / f32::from(PIECES);
            let (tt, ttt) = (t * t, t * t * t);
            let along = |from: f32, leaving: f32, to: f32, arriving: f32| {
                from * (2.0 * ttt - 3.0 * tt + 1.0)
                    + leaving * (ttt - 2.0 * tt + t)
                    + to * (3.0 * tt - 2.0 * ttt)
                    + arriving * (ttt - tt)
            };
            line.push((along(from.0, leaving.0, to.0, arriving.0), along(from.1, leaving.1, to.1, arriving.1)));
        }
    }
    line
}

/// Returns the stroke of a brush along a line, `width` wide where it is pressed most. An open line begins narrow, swells and
/// runs thin; a closed one swells and narrows on its way round.
pub fn stroke(line: &[Place], width: f32, closed: bool) -> Option<Path> {
    let lengths = lengths(line);
    let whole = lengths.last().copied().unwrap_or_default();
    let radius = |length: f32| {
        let share = if whole > 0.0 { length / whole } else { 0.5 };
        width / 2.0 * if closed { 0.9 + 0.14 * (share * TAU).sin() } else { pressure(share, whole / width) }
    };
    let mut path = PathBuilder::new();
    for (place, length) in line.iter().zip(&lengths) {
        disc(&mut path, *place, radius(*length));
    }
    for (pair, length) in line.windows(2).zip(lengths.windows(2)) {
        band(&mut path, (pair[0], radius(length[0])), (pair[1], radius(length[1])));
    }
    path.finish()
}

/// Returns the pressure at a share of an open line, which is `long` times as long as it is wide.
fn pressure(share: f32, long: f32) -> f32 {
    if long < 2.0 {
        return 1.0;
    }
    let begin = (0.62 + share / 0.18 * 0.38).min(1.0);
    let end = ((share - 0.6) / 0.4).max(0.0);
    begin * (1.0 - 0.52 * end * end)
}

/// Returns the outline of an area.
pub fn area(line: &[Place]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (first, rest) = line.split_first()?;
    path.move_to(first.0, first.1);
    rest.iter().for_each(|(x, y)| path.line_to(*x, *y));
    path.close();
    path.finish()
}

fn lengths(line: &[Place]) -> Vec<f32> {
    let mut whole = 0.0;
    let further = line.windows(2).map(|pair| {
        whole += (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1);
        whole
    });
    std::iter::once(0.0).chain(further).take(line.len()).collect()
}

/// Adds a disc. All parts of a stroke run round in the same direction, so that where they lie on each other nothing is left out.
fn disc(path: &mut PathBuilder, (x, y): Place, radius: f32) {
    for corner in 0..CORNERS {
        let turn = f32::from(corner) / f32::from(CORNERS) * TAU;
        let (x, y) = (x + radius * turn.cos(), y + radius * turn.sin());
        if corner == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    path.close();
}

/// Adds the area between two discs.
fn band(path: &mut PathBuilder, (from, from_radius): (Place, f32), (to, to_radius): (Place, f32)) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    if length <= f32::EPSILON {
        return;
    }
    let (x, y) = (dy / length, -dx / length);
    path.move_to(from.0 + x * from_radius, from.1 + y * from_radius);
    path.line_to(to.0 + x * to_radius, to.1 + y * to_radius);
    path.line_to(to.0 - x * to_radius, to.1 - y * to_radius);
    path.line_to(from.0 - x * from_radius, from.1 - y * from_radius);
    path.close();
}
