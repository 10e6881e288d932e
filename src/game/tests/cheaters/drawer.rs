//! Drawers with false answers, locks, masks, hints or reveals, or without a reveal.

use super::table::{FEW, LENGTH_MS, Table, room};
use crate::clock::Timestamp;
use crate::event::EntryBody;
use crate::fold::{Fold, Step};
use crate::game::guess::{GuessAnswer, GuessRequest, PeerReply, Receipt, Refusal};
use crate::game::{EndReason, GameNotice, GameStep, GuessError, GuessOutcome, Reveal, guesser_points};
use crate::operation::{ChainId, Header, Operation};
use crate::payload::Payload;
use crate::timeline;
use crate::words::{Level, Mask};

const WORD: &str = "banana"; // a medium one

/// Lets an honest guesser send a guess and gives it this reply; returns the outcome.
fn outcome(
    table: &Table,
    who: usize,
    text: &str,
    reply: impl FnOnce(&GuessRequest) -> Option<PeerReply>,
) -> GuessOutcome {
    let (game, me, mut player) = (table.game(), &table.people[who], table.program(who));
    let (ticket, ask) = player.guesses().guess(&game, room(), me, text.to_owned(), table.now(0)).unwrap();
    let request = ask.unwrap().request;
    let (outcome, _) = player.guesses().replied(&game, room(), me, ticket, reply(&request));
    // Whatever the outcome, the next guess is sent, and its request is honest.
    if matches!(outcome, Some(GuessOutcome::Failed(GuessError::FalseAnswer))) {
        let (_, ask) = player.guesses().guess(&game, room(), me, "cherry".to_owned(), table.now(1)).unwrap();
        let next = ask.unwrap().request;
        assert_eq!((next.asked_before, next.said, next.blinded.len()), (0, None, 1));
    }
    outcome.unwrap()
}

#[test]
fn a_false_answer_is_detected_and_the_guess_is_not_said() {
    let (table, drawer, honest, other) = Table::drawing(WORD);
    let liar = &table.people[drawer];
    let true_answer = |request: &GuessRequest| table.answer(request, 1_000);
    let other_key = table.key_of(other, 0);
    let elsewhere = table.request(honest, ["cherry"], 0, None);
    type Lie<'a> = (&'a str, &'a dyn Fn(&GuessRequest) -> GuessAnswer);
    let lies: [Lie; 9] = [
        ("another key", &|request| {
            let answer = other_key.answer(&request.blinded).unwrap();
            GuessAnswer { answer, ..true_answer(request) }
        }),
        ("another question's answer", &|request| GuessAnswer {
            answer: table.key().answer(&elsewhere.blinded).unwrap(),
            ..true_answer(request)
        }),
        ("another key's elements with a true proof", &|request| {
            let mut answer = true_answer(request);
            answer.answer.evaluated = other_key.answer(&request.blinded).unwrap().evaluated;
            answer
        }),
        ("no elements", &|request| {
            let mut answer = true_answer(request);
            answer.answer.evaluated.clear();
            answer
        }),
        ("a receipt for another question", &|request| GuessAnswer {
            receipt: Receipt::new(liar, &elsewhere, 1_000),
            ..true_answer(request)
        }),
        ("a receipt for somebody else", &|request| {
            let request_of_other = GuessRequest { guesser: table.who(other), ..request.clone() };
            GuessAnswer { receipt: Receipt::new(liar, &request_of_other, 1_000), ..true_answer(request) }
        }),
        ("a receipt that isn't signed", &|request| {
            let mut answer = true_answer(request);
            answer.receipt.signature = [0; 64];
            answer
        }),
        ("a receipt signed by somebody else", &|request| GuessAnswer {
            receipt: Receipt::new(&table.people[other], request, 1_000),
            ..true_answer(request)
        }),
        ("a receipt of after the time", &|request| table.answer(request, LENGTH_MS + 1)),
    ];
    for text in ["moon", WORD] {
        for (why, lie) in &lies {
            let told = outcome(&table, honest, text, |request| Some(PeerReply::Answer(Box::new(lie(request)))));
            assert!(matches!(told, GuessOutcome::Failed(GuessError::FalseAnswer)), "{why}: {told:?}");
        }
        let told = outcome(&table, honest, text, |_| Some(PeerReply::Noted));
        assert!(matches!(told, GuessOutcome::Failed(GuessError::FalseAnswer)));
    }
    for (refusal, error) in [
        (Refusal::TooFast, GuessError::TooFast),
        (Refusal::Unsaid, GuessError::Unsaid),
        (Refusal::NotNow, GuessError::TooLate),
        (Refusal::NoneLeft, GuessError::NoneLeft),
        (Refusal::NotGuessing, GuessError::Refused),
        (Refusal::Malformed, GuessError::Refused),
        (Refusal::Unknown, GuessError::Refused),
    ] {
        let told = outcome(&table, honest, WORD, |_| Some(PeerReply::Refused(refusal)));
        assert!(matches!(told, GuessOutcome::Failed(told) if told == error), "{refusal:?}: {told:?}");
    }
    let told = |text| outcome(&table, honest, text, |request| Some(PeerReply::Answer(Box::new(true_answer(request)))));
    assert!(matches!(told("moon"), GuessOutcome::Wrong(GameStep::Guessed { text, .. }) if text == "moon"));
    assert!(matches!(told("it is a BANANA!"), GuessOutcome::Solved(GameStep::Solved { .. })));
}

