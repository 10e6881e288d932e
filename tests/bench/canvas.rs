//! What drawing costs: fills, strokes, undo, digests, and the bytes of a path. Needs neither node nor window:
//! `cargo bench -p inkmesh --no-default-features --bench canvas`. With `-- FILE.ppm` it also writes the picture of record
//! there, to be looked at.
#![allow(clippy::unwrap_used)] // a benchmark fails by panicking

use std::hint::black_box;
use std::time::{Duration, Instant};

use inkmesh::canvas::{
    COLUMNS, CanvasStep, Color, Drawn, Point, Points, ROWS, Raster, Sheet, SheetId, Stroke, Tool, export,
};
use inkmesh::clock::Timestamp;
use inkmesh::identity::{Author, Identity};
use inkmesh::name::RoomName;
use inkmesh::operation::{ChainId, Header, Operation, OperationId};
use inkmesh::payload::Payload;

#[path = "../support/pens.rs"]
mod pens;
#[path = "../support/pictures.rs"]
mod pictures;
#[path = "../support/stats.rs"]
#[allow(dead_code)] // what others compare by
mod stats;

use pens::{Numbers, Pen};
use stats::{Times, asked_for, ms};

fn main() {
    if !asked_for() {
        return;
    }
    picture_of_record();
    fills();
    strokes();
    sheets();
    paths();
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = black_box(work());
    (start.elapsed(), result)
}

fn tell(what: &str, times: Vec<Duration>) {
    let times = Times::new(times);
    println!("{what}: median {}, p95 {}, {} times", ms(times.median()), ms(times.quantile(0.95)), times.len());
}

fn picture_of_record() {
    let mut sheet = Sheet::default();
    sheet.push_all(pictures::golden());
    println!("picture of record: {}", data_encoding::HEXLOWER.encode(&sheet.raster().digest()));
    if let Some(file) = std::env::args().find(|arg| arg.ends_with(".ppm")) {
        let head = format!("P6 {COLUMNS} {ROWS} 255\n").into_bytes();
        std::fs::write(file, [head, sheet.raster().rgb()].concat()).unwrap();
    }
    tell("digest of a picture", (0..20).map(|_| timed(|| sheet.raster().digest()).0).collect());
    tell("picture as SVG", (0..20).map(|_| timed(|| export::svg(&sheet, usize::MAX)).0).collect());
    println!("  {} KB of SVG", export::svg(&sheet, usize::MAX).unwrap().len() / 1000);
}

fn fill_at(raster: &mut Raster, x: i32, y: i32, shade: u8) -> Duration {
    let fill = CanvasStep::Fill { stroke: 1, at: Point::new(x, y), color: Color([shade, 1, 2]) };
    timed(|| raster.draw(&fill)).0
}

fn fills() {
    let each = |picture: &Raster| {
        let mut picture = picture.clone();
        (0..50).map(|n| fill_at(&mut picture, 3, 3, n)).collect::<Vec<_>>()
    };
    tell("fill of the whole sheet", each(&Raster::default()));
    tell("fill around a drawing of 300 strokes", each(&drawing(300)));
    let mut combed = Raster::default();
    for wall in 1..400 {
        let (x, gap) = (wall * 16 + 2, wall % 2 * 20);
        combed.draw(&pictures::stroke(1, Tool::Line, 1, 0, &[(x, 20 - gap), (x, 4800 - gap)]));
    }
    tell("fill of a maze", each(&combed));
    let mut numbers = Numbers(1);
    let mut noise = Raster::default();
    for _ in 0..400_000 {
        let dot = (numbers.below(6401) as i32, numbers.below(4801) as i32);
        noise.draw(&pictures::stroke(1, Tool::Pen, 1, 0, &[dot]));
    }
    tell("fill between 400,000 dots", each(&noise));
}

