//! Addresses that others send: which of them a visitor may open, and which host they lead to.
//!
//! This is stricter than the URL Standard on purpose. A browser mends what it can (it drops tabs,
//! takes `\` for `/`, decodes `%2e` in a host, maps a fullwidth dot to a dot); here such an address
//! is refused, so that the host that is shown is always the host that is opened.

use crate::json::whole_number;
use crate::text::{holds, split_scheme};

/// An address that may be offered to the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The address without surrounding blanks.
    pub(crate) url: String,
    /// Its host in ASCII: `www.example.com`, `xn--mller-kva.example`, `192.0.2.1`, `[2001:db8::1]`.
    pub(crate) host: String,
}

/// Longer addresses are refused: no server takes them, and they make a card unreadable.
const LONGEST: usize = 8192;

/// Takes an `http` or `https` address apart, or says why it is refused.
pub(crate) fn read(text: &str) -> Result<Address, &'static str> {
    let url = text.trim_ascii();
    if url.len() > LONGEST {
        return Err("longer than 8,192 bytes");
    }
    if url.chars().any(is_trick) {
        return Err("blanks, control characters or backslashes inside");
    }
    let rest = after_scheme(url).ok_or("neither http:// nor https://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    // Whatever stands before the last `@` is a user name, not a host.
    let server = authority.rsplit('@').next().unwrap_or(authority);
    Ok(Address {
        url: url.to_owned(),
        host: host(server)?,
    })
}

/// What follows `http://` or `https://`, in any case.
fn after_scheme(url: &str) -> Option<&str> {
    let (scheme, rest) = split_scheme(url)?;
    let known = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    known.then_some(rest)
}

/// Characters that browsers drop or reinterpret, and those that turn the reading direction.
fn is_trick(c: char) -> bool {
    c <= ' '
        || c == '\\'
        || matches!(c,
            '\u{7f}'..='\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}' | '\u{3000}'
            | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// The host of `host` or `host:port`, in ASCII and lower case.
fn host(server: &str) -> Result<String, &'static str> {
    if let Some(inner) = server.strip_prefix('[') {
        return host6(inner);
    }
    let (name, port) = server.split_once(':').unwrap_or((server, ""));
    check_port(port)?;
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut ascii = String::with_capacity(name.len());
    for label in name.split('.') {
        if !ascii.is_empty() {
            ascii.push('.');
        }
        push_label(&mut ascii, label)?;
    }
    let last = ascii.rsplit('.').next().unwrap_or_default();
    // A browser takes a name that ends in a number for an IPv4 address, in many spellings.
    let number = last.starts_with(|c: char| c.is_ascii_digit()) && !is_dotted_quad(&ascii);
    if number {
        Err("an unusual spelling of an IP address")
    } else {
        Ok(ascii)
    }
}

/// An IPv6 address in brackets; `inner` begins behind the opening one.
fn host6(inner: &str) -> Result<String, &'static str> {
    let (address, rest) = inner.split_once(']').ok_or("an open bracket")?;
    let allowed = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
    if address.len() < 2 || !address.contains(':') || !address.chars().all(allowed) {
        return Err("not an IPv6 address");
    }
    let port = match rest.strip_prefix(':') {
        Some(port) => port,
        None if rest.is_empty() => rest,
        None => return Err("text behind the address"),
    };
    check_port(port)?;
    let mut host = String::with_capacity(address.len() + 2);
    host.push('[');
    host.push_str(&address.to_ascii_lowercase());
    host.push(']');
    Ok(host)
}

fn check_port(port: &str) -> Result<(), &'static str> {
    let digits = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Ok(()) } else { Err("not a port") }
}

/// Four numbers from 0 to 255 without leading zeros.
fn is_dotted_quad(host: &str) -> bool {
    let part = |part: &str| {
        let leading = part.len() > 1 && part.starts_with('0');
        !leading && part.len() <= 3 && whole_number(part).is_some_and(|part| part < 256)
    };
    host.split('.').count() == 4 && host.split('.').all(part)
}

/// Appends one label of a host name: as it is, or in Punycode when it is not ASCII.
fn push_label(out: &mut String, label: &str) -> Result<(), &'static str> {
    if label.is_empty() || label.len() > 63 {
        return Err("an empty or overlong part of the host");
    }
    let ascii = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if label.chars().all(ascii) {
        out.push_str(&label.to_ascii_lowercase());
        return Ok(());
    }
    if !label.chars().all(|c| ascii(c) || is_plain_letter(c)) {
        return Err("characters that no host has");
    }
    push_punycode(out, &label.to_ascii_lowercase());
    Ok(())
}

