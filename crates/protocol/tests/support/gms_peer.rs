//! A chat session, a clock and a server: what a test needs to tell a story.
//!
//! Every output is looked at by a witness: one exchange a lane, no wake-up in the past, changes of
//! the transcript that fit what is on the screen, no more than three requests a second without news.

#![allow(dead_code, reason = "each test file uses its part of the harness")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a harness fails by panicking, and is called with what is at hand"
)]

#[path = "gms.rs"]
mod gms;

use std::collections::HashMap;
use std::time::Duration;

use gms_chat_protocol::chat::{
    Body, Change, Command, Config, Connection, Delivery, Entry, EntryKey, Event, Fate, Party,
    Phase, Problem, Session, Visitor,
};
use gms_chat_protocol::{ExchangeId, Failure, Lane, Moment, Output, PageEvent, Reply, Request};
use serde_json::{Value, json};

#[allow(unused_imports, reason = "each test file uses its part")]
pub(crate) use gms::{Fault, Gms, RefreshStyle, SERVICE, SESSION, field, ok, reply};

/// A request that was seen to leave.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) id: ExchangeId,
    pub(crate) at: Moment,
    pub(crate) request: Request,
}

impl Sent {
    /// The URL behind the service, or behind the endpoint.
    pub(crate) fn path(&self) -> &str {
        let url = self.request.url.strip_prefix("/genesys").unwrap();
        let chat = url.strip_prefix("/1/service/").unwrap_or(url);
        chat.strip_prefix(SERVICE).unwrap_or(chat)
    }
}

/// The session with everything around it.
pub(crate) struct Peer {
    pub(crate) session: Session,
    pub(crate) gms: Gms,
    pub(crate) now: Moment,
    /// Everything that was sent, in order.
    pub(crate) sent: Vec<Sent>,
    /// Everything that was told, in order.
    pub(crate) events: Vec<Event>,
    pub(crate) in_flight: Vec<Sent>,
    /// Whether requests reach the server by themselves; if not, a test answers them.
    pub(crate) serving: bool,
    /// Whether the network is there.
    pub(crate) online: bool,
    screen: Vec<Entry>,
    wake: Option<Moment>,
    recent: HashMap<Lane, Vec<Moment>>,
    seen: usize,
}

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Somebody who fills in the form.
pub(crate) fn visitor() -> Visitor {
    Visitor {
        first_name: "Vasya".to_owned(),
        last_name: "Pupkin".to_owned(),
        email: "Vasya.Pupkin@genesyslab.com".to_owned(),
        subject: "test".to_owned(),
        ..Visitor::default()
    }
}

pub(crate) fn config(delivery: Delivery) -> Config {
    Config {
        delivery,
        user_id: Some("user-7".to_owned()),
        ..Config::new("/genesys")
    }
}

pub(crate) fn agent(kind: &str, text: &str) -> Value {
    json!([kind, "Kristi", text, "23", "AGENT"])
}

impl Peer {
    pub(crate) fn new(config: Config) -> Self {
        Self::seeded(config, 7)
    }

    pub(crate) fn seeded(config: Config, seed: u64) -> Self {
        let now = Moment::from_millis(1_000_000);
        let mut peer = Self {
            session: Session::new(config, seed, now),
            gms: Gms::new(),
            now,
            sent: Vec::new(),
            events: Vec::new(),
            in_flight: Vec::new(),
            serving: true,
            online: true,
            screen: Vec::new(),
            wake: None,
            recent: HashMap::new(),
            seen: 0,
        };
        peer.pump();
        peer
    }

    /// A chat that is created, in poll mode.
    pub(crate) fn polling() -> Self {
        let mut peer = Self::new(config(Delivery::Poll));
        peer.start();
        assert_eq!(peer.phase(), Phase::Waiting);
        peer
    }

    /// A chat that is created, in push mode.
    pub(crate) fn comet() -> Self {
        let mut peer = Self::new(config(Delivery::Cometd));
        peer.start();
        assert_eq!(peer.phase(), Phase::Waiting);
        peer
    }

    /// A chat of this kind with an agent in it.
    pub(crate) fn with_agent(mut self) -> Self {
        self.gms
            .event(agent("Notice.Joined", "has joined the session"));
        self.advance(secs(2));
        assert_eq!(self.phase(), Phase::Active);
        self
    }

