# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh disable=SC2154
# To be sourced by ./run, after packages.sh: builds what shows a map over etcd whose members fail, and starts it.

need_for_etcd() {
    need libcurl4-openssl-dev "syncmap::etcd" includes '<curl/curl.h>' g++
    need nlohmann-json3-dev "syncmap::etcd" includes '<nlohmann/json.hpp>' g++
}

has_etcd() { # has_etcd ARGUMENT...: of the program; whether these name an etcd, or there is one
    case " $* " in *" --etcd "* | *" --etcd="*) return ;; esac
    command -v etcd
}

cluster_usage() {
    cat <<END
usage: ./run cluster [OPTION...]

Builds syncmap::etcd and the program below in build/cluster (some minutes the first time), and starts it.

END
    sed 1d "$top/etcd/cluster/help.txt"
}

build_cluster() {
    cmake -S "$top" -B "$top/build/cluster" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_CXX_COMPILER=g++ -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" \
        -DSYNCMAP_BUILD_TESTS=OFF -DSYNCMAP_BUILD_EXAMPLES=ON -DSYNCMAP_ETCD=ON &&
        cmake --build "$top/build/cluster" --target syncmap-cluster
}

cluster() {
    case " $* " in *" --help "* | *" -h "*)
        cluster_usage
        return
        ;;
    esac
    need_for_build
    need_for_etcd
    need etcd-server "the members" has_etcd "$@"
    install_missing >&2
    build_cluster >&2 || fail 1 "the program could not be built"
    exec "$top/build/cluster/etcd/cluster/syncmap-cluster" "$@"
}
