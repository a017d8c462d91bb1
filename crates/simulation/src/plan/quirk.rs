//! Lasting peculiarities of server, network and configuration.

/// One thing in which this run's world differs from the tamest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// How the acknowledgement extension is granted.
    Ack(Ack),
    /// How long connects are held, in milliseconds.
    Hold(u32),
    /// How long a session lives without a connect, in milliseconds.
    MaxInterval(u32),
    /// What becomes of message ids.
    Ids(Ids),
    /// The meta reply stands before the events.
    ReplyFirst,
    /// When advice is given.
    Advice(AdviceHabit),
    /// What a second connect does to the first.
    Duplicate(Duplicate),
    /// Connects are never held.
    NeverHolds,
    /// How an unknown client is told.
    Unknown(Unknown),
    /// A single message is not put into an array.
    BareObject,
    /// Without the extension, events ride on whatever reply comes first.
    EventsOnAnyReply,
    /// Undelivered events wait for the user's next session.
    KeepsForUser,
    /// They are delivered with the handshake, which subscribes, too.
    HandshakeBrings,
    /// What a refresh brings in push mode.
    Repair(Repair),
    /// A refresh also repeats the event at the position that it names.
    Inclusive,
    /// Numbers come as strings.
    StringNumbers,
    /// The transcript comes in quotes.
    QuotedTranscript,
    /// Events carry their index, counted from this.
    Indexed(u8),
    /// Typing is spelt the short way.
    ShortTyping,
    /// Calls in push mode are answered with `_id` and `comet_channel` alone.
    ShortReplies,
    /// How a push chat's end is advised.
    NoneAtEnd(NoneAtEnd),
    /// Calls to an ended chat are answered with an exception.
    EndIsException,
    /// Another tab of the browser has the long poll; ours waits so many milliseconds each time.
    OtherTab(u32),
    /// The server does not notice aborted connects.
    BlindToAborts,
    /// The service needs so many milliseconds to become available.
    Delayed(u32),
    /// Every request takes so many milliseconds each way, and up to so many more.
    Latency(u32, u32),
    /// So many bytes of an answer arrive in a millisecond.
    Narrow(u32),
    /// An intermediary cuts held requests at this age in milliseconds.
    IdleCut(u32, Cut),
    /// The browser keeps no cookie.
    BlockedCookie,
    /// Answers to aborted exchanges are handed in all the same.
    Ghosts,
    /// The message type is not appended to the URL.
    OneAddress,
    /// No `gms_user`, in poll mode.
    NoUser,
    /// The agent is told that the visitor is away when the page has been hidden for so many milliseconds.
    Away(u32),
    /// A user who took leave with a position gets what came after it on the next subscription.
    CatchesUp,
}

/// How the acknowledgement extension is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ack {
    /// Not at all.
    Off,
    /// `"ack": true`.
    Plain,
    /// `"ack": {"enabled": true, "batch": …}`.
    Object(u32),
}

/// What becomes of message ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    /// Echoed.
    Echoed,
    /// Left out.
    Missing,
    /// Replaced by other ones.
    Wrong,
    /// Echoed as numbers.
    Numeric,
    /// Echoed, and events carry ids of another numbering, which collide.
    Colliding,
}

/// When advice is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdviceHabit {
    /// In the first connect reply of a session.
    OnChange,
    /// In every meta reply.
    Always,
    /// Never.
    Never,
}

/// What a second connect does to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duplicate {
    /// The first is answered with this status.
    Status(u16),
    /// The first is never answered.
    Forgotten,
    /// The first is answered empty.
    Answered,
}

/// How an unknown client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// `402::session_unknown`, advice in connect replies.
    Modern,
    /// `402:…:Unknown client`, advice in connect replies.
    Old,
    /// `403::Unknown client`, advice in connect replies.
    Fork,
    /// `401:…:Unknown client`, advice without interval.
    Faye,
    /// `402::session_unknown`, no advice at all.
    Silent,
}

/// What a refresh brings in push mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repair {
    /// The missing part, in its answer.
    InReply,
    /// The missing part, in its answer, but only when it is asked for from the start by the URL.
    FromStart,
    /// The missing part, on the channel.
    Pushed,
    /// Nothing.
    Neither,
}

/// How a push chat's end is advised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoneAtEnd {
    /// `none` in the connect reply after the last events.
    After,
    /// `none` in the connect reply that brings them.
    With,
    /// No `none`: the state of the chat says it.
    Never,
}

/// How an intermediary cuts a held request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The connection is reset.
    Reset,
    /// 504.
    Gateway,
    /// Nothing comes any more.
    Silence,
}

