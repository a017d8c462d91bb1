//! Reads the text of a scenario file.

use std::time::Duration;

use super::{Available, Complaint, Rule, Scenario, Trigger};
use crate::agent::{Act, Party, Role, Step};
use crate::options::{Options, Setting, set_switch};

/// A line without its indent, and where it stands.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    indent: usize,
    text: &'a str,
}

impl Line<'_> {
    fn complaint(&self, what: impl Into<String>) -> Complaint {
        Complaint {
            line: self.number,
            what: what.into(),
        }
    }
}

pub(super) fn scenario(name: &str, text: &str) -> Result<Scenario, Complaint> {
    let mut reader = Reader {
        scenario: Scenario::empty(name),
        cast: Vec::new(),
    };
    let mut lines = meaningful_lines(text).peekable();
    while let Some(line) = lines.next() {
        if line.indent == 0 {
            reader.headline(line)?;
            continue;
        }
        let mut block = String::new();
        while let Some(more) = lines.next_if(|next| next.text.starts_with('|')) {
            let content = &more.text[1..];
            block.push_str(content.strip_prefix(' ').unwrap_or(content));
            block.push('\n');
        }
        reader.step(line, block.trim_end_matches('\n'))?;
    }
    Ok(reader.scenario)
}

fn meaningful_lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let lines = text.lines().enumerate().map(|(index, line)| Line {
        number: index + 1,
        indent: line.len() - line.trim_start().len(),
        text: line.trim(),
    });
    lines.filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
}

struct Reader<'a> {
    scenario: Scenario,
    cast: Vec<(&'a str, Party)>,
}

impl<'a> Reader<'a> {
    fn headline(&mut self, line: Line<'a>) -> Result<(), Complaint> {
        if let Some(trigger) = line.text.strip_prefix("when ") {
            let when = trigger_of(trigger).ok_or_else(|| {
                line.complaint(
                    "Expected one of: when the chat starts, when the visitor writes, … writes \"word\", \"word\", \
                     … writes message 2, … types, … is quiet for 30s.",
                )
            })?;
            self.scenario.rules.push(Rule {
                when,
                steps: Vec::new(),
            });
            return Ok(());
        }
        let Some((key, value)) = line.text.split_once(':') else {
            return Err(line.complaint("Expected “when …” or “word: …”."));
        };
        let value = value.trim();
        let (short, role) = match key.split(' ').collect::<Vec<_>>()[..] {
            ["agent", short] => (short, Role::Agent),
            ["external", short] => (short, Role::External),
            ["role", word, short] => (short, Role::Other(word.to_owned())),
            _ => return self.header(line, key, value),
        };
        let name = value.to_owned();
        self.cast.push((short, Party { name, role }));
        Ok(())
    }

    fn header(&mut self, line: Line<'_>, key: &str, value: &str) -> Result<(), Complaint> {
        match key {
            "about" => value.clone_into(&mut self.scenario.about),
            "available" => {
                self.scenario.available = available(value).ok_or_else(|| {
                    line.complaint("Expected “available: after 5s” or “available: at the desk”.")
                })?;
            }
            "fault" => {
                let fault = value.parse().map_err(|what: String| line.complaint(what))?;
                self.scenario.faults.push(fault);
            }
            "set" => {
                let (name, value) = value.split_once(' ').unwrap_or((value, ""));
                set_switch(&mut Options::unscripted(), name, value.trim())
                    .map_err(|what| line.complaint(what))?;
                let setting = (name.to_owned(), value.trim().to_owned());
                self.scenario.settings.push(setting);
            }
            _ => {
                return Err(line.complaint(format!(
                    "“{key}” is unknown: expected about, agent NAME, external NAME, role WORD NAME, available, fault or set."
                )));
            }
        }
        Ok(())
    }

    fn step(&mut self, line: Line<'_>, block: &str) -> Result<(), Complaint> {
        let steps = self.steps(line, block)?;
        let Some(rule) = self.scenario.rules.last_mut() else {
            return Err(line.complaint("A step needs a “when …” line above it."));
        };
        rule.steps.extend(steps);
        Ok(())
    }

