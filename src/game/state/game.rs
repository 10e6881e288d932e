//! The state of a room's game: the result of its steps in the log's order, the same on every peer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::effect::{Effect, Phase};
use super::gathering::Gathering;
use super::quiz::{Quiz, WordTurn};
use super::turns::Turns;
use crate::canvas::SheetId;
use crate::game::protocol::guess::GuessRequest;
use crate::game::protocol::{CancelReason, GameStep, MAX_MORE, Reveal, Rules, WordList};
use crate::game::secret::{VoprfPublic, WordPublic};
use crate::identity::Author;
use crate::operation_id::OperationId;
use crate::words::{MIN_WORDS, Mask, Word};

/// The time without a step that counts, beyond a turn's length, after which a game is stale; in milliseconds of the log's
/// time.
const STALE_MS: u64 = 60_000;

/// The operation of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepAt {
    /// The operation's id.
    pub id: OperationId,
    /// The author.
    pub author: Author,
    /// The time by the hybrid clock: milliseconds since 1970 in the upper 48 bits, a counter in the lower 16.
    pub time: u64,
    /// The result of [`GameStep::is_proven`].
    pub proven: bool,
}

/// The state of a room's game after some steps of the log. A room has at most one game at a time.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Game(Option<Table>);

/// A game, from its proposal until the next one is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) id: OperationId,
    pub(crate) proposer: Author,
    pub(crate) rules: Rules,
    pub(crate) stage: Stage,
    pub(crate) quiz: Option<Quiz>,
    /// The step that began the present stage or turn.
    pub(crate) since: StepTime,
    /// The last step that counted.
    pub(crate) last: StepTime,
}

/// The stage of a game.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    Gathering(Gathering),
    Playing(Box<Turns>),
    /// Over or called off. `players` are those of the last round, `left` those of them who left on their own.
    Over {
        cancelled: Option<CancelReason>,
        round: u32,
        turn: u32,
        players: BTreeSet<Author>,
        left: BTreeSet<Author>,
    },
}

/// A step that counted, with its time in milliseconds since 1970 by the log's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepTime {
    pub(crate) id: OperationId,
    pub(crate) ms: u64,
}

impl StepTime {
    fn new(at: StepAt) -> Self {
        StepTime { id: at.id, ms: at.time >> 16 }
    }
}

impl Game {
    /// Takes the next step of the log; returns its effect.
    pub fn apply(&mut self, at: StepAt, step: &GameStep) -> Effect {
        match (step, &mut self.0) {
            (GameStep::Proposed { rules, words, more }, _) => self.propose(at, *rules, words, *more).into(),
            (_, Some(table)) if step.game() == Some(table.id) => table.apply(at, step),
            _ => Effect::None,
        }
    }

    fn propose(&mut self, at: StepAt, rules: Rules, words: &WordList, more: u32) -> bool {
        let sound = rules.is_sound() && words.is_sound() && more <= MAX_MORE;
        let may_start = rules.quiz.is_none() || more > 0 || words.words().len() >= MIN_WORDS;
        if !sound || !may_start || self.is_running(at.time >> 16) {
            return false;
        }
        let quiz = rules.quiz.map(|quiz| Quiz::new(quiz, words.clone(), more));
        let since = StepTime::new(at);
        let stage = Stage::Gathering(Gathering::new(rules.players));
        self.0 = Some(Table { id: at.id, proposer: at.author, rules, stage, quiz, since, last: since });
        true
    }

    /// Returns whether there is a game that is neither over nor stale at `ms`, in milliseconds of the log's time. Such a game
    /// prevents a new one.
    #[must_use]
    pub fn is_running(&self, ms: u64) -> bool {
        self.0.as_ref().is_some_and(|table| !table.is_over() && !table.is_stale(ms))
    }

    /// Returns whether a step of `author` on `sheet` counts now: on the free sheet everybody's do, on the sheet of the running
    /// turn its drawer's, on any other sheet nobody's.
    #[must_use]
    pub fn may_draw(&self, author: Author, sheet: SheetId) -> bool {
        match sheet {
            SheetId::Free => true,
            SheetId::Turn { game, turn } => self.0.as_ref().is_some_and(|table| table.may_draw(author, game, turn)),
        }
    }

