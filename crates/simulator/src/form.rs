//! Parameters of a REST request: query string, urlencoded body or multipart body, all in one list.

mod multipart;

/// Name and value pairs in the order of their coming.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pairs: Vec<(String, String)>,
}

/// Why a body is no form: an answer of 415 says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotAForm(pub String);

impl Form {
    /// Reads the query string and the body.
    ///
    /// # Errors
    /// When there is a body, and its content type or its form is none of those that the specification names.
    pub(crate) fn read(
        query: &str,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Self, NotAForm> {
        let mut form = Self::default();
        form.extend_urlencoded(query.as_bytes());
        if body.is_empty() {
            return Ok(form);
        }
        let content_type = content_type.unwrap_or("nothing");
        let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        match kind.trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => form.extend_urlencoded(body),
            "multipart/form-data" => {
                let parts = multipart::parts(parameters, body).map_err(NotAForm)?;
                form.pairs.extend(parts);
            }
            _ => {
                return Err(NotAForm(format!(
                    "Content type {content_type} is not supported: send application/x-www-form-urlencoded or \
                     multipart/form-data"
                )));
            }
        }
        Ok(form)
    }

    /// The last value of this name: the body's goes before the query's.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let mut found = self.pairs.iter().rev().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The last value of this name, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !value.is_empty())
    }

    /// Whether `_verbose=true` is asked for.
    pub(crate) fn is_verbose(&self) -> bool {
        self.value("_verbose") == Some("true")
    }

    /// All pairs.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    fn extend_urlencoded(&mut self, text: &[u8]) {
        let fields = text.split(|byte| *byte == b'&');
        let pairs = fields.filter(|field| !field.is_empty()).map(|field| {
            let equals = field.iter().position(|byte| *byte == b'=');
            let (name, value) = match equals {
                Some(at) => (&field[..at], &field[at + 1..]),
                None => (field, &field[field.len()..]),
            };
            (decoded(name), decoded(value))
        });
        self.pairs.extend(pairs);
    }
}

/// Undoes the encoding of one name or value; a stray `%` stands for itself.
fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (*first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) if let Some(byte) = hex_pair(*high, *low) => {
                bytes.push(byte);
                rest = after;
            }
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urlencoded(query: &str, body: &str) -> Vec<(String, String)> {
        let kind = Some("application/x-www-form-urlencoded; charset=UTF-8");
        Form::read(query, kind, body.as_bytes()).unwrap().pairs
    }

    fn check(body: &str, pairs: &[(&str, &str)]) {
        let read = urlencoded("", body);
        let read: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(read, pairs, "{body}");
    }

    #[test]
    fn urlencoded_bodies_are_decoded() {
        check("", &[]);
        check("a=1&b=2", &[("a", "1"), ("b", "2")]);
        check("a=&b&=c&&", &[("a", ""), ("b", ""), ("", "c")]);
        check("message=Hi%20Verbose", &[("message", "Hi Verbose")]);
        check("m=a+b%2Bc%26d%3De", &[("m", "a b+c&d=e")]);
        check("m=%F0%9F%8E%89%0D%0A", &[("m", "🎉\r\n")]);
        check("m=100%&n=%zz%4", &[("m", "100%"), ("n", "%zz%4")]);
        check("m=%FF", &[("m", "\u{fffd}")]);
    }

    #[test]
    fn the_query_counts_and_the_body_counts_more() {
        let kind = Some("application/x-www-form-urlencoded");
        let form = Form::read(
            "transcriptPosition=1&_verbose=true",
            kind,
            b"transcriptPosition=4",
        );
        let form = form.unwrap();
        assert_eq!(form.value("transcriptPosition"), Some("4"));
        assert!(form.is_verbose());
        assert_eq!(form.value("message"), None);
    }

    #[test]
    fn another_content_type_is_refused_if_there_is_a_body() {
        assert!(Form::read("a=1", None, b"").is_ok());
        assert!(Form::read("a=1", Some("application/json"), b"").is_ok());
        let refused = Form::read("", Some("application/json"), b"{}").unwrap_err();
        assert!(refused.0.contains("application/json is not supported"));
        assert!(Form::read("", None, b"a=1").is_err());
    }
}
