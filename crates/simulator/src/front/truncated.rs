//! Replies whose body breaks off in the middle, with the connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::response::Response;
use http_body::{Frame, SizeHint};

use crate::routes::BODY_LIMIT;

/// What is left to do.
///
/// ```text
/// Half --first half sent--> Pause --flushed--> Cut
/// ```
enum Stage {
    /// Send this.
    Half(Bytes),
    /// Let the server flush what it has.
    Pause,
    /// Fail.
    Cut,
}

/// A body that promises its whole length, and fails in the middle.
struct Truncated {
    promised: u64,
    stage: Stage,
}

/// The same response, whose body breaks off.
pub(super) async fn in_the_middle(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    // What the handlers answer is in memory already.
    let whole = to_bytes(body, 64 * BODY_LIMIT).await.unwrap_or_default();
    let body = Truncated {
        promised: whole.len().max(2) as u64,
        stage: Stage::Half(whole.slice(..whole.len() / 2)),
    };
    Response::from_parts(parts, Body::new(body))
}

impl HttpBody for Truncated {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match std::mem::replace(&mut self.stage, Stage::Cut) {
            Stage::Half(half) => {
                self.stage = Stage::Pause;
                Poll::Ready(Some(Ok(Frame::data(half))))
            }
            Stage::Pause => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Stage::Cut => Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
