//! Files for people: drawings, pages, their names. Used by the window and by `inkmesh archive`.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`drawing`] | saves a drawing as a file |
//! | [`picture`], `gif` | encode a drawing as PNG, SVG and GIF |
//! | [`html`] | writes a room's history as a page |
//! | [`entry_text`] | describes an entry of a history in words |
//! | [`files`] | names files and creates them without overwriting others |
//! | [`dates`] | writes moments in this computer's time zone |

pub mod dates;
pub mod drawing;
pub mod entry_text;
pub mod files;
mod gif;
pub mod html;
pub mod picture;
#[cfg(test)]
mod samples;
