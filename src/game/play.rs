//! Our own program's conduct in a game: what it writes by itself, and when. Nothing here is folded; two peers may think
//! differently about the time, and the log decides.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;

use super::election::{commitment, nonce};
use super::fold::{Game, Mark, Stage, Table};
use super::gathering::{Gathering, MIN_PLAYERS, OPENING_WAIT_MS};
use super::guesser::{GuessTicket, Guesser};
use super::my_turn::MyTurn;
use super::quiz::Quiz;
use super::step::{CancelReason, EndReason, GameStep, SkipReason};
use super::timers::{
    AWAY_MS, Alarm, CHOOSING_MS, FIRST_TURN_MS, GATHERING_MS, LAST_AWAY_MS, OPENING_MS, OVERTIME_MS, QUIZ_REVEALED_MS,
    RETRY_MS, REVEALED_MS, Timer,
};
use super::turns::Turns;
use super::view::Phase;
use super::word_list::WordList;
use crate::clock::Now;
use crate::identity::{Author, Identity};
use crate::operation_id::OperationId;

/// What our program has to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The steps to write now.
    pub steps: Vec<GameStep>,
    /// When to look again if nothing changes before, by the monotonic clock in milliseconds.
    pub wake: Option<u64>,
    /// Guesses that waited until their turn was over: nobody answers them any more.
    pub in_vain: Vec<GuessTicket>,
}

/// What our program remembers of a room's game beside the log.
#[derive(Debug, Clone)]
pub struct Player {
    pub(super) me: Author,
    /// The game whose gathering our person wants to end.
    pub(super) begin: Option<OperationId>,
    /// Since when the game is at its present stage or turn.
    pub(super) since: Option<Watched>,
    /// Since when nothing more has counted, as far as we were there.
    last: Option<Watched>,
    /// Players who are offline, and since when.
    away: BTreeMap<Author, Timer>,
    /// What we have written since the game is at its present stage or turn.
    pub(super) written: Vec<GameStep>,
    /// The turn of ours whose word our program took, because we had not chosen in time.
    pub(super) taken: Option<(OperationId, u32)>,
    /// Our own turn in a quiz, while it is ours.
    pub(super) mine: Option<MyTurn>,
    /// Our guesses in the present turn.
    pub(super) guesser: Option<Guesser>,
    /// The rest of the words of the game that we proposed.
    pub(super) words_to_come: VecDeque<WordList>,
    /// Since when the drawer of the present turn has not drawn, as far as we saw.
    pub(super) ink: Option<Watched>,
    pub(super) tickets: u64,
    /// Guesses whose turn is over, until that was told.
    pub(super) in_vain: Vec<GuessTicket>,
}

/// A step of the log, and the time since it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched {
    pub(super) step: OperationId,
    pub(super) timer: Timer,
}

/// Everything that `advance` is told.
#[derive(Clone, Copy)]
struct Present<'a> {
    table: &'a Table,
    identity: &'a Identity,
    online: &'a BTreeSet<Author>,
    since: Timer,
}

impl Player {
    /// The conduct of `me` in one room.
    #[must_use]
    pub fn new(me: Author) -> Self {
        Player {
            me,
            begin: None,
            since: None,
            last: None,
            away: BTreeMap::new(),
            written: Vec::new(),
            taken: None,
            mine: None,
            guesser: None,
            words_to_come: VecDeque::new(),
            ink: None,
            tickets: 0,
            in_vain: Vec::new(),
        }
    }

