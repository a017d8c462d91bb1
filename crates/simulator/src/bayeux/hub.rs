//! All CometD sessions of a server.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::advice::{reply_id, retry_advice, unknown_client};
use super::message::{Reply, Request};
use super::session::{Ack, Advised, Line, Session, Ticket};
use super::{Caller, GENESYS_CHANNEL};
use crate::options::{Cometd, Cookie, FirstConnect, Order};

/// Why a held connect is over although its session had nothing to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Another connect of the same session has come.
    Replaced,
    /// The client has sent `/meta/disconnect`.
    Disconnected,
    /// The session was forgotten.
    Forgotten,
    /// The server has sent `/meta/disconnect`.
    Dismissed,
}

/// What a connect leads to.
pub(crate) enum Connect {
    /// These messages are the answer.
    Answer(Vec<Value>),
    /// It is held.
    Hold {
        ticket: Ticket,
        until: Instant,
        wake: Arc<Notify>,
    },
}

/// A session for the desk page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionView {
    /// `clientId`.
    pub client: String,
    /// The user that its events are keyed by.
    pub user: String,
    /// Whether a connect is held.
    pub held: bool,
    /// Whether the acknowledgement extension is on.
    pub ack: bool,
}

/// The sessions.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    sessions: HashMap<String, Session>,
    /// How many sessions each user has.
    users: HashMap<String, usize>,
    verdicts: HashMap<Ticket, Verdict>,
    tickets: u64,
}

impl Hub {
    /// Opens a session for this caller, under this new id.
    pub(crate) fn handshake(
        &mut self,
        request: &Request,
        client: String,
        caller: Caller,
        options: &Cometd,
        now: Instant,
    ) -> Reply {
        let asks_for_ack = request.ext["ack"] == json!(true);
        let ack = if options.ack && asks_for_ack {
            Ack::On { last: 0 }
        } else {
            Ack::Off
        };
        let expires = now + options.max_interval;
        let session = Session::new(caller.browser, caller.user, ack, expires);
        *self.users.entry(session.user.clone()).or_default() += 1;
        self.sessions.insert(client.clone(), session);
        Reply {
            client_id: Some(client),
            version: Some("1.0"),
            minimum_version: Some("1.0"),
            supported_connection_types: Some(["callback-polling", "long-polling"]),
            // The specification's server says so even to clients that do not ask.
            ext: options.ack.then(|| json!({"ack": true})),
            ..Reply::to(request)
        }
    }

    /// The session that this message may speak for.
    pub(crate) fn session(
        &mut self,
        request: &Request,
        browser: Option<&str>,
        options: &Cometd,
        now: Instant,
    ) -> Option<&mut Session> {
        let client = request.client();
        if self.sessions.get(client)?.has_expired(now) {
            self.take_out(client);
        }
        let session = self.sessions.get_mut(client)?;
        let known = match options.cookie {
            Cookie::Required => session.browser.as_deref() == browser,
            Cookie::Optional | Cookie::Off => true,
        };
        known.then_some(session)
    }

    /// A connect whose session is known. It may be held only if it is alone in its request.
    pub(crate) fn connect(
        &mut self,
        request: &Request,
        alone: bool,
        options: &Cometd,
        now: Instant,
    ) -> Connect {
        let client = request.client();
        let crowd = self.held_beside(client);
        let Some(session) = self.sessions.get_mut(client) else {
            return Connect::Answer(vec![unknown_client(request, options).value()]);
        };
        if let Some(batch) = request.acked_batch() {
            session.acknowledge(batch);
        }
        let crowded = options
            .sessions_per_browser
            .is_some_and(|limit| crowd >= limit);
        let hold = request
            .asked_hold()
            .unwrap_or(options.hold)
            .min(options.hold);
        let first =
            session.advised == Advised::Never && options.first_connect == FirstConnect::AtOnce;
        let over = session.advised == Advised::ChatOver;
        if !alone || crowded || first || over || hold.is_zero() || session.has_queued() {
            self.replace_held(client);
            return Connect::Answer(self.answer(request, crowded, options, now));
        }
        self.replace_held(client);
        self.hold(client, now + hold)
    }

