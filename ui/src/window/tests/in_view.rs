//! Checks that actions are in view: at every size of a window, everything that can be clicked in a state has to be as
//! visible and clickable as in a window with room for everything.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use iced::advanced::text::{self, Paragraph as _, Renderer as TextRenderer, Wrapping};
use iced::advanced::widget::operation;
use iced::widget::Space;
use iced::{Element, Event, Pixels, Point, Rectangle, Renderer, Size, alignment, mouse};
use iced_test::Selector as _;
use iced_test::core::clipboard;
use iced_test::runtime::user_interface::{Cache, UserInterface};
use iced_test::selector::Candidate;

use super::bench::{Bench, simulate};
use crate::window::screen::room::Message;
use crate::window::theme;

/// The sizes of screens, in pixels.
const SCREENS: [(f32, f32); 4] = [(640.0, 480.0), (800.0, 600.0), (1280.0, 800.0), (1920.0, 1080.0)];
/// The scale factors.
const SCALES: [f32; 3] = [1.0, 1.25, 2.0];
/// The size of a window with room for everything.
const LARGE: Size = Size::new(3000.0, 2400.0);

/// Returns sizes of windows in logical pixels, with their scale factors: each size itself at every scale, and a screen of
/// that many pixels at every scale. The smallest is 320 × 240.
pub fn sizes() -> Vec<(Size, f32)> {
    let all = SCREENS.into_iter().flat_map(|(width, height)| {
        SCALES.into_iter().flat_map(move |scale| {
            [(Size::new(width, height), scale), (Size::new(width / scale, height / scale), scale)]
        })
    });
    let mut sizes: Vec<(Size, f32)> = all.collect();
    sizes.sort_by(|(one, by), (other, scale)| {
        (one.width, one.height, by).partial_cmp(&(other.width, other.height, scale)).unwrap()
    });
    sizes.dedup();
    sizes
}

/// A text of a view with its bounds, and the part that is not scrolled away.
#[derive(Debug, Clone)]
struct Words {
    words: String,
    bounds: Rectangle,
    visible: Option<Rectangle>,
}

/// A view that is built once, to be searched and clicked.
pub struct Glass<'a, M> {
    ui: Option<UserInterface<'a, M, iced::Theme, Renderer>>,
    renderer: Renderer,
    size: Size,
}

