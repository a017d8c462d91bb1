//! The visitor's messages on their way: each is sent once, in order, and knows its fate.

use std::time::Duration;

use super::{EntryKey, Fate, Problem};
use crate::Moment;
use crate::defect::{self, Defect};
use crate::json::{decimal, push_row};
use crate::text::unbroken;

/// More messages than this do not wait at a time.
const MOST: usize = 100;
/// Steps in a snapshot.
pub(crate) const QUEUED_STEP: &str = "q";
pub(crate) const DOUBTFUL_STEP: &str = "d";
pub(crate) const UNPROVEN_STEP: &str = "u";
/// A request that got no answer may still reach the server this much later.
const STRAGGLE: Duration = Duration::from_secs(5);

/// A message that the transcript does not hold yet.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// Its entry.
    pub(crate) key: EntryKey,
    /// Its text, as typed.
    pub(crate) text: String,
    step: Step,
    /// The highest position known when it left for the first time: its echo comes later.
    left_at: Option<u64>,
}

/// How far a message has come.
///
/// ```text
///   Queued --> Leaving --> Accepted --never shown--> Assumed
///     ^           |
///     |           |--reply lost--> Doubtful --absence proven--> Queued
///     |           v                   v
///     `--retry-- Refused           Unproven --retry--> Queued
///
///   An echo settles a message at any step but Queued.
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Waits for its turn.
    Queued,
    /// On the wire.
    Leaving,
    /// The server said yes; the echo is awaited.
    Accepted { since: Moment },
    /// The reply was lost. A refresh that was sent at `provable` or later can prove its absence.
    Doubtful { provable: Moment },
    /// The server said yes and shows no echo: its word counts.
    Assumed,
    /// Neither presence nor absence could be proven, and others have overtaken it.
    Unproven,
    /// Refused.
    Refused(Problem),
}

/// Messages in the order in which they leave.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    messages: Vec<Outgoing>,
    /// The last texts that the transcript has shown to be ours.
    echoed: Vec<String>,
    /// Where the page before may have written what this one does not know: behind it stand the messages of this one.
    strangers: Option<EntryKey>,
}

impl Outbox {
    /// The page before could not say when it ended: it may have written more than is here.
    pub(crate) fn expect_strangers(&mut self) {
        let last = self.messages.last();
        self.strangers = Some(last.map_or(EntryKey(0), |message| message.key));
    }

    /// Whether another message can wait.
    fn has_room(&self) -> bool {
        let waits = |message: &&Outgoing| !message.step.is_loose();
        self.messages.iter().filter(waits).count() < MOST
    }

    /// A new message. It fails at once when too many wait already.
    pub(crate) fn push(&mut self, key: EntryKey, text: String) {
        let step = if self.has_room() {
            Step::Queued
        } else {
            Step::Refused(Problem::Busy { retry_after: None })
        };
        self.messages.push(Outgoing {
            key,
            text,
            step,
            left_at: None,
        });
    }

    /// Writes every message and how far it has come: text, step, place.
    pub(crate) fn write(&self, out: &mut String) {
        for message in &self.messages {
            let left_at = message.left_at.map_or_else(String::new, decimal);
            push_row(out, &[&message.text, message.step.code(), &left_at]);
        }
    }

    /// The last message was written so on another page. Answers its entry.
    pub(crate) fn resume(
        &mut self,
        step: &str,
        left_at: Option<u64>,
        now: Moment,
    ) -> Option<EntryKey> {
        let message = self.messages.last_mut()?;
        message.step = Step::of_code(step, now);
        message.left_at = left_at;
        Some(message.key)
    }

    /// The message whose turn it is: none while one is on the wire or in doubt, for it must not be overtaken.
    pub(crate) fn ready(&self) -> Option<EntryKey> {
        for message in &self.messages {
            match message.step {
                Step::Queued => return Some(message.key),
                Step::Doubtful { .. } if defect::on(Defect::OvertakesDoubtful) => {}
                Step::Leaving | Step::Doubtful { .. } => return None,
                Step::Accepted { .. } | Step::Assumed | Step::Unproven | Step::Refused(_) => {}
            }
        }
        None
    }

    /// The text of a message.
    pub(crate) fn text(&self, key: EntryKey) -> Option<&str> {
        let message = self.messages.iter().find(|message| message.key == key)?;
        Some(&message.text)
    }

    /// The message goes on the wire. `highest` is the highest position known.
    pub(crate) fn leave(&mut self, key: EntryKey, highest: u64) {
        if let Some(message) = self.message(key) {
            message.step = Step::Leaving;
            message.left_at.get_or_insert(highest);
        }
    }

