//! Things that are said once, in a line that goes by itself: what failed and why, what happened elsewhere.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use iced::widget::text::Wrapping;
use iced::widget::{Column, container, row};
use iced::{Alignment, Element, Length};
use inkmesh::event::Warning;
use inkmesh::game::SkippedBy;
use inkmesh::node::CommandError;

use super::Message;
use super::game_words::skipped_words;
use crate::text;
use crate::window::theme::{self, Look, style};
use crate::window::widget::opaque;
use crate::window::widget::parts::{close_button, few_lines};

/// How long a line stays.
const STAY: Duration = Duration::from_secs(10);
/// Most lines at once; the oldest goes first.
const MAX: usize = 3;

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A command was not carried out.
    Refused(CommandError),
    /// A warning, with the name of whom it is about.
    Warning(Warning, String),
    /// An address is being tried.
    Dialling(String),
    /// The settings could not be kept, and why.
    NotKept(String),
    /// A link could not be opened, and why.
    LinkNotOpened(String),
    /// A drawing was kept here.
    Saved(PathBuf),
    /// It was not, and why.
    NotSaved(String),
    /// People voted somebody's turn to its end; `None`: ours.
    Skipped(Option<String>),
    /// The programs of the others ended somebody's turn, and why; `None`: ours.
    PassedOver(SkippedBy, Option<String>),
    /// The others removed somebody from the game; `None`: us.
    Removed(Option<String>),
    /// Late lines are not where they should be, or too far back to be looked for.
    LateLost,
}

impl Notice {
    /// The line; `None` when another place of the window says it.
    pub fn words(&self, look: Look) -> Option<String> {
        match self {
            Notice::Refused(error) => Some(text::command_error(look.language, error)),
            Notice::Warning(warning, name) => text::warning(look.language, warning, name),
            Notice::Dialling(address) => Some(look.t_args("notice-dialling", [("address", address.as_str().into())])),
            Notice::LinkNotOpened(reason) => {
                Some(look.t_args("notice-link-not-opened", [("reason", reason.as_str().into())]))
            }
            Notice::Saved(path) => Some(look.t_args("notice-saved", [("path", path.display().to_string().into())])),
            Notice::NotSaved(reason) => Some(look.t_args("notice-not-saved", [("reason", reason.as_str().into())])),
            Notice::Skipped(Some(name)) => Some(look.t_args("notice-skipped", [("name", name.as_str().into())])),
            Notice::Skipped(None) => Some(look.t("notice-skipped-mine")),
            Notice::PassedOver(by, name) => Some(skipped_words(look, Some(*by), name.as_deref())),
            Notice::Removed(Some(name)) => Some(look.t_args("notice-removed", [("name", name.as_str().into())])),
            Notice::Removed(None) => Some(look.t("notice-removed-mine")),
            Notice::LateLost => Some(look.t("notice-late-lost")),
            Notice::NotKept(reason) => Some(look.t_args("notice-not-kept", [("reason", reason.as_str().into())])),
        }
    }
}

/// The lines that are up.
#[derive(Debug, Default)]
pub struct Notices {
    lines: Vec<(u64, Notice, Instant)>,
    next: u64,
}

impl Notices {
    /// Says something. What is up already stays up longer.
    pub fn say(&mut self, notice: Notice, now: Instant) {
        self.lines.retain(|(_, other, _)| *other != notice);
        if self.lines.len() == MAX {
            self.lines.remove(0);
        }
        self.lines.push((self.next, notice, now));
        self.next += 1;
    }

    /// Takes the newest line away; returns whether there was one.
    pub fn dismiss_newest(&mut self) -> bool {
        self.lines.pop().is_some()
    }

    /// Takes a line away.
    pub fn dismiss(&mut self, number: u64) {
        self.lines.retain(|(other, ..)| *other != number);
    }

    /// Takes away what was up long enough.
    pub fn expire(&mut self, now: Instant) {
        self.lines.retain(|(.., since)| now.saturating_duration_since(*since) < STAY);
    }

    /// Whether nothing is up.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines, each as wide as there is room for it; in a low window the last of them.
    pub fn view(&self, look: Look, short: bool) -> Element<'_, Message> {
        let hidden = if short { self.lines.len().saturating_sub(1) } else { 0 };
        let lines = self.lines.iter().skip(hidden).filter_map(|(number, notice, _)| {
            let words = theme::body(notice.words(look)?).wrapping(Wrapping::WordOrGlyph).width(Length::Fill);
            let words = few_lines(look, words, if short { 44.0 } else { 84.0 });
            let close = close_button(look, theme::SMALL, Message::Dismiss(*number));
            let color = match notice {
                Notice::Refused(_) | Notice::NotKept(_) | Notice::NotSaved(_) | Notice::LinkNotOpened(_) => {
                    look.tones.seal
                }
                Notice::Warning(..) | Notice::Skipped(_) | Notice::Removed(_) | Notice::LateLost => look.tones.amber,
                Notice::PassedOver(..) => look.tones.amber,
                Notice::Dialling(_) | Notice::Saved(_) => look.tones.pine,
            };
            let line = row![words, close].spacing(8).align_y(Alignment::Center);
            let line = container(line).padding([8, 12]).max_width(560).style(style::notice(look.tones, color));
            Some(opaque(line))
        });
        let lines = Column::with_children(lines).spacing(8).align_x(Alignment::Center);
        container(lines).center_x(Length::Fill).padding(8).into()
    }
}
