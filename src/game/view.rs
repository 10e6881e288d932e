//! What a face is told of a game.

use crate::identity::Author;
use crate::operation_id::OperationId;

use super::step::{CancelReason, EndReason, Rules};
use super::turns::SkippedBy;
use crate::words::{Mask, Word};

/// Where a game stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// No game.
    #[default]
    Idle,
    /// Players get ready, and the seed is drawn.
    Gathering,
    /// A drawer is elected and about to begin.
    Choosing,
    /// The drawer draws.
    Drawing,
    /// A turn is over and its drawing is looked at.
    Revealed,
    /// All turns are over, or the game was called off.
    Over,
}

impl Phase {
    /// As the headless face calls it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Idle => "idle",
            Phase::Gathering => "gathering",
            Phase::Choosing => "choosing",
            Phase::Drawing => "drawing",
            Phase::Revealed => "revealed",
            Phase::Over => "over",
        }
    }
}

/// A player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayerView {
    /// Who.
    pub player: Author,
    /// Their name; empty when nothing is known yet.
    pub name: String,
    /// Whether they are online in the room.
    pub online: bool,
    /// Whether they take part in the round that runs, or the first or last one before and after the game. Newcomers
    /// wait for the next round.
    pub playing: bool,
    /// Points of the whole game.
    pub score: u32,
    /// Points of the turn that is looked at (phases revealed and over).
    pub points: u32,
    /// Whether they know the word of the turn that runs or is looked at.
    pub solved: bool,
}

/// A game as one peer sees it now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GameView {
    /// The game, or `None` when none was ever played here.
    pub game: Option<OperationId>,
    /// Where it stands.
    pub phase: Phase,
    /// Its rules.
    pub rules: Rules,
    /// Who proposed it.
    pub proposer: Option<Author>,
    /// The players: while gathering those who are ready, then the roster, in the order of the keys.
    pub players: Vec<PlayerView>,
    /// The round, counted from 1; 0 before the first.
    pub round: u32,
    /// The turn, counted from 1 over the whole game; 0 before the first.
    pub turn: u32,
    /// Whose turn it is, in the phases choosing and drawing; whose turn is over, in the phase revealed (round and
    /// turn are those of that turn then).
    pub drawer: Option<Author>,
    /// How many milliseconds the phase still lasts; 0 when it has no end.
    pub remaining_ms: u64,
    /// Whether it is over because it was called off, and why.
    pub cancelled: Option<CancelReason>,
    /// Whether we ourselves are among the players (ready, or on the roster).
    pub joined: bool,
    /// Whether getting ready would do something now: there is a seat for us, and, once the game runs, a round to come.
    pub may_join: bool,
    /// Whether the others removed us from the game that runs.
    pub removed: bool,
    /// The drawer of the last turn that ended, if it was the others who ended it; nobody before the first and after the game.
    pub skipped: Option<Author>,
    /// Why the others ended that turn; `None` as long as `skipped` is.
    pub skipped_by: Option<SkippedBy>,
    /// Whether it is our turn and our program took the word, because we had not chosen in time.
    pub word_taken: bool,
    /// Whether we voted to end the game.
    pub wants_end: bool,
    /// The word as guessers see it, while there is one to guess or to look at.
    pub mask: Option<Mask>,
    /// Letters shown so far.
    pub hints: u32,
    /// The words to choose from: only the drawer has any, in the phase choosing.
    pub offers: Vec<Word>,
    /// The word: for the drawer, for those who guessed it, and for everybody when the turn is over.
    pub word: Option<Word>,
    /// Who knows the word, in the order of their receipts.
    pub solved: Vec<Author>,
    /// Whether what we say now is a guess.
    pub guessing: bool,
    /// Whether the drawer's program broke the rules in the turn that is looked at: what it told doesn't agree with what it
    /// had locked.
    pub lied: bool,
}

impl GameView {
    /// Who won: those with the most points, in the order of the players, also in a game that ended early. Nobody before
    /// the game is over, or without a point.
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

/// What a step of a game did, to be told in the history.
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
    /// Programs ended this drawer's turn, because the drawer's gave no answer in time or nothing was drawn.
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
    /// A step behind the scenes (the seed is drawn), or one without effect.
    Quiet,
}

impl GameNotice {
    /// The text in English.
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
