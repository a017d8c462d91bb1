//! Name, connection, TLS, gateway, clock, service and CORS.

use std::sync::Arc;
use std::time::Duration;

use gms_chat_doctor::{Address, Finding, Options, examine};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::support::{Act, Middle, assert_well, codes, look, seen, simulator, wishes};

#[tokio::test]
async fn a_deployment_as_genesys_ships_it_is_well() {
    let server = simulator(&[("hold", "500ms")], &[]).await;
    let report = look(&server, |options| options.quick = false).await;
    assert_well(&report);
    let steps: Vec<_> = report.rows.iter().map(|row| row.step).collect();
    assert_eq!(
        steps,
        [
            "address",
            "tcp",
            "gateway",
            "clock",
            "cors",
            "service",
            "handshake",
            "cookie",
            "ack",
            "subscribe",
            "connect",
            "hold",
            "release",
            "chat"
        ]
    );
}

#[tokio::test]
async fn a_page_by_https_may_not_call_http() {
    let mut options = Options::for_endpoint("http://gms.invalid/genesys").unwrap();
    let report = examine(&options, |_| ()).await;
    assert_eq!(codes(&report), ["plain-http", "dns"]);
    options.origin = Some(Address::parse("https://bank.example").unwrap());
    let report = examine(&options, |_| ()).await;
    assert_eq!(codes(&report), ["mixed-content", "dns"]);
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = wishes(listener.local_addr().unwrap());
    drop(listener);
    let report = examine(&options, |_| ()).await;
    assert_eq!(codes(&report), ["refused"]);
}

#[tokio::test]
async fn a_server_that_says_nothing_or_hangs_up() {
    let middle = Middle::before(None, |_| Act::Swallow).await;
    let report = middle
        .look(|options| options.timeout = Duration::from_millis(200))
        .await;
    assert_eq!(codes(&report), ["unanswered"]);
    let middle = Middle::before(None, |_| Act::Pass).await;
    assert_eq!(codes(&middle.look(|_| ()).await), ["broken"]);
}

#[tokio::test]
async fn what_a_gateway_answers_is_told_apart() {
    for (head, expected) in [
        ("502 Bad Gateway", &["bad-gateway"][..]),
        ("504 Gateway Timeout", &["bad-gateway"]),
        ("401 Unauthorized", &["unauthorised", "gms-user"]),
        (
            "302 Found\r\nlocation: https://sso.example/login?ticket=geheim",
            &["redirect", "redirect"],
        ),
        (
            "404 Not Found\r\ndate: Mon, 01 Jan 2001 00:00:00 GMT",
            &["clock", "not-found", "comet-path"],
        ),
        ("200 OK\r\ncontent-type: text/html", &["not-gms", "not-gms"]),
    ] {
        let middle = Middle::before(None, move |_| Act::Answer(head, "<html>".to_owned())).await;
        let report = middle.look(|_| ()).await;
        assert_eq!(codes(&report), expected, "{head}");
        assert!(!report.to_json().to_string().contains("geheim"));
    }
}

#[tokio::test]
async fn what_the_service_answers_is_told_apart() {
    for (fault, finding, words) in [
        ("service:status=415", Finding::FormRefused, "status 415"),
        ("service:status=503/30", Finding::Busy, "Retry-After 30"),
        ("service:status=500", Finding::ServerError, "status 500"),
        ("service:junk", Finding::NotGms, "bytes of"),
    ] {
        let server = simulator(&[], &[fault]).await;
        let told = seen(&look(&server, |_| ()).await, finding);
        assert!(told.contains(words), "{told}");
        assert!(told.ends_with("@ POST /genesys/1/service/request-chat"));
    }
    let server = simulator(&[], &[]).await;
    let report = look(&server, |options| options.service = "nope".to_owned()).await;
    assert!(seen(&report, Finding::NotFound).ends_with("/nope"));
}

#[tokio::test]
async fn an_exception_is_told_under_any_status() {
    let server = simulator(&[], &[]).await;
    let exception = r#"{"exception":"com.example.Oops","message":"no way"}"#;
    let middle = Middle::before(Some(server.address()), move |request| {
        if request.contains("/1/service/") {
            Act::Answer("200 OK", exception.to_owned())
        } else {
            Act::Pass
        }
    })
    .await;
    let report = middle.look(|_| ()).await;
    assert!(seen(&report, Finding::Exception).contains("com.example.Oops: no way"));
}

/// The page of a shop whose chat runs at another site.
fn of_shop(options: &mut Options) {
    options.origin = Some(Address::parse("http://shop.example").unwrap());
}

const FOR_ALL_SITES: (&str, &str) = ("cookie-attributes", "SameSite=None; Secure; Partitioned");

