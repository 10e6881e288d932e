//! The settings of the window: `settings.json` in the data folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use inkmesh::game::Rules;
use inkmesh::name::PersonName;
use inkmesh::words::BuiltIn;
use serde::{Deserialize, Serialize};

/// The file's name in the data folder.
const FILE: &str = "settings.json";

/// A language of the window's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Language; 2] = [Language::En, Language::Ko];

    /// Returns its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Language::En => "English",
            Language::Ko => "한국어",
        }
    }

    /// Returns the language of the system, or English if it is neither of the two.
    pub fn of_system() -> Self {
        sys_locale::get_locale().map(|locale| Self::of_locale(&locale)).unwrap_or_default()
    }

    /// Returns the language of a locale such as `ko-KR` or `ko_KR.UTF-8`.
    fn of_locale(locale: &str) -> Self {
        match locale.split(['-', '_', '.']).next() {
            Some("ko") => Language::Ko,
            _ => Language::En,
        }
    }
}

/// The appearance of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Appearance {
    /// As the system is.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Appearance {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Appearance; 3] = [Appearance::System, Appearance::Light, Appearance::Dark];
}

/// The last choices for a game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GameChoice {
    /// The rules, of a quiz or of turns without words.
    pub rules: Rules,
    /// True if the built-in English words are used.
    pub english: bool,
    /// True if the built-in Korean words are used.
    pub korean: bool,
    /// True if `own_words` are used.
    pub own: bool,
    /// The person's own words, one a line.
    pub own_words: String,
}

impl Default for GameChoice {
    fn default() -> Self {
        Self::first(Language::default())
    }
}

impl GameChoice {
    /// Returns the choices for a first game: a quiz in this language.
    pub fn first(language: Language) -> Self {
        GameChoice {
            rules: Rules::skribbl(),
            english: language == Language::En,
            korean: language == Language::Ko,
            own: false,
            own_words: String::new(),
        }
    }

    /// Returns the built-in packs that are used.
    pub fn packs(&self) -> Vec<BuiltIn> {
        let chosen = |pack: &BuiltIn| match pack {
            BuiltIn::En => self.english,
            BuiltIn::Ko => self.korean,
        };
        BuiltIn::ALL.into_iter().filter(chosen).collect()
    }
}

/// The position and size of the window, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geometry {
    /// Its width when it is not maximized.
    pub width: u32,
    /// The height when it is not maximized.
    pub height: u32,
    /// The upper left corner when it is not maximized; `None`: the system chooses it.
    pub position: Option<(i32, i32)>,
    /// True if it is maximized.
    pub maximized: bool,
}

/// The settings of the window.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The name that was given at first start; `None` before that, and for a name that an older program took and that is
    /// none any more.
    #[serde(deserialize_with = "valid_name")]
    pub name: Option<PersonName>,
    /// The chosen language; `None`: the system's.
    pub language: Option<Language>,
    /// The chosen appearance.
    pub appearance: Appearance,
    /// True if animations are off.
    pub reduce_motion: bool,
    /// The last choices for a game; `None` before the first.
    pub game: Option<GameChoice>,
    /// Where the window was; `None` before the first.
    pub window: Option<Geometry>,
    /// The room that was looked at last.
    pub room: Option<String>,
}

fn valid_name<'de, D: serde::Deserializer<'de>>(name: D) -> Result<Option<PersonName>, D::Error> {
    Ok(Option::<String>::deserialize(name)?.and_then(|text| text.parse().ok()))
}

/// The settings could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write {}", path.display())]
pub struct SettingsError {
    path: PathBuf,
    source: io::Error,
}

impl Settings {
    /// Reads the settings of a data folder. Returns the defaults if the file is missing or can't be read: no setting is
    /// worth refusing to start.
    pub fn load(data_dir: &Path) -> Self {
        let path = data_dir.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::default(),
            Err(error) => {
                tracing::warn!("can't read {}: {error}", path.display());
                return Self::default();
            }
        };
        serde_json::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!("{} is damaged, so the defaults are used: {error}", path.display());
            Self::default()
        })
    }

    /// Writes the settings, and creates the folder if it is missing.
    ///
    /// # Errors
    /// [`SettingsError`] when the file can't be written. The old one is unchanged then.
    pub fn save(&self, data_dir: &Path) -> Result<(), SettingsError> {
        let path = data_dir.join(FILE);
        let write = || -> io::Result<()> {
            fs::create_dir_all(data_dir)?;
            let new = data_dir.join("settings.json.new");
            fs::write(&new, serde_json::to_string_pretty(self)?)?;
            fs::rename(&new, &path)
        };
        write().map_err(|source| SettingsError { path: path.clone(), source })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_as_they_were_saved() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(folder.path()), Settings::default());
        let settings = Settings {
            name: Some("보라".parse().unwrap()),
            language: Some(Language::Ko),
            appearance: Appearance::Dark,
            reduce_motion: true,
            game: Some(GameChoice {
                rules: Rules::catch_mind(),
                own: true,
                own_words: "사과\nmoon".to_owned(),
                ..GameChoice::first(Language::Ko)
            }),
            window: Some(Geometry { width: 900, height: 700, position: Some((-3, 40)), maximized: true }),
            room: Some("가족".to_owned()),
        };
        let inner = folder.path().join("new/folder");
        settings.save(&inner).unwrap();
        assert_eq!(Settings::load(&inner), settings);
    }

    #[test]
    fn a_damaged_file_means_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{\"language\": \"tlh\"}").unwrap();
        assert_eq!(Settings::load(folder.path()), Settings::default());
        fs::write(folder.path().join(FILE), "{\"language\": \"ko\"}").unwrap();
        assert_eq!(Settings::load(folder.path()).language, Some(Language::Ko));
    }

    #[test]
    fn a_name_of_an_older_program_that_shows_nothing_costs_no_other_setting() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{\"name\": \"\u{3164}\", \"language\": \"ko\"}").unwrap();
        let settings = Settings::load(folder.path());
        assert_eq!((settings.name, settings.language), (None, Some(Language::Ko)));
    }

    #[test]
    fn a_folder_that_takes_no_file_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Settings::default().save(&file).unwrap_err();
        assert!(error.to_string().contains("settings.json"), "{error}");
    }

    #[test]
    fn locales_name_their_language() {
        for (locale, language) in [
            ("ko", Language::Ko),
            ("ko-KR", Language::Ko),
            ("ko_KR.UTF-8", Language::Ko),
            ("en-US", Language::En),
            ("kok-IN", Language::En),
            ("C", Language::En),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }
}
