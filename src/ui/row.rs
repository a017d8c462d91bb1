//! One line of the transcript.

use gms_chat_protocol::chat::{Body, Command, Entry, Fate, Role};
use js_sys::{Array, Function, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use super::icon::{ARROW_OUT, CHECK, EXCLAMATION, LINK, icon};
use super::node::{Node, button, div, set_class, tag};
use super::thread::{Side, side};
use super::{Chat, Key};
use crate::text::{Catalogue, initial};

/// Writes times and days as the visitor's browser does.
pub(super) struct Clock {
    times: Function,
    days: Function,
}

impl Clock {
    pub(super) fn new(locale: &str) -> Self {
        Self {
            times: format(locale, &[("hour", "numeric"), ("minute", "2-digit")]),
            days: format(
                locale,
                &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
            ),
        }
    }

    /// The time of day of a moment in milliseconds since 1970.
    fn time(&self, at: u64) -> Option<String> {
        write(&self.times, at)
    }

    /// Its day.
    pub(super) fn day(&self, at: u64) -> Option<String> {
        write(&self.days, at)
    }
}

/// `locale`: empty for that of the browser.
fn format(locale: &str, parts: &[(&str, &str)]) -> Function {
    let options = Object::new();
    for (name, value) in parts {
        let set = Reflect::set(&options, &(*name).into(), &(*value).into());
        debug_assert!(set.is_ok(), "an object takes any member");
    }
    let locales = Array::new();
    if !locale.is_empty() {
        locales.push(&locale.into());
    }
    Intl::DateTimeFormat::new(&locales, &options).format()
}

fn write(format: &Function, at: u64) -> Option<String> {
    let written = format.call1(&JsValue::UNDEFINED, &moment(at));
    written.ok()?.as_string()
}

/// A moment in milliseconds since 1970, as a browser counts.
pub(super) fn moment(at: u64) -> JsValue {
    #[allow(
        clippy::cast_precision_loss,
        reason = "a double holds every millisecond of this age"
    )]
    JsValue::from_f64(at as f64)
}

/// Who said it, and what, for whoever keeps it; nobody for a line about the conversation.
pub(super) fn said<'a>(texts: &'a Catalogue, entry: &'a Entry) -> Option<(&'a str, String)> {
    let name = match side(entry) {
        Side::Aside if matches!(entry.body, Body::Note { .. }) => texts.say(Key::Note),
        Side::Mine => texts.say(Key::You),
        Side::Theirs => texts.name(&entry.party),
        Side::Aside => "",
        Side::Unseen => return None,
    };
    let text = match &entry.body {
        // What was not sent was not said.
        Body::Mine {
            fate: Fate::Failed(_),
            ..
        } => return None,
        Body::Message(text) | Body::Mine { text, .. } | Body::Note { text, .. } => text.clone(),
        Body::PushUrl { url, .. } => url.clone(),
        Body::Joined | Body::Left | Body::Transferred { .. } | Body::Gap => about(texts, entry)?,
    };
    Some((name, text))
}

/// A line for this entry. Whether it is the last of its group is left to a class; the first one says who speaks.
pub(super) fn row(chat: &Chat, clock: &Clock, entry: &Entry, is_first: bool) -> Node {
    let side = side(entry);
    match (&entry.body, side) {
        (_, Side::Unseen) => div("row").attr("hidden", ""),
        (Body::Message(text) | Body::Mine { text, .. }, _) => {
            let line = speaker(chat, entry, side, is_first).child(bubble(text));
            let line = line.child(meta(chat, clock, entry));
            chat.extra(
                "dress",
                line.element(),
                &entry.at.map_or(JsValue::NULL, moment),
            );
            line
        }
        (Body::PushUrl { url, host }, _) => {
            let line = speaker(chat, entry, side, is_first);
            line.child(card(chat, entry, url, host))
                .child(meta(chat, clock, entry))
        }
        (Body::Joined | Body::Left | Body::Transferred { .. } | Body::Gap, _) => {
            aside(&about(&chat.texts, entry).unwrap_or_default())
        }
        (Body::Note { text, tone }, _) => div("row aside")
            .part(&["note note-", tone].concat())
            .child(tag("strong").text(chat.say(Key::Note)))
            .child(tag("p").text(text)),
    }
}

