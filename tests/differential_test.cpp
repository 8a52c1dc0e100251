// SPDX-License-Identifier: BSL-1.0
//
// Long random runs of every member, each result compared with std::unordered_map and with the
// literal algorithm of the classic sync.Map; contents compared from time to time and at the end.
#include <algorithm>
#include <optional>
#include <ostream>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reference/classic_sync_map.hpp"
#include "support.hpp"

namespace {

using namespace support;

enum class quality { good, constant, eight, low_bits, high_bits };

// One type for every quality, so that all of them are one instantiation. Whatever it gives is
// taken as it is: entropy only in the low bits is one bucket, only in the high ones is one tag.
struct chosen_hash {
    using is_transparent = void;
    using is_avalanching = void;
    quality of = quality::good;

    template <class K>
    std::uint64_t operator()(const K& key) const {
        const std::uint64_t h = syncmap::hash<K>{}(key);
        switch (of) {
        case quality::good: return h;
        case quality::constant: return 0x123456789abcdef;
        case quality::eight: return syncmap::hash<std::uint64_t>{}(h % 8);
        case quality::low_bits: return h & 0xff;
        case quality::high_bits: return h & ~std::uint64_t{0xffffffff};
        }
        return h;
    }
};

struct run {
    quality hash;
    std::size_t keys;   // the range they are drawn from
    std::size_t steps;  // the number of operations
    friend std::ostream& operator<<(std::ostream& out, const run& r) {
        return out << "hash " << static_cast<int>(r.hash) << ", " << r.keys << " keys, " << r.steps
                   << " steps";
    }
};

// The map under test and its two oracles, driven in step. Functions return whether all agreed.
template <class Kind>
class trio {
    using key_type = typename Kind::key;
    using value_type = typename Kind::value;
    using result = std::optional<value_type>;
    using map_type = syncmap::map<key_type, value_type, chosen_hash>;

public:
    trio(const run& r, std::uint64_t seed)
        : run_(r), random_(seed), map_(0, chosen_hash{r.hash}), classic_() {}

    void go() {
        for (std::size_t step = 0; step < run_.steps; ++step) {
            if (!operation(step) || map_.size() != model_.size()) {
                ADD_FAILURE() << "step " << step << ", operation " << last_;
                return;
            }
            if (step % (run_.steps / 8 + 1) == 0) same_contents();
            if (::testing::Test::HasFailure()) return;
        }
        same_contents();
        while (!model_.empty()) {
            const auto key = model_.begin()->first;
            if (map_.load_and_erase(key) != take(key)) {
                ADD_FAILURE() << "while emptying";
                return;
            }
        }
        same_contents();
    }

private:
    // Phases of growing, of churning and of shrinking, then everything again.
    bool inserting(std::size_t step) {
        switch (step * 9 / run_.steps % 3) {
        case 0: return random_() % 8 != 0;
        case 1: return random_() % 2 != 0;
        default: return random_() % 8 == 0;
        }
    }

    result get(const key_type& key) {
        const auto at = model_.find(key);
        const result found = at == model_.end() ? result{} : result(at->second);
        if (classic_.load(key) != found) ADD_FAILURE() << "the oracles disagree";
        return found;
    }
    result put(const key_type& key, const value_type& value) {
        const result previous = get(key);
        model_[key] = value;
        if (classic_.exchange(key, value) != previous) ADD_FAILURE() << "the oracles disagree";
        return previous;
    }
    result take(const key_type& key) {
        const result previous = get(key);
        model_.erase(key);
        if (classic_.load_and_erase(key) != previous) ADD_FAILURE() << "the oracles disagree";
        return previous;
    }

    bool operation(std::size_t step) {
        const auto key = Kind::make_key(random_() % run_.keys);
        const auto value = Kind::make_value(step);
        last_ = inserting(step) ? 0 : 10;
        if (random_() % 3 == 0) last_ = 20;
        last_ += static_cast<int>(random_() % 10);
        switch (last_) {
        case 0:
        case 1: map_.store(key, value); return put(key, value), true;
        case 2:
        case 3: return map_.exchange(key, value) == put(key, value);
        case 4:
        case 5: return if_absent(key, value, map_.load_or_store(key, value));
        case 6: return if_absent(key, value, map_.load_or_compute(key, [&] { return value; }));
        case 7:
        case 8: {
            const auto [handle, inserted] = map_.try_emplace(key, value);
            return if_absent(key, value, {*handle, !inserted});
        }
        case 9: return update(key, result(value));
        case 10:
        case 11:
        case 12: return map_.erase(key) == take(key).has_value();
        case 13:
        case 14:
        case 15: return map_.load_and_erase(key) == take(key);
        case 16: return update(key, std::nullopt);
        case 17:
        case 18: return compare_and_erase(key, get(key).value_or(value));
        case 19: return erase_some(step);
        case 20:
        case 21:
        case 22: return map_.load(key) == get(key);
        case 23: return map_.contains(key) == get(key).has_value();
        case 24: {
            result seen;
            return map_.visit(key, [&](const value_type& v) { seen = v; }) ==
                       get(key).has_value() &&
                   seen == get(key);
        }
        case 25: {
            const auto held = map_.pin(key);
            return (held ? result(*held) : result()) == get(key);
        }
        case 26: return compare_exchange(key, get(key).value_or(value), value);
        case 27: return compare_exchange(key, value, value) && compare_and_erase(key, value);
        case 28: return load_many();
        default: return rarely(step);
        }
    }

