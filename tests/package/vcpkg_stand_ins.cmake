# SPDX-License-Identifier: BSL-1.0
# Runs the port PORTFILE with functions of the same names as vcpkg's, which do what those do on this one
# system: no toolchain, no triplets, one configuration.
cmake_minimum_required(VERSION 3.25)

function(run)
    execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(vcpkg_cmake_configure)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" SOURCE_PATH OPTIONS)
    run(${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${BUILD} -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}
        -DCMAKE_BUILD_TYPE=Release ${arg_OPTIONS})
endfunction()
function(vcpkg_cmake_install)
    run(${CMAKE_COMMAND} --build ${BUILD} --target install)
endfunction()
function(vcpkg_cmake_config_fixup) # moves the package to share/PORT, which may have other files
    cmake_parse_arguments(PARSE_ARGV 0 arg "" CONFIG_PATH "")
    set(moved ${CURRENT_PACKAGES_DIR}/share/${PORT})
    file(COPY ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/ DESTINATION ${moved})
    file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/share/cmake)
    # share/cmake/syncmap is one folder deeper than share/syncmap
    file(READ ${moved}/syncmap-targets.cmake text)
    string(REPLACE "get_filename_component(_IMPORT_PREFIX \"\${CMAKE_CURRENT_LIST_FILE}\" PATH)\n"
        "get_filename_component(_IMPORT_PREFIX \"\${CMAKE_CURRENT_LIST_FILE}/..\" PATH)\n" text "${text}")
    file(WRITE ${moved}/syncmap-targets.cmake "${text}")
endfunction()
function(vcpkg_fixup_pkgconfig)
endfunction()
function(vcpkg_install_copyright)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "" FILE_LIST)
    run(${CMAKE_COMMAND} -E copy ${arg_FILE_LIST} ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright)
endfunction()

include(${PORTFILE})
