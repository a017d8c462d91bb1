//! A created chat: whose events are its own, and what each of them means.

mod aside;
mod kept;

use std::time::Duration;
use std::vec::IntoIter;

use super::gap::Gaps;
use super::idle::Idle;
use super::inquiry::Inquiry;
use super::roster::Roster;
use super::sequence::{Arrival, Batch, Sequence};
use super::typing::Ours;
use super::view::View;
use super::{Body, Config, End, Role};
use crate::defect::{self, Defect};
use crate::wire::{ChatObject, ChatState, Delivery, Kind, Link};
use crate::{Moment, url, wire};
use aside::{show_push_url, tell_notice};

/// Events within this time mean that the talk goes on.
const LIVELY: Duration = Duration::from_secs(20);
/// A new chat does not begin at a position beyond this.
const BELIEVABLE_START: u64 = 1_000_000;
/// An accepted message whose echo takes longer than this is asked for.
pub(crate) const ECHO_PATIENCE: Duration = Duration::from_secs(3);

/// A chat that the server has created.
#[derive(Debug)]
pub(crate) struct Chat {
    /// The service: its id is part of every URL.
    pub(crate) service: String,
    /// Whether it was created with `notify_by=comet`.
    pub(crate) by_comet: bool,
    /// Where it is heading.
    pub(crate) course: Course,
    /// Its events in their order.
    pub(crate) sequence: Sequence,
    /// What has to be asked for.
    pub(crate) inquiry: Inquiry,
    /// Who takes part.
    pub(crate) roster: Roster,
    /// How long nobody has written.
    pub(crate) idle: Idle,
    /// Custom notices that wait to be sent.
    pub(crate) notices: Vec<String>,
    /// The visitor's typing.
    pub(crate) typing: Ours,
    /// When to poll next, in poll mode.
    pub(crate) next_poll: Moment,
    /// When the last refresh began that was answered.
    pub(crate) asked: Moment,
    /// Refreshes in a row that the server refused.
    pub(crate) strikes: u32,
    /// What the CometD channel is good for, in push mode.
    channel: Channel,
    /// Until when the talk counts as going on.
    lively_until: Moment,
    session_id: Option<String>,
    /// A second name of the service, which short answers of push mode give.
    alias: Option<String>,
    links: Vec<(Link, String)>,
    started_at: Option<u64>,
    gaps: Gaps,
    /// The position after which it began.
    begin: u64,
    /// It was going on when this page heard of it, and nothing is known yet of what was said before.
    pub(crate) is_found: bool,
    /// What was shown, as rows of JSON, for the next page.
    log: String,
}

/// Where a created chat is heading.
///
/// ```text
///   Returning --it is alive--> Open
///   Open --the server has ended it--> Closing --nothing is missing, or time is up--> (ended)
///     `----the visitor ends it------> Leaving --answered, or time is up------------> (ended)
///   What leads away from Open leads away from Returning too.
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// Another page has begun it; the server has not been heard of since.
    Returning,
    /// It goes on.
    Open,
    /// The server has ended it; what is missing of it is fetched first.
    Closing { until: Moment },
    /// The visitor has asked for the end; what was written before goes out first.
    Leaving { end: End, until: Moment },
}

/// What the CometD channel of a chat is good for: a connect that is answered is no proof that GMS
/// pushes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    /// Nothing has come yet, so it is asked now and then whether something should have.
    Unproven,
    /// Something should have come and did not: the chat is polled until something does.
    Deaf,
    /// It delivers.
    Proven,
    /// It ended by itself, was opened once more, and nothing has come since.
    Reopened,
}

impl Course {
    /// When the end is not waited for any longer.
    pub(crate) fn until(self) -> Option<Moment> {
        match self {
            Self::Returning | Self::Open => None,
            Self::Closing { until } | Self::Leaving { until, .. } => Some(until),
        }
    }
}

impl Chat {
    /// The chat that `object`, the answer to its creation, speaks of.
    pub(crate) fn new(
        service: String,
        by_comet: bool,
        object: &ChatObject,
        is_new: bool,
        now: Moment,
    ) -> Self {
        // A new chat that has just been CONNECTED has no past. Any other may have one from position 1 on.
        let known = match object.state {
            Some(ChatState::Connected) if is_new => {
                object.position.filter(|it| *it < BELIEVABLE_START)
            }
            Some(ChatState::Connected | ChatState::Transcript) => None,
            Some(ChatState::Disconnected | ChatState::Unknown) | None => None,
        };
        let begin = known.unwrap_or(1);
        Self {
            service,
            by_comet,
            course: Course::Open,
            sequence: Sequence::begin(begin),
            inquiry: Inquiry::default(),
            roster: Roster::default(),
            idle: Idle::Since(now),
            notices: Vec::new(),
            typing: Ours::default(),
            next_poll: now,
            asked: now,
            strikes: 0,
            channel: Channel::Unproven,
            lively_until: now + LIVELY,
            session_id: object.session_id.clone(),
            alias: None,
            links: Vec::new(),
            started_at: None,
            gaps: Gaps::default(),
            begin,
            is_found: object.state == Some(ChatState::Transcript),
            log: String::new(),
        }
    }

