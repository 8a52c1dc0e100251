// SPDX-License-Identifier: BSL-1.0
//
// The headers beside <windows.h>, which comes before them or after: each declares some functions of the system.
#if defined(BEFORE)
#include <windows.h>
#endif

#include <syncmap/syncmap.hpp>

#if defined(BEFORE)
#if !defined(NOMINMAX) && (!defined(min) || !defined(max))
#error "this is to be read with the macros of <windows.h>"
#endif
#else
#if defined(min) || defined(max) || defined(_WINDOWS_) || defined(_INC_WINDOWS)
#error "the headers have included <windows.h>"
#endif
#include <windows.h>
#endif

#include <synchapi.h>

#include "../check.hpp"

int main() {
    syncmap::map<int, int> numbers;
    numbers.store(1, 2);
    check(numbers.load(1) == 2, "a map works");
    syncmap::any_map things;
    things.store("one", 1);
    check(things.load<int>("one") == 1, "so does another");
    // Who names these functions means the system's.
    FlushProcessWriteBuffers();
    int word = 1;
    WakeByAddressSingle(&word);
    check(&::GetCurrentThreadId == &syncmap::detail::windows::GetCurrentThreadId, "they are one");
}
