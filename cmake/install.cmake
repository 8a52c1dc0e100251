# SPDX-License-Identifier: BSL-1.0
# `cmake --install`: the headers, the package that find_package(syncmap) finds, what pkg-config reads, and the
# module unit.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# A name, so that `cmake --install --component` and cpack can tell it from etcd/, which is a part of its own.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME syncmap)

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
if(WIN32)
    set(system_libs " -lsynchronization")
endif()
configure_file(cmake/syncmap.pc.in ${PROJECT_BINARY_DIR}/syncmap.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/syncmap.pc DESTINATION ${pkgconfig_dir})

# For debuggers; see docs/debugging.md. gdb trusts what is in auto-load in the folder of its own data,
# so under the prefix /usr nothing has to be allowed.
set(gdb_dir ${CMAKE_INSTALL_DATADIR}/gdb/auto-load/syncmap)
set(debuggers_dir ${CMAKE_INSTALL_DATADIR}/syncmap)
set(under_prefix)
if(NOT IS_ABSOLUTE ${CMAKE_INSTALL_DATADIR})
    set(under_prefix $<INSTALL_PREFIX>/)
endif()
add_library(syncmap_gdb INTERFACE)
add_library(syncmap::gdb ALIAS syncmap_gdb)
set_target_properties(syncmap_gdb PROPERTIES EXPORT_NAME gdb)
target_sources(syncmap_gdb INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/debuggers/gdb_section.cpp>
    $<INSTALL_INTERFACE:${under_prefix}${debuggers_dir}/gdb_section.cpp>)
target_compile_definitions(syncmap_gdb INTERFACE
    $<BUILD_INTERFACE:SYNCMAP_GDB_SCRIPT="${PROJECT_SOURCE_DIR}/debuggers/syncmap-gdb.py">
    $<INSTALL_INTERFACE:SYNCMAP_GDB_SCRIPT="${under_prefix}${gdb_dir}/syncmap-gdb.py">)
install(TARGETS syncmap_gdb EXPORT syncmap-targets)
install(FILES debuggers/syncmap-gdb.py DESTINATION ${gdb_dir})
install(FILES debuggers/gdb_section.cpp debuggers/syncmap.natvis DESTINATION ${debuggers_dir})
