//! The view of the room screen, composed of those of its features.

use iced::widget::scrollable::{Direction, Scrollbar};
use iced::widget::{Space, button, column, container, mouse_area, progress_bar, row, scrollable, stack, text};
use iced::{Alignment, Element, Length};

use super::dialog::{self, Topic};
use super::game::call::Call;
use super::layout::{Arrangement, DRAWER_PADDING, FOLD_TOOLS_BELOW, Message as LayoutMessage, Pane};
use super::message::Message;
use super::rooms::{Message as RoomsMessage, call_mark};
use super::sheet::STRIP_HEIGHT;
use super::state::RoomScreen;
use super::status::ConnectionStatus;
use super::{chat, game, waiting};
use crate::settings::Settings;
use crate::text::grouped;
use crate::window::screen::{contacts, gallery};
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::{
    dot, hint, hint_below, primary, quiet, quiet_button, scroll, secondary, sign_button,
};
use crate::window::widget::{Pinned, focusable, inert, opaque};

/// The id of the place of the sheet.
const SHEET: &str = "sheet";
/// Height of what stands above the sheet.
const ABOVE_SHEET: f32 = 132.0;
/// Width of the left column.
const SIDE: f32 = 224.0;
/// Width of the left column when it is folded.
const FOLDED: f32 = 56.0;
/// Width of the chat.
const CHAT: f32 = 304.0;
/// Width of the chat beside a folded column.
const NARROW_CHAT: f32 = 240.0;
/// Height of the chat below the sheet.
const CHAT_BELOW: f32 = 220.0;
/// Height of the line with the room's name and the state of the connection.
const LINE: f32 = 36.0;
/// Width with room for both of them on one line, in pixels.
const ONE_LINE: f32 = 440.0;
/// Width with room for the button that connects by address beside them, in pixels.
const ROOM_FOR_CONNECT: f32 = 600.0;
/// The message of that button.
const CONNECT: Message = Message::Show(Topic::Connect);
/// Width with room for all tools, in pixels.
const TOOLS: f32 = 600.0;

pub fn view<'a>(screen: &'a RoomScreen, look: Look, settings: &'a Settings) -> Element<'a, Message> {
    let (around, _) = screen.layout.gaps();
    let whole = screen.layout.size.width - 2.0 * around;
    let panes: Element<'_, Message> = match screen.layout.arrangement() {
        _ if screen.waiting_room_is_up() => waiting::view(screen, look),
        Arrangement::Wide => {
            let middle = whole - SIDE - CHAT - 2.0 * around;
            columns(screen, look, container(side(screen, look)).width(SIDE), middle, CHAT)
        }
        Arrangement::Folded => {
            let middle = whole - FOLDED - NARROW_CHAT - 2.0 * around;
            columns(screen, look, container(narrow_side(screen, look)).width(FOLDED), middle, NARROW_CHAT)
        }
        Arrangement::Tabs => tabs(screen, look, whole),
    };
    let panes = container(panes).padding(around).width(Length::Fill).height(Length::Fill);
    let (drawer, dialog) = (screen.layout.drawer_is_up(), screen.dialogs.is_open());
    let mut layers = stack![inert(panes, drawer || screen.chat.menu.is_some() || dialog)];
    if drawer {
        layers = layers.push(inert(unfolded_side(screen, look), dialog));
    }
    if let Some(menu) = &screen.chat.menu {
        layers = layers.push(menu.view(look, screen.layout.size).map(Message::Chat));
    }
    let context = dialog::Context {
        look,
        settings,
        people: &screen.people,
        game_runs: screen.game.runs(),
        size: screen.layout.size,
    };
    if !dialog && let Some(card) = screen.received.view(look, &screen.people) {
        // Over the sheet, so that it covers no button, where there is room.
        let top = if screen.layout.is_short() || screen.layout.is_narrow() { 0.0 } else { ABOVE_SHEET };
        let card = container(card.map(Message::Invitation));
        // In the waiting room the lists begin at the top.
        let card = match screen.waiting_room_is_up() {
            true => card.align_bottom(Length::Fill),
            false => card.padding(iced::padding::top(top)),
        };
        layers = layers.push(card);
    }
    layers.push(dialog::view(&screen.dialogs, context).map(|dialog| dialog.map(Message::Dialog))).into()
}