#[tokio::test]
async fn a_server_that_lets_the_other_site_in_is_well() {
    let server = simulator(&[("cors", "any"), FOR_ALL_SITES], &[]).await;
    assert_well(&look(&server, of_shop).await);
}

#[tokio::test]
async fn a_server_without_cors_is_found_out() {
    let server = simulator(&[FOR_ALL_SITES], &[]).await;
    let told = seen(&look(&server, of_shop).await, Finding::CorsPreflight);
    assert_eq!(told, "status 403 @ OPTIONS /genesys/1/service/request-chat");
}

#[tokio::test]
async fn each_header_of_a_preflight_counts() {
    const ALLOW: &str = "204 No Content\r\naccess-control-allow-origin: http://shop.example\r\n\
        access-control-allow-credentials: true\r\naccess-control-max-age: 600\r\n";
    for (head, expected) in [
        (
            "204 No Content\r\naccess-control-allow-origin: *",
            &[
                "cors-origin",
                "cors-credentials",
                "cors-headers",
                "cors-max-age",
            ][..],
        ),
        (
            leak(ALLOW, "access-control-allow-headers: *"),
            &["cors-headers"],
        ),
        (
            leak(ALLOW, "access-control-allow-headers: content-type"),
            &["cors-headers"],
        ),
        (
            leak(
                ALLOW,
                "access-control-allow-headers: Content-Type, GMS_USER",
            ),
            &[],
        ),
        (
            leak(
                ALLOW,
                "access-control-allow-headers: content-type, gms_user\r\naccess-control-allow-origin: http://shop.example",
            ),
            &["cors-twice"],
        ),
    ] {
        let middle = Middle::before(None, move |request| {
            if request.starts_with("OPTIONS") {
                assert!(!request.contains("gms_user:"), "browsers do not send it");
                Act::Answer(head, String::new())
            } else {
                Act::Answer("404 Not Found", String::new())
            }
        })
        .await;
        let report = middle.look(of_shop).await;
        let found: Vec<_> = codes(&report)
            .into_iter()
            .filter(|code| code.starts_with("cors"))
            .collect();
        assert_eq!(found, expected, "{head}");
    }
}

fn leak(head: &str, more: &str) -> &'static str {
    String::leak(format!("{head}{more}"))
}

#[tokio::test]
async fn the_answer_itself_needs_cors_headers_too() {
    let server = simulator(&[("cors", "any"), FOR_ALL_SITES], &[]).await;
    let middle = Middle::before(Some(server.address()), |request| {
        if request.starts_with("POST") {
            Act::Retell("access-control-", "x-")
        } else {
            Act::Pass
        }
    })
    .await;
    let report = middle.look(of_shop).await;
    assert_eq!(
        codes(&report),
        ["cors-origin", "cors-credentials", "cors-expose"]
    );
}

/// TLS before the server, with this certificate; dropping the set ends it.
async fn with_tls(server: std::net::SocketAddr, protocols: &[&[u8]]) -> (Options, JoinSet<()>) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key =
        rustls::pki_types::PrivateKeyDer::try_from(signed.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut accepting = JoinSet::new();
    accepting.spawn(async move {
        let mut open = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            open.spawn(async move {
                // A doctor that does not trust us hangs up here.
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let mut upstream = TcpStream::connect(server).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut upstream).await;
                }
            });
        }
    });
    let mut options = Options::for_endpoint(&format!("https://localhost:{port}/genesys")).unwrap();
    options.quick = true;
    let authority = std::env::temp_dir().join(format!("gms-chat-doctor-{port}.pem"));
    std::fs::write(&authority, signed.cert.pem()).unwrap();
    options.authority = Some(authority);
    (options, accepting)
}

#[tokio::test]
async fn a_certificate_has_to_be_trusted_and_http_2_is_missed() {
    let server = simulator(&[], &[]).await;
    let (mut options, _tls) = with_tls(server.address(), &[b"http/1.1"]).await;
    let report = examine(&options, |_| ()).await;
    assert_eq!(codes(&report), ["http1-only"]);
    options.authority = None;
    let report = examine(&options, |_| ()).await;
    assert_eq!(codes(&report), ["certificate"]);
    let (options, _tls) = with_tls(server.address(), &[b"h2", b"http/1.1"]).await;
    assert_well(&examine(&options, |_| ()).await);
}

#[tokio::test]
async fn plain_http_at_the_port_of_https() {
    let server = simulator(&[], &[]).await;
    let endpoint = format!("https://{}/genesys", server.address());
    let report = examine(&Options::for_endpoint(&endpoint).unwrap(), |_| ()).await;
    assert_eq!(codes(&report), ["tls"]);
}
