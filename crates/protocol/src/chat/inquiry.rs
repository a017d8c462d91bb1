//! Doubts that a refresh settles: when to ask, how often, and when to stop asking.

use std::time::Duration;

use super::call::RefreshForm;
use crate::Moment;
use crate::defect::{self, Defect};

/// So many answered refreshes without any progress, and a doubt is given up.
const TRIES: u32 = 3;
/// So many answered refreshes, whatever else they bring, and a message stays in doubt: those behind it go on.
const TRIES_FOR_A_MESSAGE: u32 = 6;
/// An answer may be followed by what it speaks of, on the channel.
const ROOM_FOR_PUSHES: Duration = Duration::from_secs(2);
/// An answer that knows a higher position than we do is believed to be right after this.
const HINT_PATIENCE: Duration = Duration::from_millis(1500);

/// What is in doubt, besides holes in the sequence and messages without an echo.
#[derive(Debug, Default)]
pub(crate) struct Inquiry {
    /// An answer named this position, which has not arrived; to be asked for at the moment.
    hint: Option<(u64, Moment)>,
    /// Hints up to here have been followed in vain.
    vain: u64,
    /// The CometD session was made anew: what was published in between may be missing.
    renewed: bool,
    /// The channel was interrupted, and no answer has shown since that nothing is missing.
    suspect: bool,
    /// CometD has said that nothing more will come: is the chat over?
    verdict: bool,
    tries: u32,
    /// Answered refreshes while a message was in doubt.
    message_tries: u32,
    not_before: Moment,
    reached: u64,
    hole: bool,
}

impl Inquiry {
    /// An answer named a position.
    pub(crate) fn hint(&mut self, position: u64, now: Moment) {
        let known = self.hint.map_or(self.vain, |(position, _)| position);
        if position > known {
            let at = match self.hint {
                Some((_, at)) => at,
                None => {
                    self.begin();
                    if self.suspect {
                        now
                    } else {
                        now + HINT_PATIENCE
                    }
                }
            };
            self.hint = Some((position, at));
        }
    }

    /// The channel may have lost something.
    pub(crate) fn renew(&mut self) {
        self.renewed = true;
        self.begin();
    }

    /// The channel has lost something, as far as anybody knows.
    pub(crate) fn suspect(&mut self) {
        self.suspect = true;
        // What was looked for in vain may have been lost already, and nobody knew.
        self.vain = 0;
        // While it was down, nothing could follow an answer that would have to be waited for.
        self.not_before = Moment::default();
        self.hint = self.hint.map(|(position, _)| (position, self.not_before));
        self.renew();
    }

    /// An answer has shown that nothing is missing.
    pub(crate) fn trust(&mut self) {
        self.suspect = false;
    }

    /// Whether the chat is over has to be found out.
    pub(crate) fn ask_for_verdict(&mut self) {
        self.verdict = true;
        self.begin();
    }

    /// Whether somebody waits for the verdict; asks nobody twice.
    pub(crate) fn take_verdict(&mut self) -> bool {
        std::mem::take(&mut self.verdict)
    }

    /// Nothing is awaited any more up to this position. `hole`: events behind it are held.
    pub(crate) fn note_reached(&mut self, reached: u64, hole: bool) {
        if self.reached != reached || hole != self.hole {
            self.reached = reached;
            self.hole = hole;
            self.tries = 0;
        }
        if self.hint.is_some_and(|(position, _)| position <= reached) {
            self.hint = None;
        }
    }

    /// A new doubt has arisen: earlier tries were not meant for it.
    pub(crate) fn begin(&mut self) {
        self.tries = 0;
    }

    /// Since when there is a doubt, or from when there will be one.
    /// `messages`: when the outbox wants news.
    pub(crate) fn doubt(&self, messages: Option<Moment>) -> Option<Moment> {
        let at_once = (self.hole || self.renewed || self.verdict).then_some(Moment::default());
        let hint = self.hint.map(|(_, at)| at);
        [at_once, hint, messages].into_iter().flatten().min()
    }

    /// The earliest moment for the next question.
    pub(crate) fn not_before(&self) -> Moment {
        self.not_before
    }

    /// The form of the next refresh: the documented ones in turn.
    pub(crate) fn form(&self) -> RefreshForm {
        if self.tries % 2 == 1 && !defect::on(Defect::AsksInOneForm) {
            RefreshForm::FromStart
        } else {
            RefreshForm::Body
        }
    }

    /// A refresh was answered: whatever it could bring of a renewed channel's past, it has brought.
    /// Answers whether the channel had been renewed.
    pub(crate) fn hear(&mut self) -> bool {
        std::mem::take(&mut self.renewed)
    }

    /// Nothing is in doubt after this answer.
    pub(crate) fn settle(&mut self, now: Moment) {
        self.tries = 0;
        self.not_before = now;
    }

    /// Something is in doubt even after this answer. `counts`: what it speaks of could have arrived.
    /// Answers whether it is the second in a row that brought nothing.
    pub(crate) fn wonder(&mut self, counts: bool, now: Moment) -> bool {
        // The last try's time is not put off by the polls that go on beside it.
        if self.tries < TRIES {
            self.tries += u32::from(counts);
            self.not_before = now + ROOM_FOR_PUSHES;
        }
        counts && self.tries == 2
    }

    /// Counts an answer that could have shown what became of a message. Answers whether enough have come.
    pub(crate) fn despair_of_message(&mut self, in_doubt: bool) -> bool {
        self.message_tries = if in_doubt { self.message_tries + 1 } else { 0 };
        let enough = self.message_tries >= TRIES_FOR_A_MESSAGE;
        if enough {
            self.message_tries = 0;
        }
        enough
    }

    /// When the doubts are given up unless something arrives; `None` as long as asking goes on.
    pub(crate) fn gives_up_at(&self) -> Option<Moment> {
        (self.tries >= TRIES).then_some(self.not_before)
    }

    /// Gives the hint up. Answers the position up to which an interrupted channel has lost something,
    /// or the server keeps something to itself that is `polled` for.
    pub(crate) fn give_up_hint(&mut self, polled: bool) -> Option<u64> {
        let (position, _) = self.hint.take()?;
        self.vain = position;
        (self.suspect || polled).then_some(position)
    }
}
