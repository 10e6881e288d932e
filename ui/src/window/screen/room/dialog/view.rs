//! The view of the dialogs.

use iced::widget::text::Wrapping;
use iced::widget::{Column, Row, center, column, container, mouse_area, row, space};
use iced::{Alignment, Element, Length, Size};
use inkmesh::command::CommandError;
use inkmesh::name::NameError;

use super::message::Message;
use super::picture;
use super::state::{ADDRESS_FIELD, Dialog, Dialogs};
use crate::settings::{Appearance, Language, Settings};
use crate::text::{command_error, name_error, short_address};
use crate::window::portrait::{LARGE, portrait};
use crate::window::screen::room::chat::Link;
use crate::window::screen::room::game::{SHORT_BELOW, setup, setup_content, setup_foot};
use crate::window::screen::room::people::People;
use crate::window::theme::{self, Look, style};
use crate::window::widget::{Pinned, focusable, opaque, parts};

/// The width of the window below which the buttons of a dialog stand below its words, in pixels.
const NARROW_BELOW: f32 = 480.0;
/// The id of the field for our name.
const NAME_FIELD: &str = "own-name-field";

/// What a dialog is shown with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub look: Look,
    pub settings: &'a Settings,
    pub people: &'a People,
    /// True if a game runs in the room.
    pub game_runs: bool,
    /// The size of the window, in pixels.
    pub size: Size,
}

impl Context<'_> {
    /// Returns the padding of a dialog, which is smaller in a low or narrow window.
    fn edge(&self) -> f32 {
        if self.size.height < SHORT_BELOW || self.size.width < NARROW_BELOW { 10.0 } else { 24.0 }
    }
}

/// Returns the open dialog, over a veil that closes it.
pub fn view<'a>(dialogs: &'a Dialogs, context: Context<'a>) -> Option<Element<'a, Message>> {
    let (look, dialog) = (context.look, dialogs.dialog.as_ref()?);
    let (heading, fields, content) = match dialog {
        Dialog::Connect { address, error } => {
            ("connect-title", Some(connect(look, address, error.as_ref())), own_addresses(look, &dialogs.addresses))
        }
        Dialog::Settings { name, error } => {
            ("settings-title", Some(rename(context, name, *error)), settings(dialogs, context))
        }
        Dialog::Picture(pad) => {
            let choice = picture::view(pad, context.people.me, dialogs.picture.as_ref(), look);
            ("picture-title", None, choice.map(Message::Picture))
        }
        Dialog::Help => ("help-title", None, help(look)),
        Dialog::Link(link) => ("link-title", None, ask_link(link, look)),
        Dialog::Invite(inviting) => ("invite-title", None, inviting.view(look, context.people).map(Message::Invite)),
        Dialog::Setup(setup) => ("plan-title", None, setup_content(setup, look).map(Message::Setup)),
    };
    let foot = match dialog {
        Dialog::Setup(setup) => {
            let messages = (Message::Setup(setup::Message::Start), Message::Close);
            Some(setup_foot(setup, look, context.game_runs, context.size.width < NARROW_BELOW, messages))
        }
        Dialog::Link(link) => Some(link_foot(link, look)),
        Dialog::Invite(inviting) => Some(inviting.foot(look).map(Message::Invite)),
        Dialog::Picture(pad) => Some(picture::foot(pad, look).map(Message::Picture)),
        Dialog::Connect { .. } | Dialog::Settings { .. } | Dialog::Help => None,
    };
    let edge = context.edge();
    let beside = iced::padding::horizontal(edge);
    let close = parts::close_button(look, theme::BODY, Message::Close);
    let head = row![theme::title(look.t(heading)).width(Length::Fill), close].align_y(Alignment::Center);
    let head = container(column![head].push(fields).spacing(12)).padding(beside);
    let content = parts::scroll(look, container(content).padding(beside));
    let foot = container(column![].push(foot)).padding(beside);
    let card = Pinned::new(head, content, foot).spacing(16.0_f32.min(edge));
    let card = container(card).padding(iced::padding::vertical(edge)).max_width(520).style(style::dialog(look.colors));
    let veil = container(center(opaque(card)).padding(edge * 0.6)).style(style::veil(look.colors));
    Some(opaque(mouse_area(veil).on_press(Message::Close)))
}

