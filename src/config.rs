//! The options of the element: names and values in, checked settings or a complaint that names the option out.

use std::cell::Cell;
use std::time::Duration;

use gms_chat_protocol::chat::{Config, Delivery, Visitor};

/// Everything that the embedding page decides.
#[derive(Debug)]
pub(crate) struct Options {
    /// How the session reaches its server.
    pub(crate) session: Config,
    /// Which cookies accompany requests.
    pub(crate) credentials: Credentials,
    /// Whether `gms-chat-messagereceived` carries the text.
    pub(crate) expose_text: bool,
    /// The language of the window, as BCP 47.
    pub(crate) language: String,
    /// What the window offers.
    pub(crate) face: Face,
}

/// What the window offers to the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Face {
    /// What can be done with the transcript.
    pub(crate) tools: Vec<Tool>,
    /// Whether the small Markdown counts in messages.
    pub(crate) markdown: bool,
    /// Whether the other side is told that the visitor types, and the visitor that they do.
    pub(crate) tells_typing: bool,
    pub(crate) shows_typing: bool,
    /// Whether Enter sends, and not only with Ctrl or Cmd.
    pub(crate) enter_sends: bool,
    /// How many characters a message may have.
    pub(crate) most_characters: usize,
    /// Where the visitor may say how it was.
    pub(crate) survey: Option<String>,
    /// Whether new messages may be heard.
    pub(crate) sound: bool,
}

/// A way to keep the transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// A text file.
    Text,
    /// A web page as a file.
    Html,
    /// The clipboard; of single messages too.
    Copy,
    /// Paper.
    Print,
}

impl Tool {
    /// The word for it in `src/extras/keep.js`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
            Self::Copy => "copy",
            Self::Print => "print",
        }
    }
}

/// Agent desktops take 4 KB, and a name in front.
const MOST_CHARACTERS: usize = 4000;

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
/// .
pub(crate) fn parse(given: &[String]) -> Result<Options, Complaint> {
    let given = Given::new(given);
    let options = read(&given);
    match given.complaint.take() {
        None => Ok(options),
        Some(complaint) => Err(complaint),
    }
}

fn read(given: &Given<'_>) -> Options {
    let endpoint = given.address("endpoint").unwrap_or_else(|| {
        given.complain(
            "endpoint",
            "the address of GMS up to /genesys: a path on this site, or an http or https URL",
        );
        ""
    });
    let mut session = Config::new(endpoint);
    if let Some(service) = given.text("service") {
        session.service = service.to_owned();
    }
    let ways = [Delivery::Auto, Delivery::Cometd, Delivery::Poll];
    let words = ["auto", "cometd", "poll"];
    session.delivery = ways[given.word("delivery", &words, "auto, cometd or poll")];
    if let Some(path) = given.text("comet-path") {
        session.comet_path = ["/", path.trim_matches('/')].concat();
    }
    session.append_type = given.switch("append-type").unwrap_or(session.append_type);
    session.delayed = given.switch("delayed");
    for (name, limit) in [
        ("idle-alert", &mut session.limits.idle_alert),
        ("idle-close", &mut session.limits.idle_close),
        ("away", &mut session.limits.away),
    ] {
        if let Some(seconds) = given.number(name) {
            *limit = Duration::from_secs(seconds.into());
        }
    }
    // Polls are to be this much quicker; without any pause they would be a storm.
    if let Some(seconds) = given.number("keepalive-limit") {
        session.limits.keepalive = Duration::from_secs(seconds.max(5).into());
    }
    let user = given.text("user-id");
    session.user_id = user
        .filter(|name| !matches!(*name, "auto" | "none"))
        .map(str::to_owned);
    // One that is an object went to the form.
    if given.text("data").is_some() {
        given.complain("data", "a JSON object");
    }
    Options {
        session,
        credentials: credentials(given),
        expose_text: given.switch("expose-text").unwrap_or(false),
        language: given.text("language").unwrap_or_default().to_owned(),
        face: face(given),
    }
}

fn face(given: &Given<'_>) -> Face {
    let most = given.number("max-message-length");
    let words = ["both", "receive", "off"];
    let typing = given.word("typing", &words, "both, receive or off");
    Face {
        tells_typing: typing == 0,
        shows_typing: typing < 2,
        tools: tools(given),
        markdown: given.switch("markdown").unwrap_or(false),
        enter_sends: given.switch("enter-sends").unwrap_or(true),
        most_characters: most
            .filter(|most| *most > 0)
            .map_or(MOST_CHARACTERS, |most| most as usize),
        survey: given.address("survey-url").map(str::to_owned),
        sound: given.switch("sound").unwrap_or(false),
    }
}

