// SPDX-License-Identifier: BSL-1.0
#include "classic.hpp"

namespace machine {

namespace {

using syncmap::reference::entry_state;

struct classic_teller {
    const operation& o;
    const classic_facts& before;
    const classic_facts& after;
    story told{};

    void say(topic about, std::string text) { told.push_back({about, std::move(text)}); }

    /// After an operation that had to ask an amended map's `dirty`, and counts that.
    void tell_miss() {
        const bool promoted = !after.amended;
        const std::size_t count = promoted ? before.misses + 1 : after.misses;
        const std::size_t size = promoted ? after.read_size : after.dirty_size;
        say(topic::miss, "That is miss " + std::to_string(count) + ", and dirty has " +
                             std::to_string(size) + (size == 1 ? " entry." : " entries."));
        if (promoted) {
            say(topic::promoted, "The misses have paid for the copy that made dirty: it is "
                                 "promoted to read as it is, and "
                                 "there is no dirty any more.");
        }
    }

    void tell_store() {
        switch (before.in_read) {
        case entry_state::live:
            return say(topic::plain, "read has the key: its entry takes the new value by "
                                     "compare-and-swap, without the mutex.");
        case entry_state::nil:
            return say(topic::plain, "read has the key's entry, nil since it was erased: it takes "
                                     "the value in place, without the mutex.");
        case entry_state::expunged:
            return say(topic::copied,
                       "read has the key's entry, but expunged: under the mutex it is put back "
                       "into dirty, and "
                       "takes the value. Otherwise the next promotion would lose it.");
        case entry_state::absent: break;
        }
        if (before.in_dirty != entry_state::absent) {
            return say(topic::plain, "read lacks the key and is amended: under the mutex, the "
                                     "entry in dirty takes the new value.");
        }
        say(topic::plain, "A new key: that takes the mutex.");
        if (!before.dirty_present) {
            std::string text = "There is no dirty: all " + std::to_string(before.read_live) +
                               " live entries of read are copied into a new one first";
            const std::size_t expunged = after.read_expunged - before.read_expunged;
            if (expunged > 0) {
                text += ", and " + std::to_string(expunged) + " that had been erased (nil) " +
                        (expunged == 1 ? "is" : "are") + " left out: expunged";
            }
            say(topic::copied, text + ".");
        }
        say(before.amended ? topic::plain : topic::begun,
            before.amended ? "The key goes into dirty."
                           : "The key goes into dirty, and read is amended.");
    }

    /// A load, or an erase.
    void tell_find(bool erase) {
        if (before.in_read == entry_state::live) {
            return say(
                topic::plain,
                erase ? "read has the key: its entry becomes nil, without the mutex, and stays."
                      : "read has the key: " + o.found + ", without the mutex.");
        }
        if (before.in_read != entry_state::absent) {
            return say(topic::plain, std::string("read has the key's entry, ") +
                                         (before.in_read == entry_state::nil ? "nil" : "expunged") +
                                         ": it is absent, without the mutex.");
        }
        if (!before.amended) {
            return say(topic::plain,
                       "read lacks the key and is not amended: it is absent, without the mutex.");
        }
        const bool there = before.in_dirty != entry_state::absent;
        std::string text = "read lacks the key and is amended: under the mutex dirty is asked, ";
        if (!there) {
            text += "which lacks it too.";
        } else {
            text += erase       ? "and the key is removed from it."
                    : o.present ? "which has it: " + o.found + "."
                                : "where it is nil.";
        }
        say(topic::plain, text);
        tell_miss();
    }

    story tell_all() {
        switch (o.what) {
        case verb::store: tell_store(); break;
        case verb::load: tell_find(false); break;
        case verb::erase: tell_find(true); break;
        case verb::for_each:
            if (before.amended) {
                say(topic::promoted, "read is amended: dirty is promoted first, under the mutex, "
                                     "so that read has all keys.");
            }
            say(topic::plain,
                "The entries of read were looked at, without the mutex: " + o.found + ".");
            break;
        case verb::clear:
            if (before.read_size == 0 && !before.amended) {
                say(topic::plain, "read is empty and not amended: there is nothing to clear.");
            } else {
                say(topic::cleared,
                    "Under the mutex read was replaced by an empty one" +
                        std::string(before.dirty_present ? ", and dirty was emptied." : "."));
            }
            break;
        case verb::reclaim:
            say(topic::plain, "It has no such operation: in Go, a garbage collector does that.");
            break;
        case verb::reserve:
        case verb::shrink: say(topic::plain, "It has no such operation."); break;
        }
        return std::move(told);
    }
};

}  // namespace

story tell(const operation& o, const classic_facts& before, const classic_facts& after) {
    return classic_teller{o, before, after}.tell_all();
}

}  // namespace machine
