//! The pictures of people: how we choose ours, and what is said of a new one.

use iced::{Event as IcedEvent, Point, mouse};
use iced_test::selector;
use inkmesh::command::{Command, Reply};
use inkmesh::event::{EntryBody, Event, Person};
use inkmesh::identity::Author;
use inkmesh::picture::{Picture, Sketch};

use super::bench::{ANA, Bench, ME, NARROW, WIDE, commands, entry, lobby, person, reply};
use crate::settings::Language;
use crate::window::screen::room::dialog::{self, Topic, picture};
use crate::window::screen::room::{Message, people};

fn bench() -> Bench {
    Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)])
}

fn choose(message: picture::Message) -> Message {
    Message::Dialog(dialog::Message::Picture(message))
}

/// Draws with the mouse on the sheet of the dialog, along a path in pixels from its corner.
fn draw(bench: &mut Bench, path: &[(f32, f32)]) {
    bench.interact(|ui| {
        let pad = ui.find(selector::id(picture::PAD)).expect("a sheet to draw on").bounds();
        let at = |&(x, y): &(f32, f32)| Point::new(pad.x + x, pad.y + y);
        let moved = |place| IcedEvent::Mouse(mouse::Event::CursorMoved { position: at(place) });
        ui.point_at(at(&path[0]));
        ui.simulate([moved(&path[0]), IcedEvent::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))]);
        ui.simulate(path[1..].iter().map(moved));
        ui.simulate([IcedEvent::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))]);
    });
}

#[test]
fn a_click_on_oneself_opens_the_choice_and_what_is_chosen_is_taken() {
    let mut bench = bench();
    bench.give(Message::People(people::Message::Details(ME)));
    bench.must_show("Your picture");
    let take = Command::Picture { picture: Some(Picture::Ours(3)) };
    assert_eq!(commands(&bench.give(choose(picture::Message::Choose(3)))), std::slice::from_ref(&take));
    bench.give(reply(take, Ok(Reply::Done {})));
    bench.must_show("Your picture");
    bench.give(Message::Show(Topic::Settings));
    bench.click("Choose or draw your picture");
    bench.must_show("Or draw your own");
}

#[test]
fn a_picture_is_drawn_with_the_mouse() {
    for (language, size, words) in
        [(Language::En, WIDE, ["Undo", "Use this drawing"]), (Language::Ko, NARROW, ["되돌리기", "이 그림 쓰기"])]
    {
        let mut bench = Bench::open(language, size, &[]);
        bench.give(Message::Show(Topic::Picture));
        assert_eq!(commands(&bench.click(words[1])), [], "nothing is drawn");
        draw(&mut bench, &[(20.0, 20.0), (60.0, 40.0), (900.0, 40.0)]);
        draw(&mut bench, &[(104.0, 104.0)]);
        bench.click(words[0]);
        let used = commands(&bench.click(words[1]));
        let [Command::Picture { picture: Some(Picture::Drawn(sketch)) }] = &used[..] else { panic!("{used:?}") };
        let [stroke] = sketch.strokes() else { panic!("{sketch:?}") };
        let (first, last) = (stroke.to_vec()[0], stroke.iter().last().unwrap());
        assert!((90..110).contains(&first.x) && last.x == 1024, "along the edge: {first:?} {last:?}");
    }
}

#[test]
fn what_was_drawn_is_on_the_sheet_again() {
    let mut bench = bench();
    let sketch = Sketch::new(&[vec![inkmesh::canvas::Point::new(4, 4)]]).unwrap();
    let drawn = Picture::Drawn(sketch.clone());
    let me = Person { picture: Some(drawn.clone()), ..person(ME, "Me", true) };
    bench.happen(vec![Event::Peer { room: lobby(), person: me }]);
    bench.give(Message::Show(Topic::Picture));
    assert_eq!(commands(&bench.click("Use this drawing")), [Command::Picture { picture: Some(drawn) }]);
}

#[test]
fn a_new_picture_is_no_new_person() {
    let mut bench = bench();
    let named = |number, author: Author, name: &str| entry(number, author, name, EntryBody::Named(name.to_owned()));
    bench.happen(vec![Event::Entries { room: lobby(), entries: vec![named(1, ANA, "Ana")] }]);
    assert!(bench.shows("Ana is here") && !bench.shows("Ana has a new picture"));
    bench.happen(vec![Event::Entries { room: lobby(), entries: vec![named(2, ANA, "Ana")] }]);
    bench.must_show("Ana has a new picture");
}
