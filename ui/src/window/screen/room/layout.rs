//! The arrangement of the screen's parts: three columns, three with the left one folded, or tabs.

use iced::Size;

use super::game::{SHORT_BELOW, TINY_BELOW};

/// Width of the window below which the left column folds, in pixels.
const FOLD_BELOW: f32 = 1200.0;
/// Width of the window below which the panes become tabs, in pixels.
const TABS_BELOW: f32 = 760.0;
/// Height of the window below which the tools fold to one row, in pixels.
pub const FOLD_TOOLS_BELOW: f32 = 720.0;
/// Height of the window from which the chat can stand below the sheet, in pixels.
const CHAT_BELOW_SHEET_FROM: f32 = 640.0;
/// Space around the parts and between the columns, and between the parts of a column.
const GAP: (f32, f32) = (12.0, 8.0);
/// The same in a narrow or low window.
const SMALL_GAP: (f32, f32) = (6.0, 4.0);

/// The pane that a narrow window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Sheet,
    Chat,
    People,
}

/// The arrangement of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// Three columns.
    Wide,
    /// Three columns, the left one folded.
    Folded,
    Tabs,
}

/// An event of the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    Pane(Pane),
    /// Unfold the left column over the rest, or fold it.
    Drawer(bool),
}

/// The layout's state.
#[derive(Debug)]
pub struct Layout {
    pub size: Size,
    /// The pane that a narrow window shows.
    pub pane: Pane,
    /// True if the left column is unfolded.
    pub drawer: bool,
}

impl Layout {
    pub fn new(size: Size) -> Self {
        Layout { size, pane: Pane::Sheet, drawer: false }
    }

    pub fn arrangement(&self) -> Arrangement {
        match self.size.width {
            width if width < TABS_BELOW => Arrangement::Tabs,
            width if width < FOLD_BELOW => Arrangement::Folded,
            _ => Arrangement::Wide,
        }
    }

    /// Returns whether there is room for one pane at a time.
    pub fn is_narrow(&self) -> bool {
        self.arrangement() == Arrangement::Tabs
    }

    /// Returns whether a pane is in view by itself: as a column or as the tab that is shown.
    pub fn shows(&self, pane: Pane) -> bool {
        !self.is_narrow() || self.pane == pane
    }

    /// Returns whether the chat has room below the sheet, in a window with tabs.
    pub fn has_room_below_sheet(&self) -> bool {
        self.is_narrow() && self.pane == Pane::Sheet && self.size.height >= CHAT_BELOW_SHEET_FROM
    }

    /// Returns whether the left column lies unfolded over the rest.
    pub fn drawer_is_up(&self) -> bool {
        self.drawer && self.arrangement() == Arrangement::Folded
    }

    /// Returns the space around the parts and between the columns, and between the parts of a column.
    pub fn gaps(&self) -> (f32, f32) {
        let roomy = self.arrangement() == Arrangement::Wide && self.size.height >= FOLD_TOOLS_BELOW;
        if roomy { GAP } else { SMALL_GAP }
    }

    /// Returns whether the window is low, so that everything takes as little room as it can.
    pub fn is_short(&self) -> bool {
        self.size.height < SHORT_BELOW
    }

    /// Returns whether the window is so low that there is hardly any room for the sheet.
    pub fn is_tiny(&self) -> bool {
        self.size.height < TINY_BELOW
    }
}

/// The padding of the unfolded left column.
pub const DRAWER_PADDING: f32 = GAP.0;
