//! The bodies of REST replies, and of the messages on the channel: chat objects.

use serde_json::{Map, Value, json};

use super::Operation;
use crate::bayeux::GENESYS_CHANNEL;
use crate::chat::{Chat, Delivery};
use crate::clock::Clock;
use crate::form::Form;
use crate::options::{Chat as ChatOptions, Numbers, Repair, ServiceKind};
use crate::world::{Service, World};

/// A chat object in the making.
struct ChatObject<'a> {
    service: &'a Service,
    chat: &'a Chat,
    members: Map<String, Value>,
}

/// The URL path of an operation on this service's chat; an empty name is the chat itself.
pub(super) fn url(service: &str, operation: &str) -> String {
    format!("/genesys/1/service/{service}/ixn/chat{operation}")
}

/// The reply to the creation of a chat, or to its repetition.
pub(super) fn created(
    service: &Service,
    repeated: bool,
    form: &Form,
    position: Option<usize>,
    world: &World,
) -> Value {
    let Some(chat) = service.chat() else {
        return Value::Null;
    };
    let mut object = ChatObject::new(service, chat);
    let numbers = world.options.chat.numbers;
    // The examples: a number in the plain reply of a basic service, a string everywhere else.
    let plain = !form.is_verbose() && service.kind == ServiceKind::Basic;
    let as_number = plain && numbers == Numbers::AsInExamples;
    object.position(chat.transcript.last_position(), numbers, as_number);
    object.put("chatServiceMessage", "Chat service is available");
    if form.is_verbose() || service.kind == ServiceKind::Basic {
        object.session_id();
    }
    match (chat.delivery, position) {
        (Delivery::Poll, Some(position)) => {
            object.put("chatIxnState", "TRANSCRIPT");
            object.transcript(position, &world.options.chat, world.clock);
        }
        (Delivery::Poll, None) if repeated => {
            object.put("chatIxnState", "TRANSCRIPT");
            object.started(world.clock);
        }
        (Delivery::Poll, None) => object.put("chatIxnState", "CONNECTED"),
        (Delivery::Comet, _) => {
            object.put("chatIxnState", "CONNECTED");
            object.put("comet_channel", GENESYS_CHANNEL);
        }
    }
    object.finish(form)
}

/// The reply to every operation but `disconnect`.
pub(super) fn news(
    service: &Service,
    operation: Operation,
    form: &Form,
    position: Option<usize>,
    world: &World,
) -> Value {
    let Some(chat) = service.chat() else {
        return Value::Null;
    };
    let options = &world.options.chat;
    let last = chat.transcript.last_position();
    let mut object = ChatObject::new(service, chat);
    object.position(last, options.numbers, false);
    object.state();
    match chat.delivery {
        Delivery::Poll => {
            // Typing replies are shorter in the examples.
            if form.is_verbose()
                || !matches!(operation, Operation::StartTyping | Operation::StopTyping)
            {
                object.session_id();
            }
            if position.is_some() || chat.told < last {
                object.transcript(position.unwrap_or(chat.told), options, world.clock);
            } else {
                object.started(world.clock);
            }
        }
        Delivery::Comet => {
            object.put("comet_channel", GENESYS_CHANNEL);
            let repairs = operation == Operation::Refresh && options.repair == Repair::Reply;
            if let (true, Some(position)) = (repairs, position) {
                object.session_id();
                object.transcript(position, options, world.clock);
            } else if chat.is_live() && !form.is_verbose() {
                return json!({"_id": chat.ids.comet, "comet_channel": GENESYS_CHANNEL});
            }
            object.started(world.clock);
        }
    }
    object.finish(form)
}

/// The reply to `disconnect`; `position` is that before the visitor left.
pub(super) fn disconnected(service: &Service, form: &Form, position: usize) -> Value {
    let Some(chat) = service.chat() else {
        return Value::Null;
    };
    let mut object = ChatObject::new(service, chat);
    object.state();
    object.position(position, Numbers::Strings, false);
    object.finish(form)
}

