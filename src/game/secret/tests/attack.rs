//! The dictionary attack: what somebody can try who has all bytes of a turn that anybody sent, and their own secrets, but
//! doesn't ask.

use std::collections::BTreeSet;

use sha2::{Digest, Sha512};
use voprf::{Group, VoprfClient};

use super::*;
use crate::game::guess::{Ask, GuessAnswer, GuessRequest, Reply};

type Scalar = <Suite as Group>::Scalar;
type Element = <Suite as Group>::Elem;

/// What an attacker has of a turn.
pub struct Seen {
    attacker: Identity,
    game: OperationId,
    turn: u32,
    pub public: Option<VoprfPublic>,
    pub word: Option<WordPublic>,
    /// Everything that anybody sent, as it was sent.
    pub bytes: Vec<u8>,
    /// The elements in it, and those made of them.
    pub elements: BTreeSet<[u8; 32]>,
    pub proofs: Vec<Proof>,
    /// Scalars it knows or guesses to mean something.
    pub scalars: BTreeSet<[u8; 32]>,
    pub sealed: Vec<(Author, Vec<u8>)>,
}

impl Seen {
    /// Nothing of this turn yet, by somebody who has only their own secrets.
    pub fn new(attacker: &Identity, game: OperationId, turn: u32) -> Self {
        let (bytes, elements, scalars) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let (proofs, sealed, attacker) = (Vec::new(), Vec::new(), attacker.clone());
        Seen { attacker, game, turn, public: None, word: None, bytes, elements, proofs, scalars, sealed }
    }

    /// The drawer locks the word.
    pub fn lock(&mut self, public: VoprfPublic, word: WordPublic) {
        (self.public, self.word) = (Some(public), Some(word));
        self.elements.insert(public.0);
        self.bytes.extend([public.0, word.0].concat());
    }

    /// Somebody asks.
    pub fn ask(&mut self, request: &GuessRequest) {
        self.elements.extend(request.blinded.iter().map(|blinded| blinded.0));
        self.bytes.extend(Ask::Guess(request.clone()).encode().unwrap());
    }

    /// The drawer answers.
    pub fn answer(&mut self, answer: &GuessAnswer) {
        self.elements.extend(answer.answer.evaluated.iter().map(|evaluated| evaluated.0));
        self.proofs.push(answer.answer.proof);
        self.bytes.extend(Reply::Answer(Box::new(answer.clone())).encode().unwrap());
    }

    /// Somebody who knows the word talks.
    pub fn whisper(&mut self, author: Author, sealed: &[u8]) {
        self.bytes.extend_from_slice(sealed);
        self.sealed.push((author, sealed.to_vec()));
    }

    /// The words that the attacker confirms without asking.
    pub fn confirmed(&self, words: &[String]) -> BTreeSet<String> {
        &by_key(self, words) | &by_evaluation(self, words)
    }

    /// Whether this key is the word's.
    fn confirms(&self, key: &WordKey) -> bool {
        Some(key.public()) == self.word || self.sealed.iter().any(|(author, line)| key.open(*author, line).is_some())
    }

    /// What the attacker's own program blinds a word with.
    fn own_blind(&self, word: &str) -> Scalar {
        let blinding = Blinding::new(&self.attacker, self.game, self.turn, &[word.to_owned()]).unwrap();
        scalar(&blinding.opening(0).unwrap().0).unwrap()
    }

    /// Windows of all bytes, wherever they begin.
    fn windows<const N: usize>(&self) -> impl Iterator<Item = &[u8; N]> {
        self.bytes.windows(N).map(|window| window.try_into().unwrap())
    }
}

pub(super) fn scalar(bytes: &[u8; 32]) -> Option<Scalar> {
    Suite::deserialize_scalar(bytes).ok()
}

fn element(bytes: &[u8; 32]) -> Option<Element> {
    Suite::deserialize_elem(bytes).ok()
}

fn bytes_of(element: Element) -> [u8; 32] {
    Suite::serialize_elem(element).into()
}

/// `Finalize` with an element that the attacker takes for the unblinded one.
fn key_by_element(seen: &Seen, element: &[u8; 32], word: &str) -> WordKey {
    let input = input(word, seen.game, seen.turn);
    let framed = [&[0, 32][..], &input, &[0, 32], element, b"Finalize"].concat();
    WordKey::from_output(&Sha512::digest(framed).into(), seen.game, seen.turn)
}

/// Scalars that may be the drawer's key: all bytes ever sent, all that the attacker knows, and what two proofs with one
/// nonce would give away.
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

/// Words confirmed by a secret key: one that fits the public one.
pub(super) fn by_key(seen: &Seen, words: &[String]) -> BTreeSet<String> {
    let is_key = |suspect: &Scalar| Some(VoprfPublic(bytes_of(Suite::base_elem() * suspect))) == seen.public;
    let Some(key) = suspects(seen).into_iter().find(is_key) else { return BTreeSet::new() };
    let secret = VoprfSecret(key.to_bytes());
    let fits = |word: &&String| seen.confirms(&word_key_from_reveal(&secret, word, seen.game, seen.turn).unwrap());
    words.iter().filter(fits).cloned().collect()
}

/// Words confirmed by an evaluation: every element that was sent, as it is, unblinded with every scalar that the attacker
/// knows or would have used itself, and the sums and differences of two of them.
pub(super) fn by_evaluation(seen: &Seen, words: &[String]) -> BTreeSet<String> {
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

/// Words that somebody asked for: a word blinded with a scalar that the attacker knows or would have used itself, or not at
/// all, was sent.
pub fn by_asking(seen: &Seen, words: &[String]) -> BTreeSet<String> {
    let mut blinds: Vec<Scalar> = seen.scalars.iter().filter_map(scalar).collect();
    blinds.push(one());
    let was_sent = |word: &str, blind: &Scalar| seen.elements.contains(&blinded_with(seen, word, *blind).0);
    let fits =
        |word: &&String| was_sent(word, &seen.own_blind(word)) || blinds.iter().any(|blind| was_sent(word, blind));
    words.iter().filter(fits).cloned().collect()
}

pub(super) fn blinded_with(seen: &Seen, word: &str, blind: Scalar) -> Blinded {
    let result =
        VoprfClient::<Suite>::deterministic_blind_unchecked(&input(word, seen.game, seen.turn), blind).unwrap();
    Blinded(result.message.serialize().into())
}

pub(super) fn one() -> Scalar {
    scalar(&std::array::from_fn(|n| u8::from(n == 0))).unwrap()
}

/// Whether the word's keys themselves were sent, in whatever place.
pub fn is_in_the_open(seen: &Seen) -> bool {
    let by_output = seen.windows().any(|output| seen.confirms(&WordKey::from_output(output, seen.game, seen.turn)));
    let by_secret =
        seen.windows().any(|secret| Some(WordPublic(Identity::from_secret(*secret).author().0)) == seen.word);
    by_output || by_secret
}