    /// Returns the visible sheet: while a game is played that of the last turn that began, or an empty one before the first;
    /// otherwise the free sheet.
    #[must_use]
    pub fn visible_sheet(&self) -> SheetId {
        match &self.0 {
            Some(Table { id, stage: Stage::Playing(turns), .. }) => {
                SheetId::Turn { game: *id, turn: turns.visible_turn() }
            }
            _ => SheetId::Free,
        }
    }

    /// Returns the id of the last game that was proposed.
    #[must_use]
    pub fn id(&self) -> Option<OperationId> {
        self.0.as_ref().map(|table| table.id)
    }

    /// Returns the word of a turn, if it was revealed truly.
    #[must_use]
    pub fn revealed_word(&self, game: OperationId, turn: u32) -> Option<&Word> {
        let table = self.0.as_ref().filter(|table| table.id == game)?;
        table.quiz.as_ref()?.turn(turn)?.word()
    }

    /// Returns the turns of the last game whose word was revealed truly, with the word and the solvers in the order of their
    /// receipts.
    pub fn revealed_words(&self) -> impl Iterator<Item = (u32, &Word, Vec<Author>)> {
        let quiz = self.0.as_ref().and_then(|table| table.quiz.as_ref());
        quiz.into_iter().flat_map(Quiz::turns).filter_map(|turn| {
            let solved = turn.solvers().into_iter().map(|claim| claim.author).collect();
            Some((turn.turn, turn.word()?, solved))
        })
    }

    /// Returns the phase by the log; never [`Phase::Revealed`], which depends on local time.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.0.as_ref().map_or(Phase::Idle, Table::phase)
    }

    /// Returns the turn that runs or is next, counted from 0 over the whole game.
    #[must_use]
    pub fn turn(&self) -> Option<u32> {
        self.turns().map(Turns::turn)
    }

    /// Returns the drawer of that turn.
    #[must_use]
    pub fn drawer(&self) -> Option<Author> {
        self.turns().and_then(Turns::drawer)
    }

    /// Returns the rules and the words of the last game.
    #[must_use]
    pub fn setup(&self) -> Option<(Rules, WordList)> {
        let table = self.0.as_ref()?;
        Some((table.rules, table.quiz.as_ref().map(|quiz| quiz.words().clone()).unwrap_or_default()))
    }

    pub(crate) fn table(&self) -> Option<&Table> {
        self.0.as_ref()
    }

    pub(crate) fn turns(&self) -> Option<&Turns> {
        self.0.as_ref().and_then(Table::turns)
    }
}

impl Table {
    fn apply(&mut self, at: StepAt, step: &GameStep) -> Effect {
        let before = self.position();
        let effect = match step {
            GameStep::Skip { turn, reason, .. } => self.vote(|turns| turns.vote_to_skip(at.author, *turn, *reason)),
            GameStep::Kick { player, .. } => self.vote(|turns| turns.vote_to_kick(at.author, *player)),
            GameStep::Absent { player, .. } => self.vote(|turns| turns.vote_absent(at.author, *player)),
            GameStep::Here { .. } => self.vote(|turns| turns.is_here(at.author)),
            GameStep::End { .. } => self.vote(|turns| turns.vote_to_end(at.author)),
            GameStep::Left { .. } => self.leave(at.author),
            step => self.take(at, step).into(),
        };
        if effect.counts() {
            self.last = StepTime::new(at);
            self.pass_turns();
            self.end_if_played_out();
            self.end_word(before.2);
            if self.position() != before {
                self.since = self.last;
            }
        }
        effect
    }

    /// Casts a vote while the game is played.
    fn vote(&mut self, vote: impl FnOnce(&mut Turns) -> Effect) -> Effect {
        match &mut self.stage {
            Stage::Playing(turns) => vote(turns),
            Stage::Gathering(_) | Stage::Over { .. } => Effect::None,
        }
    }

    /// Lets somebody leave. Before the start they are only no longer ready; a game whose proposer leaves then is called off.
    fn leave(&mut self, author: Author) -> Effect {
        match &mut self.stage {
            Stage::Gathering(gathering) => {
                let left = gathering.leave(author);
                if left && author == self.proposer {
                    self.finish(Some(CancelReason::TooFewPlayers));
                }
                left.into()
            }
            Stage::Playing(turns) => turns.leave(author),
            Stage::Over { .. } => Effect::None,
        }
    }

