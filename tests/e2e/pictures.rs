//! One chat on each kind of device, with pictures in `target/e2e` that the README shows; `gallery.rs` has every screen.

use crate::screen::Screen;
use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, evidence, journey};
use crate::visitor::Visitor;

/// Who answers.
pub(crate) const AGENT: &str = "Kristi Sippola";

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
            servers.desk().join(AGENT).await?;
            every_kind_of_line(visitor, servers).await?;
            keep(visitor, device, "talk").await?;
            servers.desk().end(AGENT).await?;
            visitor.see("Start a new chat").await?;
            keep(visitor, device, "ended").await
        },
    )
    .await;
}

/// Every kind of line, a message that was refused, and somebody who types.
pub(crate) async fn every_kind_of_line(visitor: &Visitor, servers: &Servers) -> Step {
    let desk = servers.desk();
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
