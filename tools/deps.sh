#!/bin/sh
# What Suture needs from Debian, read from packages.txt.
#   deps.sh install [TARGET...]  installs what is missing for these make targets (none named: for all but toolchain)
#   deps.sh missing STAGE...     prints what is missing, in one line, and installs nothing
set -eu
cd "$(dirname "$0")/.."
list=tools/packages.txt

# Is one of these (commands, or paths that may hold *; parted by |) there?
present() {
    for probe in $(echo "$1" | tr '|' ' '); do # the shell expands * here
        case $probe in
        */*) [ -e "$probe" ] && return 0 ;;
        *) command -v "$probe" >/dev/null && return 0 ;;
        esac
    done
    return 1
}

# Prints "package reason" of each package that one of these stages needs and that is not there.
wanting() {
    while read -r stages package probe reason; do
        case $stages in '' | '#'*) continue ;; esac
        for stage in $(echo "$stages" | tr ',' ' '); do
            case " $* " in *" $stage "*) present "$probe" || echo "$package $reason"; break ;; esac
        done
    done <"$list"
}

action=$1
shift
if [ "$action" = missing ]; then
    wanting "$@" | while read -r package reason; do echo "$package ($reason)"; done | paste -s -d ',' | sed 's/),/), /g'
    exit
fi

stages=build
for target in "$@"; do
    case $target in
    shots) stages="$stages test" ;;
    run | test | soak | fuzz | coverage | bench-host | lint | format | toolchain) stages="$stages $target" ;;
    esac
done
[ "$stages" != build ] || stages="build run test soak fuzz coverage bench-host lint"
[ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || stages="$stages window"

missing=$(wanting $stages)
[ -n "$missing" ] || exit 0

echo "Suture needs these Debian packages, which are not installed here:"
echo "$missing" | while read -r package reason; do printf '  %-22s %s\n' "$package" "$reason"; done
packages=$(echo "$missing" | cut -d ' ' -f 1)
if ! command -v apt-get >/dev/null; then
    echo "This is no Debian: please install their like by your system's own means." >&2
    exit 1
fi
sudo=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Neither root nor sudo: please have root run  apt-get install" $packages >&2
        exit 1
    fi
    sudo=sudo
fi
echo "Installing them with apt-get."
$sudo apt-get update -qq
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $packages </dev/null

missing=$(wanting $stages)
[ -z "$missing" ] || { echo "Still missing after installation: $missing" >&2; exit 1; }