    /// What to do, after any change of the game or of who is online (ourselves included), and at the time to look again.
    ///
    /// `live`: whether what changed came just now from the network or from ourselves. What came from the disk or by
    /// catching up may have happened long ago; then its age is guessed by the wall clock.
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
        self.watch_words(table, identity, now);
        let present = Present { table, identity, online, since };
        let mut alarm = Alarm::new(now);
        let step = match &table.stage {
            Stage::Gathering(gathering) if gathering.closed_ms().is_none() => {
                self.gather(&present, gathering, &mut alarm)
            }
            Stage::Gathering(gathering) => self.draw_seed(&present, gathering, &mut alarm),
            Stage::Playing(turns) => {
                let step = self.attend(&present, turns, &mut alarm);
                step.or_else(|| match turns.drawer() == Some(self.me) {
                    true => self.draw(&present, turns, &mut alarm),
                    false => self.look_on(&present, turns, &mut alarm),
                })
            }
            Stage::Over { .. } => None,
        };
        if step.is_some() {
            alarm.wake_in(RETRY_MS); // what was written may fail, or be on its way still
        }
        let new = |step: &GameStep| !self.has_written(|written| is_repeated(written, step));
        let step = step.filter(new).or_else(|| self.unblind(table, identity).filter(new));
        let step = step.or_else(|| self.abandon(table, &mut alarm).filter(new));
        if let Some(GameStep::WordLocked { game, turn, .. }) = step {
            self.taken = Some((game, turn));
        }
        self.written.extend(step.clone());
        Plan { steps: step.into_iter().collect(), wake: alarm.wake(), in_vain: mem::take(&mut self.in_vain) }
    }

    /// Writing failed: what was to be written may be written again.
    pub fn forget_written(&mut self) {
        self.written.clear();
    }

    /// Takes note of what the game is at, and of a drawer who is offline.
    fn watch(&mut self, table: &Table, online: &BTreeSet<Author>, now: Now, live: bool) -> Timer {
        let since = match self.since {
            Some(known) if known.step == table.since.id => known,
            _ => {
                self.written.clear();
                let age_ms = if live { 0 } else { restored_age(table, now) };
                self.ink = None;
                Watched { step: table.since.id, timer: Timer::started(now, age_ms) }
            }
        };
        self.since = Some(since);
        if self.last.is_none_or(|known| known.step != table.last.id) {
            self.last = Some(Watched { step: table.last.id, timer: Timer::started(now, 0) });
        }
        self.watch_players(table, online, now);
        since.timer
    }

    /// Takes note of who is offline.
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
            self.written.retain(|step| !matches!(step, GameStep::Here { .. })); // it is in the log, or not needed any more
        }
    }

    /// Says that we are not absent, when others say that we are, and that others are, once for each place of the game: so
    /// two who don't see each other, though the rest sees both, don't go on contradicting each other.
    fn attend(&self, present: &Present, turns: &Turns, alarm: &mut Alarm) -> Option<GameStep> {
        let game = present.table.id;
        let plays = turns.players().contains(&self.me) && !turns.has_left(self.me);
        // What was left long ago is not brought back to life by who looks in: it would stand in the way of a new game.
        if !plays || present.table.is_stale(alarm.wall_ms()) {
            return None;
        }
        let here = GameStep::Here { game };
        if turns.is_said_absent(self.me) && !self.has_written(|written| *written == here) {
            return Some(here);
        }
        let others = turns.present().count().saturating_sub(1);
        let seen = turns.present().filter(|player| *player == self.me || present.online.contains(player)).count();
        // Those whom we see can't decide it without the others: then it is we who are cut off, as far as anybody knows.
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

    /// The proposer waits for people, then closes the roster.
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

    /// The roster opens its nonces; the proposer starts the game when it has them.
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

    /// The others watch over the drawer.
    fn look_on(&self, present: &Present, turns: &Turns, alarm: &mut Alarm) -> Option<GameStep> {
        if turns.to_reveal().is_some() {
            alarm.is_due(present.since, revealed_ms(present.table)); // the view changes
        }
        if !turns.is_present(self.me) || turns.has_voted_to_skip(self.me) {
            return None;
        }
        let time = if turns.is_drawing() {
            present.table.rules.seconds_ms()
        } else {
            choosing_ms(present.table, turns.turn())
        };
        let silent = alarm.is_due(present.since, time + OVERTIME_MS);
        let idle = turns.is_drawing() && self.is_idle(present, alarm);
        let reason = if silent { Some(SkipReason::Silent) } else { idle.then_some(SkipReason::Idle) };
        reason.map(|reason| GameStep::Skip { game: present.table.id, turn: turns.turn(), reason: Some(reason) })
    }

    /// Whether the drawer has drawn nothing for longer than the rules allow.
    fn is_idle(&self, present: &Present, alarm: &mut Alarm) -> bool {
        let since = self.ink.map_or(present.since, |ink| ink.timer);
        let idle = present.table.rules.idle;
        idle > 0 && alarm.is_due(since, u64::from(idle) * 1000)
    }

    /// The drawer begins and ends the turn; in a quiz the person chooses the word, if there is a choice, and the program
    /// when the person has not in time.
    fn draw(&self, present: &Present, turns: &Turns, alarm: &mut Alarm) -> Option<GameStep> {
        let (game, turn) = (present.table.id, turns.turn());
        if turns.is_drawing() {
            return self.go_on(present, turn, alarm);
        }
        let begin = alarm.is_due(present.since, begin_after_ms(present.table, turn));
        match &self.mine {
            Some(_) if self.has_written(|written| matches!(written, GameStep::WordLocked { .. })) => None,
            Some(mine) if mine.offers.len() == 1 => begin.then(|| mine.choose(0)).flatten(),
            Some(mine) => {
                let over = alarm.is_due(present.since, choosing_ms(present.table, turn));
                over.then(|| mine.choose(mine.lot)).flatten()
            }
            None => begin.then_some(GameStep::TurnBegan { game, turn }),
        }
    }

    /// The turn goes on, or ends: when the time is over, when everybody knows the word.
    fn go_on(&self, present: &Present, turn: u32, alarm: &mut Alarm) -> Option<GameStep> {
        let Present { table, since, .. } = *present;
        let over = alarm.is_due(since, table.rules.seconds_ms());
        let Some((mine, quiz)) = self.mine.as_ref().zip(table.quiz.as_ref()) else {
            return over.then_some(GameStep::TurnEnded {
                game: table.id,
                turn,
                reason: EndReason::Time,
                reveal: None,
                evidence: Vec::new(),
            });
        };
        let word_turn = quiz.turn(turn)?;
        if over {
            return Some(mine.end(Some(word_turn), EndReason::Time));
        }
        if word_turn.all_solved(|guesser| table.is_member(guesser) && present.online.contains(&guesser)) {
            return Some(mine.end(Some(word_turn), EndReason::AllSolved));
        }
        mine.hint(word_turn, quiz.rules().hints, since, table.rules.seconds_ms(), alarm)
    }

    /// When those who could go on are gone, so that not even a majority can, somebody has to end the game. The time is
    /// taken by our own watching, so that a wrong wall clock ends no game, and has to be over by the log's time too.
    fn abandon(&self, table: &Table, alarm: &mut Alarm) -> Option<GameStep> {
        if table.is_over() || !table.is_member(self.me) {
            return None;
        }
        let after_ms = table.stale_after_ms() + 1;
        let still = self.last.is_some_and(|last| alarm.is_due(last.timer, after_ms));
        let stale = still && alarm.is_dated(table.last.ms.saturating_add(after_ms));
        stale.then_some(GameStep::Cancelled { game: table.id, reason: CancelReason::Abandoned })
    }

    /// Whether we wrote such a step already: it may still be on its way to the disk and the log.
    pub(super) fn has_written(&self, is_it: impl Fn(&GameStep) -> bool) -> bool {
        self.written.iter().any(is_it)
    }
}

