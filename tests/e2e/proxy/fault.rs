//! What can go wrong with one request, and how often it does.

use std::time::Duration;

use crate::dice::Dice;

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    Pass,
    /// The connection is reset before the server sees the request.
    ResetBefore,
    /// The server has done it; the answer is lost.
    ResetAfter,
    /// The answer comes late.
    Stall(Duration),
    /// The answer lacks its end.
    Truncate,
    /// The proxy answers with this status; the server sees nothing.
    Refuse(u16),
    /// The proxy answers with this status, although the server has done it.
    RefuseAfter(u16),
    /// The proxy answers as a CometD server that does not know the session.
    Forget,
    /// The proxy answers with a page of its own, and says that all is well; the server sees nothing.
    Portal,
    /// Whoever is not answered within this time is not waited for.
    Impatient(Duration, Refusal),
}

/// How a proxy says that it does not wait any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It resets the connection.
    Reset,
    /// It answers 504.
    GatewayTimeout,
}

/// What happens to requests for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing.
    None,
    /// Any fault now and then.
    Mixed,
    /// No request arrives.
    Cut,
    /// Every connect is told that its session is unknown.
    Storm,
    /// A network that wants to be agreed with first: every request is answered with its page.
    Portal,
    /// No request is waited for longer than this.
    Impatient(Duration, Refusal),
}

impl Trouble {
    /// The fate of the next request. Only those to GMS have any: the page itself is loaded before.
    pub(crate) fn draw(self, path: &str, dice: &mut Dice) -> Fault {
        if !path.starts_with("/genesys/") {
            return Fault::Pass;
        }
        match self {
            Self::None => Fault::Pass,
            Self::Mixed => mixed(dice),
            Self::Cut => Fault::ResetBefore,
            Self::Storm if path.ends_with("/connect") => Fault::Forget,
            Self::Storm => Fault::Pass,
            Self::Portal => Fault::Portal,
            Self::Impatient(time, refusal) => Fault::Impatient(time, refusal),
        }
    }
}

fn mixed(dice: &mut Dice) -> Fault {
    let status = [502, 503, 504][dice.roll(3)];
    match dice.roll(20) {
        0 | 1 => Fault::ResetBefore,
        2 | 3 => Fault::ResetAfter,
        4 | 5 => Fault::Stall(dice.millis(1500)),
        6 => Fault::Truncate,
        7 => Fault::Refuse(status),
        8 => Fault::RefuseAfter(status),
        9 => Fault::Forget,
        _ => Fault::Pass,
    }
}

/// What CometD says of a session that it does not know. To a REST call this is nonsense with status 200.
pub(super) fn unknown_session() -> String {
    let body = r#"[{"channel":"/meta/connect","successful":false,"error":"402::session_unknown","advice":{"reconnect":"handshake","interval":0}}]"#;
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A word of the portal's page, which has to be seen nowhere.
pub(crate) const WELCOME: &str = "Welcome to Station Wi-Fi";

/// What a captive portal answers to everything.
pub(super) fn portal() -> String {
    let body =
        format!("<!doctype html><title>{WELCOME}</title><h1>{WELCOME}</h1><form>Accept</form>");
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
