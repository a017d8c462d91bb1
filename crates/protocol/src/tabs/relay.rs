//! What happens in one tab, written for the others: events of the window and commands of the visitor, as rows of JSON.
//!
//! Both ends are of one version: what cannot be read comes from another one, or from an enemy, and is passed over.
//! Moments are told as the time that is left, for each tab has a clock of its own.

use std::time::Duration;

use crate::Moment;
use crate::chat::{
    Body, Change, Command, Connection, End, Entry, EntryKey, Event, Fate, Party, Phase, Problem,
    Visitor,
};
use crate::json::{Row, decimal, push_row};
use crate::{url, wire};

const ENDS: [End; 6] = [
    End::Visitor,
    End::Agent,
    End::Idle,
    End::Server,
    End::Lost,
    End::Abandoned,
];
const PHASES: [Phase; 6] = [
    Phase::Idle,
    Phase::Restoring,
    Phase::Connecting,
    Phase::Waiting,
    Phase::Active,
    Phase::Ending,
];
/// The words for the phases that say more, and for lists of which these are the places.
const ENDED: &str = "e";
const FAILED: &str = "f";
/// What another tab has expected is not told in its words.
const EXPECTED: &str = "what the tab that leads the chat has expected";

/// Writes an event behind others. `origin`: who has asked for it, when it is the entry of a message from another tab.
pub(super) fn write_event(out: &mut String, event: &Event, origin: &str, now: Moment) {
    match event {
        Event::Phase(phase) => write_phase(out, phase),
        Event::Connection(Connection::Fine) => push_row(out, &["c"]),
        Event::Connection(Connection::Troubled { reason, next_try }) => {
            let words = problem_words(reason);
            push_row(out, &with(&["c", &left(*next_try, now)], &words));
        }
        Event::Entry(Change::Appended(entry)) => write_entry(out, "+", "", origin, entry),
        Event::Entry(Change::Inserted { entry, before }) => {
            write_entry(out, "+", &key(*before), origin, entry);
        }
        Event::Entry(Change::Replaced(entry)) => write_entry(out, "=", "", origin, entry),
        Event::Entry(Change::Removed(gone)) => push_row(out, &["-", &key(*gone)]),
        Event::Entry(Change::Cleared) => push_row(out, &["0"]),
        Event::Typing(None) => push_row(out, &["t"]),
        Event::Typing(Some(party)) => {
            push_row(out, &["t", &party.nickname, wire::role_name(party.role)]);
        }
        Event::Idle(closes_at) => push_row(out, &["i", &left(*closes_at, now)]),
        Event::Notice { kind, party, text } => {
            let role = wire::role_name(party.role);
            push_row(out, &["n", &party.nickname, role, kind, text]);
        }
        // For the developer, who reads it where it was said.
        Event::Diagnostic(_) => {}
    }
}

/// Reads an event, and who has asked for it.
pub(super) fn read_event(row: Row<'_>, now: Moment) -> Option<(Event, String)> {
    let word = row.text(0);
    let event = match word.as_str() {
        "p" => Event::Phase(read_phase(row)?),
        "c" => Event::Connection(match read_problem(row, 2) {
            None => Connection::Fine,
            Some(reason) => Connection::Troubled {
                reason,
                next_try: moment(row, 1, now),
            },
        }),
        "+" => {
            let entry = read_entry(row)?;
            return Some((appeared(entry, read_key(row, 1)), row.text(3)));
        }
        "=" => Event::Entry(Change::Replaced(read_entry(row)?)),
        "-" => Event::Entry(Change::Removed(read_key(row, 1)?)),
        "0" => Event::Entry(Change::Cleared),
        "t" => Event::Typing(row.has(1).then(|| party(row, 1))),
        "i" => Event::Idle(moment(row, 1, now)),
        "n" => Event::Notice {
            kind: row.text(3),
            party: party(row, 1),
            text: row.text(4),
        },
        _ => return None,
    };
    Some((event, String::new()))
}

fn appeared(entry: Entry, before: Option<EntryKey>) -> Event {
    Event::Entry(match before {
        None => Change::Appended(entry),
        Some(before) => Change::Inserted { entry, before },
    })
}

/// Writes what the visitor wants, for the tab that leads.
pub(super) fn write_command(out: &mut String, head: &[&str], command: &Command) {
    let number;
    let words: Vec<&str> = match command {
        Command::Start(visitor) => {
            let known = [
                "start",
                &visitor.first_name,
                &visitor.last_name,
                &visitor.email,
                &visitor.subject,
                &visitor.display_name,
            ];
            let pairs = visitor.data.iter();
            let data: Vec<&str> = pairs
                .flat_map(|(name, value)| [name.as_str(), value.as_str()])
                .collect();
            with(&known, &data)
        }
        Command::Say(text) => vec![SAY, text],
        Command::Typing => vec!["typing"],
        Command::StopTyping => vec!["still"],
        Command::Retry(entry) => {
            number = key(*entry);
            vec!["retry", &number]
        }
        Command::Discard(entry) => {
            number = key(*entry);
            vec!["discard", &number]
        }
        Command::Notice(text) => vec!["notice", text],
        Command::Note { text, tone } => vec!["note", text, tone],
        Command::End => vec!["end"],
        Command::Reset => vec!["reset"],
    };
    push_row(out, &with(head, &words));
}

