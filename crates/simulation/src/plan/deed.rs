//! What somebody does at some moment: visitor, agent, server, page, weather.

/// A deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// The visitor begins a chat.
    Start,
    /// The visitor writes the message of this number; a number that came before is the same text again.
    Say(u32),
    /// The visitor types.
    Type,
    /// The visitor empties the draft.
    StopTyping,
    /// The visitor sends a custom notice.
    Notice,
    /// The visitor retries everything that may be retried.
    Retry,
    /// The visitor discards everything that may be discarded.
    Discard,
    /// The visitor ends the chat.
    End,
    /// The visitor closes the ended chat.
    Reset,

    /// An agent joins.
    Join,
    /// The agent writes so many messages at once.
    Write(u32),
    /// The agent starts to type.
    AgentTypes,
    /// The agent stops typing.
    AgentStops,
    /// The agent leaves and another joins, in one batch.
    Transfer,
    /// The agent pushes an address.
    PushUrl,
    /// The site's own event.
    Custom,
    /// Somebody who is no agent writes.
    Supervise,
    /// An array element that is no event.
    Oddity,
    /// The agent leaves, and the chat goes on.
    Leave,
    /// The last agent leaves and the server ends the chat.
    AgentEnds,
    /// The server ends the chat because nobody writes.
    IdleEnds,
    /// The server ends the chat without a word.
    ServerEnds,
    /// An event of another chat on the same channel.
    Foreign,

    /// The CometD server forgets every session.
    Restart,
    /// GMS forgets every service, too.
    Amnesia,
    /// The server answers the next connect with `none` although the chat goes on.
    FalseNone,
    /// The server disconnects the client although the chat goes on.
    Disconnect,
    /// The server publishes an event that carries advice `none`.
    AdvisingEvent,
    /// From here on the server grants the acknowledgement extension, or does not.
    Acknowledge(bool),
    /// The browser loses the cookie.
    LoseCookie,
    /// The browser's other tab is closed.
    CloseOtherTab,
    /// The server's wall clock is set back by an hour.
    ClockBack,

    /// The page says offline and online although the network never went.
    FalseAlarm,
    /// Something lasts so many milliseconds, or until the faults stop.
    Spell(Spell, u32),
}

impl Deed {
    /// Whether it is something that should not be.
    pub(crate) fn is_fault(self) -> bool {
        match self {
            Self::Start | Self::Say(_) | Self::Type | Self::StopTyping | Self::Notice => false,
            Self::Retry | Self::Discard | Self::End | Self::Reset => false,
            Self::Join | Self::Write(_) | Self::AgentTypes | Self::AgentStops => false,
            Self::Transfer | Self::PushUrl | Self::Custom | Self::Supervise => false,
            Self::Leave | Self::AgentEnds | Self::IdleEnds | Self::ServerEnds => false,
            Self::Oddity | Self::Foreign | Self::AdvisingEvent => true,
            Self::Restart | Self::Amnesia | Self::FalseNone | Self::Disconnect => true,
            Self::Acknowledge(_) | Self::LoseCookie | Self::CloseOtherTab => true,
            Self::ClockBack | Self::FalseAlarm | Self::Spell(..) => true,
        }
    }
}

/// What may last a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spell {
    /// The weather between browser and server is bad.
    Weather(Weather),
    /// The browser says offline, and at the end online; nothing gets through meanwhile.
    Offline,
    /// The page cannot be seen: timers fire at whole seconds.
    Hidden,
    /// Timers are late by so many milliseconds.
    LateTimers(u32),
    /// The page stands still; what arrives meanwhile waits.
    Frozen,
    /// The machine sleeps: every connection is gone.
    Asleep {
        /// Whether the page's clock stands still meanwhile.
        clock_stops: bool,
    },
}

/// What befalls every request while it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Requests are refused at once.
    Refused,
    /// Requests vanish.
    Silence,
    /// Requests are carried out, answers vanish.
    Deaf,
    /// An intermediary answers 502.
    Gateway,
    /// The server answers 503, with Retry-After.
    Busy,
    /// A gateway answers 403.
    Forbidden,
    /// The path leads to nowhere.
    Missing,
    /// A captive portal answers 200 with a page of its own.
    Portal,
    /// The server accepts requests and answers nothing until it is over.
    Slow,
    /// Two nodes, and a balancer without affinity.
    NoAffinity,
}
