//! Everything that the doctor can find: its code, how grave it is, why it happens and what mends it.

use std::fmt::Write;

use crate::report::Verdict;

macro_rules! findings {
    ($($variant:ident $code:literal $verdict:ident $cause:literal $mend:literal)+) => {
        /// One kind of defect of a deployment.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Finding {
            $(#[doc = $cause] $variant,)+
        }

        impl Finding {
            /// Every finding, in the order of the examination.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// A stable word for scripts.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// How grave it is.
            pub fn verdict(self) -> Verdict {
                match self { $(Self::$variant => Verdict::$verdict,)+ }
            }

            /// Why it happens.
            pub fn cause(self) -> &'static str {
                match self { $(Self::$variant => $cause,)+ }
            }

            /// What mends it.
            pub fn mend(self) -> &'static str {
                match self { $(Self::$variant => $mend,)+ }
            }
        }
    };
}

findings! {
    MixedContent "mixed-content" Fault
        "The page comes by https and the endpoint by http: browsers block such requests before they are sent."
        "Serve GMS by https, best as a path of the page's own site (`deploy/`)."
    PlainHttp "plain-http" Warning
        "What visitors write goes over the network as clear text, and `Secure` cookies cannot be set."
        "Put a TLS-terminating proxy before GMS and use its https address."
    Dns "dns" Fault
        "The host's name has no address here."
        "Check the name for typing errors; ask whether it is known outside of the company's network."
    Refused "refused" Fault
        "Nobody accepts connections at this address and port, or a firewall drops them."
        "Check the port, that the proxy runs, and the firewall between."
    Certificate "certificate" Fault
        "The certificate is not one that this machine trusts for this name: expired, of another name, or sent without its intermediates."
        "Install the whole chain for this name; for a company's own authority give `--ca FILE`."
    Tls "tls" Fault
        "The server does not speak TLS 1.2 or 1.3 at this port."
        "Enable TLS 1.2 or 1.3, and check that the port is that of https."
    Http1Only "http1-only" Warning
        "The server does not offer HTTP/2: a browser opens six connections to a host at most, and each tab with a chat holds one."
        "Enable HTTP/2 where TLS ends (`http2` in nginx, `alpn h2,http/1.1` in HAProxy; Caddy does it by itself)."
    Unanswered "unanswered" Fault
        "The connection was accepted and no answer came in time."
        "Check that the proxy reaches GMS: its log names the upstream that hangs."
    Broken "broken" Fault
        "The connection was closed before the answer was complete."
        "Look into the logs of the proxy and of GMS at this minute; an inspecting firewall may cut too."
    BadGateway "bad-gateway" Fault
        "The proxy has no answer from GMS (502 or 504)."
        "Check that GMS runs and that the proxy's upstream names its host and port."
    Clock "clock" Warning
        "The server's clock and this machine's differ: expiry of cookies and the time of messages go wrong."
        "Synchronise both with NTP; if it is this machine that is wrong, ignore it."
    Redirect "redirect" Fault
        "A POST is answered with a redirect: it arrives as a GET without its form, or at a login page."
        "Use the address that the redirect leads to as endpoint, or exempt this path from the login."
    NotFound "not-found" Fault
        "The path or the service is not known (404, 405 or 410)."
        "The endpoint ends with `/genesys` as a rule; the service's name is that of GMS's configuration, by letter case too."
    Unauthorised "unauthorised" Fault
        "A gateway wants credentials (401, 403 or 407)."
        "Let the gateway pass this path, or give what it wants: `--header` here, `headers` in the widget."
    FormRefused "form-refused" Fault
        "The request was not taken (400, 413, 415 or another 4xx): a value that the service expects is missing, or something between changes the form."
        "Compare the service's expected parameters in GMS; a firewall must pass `application/x-www-form-urlencoded` and UTF-8."
    Busy "busy" Warning
        "The service is not ready: 503 while no agent is available, or 429."
        "Nothing if this service is a delayed one; otherwise look at GMS's load limits and the gateway's rate limit."
    Exception "exception" Fault
        "GMS answered with an exception."
        "Search GMS's log for its name at this minute."
    ServerError "server-error" Fault
        "The server failed (5xx)."
        "Search the logs of GMS and of the proxy at this minute."
    NotGms "not-gms" Fault
        "The answer is no JSON of GMS: a page of a proxy, a login or a captcha of a firewall."
        "Open the address in a browser to see who speaks; check the path and the exceptions of the firewall."
    CorsPreflight "cors-preflight" Fault
        "The preflight (OPTIONS) is not answered with a 2xx status: gateways often demand credentials of it, which browsers never send."
        "Answer OPTIONS before authentication, with 204 and the CORS headers; or serve GMS from the page's own site (`deploy/`)."
    CorsOrigin "cors-origin" Fault
        "`Access-Control-Allow-Origin` is missing or is not the page's origin; `*` does not count for requests with cookies."
        "Send back exactly the page's origin, once, and `Vary: Origin`."
    CorsCredentials "cors-credentials" Fault
        "`Access-Control-Allow-Credentials: true` is missing: the cookie `BAYEUX_BROWSER` is not sent."
        "Send it with the preflight and with every answer."
    CorsHeaders "cors-headers" Fault
        "`Access-Control-Allow-Headers` does not name a header that the widget sends; `*` does not count for requests with cookies."
        "Allow `content-type`, `gms_user` and the headers that you add yourself."
    CorsTwice "cors-twice" Fault
        "A CORS header comes twice, from GMS and from the proxy: browsers refuse both."
        "Let one of the two send it (`proxy_hide_header` in nginx, `del-header` in HAProxy)."
    CorsExpose "cors-expose" Warning
        "`Retry-After` cannot be read across origins: the widget then chooses the pause itself."
        "Send `Access-Control-Expose-Headers: Retry-After`."
    CorsMaxAge "cors-max-age" Warning
        "Without `Access-Control-Max-Age` browsers ask again every five seconds: each poll costs a second round trip."
        "Send `Access-Control-Max-Age: 7200` with the preflight."
    CometPath "comet-path" Fault
        "CometD is not at this path (404, 405 or 410)."
        "Set `comet-path`; let the proxy pass the path and everything below it."
    AppendType "append-type" Fault
        "CometD answers at its path, and not at `/handshake` and `/connect` below it."
        "Set `append-type=\"false\"` in the widget, or let the proxy pass what is below the path."
    GmsUser "gms-user" Fault
        "CometD did not get the header `gms_user`, or not the value that the gateway expects. nginx drops names with an underscore unless told otherwise."
        "`underscores_in_headers on` in nginx, or let the gateway set `gms_user` itself (`deploy/`) and use `user-id=\"none\"`."
    BayeuxRefused "bayeux-refused" Fault
        "CometD refused the message."
        "Search GMS's log for the error; a gateway must not change bodies of `application/json`."
    NoLongPolling "no-long-polling" Fault
        "CometD does not offer the transport `long-polling`."
        "Allow `long-polling` in the transports of GMS's CometD."
    CookieMissing "cookie-missing" Warning
        "The handshake sets no cookie `BAYEUX_BROWSER`: this CometD does not need it, or a proxy takes it away."
        "Nothing if the chat works; else let the proxy pass `Set-Cookie`."
    CookieWithheld "cookie-withheld" Fault
        "The cookie's `Path`, `Domain` or `Secure` keeps the browser from sending it to CometD."
        "Rewrite it at the proxy (`proxy_cookie_path`, `proxy_cookie_domain` in nginx), or keep the path of GMS."
    CookieCrossSite "cookie-cross-site" Fault
        "The page is of another site, and the cookie lacks `SameSite=None; Secure`: browsers drop it."
        "Add `SameSite=None; Secure; Partitioned` at the proxy or balancer; better, serve GMS from the page's own site (`deploy/`)."
    CookiePartitioned "cookie-partitioned" Warning
        "The page is of another site, and the cookie lacks `Partitioned`: browsers that block third-party cookies drop it."
        "Add `Partitioned` to `SameSite=None; Secure`."
    AckOff "ack-off" Warning
        "CometD has no acknowledgement extension: what is under way while a poll breaks has to be fetched again by `refresh`."
        "Install CometD's `AcknowledgedMessagesExtension` if your GMS lets you."
    ChannelRefused "channel-refused" Fault
        "The subscription to the channel was refused."
        "The channel of GMS is `/_genesys`; check who may subscribe to it."
    SessionLost "session-lost" Fault
        "CometD does not know the session that it has just made: its cookie does not come back, or a balancer leads to another node."
        "Make the balancer sticky for GMS, and see the row about the cookie."
    MultipleClients "multiple-clients" Warning
        "CometD says that this browser holds a connect already and makes this one wait between polls."
        "Close other sessions with the same cookie; raise `maxSessionsPerBrowser` if you see it with one tab."
    HoldCut "hold-cut" Fault
        "A held poll was cut before the server's time was over: events of that moment come late or get lost."
        "Raise the idle or read timeout above the hold: `proxy_read_timeout` in nginx, `timeout server` in HAProxy, the balancer's idle timeout."
    HoldLost "hold-lost" Fault
        "A held poll was never answered: something between has dropped the connection without telling."
        "Raise the idle timeout of firewalls and balancers between above the hold; enable TCP keep-alive."
    HoldShort "hold-short" Warning
        "The server answers held polls at once or far before its time: every visitor asks again and again."
        "Check that nothing between answers for GMS; on GMS look at CometD's `timeout`."
    AnswerDelayed "answer-delayed" Fault
        "An answer left the server long before it arrived here: something between buffers or inspects it."
        "Switch response buffering off for CometD: `proxy_buffering off` in nginx, `flush_interval -1` in Caddy; exempt the path from inspection."
    NotReleased "not-released" Warning
        "The held poll was not let go when the session ended; whether events arrive at once is only seen by `--full`."
        "Run again with `--full`."
    ChatFailed "chat-failed" Fault
        "The test chat could not be created or kept."
        "The row says which request failed; look it up in GMS's log."
    PushSilent "push-silent" Fault
        "CometD connects, and nothing of the chat arrives through it: `comet` is no push type of GMS, or `gms_user` differs between REST and CometD."
        "Add `comet` to the push types that GMS has enabled; let the gateway set one `gms_user` for all paths."
    ChannelOther "channel-other" Fault
        "GMS tells the chat's events on another channel than `/_genesys`."
        "Set GMS's channel back to `/_genesys`."
    MessageUnsettled "message-unsettled" Fault
        "A message was sent and did not turn up in the transcript."
        "Look into the log of Chat Server; a firewall may answer for GMS."
    NoAgent "no-agent" Warning
        "The service waits for an agent, so that no chat was created."
        "Run it again while an agent is ready."
}

/// The Markdown table of all findings, as `docs/troubleshooting.md` holds it.
pub fn table() -> String {
    let mut out = String::from("| Finding | Verdict | Cause | Mend |\n|---|---|---|---|\n");
    for finding in Finding::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            finding.code(),
            finding.verdict().word(),
            finding.cause(),
            finding.mend()
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_words_of_their_own_and_sentences_are_whole() {
        let codes: HashSet<_> = Finding::ALL.iter().map(|finding| finding.code()).collect();
        assert_eq!(codes.len(), Finding::ALL.len());
        for finding in Finding::ALL {
            assert!(finding.verdict() >= Verdict::Warning);
            for sentence in [finding.cause(), finding.mend()] {
                assert!(
                    sentence.ends_with('.') && !sentence.contains('|'),
                    "{sentence}"
                );
            }
        }
    }
}
