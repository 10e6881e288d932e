//! Tests of the whole canvas against simple models: lines, fills, undo and redo, snapshots.

use proptest::prelude::*;

use super::*;
use crate::identity::Author;
use crate::operation_id::OperationId;

#[path = "../../tests/support/pens.rs"]
pub mod pens;
#[path = "../../tests/support/pictures.rs"]
pub mod pictures;

use pens::{Numbers, Pen};
use pictures::{drawn, golden, stroke};

/// The digests of the pictures of record, which every build on every machine must produce.
const GOLDEN: [&str; 3] = [
    "630f45c7f61bd120c10b430265a9e377a2e179f553c706300cf12dabbb63a92c",
    "debdfb3128101da6dd195a53b1198648d74d839a0996d91f7abda533837df8c3",
    "7f97184b95228f61975bfe63e8317415f7f1d69566256ce68def95461c91d16f",
];

fn hex(digest: [u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(&digest)
}

fn picture<'a>(marks: impl IntoIterator<Item = &'a CanvasStep>) -> Raster {
    let mut raster = Raster::default();
    marks.into_iter().for_each(|step| {
        raster.draw(step);
    });
    raster
}

fn is_same(one: &Raster, other: &Raster) -> bool {
    one.difference(other).is_empty()
}

#[test]
fn the_picture_of_record_is_the_same_on_every_build() {
    let mut sheet = Sheet::default();
    sheet.push_all(golden());
    let digests = [
        hex(Raster::default().digest()),
        hex(picture(golden().iter().map(|drawn| &drawn.step)).digest()),
        hex(sheet.raster().digest()),
    ];
    assert_eq!(digests, GOLDEN);
}

/// Returns whether a pixel is covered: its centre is no farther from the line than half the width, or than half the
/// diagonal of a pixel if that is more. In eighths of a pixel, in numbers that can't overflow.
fn is_covered(column: i64, row: i64, from: (i64, i64), to: (i64, i64), width: i64) -> bool {
    let reach = (16 * width * width).max(32);
    let (px, py) = (column * 8 + 4 - from.0, row * 8 + 4 - from.1);
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (length, along) = (dx * dx + dy * dy, px * dx + py * dy);
    if along <= 0 {
        px * px + py * py <= reach
    } else if along >= length {
        (px - dx) * (px - dx) + (py - dy) * (py - dy) <= reach
    } else {
        let across = i128::from(px * dy - py * dx);
        across * across <= i128::from(reach) * i128::from(length)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_line_covers_exactly_the_pixels_that_are_near_enough(
        from in (0..=6400_i32, 0..=4800_i32),
        far in any::<bool>(),
        step in (-160..=160_i32, -160..=160_i32),
        to in (0..=6400_i32, 0..=4800_i32),
        width in prop_oneof![1..=8_u16, Just(MAX_WIDTH)],
    ) {
        let to = Point::new(if far { to.0 } else { from.0 + step.0 }, if far { to.1 } else { from.1 + step.1 });
        let raster = picture([&stroke(1, Tool::Line, width, 0, &[from, (to.x, to.y)])]);
        let double = |x: i32, y: i32| (i64::from(x) * 2, i64::from(y) * 2);
        for (at, pixel) in raster.pixels().iter().enumerate() {
            let (column, row) = ((at % COLUMNS) as i64, (at / COLUMNS) as i64);
            let covered = is_covered(column, row, double(from.0, from.1), double(to.x, to.y), i64::from(width));
            prop_assert_eq!(*pixel == 0, covered, "at {}, {}", column, row);
        }
    }

    #[test]
    fn splitting_a_stroke_anywhere_changes_nothing(
        points in prop::collection::vec((0..=6400_i32, 0..=4800_i32), 2..30),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        width in 1..=MAX_WIDTH,
    ) {
        let whole = picture([&stroke(1, Tool::Pen, width, 0x77, &points)]);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(points.len())).collect();
        cuts.extend([0, points.len() - 1]);
        cuts.sort_unstable();
        let parts: Vec<CanvasStep> =
            cuts.windows(2).map(|cut| stroke(1, Tool::Pen, width, 0x77, &points[cut[0]..=cut[1]])).collect();
        prop_assert!(is_same(&whole, &picture(&parts)));
        prop_assert!(is_same(&whole, &picture(parts.iter().rev())), "in any order");
    }
}

