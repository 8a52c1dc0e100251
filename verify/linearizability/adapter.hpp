// SPDX-License-Identifier: BSL-1.0
//
// Makes a subject of a syncmap::map: turns numbers into its keys and values and back.
#pragma once

#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <syncmap/map.hpp>

#include "delays.hpp"
#include "subject.hpp"

namespace linearizability {

// --- keys and values ----------------------------------------------------------------------------

template <class X>
struct number {
    static X make(std::uint64_t n) { return static_cast<X>(n); }
    static std::uint64_t of(const X& x) { return x; }
};

template <>
struct number<std::string> {
    /// Some live inside the string object, some outside.
    static std::string make(std::uint64_t n) {
        std::string text = std::to_string(n);
        return n % 2 == 0 ? text : text + std::string(24, '.');
    }
    static std::uint64_t of(const std::string& text) {
        std::uint64_t n = broken;
        const auto end = std::from_chars(text.data(), text.data() + text.size(), n).ptr;
        return text.find_first_not_of('.', static_cast<std::size_t>(end - text.data())) == text.npos
                   ? n
                   : broken;
    }
};

/// A key or value of several words, which tells when they do not belong together.
struct words {
    std::uint64_t number;
    std::uint64_t seal;
    bool operator==(const words&) const = default;
};
template <>
struct number<words> {
    static words make(std::uint64_t n) { return {n, ~n}; }
    static std::uint64_t of(const words& w) { return w.seal == ~w.number ? w.number : broken; }
};

/// A key that cannot be copied by its bytes: the map keeps it in a node.
struct unwieldy {
    std::uint64_t number;
    explicit unwieldy(std::uint64_t n) noexcept : number(n) {}
    unwieldy(const unwieldy& other) noexcept : number(other.number) {}
    bool operator==(const unwieldy&) const = default;
};
template <>
struct number<unwieldy> {
    static unwieldy make(std::uint64_t n) { return unwieldy(n); }
    static std::uint64_t of(const unwieldy& key) { return key.number; }
};

/// A value that takes its time to be copied, and is no longer what it was when it has been destroyed.
class witness {
public:
    explicit witness(std::uint64_t n) noexcept : words_{n, ~n, n + 1, ~n + 1} {}
    witness(const witness& other) noexcept : words_{other.words_} {
        linger();
        words_[3] = other.words_[3];
    }
    witness& operator=(const witness&) = default;
    ~witness() {
        for (std::uint64_t& word : words_) {
            static_cast<volatile std::uint64_t&>(word) = 0xdead;
        }
    }
    [[nodiscard]] std::uint64_t number() const noexcept {
        const std::uint64_t n = words_[0];
        return words_[1] == ~n && words_[2] == n + 1 && words_[3] == ~n + 1 ? n : broken;
    }
    bool operator==(const witness&) const = default;

private:
    std::array<std::uint64_t, 4> words_;
};
template <>
struct number<witness> {
    static witness make(std::uint64_t n) { return witness(n); }
    static std::uint64_t of(const witness& w) { return w.number(); }
};

/// Two to the power of `Bits` different hashes; with all 64, good ones.
template <class Key, unsigned Bits>
struct lingering_hash {
    std::size_t operator()(const Key& key) const noexcept {
        linger();
        const std::uint64_t good = number<Key>::of(key) * 0x9e3779b97f4a7c15;
        return static_cast<std::size_t>(Bits == 64 ? good : good >> 40U & ((1U << Bits % 64) - 1));
    }
};
struct lingering_equal {
    template <class Key>
    bool operator()(const Key& a, const Key& b) const noexcept {
        linger();
        return a == b;
    }
};

/// Slow for one call, and quick for another: see my_pace.
struct paced_equal {
    template <class Key>
    bool operator()(const Key& a, const Key& b) const noexcept {
        const bool equal = a == b;
        spin(equal ? 0 : my_pace.comparing);
        return equal;
    }
};

// --- calls --------------------------------------------------------------------------------------

template <class Map>
class adapter final : public subject {
public:
    using key_type = typename Map::key_type;
    using mapped_type = typename Map::mapped_type;

