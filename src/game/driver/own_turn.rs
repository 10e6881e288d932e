//! Our own turn to draw in a quiz: the words on offer, the key, the hints, and the answers to guesses.
//!
//! All of it is derived from our secret key, the game, its seed and the turn, so that a program that was killed goes on
//! with the same.

use super::oracle::WordOracle;
use super::timers::{Alarm, Timer};
use crate::clock::Now;
use crate::game::protocol::guess::{GuessAnswer, GuessRequest, Refusal};
use crate::game::protocol::{EndReason, GameStep, Reveal};
use crate::game::secret::{TurnKey, WordKey, WordPublic};
use crate::game::state::{Quiz, Table, Turns, WordTurn};
use crate::identity::{Author, Identity};
use crate::operation_id::OperationId;
use crate::words::{Level, Mask, Word, letter, normalise};

/// Our turn and its requests.
#[derive(Debug, Clone)]
pub(crate) struct OwnTurn {
    game: OperationId,
    turn: u32,
    seed: [u8; 32],
    /// The words to choose from.
    pub(crate) offers: Vec<Word>,
    /// The index of the offer that the program takes when our person chooses none in time.
    default: usize,
    /// The word whose lock is in the log, and its key.
    chosen: Option<(Word, WordKey)>,
    locked: Option<WordPublic>,
    key: TurnKey,
    /// Random bytes that decide which letters are shown.
    hints: [u8; 32],
    oracle: WordOracle,
}

impl OwnTurn {
    pub(crate) fn new(table: &Table, turns: &Turns, quiz: &Quiz, identity: &Identity) -> Self {
        let (game, turn, seed) = (table.id, turns.turn(), *turns.seed());
        let key = TurnKey::new(identity, &seed, game, turn);
        let name = [&game.0[..], &turn.to_le_bytes(), &seed].concat();
        let offers = offers(quiz, identity, &name);
        let hints = identity.derive_secret("inkmesh 2026 quiz hints", &name);
        let [random, ..] = identity.derive_secret("inkmesh 2026 quiz word that nobody chose", &name);
        let default = usize::from(random) % offers.len().max(1);
        let oracle = WordOracle::default();
        OwnTurn { game, turn, seed, offers, default, chosen: None, locked: None, key, hints, oracle }
    }

    /// Returns whether this is the turn that now runs or comes up in the game.
    pub(super) fn is_of(&self, table: &Table, turns: &Turns) -> bool {
        (self.game, self.turn, &self.seed) == (table.id, turns.turn(), turns.seed())
    }

    pub(super) fn game(&self) -> OperationId {
        self.game
    }

    pub(super) fn turn(&self) -> u32 {
        self.turn
    }

    /// Returns the step that locks the offer of this index; `None` when there is none.
    pub(super) fn choose(&self, index: usize) -> Option<GameStep> {
        let word = self.offers.get(index)?;
        let (mask, key) = (Mask::of(&word.text), self.key_of(word).public());
        Some(GameStep::WordLocked { game: self.game, turn: self.turn, voprf: self.key.public(), word: key, mask })
    }

    /// Returns the step that locks the offer which the program takes by itself.
    pub(super) fn choose_default(&self) -> Option<GameStep> {
        self.choose(self.default)
    }

    /// Takes note of the lock that counts. The log decides: a person may have chosen twice before the first choice was
    /// saved, or before this program was started again.
    pub(super) fn settle(&mut self, quiz: &Quiz) {
        let Some(lock) = quiz.turn(self.turn).map(|turn| turn.key) else { return };
        if self.locked != Some(lock) {
            let mut words = self.offers.iter().chain(quiz.words().words()).map(|word| (word, self.key_of(word)));
            self.chosen = words.find(|(_, key)| key.public() == lock).map(|(word, key)| (word.clone(), key));
            self.locked = Some(lock);
        }
    }

