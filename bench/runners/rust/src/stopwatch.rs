// SPDX-License-Identifier: BSL-1.0

//! Time of a thread without that in which others had its processor, as bench/stopwatch.hpp has it.

use std::time::{Duration, Instant};

pub struct Stopwatch {
    begin: Instant,
    waited: Duration,
}

/// How long this thread has waited for a processor; 0 where the system does not tell.
fn waited() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ns = text.split(' ').nth(1).and_then(|field| field.parse().ok());
    Duration::from_nanos(ns.unwrap_or(0))
}

impl Stopwatch {
    pub fn start() -> Stopwatch {
        let waited = waited();
        Stopwatch {
            begin: Instant::now(),
            waited,
        }
    }
    /// With more threads than processors, waiting belongs to the picture.
    pub fn net(&self, threads: usize) -> Duration {
        let took = self.begin.elapsed();
        if threads > std::thread::available_parallelism().map_or(1, |n| n.get()) {
            return took;
        }
        let waiting = waited().saturating_sub(self.waited);
        took.saturating_sub(waiting).max(took / 100)
    }
}
