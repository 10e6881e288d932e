//! The real window on a virtual display: a name is asked for, a line is typed, a stroke is drawn with the mouse, and
//! both arrive at somebody else. Where there is no Xvfb or xdotool it says so and passes; with
//! `INKMESH_REQUIRE_WINDOW=1`, as in CI, it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::display::Display;
use support::host::local;
use support::process::{Process, send_signal};
use support::{DEADLINE, happens_within, turn, until};

/// A display, or a reason to pass without one.
fn display() -> Option<Display> {
    display_of("1280x800x24")
}

/// The same with a screen of this size.
fn display_of(screen: &str) -> Option<Display> {
    let display = Display::with_screen(screen).filter(|display| display.xdotool(&["getdisplaygeometry"]).is_some());
    if display.is_none() {
        assert!(std::env::var_os("INKMESH_REQUIRE_WINDOW").is_none(), "no Xvfb or no xdotool here");
        println!("SKIPPED: no Xvfb or no xdotool here");
    }
    display
}

#[test]
fn the_window_saves_everything_and_closes_when_the_system_asks_for_it() {
    let _turn = turn();
    let Some(display) = display() else { return };
    for signal in ["-TERM", "-HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let mut window = display.open(folder.path(), &["--name", "Mia"]);
        send_signal(signal, window.pid());
        let status = window.ended(DEADLINE).expect("it does not end");
        assert!(status.success(), "{signal}: {status}; {}", window.stderr());
    }
}

/// Clicks on the lobby in the waiting room until the window shows it.
fn enter_lobby(display: &Display, window: &str) {
    until("the lobby opens", || {
        display.xdotool(&["mousemove", LOBBY[0], LOBBY[1], "click", "1"]);
        happens_within(Duration::from_secs(1), || {
            display.xdotool(&["getwindowname", window]).is_some_and(|name| name.contains("# lobby"))
        })
    });
}

#[test]
fn what_is_typed_and_drawn_in_the_window_arrives() {
    let _turn = turn();
    let Some(display) = display() else { return };
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let other = local("Other", folders[0].path(), &["--name", "Other"]);
    let ready = other.await_event("ready", 0, |event| event["event"] == "ready");
    let address = ready["addresses"][0].as_str().unwrap();
    let _window = display.open(folders[1].path(), &["--dial", address]);

    // First start: only a name is asked for, and its field has the keyboard.
    display.xdotool(&["type", "--delay", "20", "Mia"]).unwrap();
    display.xdotool(&["key", "Return"]).unwrap();
    let came = |event: &Value| event["event"] == "peer" && event["name"] == "Mia" && event["state"] == "online";
    other.await_event("Mia", 0, came);

    // The waiting room: one click enters the lobby, and the field for talk has the keyboard.
    let mia = display.window();
    enter_lobby(&display, &mia);
    display.xdotool(&["mousemove", "1080", "755", "click", "1"]).unwrap();
    display.xdotool(&["type", "--delay", "20", "hello from the window"]).unwrap();
    display.xdotool(&["key", "Return"]).unwrap();
    other.await_line("hello from the window", 0);

    display.xdotool(&["mousemove", "450", "400", "mousedown", "1"]).unwrap();
    for (x, y) in [("500", "420"), ("550", "460"), ("600", "420"), ("650", "400")] {
        display.xdotool(&["mousemove", x, y, "sleep", "0.05"]).unwrap(); // a hand takes its time: live stroke has some
    }
    other.await_event("live stroke", 0, |event| event["event"] == "live");
    display.xdotool(&["mouseup", "1"]).unwrap();
    let finished = |event: &Value| event["event"] == "entry" && event["kind"] == "drawing";
    let drawn = other.await_event("the finished stroke", 0, finished);
    assert_eq!(drawn["name"], json!("Mia"));
}

/// The place of the lobby in the waiting room, in a window of 1280 by 800 pixels.
const LOBBY: [&str; 2] = ["400", "150"];
/// Places in a window of 1280 by 800 pixels: the field for talk, the button beside it, the sheet, and what opens the field
/// for another room.
const FIELD: [&str; 2] = ["1080", "755"];
const SEND: [&str; 2] = ["1236", "755"];
const SHEET: [&str; 2] = ["600", "300"];
const ADD_ROOM: [&str; 2] = ["90", "664"];
/// A little below both fields.
const BELOW: &str = "790";
/// What is logged when a field gets the input method.
const OPENED: &str = "the input method is Opened";
/// What is logged when a field gets or loses it.
const CHANGED: &str = "the input method is";

