//! The fold gives the same result in any order of arrival, and with old steps dropped.

use proptest::prelude::*;

use super::*;
use crate::canvas::{Color, Point, Points, Sheet, Stroke, Tool};
use crate::clock::Timestamp;
use crate::game::{Rules, WordList};
use crate::identity::Identity;
use crate::operation::ChainId;

fn step(author: Author, n: u64, body: StepBody) -> Step {
    let key = OrderKey { time: Timestamp::from_ms(n), chain: ChainId { author, log: 0 }, seq: n, id: 0 };
    Step { key, id: OperationId(blake3::hash(&n.to_be_bytes()).into()), body, proven: true }
}

fn stroke(id: u64) -> Stroke {
    let points = Points::new(vec![Point::new(1, 2)]);
    Stroke { id, tool: Tool::Pen, color: Color([0; 3]), width: 4, points }
}

/// Makes strokes and proposals by two people, more than between two save points.
fn steps() -> Vec<Step> {
    let people = [1, 2].map(|n| Identity::from_secret([n; 32]).author());
    let body = |n| match n % 7 {
        0 => StepBody::Game(GameStep::Proposed { rules: Rules::default(), words: WordList::default(), more: 0 }),
        _ => StepBody::Canvas(SheetId::Free, CanvasStep::Stroke(stroke(n))),
    };
    (0..300).map(|n| step(people[usize::from(n % 3 == 0)], n, body(n))).collect()
}

fn all(steps: Vec<Step>) -> Fold {
    let mut fold = Fold::default();
    fold.insert(steps);
    fold
}

#[test]
fn later_ink_is_no_reset_and_earlier_ink_is() {
    let mut steps = steps();
    let last = steps.pop().unwrap();
    let early = steps.remove(10);
    let mut fold = all(steps);
    assert_eq!(fold.insert(vec![last]), Change::default());
    assert_eq!(fold.insert(vec![early]), Change { game: false, reset: true, refolded: true });
}

/// Makes strokes alone, which is fast to fold: three times as many steps as are kept.
fn many() -> Vec<Step> {
    let author = Identity::from_secret([1; 32]).author();
    (0..3 * KEEP as u64 + 77)
        .map(|n| step(author, n, StepBody::Canvas(SheetId::Free, CanvasStep::Stroke(stroke(n)))))
        .collect()
}

#[test]
fn dropped_steps_still_count() {
    let whole = all(many());
    let mut fold = all(many());
    fold.drop_old_steps();
    assert!(fold.steps.len() < whole.steps.len() - KEEP, "{}", fold.steps.len());
    assert_eq!(fold.canvas_digest(), whole.canvas_digest());
    assert_eq!(fold.state, whole.state);
    assert!(whole.steps.iter().all(|(step, effect)| fold.counts(step.key) == effect.counts()));
    let read = Fold::from_snapshot(fold.snapshot());
    assert_eq!((read.canvas_digest(), read.steps.len()), (whole.canvas_digest(), fold.steps.len()));
    assert!(whole.steps.iter().all(|(step, effect)| read.counts(step.key) == effect.counts()));
}

#[test]
fn a_step_before_the_base_makes_the_fold_stale_until_it_is_made_anew() {
    let mut steps = many();
    let early = steps.remove(10);
    let whole = all(many());
    let mut fold = all(steps.clone());
    fold.drop_old_steps();
    let last = steps.pop().unwrap();
    fold.insert(vec![early.clone()]);
    assert!(fold.is_stale());
    steps.push(early);
    fold.replace(Fold::of(steps), |_| true); // `last` was in the fold already, but not on the disk
    assert!(!fold.is_stale() && fold.counts(last.key));
    assert_eq!(fold.canvas_digest(), whole.canvas_digest());
}

#[test]
fn a_step_before_the_base_is_not_lost_when_the_fold_is_made_anew() {
    let mut steps = many();
    let whole = all(many());
    let (late, early) = (steps.remove(20), steps.remove(10));
    let mut fold = all(steps.clone());
    fold.drop_old_steps();
    fold.insert(vec![early.clone()]);
    steps.push(early); // this is what the disk holds as it is read
    fold.insert(vec![late]);
    fold.replace(Fold::of(steps), |_| true);
    assert!(!fold.is_stale());
    assert_eq!(fold.canvas_digest(), whole.canvas_digest());
}

