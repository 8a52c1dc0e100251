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

apt_install() { # apt_install OPTION... : what is missing
    # shellcheck disable=SC2086 # lists of words
    $as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get install --no-install-recommends "$@" $missing
}
agreed() { # asks on a terminal, unless $assume_yes is set (./run -y)
    if [ -n "${assume_yes:-}" ] || ! [ -t 0 ] || ! [ -t 2 ]; then
        return
    fi
    printf 'install them? [Y/n] ' >&2
    read -r answer || return 1
    case $answer in [Nn]*) return 1 ;; esac
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
    $as_root apt-get update -qq || fail 1 "$advice"
    echo "to be installed with apt-get:$missing"
    apt_install --assume-no 2>/dev/null | sed -n '/^Need to get/p; /^After this/p'
    agreed || fail 1 "$advice"
    apt_install -y -qq -o Dpkg::Use-Pty=0 || fail 1 "$advice"
    missing=
}
