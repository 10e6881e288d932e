//! The screen after the node could not start, or ended by itself: the reason, and advice.

use iced::Element;
use iced::widget::text::Wrapping;
use iced::widget::{center, column, container, row, scrollable};
use inkmesh::node::StartError;
use inkmesh::node::storage::StorageError;

use crate::text::with_causes;
use crate::window::theme::{self, Look, style};
use crate::window::widget::Pinned;
use crate::window::widget::parts::{primary, secondary};

/// The height of the window below which everything takes as little room as it can, in pixels.
const SHORT_BELOW: f32 = 480.0;

/// The state of the screen.
#[derive(Debug)]
pub enum Failed {
    NotStarted(StartError),
    Ended,
}

/// An event of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    Retry,
    Quit,
}

impl Failed {
    /// Returns the key of the advice.
    fn advice(&self) -> &'static str {
        match self {
            Failed::NotStarted(StartError::Store(StorageError::Newer { .. })) => "failed-advice-newer",
            Failed::NotStarted(StartError::Store(_)) => "failed-advice-store",
            Failed::NotStarted(StartError::KeyFile { .. }) => "failed-advice-key-file",
            Failed::NotStarted(StartError::KeyDamaged { .. }) => "failed-advice-key-damaged",
            Failed::NotStarted(StartError::HistoryDamaged { .. }) => "failed-advice-history",
            Failed::NotStarted(StartError::NotAMember) => "error-not-a-member",
            Failed::NotStarted(StartError::Network(_)) => "failed-advice-network",
            Failed::NotStarted(StartError::Listen { .. }) => "failed-advice-listen",
            Failed::NotStarted(StartError::Address(_) | StartError::Dial(_)) => "failed-advice-address",
            Failed::Ended => "failed-advice-ended",
        }
    }

    pub fn view(&self, look: Look, height: f32) -> Element<'_, Message> {
        let colors = look.colors;
        let heading = match self {
            Failed::NotStarted(_) => look.t("failed-not-started"),
            Failed::Ended => look.t("failed-ended"),
        };
        let mut words = column![theme::body(look.t(self.advice()))].spacing(16);
        if let Failed::NotStarted(error) = self {
            // The exact reason, which names the folder or the file; in English, as the system and the logs say it.
            words = words.push(theme::small(with_causes(error), colors.muted).wrapping(Wrapping::WordOrGlyph));
        }
        let retry = primary(look, theme::strong(look.t("failed-retry")), Message::Retry).padding([8, 24]);
        let quit = secondary(look, theme::body(look.t("failed-quit")), Message::Quit).padding([8, 24]);
        let (edge, spacing) = if height < SHORT_BELOW { (12.0, 8.0) } else { (32.0, 16.0) };
        let buttons = row![retry, quit].spacing(12);
        let card = Pinned::new(theme::title(heading), scrollable(words), buttons).spacing(spacing);
        center(container(card).padding(edge).max_width(560).style(style::card(colors))).padding(edge / 2.0).into()
    }
}
