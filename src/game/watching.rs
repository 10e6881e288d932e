//! The view of a game: the fold, and the time as our program takes it.

use std::collections::BTreeSet;

use super::fold::{Game, Stage, Table};
use super::gathering::OPENING_WAIT_MS;
use super::play::Player;
use super::timers::{CHOOSING_MS, GATHERING_MS, REVEALED_MS};
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
        let (phase, remaining_ms) = self.phase(table, now);
        let (round, turn, drawer, cancelled) = match &table.stage {
            Stage::Gathering(_) => (0, 0, None, None),
            Stage::Playing(turns) => (turns.round() + 1, turns.turn() + 1, turns.drawer(), None),
            Stage::Over { cancelled, round, turn, .. } => (*round, *turn, None, *cancelled),
        };
        let shown = |(player, playing): (Author, bool)| PlayerView {
            player,
            name: name_of(&player),
            online: online.contains(&player),
            playing,
        };
        GameView {
            game: Some(table.id),
            phase,
            rules: table.rules,
            proposer: Some(table.proposer),
            players: people(table).into_iter().map(shown).collect(),
            round,
            turn,
            drawer,
            remaining_ms,
            cancelled,
            joined: table.is_member(self.me),
        }
    }

    /// The phase as it is shown, and how many milliseconds of it remain.
    fn phase(&self, table: &Table, now: Now) -> (Phase, u64) {
        let since = self.since.filter(|since| since.step == table.since.id);
        let elapsed = since.map_or(0, |since| since.timer.elapsed(now));
        let (phase, length) = match &table.stage {
            Stage::Gathering(gathering) if gathering.closed_ms().is_none() => (Phase::Gathering, GATHERING_MS),
            Stage::Gathering(_) => (Phase::Gathering, OPENING_WAIT_MS),
            Stage::Playing(turns) if turns.is_drawing() => (Phase::Drawing, table.rules.seconds_ms()),
            Stage::Playing(turns) if turns.turn() > 0 && elapsed < REVEALED_MS => (Phase::Revealed, REVEALED_MS),
            Stage::Playing(_) => (Phase::Choosing, CHOOSING_MS),
            Stage::Over { .. } => (Phase::Over, 0),
        };
        (phase, length.saturating_sub(elapsed))
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
