//! The window: the face for people.
//!
//! | module | what it says |
//! | --- | --- |
//! | [`app`] | the root, which routes |
//! | [`screen`] | what fills the window; screens know no node, they return what they want done |
//! | [`keys`] | what keys do |
//! | [`link`] | the line to the node: commands in, answers and events out |
//! | [`place`] | the window on the screen: its icon, its size, its place |
//! | [`ink`] | from points to pixels |
//! | [`theme`] | colours, fonts, styles |
//! | [`when`] | moments in words |
//! | [`widget`] | widgets of our own |

mod app;
mod ink;
mod keys;
mod link;
mod place;
mod screen;
#[cfg(test)]
mod tests;
mod theme;
mod when;
mod widget;

use iced::{Pixels, Settings};
use inkmesh::node::Config;
use tokio::runtime;

use self::app::App;

/// What the window is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the node is to be started with.
    pub config: Config,
    /// Whether the name was given on the command line, so that nobody needs to be asked.
    pub name_given: bool,
    /// Whether a room was, so that it is shown and not the one that was looked at last.
    pub room_given: bool,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// No threads for the node.
    #[error("can't start the threads that the network needs")]
    Runtime(#[source] std::io::Error),
    /// The system gives no window.
    #[error("can't open a window (without a screen, `inkmesh headless` runs the same program)")]
    Window(#[from] iced::Error),
}

/// Shows the window until it is closed. To be called from the main thread, outside of any tokio runtime.
///
/// # Errors
/// [`WindowError`] when the system refuses threads or a window. What goes wrong later is told in the window.
pub fn run(options: Options) -> Result<(), WindowError> {
    // The node has a runtime of its own: a busy window doesn't slow it, and it outlives iced's when the window closes.
    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("inkmesh-node")
        .build()
        .map_err(WindowError::Runtime)?;
    let handle = runtime.handle().clone();
    let remembered = crate::settings::Settings::load(&options.config.data_dir);
    let window = place::settings(remembered.window);
    let settings = Settings {
        id: Some(place::APP_ID.to_owned()),
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
