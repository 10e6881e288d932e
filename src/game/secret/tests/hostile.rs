//! Any bytes, in each place where bytes come from others.

use proptest::prelude::*;

use super::*;

/// Makes bytes of a length, at random, or of small or the highest numbers.
fn bytes<const N: usize>() -> impl Strategy<Value = [u8; N]> {
    let at_random = prop::collection::vec(any::<u8>(), N);
    let edge = (prop::sample::select(vec![0_u8, 0xff]), 0..N, any::<u8>()).prop_map(|(fill, at, byte)| {
        let mut bytes = vec![fill; N];
        bytes[at] = byte;
        bytes
    });
    prop_oneof![at_random, edge].prop_map(|bytes| bytes.try_into().unwrap())
}

/// Makes a group element half of the time.
fn element() -> impl Strategy<Value = [u8; 32]> {
    prop_oneof![bytes(), ".{0,3}".prop_map(|word| blinding(&ben(), [&word]).blinded()[0].0)]
}

proptest! {
    #[test]
    fn any_guess_is_answered_or_refused(guess in prop::collection::vec(element().prop_map(Blinded), 0..7)) {
        let answer = turn_key().answer(&guess);
        prop_assert!(answer.is_none_or(|answer| answer.evaluated.len() == guess.len()));
    }

    #[test]
    fn no_invented_answer_is_accepted(
        evaluated in prop::collection::vec(element().prop_map(Evaluated), 0..6),
        proof in bytes().prop_map(Proof),
        public in element().prop_map(VoprfPublic),
    ) {
        let guess = blinding(&ana(), ["apple", "pear"]);
        let answer = Evaluation { evaluated, proof };
        prop_assert_eq!(guess.finish(&answer, &public).err(), Some(FalseAnswer));
        prop_assert_eq!(guess.finish(&answer, &turn_key().public()).err(), Some(FalseAnswer));
    }

    #[test]
    fn invented_bytes_are_no_opening_reveal_or_claim(
        key in element(), secret in bytes(), signature in bytes(), word in ".{0,5}", turn in any::<u32>(),
    ) {
        let author = Author(key);
        prop_assert!(!is_opening_of(&Blinded(key), &Opening(secret), &word, GAME, turn));
        prop_assert!(!is_reveal(&VoprfPublic(key), &WordPublic(key), &VoprfSecret(secret), &word, GAME, turn));
        prop_assert!(!verify_solved(&WordPublic(key), GAME, turn, author, &signature));
        let known = word_key_from_reveal(&VoprfSecret(secret), &word, GAME, turn);
        prop_assert!(known.is_none_or(|key| key.open(author, &signature).is_none()));
    }

    #[test]
    fn invented_bytes_do_not_open(sealed in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(turn_key().word_key("apple").open(ana().author(), &sealed), None);
    }

    #[test]
    fn a_sealed_line_opens(text in ".{0,200}", number in any::<u64>()) {
        let key = turn_key().word_key("apple");
        let sealed = key.seal(ana().author(), number, &text).unwrap();
        prop_assert_eq!(key.open(ana().author(), &sealed), Some(text));
    }
}
