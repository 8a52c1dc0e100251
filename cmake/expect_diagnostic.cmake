# SPDX-License-Identifier: BSL-1.0
# Compiles SOURCE by COMMAND and checks what its first line asks for:
#   // expect: REGEX             it does not compile, and a line that says "error:" matches REGEX; in 200 lines at most
#   // expect N errors: REGEX    it does not compile, N lines say "error:", and each matches REGEX; in 30 lines each
#   // expect-ok                 it compiles
# Only the text after "error:" counts: the names of files and functions would match nearly anything.
cmake_minimum_required(VERSION 3.25)
file(STRINGS ${SOURCE} first_line LIMIT_COUNT 1)
execute_process(COMMAND ${COMMAND} ${SOURCE} RESULT_VARIABLE status ERROR_VARIABLE output)

function(fail reason)
    message("${output}") # before the reason, because FATAL_ERROR wraps its lines
    message(FATAL_ERROR "${reason}")
endfunction()

if(first_line STREQUAL "// expect-ok")
    if(NOT status EQUAL 0)
        fail("must compile, but does not")
    endif()
elseif(NOT first_line MATCHES "^// expect( ([0-9]+) errors)?: (.+)$")
    fail("the first line of ${SOURCE} is none of those in expect_diagnostic.cmake")
else()
    set(count "${CMAKE_MATCH_2}")
    set(expected "${CMAKE_MATCH_3}")
    string(REGEX REPLACE "[;\\[]|\\]" " " text "${output}") # what CMake would take for parts of a list
    string(REGEX MATCHALL "error: [^\n]*" errors "${text}")
    string(REGEX MATCHALL "\n" lines "${text}")
    list(LENGTH lines lines)
    if(status EQUAL 0)
        fail("must not compile, but does")
    elseif(NOT "${errors}" MATCHES "${expected}")
        fail("no error matches `${expected}`")
    endif()
    set(most 200)
    if(NOT count STREQUAL "")
        list(LENGTH errors found)
        list(FILTER errors EXCLUDE REGEX "${expected}")
        if(NOT found EQUAL count OR errors)
            fail("there are ${found} errors, not ${count}, or some do not match `${expected}`: ${errors}")
        endif()
        math(EXPR most "30 * ${count}")
    endif()
    if(lines GREATER most)
        fail("the message has ${lines} lines, and should have ${most} at most")
    endif()
endif()
