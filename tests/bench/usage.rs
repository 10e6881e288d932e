//! What processes use, as the kernel counts it.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// Ticks of the kernel's counters in a second: the same on every Linux (`USER_HZ`).
const TICKS: u64 = 100;

/// The largest resident memory that a process ever had, in MiB.
pub fn peak_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap() / 1024.0
}

/// The processor time that a process has used.
pub fn processor_time(pid: u32) -> Duration {
    of_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).unwrap())
}

/// The processor time that this thread has used.
pub fn own_time() -> Duration {
    of_stat(&fs::read_to_string("/proc/thread-self/stat").unwrap())
}

/// The processor time of a process by the names of its threads, those that have ended left out. Threads that nobody
/// named are those of the pool that checks signatures.
pub fn by_thread(pid: u32) -> BTreeMap<String, Duration> {
    let mut times = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
        let read = |file: &str| fs::read_to_string(task.path().join(file));
        // A thread may end while we look.
        let (Ok(name), Ok(stat)) = (read("comm"), read("stat")) else { continue };
        let name = match name.trim() {
            _ if task.file_name().to_str() == Some(&pid.to_string()) => "the loop",
            "inkmesh" => "signatures",
            named => named,
        };
        *times.entry(name.to_owned()).or_default() += of_stat(&stat);
    }
    times
}

/// User and system time of a `stat` line.
fn of_stat(stat: &str) -> Duration {
    // The name stands in brackets and may hold anything; what follows begins with the third field.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}
