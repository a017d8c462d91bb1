//! The talk: the transcript, and below it where the visitor writes or what is left to do. How it is drawn comes with the
//! session, because without one there is no talk.

use super::node::{Node, div};
use super::{Chat, composer, ended, idle, transcript};

pub(super) type DrawTalk = Box<dyn Fn(&Chat) -> Node>;

impl Chat {
    /// From now on there can be a talk. Nothing else may name what draws it: `cargo xtask stamp` would give it to the
    /// window.
    pub(crate) fn expect_talk(&self) {
        self.talk.get_or_init(|| Box::new(draw));
    }
}

pub(super) fn talk(chat: &Chat) -> Node {
    let draw = chat.talk.get();
    draw.map_or_else(|| div("talk"), |draw| draw(chat))
}

fn draw(chat: &Chat) -> Node {
    let footer = chat.clone();
    let over = chat.is_over.clone();
    div("talk")
        .class_when("done", move || over.get())
        .child(transcript::transcript(chat))
        .child(idle::idle(chat))
        .child(div("footer").child_from(move || {
            Some(if footer.is_over.get() {
                ended::ended(&footer)
            } else {
                composer::composer(&footer)
            })
        }))
}
