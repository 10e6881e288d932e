//! A LAN inside one machine: network namespaces on a bridge behave like hosts on a switch.
//!
//! A shell in namespaces of its own (user, network, mount) holds the LAN; it needs no privilege. Nothing of it is
//! visible outside, several can exist side by side, and all of it is gone when the shell ends.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::INKMESH;
use super::host::Host;

/// Set to 1 where a LAN must be possible (CI): then its absence fails the tests.
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
    /// Makes a LAN of so many hosts. `None`, and a word about it, where the system doesn't let us.
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
        // When the shell could not even start, its end says so.
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

    /// What the shell, or what should have started it, said last.
    fn last_words(&mut self) -> String {
        self.shell.borrow_mut().input = None;
        let mut said = String::new();
        let _ = self.holder.stderr.take().unwrap().read_to_string(&mut said);
        said
    }

    /// A command that runs `program` on host `n` (from 1). The process that is started *is* the program: everything
    /// before it only replaces itself, so killing the child kills the program.
    pub fn command(&self, n: u8, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command
            .env("PATH", path())
            .args(["-t", &self.holder.id().to_string(), "-U", "-n", "-m", "--preserve-credentials", "--"])
            .args(["ip", "netns", "exec", &format!("h{n}")])
            .arg(program);
        command
    }

    /// The command that starts Inkmesh on host `n`, with no configuration but where its data lies and a name, `h` and
    /// the number.
    pub fn inkmesh(&self, n: u8, data_dir: &Path, options: &[&str]) -> Command {
        let mut command = self.command(n, INKMESH);
        command.arg("headless").arg("--data-dir").arg(data_dir).args(["--name", &format!("h{n}")]).args(options);
        command
    }

    /// Starts Inkmesh on host `n`.
    pub fn launch(&self, n: u8, data_dir: &Path, options: &[&str]) -> Host {
        Host::launch(format!("h{n}"), self.inkmesh(n, data_dir, options))
    }

    /// As [`Lan::launch`], and waits until it listens.
    pub fn start(&self, n: u8, data_dir: &Path, options: &[&str]) -> Host {
        let mut host = self.launch(n, data_dir, options);
        host.await_ready();
        host
    }

    /// Pulls the cable of host `n`.
    pub fn link_down(&self, n: u8) {
        self.run(&format!("ip -n sw link set p{n} down"));
    }

    /// Puts the cable of host `n` back.
    pub fn link_up(&self, n: u8) {
        self.run(&format!("ip -n sw link set p{n} up"));
    }

    /// Mounts a disk of so many MiB at an existing folder, seen by hosts that are started from now on.
    pub fn mount_disk(&self, folder: &Path, mib: u32) {
        self.run(&format!("mount -t tmpfs -o size={mib}m tmpfs '{}'", folder.display()));
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        // The shell ends with its input, and the namespaces with their last process.
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

/// The search path, with the folders of the system's tools, which not every user has.
fn path() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// The address of host `n`.
pub fn address(n: u8) -> String {
    format!("10.77.0.{n}")
}
