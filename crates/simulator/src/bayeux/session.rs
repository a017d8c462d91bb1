//! One CometD session: its subscriptions, its queue, and whether a connect is held.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::options::Batch;

/// Identifies one held connect among all that ever were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ticket(pub(crate) u64);

/// Whether somebody waits for events.
///
/// ```text
/// Idle --connect--> Held --event, hold time over, client gone--> Idle
/// Held --another connect--> Held          (the first one gets its verdict)
/// Idle --maxInterval over--> (removed)
/// ```
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// No connect is held; without one, the session is removed at this moment.
    Idle { expires: Instant },
    /// A connect is held.
    Held { ticket: Ticket, wake: Arc<Notify> },
}

/// The acknowledgement extension of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ack {
    /// The client did not ask for it.
    Off,
    /// The number of the last reply to a connect.
    On { last: u64 },
}

/// Whether the client knows how the server wants it to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advised {
    /// No connect was answered yet.
    Never,
    /// A reply carried advice.
    Retry,
    /// The last reply said `multiple-clients`.
    Crowded,
    /// The user's chat has ended: the next reply that finds nothing to deliver says `reconnect: none`.
    ChatOver,
}

#[derive(Clone, Debug)]
struct Queued {
    message: Value,
    /// The number of the reply that carried it first.
    batch: Option<u64>,
}

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    /// The cookie it was made with.
    pub(crate) browser: Option<String>,
    /// The value of `gms_user`, or what stands for it.
    pub(crate) user: String,
    pub(crate) line: Line,
    pub(crate) ack: Ack,
    pub(crate) advised: Advised,
    subscriptions: BTreeSet<String>,
    queue: VecDeque<Queued>,
}

impl Session {
    pub(crate) fn new(browser: Option<String>, user: String, ack: Ack, expires: Instant) -> Self {
        Self {
            browser,
            user,
            line: Line::Idle { expires },
            ack,
            advised: Advised::Never,
            subscriptions: BTreeSet::new(),
            queue: VecDeque::new(),
        }
    }

    pub(crate) fn subscribe(&mut self, channel: &str) {
        self.subscriptions.insert(channel.to_owned());
    }

    pub(crate) fn unsubscribe(&mut self, channel: &str) {
        self.subscriptions.remove(channel);
    }

    /// Whether it has subscribed to this channel, by name or by pattern.
    pub(crate) fn listens_to(&self, channel: &str) -> bool {
        self.subscriptions.iter().any(|subscription| {
            match (
                subscription.strip_suffix("/**"),
                subscription.strip_suffix("/*"),
            ) {
                (Some(parent), _) => channel
                    .strip_prefix(parent)
                    .is_some_and(|rest| rest.starts_with('/')),
                (None, Some(parent)) => channel
                    .strip_prefix(parent)
                    .and_then(|rest| rest.strip_prefix('/'))
                    .is_some_and(|last| !last.contains('/')),
                (None, None) => subscription == channel,
            }
        })
    }

    /// Puts a message into the queue and wakes the held connect.
    pub(crate) fn push(&mut self, message: Value) {
        self.queue.push_back(Queued {
            message,
            batch: None,
        });
        self.wake();
    }

    /// Makes the held connect look again.
    pub(crate) fn wake(&self) {
        if let Line::Held { wake, .. } = &self.line {
            wake.notify_one();
        }
    }

    pub(crate) fn has_queued(&self) -> bool {
        !self.queue.is_empty()
    }

    pub(crate) fn is_held(&self) -> bool {
        matches!(self.line, Line::Held { .. })
    }

    pub(crate) fn holds(&self, ticket: Ticket) -> bool {
        matches!(&self.line, Line::Held { ticket: held, .. } if *held == ticket)
    }

    pub(crate) fn has_expired(&self, now: Instant) -> bool {
        matches!(self.line, Line::Idle { expires } if expires <= now)
    }

    pub(crate) fn let_go(&mut self, expires: Instant) {
        self.line = Line::Idle { expires };
    }

    /// Drops what the client has dealt with.
    pub(crate) fn acknowledge(&mut self, batch: u64) {
        self.queue
            .retain(|queued| queued.batch.is_none_or(|carried| carried > batch));
    }

    /// What goes into a reply to a connect, and its number if the extension is on.
    ///
    /// With acknowledgement, the messages stay in the queue until their batch is acknowledged.
    pub(crate) fn take_for_connect(&mut self, batch: Batch) -> (Vec<Value>, Option<u64>) {
        let fresh = match batch {
            Batch::All => usize::MAX,
            Batch::One => 1,
        };
        let Ack::On { last } = &mut self.ack else {
            return (self.drain(fresh), None);
        };
        *last += 1;
        let number = *last;
        let known = self
            .queue
            .iter()
            .take_while(|queued| queued.batch.is_some());
        let count = known.count().saturating_add(fresh);
        let carried = self.queue.iter_mut().take(count).map(|queued| {
            queued.batch.get_or_insert(number);
            queued.message.clone()
        });
        (carried.collect(), Some(number))
    }

    /// What goes into any other reply: everything, unless acknowledgement keeps it for connects.
    pub(crate) fn take_for_others(&mut self) -> Vec<Value> {
        match self.ack {
            Ack::Off => self.drain(usize::MAX),
            Ack::On { .. } => Vec::new(),
        }
    }

    fn drain(&mut self, at_most: usize) -> Vec<Value> {
        let count = at_most.min(self.queue.len());
        self.queue
            .drain(..count)
            .map(|queued| queued.message)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn session(ack: Ack) -> Session {
        Session::new(None, "u".to_owned(), ack, Instant::now())
    }

    #[test]
    fn channels_match_names_and_patterns() {
        let mut session = session(Ack::Off);
        session.subscribe("/a/b");
        session.subscribe("/c/*");
        session.subscribe("/d/**");
        for (channel, heard) in [
            ("/a/b", true),
            ("/a/bc", false),
            ("/c/x", true),
            ("/c/x/y", false),
            ("/c", false),
            ("/d/x/y", true),
            ("/dx", false),
        ] {
            assert_eq!(session.listens_to(channel), heard, "{channel}");
        }
        session.unsubscribe("/a/b");
        assert!(!session.listens_to("/a/b"));
    }

    #[test]
    fn unacknowledged_messages_come_again_with_a_new_number() {
        let mut session = session(Ack::On { last: 0 });
        session.push(json!(1));
        session.push(json!(2));
        assert_eq!(
            session.take_for_connect(Batch::One),
            (vec![json!(1)], Some(1))
        );
        assert_eq!(
            session.take_for_connect(Batch::All),
            (vec![json!(1), json!(2)], Some(2))
        );
        session.acknowledge(1);
        assert_eq!(
            session.take_for_connect(Batch::All),
            (vec![json!(2)], Some(3))
        );
        session.acknowledge(3);
        assert_eq!(session.take_for_connect(Batch::All), (vec![], Some(4)));
    }

    #[test]
    fn without_acknowledgement_any_reply_empties_the_queue() {
        let mut session = session(Ack::Off);
        session.push(json!(1));
        session.push(json!(2));
        session.push(json!(3));
        assert_eq!(session.take_for_connect(Batch::One), (vec![json!(1)], None));
        assert_eq!(session.take_for_others(), [json!(2), json!(3)]);
        assert!(!session.has_queued());
    }
}
