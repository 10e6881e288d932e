use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;

use inkmesh_store::{Record, Store, StoreError};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

use super::job::own_records;
use super::{BUSY_MS, Credentials, Disk, Effect, Message, RETRY_MS, load, load_at_start, load_repaired, room_key};
use crate::clock::{Now, Timestamp};
use crate::command::{CommandError, CommandTicket, Reply};
use crate::event::{Entry, Event, Warning};
use crate::identity::Identity;
use crate::log::{Line, Position};
use crate::name::RoomName;
use crate::node::archive::{Archive, ArchiveError};
use crate::node::sync::SyncError;
use crate::operation::{ChainId, Header, Operation};
use crate::payload::{Chat, Payload, Profile};
use crate::private_room::PrivateRooms;
use crate::room::{Input, Output, Room, Write};

const NOW: Now = Now { wall_ms: 1_800_000_000_000, mono_ms: 0 };
const TICKET: CommandTicket = CommandTicket(7);

fn credentials() -> Credentials {
    Credentials { identity: Identity::from_secret([1; 32]), private: PrivateRooms::default() }
}

fn disk() -> (TempDir, Disk, mpsc::Receiver<Message>) {
    let dir = tempfile::tempdir().unwrap();
    let (disk, messages) = Disk::new(Store::open(dir.path()).unwrap().0, credentials());
    (dir, disk, messages)
}

/// The first write of somebody in the lobby.
fn first_write(secret: u8) -> Write {
    let mut room = Room::new(RoomName::lobby(), Identity::from_secret([secret; 32]), 7);
    room.open(true, NOW);
    let mut write = room.introduce(Profile { name: "Ana".parse().unwrap(), picture: None }, NOW).unwrap().unwrap();
    write.reply = Some((TICKET, Reply::Done {}));
    write
}

/// An operation and its position in the log.
fn received() -> (Position, Operation) {
    let operation = first_write(2).operations.remove(0);
    (Position { author: operation.author(), lane: 7, index: 0 }, operation)
}

async fn next(messages: &mut mpsc::Receiver<Message>) -> Message {
    let next = tokio::time::timeout(std::time::Duration::from_secs(30), messages.recv()).await;
    next.expect("no message").expect("the disk is gone")
}

/// Has the disk refuse, and checks that the person is told.
fn refuse(disk: &mut Disk) {
    let reason = StoreError::ReadOnly.to_string();
    let effects = disk.stored(&[], None, Err(StoreError::ReadOnly), NOW);
    assert!(matches!(&effects[..], [Effect::Warn(Warning::StorageFailed { reason: told })] if *told == reason));
    assert!(disk.stored(&[], None, Err(StoreError::ReadOnly), NOW).is_empty(), "one warning");
}

#[tokio::test]
async fn received_operations_are_gathered_and_read_before_and_after_they_are_durable() {
    let ((_dir, mut disk, mut messages), (position, operation)) = (disk(), received());
    let (room, lines) = (RoomName::lobby(), vec![Line::Stored(position)]);
    assert!(disk.store_received(room.id(), vec![(position, operation.clone())], None, NOW).is_empty());
    let write_at = disk.next_wake().unwrap();
    let read = async |disk: &Disk| {
        let (answer, read) = oneshot::channel();
        disk.read_for_peer(room.id(), lines.clone(), answer);
        read.await.unwrap()
    };
    assert_eq!(read(&disk).await, std::slice::from_ref(&operation));
    disk.tick(Vec::new, Now { mono_ms: write_at, ..NOW });
    assert_eq!(disk.next_wake(), None);
    let Message::Stored { keys, done: None, result } = next(&mut messages).await else { panic!("not stored") };
    assert!(disk.stored(&keys, None, result, NOW).is_empty());
    assert_eq!(read(&disk).await, [operation]);
}

#[tokio::test]
async fn who_waits_for_received_operations_is_told_when_they_are_durable() {
    let ((_dir, mut disk, mut messages), (position, operation)) = (disk(), received());
    let (done, mut told) = oneshot::channel();
    disk.store_received(RoomName::lobby().id(), vec![(position, operation)], Some(done), NOW);
    let Message::Stored { keys, done, result } = next(&mut messages).await else { panic!("not stored") };
    assert!(told.try_recv().is_err());
    let effects = disk.stored(&keys, done, result, NOW);
    assert!(matches!(effects[..], [Effect::Reply { result: Ok(Reply::Done {}), .. }]));
}

