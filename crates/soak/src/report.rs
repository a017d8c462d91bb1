//! What a trial has come to: for people, and as JSON.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::judge::{Harm, Sums};
use crate::memory::Growth;
use crate::tally::Book;
use crate::trial::{Scale, Wishes};

const MIB: f64 = 1_048_576.0;

/// The result.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) wishes: Wishes,
    pub(crate) took: Duration,
    /// False when it was ended before its time.
    pub(crate) is_whole: bool,
    /// The processor's time of everybody, the simulator and the browser included.
    pub(crate) worked: Option<Duration>,
    pub(crate) book: Book,
    /// Of chats that several tabs share, which the first one holds too.
    pub(crate) shared: Book,
    pub(crate) memory: Vec<(String, Option<Growth>)>,
}

/// One line on the way.
pub(crate) fn progress(at: Duration, book: &Book, scale: &Scale) -> String {
    let Sums {
        sent,
        shown,
        marked,
        ..
    } = book.sums();
    let held: Vec<String> = scale
        .curves()
        .iter()
        .filter_map(|(name, curve)| Some(format!("{name} {:.1} MiB", curve.last()? / MIB)))
        .collect();
    format!(
        "{}: {} typed, {sent} sent, {shown} shown, {marked} marked, {} lost, {} doubled, {} other harms, {} chats ended; {}",
        clock(at),
        book.counted("messages typed"),
        book.harm(Harm::Lost),
        book.harm(Harm::Doubled),
        other_harms(book),
        book.counted("chats ended"),
        held.join(", ")
    )
}

/// What is neither lost nor doubled.
fn other_harms(book: &Book) -> u64 {
    let others = Harm::ALL[2..].iter();
    others.map(|harm| book.harm(*harm)).sum()
}

impl Report {
    /// Whether every promise was kept, and anything was tried at all.
    pub(crate) fn is_good(&self) -> bool {
        let Sums { sent, shown, .. } = self.book.sums();
        self.book.is_clean() && (!self.is_whole || (sent > 0 && shown > 0))
    }

    /// Writes `report.txt` and `report.json`.
    pub(crate) fn keep(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("report.txt"), self.to_string())?;
        std::fs::write(folder.join("report.json"), format!("{:#}\n", self.json()))
    }

    /// How much of one processor everybody has taken.
    fn load(&self) -> Option<f64> {
        let worked = self.worked?.as_secs_f64();
        Some(worked / self.took.as_secs_f64().max(1.0))
    }

    fn json(&self) -> Value {
        let sums = self.book.sums();
        let memory = self.memory.iter().map(|(name, growth)| {
            let growth = growth.map(|growth| {
                json!({ "first": growth.first, "last": growth.last, "eachHour": growth.each_hour })
            });
            (name.clone(), json!(growth))
        });
        let harms = Harm::ALL.map(|harm| (harm.name().to_owned(), json!(self.book.harm(harm))));
        json!({
            "seed": self.wishes.seed,
            "visitors": self.wishes.visitors,
            "tabs": self.wishes.families.tabs(),
            "families": self.wishes.families.0,
            "shared": self.shared_json(),
            "seconds": self.took.as_secs(),
            "whole": self.is_whole,
            "processors": self.load(),
            "sent": sums.sent,
            "shown": sums.shown,
            "marked": sums.marked,
            "unseen": sums.unseen,
            "unproven": sums.unproven,
            "failed": sums.failed,
            "torn": sums.torn,
            "harms": Value::Object(harms.into_iter().collect()),
            "told": self.book.told,
            "counts": self.book.counts,
            "memory": Value::Object(memory.collect()),
        })
    }
}

impl Report {
    fn shared_json(&self) -> Value {
        let (book, sums) = (&self.shared, self.shared.sums());
        json!({
            "sent": sums.sent,
            "shown": sums.shown,
            "mirrored": sums.mirrored,
            "lost": book.harm(Harm::Lost),
            "doubled": book.harm(Harm::Doubled),
            "otherHarms": other_harms(book),
            "counts": book.counts,
        })
    }

