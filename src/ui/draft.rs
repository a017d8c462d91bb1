//! What the visitor is writing: what of it can be sent, and how much room is left.

use crate::text::length;

/// Agent desktops take 4 KB, in UTF-8.
const MAX_BYTES: usize = 4096;
/// From here on the visitor sees how much room is left; a screen reader says it when a line is crossed.
const NEARLY_FULL: usize = 200;
const LINES: [usize; 4] = [NEARLY_FULL, 100, 20, 0];

/// How a draft stands to the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Plenty,
    /// This many characters fit yet.
    Left(usize),
    /// At least this many characters have to go.
    Over(usize),
}

impl Room {
    /// How serious it is; an increase is worth saying.
    pub(super) fn weight(self) -> usize {
        match self {
            Self::Plenty => 0,
            Self::Left(count) => LINES.iter().filter(|line| count <= **line).count(),
            Self::Over(_) => LINES.len() + 1,
        }
    }
}

/// The text as it is sent: without blank space around it. `None` when it is empty or too long.
pub(super) fn sendable(draft: &str, most: usize) -> Option<&str> {
    let text = draft.trim();
    match room(text, most) {
        Room::Plenty | Room::Left(_) => Some(text).filter(|text| !text.is_empty()),
        Room::Over(_) => None,
    }
}

/// Characters and UTF-8 bytes both count; what is nearer to its limit decides.
/// `most`: how many characters there may be.
pub(super) fn room(draft: &str, most: usize) -> Room {
    let text = draft.trim();
    let characters = length(text);
    let too_many = characters.saturating_sub(most);
    let bytes_over = text.len().saturating_sub(MAX_BYTES);
    if too_many > 0 || bytes_over > 0 {
        let longest_first = text.chars().rev().scan(0, |gone, character| {
            let before = *gone;
            *gone += character.len_utf8();
            (before < bytes_over).then_some(())
        });
        return Room::Over(too_many.max(longest_first.count()));
    }
    let left = (most - characters).min(MAX_BYTES - text.len());
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
    /// Ctrl, or Cmd.
    pub(super) control: bool,
    /// Whether an input method is putting a character together: Enter then belongs to it.
    pub(super) composing: bool,
}

impl Press {
    /// Enter sends, Shift and Enter break the line; or Enter breaks the line, and with Ctrl it sends.
    pub(super) fn sends(&self, enter_sends: bool) -> bool {
        let wanted = self.control || (enter_sends && !self.shift);
        self.key == "Enter" && wanted && !self.composing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 4000;

    fn room(draft: &str) -> Room {
        super::room(draft, MOST)
    }

    fn sendable(draft: &str) -> Option<&str> {
        super::sendable(draft, MOST)
    }

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
    fn a_page_may_allow_less() {
        assert_eq!(super::room(&"a".repeat(500), 500), Room::Left(0));
        assert_eq!(super::room(&"a".repeat(501), 500), Room::Over(1));
        assert_eq!(super::room(&"é".repeat(2049), 9000), Room::Over(1));
    }

    #[test]
    fn what_is_left_is_said_when_a_line_is_crossed_and_not_at_each_key() {
        let mut said = Vec::new();
        let mut last = 0;
        for count in 3790..=4003 {
            let weight = room(&"a".repeat(count)).weight();
            if weight > last {
                said.push(count);
            }
            last = weight;
        }
        assert_eq!(said, [3800, 3900, 3980, 4000, 4001]);
    }

    #[test]
    fn enter_sends_unless_it_breaks_the_line_or_ends_a_composition() {
        let press = |key: &str, shift, control, composing| Press {
            key: key.to_owned(),
            shift,
            control,
            composing,
        };
        for (press, enter_sends, enter_breaks) in [
            (press("Enter", false, false, false), true, false),
            (press("Enter", true, false, false), false, false),
            (press("Enter", false, true, false), true, true),
            (press("Enter", false, false, true), false, false),
            (press("Enter", false, true, true), false, false),
            (press("a", false, true, false), false, false),
        ] {
            assert_eq!(press.sends(true), enter_sends, "{press:?}");
            assert_eq!(press.sends(false), enter_breaks, "{press:?}");
        }
    }
}
