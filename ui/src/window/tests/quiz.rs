//! Quizzes: the word and its mask, choosing, guessing, replies to guesses.

use std::time::Duration;

use inkmesh::command::{CommandError, Reply, RoomCommand};
use inkmesh::event::{EntryBody, Event};
use inkmesh::game::{EndReason, GameNotice, GameView, GuessError, Phase, PlayError, Rules};
use inkmesh::operation::OperationId;
use inkmesh::words::{Level, Mask, Word};

use super::bench::{ANA, BORA, Bench, ME, NARROW, WIDE, commands, entry, here, lobby, person, play, player, said, say};
use crate::settings::Language;
use crate::window::screen::room::sheet::Choice;
use crate::window::screen::room::{Action, Message, Shortcut, chat, layout, layout::Pane, sheet};

pub fn game(phase: Phase) -> GameView {
    GameView {
        game: Some(OperationId([7; 32])),
        phase,
        rules: Rules::skribbl(),
        proposer: Some(ANA),
        players: vec![player(ANA, 420, 0), player(BORA, 385, 0), player(ME, 90, 0)],
        round: 2,
        turn: 4,
        drawer: Some(ANA),
        remaining_ms: 61_500,
        joined: true,
        ..GameView::default()
    }
}

/// Returns a turn of Ana, who draws 사과; the second letter is shown.
pub fn drawing() -> GameView {
    let mut mask = Mask::of("사과");
    mask.reveal(1, '과');
    GameView { mask: Some(mask), hints: 1, guessing: true, ..game(Phase::Drawing) }
}

fn word(text: &str, level: Level) -> Word {
    Word::new(text, level).unwrap()
}

fn bench(language: Language) -> Bench {
    Bench::open(language, WIDE, &[person(ANA, "Ana", true), person(BORA, "보라", true)])
}

fn choosing() -> GameView {
    let offers = vec![word("moon", Level::Easy), word("ice cream", Level::Medium), word("사과", Level::Hard)];
    GameView { drawer: Some(ME), offers, ..game(Phase::Choosing) }
}

#[test]
fn the_drawer_chooses_by_click_or_key() {
    let mut bench = bench(Language::En);
    let actions = bench.happen(vec![Event::Game { room: lobby(), game: Box::new(choosing()) }]);
    assert!(actions.iter().any(|action| matches!(action, Action::Focus("no-field"))), "keys are for choosing now");
    for text in ["Choose a word to draw", "hard", "Pass on this turn"] {
        bench.must_show(text);
    }
    let third = Message::Key(Shortcut::Sheet(sheet::Message::Choose(Choice::Width(2))));
    assert_eq!(commands(&bench.give(third.clone())), [here(RoomCommand::Choose { index: 2 })]);
    assert!(!bench.shows("ice cream"), "one choice is enough");
    assert!(commands(&bench.give(third)).is_empty(), "now the key is for the pen");
    bench.reply(RoomCommand::Choose { index: 2 }, Err(CommandError::Play(PlayError::NoSuchWord)));
    assert_eq!(commands(&bench.click("ice cream")), [here(RoomCommand::Choose { index: 1 })]);
    play(&mut bench, choosing());
    assert!(
        commands(&bench.give(Message::Key(Shortcut::Sheet(sheet::Message::Choose(Choice::Width(4)))))).is_empty(),
        "there are only three"
    );
}

#[test]
fn keys_do_nothing_to_a_sheet_behind_a_tab() {
    let mut bench = Bench::open(Language::En, NARROW, &[person(ANA, "Ana", true)]);
    play(&mut bench, choosing());
    let key = |message| Message::Key(Shortcut::Sheet(message));
    let (second, undo) = (|| key(sheet::Message::Choose(Choice::Width(1))), || key(sheet::Message::Undo));
    for pane in [Pane::Chat, Pane::People] {
        bench.give(Message::Layout(layout::Message::Pane(pane)));
        assert!(commands(&bench.give(second())).is_empty(), "the words are not in view");
        assert!(commands(&bench.give(undo())).is_empty());
        let write = bench.give(Message::Key(Shortcut::Write));
        assert!(matches!(write[..], [Action::Focus("chat-field")]));
    }
    bench.give(Message::Layout(layout::Message::Pane(Pane::Sheet)));
    assert_eq!(commands(&bench.give(second())), [here(RoomCommand::Choose { index: 1 })]);
    let undone = commands(&bench.give(undo()));
    assert_eq!(undone, [here(RoomCommand::Undo)]);
}