/// What a screen reader says when this entry arrives; nothing for the visitor's own messages.
pub(super) fn spoken(chat: &Chat, entry: &Entry) -> Option<String> {
    let name = chat.texts.name(&entry.party);
    match (&entry.body, side(entry)) {
        (Body::Message(text), Side::Theirs) => Some(
            chat.texts
                .fill(Key::Says, &[("name", name), ("text", text)]),
        ),
        (
            Body::Mine {
                fate: Fate::Failed(reason),
                ..
            },
            _,
        ) => {
            let reason = chat.texts.problem(reason);
            Some(chat.texts.fill(Key::FateFailed, &[("reason", reason)]))
        }
        (
            Body::Mine {
                fate: Fate::Unproven,
                ..
            },
            _,
        ) => Some(chat.say(Key::FateUnproven).to_owned()),
        (Body::Message(_) | Body::Mine { .. }, _) | (_, Side::Unseen) => None,
        (Body::PushUrl { host, .. }, _) => {
            let offer = chat.texts.fill(Key::PageOffered, &[("name", name)]);
            Some([&offer, ": ", host].concat())
        }
        (Body::Joined | Body::Left | Body::Transferred { .. } | Body::Gap, _) => {
            about(&chat.texts, entry)
        }
        (Body::Note { text, .. }, _) => Some([chat.say(Key::Note), ": ", text].concat()),
    }
}

/// The sentence about an entry that is not a message.
fn about(texts: &Catalogue, entry: &Entry) -> Option<String> {
    let name = texts.name(&entry.party);
    match &entry.body {
        Body::Joined => Some(texts.fill(Key::Joined, &[("name", name)])),
        Body::Left => Some(texts.fill(Key::Left, &[("name", name)])),
        Body::Transferred { from } => {
            let from = texts.name(from);
            Some(texts.fill(Key::Transferred, &[("name", name), ("from", from)]))
        }
        Body::Gap => Some(texts.say(Key::Gap).to_owned()),
        Body::Message(_) | Body::Mine { .. } | Body::PushUrl { .. } | Body::Note { .. } => None,
    }
}

fn aside(sentence: &str) -> Node {
    div("row aside")
        .part("event")
        .child(tag("p").text(sentence))
}

/// The line of a message as far as it says whose it is.
fn speaker(chat: &Chat, entry: &Entry, side: Side, is_first: bool) -> Node {
    let (class, part) = match side {
        Side::Mine => ("row mine", "message message-mine"),
        Side::Theirs | Side::Aside | Side::Unseen => ("row theirs", "message message-theirs"),
    };
    let row = div(class).part(part);
    if !is_first {
        return row;
    }
    if side == Side::Mine {
        return row
            .class(&[class, " first"].concat())
            .child(note("unseen", chat.say(Key::You)));
    }
    let name = chat.texts.name(&entry.party);
    let avatar = note("avatar", &initial(name));
    let row = row.class(&[class, " first"].concat());
    let avatar = avatar.part("avatar").attr("aria-hidden", "true");
    let line = note("name", name);
    let kind = match entry.party.role {
        Role::Supervisor => Key::Supervisor,
        Role::External => Key::External,
        Role::Client | Role::Agent => return row.child(line).child(avatar),
    };
    // A bot may call itself what it likes: what it is stands beside its name.
    let kind = chat.say(kind);
    set_class(row.element(), "other", true);
    let line = if kind == name {
        line
    } else {
        line.text(" ").child(note("kind", kind))
    };
    row.child(line).child(avatar)
}

fn bubble(text: &str) -> Node {
    div("bubble").part("bubble").text(text)
}

/// A page that the agent offers. Only the visitor opens it.
fn card(chat: &Chat, entry: &Entry, url: &str, host: &str) -> Node {
    let name = chat.texts.name(&entry.party);
    let Some(url) = safe_address(url) else {
        return bubble(url);
    };
    tag("a")
        .class("card")
        .part("card")
        .attr("href", url)
        .attr("target", "_blank")
        .attr("rel", "noopener noreferrer")
        .child(icon(LINK))
        .child(
            tag("span")
                .class("about")
                .child(
                    tag("span")
                        .class("offer")
                        .text(&chat.texts.fill(Key::PageOffered, &[("name", name)])),
                )
                .child(tag("bdi").class("host").text(host))
                .child(tag("span").class("unseen").text(chat.say(Key::PageOpens))),
        )
        .child(icon(ARROW_OUT))
}