#[test]
fn what_is_gone_when_a_fold_was_made_anew_is_left_out_and_what_came_meanwhile_is_added() {
    let mut steps = many();
    let whole = all(steps.clone());
    let (gone, last) = (steps.remove(30), steps.pop().unwrap());
    let expected = all(steps.iter().cloned().chain([last.clone()]).collect());
    let mut fold = whole.clone();
    fold.remove(&BTreeSet::from([gone.key]));
    fold.drop_old_steps();
    let made = Fold::of(steps.into_iter().chain([gone.clone()]).collect());
    fold.replace(made, |step| step.key != gone.key);
    assert_eq!((fold.steps, fold.saves, fold.state), (expected.steps, expected.saves, expected.state));
}

#[test]
fn a_removed_step_leaves_no_trace() {
    let mut steps = steps();
    let mut fold = all(steps.clone());
    let gone: BTreeSet<OrderKey> = [7, 150, 151].map(|at: usize| steps[at].key).into();
    fold.remove(&gone);
    steps.retain(|step| !gone.contains(&step.key));
    let fresh = all(steps);
    assert_eq!((fold.steps, fold.saves, fold.state), (fresh.steps, fresh.saves, fresh.state));
}

proptest! {
    #[test]
    fn arrival_does_not_matter(order in prop::collection::vec(any::<prop::sample::Index>(), 300), cut in 1..80_usize, patient: bool) {
        let sorted = all(steps());
        let mut shuffled = steps();
        for (i, index) in order.iter().enumerate() {
            let len = shuffled.len();
            shuffled.swap(i, index.index(len));
        }
        let mut fold = Fold::default();
        fold.be_patient(patient);
        for part in shuffled.chunks(cut) {
            fold.insert(part.to_vec());
        }
        fold.be_patient(false);
        prop_assert_eq!(fold.steps, sorted.steps);
        prop_assert_eq!(fold.saves, sorted.saves);
        prop_assert_eq!(fold.state, sorted.state);
    }
}

/// Makes steps of two people, with clears, and with some of each kind undone: five times as many as are kept.
fn cleared(clear_every: u64) -> Vec<Step> {
    let people = [1, 2].map(|n| Identity::from_secret([n; 32]).author());
    let body = |n: u64| match n % 8 {
        _ if n.is_multiple_of(clear_every) => CanvasStep::Clear { stroke: n },
        3 => CanvasStep::Undo { stroke: n - 1 - n % 16 / 8 },
        5 if n % 16 == 5 => CanvasStep::Redo { stroke: n - 3 },
        6 if n % 1_000 == 6 => CanvasStep::Undo { stroke: n - 6 },
        _ => CanvasStep::Stroke(stroke(n)),
    };
    let step = |n| step(people[usize::from(n / 3_000 % 2 == 0)], n, StepBody::Canvas(SheetId::Free, body(n)));
    (0..5 * KEEP as u64 + 77).map(step).collect()
}

#[test]
fn dropping_the_steps_before_a_settled_clear_changes_no_picture() {
    for clear_every in [500, 2_700, 7_100, 5 * KEEP as u64] {
        let all_steps = cleared(clear_every);
        let whole = all(all_steps.clone());
        let mut fold = Fold::default();
        for part in all_steps.chunks(700) {
            fold.insert(part.to_vec());
            fold.drop_old_steps();
        }
        assert_eq!(fold.canvas_digest(), whole.canvas_digest(), "{clear_every}");
        assert!(fold.marks(SheetId::Free).eq(whole.marks(SheetId::Free)), "{clear_every}");
        let kept = fold.on(SheetId::Free).count();
        assert!(kept >= UNDO_REACH, "{kept}");
        if clear_every < KEEP as u64 {
            assert!(kept < whole.on(SheetId::Free).count() - KEEP, "{kept}");
        }
        // The picture is that of all steps from the beginning.
        let (mut sheet, mut from_beginning) = (Sheet::default(), Sheet::default());
        sheet.show(fold.marks(SheetId::Free).collect());
        let drawn = |(at, step): (&Step, &CanvasStep)| Drawn { id: at.id, author: at.author(), step: step.clone() };
        from_beginning.show(whole.on(SheetId::Free).map(drawn).collect());
        assert!(sheet.marks().eq(from_beginning.marks()));
        let author = Identity::from_secret([1; 32]).author();
        assert_eq!(
            fold.undo_history(SheetId::Free).last_done(author),
            whole.undo_history(SheetId::Free).last_done(author)
        );
    }
}
