//! Schedules worth a name: each is one story that went wrong for somebody once.

use gms_chat_protocol::Lane;
use gms_chat_protocol::chat::Delivery;

use crate::plan::{
    Ack, Cut, Deed, Ids, Ill, Item, Plan, Quirk, Repair, Spell, Spoil, Subject, Weather,
};

/// A schedule with a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    /// What it is about.
    pub(crate) about: &'static str,
    /// When the faults stop, in milliseconds.
    calm: u64,
    items: fn() -> Vec<Item>,
}

impl Named {
    /// The plan of this schedule for one subject.
    pub(crate) fn plan(&self, subject: Subject) -> Plan {
        let mut items = vec![
            Item::Deed(0, Deed::Start),
            Item::Deed(1_000, Deed::Join),
            Item::Deed(1_500, Deed::Say(1)),
        ];
        items.extend((self.items)());
        Plan {
            seed: 7,
            subject,
            calm: self.calm,
            items,
        }
    }
}

/// Everybody who can be tried.
pub(crate) const SUBJECTS: [Subject; 4] = [
    Subject::Bayeux,
    Subject::Chat(Delivery::Cometd),
    Subject::Chat(Delivery::Auto),
    Subject::Chat(Delivery::Poll),
];

/// All of them. The held connects of a chat are numbers 1 and up of their lane; number 0 asks for proof.
pub(crate) const ALL: [Named; 25] = [
    Named {
        name: "lost-ack-reply",
        about: "the answer that brings events is lost; the server has to bring them again",
        calm: 90_000,
        items: || {
            vec![
                at(3_000, Deed::Write(3)),
                ill(Lane::Connect, 2, Ill::LostReply(None)),
                ill(Lane::Connect, 3, Ill::LostReply(Some(30))),
                ill(Lane::Rest, 3, Ill::LostReply(None)),
            ]
        },
    },
    Named {
        name: "late-reply-after-abort",
        about: "an answer comes after the client has given up on it, and is handed in all the same",
        calm: 60_000,
        items: || {
            vec![
                Item::Quirk(Quirk::Ghosts),
                Item::Quirk(Quirk::Hold(5_000)),
                at(3_000, Deed::Write(2)),
                ill(Lane::Connect, 2, Ill::LateReply(30_000)),
                ill(Lane::Rest, 3, Ill::LateReply(20_000)),
                at(9_000, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "402-storm",
        about: "the browser keeps no cookie: every session is unknown at its first connect",
        calm: 120_000,
        items: || vec![Item::Quirk(Quirk::BlockedCookie)],
    },
    Named {
        name: "restart-while-subscribing",
        about: "the server forgets the session between handshake and subscription",
        calm: 20_000,
        items: || {
            vec![
                Item::Quirk(Quirk::Latency(100, 0)),
                at(250, Deed::Restart),
                at(5_000, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "restart-subscribe-lost",
        about: "after a restart the new session is connected, but its subscription was lost",
        calm: 40_000,
        items: || {
            vec![
                at(5_000, Deed::Restart),
                ill(Lane::Meta, 3, Ill::LostRequest(None)),
                at(9_000, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "restart-subscribe-refused",
        about: "after a restart one node accepts the connect, and another refuses the subscription",
        calm: 40_000,
        items: || {
            vec![
                at(5_000, Deed::Restart),
                ill(Lane::Meta, 3, Ill::Spoilt(Spoil::Disowned)),
                ill(Lane::Meta, 4, Ill::Spoilt(Spoil::Disowned)),
                at(6_500, Deed::Write(1)),
                at(7_500, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "restart-subscribe-overtaken",
        about: "after a restart the first connect overtakes the subscription, and the agent writes between them",
        calm: 30_000,
        items: || {
            vec![
                at(5_000, Deed::Restart),
                ill(Lane::Meta, 3, Ill::LateRequest(4_000)),
                at(7_500, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "restart-without-repair",
        about: "the same, and the server brings nothing back: the visitor is told that something is missing",
        calm: 40_000,
        items: || {
            vec![
                Item::Quirk(Quirk::Repair(Repair::Neither)),
                at(5_000, Deed::Restart),
                ill(Lane::Meta, 3, Ill::LateRequest(4_000)),
                at(7_500, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "none-then-wake",
        about: "the server ends it with `none`; after that nothing wakes the session up again",
        calm: 60_000,
        items: || {
            vec![
                at(4_000, Deed::AgentEnds),
                at(20_000, Deed::FalseAlarm),
                spell(25_000, Spell::Hidden, 5_000),
                spell(35_000, Spell::Offline, 2_000),
                spell(40_000, Spell::Frozen, 9_000),
            ]
        },
    },
    Named {
        name: "freeze-past-expiry",
        about: "the page stands still until the server has dropped the session",
        calm: 60_000,
        items: || {
            vec![
                Item::Quirk(Quirk::Hold(5_000)),
                Item::Quirk(Quirk::MaxInterval(3_000)),
                spell(4_000, Spell::Frozen, 30_000),
                at(10_000, Deed::Write(5)),
                at(30_000, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "away-and-back",
        about: "the page is hidden for long, the agent is told, and both write meanwhile",
        calm: 90_000,
        items: || {
            vec![
                Item::Quirk(Quirk::Away(5_000)),
                spell(4_000, Spell::Hidden, 60_000),
                at(20_000, Deed::Write(2)),
                at(30_000, Deed::Say(2)),
                at(50_000, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "freeze-within-hold",
        about: "the page stands still while the server holds the connect",
        calm: 30_000,
        items: || {
            vec![
                spell(4_000, Spell::Frozen, 12_000),
                at(8_000, Deed::Write(3)),
            ]
        },
    },
    Named {
        name: "flap-50",
        about: "fifty times offline and online within ten seconds",
        calm: 20_000,
        items: || {
            let flaps = (0..50).map(|nth| spell(3_000 + nth * 200, Spell::Offline, 100));
            let talk = [at(5_000, Deed::Write(2)), at(8_050, Deed::Say(2))];
            flaps.chain(talk).collect()
        },
    },
    Named {
        name: "proxy-30s",
        about: "an intermediary cuts held connects at 30 s, long before the server's 60 s",
        calm: 300_000,
        items: || {
            vec![
                Item::Quirk(Quirk::IdleCut(30_000, Cut::Gateway)),
                at(31_000, Deed::Write(1)),
                at(150_000, Deed::Write(1)),
                at(260_000, Deed::Say(2)),
            ]
        },
    },
    Named {
        name: "never-holding-server",
        about: "every connect comes back at once, empty",
        calm: 60_000,
        items: || vec![Item::Quirk(Quirk::NeverHolds), at(20_000, Deed::Write(2))],
    },
    Named {
        name: "two-tabs-one-closes",
        about: "another tab has the long poll, until it is closed",
        calm: 40_000,
        items: || {
            vec![
                Item::Quirk(Quirk::OtherTab(2_000)),
                at(5_000, Deed::Write(2)),
                at(20_000, Deed::CloseOtherTab),
                at(25_000, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "publish-then-unload",
        about: "the visitor's last words, and the end right behind them",
        calm: 20_000,
        items: || {
            vec![
                Item::Quirk(Quirk::Latency(300, 0)),
                at(5_000, Deed::Say(2)),
                at(5_001, Deed::End),
            ]
        },
    },
    Named {
        name: "double-open",
        about: "the visitor clicks three times",
        calm: 10_000,
        items: || {
            vec![
                at(0, Deed::Start),
                at(1, Deed::Start),
                at(45, Deed::Start),
                at(3_000, Deed::Start),
            ]
        },
    },
    Named {
        name: "handshake-reply-lost",
        about: "the server has a session that the client never hears of",
        calm: 20_000,
        items: || {
            vec![
                ill(Lane::Meta, 0, Ill::LostReply(Some(1_000))),
                ill(Lane::Rest, 0, Ill::LostReply(Some(1_000))),
                at(12_000, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "connect-request-lost-vs-reply-lost",
        about: "a request lost and an answer lost look the same to the client",
        calm: 60_000,
        items: || {
            vec![
                Item::Quirk(Quirk::Hold(10_000)),
                at(3_000, Deed::Write(1)),
                ill(Lane::Connect, 2, Ill::LostRequest(None)),
                ill(Lane::Connect, 4, Ill::LostReply(None)),
                at(30_000, Deed::Write(1)),
                ill(Lane::Rest, 4, Ill::LostRequest(None)),
                ill(Lane::Rest, 6, Ill::LostReply(None)),
            ]
        },
    },
    Named {
        name: "subscribe-timeout-but-done",
        about: "the subscription is made, and the client never hears of it",
        calm: 30_000,
        items: || {
            vec![
                ill(Lane::Meta, 1, Ill::LostReply(None)),
                at(12_000, Deed::Write(2)),
            ]
        },
    },
    Named {
        name: "redelivered-batch",
        about: "events come without the reply that would acknowledge them, and so once more",
        calm: 20_000,
        items: || {
            vec![
                at(3_000, Deed::Write(3)),
                ill(Lane::Connect, 1, Ill::Spoilt(Spoil::NoReply)),
                ill(Lane::Connect, 2, Ill::Spoilt(Spoil::NoReply)),
                at(6_000, Deed::Write(1)),
            ]
        },
    },
    Named {
        name: "event-id-collision",
        about: "events carry ids that are also ours",
        calm: 30_000,
        items: || {
            let talk = (0..12).map(|nth| at(2_000 + nth * 1_500, Deed::Write(1)));
            let quirks = [
                Item::Quirk(Quirk::Ids(Ids::Colliding)),
                Item::Quirk(Quirk::ReplyFirst),
            ];
            quirks.into_iter().chain(talk).collect()
        },
    },
    Named {
        name: "midnight",
        about: "the server's wall clock is set back by an hour: positions order events, not times",
        calm: 20_000,
        items: || {
            vec![
                at(3_000, Deed::Write(2)),
                at(4_000, Deed::ClockBack),
                at(5_000, Deed::Write(2)),
                spell(6_000, Spell::Weather(Weather::Silence), 3_000),
                at(7_000, Deed::Write(1)),
                at(7_500, Deed::Say(2)),
            ]
        },
    },
    Named {
        name: "giant-batch",
        about: "a thousand events in one answer, one of them lost on the way",
        calm: 20_000,
        items: || {
            vec![
                Item::Quirk(Quirk::Ack(Ack::Off)),
                Item::Quirk(Quirk::Repair(Repair::InReply)),
                at(3_000, Deed::Write(1)),
                ill(Lane::Connect, 2, Ill::LostReply(Some(10))),
                at(3_005, Deed::Write(1_000)),
                at(9_000, Deed::Say(2)),
            ]
        },
    },
];

fn at(moment: u64, deed: Deed) -> Item {
    Item::Deed(moment, deed)
}

fn spell(moment: u64, spell: Spell, lasting: u32) -> Item {
    Item::Deed(moment, Deed::Spell(spell, lasting))
}

fn ill(lane: Lane, nth: u32, ill: Ill) -> Item {
    Item::Ill(lane, nth, ill)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::run;
    use crate::oracle::Figures;

    fn named(name: &str) -> Named {
        let mut all = ALL.into_iter();
        all.find(|named| named.name == name)
            .expect("a name of the list")
    }

    /// Runs a schedule; it must break no rule.
    fn passes(name: &str, subject: Subject) -> Figures {
        let outcome = run(&named(name).plan(subject));
        assert!(
            outcome.violation.is_none(),
            "{name}, {subject:?}: {:?}",
            outcome.violation
        );
        outcome.figures
    }

    fn passes_for_all(name: &str) {
        for subject in SUBJECTS {
            passes(name, subject);
        }
    }

    const COMETD: Subject = Subject::Chat(Delivery::Cometd);
    const POLL: Subject = Subject::Chat(Delivery::Poll);

    #[test]
    fn lost_ack_reply() {
        passes_for_all("lost-ack-reply");
        assert_eq!(passes("lost-ack-reply", COMETD).gaps, 0);
    }

    #[test]
    fn late_reply_after_abort() {
        passes_for_all("late-reply-after-abort");
    }

    #[test]
    fn a_402_storm_is_a_breeze() {
        passes_for_all("402-storm");
        let [_, meta, _] = passes("402-storm", Subject::Bayeux).exchanges;
        assert!(
            meta <= 20,
            "{meta} handshakes and subscriptions in two minutes"
        );
    }

    #[test]
    fn restart_while_subscribing() {
        passes_for_all("restart-while-subscribing");
    }

    #[test]
    fn an_unsubscribed_session_is_mended() {
        for name in [
            "restart-subscribe-lost",
            "restart-subscribe-refused",
            "restart-subscribe-overtaken",
        ] {
            passes_for_all(name);
            for subject in [COMETD, Subject::Chat(Delivery::Auto)] {
                let figures = passes(name, subject);
                assert_eq!(figures.gaps, 0, "{name}");
                // Joined, the visitor's word, what was said meanwhile, and the last probe.
                assert!(figures.lines >= 4, "{name}: {} lines", figures.lines);
            }
        }
    }

    #[test]
    fn what_a_restart_has_taken_for_good_is_marked() {
        passes_for_all("restart-without-repair");
        assert_eq!(passes("restart-without-repair", COMETD).gaps, 1);
        assert_eq!(passes("restart-without-repair", POLL).gaps, 0);
    }

    #[test]
    fn none_then_wake() {
        passes_for_all("none-then-wake");
    }

    #[test]
    fn freeze_past_expiry() {
        passes_for_all("freeze-past-expiry");
        assert_eq!(passes("freeze-past-expiry", COMETD).gaps, 0);
    }

    #[test]
    fn away_and_back() {
        passes_for_all("away-and-back");
        let figures = passes("away-and-back", COMETD);
        assert_eq!(figures.gaps, 0);
        let [_, meta, _] = figures.exchanges;
        // Twice away, and a handshake with its subscription at the beginning, for the word, and on the return.
        assert_eq!(meta, 8);
    }

    #[test]
    fn freeze_within_hold() {
        passes_for_all("freeze-within-hold");
    }

    #[test]
    fn flap_50() {
        passes_for_all("flap-50");
    }

    #[test]
    fn proxy_30s() {
        passes_for_all("proxy-30s");
        let [connects, ..] = passes("proxy-30s", COMETD).exchanges;
        assert!(
            connects <= 24,
            "{connects} connects in five minutes: the hold is not shortened"
        );
    }

    #[test]
    fn never_holding_server() {
        passes_for_all("never-holding-server");
        let [connects, ..] = passes("never-holding-server", COMETD).exchanges;
        assert!(connects <= 55, "{connects} connects in a minute");
    }

    #[test]
    fn two_tabs_one_closes() {
        passes_for_all("two-tabs-one-closes");
    }

    #[test]
    fn publish_then_unload() {
        for subject in [COMETD, POLL] {
            let figures = passes("publish-then-unload", subject);
            assert!(
                figures.lines >= 2 && figures.unsent == 0,
                "{subject:?}: {figures:?}"
            );
        }
    }

    #[test]
    fn double_open() {
        passes_for_all("double-open");
        let [_, meta, _] = passes("double-open", Subject::Bayeux).exchanges;
        assert_eq!(meta, 2, "one handshake and one subscription");
    }

    #[test]
    fn handshake_reply_lost() {
        passes_for_all("handshake-reply-lost");
    }

    #[test]
    fn connect_request_lost_vs_reply_lost() {
        passes_for_all("connect-request-lost-vs-reply-lost");
    }

    #[test]
    fn subscribe_timeout_but_done() {
        passes_for_all("subscribe-timeout-but-done");
    }

    #[test]
    fn redelivered_batch() {
        passes_for_all("redelivered-batch");
    }

    #[test]
    fn event_id_collision() {
        passes_for_all("event-id-collision");
    }

    #[test]
    fn midnight() {
        passes_for_all("midnight");
    }

    #[test]
    fn giant_batch() {
        for subject in [COMETD, POLL] {
            let figures = passes("giant-batch", subject);
            assert!(
                figures.lines > 1_000,
                "{subject:?}: {} lines",
                figures.lines
            );
            assert_eq!(figures.gaps, 0);
        }
    }
}
