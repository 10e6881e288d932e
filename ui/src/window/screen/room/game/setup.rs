//! The setup of a game: its kind, its rules, its words.

use std::collections::BTreeMap;
use std::path::PathBuf;

use iced::widget::text_editor::{self, Content, Edit};
use inkmesh::game::{QuizRules, Rules, WordList};
use inkmesh::node::CommandError;
use inkmesh::words::{BuiltIn, MAX_PACK_BYTES, PackError, Word, parse, parse_bytes};

use crate::settings::GameChoice;

/// A number in the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// Rounds.
    Rounds,
    /// Seconds of a turn.
    Seconds,
    /// Words to choose from.
    Offered,
    /// The most letters that are shown.
    Hints,
    /// The most players.
    Players,
    /// Seconds without drawing after which a drawer is skipped; 0: never.
    Idle,
}

impl Number {
    /// All numbers, in the order of the dialog.
    pub const ALL: [Number; 6] =
        [Number::Rounds, Number::Seconds, Number::Players, Number::Idle, Number::Offered, Number::Hints];

    /// Returns whether only a quiz has it.
    pub fn is_of_quiz(self) -> bool {
        matches!(self, Number::Offered | Number::Hints)
    }

    /// Returns the least and the most, according to [`Rules::is_sound`].
    pub fn bounds(self, quiz: bool) -> (u32, u32) {
        match self {
            Number::Rounds => (1, 10),
            Number::Seconds if quiz => (15, 240),
            Number::Seconds => (1, 600),
            Number::Offered => (1, 5),
            Number::Hints => (0, 5),
            Number::Players => (2, 24),
            Number::Idle => (0, 240),
        }
    }

    /// Returns by how much a button changes it.
    fn step(self) -> u32 {
        match self {
            Number::Seconds | Number::Idle => 5,
            Number::Rounds | Number::Offered | Number::Hints | Number::Players => 1,
        }
    }

    fn of(self, rules: Rules) -> u32 {
        let quiz = rules.quiz.unwrap_or_default();
        match self {
            Number::Rounds => rules.rounds,
            Number::Seconds => rules.seconds,
            Number::Offered => quiz.offered,
            Number::Hints => quiz.hints,
            Number::Players => rules.players,
            Number::Idle => rules.idle,
        }
    }

    fn put(self, rules: &mut Rules, value: u32) {
        match (self, &mut rules.quiz) {
            (Number::Rounds, _) => rules.rounds = value,
            (Number::Seconds, _) => rules.seconds = value,
            (Number::Players, _) => rules.players = value,
            (Number::Idle, _) => rules.idle = value,
            (Number::Offered, Some(quiz)) => quiz.offered = value,
            (Number::Hints, Some(quiz)) => quiz.hints = value,
            (Number::Offered | Number::Hints, None) => {}
        }
    }
}

/// The rules of a well-known game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Those of skribbl.
    Skribbl,
    /// Those of 캐치마인드.
    CatchMind,
}

impl Preset {
    /// All presets.
    pub const ALL: [Preset; 2] = [Preset::Skribbl, Preset::CatchMind];

    /// Returns the name, which is the same in all languages.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Skribbl => "skribbl",
            Preset::CatchMind => "캐치마인드",
        }
    }

    pub fn rules(self) -> Rules {
        match self {
            Preset::Skribbl => Rules::skribbl(),
            Preset::CatchMind => Rules::catch_mind(),
        }
    }
}

/// An event of the dialog.
#[derive(Debug, Clone)]
pub enum Message {
    /// Choose a quiz, or turns without words.
    Quiz(bool),
    Preset(Preset),
    Typed(Number, String),
    /// Increase a number, or decrease it.
    Step(Number, bool),
    /// Choose whether guessers are told that a guess was close.
    TellClose(bool),
    /// Toggle a built-in pack.
    Pack(BuiltIn),
    /// Toggle the person's own words.
    Own,
    Edit(text_editor::Action),
    /// The path of a file with words was typed.
    Path(String),
    OpenFile,
    Start,
}

