use inkmesh::clock::{MAX_AHEAD_MS, Timestamp};
use inkmesh::event::{Late, ReadStateView};
use inkmesh::operation::{ChainId, OrderKey};

use super::*;
use crate::window::bridge::SEEK_PAGE;

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

fn showing(page: Vec<Entry>) -> History {
    let mut history = History::default();
    history.show(page, ReadStateView::default());
    history
}

fn times(history: &History) -> Vec<u64> {
    history.lines().iter().map(|entry| entry.time).collect()
}

fn late(first: u64, last: u64) -> Late {
    let count = last - first + 1;
    Late { author: ANA, name: "Ana".to_owned(), count, first: line(first, ANA).id, from_ms: first, to_ms: last }
}

fn read_up_to(mark: u64, unread: u64) -> ReadStateView {
    ReadStateView { mark: Some(line(mark, ANA).id), unread, late: Vec::new() }
}

#[test]
fn lines_stand_in_order_and_once() {
    let mut history = showing(lines(10..11));
    history.add(vec![line(30, ANA), line(10, ANA), line(20, ANA)], ME);
    history.add(vec![line(15, ANA)], ME);
    assert_eq!(times(&history), [10, 15, 20, 30]);
}

#[test]
fn lines_of_one_moment_stand_as_they_were_said() {
    let mut history = showing(Vec::new());
    // Ids are hashes: they say nothing of the order.
    let said = |seq: u64| {
        let line = line(10, ANA);
        Entry { id: OperationId([9 - seq as u8; 32]), place: OrderKey { seq, ..line.place }, ..line }
    };
    history.add(vec![said(2), said(1), said(3)], ME);
    let seqs: Vec<u64> = history.lines().iter().map(|entry| entry.place.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(history.read(), Some(said(3).id));
}

#[test]
fn what_comes_below_the_view_is_counted_until_it_is_seen() {
    let mut history = showing(lines(10..11));
    history.add(vec![line(20, ANA)], ME);
    assert_eq!(history.unseen, 0);
    history.scrolled(false, false);
    history.add(vec![line(40, ME), line(30, ANA), line(15, ANA)], ME);
    assert_eq!(history.unseen, 1, "neither our own nor what lands above");
    history.scrolled(false, true);
    assert_eq!(history.unseen, 0);
}

#[test]
fn older_pages_come_until_there_are_none() {
    let mut history = showing(page(1000));
    assert_eq!(history.wants_older(), None, "a screenful is there");
    history.scrolled(true, false);
    let before = history.wants_older().unwrap();
    assert_eq!(before, line(1000, ANA).id);
    assert_eq!(history.wants_older(), None, "that is requested already");
    history.put_before(line(7, ANA).id, page(1));
    assert_eq!(times(&history).len(), PAGE, "an answer to another question");
    history.put_before(before, page(900));
    assert_eq!(times(&history), (900..1100).collect::<Vec<_>>());
    assert_eq!(history.wants_older(), None, "the top is not in view any more");
    history.scrolled(true, false);
    let before = history.wants_older().unwrap();
    history.put_before(before, vec![line(1, ANA)]);
    history.scrolled(true, false);
    assert_eq!(history.wants_older(), None, "the beginning is there");
    assert!(history.is_whole());
}

#[test]
fn a_page_of_nothing_but_strokes_asks_for_the_one_before() {
    let stroke = |time| Entry { body: EntryBody::Drawing, ..line(time, ANA) };
    let mut history = showing((1000..1000 + PAGE as u64).map(stroke).collect());
    assert!(history.lines().is_empty());
    assert_eq!(history.wants_older(), Some(line(1000, ANA).id));
    history.put_before(line(1000, ANA).id, page(900));
    history.add(vec![line(1050, ANA)], ME);
    assert_eq!(times(&history).last(), Some(&1050), "between the strokes");
}

#[test]
fn history_fills_in_behind_the_newest_lines_without_end_and_is_left_to_scrolling() {
    let mut history = showing(Vec::new());
    for from in (0..100).rev() {
        history.add(lines(from * 100..from * 100 + 100), ME);
    }
    assert_eq!(times(&history), (9800..10_000).collect::<Vec<_>>());
    assert!(!history.is_whole(), "the rest comes when it is wanted");
    history.scrolled(true, false);
    let before = history.wants_older().unwrap();
    assert_eq!(before, line(9800, ANA).id);
    history.put_before(before, page(9700));
    assert_eq!(times(&history)[0], 9700);
    assert_eq!(history.unseen, 0, "nothing of that is new");
}

#[test]
fn all_at_once_fills_in_as_well() {
    let mut history = showing(Vec::new());
    history.add(lines(0..10_000), ME);
    assert_eq!(times(&history), (9800..10_000).collect::<Vec<_>>());
    assert_eq!(history.wants_older(), None);
    history.scrolled(true, false);
    assert_eq!(history.wants_older(), Some(line(9800, ANA).id));
}

#[test]
fn lines_before_what_is_shown_wait_for_their_page() {
    let mut history = showing(page(1000));
    history.add(vec![line(5, ANA)], ME);
    assert_eq!(history.lines().len(), PAGE);
    history.scrolled(true, false);
    let before = history.wants_older().unwrap();
    history.put_before(before, vec![line(5, ANA)]);
    assert_eq!(times(&history)[0], 5);
}

#[test]
fn memory_is_bounded_at_both_ends() {
    let mut history = showing(Vec::new());
    for time in 0..10_000 {
        history.add(vec![line(time, ANA)], ME);
    }
    assert!(history.lines().len() <= MAX_LINES + SURPLUS, "{}", history.lines().len());
    assert_eq!(times(&history).last(), Some(&9999));
    assert!(!history.is_whole());
    let first = times(&history)[0];
    for number in 1..60 {
        history.scrolled(true, false);
        let before = history.wants_older().unwrap();
        history.put_before(before, page(first - number * PAGE as u64));
    }
    assert!(history.lines().len() <= MAX_LINES + SURPLUS);
    assert!(history.detached);
    history.add(vec![line(u64::MAX, ANA)], ME);
    assert_eq!(history.unseen, 1);
    assert!(history.go_to_end());
}

#[test]
fn the_unread_lines_begin_below_the_last_that_was_read() {
    let mut history = History::default();
    history.show(page(1000), read_up_to(1059, 40));
    assert_eq!(history.first_unread(ME), Some(line(1060, ANA).id));
    assert_eq!(history.scroll_target().line, Some((1, 59)), "they come into view");
    history.show(page(1000), read_up_to(700, 400));
    assert_eq!(history.first_unread(ME), None, "its place is not loaded yet");
    assert_eq!(history.scroll_target().line, None);
    for from in [900, 800, 700] {
        history.scrolled(true, false);
        let before = history.wants_older().unwrap();
        history.put_before(before, page(from));
    }
    assert_eq!(history.first_unread(ME), Some(line(701, ANA).id));
}

#[test]
fn what_comes_while_nobody_reads_along_is_set_off() {
    let mut history = showing(page(1000));
    history.update_read_marks(read_up_to(1099, 0), true);
    history.add(vec![line(2000, ANA)], ME);
    history.update_read_marks(read_up_to(1099, 1), true);
    assert_eq!(history.first_unread(ME), None, "somebody reads along");
    history.update_read_marks(read_up_to(2000, 0), true);
    history.add(vec![line(3000, ME), line(3001, ANA)], ME);
    history.update_read_marks(read_up_to(2000, 1), false);
    assert_eq!(history.first_unread(ME), Some(line(3001, ANA).id), "our own line is none");
    history.update_read_marks(read_up_to(2000, 9), false);
    assert_eq!(history.first_unread(ME), Some(line(3001, ANA).id), "it stays where it began");
}

#[test]
fn the_newest_line_is_read_once_and_held_back_ones_are_not_it() {
    let mut history = showing(page(1000));
    let stroke = Entry { body: EntryBody::Drawing, ..line(1500, ANA) };
    let future = Entry { held_back: true, ..line(9000, ME) };
    history.add(vec![stroke.clone(), future], ME);
    assert!(history.has_news());
    assert_eq!(history.read(), Some(stroke.id));
    assert!(!history.has_news());
    assert_eq!(history.read(), None);
    history.add(vec![line(1600, ANA)], ME);
    assert_eq!(history.read(), Some(line(1600, ANA).id));
}

#[test]
fn late_lines_that_are_held_come_into_view_and_stay_marked() {
    let mut history = showing(page(1000));
    history.add(vec![Entry { late: true, ..line(1020, ANA) }], ME);
    let bo = Author([7; 32]);
    history.add(vec![line(1021, bo)], ME);
    assert!(
        !history.lines().iter().any(|entry| history.read_marks.is_late(entry)),
        "the node tells what is late to a person"
    );
    let view = ReadStateView { late: vec![late(1020, 1021)], ..read_up_to(1099, 0) };
    history.update_read_marks(view, false);
    assert_eq!(history.show_late(&late(1020, 1021)), None);
    assert_eq!(history.scroll_target().line, Some((1, 20)));
    history.dismiss_late();
    assert!(history.read_marks.late().is_empty());
    let marked: Vec<&Entry> = history.lines().iter().filter(|entry| history.read_marks.is_late(entry)).collect();
    assert_eq!(marked.iter().map(|entry| (entry.author, entry.time)).collect::<Vec<_>>(), [(ANA, 1020), (ANA, 1021)]);
}

/// Looks for late lines on page after page of a history that begins at 0; returns how many pages that took.
fn seek(history: &mut History, wanted: &Late) -> (usize, Option<Sought>) {
    let Some(mut before) = history.show_late(wanted) else { return (0, None) };
    for number in 1..200 {
        let end = u64::from_be_bytes(before.0[..8].try_into().unwrap());
        let mut page = lines(end.saturating_sub(SEEK_PAGE as u64)..end);
        assert_eq!(history.sought(line(1, ME).id, &mut page), None, "another question");
        match history.sought(before, &mut page) {
            Some(Sought::Further(next)) => before = next,
            found => return (number, found),
        }
    }
    panic!("it looks without end");
}

#[test]
fn late_lines_far_back_are_looked_for() {
    let mut history = showing(page(50_000));
    assert_eq!(seek(&mut history, &late(30_500, 30_600)), (20, Some(Sought::Found)));
    let reveal = history.scroll_target().line;
    assert_eq!(history.lines()[reveal.unwrap().1].time, 30_500);
    assert!(history.detached && !history.at_end);
    assert_eq!(times(&history), (30_000..32_000).collect::<Vec<_>>(), "its page and the one below it");
    assert_eq!(seek(&mut history, &late(49_500, 49_600)), (1, Some(Sought::Found)), "from the newest line on");
    let mut near = showing(page(50_000));
    assert_eq!(seek(&mut near, &late(49_990, 49_991)), (1, Some(Sought::Found)));
    assert!(!near.detached, "its page adjoins what was there");
    assert_eq!(near.lines().len(), SEEK_PAGE + PAGE);
}

#[test]
fn looking_for_late_lines_ends() {
    let mut history = showing(page(1_000_000));
    assert_eq!(seek(&mut history, &late(5, 6)), (SEEK_PAGES + 1, Some(Sought::Lost)));
    assert!(!history.is_seeking());
    assert_eq!(times(&history)[0], 1_000_000, "nothing else is in view than was");
    let before = history.show_late(&late(5, 6)).unwrap();
    assert_eq!(history.sought(before, &mut Vec::new()), Some(Sought::Lost));
    let before = history.show_late(&late(5, 6)).unwrap();
    history.older_failed(before);
    assert!(!history.is_seeking() && !history.is_whole());
}

#[test]
fn a_late_line_that_is_none_of_the_talk_shows_what_stands_there() {
    let mut history = showing(page(1000));
    let stroke = Late { from_ms: 1030, first: OperationId([0xff; 32]), ..late(1030, 1030) };
    assert_eq!(history.show_late(&stroke), None);
    assert_eq!(history.scroll_target().line, Some((1, 30)), "the lines of that moment");
}

#[test]
fn lines_that_are_held_back_are_said_again_once() {
    // Others see it when it is no more than 15 hours ahead of them.
    let future = line(9000 + MAX_AHEAD_MS, ME);
    let mut history = showing(vec![line(10, ANA), future.clone()]);
    history.held_back(vec![future.id]);
    assert!(history.lines()[1].held_back && !history.lines()[0].held_back);
    history.scrolled(false, false);
    history.add(vec![line(20, ANA)], ME);
    assert_eq!(
        (times(&history), history.unseen),
        (vec![10, 20, future.time], 1),
        "what comes meanwhile stands above, and is new"
    );
    assert_eq!(history.say_again(future.id), Some(format!("line {}", future.time)));
    assert_eq!(history.say_again(future.id), None);
    assert!(history.was_said_again(future.id));
    history.time_is(8999);
    assert!(history.holds_back());
    history.time_is(9000);
    assert!(!history.holds_back(), "its time has come");
}
