//! The scripted agents of one chat: which steps are due when.

use std::collections::VecDeque;
use std::net::IpAddr;

use tokio::time::Instant;

use super::{Act, Step};
use crate::scenario::{Scenario, Trigger};

/// What is known of the chat when a step's text is filled in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The visitor's nickname.
    pub nickname: &'a str,
    /// The subject of the chat.
    pub subject: &'a str,
    /// The visitor's last message.
    pub message: &'a str,
}

/// Runs a scenario for one chat.
///
/// ```text
/// Playing --take_over--> Silent      (a person at the desk has joined)
/// ```
#[derive(Debug)]
pub(crate) enum Script {
    /// The scenario's agents answer.
    Playing(Player),
    /// A person answers.
    Silent,
}

/// A scenario in the middle of its play.
#[derive(Debug)]
pub(crate) struct Player {
    scenario: Scenario,
    due: VecDeque<(Instant, Step)>,
    messages: u32,
    heard: Instant,
    quiet_fired: bool,
}

impl Script {
    /// Begins: the chat starts now.
    pub(crate) fn start(scenario: Scenario, now: Instant, context: Context<'_>) -> Self {
        let mut player = Player {
            scenario,
            due: VecDeque::new(),
            messages: 0,
            heard: now,
            quiet_fired: false,
        };
        player.fire(|when| *when == Trigger::Start, now, context);
        Self::Playing(player)
    }

    /// The visitor has sent `context.message`.
    pub(crate) fn hear(&mut self, now: Instant, context: Context<'_>) {
        let Self::Playing(player) = self else {
            return;
        };
        player.heard = now;
        player.quiet_fired = false;
        player.messages += 1;
        let (count, text) = (player.messages, context.message.to_lowercase());
        // The narrower rule wins.
        let _ = player.fire(|when| *when == Trigger::Nth(count), now, context)
            || player.fire(|when| when.names_word_of(&text), now, context)
            || player.fire(|when| *when == Trigger::Message, now, context);
    }

    /// The visitor has begun to type.
    pub(crate) fn see_typing(&mut self, now: Instant, context: Context<'_>) {
        if let Self::Playing(player) = self {
            player.fire(|when| *when == Trigger::Typing, now, context);
        }
    }

    /// A person answers from now on.
    pub(crate) fn take_over(&mut self) {
        *self = Self::Silent;
    }

    /// When the next step is due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let Self::Playing(player) = self else {
            return None;
        };
        let step = player.due.front().map(|(due, _)| *due);
        step.into_iter().chain(player.quiet_due()).min()
    }

    /// The next step that is due by now.
    pub(crate) fn next_step(&mut self, now: Instant, context: Context<'_>) -> Option<Step> {
        let Self::Playing(player) = self else {
            return None;
        };
        if player.quiet_due().is_some_and(|due| due <= now) {
            player.quiet_fired = true;
            player.fire(|when| matches!(when, Trigger::Quiet(_)), now, context);
        }
        player
            .due
            .pop_front_if(|(due, _)| *due <= now)
            .map(|(_, step)| step)
    }
}

impl Player {
    /// Queues the steps of the first rule that matches, behind those that still wait; false without such a rule.
    fn fire(
        &mut self,
        matches: impl Fn(&Trigger) -> bool,
        now: Instant,
        context: Context<'_>,
    ) -> bool {
        let Some(rule) = self.scenario.rules.iter().find(|rule| matches(&rule.when)) else {
            return false;
        };
        let mut at = self.due.back().map_or(now, |(last, _)| now.max(*last));
        for step in &rule.steps {
            match step {
                Step::Wait(time) => at += *time,
                Step::Act(act) => self.due.push_back((at, Step::Act(filled(act, context)))),
                Step::Fault(_) => self.due.push_back((at, step.clone())),
            }
        }
        true
    }

    fn quiet_due(&self) -> Option<Instant> {
        let mut times = self
            .scenario
            .rules
            .iter()
            .filter_map(|rule| rule.when.quiet());
        let time = times.next().filter(|_| !self.quiet_fired)?;
        Some(self.heard + time)
    }
}

/// The act with its text filled in.
fn filled(act: &Act, context: Context<'_>) -> Act {
    let mut act = act.clone();
    match &mut act {
        Act::Say(_, text) | Act::PushUrl(_, text) | Act::Send { text, .. } => {
            *text = fill(text, context);
        }
        Act::Join(_)
        | Act::Leave(_)
        | Act::Transfer { .. }
        | Act::Type(_)
        | Act::Pause(_)
        | Act::End(_) => {}
    }
    act
}

/// Puts the chat's words for `{nickname}`, `{subject}` and `{message}`, in one pass: what the visitor writes is
/// never filled in again.
fn fill(text: &str, context: Context<'_>) -> String {
    let known = [
        ("{nickname}", addressed(context.nickname)),
        ("{subject}", context.subject),
        ("{message}", context.message),
        ("{", "{"),
    ];
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let found = known.iter().find(|(name, _)| rest.starts_with(name));
        let (name, value) = found.unwrap_or(&("{", "{"));
        filled.push_str(value);
        rest = &rest[name.len()..];
    }
    filled + rest
}

/// How a person says this name. A visitor who gave none is named by his address, as at GMS; nobody would greet that.
fn addressed(nickname: &str) -> &str {
    match nickname.parse::<IpAddr>() {
        Ok(_) => "visitor",
        Err(_) => nickname,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_greeted_by_an_address() {
        for (nickname, said) in [
            ("127.0.0.1", "Hello visitor!"),
            ("::1", "Hello visitor!"),
            ("Ada", "Hello Ada!"),
        ] {
            let context = Context {
                nickname,
                subject: "",
                message: "",
            };
            assert_eq!(fill("Hello {nickname}!", context), said);
        }
    }

    #[test]
    fn texts_are_filled_in_once() {
        let context = Context {
            nickname: "{message}",
            subject: "Tea",
            message: "{subject}",
        };
        assert_eq!(
            fill("{nickname} {subject} {message} {other} {", context),
            "{message} Tea {subject} {other} {"
        );
    }
}
