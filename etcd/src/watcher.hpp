// SPDX-License-Identifier: BSL-1.0
//
// Keeps a mirror equal to what etcd has below its prefix. All of it runs in the client's thread, but start()
// and stop().
//
//   filling    reads all keys, page by page, at one revision R            -> following, from R + 1
//   following  applies what a watch tells, revision by revision           -> opening, if the stream ends
//   opening    asks a member for a watch from the next revision on        -> following
//                                                    has been compacted   -> filling, and comparing
//
// I1: `revision` grows when all changes up to it have been applied, and these have been applied in order.
// I2: What is not later than `revision` is not applied again, whoever tells it.
//
// Both within one history of etcd's. After a backup has been restored there is another one, in which the same numbers stand
// for other changes. It shows by a revision that has gone back (pulse), or by the cluster's id, which a restored cluster
// should have anew. Then all is read again, and taken whatever its revision.
//
// A watch that says nothing proves nothing: the member may be stopped, or cut off from the others. So about
// every second etcd is asked for its revision by a read that most members have agreed to (pulse). If it is the
// mirror's, the mirror is current. If it is a later one, which other keys may have brought about, etcd is asked
// whether it has anything in this range that the mirror has not (look). If so, and nothing comes by the watch,
// another member is asked for one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mirror_state.hpp"

namespace syncmap::etcd::inline v0::detail {

class watcher : public std::enable_shared_from_this<watcher> {
public:
    watcher(mirror& m, mirror::state& s) noexcept : mirror_(m), state_(s), etcd_(*s.etcd) {}
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    /// Begins; `filled` is called when the mirror has been filled for the first time, or with what keeps it
    /// from being filled, once.
    void start(std::function<void(const std::optional<failure>&)> filled);
    /// Returns when nothing is being applied, and nothing will be.
    void stop() noexcept;
    /// Somebody waits for `revision`.
    void hurry(std::int64_t revision);

private:
    using clock = loop::clock;

    // --- filling ---
    struct filling;
    void fill();
    void fill_soon();
    void begin_filling(const std::shared_ptr<filling>& f);
    void next_page(const std::shared_ptr<filling>& f);
    void take_page(const std::shared_ptr<filling>& f, const reply& r);
    [[nodiscard]] bool is_next_page(const filling& f, const page& p) const;
    void use_page(const std::shared_ptr<filling>& f, page p);
    void compare(filling& f);
    void filled(std::int64_t revision, clock::time_point asked);
    void not_filled(const failure& why);

    // --- following ---
    void open(bool elsewhere);
    void open_as(const std::string& token);
    void reopen(std::chrono::milliseconds wait);
    /// How long to wait after a failure: longer than after the last one, but where a watch has lived meanwhile.
    [[nodiscard]] std::chrono::milliseconds longer_pause();
    void close();
    void take_data(std::string_view data);
    void take_message(watch_message m);
    [[nodiscard]] bool is_of_another_cluster(const watch_message& m) const;
    void apply(const std::vector<event>& events);
    void apply(const event& e);
    void put(const std::string& key, std::string_view bytes, std::int64_t revision);
    void remove(const std::string& key);
    void reached(std::int64_t revision);

    // --- being sure ---
    void beat();
    void pulse(bool urgent);
    void look();
    void take_look(const reply& r, std::int64_t at, std::size_t count, clock::time_point asked);
    void proved(clock::time_point asked);
    void want(std::int64_t revision);
    void urge();

    /// `f` as something to be called later: not after stop().
    template <class F>
    auto later(F f) {
        return [self = shared_from_this(), g = std::move(f)](const auto&... arguments) {
            if (!self->stopped_) g(arguments...);
        };
    }
    void arm(std::optional<loop::timer>& which, std::chrono::milliseconds wait,
             void (watcher::*what)());
    void disarm(std::optional<loop::timer>& which);
    [[nodiscard]] std::int64_t revision() const noexcept {
        return state_.revision.load(std::memory_order_relaxed);
    }

    mirror& mirror_;
    mirror::state& state_;
    session& etcd_;
    bool stopped_ = false;
    std::function<void(const std::optional<failure>&)> on_filled_;

    std::size_t page_size_ = 16;
    std::chrono::milliseconds pause_{0};  // before the next try to fill, or to open a watch

    std::optional<loop::ticket> stream_;
    std::size_t endpoint_ = 0;
    bool filling_ = false;
    bool is_open_ = false;
    clock::time_point opened_{};
    clock::time_point filled_{};
    std::string cluster_{};       // that has filled the mirror
    bool other_history_ = false;  // what it shows may be of another than what it is filled with
    std::string token_{};         // of the stream
    std::uint64_t turn_ = 0;      // is another one after each close()
    std::string line_;            // of the stream, as far as it has come
    std::vector<event> fragments_;
    clock::time_point heard_{};  // when something came by the stream last

    std::int64_t wanted_ = 0;  // what somebody waits for
    std::chrono::milliseconds urging_{0};
    bool looking_ = false;
    clock::time_point next_look_{};   // by pulses: a look costs etcd more than a pulse
    std::int64_t told_revision_ = 0;  // by a pulse, and later than the mirror's
    clock::time_point told_asked_{};
    std::int64_t differs_at_ = 0;  // the revision at which etcd had something else
    clock::time_point differs_since_{};
    int differed_ = 0;  // how often it has been said so since

    std::optional<loop::timer> retry_timer_, open_timer_, pulse_timer_, urge_timer_;
};

}  // namespace syncmap::etcd::inline v0::detail
