// SPDX-License-Identifier: BSL-1.0
//
// syncmap::etcd::map: a map that several machines share. Loads are local, writes are etcd's transactions.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "client.hpp"
#include "codec.hpp"
#include "detail/mirror.hpp"
#include "error.hpp"
#include "lease.hpp"
#include "stats.hpp"
#include "subscription.hpp"
#include <syncmap/change.hpp>
#include <syncmap/map.hpp>

namespace syncmap::etcd::inline v0 {

/// The type of `quorum`.
struct quorum_t {
    /// Not from `{}`, which stands for no argument in particular.
    /// @progress Wait-free. @complexity O(1). @may_throw Nothing.
    explicit quorum_t() = default;
};
/// Asks etcd in place of the mirror: `routes.load(key, syncmap::etcd::quorum)`.
inline constexpr quorum_t quorum{};

/// A handle to a value of an etcd::map, which lives while the handle does; as syncmap::pinned in all.
template <class T>
class pinned;

/// The keys of an etcd below one prefix, as a map: this process has a copy, the *mirror*, which is read as fast as
/// any syncmap::map and follows etcd by itself; what is written, etcd does.
///
/// - *Loads* (load, visit, pin, contains, for_each, snapshot) look at the mirror. They never wait, whatever becomes
///   of etcd, and may be behind it: normally by milliseconds. stale_for() tells.
/// - *Transactions* (store and all below it) are done by etcd, for all machines in one order (linearizable), and
///   take a round trip and a write to the disks of most members: milliseconds. When one returns, this process's
///   mirror shows it, and all that came before it.
/// - The mirror never goes back, and shows changes in the order in which they were made. What lies between two
///   loads may have been skipped. (Only where etcd has forgotten what happened while it was out of reach, which is
///   a matter of minutes or hours, the order of what was missed is not known: erasures come first then.)
///
/// Keys are any strings; etcd knows them with the prefix in front. A value that does not decode, which some
/// other program must have written, is kept out of the mirror: see on_bad_value(). Transactions that would have
/// to return or compare it fail with `bad_value`.
///
/// All members may be called by any number of threads at the same time, but for construction and destruction.
/// Transactions must not be called by the functions that load members call, nor by a codec; by handlers
/// (on_change()) they may.
///
/// @par Errors of transactions
/// They throw `error`, or set the std::error_code that is their last argument; then they return what is said
/// there. `unavailable`: no member of etcd could be asked within the deadline; or it is full, or overloaded.
/// `uncertain`: it was asked, and the connection or the deadline ended without an answer; or it answered that it
/// is full, as it does also after the write that fills it. The write may have
/// been done, or be done yet: load(key, quorum) shows whether it has been; what must not be done twice should
/// be a compare_exchange() or an update() of what was loaded so. The message says if etcd did it, and only the
/// mirror has not followed in time. `denied`: see options. `too_large`. `lease_expired`.
///
/// @par Words used below
/// *Waits for etcd:* at most for the client's deadline. *One round trip:* where nobody else writes the same key
/// meanwhile. *As the core:* what is said of the member of the same name of syncmap::map.
///
/// @par Memory order
/// A load synchronizes with the change of the mirror that it sees; a transaction that has returned happens
/// before every load that sees it, or a later revision.
///
/// @par Parameters named alike
/// `key`: without the prefix, any bytes (not empty if the prefix is). `value`, `expected`, `desired`: a T, as
/// what encoding makes of it. `with`: a lease that is alive, or none. `f`: called in this thread, before the
/// member returns. `errors`: see `on_error`. `revision`: etcd's number of a state of all that it has, which
/// grows with each transaction that writes.
///
/// @tparam T any type with a codec that can be copied; compare_exchange() and compare_and_erase() need ==.
template <class T>
class map final : private detail::mirror {
    static_assert(
        encodable<T>,
        "syncmap::etcd::map: there is no codec of T: specialise syncmap::etcd::codec<T> with "
        "encode() and decode(), or include <syncmap/etcd/json.hpp> if nlohmann-json converts it");
    static_assert(std::is_copy_constructible_v<T>, "syncmap::etcd::map: T must be copyable");

    struct entry {
        T value;
        std::int64_t revision;
    };

public:
    using key_type = std::string;   ///< what entries are found by, without the prefix
    using mapped_type = T;          ///< what is stored
    using size_type = std::size_t;  ///< counts entries

    /// @name Construction
    /// @{

