//! The dictionary attack: a guesser has all bytes of a turn that anybody sent before the reveal, and its own secrets, and
//! tries every word of a pack of 600 without asking. It must confirm none; and the very same attack finds the word as soon
//! as it is given one thing that is secret, or a drawer makes a mistake.

use std::collections::BTreeSet;

use voprf::VoprfServer;

use super::super::turn_key::{answer_with, output_of};
use super::attack::{Seen, blinded_with, by_asking, by_evaluation, by_key, is_in_the_open, one};
use super::vectors::Given;
use super::*;
use crate::game::guess::{GuessAnswer, GuessRequest, Receipt};
use crate::name::RoomName;

/// A pack of 600 different words.
fn pack() -> Vec<String> {
    let syllable = |n: u32| char::from_u32(0xac00 + n * 28).unwrap();
    (0..600).map(|n| [syllable(n % 399), syllable(n * 7 % 392)].iter().collect()).collect()
}

const WORD: usize = 417;

fn attacker() -> Identity {
    Identity::from_secret([4; 32])
}

/// Somebody asks, and is answered.
fn guessed(seen: &mut Seen, guesser: &Identity, guess: &Blinding, answer: &Answer) {
    let request =
        GuessRequest::new(guesser, RoomName::lobby().id(), (GAME, TURN, turn_key().public()), 0, None, guess.blinded());
    let receipt = Receipt::new(&drawer(), &request, 12_345);
    seen.ask(&request);
    seen.answer(&GuessAnswer { answer: answer.clone(), receipt });
}

/// A turn up to its last second: Ana asked for wrong words, Ben solved it and talks with the drawer, and the attacker
/// has asked for wrong words too.
fn seen() -> Seen {
    let (pack, key, mut seen) = (pack(), turn_key(), Seen::new(&attacker(), GAME, TURN));
    let word = key.word_key(&pack[WORD]);
    seen.lock(key.public(), word.public());
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
        if guesser.author() == attacker.author() {
            seen.scalars.extend((0..words.len()).map(|n| guess.opening(n).unwrap().0));
        }
    }
    seen.bytes.extend(word.sign_solved(ben().author()));
    for (author, text) in [(ben().author(), "쉽네"), (drawer().author(), "축하해")] {
        seen.whisper(author, &word.seal(author, 0, text).unwrap());
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
fn nobody_tells_what_others_asked() {
    let (seen, pack) = (seen(), pack());
    let own: BTreeSet<String> = pack[7..=9].iter().cloned().collect();
    assert_eq!(by_asking(&seen, &pack), own, "an attacker recognises its own questions alone");
}

#[test]
fn the_attack_finds_the_word_by_the_revealed_key() {
    let mut seen = seen();
    seen.scalars.insert(turn_key().reveal().0);
    assert_eq!(by_key(&seen, &pack()), word());
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
