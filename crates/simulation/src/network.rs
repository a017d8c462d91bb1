//! The network between browser and server: what becomes of one exchange.

mod spoil;

use std::collections::BTreeMap;

use gms_chat_protocol::{ExchangeId, Failure, Lane, Request};
use serde_json::Value;

use crate::plan::{Ill, Item, Plan, Setting, Weather};
use crate::random::hash;
use crate::server::Answer;

/// One exchange, from its request to its end.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) id: ExchangeId,
    pub(crate) request: Request,
    /// The messages of a Bayeux request.
    pub(crate) messages: Vec<Value>,
    /// The browser's cookie when it left.
    pub(crate) cookie: Option<u32>,
    /// The node that a balancer chose.
    pub(crate) node: u8,
    pub(crate) ill: Option<Ill>,
    /// Counts exchanges of the lane.
    pub(crate) nth: u32,
    pub(crate) stage: Stage,
    /// What the browser gets, once it is on its way.
    pub(crate) answer: Option<Answer>,
    /// The failure that the browser notices instead.
    pub(crate) failure: Failure,
}

/// How far an exchange has come, as the browser sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Under way.
    Open,
    /// The client has aborted it.
    Aborted,
    /// Ended, or nothing will come any more.
    Closed,
}

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Sending {
    /// It arrives after this time; with `copy`, an intermediary repeats it.
    Arrives { after: u64, copy: Option<u64> },
    /// Somebody else answers after this time.
    Answered { after: u64, answer: Answer },
    /// It fails after this time.
    Fails { after: u64 },
    /// Nothing comes of it.
    Vanishes,
}

/// What becomes of an answer.
#[derive(Debug)]
pub(crate) enum Returning {
    /// It arrives after this time.
    Arrives { after: u64, answer: Answer },
    /// The browser notices a failure after this time.
    Fails { after: u64, failure: Failure },
    /// Nothing arrives.
    Vanishes,
}

/// The network's memory.
#[derive(Debug)]
pub(crate) struct Network {
    seed: u64,
    latency: (u64, u64),
    /// Bytes of an answer in a millisecond.
    narrow: Option<u64>,
    ills: BTreeMap<(Lane, u32), Ill>,
    counts: [u32; 3],
    pub(crate) exchanges: Vec<Exchange>,
    /// The browser's cookie.
    pub(crate) cookie: Option<u32>,
}

impl Network {
    pub(crate) fn new(plan: &Plan, setting: &Setting) -> Self {
        let ills = plan.items.iter().filter_map(|item| match item {
            Item::Ill(lane, nth, ill) => Some(((*lane, *nth), *ill)),
            Item::Quirk(_) | Item::Deed(..) => None,
        });
        Self {
            seed: plan.seed,
            latency: setting.latency,
            narrow: setting.narrow,
            ills: ills.collect(),
            counts: [0; 3],
            exchanges: Vec::new(),
            cookie: None,
        }
    }

    /// Takes a request. `troubled`: faults may befall it.
    pub(crate) fn take(&mut self, id: ExchangeId, request: Request, troubled: bool) -> usize {
        let lane = id.lane();
        let count = &mut self.counts[lane as usize];
        let nth = *count;
        *count += 1;
        let messages = match lane {
            Lane::Rest => Vec::new(),
            Lane::Connect | Lane::Meta => match serde_json::from_str(&request.body) {
                Ok(Value::Array(messages)) => messages,
                Ok(_) | Err(_) => Vec::new(),
            },
        };
        self.exchanges.push(Exchange {
            id,
            request,
            messages,
            cookie: self.cookie,
            node: 0,
            ill: self.ills.get(&(lane, nth)).copied().filter(|_| troubled),
            nth,
            stage: Stage::Open,
            answer: None,
            failure: Failure::Network,
        });
        self.exchanges.len() - 1
    }

    /// The exchange under way by this name.
    pub(crate) fn find(&self, id: ExchangeId) -> Option<usize> {
        self.exchanges.iter().rposition(|it| it.id == id)
    }