    /// The map of all keys of `etcd` that begin with `prefix` (any bytes; empty: all keys); returns when the
    /// mirror has been filled. Ends prefixes with a separator: `/routes` is also the beginning of
    /// `/routes_of_others`.
    /// @progress Waits for etcd: each request of it at most for the deadline. @complexity O(n).
    /// @may_throw `error`: unavailable, denied; `std::bad_alloc`. With a std::error_code, the map is there all
    /// the same, empty for now, and is filled as soon as etcd can be reached: wait_for() waits for that.
    explicit map(client& etcd, std::string prefix, on_error errors = {})
        : mirror(etcd, std::move(prefix)) {
        follow(errors);
    }
    /// Ends the following; what etcd has stays. No other call may be running, and no handle (pin()) be left.
    /// @progress Waits for a handler that is running. @complexity O(n).
    ~map() override { leave(); }
    map(const map&) = delete;             ///< share it by reference
    map& operator=(const map&) = delete;  ///< likewise

    /// @}
    /// @name Loads, from the mirror
    /// @{

    /// The value of `key`, copied, or nullopt.
    /// @progress Lock-free. @complexity O(1). @go `Load`. @may_throw What the copy throws; `std::bad_alloc`.
    [[nodiscard]] std::optional<T> load(std::string_view key) const {
        std::optional<T> found;
        mirror_.visit(key, [&](const entry& e) { found.emplace(e.value); });
        return found;
    }
    /// Calls `f(const T&)` on the value of `key`, if there is one; returns whether there was.
    /// @otherwise as the core.
    /// @go None: values are shared there.
    template <std::invocable<const T&> F>
    bool visit(std::string_view key, F&& f) const {
        return mirror_.visit(key, [&](const entry& e) { f(e.value); });
    }
    /// A handle to the value of `key`, empty if there is none.
    /// @otherwise as the core.
    /// @go None: values are shared there.
    [[nodiscard]] pinned<T> pin(std::string_view key) const { return pinned<T>(mirror_.pin(key)); }
    /// Whether there is a value of `key`.
    /// @otherwise as the core.
    /// @go `_, ok := m.Load(key)`.
    [[nodiscard]] bool contains(std::string_view key) const { return mirror_.contains(key); }
    /// Calls `f(const std::string&, const T&)` for the entries until all are done or f returns false.
    /// @otherwise as the core.
    /// @go `Range`.
    template <std::invocable<const std::string&, const T&> F>
    void for_each(F&& f) const {
        mirror_.for_each([&](const std::string& key, const entry& e) { return f(key, e.value); });
    }
    /// All entries, copied, as for_each() shows them: not all of one moment.
    /// @otherwise as the core.
    /// @go `Range`, and an `append` in it.
    [[nodiscard]] std::vector<std::pair<std::string, T>> snapshot() const {
        std::vector<std::pair<std::string, T>> entries;
        entries.reserve(size());
        for_each([&](const std::string& key, const T& value) { entries.emplace_back(key, value); });
        return entries;
    }
    /// The number of entries.
    /// @otherwise as the core.
    /// @go None: a counter in `Range`.
    [[nodiscard]] size_type size() const { return mirror_.size(); }
    /// Whether size() is 0.
    /// @otherwise as the core.
    /// @go None.
    [[nodiscard]] bool empty() const { return size() == 0; }
    /// What is going on inside.
    /// @progress Takes a lock that is held for some instructions. @complexity O(1). @may_throw Nothing.
    /// @go None.
    [[nodiscard]] map_stats stats() const {
        map_stats s;
        s.mirror = mirror_.stats();
        fill_in(s);
        return s;
    }

    /// The value that etcd has of `key` during the call, whatever the mirror shows, or nullopt (also on error).
    /// @progress Waits for etcd. @complexity One round trip. @ordering In the order of transactions.
    /// @may_throw `error`: unavailable, denied, bad_value. `std::bad_alloc`.
    /// @go `Load`.
    std::optional<T> load(std::string_view key, quorum_t, on_error errors = {}) const {
        const detail::finding there = read(key, detail::shown::by_etcd_only, limit(), errors);
        if (!there.found) return std::nullopt;
        return decode(key, *there.found, errors);
    }

    /// @}
    /// @name Transactions, by etcd
    /// @{

    /// Sets the value of `key` to `value`.
    /// @progress Waits for etcd. @complexity One round trip. @go `Store`.
    /// @may_throw `error`; what encoding throws; `std::bad_alloc`.
    void store(std::string_view key, const T& value, on_error errors = {}) {
        store(key, value, no_lease(), errors);
    }
    /// The same, with a lease: the key is erased when `with` ends.
    /// @otherwise as store() above.
    /// @go `Store`.
    void store(std::string_view key, const T& value, const lease& with, on_error errors = {}) {
        detail::transaction t = putting(value, with);
        (void)transact(key, t, limit(), errors);
    }

