//! One chat in several tabs: what is shown at once, what is handed on, and that nothing heard does harm.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/dice.rs"]
mod dice;
#[path = "support/gms_peer.rs"]
mod gms_peer;

use dice::Dice;
use gms_chat_protocol::chat::{Body, Change, Command, Delivery, Event, Fate, Phase};
use gms_chat_protocol::tabs::{Output, Tab};
use gms_chat_protocol::{Moment, Output as Plain};
use gms_peer::{config, ok, visitor};
use serde_json::json;

const NOW: Moment = Moment::from_millis(1_000);

/// Everything that a tab asks for now.
fn drain(tab: &mut Tab) -> Vec<Output> {
    let mut outputs = Vec::new();
    loop {
        match tab.poll_output() {
            Output::Chat(Plain::Wait(_)) => return outputs,
            Output::Recall => {
                let events = [Event::Phase(Phase::Restoring), Event::Phase(Phase::Active)];
                tab.recalled(&events, NOW);
            }
            output => outputs.push(output),
        }
    }
}

fn posts(outputs: &[Output]) -> Vec<String> {
    let posts = outputs.iter().filter_map(|output| match output {
        Output::Post(text) => Some(text.clone()),
        _ => None,
    });
    posts.collect()
}

fn events(outputs: &[Output]) -> Vec<Event> {
    let events = outputs.iter().filter_map(|output| match output {
        Output::Chat(Plain::Event(event)) => Some(event.clone()),
        _ => None,
    });
    events.collect()
}

fn sends(outputs: &[Output]) -> usize {
    let is_sent = |output: &&Output| matches!(output, Output::Chat(Plain::Send(..)));
    outputs.iter().filter(is_sent).count()
}

/// A tab that leads a polled chat.
fn leading() -> Tab {
    leading_at("s1")
}

/// What a tab says that has just come.
fn hello() -> Vec<Output> {
    let mut tab = Tab::new(config(Delivery::Poll), 11, NOW);
    tab.follow(None, NOW);
    drain(&mut tab)
}

/// A tab that leads the polled chat of this service.
fn leading_at(service: &str) -> Tab {
    let mut one = Tab::new(config(Delivery::Poll), 7, NOW);
    one.handle_command(Command::Start(visitor()), NOW);
    let answers = [
        json!({"_id": service}),
        json!({"chatIxnState": "CONNECTED", "transcriptPosition": 2, "chatSessionId": "c1",
            "transcriptToShow": [["Notice.Joined", "Ann", "", "1", "AGENT"]]}),
    ];
    let mut outputs = drain(&mut one);
    for answer in answers {
        let id = outputs.iter().find_map(|output| match output {
            Output::Chat(Plain::Send(id, _)) => Some(*id),
            _ => None,
        });
        one.handle_reply(id.unwrap(), ok(answer), NOW);
        outputs = drain(&mut one);
    }
    assert!(one.lead(None, visitor(), None, NOW));
    drain(&mut one);
    one
}

/// What one tab posts, the other hears.
fn carry(from: &mut Tab, to: &mut Tab) {
    for post in posts(&drain(from)) {
        to.hear(&post, NOW);
    }
}

/// A tab that has come to the one that leads, and been told everything.
fn joining(lead: &mut Tab) -> Tab {
    let mut tab = Tab::new(config(Delivery::Poll), 8, NOW);
    tab.follow(None, NOW);
    carry(&mut tab, lead);
    carry(lead, &mut tab);
    let shown = events(&drain(&mut tab));
    assert_eq!(shown.last(), Some(&Event::Phase(Phase::Active)));
    tab
}

/// A tab that leads a polled chat, and one that follows it.
fn pair() -> (Tab, Tab) {
    let mut one = leading();
    let two = joining(&mut one);
    (one, two)
}

#[test]
fn what_is_written_in_a_tab_that_follows_is_shown_there_at_once_and_keeps_its_key() {
    let (mut one, mut two) = pair();
    two.handle_command(Command::Say("Hi".to_owned()), NOW);
    let here = drain(&mut two);
    let [Event::Entry(Change::Appended(shown))] = &events(&here)[..] else {
        panic!("{here:?}");
    };
    assert_eq!(sends(&here), 0, "only the tab that leads asks the server");
    for post in posts(&here) {
        one.hear(&post, NOW);
    }
    let there = drain(&mut one);
    assert_eq!(sends(&there), 1);
    for post in posts(&there) {
        two.hear(&post, NOW);
    }
    let back = events(&drain(&mut two));
    let [Event::Entry(Change::Replaced(again))] = &back[..] else {
        panic!("{back:?}");
    };
    assert_eq!((again.key, &again.body), (shown.key, &shown.body));
}

