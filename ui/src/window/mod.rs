//! The window.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`app`] | the root: routes messages, and carries out actions |
//! | [`screen`] | the screens, which return actions and do not access the node |
//! | [`keys`] | keyboard shortcuts |
//! | [`bridge`] | the channel to the node: requests in, replies and events out |
//! | [`geometry`] | the size and position of the window, its icon |
//! | [`portrait`] | the pictures of people |
//! | [`render`] | turns strokes into pixels |
//! | [`theme`] | colours, fonts, styles |
//! | [`calendar`] | dates and times in words |
//! | [`widget`] | custom widgets |

mod app;
mod bridge;
mod calendar;
mod geometry;
mod keys;
mod portrait;
mod render;
mod screen;
#[cfg(test)]
mod tests;
mod theme;
mod widget;

use iced::{Pixels, Settings};
use inkmesh::node::Config;
use tokio::runtime;

use self::app::App;

/// What the window is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The configuration of the node.
    pub config: Config,
    /// True if the name was given on the command line, so that the welcome screen is skipped.
    pub name_given: bool,
    /// True if a room was given on the command line, so that it is opened and not the last one.
    pub room_given: bool,
}

/// The error of a window that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The threads of the node could not be started.
    #[error("can't start the threads that the network needs")]
    Runtime(#[source] std::io::Error),
    /// The system could not open a window.
    #[error("can't open a window (without a screen, `inkmesh headless` runs the same program)")]
    Window(#[from] iced::Error),
}

/// Runs the window until it is closed. Has to be called from the main thread, outside of any tokio runtime.
///
/// # Errors
/// [`WindowError`] when the system refuses threads or a window. Later errors are shown in the window.
pub fn run(options: Options) -> Result<(), WindowError> {
    // The node has its own runtime: a busy window doesn't slow it down, and it outlives iced's when the window closes.
    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("inkmesh-node")
        .build()
        .map_err(WindowError::Runtime)?;
    let handle = runtime.handle().clone();
    let remembered = crate::settings::Settings::load(&options.config.data_dir);
    let window = geometry::settings(remembered.window);
    let settings = Settings {
        id: Some(geometry::APP_ID.to_owned()),
        fonts: theme::FONT_FILES.map(Into::into).to_vec(),
        default_font: theme::REGULAR,
        default_text_size: Pixels(theme::BODY),
        ..Settings::default()
    };
    iced::application(move || App::new(options.clone(), remembered.clone(), handle.clone()), App::update, App::view)
        .title(App::title)
        .theme(App::theme)
        .subscription(App::subscription)
        .settings(settings)
        .window(window)
        .run()?;
    runtime.shutdown_timeout(std::time::Duration::from_secs(3));
    Ok(())
}