/// A consequence of a message, outside of the dialog.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    Read(PathBuf),
    Start(Rules, WordList),
}

/// The reason why the game can't be proposed yet.
#[derive(Debug, PartialEq, Eq)]
pub enum Problem<'a> {
    /// A number is out of its bounds.
    Number,
    /// A quiz without any words.
    NoWords,
    /// The own words are no pack.
    Own(&'a PackError),
}

/// The state of the dialog.
#[derive(Debug)]
pub struct Setup {
    pub choice: GameChoice,
    /// The rules of a quiz, also while turns without words are chosen.
    quiz: QuizRules,
    /// The numbers as they were typed.
    typed: BTreeMap<Number, String>,
    /// The own words as they are edited.
    pub words: Content,
    /// The parsed own words.
    parsed: Result<Vec<Word>, PackError>,
    /// The path of the file to read.
    pub path: String,
    /// The reason why the file was refused.
    pub file_error: Option<FileError>,
    /// The reason why the game was not proposed.
    pub error: Option<CommandError>,
}

/// The reason why a file was refused.
#[derive(Debug, PartialEq, Eq)]
pub enum FileError {
    /// It can't be read, for this reason.
    Unreadable(String),
    /// It is no text, or too much of it.
    NoPack(PackError),
}

impl Setup {
    /// Creates the dialog with the last choice.
    pub fn new(choice: GameChoice) -> Self {
        let quiz = choice.rules.quiz.unwrap_or_default();
        let (words, parsed) = (Content::with_text(&choice.own_words), parse(&choice.own_words));
        Setup {
            choice,
            quiz,
            typed: BTreeMap::new(),
            words,
            parsed,
            path: String::new(),
            file_error: None,
            error: None,
        }
    }

    /// Returns whether it is a quiz.
    pub fn is_quiz(&self) -> bool {
        self.choice.rules.quiz.is_some()
    }

    /// Returns the number of own words, or what is wrong with them.
    pub fn own_words(&self) -> Result<usize, &PackError> {
        self.parsed.as_ref().map(Vec::len)
    }

    /// Returns a number as it stands in its field.
    pub fn number(&self, number: Number) -> String {
        self.typed.get(&number).cloned().unwrap_or_else(|| number.of(self.choice.rules).to_string())
    }

    /// Returns whether the text in a number's field is in its bounds.
    pub fn is_number_sound(&self, number: Number) -> bool {
        self.typed.get(&number).is_none_or(|typed| self.sound(number, typed).is_some())
    }

    /// Returns the rules with a typed number, if it is in its bounds.
    fn sound(&self, number: Number, typed: &str) -> Option<Rules> {
        let mut rules = self.choice.rules;
        number.put(&mut rules, typed.parse().ok()?);
        let (least, most) = number.bounds(self.is_quiz());
        ((least..=most).contains(&number.of(rules)) && rules.is_sound()).then_some(rules)
    }

    pub fn update(&mut self, message: Message) -> Option<Outcome> {
        self.error = None;
        match message {
            Message::Quiz(quiz) => self.choose_quiz(quiz),
            Message::Preset(preset) => self.take(preset.rules()),
            Message::Typed(number, text) => self.type_number(number, &text),
            Message::Step(number, more) => self.step(number, more),
            Message::TellClose(close) => {
                self.choice.rules.quiz.iter_mut().for_each(|quiz| quiz.close = close);
            }
            Message::Pack(BuiltIn::En) => self.choice.english = !self.choice.english,
            Message::Pack(BuiltIn::Ko) => self.choice.korean = !self.choice.korean,
            Message::Own => self.choice.own = !self.choice.own,
            Message::Edit(action) => self.edit(action),
            Message::Path(path) => (self.path, self.file_error) = (path, None),
            Message::OpenFile if !self.path.trim().is_empty() => return Some(Outcome::Read(self.path.trim().into())),
            Message::OpenFile => {}
            Message::Start => return self.start(),
        }
        None
    }

