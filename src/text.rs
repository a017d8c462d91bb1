//! Every sentence that a visitor can see, by key; a page or a language may replace any of them.

use gms_chat_protocol::chat::{End, Party, Problem, Role};

/// How many characters a text has; the standard library's own count is made for long texts and 1 KB larger.
pub(crate) fn length(text: &str) -> usize {
    text.chars().map(|_| 1).sum()
}

/// Declares the keys, the names under which they can be replaced, and the English sentences.
macro_rules! sentences {
    ($($key:ident $name:literal $english:literal)*) => {
        /// Names one sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Key { $(
            #[doc = $english]
            $key,
        )* }

        /// Each key, its name and its English sentence, in the order of the keys.
        const ENGLISH: &[(Key, &str, &str)] = &[$((Key::$key, $name, $english)),*];
    };
}

sentences! {
    Title "title" "Chat with us"
    Minimise "minimise" "Minimise"
    Conversation "conversation" "Conversation"

    FormHeading "form.heading" "Start a chat"
    FormLead "form.lead" "A few words about you, and we connect you to the right person."
    FirstName "form.first-name" "First name"
    LastName "form.last-name" "Last name"
    Email "form.email" "E-mail"
    Subject "form.subject" "How can we help?"
    Optional "form.optional" "optional"
    Submit "form.submit" "Start chat"
    Submitting "form.submitting" "Connecting…"
    SubjectMissing "form.error.subject" "Please say in a few words what it is about."
    EmailWrong "form.error.email" "Please check the address. It should look like name@example.com."

    WaitingHeading "waiting.heading" "Finding someone for you"
    WaitingLead "waiting.lead" "You can write your message now. Whoever joins will see it."
    WaitingLeave "waiting.leave" "Leave the queue"

    StatusIdle "status.idle" "We are happy to help"
    StatusConnecting "status.connecting" "Connecting…"
    StatusWaiting "status.waiting" "Waiting for an agent"
    StatusActive "status.active" "Connected"
    StatusWith "status.with" "You are talking to {name}"
    StatusEnding "status.ending" "Ending the chat…"
    StatusEnded "status.ended" "This chat has ended"

    You "you" "You"
    Agent "role.agent" "Agent"
    Supervisor "role.supervisor" "Supervisor"
    External "role.external" "Assistant"
    Says "says" "{name}: {text}"
    Joined "joined" "{name} has joined"
    Left "left" "{name} has left"
    Transferred "transferred" "{from} has handed over to {name}"
    Gap "gap" "Some messages are missing here and could not be fetched."
    Typing "typing" "{name} is typing"
    PageOffered "page.offered" "{name} suggests this page"
    PageOpens "page.opens" "opens in a new tab"
    Jump "jump" "New messages"
    Unread "unread" "Unread messages: {count}"

    News "news" "New"
    Copy "copy" "Copy"
    Copied "copied" "Copied"
    More "more" "More"
    KeepText "keep.text" "Download as text"
    KeepHtml "keep.html" "Download as web page"
    KeepCopy "keep.copy" "Copy everything"
    KeepPrint "keep.print" "Print"
    Mute "mute" "Mute sounds"

    FateSending "fate.sending" "Sending…"
    FateSent "fate.sent" "Sent"
    FateUnknown "fate.unknown" "Not confirmed yet. We are checking."
    FateUnproven "fate.unproven" "It is not certain that this arrived. Sending it again may show it twice."
    FateFailed "fate.failed" "Not sent. {reason}"
    Retry "retry" "Try again"
    Discard "discard" "Discard"

    Message "composer.label" "Your message"
    Placeholder "composer.placeholder" "Write a message…"
    Send "composer.send" "Send"
    CharactersLeft "composer.left" "Characters left: {count}"
    CharactersOver "composer.over" "Too long by {count} characters. Please shorten it or send it in two parts."

    End "end" "End chat"
    EndHeading "end.heading" "End this chat?"
    EndLead "end.lead" "You can still read it afterwards."
    EndYes "end.yes" "End chat"
    EndNo "end.no" "Keep chatting"
    LeaveHeading "leave.heading" "Leave the queue?"
    LeaveLead "leave.lead" "You will lose your place."
    LeaveYes "leave.yes" "Leave"
    LeaveNo "leave.no" "Keep waiting"

    EndedVisitor "ended.visitor" "You have ended the chat. Thank you for writing."
    EndedAgent "ended.agent" "The chat is over. Thank you for writing."
    EndedIdle "ended.idle" "The chat was closed because nobody had written for a while."
    EndedServer "ended.server" "The chat has been closed by our chat service."
    EndedLost "ended.lost" "The connection to this chat was lost for too long. Please start a new one to go on."
    EndedAbandoned "ended.abandoned" "You have left the queue."
    Again "again" "Start a new chat"
    Survey "survey" "Tell us how it was"

    IdleHeading "idle.heading" "Are you still there?"
    IdleLead "idle.lead" "The chat will be closed if nobody writes."
    IdleLeft "idle.left" "It closes in {time}"
    IdleOver "idle.over" "It is being closed."
    IdleStay "idle.stay" "I'm still here"
    IdleSay "idle.say" "I'm still here."

    TroubleOffline "trouble.offline" "You are offline. What you write is sent as soon as you are back."
    TroubleLine "trouble.line" "No connection. We keep trying, and what you write is sent as soon as it works."
    TroubleServer "trouble.server" "The chat service does not answer. We keep trying, and nothing is lost."
    NextTry "trouble.next" "Next try in {time}"
    Trying "trouble.trying" "Trying now…"

    ProblemHeading "problem.heading" "The chat could not be started"
    ProblemUnreachable "problem.unreachable" "We cannot reach the chat service. Please check your connection and try again."
    ProblemTimeout "problem.timeout" "The chat service took too long to answer. Please try again."
    ProblemBusy "problem.busy" "Everybody is busy right now. Please try again in a few minutes."
    ProblemRefused "problem.refused" "The chat service did not accept this. Please check what you wrote and try again."
    ProblemUnauthorised "problem.unauthorised" "The chat service does not let this page in. Please contact us another way."
    ProblemMissing "problem.not_found" "The chat is not available at the moment. Please contact us another way."
    ProblemServer "problem.server_error" "Something went wrong at our end. Please try again in a few minutes."
    ProblemCookie "problem.cookie_lost" "Your browser blocks a cookie that this chat needs. Please allow cookies for this page and try again."
    ProblemEnded "problem.ended" "The chat was over before it could be sent."
    ProblemConfig "problem.config" "The chat is not set up correctly on this page. Please contact us another way."
}

