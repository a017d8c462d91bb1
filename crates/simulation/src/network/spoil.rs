//! Answers that are not what they should be.

use crate::plan::Spoil;
use crate::server::{Answer, Body, Connected, Facts};

/// Intervals of weeks.
const ABSURD: [&str; 2] = ["3000000000", "1e300"];

/// Advice to ask for nothing more.
const STOPS: [&str; 2] = [r#""interval":-1"#, r#""reconnect":"none""#];

/// Breaks the body off after so many thousandths, and nobody notices.
pub(super) fn truncate(answer: &mut Answer, permille: u16, bare: bool) {
    let mut text = answer.text(bare);
    let length = text.len() * usize::from(permille) / 1000;
    text.truncate(length);
    unreadable(answer, text);
}

/// Spoils an answer.
pub(super) fn spoil(answer: &mut Answer, how: Spoil) {
    match how {
        Spoil::Empty => unreadable(answer, String::new()),
        Spoil::NoContent => {
            answer.status = 204;
            unreadable(answer, String::new());
        }
        Spoil::NoMessages => unreadable(answer, "[]".to_owned()),
        Spoil::Null => unreadable(answer, "null".to_owned()),
        Spoil::Html => unreadable(answer, "<html>It works!</html>".to_owned()),
        Spoil::Deep => {
            let text = ["[".repeat(400), "]".repeat(400)].concat();
            unreadable(answer, text);
        }
        Spoil::Garbled => {
            let text = answer.text(false).replacen(':', "\u{fffd}", 1);
            unreadable(answer, text);
        }
        Spoil::Mark => {
            let text = ["\u{feff}", &answer.text(false)].concat();
            answer.body = Body::Text(text);
        }
        Spoil::Strangers
        | Spoil::Displaced
        | Spoil::NoReply
        | Spoil::Disowned
        | Spoil::TwoReplies
        | Spoil::WrongId
        | Spoil::NoId
        | Spoil::NoClientId
        | Spoil::Promises
        | Spoil::Bloated => spoil_messages(answer, how),
    }
}

fn spoil_messages(answer: &mut Answer, how: Spoil) {
    let Body::Messages(messages) = &mut answer.body else {
        return;
    };
    let Some(place) = messages.iter().position(|message| is_reply(message)) else {
        return;
    };
    match how {
        Spoil::Strangers => {
            let strangers = [
                "null",
                "7",
                r#""x""#,
                r#"{"data":{}}"#,
                r#"{"channel":"/other"}"#,
            ];
            messages.splice(place..place, strangers.map(str::to_owned));
        }
        Spoil::Displaced => {
            let reply = messages.remove(place);
            messages.insert(messages.len() / 2, reply);
        }
        Spoil::NoReply => {
            messages.remove(place);
            let says_goodbye = says_goodbye(messages);
            let facts = std::mem::take(&mut answer.facts);
            answer.facts = Facts {
                events: facts.events,
                spans: facts.spans,
                connect: facts.connect.filter(|_| says_goodbye),
                ..Facts::default()
            };
        }
        Spoil::Disowned => {
            messages[place] = disowned(&messages[place]);
            let says_goodbye = says_goodbye(messages);
            let facts = std::mem::take(&mut answer.facts);
            answer.facts = Facts {
                events: facts.events,
                spans: facts.spans,
                connect: facts.connect.map(|fate| {
                    if says_goodbye {
                        fate
                    } else {
                        Connected::Unknown
                    }
                }),
                ..Facts::default()
            };
        }
        Spoil::TwoReplies => {
            let reply = messages[place].clone();
            messages.push(reply);
        }
        Spoil::WrongId => messages[place] = with_id(&messages[place], r#""id":"x9","#),
        Spoil::NoId => messages[place] = with_id(&messages[place], ""),
        Spoil::NoClientId => {
            if answer.facts.client_id.take().is_some() {
                messages[place] = messages[place].replacen("clientId", "client", 1);
                answer.facts.batch = None;
            }
        }
        Spoil::Bloated => {
            let padding = "x".repeat(1 << 18);
            messages.insert(
                place,
                format!(r#"{{"channel":"/other","data":"{padding}"}}"#),
            );
        }
        Spoil::Promises => insert(&mut messages[place], r#""x-messages":3"#),
        Spoil::Empty | Spoil::NoContent | Spoil::NoMessages | Spoil::Null => {}
        Spoil::Html | Spoil::Deep | Spoil::Garbled | Spoil::Mark => {}
    }
}

/// Puts advice into the meta reply. What stood there before stands first, so the new counts.
pub(super) fn advise(answer: &mut Answer, advice: &str) {
    // What ends a session stays what it is.
    if answer.facts.connect == Some(Connected::Last) {
        return;
    }
    if let Body::Messages(messages) = &mut answer.body
        && let Some(reply) = messages.iter_mut().find(|message| is_reply(message))
    {
        insert(reply, &format!(r#""advice":{advice}"#));
        if STOPS.iter().any(|words| advice.contains(words)) {
            answer.facts.stops = true;
            answer.facts.connect = answer.facts.connect.map(|_| Connected::Last);
        }
        answer.facts.absurd = ABSURD.iter().any(|interval| advice.contains(interval));
    }
}

/// A single message goes out without its array.
pub(super) fn bare(answer: &mut Answer) {
    if matches!(&answer.body, Body::Messages(messages) if messages.len() == 1) {
        answer.body = Body::Text(answer.text(true));
    }
}

fn unreadable(answer: &mut Answer, text: String) {
    answer.body = Body::Text(text);
    answer.facts = Facts::default();
}

fn is_reply(message: &str) -> bool {
    message.contains(r#""channel":"/meta/"#)
}

/// Whether the server disconnects the client, whatever else the answer holds.
fn says_goodbye(messages: &[String]) -> bool {
    messages.iter().any(|it| it.contains("/meta/disconnect"))
}

/// The reply as it would be to a client that nobody knows.
fn disowned(reply: &str) -> String {
    let channel = reply.split(r#""channel":""#).nth(1);
    let channel = channel.and_then(|rest| rest.split('"').next());
    let channel = channel.unwrap_or_default();
    format!(r#"{{"channel":"{channel}","successful":false,"error":"402::session_unknown"}}"#)
}

/// The message with its id, which stands first if there is one, replaced.
fn with_id(message: &str, id: &str) -> String {
    match message.split_once(r#""channel":"#) {
        Some((_, rest)) => ["{", id, r#""channel":"#, rest].concat(),
        None => message.to_owned(),
    }
}

fn insert(message: &mut String, member: &str) {
    if message.pop() == Some('}') {
        message.push(',');
        message.push_str(member);
        message.push('}');
    }
}
