// SPDX-License-Identifier: BSL-1.0

//! Keys, values and random numbers: the same as in bench/types.hpp and bench/random.hpp.

const GOLDEN: u64 = 0x9e3779b97f4a7c15;

pub fn scrambled(x: u64) -> u64 {
    let mut x = x.wrapping_add(GOLDEN);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d049bb133111eb);
    x ^ (x >> 31)
}

fn digits(i: u64, length: usize) -> String {
    let mut bits = scrambled(i);
    (0..length)
        .map(|at| {
            if at == 16 {
                bits = scrambled(!i);
            }
            let digit = b"0123456789abcdef"[(bits >> 60) as usize];
            bits <<= 4;
            digit as char
        })
        .collect()
}

pub trait Key: Clone + Eq + std::hash::Hash + Send + Sync + 'static {
    /// What stands in the script of a thread: the key itself if it is small, otherwise its number.
    type InScript: Copy + Send + Sync + 'static;

    fn number(i: u64) -> Self;
    fn in_script(all: &[Self], i: u32) -> Self::InScript;
    fn from_script<'a>(all: &'a [Self], it: &'a Self::InScript) -> &'a Self;
}

pub trait Value: Clone + Send + Sync + 'static {
    fn number(i: u64) -> Self;
    /// Looks at the value as a user would: at its first eight bytes.
    fn first_bytes(&self) -> u64;
}

impl Key for u64 {
    type InScript = u64;

    fn number(i: u64) -> u64 {
        scrambled(i)
    }
    fn in_script(all: &[u64], i: u32) -> u64 {
        all[i as usize]
    }
    fn from_script<'a>(_: &'a [u64], it: &'a u64) -> &'a u64 {
        it
    }
}

impl Key for String {
    type InScript = u32;

    fn number(i: u64) -> String {
        digits(i, 16 + (scrambled(i) % 9) as usize)
    }
    fn in_script(_: &[String], i: u32) -> u32 {
        i
    }
    fn from_script<'a>(all: &'a [String], it: &'a u32) -> &'a String {
        &all[*it as usize]
    }
}

impl Value for u64 {
    fn number(i: u64) -> u64 {
        i + 1
    }
    fn first_bytes(&self) -> u64 {
        *self
    }
}

impl Value for String {
    fn number(i: u64) -> String {
        digits(!i, 32)
    }
    fn first_bytes(&self) -> u64 {
        u64::from_le_bytes(self.as_bytes()[..8].try_into().unwrap())
    }
}

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(scrambled(seed))
    }
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        scrambled(self.0)
    }
    /// Below `bound`, which is not 0 and below 2^32.
    pub fn below(&mut self, bound: u64) -> u32 {
        (((self.next() >> 32) * bound) >> 32) as u32
    }
    /// In [0, 1).
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}
