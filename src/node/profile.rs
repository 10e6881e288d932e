//! Where the store keeps our name and picture.

use inkmesh_store::{Store, StoreError};

use crate::codec;
use crate::name::PersonName;
use crate::payload::Profile;
use crate::picture::{MAX_PICTURE, Picture};

/// The name of the value with our name.
pub(super) const NAME: &str = "name";
/// The name of the value with our picture; empty without one.
pub(super) const PICTURE: &str = "picture";

/// Reads our name and picture, each if there is one that can be read.
pub(super) fn load(store: &Store) -> Result<(Option<PersonName>, Option<Picture>), StoreError> {
    let name = store.get_meta(NAME)?.and_then(|bytes| String::from_utf8(bytes).ok());
    let picture = store.get_meta(PICTURE)?.filter(|bytes| bytes.len() <= MAX_PICTURE);
    Ok((name.and_then(|text| text.parse().ok()), picture.and_then(|bytes| codec::decode(&bytes).ok())))
}

/// Returns the values to store.
pub(super) fn values(profile: &Profile) -> Vec<(String, Vec<u8>)> {
    let name = profile.name.as_str().as_bytes().to_vec();
    // A picture is encoded within this bound since it was made.
    let picture = profile.picture.as_ref().and_then(|picture| codec::encode(picture, MAX_PICTURE).ok());
    vec![(NAME.to_owned(), name), (PICTURE.to_owned(), picture.unwrap_or_default())]
}
