//! Programs that share one ordered log, in simulated time.

use std::collections::BTreeSet;

use super::script::{EPOCH_MS, operation, people};
use crate::clock::{Clock, Now};
use crate::game::{Driver, Game, GameStep, GameView, PlayError, Rules, StepAt, WordList};
use crate::identity::{Author, Identity};

/// The program of a person.
pub struct Program {
    pub identity: Identity,
    pub driver: Driver,
    /// True if it runs. One that doesn't may still look online to others.
    pub running: bool,
    pub online: bool,
    game: Game,
    folded: usize,
    wake: Option<u64>,
}

pub struct World {
    pub now: Now,
    pub log: Vec<(StepAt, GameStep)>,
    pub programs: Vec<Program>,
    clock: Clock,
    written: u64,
}

impl Program {
    fn new(identity: Identity) -> Self {
        let driver = Driver::new(identity.author());
        Program { identity, driver, running: true, online: true, game: Game::default(), folded: 0, wake: None }
    }
}

impl World {
    pub fn new(count: u8) -> Self {
        World {
            now: Now { wall_ms: EPOCH_MS, mono_ms: 0 },
            log: Vec::new(),
            programs: people(count).into_iter().map(Program::new).collect(),
            clock: Clock::default(),
            written: 0,
        }
    }

    pub fn who(&self, program: usize) -> Author {
        self.programs[program].identity.author()
    }

    /// Folds the whole log.
    pub fn game(&self) -> Game {
        let mut game = Game::default();
        for (at, step) in &self.log {
            game.apply(*at, step);
        }
        game
    }

    /// Returns the number of the drawer.
    pub fn drawer(&self) -> usize {
        let drawer = self.game().drawer().unwrap();
        (0..self.programs.len()).find(|program| self.who(*program) == drawer).unwrap()
    }

    pub fn online(&self) -> BTreeSet<Author> {
        self.programs.iter().filter(|program| program.online).map(|program| program.identity.author()).collect()
    }

    pub fn view(&self, program: usize) -> GameView {
        let Program { driver, game, .. } = &self.programs[program];
        driver.view(game, &self.online(), |author| author.fingerprint(), self.now)
    }

    /// Ends a program, which is then silent and offline.
    pub fn kill(&mut self, program: usize) {
        self.programs[program].running = false;
        self.programs[program].online = false;
    }

    /// Starts a program again, with nothing but the log.
    pub fn restart(&mut self, program: usize) {
        let identity = self.programs[program].identity.clone();
        self.programs[program] = Program::new(identity);
        self.advance(program, false);
    }

    /// Carries out a person's command.
    pub fn ask(
        &mut self,
        program: usize,
        step: impl FnOnce(&mut Driver, &Game, &Identity, Now) -> Result<GameStep, PlayError>,
    ) -> Result<(), PlayError> {
        let Program { driver, game, identity, .. } = &mut self.programs[program];
        let step = step(driver, game, identity, self.now)?;
        self.write(program, step);
        self.settle();
        Ok(())
    }

    pub fn propose(&mut self, program: usize, rounds: u32) {
        let rules = Rules { rounds, seconds: 30, ..Rules::default() };
        self.ask(program, |driver, game, _, now| driver.start(game, rules, &WordList::default(), now)).unwrap();
    }

    pub fn ready(&mut self, program: usize) {
        self.ask(program, |driver, game, identity, _| driver.ready(game, identity)).unwrap();
    }

    /// Makes a game: the first program proposes it, the others get ready, and it starts.
    pub fn started(count: u8, rounds: u32) -> Self {
        let mut world = World::new(count);
        world.propose(0, rounds);
        for program in 1..world.programs.len() {
            world.ready(program);
        }
        assert!(world.game().drawer().is_some());
        world
    }

    pub fn write(&mut self, program: usize, step: GameStep) {
        self.written += 1;
        let time = self.clock.tick(self.now).0;
        self.log.push((StepAt { id: operation(self.written), author: self.who(program), time, proven: true }, step));
    }

    /// Inserts a step in the past; every program folds its log again.
    pub fn write_late(&mut self, program: usize, ms: u64, step: GameStep) {
        self.written += 1;
        let at = StepAt { id: operation(self.written), author: self.who(program), time: ms << 16, proven: true };
        self.log.push((at, step));
        self.log.sort_by_key(|(at, _)| at.time);
        for program in &mut self.programs {
            program.game = Game::default();
            program.folded = 0;
        }
        self.settle();
    }

    /// Advances all programs until none has a step to write.
    pub fn settle(&mut self) {
        for _ in 0..1000 {
            let before = self.log.len();
            for program in 0..self.programs.len() {
                self.advance(program, true);
            }
            if self.log.len() == before {
                return self.check_equal();
            }
        }
        panic!("the programs never stop writing");
    }

    /// Lets time pass until this holds.
    pub fn run_until(&mut self, is_reached: impl Fn(&World) -> bool) {
        self.settle();
        for _ in 0..2000 {
            if is_reached(self) {
                return;
            }
            let wake = self.programs.iter().filter(|program| program.running).filter_map(|program| program.wake).min();
            let wake = wake.expect("no program waits for anything");
            assert!(wake > self.now.mono_ms, "a program wants to be woken in the past");
            self.pass(wake - self.now.mono_ms);
        }
        panic!("never reached; the log: {:?}", self.log);
    }

    /// Lets time pass at once.
    pub fn pass(&mut self, ms: u64) {
        self.now.mono_ms += ms;
        self.now.wall_ms += ms;
        self.settle();
    }

    fn advance(&mut self, program: usize, live: bool) {
        let online = self.online();
        let one = &mut self.programs[program];
        if !one.running {
            return;
        }
        for (at, step) in &self.log[one.folded..] {
            one.game.apply(*at, step);
        }
        one.folded = self.log.len();
        let plan = one.driver.advance(&one.game, &one.identity, &online, self.now, live);
        one.wake = plan.wake;
        for step in plan.steps {
            self.write(program, step);
        }
    }

    fn check_equal(&self) {
        let game = self.game();
        for program in self.programs.iter().filter(|program| program.running) {
            assert_eq!(program.game, game);
        }
    }

    /// Returns the number of steps of a kind in the log.
    pub fn count(&self, is_it: impl Fn(&GameStep) -> bool) -> usize {
        self.log.iter().filter(|(_, step)| is_it(step)).count()
    }

    /// Returns the drawers who began a turn, in order.
    pub fn drawers(&self) -> Vec<Author> {
        let began = |(at, step): &(StepAt, GameStep)| matches!(step, GameStep::TurnBegan { .. }).then_some(at.author);
        self.log.iter().filter_map(began).collect()
    }
}
