//! Tests of the headless frontend as a process: its commands, its output, its end.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use inkmesh::identity::Author;
use inkmesh::verification::VerificationNumber;
use inkmesh_store::Store;
use serde_json::{Value, json};
use support::host::{Host, agree, local, local_command, say};
use support::process::send_signal;
use support::{DEADLINE, INKMESH, resident_kib, turn};
use tempfile::TempDir;

/// Memory in KiB that the program may take while it is fed nonsense.
const GROWTH_KIB: u64 = 64 * 1024;

fn alone() -> (TempDir, Host) {
    let dir = TempDir::new().unwrap();
    let host = local("ana", dir.path(), &["--name", "Ana"]);
    (dir, host)
}

#[test]
fn bad_lines_are_replied_to_and_the_program_goes_on() {
    let _turn = turn();
    let (_dir, mut host) = alone();
    for (line, id, code) in [
        ("hello", json!(null), "bad_json"),
        (r#"{"id":"a","do":"rooms""#, json!(null), "bad_json"),
        (r#"["rooms"]"#, json!(null), "bad_json"),
        (r#"{"id":"b"}"#, json!("b"), "bad_field"),
        (r#"{"id":[1,{"x":2}],"do":"dance"}"#, json!([1, {"x": 2}]), "unknown_command"),
        (r#"{"id":1.5,"do":"say","room":"lobby"}"#, json!(1.5), "bad_field"),
        (r#"{"do":"say","room":"lobby","text":7}"#, json!(null), "bad_field"),
        (r#"{"id":"c","do":"say","room":"nowhere","text":"x"}"#, json!("c"), "not_in_room"),
        (r#"{"id":"d","do":"say","room":"lobby","text":""}"#, json!("d"), "bad_text"),
        (r#"{"id":"e","do":"join","room":""}"#, json!("e"), "bad_name"),
        (r#"{"id":"f","do":"start","room":"lobby","rounds":0,"seconds":9}"#, json!("f"), "bad_rules"),
        (
            r##"{"id":"g","do":"stroke","room":"lobby","points":[],"color":"#000000","width":3}"##,
            json!("g"),
            "bad_stroke",
        ),
        (r#"{"id":"h","do":"history","room":"lobby","before":"00"}"#, json!("h"), "bad_field"),
    ] {
        let mark = host.mark();
        host.send_raw(format!("{line}\n").as_bytes());
        let reply = await_refusal(&host, mark);
        assert_eq!((&reply["reply"], &reply["error"]["code"]), (&id, &json!(code)), "{line}: {reply}");
        assert!(reply["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{reply}");
    }
    let unknown = json!({"do": "history", "room": "lobby", "before": "00".repeat(32)});
    assert_eq!(host.refused(unknown), "unknown_entry");
    assert_eq!(host.refused(say(&"x".repeat(9000))), "bad_text");
    host.say("still here");
    host.quit();
}

/// Texts that show nothing, each in another way: spaces, a Hangul filler, a braille blank, soft hyphens, tags, variation
/// selectors, a zero-width joiner.
const UNSEEN: [&str; 7] = [
    "   ",
    "\u{3164}",
    "\u{2800}\u{2800}",
    "\u{ad}",
    "\u{e0061}\u{e007f}",
    "\u{fe0f}\u{e0100}",
    "\u{200d} \u{115f}\u{1160}",
];

#[test]
fn what_shows_nothing_is_no_name_and_no_line() {
    let _turn = turn();
    let (_dir, mut host) = alone();
    for unseen in UNSEEN {
        for (command, code) in [
            (say(unseen), "bad_text"),
            (json!({"do": "rename", "name": unseen}), "bad_name"),
            (json!({"do": "join", "room": unseen}), "bad_name"),
        ] {
            let told = command.to_string();
            let error = host.ask(command).expect_err(&told);
            let message = error["message"].as_str().unwrap();
            assert!(error["code"] == code && !message.contains("bytes"), "{told}: {error}");
        }
        let refused = Command::new(INKMESH).args(["headless", "--room", unseen]).output().unwrap();
        assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("--room"));
    }
    assert_eq!(rooms(&mut host), ["lobby"]);
    for seen in ["❤\u{fe0f}", "👩\u{200d}👩\u{200d}👧", "0\u{fe0f}\u{20e3}", "ㅋ", "नमस्ते"] {
        host.say(seen);
        host.ok(json!({"do": "rename", "name": seen}));
        host.ok(json!({"do": "join", "room": seen}));
    }
    host.quit();
}

fn await_refusal(host: &Host, since: usize) -> Value {
    host.await_event("an error as reply", since, |said| said.get("error").is_some())
}

#[test]
fn lines_without_measure_are_skipped_and_cost_no_memory() {
    let _turn = turn();
    let (_dir, mut host) = alone();
    host.say("hello");
    let before = resident_kib(host.pid());
    let mut mark = host.mark();
    let long = [vec![b'x'; 8 << 20], b"\n".to_vec()].concat();
    let deep = format!("{{\"do\":\"say\",\"room\":{}\n", "[".repeat(900_000));
    let wide = format!("{{\"do\":\"say\",\"room\":[{}0]}}\n", "0,".repeat(400_000));
    for nonsense in [&long[..], deep.as_bytes(), wide.as_bytes(), b"\xff\xfe{}\n", b"\0\0\n"] {
        for _ in 0..8 {
            host.send_raw(nonsense);
            let reply = await_refusal(&host, mark);
            assert_eq!(reply["reply"], Value::Null);
            mark = host.mark();
        }
    }
    host.say("still here");
    let after = resident_kib(host.pid());
    assert!(after < before + GROWTH_KIB, "grew from {before} to {after} KiB");
}

#[test]
fn a_thousand_lines_at_once_keep_their_order() {
    let _turn = turn();
    let (_dir, mut host) = alone();
    let text = |n: usize| format!("line {n}");
    // In between, queries whose replies don't wait for the lines before them.
    let ids: Vec<u64> = (0..1000)
        .map(|n| {
            if n % 100 == 0 {
                host.send(json!({"do": "rooms"}));
            }
            host.send(say(&text(n)))
        })
        .collect();
    let replied: Vec<String> =
        ids.iter().map(|id| host.reply(*id).unwrap()["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(replied.iter().collect::<HashSet<_>>().len(), 1000);
    let talk = host.talk();
    assert_eq!(talk.len(), 1000);
    for (n, (line, id)) in talk.iter().zip(&replied).enumerate() {
        assert_eq!((&line.text, &line.id), (&text(n), id), "line {n}");
    }
    host.quit();
}

#[test]
fn the_end_of_the_input_ends_it_with_everything_acknowledged_saved() {
    let _turn = turn();
    let dir = TempDir::new().unwrap();
    let mut host = local("ana", dir.path(), &[]);
    let ids: Vec<u64> = (0..200).map(|n| host.send(say(&format!("line {n}")))).collect();
    host.close_input();
    host.await_end();
    let said: Vec<String> = ids.iter().map(|id| host.reply(*id).unwrap()["id"].as_str().unwrap().to_owned()).collect();
    let peer = host.peer.clone();

    let mut again = local("ana again", dir.path(), &[]);
    assert_eq!(again.peer, peer);
    assert_eq!(again.talk().into_iter().map(|line| line.id).collect::<Vec<_>>(), said);
}

#[test]
fn quit_is_replied_to_after_all_that_was_asked_before() {
    let _turn = turn();
    let (_dir, mut host) = alone();
    let ids: Vec<u64> = (0..50).map(|n| host.send(say(&format!("line {n}")))).collect();
    let quit = host.send(json!({"do": "quit"}));
    assert_eq!(host.reply(quit), Ok(json!({})));
    for id in ids {
        assert!(matches!(host.reply_now(id), Some(Ok(_))));
    }
    host.await_end();
}

#[test]
fn a_closed_output_or_the_system_s_wish_ends_it() {
    let _turn = turn();
    let dir = TempDir::new().unwrap();
    let mut child = local_command(dir.path(), &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    // Its next output fails, as nobody reads it.
    let _ = input.write_all(b"{\"do\":\"rooms\"}\n");
    assert!(child.wait().unwrap().success());
    drop(input);

    // The end of a terminal or of the session on another machine hangs up.
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut host = local("ana", dir.path(), &[]);
        send_signal(signal, host.pid());
        host.await_end();
    }
}

#[test]
fn a_program_that_was_started_to_outlive_its_terminal_does() {
    let _turn = turn();
    let dir = TempDir::new().unwrap();
    let program = local_command(dir.path(), &[]);
    // What nohup does.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(program.get_program()).args(program.get_args());
    let mut host = Host::launch("ana".to_owned(), command);
    host.await_ready();
    send_signal("-HUP", host.pid());
    host.say("still here");
    send_signal("-TERM", host.pid());
    host.await_end();
}

#[test]
fn a_standard_error_that_takes_nothing_is_no_reason_to_stop() {
    let _turn = turn();
    let (_dir, ana) = alone();
    for stderr in ["2>/dev/full", "2>&-", "2> >(exec true)", "2> >(exec sleep 120 >/dev/null </dev/null)"] {
        let dir = TempDir::new().unwrap();
        let program = local_command(dir.path(), &["--dial", &ana.address()]);
        let mut command = Command::new("bash");
        command.args(["-c", &format!("exec \"$@\" {stderr}"), "bash"]).env("RUST_LOG", "trace");
        command.arg(program.get_program()).args(program.get_args());
        let mut host = Host::launch(format!("writes to {stderr}"), command);
        host.await_ready();
        host.await_online(&ana.peer, 0);
        for n in 0..20 {
            host.say(&format!("{n} to {stderr}"));
        }
        ana.await_line(&format!("19 to {stderr}"), 0);
        host.quit();
    }
}

#[test]
fn a_second_program_on_the_same_folder_is_told_which() {
    let _turn = turn();
    let (dir, mut host) = alone();
    let mut second = Host::launch("second".to_owned(), local_command(dir.path(), &[]));
    assert_eq!(second.ended().code(), Some(1));
    let said = second.stderr();
    assert!(said.contains(&dir.path().display().to_string()), "{said}");
    assert!(said.contains("use"), "{said}");
    assert!(second.events(0).is_empty());
    // The first program is not affected.
    host.say("still here");
}

#[test]
fn what_can_t_start_says_why() {
    let _turn = turn();
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let mut on_a_file = Host::launch("on a file".to_owned(), local_command(&file, &[]));
    assert_eq!(on_a_file.ended().code(), Some(1));
    assert!(on_a_file.stderr().contains(&file.display().to_string()), "{}", on_a_file.stderr());

    for (arguments, words) in [
        (vec!["headles"], "headless"),
        (vec!["headless", "--no-mdsn"], "--no-mdsn"),
        (vec!["headless", "--name", ""], "--name"),
        (vec!["headless", "--no-mdns", "--data-dir", dir.path().to_str().unwrap(), "--listen", "here"], "here"),
    ] {
        let output = Command::new(INKMESH).args(&arguments).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(words), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn everything_can_be_asked_for() {
    let _turn = turn();
    let (_dir, mut host) = alone();
    let empty = host.state();
    let said = host.say("안녕");
    let stroke = json!({"do": "stroke", "room": "lobby", "points": [[1, 2.5], [30, 40]], "color": "#b83822", "width": 5,
                        "tool": "pen"});
    let drawn = host.ok(stroke)["id"].clone();
    let state = host.state();
    assert_eq!(state.operations, empty.operations + 2);
    assert!(state.digest != empty.digest && state.canvas != empty.canvas);

    let entry = host.await_line("안녕", 0);
    let history = host.history();
    let in_history = history.iter().find(|entry| entry["id"] == said).unwrap();
    for (field, value) in in_history.as_object().unwrap() {
        assert_eq!(entry[field], *value, "{field}");
    }
    assert_eq!((&entry["author"], &entry["name"], &entry["late"]), (&json!(host.peer), &json!("Ana"), &json!(false)));
    assert_eq!(history.last().unwrap()["id"], drawn);
    assert_eq!(history.last().unwrap()["kind"], "drawing");
    let page = host.ok(json!({"do": "history", "room": "lobby", "limit": 1, "before": drawn}));
    assert_eq!(page, json!({"entries": [in_history]}));

    let rooms = host.ok(json!({"do": "rooms"}));
    assert_eq!((&rooms[0]["room"], &rooms[0]["people"]), (&json!("lobby"), &json!(1)));
    assert!(rooms[0]["last_activity"].as_u64() >= entry["time"].as_u64());
    let peers = host.ok(json!({"do": "peers", "room": "lobby"}));
    assert_eq!((&peers[0]["peer"], &peers[0]["online"]), (&json!(host.peer), &json!(true)));
    let game = host.game();
    assert_eq!((&game["phase"], &game["game"], &game["players"]), (&json!("idle"), &json!(null), &json!([])));

    host.ok(json!({"do": "rename", "name": "Anna"}));
    host.ok(json!({"do": "join", "room": "Art"}));
    let art = host.ok(json!({"do": "say", "room": "art", "text": "x"}));
    let line = host.await_event("the line in the other room", 0, |event| event["id"] == art["id"]);
    assert_eq!((&line["room"], &line["name"]), (&json!("art"), &json!("Anna")));
    host.ok(json!({"do": "leave", "room": "art"}));
    assert_eq!(host.refused(json!({"do": "state", "room": "art"})), "not_in_room");
}

#[test]
fn a_program_can_ask_who_it_is() {
    let _turn = turn();
    let (_dir, mut host) = alone();
    let peer: Author = host.peer.parse().unwrap();
    let (fingerprint, number) = (peer.fingerprint(), VerificationNumber::of(peer).to_string());
    let mut expected = json!({
        "peer": host.peer, "name": "Ana", "picture": null, "fingerprint": fingerprint, "number": number, "version": "0.1.0",
    });
    assert_eq!(host.ok(json!({"do": "whoami"})), expected);
    host.ok(json!({"do": "rename", "name": "Anna"}));
    expected["name"] = json!("Anna");
    assert_eq!(host.ok(json!({"do": "whoami"})), expected);
}

/// Returns the names of the rooms that it is in.
fn rooms(host: &mut Host) -> Vec<String> {
    let rooms = host.ok(json!({"do": "rooms"}));
    rooms.as_array().unwrap().iter().map(|room| room["room"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_room_is_left_by_its_printed_name_also_one_from_an_older_program() {
    let dir = TempDir::new().unwrap();
    // An older program normalised `  #  Foo` to `# foo` and stored that: a list of one text in CBOR.
    let (store, _) = Store::open(dir.path()).unwrap();
    store.put_meta("rooms", b"\x81\x65# foo".to_vec()).unwrap();
    store.close();
    let mut host = local("ana", dir.path(), &["--room", "  #  Bar"]);
    assert_eq!(rooms(&mut host), ["# foo", "bar"]);
    host.quit();
    let mut host = local("ana", dir.path(), &[]);
    assert_eq!(rooms(&mut host), ["# foo", "bar"], "after a restart");
    for room in ["bar", "# foo"] {
        host.ok(json!({"do": "leave", "room": room}));
    }
    assert_eq!(host.refused(json!({"do": "leave", "room": "# foo"})), "not_in_room");
    assert!(rooms(&mut host).is_empty());
}

#[test]
fn a_room_of_an_older_program_whose_name_shows_nothing_opens_and_can_be_left() {
    let dir = TempDir::new().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    store.put_meta("rooms", b"\x81\x63\xe3\x85\xa4".to_vec()).unwrap();
    store.put_meta("name", "\u{3164}".into()).unwrap();
    store.close();
    let mut host = local("ana", dir.path(), &[]);
    assert_eq!(rooms(&mut host), ["\u{3164}"]);
    let name = host.ok(json!({"do": "whoami"}))["name"].clone();
    assert!(name.as_str().unwrap().starts_with("guest "), "{name}");
    host.ok(json!({"do": "say", "room": "\u{3164}", "text": "still here"}));
    host.ok(json!({"do": "leave", "room": "\u{3164}"}));
    assert_eq!(host.refused(json!({"do": "join", "room": "\u{3164}"})), "bad_name");
    assert!(rooms(&mut host).is_empty());
}

#[test]
fn what_was_read_is_marked_and_survives_a_restart() {
    let _turn = turn();
    let (_dir, mut ana) = alone();
    let address = ana.await_event("ready", 0, |event| event["event"] == "ready")["addresses"][0].clone();
    let dir = TempDir::new().unwrap();
    let mut ben = local("ben", dir.path(), &["--name", "Ben", "--dial", address.as_str().unwrap()]);
    let reading = |host: &mut Host| host.ok(json!({"do": "reading", "room": "lobby"}));
    assert_eq!(reading(&mut ben), json!({"room": "lobby", "mark": null, "unread": 0, "late": []}));
    let first = ana.say("one");
    ben.await_line("one", 0);
    let (mark, read) = (ben.mark(), json!({"do": "read", "room": "lobby", "upto": first}));
    assert_eq!(ben.ok(read.clone()), json!({}));
    ana.say("two");
    ana.say("three");
    let unread = json!({"room": "lobby", "mark": first, "unread": 2, "late": []});
    let told = ben.await_event("two unread lines", mark, |said| said["event"] == "reading" && said["unread"] == 2);
    for (field, value) in unread.as_object().unwrap() {
        assert_eq!(told[field], *value, "{field}");
    }
    assert_eq!(ben.ok(json!({"do": "rooms"}))[0]["unread"], 2);
    assert_eq!(ben.ok(json!({"do": "dismiss_late", "room": "lobby"})), json!({}));
    let unknown = json!({"do": "read", "room": "lobby", "upto": "00".repeat(32)});
    assert_eq!(ben.refused(unknown), "unknown_entry");
    ben.quit();
    let mut ben = local("ben again", dir.path(), &[]);
    assert_eq!(reading(&mut ben), unread);
    assert_eq!(ben.ok(json!({"do": "rooms"}))[0]["unread"], 2);
}

/// Runs `inkmesh store` on a folder; returns its exit status and its output, from standard output or else standard error.
fn store(task: &str, dir: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(INKMESH);
    command.args(["store", task, "--data-dir"]).arg(dir).env("LANG", "en_US.UTF-8").env_remove("LC_ALL");
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
    (output.status.code(), String::from_utf8_lossy(said).into_owned())
}

fn must_say(task: &str, dir: &Path, status: i32, words: &str) {
    let (code, said) = store(task, dir);
    assert!(code == Some(status) && said.contains(words), "store {task}: {code:?}: {said}");
}

#[test]
fn the_saved_history_is_looked_after_while_nothing_runs() {
    let _turn = turn();
    let (dir, mut host) = alone();
    let dir = dir.path();
    for n in 0..50 {
        host.say(&format!("line {n}"));
    }
    let talk = host.talk();
    for task in ["check", "compact", "stats"] {
        must_say(task, dir, 2, &format!("{} is in use", dir.display()));
    }
    host.quit();
    must_say("check", dir, 0, "Everything that was saved can be read.");
    must_say("stats", dir, 0, "# lobby: 51 entries in 1 log,");
    must_say("compact", dir, 0, "Nothing was lost.");
    must_say("check", dir, 0, "51 entries in 1 log,");
    let mut again = local("ana again", dir, &[]);
    assert_eq!(again.talk(), talk);
    again.quit();

    let nothing = TempDir::new().unwrap();
    must_say("check", nothing.path(), 2, &nothing.path().display().to_string());
    must_say("stats", &nothing.path().join("none"), 2, "none");
    assert!(!nothing.path().join("log").exists(), "looking makes no history");

    let files = std::fs::read_dir(dir.join("log")).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|path| path.is_file()) {
        let len = std::fs::metadata(&file).unwrap().len();
        std::fs::write(&file, vec![0xa5; usize::try_from(len).unwrap()]).unwrap();
    }
    must_say("check", dir, 1, "Start Inkmesh");
    must_say("stats", dir, 1, "damaged");
    must_say("compact", dir, 1, "damaged");
}

#[test]
fn two_programs_on_one_machine_meet_by_address_whatever_knocks_there() {
    let _turn = turn();
    let (_dir, mut ana) = alone();
    let ready = ana.await_event("ready", 0, |event| event["event"] == "ready");
    let address = ready["addresses"].as_array().unwrap().iter().find_map(|address| {
        let text = address.as_str().unwrap();
        text.contains("/127.0.0.1/").then(|| text.to_owned())
    });
    let address = address.unwrap_or_else(|| panic!("no loopback address: {ready}"));
    let port: u16 = address.split('/').nth(4).unwrap().parse().unwrap();
    for nonsense in [&[0xff; 4096][..], b"\x13/multistream/1.0.0\n\xff\xff\xff\xff\x0f", b"GET / HTTP/1.1\r\n\r\n", b""]
    {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // The connection may be closed in the middle.
        let _ = stream.write_all(nonsense);
    }
    let dir = TempDir::new().unwrap();
    let mut ben = local("ben", dir.path(), &["--name", "Ben", "--dial", &address]);
    ana.await_online(&ben.peer, 0);
    ben.await_online(&ana.peer, 0);
    ana.say("여보세요?");
    ben.await_line("여보세요?", 0);
    ben.say("hello");
    ana.await_line("hello", 0);
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    let mark = ana.mark();
    let gone = ben.peer.clone();
    ben.quit();
    ana.await_offline(&gone, mark);
}
