//! A virtual display for the real window.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::INKMESH;
use super::process::Process;

/// A display of its own; ended when dropped.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts Xvfb on a free display; `None` where there is none.
    pub fn start() -> Option<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Some(Display { server, name: format!(":{}", number.trim()) })
    }

    /// Runs xdotool; `None` when it is missing or didn't succeed.
    pub fn xdotool(&self, arguments: &[&str]) -> Option<String> {
        let output = Command::new("xdotool").env("DISPLAY", &self.name).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Whether anything but the black of an empty display is to be seen; `None` without xwd.
    pub fn shows_something(&self) -> Option<bool> {
        let output = Command::new("xwd").args(["-silent", "-root", "-display", &self.name]).output().ok()?;
        // After the header and the colour table of an XWD file: four bytes a pixel, the last of them unused.
        let pixels = output.stdout.get(3232..)?;
        Some(pixels.chunks_exact(4).any(|pixel| pixel[..3].iter().any(|byte| *byte != 0)))
    }

    /// Starts the window of a data folder.
    pub fn launch(&self, data_dir: &Path, options: &[&str]) -> Process {
        let mut command = Command::new(INKMESH);
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").env("LANG", "en_US.UTF-8");
        command.args(["--no-mdns", "--listen", "/ip4/127.0.0.1/tcp/0", "--data-dir"]).arg(data_dir).args(options);
        Process::start(command, |_, _| {})
    }

    /// Starts the window of a data folder, waits until it is there, and gives it the keyboard.
    pub fn open(&self, data_dir: &Path, options: &[&str]) -> Process {
        let window = self.launch(data_dir, options);
        let id = self.xdotool(&["search", "--sync", "--onlyvisible", "--name", "Inkmesh"]).expect("a window opens");
        let id = id.lines().next().unwrap();
        // There is no window manager to give it the keyboard.
        self.xdotool(&["windowfocus", "--sync", id]).expect("it takes the keyboard");
        window
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