/// The ways to keep the transcript, from a list of words; all of them where the page says nothing.
fn tools(given: &Given<'_>) -> Vec<Tool> {
    let words = given.text("transcript").unwrap_or("download copy print");
    let mut tools = Vec::new();
    for word in words.split(' ') {
        match word {
            "download" => tools.extend([Tool::Text, Tool::Html]),
            "copy" => tools.push(Tool::Copy),
            "print" => tools.push(Tool::Print),
            "" | "none" => {}
            _ => given.complain("transcript", "a list of download, copy and print, or none"),
        }
    }
    tools
}

fn credentials(given: &Given<'_>) -> Credentials {
    let all = [
        Credentials::SameOrigin,
        Credentials::Include,
        Credentials::Omit,
    ];
    let words = ["same-origin", "include", "omit"];
    all[given.word("credentials", &words, "same-origin, include or omit")]
}

/// What is sent of the visitor, and the first message: their values in the order of `src/whole.js`, then names and
/// values of the business data.
pub(crate) fn visitor(given: Vec<String>) -> (Visitor, Option<String>) {
    let mut given = given.into_iter();
    let mut next = || given.next().unwrap_or_default();
    let [first_name, last_name, email, subject, display_name, message] =
        std::array::from_fn(|_| next());
    let mut visitor = Visitor {
        first_name,
        last_name,
        email,
        subject,
        display_name,
        data: Vec::new(),
    };
    while let (Some(name), Some(value)) = (given.next(), given.next()) {
        visitor.data.push((name, value));
    }
    (visitor, Some(message).filter(|text| !text.is_empty()))
}

/// Names and values in turn; none is required here, and of two of the same name the last one counts.
/// The first complaint is kept until everything has been read: one way out is smaller than twenty.
struct Given<'a> {
    words: &'a [String],
    complaint: Cell<Option<Complaint>>,
}

impl<'a> Given<'a> {
    fn new(words: &'a [String]) -> Self {
        Self {
            words,
            complaint: Cell::new(None),
        }
    }

    /// Takes note of an option that cannot be used.
    fn complain(&self, option: &'static str, expected: &'static str) {
        let first = self.complaint.take();
        let complaint = first.or(Some(Complaint { option, expected }));
        self.complaint.set(complaint);
    }

    fn pairs(&self) -> impl DoubleEndedIterator<Item = (&'a str, &'a str)> + use<'a> {
        let pairs = self.words.chunks_exact(2);
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
    fn switch(&self, name: &'static str) -> Option<bool> {
        match self.value(name)? {
            "" | "on" | "true" => Some(true),
            "off" | "false" => Some(false),
            _ => {
                self.complain(name, "on or off");
                None
            }
        }
    }

    /// A whole number.
    fn number(&self, name: &'static str) -> Option<u32> {
        let digit = |number: u32, byte: u8| {
            let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
            number.checked_mul(10)?.checked_add(digit)
        };
        let number = self.text(name)?.bytes().try_fold(0, digit);
        if number.is_none() {
            self.complain(name, "a whole number");
        }
        number
    }

    /// One of these words, by its place; the first one where nothing is said.
    fn word(&self, name: &'static str, words: &[&str], expected: &'static str) -> usize {
        let Some(given) = self.text(name) else {
            return 0;
        };
        let place = words.iter().position(|word| *word == given);
        if place.is_none() {
            self.complain(name, expected);
        }
        place.unwrap_or(0)
    }

