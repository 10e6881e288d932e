//! Games between hosts that don't depend on timing: a phase that ends by itself (a gathering, the choice of a word) may have
//! ended before a command comes.

use serde_json::{Value, json};

use super::host::Host;

/// Attempts of one guess. Each may take 4 s.
const TRIES: usize = 10;

/// Returns whether an event is about this game.
pub fn is_game(event: &Value, game: &Value) -> bool {
    event["event"] == "game" && event["game"] == *game
}

/// Starts a game: the first host proposes it with this `start` command, the others are ready, and it begins with exactly
/// these players. Returns the game's id.
#[track_caller]
pub fn begin_game(players: &mut [&mut Host], start: &Value) -> Value {
    let game = players[0].ok(start.clone())["game"].clone();
    for player in &mut players[1..] {
        player.await_event("gathering", 0, |event| is_game(event, &game) && event["phase"] == "gathering");
        player.ok(json!({"do": "ready", "room": "lobby"}));
    }
    let count = players.len();
    players[0].await_event("all are ready", 0, |event| {
        is_game(event, &game) && event["players"].as_array().unwrap().len() == count
    });
    // The game begins by itself when all online people are ready, for example when another one is offline for a moment.
    if let Err(error) = players[0].ask(json!({"do": "begin", "room": "lobby"})) {
        assert_eq!(error["code"], "wrong_phase");
    }
    game
}

/// Lets the drawer of this turn choose the word of this index, unless its program has chosen one because the time was over.
/// Returns the word.
#[track_caller]
pub fn choose(drawer: &mut Host, game: &Value, turn: u64, index: u64) -> String {
    let in_turn = |event: &Value, phase: &str| is_game(event, game) && event["turn"] == turn && event["phase"] == phase;
    drawer.await_event("words on offer", 0, |event| {
        let offered = event["candidates"].as_array().is_some_and(|words| !words.is_empty());
        in_turn(event, "choosing") && offered || in_turn(event, "drawing")
    });
    if let Err(error) = drawer.ask(json!({"do": "choose", "room": "lobby", "index": index})) {
        assert_eq!(error["code"], "wrong_phase");
    }
    let drawing = drawer.await_event("drawing", 0, |event| in_turn(event, "drawing") && event["word"].is_string());
    drawing["word"].as_str().unwrap().to_owned()
}

/// Guesses the word. Repeats the guess if the drawer doesn't answer in time, as nobody saw it then.
#[track_caller]
pub fn solve(guesser: &mut Host, word: &str) {
    for _ in 0..TRIES {
        match guesser.ask(json!({"do": "say", "room": "lobby", "text": format!("{word}!")})) {
            Ok(said) => return assert_eq!(said, json!({"solved": true})),
            Err(error) => assert_eq!(error["code"], "drawer_unreachable"),
        }
    }
    panic!("{}: the drawer never answers", guesser.label);
}
