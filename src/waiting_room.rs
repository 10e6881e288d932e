//! The waiting room: a topic on which everybody tells which public rooms they have open, so that others find them.
//!
//! | module | content |
//! | --- | --- |
//! | [`announcement`] | the signed frame in which a person tells it |
//! | [`nearby`] | the rooms that others have announced, bounded |
//! | [`schedule`] | when our own announcement is sent |

pub mod announcement;
pub mod nearby;
pub mod schedule;

pub use announcement::{AnnouncedRoom, Announcement, AnnouncementError, GameProgress, topic};
pub use nearby::{Nearby, NearbyRoom};
pub use schedule::Schedule;
