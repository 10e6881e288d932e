//! What a game waits for from us, in the open room or in another.

use inkmesh::game::{GameView, Phase};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;

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
    /// A game gathers its players.
    Gather,
}

impl Call {
    /// Returns what a game waits for from us now.
    pub fn of(game: &GameView, me: Author) -> Option<Self> {
        match game.phase {
            Phase::Gathering => game.may_join.then_some(Call::Gather),
            Phase::Choosing => (game.drawer == Some(me)).then_some(Call::Choose),
            Phase::Drawing if game.drawer == Some(me) => Some(Call::Draw),
            Phase::Drawing => game.guessing.then_some(Call::Guess),
            Phase::Idle | Phase::Revealed | Phase::Over => None,
        }
    }

    pub fn words(self, look: Look, room: &str) -> String {
        let key = match self {
            Call::Choose => "call-choose",
            Call::Draw => "call-draw",
            Call::Guess => "call-guess",
            Call::Gather => "call-gather",
        };
        look.t_args(key, [("room", room.into())])
    }

    /// Returns the call in words for the window's title.
    pub fn title(self, look: Look) -> String {
        look.t(match self {
            Call::Choose | Call::Draw => "call-title-turn",
            Call::Guess => "call-title-guess",
            Call::Gather => "call-title-gather",
        })
    }
}

/// The call of one room, until the person has looked there.
#[derive(Debug, Default)]
pub struct PendingCall {
    /// The call with its game and turn.
    call: Option<(Call, Option<OperationId>, u32)>,
    /// True if the person has looked there since.
    seen: bool,
}

impl PendingCall {
    /// Updates the call from the room's game. Returns whether there is a new call that the person does not see.
    pub fn update(&mut self, game: &GameView, me: Author, in_view: bool) -> bool {
        let call = Call::of(game, me).map(|call| (call, game.game, game.turn));
        let is_new = call != self.call;
        self.call = call;
        self.seen = in_view || self.seen && !is_new;
        is_new && self.get().is_some()
    }

    /// Marks the call as seen.
    pub fn see(&mut self) {
        self.seen = true;
    }

    /// Returns the call, unless it was seen.
    pub fn get(&self) -> Option<Call> {
        self.call.filter(|_| !self.seen).map(|(call, ..)| call)
    }
}
