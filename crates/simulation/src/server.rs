//! The model of GMS and its CometD servlet. It knows the API and nothing of our protocol crate.

mod answer;
mod chat;
mod comet;
mod rest;
mod session;

use std::mem;

use serde_json::Value;

pub(crate) use answer::{Answer, Body, Connected, Facts, Outcome};
pub(crate) use chat::{AGENT, CLIENT, Chat, Kind, Over, Service, Span};
pub(crate) use session::Ending;

use crate::plan::{NoneAtEnd, Setting};
use session::{Parcel, Session};

/// Chat Server drops a client that it has not heard of for so long.
pub(crate) const KEEPALIVE: u64 = 45_000;

/// A request as it reaches the server.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) exchange: usize,
    pub(crate) url: &'a str,
    pub(crate) user: Option<&'a str>,
    pub(crate) body: &'a str,
    /// The body of a Bayeux request, read.
    pub(crate) messages: &'a [Value],
    pub(crate) cookie: Option<u32>,
    pub(crate) node: u8,
}

/// GMS.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) setting: Setting,
    pub(crate) services: Vec<Service>,
    pub(crate) sessions: Vec<Session>,
    /// Answers to held connects, for the network to take.
    pub(crate) out: Vec<(usize, Answer)>,
    /// The first position that was published to somebody.
    pub(crate) first_published: Option<u64>,
    /// Chats that were ended for their client's silence, for the oracle to take.
    pub(crate) silenced: Vec<usize>,
    /// Members that the next event carries besides its data.
    pub(crate) event_suffix: String,
    /// What waits for the users' next sessions.
    kept: Vec<(String, Parcel)>,
    /// Users who took leave with a position, and where to begin when they come back.
    absent: Vec<(String, u64)>,
    /// Chats are not ended for their client's silence.
    is_patient: bool,
    now: u64,
    numbers: u32,
    published: u64,
}

impl Server {
    pub(crate) fn new(setting: Setting) -> Self {
        Self {
            setting,
            services: Vec::new(),
            sessions: Vec::new(),
            out: Vec::new(),
            first_published: None,
            silenced: Vec::new(),
            event_suffix: String::new(),
            kept: Vec::new(),
            absent: Vec::new(),
            is_patient: false,
            now: 0,
            numbers: 0,
            published: 0,
        }
    }

    /// A push chat of this user that is there from the start.
    pub(crate) fn open_chat(&mut self, user: &str) {
        self.is_patient = true;
        let mut service = Service::new(0);
        service.chat = Some(Chat::new(Some(user.to_owned()), self.now));
        self.services.push(service);
    }

    /// Takes a request; `None` when it is held.
    pub(crate) fn handle(&mut self, call: &Call<'_>, now: u64) -> Option<Answer> {
        self.now = now;
        let Some(path) = call.url.strip_prefix("/genesys") else {
            return Some(Answer::status(404));
        };
        match path.strip_prefix("/1/service/") {
            Some(rest) => Some(self.rest(call, rest)),
            None => self.bayeux(call),
        }
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: u64) {
        self.now = now;
        let over = |session: &Session| session.held.as_ref().is_some_and(|held| held.until <= now);
        while let Some(index) = self.sessions.iter().position(over) {
            self.answer_held(index);
        }
        let setting = &self.setting;
        self.sessions
            .retain(|session| session.held.is_some() || session.due(setting) > now);
        for index in 0..self.services.len() {
            if self
                .silent_since(index)
                .is_some_and(|since| since + KEEPALIVE <= now)
            {
                self.silenced.push(index);
                self.end_chat(index, Over::Silence);
            }
        }
    }

    /// When [`Server::tick`] has something to do.
    pub(crate) fn due(&self) -> Option<u64> {
        let sessions = self
            .sessions
            .iter()
            .map(|session| session.due(&self.setting));
        let silences = (0..self.services.len())
            .filter_map(|index| Some(self.silent_since(index)? + KEEPALIVE));
        sessions.chain(silences).min()
    }

    /// Since when nothing was heard from the client of a chat that goes on.
    fn silent_since(&self, service: usize) -> Option<u64> {
        let service = &self.services[service];
        let chat = service.chat.as_ref().filter(|_| !service.forgotten)?;
        let attended = chat
            .user
            .as_ref()
            .is_some_and(|user| self.is_attended(user));
        let is_silent = chat.over.is_none() && !attended && !self.is_patient;
        is_silent.then_some(chat.heard)
    }

    /// Whether the user has a CometD session.
    fn is_attended(&self, user: &str) -> bool {
        self.sessions.iter().any(|session| session.user == user)
    }

    /// The chat of a service.
    pub(crate) fn chat(&self, service: usize) -> Option<&Chat> {
        self.services.get(service)?.chat.as_ref()
    }

    /// The chat that was created last and goes on.
    pub(crate) fn current(&self) -> Option<usize> {
        let goes_on = |service: &Service| {
            let chat = service.chat.as_ref();
            !service.forgotten && chat.is_some_and(|chat| chat.over.is_none())
        };
        self.services.iter().rposition(goes_on)
    }

