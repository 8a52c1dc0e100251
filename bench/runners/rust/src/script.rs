// SPDX-License-Identifier: BSL-1.0

//! What each thread does: as bench/workload.cpp has it.

use crate::data::Random;

#[derive(Clone, Copy)]
pub enum Op {
    Load,
    Store,
    Insert,
    Erase,
}

/// Numbers of keys, and what is done with each.
pub type Script = Vec<(u32, Op)>;

pub struct Workload {
    pub filled: u64, // keys in the map at the beginning
    pub all: u64,    // number of different keys
    pub once: bool, // from the beginning to the end and then on a new map; otherwise again and again
    pub scripts: Vec<Script>,
}

fn length(keys: u64) -> usize {
    (2 * keys).clamp(1 << 16, 1 << 22) as usize
}

fn share_of(keys: u64, threads: u64, thread: u64) -> (u64, u64) {
    let first = keys * thread / threads;
    (first, (keys * (thread + 1) / threads - first).max(1))
}

fn mixture(random: &mut Random, keys: u64, first: u64, count: u64, shares: &[(Op, f64)]) -> Script {
    let numbers: Vec<u32> = (0..length(keys))
        .map(|_| first as u32 + random.below(count))
        .collect();
    let mut choose = || {
        if shares.len() == 1 {
            return shares[0].0;
        }
        let mut dice = random.fraction();
        for (op, part) in shares {
            dice -= part;
            if dice < 0.0 {
                return *op;
            }
        }
        shares[shares.len() - 1].0
    };
    numbers.into_iter().map(|k| (k, choose())).collect()
}

fn grow(first: u64, count: u64) -> Script {
    (first..first + count)
        .map(|k| (k as u32, Op::Insert))
        .collect()
}

fn churn(random: &mut Random, keys: u64, first: u64, count: u64) -> Script {
    let mut script = Script::new();
    while script.len() < length(keys) {
        let k = first as u32 + random.below(count);
        script.extend([(k, Op::Erase), (k, Op::Insert)]);
    }
    script
}

impl Workload {
    pub fn named(name: &str, keys: u64, threads: u64) -> Option<Workload> {
        use Op::*;
        let (filled, all) = match name {
            "W1" | "W4" | "W6" | "W10" => (keys, keys),
            "W3" | "W5" => (keys, 2 * keys),
            "W7" => (0, keys),
            _ => return None,
        };
        let script = |thread| {
            let random = &mut Random::new(keys * 1000 + thread);
            let (first, count) = share_of(keys, threads, thread);
            match name {
                "W1" => mixture(random, keys, 0, keys, &[(Load, 1.0)]),
                "W3" => mixture(random, keys, keys, keys, &[(Load, 1.0)]),
                "W4" => mixture(random, keys, 0, keys, &[(Load, 0.99), (Store, 0.01)]),
                "W5" => {
                    let shares = [(Load, 0.9), (Insert, 0.05), (Erase, 0.05)];
                    mixture(random, keys, 0, 2 * keys, &shares)
                }
                "W6" => mixture(random, keys, 0, keys, &[(Load, 0.5), (Store, 0.5)]),
                "W7" => grow(first, count),
                _ => churn(random, keys, first, count),
            }
        };
        Some(Workload {
            filled,
            all,
            once: name == "W7",
            scripts: (0..threads).map(script).collect(),
        })
    }
}
