//! Commands to a whole room, from the input to the outputs.

use super::*;
use crate::canvas::{CanvasStep, Color, Point, Sheet, SheetId, Tool};
use crate::clock::Timestamp;
use crate::command::{CommandError, CommandTicket, Reply, RoomCommand};
use crate::event::PenLine;
use crate::fold::{Step, StepBody};
use crate::game::{Phase, PlayError, Rules, WordList};
use crate::log::MAX_FLOATING_OF_AUTHOR;
use crate::operation::{ChainId, Header, OperationId};
use crate::payload::Chat;
use crate::words::{Level, Word};

const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };
const TICKET: CommandTicket = CommandTicket(7);

fn room(who: u8) -> Room {
    let mut room = Room::new(RoomName::lobby(), Identity::from_secret([who; 32]), u64::from(who));
    room.open(true, NOW);
    room
}

fn ask(room: &mut Room, command: RoomCommand, now: Now) -> Vec<Output> {
    room.handle(Input::Command { ticket: TICKET, command }, now)
}

fn replies(outputs: Vec<Output>) -> Vec<Result<Reply, CommandError>> {
    let replies = outputs.into_iter().filter_map(|output| match output {
        Output::Reply { ticket: TICKET, result } => Some(result),
        _ => None,
    });
    replies.collect()
}

/// The write of a command, or why it is refused.
fn write(room: &mut Room, command: RoomCommand, now: Now) -> Result<Write, CommandError> {
    let mut outputs = ask(room, command, now);
    match outputs.iter().position(|output| matches!(output, Output::Write(_))) {
        Some(at) => match outputs.remove(at) {
            Output::Write(write) => Ok(write),
            other => panic!("{other:?}"),
        },
        None => Err(replies(outputs).remove(0).unwrap_err()),
    }
}

/// Makes a write durable, and what follows from it. Returns the changes of the sheet.
fn save(room: &mut Room, write: Write, now: Now) -> Vec<CanvasChange> {
    let (mut writes, mut changes) = (vec![write], Vec::new());
    while let Some(write) = writes.pop() {
        for output in room.handle(Input::Saved(write), now) {
            match output {
                Output::Write(write) => writes.push(write),
                Output::Emit(Event::Canvas { change, .. }) => changes.push(change),
                _ => {}
            }
        }
    }
    changes
}

/// The last step of a write on a sheet.
fn step_of(write: &Write) -> CanvasStep {
    match write.operations.last().map(Operation::payload) {
        Some(Payload::Canvas { step, .. }) => step,
        other => panic!("{other:?}"),
    }
}

fn stroke(stroke: u64, points: Vec<Point>) -> RoomCommand {
    RoomCommand::stroke(PenLine { stroke, tool: Tool::Pen, color: Color([1, 2, 3]), width: 4, points })
}

const FILL: RoomCommand = RoomCommand::Fill { x: 9, y: 9, color: Color([9; 3]) };

#[test]
fn what_is_written_is_replied_to_when_it_is_durable() {
    let mut room = room(1);
    let write = write(&mut room, RoomCommand::Say { text: "hi".to_owned() }, NOW).unwrap();
    let line = write.last_id().unwrap();
    let replies = replies(room.handle(Input::Saved(write), NOW));
    assert!(matches!(replies[..], [Ok(Reply::Written { id })] if id == line), "{replies:?}");
}

#[test]
fn a_reply_comes_after_the_events_of_its_command() {
    let mut room = room(1);
    let start = RoomCommand::Start { rules: Rules::default(), words: WordList::default() };
    let proposal = write(&mut room, start, NOW).unwrap();
    let outputs = room.handle(Input::Saved(proposal), NOW);
    let at = |wanted: fn(&Output) -> bool| outputs.iter().position(wanted).unwrap();
    let reply = at(|output| matches!(output, Output::Reply { .. }));
    assert!(at(|output| matches!(output, Output::Emit(Event::Game { .. }))) < reply, "{outputs:?}");
}

#[test]
fn a_write_is_not_replied_to_at_once() {
    let outputs = ask(&mut room(1), RoomCommand::Say { text: "hi".to_owned() }, NOW);
    assert!(!outputs.iter().any(|output| matches!(output, Output::Reply { .. } | Output::Publish(_))), "{outputs:?}");
}

