//! Holds what a visitor sees against the server's own transcript. Every text of a run is unique, so counting is exact.

mod together;

use std::collections::HashMap;
use std::time::Duration;

pub(crate) use together::{Screen, Stage, judge_together};

/// How often the agent says a last word, where only what follows can tell of a loss: the last one may be lost too,
/// on a channel of which nobody knows that it is dead.
pub(crate) const LAST_WORD: Duration = Duration::from_secs(12);

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Visitor,
    Agent,
}

/// What the visitor is told of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fated {
    /// It is on its way, or is being asked for.
    Open,
    Sent,
    /// It may have arrived.
    Unproven,
    Failed,
}

/// A line on the screen, as far as it counts here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Said(Who, String, Fated),
    /// Something is missing here.
    Gap,
}

impl Line {
    /// Whether it was said in the chat of this name: every text begins with whose it is and in which chat.
    pub(crate) fn is_of(&self, chat: &str) -> bool {
        let Self::Said(who, text, _) = self else {
            return false;
        };
        let mark = match who {
            Who::Visitor => 'v',
            Who::Agent => 'a',
        };
        let rest = text
            .strip_prefix(mark)
            .and_then(|text| text.strip_prefix(chat));
        rest.is_some_and(|rest| rest.starts_with('.'))
    }
}

/// What became of a text that the visitor typed, as far as he knows himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has to be on the screen.
    Typed,
    /// The page crashed before it had written the text down.
    Torn,
    /// It had failed, and the visitor took it out.
    Discarded,
}

/// A text that the visitor typed.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) text: String,
    pub(crate) standing: Standing,
}

/// The server's transcript: all messages in their order.
pub(crate) type Truth = [(Who, String)];

/// What may be demanded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demands {
    /// No fate is open any more.
    pub(crate) settled: bool,
    /// What the agent said last is there too: not for a visitor who has left.
    pub(crate) end: bool,
}

/// A promise that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Harm {
    Lost,
    Doubled,
    Disordered,
    /// Something is said of a message that is not so.
    Untrue,
    /// What has to come to an end did not in time.
    Open,
    /// Two tabs that share a chat ask the server side by side.
    Crowded,
}

impl Harm {
    pub(crate) const ALL: [Self; 6] = [
        Self::Lost,
        Self::Doubled,
        Self::Disordered,
        Self::Untrue,
        Self::Open,
        Self::Crowded,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Disordered => "disordered",
            Self::Untrue => "untrue",
            Self::Open => "open",
            Self::Crowded => "crowded",
        }
    }
}

/// Numbers of one chat, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Visitors' messages that the screen calls sent, and that the transcript holds.
    pub(crate) sent: u64,
    /// Agents' messages on the screen.
    pub(crate) shown: u64,
    /// Agents' messages in whose place the screen says that something is missing.
    pub(crate) marked: u64,
    /// Agents' messages that came when the visitor was about to leave.
    pub(crate) unseen: u64,
    pub(crate) unproven: u64,
    pub(crate) failed: u64,
    pub(crate) torn: u64,
    /// What is sent or shown in a second tab, or a third, that shares the chat.
    pub(crate) mirrored: u64,
}

impl Sums {
    pub(crate) fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.shown += other.shown;
        self.marked += other.marked;
        self.unseen += other.unseen;
        self.unproven += other.unproven;
        self.failed += other.failed;
        self.torn += other.torn;
        self.mirrored += other.mirrored;
    }
}

/// What a look at a chat has shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) sums: Sums,
    pub(crate) harms: Vec<(Harm, String)>,
}

impl Verdict {
    fn blame(&mut self, harm: Harm, what: String) {
        self.harms.push((harm, what));
    }
}

/// Judges one chat.
pub(crate) fn judge(lines: &[Line], truth: &Truth, typed: &[Typed], demands: Demands) -> Verdict {
    let mut verdict = Verdict::default();
    let held = count(truth.iter().map(|(_, text)| text.as_str()));
    let drawn = count(lines.iter().filter_map(|line| match line {
        Line::Said(_, text, _) => Some(text.as_str()),
        Line::Gap => None,
    }));
    for (text, times) in held.iter().filter(|(_, times)| **times > 1) {
        verdict.blame(
            Harm::Doubled,
            format!("“{}”: {times} at the server", name(text)),
        );
    }
    for (text, times) in drawn.iter().filter(|(_, times)| **times > 1) {
        verdict.blame(
            Harm::Doubled,
            format!("“{}”: {times} on the screen", name(text)),
        );
    }
    judge_screen(&mut verdict, lines, &held, demands);
    judge_typed(&mut verdict, typed, &held, &drawn);
    let has_gap = lines.contains(&Line::Gap);
    if demands.end && !has_gap {
        let of_visitor = truth.iter().filter(|(who, _)| *who == Who::Visitor);
        for (_, text) in of_visitor.filter(|(_, text)| !drawn.contains_key(text.as_str())) {
            let what = format!(
                "“{}” of the visitor is at the server, not on the screen",
                name(text)
            );
            verdict.blame(Harm::Lost, what);
        }
    }
    judge_order(&mut verdict, lines, truth, demands);
    verdict
}

