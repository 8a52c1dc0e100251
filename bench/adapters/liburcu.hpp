// SPDX-License-Identifier: BSL-1.0
//
// liburcu's cds_lfht: a split-ordered list under RCU (the flavour that uses membarrier). What is
// erased or replaced is freed by the library's call_rcu thread; another thread of it resizes the
// table. Values never change in place: each store makes a node.
//
// With version 0.13.2 the table was seen to stop growing for good now and then (3 of 34 maps of 200k keys), after
// which chains become endless. We suspect a resize that is noted as begun after it has ended. So the
// adapter asks for it once more, in the call_rcu thread, when half as many keys again have come in; where
// the table has its size that changes nothing. With that it was not seen again (60 maps).
#pragma once

#include "../hash.hpp"
#include "attached.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <new>

#include <pthread.h>

#define _LGPL_SOURCE  // rcu_read_lock() and its like are inlined, as programs that may do it do
#include <urcu/urcu-memb.h>

#include <urcu/rculfhash.h>

namespace bench {

struct liburcu_library {
    static void attach() {
        // A forked child has none of the library's threads: it needs its own.
        [[maybe_unused]] static const int once =
            pthread_atfork(urcu_memb_call_rcu_before_fork, urcu_memb_call_rcu_after_fork_parent,
                           urcu_memb_call_rcu_after_fork_child);
        urcu_memb_register_thread();
    }
    static void detach() { urcu_memb_unregister_thread(); }
};

template <class Key, class T>
class liburcu_adapter {
    struct node : cds_lfht_node, rcu_head {
        node(const Key& k, const T& v) : key(k), value(v) {}
        const Key key;
        T value;
    };

    struct reading {
        reading() { urcu_memb_read_lock(); }
        ~reading() { urcu_memb_read_unlock(); }
        reading(const reading&) = delete;
        reading& operator=(const reading&) = delete;
    };

public:
    using key_type = Key;
    using mapped_type = T;
    using thread_guard = attached<liburcu_library>;
    static constexpr bool unsynchronised = false;

    explicit liburcu_adapter(std::size_t capacity)
        : first_size_(std::bit_ceil(std::max<std::size_t>(capacity, 64))),
          table_(cds_lfht_new_flavor(first_size_, 64, 0, CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING,
                                     &urcu_memb_flavor, nullptr)) {
        if (table_ == nullptr) throw std::bad_alloc();
    }

    ~liburcu_adapter() {
        const thread_guard guard;
        {
            const reading lock;
            walk([this](node* n) {
                cds_lfht_del(table_, n);
                retire(n);
            });
        }
        urcu_memb_barrier();
        cds_lfht_destroy(table_, nullptr);
    }

    liburcu_adapter(const liburcu_adapter&) = delete;
    liburcu_adapter& operator=(const liburcu_adapter&) = delete;

    template <class F>
    bool visit(const Key& key, F&& f) {
        const reading lock;
        cds_lfht_iter at;
        const node* const found = look_up(key, at);
        if (found == nullptr) return false;
        f(found->value);
        return true;
    }

    void store(const Key& key, const T& value) {
        auto fresh = std::make_unique<node>(key, value);
        const reading lock;
        cds_lfht_node* const old =
            cds_lfht_add_replace(table_, hash_of(key), equal, &key, fresh.release());
        if (old != nullptr)
            retire(to_node(old));
        else
            count(1);
    }

    bool insert(const Key& key, const T& value) {
        const reading lock;
        cds_lfht_iter at;
        return look_up(key, at) == nullptr && add(key, value);
    }

    bool erase(const Key& key) {
        const reading lock;
        cds_lfht_iter at;
        node* const found = look_up(key, at);
        if (found == nullptr || cds_lfht_del(table_, found) != 0) return false;
        retire(found);
        count(-1);
        return true;
    }

    template <class F>
    void update(const Key& key, const T& initial, F&& f) {
        const reading lock;
        for (;;) {
            cds_lfht_iter at;
            node* const old = look_up(key, at);
            if (old == nullptr) {
                if (add(key, initial)) return;
                continue;
            }
            auto fresh = std::make_unique<node>(key, old->value);
            f(fresh->value);
            if (cds_lfht_replace(table_, &at, hash_of(key), equal, &key, fresh.get()) == 0) {
                (void)fresh.release();
                retire(old);
                return;
            }
        }
    }

    template <class F>
    void for_each(F&& f) {
        const reading lock;
        walk([&](const node* n) { f(n->key, n->value); });
    }

    std::size_t size() {
        const thread_guard guard;
        const reading lock;
        long before = 0;
        long after = 0;
        unsigned long count = 0;
        cds_lfht_count_nodes(table_, &before, &count, &after);
        return count;
    }

private:
    static unsigned long hash_of(const Key& key) { return hash<Key>{}(key); }

    static node* to_node(cds_lfht_node* n) { return static_cast<node*>(n); }

    static int equal(cds_lfht_node* n, const void* key) {
        return to_node(n)->key == *static_cast<const Key*>(key);
    }

    static void destroy(rcu_head* head) { delete static_cast<node*>(head); }

    static void retire(node* n) { urcu_memb_call_rcu(n, destroy); }

    node* look_up(const Key& key, cds_lfht_iter& at) {
        cds_lfht_lookup(table_, hash_of(key), equal, &key, &at);
        return to_node(cds_lfht_iter_get_node(&at));
    }

    /// False if another thread added the key first.
    bool add(const Key& key, const T& value) {
        auto fresh = std::make_unique<node>(key, value);
        if (cds_lfht_add_unique(table_, hash_of(key), equal, &key, fresh.get()) != fresh.get())
            return false;
        (void)fresh.release();
        count(1);
        return true;
    }

    /// Each thread tells of its inserts and erases only when there are some hundreds of them.
    void count(std::ptrdiff_t change) {
        constexpr std::ptrdiff_t some = 256;
        static thread_local std::ptrdiff_t untold = 0;
        untold += change;
        if (untold < some && untold > -some) return;
        const std::ptrdiff_t now = entries_.fetch_add(untold) + untold;
        untold = 0;
        std::ptrdiff_t check = next_check_.load();
        if (now >= check && next_check_.compare_exchange_strong(check, 2 * check))
            urcu_memb_call_rcu(new resize_request(this), resize);
    }

    struct resize_request : rcu_head {
        explicit resize_request(liburcu_adapter* m) : map(m) {}
        liburcu_adapter* map;
    };

    static void resize(rcu_head* head) {
        const std::unique_ptr<resize_request> request(static_cast<resize_request*>(head));
        liburcu_adapter& m = *request->map;
        const auto entries =
            static_cast<std::size_t>(std::max<std::ptrdiff_t>(m.entries_.load(), 1));
        cds_lfht_resize(m.table_, std::max(m.first_size_, std::bit_floor(entries)));
    }

    template <class F>
    void walk(F&& f) {
        cds_lfht_iter at;
        for (cds_lfht_first(table_, &at); cds_lfht_iter_get_node(&at) != nullptr;
             cds_lfht_next(table_, &at))
            f(to_node(cds_lfht_iter_get_node(&at)));
    }

    const std::size_t first_size_;
    cds_lfht* table_;
    std::atomic<std::ptrdiff_t> entries_{0};
    std::atomic<std::ptrdiff_t> next_check_{
        6144};  // and twice, and so on: between two powers of two
};

}  // namespace bench