/// Returns the side, and beside it the gallery or the contacts, or the sheet (of the width `middle`) and the chat.
fn columns<'a>(
    screen: &'a RoomScreen,
    look: Look,
    side: container::Container<'a, Message>,
    middle: f32,
    chat_width: f32,
) -> Element<'a, Message> {
    let (between, within) = screen.layout.gaps();
    if let Some(page) = page(screen, look) {
        return row![side, page].spacing(between).into();
    }
    let desk = column![head(screen, look, middle), board(screen, look, middle)].spacing(within).width(Length::Fill);
    row![side, desk, container(chat_view(screen, look)).width(chat_width)].spacing(between).into()
}

/// Returns the gallery or the contacts with the notices, if one of them is open.
fn page(screen: &RoomScreen, look: Look) -> Option<Element<'_, Message>> {
    let (calendar, short) = (&screen.calendar, screen.layout.is_short());
    let page = if let Some(gallery) = &screen.gallery {
        let name_of = |author| screen.people.label(author, "");
        let room = screen.rooms.label(gallery.room());
        let context = gallery::Context { look, calendar, name_of: &name_of, room: &room, short };
        gallery::view(gallery, context).map(Message::Gallery)
    } else {
        let (people, narrow) = (&screen.people, screen.layout.is_narrow());
        let back = if screen.waiting.is_up { "contacts-back-waiting" } else { "contacts-back" };
        let context = contacts::Context { look, calendar, people, back, narrow, short };
        contacts::view(screen.contacts.as_ref()?, context).map(Message::Contacts)
    };
    let page = stack![page].push(notices(screen, look));
    Some(column![].push(call_banner(screen, look)).push(page).spacing(screen.layout.gaps().1).into())
}

fn chat_view(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let context = chat::Context {
        chat: &screen.chat,
        people: &screen.people,
        mode: screen.line_mode(),
        look,
        calendar: &screen.calendar,
        now: screen.now,
        opening: screen.is_loading(),
        short: screen.layout.is_short(),
    };
    chat::view(context).map(Message::Chat)
}

/// Returns the notices. They lie over the sheet, or stand before its replacement, so that they cover no field or button.
pub(super) fn notices(screen: &RoomScreen, look: Look) -> Option<Element<'_, Message>> {
    let notices = &screen.status.notices;
    (!notices.is_empty()).then(|| notices.view(look, screen.layout.is_short()).map(Message::Status))
}

/// Returns the bar of the game, the sheet, the tools and, in a narrow window, the chat. A card over the sheet covers the
/// tools as well, as nobody can draw below it. In a low window a card that waits for us covers everything.
fn board(screen: &RoomScreen, look: Look, width: f32) -> Element<'_, Message> {
    let (layout, sheet) = (&screen.layout, &screen.sheet);
    let context = game::Context {
        look,
        now: screen.now,
        me: screen.me,
        people: &screen.people,
        may_draw: sheet.live.may_draw,
        width: width - 24.0,
        height: layout.size.height,
    };
    let card = game::card(&screen.game, context).map(|card| card.map(Message::Game));
    let stamp = screen.game.stamp(screen.now).map(|stamp| stamp.view(look, screen.now));
    let folded = layout.size.height < FOLD_TOOLS_BELOW || context.width < TOOLS;
    let popup = sheet.popup(look, folded).map(|popup| popup.map(Message::Sheet));
    let (popup, popup_below) = if folded { (None, popup) } else { (popup, None) };
    let surface = stack![sheet.surface(look).map(Message::Sheet)]
        .push(stamp)
        .push(sheet.zoom(look).map(|zoom| zoom.map(Message::Sheet)))
        .push(popup);
    let surface = container(surface).id(SHEET).width(Length::Fill).height(Length::Fill);
    if layout.is_short() && game::is_waiting_for_us(&screen.game) {
        let layers = stack![surface].push(card).push(notices(screen, look));
        return layers.width(Length::Fill).height(Length::Fill).into();
    }
    let (_, between) = layout.gaps();
    let chat = screen.chat_is_below_sheet().then(|| container(chat_view(screen, look)).height(CHAT_BELOW));
    let below = if chat.is_some() { CHAT_BELOW + between } else { 0.0 };
    // A person who only guesses needs the room for the chat, or for the sheet.
    let tools = (chat.is_none() && !layout.is_tiny() || sheet.live.may_draw)
        .then(|| sheet.tool_bar(look, folded).map(Message::Sheet));
    let strip = if tools.is_some() { STRIP_HEIGHT + between } else { 0.0 };
    let bar = game::bar(&screen.game, context).map(Message::Game);
    let parts = column![bar, surface].push(tools).push(chat).spacing(between);
    let over = |layer, bottom| {
        let top = context.bar() + between;
        container(layer).padding(iced::Padding::ZERO.top(top).bottom(bottom)).height(Length::Fill)
    };
    stack![parts.width(Length::Fill).height(Length::Fill)]
        .push(popup_below.map(|popup| container(popup).padding(iced::padding::bottom(strip + below))))
        .push(card.map(|card| over(card, below)))
        .push(notices(screen, look).map(|notices| over(notices, below)))
        .width(Length::Fill)
        .height(Length::Fill)
        .into()
}