    pub(crate) fn start(&mut self) {
        self.command(Command::Start(visitor()));
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.command(Command::Say(text.to_owned()));
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.session.handle_command(command, self.now);
        self.pump();
    }

    pub(crate) fn page(&mut self, event: PageEvent) {
        self.session.handle_page(event, self.now);
        self.pump();
    }

    /// What this page would leave behind.
    pub(crate) fn snapshot(&self) -> Option<String> {
        self.session.snapshot()
    }

    /// The page goes, with everything under way, and another one of these options takes up what it left.
    /// Nothing is served yet.
    pub(crate) fn reload(&mut self, config: Config) -> Option<()> {
        let left = self.snapshot()?;
        self.page_begins(config);
        let taken = self.session.restore(&left, true, visitor(), self.now);
        self.drain();
        taken.then_some(())
    }

    /// Another page, without a chat.
    pub(crate) fn page_begins(&mut self, config: Config) {
        for sent in self.in_flight.drain(..) {
            self.gms.cancelled(sent.id);
        }
        // Its clock begins anew.
        self.now = Moment::from_millis(40);
        self.session = Session::new(config, 11, self.now);
        self.screen.clear();
        self.recent.clear();
        self.wake = None;
    }

    /// The agent writes.
    pub(crate) fn agent_says(&mut self, text: &str) {
        self.gms.event(agent("Message.Text", text));
        self.pump();
    }

    /// Lets time pass; everything that is due happens at its moment.
    pub(crate) fn advance(&mut self, by: Duration) {
        let end = self.now + by;
        loop {
            self.pump();
            // A server that does not serve does not let go of a connect either.
            let released = self.gms.lets_go_at().filter(|_| self.serving);
            let next = [self.wake, released].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else {
                break;
            };
            self.now = next.max(self.now);
            self.session.handle_timeout(self.now);
        }
        self.now = end;
        self.session.handle_timeout(end);
        self.pump();
    }

    /// Lets time pass for a session that may talk to another server than ours: nothing is served.
    pub(crate) fn try_advance(&mut self, by: Duration) {
        self.serving = false;
        self.advance(by);
        for _ in 0..8 {
            let Some(sent) = self.in_flight.pop() else {
                return;
            };
            let nonsense = reply(
                200,
                r#"{"chatIxnState":"TRANSCRIPT","transcriptPosition":"9"}"#,
            );
            self.session.handle_reply(sent.id, nonsense, self.now);
            self.drain();
            self.advance(secs(5));
        }
    }

    /// Lets time pass in one leap, as when the machine sleeps.
    pub(crate) fn sleep(&mut self, by: Duration) {
        self.now = self.now + by;
        self.session.handle_timeout(self.now);
        self.pump();
    }

    /// Answers the exchange under way in a lane by hand.
    pub(crate) fn answer(&mut self, lane: Lane, reply: Reply) {
        let sent = self.take(lane);
        self.note_delivery(&reply);
        self.session.handle_reply(sent.id, reply, self.now);
        self.pump();
    }

    /// Answers the held connect with what there is to deliver, and nothing else.
    pub(crate) fn answer_connect(&mut self) {
        let (held, delivery) = self.gms.wake(self.now).expect("something to deliver");
        self.in_flight.retain(|sent| sent.id != held);
        self.session.handle_reply(held, delivery, self.now);
        self.pump();
    }

    /// Ends the exchange under way in a lane without an answer.
    pub(crate) fn lose(&mut self, lane: Lane, failure: Failure) {
        let sent = self.take(lane);
        self.session.handle_failure(sent.id, failure, self.now);
        self.pump();
    }

    /// The request under way in the REST lane.
    pub(crate) fn rest(&self) -> &Sent {
        let rest = |sent: &&Sent| sent.id.lane() == Lane::Rest;
        self.in_flight
            .iter()
            .find(rest)
            .expect("a REST request is under way")
    }

    fn take(&mut self, lane: Lane) -> Sent {
        let place = self
            .in_flight
            .iter()
            .position(|sent| sent.id.lane() == lane);
        self.in_flight
            .remove(place.expect("an exchange is under way"))
    }

    /// The paths of what was sent by REST since the last call.
    pub(crate) fn calls(&mut self) -> Vec<String> {
        let new = self.sent[self.seen..].iter();
        let calls = new.filter(|sent| sent.id.lane() == Lane::Rest);
        let calls = calls.map(|sent| sent.path().to_owned()).collect();
        self.seen = self.sent.len();
        calls
    }

