//! The contacts: their list, one person, and how names are marked.

use iced::Size;
use inkmesh::command::{Command, CommandError, Reply};
use inkmesh::contacts::{Contact, Contacts};
use inkmesh::event::{EntryBody, Event};
use inkmesh::game::{GameView, Phase};
use inkmesh::identity::Author;
use inkmesh::verification::VerificationNumber;

use super::bench::{
    ANA, BORA, Bench, ME, NARROW, TIME, WIDE, commands, entry, loads, lobby, person, play, player, reply, said,
};
use super::in_view::{Glass, resize, sizes};
use crate::settings::Language;
use crate::window::screen::contacts::Message as In;
use crate::window::screen::room::{Action, Message, Shortcut, people};

/// Returns a contact of whom only this is known.
fn contact(peer: Author, name: &str, online: bool) -> Contact {
    let addresses = vec![format!("/ip4/10.0.0.{}/tcp/47770", peer.0[0])];
    let unknown = Contacts::default().get(peer, 0);
    Contact { name: name.to_owned(), online, addresses, first_seen: Some(TIME), last_seen: Some(TIME), ..unknown }
}

fn met(bench: &mut Bench, contacts: Vec<Contact>) {
    bench.give(reply(Command::People, Ok(Reply::People(contacts))));
}

/// Opens a room with Ana, who is here, and Bora, who is away; both are contacts.
fn bench(language: Language, size: Size) -> Bench {
    let mut bench = Bench::open(language, size, &[person(ANA, "Ana", true), person(BORA, "보라", false)]);
    met(&mut bench, vec![contact(BORA, "보라", false), contact(ANA, "Ana", true)]);
    bench
}

fn open(bench: &mut Bench, peer: Author) {
    bench.give(Message::People(people::Message::Details(peer)));
    bench.layout();
}

fn change(bench: &mut Bench, contact: Contact) -> Vec<Action> {
    bench.happen(vec![Event::Person(contact)])
}

#[test]
fn the_list_is_reached_from_the_left_column_and_left_again() {
    for (language, open, back) in
        [(Language::En, "Everybody you met", "← Back to the room"), (Language::Ko, "만난 사람들", "← 방으로 돌아가기")]
    {
        let mut bench = bench(language, WIDE);
        let actions = bench.click(open);
        assert!(matches!(&actions[..], [Action::Focus(_)]), "{actions:?}");
        assert!(!bench.shows("✎"), "the sheet is not in view");
        bench.click(back);
        assert!(bench.shows("✎"));
        bench.give(Message::ToContacts);
        bench.give(Message::Contacts(In::Select(ANA)));
        bench.give(Message::Key(Shortcut::Escape));
        assert!(bench.shows("✎"));
        bench.give(Message::ToContacts);
        bench.give(Message::ToGallery);
        bench.give(Message::Key(Shortcut::Escape));
        assert!(bench.shows("✎"), "one page at a time");
    }
}

#[test]
fn a_click_on_a_person_shows_them_and_in_a_game_offers_it() {
    let mut bench = bench(Language::En, WIDE);
    bench.click("Ana");
    bench.must_show("Fingerprint");
    bench.must_show("10.0.0.2:47770");
    bench.give(Message::Key(Shortcut::Escape));
    bench.click("Me");
    assert!(!bench.shows("Fingerprint"), "we are no contact of ours");
    bench.must_show("Your picture");
    bench.give(Message::Key(Shortcut::Escape));
    let players = vec![player(ME, 0, 0), player(ANA, 0, 0), player(BORA, 0, 0)];
    let playing = GameView { phase: Phase::Drawing, joined: true, players, drawer: Some(BORA), ..GameView::default() };
    play(&mut bench, playing);
    bench.give(Message::People(people::Message::Select(ANA)));
    assert!(!bench.shows("Fingerprint"));
    bench.click("About them");
    bench.must_show("Fingerprint");
}