/// The word of [`Command::Say`].
const SAY: &str = "say";

/// Reads what a visitor wants, from the place `at` on.
pub(super) fn read_command(row: Row<'_>, at: usize) -> Option<Command> {
    let word = row.text(at);
    let text = || row.text(at + 1);
    Some(match word.as_str() {
        "start" => {
            let mut data = Vec::new();
            let mut place = at + 6;
            while row.has(place) {
                data.push((row.text(place), row.text(place + 1)));
                place += 2;
            }
            Command::Start(Visitor {
                first_name: text(),
                last_name: row.text(at + 2),
                email: row.text(at + 3),
                subject: row.text(at + 4),
                display_name: row.text(at + 5),
                data,
            })
        }
        SAY => Command::Say(text()),
        "typing" => Command::Typing,
        "still" => Command::StopTyping,
        "retry" => Command::Retry(read_key(row, at + 1)?),
        "discard" => Command::Discard(read_key(row, at + 1)?),
        "notice" => Command::Notice(text()),
        "note" => Command::Note {
            text: text(),
            tone: row.text(at + 2),
        },
        "end" => Command::End,
        "reset" => Command::Reset,
        _ => return None,
    })
}

fn write_phase(out: &mut String, phase: &Phase) {
    match phase {
        Phase::Ended(end) => push_row(out, &["p", ENDED, &place(&ENDS, end)]),
        Phase::Failed(problem) => {
            push_row(out, &with(&["p", FAILED], &problem_words(problem)));
        }
        Phase::Idle | Phase::Restoring | Phase::Connecting => {
            push_row(out, &["p", &place(&PHASES, phase)]);
        }
        Phase::Waiting | Phase::Active | Phase::Ending => {
            push_row(out, &["p", &place(&PHASES, phase)]);
        }
    }
}

fn read_phase(row: Row<'_>) -> Option<Phase> {
    Some(match row.text(1).as_str() {
        ENDED => Phase::Ended(*at(&ENDS, row.number(2)?)?),
        FAILED => Phase::Failed(read_problem(row, 2)?),
        _ => at(&PHASES, row.number(1)?)?.clone(),
    })
}

/// `[mark, before, key, origin, at, nickname, role, kind, …]`.
fn write_entry(out: &mut String, mark: &str, before: &str, origin: &str, entry: &Entry) {
    let moment = entry.at.map_or_else(String::new, decimal);
    let number = key(entry.key);
    let role = wire::role_name(entry.party.role);
    let head = [
        mark,
        before,
        &number,
        origin,
        &moment,
        &entry.party.nickname,
        role,
    ];
    let words: Vec<&str> = match &entry.body {
        Body::Message(text) => vec!["m", text],
        Body::Mine { text, fate } => {
            let words = match fate {
                Fate::Failed(problem) => problem_words(problem),
                Fate::Sending | Fate::Sent | Fate::Unknown | Fate::Unproven => Vec::new(),
            };
            let row = with(&["w", text, fate_word(fate)], &words);
            return push_row(out, &with(&head, &row));
        }
        Body::Joined => vec!["j"],
        Body::Left => vec!["l"],
        Body::Transferred { from } => vec!["x", &from.nickname, wire::role_name(from.role)],
        Body::PushUrl { url, .. } => vec!["u", url],
        Body::Note { text, tone } => vec!["k", text, tone],
        Body::Gap => vec!["g"],
    };
    push_row(out, &with(&head, &words));
}

fn read_entry(row: Row<'_>) -> Option<Entry> {
    const BODY: usize = 7;
    let text = row.text(BODY + 1);
    let body = match row.text(BODY).as_str() {
        "m" => Body::Message(text),
        "w" => Body::Mine {
            text,
            fate: match row.text(BODY + 2).as_str() {
                "q" => Fate::Sending,
                "s" => Fate::Sent,
                "d" => Fate::Unknown,
                "u" => Fate::Unproven,
                _ => Fate::Failed(read_problem(row, BODY + 3)?),
            },
        },
        "j" => Body::Joined,
        "l" => Body::Left,
        "x" => Body::Transferred {
            from: party(row, BODY + 1),
        },
        "u" => {
            // Whoever writes here need not be the tab that has looked at it.
            let address = url::read(&text).ok()?;
            Body::PushUrl {
                url: address.url,
                host: address.host,
            }
        }
        "k" => Body::Note {
            text,
            tone: row.text(BODY + 2),
        },
        "g" => Body::Gap,
        _ => return None,
    };
    Some(Entry {
        key: read_key(row, 2)?,
        at: row.number(4),
        party: party(row, 5),
        body,
    })
}

