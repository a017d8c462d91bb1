//! Which tab of a family asks the server. They share an origin, and so a door; each address of a page names its tab, and
//! the browser names that address with every request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So long a poll of a tab that has gone may still be seen beside that of the tab that leads now.
const GRACE: Duration = Duration::from_secs(1);
/// On a busy machine the soak itself hears of an end late. By how much it was late within this is told with a crowd.
const LATELY: Duration = Duration::from_secs(3);

/// What a door tells of one family; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Askers(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    /// The long polls that are held.
    polls: Vec<Poll>,
    count: u64,
    /// Who has asked last.
    last: Option<usize>,
    turns: u64,
    /// Polls beside those of another tab, in words.
    crowds: Vec<String>,
    /// Those of them that are held still, and since when the other one is.
    crowded: Vec<(Poll, Instant)>,
    /// How long those were that are held no more, in words.
    parted: Vec<String>,
    /// By how much the soak itself was late, and when.
    late: Vec<(Instant, Duration)>,
}

#[derive(Debug)]
struct Poll {
    number: u64,
    tab: usize,
    since: Instant,
}

/// A request, from its head: which tab it is of, and whether it is a long poll. None of what is not for the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    tab: usize,
    is_poll: bool,
}

impl Ask {
    pub(crate) fn read(head: &[u8]) -> Option<Self> {
        let head = String::from_utf8_lossy(head);
        let mut lines = head.lines();
        let path = lines.next()?.split(' ').nth(1)?;
        if !path.contains("/genesys/") {
            return None;
        }
        let referer = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("referer").then_some(value)
        })?;
        let tab: String = referer
            .split_once("tab=")?
            .1
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        Some(Self {
            tab: tab.parse().ok()?,
            is_poll: path.contains("/cometd/connect"),
        })
    }
}

/// A request on its way. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Asked {
    askers: Askers,
    number: u64,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.askers.ends(self.number, Instant::now());
    }
}

impl Askers {
    pub(crate) fn asks(&self, ask: Ask) -> Asked {
        Asked {
            askers: self.clone(),
            number: self.begins(ask, Instant::now()),
        }
    }

    /// Who has asked last in this chat.
    pub(crate) fn last(&self) -> Option<usize> {
        self.lock().last
    }

    /// How often another tab has asked than the one before.
    pub(crate) fn turns(&self) -> u64 {
        self.lock().turns
    }

    /// There is another chat: whoever asks first leads it.
    pub(crate) fn begin_anew(&self) {
        self.lock().last = None;
    }

    /// When two tabs have held polls side by side, since the last time that somebody wanted to know.
    pub(crate) fn crowds(&self) -> Vec<String> {
        let mut book = self.lock();
        book.look(Instant::now());
        std::mem::take(&mut book.crowds)
    }

