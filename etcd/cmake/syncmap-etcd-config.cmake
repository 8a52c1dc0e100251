# SPDX-License-Identifier: BSL-1.0
# Included by syncmap-config.cmake, for find_package(syncmap COMPONENTS etcd).
include(CMakeFindDependencyMacro)
find_dependency(CURL 7.85)
include(${CMAKE_CURRENT_LIST_DIR}/syncmap-etcd-targets.cmake)
