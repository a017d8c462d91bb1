//! The question before a chat is ended.

use gms_chat_protocol::chat::Command;

use super::node::{Node, button, div, tag};
use super::{Chat, Key};

pub(super) fn confirm(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("questions").child_from(move || chat.is_asking.get().then(|| question(&chat)))
}

fn question(chat: &Chat) -> Node {
    let [heading, lead, yes, no] = if chat.is_waiting.peek() {
        [
            Key::LeaveHeading,
            Key::LeaveLead,
            Key::LeaveYes,
            Key::LeaveNo,
        ]
    } else {
        [Key::EndHeading, Key::EndLead, Key::EndYes, Key::EndNo]
    };
    let (back, end) = (chat.clone(), chat.clone());
    div("veil").child(
        div("question")
            .part("confirm")
            .attr("role", "alertdialog")
            .attr("aria-modal", "true")
            .attr("aria-labelledby", "question")
            .attr("aria-describedby", "question-lead")
            .child(tag("h3").attr("id", "question").text(chat.say(heading)))
            .child(tag("p").attr("id", "question-lead").text(chat.say(lead)))
            .child(
                div("choices")
                    .child(
                        button("button")
                            .text(chat.say(no))
                            .focused()
                            .on("click", move |_| back.ask_no_more()),
                    )
                    .child(
                        button("button danger")
                            .text(chat.say(yes))
                            .on("click", move |_| {
                                end.ask_no_more();
                                end.command(Command::End);
                            }),
                    ),
            ),
    )
}