/// The `message` of a delivery on the channel: the events after this position.
pub(crate) fn channel_message(
    chat: &Chat,
    after: usize,
    options: &ChatOptions,
    clock: Clock,
) -> Value {
    let state = if chat.is_live() {
        ("TRANSCRIPT", "Chat service is available")
    } else {
        ("DISCONNECTED", "Chat was finished")
    };
    json!({
        "chatSessionId": chat.ids.session,
        "transcriptPosition": number(chat.transcript.last_position(), options.numbers),
        "chatServiceMessage": state.1,
        "startedAt": clock.utc(chat.started),
        "chatIxnState": state.0,
        "transcriptToShow": chat.transcript.to_show(after, options),
    })
}

fn number(number: usize, numbers: Numbers) -> Value {
    match numbers {
        Numbers::AsInExamples | Numbers::Strings => json!(number.to_string()),
        Numbers::Numbers => json!(number),
    }
}

impl<'a> ChatObject<'a> {
    fn new(service: &'a Service, chat: &'a Chat) -> Self {
        Self {
            service,
            chat,
            members: Map::new(),
        }
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.members.insert(name.to_owned(), value.into());
    }

    fn session_id(&mut self) {
        self.put("chatSessionId", self.chat.ids.session.as_str());
    }

    fn position(&mut self, position: usize, numbers: Numbers, as_number: bool) {
        let value = if as_number {
            json!(position)
        } else {
            number(position, numbers)
        };
        self.put("transcriptPosition", value);
    }

    fn state(&mut self) {
        let (state, message) = if self.chat.is_live() {
            ("TRANSCRIPT", "Chat service is available")
        } else {
            ("DISCONNECTED", "Chat was finished")
        };
        self.put("chatIxnState", state);
        self.put("chatServiceMessage", message);
    }

    fn started(&mut self, clock: Clock) {
        self.put("startedAt", clock.utc(self.chat.started));
    }

    fn transcript(&mut self, after: usize, options: &ChatOptions, clock: Clock) {
        let events = self.chat.transcript.to_show(after, options);
        self.put("transcriptToShow", events);
        self.started(clock);
    }

    /// Adds what `_verbose=true` asks for.
    fn finish(mut self, form: &Form) -> Value {
        if !form.is_verbose() {
            return Value::Object(self.members);
        }
        self.session_id();
        if self.chat.delivery == Delivery::Comet && self.chat.is_live() {
            self.put("comet_channel", GENESYS_CHANNEL);
        }
        let service = &self.service.id;
        let verbose = [
            ("userId", self.chat.ids.user.clone()),
            ("secureKey", self.chat.ids.secure_key.clone()),
            (
                "checkChatServiceLoadBalancerPath",
                "/WebAPI812/SimpleSamples812/ChatHA/ChatLBServerInfo.jsp?chatServerLoadBalancerAlias=371"
                    .to_owned(),
            ),
            ("chatServerLoadBalancerAlias", "371".to_owned()),
            ("chatServerHost", "localhost".to_owned()),
            ("chatWebApiPort", "9002".to_owned()),
            ("isTLSrequired", "false".to_owned()),
            ("clientTimeZoneOffset", "120".to_owned()),
            ("_chatIxnAPI_SEND_URL", url(service, "/send")),
            ("_chatIxnAPI_REFRESH_URL", url(service, "/refresh")),
            ("_chatIxnAPI_START_TYPING_URL", url(service, "/startTyping")),
            ("_chatIxnAPI_STOP_TYPING_URL", url(service, "/stopTyping")),
            ("_chatIxnAPI_DISCONNECT_URL", url(service, "/disconnect")),
            (
                "_chatIxnAPI_REFRESH_FROM_START_URL",
                url(service, "/refresh?transcriptPosition=1"),
            ),
            ("_chatIxnAPI_SEND_CUSTOM_URL", url(service, "/customNotice")),
        ];
        for (name, value) in verbose {
            self.put(name, value);
        }
        Value::Object(self.members)
    }
}
