//! The choice of a word by the drawer, or by the drawer's program when the time is over.

use std::collections::BTreeSet;

use super::cheaters::table::Table;
use crate::game::{GameStep, Phase, PlayError, SkipReason};
use crate::identity::{Author, Identity};

/// The first drawer may begin after a second, and has 20 to choose.
const CHOOSING_OVER: u64 = 1_000 + 20_000;

fn everybody(table: &Table) -> BTreeSet<Author> {
    table.people.iter().map(Identity::author).collect()
}

#[test]
fn the_drawers_program_chooses_a_word_when_the_time_is_over_and_says_so() {
    let mut table = Table::started(3, 3);
    let (drawer, online) = (table.drawer(), everybody(&table));
    let mut player = table.program(drawer);
    let view = |table: &Table, player: &crate::game::Driver, ms| {
        player.view(&table.game(), &online, |_| String::new(), table.now(ms))
    };
    let offers = view(&table, &player, 1_000).offers;
    assert_eq!((offers.len(), view(&table, &player, 1_000).remaining_ms), (3, 20_000));
    let steps = |table: &Table, player: &mut crate::game::Driver, ms| {
        player.advance(&table.game(), &table.people[drawer], &online, table.now(ms), true).steps
    };
    assert_eq!(steps(&table, &mut player, CHOOSING_OVER - 1), []);
    let taken = steps(&table, &mut player, CHOOSING_OVER);
    assert!(matches!(taken[..], [GameStep::WordLocked { turn: 0, .. }]), "{taken:?}");
    assert_eq!(steps(&table, &mut player, CHOOSING_OVER + 5_000), [], "once");
    // A restarted program chooses the same word.
    let mut again = table.program(drawer);
    assert_eq!(steps(&table, &mut again, CHOOSING_OVER), taken);

    let clock = table.now(CHOOSING_OVER);
    assert!(table.write(drawer, taken[0].clone()));
    player.advance(&table.game(), &table.people[drawer], &online, clock, true);
    let shown = player.view(&table.game(), &online, |_| String::new(), clock);
    assert!(shown.phase == Phase::Drawing && shown.word_taken && offers.contains(shown.word.as_ref().unwrap()));
    let other = table.guessers()[0];
    let shown = table.program(other).view(&table.game(), &online, |_| String::new(), clock);
    assert!(!shown.word_taken && shown.word.is_none());
}

#[test]
fn the_program_chooses_no_word_while_the_persons_choice_is_being_saved() {
    let table = Table::started(3, 3);
    let (drawer, online) = (table.drawer(), everybody(&table));
    let mut player = table.program(drawer);
    let game = table.game();
    assert_eq!(player.choose(&game, 7, table.now(CHOOSING_OVER - 1)), Err(PlayError::NoSuchWord));
    player.choose(&game, 2, table.now(CHOOSING_OVER - 1)).unwrap();
    let mut steps = |ms| player.advance(&game, &table.people[drawer], &online, table.now(ms), true).steps;
    assert_eq!(steps(CHOOSING_OVER), []);
    assert_eq!(steps(CHOOSING_OVER + 60_000), []);
}

#[test]
fn the_others_wait_eight_seconds_longer_than_the_drawers_program_and_vote_as_programs() {
    let table = Table::started(3, 3);
    let (other, online) = (table.guessers()[0], everybody(&table));
    let mut player = table.program(other);
    let mut steps = |ms| player.advance(&table.game(), &table.people[other], &online, table.now(ms), true).steps;
    assert_eq!(steps(CHOOSING_OVER + 7_999), []);
    let (game, reason) = (table.id(), Some(SkipReason::Silent));
    assert_eq!(steps(CHOOSING_OVER + 8_000), [GameStep::Skip { game, turn: 0, reason }]);
}