#[test]
fn every_point_leaves_a_pixel_and_the_largest_marks_do_not_overflow() {
    for (x, y) in [(0, 0), (6400, 4800), (6400, 0), (3, 1), (4, 4), (6, 6), (2397, 4799)] {
        let raster = picture([&stroke(1, Tool::Pen, 1, 0, &[(x, y)])]);
        let dark = raster.pixels().iter().filter(|pixel| **pixel == 0).count();
        assert!((1..=4).contains(&dark), "{dark} pixels at {x}, {y}");
    }
    for tool in [Tool::Pen, Tool::Line, Tool::Rectangle, Tool::Ellipse] {
        for (one, other) in [((0, 0), (6400, 4800)), ((6400, 0), (0, 4800)), ((0, 4800), (6400, 0)), ((7, 7), (7, 7))] {
            picture([&stroke(1, tool, MAX_WIDTH, 0, &[one, other])]);
        }
    }
}

#[test]
fn an_ellipse_lies_around_its_true_line() {
    for (one, other) in [((400, 400), (6000, 4400)), ((100, 100), (6300, 160)), ((1000, 1000), (1400, 1401))] {
        let raster = picture([&stroke(1, Tool::Ellipse, 4, 0, &[one, other])]);
        let (a, b) = (f64::from(other.0 - one.0) / 8.0, f64::from(other.1 - one.1) / 8.0);
        let middle = (f64::from(one.0 + other.0) / 8.0, f64::from(one.1 + other.1) / 8.0);
        for turn in 0..5000 {
            let (sin, cos) = (f64::from(turn) / 5000.0 * std::f64::consts::TAU).sin_cos();
            let (x, y) = (middle.0 + a * cos, middle.1 + b * sin);
            let (nx, ny) = (b * cos / (b * cos).hypot(a * sin), a * sin / (b * cos).hypot(a * sin));
            let pixel = |out: f64| raster.pixels()[(y + ny * out) as usize * COLUMNS + (x + nx * out) as usize];
            assert_eq!(pixel(0.0), 0, "at {x}, {y}");
            assert_eq!(pixel(4.0), 0x00ff_ffff, "outside of {x}, {y}");
        }
    }
}

#[test]
fn a_point_shows_the_colour_of_its_pixel() {
    let raster =
        picture([&stroke(1, Tool::Pen, 1, 0x12_3456, &[(42, 41)]), &stroke(2, Tool::Pen, 1, 0x99, &[(6400, 4800)])]);
    let color = |x, y| raster.color_at(Point { x, y }).0;
    assert_eq!([color(40, 40), color(43, 43), color(44, 40)], [[0x12, 0x34, 0x56], [0x12, 0x34, 0x56], [255; 3]]);
    assert_eq!([color(6400, 4800), color(9999, i32::MAX), color(-9, 0)], [[0, 0, 0x99], [0, 0, 0x99], [255; 3]]);
}

#[test]
fn a_closed_line_holds_a_fill_whatever_its_width() {
    for width in [1, 2, 5] {
        for tool in [Tool::Ellipse, Tool::Rectangle] {
            for (one, other) in [((403, 401), (3001, 2003)), ((403, 401), (3001, 603)), ((1001, 403), (1203, 4003))] {
                let middle = Point::new(i32::midpoint(one.0, other.0), i32::midpoint(one.1, other.1));
                let mut raster = picture([&stroke(1, tool, width, 0, &[one, other])]);
                let red = Color([255, 0, 0]);
                let area = raster.draw(&CanvasStep::Fill { stroke: 2, at: middle, color: red });
                assert!(area.left >= 99 && area.right <= 760 && !area.is_empty(), "{tool:?} {width}: {area:?}");
            }
        }
    }
}

