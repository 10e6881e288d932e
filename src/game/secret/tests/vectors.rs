//! The test vectors of RFC 9497 (appendix A.1.2: ristretto255-SHA512, mode VOPRF), and values of our derivations on top of
//! it. Programs in other languages must agree on both.

use rand_core::{CryptoRng, RngCore};
use voprf::{Group, VoprfClient, VoprfServer};

use super::super::blinding::finish;
use super::super::turn_key::{answer_with, key_pair, output_of};
use super::*;

const SECRET: &str = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909";
const PUBLIC: &str = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e";
const BLIND: &str = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706";
const BLIND_2: &str = "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e";

/// A vector: for each word input, blind, blinded element, evaluation element and output; the proof and its random scalar.
struct Vector {
    words: &'static [[&'static str; 5]],
    proof: &'static str,
    random: &'static str,
}

const FIRST: [&str; 5] = [
    "00",
    BLIND,
    "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
    "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
    "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d\
     a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
];

const SECOND_OUTPUT: &str = "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60\
                             356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6";

const VECTORS: [Vector; 3] = [
    Vector {
        words: &[FIRST],
        proof: "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06\
                6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
        random: BLIND_2,
    },
    Vector {
        words: &[[
            "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
            BLIND,
            "cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c",
            "60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468",
            SECOND_OUTPUT,
        ]],
        proof: "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a\
                67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02",
        random: BLIND_2,
    },
    Vector {
        words: &[
            FIRST,
            [
                "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
                BLIND_2,
                "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654",
                "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a",
                SECOND_OUTPUT,
            ],
        ],
        proof: "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a\
                5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08",
        random: "419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c",
    },
];

fn unhex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// A random source that returns one scalar: its 32 bytes, and zeros up to the 64 that are reduced.
pub(super) struct Given(pub(super) Vec<u8>);

impl RngCore for Given {
    fn next_u32(&mut self) -> u32 {
        unreachable!("scalars are made of bytes")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("scalars are made of bytes")
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        let (given, rest) = bytes.split_at_mut(32);
        given.copy_from_slice(&self.0);
        rest.fill(0);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Given {}

fn check(server: &VoprfServer<Suite>, vector: &Vector) {
    let column = |n: usize| vector.words.iter().map(move |word| word[n]);
    let inputs: Vec<_> = column(0).map(unhex).collect();
    let blind = |blind: &str| Suite::deserialize_scalar(&unhex(blind)).unwrap();
    let blinded = |(input, blind): (&Vec<u8>, _)| {
        let result = VoprfClient::<Suite>::deterministic_blind_unchecked(input, blind).unwrap();
        (result.state, Blinded(result.message.serialize().into()))
    };
    let (clients, messages): (Vec<_>, Vec<_>) = inputs.iter().zip(column(1).map(blind)).map(blinded).unzip();
    assert!(messages.iter().map(|message| hex(&message.0)).eq(column(2)));
    let answer = answer_with(server, &messages, &mut Given(unhex(vector.random))).unwrap();
    assert!(answer.evaluated.iter().map(|evaluated| hex(&evaluated.0)).eq(column(3)));
    assert_eq!(hex(&answer.proof.0), vector.proof);
    let outputs = finish(&inputs, &clients, &answer, &VoprfPublic(unhex(PUBLIC).try_into().unwrap())).unwrap();
    assert!(outputs.iter().map(|output| hex(output)).eq(column(4)));
    assert!(inputs.iter().map(|input| hex(&output_of(server, input))).eq(column(4)));
}

#[test]
fn the_vectors_of_rfc_9497() {
    let server = key_pair(&[0xa3; 32], &unhex("74657374206b6579"));
    assert_eq!(hex(&server.serialize()), [SECRET, PUBLIC].concat());
    VECTORS.iter().for_each(|vector| check(&server, vector));
}

/// The drawer has the secret key `01…01`, Ana `02…02`; the game is `09…09`, its seed `06…06`, the turn 2, the word 사과.
#[test]
fn the_derivations_match_their_recorded_values() {
    let (key, guess) = (turn_key(), blinding(&ana(), ["사과"]));
    let word = key.word_key("사과");
    let answer = key.answer(&guess.blinded()).unwrap();
    let values = [
        ("input", hex(&input("사과", GAME, TURN))),
        ("turn's secret", hex(&key.reveal().0)),
        ("turn's public", hex(&key.public().0)),
        ("word's public", hex(&word.public().0)),
        ("opening", hex(&guess.opening(0).unwrap().0)),
        ("blinded", hex(&guess.blinded()[0].0)),
        ("evaluated", hex(&answer.evaluated[0].0)),
        ("proof", hex(&answer.proof.0)),
        ("solved", hex(&word.sign_solved(ana().author()))),
        ("sealed", hex(&word.seal(ana().author(), 0, "쉽네").unwrap())),
    ];
    let text: String = values.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    assert_eq!(text, include_str!("derivations.txt"));
}