// ---- the head ----

/// Returns the room's name and the state of the connection, on one line where there is room.
fn head(screen: &RoomScreen, look: Look, width: f32) -> Element<'_, Message> {
    let short = screen.layout.is_short();
    let name = screen.rooms.here.as_ref().map_or_else(|| "Inkmesh".to_owned(), |room| screen.rooms.label(room));
    let banners = banners(screen, look, short);
    if !short && width < ONE_LINE {
        let name = container(theme::title(name).wrapping(text::Wrapping::None)).width(Length::Fill).clip(true);
        let first = row![name].extend(head_buttons(look)).spacing(4).align_y(Alignment::Center);
        return column![first, status_line(screen, look, width)].push(banners).spacing(4).into();
    }
    let size = if short { theme::BODY } else { theme::TITLE };
    let name = theme::title(name).size(size).wrapping(text::Wrapping::None);
    let name = container(name).max_width(width * 0.35).clip(true);
    let line = row![name, status_line(screen, look, width)].extend(head_buttons(look)).spacing(8);
    column![line.height(LINE).align_y(Alignment::Center)].push(banners).spacing(4).into()
}

pub(super) fn banners(screen: &RoomScreen, look: Look, short: bool) -> Option<Element<'_, Message>> {
    screen.status.banners.view(look, short).map(|banners| banners.map(Message::Status))
}

/// Returns a button to the room whose game waits for us. It takes the place of the state of the connection, so that
/// nothing moves when it appears.
pub(super) fn call_banner(screen: &RoomScreen, look: Look) -> Option<Element<'_, Message>> {
    let (call, room) = screen.call_elsewhere()?;
    let words = theme::strong(format!("{} →", call.words(look, &screen.rooms.label(room))))
        .size(theme::SMALL)
        .line_height(1.15);
    let words = container(words).center_y(Length::Fill).clip(true);
    let banner = primary(look, words, Message::Rooms(RoomsMessage::Open(room.clone())));
    Some(hint_below(look, banner.padding([0, 12]).width(Length::Fill).height(LINE), look.t("call-go")))
}

/// Returns the state of the connection: at most two lines of small print, so that nothing below moves. A tooltip has the
/// whole text, and in a low window the list of rooms.
fn status_line(screen: &RoomScreen, look: Look, width: f32) -> Element<'_, Message> {
    if let Some(banner) = call_banner(screen, look) {
        return banner;
    }
    let status = screen.connection_status();
    let mark = dot(10.0, status.color(look));
    let words = status.words(look);
    let under = style::under(look.colors, &words);
    let roomy = width >= ROOM_FOR_CONNECT;
    // The button beside it says the rest.
    let shown = if roomy && status == ConnectionStatus::Nobody { look.t("status-nobody-short") } else { words.clone() };
    let line = theme::small(shown, look.colors.text).line_height(1.2);
    let line = if screen.layout.is_short() { line.wrapping(text::Wrapping::None) } else { line };
    let line = container(line).max_height(LINE).width(Length::Fill).clip(true);
    let line: Element<'_, Message> = match status.offers_address() {
        // Without room for a button, the words are one.
        true if !roomy => quiet(look, line, CONNECT).padding(0).into(),
        _ => line.into(),
    };
    let mut line = row![mark, hint_below(look, line, words)].spacing(8).align_y(Alignment::Center);
    if status.offers_address() && roomy {
        let connect = secondary(look, theme::body(look.t("status-connect")), CONNECT).padding([4, 12]);
        line = line.push(focusable(connect, CONNECT, look.colors.accent));
    }
    let line = container(line).center_y(LINE).width(Length::Fill).style(under);
    let ConnectionStatus::CatchingUp(catching_up) = status else { return line.into() };
    // Over the foot of the line, so that nothing moves when it appears.
    let bar = progress_bar(0.0..=1.0, catching_up.done()).girth(4).style(style::progress(look.colors));
    stack![line, container(bar).align_bottom(Length::Fill)].height(LINE).into()
}

