//! A chat that outlives its page: the snapshot that one page leaves and another one takes up.
//!
//! `[service, marks, client, chat, events, messages]`: the chat as the server would speak of its creation (`null` before
//! that), the events as it would tell them, each with its position, the messages as `outbox.rs` writes them.
//! No secret is in it: neither `secureKey`, which is never asked for, nor `gms_user`.

use super::outbox::{DOUBTFUL_STEP, QUEUED_STEP};
use super::start::Step;
use super::talk::Course;
use super::{Phase, Session, State, Visitor};
use crate::Moment;
use crate::json::{self, Row, decimal, push_row};
use crate::value::Value;
use crate::wire::{self, ChatObject, ChatState};

/// The marks: how the server tells, whether requests are identified, how far the chat has come.
const BY_COMET: u64 = 1;
const IDENTIFIED: u64 = 2;
const QUEUED: u64 = 4;
const LIVE: u64 = 8;
const LEAVING: u64 = 16;
/// The step of a custom notice among the messages.
const NOTICE: &str = "n";
/// That of what `tabs.rs` writes there.
pub(crate) const TAKEN_STEP: &str = "t";

/// The parts of a snapshot.
#[derive(Debug, Default)]
pub(crate) struct Kept<'a> {
    /// `[service, marks, client, chat`.
    pub(crate) head: String,
    /// The events that were shown. Grows at its end only, as long as the chat is the same.
    pub(crate) log: &'a str,
    /// The messages.
    pub(crate) messages: String,
}

/// A snapshot of its parts.
pub(crate) fn joined(head: &str, log: &str, messages: &str) -> String {
    [head, ",[", log, "],[", messages, "]]"].concat()
}

impl Session {
    /// Everything that another page needs to go on with this chat, as JSON: the transcript, the messages on their way,
    /// the names and positions that the server knows. `None`: there is no chat to go on with.
    pub fn snapshot(&self) -> Option<String> {
        let kept = self.kept()?;
        Some(joined(&kept.head, kept.log, &kept.messages))
    }

    /// The snapshot in its parts.
    pub(crate) fn kept(&self) -> Option<Kept<'_>> {
        let (service, by_comet, stage) = match &self.state {
            State::Starting(start) => (start.service()?, start.by_comet, start_mark(&start.step)),
            State::Live(chat) => (
                &chat.service,
                chat.by_comet,
                LIVE + course_mark(chat.course),
            ),
            State::Idle | State::Over | State::Failed => return None,
        };
        let marks = stage + u64::from(by_comet) + u64::from(self.identified) * IDENTIFIED;
        let client = self.push.client_id().map_or("", |id| id);
        let mut kept = Kept::default();
        push_row(&mut kept.head, &[service, &decimal(marks), client]);
        kept.head.pop();
        self.view.outbox.write(&mut kept.messages);
        if let State::Live(chat) = &self.state {
            chat.write(&mut kept.head);
            kept.log = chat.log();
            for text in &chat.notices {
                push_row(&mut kept.messages, &[text, NOTICE]);
            }
        } else {
            kept.head.push_str(",0");
        }
        Some(kept)
    }

    /// Goes on with the chat of a snapshot: tells its transcript at once, with [`Phase::Restoring`], and a later phase
    /// when the server has said that the chat lives. What was on its way is settled by the transcript before
    /// anything is sent again. `visitor`: who had asked for the chat. `is_exact`: the page before did nothing more
    /// after it had left the snapshot; otherwise a message that was waiting may have left since, and is in doubt.
    ///
    /// False: nothing has happened, because the text is no snapshot, or a chat is on.
    pub fn restore(
        &mut self,
        snapshot: &str,
        is_exact: bool,
        visitor: Visitor,
        now: Moment,
    ) -> bool {
        let parts = json::parse(snapshot);
        let parts = parts.as_ref().and_then(Value::as_array);
        let (State::Idle, Some([service, marks, client, chat, events, messages])) =
            (&self.state, parts)
        else {
            return false;
        };
        let (Some(service), Some(marks), Some(messages)) = (
            json::text(service),
            json::number(marks),
            messages.as_array(),
        ) else {
            return false;
        };
        if matches!(&*service, "" | "." | "..") {
            return false;
        }
        let is = |mark| marks & mark != 0;
        self.identified = is(IDENTIFIED);
        drop(self.view.clear(&visitor.display_name));
        self.view.enter(Phase::Restoring);
        let step = if is(QUEUED) {
            Step::Queued { service, next: now }
        } else {
            Step::Doubting { service }
        };
        self.begin(visitor, is(BY_COMET), step);
        if is(LIVE) && self.on_created(chat, true, now).is_ok() {
            let mut object = ChatObject {
                events: wire::read_all(events),
                ..ChatObject::default()
            };
            // What had been missing was shown, and so written, late.
            if let Some(events) = &mut object.events {
                sort(events);
            }
            self.take_object(object, None, now);
            if let State::Live(chat) = &mut self.state {
                chat.resume(&mut self.view, now);
            }
        }
        let reached = self.position().unwrap_or(1);
        for message in messages {
            let row = Row(message);
            let (text, step) = (row.text(0), row.text(1));
            let left_at = row.number(2);
            if step == TAKEN_STEP {
                continue;
            }
            if step == NOTICE {
                self.notice(text);
            } else if step == QUEUED_STEP && !is_exact {
                self.view.resume(text, DOUBTFUL_STEP, Some(reached), now);
            } else if step == DOUBTFUL_STEP {
                // Another tab may have sent it meanwhile.
                let left_at = left_at.or(Some(reached));
                self.view.resume(text, DOUBTFUL_STEP, left_at, now);
            } else {
                self.view.resume(text, &step, left_at, now);
            }
        }
        if !is_exact {
            self.view.outbox.expect_strangers();
        }
        if is(BY_COMET) {
            let position = self.position();
            let client = json::text(client).filter(|id| !id.is_empty());
            self.push.reopen(client, position, now);
        }
        if is(LEAVING) {
            self.end(now);
        }
        self.settle(now);
        true
    }

    /// The highest position of the chat that was seen.
    pub(super) fn position(&self) -> Option<u64> {
        match &self.state {
            State::Live(chat) => Some(chat.sequence.reached()),
            State::Starting(_) | State::Idle | State::Over | State::Failed => None,
        }
    }

    /// The server speaks of the chat: unless it says that it is over, it can be used.
    pub(super) fn prove(&mut self, state: Option<ChatState>) {
        if let State::Live(chat) = &mut self.state
            && chat.course == Course::Returning
            && state != Some(ChatState::Disconnected)
            // What the snapshot says is no proof: nobody has been asked yet.
            && self.rest.last_begun().is_some()
        {
            chat.course = Course::Open;
            if !chat.roster.agent_seen() {
                self.view.enter(Phase::Waiting);
            }
            self.note_agent();
        }
    }
}

/// Puts events in the order of their positions. Nearly all stand so already, and the standard library's way weighs 2 KB.
fn sort(events: &mut [wire::Event]) {
    for place in 1..events.len() {
        let mut place = place;
        while place > 0 && events[place - 1].index > events[place].index {
            events.swap(place - 1, place);
            place -= 1;
        }
    }
}

fn start_mark(step: &Step) -> u64 {
    match step {
        Step::Queued { .. } => QUEUED,
        Step::Proving | Step::Service | Step::Creating { .. } | Step::Doubting { .. } => 0,
    }
}

fn course_mark(course: Course) -> u64 {
    match course {
        Course::Returning | Course::Open | Course::Closing { .. } => 0,
        Course::Leaving { .. } => LEAVING,
    }
}
