//! Notices: lines that disappear by themselves.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use iced::widget::text::Wrapping;
use iced::widget::{Column, container, row};
use iced::{Alignment, Element, Length};
use inkmesh::command::CommandError;
use inkmesh::event::Warning;
use inkmesh::game::SkippedBy;

use super::message::Message;
use crate::text;
use crate::window::screen::room::game::skipped_words;
use crate::window::theme::{self, Look, style};
use crate::window::widget::opaque;
use crate::window::widget::parts::{close_button, few_lines};

/// The time that a notice stays.
const STAY: Duration = Duration::from_secs(10);
/// The most notices at once. The oldest goes first.
const MAX: usize = 3;

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    Refused(CommandError),
    /// A warning, with the name of the person it is about.
    Warning(Warning, String),
    /// An address is being tried.
    Dialing(String),
    /// The settings could not be saved, and why.
    SettingsNotSaved(String),
    /// A link could not be opened, and why.
    LinkNotOpened(String),
    /// A drawing was saved here.
    Saved(PathBuf),
    /// A drawing was not saved, and why.
    NotSaved(String),
    /// People voted somebody's turn to its end; `None`: ours.
    Skipped(Option<String>),
    /// The other programs ended somebody's turn, and why; `None`: ours.
    PassedOver(SkippedBy, Option<String>),
    /// The others removed somebody from the game; `None`: us.
    Removed(Option<String>),
    /// So many people were invited.
    Invited(usize),
    /// Somebody answered an invitation of ours.
    Answered {
        name: String,
        room: String,
        accepted: bool,
    },
    /// Late lines are not where they should be, or too far back.
    LateLost,
}

impl Notice {
    /// Returns the notice in words; `None` when another place of the window shows it.
    pub fn words(&self, look: Look) -> Option<String> {
        match self {
            Notice::Refused(error) => Some(text::command_error(look.language, error)),
            Notice::Warning(warning, name) => text::warning(look.language, warning, name),
            Notice::Dialing(address) => Some(look.t_args("notice-dialling", [("address", address.as_str().into())])),
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
            Notice::Invited(people) => Some(look.t_args("notice-invited", [("count", (*people).into())])),
            Notice::Answered { name, room, accepted } => {
                let key = if *accepted { "notice-accepted" } else { "notice-declined" };
                Some(look.t_args(key, [("name", name.as_str().into()), ("room", room.as_str().into())]))
            }
            Notice::LateLost => Some(look.t("notice-late-lost")),
            Notice::SettingsNotSaved(reason) => {
                Some(look.t_args("notice-not-kept", [("reason", reason.as_str().into())]))
            }
        }
    }
}

/// The notices that are shown.
#[derive(Debug, Default)]
pub struct Notices {
    lines: Vec<(u64, Notice, Instant)>,
    next: u64,
}

impl Notices {
    /// Shows a notice. One that is shown already stays longer.
    pub fn show(&mut self, notice: Notice, now: Instant) {
        self.lines.retain(|(_, other, _)| *other != notice);
        if self.lines.len() == MAX {
            self.lines.remove(0);
        }
        self.lines.push((self.next, notice, now));
        self.next += 1;
    }

    /// Removes the newest notice. Returns whether there was one.
    pub fn dismiss_newest(&mut self) -> bool {
        self.lines.pop().is_some()
    }

    /// Removes a notice.
    pub fn dismiss(&mut self, number: u64) {
        self.lines.retain(|(other, ..)| *other != number);
    }

    /// Removes the notices that were shown long enough.
    pub fn expire(&mut self, now: Instant) {
        self.lines.retain(|(.., since)| now.saturating_duration_since(*since) < STAY);
    }

    /// Returns whether there are no notices.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns the notices; in a low window only the last.
    pub fn view(&self, look: Look, short: bool) -> Element<'_, Message> {
        let hidden = if short { self.lines.len().saturating_sub(1) } else { 0 };
        let lines = self.lines.iter().skip(hidden).filter_map(|(number, notice, _)| {
            let words = theme::body(notice.words(look)?).wrapping(Wrapping::WordOrGlyph).width(Length::Fill);
            let words = few_lines(look, words, if short { 44.0 } else { 84.0 });
            let close = close_button(look, theme::SMALL, Message::DismissNotice(*number));
            let color = match notice {
                Notice::Refused(_) | Notice::SettingsNotSaved(_) | Notice::NotSaved(_) | Notice::LinkNotOpened(_) => {
                    look.colors.accent
                }
                Notice::Warning(..)
                | Notice::Skipped(_)
                | Notice::PassedOver(..)
                | Notice::Removed(_)
                | Notice::Answered { accepted: false, .. }
                | Notice::LateLost => look.colors.warning,
                Notice::Dialing(_)
                | Notice::Saved(_)
                | Notice::Invited(_)
                | Notice::Answered { accepted: true, .. } => look.colors.success,
            };
            let line = row![words, close].spacing(8).align_y(Alignment::Center);
            let line = container(line).padding([8, 12]).max_width(560).style(style::notice(look.colors, color));
            Some(opaque(line))
        });
        let lines = Column::with_children(lines).spacing(8).align_x(Alignment::Center);
        container(lines).center_x(Length::Fill).padding(8).into()
    }
}