#[test]
fn what_was_handed_on_to_a_tab_that_is_gone_is_in_doubt_in_the_one_that_takes_over() {
    let (one, mut two) = pair();
    two.handle_command(Command::Say("Hi".to_owned()), NOW);
    drain(&mut two);
    drop(one);
    assert!(two.lead(None, visitor(), None, NOW));
    let taken = drain(&mut two);
    let fates = events(&taken).into_iter().filter_map(|event| match event {
        Event::Entry(Change::Replaced(entry)) => match entry.body {
            Body::Mine { text, fate } => Some((text, fate)),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(
        fates.collect::<Vec<_>>(),
        [("Hi".to_owned(), Fate::Unknown)]
    );
    assert_eq!(sends(&taken), 1, "it asks before it sends");
}

/// What a tab does when its visitor ends the chat, and nobody hears of it.
fn end_unheard(tab: &mut Tab) {
    tab.handle_command(Command::End, NOW);
    assert_eq!(posts(&drain(tab)).len(), 1);
}

fn is_ending(outputs: &[Output]) -> bool {
    events(outputs).contains(&Event::Phase(Phase::Ending))
}

#[test]
fn an_end_that_was_handed_on_to_a_tab_that_is_gone_is_done_by_the_one_that_takes_over() {
    let (one, mut two) = pair();
    end_unheard(&mut two);
    drop(one);
    assert!(two.lead(None, visitor(), None, NOW));
    assert!(is_ending(&drain(&mut two)));
}

#[test]
fn an_end_that_was_handed_on_to_a_tab_that_is_gone_is_handed_on_to_the_next_one() {
    let (mut one, mut two) = pair();
    let mut three = joining(&mut one);
    end_unheard(&mut two);
    drop(one);
    assert!(three.lead(None, visitor(), None, NOW));
    for post in posts(&drain(&mut three)) {
        two.hear(&post, NOW);
    }
    carry(&mut two, &mut three);
    assert!(is_ending(&drain(&mut three)));
}

#[test]
fn an_end_is_not_handed_on_where_another_chat_has_begun() {
    let (one, mut two) = pair();
    end_unheard(&mut two);
    drop(one);
    let mut other = leading_at("s2");
    other.hear(&posts(&hello())[0], NOW);
    carry(&mut other, &mut two);
    // It shows that chat, and asks for nothing.
    assert!(two.snapshot().unwrap().contains("s2"));
    assert_eq!(posts(&drain(&mut two)), [""; 0]);
    assert!(two.lead(None, visitor(), None, NOW));
    assert!(!is_ending(&drain(&mut two)));
}

#[test]
fn a_tab_that_has_left_says_nothing_more() {
    let (mut one, mut two) = pair();
    one.leave(NOW);
    let last = drain(&mut one);
    assert_eq!(posts(&last).len(), 1);
    one.handle_command(Command::Say("late".to_owned()), NOW);
    one.handle_timeout(Moment::from_millis(100_000));
    assert_eq!(drain(&mut one), []);
    assert_eq!(one.snapshot(), None);
    for post in posts(&last) {
        two.hear(&post, NOW);
    }
    assert!(two.lead(None, visitor(), None, NOW));
    assert_eq!(sends(&drain(&mut two)), 1);
}

#[test]
fn a_wish_that_is_heard_twice_is_done_once() {
    let (mut one, mut two) = pair();
    two.handle_command(Command::Say("Hi".to_owned()), NOW);
    let wishes = posts(&drain(&mut two));
    for post in wishes.iter().chain(&wishes) {
        one.hear(post, NOW);
    }
    let new = events(&drain(&mut one)).into_iter();
    let new = new.filter(|event| matches!(event, Event::Entry(Change::Appended(_))));
    assert_eq!(new.count(), 1);
}

#[test]
fn whatever_is_heard_ends_well() {
    let mut heard = Vec::new();
    let (mut one, mut two) = pair();
    for text in ["Hi", "How \"are\" you?"] {
        two.handle_command(Command::Say(text.to_owned()), NOW);
        let wishes = posts(&drain(&mut two));
        for post in &wishes {
            one.hear(post, NOW);
        }
        heard.extend(wishes);
        let told = posts(&drain(&mut one));
        for post in &told {
            two.hear(post, NOW);
        }
        heard.extend(told);
    }
    let mut harmed = 0;
    for seed in 0..4_000 {
        let mut dice = Dice(seed);
        let mut spoilt: Vec<char> = heard[dice.roll(heard.len())].chars().collect();
        for _ in 0..=dice.roll(3) {
            let odd = ['"', ',', '[', ']', '0', '9', '-', '\\', '\0', 'é'];
            let at = dice.roll(spoilt.len());
            match dice.roll(3) {
                0 => spoilt[at] = odd[dice.roll(odd.len())],
                1 => drop(spoilt.remove(at)),
                _ => spoilt.insert(at, odd[dice.roll(odd.len())]),
            }
        }
        let spoilt: String = spoilt.into_iter().collect();
        let (mut one, mut two) = pair();
        for tab in [&mut one, &mut two] {
            tab.hear(&spoilt, NOW);
            harmed += drain(tab).len();
        }
        // Both go on: each can still be asked, and can take over.
        one.handle_command(Command::End, NOW);
        drain(&mut one);
        // Who has missed something lets others go first, once.
        let mut leads = || two.lead(None, visitor(), None, NOW);
        assert!(leads() || leads() || two.snapshot().is_none(), "{spoilt}");
        drain(&mut two);
    }
    assert!(harmed > 1_000, "only {harmed} outputs: nothing was tried");
}

#[test]
fn the_end_of_a_chat_that_never_was_is_no_chat_to_lead() {
    let mut tab = Tab::new(config(Delivery::Poll), 9, NOW);
    assert!(!tab.lead(Some(("[]", true)), visitor(), None, NOW));
    assert!(drain(&mut tab).contains(&Output::Part));
    // And it can begin one of its own.
    tab.handle_command(Command::Start(visitor()), NOW);
    assert_eq!(sends(&drain(&mut tab)), 1);
}

#[test]
fn a_tab_that_is_alone_tells_nobody_until_somebody_asks() {
    let mut one = leading();
    one.handle_command(Command::Say("to nobody".to_owned()), NOW);
    let alone = drain(&mut one);
    assert_eq!(posts(&alone), [""; 0]);
    assert_eq!(events(&alone).len(), 1);
    let two = joining(&mut one);
    assert!(two.snapshot().unwrap().contains("to nobody"));
    one.handle_command(Command::Say("to both".to_owned()), NOW);
    assert_eq!(posts(&drain(&mut one)).len(), 1);
}

#[test]
fn a_tab_that_is_alone_has_a_last_word_for_whoever_has_just_come() {
    let mut one = leading();
    one.leave(NOW);
    assert_eq!(posts(&drain(&mut one)).len(), 1);
}

#[test]
fn what_was_on_its_way_in_a_tab_that_comes_back_last_is_not_lost() {
    let (mut one, two) = pair();
    let before = two.snapshot().unwrap();
    drop(two);
    one.handle_command(Command::Say("Hi".to_owned()), NOW);
    drain(&mut one);
    let left = one.snapshot().unwrap();
    drop(one);
    // The tab that knows less is there first.
    let mut two = Tab::new(config(Delivery::Poll), 9, NOW);
    assert!(two.lead(Some((&before, false)), visitor(), None, NOW));
    drain(&mut two);
    let mut one = Tab::new(config(Delivery::Poll), 10, NOW);
    one.follow(Some(&left), NOW);
    for _ in 0..3 {
        carry(&mut one, &mut two);
        carry(&mut two, &mut one);
    }
    for tab in [&one, &two] {
        let snapshot = tab.snapshot().unwrap();
        assert_eq!(snapshot.matches("\"Hi\"").count(), 1, "{snapshot}");
    }
}

#[test]
fn what_the_tab_that_leads_has_heard_is_not_handed_on_again() {
    let (mut one, mut two) = pair();
    one.handle_command(Command::Say("Hi".to_owned()), NOW);
    carry(&mut one, &mut two);
    let left = one.snapshot().unwrap();
    drop(one);
    assert!(two.lead(None, visitor(), None, NOW));
    drain(&mut two);
    let mut one = Tab::new(config(Delivery::Poll), 10, NOW);
    one.follow(Some(&left), NOW);
    carry(&mut one, &mut two);
    carry(&mut two, &mut one);
    assert!(one.snapshot().unwrap().contains("\"Hi\""), "it was told");
    assert_eq!(posts(&drain(&mut one)), [""; 0]);
    let snapshot = two.snapshot().unwrap();
    assert_eq!(snapshot.matches("\"Hi\"").count(), 1, "{snapshot}");
}

#[test]
fn a_chat_that_is_begun_where_nobody_has_told_of_one_is_begun() {
    let mut tab = Tab::new(config(Delivery::Poll), 7, NOW);
    tab.follow(None, NOW);
    drain(&mut tab);
    tab.handle_command(Command::Start(visitor()), NOW);
    let begun = drain(&mut tab);
    assert_eq!(begun[0], Output::Part);
    assert!(events(&begun).contains(&Event::Phase(Phase::Connecting)));
    assert_eq!(sends(&begun), 1);
}
