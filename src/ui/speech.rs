//! The one live region: what a screen reader says while the window is open.

use web_sys::Element;

use super::Chat;
use super::node::{Node, div, tag};

/// How many lines stay: enough for a screen reader to catch up with.
const KEPT: u32 = 5;

/// Each line is announced once, when it is added; taking the oldest away is not announced.
pub(super) fn speech(chat: &Chat) -> Node {
    let lines = chat.speech.clone();
    div("unseen")
        .attr("aria-live", "polite")
        .attr("aria-relevant", "additions")
        .effect(move |region| {
            for line in lines.take() {
                say(region, &line);
            }
        })
}

fn say(region: &Element, line: &str) {
    let added = region.append_child(tag("p").text(line).element());
    debug_assert!(added.is_ok(), "a region takes lines");
    while region.child_element_count() > KEPT {
        let Some(oldest) = region.first_element_child() else {
            return;
        };
        oldest.remove();
    }
}
