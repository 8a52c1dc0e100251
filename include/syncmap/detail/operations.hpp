// SPDX-License-Identifier: BSL-1.0
//
// What a map's members do, in terms of find and write.
//
// The pattern of everything that looks before it changes: look at the entry and announce its value, leave
// the section, run the user's code on the value, make what will be linked, and commit under the bucket's
// lock only if the entry still has the very same value (token); otherwise begin again.
// I1  User code (callbacks, ==, constructors, destructors) runs outside sections and locks. Exceptions: where
//     the result is a copy, T's copy constructor (and, where it is copied again, destructor) run in a
//     section, and so do Hash, KeyEqual and the iterators of a range of keys.
// I2  Everything that may throw has been done before the commit: an exception leaves the map as it was.
// Used by map.hpp, which documents the members.
#pragma once

#include <iterator>
#include <span>

#include "../change.hpp"
#include "../pinned.hpp"
#include "standard.hpp"
#include "walk.hpp"

namespace syncmap::inline v0::detail {

/// Thrown, inside the library only, when another thread was first.
struct lost_race {};

/// What an update() with an F returns: a copy of what is there afterwards, or, of what cannot be copied, a handle to
/// it. T may be incomplete until then, so it depends on F, too.
template <class T, class F>
struct update_result {
    static constexpr bool copies = std::is_copy_constructible_v<T>;
    using type = std::conditional_t<copies, std::optional<T>, pinned<T>>;
};

template <class Key, class T, class Hash, class KeyEqual, class Allocator>
class operations : public engine<Key, T, Hash, KeyEqual, Allocator> {
public:
    using base = engine<Key, T, Hash, KeyEqual, Allocator>;
    using base::base;
    using typename base::lay;
    using typename base::node;
    using typename base::operation;
    using typename base::supply_type;
    using typename base::token;
    operations(operations&&) noexcept = default;
    /// Here, and not in a base: values' destructors may use the map, and find it whole.
    ~operations() { this->destroy_everything(); }

    using base::find;
    using base::hash_of;
    using base::read;
    using base::write;

    template <class K>
    SYNCMAP_INLINE std::optional<T> load(const K& key) {
        return read(key, hash_of(key), payment::due, copy_found{});
    }

    template <class K>
    SYNCMAP_INLINE bool contains(const K& key) {
        return read(key, hash_of(key), payment::due, is_there{});
    }

    template <class K, class F>
    SYNCMAP_INLINE bool visit(const K& key, F&& f) {
        const held h = look(key, hash_of(key), hazard::kind::scoped, payment::due);
        if (h.present) {
            static_cast<void>(detail::call(f, h.value()));
        }
        return h.present;
    }

    template <class K>
    pinned<T> pin(const K& key) {
        held h = look(key, hash_of(key), hazard::kind::handle, payment::due);
        return h.present ? h.to_pinned() : pinned<T>();
    }

    template <class K, class V>
    void store(K&& key, V&& value) {
        const std::uint64_t hash = hash_of(key);
        supply_type s(this->memory_source());
        make(s, likely_new(hash), hash, std::forward<K>(key), std::forward<V>(value));
        put(s, std::forward<K>(key), hash, [](const token*) { return verb::put; });
    }

    template <class K, class V>
    std::pair<T, bool> load_or_store(K&& key, V&& value) {
        return load_or_make(std::forward<K>(key), [&]() -> V&& { return std::forward<V>(value); });
    }

    template <class K, class F>
    std::pair<T, bool> load_or_compute(K&& key, F&& f) {
        return load_or_make(std::forward<K>(key),
                            [&]() -> decltype(auto) { return detail::call(std::forward<F>(f)); });
    }

    template <class K, class... Args>
    std::pair<pinned<T>, bool> try_emplace(K&& key, Args&&... args) {
        const std::uint64_t hash = hash_of(key);
        if (held h = look(key, hash, hazard::kind::handle, payment::due_if_present); h.present) {
            return {h.to_pinned(), false};
        }
        supply_type s(this->memory_source());
        s.make_entry(hash, std::forward<K>(key), std::forward<Args>(args)...);
        const token made = s.value();
        held h;
        h.present = true;
        const auto done = put(
            s, std::forward<K>(key), hash,
            [](const token* current) { return current != nullptr ? verb::keep : verb::put; },
            [&](operation& op) { h.prepare(op.record(), hazard::kind::handle); },
            [&](const outcome<token>& o) { h.hold(o.present ? o.before : made); });
        return {h.to_pinned(), !done.present};
    }