    /// How long polls that were told of were held beside another one, of those that have ended since this was asked last.
    pub(crate) fn parted(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().parted)
    }

    /// The soak itself was late by so much.
    pub(crate) fn was_late(&self, by: Duration, now: Instant) {
        let mut book = self.lock();
        book.late.retain(|(at, _)| now.duration_since(*at) < LATELY);
        book.late.push((now, by));
    }

    fn begins(&self, ask: Ask, now: Instant) -> u64 {
        let mut book = self.lock();
        book.turns += u64::from(book.last.is_some_and(|last| last != ask.tab));
        book.last = Some(ask.tab);
        book.count += 1;
        let number = book.count;
        if ask.is_poll {
            book.polls.push(Poll {
                number,
                tab: ask.tab,
                since: now,
            });
        }
        number
    }

    fn ends(&self, number: u64, now: Instant) {
        let mut book = self.lock();
        book.look(now);
        book.polls.retain(|poll| poll.number != number);
        let place = book
            .crowded
            .iter()
            .position(|(poll, _)| poll.number == number);
        if let Some((poll, since)) = place.map(|place| book.crowded.remove(place)) {
            let beside = seconds(since, now);
            book.parted.push(format!(
                "poll {number} of tab {} has ended, {beside} s after that of the other tab began",
                poll.tab
            ));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Tells of a poll that has stood beside that of another tab for too long. The older one is told of no more.
    fn look(&mut self, now: Instant) {
        let Some(latest) = self.polls.last() else {
            return;
        };
        if now.saturating_duration_since(latest.since) <= GRACE {
            return;
        }
        let (tab, number, since) = (latest.tab, latest.number, latest.since);
        let Some(place) = self.polls.iter().position(|poll| poll.tab != tab) else {
            return;
        };
        let other = self.polls.remove(place);
        let late = self.late.iter().map(|(_, by)| *by).max();
        self.crowds.push(format!(
            "tab {} holds poll {} for {} s, and tab {tab} poll {number} beside it for {} s; the soak was late by {:.2} s",
            other.tab,
            other.number,
            seconds(other.since, now),
            seconds(since, now),
            late.unwrap_or_default().as_secs_f64()
        ));
        self.crowded.push((other, since));
    }
}

fn seconds(since: Instant, now: Instant) -> String {
    let time = now.saturating_duration_since(since);
    format!("{:.2}", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(tab: usize, is_poll: bool) -> Ask {
        Ask { tab, is_poll }
    }

    fn crowds_of(askers: &Askers, now: Instant) -> usize {
        let mut book = askers.lock();
        book.look(now);
        book.crowds.len()
    }

    #[test]
    fn a_request_names_its_tab() {
        let head = |path: &str, page: &str| {
            format!("POST {path} HTTP/1.1\r\nHost: a\r\nreferer: http://a:1/?{page}\r\n\r\n")
        };
        let read = |path, page| Ask::read(head(path, page).as_bytes());
        let page = "delivery=poll&tab=12";
        assert_eq!(read("/genesys/cometd/connect", page), Some(ask(12, true)));
        let refresh = "/genesys/1/service/abc/ixn/chat/refresh";
        assert_eq!(read(refresh, page), Some(ask(12, false)));
        assert_eq!(read("/gms-chat.js", page), None);
        assert_eq!(read("/genesys/cometd/connect", "delivery=poll"), None);
        assert_eq!(Ask::read(b"POST /genesys/cometd HTTP/1.1\r\n\r\n"), None);
        assert_eq!(Ask::read(b""), None);
    }

    #[tokio::test]
    async fn two_tabs_that_hold_polls_are_a_crowd_unless_the_first_goes_at_once() {
        let (askers, now) = (Askers::default(), Instant::now());
        let first = askers.begins(ask(1, true), now);
        let second = askers.begins(ask(2, true), now + GRACE * 5);
        assert_eq!(crowds_of(&askers, now + GRACE * 6), 0);
        askers.ends(first, now + GRACE * 6);
        assert_eq!(crowds_of(&askers, now + GRACE * 20), 0);
        let third = askers.begins(ask(2, true), now + GRACE * 20);
        assert_eq!(crowds_of(&askers, now + GRACE * 30), 0, "one tab may");
        askers.ends(second, now + GRACE * 30);
        askers.begins(ask(1, true), now + GRACE * 30);
        assert_eq!(crowds_of(&askers, now + GRACE * 32), 1);
        assert_eq!(crowds_of(&askers, now + GRACE * 40), 1, "it is told once");
        assert_eq!(askers.parted(), [""; 0]);
        askers.ends(third, now + GRACE * 42);
        let told = "poll 3 of tab 2 has ended, 12.00 s after that of the other tab began";
        assert_eq!(askers.parted(), [told]);
    }

    #[tokio::test]
    async fn a_crowd_is_told_with_how_late_the_soak_itself_was_lately() {
        let (askers, now) = (Askers::default(), Instant::now());
        askers.begins(ask(1, true), now);
        askers.begins(ask(2, true), now);
        askers.was_late(GRACE * 7, now);
        askers.was_late(GRACE / 2, now + LATELY);
        askers.lock().look(now + LATELY);
        let told = askers.crowds();
        assert!(told[0].ends_with("the soak was late by 0.50 s"), "{told:?}");
    }

    #[tokio::test]
    async fn turns_are_counted_within_a_chat() {
        let (askers, now) = (Askers::default(), Instant::now());
        for tab in [1, 1, 2, 2, 1] {
            askers.begins(ask(tab, false), now);
        }
        assert_eq!((askers.turns(), askers.last()), (2, Some(1)));
        askers.begin_anew();
        askers.begins(ask(3, false), now);
        assert_eq!(askers.turns(), 2);
        drop(askers.asks(ask(1, true)));
        assert_eq!(askers.turns(), 3);
        assert!(askers.lock().polls.is_empty());
    }
}
