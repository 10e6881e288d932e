//! Tests of `inkmesh archive`: on a folder that a real program filled, and on one that a running program uses.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use serde_json::{Value, json};
use support::files::everything;
use support::game::{begin_game, choose, is_game};
use support::host::{Host, agree, local};
use support::{DEADLINE, INKMESH, turn};
use tempfile::TempDir;

/// A line in decomposed Hangul, as macOS may produce it.
const DECOMPOSED: &str = "\u{1109}\u{1161}\u{1100}\u{116a} 좋아";
const EVIL: &str = "<script>alert(1)</script> & \"quotes\"";
const EVIL_NAME: &str = "../../Ana <b>";

/// Runs `inkmesh archive` on a folder.
fn archive(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(INKMESH);
    command.arg("archive").args(args).arg("--data-dir").arg(folder).args(["--lang", "en"]).env("TZ", "UTC");
    command.output().unwrap()
}

/// Like [`archive`], must succeed; returns its output.
#[track_caller]
fn read(folder: &Path, args: &[&str]) -> String {
    let output = archive(folder, args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn stroke(host: &mut Host, room: &str, from: [u32; 2]) {
    let points = [from, [from[0] + 200, from[1] + 100], [from[0] + 90, from[1] + 250]];
    host.ok(json!({"do": "stroke", "room": room, "points": points, "color": "#b83822", "width": 12}));
}

/// A folder in which Ana talked, drew twice on the free sheet, and played a quiz of two turns with Ben, who solved both.
struct Filled {
    folder: TempDir,
    /// The reply to `history`.
    history: Vec<Value>,
    /// The drawer and the word of each turn.
    turns: Vec<(String, String)>,
    peers: [String; 2],
}

fn filled() -> Filled {
    let (folder, his) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut ana = local("ana", folder.path(), &["--name", EVIL_NAME, "--room", "lobby", "--room", "로비"]);
    let mut ben = local("ben", his.path(), &["--name", "Ben", "--room", "lobby", "--dial", &ana.address()]);
    ana.await_online(&ben.peer, 0);
    ben.await_online(&ana.peer, 0);
    ana.say("hello\u{1b}[31m there");
    ana.say(EVIL);
    ana.ok(json!({"do": "say", "room": "로비", "text": DECOMPOSED}));
    stroke(&mut ana, "lobby", [300, 300]);
    stroke(&mut ana, "lobby", [500, 300]);
    ana.ok(json!({"do": "clear", "room": "lobby"}));
    stroke(&mut ana, "lobby", [700, 300]);
    ana.ok(json!({"do": "fill", "room": "lobby", "x": 5, "y": 5, "color": "#f0d090"}));
    let turns = play(&mut ana, &mut ben);
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    let (history, peers) = (ana.history(), [ana.peer.clone(), ben.peer.clone()]);
    ana.quit();
    ben.quit();
    Filled { folder, history, turns, peers }
}

/// Plays a game in which each draws once and the other solves; returns the drawer and the word of each turn.
fn play(ana: &mut Host, ben: &mut Host) -> Vec<(String, String)> {
    let words: Vec<String> = (0..10).map(|n| format!("word{n}")).collect();
    let start = json!({"do": "start", "room": "lobby", "rounds": 1, "seconds": 120, "words": words});
    let game = begin_game(&mut [&mut *ana, &mut *ben], &start);
    let is_game = |event: &Value| is_game(event, &game);
    let mut turns = Vec::new();
    for turn in 1..=2 {
        let in_turn = |event: &Value, phase: &str| is_game(event) && event["turn"] == turn && event["phase"] == phase;
        let choosing = ana.await_event("choosing", 0, |event| in_turn(event, "choosing"));
        let drawer = choosing["drawer"].as_str().unwrap().to_owned();
        let (drawing, guessing) = if drawer == ana.peer { (&mut *ana, &mut *ben) } else { (&mut *ben, &mut *ana) };
        let word = choose(drawing, &game, turn, 0);
        for host in [&*drawing, &*guessing] {
            host.await_event("drawing", 0, |event| in_turn(event, "drawing"));
        }
        stroke(drawing, "lobby", [if turn == 1 { 100 } else { 200 }, 200]);
        guessing.ok(json!({"do": "say", "room": "lobby", "text": "a cow?"}));
        let mark = guessing.mark();
        assert_eq!(guessing.ok(json!({"do": "say", "room": "lobby", "text": word})), json!({"solved": true}));
        for host in [&*drawing, &*guessing] {
            host.await_event("the word", 0, |event| {
                is_game(event) && event["turn"] == turn && event["word"] == word.as_str()
            });
        }
        guessing.await_event("what was asked, opened", mark, |event| {
            event["event"] == "entry" && event["author"] == guessing.peer.as_str() && event["text"] == ""
        });
        turns.push((drawer, word));
    }
    for host in [ana, ben] {
        host.await_event("over", 0, |event| is_game(event) && event["phase"] == "over");
    }
    turns
}

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn what_was_said_and_drawn_is_read_back() {
    let _turn = turn();
    let filled = filled();
    let folder = filled.folder.path();
    let before = everything(folder);
    rooms_and_lines(&filled, folder);
    searches(folder);
    drawings(&filled, folder);
    exports(&filled, folder);
    assert!(everything(folder) == before, "reading has changed the folder");
}

fn rooms_and_lines(filled: &Filled, folder: &Path) {
    let rooms = read(folder, &["rooms"]);
    assert!(rooms.contains("# lobby: ") && rooms.contains("# 로비: "), "{rooms}");
    let rooms = json_lines(&read(folder, &["rooms", "--json"]));
    let lobby = rooms.iter().find(|room| room["room"] == "lobby").unwrap();
    let shown = json_lines(&read(folder, &["show", "lobby", "--json"]));
    assert_eq!((&lobby["entries"], &lobby["people"]), (&json!(filled.history.len()), &json!(2)), "{shown:#?}");

    let as_event = |entry: &Value| {
        let mut event = entry.clone();
        event["event"] = json!("entry");
        event
    };
    assert_eq!(shown, filled.history.iter().map(as_event).collect::<Vec<_>>());
    let digits = lobby["id"].as_str().unwrap()[..8].to_owned();
    assert_eq!(json_lines(&read(folder, &["show", &digits, "--json"])).len(), shown.len());

    let text = read(folder, &["show", "Lobby"]);
    assert!(text.contains("../../Ana <b>: hello\u{fffd}[31m there\n"), "{text}");
    assert!(text.contains(" drew\n") && text.contains("Ben (guess): a cow?") | text.contains("<b> (guess): a cow?"));
    assert!(text.contains(&format!("The word was {}", filled.turns[0].1)), "{text}");
    let last: Vec<&str> = text.lines().rev().take(3).collect();
    let limited = read(folder, &["show", "lobby", "--limit", "3"]);
    assert_eq!(limited.lines().rev().take(3).collect::<Vec<_>>(), last);
    assert_eq!(limited.lines().count(), 4, "{limited}"); // including the line with the day

    let missing = archive(folder, &["show", "nowhere"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("Nothing of a room “nowhere”"));
}

fn searches(folder: &Path) {
    let found = read(folder, &["search", "사과"]);
    assert!(found.starts_with("# 로비  ") && found.trim_end().ends_with(DECOMPOSED), "{found}");
    assert_eq!(found.lines().count(), 1);
    assert_eq!(json_lines(&read(folder, &["search", "\u{1109}\u{1161}\u{1100}\u{116a}", "--json"])).len(), 1);
    assert_eq!(json_lines(&read(folder, &["search", "ALERT", "--json"]))[0]["text"], EVIL);
    assert_eq!(read(folder, &["search", "nobody said this"]), "Nothing was found.\n");
}

fn drawings(filled: &Filled, folder: &Path) {
    let listed = json_lines(&read(folder, &["drawings", "lobby", "--json"]));
    assert_eq!(listed.len(), 4, "{listed:?}");
    let [first, second, turns @ ..] = &listed[..] else { unreachable!() };
    let free = |marks: u32| (Value::Null, json!([filled.peers[0]]), json!(marks), Value::Null);
    let told = |drawing: &Value| {
        (drawing["game"].clone(), drawing["authors"].clone(), drawing["marks"].clone(), drawing["word"].clone())
    };
    assert_eq!((told(first), told(second)), (free(2), free(2)));
    for (number, (drawing, (drawer, word))) in turns.iter().zip(&filled.turns).enumerate() {
        let solver = filled.peers.iter().find(|peer| *peer != drawer).unwrap();
        assert_eq!(drawing["turn"], number + 1);
        assert_eq!((&drawing["authors"], &drawing["word"]), (&json!([drawer]), &json!(word)));
        assert_eq!((&drawing["solved"], &drawing["marks"]), (&json!([solver]), &json!(1)));
    }
    let text = read(folder, &["drawings", "lobby"]);
    assert!(text.contains("Turn 1, drawn by ") && text.contains("solved by "), "{text}");
    assert_eq!(read(folder, &["drawings", "로비"]), "Nothing was drawn in this room.\n");
}

fn exports(filled: &Filled, folder: &Path) {
    let out = TempDir::new().unwrap();
    let inner = out.path().join("deep/er");
    let to = inner.to_str().unwrap();
    for format in ["jsonl", "html", "png", "svg", "gif"] {
        read(folder, &["export", "lobby", "--to", to, "--format", format]);
    }
    let files = names(&inner);
    assert_eq!(files.len(), 2 + 3 * 4, "{files:?}");
    assert!(files.contains("room_lobby.jsonl") && files.contains("room_lobby.html"));
    assert_eq!(names(out.path()), BTreeSet::from(["deep".to_owned()]), "nothing leads out of the folder");
    let of_turn = |n: usize, ending: &str| {
        let part = format!("_turn-{n}_");
        files
            .iter()
            .find(|name| name.contains(&part) && name.ends_with(&format!("_{}.{ending}", filled.turns[n - 1].1)))
    };
    assert!(of_turn(1, "png").is_some() && of_turn(2, "gif").is_some(), "{files:?}");
    assert!(files.iter().any(|name| name.ends_with("_sheet_Ana-b.svg") && name.starts_with("20")), "{files:?}");

    let lines = fs::read_to_string(inner.join("room_lobby.jsonl")).unwrap();
    assert_eq!(lines, read(folder, &["show", "lobby", "--json"]));
    let page = fs::read_to_string(inner.join("room_lobby.html")).unwrap();
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;")
            && !page.contains("<script")
            && !page.contains("Ana <b>")
    );
    assert_eq!(page.matches("<img ").count(), 4);

    // Again: the pictures exist already, and no file is overwritten.
    let kept = everything(&inner);
    let said = read(folder, &["export", "lobby", "--to", to, "--format", "png"]);
    assert!(said.contains("4 were there already"), "{said}");
    let files_only = |all: BTreeMap<PathBuf, (Option<Vec<u8>>, SystemTime)>| -> BTreeMap<_, _> {
        all.into_iter().filter(|(_, (bytes, _))| bytes.is_some()).collect()
    };
    let kept = files_only(kept);
    assert!(files_only(everything(&inner)) == kept);
    read(folder, &["export", "lobby", "--to", to, "--format", "html"]);
    let now = files_only(everything(&inner));
    assert!(kept.iter().all(|(path, file)| now.get(path) == Some(file)));
    assert_eq!(names(&inner).difference(&files).collect::<Vec<_>>(), ["room_lobby-2.html"]);
}

#[test]
fn a_running_program_gives_the_same_drawings_and_keeps_the_archive_out() {
    let _turn = turn();
    let folder = TempDir::new().unwrap();
    let mut ana = local("ana", folder.path(), &["--name", "Ana"]);
    ana.say("hello");
    stroke(&mut ana, "lobby", [300, 300]);
    ana.ok(json!({"do": "clear", "room": "lobby"}));
    stroke(&mut ana, "lobby", [500, 300]);
    let running = ana.ok(json!({"do": "drawings", "room": "lobby"}))["drawings"].clone();
    assert_eq!(running.as_array().unwrap().len(), 2, "{running}");
    assert_eq!(ana.refused(json!({"do": "drawings", "room": "nowhere"})), "not_in_room");

    for args in [&["rooms"][..], &["show", "lobby"], &["export", "lobby", "--to", "/nowhere", "--format", "png"]] {
        let output = archive(folder.path(), args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("Close it first") && said.contains(folder.path().to_str().unwrap()), "{said}");
        assert!(output.stdout.is_empty());
    }
    ana.say("still here");
    ana.quit();
    let closed = json_lines(&read(folder.path(), &["drawings", "lobby", "--json"]));
    assert_eq!(json!(closed), running);
}

#[test]
fn what_a_killed_program_left_is_read_as_it_lies() {
    let _turn = turn();
    let folder = TempDir::new().unwrap();
    let mut ana = local("ana", folder.path(), &["--name", "Ana"]);
    ana.say_all("lobby", (0..200).map(|n| format!("line {n}")));
    ana.kill();
    let before = everything(folder.path());
    let text = read(folder.path(), &["show", "lobby"]);
    assert!(text.contains("Ana: line 0\n") && text.contains("Ana: line 199\n"), "{text}");
    assert!(everything(folder.path()) == before, "reading has changed the folder");
}

#[test]
fn a_folder_without_a_history_stays_without_one() {
    let folder = TempDir::new().unwrap();
    let output = archive(folder.path(), &["rooms"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(names(folder.path()).is_empty());
}
