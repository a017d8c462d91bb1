//! From a seed to a plan: what is drawn, and how often.

use gms_chat_protocol::Lane;
use gms_chat_protocol::chat::Delivery;

use super::{
    Ack, AdviceHabit, Cut, Deed, Duplicate, Ids, Ill, Item, NoneAtEnd, Plan, Quirk, Repair, Spell,
    Spoil, Subject, Unknown, Weather, Wish,
};
use crate::random::{Dice, hash};

/// Advice as servers should not give it, and sometimes do.
const ADVICE: [&str; 18] = [
    r#"{"reconnect":"retry","interval":0,"timeout":60000}"#,
    r#"{"reconnect":"retry","interval":2000}"#,
    r#"{"reconnect":"handshake","interval":0}"#,
    r#"{"reconnect":"handshake","interval":1500}"#,
    r#"{"reconnect":"sideways"}"#,
    r#"{"interval":3000000000}"#,
    r#"{"interval":-1}"#,
    r#"{"reconnect":"none"}"#,
    r#"{"interval":"100","timeout":"30000"}"#,
    r#"{"timeout":-5,"interval":1e300}"#,
    r#"{"long-polling":{"interval":500,"timeout":20000},"interval":90000}"#,
    r#"{"reconnect":"retry","timeout":5000,"maxInterval":8000}"#,
    r#"{"multiple-clients":true,"interval":2000,"reconnect":"retry"}"#,
    r#"{"hosts":["a.example","b.example"]}"#,
    r#"{}"#,
    r#""none""#,
    "null",
    r#"{"reconnect":null,"interval":null,"timeout":{}}"#,
];

const STATUSES: [u16; 14] = [
    400, 401, 403, 404, 405, 408, 410, 413, 429, 500, 502, 503, 504, 302,
];

pub(super) fn plan(seed: u64) -> Plan {
    let mut dice = Dice::new(seed);
    let subject = subject(&mut dice);
    let calm = horizon(&mut dice);
    let mut drawing = Drawing {
        dice,
        subject,
        calm,
        said: 0,
        items: Vec::new(),
    };
    drawing.all();
    drawing.absence(seed);
    Plan {
        seed,
        subject,
        calm,
        items: drawing.items,
    }
}

fn subject(dice: &mut Dice) -> Subject {
    match dice.below(20) {
        0..4 => Subject::Bayeux,
        4..9 => Subject::Chat(Delivery::Auto),
        9..15 => Subject::Chat(Delivery::Cometd),
        _ => Subject::Chat(Delivery::Poll),
    }
}

fn horizon(dice: &mut Dice) -> u64 {
    match dice.below(100) {
        0..74 => dice.between(4_000, 40_000),
        74..97 => dice.between(40_000, 150_000),
        97..99 => dice.between(150_000, 900_000),
        _ => dice.between(900_000, 4_500_000),
    }
}

struct Drawing {
    dice: Dice,
    subject: Subject,
    calm: u64,
    said: u32,
    items: Vec<Item>,
}

impl Drawing {
    fn all(&mut self) {
        let quirks = self.dice.pick(&[0, 0, 1, 2, 3, 5, 8]);
        self.times(quirks, Self::quirk);
        if self.dice.hits(300) {
            self.items.push(Item::Quirk(Quirk::Ghosts));
        }
        let start = self.dice.pick(&[0, 0, 200, 3000]);
        self.items.push(Item::Deed(start, Deed::Start));
        self.talk();
        let ills = self.dice.pick(&[0, 1, 2, 4, 8, 16, 30]);
        self.times(ills, Self::ill);
        let spells = self.dice.pick(&[0, 0, 0, 1, 1, 2, 4]);
        self.times(spells, Self::spell);
        let turns = self.dice.pick(&[0, 0, 0, 0, 1, 1, 2, 3]);
        self.times(turns, Self::turn);
        if self.dice.hits(20) {
            self.flap();
        }
        if self.dice.hits(350) {
            self.end();
        }
    }