    template <class K>
    bool erase(const K& key) {
        return erase_if_same(key, hash_of(key), nullptr).result == result::erased;
    }

    template <class K>
    std::optional<T> load_and_erase(const K& key) {
        const std::uint64_t hash = hash_of(key);
        std::optional<T> copy;
        if constexpr (lay::word) {
            const auto done = erase_if_same(key, hash, nullptr);
            if (done.present) {
                copy_value(done.before, copy);
            }
            return copy;
        } else {
            for (;;) {
                copy.reset();
                operation op(*this);
                token seen{};
                if (!find_and_copy(key, hash, seen, copy)) {
                    return copy;
                }
                supply_type none(this->memory_source());
                if (write(op, key, hash, none, if_same(std::addressof(seen), verb::erase)).result ==
                    result::erased) {
                    return copy;
                }
            }
        }
    }

    template <class K, class V>
    std::optional<T> exchange(K&& key, V&& value) {
        const std::uint64_t hash = hash_of(key);
        supply_type s(this->memory_source());
        make(s, likely_new(hash), hash, std::forward<K>(key), std::forward<V>(value));
        std::optional<T> previous;
        if constexpr (lay::word) {
            const auto done =
                put(s, std::forward<K>(key), hash, [](const token*) { return verb::put; });
            if (done.present) {
                copy_value(done.before, previous);
            }
        } else {
            token seen{};
            bool there = false;
            // The value that is replaced is copied before it is: its copy constructor may throw.
            bool same = false;
            do {
                put(
                    s, std::forward<K>(key), hash,
                    [&](const token* current) {
                        same = (current != nullptr) == there && (!there || *current == seen);
                        return same ? verb::put : verb::keep;
                    },
                    [&](operation&) {
                        previous.reset();
                        there = s.has_key() ? find_and_copy(s.key(), hash, seen, previous)
                                            : find_and_copy(key, hash, seen, previous);
                    });
            } while (!same);
        }
        return previous;
    }

    template <class K, class V>
    bool compare_exchange(const K& key, const T& expected, V&& desired) {
        const std::uint64_t hash = hash_of(key);
        supply_type s(this->memory_source());
        for (;;) {
            const held h = look(key, hash, hazard::kind::scoped);
            if (!h.present || !static_cast<bool>(std::equal_to<>{}(h.value(), expected))) {
                return false;
            }
            if (!s.has_value()) {
                s.make_value(std::forward<V>(desired));
            }
            operation op(*this);
            if (write(op, key, hash, s, if_same(std::addressof(h.seen), verb::put)).result ==
                result::replaced) {
                return true;
            }
        }
    }

    template <class K>
    bool compare_and_erase(const K& key, const T& expected) {
        return erase_if(
            key, [&](const T& now) { return static_cast<bool>(std::equal_to<>{}(now, expected)); });
    }

    template <class K, class Pred>
    bool erase_if(const K& key, Pred&& pred) {
        const std::uint64_t hash = hash_of(key);
        for (;;) {
            const held h = look(key, hash, hazard::kind::scoped);
            if (!h.present || !static_cast<bool>(detail::call(pred, h.value()))) {
                return false;
            }
            if (erase_if_same(key, hash, std::addressof(h.seen)).result == result::erased) {
                return true;
            }
        }
    }

