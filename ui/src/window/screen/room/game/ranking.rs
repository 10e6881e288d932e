//! The players of a quiz by their points, and how they are listed.

use iced::widget::{self, Column, Row, space, text};
use iced::{Alignment, Element, Length};
use inkmesh::game::PlayerView;
use inkmesh::identity::Author;

use super::context::Context;
use super::message::Message;
use crate::text::grouped;
use crate::window::portrait::{MEDIUM, SMALL};
use crate::window::theme::{self, Look};
use crate::window::widget::parts;

/// Width of a number in a list.
const NUMBER: f32 = 68.0;

/// A player and their rank.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<'a> {
    /// The rank from 1. Players with the same points share one, and the ranks after it are left out.
    pub rank: usize,
    /// The player with their points.
    pub player: &'a PlayerView,
}

/// Returns the players by their points, the best first.
pub fn of(players: &[PlayerView]) -> Vec<Ranked<'_>> {
    let mut sorted: Vec<&PlayerView> = players.iter().collect();
    sorted.sort_by_key(|player| (std::cmp::Reverse(player.score), player.player));
    let rank = |player: &PlayerView| 1 + players.iter().filter(|other| other.score > player.score).count();
    sorted.into_iter().map(|player| Ranked { rank: rank(player), player }).collect()
}

/// Returns a list that scrolls when there is too little room for it.
pub fn list<'a>(look: Look, rows: Column<'a, Message>) -> Element<'a, Message> {
    parts::scroll(look, rows.padding(iced::padding::right(12)).width(Length::Fill)).into()
}

/// Returns the heading over the two numbers of a row. The key is that of the first: the points of a turn.
pub fn heading<'a>(look: Look, turn: &str) -> Row<'a, Message> {
    let faded = |key| number(look.t(key)).size(theme::SMALL).color(look.colors.muted);
    widget::row![space::horizontal(), faded(turn), faded("game-total")].spacing(8)
}

/// Returns a player with the points of the turn and of the whole game.
pub fn row<'a>(context: Context<'a>, ranked: Ranked<'a>, drawer: Option<Author>) -> Element<'a, Message> {
    let (look, player) = (context.look, ranked.player);
    let points = match player.points {
        0 => theme::body("–").color(look.colors.muted),
        points => theme::strong(format!("+{}", grouped(points.into()))).color(look.colors.success),
    };
    let mark = match drawer == Some(player.player) {
        true => Some(theme::sign("✎").size(theme::SMALL).color(look.colors.accent)),
        false => player.solved.then(|| theme::sign("✔").size(theme::SMALL).color(look.colors.success)),
    };
    let points = points.width(NUMBER).align_x(Alignment::End);
    name(context, ranked).push(mark).push(points).push(number(grouped(player.score.into())).font(theme::BOLD)).into()
}

fn name<'a>(context: Context<'a>, ranked: Ranked<'a>) -> Row<'a, Message> {
    let PlayerView { player, name, .. } = ranked.player;
    let label = theme::body(context.people.label(*player, name)).wrapping(text::Wrapping::WordOrGlyph);
    let label = if *player == context.me { label.font(theme::BOLD) } else { label };
    let rank = theme::body(format!("{}.", ranked.rank)).color(context.look.colors.muted).width(28);
    widget::row![rank, portrait(context, *player), label.width(Length::Fill)].spacing(8).align_y(Alignment::Center)
}

/// Returns a number at the right of a row.
pub fn number<'a>(words: String) -> text::Text<'a, iced::Theme> {
    theme::body(words).width(NUMBER).align_x(Alignment::End)
}

/// Returns a person's portrait in a row.
pub fn portrait<'a>(context: Context<'a>, author: Author) -> Element<'a, Message> {
    context.people.portrait(context.look, author, true, if context.short() { SMALL } else { MEDIUM })
}

#[cfg(test)]
mod tests {
    use inkmesh::identity::Author;

    use super::*;

    fn player(key: u8, score: u32) -> PlayerView {
        PlayerView {
            player: Author([key; 32]),
            name: String::new(),
            online: true,
            playing: true,
            score,
            points: 0,
            solved: false,
        }
    }

    #[test]
    fn equal_points_share_a_rank() {
        let players = [player(1, 50), player(2, 90), player(3, 50), player(4, 20), player(5, 90)];
        let places: Vec<(usize, u8)> = of(&players).iter().map(|one| (one.rank, one.player.player.0[0])).collect();
        assert_eq!(places, [(1, 2), (1, 5), (3, 1), (3, 3), (5, 4)]);
        assert!(of(&[]).is_empty());
    }
}
