//! The messages of notices and banners.

/// An event of the notices and banners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    DismissNotice(u64),
    /// Dismiss the banner that is shown.
    DismissBanner,
}
