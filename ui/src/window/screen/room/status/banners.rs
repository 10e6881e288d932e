//! Banners, which stay until their cause is gone or they are dismissed: a wrong clock, a damaged history, a second copy
//! of our folder.

use iced::widget::text::Wrapping;
use iced::widget::{Column, container, row};
use iced::{Alignment, Element, Length};
use inkmesh::event::{Warning, is_far};

use super::message::Message;
use crate::text::about;
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::{close_button, few_lines};

/// The most banners that can be dismissed. The oldest goes first.
const MAX: usize = 8;

/// The banners that are shown.
#[derive(Debug, Default)]
pub struct Banners {
    /// The banner of a wrong clock, until it is right.
    clock: Option<Warning>,
    /// The banners that can be dismissed, the oldest first. One is shown at a time, as the sheet needs the room.
    waiting: Vec<Warning>,
}

impl Banners {
    /// Shows a banner for a warning that stays.
    pub fn warn(&mut self, warning: &Warning) {
        match warning {
            Warning::ClockAhead { .. } | Warning::ClockBehind { .. } | Warning::ClockDiffers { .. } => {
                self.clock = Some(warning.clone());
            }
            Warning::ClockAgrees => self.clock = None,
            Warning::OwnFork
            | Warning::Quarantined { .. }
            | Warning::TailLost
            | Warning::NewKey
            | Warning::KeyExposed => self.stay(warning),
            // Notices and the state of the connection tell the others.
            _ => {}
        }
    }

    fn stay(&mut self, warning: &Warning) {
        if self.waiting.contains(warning) {
            return;
        }
        if self.waiting.len() == MAX {
            self.waiting.remove(0);
        }
        self.waiting.push(warning.clone());
    }

    /// Returns how far this computer's clock is ahead of the others', in milliseconds.
    pub fn ahead(&self) -> u64 {
        match self.clock {
            Some(Warning::ClockAhead { ms }) => ms,
            _ => 0,
        }
    }

    /// Removes the banner that is shown.
    pub fn dismiss(&mut self) {
        if !self.waiting.is_empty() {
            self.waiting.remove(0);
        }
    }

    /// Returns whether a banner can be dismissed.
    pub fn can_dismiss(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Returns the banners; in a low window only one, preferably one that can be dismissed.
    pub fn view(&self, look: Look, short: bool) -> Option<Element<'_, Message>> {
        let waiting = self.waiting.first().map(|first| (first, true));
        let clock = self.clock.as_ref().filter(|_| !short || waiting.is_none()).map(|clock| (clock, false));
        let up = clock.into_iter().chain(waiting);
        let banners: Vec<Element<'_, Message>> =
            up.filter_map(|(warning, dismissible)| banner(look, warning, dismissible, short)).collect();
        (!banners.is_empty()).then(|| Column::with_children(banners).spacing(4).into())
    }
}

fn banner<'a>(look: Look, warning: &Warning, dismissible: bool, short: bool) -> Option<Element<'a, Message>> {
    let words =
        theme::small(words(look, warning)?, look.colors.text).wrapping(Wrapping::WordOrGlyph).width(Length::Fill);
    let words = few_lines(look, words, if short { 36.0 } else { 104.0 });
    let close = dismissible.then(|| close_button(look, theme::SMALL, Message::DismissBanner));
    let line = row![words].push(close).spacing(8).align_y(Alignment::Center);
    Some(
        container(line)
            .padding([4, 12])
            .width(Length::Fill)
            .style(style::notice(look.colors, look.colors.warning))
            .into(),
    )
}

fn words(look: Look, warning: &Warning) -> Option<String> {
    let clock = |key, ms| look.t_args(key, [("time", about(look.language, ms).into())]);
    match warning {
        Warning::ClockAhead { ms } | Warning::ClockBehind { ms } | Warning::ClockDiffers { ms, .. } if is_far(*ms) => {
            Some(clock("banner-clock-far", *ms))
        }
        Warning::ClockAhead { ms } => Some(clock("banner-clock-ahead", *ms)),
        Warning::ClockBehind { ms } => Some(clock("banner-clock-behind", *ms)),
        Warning::ClockDiffers { ms, ahead: true } => Some(clock("banner-clock-more", *ms)),
        Warning::ClockDiffers { ms, ahead: false } => Some(clock("banner-clock-less", *ms)),
        Warning::OwnFork => Some(look.t("banner-own-fork")),
        Warning::TailLost => Some(look.t("banner-tail-lost")),
        Warning::NewKey => Some(look.t("banner-new-key")),
        Warning::KeyExposed => Some(look.t("banner-key-exposed")),
        Warning::Quarantined { moved_to, .. } => {
            Some(look.t_args("banner-quarantined", [("folder", moved_to.as_str().into())]))
        }
        _ => None,
    }
}
