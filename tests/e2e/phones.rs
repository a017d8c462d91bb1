//! What phones need: room beside the keyboard, a page that stays where it is, and a keyboard that stays open.

use serde_json::json;

use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, journey};
use crate::visitor::Visitor;

async fn on_a_phone(name: &str, steps: impl AsyncFnOnce(&Visitor, &Servers) -> Step) {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(name, servers, Console::Clean, async |visitor, servers| {
        visitor.become_screen(390, 844, 1, true).await?;
        visitor.visit(&servers.page("?delivery=cometd")).await?;
        steps(visitor, servers).await
    })
    .await;
}

/// What a script says about the page and the window.
async fn is(visitor: &Visitor, what: &str, script: &str) -> Step {
    let answer = visitor.look(script, &json!(null)).await?;
    if answer == json!(true) {
        return Ok(());
    }
    Err(Lapse::new(format!("{what}: {answer}")))
}

#[tokio::test]
async fn the_page_is_locked_only_while_the_window_fills_the_screen() {
    on_a_phone("phone-lock", async |visitor, _| {
        let style = "document.documentElement.style.overflow";
        let set = format!("{style} = 'clip'");
        visitor.look(&set, &json!(null)).await?;
        visitor.press("Chat with us").await?;
        visitor.see("Start a chat").await?;
        let locked = format!(
            "return {style} === 'hidden' && root.querySelector('dialog').matches(':modal')"
        );
        is(visitor, "locked and modal", &locked).await?;
        visitor.become_screen(1024, 768, 1, false).await?;
        visitor.rest().await?;
        let free =
            format!("return {style} === 'clip' && !root.querySelector('dialog').matches(':modal')");
        is(visitor, "free beside the window", &free).await?;
        visitor.become_screen(390, 844, 1, true).await?;
        visitor.rest().await?;
        is(visitor, "locked again", &locked).await?;
        visitor.press("Minimise").await?;
        is(visitor, "free again", &format!("return {style} === 'clip'")).await
    })
    .await;
}

