//! An answer on its way to the browser: its text, and what it means to whoever reads it whole.

use super::chat::Span;

/// An HTTP answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Body,
    /// What the browser may keep, whatever becomes of the body.
    pub(crate) cookie: Option<u32>,
    /// What a reader of the whole body knows.
    pub(crate) facts: Facts,
}

/// The text of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// Bayeux messages, each one JSON object.
    Messages(Vec<String>),
    /// Anything else.
    Text(String),
}

/// What an answer tells. The oracle works with this, so that it need not read what it judges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// The clientId of a granted handshake.
    pub(crate) client_id: Option<String>,
    /// The fate of a connect.
    pub(crate) connect: Option<Connected>,
    /// The number of a batch; in a handshake reply, the number to begin from.
    pub(crate) batch: Option<u64>,
    /// How many events it brings.
    pub(crate) events: usize,
    /// The server says that nothing more is to be asked.
    pub(crate) stops: bool,
    /// It advises to stay away for longer than anybody lives.
    pub(crate) absurd: bool,
    /// What the events of our chats show.
    pub(crate) spans: Vec<Span>,
    /// What became of a call of the REST API.
    pub(crate) outcome: Option<Outcome>,
}

/// The fate of a connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connected {
    /// Successful.
    Well,
    /// Successful, and the last: `none`, or `/meta/disconnect`.
    Last,
    /// The client is unknown.
    Unknown,
}

/// What became of a call of the REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Carried out.
    Done,
    /// Not carried out, and it says so.
    Refused,
    /// Carried out, and the chat is over.
    Over,
}

impl Default for Body {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Answer {
    /// Status 200 with these messages.
    pub(crate) fn messages(messages: Vec<String>) -> Self {
        Self {
            status: 200,
            body: Body::Messages(messages),
            ..Self::default()
        }
    }

    /// A JSON text under this status.
    pub(crate) fn json(status: u16, text: String) -> Self {
        Self {
            status,
            body: Body::Text(text),
            ..Self::default()
        }
    }

    /// Nothing but a status.
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// The same with an outcome.
    pub(crate) fn with(mut self, outcome: Outcome) -> Self {
        self.facts.outcome = Some(outcome);
        self
    }

    /// How many bytes the body has, but for what is put between messages.
    pub(crate) fn size(&self) -> u64 {
        let size = match &self.body {
            Body::Text(text) => text.len(),
            Body::Messages(messages) => messages.iter().map(String::len).sum(),
        };
        size as u64
    }

    /// The body as it goes out. `bare`: a single message is not put into an array.
    pub(crate) fn text(&self, bare: bool) -> String {
        match &self.body {
            Body::Text(text) => text.clone(),
            Body::Messages(messages) => match messages.as_slice() {
                [only] if bare => only.clone(),
                messages => ["[", &messages.join(","), "]"].concat(),
            },
        }
    }
}
