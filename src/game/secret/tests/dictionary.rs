//! The dictionary attack: an attacker has all bytes that were sent in a turn before the reveal, and its own secrets, and
//! tries every word of a pack of 600 without a request. The attack must confirm none; the same attack finds the word as soon
//! as it is given a secret, or a drawer or guesser makes a mistake.

use std::collections::BTreeSet;

use sha2::{Digest, Sha512};
use voprf::{Group, VoprfClient, VoprfServer};

use super::super::turn_key::{answer_with, output_of};
use super::vectors::Given;
use super::*;
use crate::game::guess::{GuessAnswer, GuessRequest, PeerReply, PeerRequest, Receipt};
use crate::game::{EndReason, GameStep, Reveal};
use crate::name::{RoomId, RoomName};
use crate::payload::Payload;
use crate::words::Mask;

type Scalar = <Suite as Group>::Scalar;
type Element = <Suite as Group>::Elem;

/// The data that an attacker has of a turn.
struct Seen {
    attacker: Identity,
    game: OperationId,
    turn: u32,
    public: Option<VoprfPublic>,
    word: Option<WordPublic>,
    /// All sent bytes.
    bytes: Vec<u8>,
    /// The group elements in them, and their combinations.
    elements: BTreeSet<[u8; 32]>,
    proofs: Vec<Proof>,
    /// Scalars that it knows.
    scalars: BTreeSet<[u8; 32]>,
    sealed: Vec<(Author, Vec<u8>)>,
}

impl Seen {
    /// Starts with the attacker's own secrets alone.
    fn new(attacker: &Identity, game: OperationId, turn: u32) -> Self {
        let (bytes, elements, scalars) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let (proofs, sealed, attacker) = (Vec::new(), Vec::new(), attacker.clone());
        Seen { attacker, game, turn, public: None, word: None, bytes, elements, proofs, scalars, sealed }
    }

    /// Adds a step.
    fn step(&mut self, author: Author, step: GameStep) {
        match &step {
            GameStep::WordLocked { voprf, word, .. } => {
                (self.public, self.word) = (Some(*voprf), Some(*word));
                self.elements.insert(voprf.0);
            }
            GameStep::Whispered { sealed, .. } => self.sealed.push((author, sealed.clone())),
            _ => {}
        }
        self.bytes.extend(Payload::Game(step).encode().unwrap());
    }

    /// Adds a request.
    fn ask(&mut self, request: &GuessRequest) {
        self.elements.extend(request.blinded.iter().map(|blinded| blinded.0));
        self.bytes.extend(PeerRequest::Guess(request.clone()).encode().unwrap());
    }

    /// Adds an answer.
    fn answer(&mut self, answer: &GuessAnswer) {
        self.elements.extend(answer.answer.evaluated.iter().map(|evaluated| evaluated.0));
        self.proofs.push(answer.answer.proof);
        self.bytes.extend(PeerReply::Answer(Box::new(answer.clone())).encode().unwrap());
    }

    /// Returns the words that the attacker confirms without a request.
    fn confirmed(&self, words: &[String]) -> BTreeSet<String> {
        &by_key(self, words) | &by_evaluation(self, words)
    }

    /// Returns whether this is the key of the word.
    fn confirms(&self, key: &WordKey) -> bool {
        Some(key.public()) == self.word || self.sealed.iter().any(|(author, line)| key.open(*author, line).is_some())
    }

    /// Returns the scalar with which the attacker's own program blinds a word.
    fn own_blind(&self, word: &str) -> Scalar {
        let blinding = Blinding::new(&self.attacker, self.game, self.turn, &[word.to_owned()]).unwrap();
        scalar(&blinding.opening(0).unwrap().0).unwrap()
    }

    /// Returns all windows of all bytes.
    fn windows<const N: usize>(&self) -> impl Iterator<Item = &[u8; N]> {
        self.bytes.windows(N).map(|window| window.try_into().unwrap())
    }
}

