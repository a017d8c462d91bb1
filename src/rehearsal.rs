//! For native tests: a real session against a transcript that the test writes, polling.

use gms_chat_protocol::chat::{Command, Config, Delivery, Event, Session, Visitor};
use gms_chat_protocol::{Moment, Output, Reply, Request};

/// The events of a chat whose server tells these transcript events `[kind, nickname, text, seconds, role]`, one
/// poll each; then the visitor says each text of `said`, which the server answers with the status beside it.
pub(crate) fn events(told: &[[&str; 5]], said: &[(&'static str, u16)]) -> Vec<Event> {
    let mut server = Server {
        told: told
            .iter()
            .map(|event| format!("[\"{}\"]", event.join("\",\"")))
            .collect(),
        shown: 0,
        said: said.to_vec(),
    };
    let mut config = Config::new("/g");
    config.delivery = Delivery::Poll;
    let mut now = Moment::from_millis(0);
    let mut session = Session::new(config, 1, now);
    let visitor = Visitor {
        subject: "s".to_owned(),
        ..Visitor::default()
    };
    session.handle_command(Command::Start(visitor), now);
    let mut events = Vec::new();
    let mut unsaid = said.iter();
    for _ in 0..400 {
        match session.poll_output() {
            Output::Send(id, request) => session.handle_reply(id, server.answer(&request), now),
            Output::Event(event) => events.push(event),
            Output::Cancel(_) => {}
            Output::Wait(_) if server.shown == server.told.len() && unsaid.len() > 0 => {
                let text = unsaid.next().map_or("", |(text, _)| text);
                session.handle_command(Command::Say(text.to_owned()), now);
            }
            Output::Wait(Some(due)) => {
                now = due;
                session.handle_timeout(now);
            }
            Output::Wait(None) => break,
        }
    }
    events
}

/// GMS as far as it is needed here.
struct Server {
    told: Vec<String>,
    /// How many events the client has been shown.
    shown: usize,
    /// What the visitor will say, and what the server answers to it.
    said: Vec<(&'static str, u16)>,
}

impl Server {
    fn answer(&mut self, request: &Request) -> Reply {
        let (mut status, mut body) = (200, r#"{"_id":"1"}"#.to_owned());
        if request.url.ends_with("/ixn/chat") {
            body = self.state(&[]);
        } else if request.url.contains("/ixn/chat/") {
            let says = self
                .said
                .iter()
                .position(|(text, _)| request.body.contains(&format!("message={text}")));
            if let Some(index) = says {
                let (text, answer) = self.said[index];
                status = answer;
                if answer == 200 {
                    self.told
                        .push(format!(r#"["Message.Text","me","{text}","9","CLIENT"]"#));
                }
            }
            let next = (self.shown + 1).min(self.told.len());
            let fresh = self.told[self.shown..next].to_vec();
            self.shown = next;
            body = self.state(&fresh);
        }
        Reply {
            status,
            retry_after: None,
            body,
        }
    }

    fn state(&self, fresh: &[String]) -> String {
        format!(
            r#"{{"chatIxnState":"CONNECTED","transcriptPosition":{},"startedAt":"2026-01-02T10:00:00Z","transcriptToShow":[{}]}}"#,
            self.shown,
            fresh.join(",")
        )
    }
}
