//! A bot in a room: answers `!help`, rolls dice for `!dice`, draws a flower for `!flower`, and joins games.
//!
//! ```sh
//! cargo run --example room_bot -- /tmp/bot lobby
//! ```
//! Further arguments are addresses to connect to, for networks without multicast; they switch mDNS off.

use std::error::Error;
use std::f64::consts::TAU;

use inkmesh::canvas::{Color, Point, Tool};
use inkmesh::command::CommandError;
use inkmesh::event::{Entry, EntryBody, Event, GameView, PenLine, Phase};
use inkmesh::name::RoomName;
use inkmesh::node::{Config, Node};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(dir), Some(room)) = (arguments.next(), arguments.next()) else {
        return Err("usage: room_bot DATA_DIR ROOM [ADDRESS …]".into());
    };
    let room: RoomName = room.parse()?;
    let dial: Vec<String> = arguments.collect();
    let config = Config {
        data_dir: dir.into(),
        name: Some("bot".parse()?),
        rooms: vec![room.clone()],
        listen: Vec::new(),
        mdns: dial.is_empty(),
        dial,
    };
    let (node, mut events) = Node::start(config).await?;
    while let Some(event) = events.next().await {
        let done = match event {
            Event::Entries { room, entries } => answer_all(&node, &room, &entries).await,
            Event::Game { room, game } => play(&node, &room, &game).await,
            _ => Ok(()),
        };
        // A refusal (somebody else draws now, the disk is full …) is printed, and the bot goes on.
        if let Err(error) = done {
            eprintln!("{error}");
        }
    }
    Ok(())
}

/// Answers new lines: not its own, and not those that it missed while it was away.
async fn answer_all(node: &Node, room: &RoomName, entries: &[Entry]) -> Result<(), CommandError> {
    for entry in entries.iter().filter(|entry| entry.author != node.author() && !entry.late) {
        let EntryBody::Chat(text) = &entry.body else { continue };
        match text.trim() {
            "!help" => say(node, room, "!dice rolls a die, !flower draws a flower".to_owned()).await?,
            "!dice" => say(node, room, format!("{} rolls {}", entry.name, rand::random_range(1..=6))).await?,
            "!flower" => draw_flower(node, room).await?,
            _ => {}
        }
    }
    Ok(())
}

async fn say(node: &Node, room: &RoomName, text: String) -> Result<(), CommandError> {
    node.say(room.clone(), text).await.map(|_| ())
}

/// Gets ready for every game, and draws when it is its turn.
async fn play(node: &Node, room: &RoomName, game: &GameView) -> Result<(), CommandError> {
    let mine = game.drawer == Some(node.author());
    match game.phase {
        Phase::Gathering if !game.joined => node.ready(room.clone()).await,
        Phase::Drawing if mine => {
            draw_flower(node, room).await?;
            node.pass(room.clone()).await
        }
        _ => Ok(()),
    }
}

async fn draw_flower(node: &Node, room: &RoomName) -> Result<(), CommandError> {
    let (x, y) = (rand::random_range(300.0..1300.0), rand::random_range(300.0..900.0));
    for (color, petals, radius) in [([0xb8, 0x38, 0x22], 5.0, 140.0), ([0xf0, 0xb2, 0x4e], 0.0, 40.0)] {
        let place = |step: u32| {
            let angle = f64::from(step) / 200.0 * TAU;
            let reach = radius * (0.6 + 0.4 * (angle * petals).cos());
            Point::from_logical(x + reach * angle.cos(), y + reach * angle.sin())
        };
        let points = (0..=200).map(place).collect();
        let line = PenLine { stroke: rand::random(), tool: Tool::Pen, color: Color(color), width: 8, points };
        node.draw(room.clone(), line).await?;
    }
    Ok(())
}
