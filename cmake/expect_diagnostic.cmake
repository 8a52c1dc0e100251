# SPDX-License-Identifier: BSL-1.0
# Compiles SOURCE by COMMAND and checks what its first line asks for:
#   // expect: REGEX    it does not compile, and a line that says "error:" matches REGEX
#   // expect-ok        it compiles
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
elseif(NOT first_line MATCHES "^// expect: (.+)$")
    fail("the first line of ${SOURCE} is neither `// expect: REGEX` nor `// expect-ok`")
else()
    set(expected "${CMAKE_MATCH_1}")
    string(REGEX MATCHALL "error: [^\n]*" errors "${output}")
    if(status EQUAL 0)
        fail("must not compile, but does")
    elseif(NOT "${errors}" MATCHES "${expected}")
        fail("no error matches `${expected}`")
    endif()
endif()
