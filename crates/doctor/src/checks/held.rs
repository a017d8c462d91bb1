//! A poll that is held: whether it lasts, and whether it is let go without delay.

use std::time::Duration;

use gms_chat_protocol::Lane;
use gms_chat_protocol::bayeux::{Event, Farewell, Fault};
use tokio::time::Instant;

use super::Examination;
use super::cometd::{Opening, messages};
use super::judge::{self, Flaw};
use crate::drive::{Exchange, Happening};
use crate::http::Answer;
use crate::{Finding, Row};

/// CometD's own hold, where the server does not say.
const HOLD: Duration = Duration::from_secs(60);
/// What an answer may be late.
pub(super) const LATE: Duration = Duration::from_secs(2);

impl Examination<'_> {
    /// Watches one hold from end to end, then ends the session during the next one.
    pub(super) async fn held(&mut self, mut opening: Opening) {
        if self.options.quick {
            self.tell(Row::skipped("hold", "not waited for (--quick)"));
        } else {
            let row = self.hold(&mut opening).await;
            let lasts = row.finding.is_none();
            self.tell(row);
            if !lasts {
                self.tell(Row::skipped(
                    "release",
                    "polls are not held as they should be",
                ));
                opening
                    .drive
                    .act(|session, now| session.close(Farewell::Over, now));
                let _ = self.farewell(&mut opening).await;
                return;
            }
        }
        let row = self.release(&mut opening).await;
        self.tell(row);
    }

    async fn hold(&self, opening: &mut Opening) -> Row {
        let hold = opening.hold.unwrap_or(HOLD);
        let begun = Instant::now();
        let until = begun + hold + self.options.timeout * 2;
        loop {
            let flaw = match opening.drive.next(until).await {
                Some(Happening::Exchange(exchange)) if exchange.lane == Lane::Connect => {
                    let outcome = judge(&exchange, hold);
                    opening.note(*exchange);
                    outcome
                }
                Some(Happening::Exchange(_)) => continue,
                Some(Happening::Event(Event::Trouble {
                    fault: Fault::TimedOut,
                    ..
                }))
                | None => {
                    let seen = format!("no answer after {} s", begun.elapsed().as_secs());
                    Err(Flaw::new(Finding::HoldLost, seen))
                }
                Some(Happening::Event(Event::MultipleClients)) => {
                    return Row::skipped("hold", "the server wants pauses between polls");
                }
                Some(Happening::Event(_)) => continue,
            };
            return match flaw {
                Ok(seen) => Row::ok("hold", seen),
                Err(flaw) => Row::found("hold", flaw.finding, opening.path(), flaw.seen),
            };
        }
    }

    /// Ends the session: the server then answers the poll that it holds.
    async fn release(&self, opening: &mut Opening) -> Row {
        opening
            .drive
            .act(|session, now| session.close(Farewell::Over, now));
        let [farewell, poll] = self.farewell(opening).await;
        let at = opening.path();
        let Some(farewell) = farewell else {
            let seen = "the farewell was not answered";
            return Row::found("release", Finding::Unanswered, at, seen);
        };
        let Some(poll) = poll else {
            let seen = "the held poll was not answered";
            return Row::found("release", Finding::NotReleased, at, seen);
        };
        let lag = poll.ended.saturating_duration_since(farewell.ended);
        let seen = format!("the held poll came back after {} ms", lag.as_millis());
        if lag > LATE {
            Row::found("release", Finding::AnswerDelayed, at, seen)
        } else {
            Row::ok("release", seen)
        }
    }

    /// The answers to the farewell and to the poll that was held, as far as they come.
    async fn farewell(&self, opening: &mut Opening) -> [Option<Answer>; 2] {
        let mut answers = [None, None];
        let until = Instant::now() + self.options.timeout;
        while answers.iter().any(Option::is_none) {
            let Some(happening) = opening.drive.next(until).await else {
                break;
            };
            let Happening::Exchange(exchange) = happening else {
                continue;
            };
            let [farewell, poll] = &mut answers;
            let place = if exchange.lane == Lane::Connect {
                poll
            } else {
                farewell
            };
            *place = exchange.outcome.clone().ok();
            opening.note(*exchange);
        }
        answers
    }
}

/// How a poll that the server wanted to hold this long has ended.
fn judge(exchange: &Exchange, hold: Duration) -> Result<String, Flaw> {
    let of_hold =
        |took: Duration| format!("{:.1} s of {:.1} s", took.as_secs_f32(), hold.as_secs_f32());
    let answer = match &exchange.outcome {
        Ok(answer) => answer,
        Err(broken) => {
            let seen = format!("cut after {}", of_hold(broken.after));
            return Err(Flaw::new(Finding::HoldCut, seen));
        }
    };
    let took = answer.took;
    if let Some(flaw) = judge::status(answer) {
        let seen = format!("{} after {}", flaw.seen, of_hold(took));
        return Err(Flaw::new(Finding::HoldCut, seen));
    }
    let told = messages(&answer.body);
    let reply = told
        .iter()
        .find(|message| message["channel"] == "/meta/connect");
    match reply {
        None => Err(Flaw::new(Finding::NotGms, judge::kind(answer))),
        Some(reply) if reply["successful"] != true => {
            let error = reply["error"].as_str().unwrap_or("not successful");
            Err(Flaw::new(Finding::SessionLost, error))
        }
        Some(_) if took > hold + LATE => Err(Flaw::new(Finding::AnswerDelayed, of_hold(took))),
        Some(_) if took < hold / 2 && told.len() == 1 => {
            Err(Flaw::new(Finding::HoldShort, of_hold(took)))
        }
        Some(_) => Ok(of_hold(took)),
    }
}