fn fate_word(fate: &Fate) -> &'static str {
    match fate {
        Fate::Sending => "q",
        Fate::Sent => "s",
        Fate::Unknown => "d",
        Fate::Unproven => "u",
        Fate::Failed(_) => "r",
    }
}

/// `[code, status or seconds, message, exception]`.
fn problem_words(problem: &Problem) -> Vec<&str> {
    let (message, exception) = match problem {
        Problem::Refused { message, .. } => (message.as_ref().map_or("", |text| text), ""),
        Problem::Exception { exception, message } => (message.as_str(), exception.as_str()),
        Problem::Unreachable | Problem::TimedOut | Problem::Busy { .. } => ("", ""),
        Problem::Unauthorised { .. } | Problem::NotFound { .. } => ("", ""),
        Problem::Server { .. } | Problem::Malformed { .. } => ("", ""),
        Problem::CookieLost | Problem::Ended => ("", ""),
    };
    vec![problem.code(), message, exception]
}

/// The problem whose words begin at this place; nothing when there are none. Its status was the other tab's.
fn read_problem(row: Row<'_>, place: usize) -> Option<Problem> {
    let code = row.text(place);
    let (status, message) = (0, row.text(place + 1));
    let known = [
        Problem::Unreachable,
        Problem::TimedOut,
        Problem::Busy { retry_after: None },
        Problem::Refused {
            status,
            message: (!message.is_empty()).then(|| message.clone()),
        },
        Problem::Unauthorised { status },
        Problem::NotFound { status },
        Problem::Server { status },
        Problem::Exception {
            exception: row.text(place + 2),
            message,
        },
        Problem::Malformed { expected: EXPECTED },
        Problem::CookieLost,
        Problem::Ended,
    ];
    known.into_iter().find(|problem| problem.code() == code)
}

fn party(row: Row<'_>, place: usize) -> Party {
    Party {
        nickname: row.text(place),
        role: wire::role(&row.text(place + 1)),
    }
}

fn key(key: EntryKey) -> String {
    decimal(key.0.into())
}

fn read_key(row: Row<'_>, place: usize) -> Option<EntryKey> {
    u32::try_from(row.number(place)?).ok().map(EntryKey)
}

/// How long it is until a moment, in milliseconds; empty for none.
fn left(moment: Option<Moment>, now: Moment) -> String {
    moment.map_or_else(String::new, |moment| {
        decimal(u64::try_from(moment.since(now).as_millis()).unwrap_or(u64::MAX))
    })
}

fn moment(row: Row<'_>, place: usize, now: Moment) -> Option<Moment> {
    let left = row.number(place)?;
    // No wait that is told lasts longer than a day.
    Some(now + Duration::from_millis(left.min(86_400_000)))
}

fn place<T: PartialEq>(all: &[T], one: &T) -> String {
    let place = all.iter().position(|other| other == one);
    decimal(place.unwrap_or_default() as u64)
}

fn at<T>(all: &[T], place: u64) -> Option<&T> {
    all.get(usize::try_from(place).ok()?)
}