    /// The server accepted the message.
    pub(crate) fn accept(&mut self, key: EntryKey, now: Moment) {
        self.turn(key, Step::Accepted { since: now });
    }

    /// The server refused the message.
    pub(crate) fn refuse(&mut self, key: EntryKey, problem: Problem) {
        if defect::on(Defect::FailsThoseBehind) {
            self.close(&problem);
        }
        self.turn(key, Step::Refused(problem));
    }

    /// Whether the server has the message is not known. `answered`: it has finished with the request.
    pub(crate) fn doubt(&mut self, key: EntryKey, answered: bool, now: Moment) {
        if defect::on(Defect::ResendsUnproven) {
            return self.turn(key, Step::Queued);
        }
        let provable = if answered { now } else { now + STRAGGLE };
        self.turn(key, Step::Doubtful { provable });
    }

    /// Changes the step of a message that is on the wire; one that has been settled meanwhile stays so.
    fn turn(&mut self, key: EntryKey, step: Step) {
        if let Some(message) = self.message(key)
            && message.step == Step::Leaving
        {
            message.step = step;
        }
    }

    /// A message of the visitor stands in the transcript at `position`: takes out the one that it is.
    ///
    /// That is the first with this text, else (the server may have changed it) the first that it can be.
    pub(crate) fn echo(&mut self, text: &str, position: u64) -> Option<Outgoing> {
        let after = |message: &Outgoing| message.left_at.is_some_and(|left| position > left);
        let same = |message: &Outgoing| after(message) && is_same(&message.text, text);
        // What this page has written before is no changed text: somebody has delivered it twice.
        let again = self.has_echoed(text) && !defect::on(Defect::MistakesEchoes);
        // Nor is what a page wrote just before it crashed: that stands in front of all that this one writes.
        let strangers = self.strangers.take();
        let is_known = |key: EntryKey| strangers.is_none_or(|last| key.0 <= last.0);
        let changed = |message: &Outgoing| {
            !again && after(message) && message.step.is_under_way() && is_known(message.key)
        };
        let place = self
            .messages
            .iter()
            .position(|message| same(message) && message.step.is_under_way());
        // The server's yes goes before what was refused or never proven.
        let assumed = |message: &Outgoing| same(message) && message.step == Step::Assumed;
        let place = place.or_else(|| self.messages.iter().position(assumed));
        let place = place.or_else(|| self.messages.iter().position(same));
        let place = place.or_else(|| self.messages.iter().position(changed))?;
        self.note_echo(text);
        let echoed = self.messages.remove(place);
        // Of two with the same words nobody can say which one this is: the other may be the one that left first.
        for twin in &mut self.messages {
            if twin.text == echoed.text && twin.left_at < Some(position) {
                twin.left_at = twin.left_at.min(echoed.left_at);
            }
        }
        if defect::on(Defect::OneEchoForAll) {
            self.messages.retain(|message| message.text != echoed.text);
        }
        Some(echoed)
    }

    /// A refresh that was sent at `asked` showed everything up to `position`, where the transcript
    /// ends: what is not there never arrived, and is sent again; what has been overtaken has failed.
    /// What was accepted and is not there is taken as sent. Answers the messages concerned.
    /// `complete`: whether everything behind a position has been seen.
    pub(crate) fn prove_absent(
        &mut self,
        asked: Moment,
        position: u64,
        patience: Duration,
        complete: impl Fn(u64) -> bool,
    ) -> Vec<EntryKey> {
        self.change(|message| match message.step {
            // A transcript that ends before the message left proves nothing but a miscount.
            _ if message.left_at.is_some_and(|left| left > position) => None,
            Step::Accepted { since } if since + patience <= asked => Some(Step::Assumed),
            // It may stand where something was never seen.
            _ if message.left_at.is_some_and(|left| !complete(left)) => None,
            Step::Doubtful { provable } if provable <= asked => Some(Step::Queued),
            Step::Unproven => Some(Step::Refused(Problem::Unreachable)),
            Step::Queued | Step::Leaving | Step::Accepted { .. } => None,
            Step::Doubtful { .. } | Step::Assumed | Step::Refused(_) => None,
        })
    }

    /// Positions were counted wrongly: any may be that of an echo.
    pub(crate) fn recount(&mut self) {
        for message in &mut self.messages {
            message.left_at = message.left_at.and(Some(0));
        }
    }

    /// The texts of the messages that never left.
    pub(crate) fn unsent(self) -> Vec<String> {
        let unsent = |message: &Outgoing| message.left_at.is_none();
        let messages = self.messages.into_iter().filter(unsent);
        messages.map(|message| message.text).collect()
    }

