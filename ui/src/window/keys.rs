//! Keyboard shortcuts.

use iced::keyboard::key::{Named, Physical};
use iced::keyboard::{Key, Modifiers};
use inkmesh::canvas::Tool;

use super::screen::gallery::replay;
use super::screen::room::sheet::{Choice, Message as Sheet};
use super::screen::room::{GameKey, Shortcut};

/// The number of wheel steps that a key zooms by.
const ZOOM: f32 = 2.0;

/// Returns the shortcut of a key. `free` is whether no field has handled it.
pub fn shortcut(key: &Key, physical: Physical, modifiers: Modifiers, free: bool) -> Option<Shortcut> {
    match key.as_ref() {
        // A field handles Esc, but it also closes what is open.
        Key::Named(Named::Escape) => Some(Shortcut::Escape),
        Key::Named(Named::F1) => Some(Shortcut::Help),
        Key::Named(Named::F2) => Some(Shortcut::Game(GameKey::GoOn)),
        Key::Named(Named::F3) => Some(Shortcut::Game(GameKey::Results)),
        Key::Named(Named::F4) if !modifiers.alt() => Some(Shortcut::Game(GameKey::Again)),
        Key::Named(Named::F5) => Some(Shortcut::Game(GameKey::Setup)),
        Key::Named(Named::F6) => Some(Shortcut::ToCall),
        Key::Named(Named::Enter) if free => Some(Shortcut::Write),
        _ if !free || modifiers.alt() => None,
        // By the position of the key: with a Korean layout B types ㅠ.
        _ if modifiers.command() => with_control(key, latin(key, physical), modifiers.shift()),
        Key::Named(named) => replay(named),
        _ => plain(key, latin(key, physical)),
    }
}

/// Returns the shortcut of a key that controls a replay.
fn replay(named: Named) -> Option<Shortcut> {
    let control = match named {
        Named::Space => replay::Control::Play,
        Named::ArrowRight => replay::Control::Step(1),
        Named::ArrowLeft => replay::Control::Step(-1),
        Named::Home => replay::Control::Seek(0),
        // More strokes than there are is all of them.
        Named::End => replay::Control::Seek(usize::MAX),
        _ => return None,
    };
    Some(Shortcut::Replay(control))
}

/// Returns whether a shortcut is meant for the text while a field has the focus. A field handles the keys that write, but
/// not these.
pub fn is_for_text(shortcut: &Shortcut) -> bool {
    matches!(shortcut, Shortcut::Sheet(Sheet::Choose(_) | Sheet::Undo | Sheet::Redo) | Shortcut::Replay(_))
}

fn latin(key: &Key, physical: Physical) -> Option<char> {
    Some(key.to_latin(physical)?.to_ascii_lowercase())
}

fn with_control(key: &Key, latin: Option<char>, shift: bool) -> Option<Shortcut> {
    match (latin, shift) {
        (Some('z'), false) => Some(Shortcut::Sheet(Sheet::Undo)),
        (Some('z'), true) | (Some('y'), _) => Some(Shortcut::Sheet(Sheet::Redo)),
        (Some('c'), false) => Some(Shortcut::Copy),
        (Some('s'), false) => Some(Shortcut::Sheet(Sheet::Save)),
        _ => zoom(key, latin),
    }
}

fn plain(key: &Key, latin: Option<char>) -> Option<Shortcut> {
    let choice = match latin {
        Some('b') => Choice::Tool(Tool::Pen),
        Some('e') => Choice::Tool(Tool::Eraser),
        Some('l') => Choice::Tool(Tool::Line),
        Some('r') => Choice::Tool(Tool::Rectangle),
        Some('o') => Choice::Tool(Tool::Ellipse),
        Some('g') => Choice::Fill,
        Some('i') => Choice::Dropper,
        Some(digit @ '1'..='5') => Choice::Width(digit as usize - '1' as usize),
        _ => return zoom(key, latin),
    };
    Some(Shortcut::Sheet(Sheet::Choose(choice)))
}

fn zoom(key: &Key, latin: Option<char>) -> Option<Shortcut> {
    let message = match (key.as_ref(), latin) {
        (Key::Character("+" | "="), _) | (_, Some('+' | '=')) => Sheet::Zoom(ZOOM),
        (Key::Character("-"), _) | (_, Some('-')) => Sheet::Zoom(-ZOOM),
        (Key::Character("0"), _) | (_, Some('0')) => Sheet::Whole,
        _ => return None,
    };
    Some(Shortcut::Sheet(message))
}

#[cfg(test)]
mod tests {
    use iced::keyboard::key::Code;

    use super::*;

