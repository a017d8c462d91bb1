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
        let (act, wish) = match word {
            Word::Say(text) => ("say", json!({ "name": name, "text": text })),
            Word::Types => ("type", json!({ "name": name })),
            Word::Transfer => {
                transfers += 1;
                let to = format!("Agent {transfers}");
                ("transfer", json!({ "name": name, "to": to }))
            }
            Word::End => ("end", json!({ "name": name })),
        };
        let to = wish["to"].as_str().map(str::to_owned);
        // Where it fails, the transcript does not hold it: nobody waits for it.
        if desk.act(&service, act, wish).await
            && let Some(to) = to
        {
            name = to;
        }
    }
}