    /// The value of `key` if there is one (and true), otherwise stores `value` and returns it (and false). Of
    /// racing calls on all machines one stores, and all return its value. On error returns `value` and false.
    /// @progress Waits for etcd. @complexity One round trip. @go `LoadOrStore`.
    /// @may_throw `error`, also bad_value; what encoding throws; `std::bad_alloc`.
    std::pair<T, bool> load_or_store(std::string_view key, const T& value, on_error errors = {}) {
        return load_or_store(key, value, no_lease(), errors);
    }
    /// The same, with a lease for what is stored.
    /// @otherwise as load_or_store() above.
    /// @go `LoadOrStore`.
    std::pair<T, bool> load_or_store(std::string_view key, const T& value, const lease& with,
                                     on_error errors = {}) {
        if (std::optional<T> there = insert(key, value, with, limit(), errors)) {
            return {*std::move(there), true};
        }
        return {value, false};
    }

    /// The value of `key` if there is one (and true), otherwise stores what `f()` returns and returns that (and
    /// false). f is called at most once, and only if the key is absent; several machines may be
    /// computing a value for one key at the same time: one is stored, and all return it. On error returns what
    /// f returns, and false.
    /// @progress Waits for etcd. @complexity One round trip, or two and f. @go None.
    /// @may_throw `error`, also bad_value; what f and encoding throw; `std::bad_alloc`.
    template <std::invocable F>
        requires std::convertible_to<std::invoke_result_t<F&>, T>
    std::pair<T, bool> load_or_compute(std::string_view key, F&& f, on_error errors = {}) {
        return load_or_compute(key, f, no_lease(), errors);
    }
    /// The same, with a lease for what is stored.
    /// @otherwise as load_or_compute() above.
    /// @go None.
    template <std::invocable F>
        requires std::convertible_to<std::invoke_result_t<F&>, T>
    std::pair<T, bool> load_or_compute(std::string_view key, F&& f, const lease& with,
                                       on_error errors = {}) {
        const detail::time_limit until = limit();
        const detail::finding there = read(key, detail::shown::by_the_mirror, until, errors);
        if (there.found) {
            if (std::optional<T> value = decode(key, *there.found, errors)) {
                return {*std::move(value), true};
            }
            return {T(f()), false};
        }
        T computed = f();
        if (there.answered) {
            if (std::optional<T> other = insert(key, computed, with, until, errors)) {
                return {*std::move(other), true};
            }
        }
        return {std::move(computed), false};
    }

    /// Sets the value of `key` to `value` and returns the one it had, or nullopt (also on error).
    /// @progress Waits for etcd; again where the key changes meanwhile. @complexity One round trip. @go `Swap`.
    /// @may_throw `error`, also bad_value; what encoding throws; `std::bad_alloc`.
    std::optional<T> exchange(std::string_view key, const T& value, on_error errors = {}) {
        return exchange(key, value, no_lease(), errors);
    }
    /// The same, with a lease for what is stored.
    /// @otherwise as exchange() above.
    /// @go `Swap`.
    std::optional<T> exchange(std::string_view key, const T& value, const lease& with,
                              on_error errors = {}) {
        detail::transaction t = putting(value, with);
        return replace(key, t, errors);
    }

    /// Sets the value of `key` to `desired` if there is one that equals `expected` (by ==); returns whether it
    /// did (not on error). The key keeps the lease that it has.
    /// @progress Waits for etcd; again where the key changes meanwhile. @complexity One round trip. @go
    /// `CompareAndSwap`.
    /// @may_throw `error`, also bad_value; what encoding and == throw; `std::bad_alloc`.
    bool compare_exchange(std::string_view key, const T& expected, const T& desired,
                          on_error errors = {}) {
        detail::transaction t = putting(desired, no_lease());
        t.keep_lease = true;
        return compare(key, expected, t, errors);
    }
    /// Erases `key` if its value equals `expected` (by ==); returns whether it did (not on error).
    /// @go `CompareAndDelete`. @otherwise as compare_exchange().
    bool compare_and_erase(std::string_view key, const T& expected, on_error errors = {}) {
        detail::transaction t;
        t.then = detail::transaction::action::erase;
        return compare(key, expected, t, errors);
    }

