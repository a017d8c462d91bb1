//! The agent of one chat: comes, waits for words, and goes when there is nobody to tell him any.

use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::gms::Desk;

/// How often he looks whether there is a chat that he can join, and how many times.
const GLANCE: Duration = Duration::from_millis(500);
const GLANCES: usize = 600;

/// What he is to do.
#[derive(Debug)]
pub(crate) enum Word {
    Say(String),
    Types,
    Transfer,
    End,
}

/// A way to him. When it is dropped, he leaves the chat alone.
#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) service: String,
    words: mpsc::UnboundedSender<Word>,
}

impl Agent {
    /// He joins the chat of this service after a while, as soon as there is one.
    pub(crate) fn call(desk: &Desk, service: String, wait: Duration) -> Self {
        let (words, heard) = mpsc::unbounded_channel();
        tokio::spawn(work(desk.clone(), service.clone(), wait, heard));
        Self { service, words }
    }

    pub(crate) fn tell(&self, word: Word) {
        // He may have seen that the chat is over.
        let _ = self.words.send(word);
    }
}

async fn work(
    desk: Desk,
    service: String,
    wait: Duration,
    mut words: mpsc::UnboundedReceiver<Word>,
) {
    let mut name = "Kristi Sippola".to_owned();
    sleep(wait).await;
    let mut glances = 0;
    loop {
        // A queued service is set free first; any other answers that it is none.
        desk.act(&service, "accept", json!({})).await;
        if desk.act(&service, "join", json!({ "name": name })).await {
            break;
        }
        glances += 1;
        if words.is_closed() || glances > GLANCES {
            return;
        }
        sleep(GLANCE).await;
    }
    let mut transfers = 0;
    while let Some(word) = words.recv().await {
        // Of what is said, the transcript knows whether it was: nobody waits for what it does not hold.
        match word {
            Word::Say(text) => {
                let wish = json!({ "name": name, "text": text });
                desk.act(&service, "say", wish).await;
            }
            Word::Types => {
                desk.act(&service, "type", json!({ "name": name })).await;
            }
            Word::Transfer => {
                transfers += 1;
                let to = format!("Agent {transfers}");
                let wish = json!({ "name": name, "to": to });
                if desk.act_surely(&service, "transfer", wish).await {
                    name = to;
                }
            }
            Word::End => {
                let wish = json!({ "name": name });
                desk.act_surely(&service, "end", wish).await;
            }
        }
    }
}