    bool if_absent(const key_type& key, const value_type& value,
                   const std::pair<value_type, bool>& given) {
        const result there = get(key);
        if (!there) put(key, value);
        const auto classic = classic_.load_or_store(key, value);
        return given.second == there.has_value() && given.first == there.value_or(value) &&
               classic.first == given.first && classic.second;
    }

    bool update(const key_type& key, const result& desired) {
        bool shown = false;
        const result given = map_.update(key, [&](const value_type* current) {
            shown = (current ? result(*current) : result()) == get(key);
            return desired;
        });
        desired ? put(key, *desired) : take(key);
        return shown && given == desired;
    }

    bool compare_exchange(const key_type& key, const value_type& expected,
                          const value_type& value) {
        const bool equal = get(key) == expected;
        if (classic_.compare_exchange(key, expected, value) != equal) return false;
        if (equal) model_[key] = value;
        return map_.compare_exchange(key, expected, value) == equal;
    }

    bool compare_and_erase(const key_type& key, const value_type& expected) {
        const bool equal = get(key) == expected;
        if (classic_.compare_and_erase(key, expected) != equal) return false;
        if (equal) model_.erase(key);
        return map_.compare_and_erase(key, expected) == equal;
    }

    bool load_many() {
        std::vector<key_type> keys;
        for (std::size_t i = random_() % 40; i > 0; --i)
            keys.push_back(Kind::make_key(random_() % run_.keys));
        std::vector<result> out(keys.size());
        std::size_t found = 0;
        for (const auto& key : keys) found += get(key).has_value();
        if (map_.load_many(keys, std::span(out)) != found) return false;
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (out[i] != get(keys[i])) return false;
        return true;
    }

    // O(n) operations, each time once in a while.
    bool erase_some(std::size_t step) {
        if (random_() % 50 != 0) return true;
        const std::size_t salt = step;
        const auto doomed = [&](const key_type& key) {
            return (std::hash<key_type>{}(key) + salt) % 5 == 0;
        };
        std::size_t expected = 0;
        for (auto at = model_.begin(); at != model_.end();) {
            const auto key = (at++)->first;
            if (!doomed(key)) continue;
            take(key);
            ++expected;
        }
        return map_.erase_if([&](const auto& k, const auto&) { return doomed(k); }) == expected;
    }

    bool rarely(std::size_t step) {
        switch (random_() % 400) {
        case 0:
            map_.clear();
            classic_.clear();
            model_.clear();
            return true;
        case 1: map_.reserve(random_() % (2 * run_.keys)); return true;
        case 2: map_.shrink_to_fit(); return true;
        case 3: map_.reclaim(); return true;
        case 4: {
            map_type other(std::move(map_));
            if (!map_.empty()) return false;
            map_ = std::move(other);
            return true;
        }
        case 5: {
            map_type other(step % 100, chosen_hash{run_.hash});
            other.swap(map_);
            const bool empty = map_.empty();
            map_.swap(other);
            return empty;
        }
        case 6: same_contents(); return true;
        default: return true;
        }
    }

    void same_contents() {
        const auto seen = contents(map_);
        std::map<key_type, value_type> expected(model_.begin(), model_.end()), classic;
        classic_.for_each([&](const auto& key, const auto& value) { classic.emplace(key, value); });
        if (seen != expected) ADD_FAILURE() << "for_each shows something else";
        if (classic != expected) ADD_FAILURE() << "the oracles disagree";
        for (std::size_t i = 0; i < run_.keys; ++i) {
            const auto key = Kind::make_key(i);
            if (map_.load(key) != get(key)) {
                ADD_FAILURE() << "key " << i;
                return;
            }
        }
    }

    const run run_;
    std::mt19937_64 random_;
    map_type map_;
    std::unordered_map<key_type, value_type> model_;
    syncmap::reference::classic_sync_map<key_type, value_type> classic_;
    int last_ = 0;
};

template <class Kind>
void compare(run r) {
    r.steps = scaled(r.steps);
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        SCOPED_TRACE(r);
        SCOPED_TRACE("seed " + std::to_string(seed));
        trio<Kind>(r, seed).go();
        if (::testing::Test::HasFailure()) return;
    }
}

TEST(differential_flat, small) { compare<flat>({quality::good, 40, 100000}); }
TEST(differential_flat, middle) { compare<flat>({quality::good, 2000, 200000}); }
TEST(differential_flat, large) { compare<flat>({quality::good, 50000, 200000}); }
TEST(differential_flat, constant_hash) { compare<flat>({quality::constant, 100, 60000}); }
TEST(differential_flat, eight_hashes) { compare<flat>({quality::eight, 400, 60000}); }
TEST(differential_flat, low_bits_only) { compare<flat>({quality::low_bits, 300, 60000}); }
TEST(differential_flat, high_bits_only) { compare<flat>({quality::high_bits, 2000, 100000}); }

TEST(differential_node, small) { compare<node>({quality::good, 40, 60000}); }
TEST(differential_node, middle) { compare<node>({quality::good, 2000, 100000}); }
TEST(differential_node, large) { compare<node>({quality::good, 20000, 60000}); }
TEST(differential_node, constant_hash) { compare<node>({quality::constant, 100, 40000}); }
TEST(differential_node, eight_hashes) { compare<node>({quality::eight, 400, 40000}); }
TEST(differential_node, low_bits_only) { compare<node>({quality::low_bits, 300, 40000}); }
TEST(differential_node, high_bits_only) { compare<node>({quality::high_bits, 2000, 60000}); }

}  // namespace
