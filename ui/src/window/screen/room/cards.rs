//! What lies on the sheet between the turns of a game: who is ready, which word to draw, the points so far, the winners.

use iced::widget::{Column, Row, button, column, container, row, space, text};
use iced::{Alignment, Element, Length};
use inkmesh::event::Person;
use inkmesh::game::{Phase, PlayerView};
use inkmesh::identity::Author;
use inkmesh::words::{Level, Word};

use super::game_bar::{GameBar, Press, Scene, press_button};
use super::standing::{Standing, standings};
use super::{Message, podium};
use crate::text::grouped;
use crate::window::link::Step;
use crate::window::theme::{self, Look, palette, style};
use crate::window::widget::{Pinned, opaque, parts, word_cells};

/// Width of a card with its edge.
const WIDTH: f32 = 488.0;
/// Width of that edge.
const EDGE: f32 = 4.0;
/// A word of more letters is written smaller.
const LONG: usize = 20;
/// Width of a number in a list.
const NUMBER: f32 = 68.0;

/// Whether the card that is up waits for us to do something.
pub fn asks(game: &GameBar) -> bool {
    match game.game.phase {
        Phase::Gathering => true,
        Phase::Choosing => game.may_choose(),
        Phase::Over => game.results().is_some(),
        Phase::Idle | Phase::Drawing | Phase::Revealed => false,
    }
}

/// The card that is up, if there is one. It fills what it is given, and its buttons are always in it.
pub fn view<'a>(game: &'a GameBar, scene: Scene<'a>) -> Option<Element<'a, Message>> {
    let quiz = game.is_quiz_turn();
    let content: Element<'_, Message> = match game.game.phase {
        Phase::Gathering => gathering(game, scene).into(),
        Phase::Choosing if game.may_choose() => offers(game, scene).into(),
        Phase::Choosing if quiz && game.drawer() != Some(scene.me) => return Some(choosing(game, scene)),
        Phase::Revealed if quiz => scoreboard(game, scene).into(),
        Phase::Over => podium::view(game, scene, game.results()?).into(),
        Phase::Idle | Phase::Choosing | Phase::Drawing | Phase::Revealed => return None,
    };
    let padding = if scene.short() { 8 } else { 20 };
    let card = container(content).padding(padding).style(style::dialog(scene.look.tones));
    let card = container(card).padding(EDGE).max_width(WIDTH).style(style::pressed);
    let card = container(opaque(card)).padding(4).center_x(Length::Fill).height(Length::Fill);
    // The finished drawing is worth a look.
    let down = game.game.phase == Phase::Revealed;
    Some(card.align_y(if down { Alignment::End } else { Alignment::Center }).into())
}

/// A list that scrolls when there is too little room for it.
pub fn list<'a>(look: Look, rows: Column<'a, Message>) -> Element<'a, Message> {
    parts::scroll(look, rows.padding(iced::padding::right(12)).width(Length::Fill)).into()
}

/// The heading of a card, with what stands at its right.
fn head<'a>(words: String, scene: Scene<'_>, game: &GameBar) -> Row<'a, Message> {
    let (dial, size) = if scene.short() { (28.0, theme::BODY) } else { (52.0, theme::TITLE) };
    let words = theme::title(words).size(size).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
    row![words].push(game.clock(scene.look, scene.now, dial)).spacing(12).align_y(Alignment::Center)
}

/// Space between the parts of a card.
fn gap(scene: Scene<'_>) -> f32 {
    if scene.short() { 4.0 } else { 12.0 }
}

// ---- gathering ----

