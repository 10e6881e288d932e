//! Writes the contacts to standard output.

use std::cmp::Reverse;
use std::io::Write as _;

use inkmesh::contacts::Contact;
use inkmesh::lookalike::without_star;

use super::error::ToolError;
use super::reader::Reader;
use super::show::{output, plain};
use crate::export::dates::LocalTime;
use crate::headless;
use crate::settings::Language;
use crate::text::{short_address, t, t_args};

/// Lists everybody who was met or marked, those who were met last first.
pub fn list(reader: &Reader, json: bool) -> Result<(), ToolError> {
    let mut out = output();
    let mut people = reader.archive.people()?;
    people.sort_by_key(|contact| (Reverse(contact.last_seen), contact.peer));
    if people.is_empty() && !json {
        writeln!(out, "{}", t(reader.language, "people-nobody"))?;
    }
    for contact in people {
        let line = if json { headless::line(&contact) } else { line(reader.language, &reader.time, &contact) };
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

/// Returns a contact in a line: who it is, the marks, and where and when they were met last.
fn line(language: Language, time: &LocalTime, contact: &Contact) -> String {
    // The star is for friends only.
    let name = plain(without_star(&contact.name));
    let name = if name.is_empty() { t(language, "people-nameless") } else { name };
    let star = if contact.friend { "★ " } else { "" };
    let nickname = contact.nickname.as_ref().map(|nickname| format!(" “{}”", plain(nickname.as_str())));
    let marks = [
        (contact.friend, "people-friend"),
        (contact.verified, "people-verified"),
        (contact.muted, "people-muted"),
        (contact.blocked, "people-blocked"),
        (!contact.look_alikes.is_empty(), "people-look-alike"),
    ];
    let marks = marks.into_iter().filter(|(on, _)| *on).map(|(_, key)| t(language, key));
    let met = match contact.last_seen {
        Some(ms) => t_args(language, "people-last-seen", [("when", time.minute(ms).into())]),
        None => t(language, "people-never-met"),
    };
    let address = contact.addresses.first().map(|address| plain(&short_address(address)));
    let facts: Vec<String> = marks.chain([met]).chain(address).collect();
    let nickname = nickname.unwrap_or_default();
    format!("{star}{name}{nickname} ({}): {}", contact.peer.fingerprint(), facts.join(", "))
}
