//! Reading the log back: pages of lines, marks, counts.

use super::lane::Spot;
use super::order::{Slot, search};
use super::{Log, Place};
use crate::identity::Author;
use crate::operation::{Operation, OperationId, OrderKey};

/// A line of the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// It is in the log, and on the disk at this place.
    Kept(Place),
    /// What it follows is missing; it is nowhere but here.
    Floating(Operation),
}

impl Log {
    /// The last `limit` lines before the operation called `before` (or the last of all), in order, floating ones among
    /// them. `None` when there is no such operation.
    #[must_use]
    pub fn page(&self, limit: usize, before: Option<OperationId>) -> Option<Vec<Line>> {
        let slots = self.order.slots();
        let (end, before) = match before {
            None => (slots.len(), None),
            Some(id) => {
                let key = self.key_of(id)?;
                (self.order.position(key, &self.forest), Some(key))
            }
        };
        let floating = self.floating.iter().map(|operation| (operation.key(), operation));
        let mut floating: Vec<_> = floating.filter(|(key, _)| before.is_none_or(|before| *key < before)).collect();
        floating.sort_unstable_by_key(|(key, _)| *key);
        let mut page = Vec::new();
        let mut kept = slots[..end].iter().rev().peekable();
        while page.len() < limit {
            let last_floating = floating.last().map(|(key, _)| *key);
            let slot = kept.next_if(|slot| last_floating.is_none_or(|key| slot.key(&self.forest) > key));
            match slot {
                Some(slot) => page.push(Line::Kept(self.place(slot.spot()))),
                None => match floating.pop() {
                    Some((_, operation)) => page.push(Line::Floating(operation.clone())),
                    None => break,
                },
            }
        }
        page.reverse();
        Some(page)
    }

    /// The place in the order of an operation that is in the log or floats.
    #[must_use]
    pub fn key_of(&self, id: OperationId) -> Option<OrderKey> {
        let kept = search(&self.forest, id).and_then(|Spot { lane, seq }| self.forest.lane(lane).key(seq));
        kept.or_else(|| self.floating.key_of(id))
    }

    /// How many operations stand behind a key, floating ones not counted, of those for which `of` says so by their author and
    /// kind.
    pub fn count_after(&self, key: OrderKey, of: impl Fn(Author, u8) -> bool) -> u64 {
        let author = |slot: &Slot| self.forest.lane(slot.spot().lane).chain.author;
        let at = self.order.position(key, &self.forest);
        // The key itself doesn't stand behind itself.
        let behind = self.order.slots()[at..].iter().skip_while(|slot| slot.key(&self.forest) == key);
        behind.filter(|slot| of(author(slot), slot.kind())).count() as u64
    }

    /// The key of the last operation in the log, floating ones not counted.
    #[must_use]
    pub fn last(&self) -> Option<OrderKey> {
        self.order.slots().last().map(|slot| slot.key(&self.forest))
    }

    /// Where an operation of the forest is kept.
    pub(super) fn place(&self, spot: Spot) -> Place {
        let lane = self.forest.lane(spot.lane);
        Place { author: lane.chain.author, lane: lane.number, index: spot.seq - lane.from }
    }
}
