//! What a game waits for from us, in the room that is looked at or in another: told until we look there.

use inkmesh::game::{GameView, Phase};
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::operation::OperationId;

use super::{Action, Room};
use crate::window::theme::Look;

/// What a game waits for, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// We have to choose a word.
    Choose,
    /// We draw.
    Draw,
    /// A turn has begun in which we may guess.
    Guess,
    /// A game gathers and asks whether we are ready.
    Gather,
}

impl Call {
    /// What a game waits for from us now.
    pub fn of(game: &GameView, me: Author) -> Option<Self> {
        match game.phase {
            Phase::Gathering => game.may_join.then_some(Call::Gather),
            Phase::Choosing => (game.drawer == Some(me)).then_some(Call::Choose),
            Phase::Drawing if game.drawer == Some(me) => Some(Call::Draw),
            Phase::Drawing => game.guessing.then_some(Call::Guess),
            Phase::Idle | Phase::Revealed | Phase::Over => None,
        }
    }

    /// What is said of it, with the room.
    pub fn words(self, look: Look, room: &RoomName) -> String {
        let key = match self {
            Call::Choose => "call-choose",
            Call::Draw => "call-draw",
            Call::Guess => "call-guess",
            Call::Gather => "call-gather",
        };
        look.t_args(key, [("room", room.as_str().into())])
    }

    /// The same in the window's title.
    fn title(self, look: Look) -> String {
        look.t(match self {
            Call::Choose | Call::Draw => "call-title-turn",
            Call::Guess => "call-title-guess",
            Call::Gather => "call-title-gather",
        })
    }
}

/// The calls of the game of one room.
#[derive(Debug, Default)]
pub struct Bell {
    /// What it waits for, in which game and turn.
    rung: Option<(Call, Option<OperationId>, u32)>,
    /// Whether we have looked there since.
    heard: bool,
}

impl Bell {
    /// The game is like this now. Returns whether it waits for something anew that we don't see.
    fn game_is(&mut self, game: &GameView, me: Author, looked_at: bool) -> bool {
        let rung = Call::of(game, me).map(|call| (call, game.game, game.turn));
        let anew = rung != self.rung;
        self.rung = rung;
        self.heard = looked_at || self.heard && !anew;
        anew && self.call().is_some()
    }

    /// Somebody looks there.
    fn hear(&mut self) {
        self.heard = true;
    }

    /// What the game waits for, until we have looked there.
    pub fn call(&self) -> Option<Call> {
        self.rung.filter(|_| !self.heard).map(|(call, ..)| call)
    }
}

impl Room {
    /// The game of a room is like this now: asks for attention if it waits for us and the window has no focus.
    pub(super) fn ring(&mut self, room: &RoomName, game: &GameView) -> Vec<Action> {
        let looked_at = self.focused && self.is_in_view(room);
        let me = self.me;
        let anew = self.rooms.rooms.entry(room.clone()).or_default().bell.game_is(game, me, looked_at);
        if !anew || self.focused {
            return Vec::new();
        }
        self.urgent = true;
        vec![Action::Attention(true)]
    }

    /// Whether a room is in view: it is the one here, and not behind its gallery.
    fn is_in_view(&self, room: &RoomName) -> bool {
        self.is_here(room) && self.gallery.is_none()
    }

    /// Ends the call of the room that is in view, if somebody looks.
    pub(super) fn hear(&mut self) {
        if self.focused
            && self.gallery.is_none()
            && let Some(here) = &self.rooms.here
            && let Some(info) = self.rooms.rooms.get_mut(here)
        {
            info.bell.hear();
        }
    }

    /// The window has the focus again, which ends its call for attention.
    pub(super) fn calm_down(&mut self) -> Vec<Action> {
        if std::mem::take(&mut self.urgent) { vec![Action::Attention(false)] } else { Vec::new() }
    }

    /// The calls, with their rooms.
    fn calls(&self) -> impl Iterator<Item = (Call, &RoomName)> {
        self.rooms.rooms.iter().filter_map(|(name, info)| Some((info.bell.call()?, name)))
    }

    /// The most urgent call of a room that is not in view: that which is told in a banner.
    pub(super) fn called_elsewhere(&self) -> Option<(Call, &RoomName)> {
        self.calls().filter(|(_, room)| !self.is_in_view(room)).min()
    }

    /// Looks at the room that calls.
    pub(super) fn answer_call(&mut self) -> Vec<Action> {
        let room = self.called_elsewhere().map(|(_, room)| room.clone());
        room.map(|room| self.open(room)).unwrap_or_default()
    }

    /// The window's title: what waits for us, the room, the program.
    pub fn title(&self, look: Look) -> String {
        match (self.calls().min(), self.here()) {
            (Some((call, room)), _) => format!("● {} – #{room} – Inkmesh", call.title(look)),
            (None, Some(room)) => format!("#{room} – Inkmesh"),
            (None, None) => "Inkmesh".to_owned(),
        }
    }
}