/// Fills neighbour by neighbour; the model for the fill of a raster.
fn plain_fill(raster: &Raster, column: usize, row: usize, color: u32) -> Vec<u32> {
    let mut pixels = raster.pixels().to_vec();
    let old = pixels[row * COLUMNS + column];
    let mut waiting = vec![(column, row)];
    while let Some((column, row)) = waiting.pop() {
        let pixel = &mut pixels[row * COLUMNS + column];
        if *pixel != old || old == color {
            continue;
        }
        *pixel = color;
        let beside =
            [(column.wrapping_sub(1), row), (column + 1, row), (column, row.wrapping_sub(1)), (column, row + 1)];
        waiting.extend(beside.into_iter().filter(|(column, row)| *column < COLUMNS && *row < ROWS));
    }
    pixels
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_fill_fills_the_connected_area(seed: u64, marks in 1..60_usize, at in (0..=6400_i32, 0..=4800_i32)) {
        let mut numbers = Numbers(seed);
        let mut place = || (numbers.below(6401) as i32, numbers.below(4801) as i32);
        let lines: Vec<CanvasStep> =
            (0..marks).map(|n| stroke(1, Tool::Line, 1 + n as u16 % 20, 0x0100 * (n as u32 % 3), &[place(), place()])).collect();
        let mut raster = picture(&lines);
        let (column, row) = ((at.0 / 4).min(1599) as usize, (at.1 / 4).min(1199) as usize);
        let plain = plain_fill(&raster, column, row, 0x0012_3456);
        let fill = CanvasStep::Fill { stroke: 1, at: Point::new(at.0, at.1), color: Color([0x12, 0x34, 0x56]) };
        raster.draw(&fill);
        prop_assert!(raster.pixels() == plain);
    }
}

#[test]
fn a_pen_costs_little_more_than_a_byte_a_point() {
    let mut figures = Vec::new();
    for (hertz, most) in [(60, 1.4), (125, 1.25), (240, 1.25)] {
        for grid in [0.05, 1.0, 2.0] {
            let strokes = Pen { hertz, grid }.strokes(100);
            let paths = strokes.iter().map(|line| line.iter().map(|&(x, y)| Point::from_logical(x, y)).collect());
            let paths: Vec<Points> = paths.map(Points::new).collect();
            let points: usize = paths.iter().map(Points::len).sum();
            let bytes: usize = paths.iter().map(|path| path.bytes().len()).sum();
            let each = bytes as f64 / points as f64;
            figures.push(format!("{hertz} Hz, dots of {grid}: {each:.2} bytes a point, {} a stroke", points / 100));
            assert!(each <= most, "{figures:?}");
        }
    }
    println!("{}", figures.join("\n"));
}

/// Returns for each step whether it is a mark that is not undone at the end; the model for the undo history.
fn plainly(steps: &[Drawn]) -> Vec<bool> {
    let mut done: Vec<bool> = steps.iter().map(|drawn| drawn.step.is_mark()).collect();
    for (now, drawn) in steps.iter().enumerate() {
        let parts = |steps: &[Drawn]| -> Vec<usize> {
            let is_part = |part: &Drawn| {
                part.step.is_mark() && part.author == drawn.author && part.step.number() == drawn.step.number()
            };
            (0..now).filter(|at| is_part(&steps[*at])).collect()
        };
        let by_them = |at: &usize| steps[*at].author == drawn.author;
        match drawn.step {
            CanvasStep::Undo { .. } => parts(steps).into_iter().for_each(|at| done[at] = false),
            CanvasStep::Redo { stroke } => {
                let undone = (0..now).rev().filter(by_them).find(|at| steps[*at].step == CanvasStep::Undo { stroke });
                let since = undone.map(|undone| (undone..now).filter(by_them).any(|at| steps[at].step.is_mark()));
                if since == Some(false) {
                    parts(steps).into_iter().for_each(|at| done[at] = true);
                }
            }
            _ => {}
        }
    }
    done
}

fn from_scratch(steps: &[Drawn]) -> Raster {
    let done = plainly(steps);
    picture(steps.iter().zip(done).filter(|(_, done)| *done).map(|(drawn, _)| &drawn.step))
}

