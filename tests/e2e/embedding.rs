//! The widget on a page of another origin than GMS.

use serde_json::Value;

use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, journey};

/// A customer's page. The address of GMS is filled in by the page itself, as the port is known only at run time.
const PAGE: &str = "<!doctype html>
<html lang=en>
<meta charset=utf-8>
<title>A shop</title>
<link rel=icon href='data:,'>
<h1>A shop</h1>
<script>
  const script = document.createElement('script');
  script.src = 'gms-chat.js';
  script.dataset.endpoint = new URLSearchParams(location.search).get('gms');
  script.dataset.delivery = 'cometd';
  script.dataset.credentials = 'include';
  script.dataset.userId = 'ada-1';
  document.body.append(script);
</script>";

#[tokio::test]
async fn a_page_of_another_origin_sends_gms_user_after_a_preflight() {
    let servers = Servers::two_origins("desk", PAGE).await.unwrap();
    journey(
        "embedding",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let desk = servers.desk();
            visitor
                .visit(&servers.page(&format!("?gms={}", servers.endpoint())))
                .await?;
            visitor.start_chat("My parcel").await?;
            desk.join("Kristi").await?;
            desk.say("Kristi", "Hello from the other side").await?;
            visitor.see_messages(&["Hello from the other side"]).await?;
            visitor.say("Hello").await?;
            desk.read("Hello").await?;
            judge(&desk.log().await?)
        },
    )
    .await;
}

/// A preflight asked for the header, and no request of the widget came without it.
fn judge(log: &[Value]) -> Step {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let of_widget: Vec<&Value> = log
        .iter()
        .filter(|entry| text(entry, "path").starts_with("/genesys"))
        .collect();
    let asked = of_widget.iter().any(|entry| {
        entry["method"] == "OPTIONS" && text(entry, "askedHeaders").contains("gms_user")
    });
    let bare = of_widget
        .iter()
        .find(|entry| entry["method"] == "POST" && entry["gmsUser"] != true);
    match (asked, bare) {
        (true, None) => Ok(()),
        (false, _) => Err(Lapse::new(format!(
            "no preflight asked for gms_user: {of_widget:?}"
        ))),
        (true, Some(bare)) => Err(Lapse::new(format!("a request without gms_user: {bare}"))),
    }
}
