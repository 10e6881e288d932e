//! Who stands where in a quiz: places by points, shared by those who have the same.

use inkmesh::game::PlayerView;

/// A player and their place.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Counted from 1; those with the same points share one, and the places after it are left out.
    pub place: usize,
    /// Who, with their points.
    pub player: &'a PlayerView,
}

/// The players by their points, the best first.
pub fn standings(players: &[PlayerView]) -> Vec<Standing<'_>> {
    let mut sorted: Vec<&PlayerView> = players.iter().collect();
    sorted.sort_by_key(|player| (std::cmp::Reverse(player.score), player.player));
    let place = |player: &PlayerView| 1 + players.iter().filter(|other| other.score > player.score).count();
    sorted.into_iter().map(|player| Standing { place: place(player), player }).collect()
}

#[cfg(test)]
mod tests {
    use inkmesh::identity::Author;

    use super::*;

    fn player(key: u8, score: u32) -> PlayerView {
        PlayerView {
            player: Author([key; 32]),
            name: String::new(),
            online: true,
            playing: true,
            score,
            points: 0,
            solved: false,
        }
    }

    #[test]
    fn equal_points_share_a_place() {
        let players = [player(1, 50), player(2, 90), player(3, 50), player(4, 20), player(5, 90)];
        let places: Vec<(usize, u8)> =
            standings(&players).iter().map(|one| (one.place, one.player.player.0[0])).collect();
        assert_eq!(places, [(1, 2), (1, 5), (3, 1), (3, 3), (5, 4)]);
        assert!(standings(&[]).is_empty());
    }
}