    template <class K, class F>
    typename update_result<T, F>::type update(K&& key, F&& f) {
        constexpr bool copies = update_result<T, F>::copies;
        constexpr auto kind = copies ? hazard::kind::scoped : hazard::kind::handle;
        const std::uint64_t hash = hash_of(key);
        supply_type s(this->memory_source());
        // The one variable that is returned, so that nothing is moved, and may throw, after the commit.
        typename update_result<T, F>::type result;
        for (bool done = false; !done;) {
            held h = s.has_key() ? look(s.key(), hash, kind) : look(key, hash, kind);
            result.reset();
            s.discard_value();
            change<T> answer = detail::call(f, h.present ? std::addressof(h.value())
                                                         : static_cast<const T*>(nullptr));
            std::optional<T>& made = answer.value_;
            const bool puts = made.has_value();
            if (!puts && (answer.leaves_ || !h.present)) {
                give_found(h, result);
                break;
            }
            if (puts) {
                const bool with_key = !h.present && !s.has_key();
                if constexpr (copies) {
                    make(s, with_key, hash, std::forward<K>(key), std::as_const(*made));
                    result.emplace(*std::move(made));
                } else {
                    make(s, with_key, hash, std::forward<K>(key), *std::move(made));
                }
            }
            const auto decide = [&](const token* current) {
                done = (current != nullptr) == h.present && (!h.present || *current == h.seen);
                return !done ? verb::keep : puts ? verb::put : verb::erase;
            };
            if constexpr (copies) {
                put(s, std::forward<K>(key), hash, decide);
            } else {
                const token put_in = s.value();
                held now;
                put(
                    s, std::forward<K>(key), hash, decide,
                    [&](operation& op) { now.prepare(op.record(), kind); },
                    [&](const outcome<token>&) {
                        if (puts && done) {
                            now.hold(put_in);
                            result = now.to_pinned();
                        }
                    });
            }
        }
        return result;
    }

    template <class F>
    void for_each(F&& f, hash_range which = {}) {
        walker_type(*this, which).run([&](const Key& key, const T& value, token, const auto&) {
            if constexpr (std::is_void_v<std::invoke_result_t<F&, const Key&, const T&>>) {
                detail::call(f, key, value);
                return true;
            } else {
                return static_cast<bool>(detail::call(f, key, value));
            }
        });
    }

    template <class Pred>
    std::size_t erase_if(Pred&& pred) {
        std::size_t erased = 0;
        walker_type(*this).run(
            [&](const Key& key, const T& value, token seen, const entry_id<Key, T>& which) {
                if (static_cast<bool>(detail::call(pred, key, value)) &&
                    erase_tested(key, which, seen, pred)) {
                    ++erased;
                }
                return true;
            });
        return erased;
    }

    template <class Keys, class ToKey, class Out>
    std::size_t load_many(Keys& keys, ToKey to_key, Out out) {
        return in_batches(keys, to_key, [&](std::size_t index, const held* h) {
            out[index].reset();
            if (h != nullptr) {
                out[index].emplace(h->value());
            }
        });
    }

    template <class Keys, class ToKey, class F>
    std::size_t visit_many(Keys& keys, ToKey to_key, F&& f) {
        return in_batches(keys, to_key, [&](std::size_t index, const held* h) {
            if (h != nullptr) {
                static_cast<void>(detail::call(f, index, h->value()));
            }
        });
    }

    /// Adds an entry unless the key is there already: for constructors and moves.
    template <class K, class... Args>
    void insert(K&& key, Args&&... args) {
        const std::uint64_t hash = hash_of(key);
        if (contains(key)) {
            return;
        }
        supply_type s(this->memory_source());
        s.make_entry(hash, std::forward<K>(key), std::forward<Args>(args)...);
        put(s, std::forward<K>(key), hash,
            [](const token* current) { return current != nullptr ? verb::keep : verb::put; });
    }

private:
    using walker_type = walker<operations, Key, T>;
    template <class, class, class>
    friend class walker;

    /// A value as it was seen, kept for use outside the section.
    struct held {
        bool present = false;
        token seen{};
        SYNCMAP_NO_UNIQUE_ADDRESS std::conditional_t<lay::word, no_node, hazard> guard{};
        std::conditional_t<lay::word, from_words<T>, const T*> kept{};

        /// Everything that may fail. Inside the section.
        void prepare([[maybe_unused]] thread_record& record, [[maybe_unused]] hazard::kind kind) {
            if constexpr (!lay::word) {
                if (!guard.held()) {
                    guard = hazard(record, kind);
                }
            }
        }
        /// Inside the same section.
        void hold(token value) noexcept {
            seen = value;
            if constexpr (lay::word) {
                kept = from_bits<T>(value);
            } else {
                guard.protect(value);
                kept = value->value();
            }
        }
        [[nodiscard]] const T& value() const noexcept {
            if constexpr (lay::word) {
                return kept.get();
            } else {
                return *kept;
            }
        }
        [[nodiscard]] pinned<T> to_pinned() noexcept {
            if constexpr (lay::word) {
                return pinned<T>(kept);
            } else {
                return pinned<T>(std::move(guard), kept);
            }
        }
    };

