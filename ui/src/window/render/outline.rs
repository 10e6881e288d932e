//! The outlines of strokes, with smooth edges, for strokes that are not painted yet. They run straight from point to point
//! as in the exact picture, so that nothing moves when the pen is lifted.

use inkmesh::canvas::{Point, QUARTERS, Tool};
use tiny_skia::{LineCap, LineJoin, Path, PathBuilder, Rect, Stroke};

/// The width of the thinnest stroke of the exact picture, in logical units: it covers a pixel at any position.
const THINNEST: f32 = std::f32::consts::SQRT_2;

/// Returns the outline of a stroke or shape, round at its ends and corners, in pixels, at `scale` pixels per logical unit.
/// One point makes a dot; without points there is no outline.
pub fn outline(tool: Tool, points: &[Point], width: u16, scale: f32) -> Option<Path> {
    let width = f32::from(width).max(THINNEST) * scale;
    if points.windows(2).all(|pair| pair[0] == pair[1]) {
        let (x, y) = to_pixels(points.first()?, scale);
        return PathBuilder::from_circle(x, y, width / 2.0);
    }
    let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    line(tool, points, scale)?.stroke(&stroke, 1.0)
}

fn line(tool: Tool, points: &[Point], scale: f32) -> Option<Path> {
    let coordinates = || points.iter().map(|point| to_pixels(point, scale));
    let ((x, y), (right, bottom)) = (coordinates().next()?, coordinates().next_back()?);
    let mut path = PathBuilder::new();
    match tool {
        Tool::Ellipse if x != right && y != bottom => {
            path.push_oval(Rect::from_ltrb(x.min(right), y.min(bottom), x.max(right), y.max(bottom))?);
        }
        Tool::Rectangle | Tool::Ellipse => {
            path.move_to(x, y);
            [(right, y), (right, bottom), (x, bottom)].into_iter().for_each(|(x, y)| path.line_to(x, y));
            path.close();
        }
        Tool::Pen | Tool::Eraser | Tool::Line => {
            path.move_to(x, y);
            coordinates().skip(1).for_each(|(x, y)| path.line_to(x, y));
        }
    }
    path.finish()
}

/// Returns the coordinates of a point, in pixels.
fn to_pixels(point: &Point, scale: f32) -> (f32, f32) {
    let quarter = scale / QUARTERS as f32;
    (point.x as f32 * quarter, point.y as f32 * quarter)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::canvas::{Color, Points, Raster, Stroke};

    use super::*;

    #[test]
    fn a_live_stroke_covers_the_same_as_a_painted_one() {
        let points = [Point::new(160, 240), Point::new(900, 700), Point::new(300, 900)];
        let kinds: [(Tool, u16, &[Point]); 7] = [
            (Tool::Pen, 8, &points),
            (Tool::Pen, 1, &points),
            (Tool::Pen, 40, &points[..1]),
            (Tool::Line, 16, &points[..2]),
            (Tool::Rectangle, 16, &points[..2]),
            (Tool::Ellipse, 16, &points[..2]),
            (Tool::Ellipse, 16, &[Point::new(160, 240), Point::new(160, 700)]),
        ];
        for (tool, width, points) in kinds {
            let mut raster = Raster::default();
            let stroke = Stroke { id: 1, tool, color: Color([0; 3]), width, points: Points::new(points.to_vec()) };
            let area = raster.stroke(&stroke);
            let bounds = outline(tool, points, width, 1.0).unwrap().bounds();
            for (edge, end) in [
                (bounds.left(), area.left),
                (bounds.top(), area.top),
                (bounds.right(), area.right),
                (bounds.bottom(), area.bottom),
            ] {
                assert!((edge - end as f32).abs() <= 1.0, "{tool:?} {width}: {bounds:?} {area:?}");
            }
        }
    }

    #[test]
    fn few_points_make_dots() {
        assert!(outline(Tool::Pen, &[], 8, 1.0).is_none());
        let here = Point::new(40, 40);
        for tool in [Tool::Pen, Tool::Line, Tool::Rectangle, Tool::Ellipse] {
            let bounds = outline(tool, &[here, here], 8, 1.0).unwrap().bounds();
            assert!((bounds.width() - 8.0).abs() < 0.1 && (bounds.left() - 6.0).abs() < 0.1, "{bounds:?}");
        }
    }
}