    /// The last request to a path with this end.
    pub(crate) fn last(&self, path: &str) -> &Sent {
        let last = self
            .sent
            .iter()
            .rev()
            .find(|sent| sent.path().ends_with(path));
        last.unwrap_or_else(|| panic!("nothing was sent to {path}"))
    }

    /// How many requests went to a path with this end.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.sent
            .iter()
            .filter(|sent| sent.path().ends_with(path))
            .count()
    }

    /// The phase that the window was told last.
    pub(crate) fn phase(&self) -> Phase {
        let phases = self.events.iter().rev().find_map(|event| match event {
            Event::Phase(phase) => Some(phase.clone()),
            _ => None,
        });
        phases.unwrap_or(Phase::Idle)
    }

    /// The connection that the window was told last.
    pub(crate) fn connection(&self) -> Connection {
        let told = self.events.iter().rev().find_map(|event| match event {
            Event::Connection(connection) => Some(connection.clone()),
            _ => None,
        });
        told.unwrap_or(Connection::Fine)
    }

    /// When the chat will be closed because nobody writes, as the window was told last.
    pub(crate) fn closes_at(&self) -> Option<Moment> {
        let told = self.events.iter().rev().find_map(|event| match event {
            Event::Idle(closes_at) => Some(*closes_at),
            _ => None,
        });
        told.flatten()
    }

    /// Who types, as the window was told last.
    pub(crate) fn typist(&self) -> Option<String> {
        let told = self.events.iter().rev().find_map(|event| match event {
            Event::Typing(party) => Some(party.clone()),
            _ => None,
        });
        told.flatten().map(|party| party.nickname)
    }

    /// The custom notices, as `kind nickname text`.
    pub(crate) fn notices(&self) -> Vec<String> {
        let notices = self.events.iter().filter_map(|event| match event {
            Event::Notice { kind, party, text } => {
                Some(format!("{kind} {} {text}", party.nickname))
            }
            _ => None,
        });
        notices.collect()
    }

    /// Everything that a developer was told, in one text.
    pub(crate) fn diagnostics(&self) -> String {
        let texts = self.events.iter().filter_map(|event| match event {
            Event::Diagnostic(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// The transcript as the visitor sees it.
    pub(crate) fn screen(&self) -> Vec<String> {
        self.screen.iter().map(line).collect()
    }

    /// The entry in this line of the screen.
    pub(crate) fn entry(&self, line: usize) -> &Entry {
        &self.screen[line]
    }

    /// The key of the entry in this line of the screen.
    pub(crate) fn key(&self, line: usize) -> EntryKey {
        self.screen[line].key
    }

    /// Drains the session, serves what it sends, and goes on until both are quiet.
    pub(crate) fn pump(&mut self) {
        for _ in 0..1000 {
            self.drain();
            if !self.serve_one() {
                return;
            }
        }
        panic!(
            "session and server keep each other busy: {:?}",
            self.sent.last()
        );
    }

    fn serve_one(&mut self) -> bool {
        if !self.serving {
            return false;
        }
        if !self.online {
            let Some(sent) = self.in_flight.pop() else {
                return false;
            };
            self.gms.cancelled(sent.id);
            self.session
                .handle_failure(sent.id, Failure::Network, self.now);
            return true;
        }
        if let Some((id, reply)) = self.gms.wake(self.now) {
            self.in_flight.retain(|sent| sent.id != id);
            self.note_delivery(&reply);
            self.session.handle_reply(id, reply, self.now);
            return true;
        }
        let unserved = self
            .in_flight
            .iter()
            .position(|sent| !sent.request.url.is_empty());
        let Some(place) = unserved else {
            return false;
        };
        let sent = self.in_flight[place].clone();
        match self.gms.serve(sent.id, &sent.request, self.now) {
            Some(answer) => {
                self.in_flight.remove(place);
                match answer {
                    Ok(reply) => {
                        self.note_delivery(&reply);
                        self.session.handle_reply(sent.id, reply, self.now);
                    }
                    Err(failure) => self.session.handle_failure(sent.id, failure, self.now),
                }
            }
            // Served, and held: an empty URL says that the server has seen it.
            None => self.in_flight[place].request.url.clear(),
        }
        true
    }

    /// Whoever was delivered something may ask again at once, even if it was no news.
    fn note_delivery(&mut self, reply: &Reply) {
        if reply.body.contains("/_genesys") {
            self.recent.remove(&Lane::Connect);
        }
    }

    fn drain(&mut self) {
        loop {
            match self.session.poll_output() {
                Output::Send(id, request) => self.send(id, request),
                Output::Cancel(id) => {
                    let before = self.in_flight.len();
                    self.in_flight.retain(|sent| sent.id != id);
                    assert_eq!(
                        self.in_flight.len() + 1,
                        before,
                        "cancelled what is not under way"
                    );
                    self.gms.cancelled(id);
                }
                Output::Event(event) => self.told(event),
                Output::Wait(wake) => {
                    assert!(
                        wake.is_none_or(|wake| wake > self.now),
                        "a wake-up in the past"
                    );
                    self.wake = wake;
                    return;
                }
            }
        }
    }

    fn send(&mut self, id: ExchangeId, request: Request) {
        let lane = id.lane();
        let busy = self.in_flight.iter().any(|sent| sent.id.lane() == lane);
        assert!(!busy, "two exchanges in {lane:?}: {request:?}");
        assert!(!request.url.contains("_verbose") && !request.body.contains("_verbose"));
        let recent = self.recent.entry(lane).or_default();
        recent.retain(|at| self.now.since(*at) < Duration::from_secs(1));
        recent.push(self.now);
        assert!(
            recent.len() <= 3,
            "more than 3 requests a second in {lane:?}"
        );
        let at = self.now;
        let sent = Sent { id, at, request };
        self.sent.push(sent.clone());
        self.in_flight.push(sent);
    }

    fn told(&mut self, event: Event) {
        match &event {
            Event::Entry(change) => {
                if !matches!(change, Change::Removed(_)) {
                    self.recent.clear();
                }
                apply(&mut self.screen, change.clone());
            }
            Event::Typing(_) | Event::Notice { .. } => self.recent.clear(),
            Event::Diagnostic(text) => {
                assert!(!text.contains(SERVICE), "a service id is told: {text}");
                assert!(!text.contains("user-7"), "gms_user is told: {text}");
            }
            Event::Phase(_) | Event::Connection(_) | Event::Idle(_) => {}
        }
        self.events.push(event);
    }
}

/// Applies a change to the screen, as the window does.
fn apply(screen: &mut Vec<Entry>, change: Change) {
    let index = |screen: &[Entry], key: EntryKey| {
        let place = screen.iter().position(|entry| entry.key == key);
        place.unwrap_or_else(|| panic!("{key:?} is not on the screen"))
    };
    let fresh = |screen: &[Entry], entry: &Entry| {
        let known = screen.iter().any(|other| other.key == entry.key);
        assert!(!known, "{entry:?} is on the screen already");
    };
    match change {
        Change::Appended(entry) => {
            fresh(screen, &entry);
            screen.push(entry);
        }
        Change::Inserted { entry, before } => {
            fresh(screen, &entry);
            let place = index(screen, before);
            screen.insert(place, entry);
        }
        Change::Replaced(entry) => {
            let place = index(screen, entry.key);
            screen[place] = entry;
        }
        Change::Removed(key) => {
            let place = index(screen, key);
            screen.remove(place);
        }
        Change::Cleared => screen.clear(),
    }
}

/// One line of the screen.
fn line(entry: &Entry) -> String {
    let who = |party: &Party| party.nickname.clone();
    let name = who(&entry.party);
    match &entry.body {
        Body::Message(text) => format!("{name}: {text}"),
        Body::Mine { text, fate } => format!("me: {text} {}", mark(fate)),
        Body::Joined => format!("{name} joined"),
        Body::Left => format!("{name} left"),
        Body::Transferred { from } => format!("{} handed over to {name}", who(from)),
        Body::PushUrl { url, host } => format!("{name} offers {host} <{url}>"),
        Body::Gap => "~ something is missing ~".to_owned(),
        Body::Note { text, tone } => format!("~ {tone}: {text} ~"),
    }
}

fn mark(fate: &Fate) -> String {
    match fate {
        Fate::Sending => "…".to_owned(),
        Fate::Sent => "✓".to_owned(),
        Fate::Unknown => "?".to_owned(),
        Fate::Unproven => "??".to_owned(),
        Fate::Failed(problem) => format!("✗ {}", problem.code()),
    }
}

/// A problem that says nothing but a status.
pub(crate) fn refused(status: u16) -> Problem {
    Problem::Refused {
        status,
        message: None,
    }
}
