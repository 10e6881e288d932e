//! The real window on a virtual display: a name is asked for, a line is typed, a stroke is drawn with the mouse, and
//! both arrive at somebody else. Where there is no Xvfb or xdotool it says so and passes; with
//! `INKMESH_REQUIRE_WINDOW=1`, as in CI, it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/mod.rs"]
mod support;

use serde_json::{Value, json};
use support::display::Display;
use support::host::local;
use support::turn;

/// A display, or a reason to pass without one.
fn display() -> Option<Display> {
    let display = Display::start().filter(|display| display.xdotool(&["getdisplaygeometry"]).is_some());
    if display.is_none() {
        assert!(std::env::var_os("INKMESH_REQUIRE_WINDOW").is_none(), "no Xvfb or no xdotool here");
        println!("SKIPPED: no Xvfb or no xdotool here");
    }
    display
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

    display.xdotool(&["mousemove", "1080", "755", "click", "1"]).unwrap();
    display.xdotool(&["type", "--delay", "20", "hello from the window"]).unwrap();
    display.xdotool(&["key", "Return"]).unwrap();
    other.await_line("hello from the window", 0);

    display.xdotool(&["mousemove", "450", "400", "mousedown", "1"]).unwrap();
    for (x, y) in [("500", "420"), ("550", "460"), ("600", "420"), ("650", "400")] {
        display.xdotool(&["mousemove", x, y, "sleep", "0.05"]).unwrap(); // a hand takes its time: live ink has some
    }
    other.await_event("live ink", 0, |event| event["event"] == "live");
    display.xdotool(&["mouseup", "1"]).unwrap();
    let finished = |event: &Value| event["event"] == "entry" && event["kind"] == "drawing";
    let drawn = other.await_event("the finished stroke", 0, finished);
    assert_eq!(drawn["name"], json!("Mia"));
}
