//! The messages of the contacts and their outcomes.

use inkmesh::command::Command;
use inkmesh::identity::Author;

/// An event of the contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    Leave,
    Search(String),
    /// List more of those who are found.
    More,
    Select(Author),
    /// Close the selected person.
    Close,
    /// Open our conversation with the selected person.
    Talk,
    /// Change the text in the field for a nickname.
    Nickname(String),
    /// Give the selected person the nickname in the field.
    SetNickname,
    Friend(bool),
    Mute(bool),
    Block(bool),
    /// Change the text in the field for a verification number.
    Number(String),
    /// Compare the number in the field with the key of the selected person.
    Verify,
    Copy(String),
}

/// A consequence of a message, outside of the contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Command(Command),
    Focus(&'static str),
    Copy(String),
    Leave,
}
