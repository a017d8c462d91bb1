//! A chat at the server: the transcript that is the truth of everything.

use std::fmt::Write;

use crate::plan::Setting;

/// A service, and its chat once there is one.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// When it becomes available.
    pub(crate) available: u64,
    /// GMS has forgotten it.
    pub(crate) forgotten: bool,
    pub(crate) chat: Option<Chat>,
}

/// A chat.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    /// The user to whom events are pushed; `None` in poll mode.
    pub(crate) user: Option<String>,
    pub(crate) began: u64,
    /// The transcript; the event at index i has position i + 1.
    pub(crate) events: Vec<Event>,
    /// Why it is over.
    pub(crate) over: Option<Over>,
    /// When the client was last heard of.
    pub(crate) heard: u64,
    /// What was shown to whoever names no position.
    cursor: u64,
    /// How many seconds the server's wall clock was set back since the chat began.
    pub(super) slow: u64,
    agents: Vec<String>,
}

/// Why a chat is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Visitor,
    Agent,
    Idle,
    Server,
    /// The client was silent for longer than the server bears.
    Silence,
}

/// One event of a transcript.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: Kind,
    pub(crate) nick: String,
    pub(crate) text: String,
    pub(crate) role: &'static str,
    pub(crate) at: u64,
}

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Joined,
    Left,
    TypingStarted,
    TypingStopped,
    PushUrl,
    Custom,
    /// An element that is no event at all.
    Oddity,
}

/// Events of one chat, by their positions, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) service: usize,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

pub(crate) const CLIENT: &str = "CLIENT";
pub(crate) const AGENT: &str = "AGENT";
const EXTERNAL: &str = "EXTERNAL";
const VISITOR: &str = "Visitor";

impl Service {
    pub(crate) fn new(available: u64) -> Self {
        Self {
            available,
            forgotten: false,
            chat: None,
        }
    }
}

impl Chat {
    /// A chat whose first event is that the visitor has joined.
    pub(crate) fn new(user: Option<String>, now: u64) -> Self {
        let mut chat = Self {
            user,
            began: now,
            events: Vec::new(),
            over: None,
            heard: now,
            cursor: 1,
            slow: 0,
            agents: Vec::new(),
        };
        chat.add(Kind::Joined, VISITOR, "", CLIENT, now);
        chat
    }

    /// The position of the last event.
    pub(crate) fn last(&self) -> u64 {
        self.events.len() as u64
    }

    /// The event at a position.
    pub(crate) fn event(&self, position: u64) -> Option<&Event> {
        let index = usize::try_from(position).ok()?.checked_sub(1)?;
        self.events.get(index)
    }

    fn add(&mut self, kind: Kind, nick: &str, text: &str, role: &'static str, now: u64) {
        self.events.push(Event {
            kind,
            nick: nick.to_owned(),
            text: text.to_owned(),
            role,
            at: ((now - self.began) / 1000).saturating_sub(self.slow),
        });
    }

    /// The visitor wrote something.
    pub(crate) fn hear(&mut self, text: &str, now: u64) {
        self.add(Kind::Message, VISITOR, text, CLIENT, now);
    }

    /// The visitor types, stops typing, or sends a notice.
    pub(crate) fn note(&mut self, kind: Kind, text: &str, now: u64) {
        self.add(kind, VISITOR, text, CLIENT, now);
    }

    /// An agent joins. Names hold the position, so that no two are alike.
    pub(crate) fn join(&mut self, now: u64) {
        let nick = format!("Agent{}", self.last() + 1);
        self.add(Kind::Joined, &nick, "has joined", AGENT, now);
        self.agents.push(nick);
    }

    /// The agent who joined last leaves.
    pub(crate) fn leave(&mut self, now: u64) -> bool {
        let Some(nick) = self.agents.pop() else {
            return false;
        };
        self.add(Kind::Left, &nick, "has left", AGENT, now);
        true
    }

    /// The agent does something; if there is none, one joins first.
    pub(crate) fn act(&mut self, kind: Kind, now: u64) {
        if self.agents.is_empty() {
            self.join(now);
        }
        let nick = self.agents.last().cloned().unwrap_or_default();
        let place = self.last() + 1;
        let text = match kind {
            Kind::Message => format!("a{place}"),
            Kind::PushUrl => format!("https://example.test/{place}"),
            Kind::Custom => format!("c{place}"),
            Kind::TypingStarted | Kind::TypingStopped => "is typing".to_owned(),
            Kind::Joined | Kind::Left | Kind::Oddity => String::new(),
        };
        self.add(kind, &nick, &text, AGENT, now);
    }

