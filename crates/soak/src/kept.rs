//! A chat between two pages, as `src/survive.js` writes it and makes it ready to be taken up.

use serde_json::{Value, json};

/// What one page has left.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) chat: String,
    /// Whether nothing has happened on that page since.
    pub(crate) is_exact: bool,
}

impl Kept {
    /// As it can be taken up: events in the order of their positions. Of a page that could not say when it ended, a
    /// message that was waiting may have left since.
    pub(crate) fn settled(&self) -> Option<String> {
        let mut chat: Value = serde_json::from_str(&self.chat).ok()?;
        let begin = chat[3]["transcriptPosition"].as_u64().unwrap_or(1);
        let events = chat[4].as_array_mut()?;
        let position = |event: &Value| event[5].as_str().and_then(|text| text.parse::<u64>().ok());
        events.sort_by_key(position);
        let reached = events.last().and_then(position).unwrap_or(begin);
        if !self.is_exact {
            for message in chat[5].as_array_mut()? {
                if message[1] == "q" {
                    message[1] = json!("d");
                    message[2] = json!(reached.to_string());
                }
            }
        }
        Some(chat.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: &str = r#"["s",9,"c",{"transcriptPosition":1},
        [["Message.Text","A","b","1","AGENT","10"],["Message.Text","A","a","1","AGENT","9"]],
        [["first","q",""],["second","a","10"]]]"#;

    #[test]
    fn what_waited_on_a_page_that_broke_off_is_doubtful() {
        let kept = |is_exact| Kept {
            chat: CHAT.to_owned(),
            is_exact,
        };
        let settled: Value = serde_json::from_str(&kept(false).settled().unwrap()).unwrap();
        assert_eq!(settled[5][0], json!(["first", "d", "10"]));
        assert_eq!(settled[5][1], json!(["second", "a", "10"]));
        assert_eq!(settled[4][0][2], "a");
        let exact: Value = serde_json::from_str(&kept(true).settled().unwrap()).unwrap();
        assert_eq!(exact[5][0], json!(["first", "q", ""]));
    }
}