    fn pressed(key: &str, code: Code, modifiers: Modifiers) -> Option<Shortcut> {
        shortcut(&Key::Character(key.into()), Physical::Code(code), modifiers, true)
    }

    #[test]
    fn every_tool_has_its_key_on_every_layout() {
        let none = Modifiers::empty();
        for (latin, hangul, code, choice) in [
            ("b", "ㅠ", Code::KeyB, Choice::Tool(Tool::Pen)),
            ("e", "ㄷ", Code::KeyE, Choice::Tool(Tool::Eraser)),
            ("l", "ㅣ", Code::KeyL, Choice::Tool(Tool::Line)),
            ("r", "ㄱ", Code::KeyR, Choice::Tool(Tool::Rectangle)),
            ("o", "ㅐ", Code::KeyO, Choice::Tool(Tool::Ellipse)),
            ("g", "ㅎ", Code::KeyG, Choice::Fill),
            ("i", "ㅑ", Code::KeyI, Choice::Dropper),
            ("3", "3", Code::Digit3, Choice::Width(2)),
        ] {
            for key in [latin, hangul] {
                assert_eq!(pressed(key, code, none), Some(Shortcut::Sheet(Sheet::Choose(choice))), "{key}");
            }
        }
    }

    #[test]
    fn undo_redo_save_and_zoom_have_theirs() {
        let (none, control) = (Modifiers::empty(), Modifiers::COMMAND);
        for (key, code, modifiers, message) in [
            ("z", Code::KeyZ, control, Sheet::Undo),
            ("ㅋ", Code::KeyZ, control, Sheet::Undo),
            ("Z", Code::KeyZ, control | Modifiers::SHIFT, Sheet::Redo),
            ("y", Code::KeyY, control, Sheet::Redo),
            ("s", Code::KeyS, control, Sheet::Save),
            ("+", Code::Equal, Modifiers::SHIFT, Sheet::Zoom(ZOOM)),
            ("=", Code::Equal, control, Sheet::Zoom(ZOOM)),
            ("-", Code::Minus, none, Sheet::Zoom(-ZOOM)),
            ("0", Code::Digit0, control, Sheet::Whole),
            ("0", Code::Numpad0, none, Sheet::Whole),
        ] {
            assert_eq!(pressed(key, code, modifiers), Some(Shortcut::Sheet(message)), "{key}");
        }
    }

    #[test]
    fn a_drawing_in_the_gallery_has_its_keys() {
        let pressed =
            |named, modifiers, free| shortcut(&Key::Named(named), Physical::Code(Code::Space), modifiers, free);
        for (named, control) in [
            (Named::Space, replay::Control::Play),
            (Named::ArrowLeft, replay::Control::Step(-1)),
            (Named::ArrowRight, replay::Control::Step(1)),
            (Named::Home, replay::Control::Seek(0)),
            (Named::End, replay::Control::Seek(usize::MAX)),
        ] {
            assert_eq!(pressed(named, Modifiers::empty(), true), Some(Shortcut::Replay(control)));
            assert_eq!(pressed(named, Modifiers::empty(), false), None, "a field has taken it");
            assert_eq!(pressed(named, Modifiers::COMMAND, true), None);
        }
        assert_eq!(pressed(Named::F9, Modifiers::empty(), true), None);
    }

    #[test]
    fn a_game_has_its_keys_also_while_somebody_writes() {
        for (named, key) in [
            (Named::F2, GameKey::GoOn),
            (Named::F3, GameKey::Results),
            (Named::F4, GameKey::Again),
            (Named::F5, GameKey::Setup),
        ] {
            for free in [true, false] {
                let pressed = shortcut(&Key::Named(named), Physical::Code(Code::F2), Modifiers::empty(), free);
                assert_eq!(pressed, Some(Shortcut::Game(key)));
            }
        }
        let close = shortcut(&Key::Named(Named::F4), Physical::Code(Code::F4), Modifiers::ALT, true);
        assert_eq!(close, None, "that closes windows");
    }

    #[test]
    fn what_a_field_takes_is_for_the_field() {
        let typed = |key: &Key| shortcut(key, Physical::Code(Code::KeyB), Modifiers::empty(), false);
        assert_eq!(typed(&Key::Character("b".into())), None);
        assert_eq!(typed(&Key::Named(Named::Enter)), None);
        assert_eq!(typed(&Key::Named(Named::Escape)), Some(Shortcut::Escape));
        assert_eq!(pressed("b", Code::KeyB, Modifiers::ALT), None);
        assert_eq!(pressed("z", Code::KeyZ, Modifiers::empty()), None);
    }
}