    fn take(&mut self, rules: Rules) {
        self.typed.clear();
        self.quiz = rules.quiz.unwrap_or(self.quiz);
        self.choice.rules = rules;
    }

    fn choose_quiz(&mut self, quiz: bool) {
        self.quiz = self.choice.rules.quiz.unwrap_or(self.quiz);
        let (least, most) = Number::Seconds.bounds(quiz);
        let seconds = self.choice.rules.seconds.clamp(least, most);
        self.take(Rules { quiz: quiz.then_some(self.quiz), seconds, ..self.choice.rules });
    }

    fn type_number(&mut self, number: Number, text: &str) {
        let digits: String = text.chars().filter(char::is_ascii_digit).take(3).collect();
        if let Some(rules) = self.sound(number, &digits) {
            self.choice.rules = rules;
        }
        self.typed.insert(number, digits);
    }

    fn step(&mut self, number: Number, more: bool) {
        self.typed.remove(&number);
        let (least, most) = number.bounds(self.is_quiz());
        let (value, step) = (number.of(self.choice.rules), number.step());
        // To the next multiple of the step.
        let next = if more { (value / step + 1) * step } else { value.saturating_sub(1) / step * step };
        number.put(&mut self.choice.rules, next.clamp(least, most));
    }

    fn edit(&mut self, action: text_editor::Action) {
        let pasted = match &action {
            text_editor::Action::Edit(Edit::Paste(text)) => text.len(),
            _ => 0,
        };
        let bytes = self.choice.own_words.len() + pasted;
        if pasted > 0 && bytes > MAX_PACK_BYTES {
            self.file_error = Some(FileError::NoPack(PackError::TooLarge { bytes }));
            return;
        }
        let edits = action.is_edit();
        self.words.perform(action);
        if edits {
            self.file_error = None;
            self.parse_words(self.words.text());
        }
    }

    fn parse_words(&mut self, text: String) {
        self.parsed = parse(&text);
        self.choice.own_words = text;
    }

    /// Takes the content of a file: its text becomes the own words, also with mistakes, so that they can be corrected.
    pub fn file(&mut self, path: PathBuf, bytes: Result<Vec<u8>, String>) {
        self.path = path.display().to_string();
        self.choice.own = true;
        let text = match bytes {
            Ok(bytes) => match parse_bytes(&bytes) {
                Err(error @ (PackError::TooLarge { .. } | PackError::NotUtf8 { .. })) => Err(FileError::NoPack(error)),
                Ok(_) | Err(_) => Ok(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned()),
            },
            Err(reason) => Err(FileError::Unreadable(reason)),
        };
        match text {
            Ok(text) => {
                self.file_error = None;
                self.words = Content::with_text(&text);
                self.parse_words(text);
            }
            Err(error) => self.file_error = Some(error),
        }
    }

    /// Returns why the game can't be proposed yet.
    pub fn problem(&self) -> Option<Problem<'_>> {
        let quiz = self.is_quiz();
        let faulty = |number: &Number| (quiz || !number.is_of_quiz()) && !self.is_number_sound(*number);
        if Number::ALL.iter().any(faulty) {
            return Some(Problem::Number);
        }
        match &self.parsed {
            _ if !quiz => None,
            Err(error) if self.choice.own => Some(Problem::Own(error)),
            _ if !self.choice.own && self.choice.packs().is_empty() => Some(Problem::NoWords),
            _ => None,
        }
    }

    fn start(&self) -> Option<Outcome> {
        if self.problem().is_some() {
            return None;
        }
        let words = if self.is_quiz() { self.all_words() } else { WordList::default() };
        Some(Outcome::Start(self.choice.rules, words))
    }

    /// Returns the chosen words. The own ones come first, so that their spelling wins.
    fn all_words(&self) -> WordList {
        let own = self.parsed.as_deref().unwrap_or_default().iter().filter(|_| self.choice.own);
        let packs = self.choice.packs();
        WordList::new(own.chain(packs.iter().flat_map(|pack| pack.words())).cloned().collect())
    }
}

#[cfg(test)]
#[path = "setup_tests.rs"]
mod tests;
