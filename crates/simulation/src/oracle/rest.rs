//! Liveness: once the faults have stopped, everything becomes well, and soon (L1, S13).

use gms_chat_protocol::chat::{Delivery, Fate, Phase};

use super::book::Book;
use super::row::{Line, Row};
use super::{Oracle, Screen, Verdict, Violation, ensure};
use crate::client::NETWORK_DELAY;
use crate::plan::{Repair, Setting};
use crate::server::{CLIENT, Chat, Server};

/// The longest wait of the backoff, with its jitter.
const LONGEST_WAIT: u64 = 37_500;
/// A slow probe after denials, with its jitter, and what follows from it.
const PROBE: u64 = 75_000;
/// Three refreshes without progress, with room for pushes between them, and their own pace.
const REPAIR: u64 = 20_000;

impl Oracle {
    /// Whether the visitor has to ask for a chat before one can be expected.
    pub(crate) fn wants_start(&self) -> bool {
        match &self.screen {
            Screen::Bayeux(listener) => !listener.open,
            Screen::Chat(book) => matches!(book.phase, Phase::Idle | Phase::Failed(_)),
        }
    }

    /// The faults have stopped.
    pub(crate) fn calm(&mut self, server: &Server) {
        match &mut self.screen {
            Screen::Bayeux(listener) => {
                let chat = server.current().and_then(|service| server.chat(service));
                listener.calm_from = chat.map_or(0, Chat::last);
            }
            Screen::Chat(book) => book.calm_from = book.chat(server).map_or(0, Chat::last),
        }
    }

    /// Whether something is lost on the channel for good, and nobody can know until more follows.
    pub(crate) fn is_lossy(&self) -> bool {
        match &self.screen {
            Screen::Bayeux(_) => true,
            Screen::Chat(book) => book.is_lossy(&self.setting) && !self.tells_losses,
        }
    }

    /// The service whose chat the client is in.
    pub(crate) fn service(&self, server: &Server) -> Option<usize> {
        match &self.screen {
            Screen::Bayeux(_) => server.current(),
            Screen::Chat(book) => book.service,
        }
    }

    /// Whether there is something that has to become well.
    fn is_hopeless(&self) -> bool {
        let needs_cookie = match &self.screen {
            Screen::Bayeux(_) => true,
            Screen::Chat(book) => book.delivery == Delivery::Cometd,
        };
        self.absurd || (needs_cookie && self.setting.blocked_cookie)
    }

    /// When everything has to be well, given that the faults have stopped and the probe is written now.
    pub(crate) fn deadline(&self, now: u64) -> u64 {
        let hold = self.setting.hold.max(60_000);
        let usual = LONGEST_WAIT + hold + NETWORK_DELAY + REPAIR + 6 * self.setting.latency.0;
        let wished = self.pace.refrains_until().saturating_sub(now);
        let queue = self.setting.delayed.unwrap_or(0);
        now + usual + PROBE + wished + queue
    }

    /// Whether everything is well.
    pub(crate) fn is_at_rest(&self, server: &Server) -> bool {
        self.is_hopeless() || self.unmet(server).is_none()
    }

    /// Complains about what is not well although there was time enough.
    pub(crate) fn demand_rest(&self, server: &Server) -> Verdict {
        match self.unmet(server) {
            Some(what) if !self.is_hopeless() => Err(Violation::new("L1", what)),
            Some(_) | None => self.judge_end(server),
        }
    }

    /// What is not well, in words.
    fn unmet(&self, server: &Server) -> Option<String> {
        match &self.screen {
            Screen::Bayeux(listener) => listener.unmet(server),
            Screen::Chat(book) => book.unmet(server, &self.setting, self.tells_losses),
        }
    }

    /// What has to hold once all is quiet.
    pub(crate) fn judge_end(&self, server: &Server) -> Verdict {
        match &self.screen {
            Screen::Bayeux(listener) => listener.judge_end(server),
            Screen::Chat(_) if self.is_hopeless() => Ok(()),
            Screen::Chat(book) => book.judge_end(server),
        }
    }
}

impl Book {
    fn unmet(&self, server: &Server, setting: &Setting, tells_losses: bool) -> Option<String> {
        match &self.phase {
            Phase::Idle
            | Phase::Restoring
            | Phase::Failed(_)
            | Phase::Connecting
            | Phase::Ending => {
                return Some(format!("the chat is {:?}", self.phase));
            }
            Phase::Ended(_) => return None,
            Phase::Waiting | Phase::Active => {}
        }
        if self.troubled {
            return Some("the window says that there is trouble".to_owned());
        }
        let Some(chat) = self.chat(server) else {
            return Some("there is no chat at the server".to_owned());
        };
        if chat.over.is_some() {
            return Some("the chat is over, and nobody has told the visitor".to_owned());
        }
        self.unshown(chat, setting, tells_losses)
            .or_else(|| self.unsettled(setting))
    }

    /// Whether what is lost on the channel is lost for good.
    fn is_lossy(&self, setting: &Setting) -> bool {
        self.by_comet && setting.repair == Repair::Neither
    }

