//! A game that is being thought of: which one, by which rules, with which words.

use std::collections::BTreeMap;
use std::path::PathBuf;

use iced::widget::text_editor::{self, Content, Edit};
use inkmesh::game::{QuizRules, Rules, WordList};
use inkmesh::node::CommandError;
use inkmesh::words::{BuiltIn, MAX_PACK_BYTES, PackError, Word, parse, parse_bytes};

use crate::settings::GameChoice;

/// A number of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// Rounds.
    Rounds,
    /// Seconds of a turn.
    Seconds,
    /// Words that the drawer chooses from.
    Offered,
    /// Letters shown at most.
    Hints,
    /// Players at most.
    Players,
    /// Seconds without ink after which a drawer is skipped; 0: never.
    Idle,
}

impl Number {
    /// All of them, in the order in which they are asked for.
    pub const ALL: [Number; 6] =
        [Number::Rounds, Number::Seconds, Number::Players, Number::Idle, Number::Offered, Number::Hints];

    /// Whether only a quiz has it.
    pub fn is_of_quiz(self) -> bool {
        matches!(self, Number::Offered | Number::Hints)
    }

    /// The least and the most that it can be, as [`Rules::is_sound`] says.
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

    /// How much a press changes it.
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

/// Rules that people know from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// As in skribbl.
    Skribbl,
    /// As in 캐치마인드.
    CatchMind,
}

impl Preset {
    /// Both of them.
    pub const ALL: [Preset; 2] = [Preset::Skribbl, Preset::CatchMind];

    /// What they are called everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Skribbl => "skribbl",
            Preset::CatchMind => "캐치마인드",
        }
    }

    /// Its rules.
    pub fn rules(self) -> Rules {
        match self {
            Preset::Skribbl => Rules::skribbl(),
            Preset::CatchMind => Rules::catch_mind(),
        }
    }
}

/// What happens in the dialog.
#[derive(Debug, Clone)]
pub enum Press {
    /// A quiz, or turns without words.
    Quiz(bool),
    /// Rules that people know.
    Preset(Preset),
    /// A number is now this.
    Typed(Number, String),
    /// More of it, or less.
    Step(Number, bool),
    /// Whether guessers are told that a guess was close.
    TellClose(bool),
    /// With a pack of the program, or without it.
    Pack(BuiltIn),
    /// With words of one's own, or without them.
    Own,
    /// Those words are edited.
    Edit(text_editor::Action),
    /// The path of a file with words is now this.
    Path(String),
    /// Read that file.
    OpenFile,
    /// Propose the game.
    Start,
}

/// What is to be done after a press.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// Nothing.
    None,
    /// Read this file.
    Read(PathBuf),
    /// Propose a game.
    Start(Rules, WordList),
}

/// Why the game can't be proposed yet.
#[derive(Debug, PartialEq, Eq)]
pub enum Problem<'a> {
    /// A number is out of its bounds.
    Number,
    /// A quiz without any words.
    NoWords,
    /// The words of one's own are no pack.
    Own(&'a PackError),
}

/// The game that is being thought of.
#[derive(Debug)]
pub struct Plan {
    choice: GameChoice,
    /// The quiz's rules, also while turns without words are chosen.
    quiz: QuizRules,
    /// Numbers as they were typed.
    typed: BTreeMap<Number, String>,
    words: Content,
    /// What is made of the words.
    read: Result<Vec<Word>, PackError>,
    /// The file that is to be read.
    pub path: String,
    /// Why it was not taken.
    pub file_error: Option<FileError>,
    /// Why the game was not proposed.
    pub error: Option<CommandError>,
}

/// Why a file was not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum FileError {
    /// It can't be read; what the system said.
    Unreadable(String),
    /// It is no text, or too much of it.
    NoPack(PackError),
}

impl Plan {
    /// As it was chosen last time.
    pub fn new(choice: GameChoice) -> Self {
        let quiz = choice.rules.quiz.unwrap_or_default();
        let (words, read) = (Content::with_text(&choice.own_words), parse(&choice.own_words));
        Plan { choice, quiz, typed: BTreeMap::new(), words, read, path: String::new(), file_error: None, error: None }
    }