#[test]
fn people_are_searched() {
    let mut bench = bench(Language::En, WIDE);
    bench.give(Message::ToContacts);
    let count = |bench: &mut Bench, text: &str| {
        bench.give(Message::Contacts(In::Search(text.to_owned())));
        bench.shows("Nobody like that.")
    };
    assert!(!count(&mut bench, "보"));
    assert!(!count(&mut bench, &ANA.fingerprint()));
    assert!(count(&mut bench, "zzz"));
    met(&mut bench, Vec::new());
    bench.give(Message::Contacts(In::Search(" ".to_owned())));
    bench.must_show("You have met nobody yet. Everybody with whom you were connected once is kept here.");
    let key = |n: u8| Author([n; 32]);
    met(&mut bench, (1..=250).map(|n| contact(key(n), &format!("p{n:03}"), false)).collect());
    bench.must_show("150 more…");
    bench.give(Message::Contacts(In::More));
    bench.must_show("50 more…");
}

#[test]
fn a_friend_a_nickname_and_a_mute_are_set() {
    let mut bench = bench(Language::En, WIDE);
    open(&mut bench, ANA);
    assert_eq!(commands(&bench.click("☆ Friend")), [Command::Friend { peer: ANA, on: true }]);
    change(&mut bench, Contact { friend: true, ..contact(ANA, "Ana", true) });
    bench.must_show("★ Ana");
    bench.must_show("Never forgotten, and called at every start.");
    assert_eq!(commands(&bench.click("★ Friend")), [Command::Friend { peer: ANA, on: false }]);
    bench.give(Message::Contacts(In::Nickname(" the  tall one ".to_owned())));
    let name = Some("the tall one".parse().unwrap());
    assert_eq!(commands(&bench.click("Set")), [Command::Nickname { peer: ANA, name: name.clone() }]);
    change(&mut bench, Contact { friend: true, nickname: name, ..contact(ANA, "Ana", true) });
    bench.must_show("★ the tall one");
    bench.must_show("Ana · connected");
    bench.give(Message::Contacts(In::Nickname("\u{3164}".to_owned())));
    assert_eq!(bench.click("Set").len(), 0);
    bench.must_show("A name needs a character that can be seen.");
    bench.give(Message::Contacts(In::Nickname(" ".to_owned())));
    assert_eq!(commands(&bench.click("Set")), [Command::Nickname { peer: ANA, name: None }]);
    assert_eq!(commands(&bench.click("Block")), [Command::Block { peer: ANA, on: true }]);
    assert_eq!(commands(&bench.click("Mute")), [Command::Mute { peer: ANA, on: true }]);
    let actions = change(&mut bench, Contact { muted: true, ..contact(ANA, "Ana", true) });
    assert_eq!(loads(&actions), [lobby()], "the chat is read again without them");
    bench.must_show("✓ Muted");
    let again = change(&mut bench, Contact { muted: true, online: false, ..contact(ANA, "Ana", true) });
    assert!(loads(&again).is_empty());
}

#[test]
fn a_number_is_compared() {
    let mut bench = bench(Language::En, WIDE);
    open(&mut bench, ANA);
    bench.must_show(&VerificationNumber::of(ME).to_string());
    assert!(bench.click("Compare").is_empty(), "nothing is entered");
    bench.give(Message::Contacts(In::Number("1234".to_owned())));
    assert!(bench.click("Compare").is_empty());
    bench.must_show("A number has 16 digits.");
    let number = VerificationNumber::of(ANA);
    bench.give(Message::Contacts(In::Number(number.to_string().replace(' ', "-"))));
    assert!(!bench.shows("A number has 16 digits."));
    let compare = Command::Verify { peer: ANA, number };
    assert_eq!(commands(&bench.click("Compare")), std::slice::from_ref(&compare));
    bench.give(reply(compare.clone(), Err(CommandError::NotVerified)));
    bench.must_show(
        "This is not the number of this person's key. Make sure that you heard it right. If you did, they are somebody else.",
    );
    bench.give(reply(compare.clone(), Ok(Reply::Done {})));
    bench.must_show("The number is right: it is really them.");
    change(&mut bench, Contact { verified: true, ..contact(ANA, "Ana", true) });
    bench.give(Message::Contacts(In::Select(BORA)));
    assert!(!bench.shows("You have compared the numbers: it is really them."));
    bench.give(Message::Contacts(In::Select(ANA)));
    bench.must_show("You have compared the numbers: it is really them.");
    bench.give(reply(compare, Err(CommandError::Busy)));
    bench.must_show("Too much at once: wait a moment until everything is saved.");
}

