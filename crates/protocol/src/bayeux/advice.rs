//! The server's advice: when to connect again, or not at all.

use std::time::Duration;

use crate::value::{Object, Value};

use crate::defect::{self, Defect};
use crate::json;

/// What a browser's timer can hold, in milliseconds.
const LONGEST: i64 = i32::MAX as i64;

/// What to do next in the server's opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reconnect {
    Retry,
    Handshake,
    /// `none`, or a negative interval.
    Stop,
}

/// One `advice` member, or the defaults where it says nothing.
#[derive(Clone, Debug)]
pub(super) struct Advice {
    /// `None` when absent or not a word of the specification.
    pub(super) reconnect: Option<Reconnect>,
    /// The least time between the end of a connect and the next.
    pub(super) interval: Duration,
    /// How long the server holds a connect.
    pub(super) timeout: Duration,
    /// How long the server keeps a session without a connect; `None` when it does not say.
    pub(super) max_interval: Option<Duration>,
    pub(super) multiple_clients: bool,
    pub(super) hosts: bool,
}

impl Default for Advice {
    fn default() -> Self {
        Self {
            reconnect: None,
            interval: Duration::ZERO,
            timeout: Duration::from_secs(60),
            max_interval: None,
            multiple_clients: false,
            hosts: false,
        }
    }
}

impl Advice {
    /// Reads an `advice` member. What stands under `long-polling` goes before what stands beside it.
    pub(super) fn read(advice: &Object) -> Self {
        let specific = advice.get("long-polling").and_then(Value::as_object);
        let source = Source { advice, specific };
        let default = Self::default();
        let interval = source.millis("interval").unwrap_or(0);
        Self {
            reconnect: if interval < 0 {
                Some(Reconnect::Stop)
            } else {
                source.find("reconnect", reconnect)
            },
            interval: duration(interval).unwrap_or_default(),
            timeout: source
                .millis("timeout")
                .and_then(duration)
                .unwrap_or(default.timeout),
            max_interval: source
                .millis("maxInterval")
                .and_then(duration)
                .filter(|interval| !interval.is_zero()),
            multiple_clients: source
                .find("multiple-clients", Value::as_bool)
                .unwrap_or(false),
            hosts: advice.get("hosts").is_some(),
        }
    }
}

/// The two places where a field of the advice may stand.
struct Source<'a> {
    advice: &'a Object,
    specific: Option<&'a Object>,
}

impl Source<'_> {
    fn find<T>(&self, field: &str, read: fn(&Value) -> Option<T>) -> Option<T> {
        let specific = self.specific.and_then(|advice| advice.get(field));
        specific
            .and_then(read)
            .or_else(|| self.advice.get(field).and_then(read))
    }

    fn millis(&self, field: &str) -> Option<i64> {
        self.find(field, millis)
    }
}

fn reconnect(word: &Value) -> Option<Reconnect> {
    match word.as_str()? {
        "retry" => Some(Reconnect::Retry),
        "handshake" => Some(Reconnect::Handshake),
        "none" if defect::on(Defect::IgnoresNone) => Some(Reconnect::Retry),
        "none" => Some(Reconnect::Stop),
        _ => None,
    }
}

/// A number, or decimal digits in a string, within what a timer can hold; −1 for all that is negative.
fn millis(value: &Value) -> Option<i64> {
    if let Some(millis) = json::number(value) {
        let most = if defect::on(Defect::IntervalUnclamped) {
            i64::MAX
        } else {
            LONGEST
        };
        if matches!(value, Value::String(_)) && defect::on(Defect::MisreadsStrings) {
            return i64::try_from(millis).ok()?.checked_mul(1000);
        }
        return Some(i64::try_from(millis).map_or(most, |millis| millis.min(most)));
    }
    let is_negative = match value {
        Value::Number(number) => number.as_f64() < 0.0,
        Value::String(text) => {
            json::digits(text.trim().strip_prefix('-')?)?;
            true
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(if is_negative { -1 } else { LONGEST })
}

fn duration(millis: i64) -> Option<Duration> {
    u64::try_from(millis).ok().map(Duration::from_millis)
}
