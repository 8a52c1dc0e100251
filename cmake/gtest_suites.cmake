# SPDX-License-Identifier: BSL-1.0
# Included by ctest when it starts: registers each suite of the GoogleTest program `executable` as a test `unit.SUITE`, or
# KIND.SUITE if `kind` is set.
# A process per suite keeps a crash from hiding the other suites, and is much faster than one per case
# under a sanitizer. Each writes what its cases did to `results`/unit.SUITE.xml ('/' in a name becomes '.').
# `executable` may be a list, with a launcher first; cases that match `but`, if that is set, are left out.
if(NOT DEFINED kind)
    set(kind unit)
endif()
execute_process(COMMAND ${executable} --gtest_list_tests
    OUTPUT_VARIABLE listing RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    add_test(${kind} ${executable} --gtest_list_tests) # fails, and shows why
    return()
endif()

string(REPLACE "\r" "" listing "${listing}") # of Windows
string(REGEX MATCHALL "(^|\n)[A-Za-z0-9_/]+\\.[ \n]" suites "${listing}")
foreach(suite IN LISTS suites)
    string(REGEX REPLACE "[. \n]" "" suite "${suite}")
    string(REPLACE "/" "." file "${suite}")
    add_test("${kind}.${suite}" ${executable}
        "--gtest_filter=${suite}.*-${but}" --gtest_brief=1 "--gtest_output=xml:${results}/${kind}.${file}.xml")
endforeach()
