//! Generated strokes like those of real pens: smooth turns, slower in tight ones, sampled at a rate and rounded to the dots
//! of a screen. Positions are in logical units of a sheet.

/// The sampling of a pen.
#[derive(Debug, Clone, Copy)]
pub struct Pen {
    /// Samples per second.
    pub hertz: u32,
    /// Logical units between two dots of the screen; 0.05 is a tablet.
    pub grid: f64,
}

/// SplitMix64: pseudo-random numbers, the same for each seed.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 to below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Pen {
    /// Returns the points of a stroke of this duration. As in the window, a point is added only when it is another dot.
    pub fn stroke(self, numbers: &mut Numbers, seconds: f64) -> Vec<(f64, f64)> {
        const STEP: f64 = 1.0 / 960.0;
        let (mut x, mut y) = (numbers.between(300.0, 1300.0), numbers.between(300.0, 900.0));
        let top_speed = numbers.between(150_f64.ln(), 1800_f64.ln()).exp();
        let mut heading = numbers.between(0.0, std::f64::consts::TAU);
        let (mut bend, mut wanted) = (0.0_f64, numbers.between(-0.01, 0.01));
        let steps = (seconds / STEP) as u32;
        let mut points: Vec<(f64, f64)> = Vec::new();
        for step in 0..steps {
            if numbers.between(0.0, 1.0) < 3.0 * STEP {
                wanted = numbers.between(-0.035, 0.035);
            }
            bend += (wanted - bend) * 12.0 * STEP;
            let done = f64::from(step) / f64::from(steps);
            let pace = (std::f64::consts::PI * done.max(0.02)).sin().abs().sqrt();
            let speed = top_speed * pace / (1.0 + (bend.abs() * 40.0).powf(0.66));
            let beside = !(20.0..=1580.0).contains(&x) || !(20.0..=1180.0).contains(&y);
            heading += bend * speed * STEP + if beside { 0.06 } else { 0.0 };
            x = (x + speed * heading.cos() * STEP).clamp(0.0, 1600.0);
            y = (y + speed * heading.sin() * STEP).clamp(0.0, 1200.0);
            let dot = ((x / self.grid).round() * self.grid, (y / self.grid).round() * self.grid);
            if step % (960 / self.hertz) == 0 && points.last() != Some(&dot) {
                points.push(dot);
            }
        }
        points
    }

    /// Returns this number of strokes of 0.2 to 2.5 seconds, short ones more often.
    pub fn strokes(self, count: usize) -> Vec<Vec<(f64, f64)>> {
        let mut numbers = Numbers(7);
        (0..count)
            .map(|_| {
                let seconds = numbers.between(0.2_f64.ln(), 2.5_f64.ln()).exp();
                self.stroke(&mut numbers, seconds)
            })
            .collect()
    }
}
