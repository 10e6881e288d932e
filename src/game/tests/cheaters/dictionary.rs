//! Somebody tries the whole pack against everything that was sent in a turn, without asking.

use std::collections::BTreeSet;

use crate::fold::StepBody;
use crate::game::GameStep;
use crate::game::guess::Reply;
use crate::game::secret::tests::attack::{Seen, by_asking, is_in_the_open};
use crate::game::tests::quiz::{Heard, Plan, World, words};
use crate::identity::Author;
use crate::payload::Payload;
use crate::words::{BuiltIn, normalise};

/// The recording of a first turn up to the reveal, and after it; the word; what the attacker itself asked for.
struct Recording {
    before: Seen,
    after: Seen,
    word: String,
    asked: usize,
}

fn listen(seen: &mut Seen, heard: &Heard) {
    match heard {
        Heard::Request(request) => seen.ask(request),
        Heard::Reply(Reply::Answer(answer)) => seen.answer(answer),
        Heard::Reply(reply) => seen.bytes.extend(reply.encode().unwrap()),
        Heard::Step(step) => {
            let StepBody::Game(said) = &step.body else { return };
            seen.bytes.extend(Payload::Game(said.clone()).encode().unwrap());
            match said {
                GameStep::WordLocked { voprf, word, turn: 0, .. } => seen.lock(*voprf, *word),
                GameStep::Whispered { sealed, turn: 0, .. } => seen.whisper(step.key.chain.author, sealed),
                GameStep::Unblinded { opening, .. } => drop(seen.scalars.insert(opening.0)),
                _ => {}
            }
        }
    }
}

/// Four people play; the attacker is one who guesses wrong all the time, while two others solve.
fn recorded(seed: u64) -> Option<Recording> {
    let world = World::play(&Plan::calm(seed, 4, 1));
    let game = world.machines[0].game().clone();
    let turn = game.table().unwrap().quiz.as_ref().unwrap().turn(0).unwrap();
    let loses = |guesser: &&Author| !turn.has_solved(**guesser) && turn.said(**guesser).is_some();
    let loser = turn.guessers().iter().find(loses).filter(|_| turn.solvers().len() == 2)?;
    let (attacker, word) = (world.index(*loser), turn.word().unwrap().text.clone());
    let game = world.machines[0].game().id().unwrap();
    let is_end = |heard: &Heard| matches!(heard, Heard::Step(step) if matches!(step.body, StepBody::Game(GameStep::TurnEnded { turn: 0, .. })));
    let end = world.heard.iter().position(is_end)?;
    let identity = &world.machines[attacker].identity;
    let seen = |heard: &[Heard]| {
        let mut seen = Seen::new(identity, game, 0);
        heard.iter().for_each(|heard| listen(&mut seen, heard));
        seen
    };
    let own = |heard: &&Heard| matches!(heard, Heard::Request(request) if request.guesser == identity.author());
    let asked = world.heard[..end].iter().filter(own).count();
    Some(Recording {
        before: seen(&world.heard[..end]),
        after: seen(&world.heard[..=end]),
        word: normalise(&word),
        asked,
    })
}

#[test]
fn nobody_finds_the_word_in_all_that_was_sent_before_the_reveal_and_everybody_after_it() {
    let enough = |seen: &Recording| seen.asked > 0 && seen.before.proofs.len() > 4 && seen.before.sealed.len() > 1;
    let Recording { before, after, word, .. } = (0..50).filter_map(recorded).find(enough).unwrap();
    let english = BuiltIn::En.words().iter().take(60);
    let pack: Vec<String> = words().words().iter().chain(english).map(|word| normalise(&word.text)).collect();
    assert!(pack.contains(&word));
    assert_eq!(before.confirmed(&pack), BTreeSet::new());
    assert!(!is_in_the_open(&before));
    let asked: BTreeSet<String> = by_asking(&before, &pack);
    assert!(!asked.is_empty() && !asked.contains(&word), "it recognises its own guesses alone: {asked:?}");
    assert_eq!(after.confirmed(&pack), BTreeSet::from([word]));
}