/// Returns the buttons that invite others, to the settings and to the help.
pub(super) fn head_buttons<'a>(look: Look) -> [Element<'a, Message>; 3] {
    let buttons = [
        (theme::strong("+☺"), "head-invite", Topic::Invite),
        (theme::sign("⚙"), "head-settings", Topic::Settings),
        (theme::strong("?"), "head-help", Topic::Help),
    ];
    buttons.map(|(sign, key, topic)| {
        let button = sign_button(look, sign, Message::Show(topic));
        let button = focusable(button, Message::Show(topic), look.colors.accent);
        hint(look, button, look.t(key))
    })
}

// ---- the side ----

/// Returns rooms and people, and below them buttons that stay in view. In a low window, which has one line for it beside
/// the room's name, the state of the connection stands above.
fn side(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let short = screen.layout.is_short();
    let heading = |key| theme::small(look.t(key), look.colors.muted);
    let status = short.then(|| {
        theme::small(screen.connection_status().words(look), look.colors.muted).wrapping(text::Wrapping::WordOrGlyph)
    });
    let in_game = |author| screen.game.of_person(screen.me, author);
    let people = screen.people.view(look, &screen.calendar, in_game).map(Message::People);
    let lists = column![]
        .push(status)
        .push(column![heading("room-rooms"), screen.rooms.list(look).map(Message::Rooms)].spacing(8))
        .push(column![heading("room-people"), people].spacing(8))
        .spacing(if short { 12 } else { 24 })
        .padding(iced::padding::right(12))
        .width(Length::Fill);
    let lists = scroll(look, lists).height(Length::Fill);
    let add = screen.rooms.add_view(look).map(Message::Rooms);
    let contacts = quiet_button(look, look.t("contacts-open"), Message::ToContacts);
    let gallery = quiet_button(look, look.t("gallery-open"), Message::ToGallery);
    let by_address = quiet_button(look, look.t("room-by-address"), CONNECT);
    let waiting = quiet_button(look, format!("← {}", look.t("waiting-title")), Message::ToWaitingRoom);
    let (head, foot): (_, Element<'_, Message>) = if short && screen.rooms.adding.is_none() {
        (column![], row![waiting, add, contacts, gallery, by_address].spacing(4).wrap().into())
    } else {
        let title = (!short).then(|| theme::title("Inkmesh"));
        (column![].push(title).push(waiting).spacing(4), column![add, contacts, gallery, by_address].spacing(4).into())
    };
    let all = Pinned::new(head, lists, foot).spacing(8.0).height(Length::Fill);
    let padding = if short { [4, 8] } else { [16, 16] };
    container(all).padding(padding).width(Length::Fill).height(Length::Fill).style(style::card(look.colors)).into()
}

