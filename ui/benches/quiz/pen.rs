//! Time from a pen on one host to the `live` event on another, for each point since the pen gave it: this includes the 33 ms
//! for which the window gathers points, but not the frame in which the other window shows it.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::pens::Pen;
use crate::support::host::Host;
use crate::support::lan::Lan;
use crate::support::stats::{Times, ms};

/// Time for which the window gathers points.
const FLUSH: Duration = Duration::from_millis(33);
const STROKES: usize = 60;

/// The arrival of points: (stroke, index of the first, number, time).
type Seen = Arc<Mutex<Vec<(u64, u64, u64, Instant)>>>;

pub fn report() {
    let Some(lan) = Lan::new(2) else { return };
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let mut drawer = lan.start(1, folders[0].path(), &[]);
    let seen = Seen::default();
    let tap = Arc::clone(&seen);
    let mut other = Host::launch_tapped("h2".to_owned(), lan.inkmesh(2, folders[1].path(), &[]), move |at, line| {
        let live = line.starts_with(r#"{"event":"live""#);
        if live {
            let event: Value = serde_json::from_str(line).unwrap();
            let count = event["points"].as_array().unwrap().len() as u64;
            tap.lock().unwrap().push((event["stroke"].as_u64().unwrap(), event["from"].as_u64().unwrap(), count, at));
        }
        !live
    });
    other.await_ready();
    drawer.await_online(&other.peer, 0);
    other.await_online(&drawer.peer, 0);
    println!("### From the pen to the other host ({STROKES} strokes)\n");
    println!("| pen | points | p50 | p95 | worst | not seen live |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (n, hertz) in [(1_u64, 60), (2, 240)] {
        draw(&mut drawer, &seen, n * 1_000, hertz);
    }
    println!();
}

fn draw(drawer: &mut Host, seen: &Seen, base: u64, hertz: u32) {
    let strokes = Pen { hertz, grid: 0.5 }.strokes(STROKES);
    let mut given: Vec<(u64, Vec<Instant>)> = Vec::new();
    for (n, points) in strokes.iter().enumerate() {
        let stroke = base + n as u64;
        given.push((stroke, draw_stroke(drawer, stroke, points, hertz)));
        thread::sleep(Duration::from_millis(150));
    }
    thread::sleep(Duration::from_millis(500));
    let seen = seen.lock().unwrap();
    let mut times = Vec::new();
    let mut missing = 0;
    for (stroke, moments) in &given {
        for (index, moment) in moments.iter().enumerate() {
            let holds = |(of, from, count, _): &&(u64, u64, u64, Instant)| {
                of == stroke && (*from..from + count).contains(&(index as u64))
            };
            match seen.iter().find(holds) {
                Some((.., at)) => times.push(*at - *moment),
                None => missing += 1,
            }
        }
    }
    let times = Times::new(times);
    let [p50, p95, worst] = [0.5, 0.95, 1.0].map(|share| ms(times.quantile(share)));
    println!("| {hertz} Hz | {} | {p50} | {p95} | {worst} | {missing} |", times.len());
}

/// Gives the points at the pen's pace and sends those gathered every 33 ms, as the window does; returns the times.
fn draw_stroke(drawer: &mut Host, stroke: u64, points: &[(f64, f64)], hertz: u32) -> Vec<Instant> {
    let start = Instant::now();
    let mut moments = Vec::new();
    let mut sent = 0;
    let mut flush_at = start + FLUSH;
    for n in 0..points.len() {
        let due = start + Duration::from_secs(1) * u32::try_from(n).unwrap() / hertz;
        if due >= flush_at {
            thread::sleep(flush_at.saturating_duration_since(Instant::now()));
            send(drawer, stroke, &points[sent..n], sent);
            sent = n;
            flush_at += FLUSH;
        }
        thread::sleep(due.saturating_duration_since(Instant::now()));
        moments.push(Instant::now());
    }
    thread::sleep(flush_at.saturating_duration_since(Instant::now()));
    send(drawer, stroke, &points[sent..], sent);
    let points: Vec<[f64; 2]> = points.iter().map(|(x, y)| [*x, *y]).collect();
    drawer.send(
        json!({"do": "stroke", "room": "lobby", "stroke": stroke, "points": points, "color": "#1e1b18", "width": 8}),
    );
    moments
}

fn send(drawer: &mut Host, stroke: u64, points: &[(f64, f64)], from: usize) {
    if !points.is_empty() {
        let points: Vec<[f64; 2]> = points.iter().map(|(x, y)| [*x, *y]).collect();
        drawer.send(json!({"do": "pen", "room": "lobby", "stroke": stroke, "points": points, "color": "#1e1b18",
                           "width": 8, "from": from}));
    }
}
