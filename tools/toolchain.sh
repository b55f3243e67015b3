#!/bin/sh
# toolchain.sh PREFIX: builds i686-elf binutils and gcc 12 from Debian's source packages and installs them in PREFIX.
# Wants 2 GB of disk while it builds. The log of each step lies beside the sources, in PREFIX-build.
set -eu
cd "$(dirname "$0")/.."
mkdir -p "$1"
prefix=$(cd "$1" && pwd)
work=$prefix-build

missing=$(tools/deps.sh missing toolchain)
[ -z "$missing" ] || { echo "Not installed: $missing; \`make deps toolchain\` installs them and builds on." >&2; exit 1; }
if [ -x "$prefix/bin/i686-elf-gcc" ]; then
    echo "$prefix/bin/i686-elf-gcc is there already."
    exit
fi

jobs=$(nproc)
start=$(date +%s)
rm -rf "$work"
mkdir -p "$work/binutils" "$work/gcc"

# step NAME COMMAND...: runs it quietly, shows how long it takes, and on failure the end of what it said.
step() {
    name=$1
    log=$work/$(echo "$name" | tr ' ' '-').log
    shift
    printf '  %5d s  %s\n' $(($(date +%s) - start)) "$name"
    "$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2; echo "Failed: $name; all of it is in $log" >&2; exit 1; }
}

echo "Building i686-elf-gcc into $prefix with $jobs jobs: 9 to 15 minutes on two cores."
step "unpack binutils" tar -C "$work" -xf "$(echo /usr/src/binutils/binutils-*.tar.xz)"
step "unpack gcc" tar -C "$work" -xf "$(echo /usr/src/gcc-12/gcc-*.tar.xz)"

cd "$work/binutils"
step "configure binutils" "$(echo "$work"/binutils-*/configure)" --target=i686-elf --prefix="$prefix" --with-sysroot \
    --disable-nls --disable-werror --disable-gdb --disable-gprof --disable-gprofng --disable-sim
step "build binutils" make -j"$jobs" MAKEINFO=true
step "install binutils" make install-strip MAKEINFO=true

cd "$work/gcc"
export PATH="$prefix/bin:$PATH"
step "configure gcc" "$(echo "$work"/gcc-*/configure)" --target=i686-elf --prefix="$prefix" --enable-languages=c \
    --without-headers --disable-nls --disable-bootstrap --disable-shared --disable-threads --disable-libssp \
    --disable-libquadmath --disable-libgomp --disable-libatomic --disable-lto --disable-plugin --disable-multilib \
    --disable-gcov --with-system-zlib
step "build gcc" make -j"$jobs" all-gcc all-target-libgcc MAKEINFO=true
touch gcc/s-tm-texi # Debian strips the manual that this file is checked against
step "install gcc" make install-strip-gcc install-strip-target-libgcc MAKEINFO=true

rm -rf "$work"
printf '  %5d s  %s\n' $(($(date +%s) - start)) "done: $("$prefix/bin/i686-elf-gcc" --version | head -n 1)"
