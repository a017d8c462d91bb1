//! The exchanges of a session: sent when due, matched when answered, aborted when overdue.

use super::message;
use super::state::{Asks, Live, Pause, Pending, Slot, State, Step};
use super::{Farewell, Fault, Output, Session};
use crate::defect::{self, Defect};
use crate::{ExchangeId, Moment, Request};
use std::time::Duration;

/// A request before it has a number.
struct Draft {
    message_type: &'static str,
    body: String,
    patience: Duration,
    keepalive: bool,
}

impl Session {
    /// Takes the request that `id` names out of its slot, if it is still under way. Whatever is not put
    /// in its place is due at once: no answer leaves a session without a next step.
    pub(super) fn take(&mut self, id: ExchangeId, now: Moment) -> Option<(Slot, Pending)> {
        for slot in Slot::ALL {
            let Some(Step::Asked(request)) = self.state.step(slot).copied() else {
                continue;
            };
            let is_it = request.number == id.number || defect::on(Defect::ActsOnAborted);
            if slot.lane() == id.lane && is_it {
                self.state.set_step(slot, Step::due(now));
                return Some((slot, request));
            }
        }
        None
    }

    /// Aborts the request in `slot` if there is one under way; what comes of it is ignored from here on.
    pub(super) fn abandon(&mut self, slot: Slot) {
        // A farewell is the last that the server hears of a client; nothing aborts it but its deadline.
        if slot == Slot::Farewell {
            return;
        }
        self.cancel(slot);
    }

    fn cancel(&mut self, slot: Slot) -> Option<Pending> {
        let Some(Step::Asked(request)) = self.state.step(slot).copied() else {
            return None;
        };
        if slot != Slot::Connect || !defect::on(Defect::LeavesConnectOpen) {
            self.outputs.push(Output::Cancel(ExchangeId {
                lane: slot.lane(),
                number: request.number,
            }));
        }
        self.state.set_step(slot, Step::due(self.now));
        Some(request)
    }

    /// Gives the request in `slot` up if it has had its time.
    pub(super) fn expire(&mut self, slot: Slot) {
        let Some(Step::Asked(request)) = self.state.step(slot) else {
            return;
        };
        if request.deadline <= self.now
            && let Some(request) = self.cancel(slot)
        {
            self.failed(slot, request, Fault::TimedOut);
        }
    }

    /// Sends the request in `slot` if it is due and the pace allows it.
    pub(super) fn start(&mut self, slot: Slot) {
        let Some(Step::Waiting(pause)) = self.state.step(slot) else {
            return;
        };
        if pause.until > self.now {
            return;
        }
        let free = self.pace.free_at(slot);
        if free > self.now {
            let pause = Pause::until(free);
            self.state.set_step(slot, Step::Waiting(pause));
            return;
        }
        self.send(slot);
    }

    fn send(&mut self, slot: Slot) {
        let Some(draft) = self.draft(slot) else {
            return;
        };
        let id = ExchangeId {
            lane: slot.lane(),
            number: self.last_id,
        };
        let request = Request {
            url: self.config.address(draft.message_type),
            content_type: "application/json;charset=UTF-8",
            gms_user: self.config.gms_user.clone(),
            body: draft.body,
            keepalive: draft.keepalive,
        };
        self.outputs.push(Output::Send(id, request));
        self.pace.sent(slot, self.now);
        let pending = Pending {
            number: id.number,
            sent: self.now,
            deadline: self.now + draft.patience,
        };
        self.state.set_step(slot, Step::Asked(pending));
    }

    /// The request that this state has for `slot`.
    fn draft(&mut self, slot: Slot) -> Option<Draft> {
        let id = self.last_id.wrapping_add(1);
        self.last_id = id;
        let mut draft = Draft {
            message_type: "",
            body: String::new(),
            patience: self.config.network_delay,
            keepalive: false,
        };
        match &self.state {
            State::Stopped { .. } => return None,
            State::Handshaking(_) => {
                // Advice belongs to a session; a stale `handshake` would never be got rid of.
                self.advice = Default::default();
                draft.message_type = "handshake";
                draft.body = message::handshake(id, self.config.ack);
            }
            State::Connected(live) if slot == Slot::Connect => {
                draft.message_type = "connect";
                draft.body =
                    message::connect(id, &live.client_id, self.wanted_hold(live), live.ack);
                draft.patience += match live.asks {
                    Asks::Proof if !defect::on(Defect::ProofMayHang) => Duration::ZERO,
                    Asks::Proof => self.advice.timeout,
                    Asks::Hold => self.advice.timeout,
                };
            }
            State::Connected(live) => {
                draft.body = message::subscribe(id, &live.client_id, &self.config.subscription);
            }
            State::Leaving(parting) => {
                draft.message_type = "disconnect";
                let client_id = &parting.client_id;
                draft.body = match parting.farewell {
                    Farewell::Over => {
                        self.last_id = id.wrapping_add(1);
                        message::over([id, self.last_id], client_id, &self.config.subscription)
                    }
                    Farewell::Leaving { position } => {
                        draft.keepalive = true;
                        message::leaving(id, client_id, position)
                    }
                };
            }
        }
        Some(draft)
    }

    /// The hold that the next connect asks for; `None` leaves it to the server.
    fn wanted_hold(&self, live: &Live) -> Option<Duration> {
        match live.asks {
            Asks::Proof => Some(Duration::ZERO),
            Asks::Hold => self.hold.wanted(self.advice.timeout, self.now),
        }
    }
}