    /// Somebody who is no agent writes.
    pub(crate) fn supervise(&mut self, text: &str, now: u64) {
        let text = format!("{text}{}", self.last() + 1);
        self.add(Kind::Message, "System", &text, EXTERNAL, now);
    }

    /// The agents are told that the visitor's client is disconnected.
    pub(crate) fn tell_absence(&mut self, now: u64) {
        let text = format!("c{}", self.last() + 1);
        self.add(Kind::Custom, "System", &text, EXTERNAL, now);
    }

    /// The chat is over.
    pub(crate) fn end(&mut self, over: Over, now: u64) {
        match over {
            Over::Agent => {
                if self.agents.is_empty() {
                    self.join(now);
                }
                while self.leave(now) {}
            }
            Over::Idle => self.supervise("closed due to inactivity e", now),
            Over::Silence => self.add(Kind::Left, VISITOR, "", CLIENT, now),
            Over::Visitor | Over::Server => {}
        }
        self.over = Some(over);
    }

    /// Positions behind `asked`, or those that were not shown yet.
    pub(crate) fn behind(&mut self, asked: Option<u64>, inclusive: bool) -> (u64, u64) {
        let last = self.last();
        let first = match asked {
            // "From the start" names position 1 and brings everything.
            Some(0 | 1) => 1,
            Some(position) => position + u64::from(!inclusive),
            None => self.cursor + 1,
        };
        self.cursor = last;
        (first.min(last + 1), last)
    }
}

/// A chat object. `events`: the positions that it shows, if it shows a transcript.
pub(crate) fn chat_object(
    chat: &Chat,
    service: usize,
    events: Option<(u64, u64)>,
    state: &str,
    setting: &Setting,
) -> String {
    let mut out = String::with_capacity(160);
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        r#"{{"chatIxnState":"{state}","chatSessionId":"session-{service}","#
    );
    out.push_str(r#""transcriptPosition":"#);
    number(&mut out, chat.last(), setting.strings);
    out.push_str(r#","startedAt":"2012-06-09T22:26:17Z","chatServiceMessage":"ok""#);
    if let Some((first, last)) = events {
        out.push_str(r#","transcriptToShow":"#);
        let transcript = transcript(chat, first, last, setting);
        if setting.quoted {
            quote(&mut out, &transcript);
        } else {
            out.push_str(&transcript);
        }
    }
    out.push('}');
    out
}

fn transcript(chat: &Chat, first: u64, last: u64, setting: &Setting) -> String {
    let mut out = String::from("[");
    for position in first..=last {
        if position > first {
            out.push(',');
        }
        if let Some(event) = chat.event(position) {
            element(&mut out, event, position, setting);
        }
    }
    out.push(']');
    out
}

fn element(out: &mut String, event: &Event, position: u64, setting: &Setting) {
    let kind = match (event.kind, setting.short_typing) {
        (Kind::Message, _) => "Message.Text",
        (Kind::Joined, _) => "Notice.Joined",
        (Kind::Left, _) => "Notice.Left",
        (Kind::TypingStarted, false) => "Notice.TypingStarted",
        (Kind::TypingStarted, true) => "Notice.TypingStart",
        (Kind::TypingStopped, false) => "Notice.TypingStopped",
        (Kind::TypingStopped, true) => "Notice.TypingStop",
        (Kind::PushUrl, _) => "Notice.PushUrl",
        (Kind::Custom, _) => "Notice.Custom",
        (Kind::Oddity, _) => return out.push_str("null"),
    };
    let Event {
        nick,
        text,
        role,
        at,
        ..
    } = event;
    // Nothing here needs escaping: the model writes all of it, but the visitor's own texts.
    let _ = write!(out, r#"["{kind}","{nick}","{text}","{at}","{role}""#);
    if let Some(base) = setting.indexed {
        let _ = write!(out, ",{}", position + base - 1);
    }
    out.push(']');
}

/// A number, or a string of digits.
fn number(out: &mut String, number: u64, as_string: bool) {
    let quotes = if as_string { "\"" } else { "" };
    let _ = write!(out, "{quotes}{number}{quotes}");
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}
