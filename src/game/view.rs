//! The game as a frontend is shown it.

use std::collections::BTreeSet;

use super::protocol::timing::{GATHERING_MS, OPENING_WAIT_MS};
use super::protocol::{CancelReason, EndReason, Rules};
use super::state::{Begun, Phase, Quiz, SkippedBy, Stage, Table, Turns, WordTurn};
use crate::identity::Author;
use crate::operation_id::OperationId;
use crate::words::{Mask, Word};

/// A player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayerView {
    /// The player's key.
    pub player: Author,
    /// The player's name; empty when none is known yet.
    pub name: String,
    /// True if the player is online in the room.
    pub online: bool,
    /// True if the player takes part in the round that runs, or the first or last one before and after the game.
    /// Newcomers wait for the next round.
    pub playing: bool,
    /// Points of the whole game.
    pub score: u32,
    /// Points of the turn that is shown (phases revealed and over).
    pub points: u32,
    /// True if the player knows the word of the turn that runs or is shown.
    pub solved: bool,
}

/// A game as one peer sees it now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GameView {
    /// The game, or `None` when none was ever played here.
    pub game: Option<OperationId>,
    /// The phase of the game.
    pub phase: Phase,
    /// The rules of the game.
    pub rules: Rules,
    /// The player who proposed it.
    pub proposer: Option<Author>,
    /// The players in the order of their keys: while gathering the ready ones, then the roster.
    pub players: Vec<PlayerView>,
    /// The round, counted from 1; 0 before the first.
    pub round: u32,
    /// The turn, counted from 1 over the whole game; 0 before the first.
    pub turn: u32,
    /// The drawer of the present turn, in the phases choosing and drawing; of the turn that is over, in the phase revealed
    /// (round and turn are those of that turn then).
    pub drawer: Option<Author>,
    /// Milliseconds until the phase ends; 0 when it has no end.
    pub remaining_ms: u64,
    /// The reason why the game was called off, if it was.
    pub cancelled: Option<CancelReason>,
    /// True if we ourselves are among the players (ready, or on the roster).
    pub joined: bool,
    /// True if getting ready would have an effect now: there is a seat for us, and, once the game runs, a round to
    /// come.
    pub may_join: bool,
    /// True if the others removed us from the game that runs.
    pub removed: bool,
    /// The drawer of the last turn that ended, if the others ended it; `None` before the first turn and after the game.
    pub skipped: Option<Author>,
    /// The reason why the others ended that turn; `None` as long as `skipped` is.
    pub skipped_by: Option<SkippedBy>,
    /// True if it is our turn and our program chose the word, because we had not chosen in time.
    pub word_taken: bool,
    /// True if we voted to end the game.
    pub wants_end: bool,
    /// The word as guessers see it, while there is one to guess or to look at.
    pub mask: Option<Mask>,
    /// Letters shown so far.
    pub hints: u32,
    /// The words to choose from: only the drawer has any, in the phase choosing.
    pub offers: Vec<Word>,
    /// The word: for the drawer, for those who guessed it, and for everybody when the turn is over.
    pub word: Option<Word>,
    /// The players who know the word, in the order of their receipts.
    pub solved: Vec<Author>,
    /// True if a line that we say now is a guess.
    pub guessing: bool,
    /// True if the drawer's program broke the rules in the turn that is shown: its reveal doesn't agree with its lock.
    pub lied: bool,
}

