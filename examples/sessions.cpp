// SPDX-License-Identifier: BSL-1.0
// A table of sessions that expire when they are not used. Requests touch them, a thread sweeps.
//
// Why this way: a session is a small value, and touching it is an update() that puts another one in
// its place. So the map itself settles the race between a request and the sweeper: erase_if()
// erases a session only as it was when it was judged, and one that was touched meanwhile is judged
// anew. Watch out: a std::atomic time inside the value could be changed in place, but then the map
// would not know, and the sweeper would erase sessions that are in use; so would a sweep that
// collects keys and erases them later. Not every use needs to be remembered: most requests leave
// the session as it is, which neither locks nor allocates.
#include <syncmap/map.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

struct session {
    std::shared_ptr<const std::string> user;  // shared, so that copies are cheap
    steady::time_point used;
};

class session_table {
public:
    // `now` tells the time: steady_clock, but for tests, which do not like to wait.
    session_table(steady::duration lifetime, steady::duration sweep_every,
                  std::function<steady::time_point()> now = steady::now)
        : lifetime_(lifetime), now_(std::move(now)),
          sweeper_([=, this](const std::stop_token& stop) {
              std::unique_lock lock(mutex_);
              while (
                  !wake_.wait_for(lock, stop, sweep_every, [&] { return stop.stop_requested(); }))
                  swept_ += sweep();
          }) {}

    session open(std::uint64_t id, std::string user) {
        session opened{std::make_shared<const std::string>(std::move(user)), now_()};
        sessions_.store(id, opened);
        return opened;
    }

    // The session, if there is one that has not expired; its life begins again. (Being exact to the
    // last percent is not worth a write for each request.)
    std::optional<session> use(std::uint64_t id) {
        const steady::time_point now = now_();
        const steady::duration granularity = lifetime_ / 100;
        return sessions_.update(id, [&](const session* current) -> syncmap::change<session> {
            if (current == nullptr || expired(*current, now))
                return std::nullopt;  // absent, or erased by this
            if (now - current->used < granularity) return syncmap::unchanged;
            return session{current->user, std::max(current->used, now)};
        });
    }

    bool close(std::uint64_t id) { return sessions_.erase(id); }

    std::size_t size() const { return sessions_.size(); }
    std::size_t swept() const { return swept_; }

private:
    bool expired(const session& s, steady::time_point now) const {
        return now - s.used >= lifetime_;
    }
    std::size_t sweep() {
        const steady::time_point now = now_();
        return sessions_.erase_if([&](std::uint64_t, const session& s) { return expired(s, now); });
    }

    const steady::duration lifetime_;
    const std::function<steady::time_point()> now_;
    syncmap::map<std::uint64_t, session> sessions_;
    std::atomic<std::size_t> swept_ = 0;
    std::mutex mutex_;
    std::condition_variable_any wake_;  // only the stop token wakes it
    std::jthread sweeper_;              // last, so that it ends before what it uses
};

}  // namespace

int main() {
    // A clock that we turn: hours pass in no time.
    std::atomic<std::int64_t> seconds = 0;
    const auto now = [&] { return steady::time_point(std::chrono::seconds(seconds)); };
    constexpr auto lifetime = 100s;
    session_table sessions(lifetime, 100us, now);

    // Each worker has some users, who know when they came last. Many sessions are on the brink when
    // they are used: one that is gone although its time was not over has been lost to a race.
    std::atomic<int> lost = 0;
    const auto serve = [&](std::uint32_t worker) {
        std::minstd_rand random(worker + 1);
        std::vector<steady::time_point> last(16, now() - lifetime);
        for (int request = 0; request < 50'000; ++request) {
            const std::uint64_t user = random() % last.size();
            const std::uint64_t id = worker * last.size() + user;
            seconds += random() % 3;
            auto found = sessions.use(id);
            if (!found) {
                lost += now() < last[user] + lifetime;
                found = sessions.open(id, "user " + std::to_string(id));
            }
            last[user] = found->used;
        }
    };
    {
        std::vector<std::jthread> workers;
        for (std::uint32_t worker = 0; worker < 4; ++worker) workers.emplace_back(serve, worker);
    }
    std::printf("after %d hours: %zu sessions swept, %zu open, %d lost while in use\n",
                static_cast<int>(seconds / 3600), sessions.swept(), sessions.size(), lost.load());

    // Used in time it lives on, and then dies of age.
    int wrong = 0;
    sessions.open(100, "last user");
    for (int i = 0; i < 3; ++i) {
        seconds += 99;
        const auto found = sessions.use(100);
        wrong += !found || *found->user != "last user";
    }
    seconds += 100;
    wrong += sessions.use(100).has_value();
    sessions.open(101, "somebody");
    wrong += !sessions.close(101) || sessions.use(101);
    // All others are too old by now as well: the sweeper gets them.
    while (sessions.size() != 0) std::this_thread::yield();
    return wrong == 0 && lost == 0 ? 0 : 1;
}