    /// Notes the turns that the last step skipped. They may have begun nevertheless, if the step that removed their drawers
    /// is backdated; their solvers then get a few points.
    fn pass_turns(&mut self) {
        let Stage::Playing(turns) = &mut self.stage else { return };
        for (turn, drawer) in turns.take_passed() {
            let guessers = self.players_but(drawer);
            if let Some(quiz) = &mut self.quiz {
                quiz.pass(turn, drawer, guessers);
            }
        }
    }

    fn take(&mut self, at: StepAt, step: &GameStep) -> bool {
        match step {
            GameStep::Proposed { .. } => false, // see Game::apply
            GameStep::Ready { commit, .. } => self.take_seat(at, *commit),
            GameStep::RosterClosed { ready, .. } => self.close_roster(at, ready),
            GameStep::Opened { nonce, .. } => self.open(at, *nonce),
            GameStep::Started { opened, .. } => self.start(at, opened),
            GameStep::Cancelled { reason, .. } => self.cancel(at, *reason),
            GameStep::MoreWords { part, words, .. } => self.add_words(at, *part, words),
            GameStep::TurnBegan { turn, .. } => {
                self.quiz.is_none() && self.with_turns(|turns| turns.begin(at.author, *turn))
            }
            GameStep::WordLocked { turn, voprf, word, mask, .. } => self.lock_word(at, *turn, (voprf, word, mask)),
            GameStep::Hint { turn, cell, letter, .. } => {
                self.with_quiz(|quiz| quiz.hint(*turn, at.author, *cell, *letter))
            }
            GameStep::Guessed { turn, text, .. } => {
                self.is_playing(at.author) && self.with_quiz(|quiz| quiz.guessed(*turn, at.author, at.id, text))
            }
            GameStep::Solved { turn, receipt, candidate, word, .. } => {
                let may = at.proven && self.is_playing(at.author);
                may && self.with_quiz(|quiz| quiz.solve(*turn, at.author, receipt, *candidate, word))
            }
            GameStep::Whispered { turn, .. } => {
                self.is_playing(at.author) && self.with_quiz(|quiz| quiz.may_whisper(*turn, at.author))
            }
            GameStep::TurnEnded { turn, reveal, evidence, .. } => self.end_turn(at, *turn, reveal.as_deref(), evidence),
            GameStep::Unblinded { turn, blinded, word, .. } => {
                at.proven && self.with_quiz(|quiz| quiz.unblind(*turn, at.author, blinded, word))
            }
            GameStep::Skip { .. }
            | GameStep::Kick { .. }
            | GameStep::Absent { .. }
            | GameStep::Here { .. }
            | GameStep::End { .. }
            | GameStep::Left { .. } => false, // see Table::apply
        }
    }

    fn with_turns(&mut self, step: impl FnOnce(&mut Turns) -> bool) -> bool {
        match &mut self.stage {
            Stage::Playing(turns) => step(turns),
            Stage::Gathering(_) | Stage::Over { .. } => false,
        }
    }

    fn with_quiz(&mut self, step: impl FnOnce(&mut Quiz) -> bool) -> bool {
        self.quiz.as_mut().is_some_and(step)
    }

    fn add_words(&mut self, at: StepAt, part: u32, words: &WordList) -> bool {
        if at.author != self.proposer || !matches!(self.stage, Stage::Gathering(_)) {
            return false;
        }
        if self.quiz.as_ref().is_some_and(|quiz| quiz.contradicts(part, words)) {
            // A backdated part would change the words of the game, and with them the candidates of all lines.
            self.finish(Some(CancelReason::TwoRosters));
            return true;
        }
        self.with_quiz(|quiz| quiz.add_words(part, words))
    }

    fn lock_word(&mut self, at: StepAt, turn: u32, locks: (&VoprfPublic, &WordPublic, &Mask)) -> bool {
        let guessers = self.players_but(at.author);
        let begun = self.quiz.is_some() && self.with_turns(|turns| turns.begin(at.author, turn));
        if let Some(quiz) = &mut self.quiz {
            let turn = WordTurn::new(self.id, turn, at.author, locks, guessers, self.rules.turn_ms());
            if begun { quiz.lock(turn) } else { quiz.lock_again(turn) }
        }
        begun
    }

