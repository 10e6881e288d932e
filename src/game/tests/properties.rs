//! Properties of the fold and the driver for any log.

use proptest::prelude::*;

use super::script::{EPOCH_MS, operation, people, proposed};
use crate::canvas::SheetId;
use crate::clock::Now;
use crate::game::state::Stage;
use crate::game::{CancelReason, Driver, EndReason, Game, GameStep, Phase, Rules, StepAt, WordList, commitment, nonce};
use crate::identity::Identity;
use crate::operation::OperationId;

const PEOPLE: u8 = 5;

/// Random numbers for a step that fits the state of the game, or nearly.
#[derive(Debug, Clone, Copy)]
struct Dice {
    author: usize,
    kind: usize,
    other: usize,
    /// Some values make it a step of another game, turn, stage or author.
    odd: u8,
    wait_ms: u64,
}

fn dice() -> impl Strategy<Value = Dice> {
    let wait = prop_oneof![40 => 0..3_000_u64, 1 => 0..200_000_u64];
    (0..usize::from(PEOPLE), 0..20_usize, 0..usize::from(PEOPLE), 0..32_u8, wait)
        .prop_map(|(author, kind, other, odd, wait_ms)| Dice { author, kind, other, odd, wait_ms })
}

/// Returns the kinds of steps for the stage of the game, repeated by their frequency.
const ANY: &[char] = &['P', 'R', 'C', 'O', 'S', 'X', 'A', 'B', 'E', 'V', 'K', 'N', 'H', 'L', 'F'];
const GATHERING: &[char] = &['R', 'R', 'R', 'R', 'C', 'L'];
const OPENING: &[char] = &['O', 'O', 'O', 'S'];
const CHOOSING: &[char] = &['B', 'B', 'R', 'E', 'V', 'K', 'N', 'N', 'H', 'L', 'F'];
const DRAWING: &[char] = &['E', 'R', 'V', 'V', 'K', 'N', 'N', 'H', 'F'];

fn fitting(game: &Game) -> &'static [char] {
    match game.table().map(|table| &table.stage) {
        None | Some(Stage::Over { .. }) => &['P'],
        Some(Stage::Gathering(gathering)) if gathering.closed_ms().is_none() => GATHERING,
        Some(Stage::Gathering(_)) => OPENING,
        Some(Stage::Playing(turns)) if turns.is_drawing() => DRAWING,
        Some(Stage::Playing(_)) => CHOOSING,
    }
}

/// Returns a step and its author, who is mostly allowed to write it.
fn throw(dice: Dice, game: &Game, people: &[Identity]) -> (usize, GameStep) {
    let id = if dice.odd == 1 { operation(0) } else { game.id().unwrap_or(operation(1)) };
    let turn = game.turn().unwrap_or(0).wrapping_sub(u32::from(dice.odd == 2));
    let index = |author| people.iter().position(|one| one.author() == author);
    let proposer = game.table().and_then(|table| index(table.proposer)).unwrap_or(dice.author);
    let drawer = game.drawer().and_then(index).unwrap_or(dice.author);
    let choose = |fitting| if dice.odd == 3 { dice.author } else { fitting };
    let author = people[dice.author].author();
    let nonce = nonce(&people[dice.author], id);
    let kinds = if dice.odd < 4 { ANY } else { fitting(game) };
    match kinds[dice.kind % kinds.len()] {
        'P' => {
            let rules = Rules { rounds: dice.other as u32, seconds: 10, ..Rules::default() };
            (dice.author, proposed(rules))
        }
        'R' => (dice.author, GameStep::Ready { game: id, commit: commitment(id, author, &nonce) }),
        'C' => (choose(proposer), GameStep::RosterClosed { game: id, ready: listed(dice, game, true) }),
        'O' => (dice.author, GameStep::Opened { game: id, nonce }),
        'S' => (choose(proposer), GameStep::Started { game: id, opened: listed(dice, game, false) }),
        'X' => (choose(proposer), GameStep::Cancelled { game: id, reason: CancelReason::TooFewPlayers }),
        'A' => (dice.author, GameStep::Cancelled { game: id, reason: CancelReason::Abandoned }),
        'B' => (choose(drawer), GameStep::TurnBegan { game: id, turn }),
        'E' => (
            choose(drawer),
            GameStep::TurnEnded { game: id, turn, reason: EndReason::Time, reveal: None, evidence: Vec::new() },
        ),
        'V' => (dice.author, GameStep::Skip { game: id, turn, reason: None }),
        'N' => (dice.author, GameStep::Absent { game: id, player: people[dice.other].author() }),
        'H' => (dice.author, GameStep::Here { game: id }),
        'L' => (dice.author, GameStep::Left { game: id }),
        'F' => (dice.author, GameStep::End { game: id }),
        _ => (dice.author, GameStep::Kick { game: id, player: people[dice.other].author() }),
    }
}

