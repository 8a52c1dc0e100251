// SPDX-License-Identifier: BSL-1.0
#include "narrator.hpp"

namespace machine {

namespace {

using syncmap::detail::grow_limit;
using syncmap::detail::shrink_limit;

std::string number(std::uint64_t n) { return std::to_string(n); }
std::string counted(std::uint64_t n, const char* one, const char* many) {
    return number(n) + " " + (n == 1 ? one : many);
}

struct teller {
    const operation& o;
    const map_look& before;
    const map_look& after;
    story told{};

    void say(topic about, std::string text) { told.push_back({about, std::move(text)}); }

    // --- where it happened ----------------------------------------------------------------------

    [[nodiscard]] bool same_generation() const { return before.generation == after.generation; }
    /// How often `dirty` became `read`.
    [[nodiscard]] std::uint64_t promotions() const {
        return after.stats.promotions - (same_generation() ? before.stats.promotions : 0);
    }
    [[nodiscard]] bool home_has_moved() const {
        return before.read && before.read->moved(before.read->index(o.hash));
    }
    /// A bucket that the key has in a table.
    [[nodiscard]] std::string bucket_in(const table_look& t, const char* name) const {
        return "bucket " + number(t.index(o.hash)) + " of " + name;
    }
    /// The table that a write went to, as it was: `dirty` if there was one, for a write moves its
    /// bucket there first. Null for the first table.
    [[nodiscard]] const table_look* written_before() const {
        return before.dirty ? &*before.dirty : before.read ? &*before.read : nullptr;
    }
    /// And as it is now. Null if another one has taken its place already.
    [[nodiscard]] const table_look* written_after() const {
        const std::uint64_t steps = promotions() + (before.dirty ? 0 : 1);
        if (steps == 0) return &*after.dirty;
        return steps == 1 ? &*after.read : nullptr;
    }
    [[nodiscard]] std::string written_bucket() const {
        const table_look* const t = written_before();
        return t == nullptr ? "bucket 0 of read" : bucket_in(*t, before.dirty ? "dirty" : "read");
    }

    /// The one slot whose tag a write has changed.
    struct change {
        std::size_t depth, slot;
        bool chained;     ///< its overflow bucket is new
        bool used_again;  ///< it was dead
        unsigned version;
    };
    [[nodiscard]] std::optional<change> changed_slot() const {
        const table_look* const t = written_after();
        if (t == nullptr) return std::nullopt;
        const chain_look& now = t->chain_of(o.hash);
        const chain_look* was =
            written_before() != nullptr ? &written_before()->chain_of(o.hash) : nullptr;
        // Where entries have just moved to, the one that the write is about is told by its key.
        if (before.dirty && !home_has_moved()) was = nullptr;
        const std::size_t added = was != nullptr ? now.size() - was->size() : 0;
        for (std::size_t d = 0; d < now.size(); ++d) {
            const bool chained = d > 0 && d <= added;  // right behind the bucket at home
            for (std::size_t i = 0; i < now[d].slots.size(); ++i) {
                const slot_look& s = now[d].slots[i];
                const slot_look* const old =
                    was == nullptr || chained ? nullptr : &(*was)[d == 0 ? 0 : d - added].slots[i];
                bool changed = false;
                if (o.what == verb::erase) {
                    changed = s.dead() && (old == nullptr || !old->dead());
                } else if (was != nullptr) {
                    changed = s.live() && (old == nullptr || !old->live());
                } else {
                    changed = s.live() && s.key == o.key;
                }
                if (changed)
                    return change{d, i, chained, old != nullptr && old->dead(), now[d].version};
            }
        }
        return std::nullopt;
    }

    // --- what it did ----------------------------------------------------------------------------

