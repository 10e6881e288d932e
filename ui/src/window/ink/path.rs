//! The smooth line through a stroke's points: the same for finished and growing ink, so that nothing jumps when the
//! pen is lifted.

use std::borrow::Cow;

use inkmesh::canvas::{Point, QUARTERS, Tool};
use tiny_skia::{LineCap, LineJoin, Path, PathBuilder, Stroke};

/// The points that a mark goes through: of a shape those of its outline.
pub fn corners(tool: Tool, points: &[Point]) -> Cow<'_, [Point]> {
    let (&[one, other], Tool::Rectangle | Tool::Ellipse) = (points, tool) else { return Cow::Borrowed(points) };
    if tool == Tool::Rectangle {
        return Cow::Owned(vec![one, Point::new(other.x, one.y), other, Point::new(one.x, other.y), one]);
    }
    let half = |one: i32, other: i32| (f64::from(one + other) / 2.0, f64::from(other - one) / 2.0);
    let ((cx, rx), (cy, ry)) = (half(one.x, other.x), half(one.y, other.y));
    let around = (0..=128).map(|turn| {
        let (sin, cos) = (f64::from(turn) / 128.0 * std::f64::consts::TAU).sin_cos();
        Point::new((cx + rx * cos).round() as i32, (cy + ry * sin).round() as i32)
    });
    Cow::Owned(around.collect())
}

/// The area that a line covers: round at its ends and corners, in pixels, at `scale` pixels per logical unit. A line
/// of one point is a dot; one without points covers nothing.
pub fn outline(points: &[Point], width: u16, scale: f32) -> Option<Path> {
    let width = (f32::from(width) * scale).max(1.0);
    if is_dot(points) {
        let (x, y) = place(points.first()?, scale);
        return PathBuilder::from_circle(x, y, width / 2.0);
    }
    let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    trace(points, scale)?.stroke(&stroke, 1.0)
}

/// The path of the pen: curves from the middle of each pair of points to the middle of the next, with the points
/// between as controls. A corner that was drawn stays a corner.
fn trace(points: &[Point], scale: f32) -> Option<Path> {
    let [first, between @ .., last] = points else { return None };
    let mut path = PathBuilder::new();
    let (x, y) = place(first, scale);
    path.move_to(x, y);
    for ((before, point), next) in points.iter().zip(between).zip(&points[2..]) {
        let ((cx, cy), (nx, ny)) = (place(point, scale), place(next, scale));
        let (mx, my) = ((cx + nx) / 2.0, (cy + ny) / 2.0);
        if is_corner(before, point, next) {
            path.line_to(cx, cy);
            path.line_to(mx, my);
        } else {
            path.quad_to(cx, cy, mx, my);
        }
    }
    let (x, y) = place(last, scale);
    path.line_to(x, y);
    path.finish()
}

/// Whether the pen turns by more than 50 degrees at `point`.
fn is_corner(before: &Point, point: &Point, next: &Point) -> bool {
    /// Of 50 degrees.
    const COSINE: f32 = 0.643;
    let (ax, ay) = ((point.x - before.x) as f32, (point.y - before.y) as f32);
    let (bx, by) = ((next.x - point.x) as f32, (next.y - point.y) as f32);
    ax * bx + ay * by < COSINE * ax.hypot(ay) * bx.hypot(by)
}

/// Where a point lies, in pixels.
fn place(point: &Point, scale: f32) -> (f32, f32) {
    let quarter = scale / QUARTERS as f32;
    (point.x as f32 * quarter, point.y as f32 * quarter)
}

/// Whether a pen that went along `points` left no more than a dot.
fn is_dot(points: &[Point]) -> bool {
    points.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use tiny_skia::PathSegment;

    use super::*;

    #[test]
    fn the_pen_runs_from_the_first_point_to_the_last() {
        let points = [Point::new(0, 0), Point::new(8, 4), Point::new(16, 4), Point::new(16, 0)];
        let segments: Vec<_> = trace(&points, 2.0).unwrap().segments().collect();
        let at = |x, y| tiny_skia::Point::from_xy(x, y);
        assert_eq!(
            segments,
            [
                PathSegment::MoveTo(at(0.0, 0.0)),
                PathSegment::QuadTo(at(4.0, 2.0), at(6.0, 2.0)),
                PathSegment::LineTo(at(8.0, 2.0)), // a corner
                PathSegment::LineTo(at(8.0, 1.0)),
                PathSegment::LineTo(at(8.0, 0.0)),
            ]
        );
    }

    #[test]
    fn a_line_covers_its_width_and_its_round_ends() {
        let bounds = outline(&[Point::new(40, 40), Point::new(80, 40)], 8, 2.0).unwrap().bounds();
        for (edge, place) in
            [(bounds.left(), 12.0), (bounds.right(), 48.0), (bounds.top(), 12.0), (bounds.bottom(), 28.0)]
        {
            assert!((edge - place).abs() < 0.5, "{bounds:?}");
        }
    }

    #[test]
    fn a_shape_goes_around_between_its_two_points() {
        let ends = [Point::new(40, 40), Point::new(80, 120)];
        for (tool, count) in [(Tool::Line, 2), (Tool::Rectangle, 5), (Tool::Ellipse, 129)] {
            let corners = corners(tool, &ends);
            assert_eq!(corners.len(), count);
            let bounds = outline(&corners, 8, 1.0).unwrap().bounds();
            let expected = [6.0, 6.0, 24.0, 34.0];
            for (edge, place) in [bounds.left(), bounds.top(), bounds.right(), bounds.bottom()].iter().zip(expected) {
                assert!((edge - place).abs() < 0.5, "{tool:?}: {bounds:?}");
            }
        }
    }

    #[test]
    fn few_points_make_dots() {
        assert!(outline(&[], 8, 1.0).is_none());
        let here = Point::new(40, 40);
        for points in [vec![here], vec![here, here], vec![here; 9]] {
            let bounds = outline(&points, 8, 1.0).unwrap().bounds();
            assert!((bounds.width() - 8.0).abs() < 0.1 && (bounds.left() - 6.0).abs() < 0.1, "{bounds:?}");
        }
        assert!(outline(&[here, Point::new(40, 41)], 1, 0.1).unwrap().bounds().width() >= 1.0, "never too thin to see");
    }
}
