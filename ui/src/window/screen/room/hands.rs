//! What the person at the window does.

use iced::Size;
use iced::widget::text_editor;
use inkmesh::name::{PersonName, RoomName};
use inkmesh::node::CommandError;
use inkmesh::operation::OperationId;

use super::chat::Chat;
use super::chat_view::CHAT_FIELD;
use super::dialog::{self, Dialog, Topic};
use super::draft::TooMuch;
use super::game_bar;
use super::people::People;
use super::side::{Entering, ROOM_FIELD};
use super::{Action, Arrangement, DWELL, Message, Pane, Room, Shortcut};
use crate::window::link::{Command, PAGE, SEEK_PAGE};
use crate::window::screen::gallery;

impl Room {
    // ---- rooms ----

    /// Looks at a room.
    pub(super) fn open(&mut self, room: RoomName) -> Vec<Action> {
        self.drawer = false;
        self.menu = None;
        self.gallery = None;
        if self.pane == Pane::People {
            self.turn_to(Pane::Chat);
        }
        if self.is_here(&room) && self.meanwhile.is_none() {
            return Vec::new();
        }
        let draft = self.chat.draft.take();
        if let Some(left) = self.rooms.here.replace(room.clone()) {
            self.drafts.insert(left, draft);
        }
        self.chat = Chat::with_draft(self.drafts.remove(&room).unwrap_or_default());
        self.people = People::new(self.me);
        self.sheet = self.sheet.of_another_room(self.scale_factor);
        self.wishes.clear();
        self.tools.popup = None;
        self.game = game_bar::GameBar::new(self.now);
        self.behind = 0;
        let mut actions = self.load(room.clone());
        actions.push(Action::Opened(room));
        actions
    }

    /// Asks for everything that is shown of a room.
    pub(super) fn load(&mut self, room: RoomName) -> Vec<Action> {
        self.meanwhile = Some(Vec::new());
        vec![Action::Ask(Command::Load(room))]
    }

    pub(super) fn ask_room(&mut self) -> Vec<Action> {
        self.rooms.entering = Some(Entering::default());
        vec![Action::Focus(ROOM_FIELD)]
    }

    pub(super) fn room_typed(&mut self, name: String) -> Vec<Action> {
        self.rooms.entering = Some(Entering { name, error: None });
        Vec::new()
    }

    pub(super) fn enter_room(&mut self) -> Vec<Action> {
        let Some(entering) = &mut self.rooms.entering else { return Vec::new() };
        match entering.name.parse::<RoomName>() {
            Ok(room) => {
                self.rooms.entering = None;
                vec![Action::Ask(Command::Join(room))]
            }
            Err(error) => {
                entering.error = Some(error);
                Vec::new()
            }
        }
    }

    // ---- talk ----

    pub(super) fn write(&mut self, action: text_editor::Action) -> Vec<Action> {
        match self.chat.draft.perform(action) {
            Ok(()) => Vec::new(),
            Err(TooMuch(len)) => self.refused(CommandError::Text { len }),
        }
    }

    /// What is written in the field for talk.
    #[cfg(test)]
    pub fn draft(&self) -> &str {
        &self.chat.draft
    }

    pub(super) fn say(&mut self) -> Vec<Action> {
        let Some(room) = self.here().cloned() else { return Vec::new() };
        let Some(text) = self.chat.take_draft() else { return Vec::new() };
        let mut actions = self.go_to_end();
        actions.push(Action::Ask(Command::Say(room, text)));
        actions
    }

    pub(super) fn scrolled(&mut self, at_top: bool, at_end: bool) -> Vec<Action> {
        self.chat.scrolled(at_top, at_end);
        self.ask_older()
    }

    /// Asks for older lines if they are wanted.
    pub(super) fn ask_older(&mut self) -> Vec<Action> {
        let (Some(room), Some(before)) = (self.rooms.here.clone(), self.chat.wants_older()) else {
            return Vec::new();
        };
        vec![Action::Ask(Command::Older(room, before, PAGE))]
    }

