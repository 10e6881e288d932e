//! The state of a quiz beside its turns: locked words, guesses, solvers, reveals, points.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::score::{UNOPENED, drawer_points, guesser_points};
use crate::game::protocol::guess::{GuessRequest, Receipt};
use crate::game::protocol::{QuizRules, Reveal, WordList};
use crate::game::secret::{Blinded, VoprfPublic, WordPublic};
use crate::identity::Author;
use crate::limits::{MAX_CANDIDATES_OF_TURN, MAX_TEXT};
use crate::operation_id::OperationId;
use crate::words::{MIN_WORDS, Mask, Word};

/// Most lines of guesses that are counted of one guesser in a turn: as many as the candidates that can be requested.
const MAX_LINES: usize = MAX_CANDIDATES_OF_TURN as usize;
/// Most further locks of a drawer that are noted. An honest drawer may have chosen twice before the first choice was saved;
/// after this many, any key is accepted as a lock.
const MAX_OTHERS: usize = 3;

/// The quiz of one game.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quiz {
    rules: QuizRules,
    words: WordList,
    /// The number of parts of the list that are still to come.
    missing: u32,
    /// The digests of the parts after the first, in order.
    parts: Vec<[u8; 32]>,
    /// The turns whose word was locked, in order. Copies share them, because finished ones rarely change.
    turns: Vec<Arc<WordTurn>>,
    /// The turns that ended without a locked word.
    passed: Vec<Passed>,
}

/// A turn that ended without a locked word. Its guessers are noted because the word may have been locked nevertheless, and
/// the end backdated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Passed {
    turn: u32,
    drawer: Author,
    guessers: BTreeSet<Author>,
}

/// A turn whose word was locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WordTurn {
    game: OperationId,
    pub(crate) turn: u32,
    pub(crate) drawer: Author,
    pub(crate) voprf: VoprfPublic,
    pub(crate) key: WordPublic,
    /// The mask with the letters shown so far.
    pub(crate) mask: Mask,
    pub(crate) hints: u32,
    /// The mask as it was locked.
    locked: Mask,
    /// Further locks of the drawer for this turn.
    others: Vec<(VoprfPublic, WordPublic)>,
    guessers: BTreeSet<Author>,
    length_ms: u64,
    claims: Vec<Claim>,
    /// The lines of each guesser, each with the number of candidates of all lines up to it.
    lines: BTreeMap<Author, Vec<(OperationId, u32)>>,
    evidence: BTreeMap<Author, Asked>,
    pub(crate) end: Option<End>,
}

/// The claim of a guesser to know the word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(crate) author: Author,
    pub(crate) elapsed_ms: u64,
    pub(crate) blinded: Blinded,
    pub(crate) opened: bool,
    /// True if it is for the lock that counts, and not for a further one.
    counted: bool,
}

/// The end of a turn with a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    /// The drawer revealed the word and the key, and they agree with lock, mask and list.
    Revealed(Word),
    /// The drawer's reveal doesn't agree with lock, mask or list.
    Lied,
    /// The drawer revealed nothing: skipped, removed or gone.
    Silent,
}

/// The statement of a signed request: the number of candidates requested before, and the last line said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    before: u32,
    said: Option<OperationId>,
}

impl Quiz {
    pub(crate) fn new(rules: QuizRules, words: WordList, more: u32) -> Self {
        Quiz { rules, words, missing: more, parts: Vec::new(), turns: Vec::new(), passed: Vec::new() }
    }

    pub(crate) fn words(&self) -> &WordList {
        &self.words
    }

    pub(crate) fn rules(&self) -> QuizRules {
        self.rules
    }

    /// Returns whether all words are there.
    pub(crate) fn is_complete(&self) -> bool {
        self.missing == 0 && self.words.words().len() >= MIN_WORDS
    }

    /// Returns the number of parts of the list that are still to come.
    pub(crate) fn missing(&self) -> u32 {
        self.missing
    }

    /// Returns the number of the next part, if one is to come.
    pub(crate) fn next_part(&self) -> Option<u32> {
        (self.missing > 0).then_some(self.parts.len() as u32 + 1)
    }

    /// Returns whether this part differs from one with the same number that came before.
    pub(crate) fn contradicts(&self, part: u32, words: &WordList) -> bool {
        let known = part.checked_sub(1).and_then(|index| self.parts.get(index as usize));
        known.is_some_and(|known| *known != words.digest())
    }

    pub(crate) fn add_words(&mut self, part: u32, words: &WordList) -> bool {
        if self.next_part() != Some(part) {
            return false;
        }
        let Some(both) = self.words.with(words) else { return false };
        self.words = both;
        self.missing -= 1;
        self.parts.push(words.digest());
        true
    }

