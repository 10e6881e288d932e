use inkmesh::clock::Timestamp;
use inkmesh::event::{Late, ReadingView};
use inkmesh::operation::ChainId;

use super::*;
use crate::window::link::SEEK_PAGE;

const ME: Author = Author([1; 32]);
const ANA: Author = Author([2; 32]);

fn line(time: u64, author: Author) -> Entry {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&time.to_be_bytes());
    id[8] = author.0[0];
    let body = EntryBody::Chat(format!("line {time}"));
    let place = OrderKey { time: Timestamp::from_ms(time), chain: ChainId { author, log: 1 }, seq: time, id: 0 };
    let (id, name) = (OperationId(id), "Ana".to_owned());
    Entry { id, author, name, time, place, body, late: false, held_back: false }
}

fn lines(times: std::ops::Range<u64>) -> Vec<Entry> {
    times.map(|time| line(time, ANA)).collect()
}

fn page(from: u64) -> Vec<Entry> {
    lines(from..from + PAGE as u64)
}

fn showing(page: Vec<Entry>) -> Chat {
    let mut chat = Chat::default();
    chat.show(page, ReadingView::default());
    chat
}

fn times(chat: &Chat) -> Vec<u64> {
    chat.lines().iter().map(|entry| entry.time).collect()
}

fn late(first: u64, last: u64) -> Late {
    let count = last - first + 1;
    Late { author: ANA, name: "Ana".to_owned(), count, first: line(first, ANA).id, from_ms: first, to_ms: last }
}

fn read_up_to(mark: u64, unread: u64) -> ReadingView {
    ReadingView { mark: Some(line(mark, ANA).id), unread, late: Vec::new() }
}

#[test]
fn lines_stand_in_order_and_once() {
    let mut chat = showing(lines(10..11));
    chat.add(vec![line(30, ANA), line(10, ANA), line(20, ANA)], ME);
    chat.add(vec![line(15, ANA)], ME);
    assert_eq!(times(&chat), [10, 15, 20, 30]);
}