    /// A visitor who looks elsewhere for long, in every eighth plan. It has dice of its own: what else there is in a
    /// plan does not depend on it.
    fn absence(&mut self, seed: u64) {
        self.dice = Dice::new(hash(&[seed, 1]));
        if !self.dice.hits(125) {
            return;
        }
        let after = self.dice.pick(&[100, 1_000, 5_000, 20_000]);
        self.items.push(Item::Quirk(Quirk::Away(after)));
        if self.dice.hits(500) {
            self.items.push(Item::Quirk(Quirk::CatchesUp));
        }
        for _ in 0..self.dice.between(1, 3) {
            let spell = self
                .dice
                .pick(&[Spell::Hidden, Spell::Hidden, Spell::Frozen]);
            let lasting = self.lasting(self.calm.max(200));
            self.deed(Deed::Spell(spell, lasting));
        }
    }

    fn times(&mut self, count: u32, draw: fn(&mut Self)) {
        for _ in 0..count {
            draw(self);
        }
    }

    fn at(&mut self) -> u64 {
        self.dice.below(self.calm)
    }

    fn deed(&mut self, deed: Deed) {
        let at = self.at();
        self.items.push(Item::Deed(at, deed));
    }

    fn lasting(&mut self, last: u64) -> u32 {
        // Not longer than a plan lasts, so it fits.
        u32::try_from(self.dice.spread(100, last)).unwrap_or(u32::MAX)
    }

    fn small(&mut self, first: u64, last: u64) -> u32 {
        u32::try_from(self.dice.between(first, last)).unwrap_or(u32::MAX)
    }

    fn quirk(&mut self) {
        let quirk = match self.dice.below(6) {
            0..3 => self.session_quirk(),
            3 => self.reply_quirk(),
            4 => self.chat_quirk(),
            _ => self.network_quirk(),
        };
        self.items.push(Item::Quirk(quirk));
    }

    fn session_quirk(&mut self) -> Quirk {
        match self.dice.below(9) {
            0 => {
                let batch = self.small(0, 50);
                Quirk::Ack(self.dice.pick(&[Ack::Off, Ack::Off, Ack::Object(batch)]))
            }
            1 => Quirk::Hold(self.dice.pick(&[5_000, 10_000, 20_000, 30_000, 45_000])),
            2 => Quirk::MaxInterval(self.dice.pick(&[3_000, 5_000, 20_000, 60_000])),
            3 => Quirk::Advice(self.dice.pick(&[AdviceHabit::Always, AdviceHabit::Never])),
            4 => Quirk::Duplicate(self.dice.pick(&[
                Duplicate::Status(408),
                Duplicate::Forgotten,
                Duplicate::Answered,
            ])),
            5 => Quirk::Unknown(self.dice.pick(&[
                Unknown::Old,
                Unknown::Fork,
                Unknown::Faye,
                Unknown::Silent,
            ])),
            6 => self.dice.pick(&[Quirk::NeverHolds, Quirk::OtherTab(2_000)]),
            7 => self
                .dice
                .pick(&[Quirk::KeepsForUser, Quirk::HandshakeBrings]),
            _ => Quirk::BlindToAborts,
        }
    }

    fn reply_quirk(&mut self) -> Quirk {
        match self.dice.below(6) {
            0..2 => Quirk::Ids(self.dice.pick(&[
                Ids::Missing,
                Ids::Wrong,
                Ids::Numeric,
                Ids::Colliding,
            ])),
            2 => Quirk::ReplyFirst,
            3 => Quirk::BareObject,
            4 => Quirk::EventsOnAnyReply,
            _ => self
                .dice
                .pick(&[Quirk::StringNumbers, Quirk::QuotedTranscript]),
        }
    }