    /// Decides what becomes of a request.
    pub(crate) fn send(
        &mut self,
        index: usize,
        offline: bool,
        weather: Option<Weather>,
        until: u64,
    ) -> Sending {
        let up = self.latency(index, 1);
        let down = self.latency(index, 2);
        if offline {
            return Sending::Fails { after: 1 };
        }
        let by_status = |status| Sending::Answered {
            after: up + down,
            answer: Answer::status(status),
        };
        match weather {
            Some(Weather::Refused) => return Sending::Fails { after: up },
            Some(Weather::Silence) => return Sending::Vanishes,
            Some(Weather::Gateway) => return by_status(502),
            Some(Weather::Forbidden) => return by_status(403),
            Some(Weather::Missing) => return by_status(404),
            Some(Weather::Busy) => {
                let mut answer = Answer::status(503);
                answer.retry_after = Some((1 + until / 1000 % 7).to_string());
                return Sending::Answered {
                    after: up + down,
                    answer,
                };
            }
            Some(Weather::Portal) => {
                let text = "<!doctype html><title>Welcome</title>".to_owned();
                return Sending::Answered {
                    after: up + down,
                    answer: Answer::json(200, text),
                };
            }
            Some(Weather::NoAffinity) => {
                self.exchanges[index].node = (self.chance(index, 3) % 2) as u8;
            }
            Some(Weather::Deaf | Weather::Slow) | None => {}
        }
        match self.exchanges[index].ill {
            Some(Ill::LostRequest(None)) => Sending::Vanishes,
            Some(Ill::LostRequest(Some(after))) => Sending::Fails {
                after: after.into(),
            },
            Some(Ill::Status {
                code,
                wish,
                processed: false,
            }) => {
                let mut answer = Answer::status(code);
                answer.retry_after = wish.text();
                Sending::Answered {
                    after: up + down,
                    answer,
                }
            }
            Some(Ill::LateRequest(more)) => Sending::Arrives {
                after: (up + u64::from(more)).min(4_900),
                copy: None,
            },
            Some(Ill::Doubled) => Sending::Arrives {
                after: up,
                copy: Some((up + 1 + self.chance(index, 4) % 300).min(4_900)),
            },
            Some(_) | None => Sending::Arrives {
                after: up,
                copy: None,
            },
        }
    }

    /// Decides what becomes of an answer that leaves the server now. `until`: when the weather ends.
    pub(crate) fn answer(
        &self,
        index: usize,
        mut answer: Answer,
        bare: bool,
        weather: Option<Weather>,
        until: u64,
    ) -> Returning {
        let mut after = self.latency(index, 2);
        match weather {
            Some(Weather::Refused | Weather::Silence | Weather::Deaf) => {
                return Returning::Vanishes;
            }
            Some(Weather::Gateway) => answer = Answer::status(502),
            Some(Weather::Slow) => after += until,
            Some(Weather::Busy | Weather::Forbidden | Weather::Missing) => {}
            Some(Weather::Portal | Weather::NoAffinity) | None => {}
        }
        match self.exchanges[index].ill {
            Some(Ill::LostReply(None)) => return Returning::Vanishes,
            Some(Ill::LostReply(Some(noticed))) => {
                return Returning::Fails {
                    after: noticed.into(),
                    failure: Failure::Network,
                };
            }
            Some(Ill::Truncated { noticed: true, .. }) => {
                return Returning::Fails {
                    after,
                    failure: Failure::Truncated,
                };
            }
            Some(Ill::Truncated { permille, .. }) => spoil::truncate(&mut answer, permille, bare),
            Some(Ill::Status { code, wish, .. }) => {
                let cookie = answer.cookie;
                answer = Answer::status(code);
                answer.retry_after = wish.text();
                answer.cookie = cookie;
            }
            Some(Ill::LateReply(more)) => after += u64::from(more),
            Some(Ill::Spoilt(how)) => spoil::spoil(&mut answer, how),
            Some(Ill::Advice(advice)) => spoil::advise(&mut answer, advice),
            Some(Ill::LostRequest(_) | Ill::LateRequest(_) | Ill::Doubled) | None => {}
        }
        if bare {
            spoil::bare(&mut answer);
        }
        after += self.narrow.map_or(0, |rate| answer.size() / rate);
        Returning::Arrives { after, answer }
    }

    /// A number that depends on the exchange and not on what else is in the plan.
    pub(crate) fn chance(&self, index: usize, purpose: u64) -> u64 {
        let Exchange { id, nth, .. } = &self.exchanges[index];
        hash(&[self.seed, id.lane() as u64, u64::from(*nth), purpose])
    }

    /// How long one way takes. Now and then it takes much longer, but never so long that a request
    /// outlives the time for which the client reckons with stragglers.
    fn latency(&self, index: usize, direction: u64) -> u64 {
        let (base, more) = self.latency;
        if more == 0 {
            return base;
        }
        let chance = self.chance(index, direction);
        let share = (chance >> 8) % more;
        let extra = if chance.is_multiple_of(8) {
            share
        } else {
            share / 16
        };
        (base + extra).min(4_900)
    }
}
