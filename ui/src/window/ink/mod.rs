//! From points to pixels: what others and we drew, smoothly.
//!
//! Finished ink lives in raster [`tiles`]: however much was drawn, a frame costs the same. Ink that still grows is
//! drawn as geometry above them ([`live`]).

pub mod live;
pub mod path;
pub mod tiles;
