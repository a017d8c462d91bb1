//! Events that are no lines of the conversation: pages that are offered, and notices for the host page.

use super::super::sequence::Arrival;
use super::super::view::View;
use crate::chat::{Body, Event};
use crate::{url, wire};

/// Offers a pushed address, if it is one that may be opened.
pub(super) fn show_push_url(view: &mut View, arrival: Arrival) {
    match url::read(&arrival.event.text) {
        Ok(address) => {
            let body = Body::PushUrl {
                url: address.url,
                host: address.host,
            };
            view.show(arrival.position, arrival.at, arrival.event.party, body);
        }
        Err(reason) => {
            view.diagnose(["An address pushed by the server was refused: ", reason].concat());
            tell_notice(view, arrival.event);
        }
    }
}

/// Tells the host page of what the window does not show.
pub(super) fn tell_notice(view: &mut View, event: wire::Event) {
    let kind = event.kind.name().to_owned();
    let wire::Event { party, text, .. } = event;
    view.tell(Event::Notice { kind, party, text });
}