#[test]
fn a_refusal_and_a_view_are_replied_to_at_once() {
    let mut room = room(1);
    let refused = replies(ask(&mut room, RoomCommand::Say { text: " ".to_owned() }, NOW));
    assert!(matches!(refused[..], [Err(CommandError::BlankText)]), "{refused:?}");
    let state = replies(ask(&mut room, RoomCommand::State, NOW));
    assert!(matches!(state[..], [Ok(Reply::State(state))] if state.operations == 0), "{state:?}");
    let outputs = ask(&mut room, RoomCommand::DismissLate, NOW);
    assert!(outputs.iter().any(|output| matches!(output, Output::ReplyWhenSaved(TICKET))), "{outputs:?}");
}

#[test]
fn a_stroke_without_a_number_gets_its_own() {
    let mut room = room(1);
    let (tool, color, points) = (Tool::Pen, Color::default(), vec![Point::new(4, 4)]);
    let stroke = RoomCommand::Stroke { stroke: None, tool, color, width: 1, points };
    let mut number = || step_of(&write(&mut room, stroke.clone(), NOW).unwrap()).number();
    let (first, second) = (number(), number());
    assert!(first != second && first < 1 << 53 && second < 1 << 53);
}

#[test]
fn undo_and_redo_go_through_our_steps_before_they_are_saved_too() {
    let mut room = room(1);
    let refused = |room: &mut Room, command| write(room, command, NOW).unwrap_err();
    assert_eq!(refused(&mut room, RoomCommand::Undo), CommandError::NothingToUndo);
    let first = write(&mut room, stroke(1, (0..700).map(|x| Point::new(x, 9)).collect()), NOW).unwrap();
    assert_eq!(first.operations.len(), 2);
    let fill = write(&mut room, FILL, NOW).unwrap();
    let filled = step_of(&fill).number();
    save(&mut room, first, NOW);
    let undone = [RoomCommand::Undo, RoomCommand::Undo].map(|undo| write(&mut room, undo, NOW).unwrap());
    assert_eq!(undone.each_ref().map(|write| step_of(write).number()), [filled, 1]);
    assert_eq!(refused(&mut room, RoomCommand::Undo), CommandError::NothingToUndo);
    save(&mut room, fill, NOW);
    let [one, two] = undone;
    save(&mut room, one, NOW);
    let redone = write(&mut room, RoomCommand::Redo, NOW).unwrap();
    assert_eq!(step_of(&redone), CanvasStep::Redo { stroke: 1 });
    save(&mut room, two, NOW);
    save(&mut room, redone, NOW);
    let cleared = write(&mut room, RoomCommand::Clear, NOW).unwrap();
    assert_eq!(refused(&mut room, RoomCommand::Redo), CommandError::NothingToRedo, "a new step: the fill stays undone");
    save(&mut room, cleared, NOW);
    let mut sheet = Sheet::default();
    sheet.show(room.canvas().marks);
    assert_eq!(sheet.marks().count(), 0);
    let undo = write(&mut room, RoomCommand::Undo, NOW).unwrap();
    save(&mut room, undo, NOW);
    sheet.show(room.canvas().marks);
    assert!(sheet.marks().all(|drawn| drawn.step.number() == 1) && sheet.marks().count() == 2, "the long stroke");
}

#[test]
fn a_sheet_that_is_told_every_step_is_the_sheet() {
    let mut room = room(1);
    let mut sheet = Sheet::default();
    let draw = stroke(1, vec![Point::new(4, 4), Point::new(400, 400)]);
    let (undo, redo) = (RoomCommand::Undo, RoomCommand::Redo);
    for command in [draw, undo.clone(), FILL, RoomCommand::Clear, undo, redo] {
        let write = write(&mut room, command, NOW).unwrap();
        for change in save(&mut room, write, NOW) {
            let CanvasChange::Added(drawn) = change else { panic!("{change:?}") };
            sheet.push(drawn);
        }
        let mut shown = Sheet::default();
        shown.show(room.canvas().marks);
        assert_eq!(sheet.raster().digest(), shown.raster().digest());
    }
    assert_eq!(sheet.steps().len(), 6);
}

#[test]
fn nobody_undoes_the_steps_of_others() {
    let (mut ana, mut ben) = (room(1), room(2));
    let drawn = write(&mut ana, stroke(1, vec![Point::new(4, 4)]), NOW).unwrap();
    let from = ana.chain.author();
    ben.handle(Input::Gossiped { operation: drawn.operations[0].clone(), from }, NOW);
    assert_eq!(ben.canvas().marks.len(), 1);
    assert_eq!(write(&mut ben, RoomCommand::Undo, NOW).unwrap_err(), CommandError::NothingToUndo);
}

