# SPDX-License-Identifier: BSL-1.0
# `cpack`: packages for Debian and its relatives, one of each component of `cmake --install`, with the same files, and
# the licence where Debian wants it. Who publishes them configures with -DCPACK_PACKAGE_CONTACT="NAME <ADDRESS>".
set(CPACK_PACKAGE_CONTACT "the maintainers of syncmap" CACHE STRING "Who answers for a package that cpack makes")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each has its own, in front of its description
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL)

# The package NAME of `component`. Its other properties are variables CPACK_DEBIAN_`group`_..., as of cpack's
# own: a group is what becomes a package.
macro(debian_package name component group)
    install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name}
        RENAME copyright COMPONENT ${component}-copyright EXCLUDE_FROM_ALL)
    foreach(part ${component} ${component}-copyright)
        list(APPEND CPACK_COMPONENTS_ALL ${part})
        string(TOUPPER ${part} upper)
        set(CPACK_COMPONENT_${upper}_GROUP ${group})
    endforeach()
    set(CPACK_DEBIAN_${group}_PACKAGE_NAME ${name})
endmacro()

debian_package(libsyncmap-dev syncmap CORE)
set(CPACK_DEBIAN_CORE_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_CORE_PACKAGE_SUGGESTS "g++ (>= 4:12) | clang (>= 1:14), cmake (>= 3.25) | pkgconf")
set(CPACK_DEBIAN_CORE_DESCRIPTION
"concurrent hash map for C++20 whose loads never take a lock
Many threads look keys up without a lock or a wait, while others store,
erase and resize. It has the operations of Go's sync.Map, for keys and
values of any types.
.
The library is headers only: there is nothing to link but the threads of
the system.")

if(SYNCMAP_ETCD)
    debian_package(libsyncmap-etcd-dev syncmap-etcd ETCD)
    set(CPACK_DEBIAN_ETCD_PACKAGE_DEPENDS "libsyncmap-dev (= ${PROJECT_VERSION}), \
libcurl4-openssl-dev (>= 7.85) | libcurl4-gnutls-dev (>= 7.85)")
    set(CPACK_DEBIAN_ETCD_PACKAGE_SUGGESTS "etcd-server, nlohmann-json3-dev")
    set(CPACK_DEBIAN_ETCD_DESCRIPTION
"concurrent hash map that several machines share, over etcd
Loads look at a copy in the process, which follows etcd: they take no lock
and never wait. Writes are transactions of etcd, atomic among all machines.
.
This is the part of syncmap that is linked, as a static library.")
endif()
include(CPack)
