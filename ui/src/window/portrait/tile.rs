//! Paints a portrait: a tile of paper with a drawing in ink, and what tells people of the same picture apart: the colour, the
//! outline of the tile, and the sign on a seal at its corner.

use std::f32::consts::TAU;

use tiny_skia::{Color, FillRule, Mask, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

use super::art::{Art, Part};
use super::brush::{self, Place};

/// The side of the sheet on which tiles are described.
const SHEET: f32 = 100.0;
/// Half the side of a tile, with its border.
const HALF: f32 = 47.0;
/// The width of the border.
const BORDER: f32 = 4.6;
/// The size of one of our pictures on the tile.
const SCALE: f32 = 0.84;
/// The size of a sheet that somebody drew on: only its corners are cut off.
const SHEET_SCALE: f32 = 0.74;
/// The narrowest line, in pixels.
const NARROWEST: f32 = 1.15;
/// The middle and half the side of the seal.
const SEAL: (Place, f32) = ((84.0, 84.0), 13.0);
/// The number of outlines.
pub const OUTLINES: u8 = 6;
/// The number of signs.
pub const SIGNS: u8 = 12;

const INK: [u8; 3] = [0x1e, 0x1b, 0x18];
const PAPER: [u8; 3] = [0xfb, 0xf8, 0xf2];

/// What a tile shows.
#[derive(Debug, Clone, Copy)]
pub struct Tile<'a> {
    pub motif: Motif<'a>,
    /// The person's colour.
    pub color: [u8; 3],
    /// The colour of the border and the seal.
    pub border: [u8; 3],
    /// The ink of somebody who is away; their tile has neither paper nor colours.
    pub away: Option<[u8; 3]>,
    /// The number of its outline, below [`OUTLINES`].
    pub outline: u8,
    /// The number of the sign on the seal, below [`SIGNS`].
    pub sign: u8,
}

