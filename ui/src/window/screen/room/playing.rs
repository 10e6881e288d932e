//! What the person at the window does in a game, and in the dialog that starts one.

use std::path::PathBuf;

use inkmesh::event::GameView;
use inkmesh::game::SkippedBy;
use inkmesh::identity::Author;
use inkmesh::node::CommandError;

use super::chat_view::CHAT_FIELD;
use super::dialog::Dialog;
use super::game_bar::{Change, Press};
use super::notices::Notice;
use super::people::People;
use super::plan::{self, Outcome, Plan};
use super::tools::{Choice, Popup};
use super::{Action, Arrangement, GameKey, Pane, Room, Shortcut, plan_view};
use crate::window::link::{Command, Step};

/// No field has this name: with the cursor in it, keys are for the game.
const NO_FIELD: &str = "no-field";
/// With less height than this there is no room for the talk below a sheet.
const TALK_BELOW: f32 = 640.0;

impl Room {
    // ---- keys ----

    /// A key that is not for a field: for the game first.
    pub(super) fn key(&mut self, shortcut: Shortcut) -> Vec<Action> {
        match (shortcut, &self.dialog) {
            (Shortcut::Write, Some(Dialog::Plan(_))) => self.plan_press(plan::Press::Start),
            (Shortcut::Choose(Choice::Width(index)), _) if self.offers_word(index) => {
                self.game_press(Press::Step(Step::Choose(index)))
            }
            (Shortcut::Write, None) if self.room_is_up() && self.game.may_take_part() => {
                self.game_press(Press::Step(Step::Ready))
            }
            (Shortcut::Game(key), None) if self.room_is_up() => self.game_key(key),
            _ => self.pressed(shortcut),
        }
    }

    fn game_key(&mut self, key: GameKey) -> Vec<Action> {
        let press = match key {
            GameKey::GoOn => self.game.go_on(self.me).map(Press::Step),
            GameKey::Results => self.game.has_results().then(|| Press::Results(self.game.results().is_none())),
            GameKey::Again => self.game.may_repeat().then_some(Press::Step(Step::Rematch)),
            GameKey::Plan if self.game.runs() => None,
            GameKey::Plan => return self.plan_game(),
        };
        press.map(|press| self.game_press(press)).unwrap_or_default()
    }

    /// Whether the word with this number lies on the sheet to be chosen.
    fn offers_word(&self, index: usize) -> bool {
        self.sheet_is_up() && self.game.may_choose() && index < self.game.game.offers.len()
    }

    // ---- the game ----

    /// Says what is written; as a guess, it may take a while until it is answered. With nothing written, takes part in
    /// the game if it can: Enter does that in the field too.
    pub(super) fn say_or_guess(&mut self) -> Vec<Action> {
        if self.chat.draft.trim().is_empty() && self.game.may_take_part() {
            return self.game_press(Press::Step(Step::Ready));
        }
        if self.game.game.guessing && !self.chat.draft.trim().is_empty() {
            self.chat.guesses.asks(self.chat.draft.to_string(), self.now);
        }
        self.say()
    }

    pub(super) fn game_press(&mut self, press: Press) -> Vec<Action> {
        match (self.game.press(press, self.now), self.rooms.here.clone()) {
            (Some(step), Some(room)) => vec![Action::Ask(Command::Game(room, step))],
            _ => Vec::new(),
        }
    }

    /// The game of the room is another now.
    pub(super) fn game_moved(&mut self, game: GameView) -> Vec<Action> {
        let change = self.game.update(game, self.now);
        self.tell_votes(&change);
        // Another drawer may mean another sheet, and that we may draw or not.
        let mut actions = if change.turned { self.ask_sheet() } else { Vec::new() };
        if self.chat_in_view() {
            self.behind = 0;
        }
        if change.to_choose || change.to_guess {
            self.gallery = None;
        }
        if self.dialog.is_none() && self.rooms.entering.is_none() {
            if change.to_choose && !self.is_writing() {
                actions.push(Action::Focus(NO_FIELD));
            } else if change.to_guess && self.chat_in_view() {
                actions.push(Action::Focus(CHAT_FIELD));
            }
        }
        actions
    }

