//! A site of several sub-domains: the chat goes along by a cookie, where the page wants that.

use serde_json::json;

use crate::house::{House, Page, Plan};
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi Sippola";
const SHOP: Page = Page {
    path: "/",
    headers: &[],
    html: "<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>
<script>
  window.told = [];
  for (const name of ['restored', 'sessionstart', 'sessionend', 'messagereceived', 'agentjoin', 'unreadchange', 'error']) {
    document.addEventListener('gms-chat-' + name, () => told.push(name));
  }
</script>
<script async src=gms-chat.js data-endpoint={gms}/genesys data-subject=Loan data-persist=cookie data-cookie-domain=chat.test></script>",
};
const COOKIES: &str = "return document.cookie";

fn plan() -> Plan {
    Plan {
        settings: &[("cors", "any")],
        ..Plan::of(&[SHOP])
    }
}

/// Waits until the script answers this.
async fn becomes(visitor: &Visitor, script: &str, wanted: &serde_json::Value) -> Step {
    let mut last = json!(null);
    let seen = eventually(script, async || {
        last = visitor.look(script, &json!(null)).await?;
        Ok((last == *wanted).then_some(()))
    })
    .await;
    seen.map_err(|lapse| Lapse::new(format!("{lapse}: {last}, not {wanted}")))
}

#[tokio::test]
async fn a_chat_goes_along_to_other_sub_domains_and_ends_there() {
    let house = House::open(plan()).await.unwrap();
    journey(
        "subdomains",
        house,
        Console::Clean,
        async |visitor, house| {
            let desk = house.desk();
            visitor.visit(&house.page_at("a.chat.test")).await?;
            becomes(visitor, COOKIES, &json!("")).await?;
            visitor.press("Chat with us").await?;
            visitor.press("Start chat").await?;
            desk.join(AGENT).await?;
            desk.say(AGENT, "Good day").await?;
            visitor.see_messages(&["Good day"]).await?;
            visitor.say("Hello").await?;
            desk.read("Hello").await?;
            visitor.visit(&house.page_at("b.chat.test")).await?;
            visitor.see_messages(&["Good day", "Hello"]).await?;
            visitor.see("You are talking to Kristi Sippola").await?;
            becomes(visitor, "return told", &json!(["restored"])).await?;
            visitor.say("From another page").await?;
            desk.read("From another page").await?;
            desk.say(AGENT, "I see").await?;
            visitor
                .see_messages(&["Good day", "Hello", "From another page", "I see"])
                .await?;
            match (desk.requests("service").await?, desk.times("Hello").await?) {
                (1, 1) => {}
                counts => return Err(Lapse::new(format!("services, messages: {counts:?}"))),
            }
            desk.end(AGENT).await?;
            visitor.see("The chat is over. Thank you").await?;
            becomes(visitor, COOKIES, &json!("")).await?;
            visitor.visit(&house.page_at("c.chat.test")).await?;
            visitor.sees_button("Chat with us").await?;
            becomes(visitor, "return told", &json!([])).await
        },
    )
    .await;
}

#[tokio::test]
async fn a_cookie_that_leads_to_no_chat_does_no_harm() {
    // The names of the cookies that a page with a chat would have.
    const PLANT: &str = "
const endpoint = document.querySelector('gms-chat').getAttribute('endpoint');
document.cookie = 'gms-chat-' + endpoint.replace(/[^\\w.-]/g, '_') + '=' + arguments[0] + '; Path=/; Domain=chat.test';";
    let house = House::open(plan()).await.unwrap();
    journey(
        "forged-cookie",
        house,
        Console::FailedRequests,
        async |visitor, house| {
            for forged in ["4.gone", "4...%2F..%2Fdesk", "3.%00", "4.%zz", "8.x", "<b>"] {
                visitor.visit(&house.page_at("a.chat.test")).await?;
                visitor.sees_button("Chat with us").await?;
                visitor.look(PLANT, &json!(forged)).await?;
                visitor.visit(&house.page_at("b.chat.test")).await?;
                visitor.press("Chat with us").await?;
                visitor.sees_button("Start chat").await?;
                // What may be a chat is taken away when it is none; the rest is not even looked at twice.
                let is_name = forged.starts_with(['3', '4']) && !forged.contains("zz");
                if is_name {
                    becomes(visitor, COOKIES, &json!("")).await?;
                }
                becomes(visitor, "return told", &json!([])).await?;
                let state = "return document.querySelector('gms-chat').state";
                becomes(visitor, state, &json!("idle")).await?;
                let clean = "document.cookie.split('; ').forEach((pair) => document.cookie = pair.split('=')[0] + '=; Max-Age=0; Path=/; Domain=chat.test')";
                visitor.look(clean, &json!(null)).await?;
            }
            Ok(())
        },
    )
    .await;
}
