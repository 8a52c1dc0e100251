// SPDX-License-Identifier: BSL-1.0

//! Measures Rust's concurrent maps with some of the workloads of syncmap-bench, one repetition a run:
//!
//!     workloads WORKLOAD TYPE KEYS THREADS SECONDS PEER
//!
//! prints "WORKLOAD TYPE KEYS THREADS PEER NS": nanoseconds of a thread's time for each operation.

mod data;
mod peers;
mod script;
mod stopwatch;

use data::{Key, Value};
use peers::{Dash, Map, Papaya, Session};
use script::{Op, Script, Workload};
use std::hint::black_box;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::Barrier;
use std::time::Duration;
use stopwatch::Stopwatch;

const CHUNK: usize = 64; // operations between two looks at the clock, and of one session

const WARM_UP: u8 = 0;
const MEASURE: u8 = 1;
const END: u8 = 2;

struct Measurement<K: Key, V> {
    filled: u64,
    once: bool,
    scripts: Vec<Vec<(K::InScript, Op)>>,
    keys: Vec<K>,
    values: Vec<V>,
    wanted: Duration,
}

struct Times {
    operations: usize,
    took: Duration,
}

impl<K: Key, V: Value> Measurement<K, V> {
    fn new(w: Workload, wanted: Duration) -> Self {
        let keys: Vec<K> = (0..w.all).map(K::number).collect();
        let with_keys = |script: &Script| {
            let with_key = |(i, op): &(u32, Op)| (K::in_script(&keys, *i), *op);
            script.iter().map(with_key).collect()
        };
        let values = (0..CHUNK as u64).map(V::number).collect();
        Measurement {
            filled: w.filled,
            once: w.once,
            scripts: w.scripts.iter().map(with_keys).collect(),
            keys,
            values,
            wanted,
        }
    }

    fn filled<M: Map<K, V>>(&self) -> M {
        let map = M::new();
        for i in 0..self.filled as usize {
            map.session().store(&self.keys[i], &self.values[i % CHUNK]);
        }
        map
    }

    fn perform<M: Map<K, V>>(&self, map: &M, part: &[(K::InScript, Op)]) {
        let session = map.session();
        let mut sum = 0u64;
        for (i, (in_script, op)) in part.iter().enumerate() {
            let key = K::from_script(&self.keys, in_script);
            let value = &self.values[i % CHUNK];
            match op {
                Op::Load => sum = sum.wrapping_add(session.load(key)),
                Op::Store => session.store(key, value),
                Op::Insert => sum = sum.wrapping_add(session.insert(key, value) as u64),
                Op::Erase => sum = sum.wrapping_add(session.erase(key) as u64),
            }
        }
        black_box(sum);
    }

    /// The scripts again and again: first to warm up, then for the time asked for.
    fn endless<M: Map<K, V>>(&self) -> Vec<Times> {
        let map: M = self.filled();
        let phase = AtomicU8::new(WARM_UP);
        let work = |script: &[(K::InScript, Op)]| {
            let mut parts = script.chunks(CHUNK).cycle();
            while phase.load(Relaxed) == WARM_UP {
                self.perform(&map, parts.next().unwrap());
            }
            let watch = Stopwatch::start();
            let mut operations = 0;
            while phase.load(Relaxed) == MEASURE {
                let part = parts.next().unwrap();
                self.perform(&map, part);
                operations += part.len();
            }
            Times {
                operations,
                took: watch.net(self.scripts.len()),
            }
        };
        std::thread::scope(|scope| {
            let running: Vec<_> = self
                .scripts
                .iter()
                .map(|s| scope.spawn(move || work(s)))
                .collect();
            std::thread::sleep(self.wanted / 4);
            phase.store(MEASURE, Relaxed);
            std::thread::sleep(self.wanted);
            phase.store(END, Relaxed);
            running
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        })
    }

    /// The scripts once on each of many maps, until the time is over.
    fn passes<M: Map<K, V>>(&self) -> Vec<Times> {
        let mut all = Vec::new();
        let mut first_took = Duration::ZERO;
        while first_took < self.wanted {
            let map: M = self.filled();
            let together = Barrier::new(self.scripts.len());
            let work = |script: &[(K::InScript, Op)]| {
                together.wait();
                let watch = Stopwatch::start();
                for part in script.chunks(CHUNK) {
                    self.perform(&map, part);
                }
                Times {
                    operations: script.len(),
                    took: watch.net(self.scripts.len()),
                }
            };
            let times: Vec<Times> = std::thread::scope(|scope| {
                let work = &work;
                let running: Vec<_> = self
                    .scripts
                    .iter()
                    .map(|s| scope.spawn(move || work(s)))
                    .collect();
                running
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .collect()
            });
            first_took += times[0].took;
            all.extend(times);
        }
        all
    }

    fn ns<M: Map<K, V>>(&self) -> f64 {
        let times = if self.once {
            self.passes::<M>()
        } else {
            self.endless::<M>()
        };
        let took: Duration = times.iter().map(|t| t.took).sum();
        let operations: usize = times.iter().map(|t| t.operations).sum();
        took.as_nanos() as f64 / operations as f64
    }
}

fn run<K: Key, V: Value>(w: Workload, peer: &str, wanted: Duration) -> Result<f64, String> {
    let m = Measurement::<K, V>::new(w, wanted);
    match peer {
        "papaya" => Ok(m.ns::<Papaya<K, V>>()),
        "dashmap" => Ok(m.ns::<Dash<K, V>>()),
        _ => Err(format!("no map {peer:?} here")),
    }
}

fn measure(arguments: &[String]) -> Result<String, String> {
    let [name, types, keys, threads, seconds, peer] = arguments else {
        return Err("usage: workloads WORKLOAD TYPE KEYS THREADS SECONDS PEER".into());
    };
    let number = |text: &String| match text.parse::<u32>() {
        Ok(n) if n > 0 => Ok(u64::from(n)),
        _ => Err(format!("{text:?} is no number of keys or threads")),
    };
    let wanted = seconds
        .parse()
        .ok()
        .and_then(|s| Duration::try_from_secs_f64(s).ok());
    let wanted = wanted.ok_or(format!("{seconds:?} is no number of seconds"))?;
    let w = Workload::named(name, number(keys)?, number(threads)?)
        .ok_or(format!("no workload {name:?} here"))?;
    let ns = match types.as_str() {
        "u64:u64" => run::<u64, u64>(w, peer, wanted)?,
        "string:string" => run::<String, String>(w, peer, wanted)?,
        _ => return Err(format!("no types {types:?} here")),
    };
    Ok(format!("{name} {types} {keys} {threads} {peer} {ns:.3}"))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match measure(&arguments) {
        Ok(line) => println!("{line}"),
        Err(why) => {
            eprintln!("{why}");
            std::process::exit(2);
        }
    }
}
