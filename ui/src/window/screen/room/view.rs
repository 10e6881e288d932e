//! How the parts of the room lie beside each other: in three columns, with the left one folded, or as tabs.

use iced::widget::{button, column, container, mouse_area, progress_bar, row, stack, text};
use iced::{Alignment, Element, Length};

use super::calls::Call;
use super::dialog::{self, Topic};
use super::game_bar::{SHORT_BELOW, TINY_BELOW};
use super::status::Status;
use super::{Arrangement, Message, Pane, Room, cards, chat_view, game_bar, side, surface, tools_view};
use crate::settings::Settings;
use crate::text::grouped;
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::{dot, hint, hint_below};
use crate::window::widget::{focusable, inert, opaque};

/// The id of the place of the sheet.
const SHEET: &str = "sheet";
/// Width of the left column.
const SIDE: f32 = 224.0;
/// Width of the left column when it is folded.
const FOLDED: f32 = 56.0;
/// Width of the talk.
const TALK: f32 = 304.0;
/// Width of the talk beside a folded column.
const NARROW_TALK: f32 = 240.0;
/// Height of the talk below the sheet.
const TALK_BELOW: f32 = 220.0;
/// Space around the parts and between the columns, and between the parts of a column.
const GAP: (f32, f32) = (12.0, 8.0);
/// The same in a window that is narrow or low.
const SMALL_GAP: (f32, f32) = (6.0, 4.0);
/// Below this height the tools fold to one row, in pixels.
const FOLD_TOOLS_BELOW: f32 = 720.0;
/// Height of the line with the room's name and the state of the connection.
const LINE: f32 = 36.0;
/// Room for both of them on one line, in pixels.
const ONE_LINE: f32 = 440.0;
/// Room for the button that connects by address beside them, in pixels.
const ROOM_FOR_CONNECT: f32 = 600.0;
/// What that button says.
const CONNECT: Message = Message::Show(Topic::Connect);
/// Room for the tools in full, in pixels.
const TOOLS: f32 = 600.0;

