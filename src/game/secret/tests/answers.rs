//! True and false answers of the drawer.

use voprf::Group;

use super::*;

/// The identity of the group, which is not a valid element of a message.
const IDENTITY: [u8; 32] = [0; 32];

/// Returns 32 bytes that are not a group element: negative, in the sense of ristretto255.
fn garbage() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    assert!(Suite::deserialize_elem(&bytes).is_err());
    bytes
}

#[test]
fn a_guess_gives_the_keys_of_its_words() {
    let key = turn_key();
    let guess = blinding(&ana(), ["사과나무", "사과", "나무"]);
    let answer = key.answer(&guess.blinded()).unwrap();
    let keys = guess.finish(&answer, &key.public()).unwrap();
    assert_eq!(publics(&keys), ["사과나무", "사과", "나무"].map(|word| key.word_key(word).public()));
    assert_ne!(keys[1].public(), keys[2].public());
    // Everybody who guesses a word gets the same key.
    let other = blinding(&ben(), ["사과"]);
    let answer = key.answer(&other.blinded()).unwrap();
    assert_eq!(other.finish(&answer, &key.public()).unwrap()[0].public(), keys[1].public());
    assert_ne!(other.blinded()[0], guess.blinded()[1]);
}

#[test]
fn a_word_has_other_keys_in_another_turn_or_game_or_draw_or_of_another_drawer() {
    let keys = [
        turn_key(),
        TurnKey::new(&drawer(), &DRAW, GAME, TURN + 1),
        TurnKey::new(&drawer(), &DRAW, OperationId([8; 32]), TURN),
        TurnKey::new(&ben(), &DRAW, GAME, TURN),
        TurnKey::new(&drawer(), &[7; 32], GAME, TURN),
    ];
    let publics: std::collections::BTreeSet<_> = keys.iter().map(TurnKey::public).collect();
    let words: std::collections::BTreeSet<_> = keys.iter().map(|key| key.word_key("apple").public()).collect();
    assert_eq!((publics.len(), words.len()), (5, 5));
    // Also with the same VOPRF key, because turn and game are part of the input.
    let here = word_key_from_reveal(&keys[0].reveal(), "apple", GAME, TURN).unwrap().public();
    assert_eq!(here, keys[0].word_key("apple").public());
    assert_ne!(here, word_key_from_reveal(&keys[0].reveal(), "apple", GAME, TURN + 1).unwrap().public());
    assert_ne!(here, word_key_from_reveal(&keys[0].reveal(), "apple", OperationId([8; 32]), TURN).unwrap().public());
}

#[test]
fn derivations_are_deterministic() {
    let guess = blinding(&ana(), ["apple", "pear"]);
    assert_eq!(turn_key().answer(&guess.blinded()), turn_key().answer(&guess.blinded()));
    assert_eq!(guess.blinded(), blinding(&ana(), ["apple", "pear"]).blinded());
    assert_eq!(guess.opening(1), blinding(&ana(), ["pear"]).opening(0), "a word is opened without the rest");
    assert_eq!(guess.opening(2), None);
}

#[test]
fn proofs_about_different_guesses_have_different_nonces() {
    // With one nonce r for two challenges, s₁ − s₂ = (c₂ − c₁)·k would give the key k away.
    let key = turn_key();
    let secret = Suite::deserialize_scalar(&key.reveal().0).unwrap();
    let nonce = |guess: &Blinding| {
        let proof = key.answer(&guess.blinded()).unwrap().proof.0;
        let [c, s] = [&proof[..32], &proof[32..]].map(|bytes| Suite::deserialize_scalar(bytes).unwrap());
        s + c * secret
    };
    let guesses = [["apple", "pear"], ["pear", "apple"], ["apple", "apple"], ["plum", "pear"]];
    let nonces: Vec<_> = guesses.map(|guess| nonce(&blinding(&ana(), guess)).to_bytes()).to_vec();
    for (n, one) in nonces.iter().enumerate() {
        assert!(!nonces[..n].contains(one), "{n}");
    }
}

