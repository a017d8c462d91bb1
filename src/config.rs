//! The options of the element: JSON in, checked settings or a complaint that names the option out.

use gms_chat_protocol::chat::{Config, Delivery, Visitor};
use serde_json::{Map, Value};

use crate::text::Catalogue;

/// Everything that the embedding page decides.
#[derive(Debug)]
pub(crate) struct Options {
    /// How the session reaches its server.
    pub(crate) session: Config,
    /// Whether `gms_user` has to be invented: the page named none and did not forbid it.
    pub(crate) invent_user: bool,
    /// Which cookies accompany requests.
    pub(crate) credentials: Credentials,
    /// What the page knows about the visitor already.
    pub(crate) visitor: Visitor,
    /// Whether `gms-chat-messagereceived` carries the text.
    pub(crate) expose_text: bool,
    /// The sentences of the window.
    pub(crate) texts: Catalogue,
}

/// The `credentials` of a `fetch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// `same-origin`
    SameOrigin,
    /// `include`
    Include,
    /// `omit`
    Omit,
}

/// An option that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// Its name, as an attribute.
    pub(crate) option: &'static str,
    /// What it has to be.
    pub(crate) expected: &'static str,
}

impl Complaint {
    /// One sentence for the developer of the page.
    pub(crate) fn sentence(&self) -> String {
        ["`", self.option, "` has to be ", self.expected].concat()
    }
}

/// Reads the options as the loader collected them: attributes as strings under their own names,
/// properties of any JSON type.
pub(crate) fn parse(json: &str) -> Result<Options, Complaint> {
    let given = match serde_json::from_str(json) {
        Ok(Value::Object(given)) => Given(given),
        Ok(_) | Err(_) => return Err(complaint("options", "a JSON object")),
    };
    let mut session = Config::new(endpoint(&given)?);
    if let Some(service) = given.text("service") {
        session.service = service.to_owned();
    }
    session.delivery = match given.text("delivery") {
        None | Some("auto") => Delivery::Auto,
        Some("cometd") => Delivery::Cometd,
        Some("poll") => Delivery::Poll,
        Some(_) => return Err(complaint("delivery", "auto, cometd or poll")),
    };
    if let Some(path) = given.text("comet-path") {
        session.comet_path = ["/", path.trim_matches('/')].concat();
    }
    session.append_type = given.switch("append-type")?.unwrap_or(session.append_type);
    session.delayed = given.switch("delayed")?;
    let user = given.text("user-id");
    session.user_id = user
        .filter(|name| !matches!(*name, "auto" | "none"))
        .map(str::to_owned);
    Ok(Options {
        invent_user: matches!(user, None | Some("auto")) && session.delivery != Delivery::Poll,
        session,
        credentials: credentials(&given)?,
        visitor: visitor(&given)?,
        expose_text: given.switch("expose-text")?.unwrap_or(false),
        texts: Catalogue::with(given.pairs("messages")?.iter().map(|(k, v)| (&**k, &**v))),
    })
}

fn complaint(option: &'static str, expected: &'static str) -> Complaint {
    Complaint { option, expected }
}

