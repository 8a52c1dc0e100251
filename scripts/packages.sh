# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh
# To be sourced: finds out what is missing on this system and installs it, where there is apt-get.

fail() { # fail STATUS MESSAGE
    echo "$(basename -- "$0"): $2" >&2
    exit "$1"
}

missing=
need() { # need PACKAGE PURPOSE COMMAND...: the package is missing if the command fails
    package=$1 purpose=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        echo "missing: $package, for $purpose"
        missing="$missing $package"
    fi
}
compiles() { # compiles SOURCE COMPILER...
    source=$1
    shift
    command -v "$1" && printf '%s\n' "$source" | "$@" -x c++ - -o /dev/null
}
includes() { # includes HEADER COMPILER...
    header=$1
    shift
    compiles "#if !__has_include($header)
#error
#endif" "$@" -E
}

install_missing() { # installs what `need` has found missing so far
    [ -n "$missing" ] || return 0
    advice="install these packages (names as in Debian) and try again:$missing"
    command -v apt-get >/dev/null || fail 1 "$advice"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        as_root=sudo
        command -v sudo >/dev/null || fail 1 "$advice"
    fi
    echo "installing with apt-get:$missing"
    $as_root apt-get update -qq || fail 1 "$advice"
    # shellcheck disable=SC2086 # a list of words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 $missing || fail 1 "$advice"
    missing=
}
