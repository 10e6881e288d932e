//! Invitations: the dialog that invites people, the card for what comes, and private rooms in the list.

use inkmesh::command::{Command, CommandError, Reply};
use inkmesh::contacts::{Contact, Contacts};
use inkmesh::event::{Event, InvitationView, RoomSummary};
use inkmesh::identity::Author;
use inkmesh::invitation::InvitationId;
use inkmesh::name::{RoomId, RoomName};
use inkmesh::room_ticket::RoomTicket;

use super::bench::{ANA, BORA, Bench, ME, WIDE, commands, loads, lobby, person, reply};
use crate::settings::Language;
use crate::window::screen::room::dialog::{self, Topic};
use crate::window::screen::room::invitation::InvitingMessage;
use crate::window::screen::room::{Action, Message};

const ID: InvitationId = InvitationId([7; 16]);

fn contact(peer: Author, name: &str, online: bool) -> Contact {
    Contact { name: name.to_owned(), online, ..Contacts::default().get(peer, 0) }
}

/// The lobby with Ana in it, and Bora, who is known and away.
fn bench(language: Language) -> Bench {
    let mut bench = Bench::open(language, WIDE, &[person(ANA, "Ana", true), person(BORA, "보라", false)]);
    bench
        .give(reply(Command::People, Ok(Reply::People(vec![contact(ANA, "Ana", true), contact(BORA, "보라", false)]))));
    bench
}

fn private() -> RoomName {
    RoomName::private(RoomId([0xab; 32]))
}

fn invitation(id: InvitationId, from: Author, name: &str) -> InvitationView {
    InvitationView { invitation: id, room: private(), title: Some("tea".parse().unwrap()), from, name: name.to_owned() }
}

#[test]
fn people_who_are_not_here_are_invited_with_the_ticket_beside() {
    let mut bench = bench(Language::En);
    let ask = Command::Ticket { room: lobby() };
    assert_eq!(commands(&bench.give(Message::Show(Topic::Invite))), std::slice::from_ref(&ask));
    assert!(bench.click("Choose people").is_empty(), "nobody is chosen");
    assert!(bench.shows("보라"));
    let ticket = RoomTicket::new(&lobby(), None, ME, vec!["/ip4/10.0.0.1/tcp/1".to_owned()], 9).text();
    bench.give(reply(ask, Ok(Reply::Ticket { ticket: ticket.clone() })));
    let copied = bench.click("Copy");
    assert!(matches!(&copied[..], [Action::Copy(text)] if *text == ticket), "{copied:?}");
    bench.give(Message::Dialog(dialog::Message::Invite(InvitingMessage::Choose(BORA))));
    let invite = Command::Invite { room: lobby(), peers: vec![BORA] };
    assert_eq!(commands(&bench.click("Invite one person")), std::slice::from_ref(&invite));
    bench.give(reply(invite.clone(), Err(CommandError::TooManyInvitations)));
    bench.must_show("So many of your invitations wait for an answer that there is no room for more.");
    bench.give(reply(invite, Ok(Reply::Done {})));
    bench.must_show("One person was invited.");
    assert!(!bench.shows("Choose people"), "the dialog is closed");
    let answer = Event::InvitationAnswer { room: lobby(), peer: BORA, accepted: true };
    bench.happen(vec![answer]);
    bench.must_show("보라 comes to # lobby.");
}

#[test]
fn an_invitation_is_shown_until_it_is_answered() {
    for (language, words, enter, decline) in [
        (Language::En, "Ana invites you to 🔒 tea", "Enter", "Decline"),
        (Language::Ko, "Ana 님이 초대했어요: 🔒 tea", "들어가기", "거절"),
    ] {
        let mut bench = bench(language);
        bench.happen(vec![Event::Invitation(invitation(ID, ANA, "Ana"))]);
        bench.must_show(words);
        let other = InvitationId([8; 16]);
        bench.happen(vec![Event::Invitation(invitation(other, BORA, "보라"))]);
        let command = Command::Decline { invitation: ID };
        assert_eq!(commands(&bench.click(decline)), std::slice::from_ref(&command));
        bench.give(reply(command, Ok(Reply::Done {})));
        assert!(!bench.shows(words), "the next one is shown");
        let command = Command::Accept { invitation: other };
        assert_eq!(commands(&bench.click(enter)), std::slice::from_ref(&command));
        let actions = bench.give(reply(command, Ok(Reply::Entered { room: private() })));
        assert!(commands(&actions).contains(&Command::Rooms));
        assert_eq!(loads(&actions), [private()]);
        assert!(!bench.shows(enter));
    }
}

#[test]
fn who_is_verified_is_told_from_who_is_not() {
    let mut bench = bench(Language::En);
    bench.give(reply(Command::Invitations, Ok(Reply::Invitations(vec![invitation(ID, ANA, "Ana")]))));
    bench.must_show("Not verified: anybody can take this name.");
    bench.happen(vec![Event::Person(Contact { verified: true, ..contact(ANA, "Ana", true) })]);
    bench.must_show("You have verified that it is they.");
    let command = Command::Accept { invitation: ID };
    bench.give(reply(command, Err(CommandError::UnknownInvitation)));
    assert!(!bench.shows("Enter"), "it has expired");
}

#[test]
fn a_private_room_is_called_by_its_title() {
    let mut bench = bench(Language::En);
    let summary =
        |room: RoomName, title: Option<RoomName>| RoomSummary { room, title, people: 1, last_activity: 0, unread: 0 };
    let rooms = vec![summary(lobby(), None), summary(private(), Some("tea".parse().unwrap()))];
    bench.give(reply(Command::Rooms, Ok(Reply::Rooms(rooms))));
    bench.must_show("🔒 tea");
    assert!(!bench.shows(private().as_str()));
    assert_eq!(loads(&bench.click("🔒 tea")), [private()]);
}
