// SPDX-License-Identifier: BSL-1.0
//
// What a mirror consists of, beside what is in the map itself. The client's thread writes, any thread reads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "handler.hpp"
#include "loop.hpp"
#include "protocol.hpp"
#include "session.hpp"
#include "syncmap/etcd/detail/mirror.hpp"

namespace syncmap::etcd::inline v0::detail {

class watcher;

struct mirror::state {
    state(std::shared_ptr<session> s, std::string keys_begin_with)
        : etcd(std::move(s)), prefix(std::move(keys_begin_with)), keys(prefix) {}

    const std::shared_ptr<session> etcd;
    const std::string prefix;
    const key_range keys;
    std::shared_ptr<watcher> following{};

    /// The mirror shows all that was done up to this revision; 0: it has not been filled.
    std::atomic<std::int64_t> revision{0};
    /// When it was asked for what has proved last that the mirror is current.
    std::atomic<loop::clock::time_point> proved{loop::clock::now()};
    std::atomic<std::uint64_t> changes{0};
    std::atomic<std::uint64_t> reconnects{0};
    std::atomic<std::uint64_t> resyncs{0};

    /// For those who wait until `revision` has grown, or the first filling has ended.
    std::mutex mutex{};
    std::condition_variable grown{};

    struct bad_value {
        std::string bytes{};
        std::int64_t revision = 0;
    };
    std::map<std::string, bad_value, std::less<>>
        bad{};  // guarded by bad_mutex; changed by the client's thread
    mutable std::mutex bad_mutex{};

    /// Held from the question whether somebody listens until the change has been made. Otherwise who has subscribed
    /// in between and then looked would know nothing of it.
    mutable std::mutex changing{};
    handlers<const announcement&> on_change{};
    handlers<std::string_view, std::string_view> on_bad_value{};
};

}  // namespace syncmap::etcd::inline v0::detail
