//! A line on the screen, and its place in the server's transcript.

use gms_chat_protocol::chat::{Body, Entry, EntryKey, Fate, Role};

use crate::server::{AGENT, CLIENT, Chat, Kind};

/// A line as the window draws it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) key: EntryKey,
    pub(super) line: Line,
    /// Whether the server has said when: it then stands in the transcript that was read.
    dated: bool,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Something of the transcript: what it must be there, and where, if its text says so.
    Told(Kind, &'static str, String),
    /// A message that the visitor wrote on this page.
    Mine(String, Fate),
    /// A hand-over: the agent who came.
    Transferred(String),
    /// Something is missing.
    Gap,
}

impl Row {
    pub(super) fn new(entry: Entry) -> Self {
        let role = match entry.party.role {
            Role::Client => CLIENT,
            Role::Agent => AGENT,
            Role::Supervisor | Role::External => "EXTERNAL",
        };
        let nick = entry.party.nickname;
        let line = match entry.body {
            Body::Message(text) => Line::Told(Kind::Message, role, text),
            Body::Mine { text, fate } => Line::Mine(text, fate),
            Body::Joined => Line::Told(Kind::Joined, role, nick),
            Body::Left => Line::Told(Kind::Left, role, nick),
            Body::Transferred { .. } => Line::Transferred(nick),
            Body::PushUrl { url, .. } => Line::Told(Kind::PushUrl, role, url),
            Body::Gap => Line::Gap,
            Body::Note { text, .. } => Line::Told(Kind::Message, "", text),
        };
        Self {
            key: entry.key,
            line,
            dated: entry.at.is_some(),
        }
    }

    /// The message and its fate, if the visitor wrote it on this page.
    pub(super) fn mine(&self) -> Option<(&str, &Fate)> {
        match &self.line {
            Line::Mine(text, fate) => Some((text, fate)),
            Line::Told(..) | Line::Transferred(_) | Line::Gap => None,
        }
    }

    /// Whether the line claims to stand in the server's transcript.
    pub(super) fn is_settled(&self) -> bool {
        match &self.line {
            Line::Told(..) | Line::Transferred(_) => true,
            Line::Mine(_, fate) => *fate == Fate::Sent,
            Line::Gap => false,
        }
    }

    /// Whether it is a message that the server has accepted and not shown: only its word counts for it.
    pub(super) fn is_assumed(&self) -> bool {
        self.mine().is_some() && !self.dated
    }

    /// Every position at which the visitor's message may stand.
    pub(super) fn places<'a>(&'a self, chat: &'a Chat) -> impl Iterator<Item = u64> + 'a {
        let text = self.mine().map_or("", |(text, _)| text);
        let mut after = 0;
        std::iter::from_fn(move || {
            after = find(chat, after, Kind::Message, CLIENT, text)?;
            Some(after)
        })
    }

    /// The place in the transcript behind `after` that this line stands for, first and last position.
    /// Of several with the same words it is the first that the client has read.
    pub(super) fn place(
        &self,
        chat: &Chat,
        after: u64,
        has_read: impl Fn(u64) -> bool,
    ) -> Option<(u64, u64)> {
        let (kind, role, text) = match &self.line {
            Line::Told(kind, role, text) => (*kind, *role, text),
            Line::Mine(text, _) => (Kind::Message, CLIENT, text),
            Line::Transferred(nick) => {
                let joined = find(chat, after + 1, Kind::Joined, AGENT, nick)?;
                return Some((joined - 1, joined));
            }
            Line::Gap => return None,
        };
        let mut place = find(chat, after, kind, role, text)?;
        while !has_read(place) {
            place = find(chat, place, kind, role, text)?;
        }
        Some((place, place))
    }
}

/// The first event behind `after` that says this.
fn find(chat: &Chat, after: u64, kind: Kind, role: &str, text: &str) -> Option<u64> {
    let says = |position: u64| {
        let event = chat.event(position)?;
        let words = match kind {
            Kind::Joined | Kind::Left => &event.nick,
            _ => &event.text,
        };
        (event.kind == kind && event.role == role && words == text).then_some(position)
    };
    (after + 1..=chat.last()).find_map(says)
}
