//! The sentences of the window, by key. English is in `src/english.js`; the files in `lang` hold the other languages,
//! and a page may replace any sentence. What only JavaScript says stands in `src/form.js` and `src/extras`.

use std::cell::OnceCell;

use gms_chat_protocol::chat::{End, Party, Problem, Role};

#[cfg(all(test, not(target_family = "wasm")))]
mod languages;

/// How many characters a text has; the standard library's own count is made for long texts and 1 KB larger.
pub(crate) fn length(text: &str) -> usize {
    text.chars().map(|_| 1).sum()
}

/// Declares the keys, and the names of their sentences.
macro_rules! sentences {
    ($($key:ident $name:literal)*) => {
        /// Names one sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Key { $(
            #[doc = $name]
            $key,
        )* }

        #[cfg(all(test, not(target_family = "wasm")))]
        const KEYS: &[(Key, &str)] = &[$((Key::$key, $name)),*];

        const COUNT: usize = [$(Key::$key),*].len();
    };
}

// In the order of `src/english.js`, where those of the form come first; of a sentence that depends on a number only the general form has a key.
sentences! {
    Title "title"
    Minimise "minimise"
    FormHeading "form.heading"
    FormLead "form.lead"
    Submit "form.submit"
    Checking "form.checking"
    StatusIdle "status.idle"

    Conversation "conversation"
    Submitting "form.submitting"

    WaitingHeading "waiting.heading"
    WaitingLead "waiting.lead"
    WaitingLeave "waiting.leave"

    StatusConnecting "status.connecting"
    StatusWaiting "status.waiting"
    StatusActive "status.active"
    StatusWith "status.with"
    StatusEnding "status.ending"
    StatusEnded "status.ended"
    StatusClosed "status.closed"

    You "you"
    Agent "role.agent"
    Supervisor "role.supervisor"
    External "role.external"
    Says "says"
    Joined "joined"
    Left "left"
    Transferred "transferred"
    Gap "gap"
    Note "note"
    Typing "typing"
    PageOffered "page.offered"
    PageOpens "page.opens"
    Jump "jump"
    Unread "unread.other"

    News "news"
    Copy "copy"
    Copied "copied"
    More "more"
    KeepText "keep.text"
    KeepHtml "keep.html"
    KeepCopy "keep.copy"
    KeepPrint "keep.print"
    Mute "mute"

    FateSending "fate.sending"
    FateSent "fate.sent"
    FateUnknown "fate.unknown"
    FateUnproven "fate.unproven"
    FateFailed "fate.failed"
    Retry "retry"
    Discard "discard"

    Message "composer.label"
    Placeholder "composer.placeholder"
    Send "composer.send"
    CharactersLeft "composer.left.other"
    CharactersOver "composer.over.other"

    End "end"
    EndHeading "end.heading"
    EndLead "end.lead"
    EndYes "end.yes"
    EndNo "end.no"
    LeaveHeading "leave.heading"
    LeaveLead "leave.lead"
    LeaveYes "leave.yes"
    LeaveNo "leave.no"

    EndedVisitor "ended.visitor"
    EndedAgent "ended.agent"
    EndedIdle "ended.idle"
    EndedServer "ended.server"
    EndedLost "ended.lost"
    EndedAbandoned "ended.abandoned"
    Again "again"
    Survey "survey"

    IdleHeading "idle.heading"
    IdleLead "idle.lead"
    IdleLeft "idle.left"
    IdleOver "idle.over"
    IdleStay "idle.stay"
    IdleSay "idle.say"

    TroubleOffline "trouble.offline"
    TroubleLine "trouble.line"
    TroubleServer "trouble.server"
    NextTry "trouble.next"
    Trying "trouble.trying"

    ProblemHeading "problem.heading"
    ProblemUnreachable "problem.unreachable"
    ProblemTimeout "problem.timeout"
    ProblemBusy "problem.busy"
    ProblemRefused "problem.refused"
    ProblemUnauthorised "problem.unauthorised"
    ProblemMissing "problem.not_found"
    ProblemServer "problem.server_error"
    ProblemCookie "problem.cookie_lost"
    ProblemEnded "problem.ended"
    ProblemConfig "problem.config"
}

