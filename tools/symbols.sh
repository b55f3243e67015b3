#!/bin/sh
# symbols.sh NM [ELF]: the functions of a kernel, sorted by address, as the NASM source of the table that panics
# read (struct ksym in kernel/kernel.h). Without an ELF, the empty table that the first link needs.
set -eu
{ [ -z "${2:-}" ] || "$1" -n "$2"; } | awk '
    # Only what is linked high, and no marks of the linker script.
    $2 ~ /^[tT]$/ && $1 >= "c0000000" && $3 !~ /^(kernel|text)_(start|end)$/ {
        table = table "        dd 0x" $1 ", name" n "\n"
        names = names "name" n++ ": db `" $3 "`, 0\n"
    }
    BEGIN { n = 0 }
    END {
        printf "section .rodata\nglobal ksyms, ksym_count\nalign 4\nksym_count: dd %d\nksyms:\n%s%s", n, table, names
    }'
