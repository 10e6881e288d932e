//! The node could not start, or ended by itself: why, and what can be done.

use iced::widget::{button, center, column, container, row};
use iced::{Element, Length};
use inkmesh::node::StartError;

use crate::text::with_causes;
use crate::window::theme::{self, Look, style};

/// The screen's state.
#[derive(Debug)]
pub enum Failed {
    /// The node could not start.
    NotStarted(StartError),
    /// The node has ended by itself.
    Ended,
}

/// What can be done; also what happens on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Start the node again.
    Retry,
    /// Close the window.
    Quit,
}

impl Failed {
    /// What to do about it.
    fn advice(&self) -> &'static str {
        match self {
            Failed::NotStarted(StartError::Store(_)) => "failed-advice-store",
            Failed::NotStarted(StartError::KeyFile { .. }) => "failed-advice-key-file",
            Failed::NotStarted(StartError::KeyDamaged { .. }) => "failed-advice-key-damaged",
            Failed::NotStarted(StartError::HistoryDamaged { .. }) => "failed-advice-history",
            Failed::NotStarted(StartError::Network(_)) => "failed-advice-network",
            Failed::NotStarted(StartError::Address(_)) => "failed-advice-address",
            Failed::Ended => "failed-advice-ended",
        }
    }

    /// What is seen.
    pub fn view(&self, look: Look) -> Element<'_, Message> {
        let tones = look.tones;
        let heading = match self {
            Failed::NotStarted(_) => look.t("failed-not-started"),
            Failed::Ended => look.t("failed-ended"),
        };
        let mut card = column![theme::title(heading), theme::body(look.t(self.advice()))].spacing(16);
        if let Failed::NotStarted(error) = self {
            // The exact reason, which names the folder or the file; in English, as the system and the logs say it.
            card = card.push(theme::small(with_causes(error), tones.faded));
        }
        let retry = button(theme::strong(look.t("failed-retry")))
            .on_press(Message::Retry)
            .padding([8, 24])
            .style(style::primary(tones));
        let quit = button(theme::body(look.t("failed-quit")))
            .on_press(Message::Quit)
            .padding([8, 24])
            .style(style::secondary(tones));
        let card = card.push(row![retry, quit].spacing(12));
        center(container(card).padding(32).max_width(560).width(Length::Shrink).style(style::card(tones)))
            .padding(16)
            .into()
    }
}