    /// From when on a refresh can prove the absence of the message in doubt.
    pub(crate) fn provable(&self) -> Option<Moment> {
        self.messages.iter().find_map(|message| match message.step {
            Step::Doubtful { provable } => Some(provable),
            Step::Queued | Step::Leaving | Step::Accepted { .. } => None,
            Step::Assumed | Step::Unproven | Step::Refused(_) => None,
        })
    }

    /// How many messages the server has taken, and will show behind everything that has come.
    /// `complete`: whether everything behind a position has come.
    pub(crate) fn unseen(&self, complete: impl Fn(u64) -> bool) -> u64 {
        let taken = |message: &&Outgoing| match message.step {
            Step::Accepted { .. } | Step::Assumed => true,
            Step::Queued | Step::Leaving | Step::Doubtful { .. } => false,
            Step::Unproven | Step::Refused(_) => false,
        };
        let ahead = |message: &&Outgoing| message.left_at.is_some_and(&complete);
        self.messages.iter().filter(taken).filter(ahead).count() as u64
    }

    /// When a refresh is wanted: at once for a doubt, later for an echo that keeps us waiting.
    pub(crate) fn wants_news(&self, patience: Duration) -> Option<Moment> {
        let wish = |message: &Outgoing| match message.step {
            Step::Doubtful { .. } => Some(Moment::default()),
            Step::Accepted { since } => Some(since + patience),
            Step::Queued | Step::Leaving => None,
            Step::Assumed | Step::Unproven | Step::Refused(_) => None,
        };
        self.messages.iter().filter_map(wish).min()
    }

    /// No refresh that was sent by `asked` brought clarity: what was accepted long enough ago is taken
    /// as sent, what could have been proven absent stays unknown. Answers the messages concerned.
    pub(crate) fn give_up(&mut self, asked: Moment, patience: Duration) -> Vec<EntryKey> {
        self.change(|message| match message.step {
            Step::Accepted { since } if since + patience <= asked => Some(Step::Assumed),
            Step::Doubtful { provable } if provable <= asked => Some(Step::Unproven),
            Step::Accepted { .. } | Step::Doubtful { .. } => None,
            Step::Queued | Step::Leaving | Step::Assumed | Step::Unproven | Step::Refused(_) => {
                None
            }
        })
    }

    /// The chat is over: what has not left fails, what is on its way stays unknown.
    /// Answers the messages concerned.
    pub(crate) fn close(&mut self, problem: &Problem) -> Vec<EntryKey> {
        self.change(|message| match message.step {
            Step::Queued => Some(Step::Refused(problem.clone())),
            Step::Leaving | Step::Doubtful { .. } => Some(Step::Unproven),
            Step::Accepted { .. } => Some(Step::Assumed),
            Step::Assumed | Step::Unproven | Step::Refused(_) => None,
        })
    }

    fn change(&mut self, to: impl Fn(&Outgoing) -> Option<Step>) -> Vec<EntryKey> {
        let mut changed = Vec::new();
        for message in &mut self.messages {
            if let Some(step) = to(message) {
                message.step = step;
                changed.push(message.key);
            }
        }
        changed
    }

    /// Queues a failed message once more, as the last.
    pub(crate) fn retry(&mut self, key: EntryKey) -> bool {
        let Some(mut message) = self.discard(key) else {
            return false;
        };
        message.step = Step::Queued;
        self.messages.push(message);
        true
    }

    /// Takes a failed message out.
    pub(crate) fn discard(&mut self, key: EntryKey) -> Option<Outgoing> {
        let failed = |message: &Outgoing| message.key == key && message.step.is_final();
        let place = self.messages.iter().position(failed)?;
        Some(self.messages.remove(place))
    }

    /// What the visitor is to know about a message.
    pub(crate) fn fate(&self, key: EntryKey) -> Option<Fate> {
        let message = self.messages.iter().find(|message| message.key == key)?;
        Some(match &message.step {
            Step::Queued | Step::Leaving | Step::Accepted { .. } => Fate::Sending,
            Step::Assumed => Fate::Sent,
            Step::Doubtful { .. } => Fate::Unknown,
            Step::Unproven => Fate::Unproven,
            Step::Refused(problem) => Fate::Failed(problem.clone()),
        })
    }

    /// Whether no message is on its way, or about to be.
    pub(crate) fn is_settled(&self) -> bool {
        self.messages.iter().all(|message| message.step.is_loose())
    }

    /// Whether the message waits for nothing any more.
    pub(crate) fn is_loose(&self, key: EntryKey) -> bool {
        let loose = |message: &Outgoing| message.key == key && message.step.is_loose();
        self.messages.iter().any(loose)
    }

