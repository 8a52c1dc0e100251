// SPDX-License-Identifier: BSL-1.0
//
// Which cache lines belong to what, in a map and in its domain: those of one key's bucket, and names for the
// others. A white-box view: `syncmap::detail::inspector` is what the library lets in (tables.hpp).
// Nobody may change the map meanwhile. Used by many_threads.hpp.
#pragma once

#include "shared_counts.hpp"

#include <syncmap/map.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct named_range {
    cache_line first, last;  ///< both in it
    std::string name;
};

inline void add_lines(std::vector<cache_line>& to, const void* begin, std::size_t bytes) {
    const char* const last = static_cast<const char*>(begin) + bytes - 1;
    for (cache_line line = line_of(begin); line <= line_of(last); ++line) to.push_back(line);
}

}  // namespace bench

namespace syncmap::inline v0::detail {

struct inspector {
    /// Adds the lines of the key's bucket: tags, lock, slots, chain, and the nodes and values in it.
    template <class Map>
    static void add_bucket(const Map& m, const typename Map::key_type& key,
                           std::vector<bench::cache_line>& to) {
        const auto& all = tables_of(m.impl_);
        const std::uint64_t hash = all.hash_of(key);
        for (const auto* t = all.read_.load(order); t != nullptr; t = t->successor.load(order)) {
            const std::size_t i = t->bucket_of(hash);
            bench::add_lines(to, t->tags + i, sizeof(*t->tags));
            bench::add_lines(to, t->locks + i, sizeof(*t->locks));
            bench::add_lines(to, t->chains + i, sizeof(*t->chains));
            bench::add_lines(to, t->stamps + i, sizeof(*t->stamps));
            bench::add_lines(to, t->slots_of(i), t->slot_bytes);
            if (!t->tags[i].load_control().moved()) {
                add_entries<Map>(t->home(i), to);
                break;  // its truth is here; a successor has nothing of it yet
            }
        }
    }

    /// How many objects erasing this key retires: nothing if the entry is flat; a value that lives in its key's node
    /// goes with it.
    template <class Map>
    static std::size_t objects_of_entry(const Map& m, const typename Map::key_type& key) {
        using lay = layout<typename Map::key_type, typename Map::mapped_type>;
        std::size_t objects = 0;
        if constexpr (!lay::flat) {
            const auto& all = tables_of(m.impl_);
            const auto* const t = all.read_.load(order);
            for_each_node<Map>(t->home(t->bucket_of(all.hash_of(key))), [&](auto* n) {
                if (*n->key() != key) return;
                objects = 1;
                if constexpr (!lay::word) objects += n->load() != n->first() ? 1 : 0;
            });
        }
        return objects;
    }

    /// Notes that an operation reads what is not atomic in the header of the table that it finds: where its parts are.
    template <class Map>
    static void note_header(const Map& m) {
        if (const auto* const t = tables_of(m.impl_).read_.load(order)) {
            bench::note(&t->tags, bench::recorder::access::read);
            bench::note(&t->shift, bench::recorder::access::read);
        }
    }

    template <class Map>
    static std::uint32_t index_of_this_thread(const Map& m) {
        return tables_of(m.impl_).home().record_of_this_thread().index;
    }

    /// Names of what is not of one thread, but for the table's arrays the more special ones first. In parts that
    /// belong to a thread they end with its index.
    template <class Map>
    static std::vector<bench::named_range> names(const Map& m) {
        std::vector<bench::named_range> to;
        const auto& all = tables_of(m.impl_);
        const auto add = [&](const void* begin, const void* end, std::string name) {
            to.push_back({bench::line_of(begin), bench::line_of(static_cast<const char*>(end) - 1),
                          std::move(name)});
        };
        const domain& d = *all.home_;
        add(&d.epoch_, &d.epoch_ + 1, "domain::epoch_, and what is beside it");
        add(&d.tickets_, &d.tickets_ + 1, "domain::tickets_");
        add(&d.claimed_, &d.over_ + 1, "domain::claimed_, fenced_, fence_stamp_, over_");
        for (const auto* r = d.records_.load(order); r != nullptr; r = r->next)
            add(r, r + 1, "thread_record of " + std::to_string(r->index));
        all.garbage_.for_each_limbo([&](const limbo& s) {
            const std::string whose = " of " + std::to_string(s.place);
            add(&s.touched, &s.apart, "limbo::touched, in_hands, objects" + whose);
            add(&s.seen, &s.seen + 1, "limbo::seen" + whose);
            add(&s, &s.touched, "limbo::lock, lists" + whose);
        });
        add(&all, &all + 1, "map");
        for (const auto* t = all.read_.load(order); t != nullptr; t = t->successor.load(order)) {
            add(&t->unsettled, &t->overflow_limit + 1, "table::unsettled, successor");
            add(&t->cursor, &t->pages_forgotten + 1, "table::cursor, moved, overflows");
            add(t, &t->apart, "table, what readers need");
            add(t->tags, t->tags + t->buckets(), "tags of another bucket");
            add(t->locks, t->locks + t->buckets(), "lock of another bucket");
            add(t->slot, t->slots_of(t->buckets()), "slots of another bucket");
            if (const counter_cells* const cells = t->gen->entries.cells())
                add(cells, cells + 1, "counter_cells");
            add(t->gen, t->gen + 1, "generation: counter, misses, promotions");
        }
        return to;
    }

private:
    static constexpr auto order = std::memory_order_acquire;

    template <class K, class T, class H, class A>
    static const tables<K, T, H, A>& tables_of(const tables<K, T, H, A>& base) {
        return base;
    }

    template <class Map, class View>
    static void add_entries(View home, std::vector<bench::cache_line>& to) {
        for (View b = home.following(); b.tags != nullptr; b = b.following()) {
            bench::add_lines(to, b.tags, sizeof(*b.tags) + sizeof(*b.next));
            bench::add_lines(to, b.slot, slots_per_bucket * sizeof(*b.slot));
        }
        using lay = layout<typename Map::key_type, typename Map::mapped_type>;
        if constexpr (!lay::flat) {
            for_each_node<Map>(home, [&](auto* n) {
                bench::add_lines(to, n, sizeof(*n));
                if constexpr (!lay::word) {
                    if (const auto* const value = n->load())
                        bench::add_lines(to, value, sizeof(*value));
                }
            });
        }
    }

    template <class Map, class View, class F>
    static void for_each_node(View b, F f) {
        for (; b.tags != nullptr; b = b.following()) {
            for (slot_mask live = tag_view(*b.tags).live(); live != 0; live &= live - 1) {
                if (auto* const n = b.slot[first_slot(live)].load()) f(n);
            }
        }
    }
};

}  // namespace syncmap::inline v0::detail