#[test]
fn lines_of_one_moment_stand_as_they_were_said() {
    let mut chat = showing(Vec::new());
    // Ids are hashes: they say nothing of the order.
    let said = |seq: u64| {
        let line = line(10, ANA);
        Entry { id: OperationId([9 - seq as u8; 32]), place: OrderKey { seq, ..line.place }, ..line }
    };
    chat.add(vec![said(2), said(1), said(3)], ME);
    let seqs: Vec<u64> = chat.lines().iter().map(|entry| entry.place.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(chat.read(), Some(said(3).id));
}

#[test]
fn what_comes_below_the_view_is_counted_until_it_is_seen() {
    let mut chat = showing(lines(10..11));
    chat.add(vec![line(20, ANA)], ME);
    assert_eq!(chat.unseen(), 0);
    chat.scrolled(false, false);
    chat.add(vec![line(40, ME), line(30, ANA), line(15, ANA)], ME);
    assert_eq!(chat.unseen(), 1, "neither our own nor what lands above");
    chat.scrolled(false, true);
    assert_eq!(chat.unseen(), 0);
}

#[test]
fn older_pages_come_until_there_are_none() {
    let mut chat = showing(page(1000));
    assert_eq!(chat.wants_older(), None, "a screenful is there");
    chat.scrolled(true, false);
    let asked = chat.wants_older().unwrap();
    assert_eq!(asked, line(1000, ANA).id);
    assert_eq!(chat.wants_older(), None, "asked already");
    chat.put_before(line(7, ANA).id, page(1));
    assert_eq!(times(&chat).len(), PAGE, "an answer to another question");
    chat.put_before(asked, page(900));
    assert_eq!(times(&chat), (900..1100).collect::<Vec<_>>());
    assert_eq!(chat.wants_older(), None, "the top is not in view any more");
    chat.scrolled(true, false);
    let asked = chat.wants_older().unwrap();
    chat.put_before(asked, vec![line(1, ANA)]);
    chat.scrolled(true, false);
    assert_eq!(chat.wants_older(), None, "the beginning is there");
    assert!(chat.is_whole());
}

#[test]
fn a_page_of_nothing_but_strokes_asks_for_the_one_before() {
    let stroke = |time| Entry { body: EntryBody::Drawing, ..line(time, ANA) };
    let mut chat = showing((1000..1000 + PAGE as u64).map(stroke).collect());
    assert!(chat.lines().is_empty());
    assert_eq!(chat.wants_older(), Some(line(1000, ANA).id));
    chat.put_before(line(1000, ANA).id, page(900));
    chat.add(vec![line(1050, ANA)], ME);
    assert_eq!(times(&chat).last(), Some(&1050), "between the strokes");
}

#[test]
fn history_fills_in_behind_the_newest_lines_without_end_and_is_left_to_scrolling() {
    let mut chat = showing(Vec::new());
    for from in (0..100).rev() {
        chat.add(lines(from * 100..from * 100 + 100), ME);
    }
    assert_eq!(times(&chat), (9800..10_000).collect::<Vec<_>>());
    assert!(!chat.is_whole(), "the rest comes when it is wanted");
    chat.scrolled(true, false);
    let asked = chat.wants_older().unwrap();
    assert_eq!(asked, line(9800, ANA).id);
    chat.put_before(asked, page(9700));
    assert_eq!(times(&chat)[0], 9700);
    assert_eq!(chat.unseen(), 0, "nothing of that is new");
}

#[test]
fn all_at_once_fills_in_as_well() {
    let mut chat = showing(Vec::new());
    chat.add(lines(0..10_000), ME);
    assert_eq!(times(&chat), (9800..10_000).collect::<Vec<_>>());
    assert_eq!(chat.wants_older(), None);
    chat.scrolled(true, false);
    assert_eq!(chat.wants_older(), Some(line(9800, ANA).id));
}

#[test]
fn lines_before_what_is_shown_wait_for_their_page() {
    let mut chat = showing(page(1000));
    chat.add(vec![line(5, ANA)], ME);
    assert_eq!(chat.lines().len(), PAGE);
    chat.scrolled(true, false);
    let asked = chat.wants_older().unwrap();
    chat.put_before(asked, vec![line(5, ANA)]);
    assert_eq!(times(&chat)[0], 5);
}

#[test]
fn memory_is_bounded_at_both_ends() {
    let mut chat = showing(Vec::new());
    for time in 0..10_000 {
        chat.add(vec![line(time, ANA)], ME);
    }
    assert!(chat.lines().len() <= MAX_LINES + SURPLUS, "{}", chat.lines().len());
    assert_eq!(times(&chat).last(), Some(&9999));
    assert!(!chat.is_whole());
    let first = times(&chat)[0];
    for number in 1..60 {
        chat.scrolled(true, false);
        let asked = chat.wants_older().unwrap();
        chat.put_before(asked, page(first - number * PAGE as u64));
    }
    assert!(chat.lines().len() <= MAX_LINES + SURPLUS);
    assert!(chat.is_detached());
    chat.add(vec![line(u64::MAX, ANA)], ME);
    assert_eq!(chat.unseen(), 1);
    assert!(chat.go_to_end());
}

#[test]
fn the_unread_lines_begin_below_the_last_that_was_read() {
    let mut chat = Chat::default();
    chat.show(page(1000), read_up_to(1059, 40));
    assert_eq!(chat.first_unread(ME), Some(line(1060, ANA).id));
    assert_eq!(chat.scroll_target().line, Some((1, 59)), "they come into view");
    chat.show(page(1000), read_up_to(700, 400));
    assert_eq!(chat.first_unread(ME), None, "its place is not loaded yet");
    assert_eq!(chat.scroll_target().line, None);
    for from in [900, 800, 700] {
        chat.scrolled(true, false);
        let asked = chat.wants_older().unwrap();
        chat.put_before(asked, page(from));
    }
    assert_eq!(chat.first_unread(ME), Some(line(701, ANA).id));
}

#[test]
fn what_comes_while_nobody_reads_along_is_set_off() {
    let mut chat = showing(page(1000));
    chat.reading_is(read_up_to(1099, 0), true);
    chat.add(vec![line(2000, ANA)], ME);
    chat.reading_is(read_up_to(1099, 1), true);
    assert_eq!(chat.first_unread(ME), None, "somebody reads along");
    chat.reading_is(read_up_to(2000, 0), true);
    chat.add(vec![line(3000, ME), line(3001, ANA)], ME);
    chat.reading_is(read_up_to(2000, 1), false);
    assert_eq!(chat.first_unread(ME), Some(line(3001, ANA).id), "our own line is none");
    chat.reading_is(read_up_to(2000, 9), false);
    assert_eq!(chat.first_unread(ME), Some(line(3001, ANA).id), "it stays where it began");
}

#[test]
fn the_newest_line_is_read_once_and_held_back_ones_are_not_it() {
    let mut chat = showing(page(1000));
    let stroke = Entry { body: EntryBody::Drawing, ..line(1500, ANA) };
    let future = Entry { held_back: true, ..line(9000, ME) };
    chat.add(vec![stroke.clone(), future], ME);
    assert!(chat.has_news());
    assert_eq!(chat.read(), Some(stroke.id));
    assert!(!chat.has_news());
    assert_eq!(chat.read(), None);
    chat.add(vec![line(1600, ANA)], ME);
    assert_eq!(chat.read(), Some(line(1600, ANA).id));
}

#[test]
fn late_lines_that_are_held_come_into_view_and_stay_marked() {
    let mut chat = showing(page(1000));
    chat.add(vec![Entry { late: true, ..line(1020, ANA) }], ME);
    let bo = Author([7; 32]);
    chat.add(vec![line(1021, bo)], ME);
    assert!(!chat.lines().iter().any(|entry| chat.reading().is_late(entry)), "the node tells what is late to a person");
    let view = ReadingView { late: vec![late(1020, 1021)], ..read_up_to(1099, 0) };
    chat.reading_is(view, false);
    assert_eq!(chat.show_late(&late(1020, 1021)), None);
    assert_eq!(chat.scroll_target().line, Some((1, 20)));
    chat.dismiss_late();
    assert!(chat.reading().late().is_empty());
    let marked: Vec<&Entry> = chat.lines().iter().filter(|entry| chat.reading().is_late(entry)).collect();
    assert_eq!(marked.iter().map(|entry| (entry.author, entry.time)).collect::<Vec<_>>(), [(ANA, 1020), (ANA, 1021)]);
}

/// Looks for late lines on page after page of a history that begins at 0; returns how many pages that took.
fn seek(chat: &mut Chat, wanted: &Late) -> (usize, Option<Sought>) {
    let Some(mut before) = chat.show_late(wanted) else { return (0, None) };
    for number in 1..200 {
        let end = u64::from_be_bytes(before.0[..8].try_into().unwrap());
        let mut page = lines(end.saturating_sub(SEEK_PAGE as u64)..end);
        assert_eq!(chat.sought(line(1, ME).id, &mut page), None, "another question");
        match chat.sought(before, &mut page) {
            Some(Sought::Further(next)) => before = next,
            found => return (number, found),
        }
    }
    panic!("it looks without end");
}

#[test]
fn late_lines_far_back_are_looked_for() {
    let mut chat = showing(page(50_000));
    assert_eq!(seek(&mut chat, &late(30_500, 30_600)), (20, Some(Sought::Found)));
    let reveal = chat.scroll_target().line;
    assert_eq!(chat.lines()[reveal.unwrap().1].time, 30_500);
    assert!(chat.is_detached() && !chat.is_at_end());
    assert_eq!(times(&chat), (30_000..32_000).collect::<Vec<_>>(), "its page and the one below it");
    assert_eq!(seek(&mut chat, &late(49_500, 49_600)), (1, Some(Sought::Found)), "from the newest line on");
    let mut near = showing(page(50_000));
    assert_eq!(seek(&mut near, &late(49_990, 49_991)), (1, Some(Sought::Found)));
    assert!(!near.is_detached(), "its page adjoins what was there");
    assert_eq!(near.lines().len(), SEEK_PAGE + PAGE);
}

#[test]
fn looking_for_late_lines_ends() {
    let mut chat = showing(page(1_000_000));
    assert_eq!(seek(&mut chat, &late(5, 6)), (SEEK_PAGES + 1, Some(Sought::Lost)));
    assert!(!chat.is_seeking());
    assert_eq!(times(&chat)[0], 1_000_000, "nothing else is in view than was");
    let before = chat.show_late(&late(5, 6)).unwrap();
    assert_eq!(chat.sought(before, &mut Vec::new()), Some(Sought::Lost));
    let before = chat.show_late(&late(5, 6)).unwrap();
    chat.older_failed(before);
    assert!(!chat.is_seeking() && !chat.is_whole());
}

#[test]
fn a_late_line_that_is_none_of_the_talk_shows_what_stands_there() {
    let mut chat = showing(page(1000));
    let stroke = Late { from_ms: 1030, first: OperationId([0xff; 32]), ..late(1030, 1030) };
    assert_eq!(chat.show_late(&stroke), None);
    assert_eq!(chat.scroll_target().line, Some((1, 30)), "the lines of that moment");
}

#[test]
fn lines_that_are_held_back_are_said_again_once() {
    // Others see it when it is no more than ten minutes ahead of them.
    let future = line(9000 + MAX_AHEAD_MS, ME);
    let mut chat = showing(vec![line(10, ANA), future.clone()]);
    chat.held_back(vec![future.id]);
    assert!(chat.lines()[1].held_back && !chat.lines()[0].held_back);
    chat.scrolled(false, false);
    chat.add(vec![line(20, ANA)], ME);
    assert_eq!(
        (times(&chat), chat.unseen()),
        (vec![10, 20, future.time], 1),
        "what comes meanwhile stands above, and is new"
    );
    assert_eq!(chat.say_again(future.id), Some(format!("line {}", future.time)));
    assert_eq!(chat.say_again(future.id), None);
    assert!(chat.was_said_again(future.id));
    chat.time_is(8999);
    assert!(chat.holds_back());
    chat.time_is(9000);
    assert!(!chat.holds_back(), "its time has come");
}

#[test]
fn a_text_that_was_not_said_comes_back() {
    let mut chat = Chat { draft: " \t".into(), ..Chat::default() };
    assert_eq!(chat.take_draft(), None);
    chat.draft = "hello".into();
    let text = chat.take_draft().unwrap_or_default();
    assert!(chat.draft.is_empty());
    chat.draft = "more".into();
    chat.give_back(&text);
    assert_eq!(&*chat.draft, "hello more");
}
