//! Pages whose policies are stricter than most: each is served with its own headers.

use serde_json::{Value, json};

use crate::house::{House, Page, Plan};
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

const SHOP: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title><h1>A bank</h1>
<script async nonce=r4nd0m src=gms-chat.js data-endpoint={gms}/genesys data-delivery=cometd data-credentials=include
 data-user-id=ada-1 data-subject=Loan data-fallback-url=tel:+3581234 data-fallback-label='Call us'></script>";

/// A whole chat, in both directions.
async fn talk(visitor: &Visitor, house: &House) -> Step {
    visitor.press("Chat with us").await?;
    visitor.press("Start chat").await?;
    house.desk().join("Kristi").await?;
    house.desk().say("Kristi", "Good day").await?;
    visitor.see_messages(&["Good day"]).await?;
    visitor.say("Hello").await?;
    house.desk().read("Hello").await
}

#[tokio::test]
async fn the_documented_minimum_of_a_strict_csp_is_enough() {
    const PAGE: Page = Page {
        path: "/",
        headers: &[(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' {gms}; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        )],
        html: SHOP,
    };
    let house = House::open(Plan::of(&[PAGE])).await.unwrap();
    journey("csp", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        talk(visitor, house).await
    })
    .await;
}

#[tokio::test]
async fn a_nonce_is_enough_for_the_loader_and_what_it_loads() {
    const PAGE: Page = Page {
        path: "/",
        headers: &[(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'nonce-r4nd0m' 'wasm-unsafe-eval'; connect-src 'self' {gms}; \
             require-trusted-types-for 'script'; trusted-types 'none'",
        )],
        html: SHOP,
    };
    let house = House::open(Plan::of(&[PAGE])).await.unwrap();
    journey("nonce", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        talk(visitor, house).await?;
        // The commands are another module that the loader fetches.
        let state = visitor.wait_for(STATE, &json!(null)).await?;
        expect(&state, "active")
    })
    .await;
}

const STATE: &str = "
const done = arguments[arguments.length - 1];
gmsChat('getState').then(({ state }) => done(state), (error) => done(error.code));";

fn expect(seen: &Value, wanted: &str) -> Step {
    if seen == wanted {
        return Ok(());
    }
    Err(Lapse::new(format!("{seen}, not {wanted}")))
}

/// Remembers the errors that the widget tells.
const LISTENING: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title>
<script src=told.js></script>
<script async src=gms-chat.js data-endpoint={gms}/genesys data-fallback-url=tel:+3581234 data-fallback-label='Call us'></script>";

#[tokio::test]
async fn where_web_assembly_is_forbidden_the_fallback_stands_in() {
    const PAGES: [Page; 2] = [
        Page {
            path: "/",
            headers: &[(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; connect-src 'self' {gms}",
            )],
            html: LISTENING,
        },
        Page {
            path: "/told.js",
            headers: &[],
            html: "window.told = []; document.addEventListener('gms-chat-error', ({ detail }) => told.push(detail.code, detail.hint));",
        },
    ];
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    journey(
        "blocked",
        house,
        Console::Told(&["gms-chat wasm_blocked", "WebAssembly"]),
        async |visitor, house| {
            visitor.visit(&house.page("/")).await?;
            visitor.press("Chat with us").await?;
            visitor.sees_button("Call us").await?;
            let told = visitor.look("return window.told;", &json!(null)).await?;
            if told != json!(["wasm_blocked", "script-src needs 'wasm-unsafe-eval'"]) {
                return Err(Lapse::new(format!("the page was told {told}")));
            }
            let asked = house.asked();
            if asked.iter().any(|path| path.contains("gms-chat-")) {
                return Err(Lapse::new(format!("fetched for nothing: {asked:?}")));
            }
            Ok(())
        },
    )
    .await;
}

#[tokio::test]
async fn a_page_without_any_storage_gets_its_chat() {
    const PAGE: Page = Page {
        path: "/",
        // An origin of its own, without cookies and storage; scripts may run.
        headers: &[("Content-Security-Policy", "sandbox allow-scripts allow-forms")],
        html: "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title>
<script async crossorigin src=gms-chat.js data-endpoint={gms}/genesys data-user-id=ada-1 data-subject=Loan></script>",
    };
    let plan = Plan {
        files: &[("Access-Control-Allow-Origin", "*")],
        settings: &[("cors", "any")],
        ..Plan::of(&[PAGE])
    };
    let house = House::open(plan).await.unwrap();
    journey("sandbox", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        let stored =
            "try { localStorage.length; return 'there' } catch (error) { return error.name }";
        expect(&visitor.look(stored, &json!(null)).await?, "SecurityError")?;
        talk(visitor, house).await
    })
    .await;
}

