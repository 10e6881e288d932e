//! Memory and processor time of processes, as counted by the kernel.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// Ticks per second of the kernel's counters (`USER_HZ`), the same on every Linux.
const TICKS: u64 = 100;

/// Returns the peak resident memory of a process, in MiB.
pub fn peak_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap() / 1024.0
}

/// Returns the processor time of a process.
pub fn processor_time(pid: u32) -> Duration {
    of_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).unwrap())
}

/// Returns the processor time of this thread.
pub fn own_time() -> Duration {
    of_stat(&fs::read_to_string("/proc/thread-self/stat").unwrap())
}

/// Returns the processor time of a process by the names of its running threads. Unnamed threads are those of the pool that
/// checks signatures.
pub fn by_thread(pid: u32) -> BTreeMap<String, Duration> {
    let mut times = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
        let read = |file: &str| fs::read_to_string(task.path().join(file));
        // A thread may end meanwhile.
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

/// Returns user and system time from a `stat` line.
fn of_stat(stat: &str) -> Duration {
    // The name is in brackets and may contain anything; the rest begins with the third field.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}