/// The sentences of one window.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue {
    replaced: Vec<(Key, String)>,
}

impl Catalogue {
    /// English, with these sentences in place of its own; unknown names are left out.
    pub(crate) fn with<'a>(replaced: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let replaced = replaced
            .filter_map(|(name, sentence)| {
                let (key, _, _) = ENGLISH.iter().find(|(_, known, _)| *known == name)?;
                Some((*key, sentence.to_owned()))
            })
            .collect();
        Self { replaced }
    }

    /// The sentence of this key.
    pub(crate) fn say(&self, key: Key) -> &str {
        let mut replaced = self.replaced.iter();
        match replaced.find(|(known, _)| *known == key) {
            Some((_, sentence)) => sentence,
            None => ENGLISH[key as usize].2,
        }
    }

    /// The sentence of this key, with `{name}` and the like filled in.
    pub(crate) fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        let mut filled = String::new();
        let mut rest = self.say(key);
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let value = values.iter().find(|(known, _)| *known == name);
            filled.push_str(value.map_or("", |(_, value)| value));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// What to call a party: its nickname, or what it is.
    pub(crate) fn name<'a>(&'a self, party: &'a Party) -> &'a str {
        if !party.nickname.trim().is_empty() {
            return &party.nickname;
        }
        self.say(match party.role {
            Role::Client => Key::You,
            Role::Agent => Key::Agent,
            Role::Supervisor => Key::Supervisor,
            Role::External => Key::External,
        })
    }

    /// The cause of a failure and the next step, in the visitor's words.
    pub(crate) fn problem(&self, problem: &Problem) -> &str {
        self.say(match problem {
            Problem::Unreachable => Key::ProblemUnreachable,
            Problem::TimedOut => Key::ProblemTimeout,
            Problem::Busy { .. } => Key::ProblemBusy,
            Problem::Refused { .. } => Key::ProblemRefused,
            Problem::Unauthorised { .. } => Key::ProblemUnauthorised,
            Problem::NotFound { .. } => Key::ProblemMissing,
            Problem::Server { .. } | Problem::Exception { .. } | Problem::Malformed { .. } => {
                Key::ProblemServer
            }
            Problem::CookieLost => Key::ProblemCookie,
            Problem::Ended => Key::ProblemEnded,
        })
    }

    /// Why a chat is over.
    pub(crate) fn end(&self, end: &End) -> &str {
        self.say(match end {
            End::Visitor => Key::EndedVisitor,
            End::Agent => Key::EndedAgent,
            End::Idle => Key::EndedIdle,
            End::Server => Key::EndedServer,
            End::Lost => Key::EndedLost,
            End::Abandoned => Key::EndedAbandoned,
        })
    }
}

