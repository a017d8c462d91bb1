//! The acknowledgement extension: numbers, redelivery, and what is lost without it.

use serde_json::{Value, json};

use crate::support::{Browser, Reply, meta, pass, server};

/// A server with a listener on `/x`, and somebody else who publishes there.
struct Room {
    listener: Browser,
    client: String,
    speaker: Browser,
    speaking: String,
}

impl Room {
    async fn new(ack: bool, settings: &[(&str, &str)]) -> Self {
        let simulator = server("", settings);
        let (mut listener, mut speaker) = (
            Browser::named(&simulator, "a"),
            Browser::named(&simulator, "b"),
        );
        let client = listener.session(ack).await;
        let subscribe =
            json!([{"channel": "/meta/subscribe", "subscription": "/x", "clientId": client}]);
        listener.bayeux("/", subscribe).await;
        let speaking = speaker.session(false).await;
        Self {
            listener,
            client,
            speaker,
            speaking,
        }
    }

    async fn say(&mut self, data: u32) {
        let message = json!([{"channel": "/x", "data": data, "clientId": self.speaking}]);
        self.speaker.bayeux("/", message).await;
    }

    async fn connect(&mut self, members: Value) -> Reply {
        let mut members = members;
        members["advice"] = json!({"timeout": 0});
        self.listener.connect(&self.client, members).await
    }
}

fn heard(reply: &Reply) -> Vec<u64> {
    let messages = reply.json().as_array().cloned().unwrap_or_default();
    messages
        .iter()
        .filter_map(|message| message["data"].as_u64())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn every_reply_to_a_connect_has_the_next_number() {
    let mut room = Room::new(true, &[]).await;
    // The session's first connect was number 1.
    for number in 2..5 {
        let reply = room.connect(json!({"ext": {"ack": number - 1}})).await;
        assert_eq!(meta(&reply)["ext"], json!({"ack": number}));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_acknowledged_comes_again_under_a_new_number() {
    let mut room = Room::new(true, &[]).await;
    room.say(1).await;
    let lost = room.connect(json!({"ext": {"ack": 1}})).await;
    assert_eq!(
        (heard(&lost), meta(&lost)["ext"]["ack"].clone()),
        (vec![1], json!(2))
    );
    room.say(2).await;
    // The number is missing, too old, or a string: everything comes again.
    for (number, members) in [
        (3, json!({})),
        (4, json!({"ext": {"ack": 1}})),
        (5, json!({"ext": {"ack": "4"}})),
    ] {
        let reply = room.connect(members).await;
        assert_eq!(heard(&reply), [1, 2]);
        assert_eq!(meta(&reply)["ext"]["ack"], number);
    }
    // Number 2 carried the first message alone.
    let reply = room.connect(json!({"ext": {"ack": 2}})).await;
    assert_eq!(heard(&reply), [2]);
    let reply = room.connect(json!({"ext": {"ack": 6}})).await;
    assert_eq!(heard(&reply), [0u64; 0]);
}

#[tokio::test(start_paused = true)]
async fn with_the_extension_events_come_by_connects_alone() {
    for (ack, elsewhere) in [(true, vec![]), (false, vec![1])] {
        let mut room = Room::new(ack, &[]).await;
        room.say(1).await;
        let subscribe =
            json!([{"channel": "/meta/subscribe", "subscription": "/y", "clientId": room.client}]);
        let reply = room.listener.bayeux("/", subscribe).await;
        assert_eq!(heard(&reply), elsewhere, "ack {ack}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_extension_needs_both_sides() {
    let mut unasked = Room::new(false, &[]).await;
    let reply = unasked.connect(json!({"ext": {"ack": 0}})).await;
    assert_eq!(meta(&reply).get("ext"), None);
    let mut refused = Room::new(true, &[("ack", "off")]).await;
    let reply = refused.connect(json!({"ext": {"ack": 0}})).await;
    assert_eq!(meta(&reply).get("ext"), None);
    let handshake = json!([{"channel": "/meta/handshake", "ext": {"ack": true}}]);
    let reply = refused.listener.bayeux("/handshake", handshake).await;
    assert_eq!(reply.json()[0].get("ext"), None);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_redelivered_with_the_extension_and_lost_without() {
    for (ack, again) in [(true, vec![1]), (false, vec![])] {
        let mut room = Room::new(ack, &[]).await;
        let fault = json!({"fault": "connect:drop-after:1"});
        room.speaker
            .desk(axum::http::Method::POST, "faults", fault)
            .await;
        let held = room.listener.held(&room.client).await;
        room.say(1).await;
        assert!(held.await.unwrap().broken.is_some());
        let reply = room.connect(json!({"ext": {"ack": 1}})).await;
        assert_eq!(heard(&reply), again, "ack {ack}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_without_a_connect_waits_for_the_next_one() {
    for ack in [true, false] {
        let mut room = Room::new(ack, &[]).await;
        let held = room.listener.held(&room.client).await;
        held.abort();
        pass(1.0).await;
        room.say(1).await;
        let reply = room.connect(json!({"ext": {"ack": 1}})).await;
        assert_eq!(heard(&reply), [1], "ack {ack}");
    }
}
