//! The program: what it prints, what it keeps to itself, and its exit status.

use std::process::Stdio;

use gms_chat_doctor::{Finding, table};
use serde_json::Value;
use tokio::process::Command;

use crate::support::{Act, Middle, simulator};

/// What it prints, and its status.
async fn run(arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_gms-chat-doctor"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

#[tokio::test]
async fn the_status_says_how_it_went() {
    let server = simulator(&[("ack", "off")], &[]).await;
    let endpoint = format!("{}/genesys", server.base());
    let (text, status) = run(&[&endpoint, "--quick"]).await;
    assert!(text.contains("\nwarning  ack "), "{text}");
    assert!(text.contains(Finding::AckOff.mend()), "{text}");
    assert_eq!(status, Some(0));
    let (_, status) = run(&[&endpoint, "--quick", "--strict"]).await;
    assert_eq!(status, Some(1));
    let (text, status) = run(&[&endpoint, "--quick", "--service", "nope", "--json"]).await;
    assert_eq!(status, Some(2));
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["verdict"], "fault");
    let steps = report["steps"].as_array().unwrap();
    let service = steps.iter().find(|step| step["step"] == "service").unwrap();
    assert_eq!(service["finding"], "not-found");
    assert_eq!(service["at"], "POST /genesys/1/service/nope");
    let (_, status) = run(&["--nope"]).await;
    assert_eq!(status, Some(64));
}

#[tokio::test]
async fn no_secret_is_printed_even_when_the_server_repeats_it() {
    let server = simulator(&[], &[]).await;
    let echo = |request: &str| {
        if request.contains("/meta/subscribe") {
            // Everything that was sent comes back as an error.
            let lines: Vec<&str> = request
                .split("\r\n")
                .filter(|line| !line.contains('"'))
                .collect();
            let error = lines.join(" ");
            let told = serde_json::json!([{"channel": "/meta/subscribe", "successful": false, "error": error}]);
            Act::Answer("200 OK", told.to_string())
        } else if request.starts_with("POST /genesys/1/service/") {
            let message = request.replace("\r\n", " ");
            let told = serde_json::json!({"message": message, "secureKey": "keyofthechat"});
            Act::Answer(
                "400 Bad Request\r\nset-cookie: ROUTE=nodesecret; Path=/",
                told.to_string(),
            )
        } else {
            Act::Pass
        }
    };
    let middle = Middle::before(Some(server.address()), echo).await;
    let endpoint = format!("http://{}/genesys", middle.address);
    for form in ["--json", "--strict"] {
        let (text, _) = run(&[
            &endpoint,
            "--quick",
            form,
            "--user-id",
            "usersecret",
            "--header",
            "x-key: keysecret",
        ])
        .await;
        assert!(
            text.contains("form-refused") && text.contains("channel-refused"),
            "{text}"
        );
        assert!(text.contains("gms_user: …"), "{text}");
        for secret in ["usersecret", "keysecret", "nodesecret", "keyofthechat"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[tokio::test]
async fn the_documented_table_is_this_programs() {
    let documented = include_str!("../../../../docs/troubleshooting.md");
    assert!(
        documented.contains(&table()),
        "put what `cargo run -p gms-chat-doctor -- --findings` prints into docs/troubleshooting.md"
    );
    let (printed, status) = run(&["--findings"]).await;
    assert_eq!((printed.trim(), status), (table().trim(), Some(0)));
}