impl<'a, M: std::fmt::Debug + 'a> Glass<'a, M> {
    /// Builds a view in a window of this size.
    pub fn new(view: Element<'a, M>, size: Size) -> Self {
        // This loads the fonts.
        drop(simulate::<()>(Space::new().into(), size));
        let mut renderer = Renderer::new(theme::REGULAR, theme::BODY.into());
        let ui = UserInterface::build(view, size, Cache::default(), &mut renderer);
        Glass { ui: Some(ui), renderer, size }
    }

    fn select<T: Send + 'static>(&mut self, select: impl Fn(Candidate<'_>) -> Option<T> + Send + 'static) -> Vec<T> {
        let found = Arc::new(Mutex::new(Vec::new()));
        let put = Arc::clone(&found);
        let selector = move |candidate: Candidate<'_>| -> Option<()> {
            put.lock().unwrap().extend(select(candidate));
            None
        };
        self.ui.as_mut().unwrap().operate(&self.renderer, &mut operation::black_box(&mut selector.find_all()));
        std::mem::take(&mut *found.lock().unwrap())
    }

    fn words(&mut self) -> Vec<Words> {
        self.select(|candidate| match candidate {
            Candidate::Text { content, bounds, visible_bounds, .. } => {
                Some(Words { words: content.to_owned(), bounds, visible: visible_bounds })
            }
            _ => None,
        })
    }

    /// Returns why no text with these words is fully in view; `None` if one is.
    pub fn hidden(&mut self, words: &str) -> Option<String> {
        let found = self.words().into_iter().filter(|one| one.words == words);
        let mut trouble = "it is not there".to_owned();
        for one in found {
            match self.cut(&one) {
                None => return None,
                Some(why) => trouble = why,
            }
        }
        Some(trouble)
    }

    /// Returns the bounds of the container with this id.
    pub fn place(&mut self, wanted: &'static str) -> Option<Rectangle> {
        let wanted = iced::widget::Id::new(wanted);
        let found = self.select(move |candidate| match candidate {
            Candidate::Container { id: Some(id), bounds, .. } if *id == wanted => Some(bounds),
            _ => None,
        });
        found.first().copied()
    }

    /// Returns the messages of a click.
    fn click(&mut self, at: Point) -> Vec<String> {
        let cursor = mouse::Cursor::Available(at);
        let button = mouse::Button::Left;
        let events = [mouse::Event::CursorMoved { position: at }, mouse::Event::ButtonPressed(button)];
        let events = events.into_iter().chain([mouse::Event::ButtonReleased(button)]).map(Event::Mouse);
        let mut messages = Vec::new();
        let events: Vec<Event> = events.collect();
        let ui = self.ui.as_mut().unwrap();
        let _ = ui.update(&events, cursor, &mut self.renderer, &mut clipboard::Null, &mut messages);
        messages.iter().map(|message| format!("{message:?}")).filter(|message| !is_of_the_pen(message)).collect()
    }

    /// Returns the messages of everything with words that can be clicked, with the words. A message that a click beside
    /// everything also sends has to have a button.
    fn pressable(&mut self) -> BTreeMap<String, Vec<String>> {
        let beside = self.click(Point::new(1.0, 1.0));
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for one in self.words() {
            let center = one.bounds.center();
            if !one.visible.is_some_and(|visible| visible.contains(center)) {
                continue;
            }
            for come in self.click(center) {
                if !beside.contains(&come) || one.words == "✕" {
                    all.entry(come).or_default().push(one.words.clone());
                }
            }
        }
        all
    }

    /// Returns why these words can't be clicked for this message; `None` if they can.
    fn trouble(&mut self, words: &str, message: &str) -> Option<String> {
        let found: Vec<Words> = self.words().into_iter().filter(|one| one.words == words).collect();
        let mut trouble = "it is not there".to_owned();
        for one in found {
            match self.why_not(&one, message) {
                None => return None,
                Some(why) => trouble = why,
            }
        }
        Some(trouble)
    }

    /// Returns which part of a text is not in view.
    fn cut(&self, one: &Words) -> Option<String> {
        let Words { bounds, visible, .. } = one;
        let seen = visible.and_then(|visible| visible.intersection(&Rectangle::with_size(self.size)));
        let whole = |seen: Rectangle| seen.width >= bounds.width - 0.5 && seen.height >= bounds.height - 0.5;
        if !seen.is_some_and(whole) {
            return Some(format!("of {bounds:?} only {seen:?} is in view"));
        }
        let needed = height_of(&one.words, bounds.width);
        if bounds.height < needed - 0.5 {
            return Some(format!("it is squeezed to {bounds:?}, and needs {needed} of height"));
        }
        None
    }

    fn why_not(&mut self, one: &Words, message: &str) -> Option<String> {
        if let Some(cut) = self.cut(one) {
            return Some(cut);
        }
        let bounds = one.bounds;
        let inner = bounds.shrink(1.0);
        let (right, bottom) = (inner.x + inner.width, inner.y + inner.height);
        let corners = [(inner.x, inner.y), (right, inner.y), (inner.x, bottom), (right, bottom)];
        for at in corners.into_iter().map(|(x, y)| Point::new(x, y)).chain([bounds.center()]) {
            let come = self.click(at);
            if come != [message] {
                return Some(format!("a click at {at:?} in {bounds:?} says {come:?}"));
            }
        }
        None
    }
}

/// Returns whether a message is from the pen on the sheet, or reports a size.
fn is_of_the_pen(message: &str) -> bool {
    ["Sheet(Pen", "Sheet(Resized", "Sheet(Pick", "Sheet(Fill", "Gallery(Shown"].iter().any(|of| message.starts_with(of))
}

/// Returns the least height of words in this width, in small text.
fn height_of(words: &str, width: f32) -> f32 {
    let text = text::Text {
        content: words,
        bounds: Size::new(width + 1.0, f32::INFINITY),
        size: Pixels(theme::SMALL),
        line_height: text::LineHeight::Relative(1.0),
        font: theme::REGULAR,
        align_x: text::Alignment::Default,
        align_y: alignment::Vertical::Top,
        shaping: text::Shaping::Advanced,
        wrapping: Wrapping::WordOrGlyph,
    };
    <Renderer as TextRenderer>::Paragraph::with_text(text).min_bounds().height
}

/// Checks that everything in this state that sends one of these actions when clicked is in view and can be clicked at
/// every size of the window. Of several texts for one action, one has to be. Returns the messages.
pub fn actions_stay_in_view(state: &str, bench: &mut Bench, is_action: impl Fn(&str) -> bool) -> Vec<String> {
    resize(bench, LARGE, 1.0);
    let mut actions = Glass::new(bench.view(), LARGE).pressable();
    actions.retain(|message, _| is_action(message));
    let mut troubles = Vec::new();
    for (size, scale) in sizes() {
        resize(bench, size, scale);
        let mut glass = Glass::new(bench.view(), size);
        for (message, words) in &actions {
            let why: Vec<String> = words.iter().map_while(|words| glass.trouble(words, message)).collect();
            if why.len() == words.len() {
                let Size { width, height } = size;
                troubles.push(format!("{state} at {width} × {height}: {message} by one of {words:?}: {why:?}"));
            }
        }
    }
    assert!(troubles.is_empty(), "{} troubles:\n{}", troubles.len(), troubles.join("\n"));
    actions.into_keys().collect()
}

/// Resizes the window. Nothing is painted, as only the layout matters.
pub fn resize(bench: &mut Bench, size: Size, scale: f32) {
    bench.size = size;
    drop(bench.room.update(Message::Resized(size, scale), bench.now));
}
