//! The wasm comes after the form, and the code of the session after the window: what the visitor notices of that, and
//! what becomes of him when they do not come.

use serde_json::{Value, json};

use crate::house::{House, Page, Plan};
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

/// Part of the name of the file with that code.
const SESSION: &str = "gms-chat-session-";

const PAGES: [Page; 2] = [
    Page {
        path: "/",
        headers: &[],
        html: "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title>
<script src=told.js></script>
<script async src=gms-chat.js data-endpoint={gms}/genesys data-delivery=poll
data-fallback-url=tel:+3581234 data-fallback-label='Call us'></script>",
    },
    Page {
        path: "/told.js",
        headers: &[],
        html: "window.told = []; document.addEventListener('gms-chat-error', ({ detail }) => told.push(detail.code));",
    },
];

/// Part of the names of all wasm.
const WASM: &str = ".wasm";
const ASKED: &str = "How can we help?";

/// The visitor opens the window, whose wasm does not come until it is let go.
async fn open_early(visitor: &Visitor, house: &House) -> Step {
    house.put_off(WASM);
    visitor.visit(&house.page("/")).await?;
    visitor.press("Chat with us").await
}

/// The widget has taken the place of the form that stood before it.
async fn widget_is_there(visitor: &Visitor) -> Step {
    const FACES: &str =
        "return [...root.querySelectorAll('.panel')].map((e) => e.className).join();";
    eventually("the widget", async || {
        let faces = visitor.look(FACES, &json!(null)).await?;
        Ok((faces == "panel").then_some(()))
    })
    .await
}

/// Nobody has begun a second chat.
async fn is_one_chat(house: &House) -> Step {
    match house.desk().requests("service").await? {
        1 => Ok(()),
        count => Err(Lapse::new(format!("{count} services were created"))),
    }
}

/// What stands in the field for the subject.
async fn stands(visitor: &Visitor, text: &str) -> Step {
    let script = "return root.querySelector('#subject').value;";
    match visitor.look(script, &json!(null)).await? {
        value if value == text => Ok(()),
        value => Err(Lapse::new(format!("{value} stands there, not {text:?}"))),
    }
}

#[tokio::test]
async fn the_visitor_goes_on_writing_while_the_widget_takes_the_form_over() {
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    journey(
        "early-form",
        house,
        Console::Clean,
        async |visitor, house| {
            open_early(visitor, house).await?;
            visitor.type_into(ASKED, "Lo").await?;
            visitor.sees_button("Minimise").await?;
            house.put_off("");
            widget_is_there(visitor).await?;
            stands(visitor, "Lo").await?;
            // Nobody has touched the field again.
            visitor.keys("an").await?;
            stands(visitor, "Loan").await?;
            visitor.press("Start chat").await?;
            house.desk().join("Kristi").await?;
            visitor.see("You are talking to Kristi").await
        },
    )
    .await;
}

#[tokio::test]
async fn a_form_that_is_sent_before_the_widget_is_there_starts_one_chat() {
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    journey(
        "early-sent",
        house,
        Console::Clean,
        async |visitor, house| {
            open_early(visitor, house).await?;
            visitor.press("Start chat").await?;
            visitor
                .see("Please say in a few words what it is about.")
                .await?;
            visitor.fill_in("Loan").await?;
            visitor.see("Checking…").await?;
            house.put_off("");
            house.desk().join("Kristi").await?;
            visitor.see("You are talking to Kristi").await?;
            is_one_chat(house).await
        },
    )
    .await;
}

/// Family, size and weight of the letters that the busy launcher holds, and of the form's words; whether anybody sees the former.
const LETTERS: &str = r#"
const style = (what, part) => getComputedStyle(root.querySelector(what), part);
const face = ({ fontFamily, fontSize, fontWeight }) => [fontFamily, fontSize, fontWeight].join(' ');
const letters = [style('.launcher', '::before'), style('.launcher', '::after')];
return {
  held: letters.map(face),
  written: [style('.lead'), style('label')].map(face),
  hidden: letters.every((letter) => letter.content === '"a"' && letter.visibility === 'hidden'),
};"#;

#[tokio::test]
async fn the_busy_launcher_looks_for_the_fonts_of_the_form() {
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    journey(
        "early-fonts",
        house,
        Console::Clean,
        async |visitor, house| {
            open_early(visitor, house).await?;
            visitor.see(ASKED).await?;
            let letters = visitor.look(LETTERS, &json!(null)).await?;
            if letters["held"] != letters["written"] || letters["hidden"] != true {
                return Err(Lapse::new(format!("the launcher holds {letters}")));
            }
            house.put_off("");
            widget_is_there(visitor).await
        },
    )
    .await;
}

/// This tab does not notice that another one has the chat, and its wasm does not come, until the one or the other is let go.
const BLIND: &str = "
const { fetch } = window;
const gate = new Promise((let_go) => (window.let_go = let_go));
window.fetch = (what, ...how) => (/[.]wasm/.test(what) ? gate.then(() => fetch(what, ...how)) : fetch(what, ...how));
navigator.locks.query = async () => ({ held: [] });";