    pub(crate) fn turns(&self) -> impl DoubleEndedIterator<Item = &WordTurn> {
        self.turns.iter().map(Arc::as_ref)
    }

    pub(crate) fn turn(&self, turn: u32) -> Option<&WordTurn> {
        self.turns().rev().find(|one| one.turn == turn)
    }

    fn turn_mut(&mut self, turn: u32) -> Option<&mut WordTurn> {
        self.turns.iter_mut().rev().find(|one| one.turn == turn).map(Arc::make_mut)
    }

    pub(crate) fn lock(&mut self, turn: WordTurn) {
        self.turns.push(Arc::new(turn));
    }

    /// Notes a lock that doesn't count: of a turn that began with another word, or was over before. The drawer may have
    /// answered guesses by it, honestly or to take away the solvers' points.
    pub(crate) fn lock_again(&mut self, turn: WordTurn) {
        if let Some(known) = self.turn_mut(turn.turn) {
            known.lock_again(turn.drawer, (turn.voprf, turn.key));
        } else if let Some(at) = self.passed.iter().position(|one| (one.turn, one.drawer) == (turn.turn, turn.drawer)) {
            let guessers = self.passed.swap_remove(at).guessers;
            let turn = WordTurn { guessers, end: Some(End::Silent), ..turn };
            let at = self.turns.partition_point(|one| one.turn < turn.turn);
            self.turns.insert(at, Arc::new(turn));
        }
    }

    pub(crate) fn hint(&mut self, turn: u32, author: Author, cell: u32, letter: char) -> bool {
        let most = self.rules.hints;
        self.turn_mut(turn).is_some_and(|turn| turn.hint(author, most, cell, letter))
    }

    pub(crate) fn guessed(&mut self, turn: u32, author: Author, line: OperationId, text: &str) -> bool {
        if text.is_empty() || text.len() > MAX_TEXT {
            return false;
        }
        let words = self.words.clone();
        self.turn_mut(turn).is_some_and(|turn| turn.guessed(author, line, || words.candidates(text).len() as u32))
    }

    pub(crate) fn solve(
        &mut self,
        turn: u32,
        author: Author,
        receipt: &Receipt,
        candidate: u32,
        key: &WordPublic,
    ) -> bool {
        self.turn_mut(turn).is_some_and(|turn| turn.solve(author, receipt, candidate, key))
    }

    pub(crate) fn unblind(&mut self, turn: u32, author: Author, blinded: &Blinded, word: &str) -> bool {
        self.turn_mut(turn).is_some_and(|turn| turn.unblind(author, blinded, word))
    }

    /// Returns whether somebody may say sealed lines of this turn: its drawer and its solvers may.
    pub(crate) fn may_whisper(&self, turn: u32, author: Author) -> bool {
        self.turn(turn).is_some_and(|turn| turn.drawer == author || turn.has_solved(author))
    }

    /// Ends a turn by its drawer's step. `proven`: whether reveal and evidence are valid by themselves.
    pub(crate) fn end(&mut self, turn: u32, reveal: Option<&Reveal>, proven: bool, evidence: &[GuessRequest]) {
        let words = self.words.clone();
        if let Some(turn) = self.turn_mut(turn)
            && turn.end.is_none()
        {
            turn.end = Some(turn.judge(&words, reveal.filter(|_| proven)));
            turn.accuse(evidence.iter().filter(|_| proven));
        }
    }

    /// Notes that a turn is over, with the players who could have guessed its word, if none was locked.
    pub(crate) fn pass(&mut self, turn: u32, drawer: Author, guessers: BTreeSet<Author>) {
        if self.turn(turn).is_none() {
            self.passed.push(Passed { turn, drawer, guessers });
        }
    }

    /// Ends a turn whose drawer revealed nothing.
    pub(crate) fn end_silently(&mut self, turn: u32) {
        if let Some(turn) = self.turn_mut(turn)
            && turn.end.is_none()
        {
            turn.end = Some(End::Silent);
        }
    }

    /// Returns the points of the whole game so far.
    pub(crate) fn scores(&self) -> BTreeMap<Author, u32> {
        let mut scores = BTreeMap::new();
        for (player, points) in self.turns().flat_map(WordTurn::points) {
            *scores.entry(player).or_insert(0) += points;
        }
        scores
    }

    /// Returns the words that were revealed truly.
    pub(crate) fn revealed_words(&self) -> impl Iterator<Item = &str> {
        self.turns().filter_map(WordTurn::word).map(|word| word.text.as_str())
    }
}

