//! The one live region: what a screen reader says while the window is open.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::Element;

use super::Chat;
use super::node::{Node, div, tag};
use crate::page::later;

/// How many lines stay: enough for a screen reader to catch up with.
const KEPT: usize = 5;

/// Lines that come within this time, in milliseconds, are added together: each costs a layout, and in a burst of
/// messages a screen reader could not follow them one by one.
const TOGETHER: u32 = 100;

/// Each line is announced once, when it is added; taking the oldest away is not announced.
pub(super) fn speech(chat: &Chat) -> Node {
    let lines = chat.speech.clone();
    let is_due = Rc::new(Cell::new(false));
    let mut due = None;
    div("unseen")
        .attr("aria-live", "polite")
        .attr("aria-relevant", "additions")
        .effect(move |region| {
            lines.follow();
            if is_due.get() || lines.peek().is_empty() {
                return;
            }
            is_due.set(true);
            let (lines, region, is_due) = (lines.clone(), region.clone(), Rc::clone(&is_due));
            // Goes with the window; the one before has fired.
            let fire = move || {
                is_due.set(false);
                say(&region, &lines.drain());
            };
            drop(due.replace(later(TOGETHER, Box::new(fire))));
        })
}

fn say(region: &Element, lines: &[String]) {
    let lines = &lines[lines.len().saturating_sub(KEPT)..];
    let stay = KEPT - lines.len();
    while let Some(oldest) = region.first_element_child()
        && region.child_element_count() as usize > stay
    {
        oldest.remove();
    }
    for line in lines {
        let added = region.append_child(tag("p").text(line).element());
        debug_assert!(added.is_ok(), "a region takes lines");
    }
}