    fn tell_shared(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.wishes.families.is_shared() {
            return Ok(());
        }
        let (book, sums) = (&self.shared, self.shared.sums());
        writeln!(out, "of these, in tabs that share a chat")?;
        for (value, name) in [
            (sums.sent, "sent"),
            (sums.shown, "shown"),
            (
                sums.mirrored,
                "mirrored: sent or shown in another tab as well",
            ),
            (book.harm(Harm::Lost), "lost"),
            (book.harm(Harm::Doubled), "doubled"),
            (other_harms(book), "other harms"),
        ] {
            writeln!(out, "  {value:>9}  {name}")?;
        }
        for (what, count) in &book.counts {
            writeln!(out, "  {count:>9}  {what}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wishes {
            visitors,
            families,
            seed,
            ..
        } = &self.wishes;
        let end = if self.is_whole {
            ""
        } else {
            ", ended before its time"
        };
        writeln!(
            out,
            "{visitors} visitors, {} tabs, {} h:m:s, --seed {seed}{end}",
            families.told(),
            clock(self.took)
        )?;
        let sums = self.book.sums();
        let mut row =
            |name: &str, value: u64, about: &str| writeln!(out, "  {name:<12} {value:>9}  {about}");
        row(
            "sent",
            sums.sent,
            "visitors' messages, each at the server once",
        )?;
        row(
            "shown",
            sums.shown,
            "agents' messages, each on the screen once and in order",
        )?;
        row(
            "marked",
            sums.marked,
            "agents' messages that could not be had any more: a mark says so",
        )?;
        row(
            "unseen",
            sums.unseen,
            "agents' messages that came as the visitor left",
        )?;
        row(
            "unproven",
            sums.unproven,
            "visitors' messages of which the screen says that it is not certain",
        )?;
        row(
            "failed",
            sums.failed,
            "visitors' messages of which it says so, and that are not at the server",
        )?;
        row(
            "torn",
            sums.torn,
            "visitors' messages typed at most half a second before a crash",
        )?;
        row("lost", self.book.harm(Harm::Lost), "")?;
        row("doubled", self.book.harm(Harm::Doubled), "")?;
        row("disordered", self.book.harm(Harm::Disordered), "")?;
        row(
            "untrue",
            self.book.harm(Harm::Untrue),
            "something is said of a message or a chat that is not so",
        )?;
        row(
            "open",
            self.book.harm(Harm::Open),
            "something did not come to its end",
        )?;
        row(
            "crowded",
            self.book.harm(Harm::Crowded),
            "tabs that share a chat asked side by side",
        )?;
        writeln!(out, "what happened")?;
        for (what, count) in &self.book.counts {
            writeln!(out, "  {count:>9}  {what}")?;
        }
        self.tell_shared(out)?;
        writeln!(
            out,
            "memory, MiB: after the warm-up, at the end, growth each hour"
        )?;
        for (name, growth) in &self.memory {
            match growth {
                Some(growth) => writeln!(
                    out,
                    "  {name:<22} {:>8.2} {:>8.2} {:>+8.2}",
                    growth.first / MIB,
                    growth.last / MIB,
                    growth.each_hour / MIB
                )?,
                None => writeln!(out, "  {name:<22} seen too seldom")?,
            }
        }
        if let Some(load) = self.load() {
            writeln!(out, "processors at work, on the average: {load:.2}")?;
        }
        for told in &self.book.told {
            writeln!(out, "HARM {told}")?;
        }
        let verdict = if self.is_good() { "good" } else { "NOT good" };
        writeln!(out, "the soak is {verdict}")
    }
}

/// Hours, minutes, seconds.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!(
        "{}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_hours() {
        assert_eq!(clock(Duration::from_secs(3_725)), "1:02:05");
    }
}
