//! The conduct of our program: the steps that it writes by itself in each stage of a game, and the moments when it does.

use std::collections::BTreeSet;
use std::mem;

use super::driver::{Driver, Plan, Seen, ready_step};
use super::own_turn::OwnTurn;
use super::timers::{Alarm, Timer};
use crate::clock::Now;
use crate::game::protocol::timing::{GATHERING_MS, OPENING_WAIT_MS};
use crate::game::protocol::{CancelReason, EndReason, GameStep, SkipReason, nonce};
use crate::game::secret::{Blinded, Blinding};
use crate::game::state::{Game, Gathering, Phase, Quiz, Stage, Table, Turns};
use crate::identity::{Author, Identity};
use crate::limits::MIN_PLAYERS;
use crate::operation_id::OperationId;
use crate::words::normalise;

/// Time after the roster at which a game with too few openings is called off, in milliseconds.
const OPENING_MS: u64 = 10_000;
/// Time past the end of a drawer's time after which a silent drawer gets our vote to be skipped.
const OVERTIME_MS: u64 = 8_000;
/// Time for which a player may be offline before our program says so. A dead link is noticed after about 5 s, and the game
/// goes on within 10 s.
const AWAY_MS: u64 = 4_000;
/// The same time when it ends the game, because too few players are left.
const LAST_AWAY_MS: u64 = 8_000;
/// Time after which a step that we wrote is checked for its effect, and perhaps written again.
const RETRY_MS: u64 = 1_000;

/// The arguments of one call of [`Driver::advance`].
#[derive(Clone, Copy)]
struct Present<'a> {
    table: &'a Table,
    identity: &'a Identity,
    online: &'a BTreeSet<Author>,
    since: Timer,
}

impl Driver {
    /// Returns what to do. To be called after any change of the game or of the people online (ourselves included), and
    /// at the moment that the last plan named.
    ///
    /// `live` says that the change came just now from the network or from ourselves. A change from the disk or from
    /// sync may have happened long ago; then its age is estimated by the wall clock.
    pub fn advance(
        &mut self,
        game: &Game,
        identity: &Identity,
        online: &BTreeSet<Author>,
        now: Now,
        live: bool,
    ) -> Plan {
        let Some(table) = game.table() else {
            return Plan::default();
        };
        let since = self.watch(table, online, now, live);
        self.follow_turn(table, identity);
        self.guesses.follow(table);
        let present = Present { table, identity, online, since };
        let mut alarm = Alarm::new(now);
        let step = match &table.stage {
            Stage::Gathering(gathering) if gathering.closed_ms().is_none() => {
                self.gather(&present, gathering, &mut alarm)
            }
            Stage::Gathering(gathering) => self.draw_seed(&present, gathering, &mut alarm),
            Stage::Playing(turns) => {
                let step = self.report_absence(&present, turns, &mut alarm);
                step.or_else(|| match turns.drawer() == Some(self.me) {
                    true => self.draw(&present, turns, &mut alarm),
                    false => self.watch_drawer(&present, turns, &mut alarm),
                })
            }
            Stage::Over { .. } => None,
        };
        if step.is_some() {
            alarm.wake_in(RETRY_MS); // writing it may fail, or still be under way
        }
        let new = |step: &GameStep| !self.has_written(|written| is_repeated(written, step));
        let step = step.filter(new).or_else(|| self.unblind(table, identity).filter(new));
        let step = step.or_else(|| self.abandon(table, &mut alarm).filter(new));
        if let Some(GameStep::WordLocked { game, turn, .. }) = step {
            self.chosen_by_program = Some((game, turn));
        }
        self.written.extend(step.clone());
        Plan { steps: step.into_iter().collect(), wake: alarm.wake(), in_vain: self.guesses.take_expired() }
    }

    /// Takes note of the present stage or turn and of the players who are offline. Returns the time since the stage or
    /// turn began.
    fn watch(&mut self, table: &Table, online: &BTreeSet<Author>, now: Now, live: bool) -> Timer {
        let since = match self.since {
            Some(known) if known.step == table.since.id => known,
            _ => {
                self.written.clear();
                self.drew = None;
                let age_ms = if live { 0 } else { restored_age(table, now) };
                Seen { step: table.since.id, timer: Timer::started(now, age_ms) }
            }
        };
        self.since = Some(since);
        if self.last.is_none_or(|known| known.step != table.last.id) {
            self.last = Some(Seen { step: table.last.id, timer: Timer::started(now, 0) });
        }
        self.watch_players(table, online, now);
        since.timer
    }