    /// Whether an event on the channel is this chat's: its session decides, else its tag.
    pub(crate) fn owns(&self, delivery: &Delivery) -> bool {
        let session = delivery.chat.session_id.as_ref();
        match (session, &self.session_id, &delivery.tag) {
            _ if defect::on(Defect::TakesForeign) => true,
            (Some(theirs), Some(ours), _) => theirs == ours,
            (_, _, Some(tag)) => self.is_tagged(tag),
            (_, _, None) => true,
        }
    }

    /// Whether an answer to one of our own calls speaks of another chat.
    pub(crate) fn is_foreign(&self, object: &ChatObject) -> bool {
        let sessions = object.session_id.as_ref().zip(self.session_id.as_ref());
        sessions.is_some_and(|(theirs, ours)| theirs != ours)
    }

    /// Keeps what an answer to our own call says about the chat's names and addresses.
    pub(crate) fn learn(&mut self, object: &ChatObject, config: &Config) {
        self.alias = self.alias.take().or_else(|| object.id.clone());
        for (link, path) in &object.links {
            if let Some(url) = url::below(&config.endpoint, &self.service, path) {
                self.links.retain(|(known, _)| known != link);
                self.links.push((*link, url));
            }
        }
    }

    /// The URL that a verbose answer gave for a call.
    pub(crate) fn link(&self, link: Link) -> Option<&str> {
        let known = self.links.iter().find(|(known, _)| *known == link)?;
        Some(&known.1)
    }

    /// Takes a chat object in and shows what is new, in order. True when the window was told of anything.
    /// `asked`: the position behind which the server was asked.
    pub(crate) fn take_in(
        &mut self,
        view: &mut View,
        object: ChatObject,
        asked: Option<u64>,
        now: Moment,
        expiry: Duration,
    ) -> bool {
        self.session_id = self.session_id.take().or(object.session_id);
        self.started_at = object.started_at.or(self.started_at);
        let told = view.out.len();
        if !self.by_comet
            && asked
                .zip(object.position)
                .is_some_and(|(asked, last)| last < asked)
        {
            // Asked for what stands behind a position that the server has not reached.
            self.sequence.recount();
            view.outbox.recount();
        }
        let news = self.sequence.admit(Batch {
            events: object.events.unwrap_or_default(),
            last: object.position,
            first_guess: asked.unwrap_or(self.sequence.highest()).saturating_add(1),
            started_at: self.started_at,
        });
        self.show_ready(view, now, expiry);
        if let Some(position) = object.position.filter(|&it| self.sequence.is_ahead(it)) {
            self.inquiry.hint(position, now);
        }
        if news {
            self.enliven(now);
        }
        view.out.len() > told
    }

    /// What the CometD channel is good for.
    pub(crate) fn channel(&self) -> Channel {
        self.channel
    }

    /// Whether CometD may be opened once more after it has ended; not twice in a row.
    pub(crate) fn may_reopen(&mut self) -> bool {
        let before = std::mem::replace(&mut self.channel, Channel::Reopened);
        before != Channel::Reopened
    }

    /// CometD has delivered an event of this chat.
    pub(crate) fn note_delivery(&mut self) {
        self.channel = Channel::Proven;
    }

    /// An answer brought what CometD should have. True when that says something new about CometD.
    pub(crate) fn note_bypass(&mut self) -> bool {
        let unproven = self.channel == Channel::Unproven;
        if unproven {
            self.channel = Channel::Deaf;
        }
        unproven
    }

    /// The channel has lost something, as far as anybody knows. What was given up may be had from a new one.
    pub(crate) fn suspect(&mut self) {
        self.inquiry.suspect();
        self.gaps.ask_again();
    }

    /// Whether an agent is or was there, and nobody has ended it.
    pub(crate) fn is_talk(&self) -> bool {
        self.course == Course::Open && self.roster.agent_seen()
    }

    /// The talk goes on.
    pub(crate) fn enliven(&mut self, now: Moment) {
        self.lively_until = now + LIVELY;
    }

    /// Whether something has happened lately.
    pub(crate) fn is_lively(&self, now: Moment) -> bool {
        now < self.lively_until
    }

    /// Since when something is in doubt, or from when it will be.
    pub(crate) fn doubt(&self, view: &View) -> Option<Moment> {
        let messages = view.outbox.wants_news(ECHO_PATIENCE);
        self.inquiry.doubt(messages)
    }

    /// The position to ask from: what was given up is asked for a few times more, as there is occasion.
    pub(crate) fn position(&self) -> u64 {
        let gap = self.gaps.wanted();
        gap.unwrap_or(self.sequence.reached()).max(1)
    }

