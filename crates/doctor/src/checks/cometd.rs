//! CometD as the widget uses it: handshake, subscription, first connect, cookie, acknowledgement.

use std::time::Duration;

use gms_chat_protocol::bayeux::{Config, Event, Fault, Reason, Session};
use serde_json::Value;
use tokio::time::Instant;

use super::Examination;
use super::judge::{self, Flaw};
use crate::drive::{Cancelled, Drive, Exchange, Happening};
use crate::http::Answer;
use crate::jar::Withheld;
use crate::options::seed;
use crate::{Address, Finding, Row};

/// The cookie that CometD knows a browser by.
const COOKIE: &str = "BAYEUX_BROWSER";
pub(super) const CHANNEL: &str = "/_genesys";

/// A session on its way to its first connect, and behind it.
pub(super) struct Opening {
    pub(super) drive: Drive<Session>,
    pub(super) handshake: Option<Answer>,
    /// The server's hold, as it last said.
    pub(super) hold: Option<Duration>,
    pub(super) multiple_clients: bool,
    /// The last exchange that ended.
    last: Option<Exchange>,
}

impl Examination<'_> {
    /// Whether CometD works as far as the first connect.
    pub(super) async fn cometd(&mut self) -> bool {
        let wanted = self.options.append_type;
        let mut opening = self.opening(wanted);
        let mut outcome = self.open(&mut opening).await;
        let is_lost = matches!(&outcome, Err((_, flaw)) if flaw.finding == Finding::CometPath);
        if is_lost && wanted && opening.handshake.is_none() {
            let mut plain = self.opening(false);
            if self.open(&mut plain).await.is_ok() {
                let at = opening.path();
                let seen = "not there; CometD answers at the path above it";
                self.tell(Row::found("handshake", Finding::AppendType, at, seen));
                (opening, outcome) = (plain, Ok(()));
            }
        }
        let answer = opening.handshake.take();
        if let Some(answer) = answer {
            let took = answer.took.as_millis();
            if !self.has_fault("handshake") {
                self.tell(Row::ok("handshake", format!("{took} ms")));
            }
            let row = self.cookie();
            self.tell(row);
            self.tell(ack(&answer));
        }
        match outcome {
            Err((step, flaw)) => {
                self.flaw(step, opening.path(), flaw);
                false
            }
            Ok(()) => {
                self.tell(Row::ok("subscribe", CHANNEL));
                self.tell(if opening.multiple_clients {
                    let seen = "the server takes this for a further tab";
                    Row::found("connect", Finding::MultipleClients, opening.path(), seen)
                } else {
                    Row::ok("connect", "the first one is answered")
                });
                self.held(opening).await;
                true
            }
        }
    }

    fn opening(&self, append_type: bool) -> Opening {
        let config = Config {
            append_type,
            gms_user: self.options.user_id.clone(),
            network_delay: self.options.timeout,
            ..Config::new(&self.options.comet_url())
        };
        let session = Session::new(config, seed());
        Opening {
            drive: Drive::new(session, &self.client, Cancelled::Watched),
            handshake: None,
            hold: None,
            multiple_clients: false,
            last: None,
        }
    }

    /// Leads the session to its first connect, or to the step that fails.
    async fn open(&self, opening: &mut Opening) -> Result<(), (&'static str, Flaw)> {
        let until = Instant::now() + self.options.timeout * 4;
        opening.drive.act(Session::open);
        loop {
            match opening.next(until).await {
                Some(Event::Ready { .. }) => return Ok(()),
                Some(Event::MultipleClients) => opening.multiple_clients = true,
                Some(Event::Trouble { fault, .. }) => return Err(opening.trouble(&fault)),
                Some(Event::Ended(reason)) => return Err(opening.ended(&reason)),
                Some(Event::CookieLost) => {
                    let lost = Flaw::new(Finding::SessionLost, "two sessions in a row");
                    return Err((opening.step(), lost));
                }
                Some(Event::Delivery(_) | Event::Recovered | Event::Diagnostic(_)) => {}
                None => {
                    let silent = Flaw::new(Finding::Unanswered, "nothing happens");
                    return Err((opening.step(), silent));
                }
            }
        }
    }

    /// Whether the browser would send the cookie back from the widget's page.
    fn cookie(&self) -> Row {
        let step = "cookie";
        let url = format!("{}/connect", self.options.comet_url());
        let cross_site = self.options.is_cross_site();
        let jar = self.client.jar();
        let (Some(cookie), Ok(to)) = (jar.named(COOKIE), Address::parse(&url)) else {
            return Row::found(step, Finding::CookieMissing, "Set-Cookie", "there is none");
        };
        let at = format!("Set-Cookie: {COOKIE}");
        let withheld = |why: &str| Row::found(step, Finding::CookieWithheld, at.clone(), why);
        match cookie.withheld(&to, cross_site) {
            Some(Withheld::Path) => withheld("its Path does not cover CometD's"),
            Some(Withheld::Domain) => withheld("its Domain is not that of the endpoint"),
            Some(Withheld::Secure) => withheld("it is Secure, and the endpoint is not"),
            Some(Withheld::CrossSite) => {
                let seen = "without SameSite=None; Secure";
                Row::found(step, Finding::CookieCrossSite, at, seen)
            }
            None if cross_site && !cookie.is_partitioned() => {
                Row::found(step, Finding::CookiePartitioned, at, "without Partitioned")
            }
            None => Row::ok(step, format!("{COOKIE} goes back to CometD")),
        }
    }
}