#[tokio::test]
async fn the_window_ends_where_the_keyboard_begins() {
    on_a_phone("phone-keyboard", async |visitor, _| {
        const KEYBOARD: &str = "
Object.defineProperty(visualViewport, 'height', { get: () => 400, configurable: true });
Object.defineProperty(visualViewport, 'offsetTop', { get: () => 30, configurable: true });
visualViewport.dispatchEvent(new Event('resize'));";
        visitor.press("Chat with us").await?;
        visitor.see("Start a chat").await?;
        visitor.rest().await?;
        visitor.look(KEYBOARD, &json!(null)).await?;
        let place = visitor.place_of("dialog").await?;
        if place != [0, 30, 390, 400] {
            return Err(Lapse::new(format!("the window is at {place:?}")));
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_keyboard_stays_open_after_a_message() {
    on_a_phone("phone-send", async |visitor, servers| {
        visitor.start_chat("My parcel").await?;
        servers.desk().join("Kristi").await?;
        visitor.see("You are talking to Kristi").await?;
        visitor.type_into("Your message", "Hello").await?;
        let watch = "
window.left = 0;
root.querySelector('textarea').addEventListener('blur', () => { window.left += 1; });";
        visitor.look(watch, &json!(null)).await?;
        visitor.press("Send").await?;
        visitor.see_messages(&["Hello"]).await?;
        is(
            visitor,
            "the text box kept the focus",
            "return window.left === 0 && root.activeElement === root.querySelector('textarea')",
        )
        .await
    })
    .await;
}

#[tokio::test]
async fn a_closed_window_takes_no_clicks_outside_of_its_button() {
    on_a_phone("phone-clicks", async |visitor, _| {
        const OURS: &str = "
const points = [];
for (let x = 2; x < innerWidth; x += 6) for (let y = 2; y < innerHeight; y += 6) {
  if (document.elementFromPoint(x, y) === root.host) points.push([x, y]);
}
const { left, top, right, bottom } = root.querySelector('.launcher').getBoundingClientRect();
const outside = points.filter(([x, y]) => x < left || x > right || y < top || y > bottom);
return points.length > 0 && outside.length === 0 || outside.slice(0, 5);";
        visitor.sees_button("Chat with us").await?;
        is(visitor, "only the button is ours", OURS).await?;
        visitor.press("Chat with us").await?;
        visitor.see("Start a chat").await?;
        visitor.press("Minimise").await?;
        visitor.sees_button("Chat with us").await?;
        is(visitor, "only the button is ours again", OURS).await
    })
    .await;
}

#[tokio::test]
async fn the_window_changes_its_mode_and_its_corner_while_it_runs() {
    on_a_phone("modes", async |visitor, _| {
        visitor.become_screen(1024, 768, 1, false).await?;
        visitor.press("Chat with us").await?;
        visitor.see("Start a chat").await?;
        visitor.type_into("First name", "Ada").await?;
        let at = async |what: &str, wanted: &dyn Fn([i64; 4]) -> bool| -> Step {
            visitor.rest().await?;
            let place = visitor.place_of("dialog").await?;
            let known = wanted(place).then_some(());
            known.ok_or_else(|| Lapse::new(format!("{what}: the window is at {place:?}")))
        };
        at("lower end", &|[left, top, ..]| left > 500 && top > 0).await?;
        visitor.set_attribute("position", Some("top-start")).await?;
        at("upper start", &|[left, top, ..]| left == 20 && top < 120).await?;
        visitor.set_attribute("mode", Some("fullscreen")).await?;
        at("full screen", &|place| place == [0, 0, 1024, 768]).await?;
        visitor.set_attribute("mode", Some("inline")).await?;
        is(
            visitor,
            "inline it is part of the page, without a launcher",
            "const window = root.querySelector('dialog');
return window.open && getComputedStyle(window).position === 'relative'
  && !root.querySelector('.launcher').checkVisibility() && root.querySelector('#first-name').value === 'Ada';",
        )
        .await?;
        visitor.set_attribute("mode", None).await?;
        visitor.set_attribute("position", None).await?;
        at("lower end again", &|[left, top, ..]| left > 500 && top > 0).await
    })
    .await;
}

#[tokio::test]
async fn on_paper_stands_the_whole_conversation_and_nothing_to_press() {
    on_a_phone("paper", async |visitor, servers| {
        visitor.become_screen(1024, 768, 1, false).await?;
        visitor.start_chat("My parcel").await?;
        let desk = servers.desk();
        desk.join("Kristi").await?;
        for line in 0..30 {
            desk.say("Kristi", &format!("Line {line}")).await?;
        }
        visitor.see("Line 29").await?;
        visitor.become_paper(true).await?;
        is(
            visitor,
            "on paper",
            "
const bubbles = [...root.querySelectorAll('.bubble')];
const { top, bottom } = root.querySelector('dialog').getBoundingClientRect();
const inside = bubbles.every((b) => b.getBoundingClientRect().top >= top && b.getBoundingClientRect().bottom <= bottom);
const buttons = [...root.querySelectorAll('button, textarea')].filter((b) => b.checkVisibility());
return bubbles.length === 30 && inside && buttons.length === 0;",
        )
        .await
    })
    .await;
}

#[tokio::test]
async fn reduced_motion_stops_what_moves_and_forced_colours_draw_frames() {
    on_a_phone("media", async |visitor, servers| {
        visitor.start_chat("My parcel").await?;
        visitor.see("Finding someone for you").await?;
        let moving = "return root.getAnimations().filter((a) => a.playState === 'running').length";
        is(visitor, "the dots move", &format!("{moving} > 0")).await?;
        visitor.prefer("prefers-reduced-motion", "reduce").await?;
        is(visitor, "reduced motion", &format!("{moving} === 0")).await?;
        visitor.prefer("forced-colors", "active").await?;
        servers.desk().join("Kristi").await?;
        servers.desk().say("Kristi", "Hello").await?;
        visitor.see_messages(&["Hello"]).await?;
        is(
            visitor,
            "forced colours",
            "return getComputedStyle(root.querySelector('.bubble')).borderTopStyle === 'solid'",
        )
        .await
    })
    .await;
}
