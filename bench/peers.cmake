# SPDX-License-Identifier: BSL-1.0
# Finds the maps that syncmap is measured beside. What is found becomes part of the program; what is not is
# noted as left out, with what to do for it. On Debian: libtbb-dev libcuckoo-dev liburcu-dev libxenium-dev libcds-dev.
# Others by a path:
#   -D SYNCMAP_BENCH_BOOST=FOLDERS   headers of Boost 1.83 or later (or Boost.Unordered's, then an older Boost's)
#   -D SYNCMAP_BENCH_PHMAP=FOLDER    in which parallel_hashmap/phmap.h is
#   -D SYNCMAP_BENCH_FOLLY=PREFIX    where folly is installed. This one has not been tried by us.
set(SYNCMAP_BENCH_PHMAP "" CACHE PATH "Folder with parallel_hashmap/")
set(SYNCMAP_BENCH_FOLLY "" CACHE PATH "Prefix under which folly is installed")

if(SYNCMAP_BUILD_TESTS)
    find_package(GTest REQUIRED)
endif()

# adapters_test.cpp for adapters/HEADER.hpp, of the target and with the flags of bench_peer(SOURCE).
function(bench_adapter_test adapter source header)
    if(NOT SYNCMAP_BUILD_TESTS OR NOT TARGET bench_peer_${source})
        return()
    endif()
    set(name bench_adapter_${adapter}_test)
    add_executable(${name} adapters_test.cpp)
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_include_directories(${name} SYSTEM PRIVATE
        $<TARGET_PROPERTY:bench_peer_${source},INTERFACE_SYSTEM_INCLUDE_DIRECTORIES>
        $<TARGET_PROPERTY:bench_peer_${source},INCLUDE_DIRECTORIES>)
    # What the test looks at does not depend on how it is compiled: quickly.
    target_compile_options(${name} PRIVATE $<TARGET_PROPERTY:bench_peer_${source},COMPILE_OPTIONS> -O0)
    target_compile_definitions(${name} PRIVATE
        BENCH_HEADER="adapters/${header}.hpp" BENCH_ADAPTER=bench::${adapter}_adapter)
    target_link_libraries(${name} PRIVATE syncmap::syncmap GTest::gtest_main
        $<TARGET_PROPERTY:bench_peer_${source},LINK_LIBRARIES>)
    add_test(NAME bench_adapter.${adapter} COMMAND ${name})
endfunction()

# bench_header(VARIABLE HEADER [FOLDER...]): the folder that has HEADER, looked for only in FOLDERs if there are any.
function(bench_header variable header)
    unset(${variable})
    if(ARGN)
        find_path(${variable} ${header} PATHS ${ARGN} NO_DEFAULT_PATH NO_CACHE)
    else()
        find_path(${variable} ${header} NO_CACHE)
    endif()
    set(${variable} ${${variable}} PARENT_SCOPE)
endfunction()

# --- what Debian has ---

find_package(TBB QUIET)
if(TBB_FOUND)
    bench_peer(tbb LIBRARIES TBB::tbb)
else()
    bench_left_out("oneTBB" "not found: install libtbb-dev, or give -D TBB_DIR=FOLDER of its CMake package")
endif()

bench_header(libcuckoo_include libcuckoo/cuckoohash_map.hh)
if(libcuckoo_include)
    find_package(libcuckoo QUIET CONFIG)
    bench_peer(libcuckoo INCLUDES ${libcuckoo_include} DEFINITIONS BENCH_PEER_VERSION="${libcuckoo_VERSION}")
else()
    bench_left_out("libcuckoo" "not found: install libcuckoo-dev, or give -D CMAKE_PREFIX_PATH=PREFIX")
endif()

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(liburcu QUIET IMPORTED_TARGET liburcu-memb liburcu-cds)
endif()
if(liburcu_FOUND)
    bench_peer(liburcu LIBRARIES PkgConfig::liburcu DEFINITIONS BENCH_PEER_VERSION="${liburcu_liburcu-cds_VERSION}")
else()
    bench_left_out("liburcu" "not found: install liburcu-dev and pkg-config")
endif()

bench_header(xenium_include xenium/vyukov_hash_map.hpp)
if(xenium_include)
    bench_peer(xenium INCLUDES ${xenium_include})
