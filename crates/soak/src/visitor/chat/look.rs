//! A chat held against the server's transcript: in a hush, and when it is over.

use gms_chat_protocol::chat::{End, Phase};

use tokio::time::Instant;

use super::Chat;
use crate::judge::{Demands, Harm, LAST_WORD, Line, judge};

impl Chat {
    /// Whether what is on the screen is what the server has. `is_late`: what is not so is a harm.
    pub(crate) async fn agrees(&mut self, visitor: usize, is_late: bool) -> bool {
        let Some(page) = &self.page else { return false };
        let is_quiet = matches!(page.phase, Phase::Active | Phase::Waiting)
            && page.is_fine
            && !page.screen.is_open()
            && self.ending.is_none();
        if !is_quiet && !is_late {
            return false;
        }
        if self.world.is_mute() && self.last_word.elapsed() > LAST_WORD && !is_late {
            self.last_word = Instant::now();
            self.answer("may be the last word");
            return false;
        }
        let Some(page) = &self.page else { return false };
        let lines: Vec<Line> = page.screen.lines().collect();
        let demands = Demands {
            settled: true,
            end: true,
        };
        let Some(service) = &self.service else {
            self.blame_if(is_late, "it has not begun");
            return false;
        };
        let Ok(Some(truth)) = self.world.desk.truth(service).await else {
            self.blame_if(is_late, "the server has no such chat");
            return false;
        };
        let verdict = judge(&lines, &truth.messages, &self.typed, demands);
        let is_clean = is_quiet && verdict.harms.is_empty();
        if is_clean || is_late {
            self.world
                .keep_evidence(&self.name, &verdict, &lines, &truth, &self.story.text());
            self.world.tally.look(visitor, &self.name, verdict);
        }
        self.blame_if(is_late && !is_quiet, "it has not come to rest");
        is_clean
    }

    fn blame_if(&self, is_so: bool, what: &str) {
        if is_so && self.ending.is_none() {
            let page = self.page.as_ref();
            let phase = page.map(|page| (&page.phase, page.is_fine));
            let what = format!("{what} ({phase:?}, service {:?})", self.service);
            self.blame(Harm::Open, what);
        }
    }

    /// A harm that no verdict holds, with what may explain it.
    pub(super) fn blame(&self, harm: Harm, what: String) {
        let story = self.story.text();
        self.world.keep_story(&self.name, &what, &story);
        self.world.tally.blame(&self.name, harm, what);
    }

    /// The last look.
    pub(crate) async fn close(self, visitor: usize) {
        let tally = &self.world.tally;
        let (Some(page), Some(service)) = (&self.page, &self.service) else {
            tally.count("chats left before they were kept");
            return tally.forget(visitor);
        };
        if page.screen.misfits > 0 {
            let what = format!("{} changes fit nothing on the screen", page.screen.misfits);
            self.blame(Harm::Untrue, what);
        }
        let end = match &page.phase {
            _ if self.is_abandoned => None,
            Phase::Ended(end) => Some(*end),
            Phase::Failed(_) => {
                tally.count("chats that could not begin");
                return tally.forget(visitor);
            }
            Phase::Idle | Phase::Restoring | Phase::Connecting => None,
            Phase::Waiting | Phase::Active | Phase::Ending => None,
        };
        if self.is_abandoned {
            tally.count("chats left before they were kept");
            return tally.forget(visitor);
        }
        let truth = self.world.desk.truth(service).await;
        if end.is_none() && !self.said_goodbye {
            let is_over = truth.as_ref().map(|it| it.as_ref().map(|it| it.is_over));
            let what = format!(
                "it does not end ({:?}, {:?}, {service}); over at the server: {is_over:?}",
                page.phase, self.plan.ending
            );
            self.blame(Harm::Open, what);
        }
        let Ok(Some(truth)) = truth else {
            tally.count("chats that the server has forgotten");
            return tally.forget(visitor);
        };
        if end == Some(End::Lost) {
            tally.count("chats lost by a long sleep");
            if !truth.is_over {
                self.blame(Harm::Untrue, "it is called lost, and lives".to_owned());
            }
        }
        tally.count("chats ended");
        let demands = Demands {
            settled: end.is_some(),
            end: !self.was_mute && matches!(end, Some(End::Agent | End::Server | End::Idle)),
        };
        let lines: Vec<Line> = page.screen.lines().collect();
        let verdict = judge(&lines, &truth.messages, &self.typed, demands);
        self.world
            .keep_evidence(&self.name, &verdict, &lines, &truth, &self.story.text());
        tally.close(visitor, &self.name, verdict);
    }
}