fn scalar(bytes: &[u8; 32]) -> Option<Scalar> {
    Suite::deserialize_scalar(bytes).ok()
}

fn element(bytes: &[u8; 32]) -> Option<Element> {
    Suite::deserialize_elem(bytes).ok()
}

fn bytes_of(element: Element) -> [u8; 32] {
    Suite::serialize_elem(element).into()
}

/// `Finalize` with an element that may be the unblinded one.
fn key_by_element(seen: &Seen, element: &[u8; 32], word: &str) -> WordKey {
    let input = input(word, seen.game, seen.turn);
    let framed = [&[0, 32][..], &input, &[0, 32], element, b"Finalize"].concat();
    WordKey::from_output(&Sha512::digest(framed).into(), seen.game, seen.turn)
}

/// Returns scalars that may be the drawer's key: all windows of the sent bytes, all known scalars, and those that two proofs
/// with one nonce would give away.
fn suspects(seen: &Seen) -> Vec<Scalar> {
    let mut suspects: Vec<Scalar> = seen.windows().chain(&seen.scalars).filter_map(scalar).collect();
    let halves = |proof: &Proof| {
        let (c, s) = proof.0.split_at(32);
        (scalar(c.try_into().unwrap()).unwrap(), scalar(s.try_into().unwrap()).unwrap())
    };
    for (n, one) in seen.proofs.iter().enumerate() {
        for other in &seen.proofs[..n] {
            let ((c1, s1), (c2, s2)) = (halves(one), halves(other));
            suspects.push((s1 - s2) * (c2 - c1).invert());
        }
    }
    suspects
}

/// Returns the words that are confirmed by a secret key that fits the public one.
fn by_key(seen: &Seen, words: &[String]) -> BTreeSet<String> {
    let is_key = |suspect: &Scalar| Some(VoprfPublic(bytes_of(Suite::base_elem() * suspect))) == seen.public;
    let Some(key) = suspects(seen).into_iter().find(is_key) else { return BTreeSet::new() };
    let secret = VoprfSecret(key.to_bytes());
    let fits = |word: &&String| seen.confirms(&word_key_from_reveal(&secret, word, seen.game, seen.turn).unwrap());
    words.iter().filter(fits).cloned().collect()
}

/// Returns the words that are confirmed by an evaluation: each sent element as it is, unblinded with every scalar that the
/// attacker knows or would have used itself, and the sums and differences of two elements.
fn by_evaluation(seen: &Seen, words: &[String]) -> BTreeSet<String> {
    let known: Vec<Element> = seen.elements.iter().filter_map(element).collect();
    let scalars: Vec<Scalar> = seen.scalars.iter().filter_map(scalar).map(|scalar| scalar.invert()).collect();
    let mut tried: BTreeSet<[u8; 32]> = seen.elements.clone();
    tried.extend(known.iter().flat_map(|known| scalars.iter().map(move |scalar| bytes_of(known * scalar))));
    let neighbours = known.windows(2).flat_map(|two| [two[0] + two[1], two[0] - two[1]]);
    tried.extend(neighbours.map(bytes_of));
    let fits = |word: &&String| {
        let own = seen.own_blind(word).invert();
        let unblinded: Vec<_> = known.iter().map(|known| bytes_of(known * own)).collect();
        tried.iter().chain(&unblinded).any(|element| seen.confirms(&key_by_element(seen, element, word)))
    };
    words.iter().filter(fits).cloned().collect()
}

/// Returns the words that were requested: sent without blinding, or blinded with a scalar that the attacker knows or would
/// have used itself.
fn by_asking(seen: &Seen, words: &[String]) -> BTreeSet<String> {
    let mut blinds: Vec<Scalar> = seen.scalars.iter().filter_map(scalar).collect();
    blinds.push(one());
    let was_sent = |word: &str, blind: &Scalar| seen.elements.contains(&blinded_with(seen, word, *blind).0);
    let fits =
        |word: &&String| was_sent(word, &seen.own_blind(word)) || blinds.iter().any(|blind| was_sent(word, blind));
    words.iter().filter(fits).cloned().collect()
}

