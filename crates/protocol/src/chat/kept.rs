//! A chat that outlives its page: the snapshot that one page leaves and the next one takes up.
//!
//! No secret is in it: neither `secureKey`, which is never asked for, nor `gms_user`.

use super::start::Start;
use super::talk::{Chat, Course};
use super::view::View;
use super::{Phase, Session, State};
use crate::Moment;
use crate::pack::{Packer, Parcel};

/// Snapshots of another version are refused.
const VERSION: u64 = 1;

/// What the window adds to a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// What the visitor was writing.
    pub draft: String,
    /// How many messages had not been seen.
    pub unread: u32,
}

impl Session {
    /// Everything that another page needs to go on with this chat, as a text: the transcript, the messages on their
    /// way, the names and positions that the server knows. `None`: there is no chat to go on with.
    pub fn snapshot(&self, desk: &Desk) -> Option<String> {
        let (service, by_comet) = match &self.state {
            State::Starting(start) => (start.service()?, start.by_comet),
            State::Live(chat) => (&chat.service, chat.by_comet),
            State::Idle | State::Over | State::Failed => return None,
        };
        let mut out = Packer::default();
        out.text(&desk.draft);
        out.number(desk.unread.into());
        out.text(service);
        out.flag(by_comet);
        out.flag(self.identified);
        out.name(self.push.client_id());
        match &self.state {
            State::Starting(start) => {
                out.flag(false);
                start.pack(&mut out);
            }
            State::Live(chat) => {
                out.flag(true);
                chat.pack(&mut out);
            }
            State::Idle | State::Over | State::Failed => {}
        }
        self.view.pack(&mut out);
        Some(out.finish(VERSION))
    }

    /// Goes on with the chat of a snapshot: tells its transcript at once, with [`Phase::Restoring`], and a later phase
    /// when the server has said that the chat lives. What was on its way is settled by the transcript before
    /// anything is sent again.
    ///
    /// `None`: nothing has happened, because the text is no snapshot of this version, is damaged, or a chat is on.
    pub fn restore(&mut self, snapshot: &str, now: Moment) -> Option<Desk> {
        if !matches!(self.state, State::Idle) {
            return None;
        }
        let mut parcel = Parcel::read(snapshot, VERSION)?;
        let desk = Desk {
            draft: parcel.text(),
            unread: u32::try_from(parcel.number()).unwrap_or_default(),
        };
        let service = parcel.text();
        parcel.demand(!matches!(service.as_str(), "" | "." | ".."));
        let by_comet = parcel.flag();
        let identified = parcel.flag();
        let client = parcel.name();
        let mut view = View::new();
        view.enter(Phase::Restoring);
        let known = service.clone();
        let (state, leaving) = if parcel.flag() {
            let (chat, leaving) = Chat::unpack(known, by_comet, &mut parcel, &mut view, now);
            (State::Live(Box::new(chat)), leaving)
        } else {
            let start = Start::unpack(known, by_comet, &mut parcel, now);
            (State::Starting(Box::new(start)), false)
        };
        view.unpack(&mut parcel, now);
        if !parcel.is_good() {
            return None;
        }
        self.view.become_other(view);
        self.state = state;
        self.identified = identified;
        self.identify(&service);
        self.rest.start_anew(now);
        if by_comet {
            let position = self.position();
            self.push.reopen(client, position, now);
        }
        if leaving {
            self.end(now);
        }
        self.settle(now);
        Some(desk)
    }

    /// The highest position of the chat that was seen.
    pub(super) fn position(&self) -> Option<u64> {
        match &self.state {
            State::Live(chat) => Some(chat.sequence.reached()),
            State::Starting(_) | State::Idle | State::Over | State::Failed => None,
        }
    }

    /// The server speaks of the chat as one that goes on: it can be used.
    pub(super) fn prove(&mut self) {
        if let State::Live(chat) = &mut self.state
            && chat.course == Course::Returning
        {
            chat.course = Course::Open;
            if !chat.roster.agent_seen() {
                self.view.enter(Phase::Waiting);
            }
            self.note_agent();
        }
    }
}
