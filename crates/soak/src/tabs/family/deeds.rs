//! What a visitor does in one of his tabs by keys and buttons, and what his agent does meanwhile.

use tokio::time::{Duration, Instant};

use crate::agent::Word;
use crate::browser::Browser;
use crate::judge::{Harm, Standing, Typed};
use crate::plan::{Deed, Ending};

use super::Family;
use crate::tabs::chat::Chat;
use crate::tabs::glass;
use crate::tabs::spell::Spell;

/// Enter, and Control with A.
const ENTER: char = '\u{e007}';
const ALL: &str = "\u{e009}a\u{e000}";
/// Ends the chat; a refusal is kept.
const END: &str =
    "(soak.refused = null, chat.end().catch((error) => (soak.refused = String(error))))";
/// A chat that somebody has ended is over on the screen after this at the latest.
const ENDED_WITHIN: Duration = Duration::from_secs(240);

impl Family {
    pub(super) async fn begin(&mut self, browser: &Browser, place: usize) -> Result<(), String> {
        if !self.are_all_idle(browser).await? {
            return Ok(());
        }
        let name = format!("t{}.{}", self.tabs[place].number, self.chats + 1);
        self.tabs[place].turn_to(browser).await?;
        glass::press(browser, "chat.open(); soak.service = soak.end = null").await?;
        let subject = format!("{ALL}Soak {name}");
        if !glass::fill_in(browser, &subject).await? {
            return Ok(());
        }
        self.chats += 1;
        self.count("chats begun");
        self.tell(place, format_args!("begins {name}"));
        self.askers.begin_anew();
        self.chat = Some(Chat::begin(name, self.plan.chat()));
        glass::press(browser, "root.querySelector('[part=start]').click()").await
    }

    pub(super) async fn act(
        &mut self,
        browser: &Browser,
        place: usize,
        deed: Deed,
        calm: bool,
    ) -> Result<(), String> {
        let is_shared = self.is_shared();
        let Some(chat) = &mut self.chat else {
            return Ok(());
        };
        chat.deeds += 1;
        if let Some(until) = chat.ending {
            if until <= Instant::now() {
                return self.give_up(browser, place).await;
            }
            if chat.plan.ending == Ending::Agent {
                return Ok(());
            }
            // Whoever is told that it cannot be done now does it again.
            return glass::press(browser, &["if (window.soak?.refused) ", END].concat()).await;
        }
        if chat.deeds > chat.plan.deeds {
            return self.end(browser, place).await;
        }
        match deed {
            // Who has several tabs goes about in them.
            Deed::Type if is_shared => self.reload(browser, place).await,
            Deed::Say | Deed::Type => self.say(browser, place).await,
            Deed::Answer(lines) => {
                for _ in 0..lines {
                    chat.answer(&self.plan.words());
                }
                Ok(())
            }
            Deed::AgentTypes => {
                chat.tell_agent(Word::Types);
                Ok(())
            }
            Deed::Transfer => {
                chat.tell_agent(Word::Transfer);
                Ok(())
            }
            Deed::Retry => {
                const RETRY: &str = "[...root.querySelectorAll('.failed')].find((one) =>
                    one.textContent.includes('Not sent'))?.querySelector('[part=retry]').click()";
                self.tell(place, "tries again");
                glass::press(browser, RETRY).await
            }
            Deed::Notice | Deed::Discard => Ok(()),
            Deed::Reload => self.reload(browser, place).await,
            Deed::Crash => self.crash(browser, place).await,
            Deed::Away(time) => self.go_away(browser, place, time).await,
            Deed::Hide(time) => self.suffer(browser, place, Spell::Hidden, time).await,
            Deed::Offline(_) | Deed::Silence(_) if calm => Ok(()),
            Deed::Sleep(_) | Deed::Switch if calm => Ok(()),
            Deed::Offline(time) | Deed::Silence(time) => {
                self.suffer(browser, place, Spell::Offline, time).await
            }
            Deed::Switch => {
                let moment = Duration::from_millis(100);
                self.suffer(browser, place, Spell::Offline, moment).await
            }
            Deed::Sleep(time) => self.sleep(browser, place, time).await,
        }
    }

    async fn say(&mut self, browser: &Browser, place: usize) -> Result<(), String> {
        let Some(chat) = &mut self.chat else {
            return Ok(());
        };
        let words = self.plan.words();
        let text = format!("v{}.{} {words}", chat.name, chat.typed.len() + 1);
        let keys = format!("{ALL}{text}{ENTER}");
        let told = format!("says v{}.{}", chat.name, chat.typed.len() + 1);
        // Whatever happens from here on, it may have been sent.
        chat.typed.push(Typed {
            text,
            standing: Standing::Torn,
        });
        let which = chat.typed.len() - 1;
        self.tell(place, told);
        if !glass::write(browser, &keys).await? {
            return Ok(());
        }
        self.count("messages typed");
        let draft = glass::draft(browser).await?;
        if draft == ""
            && let Some(chat) = &mut self.chat
        {
            chat.typed[which].standing = Standing::Typed;
        }
        Ok(())
    }

    async fn end(&mut self, browser: &Browser, place: usize) -> Result<(), String> {
        self.tell(place, "ends the chat");
        let Some(chat) = &mut self.chat else {
            return Ok(());
        };
        chat.ending = Some(Instant::now() + ENDED_WITHIN);
        match chat.plan.ending {
            Ending::Agent => {
                chat.tell_agent(Word::End);
                Ok(())
            }
            Ending::Visitor | Ending::Goodbye => glass::press(browser, END).await,
        }
    }

    /// The chat has been ended, and goes on.
    async fn give_up(&mut self, browser: &Browser, place: usize) -> Result<(), String> {
        let Some(chat) = &self.chat else {
            return Ok(());
        };
        let (name, ending, service) = (chat.name.clone(), chat.plan.ending, chat.service.clone());
        let truth = match &service {
            Some(service) => self.world.desk.truth(service).await?,
            None => None,
        };
        let is_over = truth.map(|truth| truth.is_over);
        let mut states = Vec::new();
        for other in 0..self.tabs.len() {
            let state = match self.tabs[other].is_there() {
                true => self.see(browser, other).await?,
                false => "gone".to_owned(),
            };
            states.push([&self.tabs[other].name(), ": ", &state].concat());
        }
        let states = states.join(", ");
        let what = format!(
            "it does not end ({ending:?}, {states}, {service:?}); over at the server: {is_over:?}"
        );
        self.blame(&name, Harm::Open, &what);
        self.keep_story(&name, &what);
        self.forget();
        self.tabs[place].turn_to(browser).await?;
        glass::press(browser, "chat.reset()").await
    }
}