    /// Erases `key`; returns whether it was there (not on error).
    /// @progress Waits for etcd. @complexity One round trip. @go `Delete`. @may_throw `error`;
    /// `std::bad_alloc`.
    bool erase(std::string_view key, on_error errors = {}) {
        detail::transaction t;
        t.then = detail::transaction::action::erase;
        const std::optional<detail::outcome> o = transact(key, t, limit(), errors);
        return o && o->erased;
    }
    /// Erases `key` and returns the value it had, or nullopt (also on error).
    /// @progress Waits for etcd; again where the key changes meanwhile. @complexity One round trip. @go
    /// `LoadAndDelete`.
    /// @may_throw `error`, also bad_value; `std::bad_alloc`.
    std::optional<T> load_and_erase(std::string_view key, on_error errors = {}) {
        detail::transaction t;
        t.then = detail::transaction::action::erase;
        return replace(key, t, errors);
    }

    /// Changes the entry of `key` atomically, among all machines: `f(const T* current)` is given its value, or
    /// nullptr, and returns an `optional<T>` or a syncmap::change<T>: the new value, nullopt to erase (or leave
    /// absent), or `unchanged`. Returns what is there then, or nullopt (also on error). f is called in this
    /// thread, and again if the entry has changed meanwhile; what it is shown first is what the mirror has. The
    /// key keeps the lease that it has.
    /// @progress Waits for etcd; again each time that f does. @complexity One round trip each time. @go None.
    /// @may_throw `error`, also bad_value; what f and encoding throw; `std::bad_alloc`.
    template <class F>
        requires std::is_invocable_r_v<change<T>, F&, const T*>
    std::optional<T> update(std::string_view key, F&& f, on_error errors = {}) {
        return update(key, f, no_lease(), errors);
    }
    /// The same, with a lease for what is stored, in place of the one that the key has.
    /// @otherwise as update() above.
    /// @go None.
    template <class F>
        requires std::is_invocable_r_v<change<T>, F&, const T*>
    std::optional<T> update(std::string_view key, F&& f, const lease& with, on_error errors = {});

    /// Erases all keys below the prefix at once, also those that are kept out of the mirror.
    /// @progress Waits for etcd. @complexity One round trip; O(n) in etcd. @go `Clear`. @may_throw `error`;
    /// `std::bad_alloc`.
    void clear(on_error errors = {}) { mirror::clear(errors); }

    /// @}
    /// @name Following
    /// @{

    /// The revision of etcd that the mirror has reached: it shows all that was done below the prefix up to this
    /// one. After a transaction it is that of the transaction, or later. 0: not filled yet.
    /// @progress Wait-free. @complexity O(1). @may_throw Nothing.
    /// @go None.
    using mirror::revision;

    /// Waits until revision() is at least `revision`, for `deadline` at most; returns whether it is. Revisions
    /// may come from the same map on other machines: who was told so of a write waits for it, and then loads
    /// it.
    /// @progress Waits for etcd. @complexity Nothing, or a message to etcd. @may_throw `std::bad_alloc`.
    /// @go None.
    [[nodiscard]] bool wait_for(std::int64_t revision, std::chrono::milliseconds deadline) const {
        constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 365};
        return mirror::wait_for(revision, std::chrono::steady_clock::now() +
                                              (deadline < longest ? deadline : longest));
    }

    /// For how long there has been no proof that the mirror shows what etcd has: about every second etcd is
    /// asked for one. When it cannot be reached, or only by members that are cut off from the others, this
    /// grows. (One that is asked a map of many keys, while others write elsewhere, has to count them; so then
    /// it is asked more rarely.)
    /// @progress Wait-free. @complexity O(1). @may_throw Nothing.
    using mirror::stale_for;

    /// Has `f(std::string_view key, const T* before, const T* after)` called for every change of the mirror
    /// after this call, in their order, as long as the subscription lives. nullptr: there was none, or is none
    /// any more. To see all that there is, subscribe first, then call for_each(). Handlers are called by one
    /// thread, which all maps of the client share: they are copyable, and may do anything but destroy the map, or the client.
    /// While they are at work, the mirror goes on, and changes that they have not seen yet wait in memory.
    /// @progress Takes a lock that is held for some instructions. @complexity O(1). @may_throw
    /// `std::bad_alloc`, `std::system_error`. What f throws ends the program.
    /// @go None.
    template <std::invocable<std::string_view, const T*, const T*> F>
    [[nodiscard]] subscription on_change(F f) {
        static_assert(std::is_copy_constructible_v<F>,
                      "syncmap::etcd::map::on_change(f): f must be copyable (share what is not)");
        return mirror::on_change([g = std::move(f)](const detail::announcement& a) mutable {
            g(a.key, static_cast<const T*>(a.before), static_cast<const T*>(a.after));
        });
    }

