// SPDX-License-Identifier: BSL-1.0
//
// A thread is stopped at random instructions inside its operations, for as long as it takes the others
// to do everything they may do meanwhile (docs/guarantees.md, A, H and K):
//   - all loads of all keys, for_each and size() go on, whoever is stopped;
//   - stores go on, but for those of one unit of buckets that the stopped thread has locked, and for
//     those that are done and have to hand over garbage, where it stands at that list;
//   - garbage grows by no more than what is unlinked meanwhile, and is gone when the thread goes on.
#include "stoppable.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <syncmap/map.hpp>
#include <vector>

namespace {

using namespace faults;

constexpr std::uint64_t staying = 600;  ///< keys that are always there
constexpr std::uint64_t changing = 60;  ///< others, used by the thread that is stopped

/// Too large to be kept in a slot: overwriting one leaves garbage.
struct wide {
    std::uint64_t n = 0;
    std::uint64_t more[3]{};
    friend bool operator==(const wide&, const wide&) = default;
};
template <class T>
T make(std::uint64_t n) {
    if constexpr (std::is_same_v<T, wide>)
        return {n, {n, n, n}};
    else
        return n;
}

struct tally {
    std::size_t stops = 0;
    std::size_t inside = 0;        ///< in the middle of an operation
    std::size_t amended = 0;       ///< while entries were moving
    std::size_t lock_held = 0;     ///< with the lock of a bucket
    std::size_t list_held = 0;     ///< with the lock of a list of garbage
    std::size_t section_held = 0;  ///< in a section: reclaim() waits
    std::size_t loads = 0;
    std::size_t stores = 0;
    void operator+=(const tally& other) {
        for (auto field : {&tally::stops, &tally::inside, &tally::amended, &tally::lock_held,
                           &tally::list_held, &tally::section_held, &tally::loads, &tally::stores})
            this->*field += other.*field;
    }
};

/// Stores one key after the other, until one does not return.
template <class T>
class storer {
public:
    template <class Skip>
    storer(syncmap::map<std::uint64_t, T>& m, std::uint64_t first, std::uint64_t value, Skip skip)
        : current_(first), thread_([this, &m, first, value, skip] {
              for (std::uint64_t n = first; n < staying && !abandoned_; ++n)
                  if (!skip(n)) {
                      current_ = n;
                      m.store(n, make<T>(value));
                      ++stored_;
                  }
              over_ = true;
          }) {}
    /// Until it has ended, or there has been no progress for a while; whether it has ended.
    bool watch() {
        for (std::size_t before = stored_;; before = stored_) {
            if (comes_true([&] { return over_ || stored_ != before; },
                           std::chrono::milliseconds(30))) {
                if (over_) return true;
            } else {
                abandoned_ = true;  // it comes back when the stopped thread goes on
                return false;
            }
        }
    }
    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] std::size_t stored() const { return stored_; }
    [[nodiscard]] std::uint64_t current() const { return current_; }

private:
    std::atomic<bool> over_{false};
    std::atomic<bool> abandoned_{false};
    std::atomic<std::size_t> stored_{0};
    std::atomic<std::uint64_t> current_;
    std::jthread thread_;
};

template <class T>
class experiment {
    using map = syncmap::map<std::uint64_t, T>;

public:
    experiment() { fill(); }

