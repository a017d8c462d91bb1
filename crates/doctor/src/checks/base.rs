//! Name, connection, TLS, the way to GMS, the clock, and the service.

use std::time::{Duration, SystemTime};

use gms_chat_protocol::form;
use hyper::Method;
use tokio::time::{Instant, timeout};

use super::judge::{self, Flaw};
use super::{Examination, cors};
use crate::http::{Answer, Ask, Broken, Client, connect, secure};
use crate::{Finding, Row};

/// Clocks that differ by less serve.
const CLOCK: Duration = Duration::from_secs(60);

impl Examination<'_> {
    /// Whether a connection, and TLS where wanted, can be made.
    pub(super) async fn line(&mut self) -> bool {
        let to = &self.options.endpoint;
        let begun = Instant::now();
        let missed = |_| Broken::new(Finding::Refused, "no connection in time", begun);
        let connected = timeout(self.options.timeout, connect(to)).await;
        let stream = match connected.map_err(missed).and_then(|connected| connected) {
            Ok(stream) => stream,
            Err(broken) => return self.broken("tcp", to.authority(), &broken),
        };
        let peer = stream
            .peer_addr()
            .map_or(String::new(), |peer| peer.to_string());
        let took = begun.elapsed().as_millis();
        self.tell(Row::ok("tcp", format!("{peer}, {took} ms")));
        if !to.is_secure {
            return true;
        }
        let connector = match Client::curious(self.options.authority.as_deref()) {
            Ok(connector) => connector,
            Err(why) => {
                self.tell(Row::found("tls", Finding::Tls, "", why));
                return false;
            }
        };
        let missed = |_| Broken::new(Finding::Tls, "no TLS in time", begun);
        let agreed = timeout(self.options.timeout, secure(&connector, to, stream)).await;
        match agreed.map_err(missed).and_then(|agreed| agreed) {
            Err(broken) => self.broken("tls", to.authority(), &broken),
            Ok(agreed) if agreed.is_http2 => {
                self.tell(Row::ok("tls", format!("{}, HTTP/2", agreed.version)));
                true
            }
            Ok(agreed) => {
                let seen = format!("{}, HTTP/1.1 alone", agreed.version);
                self.tell(Row::found("tls", Finding::Http1Only, to.authority(), seen));
                true
            }
        }
    }

    /// Whether HTTP is spoken at the endpoint. What it says is not of interest yet, but when it thinks it is.
    pub(super) async fn base(&mut self) -> bool {
        let to = &self.options.endpoint;
        let ask = Ask {
            method: Method::GET,
            url: to.to_string(),
            headers: Vec::new(),
            body: String::new(),
        };
        let answer = match self.client.within(self.options.timeout, ask).await {
            Ok(answer) => answer,
            Err(broken) => return self.broken("gateway", to.path.clone(), &broken),
        };
        let flaw = judge::status(&answer).filter(|flaw| flaw.finding == Finding::BadGateway);
        if let Some(flaw) = flaw {
            self.flaw("gateway", to.path.clone(), flaw);
            return false;
        }
        let seen = format!(
            "answers ({}) after {} ms",
            answer.status,
            answer.took.as_millis()
        );
        self.tell(Row::ok("gateway", seen));
        self.tell(clock(&answer));
        true
    }

    /// Whether the service can be created. It disturbs nobody, and GMS forgets it by itself.
    pub(super) async fn service(&mut self) -> bool {
        let mut path = "/1/service/".to_owned();
        form::push_segment(&mut path, &self.options.service);
        let at = format!("POST {}{path}", self.options.endpoint.path);
        let ask = Ask::post(
            format!("{}{path}", self.options.endpoint),
            form::CONTENT_TYPE,
            self.options.user_id.as_deref(),
            String::new(),
        );
        let answer = match self.client.within(self.options.timeout, ask).await {
            Ok(answer) => answer,
            Err(broken) => return self.broken("service", at, &broken),
        };
        match judge::rest(&answer) {
            Err(flaw) => {
                self.flaw("service", at, flaw);
                return false;
            }
            Ok(body) if body.get("_id").is_none() => {
                let seen = format!("{} without `_id`", judge::kind(&answer));
                self.tell(Row::found("service", Finding::NotGms, at, seen));
                return false;
            }
            Ok(_) => {
                let took = answer.took.as_millis();
                let seen = format!("`{}` created, {took} ms", self.options.service);
                self.tell(Row::ok("service", seen));
            }
        }
        if let Some(origin) = self.options.other_origin() {
            let flaws = cors::answer(&answer, &origin.origin());
            for (at, flaw) in flaws {
                self.flaw("cors", at, flaw);
            }
        }
        true
    }

    /// A row about an exchange that broke; answers that it did not go well.
    pub(super) fn broken(
        &mut self,
        step: &'static str,
        at: impl Into<String>,
        broken: &Broken,
    ) -> bool {
        self.flaw(step, at, Flaw::of(broken));
        false
    }

    pub(super) fn flaw(&mut self, step: &'static str, at: impl Into<String>, flaw: Flaw) {
        self.tell(Row::found(step, flaw.finding, at, flaw.seen));
    }
}

/// How far the clocks are apart, as far as `Date` with its whole seconds says.
fn clock(answer: &Answer) -> Row {
    let date = answer.header("date");
    let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Row::skipped("clock", "the answer has no header Date");
    };
    let ours = SystemTime::now();
    let apart = ours
        .duration_since(theirs)
        .unwrap_or_else(|ahead| ahead.duration());
    let seen = format!("{} s apart", apart.as_secs());
    if apart > CLOCK {
        Row::found("clock", Finding::Clock, "Date", seen)
    } else {
        Row::ok("clock", seen)
    }
}
