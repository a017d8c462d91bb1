//! TCP connections that can be broken on purpose, below HTTP.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// How a connection is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// It is closed in order (FIN): the peer sees an end where a reply should be.
    Close,
    /// It is reset (RST).
    Reset,
}

/// A handle to one connection, with which a handler can break it.
#[derive(Clone, Debug)]
pub struct Wire {
    peer: IpAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    broken: Option<Break>,
    /// The connection's task, to be told.
    reader: Option<Waker>,
}

impl Wire {
    /// Where the connection comes from.
    pub fn peer(&self) -> IpAddr {
        self.peer
    }

    /// Breaks the connection: nothing is read or written any more.
    pub fn sever(&self, how: Break) {
        sever(&self.shared, how);
    }
}

fn sever(shared: &Mutex<Shared>, how: Break) {
    let mut shared = lock(shared);
    shared.broken = Some(how);
    if let Some(reader) = shared.reader.take() {
        reader.wake();
    }
}

/// All connections of a server.
#[derive(Clone, Debug, Default)]
pub struct Wires {
    live: Arc<Mutex<Vec<Weak<Mutex<Shared>>>>>,
}

impl Wires {
    /// Breaks all connections but this one.
    pub fn sever_all(&self, how: Break, spared: Option<&Wire>) {
        let live: Vec<_> = lock(&self.live).iter().filter_map(Weak::upgrade).collect();
        for shared in live {
            if spared.is_none_or(|spared| !Arc::ptr_eq(&spared.shared, &shared)) {
                sever(&shared, how);
            }
        }
    }

    /// How many connections are open.
    pub fn count(&self) -> usize {
        let live = lock(&self.live);
        live.iter().filter(|wire| wire.strong_count() > 0).count()
    }

    fn connect(&self, peer: IpAddr) -> Wire {
        let shared = Arc::default();
        let mut live = lock(&self.live);
        // Forget the dead now and then, so that the list does not grow for ever.
        if live.len() == live.capacity() {
            live.retain(|wire| wire.strong_count() > 0);
        }
        live.push(Arc::downgrade(&shared));
        Wire { peer, shared }
    }
}

/// A listener whose connections can be broken.
#[derive(Debug)]
pub struct WireListener {
    listener: TcpListener,
    wires: Wires,
}

impl WireListener {
    /// Listens through this listener, and enters each connection in `wires`.
    pub fn new(listener: TcpListener, wires: Wires) -> Self {
        Self { listener, wires }
    }
}

impl Listener for WireListener {
    type Io = BreakableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Small replies must not wait for each other; a failure only costs time.
        let _ = stream.set_nodelay(true);
        let wire = self.wires.connect(address.ip());
        (BreakableStream { stream, wire }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Wire {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().wire.clone()
    }
}

/// A TCP stream that fails as soon as its wire is broken.
#[derive(Debug)]
pub struct BreakableStream {
    stream: TcpStream,
    wire: Wire,
}

impl BreakableStream {
    /// The error that the broken wire causes, if it is broken.
    fn check(&self) -> io::Result<()> {
        let Some(how) = lock(&self.wire.shared).broken else {
            return Ok(());
        };
        if how == Break::Reset {
            // With a linger time of zero, closing sends RST; a failure leaves an orderly close.
            let _ = self.stream.set_zero_linger();
        }
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for BreakableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        lock(&self.wire.shared).reader = Some(context.waker().clone());
        self.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for BreakableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Nothing here can be left half-changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
