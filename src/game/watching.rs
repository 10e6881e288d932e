//! The view of a game: the fold, and the time as our program takes it.

use std::collections::BTreeSet;

use super::fold::{Game, Stage, Table};
use super::gathering::OPENING_WAIT_MS;
use super::my_turn::MyTurn;
use super::play::{Player, begin_after_ms, choosing_ms, revealed_ms};
use super::quiz::{Quiz, WordTurn};
use super::quiz_play::may_guess;
use super::timers::GATHERING_MS;
use super::turns::{Begun, Turns};
use super::view::{GameView, Phase, PlayerView};
use crate::clock::Now;
use crate::identity::Author;
use crate::operation_id::OperationId;
use crate::words::Word;

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
        let since = self.since.filter(|since| since.step == table.since.id);
        let elapsed = since.map_or(0, |since| since.timer.elapsed(now));
        let turn = watched_turn(table, elapsed);
        let scores = table.quiz.as_ref().map(Quiz::scores).unwrap_or_default();
        let points = turn.map(WordTurn::points).unwrap_or_default();
        let solved: Vec<Author> = turn.into_iter().flat_map(WordTurn::solvers).map(|claim| claim.author).collect();
        let shown = |(player, playing): (Author, bool)| PlayerView {
            player,
            name: name_of(&player),
            online: online.contains(&player),
            playing,
            score: scores.get(&player).copied().unwrap_or(0),
            points: points.get(&player).copied().unwrap_or(0),
            solved: solved.contains(&player),
        };
        let view = GameView {
            game: Some(table.id),
            rules: table.rules,
            proposer: Some(table.proposer),
            players: people(table).into_iter().map(shown).collect(),
            joined: table.is_member(self.me),
            may_join: table.admits(self.me) && turns_of(table).is_none_or(Turns::has_next_round),
            removed: turns_of(table).is_some_and(|turns| turns.has_removed(self.me)),
            skipped: turns_of(table).and_then(Turns::skipped).map(|skipped| skipped.drawer),
            skipped_by: turns_of(table).and_then(Turns::skipped).map(|skipped| skipped.why),
            wants_end: turns_of(table).is_some_and(|turns| turns.has_voted_to_end(self.me)),
            solved,
            ..GameView::default()
        };
        at_stage(self.with_word(view, table, turn), table, elapsed).map_offers(|| self.offers(table, elapsed))
    }

    /// Puts in what we may know of the word.
    fn with_word(&self, view: GameView, table: &Table, turn: Option<&WordTurn>) -> GameView {
        let Some(turn) = turn else { return view };
        let ours = self.mine.as_ref().filter(|mine| mine.turn == turn.turn).and_then(MyTurn::word);
        let guesser = self.guesser.as_ref().filter(|guesser| guesser.turn == turn.turn);
        let known = ours.or_else(|| guesser.and_then(|guesser| guesser.known.as_ref()).map(|(word, _)| word));
        let running = turn.end.is_none();
        GameView {
            mask: Some(turn.mask.clone()),
            hints: turn.hints,
            word: turn.word().or(known.filter(|_| running)).cloned(),
            word_taken: running && turn.drawer == self.me && self.has_taken(table.id, turn.turn),
            guessing: running && may_guess(table, turn, self.me) && !turn.has_solved(self.me) && known.is_none(),
            lied: turn.lied(),
            ..view
        }
    }

    /// Whether our program took the word of this turn of ours, out of several.
    fn has_taken(&self, game: OperationId, turn: u32) -> bool {
        self.taken == Some((game, turn)) && self.mine.as_ref().is_some_and(|mine| mine.offers.len() > 1)
    }

    /// The words to choose from, while it is for us to choose.
    fn offers(&self, table: &Table, elapsed: u64) -> Vec<Word> {
        let Some((mine, turns)) = self.mine.as_ref().zip(turns_of(table)) else { return Vec::new() };
        let choosing = !turns.is_drawing() && elapsed >= begin_after_ms(table, turns.turn());
        if choosing && mine.offers.len() > 1 { mine.offers.clone() } else { Vec::new() }
    }
}

impl GameView {
    fn map_offers(self, offers: impl FnOnce() -> Vec<Word>) -> Self {
        if self.phase == Phase::Choosing { GameView { offers: offers(), ..self } } else { self }
    }
}

fn turns_of(table: &Table) -> Option<&Turns> {
    match &table.stage {
        Stage::Playing(turns) => Some(turns),
        Stage::Gathering(_) | Stage::Over { .. } => None,
    }
}

/// The turn whose word is shown: the one that runs, the one before while it is looked at, the last one in the end.
fn watched_turn(table: &Table, elapsed: u64) -> Option<&WordTurn> {
    let quiz = table.quiz.as_ref()?;
    match &table.stage {
        Stage::Gathering(_) => None,
        Stage::Playing(turns) => match turns.to_reveal().filter(|_| elapsed < revealed_ms(table)) {
            Some(begun) => quiz.turn(begun.turn),
            None => quiz.turn(turns.turn()),
        },
        // The last turn may have ended before it had a word.
        Stage::Over { turn, .. } => quiz.turns().next_back().filter(|last| last.turn + 1 == *turn),
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
            let looked_at = revealed_ms(table);
            let (phase, length, shown) = match turns.to_reveal().filter(|_| elapsed < looked_at) {
                Some(Begun { round, turn, drawer }) => (Phase::Revealed, looked_at, (round, turn, Some(drawer))),
                None if turns.is_drawing() => (Phase::Drawing, table.rules.seconds_ms(), present),
                None => (Phase::Choosing, choosing_ms(table, turns.turn()), present),
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
            let players = turns.players().iter().map(|player| (*player, !turns.has_left(*player)));
            let others = turns.newcomers().union(turns.left()).filter(|player| !turns.players().contains(player));
            let mut people: Vec<(Author, bool)> = players.chain(others.map(|player| (*player, false))).collect();
            people.sort_unstable();
            people
        }
        Stage::Over { players, left, .. } => players.iter().map(|player| (*player, !left.contains(player))).collect(),
    }
}