    fn watch_players(&mut self, table: &Table, online: &BTreeSet<Author>, now: Now) {
        let Stage::Playing(turns) = &table.stage else {
            self.away.clear();
            return;
        };
        self.away.retain(|player, _| turns.players().contains(player) && !online.contains(player));
        for player in turns.players().difference(online) {
            self.away.entry(*player).or_insert_with(|| Timer::started(now, 0));
        }
        if !turns.is_present(self.me) {
            let votes = |step: &GameStep| matches!(step, GameStep::Skip { .. } | GameStep::Absent { .. });
            self.written.retain(|step| !votes(step)); // they don't count, and may be given again
        }
        if !turns.is_said_absent(self.me) {
            self.written.retain(|step| !matches!(step, GameStep::Here { .. })); // in the log, or no longer needed
        }
    }

    /// Makes or drops what belongs to our own turn in a quiz.
    fn follow_turn(&mut self, table: &Table, identity: &Identity) {
        let present = match (&table.stage, &table.quiz) {
            (Stage::Playing(turns), Some(quiz)) if turns.drawer() == Some(self.me) => Some((turns, quiz)),
            _ => None,
        };
        let Some((turns, quiz)) = present else {
            self.own_turn = None;
            return;
        };
        let known = self.own_turn.take().filter(|own| own.is_of(table, turns));
        let mut own_turn = known.unwrap_or_else(|| OwnTurn::new(table, turns, quiz, identity));
        own_turn.settle(quiz);
        self.own_turn = Some(own_turn);
    }

    /// Says that we are here when others say that we are absent, and that others are absent, once in each stage or turn:
    /// so that two programs that don't see each other, though the rest sees both, don't go on contradicting each other.
    fn report_absence(&self, present: &Present, turns: &Turns, alarm: &mut Alarm) -> Option<GameStep> {
        let game = present.table.id;
        let plays = turns.players().contains(&self.me) && !turns.has_left(self.me);
        // A stale game is not revived by a player who looks in: it would stand in the way of a new one.
        if !plays || present.table.is_stale(alarm.wall_ms()) {
            return None;
        }
        let here = GameStep::Here { game };
        if turns.is_said_absent(self.me) && !self.has_written(|written| *written == here) {
            return Some(here);
        }
        let others = turns.present().count().saturating_sub(1);
        let seen = turns.present().filter(|player| *player == self.me || present.online.contains(player)).count();
        // The players whom we see are no majority: as far as anybody knows, it is we who are cut off.
        if seen * 2 <= others {
            return None;
        }
        let patience = if others < MIN_PLAYERS { LAST_AWAY_MS } else { AWAY_MS };
        let mut away = self.away.iter().filter(|(player, _)| turns.is_present(**player) && **player != self.me);
        away.find_map(|(player, timer)| {
            let step = GameStep::Absent { game, player: *player };
            let new = !turns.has_voted_absent(self.me, *player) && !self.has_written(|written| *written == step);
            (new && alarm.is_due(*timer, patience)).then_some(step)
        })
    }

    /// As the proposer, waits for people, then closes the roster.
    fn gather(&self, present: &Present, gathering: &Gathering, alarm: &mut Alarm) -> Option<GameStep> {
        let game = present.table.id;
        if present.table.proposer != self.me {
            return None;
        }
        let timeout = alarm.is_due(present.since, GATHERING_MS);
        if let Some(step) = self.next_words(present.table) {
            return Some(step);
        }
        let ready = gathering.ready_ids();
        let complete = present.table.quiz.as_ref().is_none_or(Quiz::is_complete);
        let enough = ready.len() >= MIN_PLAYERS && complete;
        let everybody =
            present.online.len() >= MIN_PLAYERS && present.online.iter().all(|one| gathering.is_ready(*one));
        if timeout && !enough {
            return Some(GameStep::Cancelled { game, reason: CancelReason::TooFewPlayers });
        }
        if !gathering.is_ready(self.me) && gathering.has_room() {
            return Some(ready_step(game, present.identity));
        }
        let close = enough && (timeout || everybody || self.begin == Some(game));
        close.then_some(GameStep::RosterClosed { game, ready })
    }