    /// A text of ours stands in the transcript.
    pub(crate) fn note_echo(&mut self, text: &str) {
        if self.echoed.len() == MOST {
            self.echoed.remove(0);
        }
        self.echoed.push(text.to_owned());
    }

    /// Whether the transcript has shown a text of ours with these words.
    pub(crate) fn has_echoed(&self, text: &str) -> bool {
        self.echoed.iter().any(|before| is_same(before, text))
    }

    fn message(&mut self, key: EntryKey) -> Option<&mut Outgoing> {
        self.messages.iter_mut().find(|message| message.key == key)
    }
}

impl Step {
    /// The step as a snapshot has it.
    fn code(&self) -> &'static str {
        match self {
            Self::Queued => QUEUED_STEP,
            // The page's end takes the request with it; the server may have it.
            Self::Leaving | Self::Doubtful { .. } => DOUBTFUL_STEP,
            Self::Accepted { .. } => "a",
            Self::Assumed => "s",
            Self::Unproven => UNPROVEN_STEP,
            Self::Refused(_) => "r",
        }
    }

    /// The step of a snapshot, at the beginning of another page. What cannot be read is not sent by itself.
    fn of_code(code: &str, now: Moment) -> Self {
        match code {
            QUEUED_STEP => Self::Queued,
            DOUBTFUL_STEP => Self::Doubtful {
                provable: now + STRAGGLE,
            },
            "a" => Self::Accepted { since: now },
            "s" => Self::Assumed,
            UNPROVEN_STEP => Self::Unproven,
            _ => Self::Refused(Problem::Refused {
                status: 0,
                message: None,
            }),
        }
    }

    /// Whether the server may have the message, and its echo is awaited.
    fn is_under_way(&self) -> bool {
        match self {
            Self::Leaving | Self::Accepted { .. } | Self::Doubtful { .. } => true,
            Self::Queued | Self::Assumed | Self::Unproven | Self::Refused(_) => false,
        }
    }

    /// Whether nothing happens to the message any more by itself.
    fn is_loose(&self) -> bool {
        match self {
            Self::Assumed | Self::Unproven | Self::Refused(_) => true,
            Self::Queued | Self::Leaving | Self::Accepted { .. } | Self::Doubtful { .. } => false,
        }
    }

    /// Whether the visitor may retry or discard the message.
    fn is_final(&self) -> bool {
        self.is_loose() && *self != Self::Assumed
    }
}

/// Whether two texts differ in nothing but their line breaks and the blanks around them.
pub(crate) fn is_same(typed: &str, echoed: &str) -> bool {
    unbroken(typed.trim()) == unbroken(echoed.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_wrote_just_before_it_crashed_is_not_taken_for_what_the_next_one_writes() {
        for (has_strangers, first) in [(false, Some(EntryKey(1))), (true, None)] {
            let mut outbox = Outbox::default();
            if has_strangers {
                outbox.expect_strangers();
            }
            outbox.push(EntryKey(1), "mine".to_owned());
            outbox.leave(EntryKey(1), 6);
            let other = outbox.echo("other words", 7).map(|it| it.key);
            assert_eq!(other, first, "otherwise the server may have changed them");
            let mine = outbox.echo("mine", 8).map(|it| it.key);
            assert_eq!(mine.is_some(), has_strangers);
        }
    }

    #[test]
    fn an_echo_is_of_the_message_that_was_taken_and_not_of_its_refused_twin() {
        let mut outbox = Outbox::default();
        let (refused, taken) = (EntryKey(1), EntryKey(2));
        for key in [refused, taken] {
            outbox.push(key, "hello".to_owned());
            outbox.leave(key, 4);
            match key == refused {
                true => outbox.refuse(key, Problem::Unauthorised { status: 401 }),
                false => outbox.accept(key, Moment::from_millis(1)),
            }
        }
        outbox.give_up(Moment::from_millis(1), Duration::ZERO);
        assert_eq!(outbox.fate(taken), Some(Fate::Sent));
        assert_eq!(outbox.echo("hello", 7).unwrap().key, taken);
    }

    #[test]
    fn where_something_was_never_seen_nothing_is_proven_absent() {
        let mut outbox = Outbox::default();
        let (key, moment) = (EntryKey(1), Moment::from_millis(1));
        outbox.push(key, "hello".to_owned());
        outbox.leave(key, 4);
        outbox.doubt(key, true, moment);
        let mut absent = |complete: bool| {
            let seen = |behind| complete && behind == 4;
            outbox.prove_absent(moment, 6, Duration::ZERO, seen)
        };
        assert!(absent(false).is_empty());
        assert_eq!(absent(true), [key]);
    }
}
