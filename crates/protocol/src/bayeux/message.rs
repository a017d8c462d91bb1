//! Bayeux messages: the requests as they go out, and what an answer holds.

use std::time::Duration;

use crate::json;

/// The body of a handshake, in the order of GMS's own trace.
pub(super) fn handshake(id: u32, ack: bool) -> String {
    let mut body = String::from(concat!(
        r#"[{"version":"1.0","minimumVersion":"0.9","channel":"/meta/handshake","#,
        r#""supportedConnectionTypes":["long-polling"],"advice":{"timeout":60000,"interval":0}"#,
    ));
    if ack {
        body.push_str(r#","ext":{"ack":true}"#);
    }
    push_member(&mut body, ",\"id\":", &json::decimal(id.into()));
    body.push_str("}]");
    body
}

/// The body of a subscribe request for one channel.
pub(super) fn subscribe(id: u32, client_id: &str, channel: &str) -> String {
    let mut body = String::from("[");
    push_subscription(&mut body, "/meta/subscribe", channel);
    push_sender(&mut body, id, client_id);
    body.push_str("}]");
    body
}

/// The body of a connect. `hold` is how long the server is asked to hold it, `ack` the number of
/// the last connect reply whose messages were all handed over.
pub(super) fn connect(
    id: u32,
    client_id: &str,
    hold: Option<Duration>,
    ack: Option<u64>,
) -> String {
    let mut body = String::from(r#"[{"channel":"/meta/connect","connectionType":"long-polling""#);
    let hold = hold.map(|hold| u64::try_from(hold.as_millis()).unwrap_or(0));
    push_nested(&mut body, r#","advice":{"timeout":"#, hold);
    push_sender(&mut body, id, client_id);
    push_nested(&mut body, r#","ext":{"ack":"#, ack);
    body.push_str("}]");
    body
}

/// The body of a last request: unsubscribe and disconnect, in this order.
pub(super) fn over(ids: [u32; 2], client_id: &str, channel: &str) -> String {
    let mut body = String::from("[");
    push_subscription(&mut body, "/meta/unsubscribe", channel);
    push_sender(&mut body, ids[0], client_id);
    body.push_str(r#"},{"channel":"/meta/disconnect""#);
    push_sender(&mut body, ids[1], client_id);
    body.push_str("}]");
    body
}

/// The body of a disconnect by a page that may come back, with GMS's `transcriptPosition`.
pub(super) fn leaving(id: u32, client_id: &str, position: Option<u64>) -> String {
    let mut body = String::from(r#"[{"channel":"/meta/disconnect""#);
    push_sender(&mut body, id, client_id);
    if let Some(position) = position {
        // GMS's own example has this number in quotes.
        let start = r#","ext":{"transcriptPosition":"#;
        push_member(&mut body, start, &json::decimal(position));
        body.push('}');
    }
    body.push_str("}]");
    body
}

fn push_subscription(body: &mut String, verb: &str, channel: &str) {
    push_member(body, "{\"channel\":", verb);
    push_member(body, ",\"subscription\":", channel);
}

fn push_sender(body: &mut String, id: u32, client_id: &str) {
    push_member(body, ",\"id\":", &json::decimal(id.into()));
    push_member(body, ",\"clientId\":", client_id);
}

fn push_member(body: &mut String, start: &str, text: &str) {
    body.push_str(start);
    json::push_string(body, text);
}

/// An object with one number, when there is one.
fn push_nested(body: &mut String, start: &str, number: Option<u64>) {
    if let Some(number) = number {
        body.push_str(start);
        json::push_decimal(body, number);
        body.push('}');
    }
}
