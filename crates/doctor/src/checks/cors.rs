//! Whether a page of another origin may call: the preflights, and the headers of the answers.

use hyper::Method;

use super::Examination;
use super::judge::Flaw;
use crate::http::{Answer, Ask};
use crate::{Finding, Row};

/// With less than this many seconds, each poll is preceded by a preflight.
const SHORTEST_AGE: u64 = 60;

/// A defect, with the header that is concerned.
type Flaws = Vec<(&'static str, Flaw)>;

impl Examination<'_> {
    /// The preflights that the widget causes; none on the page's own origin.
    pub(super) async fn cors(&mut self) {
        let Some(origin) = self.options.other_origin() else {
            self.tell(Row::skipped("cors", "not needed on the page's own origin"));
            return;
        };
        let origin = origin.origin();
        let mut own: Vec<&str> = Vec::new();
        own.extend(self.options.user_id.as_ref().map(|_| "gms_user"));
        own.extend(self.options.headers.iter().map(|(name, _)| name.as_str()));
        let of_cometd: Vec<&str> = ["content-type"].into_iter().chain(own.clone()).collect();
        let service = format!(
            "{}/1/service/{}",
            self.options.endpoint, self.options.service
        );
        let cometd = format!("{}/handshake", self.options.comet_url());
        // A form without further headers is what browsers call a simple request.
        if !own.is_empty() {
            self.preflight(service, &origin, &own).await;
        }
        self.preflight(cometd, &origin, &of_cometd).await;
        if !self.has_fault("cors") {
            let names = of_cometd.join(", ");
            let seen = format!("{origin} may POST with {names} and cookies");
            self.tell(Row::ok("cors", seen));
        }
    }

    async fn preflight(&mut self, url: String, origin: &str, wanted: &[&str]) {
        let ask = Ask {
            method: Method::OPTIONS,
            url: url.clone(),
            headers: vec![
                ("access-control-request-method", "POST".to_owned()),
                ("access-control-request-headers", wanted.join(",")),
            ],
            body: String::new(),
        };
        let path = url.replacen(&self.options.endpoint.origin(), "OPTIONS ", 1);
        let flaws = match self.client.within(self.options.timeout, ask).await {
            Ok(answer) => preflight(&answer, origin, wanted),
            Err(broken) => {
                self.broken("cors", path, &broken);
                return;
            }
        };
        for (header, flaw) in flaws {
            let is_known = |row: &Row| row.step == "cors" && row.finding == Some(flaw.finding);
            if !self.rows.iter().any(is_known) {
                let at = [path.as_str(), header].join(" ");
                self.flaw("cors", at.trim_end(), flaw);
            }
        }
    }
}

/// What is wrong with the answer to a preflight for these headers.
fn preflight(answer: &Answer, origin: &str, wanted: &[&str]) -> Flaws {
    if !(200..300).contains(&answer.status) {
        let seen = format!("status {}", answer.status);
        return vec![("", Flaw::new(Finding::CorsPreflight, seen))];
    }
    let mut flaws = common(answer, origin);
    let allowed = list(answer, "access-control-allow-headers");
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|name| {
            !allowed
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(name))
        })
        .copied()
        .collect();
    if !missing.is_empty() {
        let seen = format!("not allowed: {}", missing.join(", "));
        flaws.push((
            "Access-Control-Allow-Headers",
            Flaw::new(Finding::CorsHeaders, seen),
        ));
    }
    let age = answer.header("access-control-max-age");
    if age
        .and_then(|age| age.parse().ok())
        .is_none_or(|age: u64| age < SHORTEST_AGE)
    {
        let seen = format!("{} seconds", age.unwrap_or("no"));
        flaws.push((
            "Access-Control-Max-Age",
            Flaw::new(Finding::CorsMaxAge, seen),
        ));
    }
    flaws
}

/// What is wrong with an answer to the call itself.
pub(super) fn answer(answer: &Answer, origin: &str) -> Flaws {
    let mut flaws = common(answer, origin);
    let exposed = list(answer, "access-control-expose-headers");
    if !exposed
        .iter()
        .any(|name| name.eq_ignore_ascii_case("retry-after"))
    {
        flaws.push((
            "Access-Control-Expose-Headers",
            Flaw::new(Finding::CorsExpose, "Retry-After is not named"),
        ));
    }
    flaws
}

/// What both kinds of answers need.
fn common(answer: &Answer, origin: &str) -> Flaws {
    const ORIGIN: &str = "Access-Control-Allow-Origin";
    const CREDENTIALS: &str = "Access-Control-Allow-Credentials";
    let values = |name: &str| {
        let values = answer.headers.get_all(name).iter();
        let texts = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        texts.collect::<Vec<_>>()
    };
    let mut flaws = Flaws::new();
    match values(ORIGIN).as_slice() {
        [one] if one == origin => {}
        [] => flaws.push((ORIGIN, Flaw::new(Finding::CorsOrigin, "it is missing"))),
        [one] => {
            let seen = format!("it says {one}, and the page is {origin}");
            flaws.push((ORIGIN, Flaw::new(Finding::CorsOrigin, seen)));
        }
        several => {
            let seen = format!("it comes {} times", several.len());
            flaws.push((ORIGIN, Flaw::new(Finding::CorsTwice, seen)));
        }
    }
    match values(CREDENTIALS).as_slice() {
        [one] if one == "true" => {}
        [] | [_] => {
            let seen = "it does not say true";
            flaws.push((CREDENTIALS, Flaw::new(Finding::CorsCredentials, seen)));
        }
        several => {
            let seen = format!("it comes {} times", several.len());
            flaws.push((CREDENTIALS, Flaw::new(Finding::CorsTwice, seen)));
        }
    }
    flaws
}

/// The words of a header that is a list.
fn list(answer: &Answer, name: &str) -> Vec<String> {
    let values = answer.headers.get_all(name).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(','))
        .map(|word| word.trim().to_owned())
        .collect()
}
