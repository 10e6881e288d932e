//! `inkmesh restore`: puts a backup into a data folder in which nobody lives yet.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use inkmesh::backup::BackupError;
use inkmesh::node::backup::{RestoreError, restore};

use crate::args::{NoDataDir, data_dir_or_default};
use crate::diagnostics;
use crate::settings::{Language, Settings};
use crate::text::{t, t_args, with_causes};

/// The exit status after an error, which is written to standard error.
const FAILED: u8 = 1;

/// The error of a restoration.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    NoDataDir(#[from] NoDataDir),
    /// The passphrase can't be read.
    #[error("can't read the passphrase")]
    Passphrase(#[from] io::Error),
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

/// Restores a backup. Returns 0, or [`FAILED`].
pub fn run(file: &Path, data_dir: Option<PathBuf>, language: Option<Language>) -> ExitCode {
    let dir = data_dir_or_default(data_dir);
    let set = || Settings::load(dir.as_ref().ok()?).language;
    let language = language.or_else(set).unwrap_or_else(Language::of_system);
    let restored = || -> Result<String, Failed> {
        let dir = dir?;
        let passphrase = passphrase(language)?;
        let author = restore(file, &passphrase, &dir)?;
        let args = [("fingerprint", author.fingerprint().into()), ("folder", dir.display().to_string().into())];
        Ok(t_args(language, "restore-done", args))
    };
    match restored() {
        Ok(words) => {
            // Nobody may read it; it is restored all the same.
            let _ = writeln!(io::stdout(), "{words}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            diagnostics::say(&format!("inkmesh: {}", words(language, &error)));
            ExitCode::from(FAILED)
        }
    }
}

/// Asks for the passphrase on a terminal without showing it, or reads the first line of standard input.
fn passphrase(language: Language) -> io::Result<String> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("{} ", t(language, "restore-passphrase")));
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn words(language: Language, error: &Failed) -> String {
    let key = match error {
        Failed::NoDataDir(_) => "archive-no-data-dir",
        Failed::Restore(RestoreError::Backup(error)) => match error {
            BackupError::WrongPassphrase | BackupError::ShortPassphrase => "restore-wrong-passphrase",
            BackupError::Damaged => "restore-damaged",
            BackupError::Newer => "restore-newer",
            BackupError::NotABackup | BackupError::TooLarge => "restore-no-backup",
        },
        Failed::Restore(RestoreError::Used(folder)) => {
            return t_args(language, "restore-used", [("folder", folder.display().to_string().into())]);
        }
        Failed::Restore(RestoreError::File { .. } | RestoreError::Start(_)) | Failed::Passphrase(_) => {
            return with_causes(error);
        }
    };
    t(language, key)
}