fn gathering<'a>(game: &'a GameBar, scene: Scene<'a>) -> Pinned<'a, Message> {
    let look = scene.look;
    let ready = |author: Author| game.game.players.iter().any(|player| player.player == author);
    let here = scene.people.in_order().into_iter().filter(|person| person.online || ready(person.peer));
    let people = here.map(|person| guest(scene, person, ready(person.peer)));
    let people = Column::with_children(people).spacing(8);
    let mut buttons = Row::new().spacing(8);
    if game.game.may_join {
        buttons = buttons.push(press_button(look, look.t("game-ready"), Some(Press::Step(Step::Ready)), true));
    }
    if game.game.proposer == Some(scene.me) {
        let enough = game.may_begin(scene.me).then_some(Press::Step(Step::Begin));
        buttons = buttons.push(press_button(look, look.t("game-begin"), enough, true));
    }
    if game.game.joined {
        buttons = buttons.push(press_button(look, look.t("game-leave"), Some(Press::Step(Step::Leave)), false));
    }
    let hint = match (game.game.joined, game.game.may_join) {
        (true, _) => "game-waiting",
        (false, true) => "game-asked",
        (false, false) => "game-full",
    };
    let hint = (!scene.short() || !game.game.may_join)
        .then(|| theme::small(look.t(hint), look.tones.faded).wrapping(text::Wrapping::WordOrGlyph));
    let foot = column![].push(hint).push(buttons.wrap().vertical_spacing(8)).spacing(gap(scene));
    Pinned::new(head(look.t("game-who"), scene, game), list(look, people), foot).spacing(gap(scene))
}

fn guest<'a>(scene: Scene<'a>, person: &Person, ready: bool) -> Element<'a, Message> {
    let look = scene.look;
    let color = if ready { look.tones.ink } else { look.tones.faded };
    let name = theme::body(scene.people.label(person.peer, "")).color(color).wrapping(text::Wrapping::WordOrGlyph);
    let state = if ready { "game-is-ready" } else { "game-is-asked" };
    let state = theme::small(look.t(state), if ready { look.tones.pine } else { look.tones.faded });
    let mark = ready.then(|| theme::sign("✔").size(theme::SMALL).color(look.tones.pine));
    row![dot(look, person.peer), name.width(Length::Fill), state]
        .push(mark)
        .spacing(8)
        .align_y(Alignment::Center)
        .into()
}

fn dot<'a>(look: Look, author: Author) -> Element<'a, Message> {
    parts::dot(12.0, palette::person_mark(&author, look.tones))
}

// ---- choosing ----

fn offers<'a>(game: &'a GameBar, scene: Scene<'a>) -> Pinned<'a, Message> {
    let look = scene.look;
    let words = game.game.offers.iter().enumerate().map(|(index, word)| offer(scene, index, word));
    let words = Column::with_children(words).spacing(if scene.short() { 3 } else { 8 });
    let hint = theme::small(look.t("game-choose-how"), look.tones.faded).wrapping(text::Wrapping::WordOrGlyph);
    let pass = press_button(look, look.t("game-pass-turn"), Some(Press::Step(Step::Pass)), false);
    let (beside, foot): (_, Element<'_, Message>) = if scene.short() {
        (Some(pass), space::vertical().height(0).into())
    } else {
        (None, row![hint.width(Length::Fill), pass].spacing(12).align_y(Alignment::Center).into())
    };
    let head = head(look.t("game-choose"), scene, game).push(beside);
    Pinned::new(head, list(look, words), foot).spacing(gap(scene))
}

fn offer<'a>(scene: Scene<'_>, index: usize, word: &'a Word) -> Element<'a, Message> {
    let look = scene.look;
    let key = container(theme::small((index + 1).to_string(), look.tones.faded))
        .center_x(24)
        .padding([2, 0])
        .style(style::banner(look.tones, look.tones.line));
    let level = match word.level {
        Level::Easy => "level-easy",
        Level::Medium => "level-medium",
        Level::Hard => "level-hard",
    };
    let how_hard = (!scene.short()).then(|| theme::small(look.t(level), look.tones.faded));
    let how_hard =
        row![].push(how_hard).push(word_cells::level(look, word.level)).spacing(8).align_y(Alignment::Center);
    let small = scene.short() || word.text.chars().count() > LONG;
    let text = if small { theme::strong(word.text.as_str()) } else { theme::title(word.text.as_str()) };
    let text = text.wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
    let line = row![key, text, how_hard].spacing(12).align_y(Alignment::Center);
    button(line)
        .on_press(Message::Game(Press::Step(Step::Choose(index))))
        .padding(if scene.short() { [1, 8] } else { [10, 12] })
        .width(Length::Fill)
        .style(style::secondary(look.tones))
        .into()
}

