//! A picture of every screen on every kind of device, in `target/e2e`: for the README, and for people to look at.

use serde_json::Value;

use crate::screen::Screen;
use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, evidence, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi Sippola";

/// Where the widget is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Device {
    Desktop,
    DarkDesktop,
    Phone,
}

impl Device {
    fn word(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::DarkDesktop => "dark",
            Self::Phone => "phone",
        }
    }

    async fn prepare(self, screen: &Screen) -> Step {
        match self {
            Self::Desktop => screen.become_device(1280, 800, false).await,
            Self::DarkDesktop => {
                screen.become_device(1280, 800, false).await?;
                screen.go_dark().await
            }
            Self::Phone => screen.become_device(390, 844, true).await,
        }
    }
}

/// A chat from the launcher to its end, with a picture of each screen. On a phone the window fills the screen.
async fn pictures_on(device: Device) {
    let servers = Servers::one_origin("desk").await.unwrap();
    let name = format!("pictures-{}", device.word());
    journey(
        &name,
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            device.prepare(visitor).await?;
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor.sees_button("Chat with us").await?;
            keep(visitor, device, "launcher").await?;
            visitor.press("Chat with us").await?;
            visitor.see("Start a chat").await?;
            if device == Device::Phone {
                fills_the_screen(visitor).await?;
            }
            keep(visitor, device, "form").await?;
            visitor.fill_in("My new router").await?;
            visitor.see("Finding someone for you").await?;
            keep(visitor, device, "waiting").await?;
            talk(visitor, servers).await?;
            keep(visitor, device, "talk").await?;
            servers.desk().end(AGENT).await?;
            visitor.see("Start a new chat").await?;
            keep(visitor, device, "ended").await
        },
    )
    .await;
}

/// What a visitor should rarely see, with a picture of each.
async fn states_on(device: Device) {
    let servers = Servers::one_origin("desk").await.unwrap();
    let name = format!("states-{}", device.word());
    journey(
        &name,
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            device.prepare(visitor).await?;
            visitor.visit(&servers.page("?service=nobody-knows-this")).await?;
            visitor.sees_button("Chat with us").await?;
            visitor.look(INVITE, &Value::Null).await?;
            visitor.sees_button(INVITATION).await?;
            keep(visitor, device, "invite").await?;
            visitor.press(INVITATION).await?;
            visitor.fill_in("My new router").await?;
            visitor.see("The chat could not be started").await?;
            keep(visitor, device, "problem").await?;
            let query = "?delivery=cometd&markdown=&sound=on&survey-url=/survey&idle-alert=20&idle-close=45";
            visitor.visit(&servers.page(query)).await?;
            visitor.start_chat("My new router").await?;
            let desk = servers.desk();
            desk.join(AGENT).await?;
            desk.say(AGENT, RICH).await?;
            visitor.see("192.168.0.1").await?;
            visitor.press("More").await?;
            visitor.see("Copy everything").await?;
            keep(visitor, device, "menu").await?;
            visitor.press("More").await?;
            visitor.go_offline(true).await?;
            visitor.see("You are offline.").await?;
            keep(visitor, device, "offline").await?;
            visitor.go_offline(false).await?;
            visitor.say("I am back").await?;
            desk.read("I am back").await?;
            visitor.see("Are you still there?").await?;
            keep(visitor, device, "idle").await?;
            visitor.press("I'm still here").await?;
            desk.read("I'm still here.").await?;
            visitor.see_no_more("Are you still there?").await?;
            desk.end(AGENT).await?;
            visitor.see("Tell us how it was").await?;
            keep(visitor, device, "survey").await?;
            visitor.press("Start a new chat").await?;
            visitor.type_into("How can we help?", "Once more").await?;
            visitor.press("Start chat").await?;
            visitor.see("Finding someone for you").await?;
            desk.arm("any:status=502:500").await?;
            visitor.see("The chat service does not answer.").await?;
            visitor.see("Next try in").await?;
            keep(visitor, device, "reconnecting").await
        },
    )
    .await;
}

const INVITATION: &str = "May we help you? It takes two minutes.";
const INVITE: &str = "root.host.invite({ text: 'May we help you? It takes two minutes.' });";
const RICH: &str = "Please do this:\n1. open http://192.168.0.1/\n2. choose **Restart**\n\nOr see [our page](https://help.example/router), or call +49 89 1234567.";

/// Every kind of line, a message that was refused, and somebody who types.
async fn talk(visitor: &Visitor, servers: &Servers) -> Step {
    let desk = servers.desk();
    desk.join(AGENT).await?;
    desk.say(AGENT, "Hello Ada! What can I do for you?").await?;
    visitor.say("My new router blinks red.").await?;
    desk.read("My new router blinks red.").await?;
    desk.say(AGENT, "That is soon mended. This page shows how:")
        .await?;
    desk.push(AGENT, "https://help.example/router/red-light")
        .await?;
    visitor.see("help.example").await?;
    desk.arm("send:status=415:1").await?;
    visitor.say("It works, thank you!").await?;
    visitor.see("Not sent.").await?;
    desk.types(AGENT).await?;
    visitor.see("Kristi Sippola is typing").await
}

async fn keep(screen: &Screen, device: Device, what: &str) -> Step {
    screen.rest().await?;
    let name = format!("picture-{}-{what}", device.word());
    Ok(std::fs::write(
        evidence(&name, "png"),
        screen.picture().await?,
    )?)
}

async fn fills_the_screen(screen: &Screen) -> Step {
    screen.rest().await?;
    let [left, top, width, height] = screen.place_of("dialog").await?;
    let fills = left == 0 && top == 0 && width == 390 && height == 844;
    if fills {
        Ok(())
    } else {
        Err(Lapse::new(format!(
            "the window is {width}x{height} at {left},{top}"
        )))
    }
}

#[tokio::test]
async fn pictures_on_a_desktop() {
    pictures_on(Device::Desktop).await;
}

#[tokio::test]
async fn pictures_on_a_dark_desktop() {
    pictures_on(Device::DarkDesktop).await;
}

#[tokio::test]
async fn pictures_on_a_phone() {
    pictures_on(Device::Phone).await;
}

#[tokio::test]
async fn pictures_of_rare_states_on_a_desktop() {
    states_on(Device::Desktop).await;
}

#[tokio::test]
async fn pictures_of_rare_states_on_a_dark_desktop() {
    states_on(Device::DarkDesktop).await;
}

#[tokio::test]
async fn pictures_of_rare_states_on_a_phone() {
    states_on(Device::Phone).await;
}