    tally with_a_writer_stopped(std::size_t stops) {
        return run(stops, [this, roll = dice(1), wave = std::uint64_t{0}]() mutable {
            const std::uint64_t n = roll(4) == 0 ? roll(staying) : staying + roll(changing);
            switch (roll(8)) {
            case 0:
                map_.update(n, [](const T* t) { return t ? std::optional(*t) : std::nullopt; });
                break;
            case 1: map_.load_or_store(n, make<T>(n)); break;
            case 2: map_.compare_exchange(n, make<T>(n), make<T>(n)); break;
            case 3: n < staying ? map_.store(n, make<T>(n)) : void(map_.erase(n)); break;
            case 4:
                n < staying ? void(map_.exchange(n, make<T>(n))) : void(map_.load_and_erase(n));
                break;
            case 5:  // grows, and shrinks again
                wave++ / 3000 % 2 == 0 ? map_.store(10'000 + wave % 3000, make<T>(n))
                                       : void(map_.erase(10'000 + wave % 3000));
                break;
            default: map_.store(n, make<T>(n));
            }
        });
    }
    tally with_a_reader_stopped(std::size_t stops) {
        return run(stops, [this, roll = dice(3)]() mutable {
            const std::uint64_t n = roll(staying);
            switch (roll(100)) {
            case 0: map_.for_each([](std::uint64_t, const T&) {}); break;
            case 1: static_cast<void>(map_.size()); break;
            default:
                switch (n % 4) {
                case 0: map_.visit(n, [](const T&) {}); break;
                case 1: map_.pin(n); break;
                case 2: map_.contains(n); break;
                default: map_.load(n);
                }
            }
        });
    }

private:
    void fill() {
        for (std::uint64_t n = 0; n < staying; ++n) map_.store(n, make<T>(n));
    }

    template <class Body>
    tally run(std::size_t stops, Body body) {
        tally all;
        {
            stoppable victim(std::move(body));
            dice roll(5);
            for (std::size_t i = 0; i < stops; ++i) {
                if (i % 4 != 3) {  // entries are on the move at most stops
                    map_.reserve(3000);
                    map_.shrink_to_fit();
                }
                const std::size_t enough = victim.operations() + roll(6);
                eventually([&] { return victim.operations() >= enough; }, "a thread works");
                all += while_stopped(victim, i % 8 == 7);
                if (i % 8 == 7) fill();
                const std::size_t then = victim.operations();
                eventually([&] { return victim.operations() > then; }, "a thread goes on");
            }
        }
        map_.reclaim();
        require(map_.stats().retired_objects == 0, "what was held back can be reclaimed");
        for (std::uint64_t n = 0; n < staying; ++n)
            require(map_.load(n).has_value(), "all that stays is there in the end");
        return all;
    }

    tally while_stopped(stoppable& victim, bool clear_too) {
        tally t;
        t.stops = 1;
        t.inside = victim.stop();
        const syncmap::map_stats before = map_.stats();
        t.amended = before.amended;
        prefix_ = unit_bits(before.buckets);
        look_at_everything(t);
        std::vector<std::unique_ptr<storer<T>>> stuck;
        store_everywhere(t, stuck);
        look_at_everything(t);
        const std::size_t tables = 4;  // may have been left meanwhile
        require(map_.stats().retired_objects <= before.retired_objects + t.stores + tables,
                "garbage grows by what is unlinked, and no more");
        std::atomic<bool> cleared{false};
        std::atomic<bool> reclaimed{false};
        std::jthread ending([&] {
            if (clear_too && t.list_held == 0) map_.clear();
            cleared = true;
            map_.reclaim();
            reclaimed = true;
        });
        eventually([&] { return cleared.load(); }, "clear() goes on while a thread is stopped");
        if (t.inside == 0 && stuck.empty())
            eventually([&] { return reclaimed.load(); },
                       "reclaim() waits for nobody who is outside");
        else
            t.section_held =
                !comes_true([&] { return reclaimed.load(); }, std::chrono::milliseconds(20));
        victim.go_on();
        eventually([&] { return reclaimed.load(); }, "reclaim() ends when the thread goes on");
        for (const auto& s : stuck)
            eventually([&] { return s->over(); }, "a store ends when the thread goes on");
        return t;
    }

    /// In a thread of its own, which may turn out to be stuck.
    void look_at_everything(tally& t) {
        std::atomic<bool> over{false};
        const auto look = [&] {
            std::vector<std::uint64_t> keys(staying);
            for (std::uint64_t n = 0; n < staying; ++n) {
                keys[n] = n;
                require(map_.contains(n) && map_.load(n) && map_.pin(n) &&
                            map_.visit(n, [](const T&) {}),
                        "a load finds what is there");
            }
            std::vector<std::optional<T>> out(staying);
            require(map_.load_many(keys, out) == staying, "so do loads in batches");
            std::size_t seen = 0;
            map_.for_each([&](std::uint64_t n, const T&) { seen += n < staying; });
            require(seen == staying, "so does for_each");
            require(map_.size() >= staying && map_.stats().size >= staying, "and size() goes on");
            over = true;
        };
        std::thread looking(look);
        eventually([&] { return over.load(); }, "loads go on while a thread is stopped");
        looking.join();
        t.loads += 6 * staying;
    }

    /// Stores to every key. Those that do not return: all of one unit, or done but for their garbage.
    void store_everywhere(tally& t, std::vector<std::unique_ptr<storer<T>>>& stuck) {
        storer<T>* locked_out = nullptr;
        const auto same_unit = [this](std::uint64_t a, std::uint64_t b) {
            return (map_.hash_function()(a) ^ map_.hash_function()(b)) >> (64 - prefix_) == 0;
        };
        for (std::uint64_t first = 0; first < staying && stuck.size() < 4;) {
            const std::uint64_t value = ++values_;
            const bool skips = locked_out != nullptr;
            const std::uint64_t locked = skips ? locked_out->current() : 0;
            stuck.push_back(std::make_unique<storer<T>>(map_, first, value, [=](std::uint64_t n) {
                return skips && same_unit(n, locked);
            }));
            storer<T>& now = *stuck.back();
            if (now.watch()) {
                t.stores += now.stored();
                stuck.pop_back();
                return;
            }
            t.stores += now.stored() + 1;
            first = now.current() + 1;
            if (map_.load(now.current()) == make<T>(value)) {
                t.list_held = 1;  // done, and visible; on its way out
            } else if (locked_out == nullptr) {
                t.lock_held = 1;
                locked_out = &now;
            } else if (!comes_true([&] { return now.over() || locked_out->over(); },
                                   std::chrono::seconds(30))) {  // not only slow
                violation("a stopped thread keeps stores to more than one unit of buckets waiting");
            } else {
                locked_out = now.over() ? locked_out : &now;
            }
        }
    }

    /// Keys of one unit agree in that many bits of their hashes: a lock may be held in `read` or in its
    /// successor, which may have half the buckets, and be promoted and shrunk once more meanwhile. The
    /// keys that stay never fit into less than 64 buckets.
    static int unit_bits(std::size_t buckets) {
        return std::max(6, static_cast<int>(std::bit_width(buckets)) - 1 - 2);
    }

    map map_;
    int prefix_ = 0;
    std::uint64_t values_ = 1'000'000;
};

}  // namespace

int main(int argc, char** argv) {
    begin(argc, argv);
    const std::size_t stops = running.pick<std::size_t>(150, 5000);
    tally writers = experiment<std::uint64_t>().with_a_writer_stopped(stops);
    writers += experiment<wide>().with_a_writer_stopped(stops);
    tally readers = experiment<std::uint64_t>().with_a_reader_stopped(stops);
    readers += experiment<wide>().with_a_reader_stopped(stops);
    require(writers.inside > stops && writers.lock_held > 0 && writers.amended > 0 &&
                writers.section_held > 0 && readers.inside > stops && readers.section_held > 0,
            "threads were stopped where it matters (otherwise nothing has been tested)");
    for (const auto& [who, t] : {std::pair("writer", writers), std::pair("reader", readers)})
        std::printf(
            "stopped_thread: %s stopped %zu times, %zu inside (%zu in sections, %zu with a bucket "
            "locked, %zu with a list of garbage, %zu while entries moved); %zu loads and %zu "
            "stores went on\n",
            who, t.stops, t.inside, t.section_held, t.lock_held, t.list_held, t.amended, t.loads,
            t.stores);
}
