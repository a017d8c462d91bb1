//! `application/x-www-form-urlencoded`, byte for byte as browsers submit forms.
//!
//! Two standards meet here. The URL Standard's serialiser says which bytes stay: letters, digits
//! and `*-._`; a space becomes `+`, every other byte of the UTF-8 text `%XX`. The HTML Standard's
//! form submission says, one step earlier, that every line break in a name or a value, be it CR,
//! LF or CRLF, is sent as CRLF. `URLSearchParams` skips that step; a `<form>` does not, and we
//! follow the form, because servers have met forms since before they met scripts.
//!
//! Lone surrogates cannot reach this module: a Rust string holds none. On the way in from
//! JavaScript they become U+FFFD, as in the browser's own conversion to scalar values, and are
//! sent as `%EF%BF%BD`.

/// The `Content-Type` of every form that is sent. CORS counts it as simple.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// A form body under construction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(String);

impl Form {
    /// A form without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a field.
    pub fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        encode(&mut self.0, name);
        self.0.push('=');
        encode(&mut self.0, value);
    }

    /// Appends a field unless its value is empty.
    pub fn add_filled(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.add(name, value);
        }
    }

    /// The encoded body.
    pub fn into_body(self) -> String {
        self.0
    }
}

/// Appends one name or value, encoded.
fn encode(out: &mut String, text: &str) {
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                out.push_str("%0D%0A");
            }
            b'\n' => out.push_str("%0D%0A"),
            b' ' => out.push('+'),
            b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ => push_encoded(out, byte),
        }
    }
}

/// Appends text as one segment of a URL path.
pub fn push_segment(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => push_encoded(out, byte),
        }
    }
}

/// Letters and digits as they are, other bytes as `%XX`.
fn push_encoded(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if byte.is_ascii_alphanumeric() {
        out.push(char::from(byte));
        return;
    }
    out.push('%');
    out.push(char::from(HEX[usize::from(byte >> 4)]));
    out.push(char::from(HEX[usize::from(byte & 15)]));
}
