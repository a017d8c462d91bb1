//! The switches: every setting that has a name, for the command line, scenario files and the desk page.

use super::Options;
use super::setting::Setting;

/// A setting with a name, that can be changed while the server runs.
#[derive(Clone, Copy, Debug)]
pub struct Switch {
    /// Its name, as in `--events reply-first`.
    pub name: &'static str,
    /// What it decides.
    pub about: &'static str,
    /// What may be written.
    pub values: &'static str,
    show: fn(&Options) -> String,
    write: fn(&mut Options, &str) -> bool,
}

impl Switch {
    /// Its present value.
    pub fn show(&self, options: &Options) -> String {
        (self.show)(options)
    }
}

/// Sets the switch of this name.
///
/// # Errors
/// A sentence that says which name or value is wrong, and what is right.
pub fn set_switch(options: &mut Options, name: &str, value: &str) -> Result<(), String> {
    let Some(switch) = switches().iter().find(|switch| switch.name == name) else {
        return Err(format!("There is no switch named “{name}”."));
    };
    if (switch.write)(options, value) {
        Ok(())
    } else {
        Err(format!(
            "“{value}” is no value of {name}: expected {}.",
            switch.values
        ))
    }
}

fn write<T: Setting>(place: &mut T, text: &str) -> bool {
    T::read(text).map(|value| *place = value).is_some()
}

fn values<T: Setting>(_of: fn(&Options) -> &T) -> &'static str {
    T::VALUES
}

macro_rules! table {
    ($($name:literal = $($field:ident).+ : $about:literal;)+) => {
        /// All switches.
        pub fn switches() -> &'static [Switch] {
            static SWITCHES: std::sync::LazyLock<Vec<Switch>> = std::sync::LazyLock::new(|| vec![
                $(Switch {
                    name: $name,
                    about: $about,
                    values: values(|options| &options.$($field).+),
                    show: |options| options.$($field).+.show(),
                    write: |options, text| write(&mut options.$($field).+, text),
                },)+
            ]);
            &SWITCHES
        }
    };
}

table! {
    "cors" = cors: "Which other origins may call";
    "gms-user" = demand_gms_user: "Whether push mode demands the header gms_user";
    "hold" = cometd.hold: "How long a connect is held";
    "max-interval" = cometd.max_interval: "How long a CometD session lives without a connect";
    "ack" = cometd.ack: "The acknowledgement extension";
    "events" = cometd.order: "Where events stand in a reply to a connect";
    "batch" = cometd.batch: "How many queued events go into one reply";
    "cookie" = cometd.cookie: "The cookie BAYEUX_BROWSER";
    "cookie-attributes" = cometd.cookie_attributes: "Further attributes of that cookie";
    "duplicate" = cometd.duplicate: "What the first of two concurrent connects is answered";
    "sessions-per-browser" = cometd.sessions_per_browser: "How many sessions of one browser are held at once";
    "multiple-interval" = cometd.multiple_interval: "The interval for the browser's further sessions";
    "first-connect" = cometd.first_connect: "What happens to the first connect of a session";
    "advice" = cometd.advice: "Which replies to a connect carry advice";
    "ids" = cometd.ids: "The ids in replies to a connect";
    "unknown-client" = cometd.unknown_client: "The error for an unknown client";
    "repair" = chat.repair: "What refresh with a transcriptPosition does in push mode";
    "between-sessions" = chat.between_sessions: "What becomes of events for a user without a CometD session";
    "after-end" = chat.after_end: "What operations on an ended chat are answered";
    "numbers" = chat.numbers: "How numbers are written in REST replies";
    "transcript" = chat.transcript: "How transcriptToShow is written";
    "typing-names" = chat.typing_names: "How typing notices are spelt";
    "event-index" = chat.event_index: "A sixth element with the index in each event";
    "retry-after" = chat.retry_after: "Retry-After while no agent is available";
    "keep-alive" = timers.keep_alive: "A client without requests is dropped after this";
    "idle-alert" = timers.idle_alert: "A chat without messages is warned after this";
    "idle-close" = timers.idle_close: "A warned chat is closed after this";
    "service-ttl" = timers.service_ttl: "A service without a live chat is forgotten after this";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_reads_what_it_shows() {
        let mut options = Options::default();
        for switch in switches() {
            let shown = switch.show(&options);
            assert_eq!(set_switch(&mut options, switch.name, &shown), Ok(()));
            assert_eq!(switch.show(&options), shown, "{}", switch.name);
            assert!(!switch.about.is_empty() && !switch.values.is_empty());
        }
    }

    #[test]
    fn a_wrong_name_or_value_is_told() {
        let mut options = Options::default();
        assert_eq!(
            set_switch(&mut options, "evnts", "all"),
            Err("There is no switch named “evnts”.".to_owned())
        );
        assert_eq!(
            set_switch(&mut options, "events", "sideways"),
            Err(
                "“sideways” is no value of events: expected events-first | reply-first.".to_owned()
            )
        );
    }
}