    fn end_turn(&mut self, at: StepAt, turn: u32, reveal: Option<&Reveal>, evidence: &[GuessRequest]) -> bool {
        let guessers = self.players_but(at.author);
        let ended = self.with_turns(|turns| turns.end(at.author, turn));
        if ended && let Some(quiz) = &mut self.quiz {
            quiz.pass(turn, at.author, guessers);
            quiz.end(turn, reveal, at.proven, evidence);
        }
        ended
    }

    /// Returns the players who guess when `drawer` draws.
    fn players_but(&self, drawer: Author) -> BTreeSet<Author> {
        match &self.stage {
            Stage::Playing(turns) => turns.players().iter().copied().filter(|player| *player != drawer).collect(),
            Stage::Gathering(_) | Stage::Over { .. } => BTreeSet::new(),
        }
    }

    /// Ends the word of a turn whose drawer did not reveal it, once the turn is over.
    fn end_word(&mut self, turn: u32) {
        let over = self.turns().map(Turns::turn) != Some(turn);
        if over && let Some(quiz) = &mut self.quiz {
            quiz.end_silently(turn);
        }
    }

    fn take_seat(&mut self, at: StepAt, commit: [u8; 32]) -> bool {
        match &mut self.stage {
            Stage::Gathering(gathering) => gathering.take_seat(at.author, at.id, commit),
            Stage::Playing(turns) => turns.join(at.author),
            Stage::Over { .. } => false,
        }
    }

    fn close_roster(&mut self, at: StepAt, ready: &[OperationId]) -> bool {
        let proposer = self.proposer;
        let complete = self.quiz.as_ref().is_none_or(Quiz::is_complete);
        let Stage::Gathering(gathering) = &mut self.stage else { return false };
        if at.author != proposer || !complete {
            return false;
        }
        if gathering.closed_ms().is_some() {
            // Nonces may be known by now, so a proposer could choose a seed by naming another roster, perhaps backdated.
            self.finish(Some(CancelReason::TwoRosters));
            return true;
        }
        gathering.close(ready, at.time >> 16)
    }

    fn open(&mut self, at: StepAt, nonce: [u8; 32]) -> bool {
        let id = self.id;
        let Stage::Gathering(gathering) = &mut self.stage else { return false };
        gathering.open(id, at.author, at.id, nonce)
    }

    fn start(&mut self, at: StepAt, opened: &[OperationId]) -> bool {
        let Stage::Gathering(gathering) = &self.stage else { return false };
        if at.author != self.proposer {
            return false;
        }
        let Some(turns) = gathering.start(opened, at.time >> 16, self.rules.rounds) else { return false };
        self.stage = Stage::Playing(Box::new(turns));
        true
    }

    /// Calls a game off: the proposer may do so before the start, every member when it is stale.
    fn cancel(&mut self, at: StepAt, reason: CancelReason) -> bool {
        let may = match reason {
            CancelReason::TooFewPlayers => at.author == self.proposer && matches!(self.stage, Stage::Gathering(_)),
            CancelReason::Abandoned => self.is_member(at.author) && !self.is_over() && self.is_stale(at.time >> 16),
            CancelReason::TwoRosters | CancelReason::TooFewLeft | CancelReason::Ended => false, // found by the fold alone
        };
        if may {
            self.finish(Some(reason));
        }
        may
    }

    fn end_if_played_out(&mut self) {
        let Stage::Playing(turns) = &self.stage else { return };
        if turns.drawer().is_some() {
            return;
        }
        let early = if turns.is_ended() {
            Some(CancelReason::Ended)
        } else {
            turns.has_too_few().then_some(CancelReason::TooFewLeft)
        };
        self.finish(early);
    }