/// The base URL: a path, or `http:` or `https:`.
fn endpoint(given: &Given) -> Result<&str, Complaint> {
    let wrong = complaint(
        "endpoint",
        "the address of GMS up to /genesys: a path on this site, or an http or https URL",
    );
    let endpoint = given.text("endpoint").ok_or(Complaint { ..wrong })?;
    let scheme = endpoint.split(['/', '?', '#']).next().unwrap_or_default();
    let known = ["http:", "https:"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    if scheme.contains(':') && !known {
        return Err(complaint("endpoint", "an http or https URL, or a path"));
    }
    Ok(endpoint)
}

fn credentials(given: &Given) -> Result<Credentials, Complaint> {
    Ok(match given.text("credentials") {
        None | Some("same-origin") => Credentials::SameOrigin,
        Some("include") => Credentials::Include,
        Some("omit") => Credentials::Omit,
        Some(_) => return Err(complaint("credentials", "same-origin, include or omit")),
    })
}

fn visitor(given: &Given) -> Result<Visitor, Complaint> {
    let text = |name| given.text(name).unwrap_or_default().to_owned();
    Ok(Visitor {
        first_name: text("first-name"),
        last_name: text("last-name"),
        email: text("email"),
        subject: text("subject"),
        display_name: text("display-name"),
        data: given.pairs("data")?,
    })
}

/// The options as given; none of them is required here.
struct Given(Map<String, Value>);

impl Given {
    /// A text, trimmed; an empty one counts as not given.
    fn text(&self, name: &str) -> Option<&str> {
        let text = self.0.get(name)?.as_str()?.trim();
        Some(text).filter(|text| !text.is_empty())
    }

    /// Yes or no; an attribute without a value means yes.
    fn switch(&self, name: &'static str) -> Result<Option<bool>, Complaint> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(on)) => Ok(Some(*on)),
            Some(value) => match value.as_str() {
                Some("" | "on" | "true") => Ok(Some(true)),
                Some("off" | "false") => Ok(Some(false)),
                Some(_) | None => Err(complaint(name, "on or off")),
            },
        }
    }

    /// Names and values: an object, or a text that holds one as JSON.
    fn pairs(&self, name: &'static str) -> Result<Vec<(String, String)>, Complaint> {
        let parsed;
        let value = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(Vec::new()),
            Some(Value::String(text)) => {
                parsed = serde_json::from_str(text).unwrap_or_default();
                &parsed
            }
            Some(value) => value,
        };
        let expected = "a JSON object of texts, numbers, true or false";
        let pairs = value.as_object().ok_or(complaint(name, expected))?;
        let mut read = Vec::new();
        for (key, value) in pairs {
            match value {
                Value::Null => {}
                Value::String(text) => read.push((key.clone(), text.clone())),
                Value::Bool(on) => {
                    read.push((key.clone(), if *on { "true" } else { "false" }.to_owned()))
                }
                Value::Number(number) => {
                    let whole = number.as_i64().ok_or(complaint(name, expected))?;
                    read.push((key.clone(), whole.to_string()));
                }
                Value::Array(_) | Value::Object(_) => return Err(complaint(name, expected)),
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Key;

    fn options(json: &str) -> Options {
        parse(json).unwrap()
    }

    fn refused(json: &str) -> String {
        parse(json).unwrap_err().sentence()
    }

    #[test]
    fn an_endpoint_is_enough() {
        let options = options(r#"{"endpoint":" /genesys/ "}"#);
        assert_eq!(options.session, Config::new("/genesys"));
        assert_eq!(options.session.service, "request-chat");
        assert_eq!(options.credentials, Credentials::SameOrigin);
        assert_eq!(options.visitor, Visitor::default());
        assert!(options.invent_user && !options.expose_text);
    }

    #[test]
    fn endpoints_are_paths_or_http_addresses() {
        for good in [
            "/g",
            "g",
            "./g:x/y",
            "https://a.example/genesys",
            "HTTP://a:8080/g",
            "//a/g",
        ] {
            let json = Value::from_iter([("endpoint", good)]).to_string();
            assert_eq!(options(&json).session.endpoint, good, "{good}");
        }
        for bad in [
            "",
            " ",
            "javascript:alert(1)",
            "ftp://a/g",
            "data:,x",
            "mailto:a",
        ] {
            let json = Value::from_iter([("endpoint", bad)]).to_string();
            assert!(refused(&json).starts_with("`endpoint` has to be "), "{bad}");
        }
        assert!(refused("{}").contains("endpoint"));
    }

    #[test]
    fn every_option_reaches_its_place() {
        let options = options(
            r#"{"endpoint":"/g","service":"sales","delivery":"cometd","comet-path":"bayeux/",
                "append-type":"off","delayed":"","user-id":"u-1","credentials":"include",
                "first-name":"Ann","last-name":"Lee","email":"a@b.c","subject":"Help",
                "display-name":"AL","data":{"tier":"gold","age":7,"vip":true,"none":null},
                "expose-text":true,"messages":{"title":"Hello"}}"#,
        );
        let session = &options.session;
        assert_eq!(session.service, "sales");
        assert_eq!(session.delivery, Delivery::Cometd);
        assert_eq!(session.comet_path, "/bayeux");
        assert_eq!((session.append_type, session.delayed), (false, Some(true)));
        assert_eq!(session.user_id.as_deref(), Some("u-1"));
        assert!(!options.invent_user && options.expose_text);
        assert_eq!(options.credentials, Credentials::Include);
        let visitor = &options.visitor;
        assert_eq!((&*visitor.first_name, &*visitor.last_name), ("Ann", "Lee"));
        assert_eq!((&*visitor.email, &*visitor.subject), ("a@b.c", "Help"));
        assert_eq!(visitor.display_name, "AL");
        let data: Vec<(&str, &str)> = visitor.data.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(data, [("age", "7"), ("tier", "gold"), ("vip", "true")]);
        assert_eq!(options.texts.say(Key::Title), "Hello");
    }

    #[test]
    fn business_data_may_be_json_in_an_attribute() {
        let options = options(r#"{"endpoint":"/g","data":"{\"tier\":\"gold\"}"}"#);
        assert_eq!(
            options.visitor.data,
            [("tier".to_owned(), "gold".to_owned())]
        );
        assert!(refused(r#"{"endpoint":"/g","data":"tier=gold"}"#).contains("data"));
        assert!(refused(r#"{"endpoint":"/g","data":{"a":[1]}}"#).contains("data"));
        assert!(parse(r#"{"endpoint":"/g","data":""}"#).is_ok());
    }

    #[test]
    fn a_user_id_is_invented_only_where_it_is_needed() {
        let user = |rest: &str| {
            let options = options(&format!(r#"{{"endpoint":"/g"{rest}}}"#));
            (options.invent_user, options.session.user_id)
        };
        assert_eq!(user(""), (true, None));
        assert_eq!(user(r#","user-id":"auto""#), (true, None));
        assert_eq!(user(r#","user-id":"none""#), (false, None));
        assert_eq!(user(r#","delivery":"poll""#), (false, None));
        let given = Some("bob".to_owned());
        assert_eq!(
            user(r#","delivery":"poll","user-id":"bob""#),
            (false, given)
        );
    }

    #[test]
    fn wrong_words_are_named() {
        for (json, named) in [
            (r#"{"endpoint":"/g","delivery":"push"}"#, "delivery"),
            (r#"{"endpoint":"/g","credentials":"yes"}"#, "credentials"),
            (r#"{"endpoint":"/g","append-type":"maybe"}"#, "append-type"),
            (r#"{"endpoint":"/g","messages":"x"}"#, "messages"),
            ("[]", "options"),
            ("{", "options"),
        ] {
            assert!(refused(json).contains(named), "{json}");
        }
    }
}
