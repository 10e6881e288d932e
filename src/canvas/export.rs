//! A picture as SVG, and as a replay mark by mark.

use std::fmt::{self, Write};

use super::size::{COLUMNS, ROWS};
use super::{Area, CanvasStep, Color, Drawn, Point, Raster, Sheet, Stroke, Tool};

/// Units of the SVG per pixel: eighths, so that every coordinate is an integer.
const UNIT: i32 = 8;

/// Returns the picture of a sheet as SVG text, or `None` if that is longer than `most` bytes. Strokes and shapes are lines
/// and can be scaled; a fill is the area of pixels that it fills in the [`Raster`].
#[must_use]
pub fn svg(sheet: &Sheet, most: usize) -> Option<String> {
    let mut out = Capped { text: String::new(), most };
    put_picture(&mut out, sheet).ok().map(|()| out.text)
}

/// A text that refuses to grow beyond `most` bytes.
struct Capped {
    text: String,
    most: usize,
}

impl Write for Capped {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        if more.len() > self.most - self.text.len() {
            return Err(fmt::Error);
        }
        self.text.push_str(more);
        Ok(())
    }
}

fn put_picture(out: &mut impl Write, sheet: &Sheet) -> fmt::Result {
    let (width, height) = (UNIT * COLUMNS as i32, UNIT * ROWS as i32);
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{COLUMNS}\" height=\"{ROWS}\" viewBox=\"0 0 {width} {height}\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <g fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\n"
    )?;
    let mut raster = Raster::default();
    for drawn in sheet.marks() {
        match &drawn.step {
            CanvasStep::Stroke(stroke) => {
                raster.stroke(stroke);
                put_stroke(out, stroke)?;
            }
            CanvasStep::Fill { at, color, .. } => put_fill(out, &mut raster, *at, *color)?,
            CanvasStep::Clear { .. } | CanvasStep::Undo { .. } | CanvasStep::Redo { .. } => {} // draw nothing
        }
    }
    out.write_str("</g>\n</svg>\n")
}

fn put_stroke(out: &mut impl Write, stroke: &Stroke) -> fmt::Result {
    let color = if stroke.tool == Tool::Eraser { Color([255; 3]) } else { stroke.color };
    let width = UNIT * i32::from(stroke.width);
    let points: Vec<(i32, i32)> = stroke.points.iter().map(|point| (point.x * 2, point.y * 2)).collect();
    let outline = format!("stroke=\"{color}\" stroke-width=\"{width}\"");
    match (stroke.tool, &points[..]) {
        (_, []) => Ok(()),
        (_, [(x, y)]) => writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{}\" fill=\"{color}\"/>", width / 2),
        (Tool::Ellipse, [one, other]) if one.0 != other.0 && one.1 != other.1 => {
            let (cx, cy) = (i32::midpoint(one.0, other.0), i32::midpoint(one.1, other.1));
            let (rx, ry) = ((one.0 - other.0).abs() / 2, (one.1 - other.1).abs() / 2);
            writeln!(out, "<ellipse cx=\"{cx}\" cy=\"{cy}\" rx=\"{rx}\" ry=\"{ry}\" {outline}/>")
        }
        // An ellipse without breadth is a line, and so is such a rectangle.
        (Tool::Rectangle | Tool::Ellipse, [(x, y), (right, bottom)]) => {
            writeln!(out, "<path d=\"M{x} {y}H{right}V{bottom}H{x}Z\" {outline}/>")
        }
        (_, [(x, y), further @ ..]) => {
            let further: String = further.iter().map(|(x, y)| format!(" {x} {y}")).collect();
            writeln!(out, "<path d=\"M{x} {y}L{}\" {outline}/>", further.trim_start())
        }
    }
}

fn put_fill(out: &mut impl Write, raster: &mut Raster, at: Point, color: Color) -> fmt::Result {
    let mut runs = Vec::new();
    raster.fill(at, color, |run| runs.push(run));
    if runs.is_empty() {
        return Ok(());
    }
    out.write_str("<path d=\"")?;
    for Area { left, top, right, bottom } in merged(runs) {
        let [x, y, width, height] = [left, top, right - left, bottom - top].map(|pixels| pixels * UNIT as usize);
        write!(out, "M{x} {y}h{width}v{height}h-{width}z")?;
    }
    // Without antialiasing, so that neighbouring rectangles meet without a seam.
    writeln!(out, "\" fill=\"{color}\" shape-rendering=\"crispEdges\"/>")
}

/// Merges runs of pixels with the same columns in neighbouring rows into rectangles.
fn merged(mut runs: Vec<Area>) -> Vec<Area> {
    runs.sort_unstable_by_key(|run| (run.left, run.right, run.top));
    let mut rectangles: Vec<Area> = Vec::new();
    for run in runs {
        match rectangles.last_mut() {
            Some(last) if (last.left, last.right, last.bottom) == (run.left, run.right, run.top) => {
                last.bottom = run.bottom;
            }
            _ => rectangles.push(run),
        }
    }
    rectangles
}

/// Draws a picture mark by mark, for a player or an animation.
#[derive(Debug)]
pub struct Replay<'a> {
    marks: std::vec::IntoIter<&'a Drawn>,
    raster: Raster,
}