/// The knowledge of our own program about the game, beside the log.
pub(crate) struct Own<'a> {
    /// Ourselves.
    pub(crate) me: Author,
    /// Milliseconds since the game came to its present stage or turn.
    pub(crate) elapsed_ms: u64,
    /// The word that we draw, with its turn.
    pub(crate) drawn: Option<(u32, &'a Word)>,
    /// The word that we guessed, with its turn.
    pub(crate) guessed: Option<(u32, &'a Word)>,
    /// The words on offer in our own turn.
    pub(crate) offers: &'a [Word],
    /// The turn of ours whose word our program chose.
    pub(crate) chosen_by_program: Option<(OperationId, u32)>,
}

impl GameView {
    pub(crate) fn new(
        table: &Table,
        own: &Own,
        online: &BTreeSet<Author>,
        name_of: impl Fn(&Author) -> String,
    ) -> GameView {
        let turn = shown_turn(table, own.elapsed_ms);
        let turns = table.turns();
        let scores = table.quiz.as_ref().map(Quiz::scores).unwrap_or_default();
        let points = turn.map(WordTurn::points).unwrap_or_default();
        let solved: Vec<Author> = turn.into_iter().flat_map(WordTurn::solvers).map(|claim| claim.author).collect();
        let player = |(player, playing): (Author, bool)| PlayerView {
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
            players: people(table).into_iter().map(player).collect(),
            joined: table.is_member(own.me),
            may_join: table.admits(own.me) && turns.is_none_or(Turns::has_next_round),
            removed: turns.is_some_and(|turns| turns.has_removed(own.me)),
            skipped: turns.and_then(Turns::skipped).map(|skipped| skipped.drawer),
            skipped_by: turns.and_then(Turns::skipped).map(|skipped| skipped.why),
            wants_end: turns.is_some_and(|turns| turns.has_voted_to_end(own.me)),
            solved,
            ..GameView::default()
        };
        view.with_word(table, own, turn).with_stage(table, own)
    }

    /// Sets what we may know of the word.
    fn with_word(self, table: &Table, own: &Own, turn: Option<&WordTurn>) -> GameView {
        let Some(turn) = turn else { return self };
        let mut words = own.drawn.into_iter().chain(own.guessed);
        let known = words.find(|(number, _)| *number == turn.turn).map(|(_, word)| word);
        let running = turn.end.is_none();
        let chosen_by_program = own.chosen_by_program == Some((table.id, turn.turn)) && own.offers.len() > 1;
        GameView {
            mask: Some(turn.mask.clone()),
            hints: turn.hints,
            word: turn.word().or(known.filter(|_| running)).cloned(),
            word_taken: running && turn.drawer == own.me && chosen_by_program,
            guessing: running && table.may_guess(turn, own.me) && !turn.has_solved(own.me) && known.is_none(),
            lied: turn.lied(),
            ..self
        }
    }

    /// Sets the phase with its turn, its remaining time and the offers.
    fn with_stage(self, table: &Table, own: &Own) -> GameView {
        let (elapsed, rules) = (own.elapsed_ms, &table.rules);
        let left = |length: u64| length.saturating_sub(elapsed);
        match &table.stage {
            Stage::Gathering(gathering) => {
                let length = if gathering.closed_ms().is_none() { GATHERING_MS } else { OPENING_WAIT_MS };
                GameView { phase: Phase::Gathering, remaining_ms: left(length), ..self }
            }
            Stage::Playing(turns) => {
                let present = (turns.round(), turns.turn(), turns.drawer());
                let revealed = rules.revealed_ms();
                let (phase, length, shown) = match turns.to_reveal().filter(|_| elapsed < revealed) {
                    Some(Begun { round, turn, drawer }) => (Phase::Revealed, revealed, (round, turn, Some(drawer))),
                    None if turns.is_drawing() => (Phase::Drawing, rules.turn_ms(), present),
                    None => (Phase::Choosing, rules.choosing_ms(turns.turn()), present),
                };
                let (round, turn, drawer) = shown;
                let choosing = phase == Phase::Choosing && elapsed >= rules.begin_after_ms(turns.turn());
                let offers = if choosing && own.offers.len() > 1 { own.offers.to_vec() } else { Vec::new() };
                GameView { phase, round: round + 1, turn: turn + 1, drawer, remaining_ms: left(length), offers, ..self }
            }
            Stage::Over { cancelled, round, turn, .. } => {
                GameView { phase: Phase::Over, round: *round, turn: *turn, cancelled: *cancelled, ..self }
            }
        }
    }

    /// Returns the players with the most points, in the order of the keys, also in a game that ended early. Empty before
    /// the game is over, or when nobody has a point.
    #[must_use]
    pub fn winners(&self) -> Vec<Author> {
        if self.phase != Phase::Over {
            return Vec::new();
        }
        let most = self.players.iter().map(|player| player.score).max().unwrap_or(0);
        let first = self.players.iter().filter(|player| player.score == most && most > 0);
        first.map(|player| player.player).collect()
    }
}

/// Returns the turn whose word is shown: the one that runs, the one before while it is revealed, the last one in the end.
fn shown_turn(table: &Table, elapsed_ms: u64) -> Option<&WordTurn> {
    let quiz = table.quiz.as_ref()?;
    match &table.stage {
        Stage::Gathering(_) => None,
        Stage::Playing(turns) => match turns.to_reveal().filter(|_| elapsed_ms < table.rules.revealed_ms()) {
            Some(begun) => quiz.turn(begun.turn),
            None => quiz.turn(turns.turn()),
        },
        // The last turn may have ended before it had a word.
        Stage::Over { turn, .. } => quiz.turns().next_back().filter(|last| last.turn + 1 == *turn),
    }
}

/// Returns the people of a game in the order of their keys, and whether they take part now.
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

/// The effect of a step, as a line of the history says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GameNotice {
    /// The author proposed a game of turns.
    Proposed(Rules),
    /// The author is ready to play.
    Ready,
    /// The game starts.
    Started,
    /// The game was called off.
    Cancelled(CancelReason),
    /// The author draws now.
    TurnBegan,
    /// A letter is shown.
    Hint,
    /// The author knows the word.
    Solved,
    /// The author's turn is over; the word, if there was one.
    TurnEnded(EndReason, Option<String>),
    /// The author votes to skip the drawer.
    Skip,
    /// Programs ended this drawer's turn, because the drawer's program was silent or nothing was drawn.
    NoAnswer(Author),
    /// This player was found to be offline: the game goes on without.
    Absent(Author),
    /// The author votes to remove a player.
    Kick(Author),
    /// The author plays no more.
    Left,
    /// The author votes to end the game.
    End,
    /// The author's vote ended the game.
    Ended,
    /// A step that needs no line (such as a nonce), or one without effect.
    Quiet,
}