    /// An event that is not on the screen.
    fn unshown(&self, chat: &Chat, setting: &Setting, tells_losses: bool) -> Option<String> {
        let gaps = self.rows.iter().any(|row| row.line == Line::Gap);
        let lossy = self.is_lossy(setting);
        if lossy && tells_losses {
            return self.untold(chat);
        }
        if gaps && !lossy {
            return Some("a gap is marked although what is missing can be had".to_owned());
        }
        let mut after = 0;
        let mut shown = vec![false; self.rows.len().max(1) + chat.events.len()];
        for row in self.rows.iter().filter(|row| row.is_settled()) {
            if let Some((first, last)) = row.place(chat, after, |it| self.has_read(it)) {
                after = last;
                (first..=last).for_each(|position| set(&mut shown, position));
            }
        }
        let is_missing = |&position: &u64| self.is_due(chat, position) && !is_set(&shown, position);
        let missing = (2..=chat.last()).find(is_missing)?;
        // A mark stands for it, or will: something that came after the trouble was shown.
        let excused = lossy && after > self.calm_from.min(chat.last() - 1);
        (!excused).then(|| format!("event {missing} is not on the screen"))
    }

    /// An event at the end that is not on the screen, and no mark stands for it. Those before it are a
    /// matter of order.
    fn untold(&self, chat: &Chat) -> Option<String> {
        let mut after = 1;
        let mut marked = false;
        for row in &self.rows {
            marked |= row.line == Line::Gap;
            let place = row.place(chat, after, |it| self.has_read(it));
            if let Some((_, last)) = place.filter(|_| row.is_settled()) {
                after = last;
                marked = false;
            }
        }
        let assumed: Vec<u64> = self
            .rows
            .iter()
            .filter(|row| row.is_settled() && row.is_assumed())
            .flat_map(|row| row.places(chat))
            .collect();
        let is_missing =
            |position: &u64| self.is_due(chat, *position) && !assumed.contains(position);
        let missing = (after + 1..=chat.last()).find(is_missing)?;
        (!marked).then(|| format!("event {missing} is not on the screen, and no gap is marked"))
    }

    /// A message whose fate is open.
    fn unsettled(&self, setting: &Setting) -> Option<String> {
        // Where no answer names a position, nobody can prove that something never arrived.
        let mute = setting.short_replies && setting.repair == Repair::Pushed;
        let lossy = self.by_comet && (mute || setting.repair == Repair::Neither);
        let open = |row: &Row| match row.mine()? {
            (text, Fate::Sending) => Some(format!("`{text}` is still being sent")),
            (text, Fate::Unknown | Fate::Unproven) if !lossy => {
                Some(format!("`{text}` is still unknown"))
            }
            (_, Fate::Unknown | Fate::Unproven | Fate::Sent | Fate::Failed(_)) => None,
        };
        self.rows.iter().find_map(open)
    }

    /// Failed means that the server does not have it; sent, that it does.
    fn judge_end(&self, server: &Server) -> Verdict {
        self.judge_order(server)?;
        for (text, account) in self.fates.iter() {
            let mut sent = 0;
            let mut failed = 0;
            for (other, fate) in self.rows.iter().filter_map(Row::mine) {
                if other == text {
                    match fate {
                        Fate::Sent => sent += 1,
                        Fate::Failed(_) => failed += 1,
                        Fate::Sending | Fate::Unknown | Fate::Unproven => {}
                    }
                }
            }
            ensure(sent <= account.taken, "C5", || {
                format!(
                    "`{text}` is shown as sent {sent} times, the server took it in {} times",
                    account.taken
                )
            })?;
            let lone = account.said == 1 && account.retried == 0 && account.discarded == 0;
            ensure(!lone || failed == 0 || account.taken == 0, "C7", || {
                format!("`{text}` is shown as failed, but the server has it")
            })?;
        }
        Ok(())
    }
}

impl Book {
    /// What was said first stands first, as far as nobody has repeated it.
    fn judge_order(&self, server: &Server) -> Verdict {
        let Some(chat) = self.chat(server) else {
            return Ok(());
        };
        let mut turn = 0;
        for event in chat.events.iter().filter(|event| event.role == CLIENT) {
            let Some(account) = self.fates.get(&event.text) else {
                continue;
            };
            if account.said == 1 && account.retried == 0 && account.doubled == 0 {
                ensure(account.turn >= turn, "C10", || {
                    format!(
                        "`{}` stands behind something that was said later",
                        event.text
                    )
                })?;
                turn = account.turn;
            }
        }
        Ok(())
    }
}

fn set(marks: &mut [bool], position: u64) {
    if let Some(mark) = usize::try_from(position)
        .ok()
        .and_then(|index| marks.get_mut(index))
    {
        *mark = true;
    }
}

fn is_set(marks: &[bool], position: u64) -> bool {
    let index = usize::try_from(position).unwrap_or(usize::MAX);
    marks.get(index) == Some(&true)
}
