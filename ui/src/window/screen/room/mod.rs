//! The room screen: the rooms, and the chat, the sheet, the game and the people of the open one.
//!
//! Nothing here accesses the node or the network: updates return actions, so that the screen can be tested alone.
//!
//! | module | what it is |
//! | --- | --- |
//! | `message`, `action` | the messages of the screen, and the effects that they have outside of it |
//! | `state` | the state; routes messages to the features |
//! | `node` | handles what the node reports |
//! | `view`, `layout` | composes the views of the features |
//! | [`shortcut`] | what keys mean |
//! | [`chat`], [`sheet`], [`game`], [`people`], [`rooms`], [`status`], [`dialog`], [`invitation`] | the features, each with its state, messages and view |
//! | `waiting` | the waiting room, which shows what the features know |

mod action;
pub mod chat;
pub mod dialog;
pub mod game;
pub mod invitation;
pub mod layout;
mod message;
mod node;
pub mod people;
pub mod rooms;
pub mod sheet;
mod shortcut;
mod state;
pub mod status;
mod view;
mod waiting;

pub use self::action::{Action, Timer};
pub use self::message::Message;
pub use self::shortcut::{GameKey, Shortcut};
pub use self::state::{RoomScreen, Start};
pub use self::view::view;
