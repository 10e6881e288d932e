//! Smooths the path of a pen: a mouse reports few points of a quick turn, and straight lines between them would show.
//! The smoothed path is sent and stored, so that everybody sees the same.

use inkmesh::canvas::{Point, QUARTERS};

/// The largest distance of the path from its curve, in quarter units.
const TOLERANCE: f32 = QUARTERS as f32 / 2.0;
/// The shortest step that can make a corner, in quarter units: single pixels go in all directions.
const CORNER_STEP: f32 = 6.0 * QUARTERS as f32;
/// The most segments of a curve.
const MAX_SEGMENTS: u32 = 8;

/// Returns the points that stay whatever the pen does: all but the last, which is the position of the pen.
pub fn settled(points: &[Point]) -> &[Point] {
    &points[..points.len().saturating_sub(1).max(1).min(points.len())]
}

/// Moves the pen to `point`, in a curve from the middle between its last two points to the middle between the last and this.
pub fn push(points: &mut Vec<Point>, point: Point) {
    let [.., before, last] = points[..] else {
        if points.last() != Some(&point) {
            points.push(point);
        }
        return;
    };
    if last == point {
        return;
    }
    points.pop();
    if is_corner(before, last, point) {
        points.push(last);
    } else {
        curve(points, before, last, point);
    }
    points.push(point);
}

/// Adds a curve from `start` to the middle between `last` and `next`.
fn curve(points: &mut Vec<Point>, start: Point, last: Point, next: Point) {
    let (sx, sy) = (start.x as f32, start.y as f32);
    let (cx, cy) = (last.x as f32, last.y as f32);
    let (ex, ey) = ((cx + next.x as f32) / 2.0, (cy + next.y as f32) / 2.0);
    let bulge = bulge((cx - sx, cy - sy), (ex - cx, ey - cy));
    let segments = ((bulge / TOLERANCE).sqrt().ceil() as u32).clamp(1, MAX_SEGMENTS);
    for segment in 1..=segments {
        let t = segment as f32 / segments as f32;
        let on = |start: f32, control: f32, end: f32| {
            (1.0 - t) * (1.0 - t) * start + 2.0 * t * (1.0 - t) * control + t * t * end
        };
        let point = Point::new(on(sx, cx, ex).round() as i32, on(sy, cy, ey).round() as i32);
        if points.last() != Some(&point) {
            points.push(point);
        }
    }
}

/// Returns the largest distance of a curve from the straight line between its ends. The arguments are its two tangents.
fn bulge((ax, ay): (f32, f32), (bx, by): (f32, f32)) -> f32 {
    if ax * bx + ay * by > 0.0 {
        // It doesn't turn back: half of the distance of the point where the tangents meet.
        (ax * by - ay * bx).abs() / (ax + bx).hypot(ay + by) / 2.0
    } else {
        (bx - ax).hypot(by - ay) / 4.0
    }
}

/// Returns whether the pen turns by more than 50 degrees at `point`.
fn is_corner(before: Point, point: Point, next: Point) -> bool {
    /// The cosine of 50 degrees.
    const COSINE: f32 = 0.643;
    let (ax, ay) = ((point.x - before.x) as f32, (point.y - before.y) as f32);
    let (bx, by) = ((next.x - point.x) as f32, (next.y - point.y) as f32);
    let (a, b) = (ax.hypot(ay), bx.hypot(by));
    a.max(b) > CORNER_STEP && ax * bx + ay * by < COSINE * a * b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn along(path: &[(i32, i32)]) -> Vec<Point> {
        let mut points = vec![Point::new(path[0].0, path[0].1)];
        path[1..].iter().for_each(|(x, y)| push(&mut points, Point::new(*x, *y)));
        points
    }

    fn coordinates(points: &[Point]) -> Vec<(i32, i32)> {
        points.iter().map(|point| (point.x, point.y)).collect()
    }

    #[test]
    fn it_runs_from_the_first_point_to_the_last() {
        assert_eq!(coordinates(&along(&[(8, 8)])), [(8, 8)]);
        assert_eq!(coordinates(&along(&[(8, 8), (8, 8)])), [(8, 8)]);
        assert_eq!(coordinates(&along(&[(8, 8), (80, 8)])), [(8, 8), (80, 8)]);
        let straight = along(&[(0, 0), (100, 0), (200, 0), (200, 0), (300, 0)]);
        assert_eq!(coordinates(&straight), [(0, 0), (150, 0), (250, 0), (300, 0)]);
    }

    #[test]
    fn a_corner_stays_one() {
        let points = [(0, 0), (400, 0), (400, 400), (0, 400)];
        assert_eq!(coordinates(&along(&points)), points);
    }

    #[test]
    fn a_quick_turn_is_round() {
        let circle: Vec<(i32, i32)> = (0..=16)
            .map(|part| std::f64::consts::TAU * f64::from(part) / 16.0)
            .map(|angle| ((2000.0 + 800.0 * angle.cos()) as i32, (2000.0 + 800.0 * angle.sin()) as i32))
            .collect();
        let line = along(&circle);
        let turns: Vec<f64> = line
            .windows(3)
            .map(|three| {
                let heading = |a: Point, b: Point| f64::from(b.y - a.y).atan2(f64::from(b.x - a.x));
                let turn = heading(three[1], three[2]) - heading(three[0], three[1]);
                turn.rem_euclid(std::f64::consts::TAU).to_degrees()
            })
            .map(|turn| turn.min(360.0 - turn))
            .collect();
        // The sixteen corners turn by 22 degrees each.
        assert!(turns[1..turns.len() - 1].iter().all(|turn| *turn < 12.0), "{turns:?}");
        assert!(line.len() < 4 * circle.len());
    }

    #[test]
    fn what_is_settled_stays() {
        let mut points = vec![Point::new(0, 0)];
        let mut before = settled(&points).to_vec();
        for step in 1..200 {
            push(&mut points, Point::new(step * 37 % 1600, step * step % 1200));
            assert!(settled(&points).starts_with(&before), "{step}");
            before = settled(&points).to_vec();
        }
        assert_eq!(points.len(), before.len() + 1);
        assert!(settled(&[]).is_empty());
    }
}