impl Opening {
    /// The next event; exchanges are noted on the way.
    pub(super) async fn next(&mut self, until: Instant) -> Option<Event> {
        loop {
            match self.drive.next(until).await? {
                Happening::Event(event) => return Some(event),
                Happening::Exchange(exchange) => self.note(*exchange),
            }
        }
    }

    pub(super) fn note(&mut self, exchange: Exchange) {
        if let Ok(answer) = &exchange.outcome {
            let told = messages(&answer.body);
            let hold = told.iter().rev().find_map(|message| {
                let advice = message.get("advice")?;
                advice.get("timeout")?.as_u64().filter(|hold| *hold > 0)
            });
            self.hold = hold.map(Duration::from_millis).or(self.hold);
            let is_good = told.iter().any(|message| {
                message["channel"] == "/meta/handshake" && message["successful"] == true
            });
            if is_good {
                self.handshake = Some(answer.clone());
            }
        }
        self.last = Some(exchange);
    }

    /// What the last exchange was for.
    fn step(&self) -> &'static str {
        let sent = self.last.as_ref().map_or("", |exchange| &exchange.sent);
        if sent.contains("/meta/subscribe") {
            "subscribe"
        } else if sent.contains("/meta/connect") {
            "connect"
        } else {
            "handshake"
        }
    }

    /// Where the last exchange went.
    pub(super) fn path(&self) -> String {
        let path = self.last.as_ref().map(|exchange| exchange.path.as_str());
        path.map_or_else(String::new, |path| format!("POST {path}"))
    }

    fn ended(&self, reason: &Reason) -> (&'static str, Flaw) {
        let flaw = match reason {
            Reason::Closed | Reason::Disconnected => {
                Flaw::new(Finding::BayeuxRefused, "the server ended the session")
            }
            Reason::Advised { error } => {
                let seen = error.as_deref().unwrap_or("advice: reconnect none");
                Flaw::new(Finding::BayeuxRefused, seen)
            }
            Reason::Denied { error } => {
                return ("subscribe", Flaw::new(Finding::ChannelRefused, error));
            }
            Reason::NoCommonTransport => Flaw::new(Finding::NoLongPolling, "it is not offered"),
        };
        (self.step(), flaw)
    }

    /// What a failed request of the session means.
    pub(super) fn trouble(&self, fault: &Fault) -> (&'static str, Flaw) {
        let step = self.step();
        let outcome = self.last.as_ref().map(|exchange| &exchange.outcome);
        let flaw = match (fault, outcome) {
            (Fault::Status { .. }, Some(Ok(answer))) => of_status(answer),
            (Fault::Malformed { .. } | Fault::Excessive { .. }, Some(Ok(answer))) => {
                Flaw::new(Finding::NotGms, judge::kind(answer))
            }
            (Fault::Unreachable | Fault::Truncated, Some(Err(broken))) => Flaw::of(broken),
            (Fault::Refused { error }, _) => refused(step, error),
            (Fault::TimedOut, _) => Flaw::new(Finding::Unanswered, "no answer in time"),
            (fault, _) => Flaw::new(Finding::BayeuxRefused, format!("{fault:?}")),
        };
        (step, flaw)
    }
}

fn of_status(answer: &Answer) -> Flaw {
    let Err(flaw) = judge::rest(answer) else {
        return Flaw::new(Finding::NotGms, judge::kind(answer));
    };
    let finding = match flaw.finding {
        Finding::NotFound => Finding::CometPath,
        Finding::FormRefused | Finding::Unauthorised => Finding::GmsUser,
        other => other,
    };
    Flaw { finding, ..flaw }
}

fn refused(step: &str, error: &str) -> Flaw {
    let words = error.to_ascii_lowercase();
    let finding = if words.starts_with("402") || words.contains("unknown") {
        Finding::SessionLost
    } else if step == "subscribe" {
        Finding::ChannelRefused
    } else {
        Finding::BayeuxRefused
    };
    Flaw::new(finding, error)
}

fn ack(handshake: &Answer) -> Row {
    let replies = messages(&handshake.body);
    if replies.iter().any(|reply| reply["ext"]["ack"] == true) {
        Row::ok("ack", "lost answers are told again")
    } else {
        let at = "ext.ack of the reply to /meta/handshake";
        Row::found("ack", Finding::AckOff, at, "it is not true")
    }
}

/// The Bayeux messages of an answer; none when it is something else.
pub(super) fn messages(body: &str) -> Vec<Value> {
    match serde_json::from_str(body) {
        Ok(Value::Array(messages)) => messages,
        Ok(message @ Value::Object(_)) => vec![message],
        Ok(_) | Err(_) => Vec::new(),
    }
}
