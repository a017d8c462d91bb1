//! A created chat as it is kept over a reload.

use std::time::Duration;

use super::super::sequence::Arrival;
use super::super::view::View;
use super::Chat;
use crate::json::{push_decimal, push_string};
use crate::{Moment, wire};

impl Chat {
    /// Takes note of what is shown.
    pub(super) fn note(&mut self, arrival: &Arrival) {
        self.roster.note(&arrival.event);
        wire::write(&mut self.log, &arrival.event, arrival.position);
    }

    /// The events that were shown, as rows of JSON.
    pub(crate) fn log(&self) -> &str {
        &self.log
    }

    /// Writes the answer to its creation as it would be given today.
    pub(crate) fn write(&self, out: &mut String) {
        out.push_str(r#",{"chatIxnState":"CONNECTED","transcriptPosition":"#);
        push_decimal(out, self.begin);
        out.push_str(r#","chatSessionId":"#);
        push_string(out, self.session_id.as_ref().map_or("", |id| id));
        if let Some(started_at) = self.started_at {
            out.push_str(r#","startedAt":"#);
            push_decimal(out, started_at);
        }
        out.push('}');
    }

    /// All that another page has shown is here: what is missing was missing there.
    pub(crate) fn resume(&mut self, view: &mut View, now: Moment) {
        while self.sequence.has_hole() {
            self.give_up(view, now, Duration::ZERO);
        }
        view.typists.clear();
        self.inquiry.renew();
    }
}
