//! A virtual display for the real window.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::process::Process;
use super::{DEADLINE, INKMESH, happens_within, until};

/// An X server; ended when dropped.
pub struct Display {
    server: Child,
    name: String,
    /// Environment variables of its programs beside the display: how to reach the input method.
    environment: Vec<(&'static str, String)>,
    input_method: Option<InputMethod>,
    manager: Option<Child>,
}

/// ibus with its Hangul engine, on its own message bus.
struct InputMethod {
    bus: Child,
    ibus: Child,
    _home: TempDir,
}

impl Drop for InputMethod {
    fn drop(&mut self) {
        // The bus last: processes that ibus started end with it.
        for process in [&mut self.ibus, &mut self.bus] {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Display {
    /// Starts Xvfb on a free display; `None` where there is none.
    pub fn start() -> Option<Self> {
        Self::with_screen("1280x800x24")
    }

    /// Starts Xvfb with a screen of this size.
    pub fn with_screen(screen: &str) -> Option<Self> {
        let mut server = Command::new("Xvfb")
            // Without -noreset the server resets when its last program ends, and drops programs that connect meanwhile.
            .args(["-displayfd", "1", "-screen", "0", screen, "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        Some(Display { server, name, environment: Vec::new(), input_method: None, manager: None })
    }

    /// Starts ibus with its Hangul engine (two-set layout), switched on; returns false where it is not installed.
    pub fn compose_hangul(&mut self) -> bool {
        let home = tempfile::tempdir().unwrap();
        let settings = home.path().join("glib-2.0/settings");
        std::fs::create_dir_all(&settings).unwrap();
        let hangul = "[org/freedesktop/ibus/engine/hangul]\ninitial-input-mode='hangul'\nhangul-keyboard='2'\n";
        std::fs::write(settings.join("keyfile"), hangul).unwrap();
        let folder = home.path().to_str().unwrap().to_owned();
        self.environment = ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"]
            .map(|variable| (variable, folder.clone()))
            .to_vec();
        self.environment.extend([
            ("GSETTINGS_BACKEND", "keyfile".to_owned()),
            ("XMODIFIERS", "@im=ibus".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
        ]);
        let mut bus = self.command("dbus-daemon");
        let bus = bus.args(["--session", "--nofork", "--print-address=1"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut bus) = bus.spawn() else { return false };
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        self.environment.push(("DBUS_SESSION_BUS_ADDRESS", address.trim().to_owned()));
        let mut ibus = self.command("ibus-daemon");
        let ibus = ibus.args(["--xim", "--panel=disable", "--emoji-extension=disable"]);
        let Ok(ibus) = ibus.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
            let _ = bus.kill();
            let _ = bus.wait();
            return false;
        };
        self.input_method = Some(InputMethod { bus, ibus, _home: home });
        let composes = || {
            self.ask("ibus", &["engine", "hangul"]);
            let engine = self.ask("ibus", &["engine"]).is_some_and(|engine| engine == "hangul");
            // It is announced to X11 programs a little later.
            engine && self.ask("xprop", &["-root", "XIM_SERVERS"]).is_some_and(|servers| servers.contains("ibus"))
        };
        until("ibus starts", composes);
        true
    }

    /// Starts a window manager; returns false where it is not installed.
    pub fn manage(&mut self) -> bool {
        // openbox loses a window that opens while it starts. It runs the command when it has started.
        let started = "xprop -root -f INKMESH_STARTED 8s -set INKMESH_STARTED yes";
        let mut manager = self.command("openbox");
        manager.args(["--sm-disable", "--startup", started]).stdout(Stdio::null()).stderr(Stdio::null());
        self.manager = manager.spawn().ok();
        let is_set = |property: String| property.contains("yes");
        if self.manager.is_some() {
            until("openbox starts", || self.ask("xprop", &["-root", "INKMESH_STARTED"]).is_some_and(is_set));
        }
        self.manager.is_some()
    }

    /// Sets an environment variable for programs started later on this display.
    pub fn set(&mut self, variable: &'static str, value: &str) {
        self.environment.push((variable, value.to_owned()));
    }

    /// Returns the command that starts a program on this display.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").env("LANG", "en_US.UTF-8");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Returns the output of a program on this display; `None` when it is missing or failed.
    pub fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let output = self.command(program).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs xdotool and returns its output; `None` when it is missing or failed.
    pub fn xdotool(&self, arguments: &[&str]) -> Option<String> {
        self.ask("xdotool", arguments)
    }

    /// Returns whether the display shows anything but black; `None` without xwd.
    pub fn shows_something(&self) -> Option<bool> {
        let output = Command::new("xwd").args(["-silent", "-root", "-display", &self.name]).output().ok()?;
        // An XWD file has a header and a colour table, then four bytes a pixel, the last of them unused.
        let pixels = output.stdout.get(3232..)?;
        Some(pixels.chunks_exact(4).any(|pixel| pixel[..3].iter().any(|byte| *byte != 0)))
    }

    /// Starts the window with a data folder.
    pub fn launch(&self, data_dir: &Path, options: &[&str]) -> Process {
        let mut command = self.command(INKMESH);
        command.args(["--no-mdns", "--listen", "/ip4/127.0.0.1/tcp/0", "--data-dir"]).arg(data_dir).args(options);
        Process::start(command, |_, _| {})
    }

    /// Starts the window with a data folder, waits until it is open, and gives it the keyboard focus.
    pub fn open(&self, data_dir: &Path, options: &[&str]) -> Process {
        let window = self.launch(data_dir, options);
        // There is no window manager to give it the focus.
        until("it takes the keyboard", || self.xdotool(&["windowfocus", "--sync", &self.window()]).is_some());
        window
    }

    /// Waits for the window and returns its id. xdotool fails when any window of the display, such as one of an input
    /// method, closes during the search; then it is run again.
    pub fn window(&self) -> String {
        let mut window = String::new();
        let opens = happens_within(DEADLINE, || {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "Inkmesh"]).unwrap_or_default();
            window = found.lines().next().unwrap_or_default().to_owned();
            !window.is_empty()
        });
        assert!(opens, "no window opens; all windows: {:?}", self.ask("xwininfo", &["-root", "-tree"]));
        window
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(manager) = &mut self.manager {
            let _ = manager.kill();
            let _ = manager.wait();
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
