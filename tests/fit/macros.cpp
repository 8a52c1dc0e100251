// SPDX-License-Identifier: BSL-1.0
//
// Where others have macros: no name in the headers is one that a well-known header defines.
//
// Each macro here has a well-known one's name and parameters, and is nonsense. What the headers include themselves
// comes first: the standard library's own names are its business. Not here: clear(), erase() and move() of a <curses.h>,
// which no header of C++ survives, the standard ones included (that of ncurses has no macros for C++), and what its own
// header asks to be kept to a few lines of a source file, as <boost/asio/yield.hpp> does.
#include <algorithm>
#include <any>
#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>
#include <version>
#if defined(__cpp_lib_format)
#include <format>
#endif
#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif
#if __has_include(<sys/random.h>)
#include <sys/random.h>
#endif
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#include <unistd.h>
#endif

// Defined already, here or there.
#undef major
#undef minor
#undef makedev
#undef linux
#undef unix
#undef i386

#define NONSENSE % %

// <QObject>
#define slots NONSENSE
#define signals NONSENSE
#define emit NONSENSE
#define foreach(a, b) NONSENSE
#define forever NONSENSE
#define SIGNAL(a) NONSENSE
#define SLOT(a) NONSENSE
#define Q_EMIT NONSENSE
#define Q_OBJECT NONSENSE
#define Q_UNUSED(a) NONSENSE
// <X11/Xlib.h>, Xutil.h, Xos.h
#define None NONSENSE
#define Bool NONSENSE
#define Status NONSENSE
#define Success NONSENSE
#define Always NONSENSE
#define True NONSENSE
#define False NONSENSE
#define Complex NONSENSE
#define Convex NONSENSE
#define Nonconvex NONSENSE
#define Above NONSENSE
#define Below NONSENSE
#define Opposite NONSENSE
#define Unsorted NONSENSE
#define YSorted NONSENSE
#define Expose NONSENSE
#define KeyPress NONSENSE
#define KeyRelease NONSENSE
#define ButtonPress NONSENSE
#define FocusIn NONSENSE
#define FocusOut NONSENSE
#define CursorShape NONSENSE
#define GrabModeSync NONSENSE
#define InputOnly NONSENSE
#define InputOutput NONSENSE
#define DestroyAll NONSENSE
#define AllValues NONSENSE
#define CurrentTime NONSENSE
#define ParentRelative NONSENSE
#define CopyFromParent NONSENSE
#define AnyKey NONSENSE
#define ShiftMask NONSENSE
#define LockMask NONSENSE
#define ControlMask NONSENSE
#define Button1 NONSENSE
#define StaticColor NONSENSE
#define TrueColor NONSENSE
#define BadRequest NONSENSE
#define BadValue NONSENSE
#define BadAccess NONSENSE
#define index(a, b) NONSENSE
#define rindex(a, b) NONSENSE
// <windows.h>
#define min(a, b) NONSENSE
#define max(a, b) NONSENSE
#define small NONSENSE
#define near NONSENSE
#define far NONSENSE
#define NEAR NONSENSE
#define FAR NONSENSE
#define interface NONSENSE
#define hyper NONSENSE
#define pascal NONSENSE
#define cdecl NONSENSE
#define IN NONSENSE
#define OUT NONSENSE
#define OPTIONAL NONSENSE
#define ERROR NONSENSE
#define DELETE NONSENSE
#define CONST NONSENSE
#define VOID NONSENSE
#define CALLBACK NONSENSE
#define PASCAL NONSENSE
#define STRICT NONSENSE
#define THIS NONSENSE
#define PURE NONSENSE
#define TRUE NONSENSE
#define FALSE NONSENSE
#define ABSOLUTE NONSENSE
#define RELATIVE NONSENSE
#define DIFFERENCE NONSENSE
#define DOMAIN NONSENSE
#define OVERFLOW NONSENSE
#define UNDERFLOW NONSENSE
#define NO_ERROR NONSENSE
#define Yield() NONSENSE
#define MemoryBarrier NONSENSE
#define GetMessage NONSENSE
#define SendMessage NONSENSE
#define PostMessage NONSENSE
#define GetObject NONSENSE
#define CreateFile NONSENSE
#define CopyFile NONSENSE
#define MoveFile NONSENSE
#define DeleteFile NONSENSE
#define FindText NONSENSE
#define LoadString NONSENSE
#define DrawText NONSENSE
#define ReportEvent NONSENSE
#define CreateEvent NONSENSE
#define CreateMutex NONSENSE
#define GetCurrentTime NONSENSE
#define GetFreeSpace NONSENSE
#define GetClassName NONSENSE
#define SetPort NONSENSE
// <Arduino.h>
#define abs(a) NONSENSE
#define round(a) NONSENSE
#define sq(a) NONSENSE
#define constrain(a, b, c) NONSENSE
#define radians(a) NONSENSE
#define degrees(a) NONSENSE
#define interrupts() NONSENSE
#define noInterrupts() NONSENSE
#define lowByte(a) NONSENSE
#define highByte(a) NONSENSE
#define bit(a) NONSENSE
#define bitRead(a, b) NONSENSE
#define bitSet(a, b) NONSENSE
#define bitClear(a, b) NONSENSE
#define bitToggle(a, b) NONSENSE
#define bitWrite(a, b, c) NONSENSE
#define word(...) NONSENSE
#define F(a) NONSENSE
#define PI NONSENSE
#define TWO_PI NONSENSE
#define HIGH NONSENSE
#define LOW NONSENSE
#define INPUT NONSENSE
#define OUTPUT NONSENSE
#define CHANGE NONSENSE
#define RISING NONSENSE
#define FALLING NONSENSE
#define DEFAULT NONSENSE
#define INTERNAL NONSENSE
#define EXTERNAL NONSENSE
#define SERIAL NONSENSE
#define DISPLAY NONSENSE
#define B0 NONSENSE
#define B1 NONSENSE
#define B00 NONSENSE
#define B01 NONSENSE
#define B10 NONSENSE
#define B11 NONSENSE
// <AssertMacros.h>
#define check(a) NONSENSE
#define check_noerr(a) NONSENSE
#define check_string(a, b) NONSENSE
#define ncheck(a) NONSENSE
#define verify(a) NONSENSE
#define verify_noerr(a) NONSENSE
#define verify_action(a, b) NONSENSE
#define nverify(a) NONSENSE
#define require(a, b) NONSENSE
#define require_noerr(a, b) NONSENSE
#define require_action(a, b, c) NONSENSE
#define require_quiet(a, b) NONSENSE
#define nrequire(a, b) NONSENSE
// <sys/sysmacros.h>, <sys/param.h>, <termios.h>, <complex.h>, and what -std=gnu++20 defines
#define major(a) NONSENSE
#define minor(a) NONSENSE
#define makedev(a, b) NONSENSE
#define MIN(a, b) NONSENSE
#define MAX(a, b) NONSENSE
#define howmany(a, b) NONSENSE
#define roundup(a, b) NONSENSE
#define powerof2(a) NONSENSE
#define setbit(a, b) NONSENSE
#define clrbit(a, b) NONSENSE
#define isset(a, b) NONSENSE
#define isclr(a, b) NONSENSE
#define NBBY NONSENSE
#define ECHO NONSENSE
#define NOFLSH NONSENSE
#define I NONSENSE
#define complex NONSENSE
#define imaginary NONSENSE
#define linux NONSENSE
#define unix NONSENSE
#define i386 NONSENSE
// <boost/fiber/detail/cpu_relax.hpp>; PostgreSQL's, and those of many others
#define cpu_relax() NONSENSE
#define likely(a) NONSENSE
#define unlikely(a) NONSENSE

#include "every_member.hpp"

int main() {
    every_member::verdict v;
    every_member::of_all(v);
    return v.exit_code();
}