    pub(super) fn go_to_end(&mut self) -> Vec<Action> {
        match (self.chat.go_to_end(), self.rooms.here.clone()) {
            (true, Some(room)) => self.load(room),
            _ => Vec::new(),
        }
    }

    // ---- what was read ----

    /// Has a look at what is in view in a while, if there is something to be marked as read.
    pub(super) fn notice(&mut self) -> Option<Action> {
        let wanted = !self.noticing && self.is_being_read() && self.chat.has_news();
        self.noticing |= wanted;
        wanted.then_some(Action::Later(DWELL, Message::Noticed))
    }

    /// Marks what is in view as read.
    pub(super) fn noticed(&mut self) -> Vec<Action> {
        self.noticing = false;
        let (true, Some(room)) = (self.is_being_read(), self.here().cloned()) else { return Vec::new() };
        self.chat.read().map(|upto| Action::Ask(Command::MarkRead(room, upto))).into_iter().collect()
    }

    pub(super) fn focus_changed(&mut self, focused: bool) -> Vec<Action> {
        self.focused = focused;
        if focused { self.calm_down() } else { Vec::new() }
    }

    pub(super) fn show_late(&mut self, first: OperationId) -> Vec<Action> {
        let late = self.chat.reading().late().iter().find(|late| late.first == first).cloned();
        let (Some(room), Some(late)) = (self.here().cloned(), late) else { return Vec::new() };
        self.chat.show_late(&late).map(|before| seek(room, before)).into_iter().collect()
    }

    pub(super) fn dismiss_late(&mut self) -> Vec<Action> {
        self.chat.dismiss_late();
        self.here().map(|room| Action::Ask(Command::DismissLate(room.clone()))).into_iter().collect()
    }

    /// Says a line that others don't see yet again, by a clock that is right.
    pub(super) fn say_again(&mut self, id: OperationId) -> Vec<Action> {
        let (Some(room), Some(text)) = (self.here().cloned(), self.chat.say_again(id)) else { return Vec::new() };
        vec![Action::Ask(Command::Say(room, text))]
    }

    // ---- dialogs ----

    pub(super) fn show(&mut self, topic: Topic) -> Vec<Action> {
        self.drawer = false;
        self.menu = None;
        let dialog = Dialog::open(topic, &self.name);
        let focus = dialog.first_field().map(Action::Focus);
        self.dialog = Some(dialog);
        focus.into_iter().collect()
    }

    pub(super) fn close(&mut self) -> Vec<Action> {
        if self.menu.take().is_some() || self.dialog.take().is_some() || self.tools.popup.take().is_some() {
            return Vec::new();
        }
        if let Some(actions) = self.back_in_gallery() {
            return actions;
        }
        if self.sheet_is_up() && self.game.results().is_some() {
            return self.game_press(game_bar::Press::Results(false));
        }
        if !std::mem::take(&mut self.drawer) && self.rooms.entering.take().is_none() && !self.chat.picked.clear() {
            self.notices.dismiss_newest();
        }
        Vec::new()
    }

    pub(super) fn dialog_press(&mut self, press: dialog::Press) -> Vec<Action> {
        match press {
            dialog::Press::Address(address) => {
                self.dialog = Some(Dialog::Connect { address, error: None });
                Vec::new()
            }
            dialog::Press::Dial => self.dial(),
            dialog::Press::Copy(text) => vec![Action::Copy(text)],
            dialog::Press::Name(name) => {
                self.dialog = Some(Dialog::Settings { name, error: None });
                Vec::new()
            }
            dialog::Press::Rename => self.rename(),
            dialog::Press::Language(language) => vec![Action::Language(language)],
            dialog::Press::Appearance(appearance) => vec![Action::Appearance(appearance)],
            dialog::Press::ReduceMotion(reduce) => vec![Action::ReduceMotion(reduce)],
        }
    }

    fn dial(&self) -> Vec<Action> {
        match &self.dialog {
            Some(Dialog::Connect { address, .. }) if !address.trim().is_empty() => {
                vec![Action::Ask(Command::Dial(address.trim().to_owned()))]
            }
            _ => Vec::new(),
        }
    }

