//! A running server: its state, its clockwork and its socket.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::clock::Clock;
use crate::log::Log;
use crate::options::Options;
use crate::routes::app;
use crate::wire::{Break, Wire, WireListener, Wires};
use crate::world::World;

/// The state of one server. Clones share it; there is no other state, so a process may run several servers.
#[derive(Clone, Debug)]
pub struct Simulator {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    clock: Clock,
    world: Mutex<World>,
    log: Log,
    wires: Wires,
    /// Counts the changes of the world.
    revision: watch::Sender<u64>,
    /// Tells the clockwork that something may be due at another moment than before.
    rescheduled: Arc<Notify>,
}

impl Simulator {
    /// A server without a socket, for [`app`]. Must be called inside a tokio runtime: agents and timers run there.
    pub fn new(options: Options) -> Self {
        let clock = Clock::start();
        let simulator = Self {
            inner: Arc::new(Inner {
                clock,
                world: Mutex::new(World::new(options, clock)),
                log: Log::new(clock),
                wires: Wires::default(),
                revision: watch::Sender::new(0),
                rescheduled: Arc::new(Notify::new()),
            }),
        };
        let inner = Arc::downgrade(&simulator.inner);
        tokio::spawn(run_clockwork(
            inner,
            Arc::clone(&simulator.inner.rescheduled),
        ));
        simulator
    }

    /// The last requests.
    pub fn log(&self) -> &Log {
        &self.inner.log
    }

    /// Its connections.
    pub(crate) fn wires(&self) -> &Wires {
        &self.inner.wires
    }

    /// Reads the state.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&World, Instant) -> T) -> T {
        look(&self.inner.lock(), self.inner.clock.now())
    }

    /// Changes the state, and tells everybody who waits for a change.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World, Instant) -> T) -> T {
        let result = change(&mut self.inner.lock(), self.inner.clock.now());
        self.inner.rescheduled.notify_one();
        self.inner.revision.send_modify(|revision| *revision += 1);
        result
    }

    /// A receiver of the number of changes.
    pub(crate) fn revisions(&self) -> watch::Receiver<u64> {
        self.inner.revision.subscribe()
    }

    /// Forgets all CometD sessions, and on demand all chats, and resets every connection but `spared`, as if the
    /// process had been started anew.
    pub fn restart(&self, keep_chats: bool, spared: Option<&Wire>) {
        self.change(|world, _| world.restart(keep_chats));
        self.inner.wires.sever_all(Break::Reset, spared);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The shortest time between two ticks: something that stays due must not make the clockwork spin.
const TICK: Duration = Duration::from_millis(1);

/// Does what is due, whenever it is due, until the server is dropped.
async fn run_clockwork(inner: Weak<Inner>, rescheduled: Arc<Notify>) {
    let mut not_before = Instant::now();
    loop {
        let due = {
            let Some(inner) = inner.upgrade() else {
                return;
            };
            let due = inner.lock().next_due();
            let due = due.map(|due| due.max(not_before));
            let now = inner.clock.now();
            if due.is_some_and(|due| due <= now) {
                inner.lock().tick(now);
                inner.revision.send_modify(|revision| *revision += 1);
                not_before = now + TICK;
                continue;
            }
            due
        };
        let wait_until_due = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = rescheduled.notified() => {}
            () = wait_until_due => {}
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The clockwork sees that it is alone, and ends.
        self.rescheduled.notify_one();
    }
}

/// Starts a server.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn start(options: Options) -> io::Result<Running> {
    let listener = listen(SocketAddr::new(options.address, options.port))?;
    let address = listener.local_addr()?;
    let simulator = Simulator::new(options);
    let listener = WireListener::new(listener, simulator.wires().clone());
    let service = app(&simulator).into_make_service_with_connect_info::<Wire>();
    let accepting = tokio::spawn(async move {
        // Serving never returns.
        let _ = axum::serve(listener, service).await;
    });
    Ok(Running {
        address,
        simulator,
        accepting,
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A port that was just given up may be taken again at once.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    // Long enough for thousands of clients that come back in the same second.
    socket.listen(4_096)
}

/// A server that listens. Dropping it stops it.
#[derive(Debug)]
#[must_use = "dropping it stops the server"]
pub struct Running {
    address: SocketAddr,
    simulator: Simulator,
    accepting: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL without a slash at the end: `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its state, to look at or to change from a test.
    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Forgets all CometD sessions, and on demand all chats, and resets every connection.
    pub fn restart(&self, keep_chats: bool) {
        self.simulator.restart(keep_chats, None);
    }

    /// Runs until the process is ended.
    pub async fn forever(mut self) {
        let _ = (&mut self.accepting).await;
    }

    /// Stops listening and closes every connection.
    pub async fn stop(mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
        self.simulator.wires().sever_all(Break::Close, None);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.accepting.abort();
        self.simulator.wires().sever_all(Break::Close, None);
    }
}