    template <class K>
    SYNCMAP_INLINE held look(const K& key, std::uint64_t hash, hazard::kind kind,
                             payment pay = payment::none) {
        return read(key, hash, pay, [kind](token found, thread_record& record) {
            held h;
            h.prepare(record, kind);
            h.hold(found);
            h.present = true;
            return h;
        });
    }

    static void give_found(held& h, std::optional<T>& result) {
        if (h.present) {
            result.emplace(std::as_const(h).value());
        }
    }
    static void give_found(held& h, pinned<T>& result) noexcept { result = h.to_pinned(); }

    static void copy_value(token value, std::optional<T>& copy) {
        if constexpr (lay::word) {
            copy.emplace(from_bits<T>(value).get());
        } else {
            copy.emplace(std::as_const(*value->value()));
        }
    }

    struct is_there {
        bool operator()(token, thread_record&) const noexcept { return true; }
    };
    struct copy_found {
        SYNCMAP_INLINE std::optional<T> operator()(token found, thread_record&) const {
            if constexpr (lay::word) {
                const T value = value_of<T>(found);
                return std::optional<T>(std::in_place, value);
            } else {
                return std::optional<T>(std::in_place, std::as_const(*found->value()));
            }
        }
    };

    template <class K>
    bool find_and_copy(const K& key, std::uint64_t hash, token& seen, std::optional<T>& copy) {
        const auto h = find(key, hash);
        if (h.present) {
            seen = h.token;
            copy_value(seen, copy);
        }
        return h.present;
    }

    /// Whether a store of this key should bring a node. A guess; and time to fetch what the write needs.
    bool likely_new([[maybe_unused]] std::uint64_t hash) {
        if constexpr (lay::flat) {
            return false;
        } else {
            const section inside(this->home());
            const auto* t = this->read_table();
            while (t != nullptr && t->tags[t->bucket_of(hash)].load_control().moved()) {
                t = t->successor.load(std::memory_order_acquire);
            }
            return t == nullptr || !this->expect_write(*t, hash);
        }
    }

    template <class K, class... Args>
    static void make(supply_type& s, bool with_key, std::uint64_t hash, K&& key, Args&&... args) {
        if (with_key) {
            s.make_entry(hash, std::forward<K>(key), std::forward<Args>(args)...);
        } else {
            s.make_value(std::forward<Args>(args)...);
        }
    }

    /// decide() for: `what`, if the entry is there and (where `seen` is not null) still has that token.
    static auto if_same(const token* seen, verb what) noexcept {
        return [seen, what](const token* current) {
            return current != nullptr && (seen == nullptr || *current == *seen) ? what : verb::keep;
        };
    }

    struct nothing {
        void operator()(operation&) const noexcept {}
        void operator()(const outcome<token>&) const noexcept {}
    };

    /// write(), in a section of its own, with a key made for the supply when it turns out that it needs
    /// one. before() and after() run in the section.
    template <class K, class Decide, class Before = nothing, class After = nothing>
    outcome<token> put(supply_type& s, K&& key, std::uint64_t hash, Decide&& decide,
                       Before&& before = {}, After&& after = {}) {
        if constexpr (lay::flat && std::is_same_v<std::remove_cvref_t<K>, Key>) {
            s.borrow_key(key);
            operation op(*this);
            before(op);
            const outcome<token> done = write(op, key, hash, s, decide);
            after(done);
            return done;
        }
        for (;;) {
            {
                operation op(*this);
                before(op);
                const outcome<token> done = s.has_key() ? write(op, s.key(), hash, s, decide)
                                                        : write(op, key, hash, s, decide);
                if (done.result != result::needs_key) {
                    after(done);
                    return done;
                }
            }
            s.add_key(hash, std::forward<K>(key));
        }
    }

    template <class K>
    outcome<token> erase_if_same(const K& key, std::uint64_t hash, const token* seen) {
        supply_type none(this->memory_source());
        operation op(*this);
        return write(op, key, hash, none, if_same(seen, verb::erase));
    }

    template <class K, class Make>
    std::pair<T, bool> load_or_make(K&& key, Make&& make) {
        const std::uint64_t hash = hash_of(key);
        if (auto copy = read(key, hash, payment::due_if_present, copy_found{})) {
            return {*std::move(copy), true};
        }
        return make_or_load(std::forward<K>(key), hash, make);
    }