/// One state of a replay.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The mark that was drawn last. A long stroke comes in parts.
    pub drawn: &'a Drawn,
    /// The area that it changed.
    pub area: Area,
    /// The picture after it.
    pub raster: &'a Raster,
}

impl<'a> Replay<'a> {
    /// Starts with an empty sheet; the replay ends with the picture of `sheet`.
    #[must_use]
    pub fn new(sheet: &'a Sheet) -> Self {
        Replay { marks: sheet.marks().collect::<Vec<_>>().into_iter(), raster: Raster::default() }
    }

    /// Returns the number of marks that are still to come.
    #[must_use]
    pub fn left(&self) -> usize {
        self.marks.len()
    }

    /// Draws the next mark; returns `None` when the picture is complete.
    pub fn next_frame(&mut self) -> Option<Frame<'_>> {
        let drawn = self.marks.next()?;
        let area = self.raster.draw(&drawn.step);
        Some(Frame { drawn, area, raster: &self.raster })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::pictures;
    use super::*;

    #[test]
    fn a_fill_in_the_svg_is_the_area_that_the_raster_fills() {
        let mut raster = Raster::default();
        let mut sheet = Sheet::default();
        sheet.push_all(pictures::golden());
        for drawn in sheet.marks() {
            let CanvasStep::Fill { at, color, .. } = &drawn.step else {
                raster.draw(&drawn.step);
                continue;
            };
            let mut from_text = raster.clone();
            let mut text = String::new();
            put_fill(&mut text, &mut raster, *at, *color).unwrap();
            for rectangle in
                text.split(['M', 'z']).filter(|part| part.starts_with(|first: char| first.is_ascii_digit()))
            {
                let [x, y, width, height]: [usize; 4] = rectangle
                    .split([' ', 'h', 'v', '-'])
                    .filter(|part| !part.is_empty())
                    .take(4)
                    .map(|number| number.parse::<usize>().unwrap() / 8)
                    .collect::<Vec<_>>()
                    .try_into()
                    .unwrap();
                from_text.block(Area { left: x, top: y, right: x + width, bottom: y + height }, *color);
            }
            assert_eq!(from_text.difference(&raster), Area::default());
        }
    }

    /// Makes a small mark of each tool.
    fn shapes() -> Vec<Drawn> {
        let (dot, corner, next) = ((100, 200), (200, 300), (201, 301));
        let marks: [(Tool, &[(i32, i32)]); 7] = [
            (Tool::Pen, &[dot]),
            (Tool::Pen, &[dot, corner, next]),
            (Tool::Eraser, &[dot, corner, next]),
            (Tool::Line, &[dot, corner]),
            (Tool::Rectangle, &[dot, corner]),
            (Tool::Ellipse, &[dot, corner]),
            (Tool::Ellipse, &[dot, (100, 300)]),
        ];
        let steps = marks
            .iter()
            .zip(1..)
            .map(|((tool, points), n)| pictures::drawn(1, n, pictures::stroke(n, *tool, 6, 0x01_0203, points)));
        steps.collect()
    }

    #[test]
    fn the_svg_has_every_mark_in_its_place() {
        let mut sheet = Sheet::default();
        sheet.push_all(shapes());
        let expected = "<circle cx=\"200\" cy=\"400\" r=\"24\" fill=\"#010203\"/>\n\
            <path d=\"M200 400L400 600 402 602\" stroke=\"#010203\" stroke-width=\"48\"/>\n\
            <path d=\"M200 400L400 600 402 602\" stroke=\"#ffffff\" stroke-width=\"48\"/>\n\
            <path d=\"M200 400L400 600\" stroke=\"#010203\" stroke-width=\"48\"/>\n\
            <path d=\"M200 400H400V600H200Z\" stroke=\"#010203\" stroke-width=\"48\"/>\n\
            <ellipse cx=\"300\" cy=\"500\" rx=\"100\" ry=\"100\" stroke=\"#010203\" stroke-width=\"48\"/>\n\
            <path d=\"M200 400H200V600H200Z\" stroke=\"#010203\" stroke-width=\"48\"/>\n</g>\n</svg>\n";
        let text = svg(&sheet, usize::MAX).unwrap();
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn an_svg_keeps_its_bound_to_the_byte() {
        let mut sheet = Sheet::default();
        sheet.push_all(pictures::golden());
        let text = svg(&sheet, usize::MAX).unwrap();
        assert_eq!(svg(&sheet, text.len()), Some(text.clone()));
        for most in [text.len() - 1, text.len() / 2, 10, 0] {
            assert_eq!(svg(&sheet, most), None, "{most}");
            let mut out = Capped { text: String::new(), most };
            assert!(put_picture(&mut out, &sheet).is_err() && out.text.len() <= most, "it ends when it is full");
        }
    }

    #[test]
    fn a_replay_ends_with_the_picture() {
        let mut sheet = Sheet::default();
        sheet.push_all(pictures::golden());
        let mut replay = Replay::new(&sheet);
        let mut shown = Raster::default();
        for left in (0..replay.left()).rev() {
            let Frame { raster, area, .. } = replay.next_frame().unwrap();
            let changed = shown.difference(raster);
            assert_eq!(area.join(changed), area, "all that changed is in the area");
            shown = raster.clone();
            assert_eq!(replay.left(), left);
        }
        assert!(replay.next_frame().is_none());
        assert_eq!(shown.digest(), sheet.raster().digest());
    }
}