#[test]
fn a_rematch_has_the_rules_and_words_of_the_game_before() {
    let mut room = room(1);
    let refused = |room: &mut Room| write(room, RoomCommand::Rematch, NOW).unwrap_err();
    assert_eq!(refused(&mut room), CommandError::Play(PlayError::WrongPhase));
    let word = |n| Word { text: format!("word {n}"), level: Level::Hard };
    let (rules, words) = (Rules { rounds: 7, ..Rules::catch_mind() }, WordList::new((0..12).map(word).collect()));
    let proposal = write(&mut room, RoomCommand::Start { rules, words: words.clone() }, NOW).unwrap();
    save(&mut room, proposal, NOW);
    assert_eq!(refused(&mut room), CommandError::Play(PlayError::GameRunning));
    // Nobody comes.
    let later = Now { wall_ms: NOW.wall_ms + 21_000, mono_ms: NOW.mono_ms + 21_000 };
    for output in room.handle(Input::Tick, later) {
        if let Output::Write(write) = output {
            save(&mut room, write, later);
        }
    }
    assert_eq!(room.game(later).phase, Phase::Over);
    let rematch = write(&mut room, RoomCommand::Rematch, later).unwrap();
    let proposed = rematch.operations[0].payload();
    assert_eq!(proposed, Payload::Game(GameStep::Proposed { rules, words, more: 0 }));
}

/// A folder was restored from a copy, and peers know more of our chain: whether the operations that we lack come after a gap or
/// dated ahead, what we say then does not fork the chain.
#[test]
fn a_restored_copy_does_not_fork_the_chain_of_which_others_know_more() {
    let say = |text: &str| RoomCommand::Say { text: text.to_owned() };
    let later = Now { wall_ms: NOW.wall_ms + 60 * 60 * 1000, ..NOW };
    for (third, by_gossip) in [(NOW, true), (NOW, false), (later, true)] {
        let (mut before, mut copy) = (room(1), room(1));
        let lines: Vec<Write> = [NOW, NOW, third]
            .into_iter()
            .map(|now| {
                let write = write(&mut before, say("hi"), now).unwrap();
                save(&mut before, write.clone(), now);
                write
            })
            .collect();
        copy.restore(lines[0].operations.iter().map(|line| (line.header().chain.log, line.clone())).collect(), NOW);
        let (operation, from) = (lines[2].operations[0].clone(), Author([2; 32]));
        let operations = vec![operation.clone()];
        let came = if by_gossip { Input::Gossiped { operation, from } } else { Input::Synced { operations, from } };
        let outputs = copy.handle(came, NOW);
        assert!(outputs.iter().any(|output| matches!(output, Output::StoreLocal(_))), "a new start must know it too");
        let said = write(&mut copy, say("again"), NOW).unwrap();
        let chain = said.operations[0].header().chain;
        assert!(chain.log > lines[0].operations[0].header().chain.log && chain.author == copy.chain.author());
    }
}

/// The write before it failed, and the room was read anew meanwhile.
#[test]
fn an_own_line_that_follows_one_that_was_lost_is_not_acknowledged_and_its_chain_not_continued() {
    let mut room = room(1);
    let say = |room: &mut Room, text: &str| write(room, RoomCommand::Say { text: text.to_owned() }, NOW).unwrap();
    let (_lost, second) = (say(&mut room, "one"), say(&mut room, "two"));
    let mut room = self::room(1);
    let outputs = room.handle(Input::Saved(second.clone()), NOW);
    assert!(outputs.iter().any(|output| matches!(output, Output::StoreLocal(_))), "a new start must know it too");
    assert!(!outputs.iter().any(|output| matches!(output, Output::Publish(_))));
    assert!(matches!(replies(outputs)[..], [Err(CommandError::NotSaved(_))]));
    let chain = |write: &Write| write.operations[0].header().chain;
    assert_ne!(chain(&say(&mut room, "three")), chain(&second));
}

