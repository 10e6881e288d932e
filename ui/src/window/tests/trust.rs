//! Warnings: clocks, forks, lines that are held back, damaged histories.

use iced::Size;
use inkmesh::event::{Entry, Event, Person, ReadStateView, Warning};

use super::bench::{ANA, Bench, ME, TIME, WIDE, at, commands, here, lobby, person, said, say};
use crate::settings::Language;
use crate::window::screen::room::Message;

const HOUR: u64 = 3_600_000;

fn warn(bench: &mut Bench, warning: Warning) {
    bench.happen(vec![Event::Warning(warning)]);
}

#[test]
fn a_wrong_clock_is_said_until_it_is_right() {
    let mut bench = Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)]);
    warn(&mut bench, Warning::ClockAhead { ms: 3 * HOUR });
    let words =
        "This computer's clock is 3 hours ahead of the others; set it right. Your messages go by the room's time.";
    bench.must_show(words);
    bench.wait(std::time::Duration::from_secs(3600));
    bench.must_show(words);
    assert!(!bench.shows("✕"), "it can't be taken away");
    warn(&mut bench, Warning::ClockBehind { ms: 5 * 60_000 });
    assert!(!bench.shows(words));
    bench.look.language = Language::Ko;
    bench.must_show(
        "이 컴퓨터의 시계가 다른 사람들보다 5분 느립니다. 시계를 맞춰 주세요. 보내는 메시지에는 방의 시간이 쓰입니다.",
    );
    bench.look.language = Language::En;
    let behind =
        "This computer's clock is 5 minutes behind the others; set it right. Your messages go by the room's time.";
    bench.must_show(behind);
    warn(&mut bench, Warning::ClockAgrees);
    assert!(!bench.shows(behind));
    bench.must_show("This computer's clock agrees with the others again.");
    bench.wait(std::time::Duration::from_secs(60));
    assert!(!bench.shows("This computer's clock agrees with the others again."));
}

#[test]
fn where_nobody_knows_which_clock_is_wrong_none_is_called_right() {
    let mut bench = Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)]);
    warn(&mut bench, Warning::ClockDiffers { ms: 9 * HOUR, ahead: false });
    bench.must_show(
        "This computer's clock is 9 hours behind another one. One of them is wrong: set that one right. Messages stay in \
         the order in which they were said.",
    );
    warn(&mut bench, Warning::ClockDiffers { ms: HOUR, ahead: true });
    bench.look.language = Language::Ko;
    bench.must_show(
        "이 컴퓨터의 시계가 다른 컴퓨터보다 60분 빠릅니다. 둘 중 하나가 틀렸으니 틀린 쪽을 맞춰 주세요. 메시지 순서는 말한 \
         순서대로 유지됩니다.",
    );
    bench.look.language = Language::En;
    let far = "This computer's clock and those of others are 30 hours apart. That is too much: messages wait until the wrong clock is set right.";
    for warning in [
        Warning::ClockDiffers { ms: 30 * HOUR, ahead: true },
        Warning::ClockAhead { ms: 30 * HOUR },
        Warning::ClockBehind { ms: 30 * HOUR },
    ] {
        warn(&mut bench, warning);
        bench.must_show(far);
    }
    warn(&mut bench, Warning::ClockAgrees);
    assert!(!bench.shows(far));
}

#[test]
fn damage_is_said_until_it_is_taken_away_one_at_a_time() {
    let mut bench = Bench::open(Language::En, WIDE, &[]);
    let folder = "/home/ana/.local/share/inkmesh/log.broken-7".to_owned();
    warn(&mut bench, Warning::Quarantined { moved_to: folder, reason: "bad page".to_owned() });
    warn(&mut bench, Warning::TailLost);
    warn(&mut bench, Warning::OwnFork);
    warn(&mut bench, Warning::OwnFork);
    warn(&mut bench, Warning::ClockBehind { ms: HOUR });
    for words in [
        "The saved history was damaged. All of it was moved to /home/ana/.local/share/inkmesh/log.broken-7; what could \
         be read is here, and what the others have comes back from them.",
        "The end of the saved history was lost. What the others have comes back from them.",
        "Another copy of your data folder writes under your name: a restored backup, or a second computer. Nothing is \
         lost; use each folder on one computer only.",
    ] {
        bench.must_show(words);
        bench.click("✕");
        assert!(!bench.shows(words));
    }
    assert!(!bench.shows("✕"), "the clock stays");
    bench.must_show(
        "This computer's clock is 60 minutes behind the others; set it right. Your messages go by the room's time.",
    );
}

#[test]
fn those_who_signed_two_histories_are_marked() {
    let mut bench = Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)]);
    bench.happen(vec![Event::Entries { room: lobby(), entries: vec![said(1, ANA, "Ana", "hello")] }]);
    assert!(!bench.shows("⚑"));
    bench.happen(vec![
        Event::Peer { room: lobby(), person: Person { forked: true, ..person(ANA, "Ana", true) } },
        Event::Warning(Warning::Fork { author: ANA }),
    ]);
    bench.must_show("signed two different histories: don't rely on it");
    bench.must_show(
        "Ana signed two different histories. Both are kept; don't rely on who said what when. Their folder may be in \
         use on two computers.",
    );
    let marks = |bench: &mut Bench| {
        let mut count = 0;
        bench.interact(|ui| {
            let _ = ui.find(|candidate: iced_test::selector::Candidate<'_>| {
                if let iced_test::selector::Candidate::Text { content: "⚑", .. } = candidate {
                    count += 1;
                }
                None::<()>
            });
        });
        count
    };
    assert_eq!(marks(&mut bench), 2, "among the people and at the line");
    bench.size = Size::new(900.0, 600.0);
    bench.give(Message::Resized(bench.size, 1.0));
    assert_eq!(marks(&mut bench), 2, "in the folded column too");
}

#[test]
fn a_line_that_others_do_not_see_yet_can_be_said_again() {
    let future = 1_000_000_000_000; // in thirty years
    let mine = at(TIME + future, said(1, ME, "Me", "hello from the future"));
    let mut bench = Bench::with(Language::En, WIDE, &[], vec![mine.clone()], ReadStateView::default());
    assert!(!bench.shows("Say again"));
    bench.happen(vec![Event::HeldBack { room: lobby(), entries: vec![mine.id] }]);
    assert_eq!(commands(&bench.click("Say again")), [here(say("hello from the future"))]);
    assert!(!bench.shows("Say again"));
    bench.must_show("said again");
    bench.look.language = Language::Ko;
    bench.must_show("다시 말했습니다");
    let told = Entry { held_back: true, ..at(TIME + future, said(2, ME, "Me", "another")) };
    bench.happen(vec![Event::Entries { room: lobby(), entries: vec![told] }]);
    bench.must_show("다시 말하기");
}

#[test]
fn by_a_clock_that_is_ahead_nothing_is_let_go_too_early() {
    let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap();
    let mine = at(now, said(1, ME, "Me", "hello"));
    let mut bench = Bench::with(Language::En, WIDE, &[], vec![mine.clone()], ReadStateView::default());
    warn(&mut bench, Warning::ClockAhead { ms: 20 * HOUR });
    bench.happen(vec![Event::HeldBack { room: lobby(), entries: vec![mine.id] }]);
    bench.must_show("Say again");
    assert!(bench.room.ticks());
    warn(&mut bench, Warning::ClockAgrees);
    assert!(!bench.shows("Say again"), "by the right time others see it");
}