    /// What a held connect has come to; `None` when it goes on.
    pub(crate) fn look_at_held(
        &mut self,
        ticket: Ticket,
        request: &Request,
        time_is_up: bool,
        options: &Cometd,
        now: Instant,
    ) -> Option<Result<Vec<Value>, Verdict>> {
        if let Some(verdict) = self.verdicts.remove(&ticket) {
            return Some(Err(verdict));
        }
        let session = self.sessions.get(request.client())?;
        let ready = time_is_up || session.has_queued() || session.advised == Advised::ChatOver;
        ready.then(|| Ok(self.answer(request, false, options, now)))
    }

    /// The client of this held connect has gone away.
    pub(crate) fn abandon(&mut self, ticket: Ticket, client: &str, expires: Instant) {
        self.verdicts.remove(&ticket);
        if let Some(session) = self.sessions.get_mut(client)
            && session.holds(ticket)
        {
            session.let_go(expires);
        }
    }

    /// Closes a session at its client's wish.
    pub(crate) fn disconnect(&mut self, client: &str) {
        self.remove(client, Verdict::Disconnected);
    }

    /// Closes a session at the server's wish.
    pub(crate) fn dismiss(&mut self, client: &str) {
        self.remove(client, Verdict::Dismissed);
    }

    /// Forgets a session, as a server does that was restarted.
    pub(crate) fn forget(&mut self, client: &str) -> bool {
        self.remove(client, Verdict::Forgotten)
    }

    /// Forgets all sessions.
    pub(crate) fn forget_all(&mut self) {
        let clients: Vec<String> = self.sessions.keys().cloned().collect();
        for client in clients {
            self.remove(&client, Verdict::Forgotten);
        }
    }

    /// Puts a message into the queue of every session that listens; returns how many do.
    pub(crate) fn publish(&mut self, channel: &str, data: &Value) -> usize {
        self.push_where(channel, data, |_| true)
    }

    /// Puts chat events into the queues of this user's sessions that listen; returns how many do.
    pub(crate) fn deliver(&mut self, user: &str, data: &Value) -> usize {
        self.push_where(GENESYS_CHANNEL, data, |session| session.user == user)
    }

    fn push_where(
        &mut self,
        channel: &str,
        data: &Value,
        belongs: impl Fn(&Session) -> bool,
    ) -> usize {
        let mut reached = 0;
        for session in self.sessions.values_mut() {
            if belongs(session) && session.listens_to(channel) {
                session.push(json!({"data": data, "channel": channel}));
                reached += 1;
            }
        }
        reached
    }

    /// The user's last chat in push mode is over: connects end with `reconnect: none`.
    pub(crate) fn end_user(&mut self, user: &str) {
        for session in self.of_user(user) {
            session.advised = Advised::ChatOver;
            session.wake();
        }
    }

    /// The user has a live chat in push mode again.
    pub(crate) fn revive_user(&mut self, user: &str) {
        for session in self.of_user(user) {
            if session.advised == Advised::ChatOver {
                session.advised = Advised::Retry;
            }
        }
    }

    fn of_user(&mut self, user: &str) -> impl Iterator<Item = &mut Session> {
        let sessions = self.sessions.values_mut();
        sessions.filter(move |session| session.user == user)
    }

    /// Whether this user has a session.
    pub(crate) fn has_user(&self, user: &str) -> bool {
        self.users.contains_key(user)
    }

