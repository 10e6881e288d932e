//! Drawings for tests.

use inkmesh::canvas::{CanvasStep, Color, Drawn, Point, Points, Sheet, Stroke, Tool};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;

fn sheet(steps: impl IntoIterator<Item = CanvasStep>) -> Sheet {
    let mut sheet = Sheet::default();
    let drawn = |(n, step): (u64, CanvasStep)| {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&n.to_be_bytes());
        Drawn { id: OperationId(id), author: Author([7; 32]), step }
    };
    sheet.push_all((1..).zip(steps).map(drawn));
    sheet
}

fn stroke(id: u64, tool: Tool, color: u32, width: u16, points: &[(i32, i32)]) -> CanvasStep {
    let points = Points::new(points.iter().map(|(x, y)| Point::new(*x, *y)).collect());
    CanvasStep::Stroke(Stroke { id, tool, color: packed(color), width, points })
}

fn packed(color: u32) -> Color {
    let [_, red, green, blue] = color.to_be_bytes();
    Color([red, green, blue])
}

/// Returns a house: walls in two parts of one stroke, a roof, a filled wall, a sun that was undone.
pub fn house() -> Sheet {
    sheet([
        stroke(1, Tool::Pen, 0x20_2020, 12, &[(1600, 2400), (1600, 4000), (3200, 4000)]),
        stroke(1, Tool::Pen, 0x20_2020, 12, &[(3200, 4000), (3200, 2400), (1600, 2400)]),
        stroke(2, Tool::Line, 0xc0_2010, 24, &[(1500, 2400), (2400, 1500)]),
        stroke(3, Tool::Line, 0xc0_2010, 24, &[(2400, 1500), (3300, 2400)]),
        CanvasStep::Fill { stroke: 4, at: Point::new(2400, 3000), color: packed(0xf0_d090) },
        stroke(5, Tool::Ellipse, 0xff_d000, 8, &[(5000, 500), (5600, 1100)]),
        CanvasStep::Undo { stroke: 5 },
        stroke(6, Tool::Eraser, 0, 30, &[(1600, 3999), (1700, 3999)]),
    ])
}

/// Returns a sheet with so many lines.
pub fn lines(count: usize) -> Sheet {
    let point = |n: i32| (n * 31 % 6400, n * 17 % 4800);
    sheet((0..count as i32).map(|n| stroke(n as u64, Tool::Line, 0x10_60a0, 3, &[point(n), point(n + 5)])))
}

/// Returns a sheet with more colours than a palette has, all of them in the area of its last stroke.
pub fn colorful() -> Sheet {
    let line = |n: i32| {
        let color = n.unsigned_abs().wrapping_mul(2_654_435_761) >> 8;
        stroke(n as u64, Tool::Line, color, 6, &[(n * 16, 100), (n * 16, 4700)])
    };
    let last = stroke(400, Tool::Line, 0, 6, &[(0, 0), (6399, 4799)]);
    sheet((0..400).map(line).chain([last]))
}
