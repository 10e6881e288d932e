//! Moments, in this computer's time zone. A moment is given in milliseconds since 1970.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::settings::Language;
use crate::text::{t, t_args};

/// Formats moments in a time zone.
#[derive(Debug, Clone)]
pub struct LocalTime(TimeZone);

impl LocalTime {
    /// Uses the time zone of this computer.
    pub fn here() -> Self {
        LocalTime(TimeZone::system())
    }

    /// Uses a time zone so many hours ahead of UTC.
    #[cfg(test)]
    pub fn offset(hours: i8) -> Self {
        LocalTime(TimeZone::fixed(jiff::tz::offset(hours)))
    }

    /// Returns a moment in this time zone; the latest that can be represented if it is beyond that.
    fn moment(&self, ms: u64) -> Zoned {
        let moment = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        moment.unwrap_or(Timestamp::MAX).to_zoned(self.0.clone())
    }

    /// Returns the day of a moment.
    pub fn day(&self, ms: u64) -> Date {
        self.moment(ms).date()
    }

    /// Returns the time of day, as `14:05`.
    pub fn clock(&self, ms: u64) -> String {
        self.moment(ms).strftime("%H:%M").to_string()
    }

    /// Returns the day and the time, as `2026-11-22 14:05`.
    pub fn minute(&self, ms: u64) -> String {
        self.moment(ms).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// Returns the day and the time for the name of a file: `2026-11-22_14-05`.
    pub fn stamp(&self, ms: u64) -> String {
        self.moment(ms).strftime("%Y-%m-%d_%H-%M").to_string()
    }
}

/// Returns a day in words, as `Sunday, 22 November 2026`.
pub fn day_words(language: Language, day: Date) -> String {
    let (date, year) = (i64::from(day.day()), day.year().to_string());
    let (weekday, month) = (weekday(language, day), month(language, day));
    let args = [("weekday", weekday.into()), ("month", month.into()), ("day", date.into()), ("year", year.into())];
    t_args(language, "archive-day", args)
}

/// Returns the name of a day's weekday.
pub fn weekday(language: Language, day: Date) -> String {
    t(language, WEEKDAYS[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs()) % 7])
}

/// Returns the name of a day's month.
pub fn month(language: Language, day: Date) -> String {
    t(language, MONTHS[usize::from(day.month().unsigned_abs() - 1) % 12])
}

const WEEKDAYS: [&str; 7] = [
    "weekday-monday",
    "weekday-tuesday",
    "weekday-wednesday",
    "weekday-thursday",
    "weekday-friday",
    "weekday-saturday",
    "weekday-sunday",
];

const MONTHS: [&str; 12] = [
    "month-january",
    "month-february",
    "month-march",
    "month-april",
    "month-may",
    "month-june",
    "month-july",
    "month-august",
    "month-september",
    "month-october",
    "month-november",
    "month-december",
];

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: u64 = 1_795_356_180_000; // 22 November 2026, 14:03

    #[test]
    fn a_moment_has_its_forms() {
        let utc = LocalTime::offset(0);
        assert_eq!(utc.minute(MOMENT), "2026-11-22 14:03");
        assert_eq!(utc.stamp(MOMENT), "2026-11-22_14-03");
        assert_eq!(utc.clock(MOMENT), "14:03");
        assert_eq!(day_words(Language::En, utc.day(MOMENT)), "Sunday, 22 November 2026");
        assert_eq!(day_words(Language::Ko, utc.day(MOMENT)), "2026년 11월 22일 일요일");
        assert!(utc.minute(u64::MAX).starts_with("9999"));
    }
}
