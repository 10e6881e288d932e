//! The points of a quiz, after each turn and at the end.

use std::time::Duration;

use inkmesh::command::{Reply, RoomCommand};
use inkmesh::game::{CancelReason, GameView, Phase};
use inkmesh::identity::Author;
use inkmesh::words::{Level, Mask, Word};

use super::bench::{ANA, BORA, Bench, ME, WIDE, commands, here, person, play, player};
use super::quiz::game;
use crate::settings::Language;
use crate::window::theme::Look;

const CHO: Author = Author([4; 32]);
const DAN: Author = Author([5; 32]);

fn bench(language: Language) -> Bench {
    let people =
        [person(ANA, "Ana", true), person(BORA, "보라", true), person(CHO, "Cho", true), person(DAN, "Dan", true)];
    Bench::open(language, WIDE, &people)
}

fn revealed() -> GameView {
    GameView {
        mask: Some(Mask::of("사과")),
        word: Some(Word::new("사과", Level::Hard).unwrap()),
        players: vec![player(ANA, 1420, 110), player(BORA, 385, 220), player(ME, 90, 0)],
        solved: vec![BORA],
        remaining_ms: 5000,
        ..game(Phase::Revealed)
    }
}

fn over(scores: &[(Author, u32)]) -> GameView {
    let players = scores.iter().map(|(author, score)| player(*author, *score, 0)).collect();
    GameView { players, remaining_ms: 0, drawer: None, ..game(Phase::Over) }
}

/// Plays a game to its end.
fn ended(language: Language, scores: &[(Author, u32)]) -> Bench {
    let mut bench = bench(language);
    play(&mut bench, revealed());
    play(&mut bench, over(scores));
    bench.wait(Duration::from_secs(3));
    bench
}

#[test]
fn after_a_turn_the_points_are_shown() {
    for (language, texts) in [
        (Language::En, ["The word was 사과", "This turn", "Total"]),
        (Language::Ko, ["정답: 사과", "이번 차례", "합계"]),
    ] {
        let mut bench = bench(language);
        play(&mut bench, revealed());
        for text in texts.into_iter().chain(["+220", "+110", "1,420", "385", "1.", "2.", "3."]) {
            bench.must_show(text);
        }
    }
}

#[test]
fn a_turn_without_points_says_why() {
    let mut bench = bench(Language::En);
    play(&mut bench, GameView { lied: true, ..revealed() });
    bench.must_show("The program of Ana broke the rules: no points for this drawing.");
    play(&mut bench, GameView { word: None, ..revealed() });
    bench.must_show("The word was not told: nobody gets points for drawing it.");
    bench.must_show("Ana is done");
    play(&mut bench, GameView { word: None, skipped: Some(ANA), ..revealed() });
    bench.must_show("Ana was skipped");
    play(&mut bench, GameView { solved: Vec::new(), ..revealed() });
    bench.must_show("Nobody got it.");
}

#[test]
fn the_end_has_a_podium_and_a_rematch() {
    let mut bench = ended(Language::En, &[(ANA, 900), (BORA, 1200), (ME, 300), (CHO, 100), (DAN, 0)]);
    bench.must_show("보라 wins!");
    for text in ["1", "2", "3", "1,200", "900", "300", "4.", "5."] {
        bench.must_show(text);
    }
    assert_eq!(commands(&bench.click("Rematch")), [here(RoomCommand::Rematch)]);
    bench.reply(RoomCommand::Rematch, Ok(Reply::Done {}));
    assert!(!bench.shows("Rematch"));
    bench.click("Results");
    bench.click("Close");
    assert!(!bench.shows("보라 wins!"));
}

