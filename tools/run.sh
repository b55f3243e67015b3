#!/bin/sh
# run.sh ISO MEGABYTES: boots the ISO in QEMU, in a window where there is a display, else in this terminal.
# COM1 is a socket beside the ISO, for `socat - UNIX-CONNECT:build/serial.sock` and its like; what it says is kept
# in serial.log.
set -eu
iso=$1 memory=$2
build=$(dirname "$iso")

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && qemu-system-i386 -display help 2>&1 | grep -qx gtk; then
    display=gtk
    echo "Suture starts in a window. To leave: close it."
elif [ -t 0 ] && [ -t 1 ]; then
    display=curses
    export LC_ALL=C.UTF-8 # or the blocks of the picture turn into question marks
    echo "Suture starts in this terminal (it wants 80 columns and 25 rows)."
    echo "To leave: press Alt+2, type quit, press Enter. Or, from another terminal: kill $$"
    sleep 3 # to be read before the screen is taken over
else
    echo "There is neither a display nor a terminal here to show Suture on." >&2
    exit 1
fi

exec qemu-system-i386 -m "$memory" -cdrom "$iso" -boot d -nic none -display "$display" \
    -chardev "socket,id=com1,path=$build/serial.sock,server=on,wait=off,logfile=$build/serial.log" -serial chardev:com1