/// Letters beyond ASCII that IDNA takes as they are. Everything that it maps to something else
/// (fullwidth forms, ligatures, letterlike signs, ideographic dots) lies outside.
fn is_plain_letter(c: char) -> bool {
    matches!(c,
        '\u{df}'..='\u{f6}' | '\u{f8}'..='\u{131}' | '\u{134}'..='\u{13e}' | '\u{141}'..='\u{148}'
        | '\u{14a}'..='\u{17e}' | '\u{180}'..='\u{1c3}' | '\u{1cd}'..='\u{1f0}' | '\u{1f4}'..='\u{2af}'
        | '\u{386}'..='\u{3cf}' | '\u{400}'..='\u{556}' | '\u{561}'..='\u{586}' | '\u{5d0}'..='\u{5ea}'
        | '\u{620}'..='\u{669}' | '\u{66e}'..='\u{674}' | '\u{679}'..='\u{6d3}' | '\u{904}'..='\u{939}'
        | '\u{93e}'..='\u{94d}' | '\u{e01}'..='\u{e32}' | '\u{e34}'..='\u{e4e}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fe}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Appends `xn--` and the Punycode (RFC 3492) of a label of at most 63 bytes.
fn push_punycode(out: &mut String, label: &str) {
    out.push_str("xn--");
    let basic = label.chars().filter(char::is_ascii);
    let start = out.len();
    out.extend(basic);
    let mut handled = (out.len() - start) as u32;
    let (basics, mut delta, mut bias, mut floor) = (handled, 0u32, 72u32, 0x80u32);
    if basics > 0 {
        out.push('-');
    }
    // Each round handles the smallest code point that is left, wherever it stands.
    while let Some(next) = label.chars().map(u32::from).filter(|&c| c >= floor).min() {
        // At most 63 letters below 0x11_0000: none of this overflows.
        delta += (next - floor) * (handled + 1);
        for code in label.chars().map(u32::from) {
            if code < next {
                delta += 1;
            }
            if code == next {
                push_variable(out, delta, bias);
                bias = adapt(delta, handled + 1, handled == basics);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        floor = next + 1;
    }
}

/// Appends one number in Punycode's variable-length digits.
fn push_variable(out: &mut String, mut number: u32, bias: u32) {
    let mut position = 36;
    loop {
        let threshold = position.max(bias + 1).saturating_sub(bias).clamp(1, 26);
        if number < threshold {
            return push_digit(out, number);
        }
        push_digit(out, threshold + (number - threshold) % (36 - threshold));
        number = (number - threshold) / (36 - threshold);
        position += 36;
    }
}

fn push_digit(out: &mut String, digit: u32) {
    let digit = digit as u8;
    out.push(char::from(if digit < 26 {
        b'a' + digit
    } else {
        b'0' + digit - 26
    }));
}

/// Punycode's bias for the next number.
fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut steps = 0;
    while delta > 455 {
        delta /= 35;
        steps += 36;
    }
    steps + 36 * delta / (delta + 38)
}

/// The URL of a call that a verbose reply names by its path, if it lies below `endpoint`, at the
/// same origin, and belongs to this service.
pub(crate) fn below(endpoint: &str, service: &str, path: &str) -> Option<String> {
    let root = after_scheme(endpoint).map_or(endpoint, |rest| {
        &rest[rest.find('/').unwrap_or(rest.len())..]
    });
    let origin = &endpoint[..endpoint.len() - root.len()];
    let call = path.strip_prefix(root)?.strip_prefix("/1/service/")?;
    let call = call.strip_prefix(service)?;
    let calm = |byte: u8| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#';
    let allowed = path.starts_with('/')
        && !path.starts_with("//")
        && call.starts_with('/')
        && call.bytes().all(calm)
        && !holds(call, "..");
    allowed.then(|| [origin, path].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> Result<String, &'static str> {
        read(url).map(|address| address.host)
    }

    #[test]
    fn hosts_beyond_ascii_are_shown_in_punycode() {
        // Right sides from RFC 3492 and from browsers' address bars.
        let cases = [
            ("https://müller.example", "xn--mller-kva.example"),
            ("https://bücher.example/", "xn--bcher-kva.example"),
            ("https://пример.example", "xn--e1afmkfd.example"),
            ("https://例え.example", "xn--r8jz45g.example"),
            (
                "https://他们为什么不说中文.example",
                "xn--ihqwcrb4cv8a8dqg056pqjye.example",
            ),
            (
                "https://למההםפשוטלאמדבריםעברית.example",
                "xn--4dbcagdahymbxekheh6e0a7fei0b.example",
            ),
            (
                "https://ليهمابتكلموشعربي.example",
                "xn--mgbcah9ar9a4efegftvvn.example",
            ),
            ("https://اختبار.example", "xn--mgbachtv.example"),
            ("https://ไทย.example", "xn--o3cw4h.example"),
            ("https://한국어.example", "xn--3e0bk47br7k.example"),
            ("https://ελληνικά.example", "xn--hxargifdar.example"),
            ("https://xn--mller-kva.example", "xn--mller-kva.example"),
            ("https://аpple.example", "xn--pple-43d.example"),
        ];
        for (url, host) in cases {
            assert_eq!(shown(url).as_deref(), Ok(host), "{url}");
        }
    }

    #[test]
    fn links_of_verbose_replies_must_lie_below_the_endpoint() {
        let send = "/genesys/1/service/a/ixn/chat/send";
        let absolute = "https://h.example/genesys/1/service/a/ixn/chat/send";
        let cases = [
            ("/genesys", send, Some(send)),
            ("https://h.example/genesys", send, Some(absolute)),
            (
                "https://h.example",
                "/1/service/a/x",
                Some("https://h.example/1/service/a/x"),
            ),
            ("/genesys", "//evil.example/genesys/1/service/a/x", None),
            ("", "//1/service/a/x", None),
            (
                "/genesys",
                "https://evil.example/genesys/1/service/a/x",
                None,
            ),
            ("/genesys", "/other/1/service/a/ixn/chat/send", None),
            ("/api/genesys", send, None),
            ("/genesys", "/genesys/1/service/b/ixn/chat/send", None),
            ("/genesys", "/genesys/1/service/ab/ixn/chat/send", None),
            (
                "/genesys",
                "/genesys/1/service/{service_id}/ixn/chat/send",
                None,
            ),
            ("/genesys", "/genesys/1/service/a/../../admin", None),
            ("/genesys", "/genesys\\1/service/a/x", None),
            ("/genesys", "/genesys/1/service/a/ b", None),
            ("/genesys", "genesys/1/service/a/x", None),
            ("/genesys", "", None),
        ];
        for (endpoint, path, expected) in cases {
            let url = below(endpoint, "a", path);
            assert_eq!(url.as_deref(), expected, "{endpoint} {path}");
        }
    }
}
