//! The REST half of the server: services and chats.

use super::answer::{Answer, Outcome};
use super::chat::{self, Chat, Kind, Over, Service, Span};
use super::{Call, Server};
use crate::plan::Repair;

/// The parameters of a call, from its body and its query.
#[derive(Debug, Default)]
struct Form {
    position: Option<u64>,
    message: Option<String>,
    subject: bool,
    by_comet: bool,
    /// The position stands in the URL.
    by_url: bool,
}

impl Server {
    /// A call below `/1/service/`.
    pub(super) fn rest(&mut self, call: &Call<'_>, rest: &str) -> Answer {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut form = Form::default();
        form.read(call.body);
        form.read(query);
        form.by_url = query.contains("transcriptPosition");
        let (name, rest) = path.split_once('/').unwrap_or((path, ""));
        if rest.is_empty() {
            return self.create_service();
        }
        let Some(service) = self.service(name) else {
            return exception(404, "unknown service");
        };
        match rest {
            "status" => self.status(service),
            "ixn/chat" => self.create_chat(service, call, &form),
            _ => match rest.strip_prefix("ixn/chat/") {
                Some(operation) => self.operate(service, operation, form),
                None => Answer::status(404),
            },
        }
    }

    fn create_service(&mut self) -> Answer {
        let available = self.now + self.setting.delayed.unwrap_or(0);
        self.services.push(Service::new(available));
        let text = format!(r#"{{"_id":"service{}"}}"#, self.services.len() - 1);
        Answer::json(200, text).with(Outcome::Done)
    }

    fn service(&self, name: &str) -> Option<usize> {
        let index: usize = name.strip_prefix("service")?.parse().ok()?;
        let service = self.services.get(index)?;
        (!service.forgotten).then_some(index)
    }

    fn status(&self, service: usize) -> Answer {
        let is_available = self.services[service].available <= self.now;
        let status = if is_available { "available" } else { "waiting" };
        let text = format!(
            r#"{{"message":{{"_id":"service{service}","_status":"{status}"}},"tag":"a2c"}}"#
        );
        Answer::json(200, text).with(Outcome::Done)
    }

    fn create_chat(&mut self, service: usize, call: &Call<'_>, form: &Form) -> Answer {
        if self.services[service].available > self.now {
            return Answer::status(503).with(Outcome::Refused);
        }
        if !form.subject || (form.by_comet && call.user.is_none()) {
            return Answer::status(415).with(Outcome::Refused);
        }
        if self.services[service].chat.is_some() {
            return exception(500, "the service has a chat already");
        }
        let user = call.user.filter(|_| form.by_comet).map(str::to_owned);
        let chat = Chat::new(user, self.now);
        let mut text = chat::chat_object(&chat, service, None, "CONNECTED", &self.setting);
        if form.by_comet {
            text.pop();
            text.push_str(r#","comet_channel":"/_genesys"}"#);
        }
        self.services[service].chat = Some(chat);
        Answer::json(200, text).with(Outcome::Done)
    }

    fn operate(&mut self, service: usize, operation: &str, mut form: Form) -> Answer {
        let now = self.now;
        let Some(chat) = &mut self.services[service].chat else {
            return exception(500, "the service has no chat");
        };
        chat.heard = now;
        if chat.over.is_some() {
            return self.after_the_end(service, &form, operation == "refresh");
        }
        match operation {
            "refresh" | "send" => {
                if let Some(message) = form.message.take() {
                    self.happen(service, now, |chat| chat.hear(&message, now));
                }
            }
            "startTyping" => {
                self.happen(service, now, |chat| chat.note(Kind::TypingStarted, "", now));
            }
            "stopTyping" => {
                self.happen(service, now, |chat| chat.note(Kind::TypingStopped, "", now));
            }
            "customNotice" => {
                let text = form.message.take().unwrap_or_default();
                self.happen(service, now, |chat| chat.note(Kind::Custom, &text, now));
            }
            "disconnect" => {
                self.end_chat(service, Over::Visitor);
                return self
                    .shown(service, &form, "DISCONNECTED", false)
                    .with(Outcome::Over);
            }
            _ => return Answer::status(404),
        }
        let state = "TRANSCRIPT";
        self.shown(service, &form, state, operation == "refresh")
            .with(Outcome::Done)
    }

    /// A call to a chat that is over: nothing is taken any more, but the transcript can still be read.
    fn after_the_end(&mut self, service: usize, form: &Form, reads: bool) -> Answer {
        if self.setting.end_is_exception && !reads {
            return exception(500, "the chat is over");
        }
        let answer = self.shown(service, form, "DISCONNECTED", reads);
        answer.with(Outcome::Over)
    }

    /// The chat object that a call is answered with. `reads`: the call was a refresh.
    fn shown(&mut self, service: usize, form: &Form, state: &str, reads: bool) -> Answer {
        let Some(chat) = &mut self.services[service].chat else {
            return Answer::status(404);
        };
        let (first, last) = chat.behind(form.position, self.setting.inclusive);
        let pushes = chat.user.is_some();
        let repairs = match self.setting.repair {
            Repair::InReply => true,
            Repair::FromStart => form.by_url,
            Repair::Pushed | Repair::Neither => false,
        };
        let shows = !pushes || (reads && repairs);
        let some = (shows && first <= last).then_some((first, last));
        let short = pushes && self.setting.short_replies && state == "TRANSCRIPT" && some.is_none();
        let text = if short {
            format!(r#"{{"_id":"service{service}","comet_channel":"/_genesys"}}"#)
        } else {
            chat::chat_object(chat, service, some, state, &self.setting)
        };
        let mut answer = Answer::json(200, text);
        answer.facts.spans.extend(some.map(|(first, last)| Span {
            service,
            first,
            last,
        }));
        if pushes && reads && self.setting.repair == Repair::Pushed && first <= last {
            self.push(service, first, last);
        }
        answer
    }
}

impl Form {
    fn read(&mut self, text: &str) {
        for pair in text.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "transcriptPosition" => self.position = value.parse().ok(),
                "message" => self.message = Some(value.to_owned()),
                "subject" => self.subject = !value.is_empty(),
                "notify_by" => self.by_comet = value == "comet",
                _ => {}
            }
        }
    }
}

fn exception(status: u16, message: &str) -> Answer {
    let text = format!(r#"{{"message":"{message}","exception":"com.example.GsgException"}}"#);
    Answer::json(status, text).with(Outcome::Refused)
}