fn count<'a>(texts: impl Iterator<Item = &'a str>) -> HashMap<&'a str, u64> {
    let mut counts = HashMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts
}

/// Whether each line on the screen is so at the server.
fn judge_screen(
    verdict: &mut Verdict,
    lines: &[Line],
    held: &HashMap<&str, u64>,
    demands: Demands,
) {
    for line in lines {
        let Line::Said(who, text, fate) = line else {
            continue;
        };
        let is_held = held.contains_key(text.as_str());
        match (who, fate) {
            (Who::Agent, _) if !is_held => {
                verdict.blame(Harm::Untrue, format!("“{}” was never said", name(text)));
            }
            (Who::Agent, _) => {}
            (Who::Visitor, Fated::Sent) if is_held => verdict.sums.sent += 1,
            (Who::Visitor, Fated::Sent) => {
                let what = format!("“{}” is called sent, and is not at the server", name(text));
                verdict.blame(Harm::Lost, what);
            }
            (Who::Visitor, Fated::Failed) if is_held => {
                let what = format!("“{}” is called failed, and is at the server", name(text));
                verdict.blame(Harm::Untrue, what);
            }
            (Who::Visitor, Fated::Failed) => verdict.sums.failed += 1,
            (Who::Visitor, Fated::Unproven) => verdict.sums.unproven += 1,
            (Who::Visitor, Fated::Open) if demands.settled => {
                verdict.blame(Harm::Open, format!("the fate of “{}” is open", name(text)));
            }
            (Who::Visitor, Fated::Open) => {}
        }
    }
}

/// Whether all that was typed is there.
fn judge_typed(
    verdict: &mut Verdict,
    typed: &[Typed],
    held: &HashMap<&str, u64>,
    drawn: &HashMap<&str, u64>,
) {
    for Typed { text, standing } in typed {
        let is_drawn = drawn.contains_key(text.as_str());
        let is_held = held.contains_key(text.as_str());
        match standing {
            Standing::Typed if !is_drawn => {
                let what = format!("“{}” was typed, and is not on the screen", name(text));
                verdict.blame(Harm::Lost, what);
            }
            Standing::Typed => {}
            Standing::Torn => verdict.sums.torn += u64::from(!is_held),
            Standing::Discarded if is_held => {
                let what = format!("“{}” was called failed, and is at the server", name(text));
                verdict.blame(Harm::Untrue, what);
            }
            Standing::Discarded => verdict.sums.failed += 1,
        }
    }
}

/// Whether the agents' lines stand in their order, and whether marks stand where some are missing.
fn judge_order(verdict: &mut Verdict, lines: &[Line], truth: &Truth, demands: Demands) {
    let said = truth.iter().filter(|(who, _)| *who == Who::Agent);
    let said: Vec<&str> = said.map(|(_, text)| text.as_str()).collect();
    let places: HashMap<&str, usize> = said.iter().enumerate().map(|(at, it)| (*it, at)).collect();
    let (mut next, mut is_marked) = (0, false);
    for line in lines {
        let text = match line {
            Line::Gap => {
                is_marked = true;
                continue;
            }
            Line::Said(Who::Visitor, ..) => continue,
            Line::Said(Who::Agent, text, _) => text.as_str(),
        };
        match places.get(text) {
            None => {}
            Some(place) if *place < next => {
                let what = format!("“{}” stands below what was said after it", name(text));
                verdict.blame(Harm::Disordered, what);
            }
            Some(place) => {
                miss(verdict, &said[next..*place], is_marked);
                verdict.sums.shown += 1;
                next = place + 1;
                is_marked = false;
            }
        }
    }
    if is_marked || demands.end {
        miss(verdict, &said[next..], is_marked);
    } else {
        verdict.sums.unseen += (said.len() - next) as u64;
    }
}

fn miss(verdict: &mut Verdict, missed: &[&str], is_marked: bool) {
    if is_marked {
        verdict.sums.marked += missed.len() as u64;
        return;
    }
    for text in missed {
        verdict.blame(
            Harm::Lost,
            format!("“{}” is not shown, and no mark is", name(text)),
        );
    }
}

