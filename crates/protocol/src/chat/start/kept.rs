//! A chat that is being started, as it is kept over a reload: the visitor keeps the place in the queue.

use super::{Delay, Start, Step};
use crate::Moment;
use crate::chat::Visitor;
use crate::pack::{Packer, Parcel};

impl Start {
    /// The service, once there is one.
    pub(crate) fn service(&self) -> Option<&String> {
        match &self.step {
            Step::Proving { service } => service.as_ref(),
            Step::Queued { service, .. } => Some(service),
            Step::Creating { service } | Step::Doubting { service } => Some(service),
            Step::Service => None,
        }
    }

    /// Packs what the visitor has said and how far the start has come.
    pub(crate) fn pack(&self, out: &mut Packer) {
        out.number(match (&self.step, self.delay) {
            (Step::Queued { .. }, _) => 3,
            (_, Delay::Yes) => 2,
            (_, Delay::Perhaps) => 1,
            (_, Delay::No) => 0,
        });
        let visitor = &self.visitor;
        out.text(&visitor.first_name);
        out.text(&visitor.last_name);
        out.text(&visitor.email);
        out.text(&visitor.subject);
        out.text(&visitor.display_name);
        out.count(visitor.data.len());
        for (name, value) in &visitor.data {
            out.text(name);
            out.text(value);
        }
    }

    /// The start as it was packed. Whether its chat exists is asked first.
    pub(crate) fn unpack(
        service: String,
        by_comet: bool,
        parcel: &mut Parcel<'_>,
        now: Moment,
    ) -> Self {
        let code = parcel.number();
        parcel.demand(code <= 3);
        let mut visitor = Visitor {
            first_name: parcel.text(),
            last_name: parcel.text(),
            email: parcel.text(),
            subject: parcel.text(),
            display_name: parcel.text(),
            data: Vec::new(),
        };
        let mut left = parcel.number();
        while parcel.has(&mut left) {
            visitor.data.push((parcel.text(), parcel.text()));
        }
        let step = if code == 3 {
            Step::Queued { service, next: now }
        } else {
            Step::Doubting { service }
        };
        Self {
            delay: match code {
                0 => Delay::No,
                1 => Delay::Perhaps,
                _ => Delay::Yes,
            },
            ..Self::new(visitor, by_comet, step)
        }
    }
}
