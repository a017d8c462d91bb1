//! The fields of the form, and when their values are right.

use super::Key;

/// A field of the form before the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    FirstName,
    LastName,
    Email,
    Subject,
}

impl Field {
    /// Every field, in the order in which they stand in the form.
    pub(super) const ALL: [Self; 4] = [Self::FirstName, Self::LastName, Self::Email, Self::Subject];

    /// Its id in the window.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::FirstName => "first-name",
            Self::LastName => "last-name",
            Self::Email => "email",
            Self::Subject => "subject",
        }
    }

    pub(super) fn label(self) -> Key {
        match self {
            Self::FirstName => Key::FirstName,
            Self::LastName => Key::LastName,
            Self::Email => Key::Email,
            Self::Subject => Key::Subject,
        }
    }

    /// The token by which a browser fills the field in.
    pub(super) fn autocomplete(self) -> &'static str {
        match self {
            Self::FirstName => "given-name",
            Self::LastName => "family-name",
            Self::Email => "email",
            Self::Subject => "off",
        }
    }

    pub(super) fn input_type(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::FirstName | Self::LastName | Self::Subject => "text",
        }
    }

    /// The API demands a subject, and nothing else.
    pub(super) fn is_required(self) -> bool {
        match self {
            Self::Subject => true,
            Self::FirstName | Self::LastName | Self::Email => false,
        }
    }

    /// What is wrong with a value, if anything.
    pub(super) fn complaint(self, value: &str) -> Option<Key> {
        let value = value.trim();
        match self {
            Self::FirstName | Self::LastName => None,
            Self::Email => {
                (!value.is_empty() && !looks_like_email(value)).then_some(Key::EmailWrong)
            }
            Self::Subject => value.is_empty().then_some(Key::SubjectMissing),
        }
    }
}

/// Something, an `@`, and a host: whether mail arrives there only mail can tell.
fn looks_like_email(value: &str) -> bool {
    let Some((name, host)) = value.rsplit_once('@') else {
        return false;
    };
    let is_plain = !value.contains(|letter: char| letter.is_whitespace() || letter == ',');
    is_plain
        && !name.is_empty()
        && !host.is_empty()
        && !host.starts_with('.')
        && !host.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_subject_is_required() {
        for field in Field::ALL {
            let complaint = field.complaint("  ");
            assert_eq!(complaint.is_some(), field.is_required(), "{field:?}");
        }
        assert_eq!(Field::Subject.complaint("x"), None);
    }

    #[test]
    fn addresses_are_checked_leniently() {
        for good in [
            "a@b",
            "a.b+c@d.example",
            "ü@münchen.example",
            " a@b.c ",
            "a@b@c.d",
        ] {
            assert_eq!(Field::Email.complaint(good), None, "{good}");
        }
        for bad in ["a", "@b", "a@", "a b@c.d", "a@.b", "a@b.", "a@b.c,d@e.f"] {
            assert_eq!(Field::Email.complaint(bad), Some(Key::EmailWrong), "{bad}");
        }
    }
}