fn blinded_with(seen: &Seen, word: &str, blind: Scalar) -> Blinded {
    let result =
        VoprfClient::<Suite>::deterministic_blind_unchecked(&input(word, seen.game, seen.turn), blind).unwrap();
    Blinded(result.message.serialize().into())
}

fn one() -> Scalar {
    scalar(&std::array::from_fn(|n| u8::from(n == 0))).unwrap()
}

/// Returns whether the keys of the word were sent anywhere.
fn is_in_the_open(seen: &Seen) -> bool {
    let by_output = seen.windows().any(|output| seen.confirms(&WordKey::from_output(output, seen.game, seen.turn)));
    let by_secret =
        seen.windows().any(|secret| Some(WordPublic(Identity::from_secret(*secret).author().0)) == seen.word);
    by_output || by_secret
}

/// Returns a pack of 600 different words.
fn pack() -> Vec<String> {
    let syllable = |n: u32| char::from_u32(0xac00 + n * 28).unwrap();
    (0..600).map(|n| [syllable(n % 399), syllable(n * 7 % 392)].iter().collect()).collect()
}

const WORD: usize = 417;

fn attacker() -> Identity {
    Identity::from_secret([4; 32])
}

fn room() -> RoomId {
    RoomName::lobby().id()
}

/// Adds a request and its answer.
fn guessed(seen: &mut Seen, guesser: &Identity, guess: &Blinding, answer: &Evaluation) {
    let request = GuessRequest::new(guesser, room(), (GAME, TURN, turn_key().public()), 0, None, guess.blinded());
    let receipt = Receipt::new(&drawer(), &request, 12_345);
    seen.ask(&request);
    seen.answer(&GuessAnswer { answer: answer.clone(), receipt });
}

/// Makes a turn up to its last second: Ana requested wrong words, Ben solved it and whispers with the drawer, and the
/// attacker requested wrong words too.
fn seen() -> Seen {
    let (pack, key, mut seen) = (pack(), turn_key(), Seen::new(&attacker(), GAME, TURN));
    let word = key.word_key(&pack[WORD]);
    let mask = Mask::of(&pack[WORD]);
    let lock = GameStep::WordLocked { game: GAME, turn: TURN, voprf: key.public(), word: word.public(), mask };
    seen.step(drawer().author(), lock);
    let attacker = attacker();
    let guesses = [
        (ana(), vec![pack[1].clone(), pack[2].clone(), pack[3].clone(), pack[4].clone()]),
        (ana(), vec![pack[5].clone()]),
        (ben(), vec![format!("{}{}", pack[6], pack[WORD]), pack[WORD].clone(), pack[6].clone()]),
        (attacker.clone(), vec![pack[7].clone(), pack[8].clone()]),
        (attacker.clone(), vec![pack[9].clone()]),
    ];
    for (guesser, words) in &guesses {
        let guess = Blinding::new(guesser, GAME, TURN, words).unwrap();
        let answer = key.answer(&guess.blinded()).unwrap();
        guess.finish(&answer, &key.public()).unwrap();
        guessed(&mut seen, guesser, &guess, &answer);
        if guesser.author() != ben().author() {
            let said = GameStep::Guessed { game: GAME, turn: TURN, text: words.join(" ") };
            seen.step(guesser.author(), said);
        } else {
            let request = GuessRequest::new(guesser, room(), (GAME, TURN, key.public()), 0, None, guess.blinded());
            let receipt = Box::new(Receipt::new(&drawer(), &request, 12_345));
            let (candidate, signature) = (1, word.sign_solved(guesser.author()));
            let word = word.public();
            let solved = GameStep::Solved { game: GAME, turn: TURN, receipt, candidate, word, signature };
            seen.step(guesser.author(), solved);
        }
        if guesser.author() == attacker.author() {
            seen.scalars.extend((0..words.len()).map(|n| guess.opening(n).unwrap().0));
        }
    }
    for (author, text) in [(ben().author(), "쉽네"), (drawer().author(), "축하해")] {
        let sealed = word.seal(author, 0, text).unwrap();
        seen.step(author, GameStep::Whispered { game: GAME, turn: TURN, sealed });
    }
    seen
}