impl GameNotice {
    /// Returns the text in English.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            GameNotice::Proposed(rules) => {
                let what = if rules.quiz.is_some() { "a drawing quiz" } else { "drawing in turns" };
                format!("proposes {what}: {} rounds, {} seconds each", rules.rounds, rules.seconds)
            }
            GameNotice::Ready => "is ready".to_owned(),
            GameNotice::Started => "the game starts".to_owned(),
            GameNotice::Cancelled(reason) => format!("the game is called off: {}", reason.text()),
            GameNotice::TurnBegan => "draws now".to_owned(),
            GameNotice::Hint => "shows a letter".to_owned(),
            GameNotice::Solved => "knows the word".to_owned(),
            GameNotice::TurnEnded(reason, word) => {
                let text = reason.text();
                word.as_ref().map_or_else(|| text.to_owned(), |word| format!("{text}: the word was {word}"))
            }
            GameNotice::Skip => "votes to skip the drawer".to_owned(),
            GameNotice::NoAnswer(drawer) => format!("no answer from {drawer}: the turn goes on"),
            GameNotice::Absent(player) => format!("{player} is offline: the game goes on without"),
            GameNotice::Kick(player) => format!("votes to remove {player}"),
            GameNotice::Left => "leaves the game".to_owned(),
            GameNotice::End => "votes to end the game".to_owned(),
            GameNotice::Ended => "votes to end the game: it is over".to_owned(),
            GameNotice::Quiet => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(scores: &[u32]) -> GameView {
        let player = |(key, score): (u8, &u32)| PlayerView {
            player: Author([key; 32]),
            name: String::new(),
            online: true,
            playing: true,
            score: *score,
            points: 0,
            solved: false,
        };
        GameView { phase: Phase::Over, players: (1..).zip(scores).map(player).collect(), ..GameView::default() }
    }

    #[test]
    fn those_with_the_most_points_win_in_the_end() {
        let game = over(&[50, 90, 50, 20, 90]);
        assert_eq!(game.winners(), [2, 5].map(|key| Author([key; 32])));
        for phase in [Phase::Idle, Phase::Gathering, Phase::Choosing, Phase::Drawing, Phase::Revealed] {
            assert_eq!(GameView { phase, ..game.clone() }.winners(), [], "{phase:?}");
        }
        let early = GameView { cancelled: Some(CancelReason::Abandoned), ..game };
        assert_eq!(early.winners(), [2, 5].map(|key| Author([key; 32])));
    }

    #[test]
    fn nobody_wins_without_a_point() {
        assert_eq!(over(&[0, 0]).winners(), []);
        assert_eq!(over(&[]).winners(), []);
    }
}
