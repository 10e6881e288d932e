//! The console on Windows.
//!
//! The program is built for the windows subsystem. Windows gives such a program no console: not a new one beside its
//! window, and not the one that it is started from either.

/// Attaches to the console of the program that started this one, so that a person there can read what is written.
/// Standard streams that lead to a file or a pipe stay as they are. Does nothing on other systems.
pub fn attach() {
    // Fails where there is no such console, as after a double click: then nobody waits for what is written.
    #[cfg(windows)]
    let _ = winsafe::AttachConsole(winsafe::PidParent::Parent);
}
