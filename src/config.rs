//! The options of the element: names and values in, checked settings or a complaint that names the option out.

use gms_chat_protocol::chat::{Config, Delivery, Visitor};

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

/// Reads the options as the loader collected them: names and values in turn, attributes and properties alike;
/// the members of `data` and `messages` under names such as `data.tier`.
pub(crate) fn parse(given: &[String]) -> Result<Options, Complaint> {
    let given = Given(given);
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
        texts: Catalogue::with(given.members("messages")?),
    })
}

fn complaint(option: &'static str, expected: &'static str) -> Complaint {
    Complaint { option, expected }
}

/// The base URL: a path, or `http:` or `https:`.
fn endpoint<'a>(given: &Given<'a>) -> Result<&'a str, Complaint> {
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

fn credentials(given: &Given<'_>) -> Result<Credentials, Complaint> {
    Ok(match given.text("credentials") {
        None | Some("same-origin") => Credentials::SameOrigin,
        Some("include") => Credentials::Include,
        Some("omit") => Credentials::Omit,
        Some(_) => return Err(complaint("credentials", "same-origin, include or omit")),
    })
}

fn visitor(given: &Given<'_>) -> Result<Visitor, Complaint> {
    let text = |name| given.text(name).unwrap_or_default().to_owned();
    Ok(Visitor {
        first_name: text("first-name"),
        last_name: text("last-name"),
        email: text("email"),
        subject: text("subject"),
        display_name: text("display-name"),
        data: given
            .members("data")?
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    })
}

/// Names and values in turn; none is required here, and of two of the same name the last one counts.
struct Given<'a>(&'a [String]);

impl<'a> Given<'a> {
    fn pairs(&self) -> impl DoubleEndedIterator<Item = (&'a str, &'a str)> + use<'a> {
        let pairs = self.0.chunks_exact(2);
        pairs.map(|pair| (&*pair[0], &*pair[1]))
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.pairs().rfind(|(known, _)| *known == name)?;
        Some(value.trim())
    }

    /// A text, trimmed; an empty one counts as not given.
    fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name).filter(|text| !text.is_empty())
    }

    /// Yes or no; an attribute without a value means yes.
    fn switch(&self, name: &'static str) -> Result<Option<bool>, Complaint> {
        match self.value(name) {
            None => Ok(None),
            Some("" | "on" | "true") => Ok(Some(true)),
            Some("off" | "false") => Ok(Some(false)),
            Some(_) => Err(complaint(name, "on or off")),
        }
    }

    /// The members of an object. One that the loader could not take apart stands under its own name.
    fn members(
        &self,
        object: &'static str,
    ) -> Result<impl Iterator<Item = (&'a str, &'a str)> + use<'a>, Complaint> {
        if self.text(object).is_some() {
            return Err(complaint(object, "a JSON object"));
        }
        let member = move |(name, value): (&'a str, &'a str)| {
            Some((name.strip_prefix(object)?.strip_prefix('.')?, value))
        };
        Ok(self.pairs().filter_map(member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Key;

    /// Options from lines `name=value`.
    fn read(lines: &[&str]) -> Result<Options, Complaint> {
        let pairs = lines.iter().filter_map(|line| line.split_once('='));
        let given: Vec<String> = pairs
            .flat_map(|(name, value)| [name.into(), value.into()])
            .collect();
        parse(&given)
    }

    fn options(lines: &[&str]) -> Options {
        read(lines).unwrap()
    }

    fn refused(lines: &[&str]) -> String {
        read(lines).unwrap_err().sentence()
    }

    #[test]
    fn an_endpoint_is_enough() {
        let options = options(&["endpoint= /genesys/ "]);
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
            let options = options(&[&["endpoint=", good].concat()]);
            assert_eq!(options.session.endpoint, good, "{good}");
        }
        for bad in [
            "",
            " ",
            "javascript:alert(1)",
            "ftp://a/g",
            "data:,x",
            "mailto:a",
        ] {
            let complaint = refused(&[&["endpoint=", bad].concat()]);
            assert!(complaint.starts_with("`endpoint` has to be "), "{bad}");
        }
        assert!(refused(&[]).contains("endpoint"));
    }

    #[test]
    fn every_option_reaches_its_place() {
        let options = options(&[
            "endpoint=/g",
            "service=sales",
            "delivery=cometd",
            "comet-path=bayeux/",
            "append-type=off",
            "delayed=",
            "user-id=u-1",
            "credentials=include",
            "first-name=Ann",
            "last-name=Lee",
            "email=a@b.c",
            "subject=Help",
            "display-name=AL",
            "data.tier=gold",
            "data.age=7",
            "expose-text=true",
            "messages.title=Hello",
        ]);
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
        assert_eq!(data, [("tier", "gold"), ("age", "7")]);
        assert_eq!(options.texts.say(Key::Title), "Hello");
    }

    #[test]
    fn a_property_outdoes_the_attribute_before_it() {
        let options = options(&["endpoint=/a", "service=one", "service=two"]);
        assert_eq!(options.session.service, "two");
    }

    #[test]
    fn a_user_id_is_invented_only_where_it_is_needed() {
        let user = |more: &[&str]| {
            let options = options(&[&["endpoint=/g"], more].concat());
            (options.invent_user, options.session.user_id)
        };
        assert_eq!(user(&[]), (true, None));
        assert_eq!(user(&["user-id=auto"]), (true, None));
        assert_eq!(user(&["user-id=none"]), (false, None));
        assert_eq!(user(&["delivery=poll"]), (false, None));
        let given = Some("bob".to_owned());
        assert_eq!(user(&["delivery=poll", "user-id=bob"]), (false, given));
    }

    #[test]
    fn wrong_words_are_named() {
        for (line, named) in [
            ("delivery=push", "delivery"),
            ("credentials=yes", "credentials"),
            ("append-type=maybe", "append-type"),
            ("data=tier: gold", "data"),
            ("messages=x", "messages"),
        ] {
            assert!(refused(&["endpoint=/g", line]).contains(named), "{line}");
        }
        assert!(read(&["endpoint=/g", "data=", "messages="]).is_ok());
    }
}
