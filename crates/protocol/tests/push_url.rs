//! Pushed addresses: offered with their true host, or refused.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::Body;
use gms_peer::{Peer, agent, secs};

/// The address and the host that are offered for this text; `None` when it is refused.
fn offered(text: &str) -> Option<(String, String)> {
    let mut chat = Peer::comet().with_agent();
    chat.gms.event(agent("Notice.PushUrl", text));
    chat.pump();
    if chat.screen().len() == 1 {
        assert_eq!(
            chat.notices(),
            [format!("Notice.PushUrl Kristi {text}")],
            "{text:?}"
        );
        assert!(chat.diagnostics().contains("was refused"), "{text:?}");
        return None;
    }
    assert!(chat.notices().is_empty(), "{text:?}");
    match &chat.entry(1).body {
        Body::PushUrl { url, host } => Some((url.clone(), host.clone())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn ordinary_addresses_are_offered_with_their_host() {
    let cases = [
        ("https://www.example.com/tariffs?id=7", "www.example.com"),
        ("http://example.com", "example.com"),
        ("HTTPS://Example.COM/Path", "example.com"),
        ("https://example.com:8443/x", "example.com"),
        ("https://example.com?q=https://bank.example/", "example.com"),
        ("https://example.com#@bank.example", "example.com"),
        ("https://example.com./", "example.com"),
        ("https://sub_domain.example.com", "sub_domain.example.com"),
        ("https://192.0.2.1/a", "192.0.2.1"),
        ("https://[2001:DB8::1]:443/a", "[2001:db8::1]"),
        ("https://example.com/with%20blank", "example.com"),
        ("https://example.com/ünïcode", "example.com"),
    ];
    for (text, host) in cases {
        assert_eq!(
            offered(text),
            Some((text.to_owned(), host.to_owned())),
            "{text}"
        );
    }
}

#[test]
fn blanks_around_an_address_are_taken_off() {
    let (url, host) = offered(" \r\n https://example.com/a \t").unwrap();
    assert_eq!(
        (url.as_str(), host.as_str()),
        ("https://example.com/a", "example.com")
    );
}

#[test]
fn the_host_behind_a_user_name_is_the_true_one() {
    let cases = [
        "https://bank.example@evil.example/",
        "https://bank.example:443@evil.example",
        "https://user:pass@evil.example/x",
        "https://bank.example@mail.example@evil.example",
        "https://bank.example%2F@evil.example",
        "https://bank.example／@evil.example",
        "https://@evil.example",
    ];
    for text in cases {
        assert_eq!(
            offered(text).map(|(_, host)| host).as_deref(),
            Some("evil.example"),
            "{text}"
        );
    }
}

#[test]
fn other_schemes_are_refused() {
    for text in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "javascript://example.com/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox",
        "file:///etc/passwd",
        "ftp://example.com/",
        "blob:https://example.com/1",
        "about:blank",
        "//example.com/",
        "/path",
        "example.com",
        "www.example.com/a",
        "mailto:a@example.com",
        "http:example.com",
        "https:/example.com",
        "https:\\\\example.com",
        "xhttps://example.com",
        "view-source:https://example.com",
        "",
        " ",
    ] {
        assert_eq!(offered(text), None, "{text:?}");
    }
}

#[test]
fn tricks_with_invisible_characters_are_refused() {
    for text in [
        "https://exam\tple.com",
        "https://exam\nple.com",
        "https://exam ple.com",
        "\u{1}https://example.com",
        "https://example.com/\u{0}",
        "https://example.com\u{7f}",
        "https://bank.example\\@evil.example",
        "https://evil.example\\.bank.example",
        "https://example.com/\u{202e}gnp.exe",
        "https://exa\u{200b}mple.com",
        "https://exa\u{ad}mple.com",
        "https://example.com/\u{2066}x",
        "https://example.com\u{3000}",
        "https://example.com/\u{feff}",
        "https://example.com/\u{2028}x",
        "\u{a0}https://example.com",
    ] {
        assert_eq!(offered(text), None, "{text:?}");
    }
}

#[test]
fn hosts_that_a_browser_would_read_differently_are_refused() {
    for text in [
        "https://evil%2eexample/",
        "https://bank。example/",
        "https://ｂank.example/",
        "https://℀.example/",
        "https://⒈.example/",
        "https://3232235777/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://1.2.3.256/",
        "https://a..b/",
        "https://.example/",
        "https://",
        "https:///path",
        "https://?x",
        "https://:80/",
        "https://exam<ple.com/",
        "https://exam|ple.com/",
        "https://example.com:port/",
        "https://example.com:999999/",
        "https://[::1",
        "https://[::1]x/",
        "https://[javascript]/",
        "https://[]/",
    ] {
        assert_eq!(offered(text), None, "{text:?}");
    }
}

#[test]
fn look_alike_letters_are_shown_for_what_they_are() {
    let (_, host) = offered("https://аpple.com/").unwrap();
    assert_eq!(host, "xn--pple-43d.com");
    let (_, host) = offered("https://bank.example.اختبار/").unwrap();
    assert!(host.is_ascii(), "{host}");
}

#[test]
fn an_endless_address_is_refused() {
    assert_eq!(
        offered(&format!("https://example.com/{}", "x".repeat(9000))),
        None
    );
    assert!(offered(&format!("https://example.com/{}", "x".repeat(2000))).is_some());
}

#[test]
fn a_pushed_address_takes_its_place_in_the_transcript() {
    let mut chat = Peer::polling().with_agent();
    chat.agent_says("look at this");
    chat.gms
        .event(agent("Notice.PushUrl", "https://example.com/"));
    chat.agent_says("nice?");
    chat.advance(secs(2));
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            "Kristi: look at this",
            "Kristi offers example.com <https://example.com/>",
            "Kristi: nice?"
        ]
    );
}
