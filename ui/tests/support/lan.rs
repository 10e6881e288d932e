//! A LAN inside one machine: network namespaces on a bridge behave like hosts on a switch.
//!
//! A shell in its own user, network and mount namespaces holds the LAN; it needs no privilege. The LAN is not visible
//! outside, several can exist side by side, and each ends with its shell.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::INKMESH;
use super::host::Host;

/// The variable that is set to 1 where a LAN must be possible, as in CI: then its absence fails the tests.
const REQUIRE: &str = "INKMESH_REQUIRE_LAN";

/// The line that ends the output of a script; the status follows.
const DONE: &str = "--done--";

/// A switch and some hosts on it, `10.77.0.1` and up, each with a link named `lan`.
pub struct Lan {
    holder: Child,
    shell: RefCell<Shell>,
}

struct Shell {
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Lan {
    /// Makes a LAN with this number of hosts. Prints a note and returns `None` where the system doesn't allow it.
    pub fn new(hosts: u8) -> Option<Self> {
        match Self::try_new(hosts) {
            Ok(lan) => Some(lan),
            Err(reason) if std::env::var_os(REQUIRE).is_some_and(|value| value == "1") => {
                panic!("{REQUIRE}=1, but no LAN of namespaces can be made here: {reason}")
            }
            Err(reason) => {
                // Not `println`, which the test harness swallows when a test passes.
                let _ = writeln!(io::stderr(), "SKIPPED: no LAN of network namespaces can be made here: {reason}");
                None
            }
        }
    }

    fn try_new(hosts: u8) -> Result<Self, String> {
        let mut holder = Command::new("unshare")
            .args(["-Urnm", "sh"])
            .env("PATH", path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("unshare: {error}"))?;
        let input = holder.stdin.take();
        let output = BufReader::new(holder.stdout.take().unwrap());
        let mut lan = Lan { holder, shell: RefCell::new(Shell { input, output }) };
        match lan.try_run(&build_script(hosts)) {
            Ok(_) => Ok(lan),
            Err(error) => Err(format!("{error} {}", lan.last_words())),
        }
    }

    /// Runs a script in the namespace of the switch; it stops at the first command that fails.
    pub fn run(&self, script: &str) -> String {
        self.try_run(script).unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    fn try_run(&self, script: &str) -> Result<String, String> {
        let mut shell = self.shell.borrow_mut();
        let input = shell.input.as_mut().unwrap();
        let written =
            writeln!(input, "( set -e\n{script}\n) 2>&1 </dev/null; status=$?; echo; echo \"{DONE} $status\"");
        // A shell that could not start is noticed by the end of its output.
        if written.is_ok() {
            let mut said = String::new();
            while shell.output.read_line(&mut said).is_ok_and(|len| len > 0) {
                if let Some(start) = said.rfind(DONE) {
                    let status = said[start + DONE.len()..].trim().to_owned();
                    said.truncate(start);
                    return if status == "0" { Ok(said) } else { Err(format!("status {status}: {said}")) };
                }
            }
        }
        Err("no shell in namespaces of its own: are user namespaces allowed?".to_owned())
    }

    /// Returns the last lines of the shell, or of the program that should have started it.
    fn last_words(&mut self) -> String {
        self.shell.borrow_mut().input = None;
        let mut said = String::new();
        let _ = self.holder.stderr.take().unwrap().read_to_string(&mut said);
        said
    }

    /// Returns a command that runs `program` on host `n` (from 1). Each program before it in the command line replaces itself
    /// by the next one, so killing the child kills `program`.
    pub fn command(&self, n: u8, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command
            .env("PATH", path())
            .args(["-t", &self.holder.id().to_string(), "-U", "-n", "-m", "--preserve-credentials", "--"])
            .args(["ip", "netns", "exec", &format!("h{n}")])
            .arg(program);
        command
    }

    /// Returns the command that starts Inkmesh on host `n`, with a data folder and a name (`h` and the number) as its only
    /// configuration.
    pub fn inkmesh(&self, n: u8, data_dir: &Path, options: &[&str]) -> Command {
        let mut command = self.command(n, INKMESH);
        command.arg("headless").arg("--data-dir").arg(data_dir).args(["--name", &format!("h{n}")]).args(options);
        command
    }

    /// Starts Inkmesh on host `n`.
    pub fn launch(&self, n: u8, data_dir: &Path, options: &[&str]) -> Host {
        Host::launch(format!("h{n}"), self.inkmesh(n, data_dir, options))
    }

    /// Like [`Lan::launch`], and waits until it listens.
    pub fn start(&self, n: u8, data_dir: &Path, options: &[&str]) -> Host {
        let mut host = self.launch(n, data_dir, options);
        host.await_ready();
        host
    }

    /// Shapes the link of host `n`, both ways, to so many bits a second.
    pub fn slow_down(&self, n: u8, rate: u64) {
        let shape = format!("root tbf rate {rate}bit burst 4kb latency 400ms");
        self.run(&format!("tc -n sw qdisc add dev p{n} {shape}\ntc -n h{n} qdisc add dev lan {shape}"));
    }

    /// Returns the bytes that have arrived at host `n`.
    pub fn arrived(&self, n: u8) -> u64 {
        let said: Value = serde_json::from_str(&self.run(&format!("ip -n h{n} -j -s link show lan"))).unwrap();
        said[0]["stats64"]["rx"]["bytes"].as_u64().unwrap()
    }

    /// Gives host `n` so many bridges as container programs make them, no two alike.
    pub fn add_bridges(&self, n: u8, bridges: u8) {
        for bridge in 0..bridges {
            let net = 17 + bridges * n + bridge;
            self.run(&format!(
                "ip -n h{n} link add br{bridge} type bridge
                ip -n h{n} addr add 172.{net}.0.1/16 dev br{bridge}
                ip -n h{n} link set br{bridge} up
                ip -n h{n} link add pod{bridge} type veth peer name end{bridge}
                ip -n h{n} link set pod{bridge} master br{bridge} up
                ip -n h{n} link set end{bridge} up"
            ));
        }
    }

    /// Pulls the cable of host `n`.
    pub fn link_down(&self, n: u8) {
        self.run(&format!("ip -n sw link set p{n} down"));
    }

    /// Puts the cable of host `n` back.
    pub fn link_up(&self, n: u8) {
        self.run(&format!("ip -n sw link set p{n} up"));
    }

    /// Mounts a disk of this many MiB at an existing folder, visible to hosts started later.
    pub fn mount_disk(&self, folder: &Path, mib: u32) {
        self.run(&format!("mount -t tmpfs -o size={mib}m tmpfs '{}'", folder.display()));
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        // The shell ends when its input is closed, and the namespaces end with their last process.
        self.shell.borrow_mut().input = None;
        let _ = self.holder.wait();
    }
}

fn build_script(hosts: u8) -> String {
    let mut script = String::from(
        "mount -t tmpfs tmpfs /run
        mkdir -p /run/netns
        ip netns add sw
        ip -n sw link add br0 type bridge mcast_snooping 0 forward_delay 0 stp_state 0
        ip -n sw link set br0 up\n",
    );
    for n in 1..=hosts {
        let _ = write!(
            script,
            "ip netns add h{n}
            ip -n h{n} link set lo up
            ip -n sw link add p{n} type veth peer name lan netns h{n}
            ip -n sw link set p{n} master br0 up
            ip -n h{n} addr add {address}/24 dev lan
            ip -n h{n} link set lan up\n",
            address = address(n),
        );
    }
    script
}

/// Returns the search path including the folders of system tools, which not every user has.
fn path() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Returns the address of host `n`.
pub fn address(n: u8) -> String {
    format!("10.77.0.{n}")
}
