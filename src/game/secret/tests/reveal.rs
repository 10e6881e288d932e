//! The reveal of the drawer's key, and the openings of the solvers.

use super::*;

#[test]
fn an_opening_is_valid_for_its_word_only() {
    let guess = blinding(&ana(), ["apple", "pear"]);
    let (blinded, opening) = (guess.blinded(), guess.opening(0).unwrap());
    assert!(is_opening_of(&blinded[0], &opening, "apple", GAME, TURN));
    assert!(!is_opening_of(&blinded[0], &opening, "pear", GAME, TURN));
    assert!(!is_opening_of(&blinded[0], &opening, "apple", GAME, TURN + 1));
    assert!(!is_opening_of(&blinded[0], &opening, "apple", OperationId([8; 32]), TURN));
    assert!(!is_opening_of(&blinded[1], &opening, "apple", GAME, TURN));
    assert!(!is_opening_of(&blinded[1], &opening, "pear", GAME, TURN), "each word has its own");
    assert!(is_opening_of(&blinded[1], &guess.opening(1).unwrap(), "pear", GAME, TURN));
    assert!(!is_opening_of(&blinded[0], &blinding(&ben(), ["apple"]).opening(0).unwrap(), "apple", GAME, TURN));
    for byte in 0..32 {
        let mut wrong = opening;
        wrong.0[byte] ^= 1;
        assert!(!is_opening_of(&blinded[0], &wrong, "apple", GAME, TURN), "{byte}");
    }
}

#[test]
fn zero_and_unreduced_scalars_are_no_openings() {
    // Zero would turn every word into the identity.
    assert!(!is_opening_of(&Blinded([0; 32]), &Opening([0; 32]), "apple", GAME, TURN));
    // The same scalar, but not reduced: opening + ℓ.
    let order =
        data_encoding::HEXLOWER.decode(b"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let guess = blinding(&ana(), ["apple"]);
    let mut carry = 0;
    let unreduced = std::array::from_fn(|n| {
        let sum = u16::from(guess.opening(0).unwrap().0[n]) + u16::from(order[n]) + carry;
        carry = sum >> 8;
        (sum & 0xff) as u8
    });
    assert!(!is_opening_of(&guess.blinded()[0], &Opening(unreduced), "apple", GAME, TURN));
}

#[test]
fn a_reveal_is_valid_for_its_key_and_word_only() {
    let (key, other) = (turn_key(), TurnKey::new(&ben(), &DRAW, GAME, TURN));
    let (public, word, secret) = (key.public(), key.word_key("apple").public(), key.reveal());
    assert!(is_reveal(&public, &word, &secret, "apple", GAME, TURN));
    assert!(!is_reveal(&public, &word, &secret, "pear", GAME, TURN), "another word");
    assert!(!is_reveal(&public, &word, &other.reveal(), "apple", GAME, TURN), "another key");
    assert!(!is_reveal(&other.public(), &word, &secret, "apple", GAME, TURN));
    assert!(!is_reveal(&public, &other.word_key("apple").public(), &secret, "apple", GAME, TURN));
    // The word's key is made with a second VOPRF key, so that no guess is right. Both parts of the check are needed.
    assert!(!is_reveal(&public, &other.word_key("apple").public(), &other.reveal(), "apple", GAME, TURN));
    assert!(!is_reveal(&public, &word, &secret, "apple", GAME, TURN + 1));
    for bytes in [[0; 32], [0xff; 32]] {
        assert!(!is_reveal(&public, &word, &VoprfSecret(bytes), "apple", GAME, TURN));
        assert!(word_key_from_reveal(&VoprfSecret(bytes), "apple", GAME, TURN).is_none());
    }
}

#[test]
fn after_the_reveal_everybody_has_the_keys_of_the_word() {
    let key = turn_key();
    let sealed = key.word_key("apple").seal(ana().author(), 0, "it was easy").unwrap();
    let known = word_key_from_reveal(&key.reveal(), "apple", GAME, TURN).unwrap();
    assert_eq!(known.public(), key.word_key("apple").public());
    assert_eq!(known.open(ana().author(), &sealed).as_deref(), Some("it was easy"));
}
