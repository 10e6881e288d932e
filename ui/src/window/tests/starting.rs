//! The welcome screen, and failed starts.

use iced::Size;
use inkmesh::node::StartError;

use super::bench::{WIDE, look, shows, simulate};
use crate::settings::Language;
use crate::window::screen::failed::{self, Failed};
use crate::window::screen::welcome::{NAME_FIELD, Outcome, Welcome};

/// Simulates input on the welcome screen.
fn interact(
    screen: &mut Welcome,
    language: Language,
    act: impl FnOnce(&mut iced_test::Simulator<'_, crate::window::screen::welcome::Message>),
) -> Vec<Outcome> {
    let mut ui = simulate(screen.view(look(language), WIDE.height), WIDE);
    act(&mut ui);
    let messages: Vec<_> = ui.into_messages().collect();
    messages.into_iter().filter_map(|message| screen.update(message)).collect()
}

#[test]
fn a_name_and_nothing_else_is_asked_for() {
    let mut screen = Welcome::default();
    for name in ["B", "o", "r", "a"] {
        let outcomes = interact(&mut screen, Language::En, |ui| {
            ui.click(iced_test::selector::id(NAME_FIELD)).unwrap();
            ui.typewrite(name);
        });
        assert_eq!(outcomes, []);
    }
    let outcomes = interact(&mut screen, Language::En, |ui| {
        ui.click("Continue").unwrap();
    });
    assert_eq!(outcomes.len(), 1);
    let Outcome::Named(name) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!(name.as_str().chars().count(), 4, "every letter was typed: {name}");
}

#[test]
fn enter_goes_on_too_and_an_empty_name_does_not() {
    let mut screen = Welcome::default();
    assert_eq!(interact(&mut screen, Language::Ko, |ui| drop(ui.click("계속").unwrap())), []);
    let mut ui = simulate(screen.view(look(Language::Ko), WIDE.height), WIDE);
    assert!(shows(&mut ui, "이름은 비워 둘 수 없습니다."));
    drop(ui);
    let outcomes = interact(&mut screen, Language::Ko, |ui| {
        ui.click(iced_test::selector::id(NAME_FIELD)).unwrap();
        ui.typewrite("A");
        ui.tap_key(iced::keyboard::key::Named::Enter);
    });
    assert_eq!(outcomes, [Outcome::Named("A".parse().unwrap())]);
}

#[test]
fn the_language_can_be_chosen_before_anything_else() {
    let mut screen = Welcome::default();
    let outcomes = interact(&mut screen, Language::En, |ui| drop(ui.click("한국어").unwrap()));
    assert_eq!(outcomes, [Outcome::Language(Language::Ko)]);
}

#[test]
fn a_start_that_fails_is_told_in_the_window() {
    let path = std::path::PathBuf::from("/data/inkmesh/key");
    let failed = Failed::NotStarted(StartError::KeyDamaged { path });
    for (language, retry, quit) in [(Language::En, "Try again", "Quit"), (Language::Ko, "다시 시도", "끝내기")] {
        let mut ui = simulate(failed.view(look(language), 480.0), Size::new(640.0, 480.0));
        let path = |candidate: iced_test::selector::Candidate<'_>| match candidate {
            iced_test::selector::Candidate::Text { content, .. } if content.contains("/data/inkmesh/key") => Some(()),
            _ => None,
        };
        assert!(ui.find(path).is_ok(), "the file is not named");
        ui.click(retry).unwrap();
        ui.click(quit).unwrap();
        assert_eq!(ui.into_messages().collect::<Vec<_>>(), [failed::Message::Retry, failed::Message::Quit]);
    }
}