/// Returns rooms and people as letters, between a button to the full list and those to the contacts and to the gallery.
fn narrow_side(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let end = |sign, message, words| {
        let button = quiet(look, theme::sign(sign).center(), message).width(36).padding(4);
        container(hint(look, button, look.t(words))).center_x(Length::Fill)
    };
    let in_game = |author| screen.game.of_person(screen.me, author);
    let people = screen.people.narrow_view(look, in_game).map(Message::People);
    let content = column![screen.rooms.letters(look).map(Message::Rooms), Space::new().height(8), people]
        .spacing(8)
        .align_x(Alignment::Center);
    let list = scrollable(container(content).center_x(Length::Fill));
    let list = list.direction(Direction::Vertical(Scrollbar::hidden())).height(Length::Fill);
    let menu = end("☰", Message::Layout(LayoutMessage::Drawer(true)), "room-menu");
    let contacts = end("☺", Message::ToContacts, "contacts-open");
    let gallery = end("🖼", Message::ToGallery, "gallery-open");
    let waiting = end("←", Message::ToWaitingRoom, "waiting-title");
    let all = Pinned::new(column![waiting, menu], list, column![contacts, gallery]).spacing(8.0).height(Length::Fill);
    container(all).padding([8, 0]).width(Length::Fill).height(Length::Fill).style(style::card(look.colors)).into()
}

/// Returns the folded column, unfolded over the rest.
fn unfolded_side(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let column = container(opaque(side(screen, look)));
    let column = column.width(SIDE + 24.0).height(Length::Fill).padding(DRAWER_PADDING);
    let veil = container(column).width(Length::Fill).height(Length::Fill).style(style::veil(look.colors));
    opaque(mouse_area(veil).on_press(Message::Layout(LayoutMessage::Drawer(false))))
}

// ---- tabs ----

fn tabs<'a>(screen: &'a RoomScreen, look: Look, width: f32) -> Element<'a, Message> {
    if let Some(page) = page(screen, look) {
        return page;
    }
    let layout = &screen.layout;
    let with_notices = |pane: Element<'a, Message>| column![].push(notices(screen, look)).push(pane).spacing(8).into();
    let pane: Element<'_, Message> = match layout.pane {
        Pane::Sheet => board(screen, look, width),
        Pane::Chat => with_notices(chat_view(screen, look)),
        Pane::People => with_notices(side(screen, look)),
    };
    let our_turn = Call::of(&screen.game.view, screen.me).is_some() && layout.pane != Pane::Sheet;
    let elsewhere = match screen.call_elsewhere() {
        Some(_) => Some(call_mark(look)),
        None => number_mark(look, screen.rooms.unread_elsewhere()),
    };
    let tab = |pane, key, mark| tab(screen, look, pane, key, mark);
    let tabs = row![
        tab(Pane::Sheet, "tab-sheet", our_turn.then(|| tab_mark(look, "✎".to_owned()))),
        tab(Pane::Chat, "tab-chat", number_mark(look, screen.chat.behind_tab as u64)),
        tab(Pane::People, "tab-people", elsewhere),
    ]
    .spacing(4);
    let head: Element<'_, Message> = if layout.is_tiny() {
        let banner = if screen.status.banners.can_dismiss() { banners(screen, look, true) } else { None };
        column![row![tabs.width(Length::Fill)].extend(head_buttons(look)).spacing(4)]
            .push(call_banner(screen, look))
            .push(banner)
            .spacing(4)
            .into()
    } else {
        column![head(screen, look, width), tabs].spacing(layout.gaps().1).into()
    };
    column![head, pane].spacing(layout.gaps().1).width(Length::Fill).height(Length::Fill).into()
}

fn tab<'a>(
    screen: &RoomScreen,
    look: Look,
    pane: Pane,
    key: &str,
    mark: Option<Element<'a, Message>>,
) -> Element<'a, Message> {
    let words = row![theme::body(look.t(key))].push(mark).spacing(8).align_y(Alignment::Center);
    button(container(words).center_x(Length::Fill))
        .on_press(Message::Layout(LayoutMessage::Pane(pane)))
        .padding(if screen.layout.is_short() { 4 } else { 8 })
        .width(Length::Fill)
        .style(style::choice(look.colors, screen.layout.pane == pane))
        .into()
}

fn number_mark<'a>(look: Look, number: u64) -> Option<Element<'a, Message>> {
    (number > 0).then(|| tab_mark(look, grouped(number)))
}

fn tab_mark<'a>(look: Look, words: String) -> Element<'a, Message> {
    let words = theme::small(words, look.colors.on_accent);
    container(words).padding([0, 8]).style(style::pill(look.colors.accent, look.colors.on_accent)).into()
}