    /// Something happens in a chat; what it adds to the transcript is published.
    pub(crate) fn happen(&mut self, service: usize, now: u64, change: impl FnOnce(&mut Chat)) {
        self.now = now;
        let Some(chat) = &mut self.services[service].chat else {
            return;
        };
        let before = chat.last();
        change(chat);
        let last = chat.last();
        if last > before {
            self.push(service, before + 1, last);
        }
    }

    /// A user takes leave for a while, with this position: the agents of the chat are told.
    fn note_absence(&mut self, user: &str, position: u64) {
        self.absent.push((user.to_owned(), position));
        for service in self.chats_of(user) {
            let now = self.now;
            self.happen(service, now, |chat| chat.tell_absence(now));
        }
    }

    /// A user is back: what came meanwhile follows, if this server does that.
    fn catch_up(&mut self, user: &str) {
        let seen = self.absent.iter().rev().find(|(other, _)| other == user);
        let Some(seen) = seen.map(|(_, seen)| *seen) else {
            return;
        };
        self.absent.retain(|(other, _)| other != user);
        if self.setting.catches_up {
            for service in self.chats_of(user) {
                let last = self.chat(service).map_or(0, Chat::last);
                self.push(service, seen + 1, last);
            }
        }
    }

    /// The push chats of a user that go on.
    fn chats_of(&self, user: &str) -> Vec<usize> {
        let is_theirs = |service: &usize| {
            let chat = self.chat(*service);
            chat.is_some_and(|chat| chat.over.is_none() && chat.user.as_deref() == Some(user))
        };
        (0..self.services.len()).filter(is_theirs).collect()
    }

    /// Pushes these positions of a chat to its user, if it is a push chat.
    fn push(&mut self, service: usize, first: u64, last: u64) {
        let Some(chat) = self.services[service].chat.as_ref() else {
            return;
        };
        let Some(user) = chat.user.clone() else {
            return;
        };
        let says_so = self.setting.none_at_end == NoneAtEnd::Never && chat.over.is_some();
        let state = if says_so {
            "DISCONNECTED"
        } else {
            "TRANSCRIPT"
        };
        let events = (first <= last).then_some((first, last));
        let object = chat::chat_object(chat, service, events, state, &self.setting);
        let data = format!(
            r#"{{"id":"d{}","message":{object},"tag":"service.chat.refresh.service{service}"}}"#,
            self.published
        );
        let span = events.map(|(first, last)| Span {
            service,
            first,
            last,
        });
        self.publish(&user, &data, span);
    }

    /// Publishes something of another chat on the same channel.
    pub(crate) fn push_foreign(&mut self, service: usize, now: u64) {
        self.now = now;
        let user = self.chat(service).and_then(|chat| chat.user.clone());
        let Some(user) = user else { return };
        let data = concat!(
            r#"{"id":"x","message":{"chatIxnState":"TRANSCRIPT","chatSessionId":"session-other","#,
            r#""transcriptPosition":2,"transcriptToShow":[["Message.Text","Stranger","foreign","1","AGENT"]]},"#,
            r#""tag":"service.chat.refresh.other"}"#
        );
        self.publish(&user, data, None);
    }

    /// A chat is over, and its user's sessions hear of it.
    pub(crate) fn end(&mut self, service: usize, over: Over, now: u64) {
        self.now = now;
        self.end_chat(service, over);
    }

    fn end_chat(&mut self, service: usize, over: Over) {
        let Some(chat) = &mut self.services[service].chat else {
            return;
        };
        if chat.over.is_some() {
            return;
        }
        let before = chat.last();
        chat.end(over, self.now);
        let last = chat.last();
        let ending = match self.setting.none_at_end {
            NoneAtEnd::After => Ending::None,
            NoneAtEnd::With => Ending::NoneAtOnce,
            NoneAtEnd::Never => Ending::No,
        };
        let user = chat.user.clone();
        if let Some(user) = user {
            for session in &mut self.sessions {
                if session.user == user {
                    session.ending = ending;
                }
            }
            if last > before || ending == Ending::No {
                self.push(service, before + 1, last);
            }
            self.flush();
        }
    }

    /// The sessions of this user end like this.
    pub(crate) fn make_end(&mut self, ending: Ending, now: u64) {
        self.now = now;
        if let Some(session) = self.sessions.last_mut() {
            session.ending = ending;
        }
        self.flush();
    }

    /// The server's wall clock is set back by so many seconds: later events look older.
    pub(crate) fn clock_back(&mut self, seconds: u64) {
        for chat in self
            .services
            .iter_mut()
            .filter_map(|service| service.chat.as_mut())
        {
            chat.slow += seconds;
        }
    }

    /// Every CometD session is forgotten; held connects are cut by the network.
    pub(crate) fn restart(&mut self) -> Vec<usize> {
        let sessions = mem::take(&mut self.sessions);
        let held = sessions.into_iter().filter_map(|session| session.held);
        held.map(|held| held.exchange).collect()
    }

    /// The browser is gone from a held connect, and the server notices.
    pub(crate) fn hang_up(&mut self, exchange: usize, now: u64) {
        let is_its = |session: &&mut Session| {
            session
                .held
                .as_ref()
                .is_some_and(|held| held.exchange == exchange)
        };
        if let Some(session) = self.sessions.iter_mut().find(is_its) {
            session.held = None;
            session.heard = now;
        }
    }

    fn number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }
}
