//! Where the store keeps contacts: a value for each.

use inkmesh_store::{Store, StoreError};

use crate::contacts::Contacts;
use crate::identity::Author;

/// What the names of their values begin with; the key in hexadecimal digits follows.
pub(super) const PREFIX: &str = "contact ";

/// Reads all contacts. Those that can't be read are left out.
pub(super) fn load(store: &Store) -> Result<Contacts, StoreError> {
    let mut contacts = Contacts::default();
    for (key, stored) in store.metas(PREFIX)? {
        let key = data_encoding::HEXLOWER.decode(key.as_bytes()).ok();
        if let Some(key) = key.and_then(|key| key.try_into().ok()) {
            contacts.recall(Author(key), &stored);
        }
    }
    Ok(contacts)
}

/// Returns the values to store for contacts, each with its name.
pub(super) fn values(contacts: Vec<(Author, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let value =
        |(peer, stored): (Author, Vec<u8>)| (format!("{PREFIX}{}", data_encoding::HEXLOWER.encode(&peer.0)), stored);
    contacts.into_iter().map(value).collect()
}
