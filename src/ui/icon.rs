//! The few drawings of the window, as strokes on a grid of 24.

use super::node::{Node, button, svg};

pub(super) const CHEVRON_DOWN: &str = "m6 9 6 6 6-6";
pub(super) const ARROW_UP: &str = "M12 19V5m-6 6 6-6 6 6";
pub(super) const ARROW_DOWN: &str = "M12 5v14m6-6-6 6-6-6";
pub(super) const ARROW_OUT: &str = "M8 16 17 7m-8 0h8v8";
pub(super) const CHECK: &str = "m5 12.5 4.5 4.5L19 7.5";
pub(super) const EXCLAMATION: &str = "M12 7v6m0 4v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z";
pub(super) const DOTS: &str = "M12 5v.01M12 12v.01M12 19v.01";
pub(super) const BELL: &str = "M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15ZM10 21h4";
pub(super) const LINK: &str = "M10 14a4 4 0 0 0 6 .5l3-3A4 4 0 0 0 13.500 5.500L12 7m2 3a4 4 0 0 0-6-.5l-3 3A4 4 0 0 0 10.500 18.500L12 17";

/// A drawing that says nothing to a screen reader.
pub(super) fn icon(path: &str) -> Node {
    svg("svg")
        .attr("class", "icon")
        .attr("viewBox", "0 0 24 24")
        .attr("aria-hidden", "true")
        .child(svg("path").attr("d", path))
}

/// A button that shows only a drawing; `label` says what it does.
pub(super) fn icon_button(class: &str, label: &str, path: &str) -> Node {
    button(class)
        .attr("aria-label", label)
        .attr("title", label)
        .child(icon(path))
}
