//! Tests of the fold's rules, of the driver, and of whole games.

mod cheaters;
mod choosing;
mod draw;
mod driver;
mod gathering;
mod leaving;
mod properties;
mod quiz;
mod script;
mod simulation;
mod turns;
mod view;
mod voting;
mod world;