/// Its first word, which no other text has.
fn name(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const ALL: Demands = Demands {
        settled: true,
        end: true,
    };

    pub(super) fn said(who: Who, text: &str, fate: Fated) -> Line {
        Line::Said(who, text.to_owned(), fate)
    }

    fn screen() -> Vec<Line> {
        vec![
            said(Who::Agent, "1", Fated::Sent),
            said(Who::Visitor, "a", Fated::Sent),
            said(Who::Visitor, "b", Fated::Failed),
            said(Who::Agent, "2", Fated::Sent),
            said(Who::Visitor, "c", Fated::Unproven),
            said(Who::Agent, "3", Fated::Sent),
        ]
    }

    fn truth() -> Vec<(Who, String)> {
        let said = [
            (Who::Agent, "1"),
            (Who::Visitor, "a"),
            (Who::Agent, "2"),
            (Who::Agent, "3"),
        ];
        said.map(|(who, text)| (who, text.to_owned())).to_vec()
    }

    fn typed() -> Vec<Typed> {
        let typed = |text: &str| Typed {
            text: text.to_owned(),
            standing: Standing::Typed,
        };
        ["a", "b", "c"].map(typed).to_vec()
    }

    #[test]
    fn a_line_says_in_which_chat_it_was_said() {
        let is_of = |who, text| said(who, text, Fated::Sent).is_of("t1.1");
        assert!(is_of(Who::Visitor, "vt1.1.7 hello") && is_of(Who::Agent, "at1.1.7"));
        assert!(!is_of(Who::Visitor, "vt1.16.1 hello") && !is_of(Who::Agent, "vt1.1.7"));
        assert!(!Line::Gap.is_of("t1.1"));
    }

    #[test]
    fn what_is_well_is_counted() {
        let verdict = judge(&screen(), &truth(), &typed(), ALL);
        assert_eq!(verdict.harms, []);
        let Sums {
            sent,
            shown,
            failed,
            unproven,
            ..
        } = verdict.sums;
        assert_eq!((sent, shown, failed, unproven), (1, 3, 1, 1));
    }

    #[test]
    fn every_harm_is_told() {
        type Spoil = fn(&mut Vec<Line>);
        let spoilt: [(Harm, Spoil); 9] = [
            (Harm::Lost, |lines| drop(lines.remove(0))),
            (Harm::Lost, |lines| drop(lines.remove(5))),
            (Harm::Lost, |lines| drop(lines.remove(2))),
            (Harm::Doubled, |lines| lines.push(lines[1].clone())),
            (Harm::Doubled, |lines| lines.insert(0, lines[3].clone())),
            (Harm::Disordered, |lines| lines.swap(0, 3)),
            (Harm::Untrue, |lines| {
                lines[1] = said(Who::Visitor, "a", Fated::Failed);
            }),
            (Harm::Untrue, |lines| {
                lines.push(said(Who::Agent, "4", Fated::Sent));
            }),
            (Harm::Open, |lines| {
                lines[4] = said(Who::Visitor, "c", Fated::Open);
            }),
        ];
        for (number, (harm, spoil)) in spoilt.into_iter().enumerate() {
            let mut lines = screen();
            spoil(&mut lines);
            let harms = judge(&lines, &truth(), &typed(), ALL).harms;
            let is_told = harms.iter().any(|(told, _)| *told == harm);
            assert!(is_told, "harm {number}: {harms:?}");
        }
        let mut truth = truth();
        truth.push((Who::Visitor, "a".to_owned()));
        let harms = judge(&screen(), &truth, &typed(), ALL).harms;
        assert_eq!(harms[0].0, Harm::Doubled);
    }

    #[test]
    fn a_mark_covers_what_stands_in_its_place_and_nothing_else() {
        let mut lines = screen();
        lines[3] = Line::Gap;
        let verdict = judge(&lines, &truth(), &typed(), ALL);
        assert_eq!((verdict.sums.marked, verdict.harms.len()), (1, 0));
        lines.swap(3, 5);
        let verdict = judge(&lines, &truth(), &typed(), ALL);
        assert_eq!((verdict.sums.marked, verdict.harms.len()), (0, 1));
    }

    #[test]
    fn who_leaves_need_not_see_the_last_word() {
        let mut lines = screen();
        lines.pop();
        let demands = Demands { end: false, ..ALL };
        let verdict = judge(&lines, &truth(), &typed(), demands);
        assert_eq!((verdict.sums.unseen, verdict.harms.len()), (1, 0));
    }

    #[test]
    fn what_a_crash_has_torn_is_no_loss_unless_it_arrived_unseen() {
        let mut typed = typed();
        typed.push(Typed {
            text: "d".to_owned(),
            standing: Standing::Torn,
        });
        assert_eq!(judge(&screen(), &truth(), &typed, ALL).sums.torn, 1);
        let mut truth = truth();
        truth.push((Who::Visitor, "d".to_owned()));
        let harms = judge(&screen(), &truth, &typed, ALL).harms;
        assert_eq!(harms.len(), 1, "{harms:?}");
    }
}
