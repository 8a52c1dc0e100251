// SPDX-License-Identifier: BSL-1.0
//
// Where threads wait for each other, by a mutex and a condition. libstdc++ 12 makes <latch>, <barrier> and <semaphore>
// of std::atomic's wait(), and where there is no futex that has been seen to sleep for ever; so mingw's tests take these
// stand-ins, the folder of which comes first among those of headers.
#pragma once

#include <pthread.h>

#include <cstddef>

namespace syncmap_tests {

struct nothing {
    void operator()() noexcept {}
};

class meeting {
public:
    meeting() = default;
    meeting(const meeting&) = delete;
    meeting& operator=(const meeting&) = delete;
    ~meeting() {
        pthread_cond_destroy(&changed_);
        pthread_mutex_destroy(&mutex_);
    }

    template <class F>
    void change(F f) {
        pthread_mutex_lock(&mutex_);
        f();
        pthread_cond_broadcast(
            &changed_);  // under the lock: who has waited may destroy this at once
        pthread_mutex_unlock(&mutex_);
    }
    /// Until it is so; then does something else under the same lock.
    template <class Condition, class F>
    void wait(Condition is_so, F then) {
        pthread_mutex_lock(&mutex_);
        while (!is_so()) {
            pthread_cond_wait(&changed_, &mutex_);
        }
        then();
        pthread_mutex_unlock(&mutex_);
    }
    template <class Condition>
    void wait(Condition is_so) {
        wait(is_so, [] {});
    }

private:
    pthread_mutex_t mutex_ =
        PTHREAD_MUTEX_INITIALIZER;  // not <mutex>: <condition_variable> includes <semaphore>
    pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
};

}  // namespace syncmap_tests
