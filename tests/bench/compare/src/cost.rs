//! What this process has used, as Linux tells it.

use std::fmt;
use std::fs;
use std::str::FromStr;

/// Linux reports times in hundredths of a second to every program.
const TICKS_PER_SECOND: f64 = 100.0;

/// Memory and time used so far.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Most memory that was resident at once.
    pub most_kib: u64,
    /// Processor time of all threads, user and system.
    pub cpu_seconds: f64,
}

impl Cost {
    /// Of this process, since it started.
    pub fn so_far() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        // The name, in brackets, may hold spaces; user and system time are the 12th and 13th field after it.
        let ticks: u64 = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2).map(number).sum();
        Self { most_kib: number(most.trim_end_matches("kB").trim()), cpu_seconds: ticks as f64 / TICKS_PER_SECOND }
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}

/// What catching up took.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// From connecting until all was on the disk.
    pub seconds: f64,
    /// Of the whole process of the receiver.
    pub cost: Cost,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.seconds, self.cost.cpu_seconds, self.cost.most_kib)
    }
}

impl FromStr for Measured {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let [seconds, cpu, most] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err(format!("not three figures: {line:?}"));
        };
        let parsed = |text: &str| text.parse::<f64>().map_err(|error| format!("{text:?}: {error}"));
        let most_kib = most.parse().map_err(|error| format!("{most:?}: {error}"))?;
        Ok(Self { seconds: parsed(seconds)?, cost: Cost { cpu_seconds: parsed(cpu)?, most_kib } })
    }
}
