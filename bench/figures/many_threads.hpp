// SPDX-License-Identifier: BSL-1.0
//
// What 16 threads that write to one map would take from each other, for shared_writes.cpp.
//
// They take turns of one to seven operations each, so two processors will do, nothing waits, and the figures
// hardly change from run to run. coherence.hpp tells which lines an operation accesses that another thread has
// written since; those of the operation's own bucket are left out (map_lines.hpp): whoever uses another key does
// without them. A thread never waits for a section of another one here, so what that costs is not seen.
#pragma once

#include "map_lines.hpp"
#include "types.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace bench {

/// What is counted. `load` is that of one half of the threads while the other half stores.
enum class step { load, store, store_first, erase, insert, erase_and_store, grow };

struct crowd_figures {
    double operations = 0;
    double read_modify_writes = 0;
    double foreign_lines = 0;  ///< each once an operation, without those of its own bucket
    double looked = 0;         ///< operations that access any
    double most_looked = 0;    ///< of the thread with the most
    system_calls calls;
    std::size_t retired = 0;                   ///< objects, by all that was done meanwhile
    std::size_t grown = 0;                     ///< entries
    std::uint64_t promotions = 0;              ///< tables that were replaced
    std::map<std::string, std::size_t> names;  ///< of those lines, and how many it were
};

/// Hands a baton round.
class ring {
public:
    explicit ring(unsigned threads) : batons_(threads) { batons_[0].here = true; }
    void wait(unsigned thread) { batons_[thread].here.wait(false); }
    void pass_on(unsigned thread) {
        batons_[thread].here = false;
        auto& next = batons_[(thread + 1) % batons_.size()].here;
        next = true;
        next.notify_one();
    }

private:
    struct alignas(64) baton {
        std::atomic<bool> here{false};
    };
    std::vector<baton> batons_;
};

template <class Key, class T>
class crowd {
    using map = syncmap::map<Key, T, syncmap::hash<Key>, std::equal_to<>>;
    static constexpr bool boxed = !syncmap::detail::is_word<T>;

public:
    static constexpr unsigned threads = 16;

    /// A thread performs about so many operations.
    crowd(std::size_t size, std::size_t operations) : size_(size), rounds_(operations / mean_turn) {
        const std::size_t most = threads * (warm_up + rounds_) * most_in_turn;
        for (std::size_t i = 0; i < size + most; ++i) keys_.push_back(make_key<Key>(i));
        for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = make_value<T>(i);
    }

    crowd_figures measure(step what) const {
        coherence lines;
        crowd_figures sum;
        map m;
        ring baton(threads);
        std::array<std::exception_ptr, threads> failed;
        {
            std::vector<std::jthread> all;
            for (unsigned thread = 0; thread < threads; ++thread)
                all.emplace_back([&, thread] {
                    member me(*this, m, what, thread, lines, sum);
                    for (std::size_t round = 0; round < warm_up + rounds_; ++round) {
                        baton.wait(thread);
                        try {
                            if (!failed[thread]) me.take_turn(round);
                        } catch (...) {
                            failed[thread] = std::current_exception();
                        }
                        watching = nullptr;
                        baton.pass_on(thread);
                    }
                });
        }
        for (const std::exception_ptr& f : failed)
            if (f) std::rethrow_exception(f);
        return sum;
    }

private:
    static constexpr std::size_t most_in_turn = 7;
    static constexpr std::size_t mean_turn = (1 + most_in_turn) / 2;
    static constexpr std::size_t warm_up = 128;  ///< turns of each thread that do not count

    /// One thread, and what it has counted.
    class member {
    public:
        member(const crowd& in, map& m, step what, unsigned thread, coherence& lines,
               crowd_figures& sum)
            : in_(in), map_(m), what_(what), thread_(thread), watcher_(lines, thread), sum_(sum),
              random_(thread + 1) {}

        void take_turn(std::size_t round) {
            if (round == 0 && thread_ == 0) fill();
            watching = &watcher_;
            if (round == 0) get_out_of_step();
            counting_ = round >= warm_up;
            if (round == warm_up && thread_ == 0) begin();
            for (std::size_t i = next_random() % most_in_turn + 1; i != 0; --i) operate();
            if (round + 1 == warm_up + in_.rounds_) end();
        }

