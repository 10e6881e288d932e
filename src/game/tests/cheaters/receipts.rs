//! Receipts that are early, forged, borrowed or late.

use super::table::{FEW, LENGTH_MS, Table};
use crate::game::guess::{GuessRequest, Receipt};
use crate::game::secret::{VoprfPublic, WordKey};
use crate::game::{GameStep, guesser_points};
use crate::words::Level;

const WORD: &str = "banana"; // a medium one

#[test]
fn an_early_receipt_for_another_word_is_void_as_it_cannot_be_opened() {
    let (mut table, drawer, cheater, honest) = Table::drawing(WORD);
    let early = table.receipt(cheater, ["moon"], 1_000);
    let late = table.receipt(cheater, [WORD], 60_000); // by which the word is known
    table.solve(honest, WORD, 30_000);
    assert!(table.write(cheater, table.solved(cheater, early.clone(), 0, WORD)));
    assert!(!table.write(cheater, table.solved(cheater, late, 0, WORD)), "one claim each");
    table.end(WORD, vec![]);
    assert!(table.open(honest, WORD));
    // The right word with another blinded word, the wrong word with its own, the right word with the wrong opening.
    assert!(!table.open(cheater, WORD) && !table.open(cheater, "moon"));
    let GameStep::Unblinded { game, turn, opening, word, .. } = table.unblinded(cheater, WORD) else { unreachable!() };
    let blinded = early.blinded[0];
    assert!(!table.write(cheater, GameStep::Unblinded { game, turn, blinded, opening, word }));
    // Nor does another player open it.
    assert!(!table.open(honest, WORD) && !table.open(drawer, WORD));
    let first = guesser_points(Level::Medium, 30_000, LENGTH_MS.into(), 0);
    assert_eq!((table.points(cheater), table.points(honest), table.points(drawer)), (0, first, first / 2));
}

#[test]
fn an_early_receipt_for_several_words_is_good_for_the_claimed_one_only() {
    let (mut table, _, cheater, _) = Table::drawing(WORD);
    let receipt = table.receipt(cheater, ["moon", WORD], 1_000);
    for candidate in [2, 3, u32::MAX] {
        assert!(!table.write(cheater, table.solved(cheater, receipt.clone(), candidate, WORD)));
    }
    assert!(table.write(cheater, table.solved(cheater, receipt, 0, WORD)));
    table.end(WORD, vec![]);
    assert!(!table.open(cheater, WORD), "it claimed the other one");
    assert_eq!(table.points(cheater), 0);
}

/// When the drawer is gone for good, an early receipt could be shown without risk.
#[test]
fn unopened_receipts_are_all_worth_the_same() {
    let (mut table, drawer, cheater, honest) = Table::drawing(WORD);
    let early = table.receipt(cheater, ["moon"], 0);
    table.solve(honest, WORD, 70_000);
    for voter in [cheater, honest] {
        assert!(table.write(voter, GameStep::Skip { game: table.id(), turn: 0, reason: None }));
    }
    assert!(table.write(cheater, table.solved(cheater, early, 0, WORD)));
    assert_eq!((table.points(cheater), table.points(honest), table.points(drawer)), (FEW, FEW, 0));
}

#[test]
fn forged_claims_do_not_count() {
    let (mut table, drawer, cheater, honest) = Table::drawing(WORD);
    let good = table.receipt(cheater, [WORD], 5_000);
    let signed = |receipt: Receipt| Receipt { signature: [7; 64], ..receipt };
    let by = |drawer: usize, request: &GuessRequest| Receipt::new(&table.people[drawer], request, 5_000);
    let request = table.request(cheater, [WORD], 0, None);
    let elsewhere = GuessRequest { game: crate::operation::OperationId([5; 32]), ..request.clone() };
    let later = GuessRequest { turn: 1, ..request.clone() };
    let before = GuessRequest { voprf: VoprfPublic([5; 32]), ..request.clone() };
    let receipts = [
        ("no signature", signed(good.clone())),
        ("dated back", Receipt { elapsed_ms: 0, ..good.clone() }),
        ("signed by the guesser", by(cheater, &request)),
        ("signed by the guesser, in the drawer's name", Receipt { drawer: table.who(drawer), ..by(cheater, &request) }),
        ("of another guesser", table.receipt(honest, [WORD], 5_000)),
        (
            "of another guesser, with our name",
            Receipt { guesser: table.who(cheater), ..table.receipt(honest, [WORD], 5_000) },
        ),
        ("of another game", by(drawer, &elsewhere)),
        ("of another turn", by(drawer, &later)),
        ("of a turn before the game started again", by(drawer, &before)),
        ("after the time", table.receipt(cheater, [WORD], LENGTH_MS + 1)),
        ("for nothing", Receipt { blinded: vec![], ..good.clone() }),
    ];
    let steps = receipts.map(|(why, receipt)| (why, table.solved(cheater, receipt, 0, WORD)));
    for (why, step) in steps {
        assert!(!table.write(cheater, step), "{why}");
    }
    let GameStep::Solved { game, turn, receipt, word, .. } = table.solved(cheater, good.clone(), 0, WORD) else {
        unreachable!()
    };
    let claim = |key: &WordKey, author: usize| {
        let (receipt, word, signature) = (receipt.clone(), key.public(), key.sign_solved(table.who(author)));
        GameStep::Solved { game, turn, receipt, candidate: 0, word, signature }
    };
    let other_turn = table.key_of(drawer, 1).word_key(WORD);
    let own = table.key_of(cheater, 0).word_key(WORD);
    let unsigned = |signature| GameStep::Solved { game, turn, receipt: receipt.clone(), candidate: 0, word, signature };
    let claims = [
        ("another word's key", claim(&table.word_key("moon"), cheater)),
        ("the word's key in another turn", claim(&other_turn, cheater)),
        ("a key of one's own", claim(&own, cheater)),
        ("signed for somebody else", claim(&table.word_key(WORD), honest)),
        ("signed with another key, in the word's name", {
            let signature = own.sign_solved(table.who(cheater));
            unsigned(signature)
        }),
        ("not signed", unsigned([0; 64])),
    ];
    for (why, step) in claims {
        assert!(!table.write(cheater, step), "{why}");
    }
    // Another player's step, written again.
    let honest_claim = table.solved(honest, table.receipt(honest, [WORD], 5_000), 0, WORD);
    assert!(!table.write(cheater, honest_claim.clone()), "a copy");
    assert!(!table.write(3, honest_claim.clone()), "a copy by a spectator");
    assert!(!table.write(drawer, table.solved(drawer, table.receipt(drawer, [WORD], 0), 0, WORD)), "the drawer");
    assert!(!table.write(3, table.solved(3, table.receipt(3, [WORD], 0), 0, WORD)), "a spectator");
    assert!(!table.has_solved(cheater) && !table.has_solved(honest) && !table.has_solved(drawer));
    assert!(table.write(honest, honest_claim) && table.write(cheater, table.solved(cheater, good, 0, WORD)));
}

