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

modules= lectures=
for file; do
    name=${file##*/}
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
