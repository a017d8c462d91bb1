//! A chat between two pages, as `src/survive.js` writes it.

/// What one page has left.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) chat: String,
    /// Whether nothing has happened on that page since.
    pub(crate) is_exact: bool,
}