else()
    bench_left_out("xenium" "not found: install libxenium-dev, or give -D CMAKE_PREFIX_PATH=PREFIX")
endif()

bench_header(libcds_include cds/container/split_list_map.h)
find_library(libcds_library cds NO_CACHE)
if(libcds_include AND libcds_library)
    bench_peer(libcds INCLUDES ${libcds_include} LIBRARIES ${libcds_library})
else()
    bench_left_out("libcds" "not found: install libcds-dev")
endif()

# --- what comes by a path ---

bench_header(boost_concurrent_include boost/unordered/concurrent_flat_map.hpp ${SYNCMAP_BENCH_BOOST})
if(boost_concurrent_include)
    bench_peer(boost_concurrent INCLUDES ${SYNCMAP_BENCH_BOOST})
else()
    bench_left_out("Boost cfm" "boost::concurrent_flat_map is in Boost 1.83 and later: give -D SYNCMAP_BENCH_BOOST=FOLDER of its headers")
endif()

bench_header(phmap_include parallel_hashmap/phmap.h ${SYNCMAP_BENCH_PHMAP})
if(phmap_include)
    bench_peer(phmap INCLUDES ${phmap_include})
else()
    bench_left_out("phmap" "not found: give -D SYNCMAP_BENCH_PHMAP=FOLDER of its headers")
endif()

find_package(folly QUIET CONFIG PATHS ${SYNCMAP_BENCH_FOLLY})
if(TARGET Folly::folly)
    bench_peer(folly LIBRARIES Folly::folly)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        bench_peer(folly_simd LIBRARIES Folly::folly OPTIONS -msse4.2)
    else()
        bench_left_out("folly CHM SIMD" "only on x86-64")
    endif()
else()
    foreach(name "folly CHM" "folly CHM SIMD")
        bench_left_out("${name}" "not found: give -D SYNCMAP_BENCH_FOLLY=PREFIX where it is installed")
    endforeach()
endif()

# --- our own ---

bench_peer(classic)

# --- their tests, and the list that figures/*.sh read ---

set(maps "${CMAKE_CXX_COMPILER}\n")
# bench_map(NAME SOURCE ADAPTER HEADER): NAME as the tool shows it.
function(bench_map name source adapter header)
    bench_adapter_test(${adapter} ${source} ${header})
    if(TARGET bench_peer_${source})
        set(folders "$<TARGET_PROPERTY:bench_peer_${source},INCLUDE_DIRECTORIES>")
        set(folders "$<FILTER:${folders},EXCLUDE,^/usr/include/?$>")
        set(options "$<TARGET_PROPERTY:bench_peer_${source},COMPILE_OPTIONS>")
        set(line "${name}|${CMAKE_CURRENT_SOURCE_DIR}/adapters/${header}.hpp|${adapter}_adapter|")
        string(APPEND line "-I${CMAKE_CURRENT_SOURCE_DIR}/../include;$<$<BOOL:${folders}>:-I$<JOIN:${folders},;-I>>;${options}\n")
        string(APPEND maps "${line}")
        set(maps "${maps}" PARENT_SCOPE)
    endif()
endfunction()

bench_map("syncmap" syncmap syncmap syncmap)
bench_map("Boost cfm" boost_concurrent boost_concurrent boost_concurrent)
bench_map("folly CHM" folly folly folly)
bench_map("folly CHM SIMD" folly_simd folly_simd folly)
bench_map("phmap" phmap phmap phmap)
bench_map("libcuckoo" libcuckoo libcuckoo libcuckoo)
bench_map("oneTBB" tbb tbb tbb)
bench_map("xenium" xenium xenium xenium)
bench_map("liburcu" liburcu liburcu liburcu)
bench_map("libcds" libcds libcds libcds)
bench_map("std+mutex" std mutex std)
bench_map("std+shared_mutex" std shared_mutex std)
bench_map("classic" classic classic classic)
bench_map("U" boost_flat boost_flat boost_flat)
file(GENERATE OUTPUT maps.txt CONTENT "${maps}")
if(SYNCMAP_BUILD_TESTS)
    add_test(NAME bench_figures
        COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/figures/figures_test.sh $<TARGET_FILE_DIR:syncmap-bench>)
endif()
