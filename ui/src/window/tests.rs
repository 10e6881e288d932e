//! Tests of the screens without a display, a node or a network.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod actions;
mod app;
pub mod bench;
mod calls;
mod composing;
mod contacts;
mod drawing;
mod gallery;
mod game;
mod in_view;
mod invitations;
mod lines;
mod live;
mod overlays;
mod pictures;
mod planning;
mod quiz;
mod reading;
mod results;
mod room;
mod starting;
mod trust;
mod waiting;