#[tokio::test]
async fn a_sandboxed_frame_gets_its_chat() {
    const PAGES: [Page; 2] = [
        Page {
            path: "/",
            headers: &[],
            html: "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title>
<script>window.told = []; addEventListener('message', (event) => told.push(event.data));</script>
<iframe sandbox=allow-scripts src=/frame></iframe>",
        },
        Page {
            path: "/frame",
            headers: &[],
            html: "<!doctype html><html lang=en><meta charset=utf-8><title>A frame</title>
<script crossorigin src=gms-chat.js></script>
<script>
  const tell = (what) => parent.postMessage(what, '*');
  (async () => {
    await gmsChat('init', { endpoint: '{gms}/genesys', delivery: 'poll', subject: 'Loan' });
    await gmsChat('open');
    await gmsChat('start');
    await gmsChat('send', 'from the frame');
    tell('sent');
  })().catch((error) => tell(String(error)));
</script>",
        },
    ];
    let plan = Plan {
        files: &[("Access-Control-Allow-Origin", "*")],
        settings: &[("cors", "any")],
        ..Plan::of(&PAGES)
    };
    let house = House::open(plan).await.unwrap();
    journey("frame", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        house.desk().read("from the frame").await?;
        let told = eventually("the frame's word", async || {
            let told = visitor.look("return window.told[0];", &json!(null)).await?;
            Ok((!told.is_null()).then_some(told))
        })
        .await?;
        expect(&told, "sent")
    })
    .await;
}

#[tokio::test]
async fn across_sites_a_partitioned_cookie_carries_cometd() {
    const PAGE: Page = Page {
        path: "/",
        headers: &[],
        html: SHOP,
    };
    let plan = Plan {
        gms: "localhost",
        settings: &[("cookie-attributes", "SameSite=None; Secure; Partitioned")],
        ..Plan::of(&[PAGE])
    };
    let house = House::open(plan).await.unwrap();
    journey(
        "partitioned",
        house,
        Console::Clean,
        async |visitor, house| {
            visitor.visit(&house.page("/")).await?;
            talk(visitor, house).await?;
            let log = house.desk().log().await?;
            let connects = log
                .iter()
                .filter(|entry| entry.to_string().contains("connect"));
            let bare = connects
                .filter(|entry| entry["method"] == "POST" && entry["browserCookie"] == false);
            match bare.count() {
                0 => Ok(()),
                count => Err(Lapse::new(format!(
                    "{count} connects without the cookie: {log:?}"
                ))),
            }
        },
    )
    .await;
}

#[tokio::test]
async fn where_third_party_cookies_are_blocked_the_chat_polls() {
    const PAGE: Page = Page {
        path: "/",
        headers: &[],
        html: "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title>
<script async src=gms-chat.js data-endpoint={gms}/genesys data-credentials=include data-user-id=ada-1 data-subject=Loan></script>",
    };
    // A cookie without `SameSite=None` does not go to another site.
    let plan = Plan {
        gms: "localhost",
        ..Plan::of(&[PAGE])
    };
    let house = House::open(plan).await.unwrap();
    journey(
        "third-party",
        house,
        Console::Clean,
        async |visitor, house| {
            visitor.visit(&house.page("/")).await?;
            talk(visitor, house).await
        },
    )
    .await;
}

#[tokio::test]
async fn listeners_that_throw_disturb_nobody() {
    const PAGE: Page = Page {
        path: "/",
        headers: &[],
        html: "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title>
<script>
  window.thrown = 0;
  addEventListener('error', (event) => { thrown++; event.preventDefault(); });
  const names = ['ready', 'beforeopen', 'open', 'statechange', 'sessionstart', 'agentjoin', 'messagesent', 'messagereceived', 'unreadchange'];
  for (const name of names) document.addEventListener('gms-chat-' + name, () => { throw Error(name); });
</script>
<script async src=gms-chat.js data-endpoint={gms}/genesys data-credentials=include data-delivery=cometd data-subject=Loan></script>",
    };
    let house = House::open(Plan::of(&[PAGE])).await.unwrap();
    journey("throwing", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        talk(visitor, house).await?;
        let thrown = visitor.look("return window.thrown;", &json!(null)).await?;
        if thrown.as_u64() < Some(8) {
            return Err(Lapse::new(format!("only {thrown} listeners were called")));
        }
        Ok(())
    })
    .await;
}

/// Cookies, and keys of both storages.
const KEPT: &str = "return [document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)].join(' ');";