/// All quirks of a run together; the default is the tamest world.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) ack: Ack,
    pub(crate) hold: u64,
    pub(crate) max_interval: u64,
    pub(crate) ids: Ids,
    pub(crate) reply_first: bool,
    pub(crate) advice: AdviceHabit,
    pub(crate) duplicate: Duplicate,
    pub(crate) never_holds: bool,
    pub(crate) unknown: Unknown,
    pub(crate) bare: bool,
    pub(crate) on_any_reply: bool,
    pub(crate) keeps_for_user: bool,
    pub(crate) handshake_brings: bool,
    pub(crate) repair: Repair,
    pub(crate) inclusive: bool,
    pub(crate) strings: bool,
    pub(crate) quoted: bool,
    pub(crate) indexed: Option<u64>,
    pub(crate) short_typing: bool,
    pub(crate) short_replies: bool,
    pub(crate) none_at_end: NoneAtEnd,
    pub(crate) end_is_exception: bool,
    pub(crate) other_tab: Option<u64>,
    pub(crate) blind_to_aborts: bool,
    pub(crate) delayed: Option<u64>,
    pub(crate) latency: (u64, u64),
    pub(crate) narrow: Option<u64>,
    pub(crate) idle_cut: Option<(u64, Cut)>,
    pub(crate) blocked_cookie: bool,
    pub(crate) ghosts: bool,
    pub(crate) one_address: bool,
    pub(crate) no_user: bool,
    pub(crate) away: Option<u64>,
    pub(crate) catches_up: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            ack: Ack::Plain,
            hold: 60_000,
            max_interval: 10_000,
            ids: Ids::Echoed,
            reply_first: false,
            advice: AdviceHabit::OnChange,
            duplicate: Duplicate::Status(500),
            never_holds: false,
            unknown: Unknown::Modern,
            bare: false,
            on_any_reply: false,
            keeps_for_user: false,
            handshake_brings: false,
            repair: Repair::InReply,
            inclusive: false,
            strings: false,
            quoted: false,
            indexed: None,
            short_typing: false,
            short_replies: false,
            none_at_end: NoneAtEnd::After,
            end_is_exception: false,
            other_tab: None,
            blind_to_aborts: false,
            delayed: None,
            latency: (20, 0),
            narrow: None,
            idle_cut: None,
            blocked_cookie: false,
            ghosts: false,
            one_address: false,
            no_user: false,
            away: None,
            catches_up: false,
        }
    }
}

impl Quirk {
    /// Makes the world a little odder.
    pub(crate) fn apply(self, to: &mut Setting) {
        match self {
            Self::Ack(ack) => to.ack = ack,
            Self::Hold(hold) => to.hold = hold.into(),
            Self::MaxInterval(interval) => to.max_interval = interval.into(),
            Self::Ids(ids) => to.ids = ids,
            Self::ReplyFirst => to.reply_first = true,
            Self::Advice(habit) => to.advice = habit,
            Self::Duplicate(duplicate) => to.duplicate = duplicate,
            Self::NeverHolds => to.never_holds = true,
            Self::Unknown(unknown) => to.unknown = unknown,
            Self::BareObject => to.bare = true,
            Self::EventsOnAnyReply => to.on_any_reply = true,
            Self::KeepsForUser => to.keeps_for_user = true,
            Self::HandshakeBrings => {
                to.keeps_for_user = true;
                to.handshake_brings = true;
            }
            Self::Repair(repair) => to.repair = repair,
            Self::Inclusive => to.inclusive = true,
            Self::StringNumbers => to.strings = true,
            Self::QuotedTranscript => to.quoted = true,
            Self::Indexed(first) => to.indexed = Some(first.into()),
            Self::ShortTyping => to.short_typing = true,
            Self::ShortReplies => to.short_replies = true,
            Self::NoneAtEnd(habit) => to.none_at_end = habit,
            Self::EndIsException => to.end_is_exception = true,
            Self::OtherTab(interval) => to.other_tab = Some(interval.into()),
            Self::BlindToAborts => to.blind_to_aborts = true,
            Self::Delayed(wait) => to.delayed = Some(wait.into()),
            Self::Latency(base, more) => to.latency = (base.into(), more.into()),
            Self::Narrow(rate) => to.narrow = Some(rate.into()),
            Self::IdleCut(age, cut) => to.idle_cut = Some((age.into(), cut)),
            Self::BlockedCookie => to.blocked_cookie = true,
            Self::Ghosts => to.ghosts = true,
            Self::OneAddress => to.one_address = true,
            Self::NoUser => to.no_user = true,
            Self::Away(after) => to.away = Some(after.into()),
            Self::CatchesUp => to.catches_up = true,
        }
    }
}
