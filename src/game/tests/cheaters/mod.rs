//! People who break the rules, with full knowledge of them and programs of their own making; and what every honest program
//! makes of it.

mod drawer;
mod framing;
mod impostors;
mod leak;
mod proposals;
mod receipts;
mod silence;
pub mod table;