    /// A refresh from this position was answered.
    pub(crate) fn note_asked(&mut self, position: u64) {
        self.gaps.note_asked(position);
    }

    /// When the doubts, if any are left, are given up.
    pub(crate) fn gives_up_at(&self, view: &View) -> Option<Moment> {
        let since = self.doubt(view)?;
        Some(self.inquiry.gives_up_at()?.max(since))
    }

    /// The doubts cannot be settled: shows what there is, and says honestly where something is missing.
    pub(crate) fn give_up(&mut self, view: &mut View, now: Moment, expiry: Duration) {
        if let Some(hole) = self.sequence.give_up() {
            self.gaps.mark(view, hole, 0);
            self.show_ready(view, now, expiry);
        }
        view.give_up_messages(self.asked);
        self.inquiry.begin();
        if !self.sequence.has_hole()
            && let Some(position) = self.inquiry.give_up_hint(!self.by_comet)
        {
            self.give_up_end(view, position);
        }
    }

    /// What the server has behind all that was shown cannot be had, up to `position`.
    fn give_up_end(&mut self, view: &mut View, position: u64) {
        // Whatever the visitor wrote is on the screen already, unless it was missed before.
        let reached = self.sequence.reached();
        let complete = |behind: u64| self.sequence.is_complete(behind, reached + 1);
        let own = view.outbox.unseen(complete);
        if position > reached + own
            && let Some(end) = self.sequence.give_up_to(position)
        {
            self.gaps.mark(view, end, 0);
        }
    }

    /// Shows everything that is held, and why the chat is over. `unknown`: the server has forgotten it.
    pub(crate) fn conclude(&mut self, view: &mut View, unknown: bool, now: Moment) -> End {
        while self.sequence.has_hole() {
            self.give_up(view, now, Duration::ZERO);
        }
        if let Course::Closing { .. } = self.course
            && let Some(position) = self.inquiry.give_up_hint(true)
        {
            // The last of what is missing is the notice that somebody left: the end itself tells of that.
            self.give_up_end(view, position.saturating_sub(1));
        }
        match self.course {
            Course::Returning | Course::Open => self.roster.end(unknown),
            Course::Closing { .. } => self.roster.end(false),
            Course::Leaving { end, .. } => end,
        }
    }

    fn is_tagged(&self, tag: &str) -> bool {
        let ends = |id: &str| {
            let rest = tag.strip_suffix(id);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        ends(&self.service) || self.alias.as_deref().is_some_and(ends)
    }

    /// Shows every event whose turn has come, and takes away the marks of gaps that it fills.
    fn show_ready(&mut self, view: &mut View, now: Moment, expiry: Duration) {
        let mut due = self.sequence.due().into_iter();
        while let Some(arrival) = due.next() {
            self.idle.note(&arrival.event, now);
            self.show(view, arrival, &mut due, now + expiry);
        }
        self.gaps.follow(view, &self.sequence);
        self.inquiry
            .note_reached(self.sequence.reached(), self.sequence.has_hole());
    }

    fn show(
        &mut self,
        view: &mut View,
        arrival: Arrival,
        after: &mut IntoIter<Arrival>,
        typing_until: Moment,
    ) {
        self.note(&arrival);
        let party = &arrival.event.party;
        match &arrival.event.kind {
            Kind::Message => {
                view.typists.stop(party);
                view.message(arrival);
            }
            Kind::Joined => view.show(
                arrival.position,
                arrival.at,
                arrival.event.party,
                Body::Joined,
            ),
            Kind::Left => self.show_left(view, arrival, after),
            Kind::TypingStarted if party.role == Role::Client => {}
            Kind::TypingStarted => view.typists.start(party.clone(), typing_until),
            Kind::TypingStopped => view.typists.stop(party),
            Kind::PushUrl => show_push_url(view, arrival),
            Kind::Other(kind) if kind.is_empty() => {}
            Kind::Other(_) => tell_notice(view, arrival.event),
        }
    }

    /// An agent who leaves as another joins, in one batch, hands the chat over.
    fn show_left(&mut self, view: &mut View, left: Arrival, after: &mut IntoIter<Arrival>) {
        view.typists.stop(&left.event.party);
        let takes_over =
            |next: &Arrival| next.follows(&left) && is_handover(&left.event, &next.event);
        if !after.as_slice().first().is_some_and(takes_over) {
            return view.show(left.position, left.at, left.event.party, Body::Left);
        }
        if let Some(joined) = after.next() {
            self.note(&joined);
            let from = left.event.party;
            let body = Body::Transferred { from };
            view.show(joined.position, joined.at, joined.event.party, body);
        }
    }
}

/// Whether one agent joins as another leaves.
fn is_handover(left: &wire::Event, next: &wire::Event) -> bool {
    let agents = left.party.role == Role::Agent && next.party.role == Role::Agent;
    agents && next.kind == Kind::Joined && next.party.nickname != left.party.nickname
}