    /// Returns the next part of the words of our own game.
    fn next_words(&self, table: &Table) -> Option<GameStep> {
        let quiz = table.quiz.as_ref()?;
        let part = quiz.next_part()?;
        let index = self.more_words.len().checked_sub(quiz.missing() as usize)?;
        let words = self.more_words.get(index)?.clone();
        Some(GameStep::MoreWords { game: table.id, part, words })
    }

    /// Opens our nonce; as the proposer, starts the game when all nonces are there.
    fn draw_seed(&self, present: &Present, gathering: &Gathering, alarm: &mut Alarm) -> Option<GameStep> {
        let (game, since) = (present.table.id, present.since);
        if gathering.is_on_roster(self.me) && !gathering.has_opened(self.me) {
            return Some(GameStep::Opened { game, nonce: nonce(present.identity, game) });
        }
        if present.table.proposer != self.me {
            return None;
        }
        let opened = gathering.opened_ids();
        let earliest_ms = gathering.closed_ms().unwrap_or(0).saturating_add(OPENING_WAIT_MS);
        let waited = gathering.all_opened() || (alarm.is_due(since, OPENING_WAIT_MS) && alarm.is_dated(earliest_ms));
        let timeout = alarm.is_due(since, OPENING_MS);
        if opened.len() < MIN_PLAYERS {
            return timeout.then_some(GameStep::Cancelled { game, reason: CancelReason::TooFewPlayers });
        }
        waited.then_some(GameStep::Started { game, opened })
    }

    /// As a player who doesn't draw, votes to skip a drawer who is silent or draws nothing.
    fn watch_drawer(&self, present: &Present, turns: &Turns, alarm: &mut Alarm) -> Option<GameStep> {
        let rules = &present.table.rules;
        if turns.to_reveal().is_some() {
            alarm.is_due(present.since, rules.revealed_ms()); // the view changes
        }
        if !turns.is_present(self.me) || turns.has_voted_to_skip(self.me) {
            return None;
        }
        let time = if turns.is_drawing() { rules.turn_ms() } else { rules.choosing_ms(turns.turn()) };
        let silent = alarm.is_due(present.since, time + OVERTIME_MS);
        let idle = turns.is_drawing() && self.is_idle(present, alarm);
        let reason = if silent { Some(SkipReason::Silent) } else { idle.then_some(SkipReason::Idle) };
        reason.map(|reason| GameStep::Skip { game: present.table.id, turn: turns.turn(), reason: Some(reason) })
    }

    /// Returns whether the drawer has drawn nothing for longer than the rules allow.
    fn is_idle(&self, present: &Present, alarm: &mut Alarm) -> bool {
        let since = self.drew.unwrap_or(present.since);
        let idle = present.table.rules.idle;
        idle > 0 && alarm.is_due(since, u64::from(idle) * 1000)
    }

    /// As the drawer, begins the turn, and later ends it. In a quiz our person chooses the word, if there is a choice;
    /// our program takes one when the time is over.
    fn draw(&self, present: &Present, turns: &Turns, alarm: &mut Alarm) -> Option<GameStep> {
        let (rules, turn) = (&present.table.rules, turns.turn());
        if turns.is_drawing() {
            return self.go_on(present, turn, alarm);
        }
        let begin = alarm.is_due(present.since, rules.begin_after_ms(turn));
        match &self.own_turn {
            Some(_) if self.has_written(|written| matches!(written, GameStep::WordLocked { .. })) => None,
            Some(own_turn) if own_turn.offers.len() == 1 => begin.then(|| own_turn.choose(0)).flatten(),
            Some(own_turn) => {
                let over = alarm.is_due(present.since, rules.choosing_ms(turn));
                over.then(|| own_turn.choose_default()).flatten()
            }
            None => begin.then_some(GameStep::TurnBegan { game: present.table.id, turn }),
        }
    }