#[test]
fn after_the_reveal_only_an_earlier_receipt_counts() {
    let (mut table, drawer, cheater, honest) = Table::drawing(WORD);
    let mut program = table.program(drawer);
    let asked_before = table.request(honest, [WORD], 0, None);
    let good = table.answer(&asked_before, 40_000).receipt;
    table.end(WORD, vec![]);
    // Everybody knows the word and its key now.
    let request = table.request(cheater, [WORD], 0, None);
    let reply = program.asked(
        &table.game(),
        super::table::room(),
        &table.people[drawer],
        table.who(cheater),
        crate::game::guess::PeerRequest::Guess(request.clone()),
        table.now(10),
    );
    assert_eq!(reply, crate::game::guess::PeerReply::Refused(crate::game::guess::Refusal::NotNow));
    for receipt in [
        Receipt::new(&table.people[cheater], &request, 1_000),
        Receipt { guesser: table.who(cheater), ..good.clone() },
        Receipt { blinded: request.blinded.clone(), guesser: table.who(cheater), ..good.clone() },
        good.clone(),
    ] {
        assert!(!table.write(cheater, table.solved(cheater, receipt, 0, WORD)));
    }
    // A player who asked in time and was cut off since is not late.
    assert!(table.write(honest, table.solved(honest, good, 0, WORD)) && table.open(honest, WORD));
    let points = guesser_points(Level::Medium, 40_000, LENGTH_MS.into(), 0);
    assert_eq!((table.points(honest), table.points(cheater)), (points, 0));
}

/// An accomplice solves the word in the first second and passes it on.
#[test]
fn a_player_who_learned_the_word_cannot_claim_an_earlier_time() {
    let (mut table, _, informed, accomplice) = Table::drawing(WORD);
    let first = table.receipt(accomplice, [WORD], 1_000);
    table.solve(accomplice, WORD, 1_000);
    let now = table.receipt(informed, [WORD], 50_000);
    for receipt in [
        first.clone(),
        Receipt { guesser: table.who(informed), ..first.clone() },
        Receipt { elapsed_ms: 1_000, ..now.clone() },
        Receipt { elapsed_ms: 1_000, signature: first.signature, ..now.clone() },
    ] {
        assert!(!table.write(informed, table.solved(informed, receipt, 0, WORD)));
    }
    // Backdating the step doesn't help either, as the time is that of the receipt.
    let dated = table.solved(informed, now, 0, WORD);
    assert!(table.write_dated(informed, table.ms - 1, dated));
    table.end(WORD, vec![]);
    assert!(table.open(accomplice, WORD) && table.open(informed, WORD));
    assert_eq!(table.points(informed), guesser_points(Level::Medium, 50_000, LENGTH_MS.into(), 1));
}

/// A cheater requests the accomplice's blinded word early in its own name. Opening it needs the accomplice's secret, which
/// would also show the accomplice's candidate.
#[test]
fn an_early_receipt_for_somebody_elses_blinded_word_needs_their_secret() {
    let (mut table, _, cheater, accomplice) = Table::drawing(WORD);
    let blinded = table.blinding(accomplice, ["cherry"]).blinded();
    let request = GuessRequest::new(&table.people[cheater], super::table::room(), table.first_turn(), 0, None, blinded);
    let early = table.answer(&request, 500).receipt;
    assert!(table.write(cheater, table.solved(cheater, early, 0, WORD)));
    table.end(WORD, vec![]);
    for step in
        [table.unblinded(accomplice, WORD), table.unblinded(cheater, WORD), table.unblinded(accomplice, "cherry")]
    {
        assert!(!table.write(cheater, step));
    }
    assert_eq!(table.points(cheater), 0);
}
