//! The state of the connection, the notices and the banners, and their updates.

use std::time::Instant;

use inkmesh::event::Warning;

use super::banners::Banners;
use super::connection::Connection;
use super::message::Message;
use super::notices::{Notice, Notices};

/// What the room screen says about the program itself.
#[derive(Debug)]
pub struct Status {
    pub connection: Connection,
    /// Lines that disappear by themselves.
    pub notices: Notices,
    /// Lines that stay.
    pub banners: Banners,
}

impl Status {
    /// Creates the state without any connection. `discovers` is whether people are discovered on this network.
    pub fn new(discovers: bool, now: Instant) -> Self {
        let connection = Connection::new(discovers, now);
        Status { connection, notices: Notices::default(), banners: Banners::default() }
    }

    pub fn update(&mut self, message: Message) {
        match message {
            Message::DismissNotice(number) => self.notices.dismiss(number),
            Message::DismissBanner => self.banners.dismiss(),
        }
    }

    /// Takes a warning of the node; `name` is that of the person it is about.
    pub fn warn(&mut self, warning: Warning, name: String, now: Instant) {
        self.connection.warn(&warning);
        self.banners.warn(&warning);
        self.notices.show(Notice::Warning(warning, name), now);
    }
}
