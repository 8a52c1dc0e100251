// SPDX-License-Identifier: BSL-1.0
//
// What the code in the documents is compiled with: the headers that it may use without naming them, check()
// for hidden code, and run(), which calls a block's function and compares what it prints.
#pragma once

#include <syncmap/syncmap.hpp>

#include <algorithm>
#include <any>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <unistd.h>

/// Ends the program with the line of the document if `kept` is false. (clang 14 has no std::source_location.)
inline void check(bool kept, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    if (!kept) {
        std::fprintf(stderr, "%s:%d: this check fails\n", file, line);
        std::_Exit(1);
    }
}

/// Ends the program unless `block` prints `expected`, and leaves by no exception.
inline void run(const char* place, void (*block)(), std::string_view expected) {
    const auto give_up = [place](const std::string& why) {
        std::fprintf(stderr, "%s: %s\n", place, why.c_str());
        std::_Exit(1);
    };
    std::fflush(stdout);
    const int terminal = ::dup(STDOUT_FILENO);
    std::FILE* const printed = std::tmpfile();
    if (terminal < 0 || printed == nullptr || ::dup2(::fileno(printed), STDOUT_FILENO) < 0) {
        give_up("stdout cannot be redirected");
    }
    try {
        block();
    } catch (const std::exception& e) {
        give_up(std::string("throws ") + e.what());
    }
    std::fflush(stdout);
    std::string text;
    std::rewind(printed);
    for (int c = std::fgetc(printed); c != EOF; c = std::fgetc(printed)) {
        text += static_cast<char>(c);
    }
    if (::dup2(terminal, STDOUT_FILENO) < 0 || ::close(terminal) != 0 ||
        std::fclose(printed) != 0) {
        give_up("stdout cannot be restored");
    }
    if (text != expected) {
        give_up("prints\n" + text + "instead of\n" + std::string(expected));
    }
    std::printf("%s: runs\n", place);
}
