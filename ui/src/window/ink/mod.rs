//! From points to pixels.
//!
//! | module | what it says |
//! | --- | --- |
//! | [`round`] | the way of a pen, rounded before it is written down |
//! | [`live`], [`path`] | ink that still grows, drawn as smooth lines above everything |
//! | [`grid`] | a sheet on the screen, cut into tiles |
//! | [`scale`] | from the pixels of record to those of a tile |
//! | [`lens`] | which part of a sheet is looked at, and how large |
//! | [`paper`] | a picture on the screen |
//! | [`painter`], [`picture`] | all of that off the window's thread, and what the window has of it |
//!
//! What is finished is shown as the picture of record says, pixel by pixel: what fills fill is what is seen. However much
//! was drawn, a frame costs the same: only tiles that changed are handed to the renderer anew.

pub mod grid;
pub mod lens;
pub mod live;
pub mod painter;
pub mod paper;
pub mod path;
pub mod picture;
pub mod round;
pub mod scale;
