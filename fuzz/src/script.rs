//! The script that an input is: records divided by the byte 1E, each with one letter that says what happens.
//!
//! ```text
//! r200 {"_id":"7"}     the REST call under way is answered so; `c` the connect, `m` the other Bayeux request
//! r503;30 <body>       the same with Retry-After
//! !r                   it ends without an answer; `?r` with half of one
//! w                    time passes up to the next wake-up; `w30` this many seconds
//! sHello               the visitor says so
//! b e x k K y d N      begins, ends, resets, types, stops typing, retries, discards, sends a notice
//! v h o f              the page becomes visible, hidden, online, offline
//! ```

use gms_chat_protocol::{Lane, Reply};

/// Between two records.
pub(crate) const DIVIDER: u8 = 0x1e;
/// A longer conversation shows nothing that a shorter one does not.
const MOST_RECORDS: usize = 64;

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Answer(Lane, Reply),
    Lose(Lane),
    Break(Lane),
    /// `None`: up to the next wake-up.
    Wait(Option<u64>),
    Say(String),
    Begin,
    End,
    Reset,
    Type,
    StopTyping,
    Retry,
    Discard,
    Notice(String),
    Visible,
    Hidden,
    Online,
    Offline,
}

/// Reads a script; what is no record is left out.
pub(crate) fn read(data: &[u8]) -> impl Iterator<Item = Step> {
    data.split(|byte| *byte == DIVIDER)
        .take(MOST_RECORDS)
        .filter_map(step)
}

fn step(record: &[u8]) -> Option<Step> {
    let (letter, rest) = record.split_first()?;
    let words = || String::from_utf8_lossy(rest).into_owned();
    Some(match letter {
        b'r' | b'c' | b'm' => Step::Answer(lane(*letter)?, reply(&words())),
        b'!' => Step::Lose(lane(*rest.first()?)?),
        b'?' => Step::Break(lane(*rest.first()?)?),
        b'w' => Step::Wait(words().trim().parse().ok().map(|secs: u64| secs % 100_000)),
        b's' => Step::Say(words()),
        b'b' => Step::Begin,
        b'e' => Step::End,
        b'x' => Step::Reset,
        b'k' => Step::Type,
        b'K' => Step::StopTyping,
        b'y' => Step::Retry,
        b'd' => Step::Discard,
        b'N' => Step::Notice(words()),
        b'v' => Step::Visible,
        b'h' => Step::Hidden,
        b'o' => Step::Online,
        b'f' => Step::Offline,
        _ => return None,
    })
}

fn lane(letter: u8) -> Option<Lane> {
    match letter {
        b'r' => Some(Lane::Rest),
        b'c' => Some(Lane::Connect),
        b'm' => Some(Lane::Meta),
        _ => None,
    }
}

/// Status, perhaps `;` and Retry-After, a blank, the body.
fn reply(text: &str) -> Reply {
    let (head, body) = text.split_once(' ').unwrap_or((text, ""));
    let (status, wish) = match head.split_once(';') {
        Some((status, wish)) => (status, Some(wish.to_owned())),
        None => (head, None),
    };
    Reply {
        status: status.parse().unwrap_or(200),
        retry_after: wish,
        body: body.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_record_by_record() {
        let steps: Vec<Step> = read(b"r503;30 {}\x1e!c\x1ew12\x1e\x1e~\x1esHello\x1ew").collect();
        let busy = Reply {
            status: 503,
            retry_after: Some("30".to_owned()),
            body: "{}".to_owned(),
        };
        let wanted = [
            Step::Answer(Lane::Rest, busy),
            Step::Lose(Lane::Connect),
            Step::Wait(Some(12)),
            Step::Say("Hello".to_owned()),
            Step::Wait(None),
        ];
        assert_eq!(steps, wanted);
    }
}
