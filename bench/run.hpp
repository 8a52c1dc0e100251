// SPDX-License-Identifier: BSL-1.0
//
// One repetition of one cell with one map, and the registration of an adapter:
//
//     const registration<my_adapter> registered{{.name = "my map", .version = "1.2", .note = ""}};
//
// my_adapter<Key, T> has the members that adapters/syncmap.hpp shows, and is constrained (requires) if it
// cannot have all pairs of types. It may leave out store or insert (not both), erase, update, for_each, visit_many and size; what needs them
// is not measured then. If threads have to do something before and after they use the map, it has a class
// thread_guard, which each thread holds meanwhile.
#pragma once

#include "kernels.hpp"
#include "registry.hpp"
#include "stopwatch.hpp"
#include "threads.hpp"

#include <algorithm>
#include <barrier>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace bench {

template <class Map>
class repetition {
    using key = typename Map::key_type;
    using value = typename Map::mapped_type;
    using data = dataset<key, value>;

    struct no_guard {};
    template <class M>
    static auto guard_of(int) -> std::type_identity<typename M::thread_guard>;
    template <class M>
    static auto guard_of(...) -> std::type_identity<no_guard>;
    using guard = typename decltype(guard_of<Map>(0))::type;

public:
    repetition(const cell& what, const data& all) : cell_(what), data_(all) {}

    run_result run() {
        [[maybe_unused]] const guard registered{};
        switch (cell_.what->how) {
        case manner::fill: return fill();
        case manner::once: return passes();
        default: return endless();
        }
    }

private:
    std::unique_ptr<Map> filled_map() const {
        auto map = std::make_unique<Map>(cell_.reserve ? cell_.keys : 0);
        const std::uint64_t count = cell_.what->prefilled(cell_);
        for (std::uint64_t i = 0; i < count; ++i) {
            if constexpr ((operations_of<Map>() & bit(op::insert)) != 0) {
                map->insert(data_.keys()[i], data_.value(i));
            } else {
                map->store(data_.keys()[i], data_.value(i));
            }
        }
        return map;
    }

