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
    t(language, &format!("weekday-{}", day.strftime("%A")).to_lowercase())
}

/// Returns the name of a day's month.
pub fn month(language: Language, day: Date) -> String {
    t(language, &format!("month-{}", day.strftime("%B")).to_lowercase())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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

    #[test]
    fn every_weekday_and_month_has_a_name() {
        for language in [Language::En, Language::Ko] {
            let days = (0..365).map(|day| LocalTime::offset(0).day(MOMENT + day * 86_400_000));
            let names: BTreeSet<String> = days.flat_map(|day| [weekday(language, day), month(language, day)]).collect();
            assert_eq!(names.len(), 7 + 12);
            assert!(names.iter().all(|name| !name.contains('-') && !name.contains("nknown")), "{names:?}");
        }
    }
}