#[tokio::test]
async fn who_reads_from_the_store_is_told_when_all_of_the_room_is_there() {
    let ((_dir, mut disk, mut messages), (position, operation)) = (disk(), received());
    let room = RoomName::lobby().id();
    let send = |disk: &mut Disk, value| {
        let (answer, told) = oneshot::channel();
        assert!(disk.send_when_stored(room, value, answer, NOW).is_empty());
        told
    };
    assert_eq!(send(&mut disk, 1).try_recv(), Ok(1), "nothing is on its way");
    disk.store_received(room, vec![(position, operation)], None, NOW);
    let mut told = send(&mut disk, 2);
    let Message::Stored { keys, done, result } = next(&mut messages).await else { panic!("not stored") };
    assert!(told.try_recv().is_err());
    for effect in disk.stored(&keys, done, result, NOW) {
        let Effect::Reply { to, result } = effect else { panic!("{effect:?}") };
        to.send(result).unwrap();
    }
    assert_eq!(told.await, Ok(2));
    refuse(&mut disk);
    let (position, operation) = received();
    disk.store_received(room, vec![(position, operation)], None, NOW);
    assert_eq!(send(&mut disk, 3).await, Ok(3), "while the disk refuses, nobody waits for it");
}

#[test]
fn a_refused_write_is_warned_of_before_it_is_replied_to() {
    let (done, _told) = oneshot::channel();
    let effects = disk().1.stored(&[], Some(done), Err(StoreError::ReadOnly), NOW);
    assert!(matches!(effects[..], [Effect::Warn(_), Effect::Reply { result: Err(CommandError::NotSaved(_)), .. }]));
    let effects = disk().1.written(RoomName::lobby(), first_write(1), Err(StoreError::ReadOnly), NOW);
    assert!(matches!(effects[..], [Effect::Warn(_), Effect::NotSaved { command: TICKET, .. }]));
}

#[tokio::test]
async fn of_several_reads_of_held_back_lines_the_last_one_counts() {
    let ((_dir, mut disk, mut messages), name) = (disk(), RoomName::lobby());
    disk.read_held_back(name.clone(), Vec::new());
    disk.read_held_back(name.clone(), vec![received().0]);
    let mut counts = Vec::new();
    for _ in 0..2 {
        let Message::HeldBack { room, number, .. } = next(&mut messages).await else { panic!("not read") };
        counts.push((number, disk.is_last_held_back(&room, number)));
    }
    counts.sort_unstable();
    assert_eq!(counts, [(1, false), (2, true)]);
}

#[tokio::test]
async fn own_operations_are_saved_when_they_are_durable() {
    let ((_dir, mut disk, mut messages), name, own) = (disk(), RoomName::lobby(), first_write(1));
    assert!(disk.is_clean(&name) && !disk.is_writing());
    assert!(disk.write(&name, own.clone(), NOW).is_empty());
    assert!(!disk.is_clean(&name) && disk.is_writing());
    let Message::Written { room, write, result } = next(&mut messages).await else { panic!("not written") };
    let effects = disk.written(room, write, result, NOW);
    assert!(
        matches!(&effects[..], [Effect::Saved { room, write }] if *room == name && write.operations == own.operations)
    );
    assert!(disk.is_clean(&name));
    disk.load(name.clone(), NOW);
    let Message::Loaded { repairs, result } = next(&mut messages).await else { panic!("not read") };
    assert!(disk.is_current(repairs));
    assert_eq!(result.unwrap().room.log().len(), own.operations.len());
}

#[tokio::test]
async fn a_disk_that_refuses_takes_nothing_until_it_works_and_the_rooms_were_read() {
    let ((_dir, mut disk, mut messages), name) = (disk(), RoomName::lobby());
    refuse(&mut disk);
    assert!(!disk.takes_more() && disk.trouble().is_some() && !disk.is_repairing());
    let effects = disk.write(&name, first_write(1), NOW);
    assert!(matches!(effects[..], [Effect::NotSaved { command: TICKET, .. }]));
    let (done, told) = oneshot::channel();
    disk.flush(Some(done), NOW);
    assert!(matches!(told.await, Ok(Err(CommandError::NotSaved(_)))));

    assert_eq!(disk.next_wake(), Some(RETRY_MS));
    disk.still_refuses("full", Now { mono_ms: 5, ..NOW });
    disk.tick(|| vec![name.clone()], Now { mono_ms: RETRY_MS, ..NOW });
    assert_eq!(disk.next_wake(), Some(RETRY_MS + 5), "too early");
    disk.tick(|| vec![name.clone()], Now { mono_ms: RETRY_MS + 5, ..NOW });
    assert_eq!(disk.next_wake(), None, "it is being tried");
    let Message::Recovered(Ok((None, rooms))) = next(&mut messages).await else { panic!("it works") };
    assert_eq!(rooms.iter().map(|loaded| loaded.room.name().clone()).collect::<Vec<_>>(), [name]);
    assert!(!disk.takes_more());
    disk.works_again();
    assert!(disk.takes_more());
}

