//! Requests of very many clients, counted by the moment at which they reach the server.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// The finest window, in milliseconds.
const GRAIN: u64 = 10;

/// Arrivals since the server is back, in grains.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    grains: Vec<u64>,
}

impl Crowd {
    /// Gathers the arrivals between `from` and `end` of so many clients.
    pub(crate) fn gather(
        count: u64,
        threads: usize,
        from: u64,
        end: u64,
        arrivals: impl Fn(u64) -> Result<Vec<u64>, String> + Sync,
    ) -> Result<Self, String> {
        let next = AtomicU64::new(0);
        let size = usize::try_from((end - from) / GRAIN).unwrap_or(0) + 1;
        let shared = Mutex::new(Ok(Self {
            grains: vec![0; size],
        }));
        let work = || {
            let mut mine = vec![0; size];
            let mut trouble = None;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    break;
                }
                match arrivals(number) {
                    Ok(arrivals) => count_in(&mut mine, &arrivals, from),
                    Err(what) => trouble = Some(what),
                }
            }
            if let Ok(mut shared) = shared.lock() {
                match (trouble, shared.as_mut()) {
                    (Some(what), _) => *shared = Err(what),
                    (None, Ok(crowd)) => crowd.add(&mine),
                    (None, Err(_)) => {}
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        shared
            .into_inner()
            .unwrap_or_else(|_| Err("a thread has panicked".to_owned()))
    }

    fn add(&mut self, more: &[u64]) {
        for (sum, more) in self.grains.iter_mut().zip(more) {
            *sum += more;
        }
    }

    /// The most arrivals in any window of so many milliseconds.
    pub(crate) fn peak(&self, window: u64) -> u64 {
        let width = usize::try_from(window / GRAIN).unwrap_or(1).max(1);
        let windows = self.grains.windows(width);
        windows.map(|window| window.iter().sum()).max().unwrap_or(0)
    }

    /// The arrivals of each second.
    pub(crate) fn seconds(&self) -> impl Iterator<Item = u64> {
        let grains = usize::try_from(1_000 / GRAIN).unwrap_or(1);
        self.grains.chunks(grains).map(|second| second.iter().sum())
    }

    /// All arrivals.
    pub(crate) fn total(&self) -> u64 {
        self.grains.iter().sum()
    }

    /// After how many milliseconds so many thousandths of all have arrived.
    pub(crate) fn share_by(&self, permille: u64) -> u64 {
        let wanted = self.total() * permille / 1000;
        let mut sum = 0;
        for (index, count) in self.grains.iter().enumerate() {
            sum += count;
            if sum >= wanted {
                return index as u64 * GRAIN;
            }
        }
        self.grains.len() as u64 * GRAIN
    }
}

fn count_in(grains: &mut [u64], arrivals: &[u64], from: u64) {
    for at in arrivals {
        let grain = at.checked_sub(from).map(|since| since / GRAIN);
        let grain = grain.and_then(|grain| usize::try_from(grain).ok());
        if let Some(count) = grain.and_then(|grain| grains.get_mut(grain)) {
            *count += 1;
        }
    }
}
