//! The examination: one step after the other, from the name of the host to a whole chat.

mod base;
mod chat;
mod cometd;
mod cors;
mod held;
mod judge;

use std::sync::Arc;

use gms_chat_protocol::chat::Delivery;

use crate::http::Client;
use crate::{Address, Finding, Options, Report, Row, Verdict};

/// What the steps share: the wishes, the connections, and where rows go.
struct Examination<'a> {
    options: &'a Options,
    client: Arc<Client>,
    rows: Vec<Row>,
    told: &'a mut dyn FnMut(&Row),
}

/// Examines a deployment; each row is told as soon as it is known.
pub async fn examine(options: &Options, mut told: impl FnMut(&Row)) -> Report {
    let endpoint = options.endpoint.to_string();
    let client = match Client::new(options) {
        Ok(client) => Arc::new(client),
        Err(why) => {
            let row = Row::found("tls", Finding::Certificate, "--ca", why);
            told(&row);
            let rows = vec![row];
            return Report { endpoint, rows };
        }
    };
    let mut examination = Examination {
        options,
        client,
        rows: Vec::new(),
        told: &mut told,
    };
    examination.run().await;
    Report {
        endpoint,
        rows: examination.rows,
    }
}

impl Examination<'_> {
    async fn run(&mut self) {
        self.address();
        if !self.line().await || !self.base().await {
            return;
        }
        self.cors().await;
        let has_service = self.service().await;
        let has_cometd = self.cometd().await;
        if self.options.chats.is_empty() {
            self.tell(Row::skipped(
                "chat",
                "a test chat rings an agent: ask for it with --full",
            ));
        }
        for delivery in &self.options.chats {
            let step = chat::step(*delivery);
            if !has_service {
                self.tell(Row::skipped(step, "there is no service to chat with"));
            } else if *delivery == Delivery::Cometd && !has_cometd {
                self.tell(Row::skipped(step, "there is no CometD to chat by"));
            } else {
                self.chat(*delivery).await;
            }
        }
    }

    /// What can be said before anything is sent.
    fn address(&mut self) {
        let Options {
            endpoint, origin, ..
        } = self.options;
        let clear = !endpoint.is_secure && !endpoint.is_loopback();
        let page = origin.as_ref().filter(|origin| origin.is_secure);
        let row = match page {
            Some(page) if clear => Row::found(
                "address",
                Finding::MixedContent,
                endpoint.origin(),
                format!("the page {} may not call {endpoint}", page.origin()),
            ),
            Some(_) | None if clear => Row::found(
                "address",
                Finding::PlainHttp,
                endpoint.origin(),
                "plain http",
            ),
            Some(_) | None => Row::ok("address", relation(endpoint, self.options)),
        };
        self.tell(row);
    }

    /// Secrets are taken out on the way.
    fn tell(&mut self, mut row: Row) {
        row.seen = self.client.blot(&row.seen);
        row.at = self.client.blot(&row.at);
        (self.told)(&row);
        self.rows.push(row);
    }

    /// Whether a row of the step is a fault.
    fn has_fault(&self, step: &str) -> bool {
        let of_step = self.rows.iter().filter(|row| row.step == step);
        of_step.into_iter().any(|row| row.verdict == Verdict::Fault)
    }
}

fn relation(endpoint: &Address, options: &Options) -> String {
    match (options.other_origin(), options.is_cross_site()) {
        (None, _) => format!("{endpoint}, of the page's own origin"),
        (Some(origin), false) => {
            format!(
                "{endpoint}, another origin of the site of {}",
                origin.origin()
            )
        }
        (Some(origin), true) => format!("{endpoint}, of another site than {}", origin.origin()),
    }
}
