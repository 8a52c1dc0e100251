# SPDX-License-Identifier: BSL-1.0
# Makes the target syncmap::module: who links it can `import syncmap;`. Included where it is asked for, by
# option(SYNCMAP_MODULE) or find_package(syncmap COMPONENTS module), because CMake can do it only since 3.28.
# The module unit is beside this file, in the source tree as where it is installed.
if(CMAKE_VERSION VERSION_LESS 3.28)
    message(FATAL_ERROR "syncmap::module needs CMake 3.28, this is ${CMAKE_VERSION}")
endif()
if(NOT TARGET syncmap_module)
    add_library(syncmap_module STATIC)
    add_library(syncmap::module ALIAS syncmap_module)
    target_sources(syncmap_module PUBLIC FILE_SET CXX_MODULES
        BASE_DIRS ${CMAKE_CURRENT_LIST_DIR} FILES ${CMAKE_CURRENT_LIST_DIR}/syncmap.cppm)
    target_link_libraries(syncmap_module PUBLIC syncmap::syncmap)
endif()
