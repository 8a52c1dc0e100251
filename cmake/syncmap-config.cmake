# SPDX-License-Identifier: BSL-1.0
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/syncmap-targets.cmake)
foreach(component IN LISTS syncmap_FIND_COMPONENTS)
    if(component STREQUAL "module" AND CMAKE_VERSION VERSION_GREATER_EQUAL 3.28)
        include(${CMAKE_CURRENT_LIST_DIR}/syncmap-module.cmake)
        set(syncmap_module_FOUND TRUE)
    elseif(syncmap_FIND_REQUIRED_${component})
        set(syncmap_FOUND FALSE)
        set(syncmap_NOT_FOUND_MESSAGE
            "there is no component `${component}', only `module', and that with CMake 3.28 or later")
    endif()
endforeach()
