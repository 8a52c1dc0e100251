// SPDX-License-Identifier: BSL-1.0
//
// Threads that no signal of the program's is delivered to: these are for its own threads. A broken connection's
// SIGPIPE ends here, too.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace syncmap::etcd::inline v0::detail {

template <class F>
std::thread quiet_thread(F f) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct restore {
        const sigset_t& mask;
        ~restore() { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
    } const restored{before};
    return std::thread(std::move(f));  // has the mask of the thread that starts it
}

}  // namespace syncmap::etcd::inline v0::detail
