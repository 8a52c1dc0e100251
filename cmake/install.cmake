# SPDX-License-Identifier: BSL-1.0
# `cmake --install`: the headers, the package that find_package(syncmap) finds, what pkg-config reads, and the
# module unit.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/syncmap)
set(pkgconfig_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)

install(TARGETS syncmap EXPORT syncmap-targets FILE_SET HEADERS)
install(EXPORT syncmap-targets NAMESPACE syncmap:: DESTINATION ${package_dir})

# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/syncmap-config-version.cmake
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES cmake/syncmap-config.cmake ${PROJECT_BINARY_DIR}/syncmap-config-version.cmake
        modules/syncmap-module.cmake modules/syncmap.cppm
    DESTINATION ${package_dir})

# The prefix is known only to `cmake --install`, so the file names it from where it is itself.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
    BASE_DIRECTORY ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig OUTPUT_VARIABLE up_to_prefix)
cmake_path(APPEND include_dir "\${prefix}" ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(cmake/syncmap.pc.in ${PROJECT_BINARY_DIR}/syncmap.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/syncmap.pc DESTINATION ${pkgconfig_dir})
