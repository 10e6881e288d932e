//! Dates and times in words, in this computer's time zone.

use jiff::Timestamp;
use jiff::civil::Date;

use super::theme::Look;
use crate::export::dates::{LocalTime, month, weekday};

/// Today, in the time zone of this computer.
#[derive(Debug, Clone)]
pub struct Calendar {
    time: LocalTime,
    pub today: Date,
    /// The time that was read, in milliseconds since 1970.
    pub now_ms: u64,
}

impl Calendar {
    /// Reads the clock of this computer.
    pub fn now() -> Self {
        let (time, now) = (LocalTime::here(), u64::try_from(Timestamp::now().as_millisecond()).unwrap_or(0));
        Calendar { today: time.day(now), time, now_ms: now }
    }

    /// Returns the day of a time, which is in milliseconds since 1970.
    pub fn day(&self, ms: u64) -> Date {
        self.time.day(ms)
    }

    /// Returns the time of day, as `14:05`.
    pub fn clock(&self, ms: u64) -> String {
        self.time.clock(ms)
    }

    /// Returns a day in words: today, yesterday, or the weekday with the date.
    pub fn day_words(&self, look: Look, day: Date) -> String {
        if day == self.today {
            return look.t("day-today");
        }
        if self.today.yesterday().is_ok_and(|yesterday| day == yesterday) {
            return look.t("day-yesterday");
        }
        let (weekday, month) = (weekday(look.language, day), month(look.language, day));
        let (date, year) = (i64::from(day.day()), day.year().to_string());
        if day.year() == self.today.year() {
            look.t_args("day-date", [("weekday", weekday.into()), ("month", month.into()), ("day", date.into())])
        } else {
            look.t_args("day-date-year", [("month", month.into()), ("day", date.into()), ("year", year.into())])
        }
    }

    /// Returns the days between two times as part of a sentence: `on Tuesday`.
    pub fn written(&self, look: Look, from: u64, to: u64) -> String {
        let (from, to) = (self.day(from.min(to)), self.day(to));
        if from == self.today {
            look.t("written-today")
        } else if from != to {
            look.t_args(
                "written-between",
                [("from", self.short(look, from).into()), ("to", self.short(look, to).into())],
            )
        } else if self.today.yesterday().is_ok_and(|yesterday| from == yesterday) {
            look.t("written-yesterday")
        } else {
            look.t_args("written-on", [("day", self.short(look, from).into())])
        }
    }

    /// Returns a day in short form: its weekday within a week, else its date.
    fn short(&self, look: Look, day: Date) -> String {
        let ago = self.today.since(day).map_or(i32::MAX, |span| span.get_days());
        match ago {
            0 => look.t("written-today"),
            1..=6 => weekday(look.language, day),
            _ if day.year() == self.today.year() => {
                let (month, date) = (month(look.language, day), i64::from(day.day()));
                look.t_args("day-short", [("month", month.into()), ("day", date.into())])
            }
            _ => self.day_words(look, day), // with the year
        }
    }

    /// Returns a time as part of a sentence: `today at 12:00`.
    pub fn at(&self, look: Look, ms: u64) -> String {
        let (day, time) = (self.day(ms), self.clock(ms));
        if day == self.today {
            look.t_args("at-today", [("time", time.into())])
        } else {
            look.t_args("at-day", [("day", self.short(look, day).into()), ("time", time.into())])
        }
    }

    /// Returns the time of day if it is today, else the day.
    pub fn moment(&self, look: Look, ms: u64) -> String {
        let day = self.day(ms);
        if day == self.today { self.clock(ms) } else { self.day_words(look, day) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Appearance, Language};

    const SEOUL_NOON: u64 = 1_763_434_800_000; // Tuesday, 18 November 2025, 12:00 in Seoul
    const DAY: u64 = 86_400_000;

    fn seoul() -> Calendar {
        let time = LocalTime::offset(9);
        Calendar { today: time.day(SEOUL_NOON), time, now_ms: SEOUL_NOON }
    }

    #[test]
    fn days_begin_where_one_sits() {
        let calendar = seoul();
        assert_eq!(calendar.clock(SEOUL_NOON), "12:00");
        assert_eq!(calendar.day(SEOUL_NOON - 12 * 3_600_000), calendar.today);
        assert_ne!(calendar.day(SEOUL_NOON - 12 * 3_600_000 - 1), calendar.today);
    }

    #[test]
    fn days_have_words() {
        let calendar = seoul();
        for (language, back, words) in [
            (Language::En, 0, "Today"),
            (Language::En, 1, "Yesterday"),
            (Language::En, 2, "Sunday, 16 November"),
            (Language::En, 400, "14 October 2024"),
            (Language::Ko, 0, "오늘"),
            (Language::Ko, 2, "11월 16일 일요일"),
            (Language::Ko, 400, "2024년 10월 14일"),
        ] {
            let look = Look::new(language, Appearance::Light, false);
            assert_eq!(calendar.day_words(look, calendar.day(SEOUL_NOON - back * DAY)), words);
        }
    }

    #[test]
    fn days_stand_in_sentences() {
        let calendar = seoul();
        for (language, from, to, words) in [
            (Language::En, 0, 0, "today"),
            (Language::En, 1, 1, "yesterday"),
            (Language::En, 2, 2, "on Sunday"),
            (Language::En, 4, 2, "between Friday and Sunday"),
            (Language::En, 9, 0, "between 9 November and today"),
            (Language::En, 400, 400, "on 14 October 2024"),
            (Language::Ko, 0, 0, "오늘"),
            (Language::Ko, 2, 2, "일요일에"),
            (Language::Ko, 9, 2, "11월 9일과 일요일 사이에"),
        ] {
            let look = Look::new(language, Appearance::Light, false);
            assert_eq!(calendar.written(look, SEOUL_NOON - from * DAY, SEOUL_NOON - to * DAY), words);
        }
        let look = Look::new(Language::En, Appearance::Light, false);
        assert_eq!(calendar.at(look, SEOUL_NOON), "today at 12:00");
        assert_eq!(calendar.at(look, SEOUL_NOON + 2 * DAY), "on 20 November at 12:00");
    }

    #[test]
    fn no_moment_is_too_far() {
        let calendar = seoul();
        assert!(!calendar.clock(u64::MAX).is_empty());
        assert!(!calendar.moment(Look::new(Language::En, Appearance::Light, false), u64::MAX).is_empty());
    }
}
