//! Tests of the room's time: how a node treats the clocks of its neighbours.

use inkmesh::event::{Event, Warning};
use inkmesh::log::Head;
use inkmesh::operation::{Operation, OperationId};
use inkmesh::sync::Response;

use super::attacker::{Attacker, Running, receive, send};
use super::{Victim, lobby, now_ms, victim};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

impl Victim {
    /// Connects a peer that enters the lobby.
    async fn neighbour(&self, secret: u8) -> Running {
        Attacker::connect(secret, self.address.clone()).await.run()
    }

    /// Says a line; returns its id, its time, and the warnings until then.
    async fn says(&mut self, text: &str) -> (OperationId, u64, Vec<Warning>) {
        let said = self.node.say(lobby(), text.to_owned()).await.unwrap().line().unwrap();
        let mut warnings = Vec::new();
        let time = self
            .until(|event| match event {
                Event::Warning(warning) => {
                    warnings.push(warning.clone());
                    None
                }
                Event::Entries { entries, .. } => entries.iter().find(|entry| entry.id == said).map(|entry| entry.time),
                _ => None,
            })
            .await;
        (said, time, warnings)
    }

    async fn until_warned(&mut self, wanted: impl Fn(&Warning) -> bool) {
        self.until(|event| matches!(event, Event::Warning(warning) if wanted(warning)).then_some(())).await;
    }
}

