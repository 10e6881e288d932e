//! A virtual display for the real window.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::process::Process;
use super::{DEADLINE, INKMESH, happens_within, until};

/// A display of its own; ended when dropped.
pub struct Display {
    server: Child,
    name: String,
    /// What a program is told beside the display: how to reach the input method.
    environment: Vec<(&'static str, String)>,
    input_method: Option<InputMethod>,
    manager: Option<Child>,
}

/// ibus with its engine for Hangul, on a bus of its own.
struct InputMethod {
    bus: Child,
    ibus: Child,
    _home: TempDir,
}

impl Drop for InputMethod {
    fn drop(&mut self) {
        // The bus last: what ibus started ends with it.
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
            // Without -noreset the server begins anew when its last program ends, and who connects meanwhile is thrown out.
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

    /// Starts ibus with the engine for Hangul, two sets, switched on; false where it is not installed.
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
            // That it is there for programs on X11 comes a little later.
            engine && self.ask("xprop", &["-root", "XIM_SERVERS"]).is_some_and(|servers| servers.contains("ibus"))
        };
        until("ibus starts", composes);
        true
    }

    /// Starts a window manager; false where it is not installed.
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

    /// Gives every program that is started on this display a variable.
    pub fn set(&mut self, variable: &'static str, value: &str) {
        self.environment.push((variable, value.to_owned()));
    }

    /// A program on this display.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").env("LANG", "en_US.UTF-8");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What a program on this display says; `None` when it is missing or didn't succeed.
    pub fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let output = self.command(program).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs xdotool; `None` when it is missing or didn't succeed.
    pub fn xdotool(&self, arguments: &[&str]) -> Option<String> {
        self.ask("xdotool", arguments)
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
        let mut command = self.command(INKMESH);
        command.args(["--no-mdns", "--listen", "/ip4/127.0.0.1/tcp/0", "--data-dir"]).arg(data_dir).args(options);
        Process::start(command, |_, _| {})
    }

    /// Starts the window of a data folder, waits until it is there, and gives it the keyboard.
    pub fn open(&self, data_dir: &Path, options: &[&str]) -> Process {
        let window = self.launch(data_dir, options);
        // There is no window manager to give it the keyboard.
        until("it takes the keyboard", || self.xdotool(&["windowfocus", "--sync", &self.window()]).is_some());
        window
    }

    /// Waits for the window and returns its number. xdotool fails when any window on the display goes away while it looks,
    /// as those of an input method do: then it looks again.
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
