//! Games proposed at the same time, and lists of words that change.

use super::table::{Table, quiz_rules, room};
use crate::game::driver::OwnTurn;
use crate::game::{CancelReason, Driver, EndReason, GameStep, MAX_WORDS, Phase, WordList, nonce};
use crate::identity::Identity;
use crate::operation::OperationId;
use crate::words::{Level, Word};

fn list(texts: impl IntoIterator<Item = String>) -> WordList {
    WordList::new(texts.into_iter().map(|text| Word { text, level: Level::Medium }).collect())
}

fn numbered(from: usize, count: usize) -> WordList {
    list((from..from + count).map(|n| format!("word {n}")))
}

fn hard(words: &WordList) -> WordList {
    WordList::new(words.words().iter().map(|word| Word { level: Level::Hard, ..word.clone() }).collect())
}

fn proposed(words: WordList, more: u32) -> GameStep {
    GameStep::Proposed { rules: quiz_rules(), words, more }
}

fn cancelled(table: &Table) -> Option<CancelReason> {
    match &table.game().table().unwrap().stage {
        crate::game::state::Stage::Over { cancelled, .. } => *cancelled,
        _ => None,
    }
}

#[test]
fn of_games_proposed_at_the_same_time_the_same_one_counts_everywhere() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut table = Table::new(3);
        let ms = table.ms;
        for who in order {
            table.write_dated(who, ms, proposed(numbered(0, 10), 0));
        }
        let count = table.steps.iter().filter(|step| table.fold().counts(step.key)).count();
        let first = table.steps.iter().min_by_key(|step| step.key).unwrap();
        assert_eq!((count, table.id()), (1, first.id));
        // Players who are ready for the other games are not in this one.
        let other = table.steps.iter().find(|step| step.id != first.id).unwrap().id;
        assert!(!table.write(2, GameStep::Ready { game: other, commit: [0; 32] }));
    }
}

#[test]
fn the_list_comes_in_order_from_the_proposer_and_is_complete_before_the_roster_is_closed() {
    let mut table = Table::new(3);
    assert!(table.write(0, proposed(numbered(0, 4), 2)));
    let game = table.id();
    let ready = vec![table.ready(0), table.ready(1)];
    let part = |part, words| GameStep::MoreWords { game, part, words };
    let close = GameStep::RosterClosed { game, ready };
    assert!(!table.write(0, part(2, numbered(8, 4))), "the second before the first");
    assert!(!table.write(0, part(0, numbered(4, 4))), "the first is in the proposal");
    assert!(!table.write(1, part(1, numbered(4, 4))), "by somebody else");
    assert!(!table.write(0, part(1, list([String::new()]))), "no words");
    assert!(!table.write(0, part(1, list(["x".repeat(33)]))), "too long a word");
    assert!(!table.write(0, part(1, list(["x_y".to_owned()]))), "a word whose mask is no mask of it");
    assert!(!table.write(0, part(1, list(["Word-3".to_owned()]))), "a word that is there already, to a guesser");
    assert!(!table.write(0, part(1, numbered(4, MAX_WORDS - 3))), "too many");
    assert!(!table.write(0, close.clone()));
    assert!(table.write(0, part(1, numbered(4, 4))));
    assert!(!table.write(0, part(1, numbered(4, 4))), "once");
    assert!(!table.write(0, close.clone()));
    assert!(table.write(0, part(2, numbered(8, 4))));
    assert!(!table.write(0, part(3, numbered(12, 4))), "more than were announced");
    assert!(table.write(0, close));
    assert_eq!(table.game().setup().unwrap().1.words().len(), 12);
}

#[test]
fn a_list_with_too_few_words_starts_no_game() {
    let mut table = Table::new(2);
    assert!(table.write(0, proposed(numbered(0, 5), 1)));
    let game = table.id();
    assert!(table.write(0, GameStep::MoreWords { game, part: 1, words: numbered(5, 4) }));
    let ready = vec![table.ready(0), table.ready(1)];
    assert!(!table.write(0, GameStep::RosterClosed { game, ready }));
    for (words, more) in
        [(numbered(0, 9), 0), (numbered(0, MAX_WORDS + 1), 0), (numbered(0, 10), 16), (list([" ".to_owned()]), 0)]
    {
        let mut table = Table::new(2);
        assert!(!table.write(0, proposed(words, more)));
    }
}