/// Makes a random step: a mark, or undo or redo of an earlier or a missing mark. `orderly`: every mark has a number of its
/// own, so none continues after it was undone.
fn act(numbers: &mut Numbers, n: u64, orderly: bool) -> Drawn {
    let author = 1 + numbers.below(2) as u8;
    let mut stroke = numbers.below(n / 2 + 1);
    let mut place = || (numbers.below(6401) as i32, numbers.below(4801) as i32);
    let (one, other) = (place(), place());
    let color = Color([numbers.below(256) as u8, 0, 0]);
    let what = numbers.below(16);
    if orderly && what >= 8 {
        stroke = n;
    }
    let step = match what {
        0..4 => CanvasStep::Undo { stroke },
        4..8 => CanvasStep::Redo { stroke },
        8 => CanvasStep::Clear { stroke },
        9..12 => CanvasStep::Fill { stroke, at: Point::new(one.0, one.1), color },
        12 => pictures::stroke(stroke, Tool::Ellipse, 9, 0x00ff_0000, &[one, other]),
        _ => pictures::stroke(stroke, Tool::Pen, 30, 0x00ff, &[one, other]),
    };
    drawn(author, n, step)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_sheet_equals_its_marks_drawn_from_scratch(seed: u64, count in 2..40_u64, snapshots in 1..20_000_u64, late: prop::sample::Index) {
        let mut numbers = Numbers(seed);
        let mut steps: Vec<Drawn> = (0..count).map(|n| act(&mut numbers, n, false)).collect();
        let mut sheet = Sheet::with_snapshots_every(snapshots);
        let mut shown = Raster::default();
        for (n, drawn) in steps.iter().enumerate() {
            let area = sheet.push(drawn.clone());
            let changed = shown.difference(sheet.raster());
            prop_assert_eq!(area.join(changed), area, "the area has all changes");
            shown = sheet.raster().clone();
            prop_assert!(is_same(&shown, &from_scratch(&steps[..=n])), "after step {}", n);
        }
        let mut at_once = Sheet::default();
        at_once.push_all(steps.clone());
        prop_assert!(is_same(at_once.raster(), &shown));
        prop_assert!(is_same(&picture(sheet.marks().map(|drawn| &drawn.step)), &shown));
        let (late, end) = (late.index(steps.len()), steps.len() as u64);
        steps.insert(late, act(&mut numbers, end, false));
        sheet.show(steps.clone());
        prop_assert!(is_same(sheet.raster(), &from_scratch(&steps)), "after a late step");
    }

    #[test]
    fn undo_and_redo_of_the_last_marks_change_nothing(seed: u64, count in 1..20_u64) {
        let mut numbers = Numbers(seed);
        let mut sheet = Sheet::with_snapshots_every(5_000);
        let mut history = UndoHistory::default();
        for drawn in (0..count).map(|n| act(&mut numbers, n, true)) {
            history.push(drawn.author, &drawn.step);
            sheet.push(drawn);
        }
        let author = Author([1; 32]);
        let before = sheet.raster().clone();
        let mut taken_off = Vec::new();
        while let Some(stroke) = history.last_done(author) {
            let undo = drawn(1, count + taken_off.len() as u64, CanvasStep::Undo { stroke });
            history.push(author, &undo.step);
            sheet.push(undo);
            taken_off.push(stroke);
        }
        prop_assert!(sheet.marks().all(|drawn| drawn.author != author));
        while let Some(stroke) = history.last_undone(author).filter(|_| !taken_off.is_empty()) {
            prop_assert_eq!(taken_off.pop(), Some(stroke), "the last undone mark is redone first");
            let redo = drawn(1, u64::MAX - taken_off.len() as u64, CanvasStep::Redo { stroke });
            history.push(author, &redo.step);
            sheet.push(redo);
        }
        prop_assert!(taken_off.is_empty());
        prop_assert!(is_same(sheet.raster(), &before));
    }
}

#[test]
fn fills_beyond_the_limit_do_nothing_until_an_earlier_one_is_undone() {
    let fill = |n: u64| {
        let color = Color([(n >> 8) as u8, n as u8, 1]);
        drawn(1, n, CanvasStep::Fill { stroke: n, at: Point::new(500, 500), color })
    };
    let mut sheet = Sheet::default();
    // A small field, so that the test is fast.
    sheet.push(drawn(1, 0, stroke(0, Tool::Rectangle, 4, 0, &[(480, 480), (520, 520)])));
    sheet.push_all((1..=u64::from(MAX_FILLS)).map(fill));
    let full = sheet.raster().clone();
    let beyond = u64::from(MAX_FILLS) + 1;
    assert!(sheet.push(fill(beyond)).is_empty());
    assert_eq!(sheet.marks().count(), beyond as usize);
    sheet.push(drawn(1, beyond + 1, CanvasStep::Undo { stroke: beyond - 1 }));
    assert!(!is_same(sheet.raster(), &full), "the fill beyond the limit took its place");
}
