//! Test of a whole quiz by real programs on a LAN: four players and a spectator, one player killed and restarted, one drawer
//! killed. Everybody ends with the same scores, also when all of it is read from the disk again.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};
use support::game::{begin_game, choose, is_game, solve};
use support::host::{Host, agree};
use support::lan::Lan;
use support::{DEADLINE, turn};
use tempfile::TempDir;

const PLAYERS: usize = 4;
const PEOPLE: u8 = 5;

/// Four players and, last, a spectator; `None` for a killed one.
struct Table {
    // Dropped in this order: hosts are killed before their folders are removed.
    hosts: Vec<Option<Host>>,
    folders: Vec<TempDir>,
    lan: Lan,
    game: Value,
}

impl Table {
    fn open() -> Option<Self> {
        let lan = Lan::new(PEOPLE)?;
        let folders: Vec<TempDir> = (0..PEOPLE).map(|_| TempDir::new().unwrap()).collect();
        let hosts = (1..=PEOPLE).zip(&folders).map(|(n, dir)| Some(lan.start(n, dir.path(), &[]))).collect();
        let table = Table { hosts, folders, lan, game: Value::Null };
        for host in table.present() {
            table.present().filter(|other| other.peer != host.peer).for_each(|other| host.await_online(&other.peer, 0));
        }
        Some(table)
    }

    fn present(&self) -> impl Iterator<Item = &Host> {
        self.hosts.iter().flatten()
    }

    fn host(&mut self, place: usize) -> &mut Host {
        self.hosts[place].as_mut().unwrap()
    }

    fn place_of(&self, peer: &str) -> usize {
        self.hosts.iter().position(|host| host.as_ref().is_some_and(|host| host.peer == peer)).unwrap()
    }

    /// Returns the running players that don't draw.
    fn guessers(&self, drawer: usize) -> Vec<usize> {
        (0..PLAYERS).filter(|place| *place != drawer && self.hosts[*place].is_some()).collect()
    }

    fn kill(&mut self, place: usize) {
        self.hosts[place].take().unwrap().kill();
    }

    fn start_again(&mut self, place: usize) {
        let n = u8::try_from(place).unwrap() + 1;
        self.hosts[place] = Some(self.lan.start(n, self.folders[place].path(), &[]));
        let back = self.hosts[place].as_ref().unwrap();
        for other in self.present().filter(|other| other.peer != back.peer) {
            back.await_online(&other.peer, 0);
        }
    }

    fn start_game(&mut self) {
        let command = json!({"do": "start", "room": "lobby", "rounds": 1, "seconds": 120, "pack": ["en", "ko"]});
        self.game = begin_game(&mut self.hosts[..PLAYERS].iter_mut().flatten().collect::<Vec<_>>(), &command);
    }

