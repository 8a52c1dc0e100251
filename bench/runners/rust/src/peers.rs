// SPDX-License-Identifier: BSL-1.0

//! The maps. Both documentations advise a faster hash than the default one where nobody attacks: foldhash,
//! which the maps of hashbrown use.

use crate::data::{Key, Value};
use foldhash::fast::RandomState;

/// A map as its users use it for some operations in a row.
pub trait Session<K, V> {
    /// The first bytes of the value, 0 if there is none.
    fn load(&self, key: &K) -> u64;
    fn store(&self, key: &K, value: &V);
    fn insert(&self, key: &K, value: &V) -> bool;
    fn erase(&self, key: &K) -> bool;
}

pub trait Map<K, V>: Sync {
    type Session<'a>: Session<K, V>
    where
        Self: 'a;
    fn new() -> Self;
    fn session(&self) -> Self::Session<'_>;
}

pub type Papaya<K, V> = papaya::HashMap<K, V, RandomState>;
pub type Dash<K, V> = dashmap::DashMap<K, V, RandomState>;

impl<K: Key, V: Value> Map<K, V> for Papaya<K, V> {
    type Session<'a> = papaya::HashMapRef<'a, K, V, RandomState, papaya::LocalGuard<'a>>;

    fn new() -> Self {
        Papaya::with_hasher(RandomState::default())
    }
    /// One guard for several operations, as its documentation advises.
    fn session(&self) -> Self::Session<'_> {
        self.pin()
    }
}

impl<K: Key, V: Value> Session<K, V>
    for papaya::HashMapRef<'_, K, V, RandomState, papaya::LocalGuard<'_>>
{
    fn load(&self, key: &K) -> u64 {
        self.get(key).map_or(0, V::first_bytes)
    }
    fn store(&self, key: &K, value: &V) {
        papaya::HashMapRef::insert(self, key.clone(), value.clone());
    }
    fn insert(&self, key: &K, value: &V) -> bool {
        self.try_insert(key.clone(), value.clone()).is_ok()
    }
    fn erase(&self, key: &K) -> bool {
        self.remove(key).is_some()
    }
}

impl<K: Key, V: Value> Map<K, V> for Dash<K, V> {
    type Session<'a> = &'a Self;

    fn new() -> Self {
        Dash::with_hasher(RandomState::default())
    }
    fn session(&self) -> &Self {
        self
    }
}

impl<K: Key, V: Value> Session<K, V> for &Dash<K, V> {
    fn load(&self, key: &K) -> u64 {
        self.get(key).map_or(0, |value| value.first_bytes())
    }
    fn store(&self, key: &K, value: &V) {
        Dash::insert(self, key.clone(), value.clone());
    }
    fn insert(&self, key: &K, value: &V) -> bool {
        match self.entry(key.clone()) {
            dashmap::Entry::Occupied(_) => false,
            dashmap::Entry::Vacant(place) => {
                place.insert(value.clone());
                true
            }
        }
    }
    fn erase(&self, key: &K) -> bool {
        self.remove(key).is_some()
    }
}