#[test]
fn addresses_are_copied() {
    let mut bench = bench(Language::En, WIDE);
    open(&mut bench, ANA);
    let actions = bench.click("Copy");
    assert!(matches!(&actions[..], [Action::Copy(address)] if address == "10.0.0.2:47770"), "{actions:?}");
}

#[test]
fn a_name_that_looks_like_a_friends_is_told_wherever_it_stands() {
    let mut bench = bench(Language::En, WIDE);
    // Two Cyrillic letters.
    let false_ana = "\u{410}n\u{430}";
    change(&mut bench, Contact { friend: true, look_alikes: vec![BORA], ..contact(ANA, "Ana", true) });
    change(&mut bench, Contact { look_alikes: vec![ANA], ..contact(BORA, false_ana, true) });
    bench.happen(vec![Event::Peer { room: lobby(), person: person(BORA, false_ana, true) }]);
    let named = entry(3, BORA, false_ana, EntryBody::Named(false_ana.to_owned()));
    let entries = vec![said(1, ANA, "Ana", "it is me"), said(2, BORA, false_ana, "no, me"), named];
    bench.happen(vec![Event::Entries { room: lobby(), entries }]);
    let (truly, falsely) = (format!("★ Ana ({})", ANA.fingerprint()), format!("{false_ana} ({})", BORA.fingerprint()));
    for name in [&truly, &falsely] {
        bench.must_show(name);
    }
    bench.must_show(&format!("{falsely} is here"));
    open(&mut bench, BORA);
    bench.must_show(&format!("This name looks like {truly}, but it is somebody else."));
    bench.give(Message::Contacts(In::Select(ANA)));
    bench.must_show(&format!("{falsely} has a name that looks the same, and is somebody else."));
    // Whoever takes our own name.
    bench.happen(vec![Event::Peer { room: lobby(), person: person(BORA, "ME", true) }]);
    bench.give(Message::Contacts(In::Select(BORA)));
    bench.must_show("This name looks like your own, but it is somebody else.");
}

#[test]
fn a_friend_keeps_the_mark_in_other_rooms() {
    let mut bench = bench(Language::En, WIDE);
    change(&mut bench, Contact { friend: true, ..contact(ANA, "Ana", true) });
    bench.give(Message::Rooms(crate::window::screen::room::rooms::Message::Open("other".parse().unwrap())));
    bench.happen(vec![Event::Entries { room: "other".parse().unwrap(), entries: vec![said(1, ANA, "Ana", "hi")] }]);
    bench.must_show("★ Ana");
}

#[test]
fn in_a_narrow_window_list_and_person_come_one_after_the_other() {
    let mut bench = bench(Language::En, NARROW);
    bench.give(Message::ToContacts);
    assert!(!bench.shows("Choose somebody in the list."));
    bench.click("Ana");
    bench.must_show("Fingerprint");
    assert!(!bench.shows("보라"));
    bench.click("← All people");
    bench.must_show("보라");
    bench.click("Ana");
    bench.give(Message::Key(Shortcut::Escape));
    bench.must_show("보라");
    bench.give(Message::Key(Shortcut::Escape));
    assert!(!bench.shows("← Back to the room"));
}

#[test]
fn the_way_back_is_in_view_at_every_size() {
    for language in Language::ALL {
        let mut bench = bench(language, WIDE);
        for selected in [None, Some(ANA)] {
            bench.give(Message::ToContacts);
            selected.into_iter().for_each(|peer| open(&mut bench, peer));
            for (size, scale) in sizes() {
                resize(&mut bench, size, scale);
                let mut glass = Glass::new(bench.view(), size);
                let key = if selected.is_some() && size.width < 760.0 { "contacts-all" } else { "contacts-back" };
                let words = format!("← {}", bench.look.t(key));
                assert_eq!(glass.hidden(&words), None, "{words} at {size:?}");
            }
        }
    }
}
