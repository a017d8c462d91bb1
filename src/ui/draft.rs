//! What the visitor is writing: what of it can be sent, and how much room is left.

use crate::text::length;

/// Agent desktops take 4 KB, and a name in front.
const MAX_CHARACTERS: usize = 4000;
const MAX_BYTES: usize = 4096;
/// From here on the visitor is told how much room is left.
const NEARLY_FULL: usize = 200;

/// How a draft stands to the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Plenty,
    /// This many characters fit yet.
    Left(usize),
    /// At least this many characters have to go.
    Over(usize),
}

/// The text as it is sent: without blank space around it. `None` when it is empty or too long.
pub(super) fn sendable(draft: &str) -> Option<&str> {
    let text = draft.trim();
    match room(text) {
        Room::Plenty | Room::Left(_) => Some(text).filter(|text| !text.is_empty()),
        Room::Over(_) => None,
    }
}

/// Characters and UTF-8 bytes both count; what is nearer to its limit decides.
pub(super) fn room(draft: &str) -> Room {
    let text = draft.trim();
    let characters = length(text);
    let too_many = characters.saturating_sub(MAX_CHARACTERS);
    let bytes_over = text.len().saturating_sub(MAX_BYTES);
    if too_many > 0 || bytes_over > 0 {
        let longest_first = text.chars().rev().scan(0, |gone, character| {
            let before = *gone;
            *gone += character.len_utf8();
            (before < bytes_over).then_some(())
        });
        return Room::Over(too_many.max(longest_first.count()));
    }
    let left = (MAX_CHARACTERS - characters).min(MAX_BYTES - text.len());
    if left <= NEARLY_FULL {
        Room::Left(left)
    } else {
        Room::Plenty
    }
}

/// A key press in the composer.
#[derive(Clone, Debug)]
pub(super) struct Press {
    pub(super) key: String,
    pub(super) shift: bool,
    /// Whether an input method is putting a character together: Enter then belongs to it.
    pub(super) composing: bool,
}

impl Press {
    /// Enter sends, Shift and Enter break the line.
    pub(super) fn sends(&self) -> bool {
        self.key == "Enter" && !self.shift && !self.composing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_space_around_a_text_is_not_sent() {
        assert_eq!(sendable("  hello\n world \n"), Some("hello\n world"));
        assert_eq!(sendable(" \n\t "), None);
        assert_eq!(sendable(""), None);
    }

    #[test]
    fn the_limit_counts_characters() {
        assert_eq!(room(&"a".repeat(3000)), Room::Plenty);
        assert_eq!(room(&"a".repeat(3800)), Room::Left(200));
        assert_eq!(room(&"a".repeat(4000)), Room::Left(0));
        assert_eq!(room(&"a".repeat(4003)), Room::Over(3));
        assert!(sendable(&"a".repeat(4000)).is_some());
        assert!(sendable(&"a".repeat(4001)).is_none());
    }

    #[test]
    fn the_limit_counts_bytes_too() {
        assert_eq!(room(&"é".repeat(2048)), Room::Left(0));
        assert_eq!(room(&"é".repeat(2050)), Room::Over(2));
        assert_eq!(room(&"😀".repeat(1025)), Room::Over(1));
        assert_eq!(
            room(&["😀".repeat(1024), "ab".to_owned()].concat()),
            Room::Over(2)
        );
    }

    #[test]
    fn taking_away_what_is_over_makes_a_draft_fit() {
        for text in ["é".repeat(3000), "a😀".repeat(1500), "x".repeat(5000)] {
            let Room::Over(over) = room(&text) else {
                panic!("{} bytes fit", text.len());
            };
            let kept = text.chars().count() - over;
            let shorter: String = text.chars().take(kept).collect();
            assert!(sendable(&shorter).is_some());
        }
    }

    #[test]
    fn enter_sends_unless_it_breaks_the_line_or_ends_a_composition() {
        let press = |key: &str, shift, composing| Press {
            key: key.to_owned(),
            shift,
            composing,
        };
        assert!(press("Enter", false, false).sends());
        assert!(!press("Enter", true, false).sends());
        assert!(!press("Enter", false, true).sends());
        assert!(!press("a", false, false).sends());
    }
}