/// The sentences of one window. They live in JavaScript (`src/whole.js`), with the languages and the plurals: in the
/// wasm they would weigh twice as much.
pub(crate) struct Catalogue {
    source: Box<dyn Source>,
    /// BCP 47, as `Intl` takes it.
    language: String,
    /// What has been asked for already.
    said: [OnceCell<String>; COUNT],
}

/// Where sentences come from.
pub(crate) trait Source {
    /// The sentence of the key at this place.
    fn say(&self, key: u32) -> String;

    /// The form of the sentence for this many, with the number filled in.
    fn count(&self, key: u32, number: u32) -> String;
}

impl Catalogue {
    pub(crate) fn new(source: Box<dyn Source>, language: &str) -> Self {
        Self {
            source,
            language: language.to_owned(),
            said: [const { OnceCell::new() }; COUNT],
        }
    }

    /// How times are written: as in the language; in English as the browser does it, for there are many ways.
    pub(crate) fn locale(&self) -> &str {
        self.language
            .strip_prefix("en")
            .map_or(self.language.as_str(), |_| "")
    }

    /// The sentence of this key.
    pub(crate) fn say(&self, key: Key) -> &str {
        self.said[key as usize].get_or_init(|| self.source.say(key as u32))
    }

    /// The sentence for this many, with `{count}` filled in.
    pub(crate) fn count(&self, key: Key, number: u32) -> String {
        self.source.count(key as u32, number)
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

#[cfg(all(test, not(target_family = "wasm")))]
pub(crate) mod tests {
    use super::*;

    /// English as the page has it.
    struct English;

    impl Source for English {
        fn say(&self, key: u32) -> String {
            let sentence = languages::sentences().swap_remove(key as usize);
            sentence.as_str().unwrap().to_owned()
        }

        fn count(&self, key: u32, number: u32) -> String {
            let forms = languages::sentences().swap_remove(key as usize);
            let form = usize::from(number != 1);
            let sentence = forms[form].as_str().unwrap();
            sentence.replace("{count}", &number.to_string())
        }
    }

    pub(crate) fn english() -> Catalogue {
        Catalogue::new(Box::new(English), "en")
    }

    #[test]
    fn keys_names_and_sentences_stand_in_the_same_order() {
        let names: Vec<&str> = KEYS.iter().map(|(_, name)| *name).collect();
        assert_eq!(languages::names(), names);
        assert_eq!(languages::sentences().len(), COUNT);
        let places: Vec<usize> = KEYS.iter().map(|(key, _)| *key as usize).collect();
        assert_eq!(places, (0..COUNT).collect::<Vec<_>>());
    }

    #[test]
    fn values_are_filled_in_by_name() {
        let english = english();
        let line = english.fill(Key::Transferred, &[("name", "Bo"), ("from", "Ann {name}")]);
        assert_eq!(line, "Ann {name} has handed over to Bo");
        assert_eq!(english.fill(Key::Typing, &[]), " is typing");
        assert_eq!(english.count(Key::Unread, 3), "3 unread messages");
    }

    #[test]
    fn times_are_written_as_in_the_language_and_in_english_as_in_the_browser() {
        let locale = |language| {
            Catalogue::new(Box::new(English), language)
                .locale()
                .to_owned()
        };
        assert_eq!(
            (locale("ja"), locale("en"), locale("en-GB")),
            ("ja".into(), "".into(), "".into())
        );
    }

    #[test]
    fn a_party_without_a_nickname_is_called_by_its_role() {
        let party = |nickname: &str, role| Party {
            nickname: nickname.to_owned(),
            role,
        };
        let english = english();
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
