//! Widgets of our own.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`wrap`] | a widget around another; the base of those that change what a widget does |
//! | [`anchored_list`], [`compose`], [`focusable`], [`inert`], [`opaque`] | widgets around another |
//! | [`pinned`] | a column with a head and a foot that are always whole |
//! | [`tab`] | how Tab moves the focus |
//! | [`color_picker`], [`countdown`], [`stamp`], [`word_cells`] | controls and displays |
//! | [`parts`] | tooltips, scrollables, buttons, dots |

pub mod anchored_list;
pub mod color_picker;
mod compose;
pub mod countdown;
mod focusable;
mod inert;
mod opaque;
pub mod parts;
mod pinned;
pub mod redraw;
pub mod stamp;
mod tab;
pub mod word_cells;
mod wrap;

pub use compose::compose;
pub use focusable::focusable;
pub use inert::inert;
pub use opaque::opaque;
pub use pinned::Pinned;
pub use tab::tab;