impl Room {
    /// What is seen.
    pub fn view<'a>(&'a self, look: Look, settings: &'a Settings) -> Element<'a, Message> {
        let (around, _) = self.gaps();
        let whole = self.size.width - 2.0 * around;
        let panes: Element<'_, Message> = match self.arrangement() {
            Arrangement::Wide => {
                let middle = whole - SIDE - TALK - 2.0 * around;
                self.columns(look, container(self.side(look)).width(SIDE), middle, TALK)
            }
            Arrangement::Folded => {
                let middle = whole - FOLDED - NARROW_TALK - 2.0 * around;
                let side = side::narrow_view(&self.rooms, &self.people, look, &self.game);
                self.columns(look, container(side).width(FOLDED), middle, NARROW_TALK)
            }
            Arrangement::Tabs => self.tabs(look, whole),
        };
        let panes = container(panes).padding(around).width(Length::Fill).height(Length::Fill);
        let drawer = self.drawer_is_up();
        let mut layers = stack![inert(panes, drawer || self.menu.is_some() || self.dialog.is_some())];
        if drawer {
            layers = layers.push(inert(self.unfolded(look), self.dialog.is_some()));
        }
        if let Some(menu) = &self.menu {
            layers = layers.push(menu.view(look, self.size));
        }
        if let Some(dialog) = &self.dialog {
            let scene = dialog::Scene {
                look,
                settings,
                me: self.me,
                addresses: &self.addresses,
                game_runs: self.game.runs(),
                size: self.size,
            };
            layers = layers.push(dialog.view(scene));
        }
        layers.into()
    }

    /// Space around the parts and between the columns, and between the parts of a column.
    fn gaps(&self) -> (f32, f32) {
        let roomy = self.arrangement() == Arrangement::Wide && self.size.height >= FOLD_TOOLS_BELOW;
        if roomy { GAP } else { SMALL_GAP }
    }

    /// Whether the window is so low that everything takes as little room as it can.
    pub(super) fn is_short(&self) -> bool {
        self.size.height < SHORT_BELOW
    }

    /// Whether it is so low that there is hardly any room for the sheet.
    fn is_tiny(&self) -> bool {
        self.size.height < TINY_BELOW
    }

    /// The side, and beside it the gallery, or the sheet (with so much room) and the talk.
    fn columns<'a>(
        &'a self,
        look: Look,
        side: container::Container<'a, Message>,
        middle: f32,
        talk: f32,
    ) -> Element<'a, Message> {
        let (between, _) = self.gaps();
        match self.exhibition(look) {
            Some(gallery) => row![side, gallery].spacing(between).into(),
            None => row![side, self.desk(look, middle), container(self.talk(look)).width(talk)].spacing(between).into(),
        }
    }

    /// The gallery, and what is said once over it.
    fn exhibition(&self, look: Look) -> Option<Element<'_, Message>> {
        let gallery = stack![self.gallery_view(look)?].push(self.said_once(look));
        Some(column![].push(self.call_banner(look)).push(gallery).spacing(self.gaps().1).into())
    }

    fn side(&self, look: Look) -> Element<'_, Message> {
        // A low window has room for one line of it beside the name of the room.
        let status = self.is_short().then(|| self.status().words(look));
        side::view(&self.rooms, &self.people, look, &self.calendar, &self.game, status)
    }

    /// The folded column, unfolded over the rest.
    fn unfolded(&self, look: Look) -> Element<'_, Message> {
        let column = container(opaque(self.side(look))).width(SIDE + 24.0).height(Length::Fill).padding(GAP.0);
        let veil = container(column).width(Length::Fill).height(Length::Fill).style(style::veil(look.tones));
        opaque(mouse_area(veil).on_press(Message::Drawer(false)))
    }

    fn talk(&self, look: Look) -> Element<'_, Message> {
        let opening = self.meanwhile.is_some();
        let scene = chat_view::Talk {
            chat: &self.chat,
            people: &self.people,
            game: &self.game,
            look,
            calendar: &self.calendar,
            now: self.now,
            opening,
            short: self.is_short(),
        };
        chat_view::view(scene)
    }

    /// The sheet with everything around it.
    fn desk(&self, look: Look, width: f32) -> Element<'_, Message> {
        column![self.head(look, width), self.board(look, width)].spacing(self.gaps().1).width(Length::Fill).into()
    }

    /// Bar, sheet, tools and, in a narrow window, talk. What lies on the sheet between turns has the room of the tools
    /// as well: nobody can draw below it. In a low window it has all of the room as long as we are asked something.
    fn board(&self, look: Look, width: f32) -> Element<'_, Message> {
        let scene = game_bar::Scene {
            look,
            now: self.now,
            me: self.me,
            people: &self.people,
            may_draw: self.sheet.may_draw(),
            width: width - 24.0,
            height: self.size.height,
        };
        let card = cards::view(&self.game, scene);
        let stamp = self.game.stamp(self.now).map(|stamp| stamp.view(look, self.now));
        let folded = self.size.height < FOLD_TOOLS_BELOW || scene.width < TOOLS;
        let tools_scene = self.tools_scene(look, folded);
        let popup = tools_view::popup(&self.tools, tools_scene);
        let (popup, popup_below) = if folded { (None, popup) } else { (popup, None) };
        let sheet = stack![surface::view(&self.sheet, &self.tools, look)]
            .push(stamp)
            .push(tools_view::zoom(self.sheet.lens(), look))
            .push(popup);
        let sheet = container(sheet).id(SHEET).width(Length::Fill).height(Length::Fill);
        if self.is_short() && cards::asks(&self.game) {
            return stack![sheet].push(card).push(self.said_once(look)).width(Length::Fill).height(Length::Fill).into();
        }
        let between = self.gaps().1;
        let talk = self.talks_below().then(|| container(self.talk(look)).height(TALK_BELOW));
        let below = if talk.is_some() { TALK_BELOW + between } else { 0.0 };
        // Who only guesses needs the room for the talk, or for the sheet.
        let tools = (talk.is_none() && !self.is_tiny() || self.sheet.may_draw())
            .then(|| tools_view::view(&self.tools, tools_scene));
        let strip = if tools.is_some() { tools_view::FOLDED + between } else { 0.0 };
        let parts = column![self.game.view(scene), sheet].push(tools).push(talk).spacing(between);
        let over = |layer, bottom| {
            let top = scene.bar() + between;
            container(layer).padding(iced::Padding::ZERO.top(top).bottom(bottom)).height(Length::Fill)
        };
        stack![parts.width(Length::Fill).height(Length::Fill)]
            .push(popup_below.map(|popup| container(popup).padding(iced::padding::bottom(strip + below))))
            .push(card.map(|card| over(card, below)))
            .push(self.said_once(look).map(|said| over(said, below)))
            .width(Length::Fill)
            .height(Length::Fill)
            .into()
    }

    /// Notices: over the sheet, or before what takes its place, so that they never cover a field or a button.
    fn said_once(&self, look: Look) -> Option<Element<'_, Message>> {
        (!self.notices.is_empty()).then(|| self.notices.view(look, self.is_short()))
    }

    /// The room's name and the state of the connection, on one line where there is room.
    fn head(&self, look: Look, width: f32) -> Element<'_, Message> {
        let name = self.here().map_or_else(|| "Inkmesh".to_owned(), |room| format!("# {room}"));
        let banners = self.banners.view(look, self.is_short());
        if !self.is_short() && width < ONE_LINE {
            let name = container(theme::title(name).wrapping(text::Wrapping::None)).width(Length::Fill).clip(true);
            let first = row![name].extend(head_buttons(look)).spacing(4).align_y(Alignment::Center);
            return column![first, self.status_line(look, width)].push(banners).spacing(4).into();
        }
        let size = if self.is_short() { theme::BODY } else { theme::TITLE };
        let name = theme::title(name).size(size).wrapping(text::Wrapping::None);
        let name = container(name).max_width(width * 0.35).clip(true);
        let line = row![name, self.status_line(look, width)].extend(head_buttons(look)).spacing(8);
        column![line.height(LINE).align_y(Alignment::Center)].push(banners).spacing(4).into()
    }

    /// The state of the connection now.
    pub(super) fn status(&self) -> Status {
        let (here, anywhere) = (self.people.others_online(), self.rooms.others());
        let name = |author| self.people.label(author, "");
        self.connection.status(self.now, self.here(), here, anywhere.saturating_sub(here), name)
    }

    /// What the game of another room waits for, and the way there. It takes the place of the state of the connection,
    /// so that nothing moves when it comes.
    fn call_banner(&self, look: Look) -> Option<Element<'_, Message>> {
        let (call, room) = self.called_elsewhere()?;
        let words = theme::strong(format!("{} →", call.words(look, room))).size(theme::SMALL).line_height(1.15);
        let words = container(words).center_y(Length::Fill).clip(true);
        let banner = button(words)
            .on_press(Message::Open(room.clone()))
            .padding([0, 12])
            .width(Length::Fill)
            .height(LINE)
            .style(style::primary(look.tones));
        Some(hint_below(look, banner, look.t("call-go")))
    }

    /// The state of the connection: two lines of small print at most, so that nothing below it moves. All of it is
    /// said where the pointer is, and in a low window with the rooms.
    fn status_line(&self, look: Look, width: f32) -> Element<'_, Message> {
        if let Some(banner) = self.call_banner(look) {
            return banner;
        }
        let status = self.status();
        let color = status.color(look);
        let mark = dot(10.0, color);
        let words = status.words(look);
        let under = style::under(look.tones, &words);
        let roomy = width >= ROOM_FOR_CONNECT;
        // The button beside it says the rest.
        let shown = if roomy && status == Status::Nobody { look.t("status-nobody-short") } else { words.clone() };
        let line = theme::small(shown, look.tones.ink).line_height(1.2);
        let line = if self.is_short() { line.wrapping(text::Wrapping::None) } else { line };
        let line = container(line).max_height(LINE).width(Length::Fill).clip(true);
        let line: Element<'_, Message> = match status.offers_address() {
            // Without room for a button, the words are one.
            true if !roomy => button(line).on_press(CONNECT).padding(0).style(style::quiet(look.tones)).into(),
            _ => line.into(),
        };
        let mut line = row![mark, hint_below(look, line, words)].spacing(8).align_y(Alignment::Center);
        if status.offers_address() && roomy {
            let connect = button(theme::body(look.t("status-connect")))
                .on_press(CONNECT)
                .padding([4, 12])
                .style(style::secondary(look.tones));
            line = line.push(focusable(connect, Message::Show(Topic::Connect), look.tones.seal));
        }
        let line = container(line).center_y(LINE).width(Length::Fill).style(under);
        let Status::CatchingUp(catching_up) = status else { return line.into() };
        // Over the foot of the line, so that nothing moves when it comes or goes.
        let bar = progress_bar(0.0..=1.0, catching_up.done()).girth(4).style(style::progress(look.tones));
        stack![line, container(bar).align_bottom(Length::Fill)].height(LINE).into()
    }

    // ---- tabs ----

    fn tabs(&self, look: Look, width: f32) -> Element<'_, Message> {
        if let Some(gallery) = self.exhibition(look) {
            return gallery;
        }
        let pane = match self.pane {
            Pane::Sheet => self.board(look, width),
            Pane::Chat => column![].push(self.said_once(look)).push(self.talk(look)).spacing(8).into(),
            Pane::People => column![].push(self.said_once(look)).push(self.side(look)).spacing(8).into(),
        };
        let our_turn = Call::of(&self.game.game, self.me).is_some() && self.pane != Pane::Sheet;
        let elsewhere = match self.called_elsewhere() {
            Some(_) => Some(side::call_mark(look)),
            None => number_mark(look, self.rooms.unread_elsewhere()),
        };
        let tabs = row![
            self.tab(look, Pane::Sheet, "tab-sheet", our_turn.then(|| tab_mark(look, "✎".to_owned()))),
            self.tab(look, Pane::Chat, "tab-chat", number_mark(look, self.behind as u64)),
            self.tab(look, Pane::People, "tab-people", elsewhere),
        ]
        .spacing(4);
        let head: Element<'_, Message> = if self.is_tiny() {
            let banner = if self.banners.asks() { self.banners.view(look, true) } else { None };
            column![row![tabs.width(Length::Fill)].extend(head_buttons(look)).spacing(4)]
                .push(self.call_banner(look))
                .push(banner)
                .spacing(4)
                .into()
        } else {
            column![self.head(look, width), tabs].spacing(self.gaps().1).into()
        };
        column![head, pane].spacing(self.gaps().1).width(Length::Fill).height(Length::Fill).into()
    }

    fn tab<'a>(&self, look: Look, pane: Pane, key: &str, mark: Option<Element<'a, Message>>) -> Element<'a, Message> {
        let words = row![theme::body(look.t(key))].push(mark).spacing(8).align_y(Alignment::Center);
        button(container(words).center_x(Length::Fill))
            .on_press(Message::Pane(pane))
            .padding(if self.is_short() { 4 } else { 8 })
            .width(Length::Fill)
            .style(style::choice(look.tones, self.pane == pane))
            .into()
    }
}

fn number_mark<'a>(look: Look, number: u64) -> Option<Element<'a, Message>> {
    (number > 0).then(|| tab_mark(look, grouped(number)))
}

fn tab_mark<'a>(look: Look, words: String) -> Element<'a, Message> {
    let words = theme::small(words, look.tones.on_seal);
    container(words).padding([0, 8]).style(style::pill(look.tones.seal, look.tones.on_seal)).into()
}

/// The ways to the settings and to the help.
fn head_buttons<'a>(look: Look) -> [Element<'a, Message>; 2] {
    let buttons = [
        (theme::sign("⚙").size(18), "head-settings", Topic::Settings),
        (theme::strong("?").size(18), "head-help", Topic::Help),
    ];
    buttons.map(|(sign, key, topic)| {
        let button = button(sign.center()).on_press(Message::Show(topic)).width(36).height(32).padding(4);
        let button = focusable(button.style(style::quiet(look.tones)), Message::Show(topic), look.tones.seal);
        hint(look, button, look.t(key))
    })
}