fn with<'a>(head: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [head, more].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Role;
    use crate::json::parse;

    const NOW: Moment = Moment::from_millis(5_000);

    fn kristi() -> Party {
        Party {
            nickname: "Kristi \"K\" Sippola\n".to_owned(),
            role: Role::Agent,
        }
    }

    fn entry(key: u32, body: Body) -> Entry {
        Entry {
            key: EntryKey(key),
            at: key.is_multiple_of(2).then_some(1_700_000_000_000),
            party: kristi(),
            body,
        }
    }

    fn mine(fate: Fate) -> Body {
        let text = "Half a, [sentence] 👋".to_owned();
        Body::Mine { text, fate }
    }

    fn problems() -> Vec<Problem> {
        let (status, message) = (0, Some("because".to_owned()));
        vec![
            Problem::Unreachable,
            Problem::TimedOut,
            Problem::Busy { retry_after: None },
            Problem::Refused { status, message },
            Problem::Unauthorised { status },
            Problem::NotFound { status },
            Problem::Server { status },
            Problem::Exception {
                exception: "E".to_owned(),
                message: String::new(),
            },
            Problem::Malformed { expected: EXPECTED },
            Problem::CookieLost,
            Problem::Ended,
        ]
    }

    fn events() -> Vec<Event> {
        let url = "https://example.com/a?b".to_owned();
        let host = "example.com".to_owned();
        let (text, tone) = ("Note".to_owned(), "info".to_owned());
        let mut bodies = vec![
            Body::Message(String::new()),
            Body::Joined,
            Body::Left,
            Body::Transferred { from: kristi() },
            Body::PushUrl { url, host },
            Body::Gap,
            Body::Note { text, tone },
            mine(Fate::Sending),
            mine(Fate::Sent),
            mine(Fate::Unknown),
            mine(Fate::Unproven),
        ];
        bodies.extend(problems().into_iter().map(Fate::Failed).map(mine));
        let entries = (1..).zip(bodies).map(|(key, body)| entry(key, body));
        let mut events: Vec<Event> = entries
            .map(|entry| Event::Entry(Change::Appended(entry)))
            .collect();
        let before = EntryKey(7);
        events.extend([
            Event::Entry(Change::Inserted {
                entry: entry(u32::MAX, Body::Joined),
                before,
            }),
            Event::Entry(Change::Replaced(entry(4, mine(Fate::Sent)))),
            Event::Entry(Change::Removed(before)),
            Event::Entry(Change::Cleared),
            Event::Typing(Some(kristi())),
            Event::Typing(None),
            Event::Idle(Some(NOW + Duration::from_millis(17))),
            Event::Idle(None),
            Event::Connection(Connection::Fine),
            Event::Notice {
                kind: "Notice.Custom".to_owned(),
                party: kristi(),
                text: "x".to_owned(),
            },
        ]);
        events.extend(PHASES.map(Event::Phase));
        events.extend(ENDS.map(|end| Event::Phase(Phase::Ended(end))));
        for reason in problems() {
            events.push(Event::Phase(Phase::Failed(reason.clone())));
            let next_try = Some(NOW + Duration::from_millis(9));
            events.push(Event::Connection(Connection::Troubled { reason, next_try }));
        }
        events
    }

    /// The elements of rows, read.
    fn rows(text: &str) -> Vec<crate::Value> {
        let whole = parse(&["[", text, "]"].concat()).unwrap();
        whole.as_array().unwrap().to_vec()
    }

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let told = events();
        let mut written = String::new();
        for event in &told {
            write_event(&mut written, event, "7 8", NOW);
        }
        let rows = rows(&written);
        assert_eq!(rows.len(), told.len());
        for (row, event) in rows.iter().zip(&told) {
            let (read, origin) = read_event(Row(row), NOW).unwrap();
            assert_eq!(read, *event);
            let is_new = matches!(
                event,
                Event::Entry(Change::Appended(_) | Change::Inserted { .. })
            );
            assert_eq!(origin, if is_new { "7 8" } else { "" }, "{event:?}");
        }
    }

    #[test]
    fn a_wait_is_told_as_the_time_that_is_left_for_each_tab_has_a_clock_of_its_own() {
        let mut written = String::new();
        let closes = Event::Idle(Some(NOW + Duration::from_millis(300)));
        write_event(&mut written, &closes, "", NOW);
        let there = Moment::from_millis(90_000);
        let (read, _) = read_event(Row(&rows(&written)[0]), there).unwrap();
        assert_eq!(read, Event::Idle(Some(there + Duration::from_millis(300))));
    }

    #[test]
    fn what_a_developer_reads_stays_where_it_was_said() {
        let mut written = String::new();
        write_event(&mut written, &Event::Diagnostic("x".to_owned()), "", NOW);
        assert_eq!(written, "");
    }

    #[test]
    fn an_address_that_may_not_be_opened_is_offered_by_no_tab() {
        for address in ["javascript:alert(1)", "data:text/html,x", "file:///etc", ""] {
            let mut row = String::new();
            let head = ["+", "", "1", "", "", "Ann", "AGENT", "u", address];
            push_row(&mut row, &head);
            assert_eq!(read_event(Row(&rows(&row)[0]), NOW), None, "{address}");
        }
    }

    #[test]
    fn every_command_is_read_as_it_was_written() {
        let text = || "a \"b\" [c]".to_owned();
        let visitor = Visitor {
            first_name: "Ada".to_owned(),
            subject: text(),
            data: vec![("tier".to_owned(), "gold".to_owned()), (text(), text())],
            ..Visitor::default()
        };
        let commands = [
            Command::Start(visitor),
            Command::Say(text()),
            Command::Typing,
            Command::StopTyping,
            Command::Retry(EntryKey(3)),
            Command::Discard(EntryKey(u32::MAX)),
            Command::Notice(text()),
            Command::Note {
                text: text(),
                tone: "info".to_owned(),
            },
            Command::End,
            Command::Reset,
        ];
        for command in commands {
            let mut row = String::new();
            write_command(&mut row, &["do", "me"], &command);
            assert_eq!(read_command(Row(&rows(&row)[0]), 2), Some(command));
        }
    }
}
