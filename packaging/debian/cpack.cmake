# SPDX-License-Identifier: BSL-1.0
# `cpack`: a package for Debian and its relatives, with the same files as `cmake --install`, and the licence
# where Debian wants it. Who publishes it configures with -DCPACK_PACKAGE_CONTACT="NAME <ADDRESS>".
set(CPACK_PACKAGE_CONTACT "the maintainers of syncmap" CACHE STRING "Who answers for a package that cpack makes")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libsyncmap-dev
    RENAME copyright COMPONENT debian EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME libsyncmap-dev)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};syncmap;ALL;/;${PROJECT_BINARY_DIR};syncmap;debian;/")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "g++ (>= 4:12) | clang (>= 1:14), cmake (>= 3.25) | pkgconf")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "concurrent hash map for C++20 whose loads never take a lock")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Many threads look keys up without a lock or a wait, while others store,
erase and resize. It has the operations of Go's sync.Map, for keys and
values of any types.
.
The library is headers only: there is nothing to link but the threads of
the system.")
include(CPack)
