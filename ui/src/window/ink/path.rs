//! The smooth path through a stroke's points: the same for finished and growing ink, so that nothing jumps when the
//! pen is lifted.

use inkmesh::canvas::{Point, QUARTERS};

/// A piece of a path, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece {
    /// The path begins here.
    Begin(f32, f32),
    /// Straight on to here.
    Line(f32, f32),
    /// A quadratic curve: its control point, then its end.
    Curve(f32, f32, f32, f32),
}

/// Walks along the path through `points` at `scale` pixels per logical unit: curves from the middle of each pair of
/// points to the middle of the next, with the points between as controls. One point gives a line of no length.
pub fn trace(points: &[Point], scale: f32, mut each: impl FnMut(Piece)) {
    let place = |point: &Point| {
        let quarter = scale / QUARTERS as f32;
        (point.x as f32 * quarter, point.y as f32 * quarter)
    };
    let [first, rest @ ..] = points else { return };
    let (x, y) = place(first);
    each(Piece::Begin(x, y));
    let Some((last, between)) = rest.split_last() else { return each(Piece::Line(x, y)) };
    for (point, next) in between.iter().zip(&rest[1..]) {
        let ((cx, cy), (nx, ny)) = (place(point), place(next));
        each(Piece::Curve(cx, cy, (cx + nx) / 2.0, (cy + ny) / 2.0));
    }
    let (x, y) = place(last);
    each(Piece::Line(x, y));
}

/// Whether a pen that went along `points` left no more than a dot.
pub fn is_dot(points: &[Point]) -> bool {
    points.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(points: &[Point]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        trace(points, 2.0, |piece| pieces.push(piece));
        pieces
    }

    #[test]
    fn a_path_runs_from_its_first_point_to_its_last() {
        let points = [Point::new(0, 0), Point::new(4, 8), Point::new(12, 8), Point::new(12, 0)];
        assert_eq!(
            pieces(&points),
            [
                Piece::Begin(0.0, 0.0),
                Piece::Curve(2.0, 4.0, 4.0, 4.0),
                Piece::Curve(6.0, 4.0, 6.0, 2.0),
                Piece::Line(6.0, 0.0)
            ]
        );
    }

    #[test]
    fn few_points_make_short_paths() {
        assert_eq!(pieces(&[]), []);
        assert_eq!(pieces(&[Point::new(4, 4)]), [Piece::Begin(2.0, 2.0), Piece::Line(2.0, 2.0)]);
        assert_eq!(pieces(&[Point::new(4, 4), Point::new(8, 4)]), [Piece::Begin(2.0, 2.0), Piece::Line(4.0, 2.0)]);
        assert!(is_dot(&[Point::new(4, 4), Point::new(4, 4)]) && is_dot(&[Point::new(4, 4)]));
        assert!(!is_dot(&[Point::new(4, 4), Point::new(4, 5)]));
    }
}