    fn chat_quirk(&mut self) -> Quirk {
        match self.dice.below(9) {
            0..3 => {
                Quirk::Repair(
                    self.dice
                        .pick(&[Repair::Pushed, Repair::FromStart, Repair::Neither]),
                )
            }
            3 => Quirk::Inclusive,
            4 => Quirk::Indexed(self.dice.pick(&[0, 1])),
            5 => self.dice.pick(&[Quirk::ShortTyping, Quirk::ShortReplies]),
            6 => Quirk::NoneAtEnd(self.dice.pick(&[NoneAtEnd::With, NoneAtEnd::Never])),
            7 => Quirk::EndIsException,
            _ => Quirk::Delayed(self.lasting(60_000)),
        }
    }

    fn network_quirk(&mut self) -> Quirk {
        match self.dice.below(7) {
            0..3 => {
                let base = self.lasting(1_500);
                Quirk::Latency(base, self.dice.pick(&[0, 50, 500, 3_000]))
            }
            3 => {
                let cut = self.dice.pick(&[Cut::Reset, Cut::Gateway, Cut::Silence]);
                Quirk::IdleCut(self.dice.pick(&[15_000, 30_000, 50_000]), cut)
            }
            4 => Quirk::BlockedCookie,
            5 => Quirk::Narrow(self.dice.pick(&[20, 100])),
            _ => self.dice.pick(&[Quirk::OneAddress, Quirk::NoUser]),
        }
    }

    /// The conversation itself, with pauses of all sizes.
    fn talk(&mut self) {
        let mut at = self.dice.between(300, 4_000);
        let pace = self.dice.pick(&[300, 1_500, 4_000, 15_000]);
        self.items.push(Item::Deed(at, Deed::Join));
        for _ in 0..self.dice.between(2, 24) {
            at += self.dice.spread(50, pace);
            if at >= self.calm {
                return;
            }
            let deed = self.line();
            self.items.push(Item::Deed(at, deed));
        }
    }

    fn line(&mut self) -> Deed {
        match self.dice.below(20) {
            0..7 => self.say(),
            7..12 => Deed::Write(self.dice.pick(&[1, 1, 1, 2, 3, 5])),
            12 => self.dice.pick(&[Deed::Type, Deed::StopTyping]),
            13 => self.dice.pick(&[Deed::AgentTypes, Deed::AgentStops]),
            14 => self.dice.pick(&[Deed::Retry, Deed::Retry, Deed::Discard]),
            15 => self
                .dice
                .pick(&[Deed::PushUrl, Deed::Custom, Deed::Supervise]),
            16 => self.dice.pick(&[Deed::Oddity, Deed::Foreign, Deed::Notice]),
            17 => self.dice.pick(&[Deed::Transfer, Deed::Join, Deed::Leave]),
            18 => Deed::Write(self.dice.pick(&[1, 20, 200])),
            _ => self.dice.pick(&[Deed::Type, Deed::AgentTypes]),
        }
    }

    fn say(&mut self) -> Deed {
        if self.said > 0 && self.dice.hits(150) {
            return Deed::Say(self.small(1, self.said.into()));
        }
        self.said += 1;
        Deed::Say(self.said)
    }

    fn ill(&mut self) {
        let lane = match self.subject {
            Subject::Bayeux => self.dice.pick(&[Lane::Connect, Lane::Connect, Lane::Meta]),
            Subject::Chat(Delivery::Poll) => Lane::Rest,
            Subject::Chat(_) => self.dice.pick(&[
                Lane::Connect,
                Lane::Connect,
                Lane::Connect,
                Lane::Meta,
                Lane::Rest,
                Lane::Rest,
            ]),
        };
        let reach = match lane {
            Lane::Meta => 4,
            Lane::Connect | Lane::Rest => 25,
        };
        let nth = self.small(0, reach);
        let ill = self.malady(lane);
        self.items.push(Item::Ill(lane, nth, ill));
    }

