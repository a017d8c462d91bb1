//! What may befall one exchange.

/// A fault of one exchange. Durations are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ill {
    /// The request never arrives. The browser notices after this time, or never.
    LostRequest(Option<u32>),
    /// The request is carried out, its answer never arrives.
    LostReply(Option<u32>),
    /// The body breaks off after so many thousandths. With `noticed`, the browser says so.
    Truncated {
        /// How much of it arrives.
        permille: u16,
        /// Whether the browser notices.
        noticed: bool,
    },
    /// Somebody answers with this status.
    Status {
        /// HTTP status.
        code: u16,
        /// `Retry-After`.
        wish: Wish,
        /// Whether the server has carried the request out.
        processed: bool,
    },
    /// The request takes this much longer.
    LateRequest(u32),
    /// The answer takes this much longer.
    LateReply(u32),
    /// An intermediary delivers the request twice; the second answer is lost.
    Doubled,
    /// The answer is not what it should be.
    Spoilt(Spoil),
    /// The meta reply carries this advice.
    Advice(&'static str),
}

/// The value of `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// There is none.
    None,
    /// So many seconds.
    Seconds(u32),
    /// A date.
    Date,
    /// Nothing that can be read.
    Nonsense,
}

impl Wish {
    /// The header's value.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Seconds(seconds) => Some(seconds.to_string()),
            Self::Date => Some("Wed, 21 Oct 2015 07:28:00 GMT".to_owned()),
            Self::Nonsense => Some("soon".to_owned()),
        }
    }
}

/// What is wrong with an answer of status 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoil {
    /// No body.
    Empty,
    /// Status 204.
    NoContent,
    /// `[]`.
    NoMessages,
    /// `null`.
    Null,
    /// A page of HTML.
    Html,
    /// Nested deeper than anybody reads.
    Deep,
    /// Invalid UTF-8 in the middle.
    Garbled,
    /// A byte order mark in front; harmless.
    Mark,
    /// Elements that are no messages, around those that are; harmless.
    Strangers,
    /// The meta reply stands in the middle of the events; harmless.
    Displaced,
    /// The meta reply is missing.
    NoReply,
    /// The meta reply says that the client is unknown, although it is not.
    Disowned,
    /// The meta reply comes twice; harmless.
    TwoReplies,
    /// The meta reply has another id; harmless.
    WrongId,
    /// The meta reply has no id; harmless.
    NoId,
    /// The handshake reply has no clientId.
    NoClientId,
    /// The handshake reply declares messages that do not come; harmless.
    Promises,
    /// An element of a quarter of a megabyte; harmless.
    Bloated,
}

impl Spoil {
    /// All of them.
    pub(crate) const ALL: [Self; 18] = [
        Self::Empty,
        Self::NoContent,
        Self::NoMessages,
        Self::Null,
        Self::Html,
        Self::Deep,
        Self::Garbled,
        Self::Mark,
        Self::Strangers,
        Self::Displaced,
        Self::NoReply,
        Self::Disowned,
        Self::TwoReplies,
        Self::WrongId,
        Self::NoId,
        Self::NoClientId,
        Self::Promises,
        Self::Bloated,
    ];
}
