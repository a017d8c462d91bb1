//! Shortened plans of seeds that broke a rule in a long run, kept whatever becomes of the way plans are drawn.

use gms_chat_protocol::Lane::{Connect, Rest};
use gms_chat_protocol::chat::Delivery;

use crate::campaign::run;
use crate::plan::{Deed, Ill, Item, Plan, Quirk, Repair, Spell, Spoil, Subject, Weather, Wish};

const NEITHER: Item = Item::Quirk(Quirk::Repair(Repair::Neither));

fn at(moment: u64, deed: Deed) -> Item {
    Item::Deed(moment, deed)
}

fn status(code: u16, wish: Wish) -> Ill {
    Ill::Status {
        code,
        wish,
        processed: false,
    }
}

/// Runs a plan of this seed; it must break no rule.
fn passes(seed: u64, delivery: Delivery, calm: u64, items: &[Item]) {
    let outcome = run(&Plan {
        seed,
        subject: Subject::Chat(delivery),
        calm,
        items: items.to_vec(),
    });
    assert!(outcome.violation.is_none(), "{:?}", outcome.violation);
}

#[test]
fn a_word_said_twice_between_three_restarts() {
    let items = [
        Item::Quirk(Quirk::Latency(714, 50)),
        Item::Quirk(Quirk::OtherTab(2_000)),
        NEITHER,
        at(0, Deed::Start),
        at(17_324, Deed::PushUrl),
        at(23_207, Deed::Say(1)),
        at(26_468, Deed::Write(3)),
        at(32_097, Deed::Say(1)),
        Item::Ill(Connect, 0, status(429, Wish::Nonsense)),
        at(2_371, Deed::Restart),
        at(36_361, Deed::Restart),
        at(19_894, Deed::Restart),
    ];
    passes(1_302_610, Delivery::Cometd, 36_629, &items);
}

#[test]
fn a_word_said_twice_and_a_lost_cookie() {
    let asleep = Spell::Asleep { clock_stops: false };
    let items = [
        NEITHER,
        at(0, Deed::Start),
        at(5_633, Deed::Say(1)),
        at(9_597, Deed::AgentStops),
        at(15_475, Deed::Say(1)),
        Item::Ill(Connect, 11, Ill::LostReply(None)),
        Item::Ill(Connect, 6, status(429, Wish::Date)),
        at(3_875, Deed::Spell(asleep, 1_601)),
        at(6_803, Deed::LoseCookie),
    ];
    passes(1_502_763, Delivery::Cometd, 19_382, &items);
}

#[test]
fn a_connect_that_nobody_answers_while_the_session_expires() {
    let items = [
        Item::Quirk(Quirk::Latency(335, 3_000)),
        Item::Quirk(Quirk::NeverHolds),
        NEITHER,
        at(200, Deed::Start),
        at(4_600, Deed::Spell(Spell::Weather(Weather::Deaf), 4_347)),
    ];
    passes(2_555_445, Delivery::Cometd, 15_039, &items);
}

#[test]
fn a_lost_answer_with_an_event_in_it_and_a_session_that_expires() {
    let truncated = Ill::Truncated {
        permille: 100,
        noticed: true,
    };
    let items = [
        NEITHER,
        Item::Quirk(Quirk::Latency(100, 3_000)),
        at(0, Deed::Start),
        at(8_013, Deed::Say(1)),
        at(8_180, Deed::Say(2)),
        at(17_698, Deed::AgentStops),
        at(19_870, Deed::Say(4)),
        at(21_591, Deed::Write(2)),
        Item::Ill(Connect, 7, Ill::LostReply(Some(30))),
        Item::Ill(Connect, 1, truncated),
        Item::Ill(Connect, 10, Ill::LostReply(None)),
        Item::Ill(Connect, 4, status(502, Wish::None)),
    ];
    passes(2_626_833, Delivery::Cometd, 33_454, &items);
}

#[test]
fn a_push_chat_that_is_polled_because_its_creation_was_denied() {
    let items = [
        Item::Quirk(Quirk::Latency(712, 3_000)),
        Item::Quirk(Quirk::OtherTab(2_000)),
        NEITHER,
        at(0, Deed::Start),
        Item::Ill(Rest, 1, Ill::LostReply(Some(30))),
        Item::Ill(Rest, 3, status(504, Wish::None)),
        Item::Ill(Rest, 2, status(405, Wish::None)),
        Item::Ill(Connect, 2, Ill::LateRequest(3_640)),
        Item::Ill(Connect, 3, Ill::Spoilt(Spoil::NoReply)),
        Item::Ill(Connect, 1, status(400, Wish::None)),
    ];
    passes(2_692_151, Delivery::Auto, 123_241, &items);
}

#[test]
fn a_gap_that_was_asked_for_while_the_channel_was_dead() {
    let items = [
        Item::Quirk(Quirk::Repair(Repair::Pushed)),
        at(200, Deed::Start),
        at(3_918, Deed::Join),
        at(4_000, Deed::Foreign),
        at(4_214, Deed::Write(5)),
        at(19_968, Deed::Write(5)),
        at(24_605, Deed::Say(3)),
        at(27_410, Deed::Transfer),
        Item::Ill(Connect, 7, Ill::LostRequest(Some(8_000))),
        Item::Ill(Connect, 8, Ill::LostRequest(None)),
        Item::Ill(Connect, 4, status(503, Wish::Seconds(13))),
    ];
    passes(1_424_726, Delivery::Cometd, 28_050, &items);
}