/// What is drawn on a tile.
#[derive(Debug, Clone, Copy)]
pub enum Motif<'a> {
    Art(&'static Art),
    /// Lines on a sheet of 100 × 100, straight from point to point, with a pen of this width.
    Lines(&'a [Vec<Place>], f32),
}

/// Paints a tile of this side, in pixels; `None` for one without pixels.
pub fn paint(tile: Tile<'_>, side: u32) -> Option<Pixmap> {
    let mut pixels = Pixmap::new(side, side)?;
    let scale = side as f32 / SHEET;
    let whole = Transform::from_scale(scale, scale);
    let outline = outline(tile.outline)?;
    let paper = mixed(tile.color, PAPER, 0.16);
    if tile.away.is_none() {
        fill(&mut pixels, &outline, paper, whole, None);
    }
    let mut inside = Mask::new(side, side)?;
    inside.fill_path(&outline, FillRule::Winding, true, whole);
    let size = if matches!(tile.motif, Motif::Art(_)) { SCALE } else { SHEET_SCALE };
    let middle = (1.0 - size) * SHEET / 2.0;
    let brush = Brush {
        sheet: whole.pre_translate(middle, middle).pre_scale(size, size),
        narrowest: NARROWEST / (scale * size),
        ink: tile.away.unwrap_or(INK),
        wash: tile.away.is_none().then(|| mixed(tile.color, PAPER, 0.62)),
        paper,
    };
    match tile.motif {
        Motif::Art(art) => brush.paint(&mut pixels, art, &inside),
        Motif::Lines(lines, width) => lines.iter().for_each(|line| {
            brush.line(&mut pixels, line, width, false, Some(&inside));
        }),
    }
    let stroke = Stroke { width: BORDER.max(1.3 / scale), ..Stroke::default() };
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(color(tile.border));
    pixels.stroke_path(&outline, &paint, &stroke, whole, None);
    seal(&mut pixels, tile, whole)?;
    Some(pixels)
}

struct Brush {
    /// From the sheet of the drawing to pixels.
    sheet: Transform,
    narrowest: f32,
    ink: [u8; 3],
    wash: Option<[u8; 3]>,
    paper: [u8; 3],
}

impl Brush {
    fn paint(&self, pixels: &mut Pixmap, art: &Art, inside: &Mask) {
        let places = |places: &[(i8, i8)]| -> Vec<Place> {
            places.iter().map(|(x, y)| (f32::from(*x), f32::from(*y))).collect()
        };
        let area = |outline: &[(i8, i8)], rgb: [u8; 3], pixels: &mut Pixmap| {
            let path = brush::area(&brush::smooth(&places(outline), true));
            if let Some(path) = path {
                fill(pixels, &path, rgb, self.sheet, Some(inside));
            }
        };
        for part in art.parts {
            match part {
                Part::Wash(outline) => self.wash.map_or((), |wash| area(outline, wash, pixels)),
                Part::Paper(outline) => self.wash.map_or((), |_| area(outline, self.paper, pixels)),
                Part::Blot(outline) => area(outline, self.ink, pixels),
                Part::Line(width, line) => {
                    self.line(pixels, &brush::smooth(&places(line), false), *width, false, Some(inside));
                }
                Part::Loop(width, line) => {
                    self.line(pixels, &brush::smooth(&places(line), true), *width, true, Some(inside));
                }
            }
        }
    }

    fn line(&self, pixels: &mut Pixmap, line: &[Place], width: f32, closed: bool, inside: Option<&Mask>) {
        if let Some(path) = brush::stroke(line, width.max(self.narrowest), closed) {
            fill(pixels, &path, self.ink, self.sheet, inside);
        }
    }
}

/// Paints the seal at the corner of a tile.
fn seal(pixels: &mut Pixmap, tile: Tile<'_>, sheet: Transform) -> Option<()> {
    let ((x, y), half) = SEAL;
    let corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)];
    let square = rounded(&corners, 5.0)?;
    fill(pixels, &square, tile.border, sheet, None);
    let sheet = sheet.pre_translate(x, y).pre_scale(half, half);
    let dark = tile.border.iter().map(|channel| u32::from(*channel)).sum::<u32>() < 3 * 128;
    fill(pixels, &sign(tile.sign)?, if dark { PAPER } else { INK }, sheet, None);
    Some(())
}

/// Returns the outline of a tile.
fn outline(number: u8) -> Option<Path> {
    let around = |count: u16, from: f32, radius: f32| -> Vec<Place> {
        let turn = |index| f32::from(index) / f32::from(count) * TAU + from;
        (0..count).map(|index| (50.0 + radius * turn(index).cos(), 50.0 + radius * turn(index).sin())).collect()
    };
    let (low, high) = (50.0 - HALF + 2.0, 50.0 + HALF - 2.0);
    let corners = [(low, low), (high, low), (high, high), (low, high)];
    match number % OUTLINES {
        0 => PathBuilder::from_circle(50.0, 50.0, HALF),
        1 => rounded(&corners, 14.0),
        2 => rounded(&around(6, TAU / 4.0, HALF + 3.0), 10.0),
        3 => {
            let bumps: Vec<Place> = (0..80_u16)
                .map(|index| {
                    let turn = f32::from(index) / 80.0 * TAU;
                    let radius = HALF - 5.0 + 5.0 * (turn * 4.0).sin().abs();
                    (50.0 + radius * turn.cos(), 50.0 + radius * turn.sin())
                })
                .collect();
            brush::area(&bumps)
        }
        4 => rounded_each(&corners, [HALF, HALF, 8.0, 8.0]),
        _ => rounded_each(&corners, [HALF, 6.0, HALF, 6.0]),
    }
}

