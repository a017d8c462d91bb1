//! What is to be examined, and how.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::time::Duration;

use gms_chat_protocol::chat::Delivery;

use crate::Address;

/// A deployment and the wishes of who examines it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Base URL up to `/genesys`.
    pub endpoint: Address,
    /// The service to create.
    pub service: String,
    /// The site on which the widget will stand, as an origin; `None`: that of the endpoint.
    pub origin: Option<Address>,
    /// Value of `gms_user`; `None` leaves it to a gateway. A secret.
    pub user_id: Option<String>,
    /// Path of CometD below the endpoint.
    pub comet_path: String,
    /// Whether `/handshake`, `/connect` … are appended.
    pub append_type: bool,
    /// Further headers of each request, with names in lower case. Their values are secrets.
    pub headers: Vec<(String, String)>,
    /// A PEM file with authorities to trust besides those of the machine.
    pub authority: Option<PathBuf>,
    /// The deliveries to hold a test chat with; each chat rings an agent.
    pub chats: Vec<Delivery>,
    /// Whether to leave out waiting for a whole hold.
    pub quick: bool,
    /// An answer that takes longer is missed; a held poll has the server's hold in addition.
    pub timeout: Duration,
}

impl Options {
    /// The defaults for this endpoint: `request-chat`, a `gms_user` of our own, no test chat, 10 s.
    ///
    /// # Errors
    /// What is wrong with the endpoint.
    pub fn for_endpoint(endpoint: &str) -> Result<Self, &'static str> {
        Ok(Self {
            endpoint: Address::parse(endpoint)?,
            service: "request-chat".to_owned(),
            origin: None,
            user_id: Some(invented()),
            comet_path: "/cometd".to_owned(),
            append_type: true,
            headers: Vec::new(),
            authority: None,
            chats: Vec::new(),
            quick: false,
            timeout: Duration::from_secs(10),
        })
    }

    /// The origin of the page, if it is not that of the endpoint.
    pub(crate) fn other_origin(&self) -> Option<&Address> {
        let origin = self.origin.as_ref()?;
        (origin.origin() != self.endpoint.origin()).then_some(origin)
    }

    /// Whether the page is of another site than the endpoint.
    pub(crate) fn is_cross_site(&self) -> bool {
        let origin = self.origin.as_ref();
        origin.is_some_and(|origin| !origin.is_same_site(&self.endpoint))
    }

    /// Where CometD is.
    pub(crate) fn comet_url(&self) -> String {
        format!("{}{}", self.endpoint, self.comet_path)
    }
}

/// A user that nobody else has: 32 hexadecimal digits.
fn invented() -> String {
    // Each state is keyed anew from the system's random source.
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}

/// Jitter for the sessions.
pub(crate) fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
