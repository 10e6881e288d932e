//! Our own turn to draw in a quiz: the words to choose from, the key, the letters to show, and the answers to guesses.
//!
//! All of it is derived from our secret key, the game, its seed and the turn, so that a program that was killed goes on with it.

use super::fold::Table;
use super::guess::{GuessAnswer, GuessRequest, Refusal};
use super::keeper::Keeper;
use super::quiz::{Quiz, WordTurn};
use super::secret::{TurnKey, WordKey, WordPublic};
use super::step::{EndReason, GameStep, Reveal};
use super::timers::{Alarm, Timer};
use super::turns::Turns;
use crate::clock::Now;
use crate::identity::{Author, Identity};
use crate::operation_id::OperationId;
use crate::words::{Level, Mask, Word, letter, normalise};

/// Our turn, and what was asked in it.
#[derive(Debug, Clone)]
pub(super) struct MyTurn {
    pub(super) game: OperationId,
    pub(super) turn: u32,
    pub(super) draw: [u8; 32],
    /// The words to choose from.
    pub(super) offers: Vec<Word>,
    /// Which of them is taken when our person chooses none in time.
    pub(super) lot: usize,
    /// The word whose lock is in the log, and its key.
    chosen: Option<(Word, WordKey)>,
    locked: Option<WordPublic>,
    key: TurnKey,
    /// Which letters are shown.
    lots: [u8; 32],
    keeper: Keeper,
}

impl MyTurn {
    pub(super) fn new(table: &Table, turns: &Turns, quiz: &Quiz, identity: &Identity) -> Self {
        let turn = turns.turn();
        let key = TurnKey::new(identity, turns.seed(), table.id, turn);
        let name = [&table.id.0[..], &turn.to_le_bytes(), turns.seed()].concat();
        let offers = offers(quiz, identity, &name);
        let lots = identity.derive_secret("inkmesh 2026 quiz hints", &name);
        let [lot, ..] = identity.derive_secret("inkmesh 2026 quiz word that nobody chose", &name);
        let lot = usize::from(lot) % offers.len().max(1);
        let (game, draw, keeper) = (table.id, *turns.seed(), Keeper::default());
        MyTurn { game, turn, draw, offers, lot, chosen: None, locked: None, key, lots, keeper }
    }

    /// The step that locks the word of this index among the offers; `None`: there is none.
    pub(super) fn choose(&self, index: usize) -> Option<GameStep> {
        let word = self.offers.get(index)?;
        let (mask, key) = (Mask::of(&word.text), self.key_of(word).public());
        Some(GameStep::WordLocked { game: self.game, turn: self.turn, voprf: self.key.public(), word: key, mask })
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

    /// The word that we chose.
    pub(super) fn word(&self) -> Option<&Word> {
        self.chosen.as_ref().map(|(word, _)| word)
    }

    /// The key of the word that we chose.
    pub(super) fn word_key(&self) -> Option<WordKey> {
        self.chosen.as_ref().map(|(_, key)| key.clone())
    }

    /// The next letter to show, if its time has come: `hints` letters at equal shares of the time, and never the last one
    /// that is hidden.
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
        let lot = usize::from(*self.lots.get(turn.hints as usize)?);
        let cell = *hidden.get(lot % hidden.len())?;
        let letter = letter(&word.text, cell)?;
        Some(GameStep::Hint { game: self.game, turn: self.turn, cell: cell as u32, letter })
    }

    /// The step that ends the turn and tells the word.
    pub(super) fn end(&self, turn: Option<&WordTurn>, reason: EndReason) -> GameStep {
        let locked = turn.zip(self.word());
        let reveal = locked.map(|(turn, word)| {
            Box::new(Reveal { word: word.text.clone(), secret: self.key.reveal(), voprf: turn.voprf, key: turn.key })
        });
        let evidence = turn.map(|turn| self.keeper.evidence(turn)).unwrap_or_default();
        GameStep::TurnEnded { game: self.game, turn: self.turn, reason, reveal, evidence }
    }

    /// Whether a line of a guesser may still be weighed against the word.
    pub(super) fn weighs(&mut self, author: Author, turn: &WordTurn, now: Now) -> bool {
        self.keeper.weighs(author, turn, now)
    }

    /// Answers a guess.
    pub(super) fn answer(
        &mut self,
        request: GuessRequest,
        turn: &WordTurn,
        identity: &Identity,
        elapsed_ms: u32,
        now: Now,
    ) -> Result<GuessAnswer, Refusal> {
        self.keeper.answer(request, turn, &self.key, identity, elapsed_ms, now)
    }
}

/// Words that were not told yet in this game, one of each level in turn as far as there are. The lots are ours alone:
/// nobody else can know what is on offer.
fn offers(quiz: &Quiz, identity: &Identity, turn: &[u8]) -> Vec<Word> {
    let lot = |word: &Word| identity.derive_secret("inkmesh 2026 quiz offers", &[turn, word.text.as_bytes()].concat());
    let told: Vec<&str> = quiz.told().collect();
    let mut lots: Vec<([u8; 32], &Word)> = quiz.words().words().iter().map(|word| (lot(word), word)).collect();
    lots.sort_unstable_by_key(|(lot, word)| (told.contains(&word.text.as_str()), *lot));
    let mut offers: Vec<Word> = Vec::new();
    for level in [Level::Easy, Level::Medium, Level::Hard, Level::Easy, Level::Medium] {
        let left = |word: &&Word| !offers.contains(*word);
        let mut words = lots.iter().map(|(_, word)| *word).filter(left);
        let next = words.clone().find(|word| word.level == level).or_else(|| words.next());
        let next = next.cloned();
        offers.extend(next);
    }
    // With one word on offer its level is drawn too.
    if quiz.rules().offered == 1 {
        offers = lots.first().map(|(_, word)| (*word).clone()).into_iter().collect();
    }
    offers.truncate(quiz.rules().offered as usize);
    offers
}