    run_result fill() {
        const memory_use before = memory_use::now();
        const auto map = filled_map();
        const memory_use after = memory_use::now();
        const auto entries = static_cast<double>(cell_.keys);
        run_result result;
        if constexpr (requires { map->size(); }) {
            if (map->size() != cell_.keys)
                result.failure = "the map has " + std::to_string(map->size()) + " entries, not " +
                                 std::to_string(cell_.keys);
        }
        // Nothing has been given out by the C library's malloc: there is another one (--malloc).
        if (after.heap > before.heap)
            result.figures = {{"", "heap B/entry", (after.heap - before.heap) / entries}};
        if (cell_.keys >= 50'000)  // of less, pages and what is made once a process are most
            result.figures.push_back(
                {"", "RSS B/entry", (after.resident - before.resident) / entries});
        return result;
    }

    /// The script again and again: first to warm up, then for the time that is asked for.
    run_result endless() {
        const auto map = filled_map();
        std::deque<thread_times> times(cell_.threads);
        phases phase;
        threads workers(cell_.threads, [&](unsigned t) {
            [[maybe_unused]] const guard registered{};
            kernels<Map> work(*map, data_, data_.streams()[t]);
            thread_times& mine = times[t];
            std::size_t at = 0;
            const auto chunk = [&] { mine.operations += step(work, data_.streams()[t], at, mine); };
            if (cell_.ops != 0) {
                mine.start();
                while (mine.operations < cell_.ops) chunk();
                mine.stop();
                return;
            }
            phase.wait_for_begin();
            while (phase.warming_up()) chunk();
            mine.start();
            do {  // something, however long it takes
                chunk();
            } while (phase.measuring());
            mine.stop();
        });
        if (cell_.ops == 0) phase.conduct(cell_.seconds);
        workers.join();
        run_result result = summarise(times);
        check(result, times);
        return result;
    }

    /// The script once, then again on a new map, until the time is over.
    run_result passes() {
        std::deque<thread_times> times(cell_.threads);
        std::unique_ptr<Map> map;
        std::barrier<> together(cell_.threads);
        const std::uint64_t begin = now_ns();
        const double wanted = cell_.seconds * 1e9;
        bool more = true;  // written by thread 0 between two meetings
        threads workers(cell_.threads, [&](unsigned t) {
            [[maybe_unused]] const guard registered{};
            const auto& stream = data_.streams()[t];
            thread_times& mine = times[t];
            while (more) {
                if (t == 0) map = filled_map();
                together.arrive_and_wait();
                kernels<Map> work(*map, data_, stream);
                mine.start();
                if (cell_.each_timed)
                    work.each_timed(0, stream.keys.size(), mine.result, mine.durations,
                                    mine.longest);
                else
                    work.mixed(0, stream.keys.size(), mine.result);
                mine.stop();
                mine.operations += stream.keys.size();
                together.arrive_and_wait();
                if (t == 0) {
                    map.reset();
                    const bool in_time =
                        mine.ns < wanted && static_cast<double>(now_ns() - begin) < 3 * wanted;
                    more = cell_.ops == 0 ? in_time : mine.operations < cell_.ops;
                }
                together.arrive_and_wait();
            }
        });
        workers.join();
        return summarise(times);
    }

    /// A short part of the script, so that the end of the time is noticed soon. Returns the operations.
    std::uint64_t step(kernels<Map>& work, const typename data::stream& stream, std::size_t& at,
                       thread_times& mine) const {
        if (cell_.what->how == manner::iterate) return work.iterate(mine.result);
        std::size_t chunk = cell_.each_timed ? 4096 : 64;
        if (cell_.ops != 0)  // exactly so many
            chunk = static_cast<std::size_t>(
                std::min<std::uint64_t>(chunk, cell_.ops - mine.operations));
        const std::size_t last = std::min(at + chunk, stream.keys.size());
        const std::size_t count = last - at;
        if (cell_.each_timed)
            work.each_timed(at, last, mine.result, mine.durations, mine.longest);
        else if (cell_.what->how == manner::loads)
            work.loads(at, last, mine.result);
        else if (cell_.what->how == manner::batches)
            work.batches(at, last, mine.result);
        else
            work.mixed(at, last, mine.result);
        at = last == stream.keys.size() ? 0 : last;
        return count;
    }

    run_result summarise(const std::deque<thread_times>& times) const {
        std::map<std::string, std::vector<const thread_times*>> by_role;
        for (std::size_t t = 0; t < times.size(); ++t)
            by_role[data_.streams()[t].role].push_back(&times[t]);
        run_result result;
        for (const auto& [role, threads] : by_role)
            add_figures(result, role, threads, times.size(), cell_.each_timed);
        return result;
    }

    /// A map that loses keys, or finds what is not there, is not fast but wrong.
    void check(run_result& result, const std::deque<thread_times>& times) const {
        if (cell_.what->how != manner::loads) return;
        const bool hits = cell_.what->filled > 0 && cell_.what->range <= 1;
        for (const thread_times& t : times) {
            if (t.result.found != (hits ? t.performed() : 0))
                result.failure = "loads found " + std::to_string(t.result.found) + " keys of " +
                                 std::to_string(hits ? t.performed() : 0);
        }
    }

    const cell& cell_;
    const data& data_;
};

template <template <class, class> class Adapter>
class registration {
public:
    explicit registration(peer_info info) {
        peer p;
        p.info = std::move(info);
        for_each_type([&]<class Key, class T>() { add<Key, T>(p); });
        register_peer(std::move(p));
    }

private:
    template <class Key, class T>
    static void add(peer& p) {
        if constexpr (requires { typename Adapter<Key, T>; }) {
            using map = Adapter<Key, T>;
            p.unsynchronised = map::unsynchronised;
            p.types[std::string(type_name<Key, T>)] = {
                .run =
                    [](const cell& c, const any_dataset& all) {
                        return repetition<map>(c, dynamic_cast<const dataset<Key, T>&>(all)).run();
                    },
                .can = operations_of<map>(),
                .batches = batching<map>,
                .iterates = iterable<map>};
        }
    }
};

}  // namespace bench
