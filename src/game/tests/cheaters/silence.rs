//! Guessers who send more requests than they may, or don't say their candidates, against an honest drawer's program.

use super::table::{LENGTH_MS, Table, room};
use crate::game::guess::{GuessAnswer, GuessRequest, PeerReply, PeerRequest, Refusal};
use crate::game::secret::VoprfPublic;
use crate::game::{Driver, GameStep};
use crate::operation::OperationId;

const WORD: &str = "banana";

/// An honest drawer's program, and the log that it sees.
struct Drawer {
    table: Table,
    player: Driver,
    me: usize,
}

impl Drawer {
    fn new() -> (Self, usize, usize) {
        let (table, me, cheater, honest) = Table::drawing(WORD);
        let player = table.program(me);
        (Drawer { table, player, me }, cheater, honest)
    }

    fn asked_by(&mut self, from: usize, request: GuessRequest, at_ms: u64) -> Result<GuessAnswer, Refusal> {
        let (game, now) = (self.table.game(), self.table.now(at_ms));
        let identity = &self.table.people[self.me];
        match self.player.asked(&game, room(), identity, self.table.who(from), PeerRequest::Guess(request), now) {
            PeerReply::Answer(answer) => Ok(*answer),
            PeerReply::Refused(refusal) => Err(refusal),
            PeerReply::Noted => unreachable!("a guess is answered or refused"),
        }
    }

    fn asked(&mut self, request: GuessRequest, at_ms: u64) -> Result<GuessAnswer, Refusal> {
        let from = self.table.index(request.guesser);
        self.asked_by(from, request, at_ms)
    }

    /// Ends the turn as the program does.
    fn end(&mut self) {
        let step = self.player.pass(&self.table.game()).unwrap();
        assert!(self.table.write(self.me, step));
    }
}

/// Returns the n-th wrong word.
fn wrong(table: &Table, n: usize) -> String {
    let words = table.words();
    let wrong: Vec<&str> = words.words().iter().map(|word| word.text.as_str()).filter(|text| *text != WORD).collect();
    wrong[n % wrong.len()].to_owned()
}

#[test]
fn a_guess_a_second_and_three_at_once_and_no_more() {
    let (mut drawer, cheater, honest) = Drawer::new();
    let ask = |drawer: &mut Drawer, who, n: u32, at_ms| {
        let request = drawer.table.request(who, [wrong(&drawer.table, n as usize).as_str()], n, None);
        drawer.asked(request, at_ms).map(|_| ())
    };
    for n in 0..3 {
        assert_eq!(ask(&mut drawer, cheater, n, 0), Ok(()));
    }
    for at_ms in [0, 1, 500, 999] {
        assert_eq!(ask(&mut drawer, cheater, 3, at_ms), Err(Refusal::TooFast));
    }
    assert_eq!(ask(&mut drawer, honest, 0, 999), Ok(()), "each has a rate of their own");
    assert_eq!(ask(&mut drawer, cheater, 3, 1_000), Ok(()));
    assert_eq!(ask(&mut drawer, cheater, 4, 1_999), Err(Refusal::TooFast));
}

#[test]
fn sixty_words_a_turn_and_no_more() {
    let (mut drawer, cheater, _) = Drawer::new();
    let (mut asked, mut said) = (0, None);
    for n in 0..15 {
        let words: [String; 4] = std::array::from_fn(|at| wrong(&drawer.table, 4 * n + at));
        let request = drawer.table.request(cheater, words.each_ref().map(String::as_str), asked, said);
        assert!(drawer.asked(request, 2_000 * n as u64).is_ok(), "{n}");
        // It says them all, so that only the bound can refuse it.
        said = Some(drawer.table.say(cheater, &words.join(", ")));
        asked = drawer.table.of_turn(|turn| turn.last_line(drawer.table.who(cheater)).unwrap().1);
    }
    assert_eq!(asked, 60);
    for claimed in [0, 40, 59, 60, u32::MAX] {
        let request = drawer.table.request(cheater, [WORD], claimed, said);
        assert!(matches!(drawer.asked(request, 70_000), Err(Refusal::NoneLeft | Refusal::Unsaid)), "{claimed}");
    }
}

