# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh disable=SC2154
# To be sourced by ./run, after packages.sh: builds the site.

need_for_site() {
    need doxygen "the reference" command -v doxygen
    need cmark-gfm "the documents" command -v cmark-gfm
    need python3 "building the site" command -v python3
    need emscripten "the page that runs the map" command -v em++
    need nlohmann-json3-dev "the same" includes '<nlohmann/json.hpp>' g++
}

docs_usage() {
    cat <<END
usage: ./run docs

Builds the site: the reference, all documents and the page that runs the map. It lies in
build/docs/site/html, static files that need no server. \`./run test docs' tests it.
END
}

docs() {
    case ${1:-} in
        "") ;;
        -h | --help) docs_usage && return ;;
        *) fail 2 "unknown argument \`$1'; try ./run docs --help" ;;
    esac
    need_for_build
    need_for_site
    install_missing
    (
        cd "$top"
        cmake --preset docs && cmake --build build/docs --target site
    ) >&2 || fail 1 "the site could not be built"
    echo "$top/build/docs/site/html/index.html"
}