    /// An address that is a path, or one of http or https: a colon before any slash ends a scheme.
    fn address(&self, name: &'static str) -> Option<&'a str> {
        let address = self.text(name)?;
        let ends = |byte: u8| matches!(byte, b':' | b'/' | b'?' | b'#');
        let end = address.bytes().position(ends);
        let scheme = end.filter(|end| address.as_bytes().get(*end) == Some(&b':'));
        let is = |end, scheme| {
            let own: Option<&str> = address.get(..end);
            own.is_some_and(|own| own.eq_ignore_ascii_case(scheme))
        };
        if scheme.is_some_and(|end| !is(end, "http") && !is(end, "https")) {
            self.complain(name, "an http or https URL, or a path");
        }
        Some(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Options from lines `name=value`.
    fn reading(lines: &[&str]) -> Result<Options, Complaint> {
        let pairs = lines.iter().filter_map(|line| line.split_once('='));
        let given: Vec<String> = pairs
            .flat_map(|(name, value)| [name.into(), value.into()])
            .collect();
        parse(&given)
    }

    fn options(lines: &[&str]) -> Options {
        reading(lines).unwrap()
    }

    fn refused(lines: &[&str]) -> String {
        reading(lines).unwrap_err().sentence()
    }

    #[test]
    fn an_endpoint_is_enough() {
        let options = options(&["endpoint= /genesys/ "]);
        assert_eq!(options.session, Config::new("/genesys"));
        assert_eq!(options.session.service, "request-chat");
        assert_eq!(options.credentials, Credentials::SameOrigin);
        assert!(!options.expose_text);
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
            "expose-text=true",
        ]);
        let session = &options.session;
        assert_eq!(session.service, "sales");
        assert_eq!(session.delivery, Delivery::Cometd);
        assert_eq!(session.comet_path, "/bayeux");
        assert_eq!((session.append_type, session.delayed), (false, Some(true)));
        assert_eq!(session.user_id.as_deref(), Some("u-1"));
        assert!(options.expose_text);
        assert_eq!(options.credentials, Credentials::Include);
    }

    #[test]
    fn what_the_form_holds_becomes_a_visitor_and_a_first_message() {
        let given = [
            "Ann", "Lee", "a@b.c", "Help", "AL", "Hello", "tier", "gold", "age", "7",
        ];
        let (visitor, message) = visitor(given.map(str::to_owned).into());
        assert_eq!((&*visitor.first_name, &*visitor.last_name), ("Ann", "Lee"));
        assert_eq!((&*visitor.email, &*visitor.subject), ("a@b.c", "Help"));
        assert_eq!(visitor.display_name, "AL");
        let data: Vec<(&str, &str)> = visitor.data.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(data, [("tier", "gold"), ("age", "7")]);
        assert_eq!(message.as_deref(), Some("Hello"));
    }

    #[test]
    fn the_page_decides_what_the_window_offers() {
        let face = |more: &[&str]| options(&[&["endpoint=/g"], more].concat()).face;
        let all = [Tool::Text, Tool::Html, Tool::Copy, Tool::Print];
        assert_eq!(face(&[]).tools, all);
        assert_eq!(face(&["transcript=none"]).tools, []);
        assert_eq!(
            face(&["transcript=print  copy"]).tools,
            [Tool::Print, Tool::Copy]
        );
        assert_eq!(face(&["max-message-length=500"]).most_characters, 500);
        assert_eq!(face(&["max-message-length=0"]).most_characters, 4000);
        let (plain, rich) = (
            face(&[]),
            face(&["markdown=", "sound=on", "enter-sends=off"]),
        );
        assert_eq!(
            (plain.markdown, plain.sound, plain.enter_sends),
            (false, false, true)
        );
        assert_eq!(
            (rich.markdown, rich.sound, rich.enter_sends),
            (true, true, false)
        );
        assert_eq!(
            face(&["survey-url=/survey?a:b"]).survey.as_deref(),
            Some("/survey?a:b")
        );
    }

    #[test]
    fn the_limits_of_silence_are_the_servers() {
        let limits = |more: &[&str]| options(&[&["endpoint=/g"], more].concat()).session.limits;
        assert_eq!(limits(&[]), Config::new("/g").limits);
        let own = limits(&["idle-alert=0", "idle-close=30", "away=120"]);
        assert_eq!(
            (own.idle_alert, own.idle_close, own.away),
            (
                Duration::ZERO,
                Duration::from_secs(30),
                Duration::from_secs(120)
            )
        );
    }

    #[test]
    fn a_property_outdoes_the_attribute_before_it() {
        let options = options(&["endpoint=/a", "service=one", "service=two"]);
        assert_eq!(options.session.service, "two");
    }

    #[test]
    fn a_user_id_is_sent_as_given_unless_it_is_a_word_of_ours() {
        let user = |more: &[&str]| options(&[&["endpoint=/g"], more].concat()).session.user_id;
        for ours in [&[] as &[&str], &["user-id=auto"], &["user-id=none"]] {
            assert_eq!(user(ours), None);
        }
        assert_eq!(user(&["user-id=bob"]).as_deref(), Some("bob"));
        assert_eq!(
            user(&["user-id=auto", "user-id=made"]).as_deref(),
            Some("made")
        );
    }

    #[test]
    fn wrong_words_are_named() {
        for (line, named) in [
            ("delivery=push", "delivery"),
            ("credentials=yes", "credentials"),
            ("append-type=maybe", "append-type"),
            ("data=tier: gold", "data"),
            ("transcript=mail", "transcript"),
            ("survey-url=javascript:alert(1)", "survey-url"),
            ("idle-alert=4 minutes", "idle-alert"),
            ("idle-close=99999999999", "idle-close"),
            ("max-message-length=-1", "max-message-length"),
        ] {
            assert!(refused(&["endpoint=/g", line]).contains(named), "{line}");
        }
        assert!(reading(&["endpoint=/g", "data=", "messages="]).is_ok());
    }
}
