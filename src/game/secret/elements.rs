//! Group elements, scalars and keys as bytes of a fixed length. They come from others and may be anything; they are decoded
//! and checked where they are used.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! bytes {
    ($($(#[$doc:meta])* $name:ident: $len:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(#[serde(with = "serde_bytes")] pub [u8; $len]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), data_encoding::HEXLOWER.encode(&self.0[..4]))
            }
        }
    )*};
}

bytes! {
    /// The public key of a turn: a group element, `pkS` of RFC 9497.
    VoprfPublic: 32;
    /// The secret key of a turn: a scalar, `skS` of RFC 9497. It is published with the reveal.
    VoprfSecret: 32;
    /// A blinded word: a group element that tells nothing about the word.
    Blinded: 32;
    /// The drawer's evaluation of a blinded word: a group element.
    Evaluated: 32;
    /// The drawer's proof that it evaluated with the turn's key: two scalars, `c` and `s`.
    Proof: 64;
    /// The blinding scalar of a word, published after the reveal to prove the request.
    Opening: 32;
    /// The public key of a word's Ed25519 key pair.
    WordPublic: 32;
}
