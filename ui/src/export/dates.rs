//! Moments of the past, in this computer's time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::settings::Language;
use crate::text::{t, t_args};

/// Tells when something was.
#[derive(Debug, Clone)]
pub struct Dates {
    zone: TimeZone,
    language: Language,
}

impl Dates {
    /// In the time zone of this computer.
    pub fn here(language: Language) -> Self {
        Dates { zone: TimeZone::system(), language }
    }

    #[cfg(test)]
    pub fn in_utc(language: Language) -> Self {
        Dates { zone: TimeZone::UTC, language }
    }

    /// A moment, from milliseconds since 1970.
    fn moment(&self, ms: u64) -> Zoned {
        let moment = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        moment.unwrap_or(Timestamp::MAX).to_zoned(self.zone.clone())
    }

    /// The day that it falls on.
    pub fn day(&self, ms: u64) -> Date {
        self.moment(ms).date()
    }

    /// The time of day, as `14:05`.
    pub fn clock(&self, ms: u64) -> String {
        self.moment(ms).strftime("%H:%M").to_string()
    }

    /// As `2026-11-22 14:05`.
    pub fn minute(&self, ms: u64) -> String {
        self.moment(ms).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// As it stands in the name of a file: `2026-11-22_14-05`.
    pub fn stamp(&self, ms: u64) -> String {
        self.moment(ms).strftime("%Y-%m-%d_%H-%M").to_string()
    }

    /// A day in words, as `Sunday, 22 November 2026`.
    pub fn words(&self, day: Date) -> String {
        let name = |form: &str, kind: &str| t(self.language, &format!("{kind}-{}", day.strftime(form)).to_lowercase());
        let (weekday, month) = (name("%A", "weekday"), name("%B", "month"));
        let (date, year) = (i64::from(day.day()), day.year().to_string());
        let args = [("weekday", weekday.into()), ("month", month.into()), ("day", date.into()), ("year", year.into())];
        t_args(self.language, "archive-day", args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: u64 = 1_795_356_180_000; // 22 November 2026, 14:03

    #[test]
    fn a_moment_has_its_forms() {
        let dates = Dates::in_utc(Language::En);
        assert_eq!(dates.minute(MOMENT), "2026-11-22 14:03");
        assert_eq!(dates.stamp(MOMENT), "2026-11-22_14-03");
        assert_eq!(dates.clock(MOMENT), "14:03");
        assert_eq!(dates.words(dates.day(MOMENT)), "Sunday, 22 November 2026");
        assert_eq!(Dates::in_utc(Language::Ko).words(dates.day(MOMENT)), "2026년 11월 22일 일요일");
        assert!(dates.minute(u64::MAX).starts_with("9999"));
    }
}
