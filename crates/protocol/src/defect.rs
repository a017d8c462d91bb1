//! Deliberate defects, for the simulation's oracle to find. Without the feature `defects` none is there.

/// A defect that can be switched on; most are what other clients really do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "defects"),
    allow(unreachable_pub, reason = "public for the simulation alone")
)]
pub enum Defect {
    /// A reply is taken for ours only when it has our id.
    MatchesByIdAlone,
    /// A successful handshake ends an outage.
    HandshakeEndsOutage,
    /// The batch number of an answer to an aborted connect is acknowledged.
    AcknowledgesAborted,
    /// Advice `none` is taken as `retry`.
    IgnoresNone,
    /// `Retry-After` is not read.
    IgnoresRetryAfter,
    /// An advised interval may be longer than a timer can hold.
    IntervalUnclamped,
    /// The subscription is made once, not in every session.
    SubscribesOnce,
    /// An event whose id is that of our request settles it.
    EventSettles,
    /// A connect that is answered without a reply to it leads to nothing.
    StopsWithoutReply,
    /// The deadline of a connect that asks for a prompt answer is that of a held one.
    ProofMayHang,
    /// Connects that come back at once are sent again at once.
    Unpaced,
    /// The answer to an aborted exchange counts.
    ActsOnAborted,
    /// A connect is replaced without aborting it.
    LeavesConnectOpen,
    /// Advice `handshake` to a refused connect is taken as `retry`.
    IgnoresUnknownClient,
    /// What follows an element that is no message is lost.
    JunkSpoilsAnswer,
    /// Advice `handshake` to a good connect leads to nothing.
    StopsAtOddAdvice,
    /// The first connect waits for all events that the reply to the handshake has announced.
    WaitsForPromised,
    /// A number in a string is read as a longer one.
    MisreadsStrings,
    /// The advice of an event counts.
    HeedsEvents,
    /// A session is taken for granted although it has no clientId.
    AcceptsNoClientId,
    /// An answer that is one message and no array is not read.
    RefusesBareObject,
    /// A subscription that has failed is not made again.
    GivesSubscriptionUp,
    /// A refused message fails those behind it.
    FailsThoseBehind,
    /// A message whose answer was lost has failed.
    FailsOffline,
    /// An event at a position that was shown is shown again.
    ShowsDuplicates,
    /// Events are shown as they come, whatever is missing before them.
    IgnoresHoles,
    /// Typing notices are left out when positions are counted.
    CountsNoTyping,
    /// A message whose answer was lost is sent again at once.
    ResendsUnproven,
    /// The next message does not wait for the one that is in doubt.
    OvertakesDoubtful,
    /// A text that somebody delivered twice is taken for the echo of the next message.
    MistakesEchoes,
    /// One echo settles every message with its text.
    OneEchoForAll,
    /// Whatever a chat that is over answers counts as a receipt.
    TakesAnyReceipt,
    /// A message whose answer was lost disappears.
    DropsUnanswered,
    /// A chat is over when CometD says `none`.
    BelievesNone,
    /// Events of other chats on the same channel are shown.
    TakesForeign,
    /// What is missing is asked for in one of the documented forms only.
    AsksInOneForm,
    /// A hidden page polls more rarely than the server's patience lasts.
    ForgetsKeepalive,
}

#[cfg(feature = "defects")]
impl Defect {
    /// All of them.
    pub const ALL: [Self; 37] = [
        Self::MatchesByIdAlone,
        Self::HandshakeEndsOutage,
        Self::AcknowledgesAborted,
        Self::IgnoresNone,
        Self::IgnoresRetryAfter,
        Self::IntervalUnclamped,
        Self::SubscribesOnce,
        Self::EventSettles,
        Self::StopsWithoutReply,
        Self::ProofMayHang,
        Self::Unpaced,
        Self::ActsOnAborted,
        Self::LeavesConnectOpen,
        Self::IgnoresUnknownClient,
        Self::JunkSpoilsAnswer,
        Self::StopsAtOddAdvice,
        Self::WaitsForPromised,
        Self::MisreadsStrings,
        Self::HeedsEvents,
        Self::AcceptsNoClientId,
        Self::RefusesBareObject,
        Self::GivesSubscriptionUp,
        Self::FailsThoseBehind,
        Self::FailsOffline,
        Self::ShowsDuplicates,
        Self::IgnoresHoles,
        Self::CountsNoTyping,
        Self::ResendsUnproven,
        Self::OvertakesDoubtful,
        Self::MistakesEchoes,
        Self::OneEchoForAll,
        Self::TakesAnyReceipt,
        Self::DropsUnanswered,
        Self::BelievesNone,
        Self::TakesForeign,
        Self::AsksInOneForm,
        Self::ForgetsKeepalive,
    ];
}

#[cfg(feature = "defects")]
mod switch {
    use super::Defect;
    use std::cell::Cell;

    thread_local! {
        static ON: Cell<Option<Defect>> = const { Cell::new(None) };
    }

    /// Switches one defect on, or all off, in this thread.
    pub fn switch(defect: Option<Defect>) {
        ON.set(defect);
    }

    /// Whether this defect is on.
    pub(crate) fn on(defect: Defect) -> bool {
        ON.get() == Some(defect)
    }
}

#[cfg(feature = "defects")]
pub(crate) use switch::on;
#[cfg(feature = "defects")]
pub use switch::switch;

/// No defect is on.
#[cfg(not(feature = "defects"))]
pub(crate) const fn on(_: Defect) -> bool {
    false
}