/// The proposer sees who leads, and writes another part of the list, backdated, without the leader's words.
#[test]
fn a_proposer_with_two_word_lists_cancels_the_game() {
    let mut table = Table::new(3);
    assert!(table.write(0, proposed(numbered(0, 5), 1)));
    let (game, proposed_ms) = (table.id(), table.ms);
    table.ms += 1_000;
    assert!(table.write(0, GameStep::MoreWords { game, part: 1, words: numbered(5, 5) }));
    table.start(3);
    let (drawer, guesser) = (table.drawer(), table.guessers()[0]);
    assert!(table.lock("word 7"));
    table.solve(guesser, "word 7", 1_000);
    table.end("word 7", vec![]);
    assert!(table.open(guesser, "word 7") && table.points(guesser) > 0 && table.points(drawer) > 0);
    let back = |words| GameStep::MoreWords { game, part: 1, words };
    // Other words, other levels (which double the points), fewer words, and a word more.
    for (what, words) in [
        ("others", numbered(20, 5)),
        ("harder", hard(&numbered(5, 5))),
        ("fewer", numbered(5, 4)),
        ("more", numbered(5, 6)),
    ] {
        let mut forged = table.clone();
        assert!(forged.write_dated(0, proposed_ms + 1, back(words)), "{what}");
        let state = (forged.game().phase(), cancelled(&forged));
        assert_eq!(state, (Phase::Over, Some(CancelReason::TwoRosters)), "{what}");
    }
    // The same part again changes nothing, and after the roster no part does.
    assert!(table.write_dated(0, proposed_ms + 1, back(numbered(5, 5))));
    assert!(!table.write(0, back(numbered(20, 5))));
    assert!(table.points(guesser) > 0);
}

#[test]
fn a_turn_passed_without_a_word_gives_no_points() {
    let mut table = Table::started(3, 3);
    let drawer = table.drawer();
    let ended = GameStep::TurnEnded {
        game: table.id(),
        turn: 0,
        reason: EndReason::Passed,
        reveal: Some(Box::new(table.reveal("moon"))),
        evidence: vec![],
    };
    assert!(table.write(drawer, ended), "passed without choosing");
    assert_eq!((table.turn(), table.points(drawer)), (1, 0));
}

/// A game that started without the last of its people.
struct Started {
    table: Table,
    opened: Vec<OperationId>,
    ms: u64,
}

impl Started {
    fn new(people: usize) -> Self {
        let mut table = Table::new(people as u8);
        assert!(table.write(0, proposed(numbered(0, 40), 0)));
        let ready = (0..people).map(|who| table.ready(who)).collect();
        assert!(table.write(0, GameStep::RosterClosed { game: table.id(), ready }));
        let mut opened = Vec::new();
        for who in 0..people - 1 {
            assert!(table.write(who, opening(&table, who)));
            opened.push(table.last());
        }
        table.ms += 3_000;
        let ms = table.ms;
        assert!(table.write(0, GameStep::Started { game: table.id(), opened: opened.clone() }));
        Started { table, opened, ms }
    }

    /// Adds the missing opening, dated before the start, and another start to a table.
    fn again(mut self, mut table: Table) -> Table {
        let late = table.people.len() - 1;
        assert!(table.write_dated(late, self.ms - 10, opening(&table, late)));
        self.opened.push(table.last());
        assert_eq!(table.game().phase(), Phase::Gathering);
        assert!(table.write(0, GameStep::Started { game: table.id(), opened: self.opened }));
        table
    }
}

fn opening(table: &Table, who: usize) -> GameStep {
    let game = table.id();
    GameStep::Opened { game, nonce: nonce(&table.people[who], game) }
}

/// An opening is sent late on purpose, when the first turn is over and its key is revealed: the start is void, and the
/// turns begin anew. Keys and offers must not be those that everybody knows by now.
#[test]
fn a_restarted_game_has_other_keys_and_offers() {
    let started = Started::new(3);
    let (void, mut table) = (started.table.clone(), started.table.clone());
    assert!(table.lock("word 7"));
    table.end("word 7", vec![]);
    let table = started.again(table);
    for who in 0..2 {
        assert_ne!(table.key_of(who, 0).public(), void.key_of(who, 0).public());
    }
    let offers = |table: &Table| {
        let game = table.game();
        let quiz = game.table().unwrap().quiz.as_ref().unwrap();
        OwnTurn::new(game.table().unwrap(), game.turns().unwrap(), quiz, &table.people[0]).offers
    };
    assert_ne!(offers(&table), offers(&void));
}

/// A request of before the restart doesn't count in the restarted game, so the next guess is sent.
#[test]
fn a_guess_under_way_at_a_restart_does_not_block_the_next() {
    let started = Started::new(4);
    let mut table = started.table.clone();
    let mut again = started.again(table.clone());
    assert!(table.lock("word 7") && again.lock("word 8"));
    for guesser in table.guessers().into_iter().filter(|who| again.guessers().contains(who)) {
        let (mut player, identity) = (table.program(guesser), table.people[guesser].clone());
        let guess = |player: &mut Driver, table: &Table, ms| {
            let asked = player.guesses().guess(&table.game(), room(), &identity, "word 9".to_owned(), table.now(ms));
            asked.unwrap().1.map(|ask| ask.request.voprf)
        };
        let online = table.people.iter().map(Identity::author).collect();
        assert_eq!(guess(&mut player, &table, 0), Some(table.key().public()));
        player.advance(&again.game(), &identity, &online, again.now(2_000), true);
        assert_eq!(guess(&mut player, &again, 3_000), Some(again.key().public()));
    }
}