    void tell_load() {
        if (!before.read) return say(topic::plain, "There is no table: the key is absent.");
        const bool missed = home_has_moved();
        if (missed) {
            say(topic::miss, "The key's " + bucket_in(*before.read, "read") +
                                 " has moved: that is a miss, and " +
                                 bucket_in(*before.dirty, "dirty") + " is asked.");
        }
        const table_look& t = missed ? *before.dirty : *before.read;
        const std::string where = bucket_in(t, missed ? "dirty" : "read");
        std::size_t same = 0;
        const chain_look& chain = t.chain_of(o.hash);
        for (std::size_t d = 0; d < chain.size(); ++d) {
            for (std::size_t i = 0; i < chain[d].slots.size(); ++i) {
                const slot_look& s = chain[d].slots[i];
                same += s.tag == syncmap::detail::tag_of(o.hash) ? 1 : 0;
                if (o.present && s.live() && s.key == o.key) {
                    return say(topic::plain, "Found in slot " + number(i) + " of " +
                                                 (d > 0 ? "an overflow bucket of " : "") + where +
                                                 ": " + o.found + ".");
                }
            }
        }
        say(topic::plain,
            same == 0 ? "No slot of " + where +
                            " has the key's tag: it is absent, and not one key was looked at."
                      : counted(same, "slot", "slots") + " of " + where +
                            " with the key's tag, but another key: it is absent.");
    }

    void tell_write() {
        if (!before.read) {
            if (!after.read) return say(topic::plain, "There is no table: nothing to erase.");
            say(topic::begun, "There was no table. A first one was made, of one bucket.");
        } else if (before.dirty) {
            const std::string home = "Its " + bucket_in(*before.read, "read");
            if (home_has_moved()) {
                say(topic::plain, home + " has moved: it went on in dirty.");
            } else {
                say(topic::moved, home + " had not moved yet: a write takes it along first.");
            }
        }
        const std::string where = written_bucket();
        if (o.what == verb::erase && !o.present) {
            say(topic::plain, "No such key in " + where + ": nothing to erase.");
        } else if (o.present && o.what == verb::store) {
            say(topic::plain,
                o.boxed
                    ? "The key is there: a box with the new value took the place of the old one, "
                      "in " +
                          where + "."
                    : "The key is there: its value was overwritten in place, in " + where + ".");
        } else {
            tell_change(where);
        }
    }

    void tell_change(const std::string& where) {
        const std::optional<change> c = changed_slot();
        const bool store = o.what == verb::store;
        if (!c)
            return say(topic::plain,
                       (store ? "A new key, in " : "Its slot is dead now, in ") + where + ".");
        if (c->chained) {
            return say(topic::overflow,
                       "No slot of " + where +
                           " is free: an overflow bucket was chained to it, for this key.");
        }
        std::string text = "lot " + number(c->slot) + " of " +
                           (c->depth > 0 ? "an overflow bucket of " : "") + where;
        text = store ? "A new key, in s" + text : "S" + text + " is dead now";
        if (c->used_again) {
            text += ", which was dead. The bucket's version is " + number(c->version) +
                    " now, so that no reader takes the one entry for the other";
        }
        say(topic::plain, text + ".");
    }

    void tell_moves() {
        std::vector<std::size_t> moved = newly_moved(before, after);
        if (o.what == verb::store || o.what == verb::erase) {
            if (before.read) std::erase(moved, before.read->index(o.hash));
            if (!moved.empty()) say(topic::moved, "It moved " + buckets_named(moved) + " as well.");
        } else if (!moved.empty()) {
            say(topic::moved, "It paid by moving " + buckets_named(moved) + ".");
        }
    }

    [[nodiscard]] std::string reason(std::uint32_t from, std::uint32_t to) const {
        const std::size_t live = after.stats.size;
        const std::string have = counted(live, "entry", "entries") + " in " +
                                 counted(std::size_t{1} << from, "bucket", "buckets");
        if (o.what == verb::reserve) return "As asked for, ";
        if (to > from && live > grow_limit(from)) return have + " are more than 10 each: ";
        if (to < from)
            return have +
                   (live < shrink_limit(from) ? " are fewer than 2.5 each: " : " need no more: ");
        return "With " + number(after.stats.overflow_buckets) +
               " overflow buckets the chains are too long: ";
    }

