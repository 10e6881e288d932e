//! How the parts of the room lie beside each other: in three columns, with the left one folded, or as tabs.

use iced::widget::{Space, button, column, container, mouse_area, opaque, progress_bar, row, stack, text};
use iced::{Alignment, Element, Length};

use super::dialog::{self, Topic};
use super::status::Status;
use super::{Arrangement, Message, Pane, Room, cards, chat_view, game_bar, side, surface, tools, tools_view};
use crate::settings::Settings;
use crate::text::grouped;
use crate::window::theme::{self, Look, style};

/// Width of the left column.
const SIDE: f32 = 224.0;
/// Width of the left column when it is folded.
const FOLDED: f32 = 56.0;
/// Width of the talk.
const TALK: f32 = 304.0;
/// Width of the talk beside a folded column.
const NARROW_TALK: f32 = 272.0;
/// Height of the talk below the sheet.
const TALK_BELOW: f32 = 220.0;
/// Space around and between the parts.
const GAP: f32 = 12.0;

impl Room {
    /// What is seen.
    pub fn view<'a>(&'a self, look: Look, settings: &'a Settings) -> Element<'a, Message> {
        let whole = self.size.width - 2.0 * GAP;
        let panes: Element<'_, Message> = match self.arrangement() {
            Arrangement::Wide => {
                let middle = whole - SIDE - TALK - 2.0 * GAP;
                self.columns(look, container(self.side(look)).width(SIDE), middle, TALK)
            }
            Arrangement::Folded => {
                let middle = whole - FOLDED - NARROW_TALK - 2.0 * GAP;
                let side = side::narrow_view(&self.rooms, &self.people, look, &self.game);
                self.columns(look, container(side).width(FOLDED), middle, NARROW_TALK)
            }
            Arrangement::Tabs => self.tabs(look, whole),
        };
        let mut layers = stack![container(panes).padding(GAP).width(Length::Fill).height(Length::Fill)];
        if self.drawer && self.arrangement() == Arrangement::Folded {
            layers = layers.push(self.unfolded(look));
        }
        if let Some(dialog) = &self.dialog {
            let scene = dialog::Scene {
                look,
                settings,
                me: self.me,
                addresses: &self.addresses,
                game_runs: self.game.runs(),
                height: self.size.height,
            };
            layers = layers.push(dialog.view(scene));
        }
        layers.into()
    }

    /// The side, and beside it the gallery, or the sheet (with so much room) and the talk.
    fn columns<'a>(
        &'a self,
        look: Look,
        side: container::Container<'a, Message>,
        middle: f32,
        talk: f32,
    ) -> Element<'a, Message> {
        match self.exhibition(look) {
            Some(gallery) => row![side, gallery].spacing(GAP).into(),
            None => row![side, self.desk(look, middle), container(self.talk(look)).width(talk)].spacing(GAP).into(),
        }
    }

    /// The gallery, and what is said once over it.
    fn exhibition(&self, look: Look) -> Option<Element<'_, Message>> {
        Some(stack![self.gallery_view(look)?].push(self.said_once(look)).into())
    }

    fn side(&self, look: Look) -> Element<'_, Message> {
        side::view(&self.rooms, &self.people, look, &self.calendar, &self.game)
    }

    /// The folded column, unfolded over the rest.
    fn unfolded(&self, look: Look) -> Element<'_, Message> {
        let column = container(opaque(self.side(look))).width(SIDE + 24.0).height(Length::Fill).padding(GAP);
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
        };
        let room = self.here().map(ToString::to_string).unwrap_or_default();
        chat_view::view(scene, &room)
    }

    /// The sheet with everything around it.
    fn desk(&self, look: Look, width: f32) -> Element<'_, Message> {
        column![self.head(look), self.board(look, width)].spacing(8).width(Length::Fill).into()
    }

    fn board(&self, look: Look, width: f32) -> Element<'_, Message> {
        let scene = game_bar::Scene {
            look,
            now: self.now,
            me: self.me,
            people: &self.people,
            may_draw: self.sheet.may_draw(),
            width: width - 24.0,
        };
        let stamp = self.game.stamp(self.now).map(|stamp| stamp.view(look, self.now));
        let sheet = stack![surface::view(&self.sheet, &self.tools, look)]
            .push(cards::view(&self.game, scene, self.sheet.area()))
            .push(stamp)
            .push(tools_view::zoom(self.sheet.lens(), look))
            .push(tools_view::popup(&self.tools, look))
            .push(self.said_once(look));
        let talk = self.talks_below().then(|| container(self.talk(look)).height(TALK_BELOW));
        // Who only guesses needs the room for the talk.
        let tools =
            (talk.is_none() || self.sheet.may_draw()).then(|| tools_view::view(&self.tools, self.tools_scene(look)));
        column![self.game.view(scene), sheet]
            .push(tools)
            .push(talk)
            .spacing(8)
            .width(Length::Fill)
            .height(Length::Fill)
            .into()
    }

    /// Notices: over the sheet, or before what takes its place, so that they never cover a field or a button.
    fn said_once(&self, look: Look) -> Option<Element<'_, Message>> {
        (!self.notices.is_empty()).then(|| self.notices.view(look))
    }

    /// The room's name and the state of the connection.
    fn head(&self, look: Look) -> Element<'_, Message> {
        let name = self.here().map_or_else(|| "Inkmesh".to_owned(), |room| format!("# {room}"));
        let name = theme::title(name).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
        let settings = head_button(look, theme::sign("⚙").size(18), "head-settings", Topic::Settings);
        let help = head_button(look, theme::strong("?").size(18), "head-help", Topic::Help);
        let first = row![name, settings, help].spacing(4).align_y(Alignment::Center);
        column![first, self.status_line(look)].push(self.banners.view(look)).spacing(4).into()
    }

    /// The state of the connection now.
    pub(super) fn status(&self) -> Status {
        let (here, anywhere) = (self.people.others_online(), self.rooms.others());
        let name = |author| self.people.label(author, "");
        self.connection.status(self.now, self.here(), here, anywhere.saturating_sub(here), name)
    }

    fn status_line(&self, look: Look) -> Element<'_, Message> {
        let status = self.status();
        let color = status.color(look);
        let mark = container(Space::new().width(10).height(10)).style(style::pill(color, color));
        let words = status.words(look);
        let under = style::under(look.tones, &words);
        let words = theme::body(words).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
        // As high as with a button, so that nothing jumps when one comes.
        let mut line = row![mark, words, Space::new().height(32)].spacing(8).align_y(Alignment::Center);
        if status.offers_address() {
            let connect = button(theme::body(look.t("status-connect")))
                .on_press(Message::Show(Topic::Connect))
                .padding([4, 12])
                .style(style::secondary(look.tones));
            line = line.push(connect);
        }
        let line = container(line).width(Length::Fill).style(under);
        let Status::CatchingUp(catching_up) = status else { return line.into() };
        // Over the foot of the line, so that nothing moves when it comes or goes.
        let bar = progress_bar(0.0..=1.0, catching_up.done()).girth(4).style(style::progress(look.tones));
        stack![line, container(bar).align_bottom(Length::Fill)].into()
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
        let our_turn = self.game.is_our_turn(self.me) && self.pane != Pane::Sheet;
        let tabs = row![
            self.tab(look, Pane::Sheet, "tab-sheet", our_turn.then(|| tab_mark(look, "✎".to_owned()))),
            self.tab(look, Pane::Chat, "tab-chat", number_mark(look, self.behind as u64)),
            self.tab(look, Pane::People, "tab-people", number_mark(look, self.rooms.unread_elsewhere())),
        ]
        .spacing(4);
        column![self.head(look), tabs, pane].spacing(8).width(Length::Fill).height(Length::Fill).into()
    }

    fn tab<'a>(&self, look: Look, pane: Pane, key: &str, mark: Option<Element<'a, Message>>) -> Element<'a, Message> {
        let words = row![theme::body(look.t(key))].push(mark).spacing(8).align_y(Alignment::Center);
        button(container(words).center_x(Length::Fill))
            .on_press(Message::Pane(pane))
            .padding(8)
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

fn head_button<'a>(look: Look, sign: text::Text<'a, iced::Theme>, key: &str, topic: Topic) -> Element<'a, Message> {
    let button = button(sign.center())
        .on_press(Message::Show(topic))
        .width(36)
        .height(32)
        .padding(4)
        .style(style::quiet(look.tones));
    tools::hint(look, button, look.t(key))
}