/// Somebody else chooses: said in large letters, and nothing is in the way.
fn choosing<'a>(game: &'a GameBar, scene: Scene<'a>) -> Element<'a, Message> {
    let look = scene.look;
    let name = scene.name(game.drawer());
    let words = look.t_args("game-choosing-word", [("name", name.into())]);
    let words = theme::title(words).wrapping(text::Wrapping::WordOrGlyph);
    let mark = theme::sign("✎").size(theme::TITLE).color(look.tones.seal);
    let card = container(row![mark, words].spacing(12).align_y(Alignment::Center)).padding([16, 24]);
    let card = container(card.style(style::dialog(look.tones))).padding(EDGE).max_width(WIDTH).style(style::pressed);
    container(card).center(Length::Fill).padding(4).into()
}

// ---- points ----

fn scoreboard<'a>(game: &'a GameBar, scene: Scene<'a>) -> Pinned<'a, Message> {
    let look = scene.look;
    let words = match &game.game.word {
        Some(word) => look.t_args("game-word-was", [("word", word.text.as_str().into())]),
        None => look.t("game-no-word"),
    };
    let level = game.game.word.as_ref().map(|word| word_cells::level(look, word.level));
    let over = container(over_points(look, "game-this-turn")).padding(iced::padding::right(12));
    let rows = standings(&game.game.players).into_iter().map(|standing| line(scene, standing, game.drawer()));
    let rows = Column::with_children(rows).spacing(8);
    let head = column![head(words, scene, game).push(level)].push(told(game, scene)).push(over).spacing(gap(scene));
    Pinned::headed(head, list(look, rows)).spacing(gap(scene))
}

/// What stands over the two numbers of a line; the first ones are the points of the turn that this key names.
pub fn over_points<'a>(look: Look, turn: &str) -> Row<'a, Message> {
    let faded = |key| number(look.t(key)).size(theme::SMALL).color(look.tones.faded);
    row![space::horizontal(), faded(turn), faded("game-total")].spacing(8)
}

/// What else there is to say of the turn that is looked at.
pub fn told<'a>(game: &GameBar, scene: Scene<'_>) -> Option<Element<'a, Message>> {
    let look = scene.look;
    let (words, color) = match (&game.game.word, game.game.lied) {
        (_, true) => match game.drawer() {
            Some(_) => (look.t_args("game-lied", [("name", scene.name(game.drawer()).into())]), look.tones.seal),
            None => (look.t("game-lied-last"), look.tones.seal),
        },
        (None, _) if game.game.mask.is_none() => return None, // the last turn ended before it had a word
        (None, _) => (look.t("game-told-nothing"), look.tones.amber),
        (Some(_), _) if game.game.solved.is_empty() => (look.t("game-nobody-knew"), look.tones.faded),
        (Some(_), _) => return None,
    };
    Some(theme::small(words, color).wrapping(text::Wrapping::WordOrGlyph).into())
}

/// A player with the points of the turn that is looked at and of the whole game.
pub fn line<'a>(scene: Scene<'a>, standing: Standing<'a>, drawer: Option<Author>) -> Element<'a, Message> {
    let (look, player) = (scene.look, standing.player);
    let points = match player.points {
        0 => theme::body("–").color(look.tones.faded),
        points => theme::strong(format!("+{}", grouped(points.into()))).color(look.tones.pine),
    };
    let mark = match drawer == Some(player.player) {
        true => Some(theme::sign("✎").size(theme::SMALL).color(look.tones.seal)),
        false => player.solved.then(|| theme::sign("✔").size(theme::SMALL).color(look.tones.pine)),
    };
    let points = points.width(NUMBER).align_x(Alignment::End);
    who(scene, standing).push(mark).push(points).push(number(grouped(player.score.into())).font(theme::BOLD)).into()
}

/// A place and a name.
fn who<'a>(scene: Scene<'a>, standing: Standing<'a>) -> Row<'a, Message> {
    let PlayerView { player, name, .. } = standing.player;
    let label = theme::body(scene.people.label(*player, name)).wrapping(text::Wrapping::WordOrGlyph);
    let label = if *player == scene.me { label.font(theme::BOLD) } else { label };
    let place = theme::body(format!("{}.", standing.place)).color(scene.look.tones.faded).width(28);
    row![place, dot(scene.look, *player), label.width(Length::Fill)].spacing(8).align_y(Alignment::Center)
}

/// A number at the right of a line.
fn number<'a>(words: String) -> text::Text<'a, iced::Theme> {
    theme::body(words).width(NUMBER).align_x(Alignment::End)
}
