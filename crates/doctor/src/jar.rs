//! Cookies as a browser keeps them for the widget's page: by path, domain, `Secure` and `SameSite`.

use crate::Address;

/// The attributes that a `Set-Cookie` came with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cookie {
    pub(crate) name: String,
    value: String,
    /// `None`: only the host that set it.
    domain: Option<String>,
    host: String,
    path: String,
    is_secure: bool,
    is_partitioned: bool,
    /// `SameSite=None`.
    is_for_all_sites: bool,
    is_expired: bool,
}

/// Why a browser would not send a cookie to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Withheld {
    Path,
    Domain,
    Secure,
    CrossSite,
}

/// The cookies of one page.
#[derive(Debug, Default)]
pub(crate) struct Jar {
    cookies: Vec<Cookie>,
}

impl Cookie {
    /// Reads a `Set-Cookie` of an answer from this address.
    pub(crate) fn read(text: &str, from: &Address) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let mut cookie = Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            host: from.host.clone(),
            path: folder(&from.path).to_owned(),
            ..Self::default()
        };
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            cookie.note(&name.trim().to_ascii_lowercase(), value.trim());
        }
        Some(cookie)
    }

    fn note(&mut self, name: &str, value: &str) {
        match name {
            "path" if value.starts_with('/') => value.clone_into(&mut self.path),
            "domain" => {
                let domain = value.trim_start_matches('.').to_ascii_lowercase();
                self.domain = Some(domain).filter(|domain| !domain.is_empty());
            }
            "secure" => self.is_secure = true,
            "partitioned" => self.is_partitioned = true,
            "samesite" => self.is_for_all_sites = value.eq_ignore_ascii_case("none"),
            "max-age" => self.is_expired = value.parse().is_ok_and(|age: i64| age <= 0),
            _ => {}
        }
    }

    pub(crate) fn is_partitioned(&self) -> bool {
        self.is_partitioned
    }

    /// Why it would not go to this address from the widget's page.
    pub(crate) fn withheld(&self, to: &Address, cross_site: bool) -> Option<Withheld> {
        let is_below = |parent: &str| {
            to.host
                .strip_suffix(parent)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        let domain_fits = match &self.domain {
            Some(domain) => to.host == *domain || is_below(domain),
            None => to.host == self.host,
        };
        if !domain_fits {
            Some(Withheld::Domain)
        } else if !covers(&self.path, &to.path) {
            Some(Withheld::Path)
        } else if self.is_secure && !to.is_secure && !to.is_loopback() {
            Some(Withheld::Secure)
        } else if cross_site && !(self.is_for_all_sites && self.is_secure) {
            Some(Withheld::CrossSite)
        } else {
            None
        }
    }
}

impl Jar {
    /// Keeps a cookie in place of an older one of its name and path; answers its value.
    pub(crate) fn keep(&mut self, cookie: Cookie) -> String {
        let value = cookie.value.clone();
        self.cookies
            .retain(|known| known.name != cookie.name || known.path != cookie.path);
        if !cookie.is_expired {
            self.cookies.push(cookie);
        }
        value
    }

    /// The header `Cookie` for this address.
    pub(crate) fn header(&self, to: &Address, cross_site: bool) -> Option<String> {
        let sent = self
            .cookies
            .iter()
            .filter(|cookie| cookie.withheld(to, cross_site).is_none());
        let pairs: Vec<String> = sent
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Cookie> {
        self.cookies.iter().find(|cookie| cookie.name == name)
    }
}

/// The default path of a cookie that was set below this path.
fn folder(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(end) => path.get(..end).unwrap_or("/"),
    }
}

fn covers(cookie: &str, path: &str) -> bool {
    let path = if path.is_empty() { "/" } else { path };
    path.strip_prefix(cookie)
        .is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn withheld(text: &str, to: &str, cross_site: bool) -> Option<Withheld> {
        let from = Address::parse("https://chat.bank.example/genesys/cometd/handshake").unwrap();
        let cookie = Cookie::read(text, &from).unwrap();
        cookie.withheld(&Address::parse(to).unwrap(), cross_site)
    }

    #[test]
    fn a_cookie_goes_where_its_attributes_let_it() {
        let to = "https://chat.bank.example/genesys/cometd/connect";
        for (cookie, expected) in [
            ("B=1", None),
            ("B=1; Path=/", None),
            ("B=1; Path=/genesys", None),
            ("B=1; Domain=.bank.example; Path=/", None),
            ("B=1; Path=/gen", Some(Withheld::Path)),
            ("B=1; Path=/gms", Some(Withheld::Path)),
            ("B=1; Domain=gms.internal", Some(Withheld::Domain)),
            ("B=1; Domain=ank.example", Some(Withheld::Domain)),
        ] {
            assert_eq!(withheld(cookie, to, false), expected, "{cookie}");
        }
        let plain = "http://chat.bank.example/genesys/cometd";
        assert_eq!(
            withheld("B=1; Path=/; Secure", plain, false),
            Some(Withheld::Secure)
        );
    }

    #[test]
    fn across_sites_only_a_cookie_goes_that_says_so() {
        let to = "https://chat.bank.example/genesys";
        let cross = Some(Withheld::CrossSite);
        assert_eq!(withheld("B=1; Path=/", to, true), cross);
        assert_eq!(withheld("B=1; Path=/; SameSite=None", to, true), cross);
        assert_eq!(
            withheld("B=1; Path=/; SameSite=Lax; Secure", to, true),
            cross
        );
        assert_eq!(
            withheld("B=1; path=/; samesite=none; secure", to, true),
            None
        );
    }

    #[test]
    fn a_newer_cookie_replaces_an_older_one_or_takes_it_away() {
        let at = Address::parse("http://127.0.0.1/genesys").unwrap();
        let mut jar = Jar::default();
        for text in [
            "B=1; Path=/",
            "C=1; Path=/",
            "B=2; Path=/",
            "C=; Path=/; Max-Age=0",
        ] {
            jar.keep(Cookie::read(text, &at).unwrap());
        }
        assert_eq!(jar.header(&at, false).as_deref(), Some("B=2"));
    }
}