#[tokio::test]
async fn nothing_is_read_while_damaged_files_are_moved_aside() {
    let ((_dir, mut disk, mut messages), (position, operation)) = (disk(), received());
    let name = RoomName::lobby();
    disk.store_received(name.id(), vec![(position, operation)], None, NOW);
    disk.load(name.clone(), NOW);
    let Message::Loaded { repairs, .. } = next(&mut messages).await else { panic!("not read") };
    let damaged = crate::operation::Unverified::decode(b"no operation").unwrap_err();
    disk.reading_failed(&SyncError::Record(damaged), || vec![name.clone()], NOW);
    assert!(disk.is_repairing() && !disk.is_current(repairs));
    let (answer, _told) = oneshot::channel();
    disk.read_page(name, vec![Line::Stored(position)], answer);
    let (mut pages, mut repaired) = (0, None);
    for _ in 0..2 {
        match next(&mut messages).await {
            Message::Page { operations, lines: 1, .. } if operations.is_empty() => pages += 1,
            Message::Repaired(outcome) => repaired = Some(outcome),
            _ => panic!("something else"),
        }
    }
    assert_eq!(pages, 1);
    // Nothing can be moved aside in memory: the disk counts as refusing then.
    let reason = repaired.and_then(Result::err).unwrap_or_default();
    assert!(matches!(disk.repair_failed(reason, NOW)[..], [Effect::Warn(Warning::StorageFailed { .. })]));
    assert!(!disk.is_repairing() && disk.trouble().is_some());
}

#[test]
fn a_record_that_is_no_operation_is_set_aside_at_the_start_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    let rooms = [RoomName::lobby()];
    let mut records = own_records(&first_write(2).operations);
    let whole = records.len() as u64;
    records.push(Record { chain: records[0].chain, seq: whole, bytes: vec![0x89, 2] });
    store.append_wait(records).unwrap();
    let (quarantine, loaded) = load_at_start(&store, &credentials(), &rooms, NOW).unwrap();
    assert_eq!(quarantine.unwrap().kept, whole);
    assert_eq!(loaded[0].room.log().len() as u64, whole);
    let (quarantine, _) = load_at_start(&store, &credentials(), &rooms, NOW).unwrap();
    assert!(quarantine.is_none(), "once");
}

/// Fills the queue of a store, of which nothing is taken until the answer is used.
fn fill(store: &Store) -> std::sync::mpsc::SyncSender<()> {
    let ((begun, begins), (release, held)) = (sync_channel(1), sync_channel(1));
    let hold = move |_| {
        begun.send(()).unwrap();
        held.recv().unwrap_or(());
    };
    store.append(Vec::new(), hold).unwrap();
    begins.recv().unwrap();
    for bytes in [4 << 20, 4 << 10, 1] {
        while store.append_with(Vec::new(), vec![("big".to_owned(), vec![0; bytes])], drop).is_ok() {}
    }
    release
}

