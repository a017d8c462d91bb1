//! Faults as text: `route:harm[=argument][:times]`.

use std::fmt;
use std::str::FromStr;

use super::{Fault, Harm, Route, Times};
use crate::options::Setting;

/// What `junk` sends when no text is given: the page of a proxy that means well.
const JUNK: &str = "<!DOCTYPE html><title>Maintenance</title><h1>We will be right back</h1>";

impl FromStr for Fault {
    type Err = String;

    /// Reads `connect:drop-after:3`; without times, the fault happens once.
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((route, rest)) = text.trim().split_once(':') else {
            return Err(format!(
                "“{text}” is no fault: expected route:harm:times, as in connect:drop-after:3."
            ));
        };
        let route = Route::named(route).ok_or_else(|| {
            let names: Vec<_> = Route::names().collect();
            format!(
                "“{route}” is no route: expected one of {}.",
                names.join(", ")
            )
        })?;
        let (harm, times) = harm_and_times(rest)?;
        Ok(Self { route, harm, times })
    }
}

/// Reads `drop-after:3`. Arguments may hold colons themselves, so only what reads as times is taken from the end.
fn harm_and_times(text: &str) -> Result<(Harm, Times), String> {
    if let Some((harm, times)) = text.rsplit_once(':')
        && let Some(harm) = Harm::read(harm)
    {
        if let Some(times) = Times::read(times) {
            return Ok((harm, times));
        }
        if Harm::read(text).is_none() {
            return Err(format!(
                "“{times}” is no count: expected 3, 3+2 (three, after two have passed), %5 (each fifth) or *."
            ));
        }
    }
    match Harm::read(text) {
        Some(harm) => Ok((harm, Times::ONCE)),
        None => Err(format!(
            "“{text}” is no harm: expected one of {}.",
            Harm::FORMS
        )),
    }
}

impl Harm {
    /// How harms are written, for help texts.
    pub const FORMS: &str = "delay=2s, drop-before, drop-after, reset-before, reset-after, \
                             stall-before, stall-after, cut=30s, status=503, status=503/30 \
                             (with Retry-After), truncate, junk, junk=TEXT, forget, restart, restart-all";

    fn read(text: &str) -> Option<Self> {
        let (name, argument) = match text.split_once('=') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        match (name, argument) {
            ("delay", Some(time)) => Setting::read(time).map(Self::Delay),
            ("drop-before", None) => Some(Self::DropBefore),
            ("drop-after", None) => Some(Self::DropAfter),
            ("reset-before", None) => Some(Self::ResetBefore),
            ("reset-after", None) => Some(Self::ResetAfter),
            ("stall-before", None) => Some(Self::StallBefore),
            ("stall-after", None) => Some(Self::StallAfter),
            ("cut", Some(time)) => Setting::read(time).map(Self::Cut),
            ("status", Some(status)) => Self::read_status(status),
            ("truncate", None) => Some(Self::Truncate),
            ("junk", body) => Some(Self::Junk(body.unwrap_or(JUNK).to_owned())),
            ("forget", None) => Some(Self::Forget),
            ("restart", None) => Some(Self::Restart),
            ("restart-all", None) => Some(Self::RestartAll),
            _ => None,
        }
    }

    fn read_status(text: &str) -> Option<Self> {
        let (code, retry_after) = match text.split_once('/') {
            Some((code, retry_after)) => (code, Some(retry_after)),
            None => (text, None),
        };
        let code = code.parse().ok().filter(|code| (200..600).contains(code))?;
        let retry_after = retry_after.map(<String as Setting>::read);
        match retry_after {
            Some(None) => None,
            Some(value) => Some(Self::Status {
                code,
                retry_after: value,
            }),
            None => Some(Self::Status {
                code,
                retry_after: None,
            }),
        }
    }
}

impl Times {
    /// The next request only.
    pub const ONCE: Self = Self::Next { count: 1, skip: 0 };

    fn read(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Always);
        }
        if let Some(every) = text.strip_prefix('%') {
            let every = every.parse().ok().filter(|every| *every > 0)?;
            return Some(Self::Every(every));
        }
        let (count, skip) = text.split_once('+').unwrap_or((text, "0"));
        Some(Self::Next {
            count: count.parse().ok()?,
            skip: skip.parse().ok()?,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.route.name(), self.harm, self.times)
    }
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay(time) => write!(f, "delay={}", time.show()),
            Self::DropBefore => f.write_str("drop-before"),
            Self::DropAfter => f.write_str("drop-after"),
            Self::ResetBefore => f.write_str("reset-before"),
            Self::ResetAfter => f.write_str("reset-after"),
            Self::StallBefore => f.write_str("stall-before"),
            Self::StallAfter => f.write_str("stall-after"),
            Self::Cut(time) => write!(f, "cut={}", time.show()),
            Self::Status { code, retry_after } => match retry_after {
                Some(value) => write!(f, "status={code}/{value}"),
                None => write!(f, "status={code}"),
            },
            Self::Truncate => f.write_str("truncate"),
            Self::Junk(body) if body == JUNK => f.write_str("junk"),
            Self::Junk(body) => write!(f, "junk={body}"),
            Self::Forget => f.write_str("forget"),
            Self::Restart => f.write_str("restart"),
            Self::RestartAll => f.write_str("restart-all"),
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Next { count, skip: 0 } => write!(f, "{count}"),
            Self::Next { count, skip } => write!(f, "{count}+{skip}"),
            Self::Always => f.write_str("*"),
            Self::Every(every) => write!(f, "%{every}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_and_shown() {
        for (text, shown) in [
            ("connect:drop-after:3", "connect:drop-after:3"),
            ("connect:drop-after", "connect:drop-after:1"),
            ("rest:delay=1500ms:*", "rest:delay=1500ms:*"),
            ("send:status=503/30:2+1", "send:status=503/30:2+1"),
            ("any:status=502", "any:status=502:1"),
            ("connect:cut=30s:*", "connect:cut=30s:*"),
            ("send:stall-before", "send:stall-before:1"),
            ("send:stall-after", "send:stall-after:1"),
            ("handshake:junk:%5", "handshake:junk:%5"),
            ("refresh:junk={\"a\":[1]}:2", "refresh:junk={\"a\":[1]}:2"),
            ("refresh:junk={\"a\":\"b\"}", "refresh:junk={\"a\":\"b\"}:1"),
            ("connect:forget", "connect:forget:1"),
            (
                "send:status=429/Wed, 21 Oct 2026 07:28:00 GMT",
                "send:status=429/Wed, 21 Oct 2026 07:28:00 GMT:1",
            ),
            ("chat:restart-all", "chat:restart-all:1"),
        ] {
            let fault: Fault = text.parse().unwrap();
            assert_eq!(fault.to_string(), shown);
            assert_eq!(shown.parse::<Fault>().unwrap(), fault);
        }
    }

    #[test]
    fn a_wrong_fault_says_what_is_wrong() {
        let complaint = |text: &str| text.parse::<Fault>().unwrap_err();
        assert!(complaint("connect").contains("route:harm:times"));
        assert!(complaint("conect:drop-after").contains("“conect” is no route"));
        assert!(complaint("connect:drop").contains("“drop” is no harm"));
        assert!(complaint("connect:status=99").contains("is no harm"));
        assert!(complaint("connect:drop-after:x").contains("“x” is no count"));
        assert!(complaint("connect:drop-after:%0").contains("is no count"));
    }
}
