// SPDX-License-Identifier: BSL-1.0
//
// attached: for libraries that want to know each thread that uses them. While one of its objects
// lives on a thread, that thread is known to the library; the outermost one attaches and detaches.
#pragma once

namespace bench {

/// Library has static attach() and detach(), which concern the calling thread.
template <class Library>
class attached {
public:
    attached() {
        if (depth_++ == 0) Library::attach();
    }
    ~attached() {
        if (--depth_ == 0) Library::detach();
    }
    attached(const attached&) = delete;
    attached& operator=(const attached&) = delete;

private:
    inline static thread_local int depth_ = 0;
};

}  // namespace bench