#[tokio::test]
async fn a_full_queue_of_the_store_is_waited_for_and_no_refusal() {
    let ((_dir, mut disk, mut messages), name, own) = (disk(), RoomName::lobby(), first_write(1));
    let ((position, operation), (done, told)) = (received(), oneshot::channel());
    let release = fill(&disk.store());
    assert!(disk.takes_more());
    assert!(disk.write(&name, own.clone(), NOW).is_empty());
    assert!(disk.store_received(name.id(), vec![(position, operation)], Some(done), NOW).is_empty());
    assert!(disk.trouble().is_none() && !disk.takes_more() && !disk.is_clean(&name));
    assert_eq!(disk.next_wake(), Some(BUSY_MS));
    assert!(disk.tick(Vec::new, Now { mono_ms: BUSY_MS, ..NOW }).is_empty() && !disk.takes_more(), "still full");
    release.send(()).unwrap();
    let store = disk.store();
    tokio::task::spawn_blocking(move || store.append_wait(Vec::new())).await.unwrap().unwrap();
    assert!(disk.tick(Vec::new, Now { mono_ms: 2 * BUSY_MS, ..NOW }).is_empty() && disk.takes_more());
    let Message::Written { room, write, result } = next(&mut messages).await else { panic!("not written") };
    assert!(matches!(disk.written(room, write, result, NOW)[..], [Effect::Saved { .. }]));
    let Message::Stored { keys, done, result } = next(&mut messages).await else { panic!("not stored") };
    let effects = disk.stored(&keys, done, result, NOW);
    assert!(matches!(effects[..], [Effect::Reply { result: Ok(_), .. }]));
    drop(told);
}

#[tokio::test]
async fn what_waits_for_the_queue_is_written_before_the_store_is_closed_and_given_up_when_the_disk_refuses() {
    let full = |disk: &mut Disk| {
        let release = fill(&disk.store());
        assert!(disk.write(&RoomName::lobby(), first_write(1), NOW).is_empty() && !disk.takes_more());
        release
    };
    let (_dir, mut disk, mut messages) = disk();
    let release = full(&mut disk);
    assert!(disk.close(Vec::new(), NOW).is_empty());
    release.send(()).unwrap();
    assert!(matches!(next(&mut messages).await, Message::Written { result: Ok(()), .. }));
    assert!(matches!(next(&mut messages).await, Message::Stored { result: Ok(()), .. }), "what was gathered");
    assert!(matches!(next(&mut messages).await, Message::Closed));

    let (_dir, mut disk, _messages) = self::disk();
    let release = full(&mut disk);
    let effects = disk.stored(&[], None, Err(StoreError::ReadOnly), NOW);
    assert!(matches!(effects[..], [Effect::Warn(_), Effect::NotSaved { command: TICKET, .. }]));
    assert!(disk.is_clean(&RoomName::lobby()));
    release.send(()).unwrap();
}

#[tokio::test]
async fn damage_that_is_met_while_a_disk_is_tried_again_is_repaired() {
    let ((_dir, mut disk, mut messages), name) = (disk(), RoomName::lobby());
    let mut records = own_records(&lines_of(2, 3));
    records[1].bytes = b"no operation".to_vec();
    disk.store().append_wait(records).unwrap();
    refuse(&mut disk);
    disk.recover(vec![name.clone()], NOW);
    let Message::Recovered(Ok((Some(quarantine), rooms))) = next(&mut messages).await else { panic!("for ever") };
    assert_eq!((quarantine.kept, rooms[0].room.log().len()), (2, 1));
}

#[tokio::test]
async fn a_repair_waits_for_no_actor() {
    let ((_dir, mut disk, _messages), own) = (disk(), first_write(1));
    disk.store().append_wait(own_records(&own.operations)).unwrap();
    disk.write(&RoomName::lobby(), own, NOW);
    while disk.messages.try_send(Message::Failed).is_ok() {}
    let store = disk.store();
    let repair =
        tokio::task::spawn_blocking(move || load_repaired(&store, &credentials(), &[RoomName::lobby()], NOW).is_ok());
    let repaired = tokio::time::timeout(std::time::Duration::from_secs(30), repair).await;
    assert!(repaired.expect("it waits for the actor, which takes no message").unwrap());
}

#[tokio::test]
async fn what_could_not_be_retired_at_the_start_is_before_a_room_is_read_again() {
    let ((_dir, mut disk, mut messages), own) = (disk(), first_write(1));
    disk.store().append_wait(own_records(&own.operations)).unwrap();
    let warnings = disk.begin_refusing("full".to_owned(), true, NOW);
    assert_eq!(warnings, [Warning::StorageFailed { reason: "full".to_owned() }]);
    disk.recover(vec![RoomName::lobby()], NOW);
    assert!(matches!(next(&mut messages).await, Message::Recovered(Ok((None, _)))));
    let local = disk.store().get_meta(&room_key(RoomName::lobby().id())).unwrap();
    assert_eq!(local, Some(crate::room::retire(None, [own.operations[0].header().chain.log])));
}

