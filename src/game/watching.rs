//! The view of a game: the fold, and the time as our program takes it.

use std::collections::BTreeSet;

use super::fold::{Game, Stage, Table};
use super::gathering::OPENING_WAIT_MS;
use super::play::Player;
use super::timers::{CHOOSING_MS, GATHERING_MS, REVEALED_MS};
use super::turns::Begun;
use super::view::{GameView, Phase, PlayerView};
use crate::clock::Now;
use crate::identity::Author;

impl Player {
    /// The game as it is to be shown.
    pub fn view(
        &self,
        game: &Game,
        online: &BTreeSet<Author>,
        name_of: impl Fn(&Author) -> String,
        now: Now,
    ) -> GameView {
        let Some(table) = game.table() else { return GameView::default() };
        let shown = |(player, playing): (Author, bool)| PlayerView {
            player,
            name: name_of(&player),
            online: online.contains(&player),
            playing,
        };
        let view = GameView {
            game: Some(table.id),
            rules: table.rules,
            proposer: Some(table.proposer),
            players: people(table).into_iter().map(shown).collect(),
            joined: table.is_member(self.me),
            ..GameView::default()
        };
        let since = self.since.filter(|since| since.step == table.since.id);
        let elapsed = since.map_or(0, |since| since.timer.elapsed(now));
        at_stage(view, table, elapsed)
    }
}

/// Puts in where the game stands, `elapsed` milliseconds after it came there.
fn at_stage(view: GameView, table: &Table, elapsed: u64) -> GameView {
    let left = |length: u64| length.saturating_sub(elapsed);
    match &table.stage {
        Stage::Gathering(gathering) => {
            let length = if gathering.closed_ms().is_none() { GATHERING_MS } else { OPENING_WAIT_MS };
            GameView { phase: Phase::Gathering, remaining_ms: left(length), ..view }
        }
        Stage::Playing(turns) => {
            let present = (turns.round(), turns.turn(), turns.drawer());
            let (phase, length, shown) = match turns.to_reveal().filter(|_| elapsed < REVEALED_MS) {
                Some(Begun { round, turn, drawer }) => (Phase::Revealed, REVEALED_MS, (round, turn, Some(drawer))),
                None if turns.is_drawing() => (Phase::Drawing, table.rules.seconds_ms(), present),
                None => (Phase::Choosing, CHOOSING_MS, present),
            };
            let (round, turn, drawer) = shown;
            GameView { phase, round: round + 1, turn: turn + 1, drawer, remaining_ms: left(length), ..view }
        }
        Stage::Over { cancelled, round, turn, .. } => {
            GameView { phase: Phase::Over, round: *round, turn: *turn, cancelled: *cancelled, ..view }
        }
    }
}

/// The people of a game in the order of their keys, and whether they take part now.
fn people(table: &Table) -> Vec<(Author, bool)> {
    match &table.stage {
        Stage::Gathering(gathering) => {
            let open = gathering.closed_ms().is_none();
            gathering.ready().map(|player| (player, open || gathering.is_on_roster(player))).collect()
        }
        Stage::Playing(turns) => {
            let mut people: Vec<(Author, bool)> = turns.players().iter().map(|player| (*player, true)).collect();
            people.extend(turns.newcomers().iter().map(|player| (*player, false)));
            people.sort_unstable();
            people
        }
        Stage::Over { players, .. } => players.iter().map(|player| (*player, true)).collect(),
    }
}