/// Returns a sign of a seal, on a sheet from -1 to 1.
fn sign(number: u8) -> Option<Path> {
    let mut path = PathBuilder::new();
    let mut bar = |x: f32, y: f32, width: f32, height: f32| {
        path.push_rect(tiny_skia::Rect::from_xywh(x, y, width, height)?);
        Some(())
    };
    match number % SIGNS {
        0 => path.push_circle(0.0, 0.0, 0.5),
        1 => bar(-0.66, -0.19, 1.32, 0.38)?,
        2 => bar(-0.19, -0.66, 0.38, 1.32)?,
        3 => {
            bar(-0.64, -0.54, 1.28, 0.36)?;
            bar(-0.64, 0.18, 1.28, 0.36)?;
        }
        4 => {
            bar(-0.54, -0.64, 0.36, 1.28)?;
            bar(0.18, -0.64, 0.36, 1.28)?;
        }
        5 => {
            bar(-0.66, -0.18, 1.32, 0.36)?;
            bar(-0.18, -0.66, 0.36, 0.48)?;
            bar(-0.18, 0.18, 0.36, 0.48)?;
        }
        6 => return brush::area(&[(0.0, -0.66), (0.68, 0.52), (-0.68, 0.52)]),
        7 => return brush::area(&[(0.0, 0.66), (0.68, -0.52), (-0.68, -0.52)]),
        8 => return brush::area(&[(0.0, -0.72), (0.6, 0.0), (0.0, 0.72), (-0.6, 0.0)]),
        9 => {
            path.push_circle(-0.38, -0.38, 0.32);
            path.push_circle(0.38, 0.38, 0.32);
        }
        10 => {
            path.push_circle(0.38, -0.38, 0.32);
            path.push_circle(-0.38, 0.38, 0.32);
        }
        _ => {
            for (x, y) in [(-0.4, -0.4), (0.4, -0.4), (-0.4, 0.4), (0.4, 0.4)] {
                path.push_circle(x, y, 0.27);
            }
        }
    }
    path.finish()
}

fn rounded(corners: &[Place], radius: f32) -> Option<Path> {
    round_off(corners, |_| radius)
}

fn rounded_each(corners: &[Place; 4], radii: [f32; 4]) -> Option<Path> {
    round_off(corners, |corner| radii[corner])
}

/// Returns a polygon with its corners rounded off.
fn round_off(corners: &[Place], radius: impl Fn(usize) -> f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (index, corner) in corners.iter().enumerate() {
        let towards = |other: Place| {
            let (dx, dy) = (other.0 - corner.0, other.1 - corner.1);
            let share = (radius(index) / dx.hypot(dy)).min(0.5);
            (corner.0 + dx * share, corner.1 + dy * share)
        };
        let from = towards(corners[(index + corners.len() - 1) % corners.len()]);
        let to = towards(corners[(index + 1) % corners.len()]);
        if index == 0 {
            path.move_to(from.0, from.1)
        } else {
            path.line_to(from.0, from.1)
        }
        // A quarter of a circle, nearly.
        let near = |end: Place| (end.0 + (corner.0 - end.0) * 0.55, end.1 + (corner.1 - end.1) * 0.55);
        let (one, other) = (near(from), near(to));
        path.cubic_to(one.0, one.1, other.0, other.1, to.0, to.1);
    }
    path.close();
    path.finish()
}

fn fill(pixels: &mut Pixmap, path: &Path, rgb: [u8; 3], sheet: Transform, inside: Option<&Mask>) {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(color(rgb));
    pixels.fill_path(path, &paint, FillRule::Winding, sheet, inside);
}

fn color([red, green, blue]: [u8; 3]) -> Color {
    Color::from_rgba8(red, green, blue, u8::MAX)
}

/// Returns a colour with this share of the first.
fn mixed(one: [u8; 3], other: [u8; 3], share: f32) -> [u8; 3] {
    std::array::from_fn(|channel| {
        (f32::from(one[channel]) * share + f32::from(other[channel]) * (1.0 - share)).round() as u8
    })
}
