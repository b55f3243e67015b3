/*
 * The border between programs and the kernel: system call numbers, and how they are made. The user library includes it too.
 *
 * int 0x80: eax number, ebx ecx edx esi edi arguments, eax result (negative: enum error of mm/types.h). Calls that a program's own line makes take
 * that line's return address as their last argument, so that "who allocated" is the program.
 */
#ifndef KERNEL_ABI_H
#define KERNEL_ABI_H

#include "mm/types.h"

#define SYSCALL_VECTOR 0x80

enum syscall {
    SYS_NULL,          /* () 0: measures the way in and out */
    SYS_EXIT,          /* (status) does not return */
    SYS_WRITE,         /* (text, bytes) to the log; how many it took, 4096 at most */
    SYS_SLEEP_MS,      /* (ms) */
    SYS_YIELD,         /* () */
    SYS_GETPID,        /* () */
    SYS_MALLOC,        /* (size, caller) address or 0 */
    SYS_CALLOC,        /* (count, size, caller) address or 0 */
    SYS_REALLOC,       /* (address, size, caller) address or 0 */
    SYS_FREE,          /* (address, caller) */
    SYS_FREE_SIZED,    /* (address, size, caller) */
    SYS_MALLOC_4K,     /* (caller) address or 0 */
    SYS_FREE_4K,       /* (address, caller) */
    SYS_THREAD_CREATE, /* (entry, argument, start routine of the library) thread number, 1 and up */
    SYS_THREAD_EXIT,   /* () does not return */
    SYS_THREAD_JOIN,   /* (thread) waits; E_NOENT when there is none */
    SYS_SPAWN,         /* (text: name and words) pid */
    SYS_WAIT,  /* (pid, or 0 for any child; int *status or NULL) pid of the child that ended; E_NOENT */
    SYS_SAY,   /* (text) a caption on the screen */
    SYS_TICKS, /* () milliseconds since boot */
    SYS_INFO,  /* (enum info) what the library must know */
    SYS_SEED, /* (enum seed_call of mm/types.h, a, b, caller) the seed's own calls; E_NOSYS: there is no such call */
    SYSCALLS
};

enum info {
    INFO_SIZED_FREE, /* 1 when this process's regime wants sizes (mm/regime.h) */
};

/* Why a process ended, in EV_EXIT and for wait(): an exit status of EXIT_KILLED or EXIT_FAULT is the kernel's. */
#define EXIT_KILLED (-1000)
#define EXIT_FAULT  (-1001)

enum exit_reason { EXIT_BY_ITSELF, EXIT_BY_KILL, EXIT_BY_FAULT };

/*
 * A program's first instruction finds on its stack: argc, argv (pointers into the arguments page, NULL at the end). A thread's finds its
 * entry and its argument.
 */

#endif
