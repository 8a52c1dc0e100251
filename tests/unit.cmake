# SPDX-License-Identifier: BSL-1.0
# The GoogleTest files, as one program; included by CMakeLists.txt.
# Which files run where. Several threads: everywhere. One thread: where code is generated or checked differently:
#   release           g++, SIMD tags, -O1: a test that runs once is not worth the time that -O2 takes to compile it,
#                     and what shares code with the concurrent files runs the -O2 of these all the same
#   gcc-asan          g++'s sanitizers, and portable tags
#   clang-asan        clang's sanitizers, which check more than g++'s do
#   gcc-, clang-tsan  none: with one thread there is no race
# The tests of reference/classic_sync_map.hpp use nothing of the library: no tags or fences that portable could change.
if(CMAKE_CROSSCOMPILING) # Debian has its sources
    set(BUILD_GMOCK OFF)
    set(INSTALL_GTEST OFF)
    add_subdirectory(/usr/src/googletest ${PROJECT_BINARY_DIR}/googletest EXCLUDE_FROM_ALL SYSTEM)
    target_compile_options(gtest PRIVATE -w -O0) # compiled sooner
else()
    find_package(GTest REQUIRED)
endif()
file(GLOB sources CONFIGURE_DEPENDS *_test.cpp)
if(CMAKE_CXX_FLAGS MATCHES "SYNCMAP_PORTABLE_TAGS")
    list(FILTER sources EXCLUDE REGEX "/classic_[^/]*$")
endif()
foreach(source IN LISTS sources)
    file(STRINGS ${source} includes REGEX "#include (<thread>|\"concurrent_)")
    if(includes)
        list(APPEND concurrent ${source})
    else()
        list(APPEND sequential ${source})
    endif()
endforeach()
set(kinds concurrent)
if(NOT SYNCMAP_TESTS STREQUAL "concurrent")
    list(APPEND kinds sequential)
endif()

# A unity build joins files, which saves a third of the time to compile them. Names in these clash with others'.
file(GLOB alone classic_*_test.cpp differential_test.cpp)
set_source_files_properties(${alone} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)

add_executable(syncmap_tests)
target_link_libraries(syncmap_tests PRIVATE GTest::gtest_main)
foreach(kind IN LISTS kinds)
    # A library each, so that files of one kind are joined. The first that is linked provides what they share.
    add_library(${kind}_tests OBJECT ${${kind}})
    set_target_properties(${kind}_tests PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 9)
    target_link_libraries(${kind}_tests PUBLIC syncmap::syncmap GTest::gtest)
    target_link_libraries(syncmap_tests PRIVATE ${kind}_tests)
    if(NOT kind STREQUAL "concurrent")
        target_compile_options(${kind}_tests PRIVATE ${SYNCMAP_SEQUENTIAL_OPTIONS})
    endif()
endforeach()

set(drive)
if(CMAKE_CROSSCOMPILING AND WIN32)
    set(drive Z:) # wine's name for this system's files; without one a path is relative
endif()
file(GENERATE OUTPUT unit_tests.cmake CONTENT
"set(executable ${CMAKE_CROSSCOMPILING_EMULATOR} \"$<TARGET_FILE:syncmap_tests>\")
set(results \"${drive}${CMAKE_CURRENT_BINARY_DIR}/results\")
include(\"${PROJECT_SOURCE_DIR}/cmake/gtest_suites.cmake\")
")
set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES
    ${CMAKE_CURRENT_BINARY_DIR}/unit_tests.cmake)