#[tokio::test]
async fn before_the_visitor_acts_nothing_is_asked_and_nothing_kept() {
    const PAGE: Page = Page {
        path: "/",
        headers: &[],
        html: SHOP,
    };
    let house = House::open(Plan::of(&[PAGE])).await.unwrap();
    journey("privacy", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        visitor.sees_button("Chat with us").await?;
        let idle = "const done = arguments[arguments.length - 1]; const idle = window.requestIdleCallback ?? requestAnimationFrame; idle(() => idle(() => done(0)));";
        visitor.wait_for(idle, &json!(null)).await?;
        let asked: Vec<String> = house.asked().into_iter().filter(|path| path != "/favicon.ico").collect();
        if asked != ["/", "/gms-chat.js"] {
            return Err(Lapse::new(format!("the page asked for {asked:?}")));
        }
        if !house.desk().log().await?.is_empty() {
            return Err(Lapse::new("the page talked to GMS"));
        }
        expect(&visitor.look(KEPT, &json!(null)).await?, "")?;
        talk(visitor, house).await?;
        let kept = visitor.look(KEPT, &json!(null)).await?;
        let kept = kept.as_str().unwrap_or_default();
        // What the chat keeps is named after it, and holds neither the user's name at GMS nor a key.
        let strange = kept.split_whitespace().find(|key| !key.starts_with("gms-chat"));
        match strange {
            Some(key) => Err(Lapse::new(format!("{key} is kept"))),
            None => Ok(()),
        }
    })
    .await;
}

#[tokio::test]
async fn a_chat_of_another_page_waits_until_the_visitor_has_agreed_on_this_one() {
    const PAGES: [Page; 2] = [
        Page {
            path: "/",
            headers: &[],
            html: SHOP,
        },
        Page {
            path: "/other",
            headers: &[],
            html: "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title><h1>A bank</h1>
<script async src=gms-chat.js data-endpoint={gms}/genesys data-delivery=cometd data-credentials=include
 data-user-id=ada-1 data-consent=required data-invite=Hello data-invite-delay=0></script>",
        },
    ];
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    let console = Console::FailedRequests;
    journey("consent", house, console, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        talk(visitor, house).await?;
        visitor.visit(&house.page("/other")).await?;
        visitor.sees_button("Chat with us").await?;
        let told = house.desk().log().await?.len();
        let idle = "const done = arguments[arguments.length - 1]; const idle = window.requestIdleCallback ?? requestAnimationFrame; idle(() => idle(() => done(0)));";
        visitor.wait_for(idle, &json!(null)).await?;
        let asked = house.asked();
        let mut since = asked.iter().rev().take_while(|path| *path != "/other");
        if let Some(path) = since.find(|path| !["/gms-chat.js", "/favicon.ico"].contains(&path.as_str())) {
            return Err(Lapse::new(format!("without consent the page asked for {path}")));
        }
        if house.desk().log().await?.len() != told {
            return Err(Lapse::new("without consent the page talked to GMS"));
        }
        let agree = "document.querySelector('gms-chat').consent = 'granted';";
        visitor.look(agree, &json!(null)).await?;
        visitor.see("You are talking to Kristi").await?;
        visitor.see_messages(&["Good day", "Hello"]).await
    })
    .await;
}

#[tokio::test]
async fn a_loader_from_another_origin_is_pinned_by_its_hash() {
    const PAGES: [Page; 2] = [
        Page {
            path: "/",
            headers: &[(
                "Content-Security-Policy",
                "default-src 'none'; script-src {files} 'wasm-unsafe-eval'; connect-src {files} {gms}",
            )],
            html: "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title>
<script async crossorigin integrity={integrity} src={files}/v/0.1.0/gms-chat.js data-endpoint={gms}/genesys data-credentials=include data-subject=Loan></script>",
        },
        Page {
            path: "/other",
            headers: &[],
            html: "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title><h1>A bank</h1>
<script crossorigin integrity=sha384-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA src={files}/v/0.1.0/gms-chat.js data-endpoint=/genesys></script>",
        },
    ];
    let plan = Plan {
        files: &[("Access-Control-Allow-Origin", "{site}")],
        ..Plan::of(&PAGES)
    };
    let house = House::open(plan).await.unwrap();
    journey(
        "integrity",
        house,
        Console::Told(&["integrity"]),
        async |visitor, house| {
            visitor.visit(&house.page("/other")).await?;
            let none = visitor
                .look("return typeof window.gmsChat;", &json!(null))
                .await?;
            expect(&none, "undefined")?;
            visitor.visit(&house.page("/")).await?;
            talk(visitor, house).await
        },
    )
    .await;
}
