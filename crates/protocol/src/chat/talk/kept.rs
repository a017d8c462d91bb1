//! A created chat as it is kept over a reload: what it has shown is told to the next page as if the server did.

use std::time::Duration;

use super::super::sequence::{Arrival, Batch, Sequence};
use super::super::view::View;
use super::{Chat, Course};
use crate::Moment;
use crate::chat::{Party, Role};
use crate::pack::{Packer, Parcel};
use crate::wire::{self, ChatObject};

/// Everything that was shown, packed as it came.
#[derive(Debug)]
pub(super) struct Log {
    /// The position after which the chat began.
    begin: u64,
    count: u64,
    parts: Packer,
}

impl Log {
    /// Of a chat that begins after this position.
    pub(super) fn begin(begin: u64) -> Self {
        Self {
            begin,
            count: 0,
            parts: Packer::default(),
        }
    }

    /// Something is shown; `joined`: together with what was noted before it.
    pub(super) fn note(&mut self, arrival: &Arrival, joined: bool) {
        let (event, out) = (&arrival.event, &mut self.parts);
        self.count += 1;
        out.flag(joined);
        out.number(arrival.position);
        out.number(match event.party.role {
            Role::Client => 0,
            Role::Agent => 1,
            Role::Supervisor => 2,
            Role::External => 3,
        });
        out.text(&event.party.nickname);
        out.text(event.kind.name());
        out.text(&event.text);
        out.number(event.seconds.map_or(0, |seconds| seconds.saturating_add(1)));
    }
}

impl Chat {
    /// Packs what cannot be asked of the server again.
    pub(crate) fn pack(&self, out: &mut Packer) {
        out.name(self.session_id.as_ref());
        out.name(self.alias.as_ref());
        out.number(self.started_at.unwrap_or_default());
        out.flag(matches!(self.course, Course::Leaving { .. }));
        out.texts(&self.notices);
        out.number(self.log.begin);
        out.number(self.log.count);
        out.append(&self.log.parts);
    }

    /// The chat as it was packed, not yet proved alive, and whether the visitor had asked for its end.
    pub(crate) fn unpack(
        service: String,
        by_comet: bool,
        parcel: &mut Parcel<'_>,
        view: &mut View,
        now: Moment,
    ) -> (Self, bool) {
        let mut chat = Self::new(service, by_comet, &ChatObject::default(), now);
        chat.course = Course::Returning;
        chat.session_id = parcel.name();
        chat.alias = parcel.name();
        chat.started_at = Some(parcel.number()).filter(|it| *it > 0);
        let leaving = parcel.flag();
        chat.notices = parcel.texts();
        chat.log.begin = parcel.number();
        chat.sequence = Sequence::begin(chat.log.begin);
        let mut left = parcel.number();
        let mut batch: Vec<wire::Event> = Vec::new();
        while parcel.has(&mut left) {
            if !parcel.flag() {
                chat.replay(std::mem::take(&mut batch), view, now);
            }
            batch.push(unpack(parcel));
        }
        chat.replay(batch, view, now);
        while chat.sequence.has_hole() {
            chat.give_up(view, now, Duration::ZERO);
        }
        view.typists.clear();
        chat.inquiry.renew();
        (chat, leaving)
    }

    /// Shows events that were shown on another page, at the position of the last one.
    fn replay(&mut self, events: Vec<wire::Event>, view: &mut View, now: Moment) {
        let last = events.last().and_then(|event| event.index);
        self.sequence.admit(Batch {
            events,
            last,
            first_guess: last.unwrap_or_default(),
            started_at: self.started_at,
        });
        self.show_ready(view, now, Duration::ZERO);
    }
}

fn unpack(parcel: &mut Parcel<'_>) -> wire::Event {
    wire::Event {
        index: Some(parcel.number()),
        party: Party {
            role: match parcel.number() {
                0 => Role::Client,
                1 => Role::Agent,
                2 => Role::Supervisor,
                _ => Role::External,
            },
            nickname: parcel.text(),
        },
        kind: wire::kind(parcel.text()),
        text: parcel.text(),
        seconds: parcel.number().checked_sub(1),
    }
}