    template <class K, class Make>
    SYNCMAP_NOINLINE std::pair<T, bool> make_or_load(K&& key, std::uint64_t hash, Make& make) {
        supply_type s(this->memory_source());
        s.make_entry(hash, std::forward<K>(key), make());
        for (;;) {
            if constexpr (std::is_nothrow_move_constructible_v<T> || !exceptions_enabled) {
                std::optional<T> copy;
                copy_value(s.value(), copy);  // which leaves none out
                if (!put_if_absent(s, hash)) {
                    return {*std::move(copy), false};  // NOLINT(bugprone-unchecked-optional-access)
                }
            } else {
                SYNCMAP_TRY { return insert_or_throw(s, hash); }
                SYNCMAP_CATCH(const lost_race&) {}
            }
            if (auto copy = read(s.key(), hash, payment::none, copy_found{})) {
                return {*std::move(copy), true};
            }
        }
    }

    /// With a key that has been made. Says whether there was a value already.
    bool put_if_absent(supply_type& s, std::uint64_t hash) {
        const auto unless_present = [](const token* current) {
            return current != nullptr ? verb::keep : verb::put;
        };
        operation op(*this);
        return write(op, s.key(), hash, s, unless_present).present;
    }

    /// Where moving a T may throw, the result has to be in its final place before the commit: so there is one
    /// variable to be returned, and another way out.
    std::pair<T, bool> insert_or_throw(supply_type& s, std::uint64_t hash) {
        std::pair<T, bool> mine(std::as_const(*s.value()->value()), false);
        if (put_if_absent(s, hash)) {
            SYNCMAP_THROW(lost_race());
        }
        return mine;
    }

    /// Erases an entry for which pred() was true of the value `seen`, or is true of the one it has now. That very
    /// entry, and never one that has come in its place: its key was not shown.
    template <class Pred>
    bool erase_tested(const Key& key, const entry_id<Key, T>& which, token seen, Pred& pred) {
        const std::uint64_t hash = hash_of(key);
        held h;
        for (;;) {
            {
                supply_type none(this->memory_source());
                operation op(*this);
                const auto done =
                    write(op, which, hash, none, if_same(std::addressof(seen), verb::erase));
                if (done.result == result::erased) {
                    return true;
                }
                if (!done.present) {
                    return false;
                }
                h.prepare(op.record(), hazard::kind::scoped);
                h.hold(done.before);
            }
            if (!static_cast<bool>(detail::call(pred, key, h.value()))) {
                return false;
            }
            seen = h.seen;
        }
    }

    /// Looks keys up a few at a time, so that the cache misses of one overlap those of the others, and calls
    /// f(index, value or null) for each, outside the section. Returns how many were there.
    /// (Inlined, g++ 12 would warn of a load_many() into an array that optionals in it are not initialised.)
    template <class Keys, class ToKey, class F>
    SYNCMAP_NOINLINE std::size_t in_batches(Keys& keys, ToKey to_key, F&& f) {
        constexpr std::size_t width = limit<std::size_t>(16, 3);
        std::size_t present = 0;
        std::size_t index = 0;
        const auto end = std::ranges::end(keys);
        for (auto at = std::ranges::begin(keys); at != end;) {
            std::uint64_t hashes[width];
            held values[width];
            std::size_t count = 0;
            auto ahead = at;
            for (; count < width && ahead != end; ++ahead) {
                hashes[count++] = hash_of(to_key(*ahead));
            }
            bool missed = false;
            {
                const section inside(this->home());
                this->prefetch_all(hashes, count);
                for (std::size_t i = 0; i < count; ++i, static_cast<void>(++at)) {
                    const auto h = find(to_key(*at), hashes[i]);
                    missed = missed || h.missed;
                    if (h.present) {
                        values[i].prepare(inside.record(), hazard::kind::scoped);
                        values[i].hold(h.token);
                        values[i].present = true;
                        ++present;
                    }
                }
            }
            if (missed) {
                this->pay_for_miss();
            }
            for (std::size_t i = 0; i < count; ++i) {
                f(index++, values[i].present ? &values[i] : nullptr);
            }
        }
        return present;
    }
};

}  // namespace syncmap::inline v0::detail