    /// Waits until everybody names the same drawer of a turn in this phase; returns the drawer's index.
    fn await_drawer(&self, turn: u64, phase: &str) -> usize {
        let named: HashSet<String> = self
            .present()
            .map(|host| {
                let event = host.await_event(&format!("turn {turn} {phase}"), 0, |event| {
                    is_game(event, &self.game) && event["phase"] == phase && event["turn"] == turn
                });
                event["drawer"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(named.len(), 1, "turn {turn}: {named:?}");
        self.place_of(named.iter().next().unwrap())
    }

    /// Lets the drawer choose and draw; returns its index and the word.
    fn choose_and_draw(&mut self, turn: u64) -> (usize, String) {
        let drawer = self.await_drawer(turn, "choosing");
        let game = self.game.clone();
        let word = choose(self.host(drawer), &game, turn, 1);
        assert_eq!(self.await_drawer(turn, "drawing"), drawer);
        let points: Vec<[u64; 2]> = (0..40).map(|n| [100 + n * 20, 300 + turn * 50 + n % 7]).collect();
        let stroke = json!({"do": "stroke", "room": "lobby", "points": points, "color": "#b83822", "width": 12});
        self.host(drawer).ok(stroke);
        let fill = json!({"do": "fill", "room": "lobby", "x": 10, "y": 10, "color": "#2b7455"});
        self.host(drawer).ok(fill);
        (drawer, word)
    }

    /// Checks that no event so far showed the word to anybody but the drawer.
    fn nobody_knows(&self, drawer: usize, turn: u64, word: &str) {
        for place in (0..self.hosts.len()).filter(|place| *place != drawer) {
            let Some(host) = &self.hosts[place] else { continue };
            let events = host.events(0);
            let of_turn = events.iter().filter(|event| is_game(event, &self.game) && event["turn"] == turn);
            for event in of_turn.filter(|event| event["phase"] == "drawing") {
                assert_eq!(event["word"], Value::Null, "{}", host.label);
                assert!(event["candidates"].as_array().unwrap().is_empty(), "{}", host.label);
                let mask = event["mask"].as_str().unwrap();
                assert_eq!(mask.chars().count(), word.chars().count(), "{}", host.label);
            }
        }
    }

    fn await_turn_over(&self, turn: u64, word: &str) {
        for host in self.present() {
            let shown = host.await_event("the word", 0, |event| {
                is_game(event, &self.game)
                    && event["turn"] == turn
                    && (event["phase"] == "revealed" || event["phase"] == "over")
            });
            assert_eq!(shown["word"], word, "{}", host.label);
            assert_eq!(shown.get("lied"), None, "{}", host.label);
        }
    }

    fn await_over(&self) {
        for host in self.present() {
            // The solvers of the last turn write their proof after the reveal, when the game is over already.
            let over = host.await_event("over, and everybody has shown what it solved", 0, |event| {
                is_game(event, &self.game) && event["phase"] == "over" && have_points(event)
            });
            assert_eq!(over["cancelled"], Value::Null, "{}", host.label);
        }
    }

    /// Waits until all hold the same operations; then checks that they have the same scores, solvers and pictures.
    fn same_end(&mut self) -> (Value, String) {
        let state = agree(&mut self.hosts.iter_mut().flatten().collect::<Vec<_>>(), DEADLINE);
        let games: Vec<Value> = self.hosts.iter_mut().flatten().map(Host::game).collect();
        let what = |game: &Value| json!([game["scores"], game["word"], game["solved"], game["phase"], game["turn"]]);
        for (game, host) in games.iter().zip(self.present()) {
            assert_eq!(what(game), what(&games[0]), "{}", host.label);
        }
        for host in self.hosts.iter_mut().flatten() {
            assert_eq!(host.state().canvas, state.canvas, "{}", host.label);
        }
        (games[0]["scores"].clone(), state.canvas)
    }
}

#[test]
fn a_whole_game_with_a_spectator_a_killed_player_and_a_killed_drawer() {
    let _turn = turn();
    let Some(mut table) = Table::open() else { return };
    table.start_game();
    let mut drew = HashSet::new();

    // An ordinary turn: a wrong guess is shown as talk, and lines of those who know the word are readable by those only.
    let (drawer, word) = table.choose_and_draw(1);
    drew.insert(drawer);
    table.nobody_knows(drawer, 1, &word);
    let guessers = table.guessers(drawer);
    let wrong = table.host(guessers[0]).ok(json!({"do": "say", "room": "lobby", "text": "no idea at all"}));
    assert!(wrong["id"].is_string());
    table.present().for_each(|host| drop(host.await_line("no idea at all", 0)));
    solve(table.host(guessers[0]), &word);
    let whisper = "so easy";
    table.host(guessers[0]).ok(json!({"do": "say", "room": "lobby", "text": whisper}));
    table.hosts[drawer].as_ref().unwrap().await_line(whisper, 0);
    let spectator = table.hosts[PLAYERS].as_ref().unwrap();
    let sealed = spectator.await_event("sealed talk", 0, |event| event["sealed"] == true);
    assert_eq!(sealed["text"], "");
    guessers[1..].iter().for_each(|place| solve(table.host(*place), &word));
    table.await_turn_over(1, &word);
    table.present().for_each(|host| drop(host.await_line(whisper, 0)));

    // A player is killed in the middle of a turn, restarted, and takes part again.
    let (drawer, word) = table.choose_and_draw(2);
    drew.insert(drawer);
    let guessers = table.guessers(drawer);
    solve(table.host(guessers[0]), &word);
    table.kill(guessers[1]);
    table.start_again(guessers[1]);
    let (game, host) = (table.game.clone(), table.host(guessers[1]));
    host.await_event("the turn that runs", 0, |event| {
        is_game(event, &game) && event["phase"] == "drawing" && event["turn"] == 2 && event["guessing"] == true
    });
    solve(table.host(guessers[1]), &word);
    solve(table.host(guessers[2]), &word);
    table.await_turn_over(2, &word);

    // The drawer is killed: the others go on, and the solvers keep their points.
    let (drawer, word) = table.choose_and_draw(3);
    drew.insert(drawer);
    let guessers = table.guessers(drawer);
    solve(table.host(guessers[0]), &word);
    table.kill(drawer);
    let (last, word) = table.choose_and_draw(4);
    drew.insert(last);
    table.start_again(drawer);
    table.guessers(last).into_iter().for_each(|place| solve(table.host(place), &word));
    table.await_turn_over(4, &word);
    table.await_over();
    assert_eq!(drew.len(), PLAYERS, "everybody draws once");

    let (scores, canvas) = table.same_end();
    assert_eq!(scores.as_object().unwrap().len(), PLAYERS);
    assert!(scores.as_object().unwrap().values().all(|points| points.as_u64().unwrap() > 0), "{scores}");
    read_again(table, &scores, &canvas);
}

/// Returns whether all guessers solved the shown turn and have points for it.
fn have_points(game: &Value) -> bool {
    let solvers = game["players"].as_array().unwrap().iter().filter(|player| player["solved"] == true);
    let points: Vec<u64> = solvers.map(|player| player["points"].as_u64().unwrap_or(0)).collect();
    points.len() == PLAYERS - 1 && points.iter().all(|points| *points > 0)
}

/// Checks that the history read from the disk gives the same result, with the snapshot beside it and without.
fn read_again(mut table: Table, scores: &Value, canvas: &str) {
    for host in table.hosts.drain(..).flatten() {
        host.quit();
    }
    for (n, folder) in table.folders.iter().enumerate() {
        if n % 2 == 0 {
            forget_snapshots(folder.path());
        }
        let mut host = table.lan.start(u8::try_from(n).unwrap() + 1, folder.path(), &[]);
        let game = host.game();
        assert_eq!((&game["scores"], &game["phase"]), (scores, &json!("over")), "{}", host.label);
        assert_eq!(host.state().canvas, canvas, "{}", host.label);
        host.quit();
    }
}

/// Removes the files derived from the log, which lie in the log's own folder.
fn forget_snapshots(folder: &Path) {
    for log in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("checkpoints")) {
        if log.is_dir() {
            std::fs::remove_dir_all(log).unwrap();
        }
    }
}