    /// Has `f(std::string_view key, std::string_view bytes)` called for every value that does not decode: at
    /// first for those that are there already.
    /// @otherwise as on_change().
    /// @go None.
    template <std::invocable<std::string_view, std::string_view> F>
    [[nodiscard]] subscription on_bad_value(F f) {
        static_assert(
            std::is_copy_constructible_v<F>,
            "syncmap::etcd::map::on_bad_value(f): f must be copyable (share what is not)");
        return mirror::on_bad_value(std::move(f));
    }

    /// What the keys of this map begin with in etcd.
    /// @progress Wait-free. @complexity O(1). @may_throw Nothing.
    using mirror::prefix;
    /// @}

private:
    friend class pinned<T>;
    using condition = detail::transaction::condition;
    using action = detail::transaction::action;

    static const lease& no_lease() noexcept {
        static const lease none;
        return none;
    }
    static detail::transaction putting(const T& value, const lease& with) {
        detail::transaction t;
        t.then = action::put;
        t.value = codec<T>::encode(value);
        t.lease = with.id();
        return t;
    }

    static std::optional<T> decode(std::string_view bytes) {
#if defined(__cpp_exceptions)
        try {
            return codec<T>::decode(bytes);
        } catch (
            ...) {  // also std::bad_alloc: bytes that are no value may ask for any amount of memory
            return std::nullopt;
        }
#else
        return codec<T>::decode(bytes);
#endif
    }
    std::optional<T> decode(std::string_view key, const detail::versioned& v,
                            on_error errors) const {
        std::optional<T> value = decode(v.bytes);
        if (!value) report_bad_value(key, errors);
        return value;
    }

    /// The value that was there; nullopt: `value` has been stored, or it could not be, which has been reported.
    std::optional<T> insert(std::string_view key, const T& value, const lease& with,
                            detail::time_limit until, on_error errors) {
        detail::transaction t = putting(value, with);
        t.when = condition::revision;
        const std::optional<detail::outcome> o = transact(key, t, until, errors);
        if (!o || !o->found) return std::nullopt;
        return decode(key, *o->found, errors);
    }

    /// Does `t` if nothing has changed since what is returned was there.
    std::optional<T> replace(std::string_view key, detail::transaction& t, on_error errors) {
        const detail::time_limit until = limit();
        std::optional<T> current;
        std::int64_t seen = 0;
        mirror_.visit(key, [&](const entry& e) {
            current.emplace(e.value);
            seen = e.revision;
        });
        const action wanted = t.then;
        t.when = condition::revision;
        for (;;) {
            t.revision = seen;
            t.then = wanted == action::erase && seen == 0 ? action::nothing : wanted;
            const std::optional<detail::outcome> o = transact(key, t, until, errors);
            if (!o) return std::nullopt;
            if (o->done) return current;
            current.reset();
            seen = 0;
            if (o->found) {
                current = decode(key, *o->found, errors);
                if (!current) return std::nullopt;
                seen = o->found->revision;
            }
            if (late(key, until, errors)) return std::nullopt;
        }
    }

    /// Does `t` if the value of `key` equals `expected`.
    bool compare(std::string_view key, const T& expected, detail::transaction& t, on_error errors) {
        static_assert(
            requires(const T& a) { static_cast<bool>(a == a); },
            "syncmap::etcd::map: compare_exchange() and compare_and_erase() need T to have "
            "operator==");
        // NOLINTNEXTLINE(misc-redundant-expression): NaN, which nothing equals
        if (!static_cast<bool>(expected == expected)) return false;
        const detail::time_limit until = limit();
        t.when = condition::value;
        t.expected = codec<T>::encode(expected);
        for (;;) {
            const std::optional<detail::outcome> o = transact(key, t, until, errors);
            if (!o) return false;
            if (o->done) return true;
            if (!o->found) return false;
            const std::optional<T> current = decode(key, *o->found, errors);
            if (!current || !static_cast<bool>(*current == expected)) return false;
            t.when = condition::revision;  // equal, and kept in other bytes
            t.revision = o->found->revision;
            if (late(key, until, errors)) return false;
        }
    }