fn word() -> BTreeSet<String> {
    [pack()[WORD].clone()].into()
}

#[test]
fn nobody_confirms_a_word_without_asking() {
    let (seen, pack) = (seen(), pack());
    assert_eq!(pack.iter().collect::<BTreeSet<_>>().len(), 600);
    assert!(seen.confirmed(&pack).is_empty());
    assert!(!is_in_the_open(&seen));
}

#[test]
fn nobody_finds_out_the_candidates_of_others() {
    let (seen, pack) = (seen(), pack());
    let own: BTreeSet<String> = pack[7..=9].iter().cloned().collect();
    assert_eq!(by_asking(&seen, &pack), own, "an attacker recognises its own questions alone");
}

#[test]
fn everybody_confirms_the_word_after_the_reveal() {
    let (mut seen, key, pack) = (seen(), turn_key(), pack());
    let word_public = key.word_key(&pack[WORD]).public();
    let reveal = Reveal { word: pack[WORD].clone(), secret: key.reveal(), voprf: key.public(), key: word_public };
    let (reason, reveal, evidence) = (EndReason::Time, Some(Box::new(reveal)), Vec::new());
    seen.step(drawer().author(), GameStep::TurnEnded { game: GAME, turn: TURN, reason, reveal, evidence });
    assert_eq!(by_key(&seen, &pack), word());
    assert_eq!(seen.confirmed(&pack), word());
}

#[test]
fn the_attack_finds_the_word_when_its_solver_opens_too_early() {
    let mut seen = seen();
    let pack = pack();
    seen.scalars.insert(Blinding::new(&ben(), GAME, TURN, &pack[WORD..=WORD]).unwrap().opening(0).unwrap().0);
    assert_eq!(by_evaluation(&seen, &pack), word());
    assert!(by_asking(&seen, &pack).is_superset(&word()));
}

#[test]
fn the_attack_finds_the_word_of_a_drawer_who_proves_twice_with_one_nonce() {
    let mut seen = seen();
    let server = VoprfServer::new_with_key(&turn_key().reveal().0).unwrap();
    assert_eq!(by_key(&seen, &pack()), BTreeSet::new());
    for asked in ["하나", "둘"] {
        let guess = blinding(&ana(), [asked]);
        let answer = answer_with(&server, &guess.blinded(), &mut Given(vec![5; 32])).unwrap();
        guessed(&mut seen, &ana(), &guess, &answer);
    }
    assert_eq!(by_key(&seen, &pack()), word());
}

#[test]
fn the_attack_finds_the_word_of_a_guesser_who_does_not_blind() {
    let mut seen = seen();
    let pack = pack();
    let server = VoprfServer::<Suite>::new_with_key(&turn_key().reveal().0).unwrap();
    let blinded = blinded_with(&seen, &pack[WORD], one());
    let answer = answer_with(&server, &[blinded], &mut Given(vec![5; 32])).unwrap();
    seen.elements.extend([blinded.0, answer.evaluated[0].0]);
    assert_eq!(by_evaluation(&seen, &pack), word());
    assert!(by_asking(&seen, &pack).is_superset(&word()));
}

#[test]
fn the_attack_finds_keys_in_the_open() {
    let mut seen = seen();
    let server = VoprfServer::<Suite>::new_with_key(&turn_key().reveal().0).unwrap();
    seen.bytes.extend(output_of(&server, &input(&pack()[WORD], GAME, TURN)));
    assert!(is_in_the_open(&seen));
}