/// Returns the field for an address, which stays in view.
fn connect<'a>(look: Look, address: &'a str, error: Option<&CommandError>) -> Element<'a, Message> {
    let field = parts::field(look, "192.168.0.7", address).id(ADDRESS_FIELD).padding([8, 12]);
    let field = field.on_input(Message::Address).on_submit(Message::Dial);
    let may_dial = (!address.trim().is_empty()).then_some(Message::Dial);
    let dial = parts::primary(look, theme::body(look.t("connect-dial")), may_dial).padding([8, 16]);
    let dial = focusable(dial, Message::Dial, look.colors.text);
    let words = match error {
        Some(error) => theme::small(command_error(look.language, error), look.colors.accent),
        None => theme::small(look.t("connect-form"), look.colors.muted),
    };
    let words = words.wrapping(Wrapping::WordOrGlyph);
    column![row![field, dial].spacing(8), words].spacing(8).into()
}

fn own_addresses(look: Look, addresses: &[String]) -> Element<'_, Message> {
    // Others can't use an address of the machine itself. It is shown only without any other.
    let is_local = |address: &str| address.contains("/127.0.0.1/") || address.contains("/ip6/::1/");
    let all_local = addresses.iter().all(|address| is_local(address));
    let shown = addresses.iter().filter(|address| all_local || !is_local(address));
    let lines = shown.map(|address| {
        let short = short_address(address);
        let message = Message::Copy(short.clone());
        let copy = parts::small_button(look, look.t("connect-copy"), message.clone());
        let copy = focusable(copy, message, look.colors.accent);
        row![theme::strong(short).width(Length::Fill), copy].spacing(8).align_y(Alignment::Center).into()
    });
    let lines = Column::with_children(lines).spacing(4);
    let words = if addresses.is_empty() { "connect-no-address" } else { "connect-own" };
    let own = column![theme::small(look.t(words), look.colors.muted), lines].spacing(8);
    column![theme::body(look.t("connect-why")), own].spacing(16).into()
}

/// Returns the field for our name, which stays in view.
fn rename<'a>(context: Context<'a>, name: &'a str, error: Option<NameError>) -> Element<'a, Message> {
    let look = context.look;
    let field = parts::field(look, &look.t("settings-name"), name).id(NAME_FIELD).padding([8, 12]);
    let field = field.on_input(Message::Name).on_submit(Message::Rename);
    let rename = parts::secondary(look, theme::body(look.t("settings-rename")), Message::Rename).padding([8, 16]);
    let rename = focusable(rename, Message::Rename, look.colors.accent);
    let fingerprint = context.people.me.fingerprint();
    let words = match error {
        Some(error) => theme::small(name_error(look.language, error), look.colors.accent),
        None => theme::small(look.t_args("settings-fingerprint", [("print", fingerprint.into())]), look.colors.muted),
    };
    let words = words.wrapping(Wrapping::WordOrGlyph);
    column![theme::small(look.t("settings-name"), look.colors.muted), row![field, rename].spacing(8), words]
        .spacing(8)
        .into()
}

