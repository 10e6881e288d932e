//! The messages of notices and banners.

/// An event of the notices and banners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Dismiss a notice.
    DismissNotice(u64),
    /// Dismiss the banner that is shown.
    DismissBanner,
}