/// The address, if it is one that a link may have. The protocol lets no other pass; this is the second lock.
fn safe_address(url: &str) -> Option<&str> {
    let url = url.trim();
    let (scheme, rest) = url.split_once(':')?;
    let is_known = ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    (is_known && rest.starts_with("//")).then_some(url)
}

/// When it was said, and what became of it.
fn meta(chat: &Chat, clock: &Clock, entry: &Entry) -> Node {
    let time = entry.at.and_then(|at| clock.time(at));
    let time = tag("time").class("meta").text(&time.unwrap_or_default());
    let Body::Mine { fate, .. } = &entry.body else {
        return time;
    };
    match fate {
        Fate::Sending => note("meta told sending", chat.say(Key::FateSending)),
        Fate::Unknown => note("meta told", chat.say(Key::FateUnknown)),
        Fate::Sent => time
            .child(note("unseen", chat.say(Key::FateSent)))
            .child(icon(CHECK)),
        Fate::Unproven => open(chat, entry, chat.say(Key::FateUnproven)),
        Fate::Failed(reason) => {
            let reason = chat.texts.problem(reason);
            let sentence = chat.texts.fill(Key::FateFailed, &[("reason", reason)]);
            open(chat, entry, &sentence)
        }
    }
}

/// A fate that the visitor decides.
fn open(chat: &Chat, entry: &Entry, sentence: &str) -> Node {
    div("meta told failed")
        .child(icon(EXCLAMATION))
        .child(note("fate", sentence))
        .child(again(chat, Key::Retry, Command::Retry(entry.key)).part("retry"))
        .child(again(chat, Key::Discard, Command::Discard(entry.key)))
}

fn note(class: &str, text: &str) -> Node {
    tag("span").class(class).text(text)
}

/// A way to deal with a message that was not sent. The row goes away, so the focus moves on first.
fn again(chat: &Chat, key: Key, command: Command) -> Node {
    let chat = chat.clone();
    button("small").text(chat.say(key)).on("click", move |_| {
        chat.focus();
        chat.command(command.clone());
    })
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::ui::thread::Thread;
    use gms_chat_protocol::chat::Event;

    #[test]
    fn what_is_kept_of_an_entry_is_who_said_what() {
        let told = [
            ["Notice.Joined", "me", "has joined", "1", "CLIENT"],
            ["Notice.Joined", "Ann", "has joined", "1", "AGENT"],
            ["Message.Text", "Ann", "<b>hi</b>", "2", "AGENT"],
            ["Message.Text", "", "beep", "3", "EXTERNAL"],
            [
                "Notice.PushUrl",
                "Ann",
                "https://a.example/b?c",
                "4",
                "AGENT",
            ],
        ];
        let texts = crate::text::tests::english();
        let mut thread = Thread::new(|at| at, 0);
        for event in crate::rehearsal::events(&told, &[("hello", 200), ("refused", 415)]) {
            if let Event::Entry(change) = event {
                thread.apply(change);
            }
        }
        let kept: Vec<String> = thread
            .entries()
            .iter()
            .filter_map(|entry| said(&texts, entry))
            .map(|(name, text)| [name, "|", &text].concat())
            .collect();
        assert_eq!(
            kept,
            [
                "|Ann has joined",
                "Ann|<b>hi</b>",
                "Assistant|beep",
                "Ann|https://a.example/b?c",
                "You|hello",
            ]
        );
    }

    #[test]
    fn only_http_and_https_become_links() {
        for good in [
            "http://a.example",
            " https://a.example/b?c=d#e ",
            "HTTPS://A.example",
        ] {
            assert_eq!(safe_address(good), Some(good.trim()), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "javascript://a%0aalert(1)",
            "JaVaScRiPt:alert(1)//http://a",
            "data:text/html,x",
            "vbscript:x",
            "//a.example",
            "a.example",
            "java\nscript:alert(1)",
            "ftp://a",
            "",
        ] {
            assert_eq!(safe_address(bad), None, "{bad}");
        }
    }
}