fn listed(dice: Dice, game: &Game, ready: bool) -> Vec<OperationId> {
    let mut ids = match game.table().map(|table| &table.stage) {
        Some(Stage::Gathering(gathering)) if ready => gathering.ready_ids(),
        Some(Stage::Gathering(gathering)) => gathering.opened_ids(),
        _ => vec![],
    };
    match dice.odd {
        4 => ids.truncate(2),
        5 => ids.push(operation(0)),
        _ => {}
    }
    ids
}

/// Returns the log of these random numbers.
fn log(dice: &[Dice]) -> Vec<(StepAt, GameStep)> {
    let people = people(PEOPLE);
    let mut game = Game::default();
    let mut ms = EPOCH_MS;
    let mut log = Vec::new();
    for (n, dice) in dice.iter().enumerate() {
        ms += dice.wait_ms;
        let (author, step) = throw(*dice, &game, &people);
        let at = StepAt {
            id: operation(n as u64 + 2),
            author: people[author].author(),
            time: (ms << 16) + n as u64,
            proven: true,
        };
        game.apply(at, &step);
        log.push((at, step));
    }
    log
}

fn fold(mut game: Game, steps: &[(StepAt, GameStep)]) -> Game {
    for (at, step) in steps {
        game.apply(*at, step);
    }
    game
}

/// Checks what holds for any game at any time.
fn check(game: &Game) {
    let Some(turns) = game.turns() else { return assert!(game.drawer().is_none()) };
    let drawer = turns.drawer().unwrap();
    assert!(turns.players().contains(&drawer));
    assert!(turns.is_present(drawer) && turns.present().count() >= 2);
    assert!(turns.players().intersection(turns.newcomers()).all(|back| turns.has_left(*back)));
    let sheet = SheetId::Turn { game: game.id().unwrap(), turn: turns.turn() };
    assert_eq!(game.may_draw(drawer, sheet), game.phase() == Phase::Drawing);
    assert!(turns.players().iter().all(|player| *player == drawer || !game.may_draw(*player, sheet)));
}

proptest! {
    #[test]
    fn folding_in_two_parts_equals_folding_at_once(dice in prop::collection::vec(dice(), 0..200), cut in any::<prop::sample::Index>()) {
        let log = log(&dice);
        let mut game = Game::default();
        for (at, step) in &log {
            let before = game.clone();
            let effect = game.apply(*at, step);
            prop_assert!(effect.counts() || game == before, "{:?} changed without counting", step);
            check(&game);
        }
        let (head, tail) = log.split_at(cut.index(log.len() + 1));
        prop_assert_eq!(&fold(fold(Game::default(), head), tail), &game);
        prop_assert_eq!(&fold(Game::default(), &log), &game);
    }

    /// Steps in random order, at random times.
    #[test]
    fn no_log_makes_the_fold_panic(dice in prop::collection::vec((dice(), any::<u64>()), 0..60)) {
        let mut log = log(&dice.iter().map(|(dice, _)| *dice).collect::<Vec<_>>());
        log.iter_mut().zip(&dice).for_each(|((at, _), (_, time))| at.time = *time);
        log.sort_by_key(|(at, _)| at.time);
        check(&fold(Game::default(), &log));
    }

    /// Every step counts that a command returns or the driver writes by itself.
    #[test]
    fn every_step_that_a_program_writes_counts(dice in prop::collection::vec(dice(), 0..120), waited in 0..200_000_u64) {
        let (log, people) = (log(&dice), people(PEOPLE));
        let game = fold(Game::default(), &log);
        let now = |ms| Now { wall_ms: log.last().map_or(EPOCH_MS, |(at, _)| at.time >> 16) + 1 + ms, mono_ms: ms };
        let online = people.iter().map(Identity::author).collect();
        for (n, me) in people.iter().enumerate() {
            let mut player = Driver::new(me.author());
            let other = people[(n + 1) % people.len()].author();
            let asked = [
                player.start(&game, Rules::default(), &WordList::default(), now(waited)),
                player.ready(&game, me), player.pass(&game), player.skip(&game), player.kick(&game, other),
                player.leave(&game).map(|mut steps| steps.remove(0)), player.end_game(&game),
            ];
            let _ = player.request_begin(&game);
            let mut written = player.advance(&game, me, &online, now(0), true).steps;
            written.extend(player.advance(&game, me, &online, now(waited), true).steps);
            prop_assert!(written.len() <= 2);
            for step in asked.into_iter().flatten().chain(written) {
                let at = StepAt { id: operation(1_000), author: me.author(), time: now(waited).wall_ms << 16, proven: true };
                prop_assert!(game.clone().apply(at, &step).counts(), "{:?}", step);
            }
        }
    }
}