    /// When the next session expires.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let expiries = self
            .sessions
            .values()
            .filter_map(|session| match session.line {
                Line::Idle { expires } => Some(expires),
                Line::Held { .. } => None,
            });
        expiries.min()
    }

    /// Removes expired sessions, and returns their users.
    pub(crate) fn sweep(&mut self, now: Instant) -> Vec<String> {
        let sessions = self.sessions.iter();
        let expired = sessions.filter(|(_, session)| session.has_expired(now));
        let expired: Vec<String> = expired.map(|(client, _)| client.clone()).collect();
        let taken = expired.iter().filter_map(|client| self.take_out(client));
        taken.map(|session| session.user).collect()
    }

    fn take_out(&mut self, client: &str) -> Option<Session> {
        let session = self.sessions.remove(client)?;
        if let Entry::Occupied(mut count) = self.users.entry(session.user.clone()) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        Some(session)
    }

    /// All sessions, for the desk page.
    pub(crate) fn views(&self) -> Vec<SessionView> {
        let views = self.sessions.iter().map(|(client, session)| SessionView {
            client: client.clone(),
            user: session.user.clone(),
            held: session.is_held(),
            ack: session.ack != Ack::Off,
        });
        let mut views: Vec<_> = views.collect();
        views.sort_by(|one, other| one.client.cmp(&other.client));
        views
    }

    /// The reply to a connect, with what is queued.
    fn answer(
        &mut self,
        request: &Request,
        crowded: bool,
        options: &Cometd,
        now: Instant,
    ) -> Vec<Value> {
        let Some(session) = self.sessions.get_mut(request.client()) else {
            return vec![unknown_client(request, options).value()];
        };
        let (mut messages, batch) = session.take_for_connect(options.batch);
        let interval = if crowded {
            options.multiple_interval
        } else {
            std::time::Duration::ZERO
        };
        let advice = if session.advised == Advised::ChatOver && messages.is_empty() {
            Some(json!({"reconnect": "none"}))
        } else {
            retry_advice(session, request, crowded, options)
        };
        session.advised = match session.advised {
            Advised::ChatOver => Advised::ChatOver,
            Advised::Never | Advised::Retry | Advised::Crowded if crowded => Advised::Crowded,
            Advised::Never | Advised::Retry | Advised::Crowded => Advised::Retry,
        };
        session.let_go(now + options.max_interval + interval);
        let reply = Reply {
            id: reply_id(request, options.ids),
            ext: batch.map(|number| json!({"ack": number})),
            advice,
            ..Reply::to(request)
        };
        match options.order {
            Order::EventsFirst => messages.push(reply.value()),
            Order::ReplyFirst => messages.insert(0, reply.value()),
        }
        messages
    }

    fn hold(&mut self, client: &str, until: Instant) -> Connect {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let wake = Arc::new(Notify::new());
        if let Some(session) = self.sessions.get_mut(client) {
            session.line = Line::Held {
                ticket,
                wake: Arc::clone(&wake),
            };
        }
        Connect::Hold {
            ticket,
            until,
            wake,
        }
    }

    /// How many other sessions of the same browser are held.
    fn held_beside(&self, client: &str) -> u32 {
        let Some(browser) = self.sessions.get(client).map(|session| &session.browser) else {
            return 0;
        };
        let others = self.sessions.iter().filter(|(other, session)| {
            *other != client
                && browser.is_some()
                && session.browser == *browser
                && session.is_held()
        });
        u32::try_from(others.count()).unwrap_or(u32::MAX)
    }

    fn replace_held(&mut self, client: &str) {
        if let Some(session) = self.sessions.get(client)
            && let Line::Held { ticket, wake } = &session.line
        {
            self.verdicts.insert(*ticket, Verdict::Replaced);
            wake.notify_one();
        }
    }

    fn remove(&mut self, client: &str, verdict: Verdict) -> bool {
        let Some(session) = self.take_out(client) else {
            return false;
        };
        if let Line::Held { ticket, wake } = session.line {
            self.verdicts.insert(ticket, verdict);
            wake.notify_one();
        }
        true
    }
}