/// Returns the points of drawer and solver of a turn whose word was solved after 20 seconds and that ends with this reveal.
fn ended(table: &Table, drawer: usize, solver: usize, reveal: Option<Reveal>) -> (u32, u32) {
    let mut table = table.clone();
    assert!(table.write(drawer, table.ended(reveal, vec![])));
    assert!(!table.of_turn(|turn| turn.word().is_some()) || table.open(solver, WORD));
    (table.points(drawer), table.points(solver))
}

/// Returns the false reveals of a drawer.
fn lies(table: &Table, other: usize) -> Vec<(&'static str, Option<Reveal>)> {
    let truth = table.reveal(WORD);
    let moon = table.reveal("moon");
    let other_key = table.key_of(other, 0);
    vec![
        ("nothing", None),
        ("another word", Some(Reveal { word: "cherry".to_owned(), ..truth.clone() })),
        ("another word with its own key", Some(moon.clone())),
        ("another word of the same length with its own key", Some(table.reveal("cherry"))),
        (
            "a word that normalises to the same and isn't in the list",
            Some(Reveal { word: "ba nana".to_owned(), ..truth.clone() }),
        ),
        ("another secret", Some(Reveal { secret: other_key.reveal(), ..truth.clone() })),
        ("another secret with its own lock", {
            let (voprf, key) = (other_key.public(), other_key.word_key(WORD).public());
            Some(Reveal { word: WORD.to_owned(), secret: other_key.reveal(), voprf, key })
        }),
        ("another lock", Some(Reveal { key: moon.key, ..truth.clone() })),
        ("no scalar", Some(Reveal { secret: crate::game::secret::VoprfSecret([255; 32]), ..truth.clone() })),
    ]
}

#[test]
fn a_drawer_with_a_false_reveal_gets_no_points() {
    let (mut table, drawer, solver, other) = Table::drawing(WORD);
    table.solve(solver, WORD, 20_000);
    for (why, lie) in lies(&table, other) {
        assert_eq!(ended(&table, drawer, solver, lie), (0, FEW), "{why}");
    }
    let points = guesser_points(Level::Medium, 20_000, LENGTH_MS.into(), 0);
    assert_eq!(ended(&table, drawer, solver, Some(table.reveal(WORD))), (points / 2, points));
}

/// Ends the turn; returns the step's operation and a fold with it.
fn ended_with(table: &Table, drawer: usize, reveal: Option<Reveal>) -> (Operation, Fold) {
    let chain = ChainId { author: table.who(drawer), log: u64::MAX };
    let time = Timestamp::from_ms(table.ms + 10);
    let header = Header { room: room(), chain, seq: 0, backlink: None, time };
    let payload = Payload::Game(table.ended(reveal, vec![]));
    let operation = Operation::sign(&table.people[drawer], header, &payload).unwrap();
    let mut fold = table.fold();
    fold.insert(Step::new(operation.key(), operation.id(), &payload).into_iter().collect());
    (operation, fold)
}

