// SPDX-License-Identifier: BSL-1.0
//
// The inner loops: what is timed, and nothing else. Nothing virtual, no allocation but the map's own.
#pragma once

#include "clock.hpp"
#include "dataset.hpp"
#include "histogram.hpp"
#include "types.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace bench {

/// What an adapter has beside visit().
template <class Map>
constexpr op_set operations_of() {
    using key = typename Map::key_type;
    using value = typename Map::mapped_type;
    op_set has = bit(op::load);
    if constexpr (requires(Map& m, const key& k, const value& v) { m.store(k, v); })
        has |= bit(op::store);
    if constexpr (requires(Map& m, const key& k, const value& v) { m.insert(k, v); })
        has |= bit(op::insert);
    if constexpr (requires(Map& m, const key& k) { m.erase(k); }) has |= bit(op::erase);
    if constexpr (requires(Map& m, const key& k, const value& v) { m.update(k, v, bump<value>); })
        has |= bit(op::update);
    return has;
}
template <class Map>
concept iterable = requires(Map& m) {
    m.for_each([](const typename Map::key_type&, const typename Map::mapped_type&) {});
};
template <class Map>
concept batching = kept_in_stream<typename Map::key_type> &&
                   requires(Map& m, std::span<const typename Map::key_type> keys) {
                       m.visit_many(keys, [](const typename Map::mapped_type&) {});
                   };

/// What a loop has seen: so that no compiler leaves it out, and no map gets away with a wrong answer.
struct seen {
    std::uint64_t sum = 0;
    std::uint64_t found = 0;
};

template <class Map>
class kernels {
    using key = typename Map::key_type;
    using value = typename Map::mapped_type;
    using data = dataset<key, value>;
    using stream = typename data::stream;

public:
    kernels(Map& map, const data& all, const stream& mine) : map_(map), all_(all), mine_(mine) {}

    void loads(std::size_t first, std::size_t last, seen& result) {
        std::uint64_t sum = 0;
        std::uint64_t found = 0;
        for (std::size_t i = first; i != last; ++i)
            found += map_.visit(mine_.keys[i], [&](const value& v) { sum += first_bytes(v); });
        result.sum += sum;
        result.found += found;
    }

    void mixed(std::size_t first, std::size_t last, seen& result) {
        if (!mine_.ops.empty()) {
            for (std::size_t i = first; i != last; ++i) perform(mine_.ops[i], i, result);
            return;
        }
        switch (mine_.only) {  // a loop of its own for each
        case op::load: return loads(first, last, result);
        case op::insert: return repeat<op::insert>(first, last, result);
        case op::update: return repeat<op::update>(first, last, result);
        case op::store:
        case op::erase:
            for (std::size_t i = first; i != last; ++i) perform(mine_.only, i, result);
        }
    }

    void batches(std::size_t first, std::size_t last, seen& result) {
        if constexpr (batching<Map>) {
            constexpr std::size_t batch = 16;
            for (std::size_t i = first; i < last; i += batch) {
                const std::size_t n = std::min(batch, last - i);
                result.found +=
                    map_.visit_many(std::span(mine_.keys.data() + i, n),
                                    [&](const value& v) { result.sum += first_bytes(v); });
            }
        }
    }

    /// Returns the number of entries.
    std::uint64_t iterate(seen& result) {
        std::uint64_t count = 0;
        if constexpr (iterable<Map>) {
            std::uint64_t sum = 0;
            map_.for_each([&](const key&, const value& v) {
                sum += first_bytes(v);
                ++count;
            });
            result.sum += sum;
        }
        return count;
    }

    /// As mixed(), and each operation goes into the histogram, in ticks: as it was by the wall, and without
    /// the time in which this thread had no processor. That is asked for only where it may matter.
    void each_timed(std::size_t first, std::size_t last, seen& result, histogram& durations,
                    std::uint64_t& longest_wall) {
        const auto suspicious = static_cast<std::uint64_t>(20'000 / ns_per_tick());
        std::uint64_t preempted = preempted_.ns();
        std::uint64_t start = ticks();
        for (std::size_t i = first; i != last; ++i) {
            perform(mine_.ops.empty() ? mine_.only : mine_.ops[i], i, result);
            std::uint64_t end = ticks();
            std::uint64_t taken = end - start;
            if (taken >= suspicious) {
                longest_wall = std::max(longest_wall, taken);
                const std::uint64_t now = preempted_.ns();
                const auto waited = static_cast<std::uint64_t>(
                    static_cast<double>(now - std::exchange(preempted, now)) / ns_per_tick());
                taken -= std::min(taken, waited);
                end = ticks();
            }
            durations.add(taken);
            start = end;
        }
        longest_wall = std::max(longest_wall, durations.largest());
    }

private:
    template <op Op>
    void repeat(std::size_t first, std::size_t last, seen& result) {
        for (std::size_t i = first; i != last; ++i) perform(Op, i, result);
    }

    void perform(op o, std::size_t i, seen& result) {
        const key& k = mine_.keys[i];
        switch (o) {
        case op::load:
            result.found += map_.visit(k, [&](const value& v) { result.sum += first_bytes(v); });
            return;
        case op::store:
            if constexpr ((operations_of<Map>() & bit(op::store)) != 0)
                map_.store(k, all_.value(i));
            return;
        case op::insert:
            if constexpr ((operations_of<Map>() & bit(op::insert)) != 0)
                result.sum += static_cast<std::uint64_t>(map_.insert(k, all_.value(i)));
            return;
        case op::erase:
            if constexpr ((operations_of<Map>() & bit(op::erase)) != 0)
                result.sum += static_cast<std::uint64_t>(map_.erase(k));
            return;
        case op::update:
            if constexpr ((operations_of<Map>() & bit(op::update)) != 0)
                map_.update(k, all_.value(0), [](value& v) { bump(v); });
            return;
        }
    }

    Map& map_;
    const data& all_;
    const stream& mine_;
    preemption_clock preempted_;
};

}  // namespace bench
