//! How a single setting is read from text and shown as text.

use std::time::Duration;

use super::Cors;

/// A value that command lines, scenario files and the desk page can write.
pub(crate) trait Setting: Sized {
    /// What may be written, for people.
    const VALUES: &'static str;

    /// The value of this text; `None` when it is not one of [`Self::VALUES`].
    fn read(text: &str) -> Option<Self>;

    /// The text that reads as this value.
    fn show(&self) -> String;
}

/// Declares a choice between words: the enum, and how it is read and shown.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl crate::options::setting::Setting for $name {
            const VALUES: &'static str = crate::options::setting::alternatives!($($word)+);

            fn read(text: &str) -> Option<Self> {
                match text {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            fn show(&self) -> String {
                match self {
                    $(Self::$variant => $word,)+
                }
                .to_owned()
            }
        }
    };
}

/// Joins words as in `a | b | c`.
macro_rules! alternatives {
    ($first:literal $($further:literal)*) => {
        concat!($first $(, " | ", $further)*)
    };
}

pub(crate) use {alternatives, words};

impl Setting for bool {
    const VALUES: &'static str = "on | off";

    fn read(text: &str) -> Option<Self> {
        match text {
            "on" | "true" | "yes" => Some(true),
            "off" | "false" | "no" => Some(false),
            _ => None,
        }
    }

    fn show(&self) -> String {
        if *self { "on" } else { "off" }.to_owned()
    }
}

impl Setting for Duration {
    const VALUES: &'static str = "a time such as 250ms, 45s, 2m or 1h";

    fn read(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let seconds_per_unit = match &text[digits.len()..] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return None,
        };
        let amount: f64 = digits.trim().parse().ok()?;
        // A day is the longest time that makes sense here.
        let seconds = amount * seconds_per_unit;
        (0.0..=86_400.0)
            .contains(&seconds)
            .then(|| Self::from_secs_f64(seconds))
    }

    fn show(&self) -> String {
        match self.as_millis() {
            millis if millis % 1_000 != 0 => format!("{millis}ms"),
            millis => format!("{}s", millis / 1_000),
        }
    }
}

impl Setting for Option<Duration> {
    const VALUES: &'static str = "off | a time such as 5s";

    fn read(text: &str) -> Option<Self> {
        match text {
            "off" => Some(None),
            time => Duration::read(time).map(Some),
        }
    }

    fn show(&self) -> String {
        self.map_or_else(|| "off".to_owned(), |time| time.show())
    }
}

impl Setting for Option<u32> {
    const VALUES: &'static str = "unlimited | a number";

    fn read(text: &str) -> Option<Self> {
        match text {
            "unlimited" => Some(None),
            number => number.parse().ok().map(Some),
        }
    }

    fn show(&self) -> String {
        self.map_or_else(|| "unlimited".to_owned(), |number| number.to_string())
    }
}

impl Setting for String {
    const VALUES: &'static str = "any text that fits into an HTTP header";

    fn read(text: &str) -> Option<Self> {
        let fits = text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
        fits.then(|| text.to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl Setting for Cors {
    const VALUES: &'static str = "off | any | one or more origins, separated by commas";

    fn read(text: &str) -> Option<Self> {
        match text {
            "off" => Some(Self::Off),
            "any" => Some(Self::Any),
            list => {
                let origins = list.split(',').map(|origin| {
                    let origin = origin.trim().trim_end_matches('/');
                    let host = origin
                        .strip_prefix("http://")
                        .or(origin.strip_prefix("https://"))?;
                    let bare = !host.is_empty() && !host.contains('/');
                    (bare && String::read(origin).is_some()).then(|| origin.to_owned())
                });
                origins.collect::<Option<_>>().map(Self::Origins)
            }
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Off => "off".to_owned(),
            Self::Any => "any".to_owned(),
            Self::Origins(origins) => origins.join(","),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Setting>(text: &str, shown: Option<&str>) {
        let read = T::read(text).map(|value| value.show());
        assert_eq!(read.as_deref(), shown, "{text:?}");
    }

    #[test]
    fn times_are_read_with_their_unit() {
        check::<Duration>("250ms", Some("250ms"));
        check::<Duration>("1.5s", Some("1500ms"));
        check::<Duration>("45s", Some("45s"));
        check::<Duration>("2m", Some("120s"));
        check::<Duration>("1h", Some("3600s"));
        for nonsense in [
            "", "5", "s", "-1s", "nans", "infs", "25h", "1 day", "1e999s",
        ] {
            check::<Duration>(nonsense, None);
        }
        check::<Option<Duration>>("off", Some("off"));
        check::<Option<Duration>>("30s", Some("30s"));
    }

    #[test]
    fn origins_are_checked() {
        check::<Cors>("any", Some("any"));
        check::<Cors>(
            "http://a.test/, https://b.test:8443",
            Some("http://a.test,https://b.test:8443"),
        );
        check::<Cors>("a.test", None);
        check::<Cors>("http://", None);
        check::<Cors>("http://a.test/path", None);
    }
}