    bool late(std::string_view key, detail::time_limit until, on_error errors) const {
        if (std::chrono::steady_clock::now() < until) return false;
        report_contention(key, errors);
        return true;
    }

    // --- what the client's thread does ---

    bool put(std::string_view key, std::string_view bytes, std::int64_t revision) override {
        std::optional<T> value = decode(bytes);
        if (!value) return false;
        change_entry(key, [&] { mirror_.store(key, entry{*std::move(value), revision}); });
        return true;
    }
    void remove(std::string_view key) override {
        change_entry(key, [&] { mirror_.erase(key); });
    }
    template <class F>
    void change_entry(std::string_view key, F change) {
        const auto held = hold_listeners();
        if (!somebody_listens()) {
            change();
            return;
        }
        struct pair_of_values {
            std::string key;
            syncmap::pinned<entry> before, after;
        };
        auto shown = std::make_shared<pair_of_values>();
        shown->key = key;
        shown->before = mirror_.pin(key);
        change();
        shown->after = mirror_.pin(key);
        if (!shown->before && !shown->after) return;
        announce([shown] {
            const auto value = [](const syncmap::pinned<entry>& p) {
                return p ? &p->value : nullptr;
            };
            return detail::announcement{shown->key, value(shown->before), value(shown->after)};
        });
    }
    std::int64_t revision_of(std::string_view key) const override {
        std::int64_t revision = 0;
        mirror_.visit(key, [&](const entry& e) { revision = e.revision; });
        return revision;
    }
    std::vector<std::string> keys() const override {
        std::vector<std::string> all;
        all.reserve(mirror_.size());
        mirror_.for_each([&](const std::string& key, const entry&) { all.push_back(key); });
        return all;
    }
    std::size_t count() const override { return mirror_.size(); }

    syncmap::map<std::string, entry> mirror_;
};

/// A handle to a value of an etcd::map, which lives while the handle does, whatever becomes of the entry. Must
/// not outlive the map.
/// @otherwise as syncmap::pinned.
template <class T>
class pinned {
public:
    using element_type = const T;  ///< what it points to

    pinned() noexcept = default;  ///< an empty handle

    /// The value, or nullptr for an empty handle.
    [[nodiscard]] const T* get() const noexcept { return kept_ ? &kept_->value : nullptr; }
    /// The value; the handle must not be empty (debug builds assert that).
    [[nodiscard]] const T& operator*() const noexcept { return kept_->value; }
    /// The value's members; the handle must not be empty (debug builds assert that).
    [[nodiscard]] const T* operator->() const noexcept { return &kept_->value; }
    /// Whether there is a value.
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(kept_); }
    /// The revision of etcd that put the value there; 0 for an empty handle.
    [[nodiscard]] std::int64_t revision() const noexcept { return kept_ ? kept_->revision : 0; }
    /// Lets the value go: the handle is empty then.
    void reset() noexcept { kept_.reset(); }

private:
    friend class map<T>;
    using entry = typename map<T>::entry;
    explicit pinned(syncmap::pinned<entry> kept) noexcept : kept_(std::move(kept)) {}

    syncmap::pinned<entry> kept_;
};

template <class T>
template <class F>
    requires std::is_invocable_r_v<change<T>, F&, const T*>
std::optional<T> map<T>::update(std::string_view key, F&& f, const lease& with, on_error errors) {
    const detail::time_limit until = limit();
    const pinned<T> shown = pin(key);
    std::optional<T> newer;
    const T* now = shown.get();
    std::int64_t seen = shown.revision();
    for (;;) {
        change<T> answer = f(now);
        detail::transaction t;
        if (const std::optional<T>& wanted = answer.value()) {
            t = putting(*wanted, with);
            t.keep_lease = seen != 0 && with.id() == 0;
        } else if (!answer.leaves_unchanged() && seen != 0) {
            t.then = action::erase;
        }  // otherwise etcd is asked whether that is what is there
        t.when = condition::revision;
        t.revision = seen;
        const std::optional<detail::outcome> o = transact(key, t, until, errors);
        if (!o) return std::nullopt;
        if (o->done) {
            if (!answer.leaves_unchanged()) return std::move(answer).value();
            return now != nullptr ? std::optional<T>(*now) : std::nullopt;
        }
        now = nullptr;
        seen = 0;
        if (o->found) {
            newer = decode(key, *o->found, errors);
            if (!newer) return std::nullopt;
            now = &*newer;
            seen = o->found->revision;
        }
        if (late(key, until, errors)) return std::nullopt;
    }
}

}  // namespace syncmap::etcd::inline v0