impl WordTurn {
    pub(crate) fn new(
        game: OperationId,
        turn: u32,
        drawer: Author,
        locks: (&VoprfPublic, &WordPublic, &Mask),
        guessers: BTreeSet<Author>,
        length_ms: u64,
    ) -> Self {
        let (voprf, key, mask) = locks;
        WordTurn {
            game,
            turn,
            drawer,
            voprf: *voprf,
            key: *key,
            mask: mask.clone(),
            hints: 0,
            locked: mask.clone(),
            others: Vec::new(),
            guessers,
            length_ms,
            claims: Vec::new(),
            lines: BTreeMap::new(),
            evidence: BTreeMap::new(),
            end: None,
        }
    }

    /// Returns the claims that are good so far, in the order of their receipts.
    pub(crate) fn solvers(&self) -> Vec<&Claim> {
        let mut claims: Vec<&Claim> = self.claims.iter().filter(|claim| self.is_good(claim)).collect();
        claims.sort_by_key(|claim| (claim.elapsed_ms, claim.author));
        claims
    }

    /// Returns whether somebody proved to know the word.
    pub(crate) fn has_solved(&self, author: Author) -> bool {
        self.claims.iter().any(|claim| claim.author == author)
    }

    /// Returns somebody's claim for the lock that counts, whose receipt can be opened once the word is revealed.
    pub(crate) fn claim(&self, author: Author) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.author == author && claim.counted)
    }

    pub(crate) fn game(&self) -> OperationId {
        self.game
    }

    pub(crate) fn guessers(&self) -> &BTreeSet<Author> {
        &self.guessers
    }

    /// Returns whether all guessers who are present solved the word, and at least one did.
    pub(crate) fn all_solved(&self, present: impl Fn(Author) -> bool) -> bool {
        let mut open = self.guessers.iter().filter(|guesser| !self.has_solved(**guesser));
        !self.claims.is_empty() && open.all(|guesser| !present(*guesser))
    }

    /// Returns the word, if it was revealed truly.
    pub(crate) fn word(&self) -> Option<&Word> {
        match &self.end {
            Some(End::Revealed(word)) => Some(word),
            Some(End::Lied | End::Silent) | None => None,
        }
    }

    /// Returns whether the drawer's reveal is false.
    pub(crate) fn lied(&self) -> bool {
        matches!(self.end, Some(End::Lied))
    }

    /// Returns the last line of a guesser, with the number of candidates of all lines up to it.
    pub(crate) fn last_line(&self, guesser: Author) -> Option<(OperationId, u32)> {
        self.lines.get(&guesser)?.last().copied()
    }

    /// Returns the number of candidates of all lines of a guesser.
    pub(crate) fn said_candidates(&self, guesser: Author) -> u32 {
        self.last_line(guesser).map_or(0, |(_, upto)| upto)
    }

    /// Returns the number of candidates that the guesser had requested before this request without saying them in a line, by
    /// the lines in the log.
    pub(crate) fn unsaid(&self, request: &GuessRequest) -> u32 {
        self.unsaid_of(request.guesser, Asked { before: request.asked_before, said: request.said })
    }

    fn hint(&mut self, author: Author, most: u32, cell: u32, letter: char) -> bool {
        let may = author == self.drawer && self.end.is_none() && self.hints < most;
        let shown = may && self.mask.reveal(cell as usize, letter);
        self.hints += u32::from(shown);
        shown
    }

    /// Takes a line of a guess. It counts while its author doesn't know the word, also after the end of the turn: it may have
    /// been on its way, or written by a clock that is ahead. `asked` computes its candidates, which is done for the first
    /// [`MAX_LINES`] only.
    pub(crate) fn guessed(&mut self, author: Author, line: OperationId, asked: impl FnOnce() -> u32) -> bool {
        if !self.guessers.contains(&author) || self.has_solved(author) {
            return false;
        }
        let lines = self.lines.entry(author).or_default();
        let asked = if lines.len() < MAX_LINES { asked() } else { 0 };
        if asked > 0 {
            let before = lines.last().map_or(0, |(_, upto)| *upto);
            lines.push((line, before + asked));
        }
        true
    }

    /// Takes the claim of a solver. The time is that of the receipt; the step's place in the log doesn't matter, so that
    /// nobody's clock does.
    fn solve(&mut self, author: Author, receipt: &Receipt, candidate: u32, key: &WordPublic) -> bool {
        let blinded = receipt.blinded.get(candidate as usize).copied();
        let lock = (receipt.voprf, *key);
        let fits = receipt.drawer == self.drawer
            && receipt.game == self.game
            && receipt.turn == self.turn
            && receipt.guesser == author
            && self.is_in_time(receipt)
            && self.is_lock(lock)
            && self.guessers.contains(&author)
            && !self.has_solved(author);
        let Some(blinded) = blinded.filter(|_| fits) else { return false };
        let counted = lock == (self.voprf, self.key);
        let elapsed_ms = u64::from(receipt.elapsed_ms);
        self.claims.push(Claim { author, elapsed_ms, blinded, opened: false, counted });
        true
    }

    fn lock_again(&mut self, drawer: Author, lock: (VoprfPublic, WordPublic)) {
        if drawer == self.drawer && !self.is_lock(lock) {
            self.others.push(lock);
        }
    }

    /// Returns whether the drawer locked this word. After [`MAX_OTHERS`] further locks any word is accepted.
    fn is_lock(&self, lock: (VoprfPublic, WordPublic)) -> bool {
        lock == (self.voprf, self.key) || self.others.contains(&lock) || self.others.len() >= MAX_OTHERS
    }

    /// Returns whether the drawer gave this receipt within the length of the turn.
    pub(crate) fn is_in_time(&self, receipt: &Receipt) -> bool {
        u64::from(receipt.elapsed_ms) <= self.length_ms
    }

    fn unblind(&mut self, author: Author, blinded: &Blinded, word: &str) -> bool {
        if self.word().is_none_or(|revealed| revealed.text != word) {
            return false;
        }
        let claim = self
            .claims
            .iter_mut()
            .find(|claim| claim.author == author && claim.blinded == *blinded && claim.counted && !claim.opened);
        claim.map(|claim| claim.opened = true).is_some()
    }

    fn judge(&self, words: &WordList, reveal: Option<&Reveal>) -> End {
        let locked = reveal.filter(|reveal| reveal.voprf == self.voprf && reveal.key == self.key);
        let word = locked.and_then(|reveal| words.find(&reveal.word));
        match word.filter(|word| Mask::of(&word.text) == self.locked && self.mask.agrees(&word.text)) {
            Some(word) => End::Revealed(word.clone()),
            None => End::Lied,
        }
    }

    fn accuse<'a>(&mut self, evidence: impl Iterator<Item = &'a GuessRequest>) {
        for request in evidence {
            if !self.is_about(request) {
                continue;
            }
            let asked = Asked { before: request.asked_before, said: request.said };
            self.evidence.entry(request.guesser).or_insert(asked);
        }
    }

    /// Returns whether a request was made in this turn, and not in one with the same number before the game started again.
    pub(crate) fn is_about(&self, request: &GuessRequest) -> bool {
        (request.game, request.turn, request.voprf) == (self.game, self.turn, self.voprf)
    }

    /// Returns the number of candidates requested without saying them. Each request names the last line before it by its
    /// hash, so a drawer can't frame an honest guesser by hiding or inserting lines.
    fn unsaid_of(&self, guesser: Author, asked: Asked) -> u32 {
        let lines = self.lines.get(&guesser).map_or(&[][..], Vec::as_slice);
        let line = asked.said.and_then(|said| lines.iter().find(|(id, _)| *id == said));
        asked.before.saturating_sub(line.map_or(0, |(_, upto)| *upto))
    }

    fn is_good(&self, claim: &Claim) -> bool {
        let silent = self.evidence.get(&claim.author).is_some_and(|asked| self.unsaid_of(claim.author, *asked) > 0);
        // Before the reveal nobody can open a receipt. Without a true reveal, or for a further lock, the receipt is enough.
        let opened = claim.opened || !claim.counted || self.word().is_none();
        opened && !silent
    }

    /// Returns the points of the turn; none before its end. The drawer gets none without a true reveal, or if somebody solved
    /// a further lock; the solvers of such a lock, and those whose receipts can't be opened, get [`UNOPENED`].
    pub(crate) fn points(&self) -> BTreeMap<Author, u32> {
        if self.end.is_none() {
            return BTreeMap::new();
        }
        let (solvers, misled): (Vec<&Claim>, Vec<&Claim>) = self.solvers().into_iter().partition(|claim| claim.counted);
        let points = |(place, claim): (usize, &&Claim)| {
            let points = |word: &Word| guesser_points(word.level, claim.elapsed_ms, self.length_ms, place);
            (claim.author, self.word().map_or(UNOPENED, points))
        };
        let mut points: BTreeMap<Author, u32> = solvers.iter().enumerate().map(points).collect();
        if self.word().is_some() && misled.is_empty() {
            points.insert(self.drawer, drawer_points(points.values().sum(), self.guessers.len()));
        }
        points.extend(misled.iter().map(|claim| (claim.author, UNOPENED)));
        points
    }
}
