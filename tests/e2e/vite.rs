//! A customer's Vite project: typed, built and used. `cargo xtask test vite` builds it before.

use crate::house::{House, Plan};
use crate::stage::{Console, Step, journey};

#[tokio::test]
async fn a_page_made_with_vite_leads_a_chat() {
    let plan = Plan {
        folder: "tests/vite/dist",
        ..Plan::of(&[])
    };
    let house = House::open(plan).await.unwrap();
    journey(
        "vite",
        house,
        Console::Clean,
        async |visitor, house| -> Step {
            visitor
                .visit(&house.page(&format!("/?gms={}", house.endpoint())))
                .await?;
            house.desk().join("Kristi").await?;
            house.desk().read("from Vite").await?;
            house.desk().say("Kristi", "Hello Vite").await?;
            visitor.see_messages(&["from Vite", "Hello Vite"]).await
        },
    )
    .await;
}
