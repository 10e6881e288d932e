//! Reads and writes CBOR (RFC 8949); no other file does. Lengths are compared with their bounds before decoding, and the
//! depth while decoding.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 16;

/// Bytes that can't be read, or a value that can't be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// More bytes than their bound.
    #[error("too large: {len} bytes, at most {cap}")]
    TooLarge {
        /// The number of bytes.
        len: usize,
        /// The bound.
        cap: usize,
    },
    /// Bytes that are not CBOR, other fields than expected, or bytes left over.
    #[error("malformed")]
    Malformed,
}

/// Returns the CBOR of `value` in its one form: shortest integers and lengths, definite lengths, fields as declared.
///
/// # Errors
/// [`CodecError::TooLarge`] above `cap` bytes; [`CodecError::Malformed`] for a value that CBOR has no form for.
pub fn encode<T: Serialize>(value: &T, cap: usize) -> Result<Vec<u8>, CodecError> {
    encode_onto(Vec::new(), value, cap)
}

/// Returns one byte `tag`, then the CBOR of `value`.
///
/// # Errors
/// Those of [`encode`]; `cap` counts the tag.
pub fn encode_tagged<T: Serialize>(tag: u8, value: &T, cap: usize) -> Result<Vec<u8>, CodecError> {
    encode_onto(vec![tag], value, cap)
}

fn encode_onto<T: Serialize>(mut bytes: Vec<u8>, value: &T, cap: usize) -> Result<Vec<u8>, CodecError> {
    ciborium::into_writer(value, &mut bytes).map_err(|_| CodecError::Malformed)?;
    within(bytes.len(), cap)?;
    Ok(bytes)
}

/// Reads one value, which must take up all of `bytes`. The caller has checked their length.
///
/// # Errors
/// [`CodecError::Malformed`].
pub fn decode<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, CodecError> {
    let value =
        ciborium::de::from_reader_with_recursion_limit(&mut bytes, MAX_DEPTH).map_err(|_| CodecError::Malformed)?;
    if bytes.is_empty() { Ok(value) } else { Err(CodecError::Malformed) }
}

/// Compares a length with its bound.
///
/// # Errors
/// [`CodecError::TooLarge`].
pub fn within(len: usize, cap: usize) -> Result<(), CodecError> {
    if len > cap { Err(CodecError::TooLarge { len, cap }) } else { Ok(()) }
}