fn settings<'a>(dialogs: &Dialogs, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let languages = Language::ALL.map(|language| {
        choice(look, language.name().to_owned(), language == look.language, Message::Language(language))
    });
    let appearances = Appearance::ALL.map(|appearance| {
        let key = match appearance {
            Appearance::System => "settings-system",
            Appearance::Light => "settings-light",
            Appearance::Dark => "settings-dark",
        };
        choice(look, look.t(key), appearance == context.settings.appearance, Message::Appearance(appearance))
    });
    let motions = [("settings-motion-on", false), ("settings-motion-off", true)].map(|(key, reduce)| {
        choice(look, look.t(key), context.settings.reduce_motion == reduce, Message::ReduceMotion(reduce))
    });
    let part =
        |key, content: Element<'a, Message>| column![theme::small(look.t(key), look.colors.muted), content].spacing(8);
    let shown = portrait(look, context.people.me, dialogs.picture.as_ref(), true, LARGE);
    let change = parts::secondary(look, theme::body(look.t("picture-change")), Message::ToPicture).padding([4, 12]);
    let change = focusable(change, Message::ToPicture, look.colors.accent);
    column![
        part("picture-title", row![shown, change].spacing(12).align_y(Alignment::Center).into()),
        part("settings-language", Row::with_children(languages).spacing(4).into()),
        part("settings-appearance", Row::with_children(appearances).spacing(4).into()),
        part("settings-motion", Row::with_children(motions).spacing(4).into()),
    ]
    .spacing(24)
    .into()
}

fn choice<'a>(look: Look, words: String, chosen: bool, message: Message) -> Element<'a, Message> {
    parts::choice(look, words, chosen, [4, 12], message)
}

/// Returns where a link leads, with the host first.
fn ask_link(link: &Link, look: Look) -> Element<'_, Message> {
    let whole = theme::body(&link.url).wrapping(Wrapping::WordOrGlyph);
    let read = link.host_read.as_ref().map(|read| {
        let words = look.t_args("link-host-read", [("host", read.as_str().into())]);
        theme::small(words, look.colors.warning).wrapping(Wrapping::WordOrGlyph)
    });
    let host = theme::strong(&link.host).size(theme::TITLE).wrapping(Wrapping::WordOrGlyph);
    column![theme::small(look.t("link-host"), look.colors.muted), host]
        .push(read)
        .push(theme::small(look.t("link-whole"), look.colors.muted))
        .push(whole)
        .spacing(8)
        .into()
}

fn link_foot(link: &Link, look: Look) -> Element<'_, Message> {
    let secondary = |key, message: Message| {
        let button = parts::secondary(look, theme::body(look.t(key)), message.clone()).padding([8, 16]);
        focusable(button, message, look.colors.accent)
    };
    let message = Message::OpenLink(link.clone());
    let open = parts::primary(look, theme::body(look.t("link-open")), message.clone()).padding([8, 16]);
    let open = focusable(open, message, look.colors.text);
    let copy = secondary("connect-copy", Message::Copy(link.url.clone()));
    row![space::horizontal(), copy, secondary("plan-cancel", Message::Close), open].spacing(8).into()
}

fn help<'a>(look: Look) -> Element<'a, Message> {
    let keys = [
        ("Enter", "help-enter"),
        ("Shift Enter", "help-lines"),
        ("Esc", "help-escape"),
        ("Tab", "help-tab"),
        ("Ctrl C", "help-copy"),
        ("B  E", "help-pens"),
        ("L  R  O", "help-shapes"),
        ("G  I", "help-colours"),
        ("1 – 5", "help-widths"),
        ("Ctrl Z  Y", "help-undo"),
        ("Ctrl S", "help-save"),
        ("+  −  0", "help-zoom"),
        ("Space", "help-play"),
        ("←  →", "help-strokes"),
        ("Enter", "help-ready"),
        ("F2", "help-go-on"),
        ("F3", "help-results"),
        ("F4", "help-again"),
        ("F5", "help-plan"),
        ("F6", "help-call"),
        ("F1", "help-help"),
    ];
    let lines = keys.map(|(key, words)| {
        let key = container(theme::strong(key)).width(96);
        row![key, theme::body(look.t(words)).width(Length::Fill)].spacing(8).into()
    });
    column![theme::body(look.t("help-what")), Column::with_children(lines).spacing(8)].spacing(16).into()
}
