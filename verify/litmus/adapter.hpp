// SPDX-License-Identifier: BSL-1.0
//
// Makes a subject of a map: keys and values of its types, made in advance, and its members.
//
// Between two calls of a thread there shall be nothing that orders them, so nothing here is locked, and what can
// be made before is.
#pragma once

#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <syncmap/hash.hpp>

#include "halt.hpp"
#include "subject.hpp"

namespace litmus {

// --- keys and values ----------------------------------------------------------------------------

/// A key of two words.
struct words {
    std::uint64_t number;
    std::uint64_t seal;
    bool operator==(const words&) const = default;
};

template <class X>
struct number {
    static X make(std::uint64_t n) { return X(n); }
    static std::uint64_t of(const X& x) { return x; }
};
template <>
struct number<words> {
    static words make(std::uint64_t n) { return {n, ~n}; }
    static std::uint64_t of(const words& w) { return w.number; }
};
template <>
struct number<std::string> {
    /// Some live inside the string object, some outside.
    static std::string make(std::uint64_t n) {
        return std::to_string(n) + std::string(n % 2 == 0 ? 0 : 24, '.');
    }
    static std::uint64_t of(const std::string& text) {
        std::uint64_t n = 0;
        std::from_chars(text.data(), text.data() + text.size(), n);
        return n;
    }
};

/// Good, or one of two.
template <class Key>
struct hash {
    using is_avalanching = void;
    std::size_t operator()(const Key& key) const noexcept {
        const std::uint64_t n = number<Key>::of(key);
        // The topmost bits are the bucket.
        return few_hashes ? 0x1e3779b97f4a7c15 | n << 63U : syncmap::hash<std::uint64_t>()(n);
    }
};
struct lingering_equal {
    template <class Key>
    bool operator()(const Key& a, const Key& b) const noexcept {
        if (a == b) {
            return true;
        }
        spin(linger);
        halt::compared();
        return false;
    }
};

// --- calls --------------------------------------------------------------------------------------

/// `Members` makes the calls: `make(map, call, key, argument, expected, as_result)` and a list `all`.
template <class Map, class Key, class T, class Members>
class adapter final : public subject {
public:
    adapter() {
        for (std::uint64_t k = 0; k < subject::keys; ++k) {
            keys_.push_back(number<Key>::make(k));
        }
        set_values(0);
        renew(0);
    }

    result make(const call& c, std::size_t key) override {
        return Members::make(*map_, c, keys_[key], values_[c.argument], values_[c.expected],
                             [base = base_](const T& seen) noexcept {
                                 const std::uint64_t v = number<T>::of(seen) - base;
                                 return v - 1 < values - 1 ? static_cast<result>(v) : nonsense;
                             });
    }
    void renew(std::size_t capacity) override { map_.emplace(capacity); }
    void reserve(std::size_t n) override {
        if constexpr (requires { map_->reserve(n); }) {
            map_->reserve(n);
        }
    }
    void shrink_to_fit() override {
        if constexpr (requires { map_->shrink_to_fit(); }) {
            map_->shrink_to_fit();
        }
    }
    void set_values(std::uint64_t base) override {
        base_ = base;
        values_.clear();
        for (std::uint64_t v = 0; v < values; ++v) {
            values_.push_back(number<T>::make(base + v));
        }
    }

private:
    std::optional<Map> map_;
    std::vector<Key> keys_;
    std::vector<T> values_;
    std::uint64_t base_ = 0;
};

template <class Map, class Key, class T, class Members>
layout layout_of(const char* name) {
    return {.name = name,
            .make = []() -> std::unique_ptr<subject> {
                return std::make_unique<adapter<Map, Key, T, Members>>();
            },
            .has = Members::all};
}

}  // namespace litmus
