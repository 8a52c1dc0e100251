// SPDX-License-Identifier: BSL-1.0
//
// std::unordered_map under one lock: a std::mutex, or a std::shared_mutex that readers share.
#pragma once

#include "../hash.hpp"

#include <cstddef>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace bench {

/// ReadLock: what a reader holds.
template <class Key, class T, class Mutex, class ReadLock>
class locked_unordered_map {
public:
    using key_type = Key;
    using mapped_type = T;
    static constexpr bool unsynchronised = false;

    explicit locked_unordered_map(std::size_t capacity) {
        if (capacity != 0) map_.reserve(capacity);
    }

    template <class F>
    bool visit(const Key& key, F&& f) {
        const ReadLock lock(mutex_);
        const auto it = map_.find(key);
        if (it == map_.end()) return false;
        f(it->second);
        return true;
    }
    void store(const Key& key, const T& value) {
        const std::lock_guard lock(mutex_);
        map_.insert_or_assign(key, value);
    }
    bool insert(const Key& key, const T& value) {
        const std::lock_guard lock(mutex_);
        return map_.try_emplace(key, value).second;
    }
    bool erase(const Key& key) {
        const std::lock_guard lock(mutex_);
        return map_.erase(key) != 0;
    }
    template <class F>
    void update(const Key& key, const T& initial, F&& f) {
        const std::lock_guard lock(mutex_);
        const auto [it, inserted] = map_.try_emplace(key, initial);
        if (!inserted) f(it->second);
    }
    template <class F>
    void for_each(F&& f) {
        const ReadLock lock(mutex_);
        for (const auto& [key, value] : map_) f(key, value);
    }
    std::size_t size() {
        const ReadLock lock(mutex_);
        return map_.size();
    }

private:
    Mutex mutex_;
    std::unordered_map<Key, T, hash<Key>> map_;
};

template <class Key, class T>
using mutex_adapter = locked_unordered_map<Key, T, std::mutex, std::unique_lock<std::mutex>>;

template <class Key, class T>
using shared_mutex_adapter =
    locked_unordered_map<Key, T, std::shared_mutex, std::shared_lock<std::shared_mutex>>;

}  // namespace bench
