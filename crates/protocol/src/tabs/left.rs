//! What the page before has left in a tab that follows, beside what the tab that leads knows: a message that was on its
//! way when its page went, while no other tab was there to hear of it, is nobody else's.

use crate::chat::{DOUBTFUL_STEP, QUEUED_STEP, is_same};
use crate::json::{Row, parse, text};
use crate::value::Value;

/// Where they stand in a snapshot, see `chat/kept.rs`.
const SERVICE: usize = 0;
const EVENTS: usize = 4;
const MESSAGES: usize = 5;

/// The messages of one snapshot that were on their way, and of which another one, of the same chat, knows nothing: it
/// has fewer of the same words, said or on their way. They may have been sent all the same.
pub(super) fn unknown(left: &str, told: &str) -> Vec<String> {
    let (Some(left), Some(told)) = (parse(left), parse(told)) else {
        return Vec::new();
    };
    let service = |of: &Value| of.as_array()?.get(SERVICE).and_then(text);
    let mut unknown: Vec<String> = Vec::new();
    if service(&left) != service(&told) {
        return unknown;
    }
    for row in rows(&left, MESSAGES) {
        // What was handed on has a number, and is known by that.
        let is_open = matches!(&*row.text(1), QUEUED_STEP | DOUBTFUL_STEP);
        if !is_open || row.number(4).is_some() {
            continue;
        }
        let words = row.text(0);
        let found = unknown.iter().filter(|other| is_same(other, &words));
        if count(&told, &words) + found.count() < count(&left, &words) {
            unknown.push(words);
        }
    }
    unknown
}

/// How often the visitor has said this, or is about to.
fn count(snapshot: &Value, words: &str) -> usize {
    let said = rows(snapshot, EVENTS).filter(|row| {
        row.text(0) == "Message.Text" && row.text(4) == "CLIENT" && is_same(&row.text(2), words)
    });
    let on_their_way = rows(snapshot, MESSAGES).filter(|row| is_same(&row.text(0), words));
    said.count() + on_their_way.count()
}

fn rows(snapshot: &Value, place: usize) -> impl Iterator<Item = Row<'_>> {
    let rows = snapshot.as_array().and_then(|parts| parts.get(place));
    let rows = rows.and_then(Value::as_array);
    rows.into_iter().flatten().map(Row)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HI: &str = r#"["Message.Text","Ada","Hi","3","CLIENT","3"]"#;

    fn chat(events: &str, messages: &str) -> String {
        format!(r#"["s","10","",{{}},[{events}],[{messages}]]"#)
    }

    #[test]
    fn what_was_on_its_way_and_is_nowhere_else_is_found() {
        let left = chat("", r#"["Hi","d",""],["there","q",""],["","t"]"#);
        assert_eq!(unknown(&left, &chat("", "")), ["Hi", "there"]);
        assert_eq!(unknown(&left, &chat(HI, "")), ["there"], "it was said");
        let heard = chat("", r#"["there","q",""]"#);
        assert_eq!(unknown(&left, &heard), ["Hi"], "it is on its way");
    }

    #[test]
    fn the_same_words_are_counted() {
        let left = chat(HI, r#"["Hi","d",""],["Hi","q",""]"#);
        assert_eq!(unknown(&left, &chat(HI, "")), ["Hi", "Hi"]);
        let two = [HI, HI].join(",");
        assert_eq!(unknown(&left, &chat(&two, "")), ["Hi"]);
        assert_eq!(unknown(&left, &chat(&two, r#"["Hi ","q",""]"#)), [""; 0]);
    }

    #[test]
    fn what_is_settled_handed_on_or_of_another_chat_is_left_alone() {
        let settled = r#"["a","u",""],["b","n"],["c","q","","7","1"]"#;
        assert_eq!(unknown(&chat("", settled), &chat("", "")), [""; 0]);
        let left = chat("", r#"["Hi","q",""]"#);
        let other = chat("", "").replace("\"s\"", "\"t\"");
        assert_eq!(unknown(&left, &other), [""; 0]);
        for odd in ["", "[]", "7", "[1,2,3,4,5,6]", r#"["s",1,2,3,{},{}]"#] {
            assert_eq!(unknown(odd, &left), [""; 0], "{odd}");
            let _ = unknown(&left, odd);
        }
    }
}
