//! The id of an operation.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of an operation: the BLAKE3 hash of its body. Text form: 64 hexadecimal digits. In CBOR it is the bytes, in JSON
/// the text form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub [u8; 32]);

impl Serialize for OperationId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serde_bytes::serialize(&self.0, serializer)
        }
    }
}

impl<'de> Deserialize<'de> for OperationId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            OperationId::from_hex(&text).ok_or_else(|| serde::de::Error::custom("an id has 64 hexadecimal digits"))
        } else {
            serde_bytes::deserialize(deserializer).map(OperationId)
        }
    }
}

impl OperationId {
    /// Reads the text form.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
        Some(OperationId(bytes.try_into().ok()?))
    }

    /// Returns the first eight bytes, for compact tables.
    #[must_use]
    pub fn prefix(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OperationId({})", data_encoding::HEXLOWER.encode(&self.0[..4]))
    }
}
