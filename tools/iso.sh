#!/bin/sh
# iso.sh ISO KERNEL [PROGRAM.elf | LECTURE.txt]...: packs the kernel, the programs and the lectures behind GRUB, as
# small as it goes and the same byte for byte each time. STRIP names the strip of the kernel's binutils.
# What comes out boots as a CD and, written to a stick or a disk, from there (so the default padding must stay).
set -eu
: "${SOURCE_DATE_EPOCH:?}"
iso=$1 kernel=$2
shift 2

root=$iso.d
rm -rf "$root"
mkdir -p "$root/boot/grub"
"${STRIP:-strip}" --strip-debug -o "$root/boot/suture.elf" "$kernel"

# What a name is for the command language, and what the kernel has room for: kernel/kernel.h's MODULES_MOST, mm/space.h's
# NAME_BYTES, kernel/lecture.c's LECTURE_NAME.
check() {
    case $1 in
    *.txt) most=30 where=iso/lectures/$1 ;;
    *) most=15 where=user/${1%.elf}.c ;;
    esac
    word=${1%.*}
    if [ ${#word} -gt $most ]; then
        echo "$where: its name has ${#word} letters. Rename it: at most $most." >&2
        exit 1
    fi
    case $word in
    *[!A-Za-z0-9_-]*)
        echo "$where: its name has a sign that commands cannot name. Rename it: letters, digits, - and _." >&2
        exit 1
        ;;
    esac
}
if [ $# -gt 64 ]; then
    echo "There are $# programs and lectures in user/ and iso/lectures/. Take some out: at most 64." >&2
    exit 1
fi

modules= lectures=
for file; do
    name=${file##*/}
    check "$name"
    cp "$file" "$root/$name"
    modules="$modules    module /$name $name
"
    case $name in
    *.txt) # its first comment is its description
        title=$(sed -n '/^# */{s///p;q;}' "$file" | tr -d '"$\\')
        lectures="$lectures
menuentry \"Lecture: ${title:-$name}\" {
    suture lecture=${name%.txt}
}
" ;;
    esac
done
MODULES=$modules LECTURES=$lectures awk '
    $0 == "@MODULES@" { printf "%s", ENVIRON["MODULES"]; next }
    $0 == "@LECTURES@" { printf "%s", ENVIRON["LECTURES"]; next }
    { print }' iso/grub.cfg.in >"$root/boot/grub/grub.cfg"

# GRUB's image holds only what the menu uses; every date in the ISO is SOURCE_DATE_EPOCH.
date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S00)
if ! grub-mkrescue -o "$iso" --directory=/usr/lib/grub/i386-pc --compress=xz --locales= --fonts= --themes= \
    --install-modules='normal multiboot' -volid SUTURE --modification-date="$date" --set_all_file_dates "$date" \
    "$root" >"$iso.log" 2>&1; then
    cat "$iso.log" >&2
    exit 1
fi
rm -rf "$root"
