// SPDX-License-Identifier: BSL-1.0
//
// Counts what operations of a map write, for shared_writes.cpp.
//
// Two threads take turns, so that the figures are the same in every run (but for the seed of the hash). In each
// pass one of them does a few operations that count; before and after, the other looks at the same keys. The
// next pass is the other way round, with the same keys: both touch every line that users of these keys need.
// The operations are divided among maps whose blocks begin at different places in a line: scattered.hpp.
#pragma once

#include "scattered.hpp"
#include "shared_counts.hpp"
#include "types.hpp"

#include <syncmap/map.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace bench {

enum class operation { hit, miss, visit, find, store, exchange, update, insert, erase };

/// Lets two threads do one step each in turn.
class turns {
public:
    template <class F>
    void at(unsigned step, F f) {
        for (unsigned now = now_.load(); now != step; now = now_.load()) now_.wait(now);
        f();
        now_.store(step + 1);
        now_.notify_all();
    }

private:
    std::atomic<unsigned> now_{0};
};

/// Notes that a key which is not in a slot has been read, and its hash, which stands in front of it.
struct noting_equal {
    bool operator()(const std::string& in_map, const std::string& key) const {
        note(&in_map, recorder::access::read);
        note(reinterpret_cast<const char*>(&in_map) - sizeof(std::uint64_t),
             recorder::access::read);
        return in_map == key;
    }
};

template <class Key, class T>
class experiment {
    using equal =
        std::conditional_t<std::is_same_v<Key, std::string>, noting_equal, std::equal_to<>>;
    using map = syncmap::map<Key, T, syncmap::hash<Key>, equal, scattered<std::pair<const Key, T>>>;
    static constexpr std::size_t batch = 50;     ///< operations of a turn
    static constexpr std::size_t positions = 4;  ///< in a line, where blocks begin

public:
    explicit experiment(std::size_t size) : values_{make_value<T>(1), make_value<T>(2)} {
        for (std::size_t i = 0; i < size; ++i) present_.push_back(make_key<Key>(i));
        for (std::size_t i = 0; i < size / 4; ++i) fresh_.push_back(make_key<Key>(size + i));
    }

    figures measure(operation op, std::size_t count) const {
        figures sum;
        const std::size_t batches = (count + batch - 1) / batch;
        // So few new keys that a slot is seldom used again, and erased nodes are not swept meanwhile.
        const std::size_t room = std::min<std::size_t>(fresh_.size(), 2000) / batch;
        const std::size_t most = op == operation::insert ? room : batches;
        const std::size_t maps =
            std::max((batches + most - 1) / most, std::min(batches, positions));
        for (std::size_t i = 0; i < maps; ++i) {
            next_scattered = i;
            use_a_map(op, batches * (i + 1) / maps - batches * i / maps, sum);
        }
        return sum;
    }

private:
    void use_a_map(operation op, std::size_t batches, figures& sum) const {
        map m;
        m.reserve(2 * present_.size());
        for (const Key& key : present_) m.store(key, values_[0]);
        const auto before = m.stats();
        std::array<recorder, 2> seen;
        turns turn;
        {
            std::jthread first([&] { take_part(m, op, batches, 0, seen[0], turn); });
            std::jthread second([&] { take_part(m, op, batches, 1, seen[1], turn); });
        }
        const auto after = m.stats();
        if (before.amended || after.amended || before.promotions != after.promotions)
            throw std::runtime_error("the map has changed its table: it was to be large enough");
        sum.add(seen[0], seen[1]);
        sum.add(seen[1], seen[0]);
    }

    void take_part(map& m, operation op, std::size_t batches, unsigned thread, recorder& seen,
                   turns& turn) const {
        unsigned step = 0;
        const auto in_turn = [&](unsigned whose, auto f) {
            if (whose == thread) turn.at(step, f);
            ++step;
        };
        const auto first_use = [&] {  // what a thread does once in its life
            m.store(present_[0], values_[0]);
            m.visit(present_[0], [](const T&) {});
        };
        in_turn(0, first_use);
        in_turn(1, first_use);
        const bool fresh = op >= operation::insert || op == operation::miss;
        const std::vector<Key>& keys = fresh ? fresh_ : present_;
        for (std::size_t pass = 0; pass < 2 * batches; ++pass) {
            const std::size_t begin = pass / 2 * batch;
            const auto for_each_key = [&](auto f) {
                recording = &seen;
                for (std::size_t i = begin; i < begin + batch; ++i) f(keys[i % keys.size()]);
                recording = nullptr;
            };
            const auto prepare = [&] {
                if (op == operation::erase)
                    for_each_key([&](const Key& key) { m.store(key, values_[0]); });
            };
            const auto look = [&] {
                for_each_key([&](const Key& key) {
                    m.visit(key, [](const T& value) { note(&value, recorder::access::read); });
                });
            };
            const auto count = [&] {
                for_each_key([&](const Key& key) {
                    seen.counting = true;
                    operate(m, op, key);
                    seen.counting = false;
                    seen.end_operation();
                });
            };
            const auto clean_up = [&] {
                if (op == operation::insert) for_each_key([&](const Key& key) { m.erase(key); });
            };
            const unsigned other = pass % 2 == 0 ? 1 : 0;
            in_turn(1 - other, prepare);
            in_turn(other, look);
            in_turn(1 - other, count);
            in_turn(other, look);
            in_turn(other, clean_up);
        }
    }

    void operate(map& m, operation op, const Key& key) const {
        switch (op) {
        case operation::hit:
        case operation::miss: static_cast<void>(m.load(key)); break;
        case operation::visit: m.visit(key, [](const T&) {}); break;
        case operation::find: m.load_or_store(key, values_[1]); break;
        case operation::insert:
        case operation::store: m.store(key, values_[1]); break;
        case operation::exchange: m.exchange(key, values_[1]); break;
        case operation::update:
            m.update(key, [&](const T*) { return std::optional<T>(values_[1]); });
            break;
        case operation::erase: m.erase(key); break;
        }
    }

    std::vector<Key> present_, fresh_;
    std::array<T, 2> values_;
};
}  // namespace bench