    /// What is chosen.
    pub fn choice(&self) -> &GameChoice {
        &self.choice
    }

    /// Whether it is a quiz.
    pub fn is_quiz(&self) -> bool {
        self.choice.rules.quiz.is_some()
    }

    /// The words of one's own as they are edited.
    pub fn words_content(&self) -> &Content {
        &self.words
    }

    /// How many words of one's own there are, or what is wrong with them.
    pub fn own_words(&self) -> Result<usize, &PackError> {
        self.read.as_ref().map(Vec::len)
    }

    /// A number as it stands in its field.
    pub fn number(&self, number: Number) -> String {
        self.typed.get(&number).cloned().unwrap_or_else(|| number.of(self.choice.rules).to_string())
    }

    /// Whether what stands in its field is in its bounds.
    pub fn is_number_sound(&self, number: Number) -> bool {
        self.typed.get(&number).is_none_or(|typed| self.sound(number, typed).is_some())
    }

    /// The rules with a number as it was typed, if they keep their bounds.
    fn sound(&self, number: Number, typed: &str) -> Option<Rules> {
        let mut rules = self.choice.rules;
        number.put(&mut rules, typed.parse().ok()?);
        let (least, most) = number.bounds(self.is_quiz());
        ((least..=most).contains(&number.of(rules)) && rules.is_sound()).then_some(rules)
    }

    /// Takes a press in.
    pub fn press(&mut self, press: Press) -> Outcome {
        self.error = None;
        match press {
            Press::Quiz(quiz) => self.choose_quiz(quiz),
            Press::Preset(preset) => self.take(preset.rules()),
            Press::Typed(number, text) => self.type_number(number, &text),
            Press::Step(number, more) => self.step(number, more),
            Press::TellClose(close) => {
                self.choice.rules.quiz.iter_mut().for_each(|quiz| quiz.close = close);
            }
            Press::Pack(BuiltIn::En) => self.choice.english = !self.choice.english,
            Press::Pack(BuiltIn::Ko) => self.choice.korean = !self.choice.korean,
            Press::Own => self.choice.own = !self.choice.own,
            Press::Edit(action) => self.edit(action),
            Press::Path(path) => (self.path, self.file_error) = (path, None),
            Press::OpenFile if !self.path.trim().is_empty() => return Outcome::Read(self.path.trim().into()),
            Press::OpenFile => {}
            Press::Start => return self.start(),
        }
        Outcome::None
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
        // To the next whole step, so that what was typed in between is left behind.
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
            self.read_words(self.words.text());
        }
    }

    fn read_words(&mut self, text: String) {
        self.read = parse(&text);
        self.choice.own_words = text;
    }

    /// A file was read: its text becomes the words of one's own, also when something is wrong in it, to be corrected.
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
                self.read_words(text);
            }
            Err(error) => self.file_error = Some(error),
        }
    }

    /// Why the game can't be proposed yet.
    pub fn problem(&self) -> Option<Problem<'_>> {
        let quiz = self.is_quiz();
        let faulty = |number: &Number| (quiz || !number.is_of_quiz()) && !self.is_number_sound(*number);
        if Number::ALL.iter().any(faulty) {
            return Some(Problem::Number);
        }
        match &self.read {
            _ if !quiz => None,
            Err(error) if self.choice.own => Some(Problem::Own(error)),
            _ if !self.choice.own && self.choice.packs().is_empty() => Some(Problem::NoWords),
            _ => None,
        }
    }

    fn start(&self) -> Outcome {
        if self.problem().is_some() {
            return Outcome::None;
        }
        let words = if self.is_quiz() { self.all_words() } else { WordList::default() };
        Outcome::Start(self.choice.rules, words)
    }

    /// The words of all that is chosen; our own way of writing one comes first.
    fn all_words(&self) -> WordList {
        let own = self.read.as_deref().unwrap_or_default().iter().filter(|_| self.choice.own);
        let packs = self.choice.packs();
        WordList::new(own.chain(packs.iter().flat_map(|pack| pack.words())).cloned().collect())
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