#[test]
fn only_a_guess_of_this_turn_by_its_author_is_answered() {
    let (mut drawer, cheater, honest) = Drawer::new();
    let good = drawer.table.request(cheater, ["moon"], 0, None);
    let id = OperationId([1; 32]);
    for (request, from, refusal) in [
        (GuessRequest { guesser: drawer.table.who(honest), ..good.clone() }, cheater, Refusal::Malformed),
        (good.clone(), honest, Refusal::Malformed),
        (GuessRequest { signature: [0; 64], ..good.clone() }, cheater, Refusal::Malformed),
        (GuessRequest { asked_before: 1, ..good.clone() }, cheater, Refusal::Malformed),
        (GuessRequest { game: id, ..good.clone() }, cheater, Refusal::NotNow),
        (GuessRequest { turn: 1, ..good.clone() }, cheater, Refusal::NotNow),
        (GuessRequest { voprf: VoprfPublic([1; 32]), ..good.clone() }, cheater, Refusal::NotNow),
        (GuessRequest { room: crate::name::RoomId([1; 32]), ..good.clone() }, cheater, Refusal::NotNow),
        (drawer.table.request(3, ["moon"], 0, None), 3, Refusal::NotGuessing),
        (drawer.table.request(drawer.me, ["moon"], 0, None), drawer.me, Refusal::NotGuessing),
    ] {
        assert_eq!(drawer.asked_by(from, request, 0), Err(refusal));
    }
    let late = u64::from(LENGTH_MS) + 1;
    assert_eq!(drawer.asked(good.clone(), late), Err(Refusal::NotNow));
    assert!(drawer.asked(good, late - 1).is_ok());
}

#[test]
fn a_removed_player_is_not_answered() {
    let mut table = Table::started(4, 4);
    let guessers = table.guessers();
    assert!(table.lock(WORD));
    let me = table.drawer();
    let mut drawer = Drawer { player: table.program(me), table, me };
    let (game, player) = (drawer.table.id(), drawer.table.who(guessers[0]));
    for voter in [guessers[1], guessers[2]] {
        assert!(drawer.table.write(voter, GameStep::Kick { game, player }));
    }
    let request = drawer.table.request(guessers[0], ["moon"], 0, None);
    assert_eq!(drawer.asked(request, 0), Err(Refusal::NotGuessing));
}

/// The cheater counts its requests truly, and says nothing in the room.
#[test]
fn a_guesser_who_tries_the_pack_in_silence_is_stopped_and_gets_no_points() {
    let (mut drawer, cheater, honest) = Drawer::new();
    let mut asked = 0;
    let mut at_ms = 0;
    let refusal = loop {
        let word = if asked == 4 { WORD.to_owned() } else { wrong(&drawer.table, asked as usize) };
        let request = drawer.table.request(cheater, [word.as_str()], asked, None);
        match drawer.asked(request, at_ms) {
            Ok(answer) if asked == 4 => {
                let solved = drawer.table.solved(cheater, answer.receipt, 0, WORD);
                drawer.table.write(cheater, solved);
            }
            Ok(_) => {}
            Err(refusal) => break refusal,
        }
        (asked, at_ms) = (asked + 1, at_ms + 1_000);
    };
    assert_eq!((refusal, asked), (Refusal::Unsaid, 9));
    drawer.table.solve(honest, WORD, 30_000);
    drawer.end();
    assert!(drawer.table.open(cheater, WORD) && drawer.table.open(honest, WORD));
    assert!(drawer.table.has_solved(cheater));
    assert_eq!(drawer.table.points(cheater), 0);
    assert!(drawer.table.points(honest) > 0);
}

