//! Cross-origin calls: who may, and what a preflight is told.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::options::Cors;

impl Cors {
    /// The origin to be allowed, if this request's may call.
    fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let allowed = match self {
            Self::Off => false,
            Self::Any => true,
            Self::Origins(origins) => origins
                .iter()
                .any(|known| known.as_bytes() == origin.as_bytes()),
        };
        allowed.then(|| origin.clone())
    }

    /// Whether this request asks what it may do.
    pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
        method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// The answer to a preflight; without CORS headers when the origin may not call.
    pub(crate) fn preflight(&self, headers: &HeaderMap) -> Response {
        if self.allowed(headers).is_none() {
            return StatusCode::FORBIDDEN.into_response();
        }
        let permissions = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, GET"),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "gms_user, content-type",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ];
        (StatusCode::NO_CONTENT, permissions).into_response()
    }

    /// Adds what a browser wants to see in each reply.
    pub(crate) fn decorate(&self, asked: &HeaderMap, response: &mut Response) {
        let answered = response.headers_mut();
        if *self != Self::Off {
            answered.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Some(origin) = self.allowed(asked) {
            answered.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            answered.insert(
                header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
            answered.insert(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static("Retry-After"),
            );
        }
    }
}