/// Of an author's operations behind a gap only so many are held. More change nothing but lines, and are not passed on.
#[test]
fn an_operation_that_takes_the_place_of_a_floating_one_changes_nothing_else() {
    let mut room = room(1);
    let (identity, peer) = (Identity::from_secret([2; 32]), Identity::from_secret([3; 32]).author());
    let chain = ChainId { author: identity.author(), log: 5 };
    let mut gossip = |seq: u64| {
        let time = Timestamp::from_ms(NOW.wall_ms + seq);
        let header = Header { room: room.name().id(), chain, seq, backlink: Some(OperationId([9; 32])), time };
        let step = CanvasStep::Clear { stroke: seq };
        let operation = Operation::sign(&identity, header, &Payload::Canvas { sheet: SheetId::Free, step }).unwrap();
        room.handle(Input::Gossiped { operation, from: peer }, NOW)
    };
    let is_passed_on =
        |outputs: &[Output]| outputs.iter().any(|output| matches!(output, Output::Verdict(Verdict::Accept)));
    for seq in 1..=MAX_FLOATING_OF_AUTHOR as u64 {
        assert!(is_passed_on(&gossip(seq)));
    }
    let outputs = gossip(9_999);
    assert!(!is_passed_on(&outputs));
    let changes = outputs.iter().find(|output| {
        matches!(
            output,
            Output::Emit(Event::Canvas { .. } | Event::Reading { .. }) | Output::StoreLocal(_) | Output::Refold
        )
    });
    assert!(changes.is_none(), "{changes:?}");
}

#[test]
fn a_line_is_later_than_one_that_is_shown_though_something_before_it_is_missing() {
    let mut room = room(1);
    let (identity, peer) = (Identity::from_secret([2; 32]), Identity::from_secret([3; 32]).author());
    let chain = ChainId { author: identity.author(), log: 5 };
    let time = Timestamp::from_ms(NOW.wall_ms + 60_000);
    let header = Header { room: room.name().id(), chain, seq: 1, backlink: Some(OperationId([9; 32])), time };
    let operation = Operation::sign(&identity, header, &Payload::Chat(Chat { text: "hi".to_owned() })).unwrap();
    room.handle(Input::Gossiped { operation, from: peer }, NOW);
    assert_eq!(room.log().floating(), 1);
    let answer = write(&mut room, RoomCommand::Say { text: "hello".to_owned() }, NOW).unwrap();
    assert!(answer.operations[0].header().time > time);
}

/// Steps that are dated back land before those that the fold still holds.
#[test]
fn games_and_sheets_are_folded_from_the_disk_at_once_and_then_after_a_pause() {
    let mut room = room(1);
    let step = |n: u64| {
        let chain = ChainId { author: Identity::from_secret([2; 32]).author(), log: 1 };
        let key = OrderKey { time: Timestamp::from_ms(n), chain, seq: n, id: n };
        let body = StepBody::Canvas(SheetId::Free, CanvasStep::Clear { stroke: n });
        Step { key, id: OperationId([n as u8; 32]), body, proven: true }
    };
    let [many, early] = [100..8_500, 1..2].map(|range| range.map(step).collect::<Vec<_>>());
    let make_stale = |room: &mut Room| {
        room.contents.fold.insert(many.clone());
        room.contents.fold.drop_old_steps();
        room.contents.fold.insert(early.clone());
        assert!(room.is_stale());
    };
    let at = |ms| Now { mono_ms: NOW.mono_ms + ms, ..NOW };
    let refolds = |outputs: &[Output]| outputs.iter().any(|output| matches!(output, Output::Refold));
    make_stale(&mut room);
    assert!(refolds(&room.handle(Input::Tick, at(0))));
    room.handle(Input::Refolded(Box::default()), at(10));
    assert!(!room.is_stale());
    make_stale(&mut room);
    let outputs = room.handle(Input::Tick, at(20));
    let wake = outputs.iter().any(|output| matches!(output, Output::Wake(ms) if *ms == at(2_010).mono_ms));
    assert!(wake && !refolds(&outputs), "{outputs:?}");
    assert!(refolds(&room.handle(Input::Tick, at(2_010))));
}

#[test]
fn operations_of_ours_in_another_room_say_nothing_about_our_chains_here() {
    let mut room = room(1);
    let elsewhere = "elsewhere".parse::<RoomName>().unwrap();
    let mut other = Room::new(elsewhere, Identity::from_secret([1; 32]), 9);
    other.open(true, NOW);
    let operation = write(&mut other, RoomCommand::Say { text: "hi".to_owned() }, NOW).unwrap().operations[0].clone();
    let outputs = room.handle(Input::Gossiped { operation, from: Author([2; 32]) }, NOW);
    assert!(!outputs.iter().any(|output| matches!(output, Output::StoreLocal(_))), "{outputs:?}");
}