    fn steps(&self, line: Line<'_>, block: &str) -> Result<Vec<Step>, Complaint> {
        let (subject, rest) = line.text.split_once(' ').unwrap_or((line.text, ""));
        match subject {
            "wait" => return Ok(vec![Step::Wait(time(line, rest)?)]),
            "fault" => {
                let fault = rest.parse().map_err(|what: String| line.complaint(what))?;
                return Ok(vec![Step::Fault(fault)]);
            }
            "server" if rest == "ends the chat" => return Ok(vec![Step::Act(Act::End(None))]),
            _ => {}
        }
        let party = self.party(line, subject)?;
        let (verb, text) = match rest.split_once(':') {
            Some((verb, text)) if !text.trim().is_empty() => (verb, text.trim()),
            Some((verb, _)) => (verb, block),
            None => (rest, ""),
        };
        let words: Vec<&str> = verb.split_whitespace().collect();
        let act = match words[..] {
            ["joins"] => Act::Join(party),
            ["leaves"] => Act::Leave(party),
            ["types"] => Act::Type(party),
            ["types", "for", span] => {
                let wait = Step::Wait(time(line, span)?);
                return Ok(vec![Step::Act(Act::Type(party)), wait]);
            }
            ["pauses"] => Act::Pause(party),
            ["says"] => Act::Say(party, text.to_owned()),
            ["says", count, "times"] => return repeated(line, &party, count, "0s", text),
            ["says", count, "times", "every", pause] => {
                return repeated(line, &party, count, pause, text);
            }
            ["pushes"] => Act::PushUrl(party, text.to_owned()),
            ["sends", kind] => Act::Send {
                party,
                kind: kind.to_owned(),
                text: text.to_owned(),
            },
            ["transfers", "to", other] => Act::Transfer {
                from: party,
                to: self.party(line, other)?,
            },
            ["ends", "the", "chat"] => Act::End(Some(party)),
            _ => {
                return Err(line.complaint(format!(
                    "“{verb}” is unknown: expected joins, leaves, types, types for 2s, pauses, says: …, \
                     says 10 times: …, says 10 times every 50ms: …, pushes: URL, sends TYPE: …, \
                     transfers to NAME or ends the chat."
                )));
            }
        };
        Ok(vec![Step::Act(act)])
    }

    fn party(&self, line: Line<'_>, short: &str) -> Result<Party, Complaint> {
        let found = self.cast.iter().find(|(known, _)| *known == short);
        found.map(|(_, party)| party.clone()).ok_or_else(|| {
            line.complaint(format!(
                "Nobody is called “{short}”: introduce them by “agent {short}: Full Name” or “external {short}: …”."
            ))
        })
    }
}

fn trigger_of(text: &str) -> Option<Trigger> {
    if text == "the chat starts" {
        return Some(Trigger::Start);
    }
    let what = text.strip_prefix("the visitor ")?;
    if let Some(span) = what.strip_prefix("is quiet for ") {
        return Duration::read(span).map(Trigger::Quiet);
    }
    match what {
        "types" => return Some(Trigger::Typing),
        "writes" => return Some(Trigger::Message),
        _ => {}
    }
    let what = what.strip_prefix("writes ")?;
    if let Some(number) = what.strip_prefix("message ") {
        return number.parse().ok().map(Trigger::Nth);
    }
    let quoted = |word: &str| {
        let word = word.trim().strip_prefix('"')?.strip_suffix('"')?;
        (!word.is_empty()).then(|| word.to_lowercase())
    };
    what.split(',')
        .map(quoted)
        .collect::<Option<_>>()
        .map(Trigger::Words)
}

fn available(text: &str) -> Option<Available> {
    match text {
        "at the desk" => Some(Available::AtTheDesk),
        _ => {
            let span = text.strip_prefix("after ")?;
            Duration::read(span).map(Available::After)
        }
    }
}

fn time(line: Line<'_>, text: &str) -> Result<Duration, Complaint> {
    let complaint = || line.complaint(format!("“{text}” is not {}.", Duration::VALUES));
    Duration::read(text.trim()).ok_or_else(complaint)
}