#[test]
fn who_is_in_the_middle_of_a_line_keeps_the_cursor() {
    let takes_focus = |actions: &[Action]| actions.iter().any(|action| matches!(action, Action::Focus("no-field")));
    let offered = || vec![Event::Game { room: lobby(), game: Box::new(choosing()) }];
    let mut writing = bench(Language::En);
    writing.write("see you at ");
    assert!(!takes_focus(&writing.happen(offered())), "the rest of the line would choose a word");
    let mut mixing = bench(Language::En);
    mixing.give(Message::Sheet(sheet::Message::OpenColors));
    assert!(!takes_focus(&mixing.happen(offered())), "a colour has digits too");
    mixing.give(Message::Sheet(sheet::Message::ClosePopup));
    play(&mut mixing, drawing());
    assert!(takes_focus(&mixing.happen(offered())));
}

#[test]
fn the_others_are_told_that_a_word_is_chosen() {
    for (language, words) in [(Language::En, "Ana is choosing a word"), (Language::Ko, "Ana님이 단어를 고르고 있어요")]
    {
        let mut bench = bench(language);
        play(&mut bench, game(Phase::Choosing));
        bench.must_show(words);
    }
}

#[test]
fn guessers_see_the_mask_and_write_guesses() {
    let mut bench = bench(Language::En);
    let actions = bench.happen(vec![Event::Game { room: lobby(), game: Box::new(drawing()) }]);
    assert!(actions.iter().any(|action| matches!(action, Action::Focus("chat-field"))), "one can guess at once");
    bench.must_show("Round 2 of 3 · Ana draws");
    bench.must_show("0 of 2 know it · hint 1/2");
    bench.must_show("과");
    assert!(!bench.shows("사"), "the other letter is hidden");
    bench.must_show("62");
    bench.must_show("Guess");
    bench.must_show("420");
    bench.write("배");
    assert_eq!(commands(&bench.give(Message::Chat(chat::Message::Say))), [here(say("배"))]);
    bench.wait(Duration::from_secs(1));
    bench.must_show("“배”: waiting for the drawer's answer…");
    bench.reply(say("배"), Ok(Reply::Written { id: OperationId([1; 32]) }));
    assert!(!bench.shows("“배”: waiting for the drawer's answer…"));
}

#[test]
fn who_knows_the_word_sees_it() {
    let known = GameView { word: Some(word("사과", Level::Easy)), guessing: false, ..drawing() };
    let mut bench = bench(Language::En);
    play(&mut bench, GameView { drawer: Some(ME), ..known.clone() });
    bench.must_show("사");
    bench.must_show("Done");
    play(&mut bench, GameView { solved: vec![ME], ..known });
    bench.must_show("사");
    bench.must_show("You know the word · 1 of 2 know it · hint 1/2");
}

#[test]
fn a_word_that_the_program_took_is_told_to_the_drawer() {
    for (language, words) in [
        (Language::En, "You chose none in time, so your program took this word · 0 of 2 know it · hint 1/2"),
        (Language::Ko, "시간 안에 고르지 않아서 프로그램이 이 단어를 골랐어요 · 2명 중 0명이 맞혔어요 · 힌트 1/2"),
    ] {
        let mut bench = bench(language);
        let word = Some(word("사과", Level::Easy));
        play(&mut bench, GameView { drawer: Some(ME), word, word_taken: true, guessing: false, ..drawing() });
        bench.must_show(words);
    }
}

#[test]
fn a_guess_that_was_not_answered_stays_with_the_reason() {
    for (language, error, words) in [
        (Language::En, GuessError::Unreachable, "The drawer can't be reached, so nobody saw your guess. Try again."),
        (Language::En, GuessError::TooFast, "Not so fast: one guess a second."),
        (Language::Ko, GuessError::NoneLeft, "이번 차례에는 더 맞힐 수 없어요."),
        (Language::Ko, GuessError::TooLate, "늦었어요. 이번 차례에는 이제 답을 받지 않아요."),
    ] {
        let mut bench = bench(language);
        play(&mut bench, drawing());
        bench.write("사과");
        bench.give(Message::Chat(chat::Message::Say));
        assert_eq!(bench.room.draft(), "");
        let error = Err(CommandError::Guess(error));
        bench.reply(say("사과"), error);
        bench.must_show(words);
        assert_eq!(bench.room.draft(), "사과");
        bench.wait(Duration::from_secs(60));
        bench.must_show(words);
        bench.write("사");
        assert!(!bench.shows(words), "another text");
    }
}

