# SPDX-License-Identifier: BSL-1.0
# `cmake --install`: the headers, and the package that find_package(syncmap) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/syncmap)

install(TARGETS syncmap EXPORT syncmap-targets FILE_SET HEADERS)
install(EXPORT syncmap-targets NAMESPACE syncmap:: DESTINATION ${package_dir})

# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/syncmap-config-version.cmake
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES cmake/syncmap-config.cmake ${PROJECT_BINARY_DIR}/syncmap-config-version.cmake
    DESTINATION ${package_dir})