/// The first lines of a chain.
fn lines_of(secret: u8, count: u64) -> Vec<Operation> {
    let identity = Identity::from_secret([secret; 32]);
    let (room, chain) = (RoomName::lobby().id(), ChainId { author: identity.author(), log: 9 });
    let mut backlink = None;
    let sign = |seq| {
        let header = Header { room, chain, seq, backlink, time: Timestamp::from_ms(NOW.wall_ms - 1000 + seq) };
        let operation = Operation::sign(&identity, header, &Payload::Chat(Chat { text: "hi".to_owned() })).unwrap();
        backlink = Some(operation.id());
        operation
    };
    (0..count).map(sign).collect()
}

#[test]
fn what_follows_a_gap_is_shown_and_joins_the_log_when_the_gap_is_filled() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    let (said, me, name) = (lines_of(2, 10), Identity::from_secret([1; 32]), RoomName::lobby());
    store.append_wait(own_records(&said)).unwrap();
    let gone = said[3].bytes().to_vec();
    store.repair_keeping(move |record| record != gone).unwrap();
    let state = || {
        let mut room = load(&store, &credentials(), &name, NOW).unwrap().room;
        room.open(true, NOW);
        let lines = room.log().page(100, None).unwrap().len();
        (room.log().len(), lines, room)
    };
    let (len, lines, mut room) = state();
    assert_eq!((len, lines), (3, 9));
    let synced = Input::Synced { operations: said[3..5].to_vec(), from: me.author() };
    let (mut told, mut kept) = (0, Vec::new());
    for output in room.handle(synced, NOW) {
        match output {
            Output::Emit(Event::Entries { entries, .. }) => told += entries.len(),
            Output::Persist(operations) => kept.extend(operations.into_iter().map(|(_, operation)| operation)),
            _ => {}
        }
    }
    assert_eq!((room.log().len(), told, kept.len()), (10, 1, 7), "only the line that was missing is news");
    let archived = |store: Store| {
        drop(store);
        let mut lines = 0;
        let take = |_| {
            lines += 1;
            Ok::<_, ArchiveError>(ControlFlow::Continue(()))
        };
        Archive::open(dir.path()).unwrap().room(name.id()).unwrap().entries(take).unwrap();
        lines
    };
    store.append_wait(own_records(&kept)).unwrap();
    let (len, lines, _) = state();
    assert_eq!((len, lines), (10, 10));
    assert_eq!(archived(store), 10);
}

#[test]
fn the_archive_shows_what_follows_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    let said = lines_of(2, 10);
    store.append_wait(own_records(&said)).unwrap();
    let gone = said[0].bytes().to_vec();
    store.repair_keeping(move |record| record != gone).unwrap();
    drop(store);
    let history = Archive::open(dir.path()).unwrap().room(RoomName::lobby().id()).unwrap();
    let mut shown = Vec::new();
    let take = |entry: Entry| {
        shown.push(entry.id);
        Ok::<_, ArchiveError>(ControlFlow::Continue(()))
    };
    history.entries(take).unwrap();
    assert_eq!(shown, said[1..].iter().map(Operation::id).collect::<Vec<_>>());
}

#[test]
fn the_archive_leaves_out_a_record_that_is_no_operation_and_shows_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    let mut expected = BTreeSet::new();
    for (who, bad) in [(2, 4), (3, 9)] {
        let said = lines_of(who, 10);
        let mut records = own_records(&said);
        records[bad].bytes = vec![0x89, 2];
        store.append_wait(records).unwrap();
        expected.extend(said.iter().map(Operation::id));
        expected.remove(&said[bad].id());
    }
    drop(store);
    let archive = Archive::open(dir.path()).unwrap();
    let rooms = archive.rooms().unwrap();
    assert!(rooms.len() == 1 && rooms[0].first_ms > 0 && rooms[0].first_ms <= rooms[0].last_ms);
    let mut shown = BTreeSet::new();
    let take = |entry: Entry| {
        shown.insert(entry.id);
        Ok::<_, ArchiveError>(ControlFlow::Continue(()))
    };
    archive.room(RoomName::lobby().id()).unwrap().entries(take).unwrap();
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_worker_that_panics_is_told() {
    let (_dir, disk, mut messages) = disk();
    disk.spawn(|_| panic!("a test of a panic"));
    assert!(matches!(next(&mut messages).await, Message::Failed));
}
