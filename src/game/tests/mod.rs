//! The rules of the fold, our program's conduct, and whole games.

mod asking;
mod cheaters;
mod choosing;
mod draw;
mod gathering;
mod leaving;
mod player;
mod properties;
mod quiz;
mod script;
mod simulation;
mod turns;
mod voting;
mod world;
