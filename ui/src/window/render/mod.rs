//! Turns strokes into pixels.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`smoothing`] | smooths the path of a pen before it is sent |
//! | [`live_strokes`], [`outline`] | strokes that are not in the picture yet, drawn over it as paths |
//! | [`viewport`] | the part of a sheet in view, and its size |
//! | [`tiles`] | the division of a sheet on the screen into tiles |
//! | [`resample`] | scales the exact picture to the pixels of the screen |
//! | [`painter`], [`picture`] | paints outside of the window's thread; the window's side of that |
//! | [`picture_view`] | a widget that shows a picture |
//!
//! What is finished is shown from the exact picture, pixel by pixel, so a fill shows just the pixels that it fills. A frame
//! costs the same however much was drawn: only tiles that changed are uploaded.

pub mod live_strokes;
pub mod outline;
pub mod painter;
pub mod picture;
pub mod picture_view;
pub mod resample;
pub mod smoothing;
pub mod tiles;
pub mod viewport;