/// A drawing by a 60 Hz mouse.
fn random_strokes(count: usize, width: u16) -> Vec<Drawn> {
    let strokes = Pen { hertz: 60, grid: 1.0 }.strokes(count);
    let paths = strokes.iter().map(|line| line.iter().map(|&(x, y)| Point::from_logical(x, y)).collect::<Vec<_>>());
    paths
        .zip(0..)
        .map(|(path, n)| {
            let points: Vec<(i32, i32)> = path.iter().map(|point| (point.x, point.y)).collect();
            pictures::drawn(1, n, pictures::stroke(n, Tool::Pen, width, n as u32 * 999 % (1 << 24), &points))
        })
        .collect()
}

fn drawing(count: usize) -> Raster {
    let mut raster = Raster::default();
    for drawn in random_strokes(count, 8) {
        raster.draw(&drawn.step);
    }
    raster
}

fn strokes() {
    for width in [1, 8, 32, 128] {
        let strokes = random_strokes(500, width);
        let points: usize =
            strokes.iter().filter_map(|drawn| drawn.step.stroke()).map(|stroke| stroke.points.len()).sum();
        let mut raster = Raster::default();
        let times = strokes.iter().map(|drawn| timed(|| raster.draw(&drawn.step)).0).collect();
        tell(&format!("stroke of {} points, width {width}", points / strokes.len()), times);
    }
}

fn sheets() {
    for count in [300, 4_000, 20_000] {
        let mut sheet = Sheet::default();
        let strokes = random_strokes(count, 8);
        let (all, _) = timed(|| sheet.push_all(strokes));
        println!("sheet of {count} strokes from scratch: {}", ms(all));
        let undo = |n: u64, stroke| pictures::drawn(1, 1 << 40 | n, CanvasStep::Undo { stroke });
        let last = (0..100.min(count as u64)).map(|n| undo(n, count as u64 - 1 - n));
        tell("  undo of the last stroke, again and again", last.map(|undo| timed(|| sheet.push(undo)).0).collect());
        let back = (0..100.min(count as u64))
            .rev()
            .map(|n| pictures::drawn(1, 1 << 41 | n, CanvasStep::Redo { stroke: count as u64 - 1 - n }));
        tell("  redo of all of them", back.map(|redo| timed(|| sheet.push(redo)).0).collect());
        let far = undo(999, count as u64 - 1 - (count as u64 - 1).min(3_000));
        println!("  undo of a stroke far below: {}", ms(timed(|| sheet.push(far)).0));
    }
}

/// Bytes a point, of the path alone and of the whole signed operation.
fn paths() {
    for hertz in [60, 125, 240] {
        for grid in [0.05, 1.0, 2.0] {
            let strokes = Pen { hertz, grid }.strokes(400);
            let (mut points, mut bytes, mut stored, mut operations) = (0, 0, 0, 0);
            for line in &strokes {
                let line: Vec<Point> = line.iter().map(|&(x, y)| Point::from_logical(x, y)).collect();
                for part in Points::split(&line) {
                    points += part.len();
                    bytes += part.bytes().len();
                    stored += operation(part);
                    operations += 1;
                }
            }
            let each = |bytes: usize| bytes as f64 / points as f64;
            println!(
                "{hertz} Hz, dots of {grid}: path {:.2} bytes a point, with everything {:.2}; {} points a stroke, {} bytes beside them",
                each(bytes),
                each(stored),
                points / strokes.len(),
                (stored - bytes) / operations,
            );
        }
    }
}

/// The size of the operation with this path.
fn operation(points: Points) -> usize {
    let identity = Identity::from_secret([1; 32]);
    let chain = ChainId { author: identity.author(), log: 1 << 60 };
    let backlink = Some(OperationId([1; 32]));
    let header = Header { room: RoomName::lobby().id(), chain, seq: 700, backlink, time: Timestamp::from_ms(1 << 40) };
    let stroke = Stroke { id: 1 << 60, tool: Tool::Pen, color: Color([1, 2, 3]), width: 8, points };
    let payload = Payload::Canvas { sheet: SheetId::Free, step: CanvasStep::Stroke(stroke) };
    Operation::sign(&identity, header, &payload).unwrap().bytes().len()
}
