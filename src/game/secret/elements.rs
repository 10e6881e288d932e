//! What travels of a turn's secret, as bytes of a fixed length. They come from others and may be anything: they are
//! read as points, scalars and keys only where they are used, and what is none fits nothing.

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
    /// The public half of a turn's key: a group element, `pkS` of RFC 9497.
    VoprfPublic: 32;
    /// The secret half of a turn's key: a scalar, `skS` of RFC 9497. Public from the reveal on.
    VoprfSecret: 32;
    /// A blinded word on its way to the drawer: a group element that says nothing about the word.
    Blinded: 32;
    /// The drawer's evaluation of a blinded word: a group element.
    Evaluated: 32;
    /// The drawer's proof that it evaluated with the turn's key: two scalars, `c` and `s`.
    Proof: 64;
    /// What a word was blinded with: a scalar. Given away after the reveal, to show what was asked.
    Opening: 32;
    /// The public half of a word's Ed25519 key.
    WordPublic: 32;
}
