//! The only place where CBOR (RFC 8949) is read or written. Every length is capped before anything is decoded, and
//! depth is capped while decoding.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Deepest nesting that is followed.
const MAX_DEPTH: usize = 16;

/// Bytes that can't be read, or a value that can't be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// More bytes than the cap of their kind.
    #[error("too large: {len} bytes, at most {cap}")]
    TooLarge {
        /// How many there are.
        len: usize,
        /// How many are allowed.
        cap: usize,
    },
    /// No CBOR, other fields than expected, or bytes left over.
    #[error("malformed")]
    Malformed,
}

/// The CBOR of `value`, in ciborium's form: shortest integers and lengths, definite lengths, fields as declared.
///
/// # Errors
/// [`CodecError::TooLarge`] above `cap` bytes; [`CodecError::Malformed`] for a value that CBOR has no form for.
pub fn encode<T: Serialize>(value: &T, cap: usize) -> Result<Vec<u8>, CodecError> {
    encode_onto(Vec::new(), value, cap)
}

/// One byte `tag`, then the CBOR of `value`.
///
/// # Errors
/// As [`encode`]; `cap` counts the tag.
pub fn encode_tagged<T: Serialize>(tag: u8, value: &T, cap: usize) -> Result<Vec<u8>, CodecError> {
    encode_onto(vec![tag], value, cap)
}

fn encode_onto<T: Serialize>(mut bytes: Vec<u8>, value: &T, cap: usize) -> Result<Vec<u8>, CodecError> {
    ciborium::into_writer(value, &mut bytes).map_err(|_| CodecError::Malformed)?;
    within(bytes.len(), cap)?;
    Ok(bytes)
}

/// Reads one value, which must be all of `bytes`. The caller has capped their length.
///
/// # Errors
/// [`CodecError::Malformed`].
pub fn decode<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, CodecError> {
    let value =
        ciborium::de::from_reader_with_recursion_limit(&mut bytes, MAX_DEPTH).map_err(|_| CodecError::Malformed)?;
    if bytes.is_empty() { Ok(value) } else { Err(CodecError::Malformed) }
}

/// Checks a length against its cap.
///
/// # Errors
/// [`CodecError::TooLarge`].
pub fn within(len: usize, cap: usize) -> Result<(), CodecError> {
    if len > cap { Err(CodecError::TooLarge { len, cap }) } else { Ok(()) }
}
