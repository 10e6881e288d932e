//! Tests of a member that offers everything and then stalls, repeats itself or lies: it costs seconds, not the history.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use inkmesh::clock::Timestamp;
use inkmesh::event::Event;
use inkmesh::log::Head;
use inkmesh::operation::OperationId;
use inkmesh::sync::{Request, Response};
use libp2p::Stream;
use serde_bytes::ByteBuf;
use tokio::sync::Notify;

use super::attacker::{Attacker, framed, receive, send};
use super::{Victim, lobby, victim};

const LINES: usize = 2_000;
/// Lines that are said at once, fewer than a node's limit.
const AT_ONCE: usize = 500;
/// Time after which a wait fails. A member that could delay the rest would do so for ever.
const ENOUGH: Duration = Duration::from_secs(30);

#[derive(Clone, Copy)]
enum Conduct {
    /// Sends nothing more.
    Stalls,
    /// Sends one operation after another, a second apart.
    Drips,
    /// Sends the same operations again and again.
    Repeats,
    /// Claims longer chains than there are, and has nothing of them.
    Lies,
}

/// The heads and operations of an honest node.
struct Goods {
    heads: Vec<Head>,
    operations: Vec<ByteBuf>,
    asked: Notify,
}

impl Goods {
    /// Reads them from an honest node by catching up.
    async fn of(honest: &Victim) -> Self {
        let hello = Request::Hello { room: lobby().id(), digest: [0; 32], clock: 0 };
        let newest = Request::Newest { limit: 20, after: Timestamp::default() };
        let requests = [hello, newest].map(|request| framed(&request.encode().unwrap())).concat();
        let mut scout = Attacker::connect(90, honest.address.clone()).await;
        let answer = scout.sync(requests).await;
        let (len, rest) = answer.split_first_chunk().unwrap();
        let (first, rest) = rest.split_at(u32::from_be_bytes(*len) as usize);
        let (len, rest) = rest.split_first_chunk().unwrap();
        let second = &rest[..u32::from_be_bytes(*len) as usize];
        let Response::Frontier { heads, .. } = Response::decode(first).unwrap() else { panic!("no frontier") };
        let Response::Operations { operations } = Response::decode(second).unwrap() else { panic!("no operations") };
        Goods { heads, operations, asked: Notify::new() }
    }
}

/// The serving side of a round, which misbehaves.
async fn misbehave(conduct: Conduct, goods: Arc<Goods>, mut stream: Stream) {
    receive(&mut stream).await;
    let mut heads = goods.heads.clone();
    if let Conduct::Lies = conduct {
        heads.iter_mut().for_each(|head| *head = Head { next: 1 << 31, id: OperationId([9; 32]).into(), ..*head });
    }
    send(&mut stream, &Response::Frontier { heads, neighbours: Vec::new(), clock: 0 }).await;
    if receive(&mut stream).await.is_none() {
        return;
    }
    goods.asked.notify_one();
    let all = Response::Operations { operations: goods.operations.clone() };
    match conduct {
        Conduct::Stalls => std::future::pending().await,
        Conduct::Drips => drip(&goods, stream).await,
        Conduct::Repeats => while send(&mut stream, &all).await {},
        Conduct::Lies => while send(&mut stream, &Response::End).await && receive(&mut stream).await.is_some() {},
    }
}

async fn drip(goods: &Goods, mut stream: Stream) {
    for operation in &goods.operations {
        if !send(&mut stream, &Response::Operations { operations: vec![operation.clone()] }).await {
            return;
        }
        // The slowness is what is tested.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Lets the victim catch up with the misbehaving member first, then with an honest node: it must get every line once.
async fn gets_everything_despite(conduct: Conduct) {
    let honest = victim().await;
    let mut lines = BTreeSet::new();
    for at_once in 0..LINES / AT_ONCE {
        let say = |n| honest.node.say(lobby(), format!("line {}", at_once * AT_ONCE + n));
        lines.extend(join_all((0..AT_ONCE).map(say)).await.into_iter().map(|said| said.unwrap().line().unwrap()));
    }
    let goods = Arc::new(Goods::of(&honest).await);

    let mut victim = victim().await;
    let attacker = Attacker::connect(91, victim.address.clone()).await.run();
    let its = Arc::clone(&goods);
    attacker.answer(move |stream| misbehave(conduct, Arc::clone(&its), stream));
    goods.asked.notified().await;
    victim.node.dial(honest.address.to_string()).await.unwrap();
    let everything = victim.until(|event| {
        if let Event::Entries { entries, .. } = event {
            let told = entries.iter().filter(|entry| entry.author == honest.node.author());
            let chat = told.filter(|entry| entry.body.kind() == "chat");
            chat.for_each(|entry| assert!(lines.remove(&entry.id), "told twice: {entry:?}"));
        }
        lines.is_empty().then_some(())
    });
    tokio::time::timeout(ENOUGH, everything).await.expect("everything");
    // New lines still get through.
    honest.node.say(lobby(), "and on".to_owned()).await.unwrap();
    victim.until_line("and on").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn despite_one_who_stalls() {
    gets_everything_despite(Conduct::Stalls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn despite_one_who_drips() {
    gets_everything_despite(Conduct::Drips).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn despite_one_who_repeats_the_same() {
    gets_everything_despite(Conduct::Repeats).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn despite_one_who_lies_about_the_ends() {
    gets_everything_despite(Conduct::Lies).await;
}
