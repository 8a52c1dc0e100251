// SPDX-License-Identifier: BSL-1.0
//
// A look at the inside of a map: everything that the page draws and the narrator talks about,
// copied.
//
// `syncmap::detail::inspector` is what the library lets in (tables.hpp). Nobody may change the map
// meanwhile. What is not true any more is not followed: a dead slot's node, and those of a bucket
// that has moved, may be gone. Buckets of `dirty` that nothing has moved to yet are memory that
// nobody has written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <syncmap/map.hpp>
#include <type_traits>
#include <vector>

namespace machine {

inline std::string text_of(std::uint32_t n) { return std::to_string(n); }
inline const std::string& text_of(const std::string& s) { return s; }

struct slot_look {
    std::uint8_t tag = syncmap::detail::tag_empty;
    std::string key, value;  ///< of a live slot in a bucket that is true

    [[nodiscard]] bool live() const { return tag > syncmap::detail::tag_dead; }
    [[nodiscard]] bool dead() const { return tag == syncmap::detail::tag_dead; }
};

struct bucket_look {
    bool begun = true;  ///< false: of a `dirty`, and nothing has moved there
    bool moved = false;
    unsigned version = 0;
    std::vector<slot_look> slots;
};

/// A bucket and its overflow buckets, newest first.
using chain_look = std::vector<bucket_look>;

struct table_look {
    std::uint32_t bits = 0;
    std::vector<chain_look> chains;
    std::size_t overflow_buckets = 0;
    std::size_t overflow_limit = 0;

    [[nodiscard]] std::size_t buckets() const { return chains.size(); }
    [[nodiscard]] std::size_t index(std::uint64_t hash) const {
        return static_cast<std::size_t>((hash >> 1U) >> (63U - bits));
    }
    [[nodiscard]] const chain_look& chain_of(std::uint64_t hash) const {
        return chains[index(hash)];
    }
    [[nodiscard]] bool moved(std::size_t bucket) const { return chains[bucket].front().moved; }
};

struct map_look {
    std::uint64_t generation = 0;  ///< another one after each clear(); 0: there is no table
    std::optional<table_look> read, dirty;
    syncmap::map_stats stats;
};

}  // namespace machine

namespace syncmap::inline v0::detail {

struct inspector {
    template <class Map>
    static machine::map_look look_at(const Map& m) {
        machine::map_look look;
        look.stats = m.stats();
        if (const auto* const read = tables_of(m.impl_).read_.load()) {
            const auto* const dirty = read->successor.load();
            look.generation = read->gen->serial;
            look.read = look_at_table<Map>(*read, [](std::size_t) { return true; });
            if (dirty != nullptr) {
                const unit_map units(read->bits, dirty->bits);
                look.dirty = look_at_table<Map>(*dirty, [&](std::size_t heir) {
                    const std::size_t source = units.first_source(heir / units.heirs());
                    return dirty->constructed || read->tags[source].load_control().moved();
                });
            }
        }
        return look;
    }

    template <class Map>
    static std::uint64_t hash_of(const Map& m, const typename Map::key_type& key) {
        return tables_of(m.impl_).hash_of(key);
    }

private:
    template <class K, class T, class H, class A>
    static const tables<K, T, H, A>& tables_of(const tables<K, T, H, A>& base) {
        return base;
    }

    template <class Map, class Slot, class Begun>
    static machine::table_look look_at_table(const table<Slot>& t, Begun begun) {
        machine::table_look look;
        look.bits = t.bits;
        look.overflow_buckets = t.overflow_count.load();
        look.overflow_limit = t.overflow_limit;
        for (std::size_t i = 0; i < t.buckets(); ++i) {
            machine::chain_look chain;
            if (begun(i)) {
                const bool moved = t.tags[i].load_control().moved();
                for (auto b = t.home(i); b.tags != nullptr; b = b.following())
                    chain.push_back(look_at_bucket<Map>(b, moved));
            } else {
                chain.emplace_back();
                chain.back().begun = false;
            }
            look.chains.push_back(std::move(chain));
        }
        return look;
    }

    template <class Map, class View>
    static machine::bucket_look look_at_bucket(const View& b, bool moved) {
        using lay = layout<typename Map::key_type, typename Map::mapped_type>;
        machine::bucket_look look;
        look.moved = moved;
        look.version = b.tags->load_control().version();
        for (unsigned i = 0; i < slots_per_bucket; ++i) {
            machine::slot_look slot;
            slot.tag = b.tags->tag(i);
            if (slot.live() && !moved) {
                const auto& s = b.slot[i];
                if constexpr (lay::flat) {
                    slot.key = machine::text_of(s.load_key().get());
                    slot.value =
                        machine::text_of(from_bits<typename Map::mapped_type>(s.load()).get());
                } else {
                    static_assert(!lay::word, "the page has no map of nodes with words");
                    slot.key = machine::text_of(*s.load()->key());
                    slot.value = machine::text_of(*s.load()->load()->value());
                }
            }
            look.slots.push_back(std::move(slot));
        }
        return look;
    }
};

}  // namespace syncmap::inline v0::detail

namespace machine {

using syncmap::detail::inspector;

}  // namespace machine