    fn rename(&mut self) -> Vec<Action> {
        let Some(Dialog::Settings { name, error }) = &mut self.dialog else { return Vec::new() };
        match name.parse::<PersonName>() {
            Ok(name) => vec![Action::Ask(Command::Rename(name))],
            Err(reason) => {
                *error = Some(reason);
                Vec::new()
            }
        }
    }

    // ---- the window ----

    pub(super) fn pressed(&mut self, shortcut: Shortcut) -> Vec<Action> {
        match shortcut {
            Shortcut::Write if self.room_is_up() => vec![Action::Focus(CHAT_FIELD)],
            Shortcut::Escape => self.close(),
            Shortcut::Copy if self.room_is_up() => self.copy_picked(),
            Shortcut::Choose(choice) if self.sheet_is_up() => self.choose(choice),
            Shortcut::Sheet(press) if self.sheet_is_up() => self.sheet_press(press),
            Shortcut::Replay(press) if self.dialog.is_none() => self.in_gallery(gallery::Message::Replay(press)),
            Shortcut::Help => self.help(),
            Shortcut::ToCall if self.dialog.is_none() => self.answer_call(),
            Shortcut::Write
            | Shortcut::Copy
            | Shortcut::Choose(_)
            | Shortcut::Sheet(_)
            | Shortcut::Replay(_)
            | Shortcut::Game(_)
            | Shortcut::ToCall => Vec::new(),
        }
    }

    /// Opens the help or closes it; another dialog stays, with what was written in it.
    fn help(&mut self) -> Vec<Action> {
        match self.dialog {
            None => self.show(Topic::Help),
            Some(Dialog::Help) => self.close(),
            Some(_) => Vec::new(),
        }
    }

    /// Whether nothing is in front of the room, and keys are for it.
    pub(super) fn room_is_up(&self) -> bool {
        self.dialog.is_none() && self.menu.is_none() && self.gallery.is_none() && !self.drawer_is_up()
    }

    /// Whether the sheet is in view, and keys are for it.
    pub(super) fn sheet_is_up(&self) -> bool {
        self.room_is_up() && (self.arrangement() != Arrangement::Tabs || self.pane == Pane::Sheet)
    }

    pub(super) fn tick(&mut self) -> Vec<Action> {
        self.notices.expire(self.now);
        self.sheet.expire(self.now);
        self.look_at_the_clock();
        Vec::new()
    }

    pub(super) fn resized(&mut self, size: Size, scale_factor: f32) -> Vec<Action> {
        self.size = size;
        let rescaled = self.scale_factor != scale_factor;
        self.scale_factor = scale_factor;
        if rescaled {
            self.sheet.resize(self.sheet.area(), scale_factor);
            self.gallery.as_mut().into_iter().for_each(|hall| hall.rescale(scale_factor));
        }
        Vec::new()
    }

    pub(super) fn turn_to(&mut self, pane: Pane) -> Vec<Action> {
        self.pane = pane;
        if self.chat_in_view() {
            self.behind = 0;
        }
        Vec::new()
    }

    /// Whether the folded column lies unfolded over the room.
    pub(super) fn drawer_is_up(&self) -> bool {
        self.drawer && self.arrangement() == Arrangement::Folded
    }

    pub(super) fn unfold(&mut self, open: bool) -> Vec<Action> {
        self.drawer = open;
        Vec::new()
    }

    pub(super) fn dismiss(&mut self, number: u64) -> Vec<Action> {
        self.notices.dismiss(number);
        Vec::new()
    }

    pub(super) fn dismiss_banner(&mut self) -> Vec<Action> {
        self.banners.dismiss();
        Vec::new()
    }
}

/// Asks for the lines before this one, to look for late ones among them.
pub(super) fn seek(room: RoomName, before: OperationId) -> Action {
    Action::Ask(Command::Older(room, before, SEEK_PAGE))
}
