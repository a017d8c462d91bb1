//! A CometD session at the server: its queue, its batches, its held connect.

use std::collections::VecDeque;

use super::chat::Span;
use crate::plan::Setting;

/// A session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) client_id: String,
    pub(crate) user: String,
    pub(crate) cookie: u32,
    /// The node of the cluster that knows it.
    pub(crate) node: u8,
    pub(crate) subscribed: bool,
    pub(crate) held: Option<Held>,
    /// When it was last heard of: a connect came, or its answer went.
    pub(crate) heard: u64,
    /// Whether its connects have had advice.
    pub(crate) advised: bool,
    pub(crate) ending: Ending,
    pub(crate) queue: VecDeque<Parcel>,
    /// `None` without the acknowledgement extension.
    acks: Option<Acks>,
}

/// Batches that the client may not have.
#[derive(Clone, Debug)]
struct Acks {
    batch: u64,
    sent: VecDeque<(u64, Vec<Parcel>)>,
}

/// A connect that waits for news.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) exchange: usize,
    pub(crate) id: String,
    pub(crate) until: u64,
}

/// Something to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    /// The message, as JSON.
    pub(crate) json: String,
    /// What it shows.
    pub(crate) span: Option<Span>,
}

/// How a session is about to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Not at all.
    No,
    /// The next connect reply advises `none`, as soon as the queue is empty.
    None,
    /// The next connect reply advises `none`, whatever it brings.
    NoneAtOnce,
    /// The next connect reply comes with `/meta/disconnect`.
    Disconnect,
}

impl Session {
    /// A session that has just been granted. `batch`: the number to begin from, with the extension.
    pub(crate) fn new(client_id: String, user: &str, cookie: u32, node: u8, now: u64) -> Self {
        Self {
            client_id,
            user: user.to_owned(),
            cookie,
            node,
            subscribed: false,
            held: None,
            heard: now,
            advised: false,
            ending: Ending::No,
            queue: VecDeque::new(),
            acks: None,
        }
    }

    /// Counts batches from this number.
    pub(crate) fn grant_acks(&mut self, batch: u64) {
        self.acks = Some(Acks {
            batch,
            sent: VecDeque::new(),
        });
    }

    /// The number of the last batch, with the extension.
    pub(crate) fn batch(&self) -> Option<u64> {
        self.acks.as_ref().map(|acks| acks.batch)
    }

    pub(crate) fn has_acks(&self) -> bool {
        self.acks.is_some()
    }

    /// The client has everything up to this batch; the rest is delivered once more.
    pub(crate) fn acknowledged(&mut self, number: u64) {
        let Some(acks) = &mut self.acks else { return };
        acks.sent.retain(|(batch, _)| *batch > number);
        for (_, parcels) in acks.sent.drain(..).rev() {
            for parcel in parcels.into_iter().rev() {
                self.queue.push_front(parcel);
            }
        }
    }

    /// Takes everything out of the queue for one answer, with the answer's number.
    pub(crate) fn take(&mut self) -> (Vec<Parcel>, Option<u64>) {
        let parcels: Vec<Parcel> = self.queue.drain(..).collect();
        let batch = self.acks.as_mut().map(|acks| {
            acks.batch += 1;
            acks.sent.push_back((acks.batch, parcels.clone()));
            acks.batch
        });
        (parcels, batch)
    }

    /// Whether a connect is answered at once.
    pub(crate) fn has_news(&self) -> bool {
        !self.queue.is_empty() || self.ending != Ending::No
    }

    /// When something is due: the end of a hold, or of the session.
    pub(crate) fn due(&self, setting: &Setting) -> u64 {
        match &self.held {
            Some(held) => held.until,
            None => self.heard + setting.max_interval,
        }
    }
}