/// Returns the word in the line of the end of a turn.
fn word_in_the_line((operation, fold): &(Operation, Fold)) -> Option<String> {
    match timeline::entry(operation, operation.payload(), String::new(), fold, false, |_, _, _| None).body {
        EntryBody::Game(GameNotice::TurnEnded(EndReason::Time, word)) => word,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_false_reveal_is_not_shown_as_the_word() {
    let (table, drawer, _, other) = Table::drawing(WORD);
    for (why, lie) in lies(&table, other) {
        assert_eq!(word_in_the_line(&ended_with(&table, drawer, lie)), None, "{why}");
    }
    let truth = || ended_with(&table, drawer, Some(table.reveal(WORD)));
    assert_eq!(word_in_the_line(&truth()), Some(WORD.to_owned()));

    // A hint dated before the end that comes after it.
    for (letter, told) in [('b', Some(WORD)), ('x', None)] {
        let mut late = table.clone();
        assert!(late.write(drawer, GameStep::Hint { game: table.id(), turn: 0, cell: 0, letter }));
        let mut ended = truth();
        ended.1.insert(late.steps.last().cloned().into_iter().collect());
        assert_eq!(word_in_the_line(&ended).as_deref(), told, "{letter}");
        assert!(ended.1.revealed_key(table.id(), 0).is_some(), "what was told is no secret any more");
    }
}

#[test]
fn a_drawer_whose_word_is_not_in_the_list_gets_no_points() {
    let (mut table, drawer, solver, _) = Table::drawing("zeppelin");
    table.solve(solver, "zeppelin", 20_000);
    let reveal = table.reveal("zeppelin");
    assert!(table.write(drawer, table.ended(Some(reveal), vec![])));
    assert!(table.of_turn(|turn| turn.lied()));
    assert_eq!((table.points(drawer), table.points(solver)), (0, FEW));
}

#[test]
fn a_drawer_who_locks_a_wrong_mask_gets_no_points() {
    for mask in ["_____", "_______", "b_____", "x_____", "__ ___", "banana", "-"] {
        let mut table = Table::started(3, 3);
        let (drawer, solver, key) = (table.drawer(), table.guessers()[0], table.key());
        let mask = Mask::try_from(mask.to_owned()).unwrap();
        let word = table.word_key(WORD).public();
        let locked = GameStep::WordLocked { game: table.id(), turn: 0, voprf: key.public(), word, mask };
        assert!(table.write(drawer, locked));
        table.solve(solver, WORD, 20_000);
        assert_eq!(ended(&table, drawer, solver, Some(table.reveal(WORD))), (0, FEW));
    }
}

#[test]
fn a_drawer_who_shows_a_wrong_letter_gets_no_points() {
    let hint = |table: &Table, cell, letter| GameStep::Hint { game: table.id(), turn: 0, cell, letter };
    let points = guesser_points(Level::Medium, 20_000, LENGTH_MS.into(), 0);
    for (cell, letter, honest) in [(0, 'b', true), (1, 'n', false), (5, 'a', true), (0, 'B', false), (0, '사', false)]
    {
        let (mut table, drawer, solver, _) = Table::drawing(WORD);
        assert!(table.write(drawer, hint(&table, cell, letter)));
        table.solve(solver, WORD, 20_000);
        let expected = if honest { (points / 2, points) } else { (0, FEW) };
        assert_eq!(ended(&table, drawer, solver, Some(table.reveal(WORD))), expected, "{cell} {letter}");
    }
    // A hint without an effect doesn't count and doesn't make the reveal false.
    let (mut table, drawer, solver, _) = Table::drawing(WORD);
    for (cell, letter) in [(6, 'a'), (u32::MAX, 'a'), (0, '_'), (0, ' ')] {
        assert!(!table.write(drawer, hint(&table, cell, letter)), "{cell} {letter}");
    }
    assert!(table.write(drawer, hint(&table, 0, 'b')) && !table.write(drawer, hint(&table, 0, 'x')), "shown already");
    assert!(table.write(drawer, hint(&table, 1, 'a')));
    assert!(!table.write(drawer, hint(&table, 2, 'n')), "two hints are all");
    table.solve(solver, WORD, 20_000);
    assert_eq!(ended(&table, drawer, solver, Some(table.reveal(WORD))), (points / 2, points));
    assert_eq!(table.of_turn(|turn| (turn.hints, turn.mask.hidden())), (2, vec![2, 3, 4, 5]));
    let (mut table, drawer, ..) = Table::drawing(WORD);
    table.end(WORD, vec![]);
    assert!(!table.write(drawer, hint(&table, 0, 'b')), "after the end");
}

#[test]
fn a_drawer_who_never_reveals_is_skipped_and_gets_no_points() {
    let (mut table, drawer, solver, other) = Table::drawing(WORD);
    table.solve(solver, WORD, 20_000);
    // The programs vote by themselves, eight seconds after the time.
    let online = table.people.iter().map(|person| person.author()).collect();
    for voter in [solver, other] {
        let mut player = table.program(voter);
        let mut steps =
            |at_ms| player.advance(&table.game(), &table.people[voter], &online, table.now(at_ms), true).steps;
        assert_eq!(steps(u64::from(LENGTH_MS) + 7_999), []);
        let vote = steps(u64::from(LENGTH_MS) + 8_000);
        assert!(matches!(vote[..], [GameStep::Skip { turn: 0, .. }]));
        assert!(table.write(voter, vote[0].clone()));
    }
    assert_eq!(table.turn(), 1);
    assert_eq!([drawer, solver, other].map(|who| table.points(who)), [0, FEW, 0]);
    // The reveal comes too late.
    assert!(!table.write(drawer, table.ended(Some(table.reveal(WORD)), vec![])));
    assert!(!table.open(solver, WORD));
    assert_eq!([drawer, solver].map(|who| table.points(who)), [0, FEW]);
}
