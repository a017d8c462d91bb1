//! Keeps secrets out of what is told: every text passes here on its way out.

/// Known secrets: `gms_user`, values of given headers, cookies.
#[derive(Debug, Default)]
pub(crate) struct Secrets(Vec<String>);

/// Shorter values would blot out ordinary words.
const SHORTEST: usize = 4;

impl Secrets {
    /// From here on this is not told any more.
    pub(crate) fn add(&mut self, secret: &str) {
        if secret.len() >= SHORTEST && !self.0.iter().any(|known| known == secret) {
            self.0.push(secret.to_owned());
            // A secret may be the beginning of another one.
            self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        }
    }

    /// The text with every known secret blotted out, without control characters, of at most 300 characters.
    pub(crate) fn blot(&self, text: &str) -> String {
        let blotted = self
            .0
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, "…"));
        blotted
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .take(300)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blotted_out_wherever_they_stand() {
        let mut secrets = Secrets::default();
        for secret in ["abcd", "abcdef", "x"] {
            secrets.add(secret);
        }
        assert_eq!(secrets.blot("x=abcdef; y=abcd\u{1b}[31m"), "x=…; y=… [31m");
    }
}
