//! Simple sketches, stored as lines of text.

use inkmesh::canvas::{Color, Point, Tool};
use inkmesh::event::PenLine;

const SKETCHES: &str = include_str!("sketches.txt");

/// Returns the sketch of a word, if there is one.
pub fn find(word: &str) -> Option<Vec<PenLine>> {
    let sketches = SKETCHES.lines().filter(|line| !line.starts_with('#'));
    sketches.filter_map(|line| line.split_once(" ; ")).find_map(|(names, strokes)| {
        let named = names.split(' ').any(|name| name.replace('_', " ") == word);
        named.then(|| strokes.split(" ; ").filter_map(stroke).collect())
    })
}

/// Returns a random drawing for a word without a sketch.
pub fn doodle() -> Vec<PenLine> {
    let mut point = (800.0, 600.0);
    (0..3).map(|_| walk(&mut point, 120.0, 10)).collect()
}

/// Returns a small line at the lower edge, where it hides nothing.
pub fn scribble() -> PenLine {
    walk(&mut (rand::random_range(150.0..1450.0), 1120.0), 20.0, 4)
}

/// Returns a line of random steps from a point.
fn walk((x, y): &mut (f64, f64), step: f64, width: u16) -> PenLine {
    let points = (0..12).map(|_| {
        *x = (*x + rand::random_range(-step..step)).clamp(100.0, 1500.0);
        *y = (*y + rand::random_range(-step..step)).clamp(100.0, 1150.0);
        Point::from_logical(*x, *y)
    });
    line(Color([0x1e, 0x1b, 0x18]), width, points.collect())
}

/// Parses a line of the form `colour width x,y x,y …`.
fn stroke(text: &str) -> Option<PenLine> {
    let mut parts = text.split(' ');
    let color = format!("#{}", parts.next()?).parse().ok()?;
    let width = parts.next()?.parse().ok()?;
    let point = |part: &str| {
        let (x, y) = part.split_once(',')?;
        Some(Point::from_logical(x.parse().ok()?, y.parse().ok()?))
    };
    Some(line(color, width, parts.filter_map(point).collect()))
}

fn line(color: Color, width: u16, points: Vec<Point>) -> PenLine {
    PenLine { stroke: rand::random(), tool: Tool::Pen, color, width, points }
}