#[tokio::test]
async fn a_form_that_is_sent_early_gives_way_to_the_chat_of_another_tab() {
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    journey("early-beside", house, Console::Clean, async |two, house| {
        two.visit(&house.page("/")).await?;
        two.look(BLIND, &Value::Null).await?;
        let one = two.in_another_tab(&house.page("/")).await?;
        one.start_chat("Loan").await?;
        house.desk().join("Kristi").await?;
        one.say("Hello").await?;
        one.see_messages(&["Hello"]).await?;
        two.come_to().await?;
        two.look("delete navigator.locks.query;", &Value::Null)
            .await?;
        two.start_chat("Another loan").await?;
        two.see("Checking…").await?;
        two.look("let_go();", &Value::Null).await?;
        two.see_messages(&["Hello"]).await?;
        two.say("Here I am").await?;
        one.see_messages(&["Hello", "Here I am"]).await?;
        is_one_chat(house).await
    })
    .await;
}

#[tokio::test]
async fn what_was_written_into_a_form_without_a_widget_is_there_at_the_next_try() {
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    let console = Console::Told(&["gms-chat load_failed", "404"]);
    journey("early-lost", house, console, async |visitor, house| {
        open_early(visitor, house).await?;
        visitor.type_into(ASKED, "Loan").await?;
        house.withhold(WASM);
        house.put_off("");
        visitor.see("Call us").await?;
        told(visitor, &json!(["load_failed"])).await?;
        house.withhold("");
        visitor.press("Chat with us").await?;
        widget_is_there(visitor).await?;
        stands(visitor, "Loan").await?;
        visitor.press("Start chat").await?;
        house.desk().join("Kristi").await?;
        visitor.see("You are talking to Kristi").await
    })
    .await;
}

/// How often the house was asked for the code.
fn asked(house: &House) -> usize {
    let asked = house.asked();
    asked.iter().filter(|path| path.contains(SESSION)).count()
}

async fn told(visitor: &Visitor, wanted: &Value) -> Step {
    let told = visitor.look("return window.told;", &json!(null)).await?;
    match &told == wanted {
        true => Ok(()),
        false => Err(Lapse::new(format!(
            "the page was told {told}, not {wanted}"
        ))),
    }
}

#[tokio::test]
async fn the_code_of_the_session_comes_with_the_window_and_without_being_asked() {
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    journey("late", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        visitor.press("Chat with us").await?;
        visitor.sees_button("Start chat").await?;
        eventually("the code of the session", async || {
            Ok((asked(house) == 1).then_some(()))
        })
        .await?;
        let files = house.asked();
        let place = |name: &str| files.iter().position(|path| path.contains(name));
        if place(SESSION) < place("gms-chat-window-") {
            return Err(Lapse::new(format!("it came before the window: {files:?}")));
        }
        visitor.fill_in("Loan").await?;
        house.desk().join("Kristi").await?;
        visitor.see("You are talking to Kristi").await?;
        match asked(house) {
            1 => Ok(()),
            count => Err(Lapse::new(format!("it was fetched {count} times"))),
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_that_cannot_be_fetched_is_said_and_can_be_tried_again() {
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    let console = Console::Told(&["gms-chat load_failed", "404"]);
    journey("session-missing", house, console, async |visitor, house| {
        house.withhold(SESSION);
        visitor.visit(&house.page("/")).await?;
        visitor.press("Chat with us").await?;
        visitor.fill_in("Loan").await?;
        visitor.see("We cannot reach the chat service.").await?;
        told(visitor, &json!(["load_failed"])).await?;
        // Again, and it is still not there.
        visitor.press("Start chat").await?;
        eventually("the second complaint", async || {
            let count = visitor
                .look("return window.told.length;", &json!(null))
                .await?;
            Ok((count == 2).then_some(()))
        })
        .await?;
        house.withhold("");
        // What was filled in is still there.
        visitor.press("Start chat").await?;
        house.desk().join("Kristi").await?;
        house.desk().say("Kristi", "Good day").await?;
        visitor.see_messages(&["Good day"]).await?;
        visitor.say("Hello").await?;
        house.desk().read("Hello").await?;
        told(visitor, &json!(["load_failed", "load_failed"])).await
    })
    .await;
}

#[tokio::test]
async fn a_command_that_starts_a_chat_says_that_the_session_cannot_be_fetched() {
    const START: &str = "
const done = arguments[arguments.length - 1];
gmsChat('start', { user: { subject: 'Loan' } }).then(() => done('started'), ({ code }) => done(code));";
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    let console = Console::Told(&["gms-chat load_failed", "404"]);
    journey("session-start", house, console, async |visitor, house| {
        house.withhold(SESSION);
        visitor.visit(&house.page("/")).await?;
        visitor.sees_button("Chat with us").await?;
        for wanted in ["load_failed", "started"] {
            let outcome = visitor.wait_for(START, &json!(null)).await?;
            if outcome != wanted {
                return Err(Lapse::new(format!("{outcome}, not {wanted}")));
            }
            house.withhold("");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_chat_of_another_page_waits_for_a_session_that_cannot_be_fetched() {
    let house = House::open(Plan::of(&PAGES)).await.unwrap();
    let console = Console::Told(&["404", "gms-chat"]);
    journey("session-left", house, console, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        visitor.start_chat("Loan").await?;
        house.desk().join("Kristi").await?;
        house.desk().say("Kristi", "Good day").await?;
        visitor.see_messages(&["Good day"]).await?;
        let before = asked(house);
        house.withhold(SESSION);
        visitor.visit(&house.page("/")).await?;
        // Asked for at once, with the window: nobody has pressed anything.
        eventually("the session", async || {
            Ok((asked(house) > before).then_some(()))
        })
        .await?;
        house.withhold("");
        visitor.visit(&house.page("/")).await?;
        visitor.see_messages(&["Good day"]).await?;
        house.desk().say("Kristi", "Still there?").await?;
        visitor.see_messages(&["Good day", "Still there?"]).await
    })
    .await;
}