fn about(ms: u64, expected: u64) -> bool {
    ms.abs_diff(expected) < MINUTE
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_agree_outvote_a_clock_that_is_behind() {
    let mut victim = victim().await;
    let neighbours = [victim.neighbour(1).await, victim.neighbour(2).await];
    for neighbour in &neighbours {
        neighbour.tell_time(now_ms() + HOUR).await;
    }
    victim.until_warned(|warning| matches!(warning, Warning::ClockBehind { ms } if about(*ms, HOUR))).await;
    let (_, time, _) = victim.says("an hour ahead of this machine").await;
    assert!(about(time, now_ms() + HOUR), "{time}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_two_neither_clock_is_moved_and_both_are_told() {
    let mut victim = victim().await;
    let (_, before, _) = victim.says("before anybody came").await;
    let neighbour = victim.neighbour(3).await;
    neighbour.answer(|mut stream| async move {
        receive(&mut stream).await;
        let clock = now_ms() - HOUR;
        send(&mut stream, &Response::Same { neighbours: Vec::new(), clock }).await;
    });
    victim
        .until_warned(|warning| matches!(warning, Warning::ClockDiffers { ms, ahead: true } if about(*ms, HOUR)))
        .await;
    let (_, time, _) = victim.says("below what was said before").await;
    assert!(about(time, now_ms()) && time >= before, "{time}");

    neighbour.tell_time(now_ms()).await;
    victim.until_warned(|warning| *warning == Warning::ClockAgrees).await;
    let (_, time, _) = victim.says("today").await;
    assert!(about(time, now_ms()), "{time}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_liar_changes_nothing() {
    let mut victim = victim().await;
    let honest = [victim.neighbour(4).await, victim.neighbour(5).await];
    for neighbour in &honest {
        neighbour.tell_time(now_ms()).await;
    }
    let liar = victim.neighbour(6).await;
    for lie in [now_ms() + HOUR, now_ms() - HOUR, 0, u64::MAX] {
        liar.tell_time(lie).await;
        let (_, time, warnings) = victim.says("whatever somebody says").await;
        assert!(about(time, now_ms()), "{time}");
        assert_eq!(warnings, []);
    }
}

/// A peer that says this time and has these operations, which follow one another in a chain.
fn offers(attacker: Attacker, clock: u64, operations: &[Operation]) -> Running {
    let (author, log) = (attacker.identity.author(), operations[0].header().chain.log);
    let last = operations.last().unwrap().id().into();
    let heads = vec![Head { author, log, next: operations.len() as u64, id: last }];
    let operations: Vec<_> = operations.iter().map(|operation| operation.bytes().to_vec().into()).collect();
    let attacker = attacker.run();
    attacker.answer(move |mut stream| {
        let (heads, operations) = (heads.clone(), operations.clone());
        async move {
            receive(&mut stream).await;
            send(&mut stream, &Response::Frontier { heads, neighbours: Vec::new(), clock }).await;
            while receive(&mut stream).await.is_some() {
                send(&mut stream, &Response::Operations { operations: operations.clone() }).await;
                send(&mut stream, &Response::End).await;
            }
        }
    });
    attacker
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_in_2100_does_not_move_the_clock_of_who_catches_up_with_it() {
    let mut victim = victim().await;
    let attacker = Attacker::connect(7, victim.address.clone()).await;
    let author = attacker.identity.author();
    let first = attacker.operation(lobby().id(), 1, 0, None, now_ms() + 5 * MINUTE, "a little ahead");
    let second = attacker.operation(lobby().id(), 1, 1, Some(first.id()), 4_102_444_800_000, "in 2100");
    let _attacker = offers(attacker, now_ms(), &[first, second]);
    victim.until_warned(|warning| *warning == Warning::Parked { author }).await;
    let (_, time, _) = victim.says("today").await;
    assert!(time < now_ms() + 6 * MINUTE, "{time}");
}

/// The two clocks differ by nine hours, as those of a computer with two systems: its lines are shown, and answers stand below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_meets_a_clock_that_is_hours_ahead_sees_its_lines_and_answers_below() {
    let mut victim = victim().await;
    let other = Attacker::connect(20, victim.address.clone()).await;
    let theirs = other.operation(lobby().id(), 1, 0, None, now_ms() + 9 * HOUR, "is it so late?");
    let id = theirs.id();
    let _other = offers(other, now_ms() + 9 * HOUR, &[theirs]);
    victim.until_line("is it so late?").await;
    let (answer, ..) = victim.says("not here").await;
    let history = victim.node.history(lobby(), 10, None).await.unwrap();
    let place = |id| history.iter().position(|entry| entry.id == id).unwrap();
    assert!(place(id) < place(answer) && history.iter().all(|entry| !entry.held_back));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_with_a_wrong_clock_is_held_back_and_told() {
    let mut victim = victim().await;
    let liar = Attacker::connect(8, victim.address.clone()).await;
    let lie = liar.operation(lobby().id(), 1, 0, None, now_ms() + 28 * HOUR, "tomorrow");
    let mut neighbours = vec![victim.neighbour(9).await];
    neighbours[0].tell_time(now_ms() + 14 * HOUR).await;
    neighbours.push(offers(liar, now_ms() + 14 * HOUR, &[lie]));
    // Two liars move a clock by 15 hours at most, and lines by 15 more.
    victim.until_line("tomorrow").await;
    let (ahead, time, _) = victim.says("far ahead").await;
    assert!(about(time, now_ms() + 28 * HOUR), "{time}");

    for secret in 10..12 {
        let honest = victim.neighbour(secret).await;
        honest.tell_time(now_ms()).await;
        neighbours.push(honest);
    }
    let (mut agrees, mut held_back) = (false, None);
    victim
        .until(|event| {
            match event {
                Event::Warning(Warning::ClockAgrees) => agrees = true,
                Event::HeldBack { entries, .. } => held_back = Some(entries.clone()),
                _ => {}
            }
            (agrees && held_back.is_some()).then_some(())
        })
        .await;
    assert_eq!(held_back, Some(vec![ahead]));
    // Later lines are in another chain, with today's date.
    let (today, time, _) = victim.says("today").await;
    assert!(about(time, now_ms()), "{time}");
    let history = victim.node.history(lobby(), 10, None).await.unwrap();
    let marked: Vec<OperationId> = history.iter().filter(|entry| entry.held_back).map(|entry| entry.id).collect();
    assert_eq!(marked, [ahead]);
    assert!(history.iter().position(|entry| entry.id == today) < history.iter().position(|entry| entry.id == ahead));
}
