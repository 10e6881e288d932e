//! Bytes per point: on the disk (the whole operation, with header and signature) and on the wire (live frames every 33 ms, and
//! the operation that follows), beside the bare payload of other programs.

use inkmesh::canvas::{CanvasStep, Color, Point, Points, SheetId, Stroke, Tool};
use inkmesh::clock::Timestamp;
use inkmesh::frame::Frame;
use inkmesh::identity::Identity;
use inkmesh::live::LiveFrame;
use inkmesh::name::RoomName;
use inkmesh::operation::{ChainId, Header, Operation};
use inkmesh::payload::Payload;

use crate::pens::Pen;

/// Bytes per point of the bare payload of skribbl.io and scribble.rs.
const OTHERS: [(&str, u32); 2] = [("skribbl", 23), ("scribble.rs", 79)];

pub fn report() {
    println!(
        "### Bytes a point ({})\n",
        OTHERS.map(|(name, bytes)| format!("{name}: {bytes} of bare payload")).join(", ")
    );
    println!(
        "| pen | strokes | points | path alone | stored, with header and signature | on the wire, everything once |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (name, hertz, grid) in [
        ("60 Hz, screen dots", 60, 1.0),
        ("60 Hz, tablet", 60, 0.05),
        ("240 Hz, screen dots", 240, 1.0),
        ("240 Hz, tablet", 240, 0.05),
    ] {
        let strokes = Pen { hertz, grid }.strokes(400);
        let points: usize = strokes.iter().map(Vec::len).sum();
        let [path, stored, wire] = strokes
            .iter()
            .map(|stroke| cost(stroke, hertz))
            .fold([0; 3], |sum, one| [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2]]);
        let each = |bytes: usize| bytes as f64 / points as f64;
        println!(
            "| {name} | {} | {points} | {:.2} | {:.2} | {:.2} |",
            strokes.len(),
            each(path),
            each(stored),
            each(wire)
        );
    }
    println!();
}

/// Returns the bytes of the path, of the operations, and of all frames of one stroke.
fn cost(stroke: &[(f64, f64)], hertz: u32) -> [usize; 3] {
    let identity = Identity::from_secret([7; 32]);
    let (room, author) = (RoomName::lobby().id(), identity.author());
    let sheet = SheetId::Turn { game: inkmesh::operation::OperationId([9; 32]), turn: 3 };
    let points: Vec<Point> = stroke.iter().map(|(x, y)| Point::from_logical(*x, *y)).collect();
    let stroke = |points| Stroke { id: 1 << 50, tool: Tool::Pen, color: Color([1, 2, 3]), width: 8, points };
    let (mut path, mut stored, mut wire) = (0, 0, 0);
    for part in Points::split(&points) {
        path += part.bytes().len();
        let header = Header {
            room,
            chain: ChainId { author, log: u64::MAX },
            seq: 1_000,
            backlink: Some(inkmesh::operation::OperationId([8; 32])),
            time: Timestamp::from_ms(1_790_000_000_000),
        };
        let payload = Payload::Canvas { sheet, step: CanvasStep::Stroke(stroke(part)) };
        let operation = Operation::sign(&identity, header, &payload).unwrap();
        stored += operation.bytes().len();
        wire += Frame::operation(&operation).len();
    }
    let batch = (hertz as usize * 33).div_ceil(1_000);
    for (n, part) in points.chunks(batch).enumerate() {
        let live = LiveFrame {
            author,
            sheet: sheet.into(),
            from: (n * batch) as u32,
            stroke: stroke(Points::new(part.to_vec())),
        };
        wire += Frame::live(&live.sign(&identity, room).unwrap()).len();
    }
    [path, stored, wire]
}
