//! The system's wish that this program ends: Ctrl+C, the signal to terminate, and on Unix a hang-up, which is the end of the
//! terminal or session that the program was started in.

use std::future;

/// Returns when the system asks this process to end. It can be awaited again, for the next time.
pub async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::SignalKind;
        tokio::select! {
            () = unix::hung_up() => (),
            () = unix::caught(SignalKind::interrupt()) => (),
            () = unix::caught(SignalKind::terminate()) => (),
        }
    }
    #[cfg(not(unix))]
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "Ctrl+C can't be caught");
        future::pending().await
    }
}

#[cfg(unix)]
mod unix {
    use std::process::{Command, Stdio};
    use std::sync::LazyLock;

    use tokio::signal::unix::{SignalKind, signal};

    use super::future;

    /// True if this process was started with hang-ups ignored, as by `nohup`. A child inherits that, and one that ignores
    /// them survives one. This has to be found out before hang-ups are caught for the first time.
    static HANG_UPS_ARE_IGNORED: LazyLock<bool> = LazyLock::new(|| {
        let mut child = Command::new("sh");
        child.args(["-c", "kill -HUP $$"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        child.status().is_ok_and(|status| status.success())
    });

    /// Returns at a hang-up, unless those are ignored.
    pub(super) async fn hung_up() {
        if *HANG_UPS_ARE_IGNORED {
            future::pending().await
        } else {
            caught(SignalKind::hangup()).await;
        }
    }

    /// Returns when a signal comes.
    pub(super) async fn caught(kind: SignalKind) {
        match signal(kind) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(error) => {
                tracing::warn!(%error, ?kind, "a signal can't be caught");
                future::pending().await
            }
        }
    }
}
