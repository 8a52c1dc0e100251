// SPDX-License-Identifier: BSL-1.0
//
// The program of all *_test.cpp. Started as `PROGRAM --as NAME ARGUMENT...` it is a part of a test that needs a process of
// its own: as_process.hpp.
#include "as_process.hpp"

#include <gtest/gtest.h>

int main(int argc, char** argv) {
    if (argc > 2 && std::string_view(argv[1]) == "--as") {
        const auto found = rig::processes().find(argv[2]);
        return found == rig::processes().end() ? 2 : found->second({argv + 3, argv + argc});
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