/// That we are ready for a game.
pub(super) fn ready_step(game: OperationId, identity: &Identity) -> GameStep {
    GameStep::Ready { game, commit: commitment(game, identity.author(), &nonce(identity, game)) }
}

/// Whether `step` says again what `written` said. A start is another when it names other openings: one came in that
/// the log orders before the first start and so made it void. A roster is never named twice, whoever is in it.
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

/// When the next drawer begins: when the drawing of the turn before was looked at.
pub(super) fn begin_after_ms(table: &Table, turn: u32) -> u64 {
    if turn == 0 { FIRST_TURN_MS } else { revealed_ms(table) }
}

/// Returns the time that a drawer has to begin, in milliseconds; in a quiz it starts after the pause that shows the last turn.
pub(super) fn choosing_ms(table: &Table, turn: u32) -> u64 {
    if table.quiz.is_some() { begin_after_ms(table, turn) + CHOOSING_MS } else { CHOOSING_MS }
}

/// How long a finished drawing is looked at; in a quiz with its word and the points.
pub(super) fn revealed_ms(table: &Table) -> u64 {
    if table.quiz.is_some() { QUIZ_REVEALED_MS } else { REVEALED_MS }
}

/// How long ago the present stage or turn came, as far as the wall clock can be trusted: never so long that somebody
/// would be skipped before they had a chance.
fn restored_age(table: &Table, now: Now) -> u64 {
    let Mark { ms, .. } = table.since;
    let longest = match &table.stage {
        Stage::Gathering(gathering) if gathering.closed_ms().is_none() => GATHERING_MS,
        Stage::Gathering(_) => OPENING_WAIT_MS,
        Stage::Playing(turns) if table.phase() == Phase::Choosing => begin_after_ms(table, turns.turn()),
        Stage::Playing(_) => table.rules.seconds_ms(),
        Stage::Over { .. } => 0,
    };
    now.wall_ms.saturating_sub(ms).min(longest)
}
