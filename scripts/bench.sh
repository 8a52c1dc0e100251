# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh disable=SC2154
# To be sourced by ./run, after packages.sh: builds the benchmark with whatever maps can be had, and starts it.

need_for_bench() {
    need_for_build
    need nlohmann-json3-dev "the results" includes '<nlohmann/json.hpp>' g++
}
has_library() { # has_library FILE: whether the loader finds it
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q "[[:space:]]$1 "
}
want_for_bench() { # what makes the comparison richer; nothing depends on it
    need libtbb-dev "oneTBB's map" includes '<tbb/concurrent_hash_map.h>' g++
    need libcuckoo-dev "libcuckoo's map" includes '<libcuckoo/cuckoohash_map.hh>' g++
    need liburcu-dev "liburcu's map" includes '<urcu/rculfhash.h>' g++
    need libxenium-dev "xenium's map" includes '<xenium/vyukov_hash_map.hpp>' g++
    need libcds-dev "libcds' map" includes '<cds/container/split_list_map.h>' g++
    need pkg-config "finding liburcu" command -v pkg-config
    need gnuplot-nox "charts" command -v gnuplot
    need libjemalloc2 "--malloc jemalloc" has_library libjemalloc.so.2
    need libmimalloc2.0 "--malloc mimalloc" has_library libmimalloc.so.2
    need libtcmalloc-minimal4 "--malloc tcmalloc" has_library libtcmalloc_minimal.so.4
}

# Boost 1.81 or later has the map without synchronisation that all are measured against. Debian 12 has it beside
# an older Boost that everything else wants: its headers are unpacked, not installed.
find_boost() {
    boost=${SYNCMAP_BENCH_BOOST:-}
    has_flat_map() { includes '<boost/unordered/unordered_flat_map.hpp>' g++ "$@" >/dev/null 2>&1; }
    if [ -n "$boost" ] || has_flat_map; then
        return
    fi
    folder=$top/build/peers/boost181
    if [ ! -d "$folder" ] && command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
        mkdir -p "$top/build/peers"
        echo "fetching the headers of Boost 1.81, for the limit U"
        (
            cd "$top/build/peers"
            apt-get download -q libboost1.81-dev && dpkg -x libboost1.81-dev_*.deb boost181.new &&
                mv boost181.new boost181
        ) >/dev/null 2>&1 || echo "there are none: U will be left out"
    fi
    if has_flat_map -isystem "$folder/usr/include"; then
        boost=$folder/usr/include
    fi
}

build_bench() {
    find_boost
    cmake -S "$top" -B "$top/build/bench" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_CXX_COMPILER=g++ -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" \
        -DSYNCMAP_BUILD_TESTS=OFF -DSYNCMAP_BUILD_EXAMPLES=OFF -DSYNCMAP_BUILD_BENCH=ON \
        -DSYNCMAP_BENCH_BOOST="$boost" -DSYNCMAP_BENCH_PHMAP="${SYNCMAP_BENCH_PHMAP:-}" \
        -DSYNCMAP_BENCH_FOLLY="${SYNCMAP_BENCH_FOLLY:-}" &&
        cmake --build "$top/build/bench" --target syncmap-bench
}

bench_usage() {
    cat <<END
usage: ./run bench [--compile-time] [--instructions] [OPTION...]

Builds the benchmark in build/bench (some minutes the first time) with all maps that are found, and starts it.
Without options: an overview of ten minutes at most, written to bench-results/.
  --compile-time   also measure how long a small file takes to compile with each map (some minutes)
  --instructions   also count instructions for each operation with valgrind (some minutes)
More maps, by environment variables:
  SYNCMAP_BENCH_BOOST   folder with the headers of Boost 1.83 or later, for concurrent_flat_map
  SYNCMAP_BENCH_PHMAP   folder in which parallel_hashmap/phmap.h is
  SYNCMAP_BENCH_FOLLY   prefix under which folly is installed
Go's sync.Map and Rust's papaya and dashmap take part if go and cargo are found.

All other options are the program's own:

END
}

bench_figures() { # bench_figures NAME ARGUMENT...: $file is what bench/figures/NAME.sh prints
    file=$top/build/bench/$1.json script=$top/bench/figures/$1.sh
    shift
    "$script" "$top/build/bench/bench" "$@" >"$file" || fail 1 "$script failed"
}

bench() {
    compile_time=no instructions=no plain=yes
    count=$#
    while [ "$count" -gt 0 ]; do # takes our own options out of the list
        case $1 in
            --compile-time) compile_time=yes ;;
            --instructions) instructions=yes ;;
            *) plain=no && set -- "$@" "$1" ;;
        esac
        shift
        count=$((count - 1))
    done
    case " $* " in *" --help "* | *" -h "*)
        bench_usage
        sed 1d "$top/bench/help.txt"
        return
        ;;
    esac
    need_for_bench
    [ $instructions = no ] || need valgrind "counting instructions" command -v valgrind
    install_missing >&2
    (want_for_bench && install_missing) >&2 || echo "goes on without these" >&2
    build_bench >&2 || fail 1 "the benchmark could not be built"
    [ $plain = no ] || set -- --output "$top/bench-results"
    if [ $compile_time = yes ]; then
        bench_figures compile_time 3
        set -- "$@" --merge "$file"
    fi
    if [ $instructions = yes ]; then
        bench_figures instructions
        set -- "$@" --merge "$file"
    fi
    exec "$top/build/bench/bench/syncmap-bench" "$@"
}