#[test]
fn our_own_solve_is_stamped() {
    for (language, joy) in [(Language::En, "You got it!"), (Language::Ko, "맞혔어요!")] {
        let mut bench = bench(language);
        play(&mut bench, drawing());
        assert!(!bench.room.is_animated());
        let known = Some(word("사과", Level::Easy));
        // Our program knows it before what it wrote comes back from the log.
        play(&mut bench, GameView { word: known.clone(), guessing: false, ..drawing() });
        assert!(bench.room.is_animated(), "the stamp comes down");
        bench.wait(Duration::from_secs(1));
        assert!(!bench.room.is_animated() && bench.room.ticks(), "it rests");
        bench.wait(Duration::from_secs(5));
        play(&mut bench, GameView { word: known, guessing: false, solved: vec![ME], ..drawing() });
        assert!(!bench.room.is_animated(), "it is stamped once");
        bench.happen(vec![Event::Entries {
            room: lobby(),
            entries: vec![entry(1, ME, "Me", EntryBody::Game(GameNotice::Solved))],
        }]);
        bench.must_show(joy);
    }
}

#[test]
fn a_word_that_was_known_on_arrival_is_not_stamped() {
    let mut bench = bench(Language::En);
    let known = Some(word("사과", Level::Easy));
    play(&mut bench, GameView { word: known, guessing: false, solved: vec![ME], ..drawing() });
    assert!(!bench.room.is_animated());
}

#[test]
fn a_close_guess_is_marked_for_us_alone() {
    for (language, words) in [(Language::En, "Close!"), (Language::Ko, "아까워요!")] {
        let mut bench = bench(language);
        let line = entry(1, ME, "Me", EntryBody::Guess("사자".to_owned()));
        let id = line.id;
        bench.happen(vec![Event::Entries { room: lobby(), entries: vec![line] }]);
        bench.must_show("사자");
        assert!(!bench.shows(words));
        bench.happen(vec![Event::Close { room: lobby(), line: id }]);
        bench.must_show(words);
    }
}

#[test]
fn who_got_it_is_announced() {
    for (language, solved, told) in [
        (Language::En, "보라 got it", "Everybody got it · The word was 사과"),
        (Language::Ko, "보라님이 맞혔어요!", "모두 맞혔어요 · 정답: 사과"),
    ] {
        let mut bench = bench(language);
        let ended = GameNotice::TurnEnded(EndReason::AllSolved, Some("사과".to_owned()));
        let entries = vec![
            entry(1, BORA, "보라", EntryBody::Game(GameNotice::Solved)),
            entry(2, ANA, "Ana", EntryBody::Game(GameNotice::Hint)),
            entry(3, ANA, "Ana", EntryBody::Game(ended)),
        ];
        bench.happen(vec![Event::Entries { room: lobby(), entries }]);
        bench.must_show(solved);
        bench.must_show(told);
    }
}

#[test]
fn whispers_are_folded_until_they_can_be_read() {
    let mut bench = bench(Language::En);
    let whisper = |number, text: Option<&str>| entry(number, BORA, "보라", EntryBody::Whisper(text.map(str::to_owned)));
    let entries = vec![whisper(1, None), whisper(2, None), said(3, ANA, "Ana", "hm"), whisper(4, None)];
    bench.happen(vec![Event::Entries { room: lobby(), entries }]);
    bench.must_show("2 lines among those who know the word");
    bench.must_show("A line among those who know the word");
    let entries = vec![whisper(1, Some("easy")), whisper(2, Some("very"))];
    bench.happen(vec![Event::Entries { room: lobby(), entries }]);
    bench.must_show("easy");
    bench.must_show("very");
    assert!(!bench.shows("2 lines among those who know the word"));
}

#[test]
fn spectators_watch_and_may_join() {
    let mut bench = bench(Language::En);
    play(&mut bench, GameView { joined: false, may_join: true, guessing: false, ..drawing() });
    bench.must_show("You watch · 0 of 2 know it · hint 1/2");
    bench.must_show("과");
    bench.must_show("Send");
    assert_eq!(commands(&bench.click("Join from the next round")), [here(RoomCommand::Ready)]);
    play(&mut bench, GameView { joined: false, removed: true, guessing: false, ..drawing() });
    bench.must_show("The others removed you from this game · 0 of 2 know it · hint 1/2");
    assert!(!bench.shows("Join from the next round"));
}

#[test]
fn a_narrow_window_has_the_talk_below_the_sheet() {
    let mut bench = Bench::open(Language::En, NARROW, &[person(ANA, "Ana", true)]);
    bench.happen(vec![Event::Entries { room: lobby(), entries: vec![said(1, ANA, "Ana", "hello")] }]);
    assert!(!bench.shows("hello") && bench.shows("1"), "one line waits behind its tab");
    play(&mut bench, drawing());
    bench.must_show("Guess");
    assert!(bench.shows("hello") && !bench.shows("1"));
    bench.must_show("과");
    bench.must_show("Vote to skip");
    play(&mut bench, GameView { remaining_ms: 0, ..game(Phase::Over) });
    assert!(!bench.shows("hello"));
}
