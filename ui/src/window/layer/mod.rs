//! Layers of the window that lie over each other: what is behind takes no part while something is before it.

mod behind;
mod solid;
mod tab;

pub use behind::Behind;
pub use solid::solid;
pub use tab::tab;
