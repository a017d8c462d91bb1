//! The storm: very many widgets lose the server at once, and it comes back a minute later.

mod crowd;

use std::process::ExitCode;

pub(crate) use crowd::Crowd;

use crate::plan::{Deed, Item, Plan, Quirk, Spell, Subject, Weather};
use crate::random::{Dice, hash};
use crate::world::World;
use gms_chat_protocol::chat::Delivery;

/// How many widgets there are.
const WIDGETS: u64 = 100_000;
/// They begin their chats within this time.
const BEGIN: u64 = 60_000;
/// When the server goes, and when it comes back.
const GONE: u64 = 120_000;
const BACK: u64 = GONE + 60_000;
/// When nobody looks any more.
const END: u64 = BACK + 120_000;
/// Each way takes so long, and up to so much more.
const WAY: (u64, u64) = (20, 100);

/// Ours: the chat session over CometD, whole, with its REST calls.
pub(crate) fn widgets(count: u64, threads: usize) -> Result<Crowd, String> {
    Crowd::gather(count, threads, BACK, END, |number| {
        let plan = plan(number);
        World::arrivals(&plan, END).map_err(|violation| format!("widget {number}: {violation:?}"))
    })
}

/// The official client's way: a second more after every failure, up to a minute, and no jitter.
pub(crate) fn officials(count: u64, threads: usize) -> Result<Crowd, String> {
    Crowd::gather(count, threads, BACK, END, |number| Ok(official(number)))
}

fn plan(number: u64) -> Plan {
    let start = hash(&[number, 1]) % BEGIN;
    let minute = u32::try_from(BACK - GONE).unwrap_or(0);
    let items = vec![
        Item::Quirk(Quirk::Latency(WAY.0 as u32, WAY.1 as u32)),
        Item::Deed(start, Deed::Start),
        Item::Deed(GONE, Deed::Restart),
        Item::Deed(GONE, Deed::Spell(Spell::Weather(Weather::Refused), minute)),
    ];
    Plan {
        seed: number,
        subject: Subject::Chat(Delivery::Cometd),
        calm: BACK,
        items,
    }
}

/// When the requests of one official client reach the server that is back: a connect, which is
/// unknown, then handshake, subscription, a prompt connect and a held one.
fn official(number: u64) -> Vec<u64> {
    let mut dice = Dice::new(number);
    let mut way = || dice.between(WAY.0, WAY.0 + WAY.1 / 16);
    let mut now = GONE + way();
    let mut wait = 0;
    while now < BACK {
        wait = (wait + 1_000).min(60_000);
        now += wait + way();
    }
    let handshake = now + way() + way();
    let session = handshake + way() + way();
    let held = session + way() + way();
    vec![now, handshake, session, session + 1, held]
}

/// Prints who comes back when; fails when ours is not ten times gentler.
pub(crate) fn verdict(ours: &Crowd, theirs: &Crowd) -> ExitCode {
    let gentle = theirs.peak(1_000) >= 10 * ours.peak(1_000);
    if gentle {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The size of the storm that the command runs.
pub(crate) fn size() -> u64 {
    WIDGETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_storm_is_gentle_too() {
        let ours = widgets(300, 2).unwrap();
        let theirs = officials(300, 2).unwrap();
        let (ours, theirs) = (ours.peak(1_000), theirs.peak(1_000));
        assert!(
            theirs >= 8 * ours,
            "{ours} and {theirs} requests in the worst second"
        );
    }
}
