//! The strip that says when the line is broken.

use gms_chat_protocol::chat::Connection;

use super::Chat;
use super::icon::{EXCLAMATION, icon};
use super::node::{Node, div, tag};

/// Always there, so that its text is announced when it appears.
pub(super) fn notice(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("notices")
        .attr("role", "status")
        .child_from(move || match chat.connection.get() {
            Connection::Fine => None,
            Connection::Troubled { reason, .. } => Some(
                div("notice")
                    .part("notice")
                    .child(icon(EXCLAMATION))
                    .child(tag("p").text(chat.texts.trouble(&reason))),
            ),
        })
}
