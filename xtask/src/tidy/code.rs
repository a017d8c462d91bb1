//! Source text with its comments, and if wanted its strings, blanked out, so that a rule reads only code.

/// Whose comments and strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    /// JavaScript, and CSS, whose comments and strings are among its forms.
    Script,
}

/// What is left standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Code,
    CodeAndStrings,
}

/// `text` with everything else turned into spaces. Line ends stay, so that line numbers hold.
pub(super) fn only(text: &str, language: Language, keep: Keep) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, blank) = match piece(rest, language) {
            Some(Piece::Comment(length)) => (length, true),
            Some(Piece::Text(length)) => (length, keep == Keep::Code),
            None => (first.len_utf8(), false),
        };
        let (head, tail) = rest.split_at(length.min(rest.len()));
        if blank {
            out.extend(head.chars().map(|c| if c == '\n' { c } else { ' ' }));
        } else {
            out.push_str(head);
        }
        rest = tail;
    }
    out
}

/// What begins here, with its length in bytes.
enum Piece {
    Comment(usize),
    Text(usize),
}

fn piece(rest: &str, language: Language) -> Option<Piece> {
    if rest.starts_with("//") {
        return Some(Piece::Comment(rest.find('\n').unwrap_or(rest.len())));
    }
    if rest.starts_with("/*") {
        return Some(Piece::Comment(block_comment(rest, language)));
    }
    let text = match language {
        Language::Rust => rust_text(rest),
        Language::Script => rest
            .chars()
            .next()
            .filter(|c| "\"'`".contains(*c))
            .map(|quote| quoted(rest, quote)),
    };
    text.map(Piece::Text)
}

/// Rust's block comments nest; the others do not.
fn block_comment(rest: &str, language: Language) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") && (depth == 0 || language == Language::Rust) {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn rust_text(rest: &str) -> Option<usize> {
    if rest.starts_with('"') {
        return Some(quoted(rest, '"'));
    }
    if let Some(after) = rest.strip_prefix('r') {
        let hashes = after.len() - after.trim_start_matches('#').len();
        if after[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 2;
            return Some(
                rest[body..]
                    .find(&close)
                    .map_or(rest.len(), |end| body + end + close.len()),
            );
        }
    }
    // A character, not a lifetime: it is closed after one character or one escape.
    let inner = rest.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        return Some(quoted(rest, '\''));
    }
    let c = inner.chars().next()?;
    inner[c.len_utf8()..]
        .starts_with('\'')
        .then(|| c.len_utf8() + 2)
}

/// The length of a string that begins here and ends at the next `quote` without a backslash before it.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// Whether `word` stands in `line` by itself, not as a part of a longer name.
pub(super) fn names(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, code: &str) {
        assert_eq!(only(text, Language::Rust, Keep::Code), code);
    }

    #[test]
    fn comments_and_strings_of_rust_become_spaces() {
        check("a // b\nc", "a     \nc");
        check("a /* b /* c */ d */ e", "a                   e");
        check("f(\"a // b\", c)", "f(        , c)");
        check("f(r#\"a\"b\"#)", "f(        )");
        check("f('\"', '\\'', 'x)", "f(   ,     , 'x)");
        check("f(\"a\\\"b\") // c", "f(      )     ");
    }

    #[test]
    fn lifetimes_are_code() {
        check(
            "fn f<'a>(x: &'a str) -> &'a str",
            "fn f<'a>(x: &'a str) -> &'a str",
        );
    }

    #[test]
    fn strings_may_stay() {
        let text = "x('style') // style\n";
        assert_eq!(
            only(text, Language::Script, Keep::CodeAndStrings),
            "x('style')         \n"
        );
    }

    #[test]
    fn a_word_is_not_a_part_of_a_longer_name() {
        assert!(names("use crate::transport;", "transport"));
        assert!(!names("let transports = my_transport;", "transport"));
    }
}