/// The same message again and again; `{n}` in its text is the number of each.
fn repeated(
    line: Line<'_>,
    party: &Party,
    count: &str,
    pause: &str,
    text: &str,
) -> Result<Vec<Step>, Complaint> {
    let pause = time(line, pause)?;
    let count: u32 = count
        .parse()
        .map_err(|_| line.complaint(format!("“{count}” is no count.")))?;
    let say = |n: u32| Step::Act(Act::Say(party.clone(), text.replace("{n}", &n.to_string())));
    let steps = (1..=count).flat_map(|n| [Step::Wait(pause), say(n)]);
    Ok(steps.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(steps: &str) -> Result<Vec<Rule>, Complaint> {
        let text = format!("agent Kristi: Kristi Sippola\nexternal Robo: Bot\n{steps}");
        scenario("test", &text).map(|scenario| scenario.rules)
    }

    fn complaint(text: &str) -> String {
        rules(text).unwrap_err().to_string()
    }

    #[test]
    fn steps_are_read() {
        let kristi = || Party::agent("Kristi Sippola");
        let read = rules(
            "when the chat starts\n  Kristi joins\n  wait 2s\n  Kristi types for 1s\n  Kristi says: a: b\n  \
             Kristi pushes: https://example.test/\n  Kristi transfers to Robo\n  Robo sends Notice.Custom: x\n  \
             Robo ends the chat\n  server ends the chat",
        )
        .unwrap();
        let robo = || Party::external("Bot");
        let steps = [
            Step::Act(Act::Join(kristi())),
            Step::Wait(Duration::from_secs(2)),
            Step::Act(Act::Type(kristi())),
            Step::Wait(Duration::from_secs(1)),
            Step::Act(Act::Say(kristi(), "a: b".to_owned())),
            Step::Act(Act::PushUrl(kristi(), "https://example.test/".to_owned())),
            Step::Act(Act::Transfer {
                from: kristi(),
                to: robo(),
            }),
            Step::Act(Act::Send {
                party: robo(),
                kind: "Notice.Custom".to_owned(),
                text: "x".to_owned(),
            }),
            Step::Act(Act::End(Some(robo()))),
            Step::Act(Act::End(None)),
        ];
        assert_eq!(read[0].when, Trigger::Start);
        assert_eq!(read[0].steps, steps);
    }

    #[test]
    fn long_texts_stand_in_a_block() {
        let read = rules(
            "when the visitor writes\n Kristi says:\n  | One\n  |\n  |   two\n Kristi pauses",
        )
        .unwrap();
        let said = Act::Say(Party::agent("Kristi Sippola"), "One\n\n  two".to_owned());
        assert_eq!(read[0].steps[0], Step::Act(said));
        assert_eq!(read[0].steps.len(), 2);
    }

    #[test]
    fn triggers_are_read() {
        for (text, expected) in [
            ("the chat starts", Some(Trigger::Start)),
            ("the visitor writes", Some(Trigger::Message)),
            ("the visitor writes message 2", Some(Trigger::Nth(2))),
            (
                "the visitor writes \"Bye\", \"good night\"",
                Some(Trigger::Words(vec![
                    "bye".to_owned(),
                    "good night".to_owned(),
                ])),
            ),
            ("the visitor types", Some(Trigger::Typing)),
            (
                "the visitor is quiet for 30s",
                Some(Trigger::Quiet(Duration::from_secs(30))),
            ),
            ("the visitor writes bye", None),
            ("the moon is full", None),
        ] {
            assert_eq!(trigger_of(text), expected, "{text}");
        }
    }

    #[test]
    fn repetitions_are_numbered() {
        let read = rules("when the chat starts\n Kristi says 3 times every 5ms: No {n}").unwrap();
        assert_eq!(read[0].steps.len(), 6);
        assert_eq!(read[0].steps[4], Step::Wait(Duration::from_millis(5)));
    }

    #[test]
    fn complaints_name_the_line() {
        assert!(complaint("when it rains").starts_with("Line 3: Expected one of"));
        assert!(complaint("  Kristi joins").contains("needs a “when …”"));
        assert!(
            complaint("when the chat starts\n Bob joins")
                .contains("Line 4: Nobody is called “Bob”")
        );
        assert!(complaint("when the chat starts\n Kristi sings").contains("“sings” is unknown"));
        assert!(complaint("when the chat starts\n wait long").contains("“long” is not a time"));
        assert!(complaint("fault: connect").contains("is no fault"));
        assert!(complaint("set: sun on").contains("no switch named “sun”"));
        assert!(complaint("colour: red").contains("“colour” is unknown"));
    }
}
