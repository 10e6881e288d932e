//! Attacks by people who know the rules and change their programs, and their outcome at every honest program.

mod drawer;
mod framing;
mod impostors;
mod leak;
mod proposals;
mod receipts;
mod silence;
pub mod table;
