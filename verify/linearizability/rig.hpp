// SPDX-License-Identifier: BSL-1.0
//
// The threads: three that record, one that disturbs, and the main one, which interrupts them.
#pragma once

#include <array>
#include <barrier>
#include <chrono>
#include <thread>

#include "disturber.hpp"

namespace linearizability {

class rig {
public:
    rig(std::uint64_t seed, const timing& t, const interruption& interrupt)
        : margin_(t.margin), dice_(seed), interruption_(interrupt), disturber_(seed + 1) {
        for (std::size_t i = 0; i < lanes; ++i) {
            recorders_.emplace_back(static_cast<std::uint16_t>(i), seed + 2 + i, t);
        }
        for (std::size_t i = 0; i <= lanes; ++i) {
            threads_[i] = std::thread([this, i, seed] { run(i, seed); });
        }
    }
    rig(const rig&) = delete;
    rig& operator=(const rig&) = delete;
    ~rig() {
        map_ = nullptr;
        start_.arrive_and_wait();
        for (std::thread& t : threads_) {
            t.join();
        }
    }

    /// What the threads did with the map at the same time; `then[key]` is what is there before, and after.
    history record(subject& map, const plan& p, shared& s, std::vector<value>& then) {
        map_ = &map;
        plan_ = &p;
        shared_ = &s;
        history h{then, {}, margin_};
        recording_ = lanes;
        busy_ = lanes + 1;
        start_.arrive_and_wait();
        interrupt_until_done();
        for (std::uint32_t key = 0; key < p.keys; ++key) {
            then[key] = recorders_[0].perform_alone(map, {.what = member::load, .key = key}).result;
        }
        for (recorder& r : recorders_) {
            h.calls.insert(h.calls.end(), r.calls.begin(), r.calls.end());
            r.calls.clear();
        }
        return h;
    }

private:
    void run(std::size_t index, std::uint64_t seed) {
        my_dice = dice(seed + 10 + index);
        for (;;) {
            start_.arrive_and_wait();
            if (map_ == nullptr) {
                return;
            }
            if (index < lanes) {
                recorders_[index].run(*map_, *plan_, *shared_);
                --recording_;
            } else {
                while (recording_ != 0) {
                    disturber_.step(*map_, *plan_);
                }
            }
            --busy_;
        }
    }

    void interrupt_until_done() {
        const patience enough;
        while (busy_ != 0) {
            const std::uint64_t most = std::uint64_t{1} << (12 + dice_(7));  // 4 us to 0.26 ms
            interruption_.send(threads_[dice_(threads_.size())].native_handle(),
                               static_cast<int>(dice_(most)));
            std::this_thread::sleep_for(std::chrono::microseconds(10 + dice_(60)));
            enough.or_end();
        }
    }

    std::uint64_t margin_;
    dice dice_;
    const interruption& interruption_;
    disturber disturber_;
    std::vector<recorder> recorders_;
    std::array<std::thread, lanes + 1> threads_;
    std::barrier<> start_{lanes + 2};
    std::atomic<std::size_t> recording_{0};  ///< threads that still do
    std::atomic<std::size_t> busy_{0};
    subject* map_ = nullptr;
    const plan* plan_ = nullptr;
    shared* shared_ = nullptr;
};

}  // namespace linearizability
