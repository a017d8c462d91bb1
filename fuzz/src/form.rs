//! Form bodies: what is written can be read, byte for byte.

use gms_chat_protocol::form::Form;

/// Names and values by turns, divided by the byte 00.
pub fn form(data: &[u8]) {
    let texts: Vec<_> = data
        .split(|byte| *byte == 0)
        .map(String::from_utf8_lossy)
        .collect();
    let pairs: Vec<_> = texts
        .chunks(2)
        .map(|pair| (&pair[0], pair.get(1).unwrap_or(&pair[0])))
        .collect();
    let mut form = Form::new();
    for (name, value) in &pairs {
        form.add(name, value);
    }
    let body = form.into_body();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"*-._+%&=".contains(&byte);
    assert!(body.bytes().all(is_plain), "{body}");
    let wanted: Vec<_> = pairs
        .iter()
        .map(|(n, v)| (submitted(n), submitted(v)))
        .collect();
    assert_eq!(read(&body), wanted);
}

/// A text as a browser submits it: every line break is CRLF.
fn submitted(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\n', "\r\n")
}

/// An independent reader.
fn read(body: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').expect("a name and a value");
        (decoded(name), decoded(value))
    };
    body.split('&').map(pair).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit().expect("a digit"), digit().expect("a digit"));
                u8::try_from(high * 16 + low).expect("a byte")
            }
            other => other,
        });
    }
    String::from_utf8(out).expect("UTF-8")
}