#[test]
fn a_hangul_syllable_under_composition_is_not_lost_by_a_click() {
    let _turn = turn();
    let Some(mut display) = display() else { return };
    if !display.compose_hangul() {
        assert!(std::env::var_os("INKMESH_REQUIRE_WINDOW").is_none(), "no ibus here");
        println!("SKIPPED: no ibus here");
        return;
    }
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let other = local("Other", folders[0].path(), &["--name", "Other"]);
    let ready = other.await_event("ready", 0, |event| event["event"] == "ready");
    let address = ready["addresses"][0].as_str().unwrap();
    display.set("RUST_LOG", "warn,inkmesh::window::widget::compose=trace");
    let window = display.open(folders[1].path(), &["--name", "Mia", "--dial", address]);
    let came = |event: &Value| event["event"] == "peer" && event["name"] == "Mia" && event["state"] == "online";
    other.await_event("Mia", 0, came);

    let click = |place: [&str; 2]| display.xdotool(&["mousemove", place[0], place[1], "click", "1"]).unwrap();
    let composed = || window.stderr_lines("the input method composes");
    // Presses keys of a keyboard of two sets, each when the one before is composed. Returns false when one is not: ibus gives a
    // field its engine a moment after the field has the input method, and when the program lags behind, winit may drop what is
    // composed after a commit.
    let composes = |keys: &[&str]| {
        keys.iter().all(|key| {
            let before = composed();
            display.xdotool(&["key", key]).unwrap();
            happens_within(Duration::from_secs(5), || composed() > before)
        })
    };
    // Clicks into a field and waits until it has the input method; `anew` when what was composed elsewhere is left by it.
    let enter = |place: [&str; 2], anew: bool| {
        let before = if anew { window.stderr_lines(OPENED) } else { 0 };
        click(place);
        let mut moves = [place, [place[0], BELOW]].into_iter().cycle();
        until("the field has the input method", || {
            // winit gets a context for the input method when something else happens on the display.
            display.xdotool(&[&["mousemove"], &moves.next().unwrap()[..]].concat()).unwrap();
            let log = window.stderr();
            let has = log.lines().rev().find(|line| line.contains(CHANGED)).is_some_and(|line| line.contains(OPENED));
            has && window.stderr_lines(OPENED) > before
        });
    };
    let press = |key: &str| {
        display.xdotool(&["key", key]).unwrap();
    };
    let said = || {
        let lines = other.events(0).into_iter().filter(|event| event["event"] == "entry" && event["kind"] == "chat");
        lines.map(|line| line["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // Takes a step that begins in the empty field for talk and says one line. When the lag of a loaded machine spoils it in the
    // input method, it is taken again. A fault of the program spoils it each time.
    let step = |what: &str, wanted: &str, take: &dyn Fn() -> bool| {
        let mut lines = Vec::new();
        for _ in 0..8 {
            let before = said().len();
            click(SHEET);
            enter(FIELD, false);
            press("ctrl+a");
            press("BackSpace");
            if take() {
                happens_within(Duration::from_secs(10), || said().len() > before);
                lines = said().split_off(before);
                if lines.first().is_some_and(|line| line == wanted) {
                    return;
                }
            }
        }
        panic!("{what}: {lines:?}; {}", window.stderr());
    };
    let car = || composes(&["w", "k", "e", "h", "d", "c", "k"]);

    enter_lobby(&display, &display.window());
    // The first clicks may come before the window shows the room.
    until("the field has the input method", || {
        click(FIELD);
        window.stderr_lines(OPENED) > 0
    });
    step("Send", "자동차", &|| {
        let composed = car();
        click(SEND);
        composed
    });
    step("the sheet", "자동차", &|| {
        let composed = car();
        click(SHEET);
        if composed {
            enter(FIELD, true);
            press("Return");
        }
        composed
    });
    step("another field", "자동차", &|| {
        // The field for the name of a room comes with the cursor in it, and stays at its place.
        let mut composed = car();
        if composed {
            enter(ADD_ROOM, true);
            composed = composes(&["s", "k"]);
        }
        if composed {
            enter(FIELD, true);
            press("Return");
        }
        composed
    });
    step("in the middle", "가자차", &|| {
        let mut composed = composes(&["w", "k", "c", "k"]);
        press("Home");
        composed = composed && composes(&["r", "k"]);
        click(SEND);
        composed
    });
}

#[test]
fn the_window_has_a_class_and_an_icon_and_comes_back_as_it_was() {
    let _turn = turn();
    let Some(mut display) = display() else { return };
    if !display.manage() {
        assert!(std::env::var_os("INKMESH_REQUIRE_WINDOW").is_none(), "no openbox here");
        println!("SKIPPED: no openbox here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut window = display.launch(folder.path(), &["--name", "Mia"]);
    let id = display.window();
    let class = display.ask("xprop", &["-id", &id, "WM_CLASS"]).expect("xprop");
    assert_eq!(class, "WM_CLASS(STRING) = \"inkmesh\", \"inkmesh\"");
    let icon = display.ask("xprop", &["-id", &id, "32c", "_NET_WM_ICON"]).unwrap();
    assert!(icon.starts_with("_NET_WM_ICON(CARDINAL) = 256, 256, "), "{}", &icon[..100.min(icon.len())]);

    display.xdotool(&["windowsize", "--sync", &id, "901", "703"]).unwrap();
    display.xdotool(&["windowmove", "--sync", &id, "33", "44"]).unwrap();
    let geometry = |display: &Display, id: &str| {
        let told = display.xdotool(&["getwindowgeometry", "--shell", id]).unwrap();
        ["X=", "Y=", "WIDTH=", "HEIGHT="].map(|name| {
            let value = told.lines().find_map(|line| line.strip_prefix(name));
            value.and_then(|value| value.parse::<i32>().ok()).expect(&told)
        })
    };
    let before = geometry(&display, &id);
    // The window manager may miss a key on a loaded machine: then it is pressed again.
    let close = |window: &mut Process, id: &str| {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let _ = display.xdotool(&["windowactivate", id, "key", "alt+F4"]);
            if let Some(status) = window.ended(Duration::from_secs(5)) {
                return assert!(status.success(), "{status}");
            }
            assert!(Instant::now() < deadline, "it doesn't close");
        }
    };
    close(&mut window, &id);
    let kept_text = std::fs::read_to_string(folder.path().join("settings.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept_text).unwrap();
    // The place is that of the frame around the window, as thick as the theme of the window manager has it.
    let near = |value: &Value, wanted: i64| value.as_i64().is_some_and(|value| (value - wanted).abs() < 40);
    let place = &kept["window"];
    assert!(near(&place["position"][0], 33) && near(&place["position"][1], 44), "{place}");
    assert_eq!((&place["width"], &place["height"]), (&json!(901), &json!(703)));

    // The frame is not as thick before the window manager has told the program of it.
    let near = |[x, y, ..]: [i32; 4]| (x - before[0]).abs() < 40 && (y - before[1]).abs() < 40;
    // The window manager may place a window elsewhere on a loaded machine: then the program is started again.
    let comes_back = (0..3).any(|_| {
        std::fs::write(folder.path().join("settings.json"), &kept_text).unwrap();
        let mut window = display.launch(folder.path(), &[]);
        let id = display.window();
        let comes_back = happens_within(DEADLINE / 3, || {
            let now = geometry(&display, &id);
            near(now) && now[2..] == before[2..]
        });
        println!("{:?} after {before:?}", geometry(&display, &id));
        close(&mut window, &id);
        comes_back
    });
    assert!(comes_back, "it does not come back as it was");

    // On a screen that got smaller.
    let small = display_of("640x500x24").expect("another display");
    let _window = small.launch(folder.path(), &[]);
    let id = small.window();
    until("the whole window is on the screen", || {
        let [x, y, width, height] = geometry(&small, &id);
        x >= 0 && y >= 0 && x + width <= 640 && y + height <= 500
    });
}