#[test]
fn a_guess_with_too_few_too_many_or_invalid_elements_is_not_answered() {
    let key = turn_key();
    let good = blinding(&ana(), ["a", "b", "c", "d"]).blinded();
    assert!(key.answer(&good).is_some());
    assert_eq!(key.answer(&[]), None);
    assert_eq!(key.answer(&[&good[..], &good[..1]].concat()), None);
    for bad in [IDENTITY, garbage(), [0xff; 32]] {
        assert_eq!(key.answer(&[good[0], Blinded(bad)]), None);
    }
    assert!(Blinding::new(&ana(), GAME, TURN, &[]).is_none());
    assert!(Blinding::new(&ana(), GAME, TURN, &words(["a", "b", "c", "d", "e"])).is_none());
    assert!(Blinding::new(&ana(), GAME, TURN, &words([""])).is_some(), "no word is too short");
    assert!(Blinding::new(&ana(), GAME, TURN, &["나".repeat(1 << 16)]).is_some(), "and none too long");
}

#[test]
fn false_answers_are_refused() {
    let (key, other) = (turn_key(), TurnKey::new(&ben(), &DRAW, GAME, TURN));
    let guess = blinding(&ana(), ["apple", "pear"]);
    let answer = key.answer(&guess.blinded()).unwrap();
    let check = |answer: &Evaluation| guess.finish(answer, &key.public()).map(|keys| keys.len());
    assert_eq!(check(&answer), Ok(2));
    let wrong_key = other.answer(&guess.blinded()).unwrap();
    assert_eq!(check(&wrong_key), Err(FalseAnswer));
    assert_eq!(guess.finish(&wrong_key, &other.public()).map(|keys| keys.len()), Ok(2), "it is right for another key");
    // The answer to another guess of the same size, the proof of the one and the elements of the other, one element of
    // each.
    let elsewhere = key.answer(&blinding(&ana(), ["plum", "fig"]).blinded()).unwrap();
    assert_eq!(check(&elsewhere), Err(FalseAnswer));
    assert_eq!(check(&Evaluation { proof: elsewhere.proof, ..answer.clone() }), Err(FalseAnswer));
    assert_eq!(check(&Evaluation { proof: answer.proof, ..wrong_key.clone() }), Err(FalseAnswer));
    let mixed = vec![answer.evaluated[0], wrong_key.evaluated[1]];
    assert_eq!(check(&Evaluation { evaluated: mixed, ..answer.clone() }), Err(FalseAnswer));
    let swapped = vec![answer.evaluated[1], answer.evaluated[0]];
    assert_eq!(check(&Evaluation { evaluated: swapped, ..answer.clone() }), Err(FalseAnswer));
    for count in [0, 1, 3, 1000] {
        let evaluated = answer.evaluated.iter().copied().cycle().take(count).collect();
        assert_eq!(check(&Evaluation { evaluated, ..answer.clone() }), Err(FalseAnswer), "{count}");
    }
}

#[test]
fn answers_that_are_not_group_elements_are_refused() {
    let key = turn_key();
    let guess = blinding(&ana(), ["apple", "pear"]);
    let answer = key.answer(&guess.blinded()).unwrap();
    for bad in [IDENTITY, garbage(), [0xff; 32], guess.blinded()[1].0] {
        let evaluated = vec![answer.evaluated[0], Evaluated(bad)];
        assert!(guess.finish(&Evaluation { evaluated, ..answer.clone() }, &key.public()).is_err());
        assert!(guess.finish(&answer, &VoprfPublic(bad)).is_err());
    }
    for byte in 0..64 {
        let mut proof = answer.proof;
        proof.0[byte] ^= 1;
        assert!(guess.finish(&Evaluation { proof, ..answer.clone() }, &key.public()).is_err(), "{byte}");
    }
    assert!(guess.finish(&Evaluation { proof: Proof([0; 64]), ..answer }, &key.public()).is_err());
}

#[test]
fn without_a_secret_key_no_answer_is_accepted() {
    // A public key whose secret key nobody knows, with the identity for all elements: no proof for it is accepted.
    let guess = blinding(&ana(), ["apple"]);
    let nobody = VoprfPublic(blinding(&ben(), ["apple"]).blinded()[0].0);
    let answer = turn_key().answer(&guess.blinded()).unwrap();
    assert!(guess.finish(&answer, &nobody).is_err());
    assert!(
        guess.finish(&Evaluation { evaluated: vec![Evaluated(IDENTITY)], ..answer }, &VoprfPublic(IDENTITY)).is_err()
    );
}