    void tell_tables() {
        std::uint64_t times = promotions();
        if (times > 0 && before.dirty) {
            say(topic::promoted,
                (before.read->buckets() == 1
                     ? "The only bucket has"
                     : "All " + number(before.read->buckets()) + " buckets have") +
                    std::string(
                        " moved: dirty was promoted to read, and the old table is retired."));
            --times;
        }
        if (times > 0) {
            const table_look& from = before.dirty ? *before.dirty : *before.read;
            say(topic::promoted, reason(from.bits, after.read->bits) + "a successor of " +
                                     counted(after.read->buckets(), "bucket", "buckets") +
                                     " was begun, filled and promoted to read at once.");
        }
        if (after.dirty && (!before.dirty || promotions() > 0)) {
            say(topic::begun, reason(after.read->bits, after.dirty->bits) + "a successor of " +
                                  counted(after.dirty->buckets(), "bucket", "buckets") +
                                  " was begun. That is dirty, and the map is amended.");
            std::vector<std::size_t> moved;
            for (std::size_t i = 0; i < after.read->buckets(); ++i)
                if (after.read->moved(i)) moved.push_back(i);
            if (!moved.empty()) say(topic::moved, "It moved " + buckets_named(moved) + " at once.");
        }
    }

    void tell_garbage() {
        const std::size_t was = before.stats.retired_objects, is = after.stats.retired_objects;
        if (o.what == verb::reclaim) {
            say(topic::garbage,
                was == 0 ? "Nothing was retired: there is nothing to destroy."
                         : counted(was - is, "retired object was", "retired objects were") +
                               " destroyed (" +
                               number(before.stats.retired_bytes - after.stats.retired_bytes) +
                               " bytes): nobody can see them any more.");
        } else if (is > was) {
            say(topic::garbage, counted(is - was, "object", "objects") + " more retired: " +
                                    counted(is, "waits", "wait") + " to be destroyed.");
        } else if (is < was) {
            say(topic::garbage, counted(was - is, "retired object was", "retired objects were") +
                                    " destroyed along the way.");
        }
    }

    story tell_all() {
        switch (o.what) {
        case verb::load: tell_load(); break;
        case verb::store:
        case verb::erase: tell_write(); break;
        case verb::for_each:
            say(topic::plain,
                "Bucket after bucket was looked at, each in the table where it is true: " +
                    o.found + ".");
            if (const std::uint64_t misses = after.stats.misses - before.stats.misses; misses > 0) {
                say(topic::miss, counted(misses, "step", "steps") +
                                     " met a bucket that had moved: as many misses.");
            }
            break;
        case verb::clear:
            say(topic::cleared,
                before.read
                    ? "read is null, in one atomic step. All that was in the map is retired as "
                      "one generation, and taken apart later."
                    : "There is no table: nothing to clear.");
            break;
        case verb::reclaim:
        case verb::reserve:
        case verb::shrink: break;
        }
        if (same_generation() && before.read) {
            tell_moves();
            tell_tables();
        }
        tell_garbage();
        if (told.empty()) say(topic::plain, "Nothing had to be done.");
        return std::move(told);
    }
};

}  // namespace

std::string buckets_named(const std::vector<std::size_t>& which) {
    if (which.size() > 8) return std::to_string(which.size()) + " buckets";
    std::string text = which.size() == 1 ? "bucket " : "buckets ";
    for (std::size_t i = 0; i < which.size(); ++i) {
        text += i == 0 ? "" : i + 1 == which.size() ? " and " : ", ";
        text += std::to_string(which[i]);
    }
    return text;
}

std::vector<std::size_t> newly_moved(const map_look& before, const map_look& after) {
    std::vector<std::size_t> which;
    if (!before.dirty) return which;
    const bool promoted = after.stats.promotions != before.stats.promotions;
    for (std::size_t i = 0; i < before.read->buckets(); ++i)
        if (!before.read->moved(i) && (promoted || after.read->moved(i))) which.push_back(i);
    return which;
}

story tell(const operation& o, const map_look& before, const map_look& after) {
    return teller{o, before, after}.tell_all();
}

}  // namespace machine