/// What is wrong with the line, while it is being mended.
pub(crate) fn trouble(reason: &Problem) -> Key {
    match reason {
        Problem::Unreachable | Problem::TimedOut => Key::TroubleLine,
        Problem::Busy { .. }
        | Problem::Refused { .. }
        | Problem::Unauthorised { .. }
        | Problem::NotFound { .. }
        | Problem::Server { .. }
        | Problem::Exception { .. }
        | Problem::Malformed { .. }
        | Problem::CookieLost
        | Problem::Ended => Key::TroubleServer,
    }
}

/// The first letter of a name, for an avatar; the styles make it a capital.
pub(crate) fn initial(name: &str) -> String {
    name.trim().chars().take(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_table_stand_in_the_same_order_and_names_are_unique() {
        for (index, (key, name, english)) in ENGLISH.iter().enumerate() {
            assert_eq!(*key as usize, index, "{name}");
            assert!(!english.is_empty(), "{name}");
            let twins = ENGLISH.iter().filter(|(_, other, _)| other == name).count();
            assert_eq!(twins, 1, "{name}");
        }
    }

    #[test]
    fn values_are_filled_in_by_name() {
        let english = Catalogue::default();
        let line = english.fill(Key::Transferred, &[("name", "Bo"), ("from", "Ann {name}")]);
        assert_eq!(line, "Ann {name} has handed over to Bo");
        assert_eq!(english.fill(Key::Typing, &[]), " is typing");
    }

    #[test]
    fn a_page_replaces_single_sentences_and_unknown_names_are_left_out() {
        let changed = [
            ("title", "Hallo"),
            ("nonsense", "x"),
            ("joined", "{name} ist da {"),
        ];
        let catalogue = Catalogue::with(changed.into_iter());
        assert_eq!(catalogue.say(Key::Title), "Hallo");
        assert_eq!(catalogue.say(Key::Send), "Send");
        assert_eq!(
            catalogue.fill(Key::Joined, &[("name", "Ann")]),
            "Ann ist da "
        );
    }

    #[test]
    fn a_party_without_a_nickname_is_called_by_its_role() {
        let party = |nickname: &str, role| Party {
            nickname: nickname.to_owned(),
            role,
        };
        let english = Catalogue::default();
        assert_eq!(english.name(&party("Ann", Role::Agent)), "Ann");
        assert_eq!(english.name(&party(" ", Role::Agent)), "Agent");
        assert_eq!(english.name(&party("", Role::Client)), "You");
        assert_eq!(english.name(&party("", Role::Supervisor)), "Supervisor");
        assert_eq!(english.name(&party("", Role::External)), "Assistant");
    }

    #[test]
    fn an_initial_is_one_character() {
        assert_eq!(initial("  émile"), "é");
        assert_eq!(initial(" "), "");
    }
}