    fn finish(&mut self, cancelled: Option<CancelReason>) {
        let (round, turn, players, left) = match &self.stage {
            Stage::Gathering(gathering) => (0, 0, gathering.ready().collect(), BTreeSet::new()),
            Stage::Playing(turns) => {
                let left = turns.players().iter().copied().filter(|player| turns.has_left(*player)).collect();
                (turns.round() + 1, turns.turn() + 1, turns.players().clone(), left)
            }
            Stage::Over { .. } => return,
        };
        self.stage = Stage::Over { cancelled, round, turn, players, left };
    }

    /// Returns a value that changes whenever the game enters another stage or turn.
    fn position(&self) -> (Phase, bool, u32) {
        match &self.stage {
            Stage::Gathering(gathering) => (Phase::Gathering, gathering.closed_ms().is_some(), 0),
            Stage::Playing(turns) => (self.phase(), false, turns.turn()),
            Stage::Over { .. } => (Phase::Over, false, 0),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        match &self.stage {
            Stage::Gathering(_) => Phase::Gathering,
            Stage::Playing(turns) if turns.is_drawing() => Phase::Drawing,
            Stage::Playing(_) => Phase::Choosing,
            Stage::Over { .. } => Phase::Over,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over { .. })
    }

    /// Returns whether no step has counted for so long, at `ms` of the log's time, that the game must have been abandoned.
    pub(crate) fn is_stale(&self, ms: u64) -> bool {
        ms.saturating_sub(self.last.ms) > self.stale_after_ms()
    }

    /// Returns the time in milliseconds without a step that counts after which the game is stale.
    pub(crate) fn stale_after_ms(&self) -> u64 {
        match self.stage {
            Stage::Playing(_) => self.rules.turn_ms() + STALE_MS,
            Stage::Gathering(_) | Stage::Over { .. } => STALE_MS,
        }
    }

    /// Returns whether a person is ready, plays, or waits for the next round.
    pub(crate) fn is_member(&self, person: Author) -> bool {
        match &self.stage {
            Stage::Gathering(gathering) => gathering.is_ready(person),
            Stage::Playing(turns) => {
                let plays = turns.players().contains(&person) && !turns.has_left(person);
                plays || turns.newcomers().contains(&person)
            }
            Stage::Over { players, left, .. } => players.contains(&person) && !left.contains(&person),
        }
    }

    /// Returns whether there is a seat for a person who has none.
    pub(crate) fn admits(&self, person: Author) -> bool {
        match &self.stage {
            Stage::Gathering(gathering) => !gathering.is_ready(person) && gathering.has_room(),
            Stage::Playing(turns) => turns.admits(person),
            Stage::Over { .. } => false,
        }
    }

    /// Returns whether a person plays in the running round, or played in the last one, and was not removed.
    pub(crate) fn is_playing(&self, person: Author) -> bool {
        match &self.stage {
            Stage::Gathering(_) => false,
            Stage::Playing(turns) => turns.players().contains(&person),
            Stage::Over { players, .. } => players.contains(&person),
        }
    }

    /// Returns the turns, while the game is played.
    pub(crate) fn turns(&self) -> Option<&Turns> {
        match &self.stage {
            Stage::Playing(turns) => Some(turns),
            Stage::Gathering(_) | Stage::Over { .. } => None,
        }
    }

    /// Returns the turn that runs, if its word is locked.
    pub(crate) fn running_word(&self) -> Option<&WordTurn> {
        let turns = self.turns().filter(|turns| turns.is_drawing())?;
        self.quiz.as_ref()?.turn(turns.turn()).filter(|turn| turn.end.is_none())
    }

    /// Returns the turn that runs, if its word is locked, and the words of the quiz.
    pub(crate) fn guessing(&self) -> Option<(&WordTurn, &WordList)> {
        self.running_word().zip(self.quiz.as_ref().map(Quiz::words))
    }

    /// Returns whether a person is a guesser of this turn and was neither removed nor has left since it began.
    pub(crate) fn may_guess(&self, turn: &WordTurn, person: Author) -> bool {
        turn.guessers().contains(&person) && self.is_member(person)
    }

    fn may_draw(&self, author: Author, game: OperationId, turn: u32) -> bool {
        match &self.stage {
            Stage::Playing(turns) => {
                game == self.id && turns.is_drawing() && turns.turn() == turn && turns.drawer() == Some(author)
            }
            Stage::Gathering(_) | Stage::Over { .. } => false,
        }
    }
}
