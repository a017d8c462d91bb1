//! What stands on the screen, line by line, and whether it is what was said.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use crate::screen::Screen;
use crate::stage::{Lapse, Step};

/// The messages in the log, as the visitor sees them: a cross or a spinner stands beside those of his own. The oldest
/// pages of a long chat are text, a line for each message: who, when, a colon, what.
const LINES: &str = "
const fate = (row) =>
  row.querySelector('.failed') ? 'failed' : row.querySelector('.sending') ? 'sending' : row.querySelector('.told') ? 'unknown' : 'sent';
const drawn = (row) => ({
  mine: row.matches('[part~=message-mine]'),
  text: row.querySelector('[part~=bubble]').textContent,
  fate: fate(row),
});
const written = (line) => {
  const [who, ...what] = line.split(': ');
  return what.length ? [{ mine: who.startsWith('You '), text: what.join(': '), fate: 'sent' }] : [];
};
return [...root.querySelectorAll('[role=log] .page')].flatMap((page) =>
  page.matches('.old') ? page.textContent.split('\\n').flatMap(written) : [...page.querySelectorAll('[part~=message]')].map(drawn));";

/// A message on the screen.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Line {
    /// Whether the visitor wrote it.
    pub(crate) mine: bool,
    pub(crate) text: String,
    pub(crate) fate: Fate,
}

/// What the screen says became of a message.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fate {
    Sending,
    Sent,
    Unknown,
    Failed,
}

/// Reads the screen.
pub(crate) async fn lines(screen: &Screen) -> Step<Vec<Line>> {
    Ok(serde_json::from_value(
        screen.look(LINES, &json!(null)).await?,
    )?)
}

/// Judges the screen against the transcript of the server and against what the visitor has typed: everything that
/// the server holds stands there once and in its order; everything typed stands there once, with its true fate.
pub(crate) fn judge(lines: &[Line], truth: &[(bool, String)], typed: &[String]) -> Step {
    let arrived = |line: &&Line| !line.mine || line.fate == Fate::Sent;
    let shown: Vec<(bool, &str)> = lines
        .iter()
        .filter(arrived)
        .map(|line| (line.mine, line.text.as_str()))
        .collect();
    let truth: Vec<(bool, &str)> = truth
        .iter()
        .map(|(mine, text)| (*mine, text.as_str()))
        .collect();
    if let Some(place) =
        (0..shown.len().max(truth.len())).find(|at| shown.get(*at) != truth.get(*at))
    {
        let lens = |all: &[(bool, &str)]| {
            let from = place.saturating_sub(2).min(all.len());
            format!("{:?}", &all[from..(place + 3).min(all.len())])
        };
        return Err(Lapse::new(format!(
            "message {place} of {} on the screen, {} at the server differs: the screen has {}, the server {}",
            shown.len(),
            truth.len(),
            lens(&shown),
            lens(&truth)
        )));
    }
    let mine: Vec<&str> = lines
        .iter()
        .filter(|line| line.mine)
        .map(|line| line.text.as_str())
        .collect();
    let distinct: BTreeSet<&str> = mine.iter().copied().collect();
    let wanted: BTreeSet<&str> = typed.iter().map(String::as_str).collect();
    if distinct != wanted || mine.len() != typed.len() {
        return Err(Lapse::new(format!(
            "the visitor typed {typed:?}, his lines on the screen are {mine:?}"
        )));
    }
    let open = lines
        .iter()
        .find(|line| matches!(line.fate, Fate::Sending | Fate::Unknown));
    match open {
        Some(line) => Err(Lapse::new(format!("the fate of {line:?} is still open"))),
        None => Ok(()),
    }
}

/// The oracle is tested too: each kind of harm is told.
#[test]
fn every_harm_is_told() {
    let line = |mine, text: &str, fate| Line {
        mine,
        text: text.to_owned(),
        fate,
    };
    let good = [
        line(false, "1", Fate::Sent),
        line(true, "a", Fate::Sent),
        line(true, "b", Fate::Failed),
        line(false, "2", Fate::Sent),
    ];
    let truth =
        [(false, "1"), (true, "a"), (false, "2")].map(|(mine, text)| (mine, text.to_owned()));
    let typed = ["a", "b"].map(str::to_owned);
    judge(&good, &truth, &typed).unwrap();
    let spoilt = |change: fn(&mut Vec<Line>)| {
        let mut lines = good.to_vec();
        change(&mut lines);
        lines
    };
    let harms: [fn(&mut Vec<Line>); 8] = [
        |lines| drop(lines.remove(0)),
        |lines| lines.push(lines[3].clone()),
        |lines| lines.swap(0, 3),
        |lines| drop(lines.remove(1)),
        |lines| drop(lines.remove(2)),
        |lines| lines[2].fate = Fate::Sent,
        |lines| lines[1].fate = Fate::Failed,
        |lines| lines[2].fate = Fate::Unknown,
    ];
    for (number, harm) in harms.into_iter().enumerate() {
        assert!(
            judge(&spoilt(harm), &truth, &typed).is_err(),
            "harm {number}"
        );
    }
}
