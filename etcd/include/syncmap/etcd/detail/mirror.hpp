// SPDX-License-Identifier: BSL-1.0
//
// What etcd::map is without its type of values: transactions on bytes, and following what etcd tells. map.hpp adds the
// map that is read, and the codec.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../client.hpp"
#include "../error.hpp"
#include "../stats.hpp"
#include "../subscription.hpp"

namespace syncmap::etcd::inline v0::detail {

using time_limit = std::chrono::steady_clock::time_point;

/// A value as etcd has it, and the revision that put it there.
struct versioned {
    std::string bytes{};
    std::int64_t revision = 0;
};

/// One transaction on one key: `then` is done if `when` holds, and otherwise what is there is found.
struct transaction {
    enum class condition {
        none,
        revision,  ///< the key's value was put there by `revision`; 0: there is none
        value,     ///< the key's value is `expected`, byte by byte
    };
    enum class action { nothing, put, erase };

    condition when = condition::none;
    std::int64_t revision = 0;
    std::string expected{};
    action then = action::nothing;
    std::string value{};
    std::int64_t lease = 0;   ///< that the value is put with
    bool keep_lease = false;  ///< put with the lease that the key has, of a key that is there
};

struct outcome {
    bool done = false;
    bool erased = false;               ///< done, and there was something to erase
    std::optional<versioned> found{};  ///< not done: what is there instead
};

/// What read() has found, if it could.
struct finding {
    bool answered = false;
    std::optional<versioned> found{};
};

/// Whether what read() has found is shown by the mirror when it returns.
enum class shown { by_etcd_only, by_the_mirror };

/// What a handler is shown; what the pointers point to, who subscribes knows.
struct announcement {
    std::string_view key;
    const void* before;
    const void* after;
};

struct failure;

class mirror {
public:
    mirror(client& c, std::string prefix);
    mirror(const mirror&) = delete;
    mirror& operator=(const mirror&) = delete;

    // --- transactions; each returns when the mirror shows its effect ---

    [[nodiscard]] time_limit limit() const;
    /// nullopt: could not be done, which has been reported.
    [[nodiscard]] std::optional<outcome> transact(std::string_view key, const transaction& t,
                                                  time_limit until, on_error errors);
    [[nodiscard]] finding read(std::string_view key, shown s, time_limit until,
                               on_error errors) const;
    void clear(on_error errors);
    void report_bad_value(std::string_view key, on_error errors) const;
    void report_contention(std::string_view key, on_error errors) const;

    // --- where the mirror stands ---

    [[nodiscard]] std::int64_t revision() const noexcept;
    [[nodiscard]] bool wait_for(std::int64_t revision, time_limit until) const;
    [[nodiscard]] std::chrono::milliseconds stale_for() const noexcept;
    [[nodiscard]] const std::string& prefix() const noexcept;
    void fill_in(map_stats& stats) const;

    [[nodiscard]] subscription on_change(std::function<void(const announcement&)> f);
    [[nodiscard]] subscription
    on_bad_value(std::function<void(std::string_view key, std::string_view bytes)> f);

protected:
    virtual ~mirror();

    /// Fills the mirror, and follows what happens from then on. Where it cannot be filled in time that is reported; unless
    /// by an exception, it is filled later.
    void follow(on_error errors);
    /// Returns when none of the functions below is running, or will be. Must be called before they are gone.
    void leave() noexcept;

    /// While it is held, nobody begins to listen.
    [[nodiscard]] std::unique_lock<std::mutex> hold_listeners() const;
    [[nodiscard]] bool somebody_listens() const noexcept;
    /// Has those who listen shown a change, by the thread of handlers, which is where `change` is called.
    void announce(std::function<announcement()> change);

private:
    friend class watcher;

    [[nodiscard]] bool is_key(std::string_view key, on_error errors) const;
    void report_no_space(std::string_view key, const failure& why, std::int64_t before,
                         time_limit until, on_error errors) const;

    // All called by one thread, the client's:

    /// Sets the value of `key`, if `bytes` are one; returns whether they are.
    virtual bool put(std::string_view key, std::string_view bytes, std::int64_t revision) = 0;
    virtual void remove(std::string_view key) = 0;
    /// The revision of the value that is shown of `key`; 0: none is.
    [[nodiscard]] virtual std::int64_t revision_of(std::string_view key) const = 0;
    [[nodiscard]] virtual std::vector<std::string> keys() const = 0;
    [[nodiscard]] virtual std::size_t count() const = 0;

    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace syncmap::etcd::inline v0::detail
