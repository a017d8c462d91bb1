//! The form before the chat.

use gms_chat_protocol::chat::{Command, Phase, Visitor};

use super::field::Field;
use super::live::Live;
use super::node::{Node, div, focus, tag};
use super::{Chat, Key};

/// What the visitor filled in. It outlives the form: a chat that could not start loses nothing.
pub(super) struct Form {
    values: [Live<String>; 4],
    /// Whether the visitor tried to start: complaints are shown from then on.
    is_checked: Live<bool>,
    /// What the page knows about the visitor.
    given: Visitor,
}

impl Form {
    pub(super) fn new(given: Visitor) -> Self {
        let values = Field::ALL.map(|field| {
            let value = match field {
                Field::FirstName => &given.first_name,
                Field::LastName => &given.last_name,
                Field::Email => &given.email,
                Field::Subject => &given.subject,
            };
            Live::new(value.clone())
        });
        Self {
            values,
            is_checked: Live::new(false),
            given,
        }
    }

    /// The values as they are sent.
    pub(super) fn visitor(&self) -> Visitor {
        let [first_name, last_name, email, subject] = self
            .values
            .each_ref()
            .map(|value| value.peek().trim().to_owned());
        Visitor {
            first_name,
            last_name,
            email,
            subject,
            ..self.given.clone()
        }
    }

    /// The next chat is about something else.
    pub(super) fn forget_subject(&self) {
        self.value(Field::Subject).set(self.given.subject.clone());
        self.is_checked.set(false);
    }

    fn value(&self, field: Field) -> &Live<String> {
        &self.values[field as usize]
    }

    /// What is wrong with a field, once the visitor has tried to start.
    fn complaint(&self, field: Field) -> Option<Key> {
        let value = self.value(field).get();
        self.is_checked.get().then(|| field.complaint(&value))?
    }

    /// The first field that the visitor has not filled in.
    fn first_open(&self) -> Field {
        let is_open = |field: &Field| self.value(*field).peek().trim().is_empty();
        Field::ALL
            .into_iter()
            .find(is_open)
            .unwrap_or(Field::Subject)
    }

    fn first_wrong(&self) -> Option<Field> {
        let is_wrong = |field: &Field| field.complaint(&self.value(*field).peek()).is_some();
        Field::ALL.into_iter().find(is_wrong)
    }
}

pub(super) fn form(chat: &Chat) -> Node {
    let submit = chat.clone();
    let mut heading = tag("h3")
        .attr("tabindex", "-1")
        .text(chat.say(Key::FormHeading));
    if chat.keeps_focus.get() {
        heading = heading.focused();
    }
    tag("form")
        .class("form")
        .part("form")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            start(&submit);
        })
        .child(problem(chat))
        .child(heading)
        .child(tag("p").class("lead").text(chat.say(Key::FormLead)))
        .child(
            div("pair")
                .child(field(chat, Field::FirstName))
                .child(field(chat, Field::LastName)),
        )
        .child(field(chat, Field::Email))
        .child(field(chat, Field::Subject))
        .child(submit_button(chat))
}

fn field(chat: &Chat, field: Field) -> Node {
    let error_id = [field.id(), "-error"].concat();
    let value = chat.form.value(field);
    let (marked, described, shown) = (chat.clone(), chat.clone(), chat.clone());
    let mut label = tag("label")
        .attr("for", field.id())
        .text(chat.say(field.label()));
    if !field.is_required() {
        label = label.child(tag("span").class("optional").text(chat.say(Key::Optional)));
    }
    let mut input = tag("input")
        .attr("id", field.id())
        .part("field")
        .attr("name", field.id())
        .attr("type", field.input_type())
        .attr("autocomplete", field.autocomplete())
        .attr("maxlength", "255")
        .attr_when("aria-invalid", "true", move || {
            marked.form.complaint(field).is_some()
        })
        .attr_from("aria-describedby", {
            let error_id = error_id.clone();
            move || described.form.complaint(field).map(|_| error_id.clone())
        })
        .value(value);
    if field.is_required() {
        input = input.attr("aria-required", "true");
    }
    if field == chat.form.first_open() {
        input = input.attr("data-focus", "");
    }
    div("field").child(label).child(input).child_from(move || {
        let complaint = shown.form.complaint(field)?;
        Some(
            tag("p")
                .class("error")
                .attr("id", &error_id)
                .text(shown.say(complaint)),
        )
    })
}

fn submit_button(chat: &Chat) -> Node {
    let (first, second, label) = (chat.phase.clone(), chat.phase.clone(), chat.clone());
    tag("button")
        .class("button primary wide")
        .part("start")
        .attr("type", "submit")
        .attr_when("aria-disabled", "true", move || {
            first.get() == Phase::Connecting
        })
        .class_when("busy", move || second.get() == Phase::Connecting)
        .text_from(move || {
            let is_busy = label.phase.get() == Phase::Connecting;
            let key = if is_busy {
                Key::Submitting
            } else {
                Key::Submit
            };
            label.say(key).to_owned()
        })
}

/// Why the last try failed.
fn problem(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("problems")
        .attr("role", "alert")
        .child_from(move || match chat.phase.get() {
            Phase::Failed(problem) => Some(
                div("problem")
                    .part("problem")
                    .child(tag("strong").text(chat.say(Key::ProblemHeading)))
                    .child(tag("p").text(chat.texts.problem(&problem))),
            ),
            Phase::Idle
            | Phase::Connecting
            | Phase::Waiting
            | Phase::Active
            | Phase::Ending
            | Phase::Ended(_) => None,
        })
}

/// Starts the chat, or shows what is wrong and where.
fn start(chat: &Chat) {
    if chat.phase.peek() == Phase::Connecting {
        return;
    }
    chat.form.is_checked.set(true);
    match chat.form.first_wrong() {
        None => chat.command(Command::Start(chat.form.visitor())),
        Some(wrong) => {
            if let Some(input) = chat.find(wrong.id()) {
                focus(&input);
            }
        }
    }
}