    fn key_of(&self, word: &Word) -> WordKey {
        self.key.word_key(&normalise(&word.text))
    }

    /// Returns the word that we chose.
    pub(super) fn word(&self) -> Option<&Word> {
        self.chosen.as_ref().map(|(word, _)| word)
    }

    /// Returns the key of the word that we chose.
    pub(super) fn word_key(&self) -> Option<WordKey> {
        self.chosen.as_ref().map(|(_, key)| key.clone())
    }

    /// Returns the next hint, if it is due: `hints` letters at equal shares of the time, and never the last hidden one.
    pub(super) fn hint(
        &self,
        turn: &WordTurn,
        hints: u32,
        since: Timer,
        length_ms: u64,
        alarm: &mut Alarm,
    ) -> Option<GameStep> {
        let hidden = turn.mask.hidden();
        let word = self.word()?;
        let share = length_ms * u64::from(turn.hints + 1) / u64::from(hints + 1);
        if turn.hints >= hints || hidden.len() < 2 || !alarm.is_due(since, share) {
            return None;
        }
        let random = usize::from(*self.hints.get(turn.hints as usize)?);
        let cell = *hidden.get(random % hidden.len())?;
        let letter = letter(&word.text, cell)?;
        Some(GameStep::Hint { game: self.game, turn: self.turn, cell: cell as u32, letter })
    }

    /// Returns the step that ends the turn and reveals the word.
    pub(super) fn end(&self, turn: Option<&WordTurn>, reason: EndReason) -> GameStep {
        let locked = turn.zip(self.word());
        let reveal = locked.map(|(turn, word)| {
            Box::new(Reveal { word: word.text.clone(), secret: self.key.reveal(), voprf: turn.voprf, key: turn.key })
        });
        let evidence = turn.map(|turn| self.oracle.evidence(turn)).unwrap_or_default();
        GameStep::TurnEnded { game: self.game, turn: self.turn, reason, reveal, evidence }
    }

    /// Returns whether a guesser's line may still be compared with the word.
    pub(super) fn may_compare(&mut self, author: Author, turn: &WordTurn, now: Now) -> bool {
        self.oracle.may_compare(author, turn, now)
    }

    /// Answers a guess, `elapsed_ms` after the turn began.
    pub(super) fn answer(
        &mut self,
        request: GuessRequest,
        turn: &WordTurn,
        identity: &Identity,
        elapsed_ms: u32,
        now: Now,
    ) -> Result<GuessAnswer, Refusal> {
        self.oracle.answer(request, turn, &self.key, identity, elapsed_ms, now)
    }
}

/// Returns words that were not revealed yet in this game, one of each level in turn as far as there are. The order comes
/// from our secret, so that nobody else can know the offers.
fn offers(quiz: &Quiz, identity: &Identity, turn: &[u8]) -> Vec<Word> {
    let random =
        |word: &Word| identity.derive_secret("inkmesh 2026 quiz offers", &[turn, word.text.as_bytes()].concat());
    let revealed: Vec<&str> = quiz.revealed_words().collect();
    let mut order: Vec<([u8; 32], &Word)> = quiz.words().words().iter().map(|word| (random(word), word)).collect();
    order.sort_unstable_by_key(|(random, word)| (revealed.contains(&word.text.as_str()), *random));
    let mut offers: Vec<Word> = Vec::new();
    for level in [Level::Easy, Level::Medium, Level::Hard, Level::Easy, Level::Medium] {
        let left = |word: &&Word| !offers.contains(*word);
        let mut words = order.iter().map(|(_, word)| *word).filter(left);
        let next = words.clone().find(|word| word.level == level).or_else(|| words.next());
        let next = next.cloned();
        offers.extend(next);
    }
    // With one word on offer its level is random too.
    if quiz.rules().offered == 1 {
        offers = order.first().map(|(_, word)| (*word).clone()).into_iter().collect();
    }
    offers.truncate(quiz.rules().offered as usize);
    offers
}
