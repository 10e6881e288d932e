//! Drawings for tests and benchmarks. The including file imports the types that this uses, and includes `pens`.

use super::pens::Numbers;
use super::{Author, CanvasStep, Color, Drawn, OperationId, Point, Points, Stroke, Tool};

/// Returns a step of the author with this number; `id` names the operation.
pub fn drawn(author: u8, id: u64, step: CanvasStep) -> Drawn {
    let mut name = [0; 32];
    name[..8].copy_from_slice(&id.to_be_bytes());
    Drawn { id: OperationId(name), author: Author([author; 32]), step }
}

/// Returns a stroke through these points, in quarter units.
pub fn stroke(id: u64, tool: Tool, width: u16, color: u32, points: &[(i32, i32)]) -> CanvasStep {
    let [_, red, green, blue] = color.to_be_bytes();
    let points = Points::new(points.iter().map(|&(x, y)| Point::new(x, y)).collect());
    CanvasStep::Stroke(Stroke { id, tool, color: Color([red, green, blue]), width, points })
}

/// Returns a picture with everything in it: every tool, the thinnest and the widest pen, dots, lines along and beyond the
/// edges, fills within fills, and some marks undone.
pub fn golden() -> Vec<Drawn> {
    let mut numbers = Numbers(2026);
    let mut steps = Vec::new();
    for n in 0..120_u64 {
        let author = 1 + numbers.below(3) as u8;
        let place = |numbers: &mut Numbers| (numbers.below(6401) as i32, numbers.below(4801) as i32);
        let (one, other) = (place(&mut numbers), place(&mut numbers));
        let near = (one.0 + numbers.below(300) as i32 - 150, one.1 + numbers.below(300) as i32 - 150);
        let color = numbers.below(1 << 24) as u32;
        let width = [1, 2, 3, 6, 12, 33, 128][numbers.below(7) as usize];
        let step = match numbers.below(12) {
            0 => stroke(n, Tool::Line, width, color, &[one, other]),
            1 => stroke(n, Tool::Rectangle, width, color, &[one, other]),
            2 => stroke(n, Tool::Ellipse, width, color, &[one, other]),
            3 => stroke(n, Tool::Ellipse, width, color, &[one, (near.0, other.1)]),
            4 => stroke(n, Tool::Eraser, width, color, &[one, near]),
            5 => stroke(n, Tool::Pen, width, color, &[one]),
            6 => stroke(n, Tool::Pen, width, color, &[(0, 0), (6400, 0), one]),
            7 => CanvasStep::Undo { stroke: n.saturating_sub(3) },
            8..=10 => {
                let [_, red, green, blue] = color.to_be_bytes();
                CanvasStep::Fill { stroke: n, at: Point::new(one.0, one.1), color: Color([red, green, blue]) }
            }
            _ => stroke(n, Tool::Pen, width, color, &[one, near, other, one]),
        };
        steps.push(drawn(author, n, step));
    }
    steps
}
