//! Where something is: the parts of an http(s) URL that matter here, and which sites are the same.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;

/// An http(s) URL without user, query and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub(crate) is_secure: bool,
    /// A name or an IP address, without brackets, in lower case.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Begins with a slash; no slash at its end, so that the root is empty.
    pub(crate) path: String,
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.trim().parse().map_err(|_| "it is no URL")?;
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) | None => return Err("it does not begin with http:// or https://"),
        };
        let authority = uri.authority().ok_or("it names no host")?;
        if authority.as_str().contains('@') {
            return Err("it holds a user name; give credentials with --header");
        }
        if uri.query().is_some() || text.contains('#') {
            return Err("it has a query or a fragment");
        }
        let host = authority.host().trim_matches(['[', ']']);
        if host.is_empty() {
            return Err("it names no host");
        }
        Ok(Self {
            is_secure,
            host: host.to_ascii_lowercase(),
            port: authority
                .port_u16()
                .unwrap_or(if is_secure { 443 } else { 80 }),
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Scheme, host and port as a browser writes an origin.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.authority())
    }

    /// Host and port as the header `Host` wants them; the scheme's own port is left out.
    pub(crate) fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        match (self.is_secure, self.port) {
            (true, 443) | (false, 80) => host,
            (true | false, port) => format!("{host}:{port}"),
        }
    }

    /// Whether a browser counts it as this very machine: plain http is then as good as https.
    pub(crate) fn is_loopback(&self) -> bool {
        let ip = self.host.parse::<IpAddr>();
        ip.is_ok_and(|ip| ip.is_loopback())
            || self.host == "localhost"
            || self.host.ends_with(".localhost")
    }

    /// Whether pages of the other address send this one's `SameSite` cookies. Without the list of public suffixes
    /// this is a guess from the host's last labels, right for `example.com` and `example.co.uk` alike.
    pub(crate) fn is_same_site(&self, other: &Self) -> bool {
        self.is_secure == other.is_secure && site(&self.host) == site(&other.host)
    }

    fn scheme(&self) -> &'static str {
        if self.is_secure { "https" } else { "http" }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.origin(), self.path)
    }
}

/// The part of a host name that one owner registers.
fn site(host: &str) -> &str {
    if host.parse::<IpAddr>().is_ok() {
        return host;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let keep = match labels.as_slice() {
        [.., second, top] if top.len() == 2 && second.len() <= 3 => 3,
        _ => 2,
    };
    let skip = labels.len().saturating_sub(keep);
    let start: usize = labels.iter().take(skip).map(|label| label.len() + 1).sum();
    host.get(start..).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart_and_written_again() {
        let address = Address::parse("https://Chat.Example:8443/a/genesys/").unwrap();
        assert_eq!(address.to_string(), "https://chat.example:8443/a/genesys");
        assert_eq!(
            Address::parse("http://[::1]:80/").unwrap().origin(),
            "http://[::1]"
        );
    }

    #[test]
    fn what_is_no_endpoint_is_refused_without_being_repeated() {
        for text in [
            "genesys",
            "ftp://a/b",
            "https://u:secret@a/b",
            "https://a/?q=secret",
            "https://a/#secret",
        ] {
            assert!(!Address::parse(text).unwrap_err().contains("secret"));
        }
    }

    #[test]
    fn sites_are_told_apart_by_what_one_owner_registers() {
        let same = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|url| Address::parse(url).unwrap());
            a.is_same_site(&b)
        };
        assert!(same("https://www.bank.example", "https://gms.bank.example"));
        assert!(same("https://www.bank.co.uk", "https://gms.bank.co.uk"));
        assert!(!same("https://bank.co.uk", "https://shop.co.uk"));
        assert!(!same("https://bank.example", "https://cloud.example"));
        assert!(!same("https://bank.example", "http://bank.example"));
        assert!(!same("http://127.0.0.1", "http://10.0.0.1"));
    }
}