    /// Says whom the others skipped or removed.
    fn tell_votes(&mut self, change: &Change) {
        let others = |author: Author, people: &People| (author != self.me).then(|| people.label(author, ""));
        let skipped = change.skipped.map(|author| {
            let name = others(author, &self.people);
            match self.game.game.skipped_by {
                Some(SkippedBy::People) | None => Notice::Skipped(name),
                Some(by) => Notice::PassedOver(by, name),
            }
        });
        let removed = change.removed.iter().map(|author| Notice::Removed(others(*author, &self.people)));
        let notices: Vec<Notice> = skipped.into_iter().chain(removed).collect();
        notices.into_iter().for_each(|notice| self.notify(notice));
    }

    /// Whether something half written may be in a field: taken out of it, the rest would be keys for the game.
    fn is_writing(&self) -> bool {
        !self.chat.draft.is_empty() || matches!(self.tools.popup, Some(Popup::Colors(_)))
    }

    /// Somebody in the list of people is looked at, or not any more.
    pub(super) fn look_at(&mut self, author: Author) -> Vec<Action> {
        self.people.look_at(author);
        Vec::new()
    }

    /// Whether the talk stands below the sheet, because who guesses needs both and there is no room side by side.
    pub(super) fn talks_below(&self) -> bool {
        self.arrangement() == Arrangement::Tabs
            && self.pane == Pane::Sheet
            && self.game.is_quiz_turn()
            && self.size.height >= TALK_BELOW
    }

    /// Whether something moves, frame by frame.
    pub fn moves(&self) -> bool {
        self.game.moves(self.now)
    }

    /// Whether a clock's ink runs dry.
    pub fn runs_dry(&self) -> bool {
        self.game.remaining(self.now).is_some_and(|left| !left.is_zero())
    }

    // ---- starting a game ----

    /// Opens the dialog, as it was chosen last time.
    pub(super) fn plan_game(&mut self) -> Vec<Action> {
        self.drawer = false;
        self.dialog = Some(Dialog::Plan(Box::new(Plan::new(self.choice.clone()))));
        vec![Action::Focus(plan_view::ROUNDS_FIELD)]
    }

    pub(super) fn plan_press(&mut self, press: plan::Press) -> Vec<Action> {
        let runs = self.game.runs();
        let (Some(Dialog::Plan(plan)), Some(room)) = (&mut self.dialog, self.rooms.here.clone()) else {
            return Vec::new();
        };
        match plan.press(press) {
            Outcome::None => Vec::new(),
            Outcome::Read(path) => vec![Action::Read(path)],
            Outcome::Start(..) if runs => Vec::new(),
            Outcome::Start(rules, words) => vec![Action::Ask(Command::Game(room, Step::Start(rules, words)))],
        }
    }

    /// A file was dropped on the window: words for a game, if one can be thought of.
    pub(super) fn dropped(&mut self, path: PathBuf) -> Vec<Action> {
        let mut actions = match self.dialog {
            Some(Dialog::Plan(_)) => Vec::new(),
            None if !self.game.runs() => self.plan_game(),
            Some(_) | None => return Vec::new(),
        };
        actions.push(Action::Read(path));
        actions
    }

    /// A file was read.
    pub(super) fn file_read(&mut self, path: PathBuf, bytes: Result<Vec<u8>, String>) -> Vec<Action> {
        if let Some(Dialog::Plan(plan)) = &mut self.dialog {
            plan.file(path, bytes);
        }
        Vec::new()
    }

    /// A game was proposed, or not.
    pub(super) fn proposed(&mut self, result: Result<(), CommandError>) -> Vec<Action> {
        match (result, &mut self.dialog) {
            (Ok(()), Some(Dialog::Plan(plan))) => {
                let choice = plan.choice().clone();
                (self.choice, self.dialog) = (choice.clone(), None);
                vec![Action::Chosen(choice)]
            }
            (Ok(()), _) => Vec::new(),
            (Err(error), Some(Dialog::Plan(plan))) => {
                plan.error = Some(error);
                Vec::new()
            }
            (Err(error), _) => self.refused(error),
        }
    }
}