    private:
        void fill() {
            if (what_ != step::grow) map_.reserve(2 * in_.size_);
            const std::size_t count = what_ == step::grow ? in_.size_ / 2 : in_.size_;
            for (std::size_t i = 0; i < count; ++i) map_.store(in_.keys_[i], in_.values_[0]);
            // Again, where they are going to be overwritten: the first ones are in the nodes of their keys.
            if (what_ <= step::store_first)
                for (std::size_t i = 0; i < count; ++i) map_.store(in_.keys_[i], in_.values_[1]);
            map_.reclaim();
        }
        /// What a thread does once in so many operations is not to happen in the same round as with all others.
        void get_out_of_step() {
            for (std::size_t i = next_random() % 4096; what_ != step::grow && i != 0; --i)
                operate();
        }
        void begin() {
            watcher_.paused = true;
            sum_.promotions = map_.stats().promotions;
            watcher_.paused = false;
            calls = system_calls{};
        }
        void end() {
            name_lines();
            sum_.most_looked = std::max(sum_.most_looked, static_cast<double>(looked_) /
                                                              static_cast<double>(counted_));
            sum_.operations += static_cast<double>(counted_);
            sum_.looked += static_cast<double>(looked_);
            if (thread_ != threads - 1) return;
            sum_.calls = calls;
            const syncmap::map_stats now = map_.stats();
            sum_.promotions = now.promotions - sum_.promotions;
            if (what_ != step::grow && (now.amended || now.promotions != 0))
                throw std::runtime_error(
                    "the map has changed its table: it was to be large enough");
        }

        std::uint64_t next_random() { return random_ = scrambled(random_); }
        const T& any_value() { return in_.values_[next_random() % in_.values_.size()]; }

        void operate() {
            const Key& key = what_ == step::grow ? in_.keys_[in_.size_ / 2 + sum_.grown++]
                                                 : in_.keys_[next_random() % in_.size_];
            switch (what_) {
            case step::load:
                if (thread_ % 2 == 0) return counted(key, [&] { load(key); });
                store_over(key);
                return;
            case step::store: return counted(key, [&] { store_over(key); });
            case step::store_first:
                erase(key);
                store(key);
                return counted(key, [&] { store_over(key); });
            case step::erase: counted(key, [&] { erase(key); }); return store(key);
            case step::insert: erase(key); return counted(key, [&] { store(key); });
            case step::erase_and_store:
                return counted(key, [&] {
                    erase(key);
                    store(key);
                });
            case step::grow: return counted(key, [&] { store(key); });
            }
        }
        void load(const Key& key) {
            inspector::note_header(map_);
            static_cast<void>(map_.load(key));
        }
        void store(const Key& key) {
            inspector::note_header(map_);
            map_.store(key, any_value());
        }
        void store_over(const Key& key) {
            store(key);
            sum_.retired += boxed && counting_ ? 1 : 0;
        }
        void erase(const Key& key) {
            watcher_.paused = true;
            sum_.retired += counting_ ? inspector::objects_of_entry(map_, key) : 0;
            watcher_.paused = false;
            inspector::note_header(map_);
            map_.erase(key);
        }

        template <class F>
        void counted(const Key& key, F f) {
            if (!counting_) return f();
            own_.clear();
            add_own_bucket(key);
            watcher_.begin_operation();
            f();
            sum_.read_modify_writes += static_cast<double>(watcher_.read_modify_writes);
            add_own_bucket(key);
            watcher_.paused = true;
            auto& lines = watcher_.foreign;
            std::sort(own_.begin(), own_.end());
            std::erase_if(lines, [&](cache_line line) {
                return std::binary_search(own_.begin(), own_.end(), line);
            });
            std::sort(lines.begin(), lines.end());
            lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
            sum_.foreign_lines += static_cast<double>(lines.size());
            for (const cache_line line : lines) ++seen_[line];
            looked_ += lines.empty() ? 0 : 1;
            ++counted_;
            watcher_.paused = false;
        }

        void add_own_bucket(const Key& key) {
            watcher_.paused = true;
            inspector::add_bucket(map_, key, own_);
            watcher_.paused = false;
        }

        void name_lines() {
            watcher_.paused = true;
            const auto names = inspector::names(map_);
            const std::string mine = " of " + std::to_string(inspector::index_of_this_thread(map_));
            for (const auto& [line, count] : seen_) {
                const auto found =
                    std::find_if(names.begin(), names.end(),
                                 [&, at = line](auto& n) { return n.first <= at && at <= n.last; });
                std::string name = found != names.end() ? found->name : "a node, a value, or gone";
                const std::size_t of = name.rfind(" of ");
                if (of != std::string::npos && name.find_last_of("0123456789") == name.size() - 1)
                    name = name.substr(0, of) + (name.substr(of) == mine ? ", own" : ", another's");
                sum_.names[name] += count;
            }
            watcher_.paused = false;
        }

        using inspector = syncmap::detail::inspector;
        const crowd& in_;
        map& map_;
        step what_;
        unsigned thread_;
        watcher watcher_;
        crowd_figures& sum_;
        std::uint64_t random_;
        bool counting_ = false;
        std::size_t counted_ = 0, looked_ = 0;
        std::vector<cache_line> own_;
        std::map<cache_line, std::size_t> seen_;
    };

    std::size_t size_, rounds_;
    std::vector<Key> keys_;
    std::array<T, 8> values_;
};

}  // namespace bench
