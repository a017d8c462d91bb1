//! The states of a session and of the requests in it.

use super::Farewell;
use crate::{Lane, Moment};

/// Where a session stands. Every state but `Stopped` holds a [`Step`], which is either a request
/// under way or a wait with an end: there is no state from which nothing follows.
///
/// ```text
///               open                  clientId
///     Stopped --------> Handshaking ------------> Connected
///      ^ ^ ^                |  ^                   |  |  |
///      | | +- none, close --+  +-- 402, handshake -+  |  |
///      | +- none, /meta/disconnect, denied -----------+  |
///      |                                                 |
///      +---- answered or given up ---- Leaving <- close -+
/// ```
#[derive(Debug)]
pub(super) enum State {
    /// Nothing is sent. The server may still know the client, so that a farewell is possible.
    Stopped { client_id: Option<String> },
    /// Asking for a clientId.
    Handshaking(Step),
    /// The server has given a clientId.
    Connected(Live),
    /// The farewell is on its way.
    Leaving(Parting),
}

/// A session that the server knows.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) client_id: String,
    /// The number of the last connect reply whose messages were all handed over; `None` without the extension.
    pub(super) ack: Option<u64>,
    pub(super) connect: Step,
    /// How the connect of `connect` asks to be answered.
    pub(super) asks: Asks,
    /// `None` when the server has accepted the subscription.
    pub(super) subscribe: Option<Step>,
    pub(super) stage: Stage,
    /// When the clientId was given.
    pub(super) since: Moment,
    /// How many answers to connects in a row could not be understood.
    pub(super) unreadable: u8,
}

impl Live {
    /// A session that has just been given this clientId: everything is due at `now`.
    pub(super) fn new(client_id: String, ack: Option<u64>, now: Moment) -> Self {
        Self {
            client_id,
            ack,
            connect: Step::due(now),
            asks: Asks::Proof,
            subscribe: Some(Step::due(now)),
            stage: Stage::New,
            since: now,
            unreadable: 0,
        }
    }
}

/// The end of a session that the server knows.
#[derive(Debug)]
pub(super) struct Parting {
    pub(super) client_id: String,
    pub(super) farewell: Farewell,
    pub(super) step: Step,
    /// Whether `open` was called in the meantime.
    pub(super) reopen: bool,
}

/// How a connect asks to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// At once: the session is in doubt.
    Proof,
    /// When there is something to say.
    Hold,
}

/// How far a session has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// No connect has succeeded.
    New,
    /// A connect has succeeded.
    Proven,
    /// `Ready` has been told.
    Ready,
}

/// One request of the session: on its way, or to be sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Waiting(Pause),
    Asked(Pending),
}

impl Step {
    /// To be sent at `now`.
    pub(super) fn due(now: Moment) -> Self {
        Self::Waiting(Pause::until(now))
    }

    /// When something has to be done about it.
    pub(super) fn wake_at(&self) -> Moment {
        match self {
            Self::Waiting(pause) => pause.until,
            Self::Asked(request) => request.deadline,
        }
    }
}

/// A wait before a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pause {
    pub(super) until: Moment,
    /// Not to be undercut, even when the page wakes up: the server has a say in it.
    pub(super) earliest: Moment,
}

impl Pause {
    /// A wait that nothing shortens.
    pub(super) fn until(until: Moment) -> Self {
        Self {
            until,
            earliest: until,
        }
    }
}

/// A request under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    /// Number of the exchange; also the `id` of its last message.
    pub(super) number: u32,
    pub(super) sent: Moment,
    pub(super) deadline: Moment,
}

/// The kinds of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Handshake,
    Subscribe,
    Connect,
    Farewell,
}

impl Slot {
    /// All of them, in the order in which they are sent.
    pub(super) const ALL: [Self; 4] = [
        Self::Handshake,
        Self::Subscribe,
        Self::Connect,
        Self::Farewell,
    ];

    pub(super) fn lane(self) -> Lane {
        match self {
            Self::Connect => Lane::Connect,
            Self::Handshake | Self::Subscribe | Self::Farewell => Lane::Meta,
        }
    }
}

impl State {
    /// The request in `slot`, if this state has one.
    pub(super) fn step(&self, slot: Slot) -> Option<&Step> {
        match (self, slot) {
            (Self::Handshaking(step), Slot::Handshake) => Some(step),
            (Self::Connected(live), Slot::Subscribe) => live.subscribe.as_ref(),
            (Self::Connected(live), Slot::Connect) => Some(&live.connect),
            (Self::Leaving(parting), Slot::Farewell) => Some(&parting.step),
            (Self::Stopped { .. } | Self::Handshaking(_), _) => None,
            (Self::Connected(_) | Self::Leaving(_), _) => None,
        }
    }

    /// Puts `step` into `slot`; nothing happens when this state has no such request.
    pub(super) fn set_step(&mut self, slot: Slot, new: Step) {
        match (self, slot) {
            (Self::Handshaking(step), Slot::Handshake) => *step = new,
            (Self::Connected(live), Slot::Subscribe) => live.subscribe = Some(new),
            (Self::Connected(live), Slot::Connect) => live.connect = new,
            (Self::Leaving(parting), Slot::Farewell) => parting.step = new,
            (Self::Stopped { .. } | Self::Handshaking(_), _) => {}
            (Self::Connected(_) | Self::Leaving(_), _) => {}
        }
    }

    /// When something has to be done next.
    pub(super) fn wake_at(&self) -> Option<Moment> {
        let steps = Slot::ALL.into_iter().filter_map(|slot| self.step(slot));
        steps.map(Step::wake_at).min()
    }
}