    void make(call& c) override {
        my_pace = c.what < member::store ? pace::of_load() : pace::of_write();
        const key_type key = number<key_type>::make(c.key);
        const auto argument = [&] { return to(c.argument); };
        switch (c.what) {
        case member::load: c.result = from(map_.load(key)); break;
        case member::visit: visit(c, key); break;
        case member::pin: pin(c, key); break;
        case member::contains: c.yes = map_.contains(key); break;
        case member::load_many: load_many(c, key); break;
        case member::visit_many: visit_many(c, key); break;
        case member::store: map_.store(key, argument()); break;
        case member::load_or_store: set_pair(c, map_.load_or_store(key, argument())); break;
        case member::load_or_compute:
            set_pair(c, map_.load_or_compute(key, [&] {
                dwell();
                return argument();
            }));
            break;
        case member::try_emplace: {
            const auto [handle, inserted] = map_.try_emplace(key, argument());
            c.result = look_at(*handle);
            c.yes = !inserted;
            break;
        }
        case member::load_and_erase: c.result = from(map_.load_and_erase(key)); break;
        case member::erase: c.yes = map_.erase(key); break;
        case member::exchange: c.result = from(map_.exchange(key, argument())); break;
        case member::compare_exchange:
            c.yes = map_.compare_exchange(key, to(c.expected), argument());
            break;
        case member::compare_and_erase: c.yes = map_.compare_and_erase(key, to(c.expected)); break;
        case member::erase_if:
            c.yes = map_.erase_if(
                key, [&](const mapped_type& now) { return look_at(now) == c.expected; });
            break;
        case member::update: update(c, key); break;
        case member::clear: map_.clear(); break;
        case member::size: c.result = map_.size() - c.expected; break;
        case member::shown:
        case member::not_shown:
        case member::erased_if: break;  // are no members
        }
    }

    void for_each(const std::function<bool(std::uint64_t, value)>& f) override {
        map_.for_each([&](const key_type& key, const mapped_type& now) {
            return f(number<key_type>::of(key), look_at(now));
        });
    }
    void for_each(std::size_t part, std::size_t parts,
                  const std::function<bool(std::uint64_t, value)>& f) override {
        map_.for_each(part, parts, [&](const key_type& key, const mapped_type& now) {
            return f(number<key_type>::of(key), look_at(now));
        });
    }
    std::vector<std::pair<std::uint64_t, value>> snapshot() override {
        std::vector<std::pair<std::uint64_t, value>> entries;
        for (const auto& [key, then] : map_.snapshot()) {
            entries.emplace_back(number<key_type>::of(key), number<mapped_type>::of(then));
        }
        return entries;
    }
    std::size_t erase_if(const std::function<bool(std::uint64_t, value)>& pred) override {
        return map_.erase_if([&](const key_type& key, const mapped_type& now) {
            return pred(number<key_type>::of(key), look_at(now));
        });
    }
    void reserve(std::size_t n) override { map_.reserve(n); }
    void shrink_to_fit() override { map_.shrink_to_fit(); }
    void reclaim() override { map_.reclaim(); }
    std::size_t promotions() override { return static_cast<std::size_t>(map_.stats().promotions); }

private:
    static mapped_type to(value v) { return number<mapped_type>::make(v); }
    static value from(const std::optional<mapped_type>& v) {
        return v ? number<mapped_type>::of(*v) : none;
    }
    static void set_pair(call& c, const std::pair<mapped_type, bool>& p) {
        c.result = number<mapped_type>::of(p.first);
        c.yes = p.second;
    }
    /// What a callback is shown is good as long as the callback runs.
    static value look_at(const mapped_type& now) {
        const value before = number<mapped_type>::of(now);
        dwell();
        return number<mapped_type>::of(now) == before ? before : broken;
    }

    void visit(call& c, const key_type& key) {
        value seen = none;
        const bool present = map_.visit(key, [&](const mapped_type& now) { seen = look_at(now); });
        c.result = present == (seen != none) ? seen : broken;
    }
    void pin(call& c, const key_type& key) {
        const auto handle = map_.pin(key);
        c.result = handle ? look_at(*handle) : none;
    }
    void load_many(call& c, const key_type& key) {
        std::vector<std::optional<mapped_type>> now{to(1)};  // is to be reset if there is nothing
        const std::size_t count = map_.load_many(std::span(&key, 1), now);
        c.result = count == (now[0] ? 1U : 0U) ? from(now[0]) : broken;
    }
    void visit_many(call& c, const key_type& key) {
        value seen = none;
        const std::size_t count = map_.visit_many(
            std::span(&key, 1), [&](std::size_t, const mapped_type& now) { seen = look_at(now); });
        c.result = count == (seen != none ? 1U : 0U) ? seen : broken;
    }
    /// `yes` asks to keep what is there: as it is, or by a copy of it.
    void update(call& c, const key_type& key) {
        const value wish = c.argument;
        const bool keep = std::exchange(c.yes, false);
        using change = syncmap::change<mapped_type>;
        c.result = from(map_.update(key, [&](const mapped_type* now) -> change {
            c.expected = now != nullptr ? look_at(*now) : none;
            c.argument = keep ? c.expected : wish;
            if (keep && wish != none) {
                return syncmap::unchanged;
            }
            return c.argument != none ? std::optional<mapped_type>(to(c.argument)) : std::nullopt;
        }));
    }

    Map map_;
};

template <class Adapter>
std::unique_ptr<subject> make_subject() {
    return std::make_unique<Adapter>();
}

}  // namespace linearizability
