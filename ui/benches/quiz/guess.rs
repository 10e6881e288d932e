//! Time from `say` to the verdict on a LAN of two hosts: blinding, the drawer's answer, the check, and the durable write.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::support::lan::Lan;
use crate::support::stats::{Times, ms};

const WORDS: [&str; 40] = [
    "사과",
    "바나나",
    "오렌지",
    "포도",
    "체리",
    "딸기",
    "망고",
    "꽃",
    "달",
    "나무",
    "집",
    "고양이",
    "강아지",
    "기린",
    "사자",
    "호랑이",
    "토끼",
    "거북이",
    "고래",
    "상어",
    "나비",
    "벌",
    "개미",
    "거미",
    "해",
    "별",
    "구름",
    "비",
    "눈",
    "우산",
    "모자",
    "신발",
    "바지",
    "시계",
    "안경",
    "책",
    "연필",
    "의자",
    "책상",
    "침대",
];
const GUESSES: usize = 30;

pub fn report() {
    println!("### A guess and its verdict ({GUESSES} wrong guesses of one word)\n");
    println!("| the guesser's disk | p50 | p95 | worst |\n| --- | ---: | ---: | ---: |");
    for (name, in_memory) in [("real (the line is durable before the reply)", false), ("in memory", true)] {
        measure(name, in_memory);
    }
    println!();
}

fn measure(name: &str, in_memory: bool) {
    let Some(lan) = Lan::new(2) else { return };
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    if in_memory {
        folders.iter().for_each(|folder| lan.mount_disk(folder.path(), 256));
    }
    let mut hosts = [lan.start(1, folders[0].path(), &[]), lan.start(2, folders[1].path(), &[])];
    let peers = [hosts[0].peer.clone(), hosts[1].peer.clone()];
    hosts[0].await_online(&peers[1], 0);
    hosts[1].await_online(&peers[0], 0);
    hosts[0]
        .ok(json!({"do": "start", "room": "lobby", "rounds": 1, "seconds": 240, "words": WORDS.to_vec(), "hints": 0}));
    hosts[1].await_event("gathering", 0, |event| event["event"] == "game" && event["phase"] == "gathering");
    hosts[1].ok(json!({"do": "ready", "room": "lobby"}));
    let choosing =
        hosts[0].await_event("choosing", 0, |event| event["event"] == "game" && event["phase"] == "choosing");
    let drawer = usize::from(choosing["drawer"] != peers[0]);
    let offers = hosts[drawer].await_event("offers", 0, |event| {
        event["event"] == "game" && event["candidates"].as_array().is_some_and(|offers| !offers.is_empty())
    });
    let word = offers["candidates"][0].as_str().unwrap().to_owned();
    hosts[drawer].ok(json!({"do": "choose", "room": "lobby", "index": 0}));
    let guesser = &mut hosts[1 - drawer];
    guesser.await_event("drawing", 0, |event| event["event"] == "game" && event["guessing"] == true);
    let mut times = Vec::new();
    for wrong in WORDS.iter().filter(|text| **text != word).take(GUESSES) {
        thread::sleep(Duration::from_millis(1_050)); // drawers accept one a second
        let start = Instant::now();
        guesser.ok(json!({"do": "say", "room": "lobby", "text": wrong}));
        times.push(start.elapsed());
    }
    thread::sleep(Duration::from_millis(1_050));
    assert_eq!(guesser.ok(json!({"do": "say", "room": "lobby", "text": word})), json!({"solved": true}));
    let times = Times::new(times);
    let [p50, p95, worst] = [0.5, 0.95, 1.0].map(|share| ms(times.quantile(share)));
    println!("| {name} | {p50} | {p95} | {worst} |");
}
