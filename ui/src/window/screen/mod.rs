//! What fills the window. A screen's `update` returns what it wants done; only the root does it.

pub mod contacts;
pub mod failed;
pub mod gallery;
pub mod room;
pub mod welcome;
