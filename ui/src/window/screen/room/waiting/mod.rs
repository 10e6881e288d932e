//! The waiting room, with which the program opens: the rooms and the people of the network, in place of everything else.
//!
//! | module | what it is |
//! | --- | --- |
//! | `state` | what it shows beside the rooms and people that the screen knows |
//! | `screen` | what the room screen does for it |
//! | `view` | its view, composed of rows and of what stands beside them |
//! | `row` | the row of a room |

mod row;
mod screen;
mod state;
mod view;

pub use self::state::Waiting;
pub use self::view::view;
