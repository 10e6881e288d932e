//! When the frontend gets a report how far sync is.

use super::output::Outbox;
use crate::clock::Now;
use crate::event::Event;
use crate::sync::fetching::Progress;

/// Least time between two reports, in milliseconds.
const INTERVAL_MS: u64 = 100;

/// The reports of one sync.
#[derive(Debug, Default)]
pub(super) struct ProgressReports {
    /// The moment of the last report in `mono_ms`; `None` when nothing was reported since the last end.
    last_ms: Option<u64>,
}

impl ProgressReports {
    /// Reports the progress, at most once in [`INTERVAL_MS`]. `progress` is called only then.
    pub(super) fn report(&mut self, progress: impl FnOnce() -> Progress, now: Now, out: &mut Outbox) {
        if self.last_ms.is_none_or(|last| now.mono_ms >= last + INTERVAL_MS) {
            self.last_ms = Some(now.mono_ms);
            emit(progress(), out);
        }
    }

    /// Reports that a peer stopped, if anything was reported before. The next report begins anew when nothing remains.
    pub(super) fn report_stop(&mut self, progress: Progress, out: &mut Outbox) {
        if self.last_ms.is_some() {
            self.last_ms = self.last_ms.filter(|_| progress.remaining > 0);
            emit(progress, out);
        }
    }
}

fn emit(progress: Progress, out: &mut Outbox) {
    let Progress { peers, received, remaining } = progress;
    out.emit(|room| Event::Syncing { room, peers, received, remaining });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::RoomName;

    #[test]
    fn reports_are_rare_and_end_with_a_last_one() {
        let mut reports = ProgressReports::default();
        let mut count = |act: &mut dyn FnMut(&mut ProgressReports, &mut Outbox)| {
            let mut out = Outbox::new(&RoomName::lobby());
            act(&mut reports, &mut out);
            out.into_outputs().len()
        };
        let at = |mono_ms| Now { wall_ms: 0, mono_ms };
        let remaining = |remaining| Progress { remaining, ..Progress::default() };
        assert_eq!(count(&mut |reports, out| reports.report_stop(remaining(0), out)), 0, "nothing was reported");
        assert_eq!(count(&mut |reports, out| (0..300).for_each(|ms| reports.report(|| remaining(9), at(ms), out))), 3);
        assert_eq!(count(&mut |reports, out| reports.report_stop(remaining(4), out)), 1);
        assert_eq!(count(&mut |reports, out| reports.report_stop(remaining(0), out)), 1);
        assert_eq!(count(&mut |reports, out| reports.report_stop(remaining(0), out)), 0, "it had ended");
    }
}