    /// Shows a hint when one is due; ends the turn when its time is over or everybody knows the word.
    fn go_on(&self, present: &Present, turn: u32, alarm: &mut Alarm) -> Option<GameStep> {
        let Present { table, since, .. } = *present;
        let over = alarm.is_due(since, table.rules.turn_ms());
        let Some((own_turn, quiz)) = self.own_turn.as_ref().zip(table.quiz.as_ref()) else {
            return over.then(|| self.end_turn(table, turn, EndReason::Time));
        };
        let word_turn = quiz.turn(turn)?;
        if over {
            return Some(self.end_turn(table, turn, EndReason::Time));
        }
        if word_turn.all_solved(|guesser| table.is_member(guesser) && present.online.contains(&guesser)) {
            return Some(self.end_turn(table, turn, EndReason::AllSolved));
        }
        own_turn.hint(word_turn, quiz.rules().hints, since, table.rules.turn_ms(), alarm)
    }

    /// Proves that a request of ours asked for the word, in any turn of the game in which we solved it.
    fn unblind(&self, table: &Table, identity: &Identity) -> Option<GameStep> {
        let turns = table.quiz.as_ref().into_iter().flat_map(Quiz::turns);
        let mut open = turns.rev().filter_map(|turn| {
            let claim = turn.claim(self.me).filter(|claim| !claim.opened)?;
            Some((turn, claim.blinded, turn.word()?))
        });
        let (turn, blinded, word) = open.find(|(turn, blinded, _)| !self.has_opened(table.id, turn.turn, blinded))?;
        let blinding = Blinding::new(identity, table.id, turn.turn, &[normalise(&word.text)])?;
        let opening = blinding.opening(0)?;
        Some(GameStep::Unblinded { game: table.id, turn: turn.turn, blinded, opening, word: word.text.clone() })
    }

    fn has_opened(&self, game: OperationId, turn: u32, blinded: &Blinded) -> bool {
        self.has_written(|step| match step {
            GameStep::Unblinded { game: its_game, turn: its_turn, blinded: its, .. } => {
                (*its_game, *its_turn, its) == (game, turn, blinded)
            }
            _ => false,
        })
    }

    /// Calls off a game that has been stale for too long: so many players are gone that not even a majority can go on.
    /// The time is measured by our own watching, so that a wrong wall clock ends no game, and must be over by the log's
    /// time too.
    fn abandon(&self, table: &Table, alarm: &mut Alarm) -> Option<GameStep> {
        if table.is_over() || !table.is_member(self.me) {
            return None;
        }
        let after_ms = table.stale_after_ms() + 1;
        let still = self.last.is_some_and(|last| alarm.is_due(last.timer, after_ms));
        let stale = still && alarm.is_dated(table.last.ms.saturating_add(after_ms));
        stale.then_some(GameStep::Cancelled { game: table.id, reason: CancelReason::Abandoned })
    }
}

/// Returns whether `step` repeats `written`. A start is another one when it names other openings: an opening came in that
/// the log orders before the first start and so made it void. A roster is never named twice.
fn is_repeated(written: &GameStep, step: &GameStep) -> bool {
    match (written, step) {
        (
            GameStep::Started { .. }
            | GameStep::Hint { .. }
            | GameStep::Unblinded { .. }
            | GameStep::MoreWords { .. }
            | GameStep::Absent { .. }
            | GameStep::WordLocked { .. },
            _,
        ) => written == step,
        _ => mem::discriminant(written) == mem::discriminant(step),
    }
}

/// Returns the age of the present stage or turn in milliseconds, as far as the wall clock can be trusted: never so much
/// that a player would be skipped before having had a chance.
fn restored_age(table: &Table, now: Now) -> u64 {
    let longest = match &table.stage {
        Stage::Gathering(gathering) if gathering.closed_ms().is_none() => GATHERING_MS,
        Stage::Gathering(_) => OPENING_WAIT_MS,
        Stage::Playing(turns) if table.phase() == Phase::Choosing => table.rules.begin_after_ms(turns.turn()),
        Stage::Playing(_) => table.rules.turn_ms(),
        Stage::Over { .. } => 0,
    };
    now.wall_ms.saturating_sub(table.since.ms).min(longest)
}
