//! `multipart/form-data` bodies (RFC 7578), text parts only.

/// The name and text of each part.
///
/// # Errors
/// A sentence about what is missing.
pub(super) fn parts(parameters: &str, body: &[u8]) -> Result<Vec<(String, String)>, String> {
    let boundary =
        parameter(parameters, "boundary").ok_or("multipart/form-data needs a boundary")?;
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter has no line break before it.
    let body = [b"\r\n", body].concat();
    let mut parts = Vec::new();
    let mut rest =
        after(&body, delimiter.as_bytes()).ok_or("The multipart body has no first boundary")?;
    while !rest.starts_with(b"--") {
        let rest_of_line = rest
            .strip_prefix(b"\r\n")
            .ok_or("A boundary is followed by junk")?;
        let end = find(rest_of_line, delimiter.as_bytes()).ok_or("The last boundary is missing")?;
        parts.push(part(&rest_of_line[..end])?);
        rest = &rest_of_line[end + delimiter.len()..];
    }
    Ok(parts)
}

fn part(part: &[u8]) -> Result<(String, String), String> {
    let end = find(part, b"\r\n\r\n").ok_or("A part has no empty line after its headers")?;
    let headers = String::from_utf8_lossy(&part[..end]);
    let disposition = headers.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition")
            .then_some(value)
    });
    let name = disposition.and_then(|value| parameter(value, "name"));
    let name = name.ok_or("A part has no name")?;
    let value = String::from_utf8_lossy(&part[end + 4..]).into_owned();
    Ok((name, value))
}

/// The value of a header's parameter, e.g. `name="subject"`, as browsers write it.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let value = header.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case(wanted)
            .then_some(value.trim())
    })?;
    let value = value.trim_matches('"');
    // Browsers escape these three in names, and nothing else.
    let value = value
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n");
    (!value.is_empty()).then_some(value)
}

fn after<'a>(bytes: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    find(bytes, wanted).map(|at| &bytes[at + wanted.len()..])
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::parts;

    fn read(body: &str) -> Result<Vec<(String, String)>, String> {
        parts(" boundary=----xyz; charset=utf-8", body.as_bytes())
    }

    #[test]
    fn parts_become_pairs() {
        let body = "------xyz\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\nFrench\r\n\
                    ------xyz\r\ncontent-type: text/plain\r\ncontent-disposition: form-data; name=message\r\n\r\n\
                    one\r\n--two\r\n\r\n🎉\r\n------xyz--\r\n";
        let expected = [("subject", "French"), ("message", "one\r\n--two\r\n\r\n🎉")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read(body).unwrap(), expected);
        assert_eq!(read("------xyz--").unwrap(), []);
    }

    #[test]
    fn a_broken_body_is_told() {
        assert!(
            parts("charset=utf-8", b"")
                .unwrap_err()
                .contains("needs a boundary")
        );
        assert!(read("nothing").unwrap_err().contains("no first boundary"));
        assert!(
            read("------xyz\r\nX: y\r\n\r\n")
                .unwrap_err()
                .contains("last boundary")
        );
        assert!(
            read("------xyz\r\nX: y\r\n------xyz--")
                .unwrap_err()
                .contains("empty line")
        );
        assert!(
            read("------xyz\r\nX: y\r\n\r\nv\r\n------xyz--")
                .unwrap_err()
                .contains("no name")
        );
    }
}
