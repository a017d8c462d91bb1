//! From a name to a stream: DNS, TCP and TLS, each with the finding that its failure is.

use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::Broken;
use crate::{Address, Finding};

/// What HTTP is spoken over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A stream after TLS has been agreed on.
pub(crate) struct Handshake {
    pub(crate) stream: Box<dyn Stream>,
    /// `TLSv1_3` and the like.
    pub(crate) version: String,
    /// Whether the server chose HTTP/2 of what was offered.
    pub(crate) is_http2: bool,
}

/// Connects to the first address of the name that accepts.
pub(crate) async fn connect(to: &Address) -> Result<TcpStream, Broken> {
    let begun = Instant::now();
    let addresses = lookup_host((to.host.as_str(), to.port)).await;
    let addresses: Vec<_> = addresses
        .map_err(|error| Broken::new(Finding::Dns, &error, begun))?
        .collect();
    let mut last = Broken::new(Finding::Dns, "the name has no address", begun);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // The small requests of a chat must not wait for each other; without it they are only slower.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => {
                let why = format!("{address}: {error}");
                last = Broken::new(Finding::Refused, &why, begun);
            }
        }
    }
    Err(last)
}

/// Agrees on TLS.
pub(crate) async fn secure(
    connector: &TlsConnector,
    to: &Address,
    stream: TcpStream,
) -> Result<Handshake, Broken> {
    let begun = Instant::now();
    let name = ServerName::try_from(to.host.clone())
        .map_err(|error| Broken::new(Finding::Certificate, &error, begun))?;
    let stream = connector.connect(name, stream).await.map_err(|error| {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
        let finding = match cause {
            Some(rustls::Error::InvalidCertificate(_)) => Finding::Certificate,
            Some(_) | None => Finding::Tls,
        };
        Broken::new(finding, &error, begun)
    })?;
    let (_, session) = stream.get_ref();
    let version = session.protocol_version();
    Ok(Handshake {
        version: version.map_or_else(String::new, |version| format!("{version:?}")),
        is_http2: session.alpn_protocol() == Some(b"h2"),
        stream: Box::new(stream),
    })
}

/// Trusts what the machine trusts, and the authorities of the file.
pub(crate) fn connector(
    authority: Option<&Path>,
    protocols: &[&[u8]],
) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = authority {
        let unreadable = |error: &dyn ToString| {
            format!(
                "{} is no file of certificates: {}",
                path.display(),
                error.to_string()
            )
        };
        let given: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
            .map_err(|error| unreadable(&error))?
            .collect();
        for certificate in given.map_err(|error| unreadable(&error))? {
            roots.add(certificate).map_err(|error| unreadable(&error))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(TlsConnector::from(Arc::new(config)))
}
