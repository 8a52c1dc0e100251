// SPDX-License-Identifier: BSL-1.0
//
// What tests take from the system, and give back: folders, ports, and processes that end when the test does, however
// that ends.
//
// (I1) Only processes that were started here get signals, by their number, and before they have been waited for.
// (I2) A process dies with the thread that has started it: tests start theirs in their main thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace rig {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// SYNCMAP_SLOW_MACHINE is defined for emulators and the like.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(SYNCMAP_SLOW_MACHINE)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

/// What is added to every limit that is promised, since other programs use this machine too.
inline constexpr milliseconds slack = sanitized ? 5s : 2s;
/// How long something may take of which nobody says how long it takes.
inline constexpr milliseconds patience = 60s;

/// Whether SYNCMAP_ETCD_LONG asks for more of everything.
bool long_form();
/// `n` in the long form, less otherwise, and still less under sanitizers.
int scaled(int n);

/// Waits until `done()` is true; returns whether it is, in time.
template <class F>
bool eventually(F done, milliseconds limit = patience, milliseconds pause = 10ms) {
    const auto until = clock::now() + limit;
    while (!done()) {
        if (clock::now() > until) return false;
        std::this_thread::sleep_for(pause);
    }
    return true;
}

/// An empty folder below TMPDIR, or /tmp; gone with the object, unless SYNCMAP_ETCD_KEEP is set.
class folder {
public:
    folder();
    ~folder();
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A TCP port that nobody listens at, and below those that the system gives to outgoing connections: what is stopped
/// finds its port free when it is started again.
std::uint16_t free_port();

/// All that is in a file, which need not be there.
std::string contents(const std::filesystem::path& file);

/// A process, started here.
class child {
public:
    child() = default;
    /// Starts `command` (the first word by PATH); what it prints goes to the end of `log`.
    child(const std::vector<std::string>& command, const std::filesystem::path& log);
    ~child() { kill(); }
    child(child&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
    child& operator=(child&& other) noexcept {
        kill();
        id_ = std::exchange(other.id_, 0);
        return *this;
    }

    void kill();     ///< with SIGKILL; returns when it is gone
    void stop();     ///< with SIGSTOP
    void go_on();    ///< with SIGCONT
    void ask_end();  ///< with SIGTERM; does not wait
    /// Its status as waitpid() has it, if it ends in time.
    std::optional<int> wait(milliseconds limit = patience);
    [[nodiscard]] bool running() const { return id_ != 0; }

private:
    void send(int signal) const;
    pid_t id_ = 0;  ///< 0: none, or it has been waited for
};

/// Runs `command` to its end; throws if it fails.
void run(const std::vector<std::string>& command, const std::filesystem::path& log);

/// The program that is running.
std::string own_path();

}  // namespace rig
