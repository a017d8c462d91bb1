//! Transcripts of every kind, in a chat that goes on.

use gms_chat_protocol::chat::Delivery;
use gms_chat_protocol::{Lane, Reply};

use crate::script::DIVIDER;
use crate::stage::Stage;

const MOST_ANSWERS: usize = 32;

/// Each record is the value of `transcriptPosition`, a line end and the value of `transcriptToShow`.
pub fn transcript(data: &[u8]) {
    let mut stage = Stage::new(Delivery::Poll);
    let created = r#"{"chatIxnState":"CONNECTED","chatSessionId":"S","transcriptPosition":1}"#;
    for body in [r#"{"_id":"7"}"#, created] {
        stage.answer(Lane::Rest, good(body.to_owned()));
    }
    let records = data.split(|byte| *byte == DIVIDER).take(MOST_ANSWERS);
    for record in records {
        let text = String::from_utf8_lossy(record);
        let (position, events) = text.split_once('\n').unwrap_or(("9", &text));
        stage.answer(
            Lane::Rest,
            good(format!(
                r#"{{"chatIxnState":"TRANSCRIPT","transcriptPosition":{position},"transcriptToShow":{events}}}"#
            )),
        );
    }
    stage.play(std::iter::empty());
}

fn good(body: String) -> Reply {
    Reply {
        status: 200,
        retry_after: None,
        body,
    }
}
