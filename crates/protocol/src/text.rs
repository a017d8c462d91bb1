//! Questions to short texts, without the standard library's search machinery: 2 KB of wasm for a few calls.

/// Whether `part` stands in `text`. `part` is not empty.
pub(crate) fn holds(text: &str, part: &str) -> bool {
    text.as_bytes()
        .windows(part.len())
        .any(|window| window == part.as_bytes())
}

/// The scheme of an absolute address, and what follows its `://`.
pub(crate) fn split_scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    Some((scheme, rest.strip_prefix("//")?))
}

/// Forms turn every line break into CRLF; on the page it is one character again.
pub(crate) fn unbroken(text: &str) -> String {
    let is_doubled = |at: usize| text.as_bytes().get(at + 1) == Some(&b'\n');
    text.char_indices()
        .filter(|(at, character)| *character != '\r' || !is_doubled(*at))
        .map(|(_, character)| character)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_wherever_it_stands() {
        for text in ["..", "a..", "..b", "a..b"] {
            assert!(holds(text, ".."), "{text}");
        }
        for text in ["", ".", "a.b.c"] {
            assert!(!holds(text, ".."), "{text}");
        }
    }

    #[test]
    fn only_an_absolute_address_has_a_scheme() {
        assert_eq!(
            split_scheme("https://a:80/b://c"),
            Some(("https", "a:80/b://c"))
        );
        assert_eq!(split_scheme("mailto:a://b"), None);
        assert_eq!(split_scheme("/a/b"), None);
    }

    #[test]
    fn doubled_line_breaks_become_single_and_others_stay() {
        assert_eq!(unbroken("a\r\nb\r\n\r\nc"), "a\nb\n\nc");
        assert_eq!(unbroken("a\rb\nü😀\r"), "a\rb\nü😀\r");
    }
}