/// The cheater claims fewer requests than it made: none, or as few as are accepted.
#[test]
fn a_guesser_who_miscounts_its_requests_is_stopped_and_gets_no_points() {
    for behind in [u32::MAX, 4] {
        let (mut drawer, cheater, _) = Drawer::new();
        let (mut asked, mut answered) = (0_u32, Vec::new());
        for n in 0..9 {
            let words: [String; 4] = std::array::from_fn(|at| wrong(&drawer.table, 4 * n + at));
            let request =
                drawer.table.request(cheater, words.each_ref().map(String::as_str), asked.saturating_sub(behind), None);
            if drawer.asked(request, 1_000 * n as u64).is_ok() {
                asked += 4;
                answered.push(n);
            }
        }
        assert!(asked <= 12, "{asked} words in silence");
        let solved = drawer.table.solved(cheater, drawer.table.receipt(cheater, [WORD], 20_000), 0, WORD);
        assert!(drawer.table.write(cheater, solved));
        drawer.end();
        assert!(drawer.table.open(cheater, WORD));
        // An honest program that is killed may forget up to eight candidates.
        assert_eq!(drawer.table.points(cheater) > 0, asked <= 8, "behind by {behind}: {asked}");
    }
}

/// The drawer's program is killed and starts again. It counts the candidates of all lines as requested.
#[test]
fn a_restarted_drawer_goes_on_counting() {
    let (mut drawer, cheater, _) = Drawer::new();
    let lines = ["moon, house, cream, cherry", "apple, house, cream, cherry", "moon, apple, cream, cherry"];
    let mut said = None;
    for _ in 0..5 {
        for line in lines {
            said = Some(drawer.table.say(cheater, line));
        }
    }
    assert_eq!(drawer.table.of_turn(|turn| turn.last_line(drawer.table.who(cheater)).unwrap().1), 60);
    drawer.player = drawer.table.program(drawer.me);
    let request = drawer.table.request(cheater, [WORD], 60, said);
    assert_eq!(drawer.asked(request, 0), Err(Refusal::NoneLeft));
    let request = drawer.table.request(cheater, [WORD], 0, said);
    assert_eq!(drawer.asked(request, 0), Err(Refusal::Unsaid));
}

/// Lines that are withheld until after the turn don't excuse requests without them: the drawer's program stops answering,
/// and publishes the worst request.
#[test]
fn withheld_lines_do_not_help() {
    let (mut drawer, cheater, _) = Drawer::new();
    let first = drawer.table.request(cheater, ["moon"], 0, None);
    drawer.asked(first, 0).unwrap();
    // It writes its line, but withholds it.
    let mut hidden = drawer.table.clone();
    let line = hidden.say(cheater, "moon");
    let mut refused = 0;
    for n in 1..12 {
        let request = drawer.table.request(cheater, [wrong(&drawer.table, n).as_str()], n as u32, Some(line));
        refused += u32::from(drawer.asked(request, 1_000 * n as u64).is_err());
    }
    assert_eq!(refused, 3, "nine were answered");
    let solved = drawer.table.solved(cheater, drawer.table.receipt(cheater, [WORD], 20_000), 0, WORD);
    let step = drawer.player.pass(&drawer.table.game()).unwrap();
    // Now the line arrives, and with it the claim.
    drawer.table = hidden;
    assert!(drawer.table.write(cheater, solved));
    assert!(drawer.table.write(drawer.me, step));
    assert!(drawer.table.open(cheater, WORD));
    assert_eq!(drawer.table.points(cheater), 0);
}

/// Lines are folded again and again, so the candidates of a line are computed only where they can matter.
#[test]
fn candidates_are_not_computed_for_lines_that_do_not_count() {
    let (drawer, cheater, honest) = Drawer::new();
    let never = || unreachable!("its candidates don't matter");
    let (id, cheater, spectator) = (OperationId([1; 32]), drawer.table.who(cheater), drawer.table.who(3));
    let mut turn = drawer.table.of_turn(Clone::clone);
    assert!(!turn.guessed(spectator, id, never) && !turn.guessed(turn.drawer, id, never));
    for n in 0..60 {
        assert!(turn.guessed(cheater, OperationId([n; 32]), || 4));
    }
    assert!(turn.guessed(cheater, id, never), "it counts, but excuses no request");
    assert_eq!(turn.last_line(cheater), Some((OperationId([59; 32]), 240)));
    let mut solved = drawer.table.clone();
    solved.solve(honest, WORD, 20_000);
    assert!(!solved.of_turn(Clone::clone).guessed(solved.who(honest), id, never));
}