#[test]
fn talk_of_the_muted_is_neither_shown_nor_counted() {
    let (mut mine, mut theirs) = (room(1), room(2));
    let them = Identity::from_secret([2; 32]).author();
    let mut hear = |room: &mut Room, command| {
        let write = write(&mut theirs, command, NOW).unwrap();
        let operation = write.operations[0].clone();
        save(&mut theirs, write, NOW);
        let outputs = room.handle(Input::Gossiped { operation: operation.clone(), from: them }, NOW);
        let entries = outputs.into_iter().find_map(|output| match output {
            Output::Emit(Event::Entries { entries, .. }) => Some(entries.len()),
            _ => None,
        });
        (operation, entries.unwrap_or(0))
    };
    let say = |text: &str| RoomCommand::Say { text: text.to_owned() };
    let (first, shown) = hear(&mut mine, say("one"));
    assert_eq!(shown, 1);
    ask(&mut mine, RoomCommand::Read { upto: first.id() }, NOW);
    assert_eq!(hear(&mut mine, say("two")).1, 1);
    assert_eq!(mine.reading().unread, 1);
    let reports =
        |outputs: &[Output]| outputs.iter().any(|output| matches!(output, Output::Emit(Event::Reading { .. })));
    assert!(reports(&mine.handle(Input::Muted([them].into()), NOW)));
    assert!(!reports(&mine.handle(Input::Muted([them].into()), NOW)), "nothing new");
    let (third, shown) = hear(&mut mine, say("three"));
    assert_eq!((shown, mine.reading().unread), (0, 0));
    assert!(mine.hides(&mine.entry(&third, false, NOW)));
    let lines = |room: &Room| room.page(100, None).map(|page| page.len());
    let without = lines(&mine);
    assert_eq!(hear(&mut mine, RoomCommand::Clear).1, 1, "drawings are shown");
    mine.handle(Input::Muted(BTreeSet::new()), NOW);
    assert_eq!(mine.reading().unread, 3);
    // Three chat lines, and the sheet that was cleared meanwhile.
    assert_eq!(lines(&mine), without.map(|count| count + 3 + 1));
    assert!(!mine.hides(&mine.entry(&third, false, NOW)));
}

/// Two who block the same hold the same log, whenever they did it, and what is unblocked comes again.
#[test]
fn nothing_is_taken_of_whom_our_person_blocks() {
    let [mut early, mut late, mut open] = [1, 2, 3].map(room);
    let (ben, peer) = (Identity::from_secret([7; 32]), Identity::from_secret([8; 32]).author());
    let mut backlink = None;
    let mut said = Vec::new();
    for seq in 0..3 {
        let chain = ChainId { author: ben.author(), log: 5 };
        let header =
            Header { room: open.name().id(), chain, seq, backlink, time: Timestamp::from_ms(NOW.wall_ms + seq) };
        let step = Payload::Canvas { sheet: SheetId::Free, step: CanvasStep::Clear { stroke: seq } };
        let payload = if seq == 1 { step } else { Payload::Chat(Chat { text: "rude".to_owned() }) };
        let operation = Operation::sign(&ben, header, &payload).unwrap();
        backlink = Some(operation.id());
        said.push(operation);
    }
    let blocked = || Input::Blocked([ben.author()].into());
    let gossip = |room: &mut Room, operation: &Operation| {
        let outputs = room.handle(Input::Gossiped { operation: operation.clone(), from: peer }, NOW);
        let is_line = |output: &Output| matches!(output, Output::Emit(Event::Entries { .. }));
        let stores = outputs.iter().any(|output| matches!(output, Output::Persist(_)));
        (outputs.iter().any(is_line), stores)
    };
    early.handle(blocked(), NOW);
    for operation in &said {
        assert_eq!(gossip(&mut early, operation), (false, false));
        assert!([&mut late, &mut open].map(|room| gossip(room, operation).1) == [true; 2]);
    }
    assert_eq!((early.log().len(), late.log().len(), late.canvas().marks.len()), (0, 3, 1));
    let outputs = late.handle(blocked(), NOW);
    assert!(outputs.iter().any(|output| matches!(output, Output::Emit(Event::Canvas { .. }))), "{outputs:?}");
    assert_eq!((late.log().len(), late.canvas().marks.len()), (0, 0));
    assert_eq!(early.log().digest(), late.log().digest());
    let heads = open.log().frontier();
    late.handle(Input::Offered { from: peer, heads: heads.clone() }, NOW);
    assert!(!late.could_bring_more(peer), "it is not requested");
    late.handle(Input::FetchStopped { from: peer }, NOW);
    late.handle(Input::Blocked(BTreeSet::new()), NOW);
    late.handle(Input::Offered { from: peer, heads }, NOW);
    assert!(late.could_bring_more(peer));
    late.handle(Input::Synced { operations: said, from: peer }, NOW);
    assert_eq!(late.log().digest(), open.log().digest());
}
