//! The REST calls of the API: what each is for, where it goes and what it carries.

use super::{Config, EntryKey, Visitor};
use crate::form::{self, Form};
use crate::json::push_decimal;
use crate::wire::Link;

/// What an exchange of the REST lane is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Create the service.
    CreateService,
    /// Ask whether the delayed service is available.
    Status,
    /// Create the chat.
    CreateChat,
    /// The answer to `CreateChat` was lost: find out whether there is a chat.
    Probe,
    /// Send a message.
    Send(EntryKey),
    /// Send a custom notice.
    Notice(String),
    /// Announce typing, or its end.
    Typing(Link),
    /// Ask for what has happened after this position, in this form.
    Refresh(u64, RefreshForm),
    /// End the chat; the window waits for the answer.
    Disconnect,
    /// End a chat that nobody waits for any more.
    Farewell(String),
    /// Whatever it was: its answer is of no interest.
    Forgotten,
}

/// The two documented ways to name the position of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefreshForm {
    /// `transcriptPosition` in the body.
    Body,
    /// From the start, in the URL, as `_chatIxnAPI_REFRESH_FROM_START_URL` shows it.
    FromStart,
}

/// An HTTP POST, without what all have in common.
#[derive(Debug)]
pub(crate) struct Call {
    /// Where to.
    pub(crate) url: String,
    /// The form that it carries.
    pub(crate) body: String,
    /// The URL without the endpoint, with `{id}` for the service: for the developer's console.
    pub(crate) label: String,
    /// Whether it must outlive the page.
    pub(crate) keepalive: bool,
}

impl Call {
    /// `POST /1/service/{name}`.
    pub(crate) fn create_service(config: &Config, visitor: &Visitor) -> Self {
        let mut path = "/1/service/".to_owned();
        form::push_segment(&mut path, &config.service);
        let mut form = Form::new();
        add_data(&mut form, &visitor.data);
        Self::new(&config.endpoint, &path, path.clone(), form)
    }

    /// `POST /1/service/{id}/status`.
    pub(crate) fn status(config: &Config, service: &str) -> Self {
        Self::of_service(config, service, "/status", Form::new())
    }

    /// `POST /1/service/{id}/ixn/chat`.
    pub(crate) fn create_chat(
        config: &Config,
        service: &str,
        visitor: &Visitor,
        by_comet: bool,
    ) -> Self {
        let mut form = Form::new();
        if by_comet {
            form.add("notify_by", "comet");
        }
        for (name, value) in fields(visitor) {
            form.add_filled(name, value);
        }
        add_data(&mut form, &visitor.data);
        Self::of_service(config, service, "/ixn/chat", form)
    }

    /// `POST /1/service/{id}/ixn/chat/{operation}`.
    pub(crate) fn operation(config: &Config, service: &str, link: Link, form: Form) -> Self {
        let suffix = ["/ixn/chat/", link.path()].concat();
        let mut call = Self::of_service(config, service, &suffix, form);
        call.keepalive = link == Link::Disconnect;
        call
    }

    /// A refresh that asks for what stands behind `position`.
    pub(crate) fn refresh(
        config: &Config,
        service: &str,
        position: u64,
        form: RefreshForm,
    ) -> Self {
        match form {
            RefreshForm::Body => {
                let form = position_form(position);
                Self::operation(config, service, Link::Refresh, form)
            }
            RefreshForm::FromStart => {
                let mut call = Self::operation(config, service, Link::Refresh, Form::new());
                call.url.push_str("?transcriptPosition=1");
                call
            }
        }
    }

    /// Sends the call to a URL that the server has named, its query kept.
    pub(crate) fn redirect(&mut self, url: &str) {
        let query = self.url.find('?').unwrap_or(self.url.len());
        self.url = [url, &self.url[query..]].concat();
    }

    fn of_service(config: &Config, service: &str, suffix: &str, form: Form) -> Self {
        let mut path = "/1/service/".to_owned();
        form::push_segment(&mut path, service);
        path.push_str(suffix);
        let label = ["/1/service/{id}", suffix].concat();
        Self::new(&config.endpoint, &path, label, form)
    }

    fn new(endpoint: &str, path: &str, label: String, form: Form) -> Self {
        Self {
            url: [endpoint, path].concat(),
            body: form.into_body(),
            label,
            keepalive: false,
        }
    }
}

/// A form that holds nothing but `transcriptPosition`.
pub(crate) fn position_form(position: u64) -> Form {
    let mut digits = String::new();
    push_decimal(&mut digits, position);
    let mut form = Form::new();
    form.add("transcriptPosition", &digits);
    form
}

/// The fields of the API, in the order of its example.
fn fields(visitor: &Visitor) -> [(&'static str, &str); 5] {
    [
        ("firstName", &visitor.first_name),
        ("lastName", &visitor.last_name),
        ("email", &visitor.email),
        ("subject", &visitor.subject),
        ("userDisplayName", &visitor.display_name),
    ]
}

/// Appends business data. Names that steer the API itself are no business data.
fn add_data(form: &mut Form, data: &[(String, String)]) {
    for (name, value) in data {
        if !is_reserved(name) {
            form.add(name, value);
        }
    }
}

/// Whether a name belongs to the API: a page cannot set these by its data.
pub(crate) fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "_verbose" | "notify_by" | "transcriptPosition" | "message" | ""
    )
}
