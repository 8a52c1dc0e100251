// SPDX-License-Identifier: BSL-1.0
//
// libcds's SplitListMap: a split-ordered list of nodes whose values are exchanged by pointer
// (IterableList), under hazard pointers. Of libcds's maps it is the one that grows and takes any key
// and value. Its update() changes a value that others see already, so there is none here.
#pragma once

#include "../hash.hpp"
#include "attached.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

#include <cds/gc/hp.h>
#include <cds/init.h>

#include <cds/container/iterable_kvlist_hp.h>
#include <cds/container/split_list_map.h>
#include <cds/threading/model.h>

namespace bench {

struct libcds_library {
    static void attach() {
        static const library whole;
        cds::threading::Manager::attachThread();
    }
    static void detach() { cds::threading::Manager::detachThread(); }

private:
    struct core {
        core() { cds::Initialize(); }
        ~core() { cds::Terminate(); }
    };
    struct library {
        static constexpr std::size_t hazards_per_thread = 10;  // the map needs 8
        static constexpr std::size_t most_threads = 256;
        core first;
        cds::gc::HP hazards{hazards_per_thread, most_threads};
    };
};

template <class Key, class T>
class libcds_adapter {
    struct traits : cds::container::split_list::traits {
        using ordered_list = cds::container::iterable_list_tag;
        using hash = bench::hash<Key>;
        struct ordered_list_traits : cds::container::iterable_list::traits {
            using less = std::less<Key>;
        };
    };
    using map = cds::container::SplitListMap<cds::gc::HP, Key, T, traits>;

public:
    using key_type = Key;
    using mapped_type = T;
    using thread_guard = attached<libcds_library>;
    static constexpr bool unsynchronised = false;

    /// The table of buckets grows by itself, but not beyond a size that has to be given.
    explicit libcds_adapter(std::size_t capacity) {
        constexpr std::size_t many = std::size_t{1} << 24;
        const thread_guard guard;
        map_.emplace(std::max(capacity, many));
    }

    ~libcds_adapter() {
        const thread_guard guard;
        map_.reset();
    }

    libcds_adapter(const libcds_adapter&) = delete;
    libcds_adapter& operator=(const libcds_adapter&) = delete;

    template <class F>
    bool visit(const Key& key, F&& f) {
        return map_->find(key, [&](const auto& entry) { f(entry.second); });
    }

    void store(const Key& key, const T& value) { map_->upsert(key, value); }

    bool insert(const Key& key, const T& value) { return map_->insert(key, value); }

    bool erase(const Key& key) { return map_->erase(key); }

    template <class F>
    void for_each(F&& f) {
        for (auto at = map_->begin(); at != map_->end(); ++at)
            f(at->first, std::as_const(at->second));
    }

    std::size_t size() { return map_->size(); }

private:
    std::optional<map> map_;  // made and destroyed under a guard
};

}  // namespace bench