    fn malady(&mut self, lane: Lane) -> Ill {
        let noticed = [None, Some(0), Some(30), Some(1_000), Some(8_000)];
        match self.dice.below(10) {
            0 => Ill::LostRequest(self.dice.pick(&noticed)),
            1..3 => Ill::LostReply(self.dice.pick(&noticed)),
            3 => Ill::Truncated {
                permille: self.dice.pick(&[0, 100, 500, 900, 999]),
                noticed: self.dice.hits(500),
            },
            4..6 => self.status(),
            6 => match self.dice.below(3) {
                0 => Ill::LateRequest(self.small(100, 4_500)),
                1 => Ill::LateReply(self.lasting(20_000)),
                _ => Ill::Doubled,
            },
            7 if lane != Lane::Rest => Ill::Advice(self.dice.pick(&ADVICE)),
            _ => Ill::Spoilt(self.dice.pick(&Spoil::ALL)),
        }
    }

    fn status(&mut self) -> Ill {
        let code = self.dice.pick(&STATUSES);
        let seconds = self.small(0, 40);
        let wish = match code {
            429 | 503 => self.dice.pick(&[
                Wish::None,
                Wish::Seconds(seconds),
                Wish::Date,
                Wish::Nonsense,
            ]),
            _ => Wish::None,
        };
        // Who turns a request away has not passed it on.
        let may_follow_work = matches!(code, 408 | 500 | 502 | 504);
        Ill::Status {
            code,
            wish,
            processed: may_follow_work && self.dice.hits(500),
        }
    }

    fn spell(&mut self) {
        let spell = match self.dice.below(10) {
            0..4 => Spell::Weather(self.weather()),
            4..6 => Spell::Offline,
            6 => Spell::Hidden,
            7 => Spell::LateTimers(self.lasting(120_000)),
            8 => Spell::Frozen,
            _ => Spell::Asleep {
                clock_stops: self.dice.hits(500),
            },
        };
        let lasting = self.lasting(self.calm.max(200));
        self.deed(Deed::Spell(spell, lasting));
    }

    fn weather(&mut self) -> Weather {
        self.dice.pick(&[
            Weather::Refused,
            Weather::Silence,
            Weather::Deaf,
            Weather::Gateway,
            Weather::Busy,
            Weather::Forbidden,
            Weather::Missing,
            Weather::Portal,
            Weather::Slow,
            Weather::NoAffinity,
        ])
    }

    /// Something that only a server, or a browser, does.
    fn turn(&mut self) {
        let deed = match self.dice.below(10) {
            0..4 => Deed::Restart,
            4 => self.dice.pick(&[Deed::FalseNone, Deed::Disconnect]),
            5 => Deed::AdvisingEvent,
            6 => Deed::Acknowledge(self.dice.hits(500)),
            7 => Deed::LoseCookie,
            8 => self
                .dice
                .pick(&[Deed::FalseAlarm, Deed::FalseAlarm, Deed::ClockBack]),
            _ => self.dice.pick(&[Deed::Amnesia, Deed::Restart]),
        };
        self.deed(deed);
    }

    fn flap(&mut self) {
        let from = self.at();
        let step = self.dice.between(100, 400);
        for nth in 0..self.dice.between(3, 25) {
            let spell = Deed::Spell(Spell::Offline, u32::try_from(step / 2).unwrap_or(100));
            self.items.push(Item::Deed(from + nth * step, spell));
        }
    }

    fn end(&mut self) {
        let deed = self.dice.pick(&[
            Deed::End,
            Deed::End,
            Deed::AgentEnds,
            Deed::AgentEnds,
            Deed::IdleEnds,
            Deed::ServerEnds,
        ]);
        self.deed(deed);
        if self.dice.hits(300) {
            let again = self.dice.pick(&[Deed::Start, Deed::Reset]);
            self.deed(again);
        }
        if self.dice.hits(200) {
            self.deed(Deed::Start);
        }
    }
}
