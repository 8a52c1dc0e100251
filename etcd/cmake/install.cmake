# SPDX-License-Identifier: BSL-1.0
# `cmake --install`: the library as a CMake package of its own, where libraries of this architecture belong. The core's
# package, which is the same for all architectures, looks for it when the component `etcd` is asked for.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME syncmap-etcd)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/syncmap-etcd)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS syncmap_etcd EXPORT syncmap-etcd-targets FILE_SET HEADERS)
install(EXPORT syncmap-etcd-targets NAMESPACE syncmap:: DESTINATION ${package_dir})

# The headers of both parts belong together: no other version of the core will do.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/syncmap-etcd-config-version.cmake COMPATIBILITY ExactVersion)
install(FILES cmake/syncmap-etcd-config.cmake ${PROJECT_BINARY_DIR}/syncmap-etcd-config-version.cmake
    DESTINATION ${package_dir})

cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
    BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE up_to_prefix)
cmake_path(APPEND library_dir "\${prefix}" ${CMAKE_INSTALL_LIBDIR})
# The rest is known from the core's.
configure_file(cmake/syncmap-etcd.pc.in ${PROJECT_BINARY_DIR}/syncmap-etcd.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/syncmap-etcd.pc DESTINATION ${pkgconfig_dir})
