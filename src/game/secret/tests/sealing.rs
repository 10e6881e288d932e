//! Signatures and sealed lines of the players who know the word.

use super::*;
use crate::payload::MAX_TEXT;

/// Returns the key as a guesser gets it.
fn solved_by(guesser: &Identity, word: &str) -> WordKey {
    let (key, guess) = (turn_key(), blinding(guesser, [word]));
    guess.finish(&key.answer(&guess.blinded()).unwrap(), &key.public()).unwrap().remove(0)
}

#[test]
fn a_solvers_signature_is_valid_for_its_author_only() {
    let (word, author) = (turn_key().word_key("apple").public(), ana().author());
    let signature = solved_by(&ana(), "apple").sign_solved(author);
    assert!(verify_solved(&word, GAME, TURN, author, &signature));
    assert!(!verify_solved(&word, GAME, TURN, ben().author(), &signature), "copied from the log");
    assert!(!verify_solved(&word, GAME, TURN + 1, author, &signature));
    assert!(!verify_solved(&word, OperationId([8; 32]), TURN, author, &signature));
    assert!(!verify_solved(&word, GAME, TURN, author, &solved_by(&ana(), "pear").sign_solved(author)), "a wrong word");
    let mut changed = signature;
    changed[40] ^= 1;
    assert!(!verify_solved(&word, GAME, TURN, author, &changed));
}

#[test]
fn a_word_key_of_small_order_verifies_nothing() {
    // A drawer whose word key accepts anything could let friends solve without guessing.
    let (mut small, mut signature) = ([0; 32], [0; 64]);
    small[0] = 1;
    signature[0] = 1;
    assert!(!verify_solved(&WordPublic(small), GAME, TURN, ana().author(), &signature));
}

#[test]
fn solvers_and_the_drawer_read_each_other() {
    let (author, drawers) = (ana().author(), turn_key().word_key("apple"));
    let sealed = solved_by(&ana(), "apple").seal(author, 7, "쉽네! 🍎").unwrap();
    assert_eq!(solved_by(&ben(), "apple").open(author, &sealed).as_deref(), Some("쉽네! 🍎"));
    assert_eq!(drawers.open(author, &sealed).as_deref(), Some("쉽네! 🍎"));
    assert_eq!(solved_by(&ben(), "pear").open(author, &sealed), None, "who has not solved it can't");
    assert_eq!(drawers.open(ben().author(), &sealed), None, "passed off as somebody else's");
    let elsewhere = word_key_from_reveal(&turn_key().reveal(), "apple", GAME, TURN + 1).unwrap();
    assert_eq!(elsewhere.open(author, &sealed), None, "and not in another turn");
}

#[test]
fn a_changed_line_is_not_read() {
    let (author, key) = (ana().author(), turn_key().word_key("apple"));
    let sealed = key.seal(author, 0, "hello").unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(key.open(author, &changed), None, "{at}");
        assert_eq!(key.open(author, &sealed[..at]), None, "cut at {at}");
    }
    assert_eq!(key.open(author, &[&sealed[..], &[0]].concat()), None);
}

#[test]
fn sealed_lines_have_bounds() {
    let (author, key) = (ana().author(), turn_key().word_key("apple"));
    for len in [0, 1, MAX_TEXT] {
        let text = "x".repeat(len);
        let sealed = key.seal(author, 0, &text).unwrap();
        assert_eq!(sealed.len(), len + 40);
        assert_eq!(key.open(author, &sealed), Some(text));
    }
    assert_eq!(key.seal(author, 0, &"x".repeat(MAX_TEXT + 1)), None);
    assert_eq!(key.open(author, &vec![0; 1 << 20]), None);
}

#[test]
fn no_two_lines_share_a_nonce() {
    let (author, key) = (ana().author(), turn_key().word_key("apple"));
    let sealed = |author, number, text| key.seal(author, number, text).unwrap()[..24].to_vec();
    let first = sealed(author, 0, "ㅋㅋㅋ");
    assert_ne!(first, sealed(author, 1, "ㅋㅋㅋ"));
    assert_ne!(first, sealed(author, 0, "ㅋㅋ"));
    assert_ne!(first, sealed(ben().author(), 0, "ㅋㅋㅋ"));
    assert_eq!(first, sealed(author, 0, "ㅋㅋㅋ"), "but for the very same line");
}