#[test]
fn the_end_shows_what_the_last_turn_gave() {
    for (language, texts) in [
        (Language::En, ["The word was 사과", "Last turn", "Total"]),
        (Language::Ko, ["정답: 사과", "마지막 차례", "합계"]),
    ] {
        let mut bench = bench(language);
        play(&mut bench, GameView { phase: Phase::Drawing, ..revealed() });
        play(&mut bench, GameView { phase: Phase::Over, drawer: None, ..revealed() });
        bench.wait(Duration::from_secs(3));
        for text in texts.into_iter().chain(["+220", "+110", "1,420", "385"]) {
            bench.must_show(text);
        }
    }
    let mut bench = bench(Language::En);
    play(&mut bench, GameView { phase: Phase::Drawing, ..revealed() });
    let over = GameView { phase: Phase::Over, drawer: None, word: None, ..revealed() };
    play(&mut bench, over.clone());
    bench.must_show("The word was not told: nobody gets points for drawing it.");
    play(&mut bench, GameView { lied: true, ..over.clone() });
    bench.must_show("In the last turn the drawer's program broke the rules: no points for that drawing.");
    play(&mut bench, GameView { mask: None, ..over });
    assert!(!bench.shows("The word was not told: nobody gets points for drawing it."), "it had none");
}

#[test]
fn ties_share_the_podium() {
    let mut bench = ended(Language::En, &[(ANA, 900), (BORA, 900), (ME, 300), (CHO, 100)]);
    bench.must_show("Ana and 보라 win!");
    assert!(!bench.shows("2"), "nobody is second");
    bench.must_show("3");
    let mut bench = ended(Language::Ko, &[(ANA, 900), (BORA, 900), (ME, 900), (CHO, 900), (DAN, 20)]);
    bench.must_show("4명이 함께 이겼어요!");
    bench.must_show("외 1명");
    let mut bench = ended(Language::Ko, &[(ANA, 0), (ME, 0)]);
    bench.must_show("점수를 얻은 사람이 없어요");
    let mut bench = ended(Language::Ko, &[(ANA, 10), (ME, 30)]);
    bench.must_show("이겼어요!");
}

#[test]
fn the_podium_draws_itself_unless_nothing_is_to_move() {
    let mut bench = bench(Language::En);
    play(&mut bench, revealed());
    play(&mut bench, over(&[(ANA, 900), (ME, 300)]));
    assert!(bench.room.is_animated());
    bench.look = Look { calm: true, ..bench.look };
    bench.must_show("Ana wins!");
    bench.wait(Duration::from_secs(2));
    assert!(!bench.room.is_animated());
}

#[test]
fn a_game_that_was_over_before_has_a_podium_when_it_is_asked_for() {
    let mut bench = bench(Language::En);
    play(&mut bench, over(&[(ANA, 900), (ME, 300)]));
    assert!(!bench.shows("Ana wins!"));
    bench.click("Results");
    bench.must_show("Ana wins!");
}

#[test]
fn a_game_that_ends_early_shows_its_podium_and_why() {
    for (language, reason, why, won) in [
        (Language::En, CancelReason::Abandoned, "The game was called off: nobody went on with it", "Ana wins!"),
        (Language::En, CancelReason::TooFewLeft, "The game is over: fewer than two players are left", "Ana wins!"),
        (Language::Ko, CancelReason::Ended, "참가한 사람 절반 넘게 원해서 게임이 끝났어요", "Ana님이 이겼어요!"),
    ] {
        let mut bench = bench(language);
        play(&mut bench, revealed());
        play(&mut bench, GameView { cancelled: Some(reason), ..over(&[(ANA, 900), (ME, 100)]) });
        bench.wait(Duration::from_secs(3));
        bench.must_show(won);
        bench.must_show(why);
        bench.must_show("900");
    }
}

#[test]
fn a_game_that_never_began_has_no_podium() {
    let mut bench = bench(Language::En);
    play(&mut bench, GameView { round: 0, ..game(Phase::Gathering) });
    let off = GameView { round: 0, cancelled: Some(CancelReason::TooFewPlayers), ..over(&[(ANA, 0)]) };
    play(&mut bench, off);
    assert!(!bench.shows("Nobody scored a point") && !bench.shows("Results"), "there are none");
    bench.must_show("The game was called off: fewer than two were ready");
    assert_eq!(commands(&bench.click("Propose it again")), [here(RoomCommand::Rematch)]);
}
