/*
 * The one header a program includes: memory, text, threads and processes. Every call of the memory family
 * tells the kernel the line of the program that made it, so that the screen can name who allocated.
 */
#ifndef SUTURE_H
#define SUTURE_H

#include "kernel/abi.h"
#include "mm/types.h"

/* PROGRAM("one line") says what the program is, for the launcher; once a program, outside every function. */
#define PROGRAM(line) static const char program_line[] __attribute__((section(".program"), used)) = line;

/*
 * Memory. malloc is a system call here, so that each one can be seen. Blocks are aligned to 8 at least;
 * malloc's hold anything, calloc's zeroes. NULL means that there is no memory left, or that count * size
 * passes 2^32. A size of 0 gives the smallest block.
 */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);

/* The block at its new size, moved if need be, contents kept; NULL: it stands unchanged. No block: malloc. */
void *realloc(void *block, size_t size);

/*
 * Gives a block back by its address alone. Returns OK, also for NULL, or the reason of a refusal
 * (mm/types.h): E_DOUBLE, E_INTERIOR, E_MISALIGNED, E_FOREIGN; or E_OVERRUN, when the block went back but
 * bytes after it had been written.
 */
int free(void *block);

/* As free, with the size that the caller believes it has: E_SIZE when that is not the block's. */
int free_sized(void *block, size_t size);

/* One page of 4,096 zeroed bytes, page aligned, or NULL; and back. */
void *malloc_4k(void);
int free_4k(void *page);

/*
 * Under the regime sutured all of these do what the seed did: nothing ever comes back, nothing is aligned, and a
 * size of 16 is passed for a block whose size the library does not know: it was never lent, or 2,048 others are alive.
 * sutured() tells which regime it is.
 *
 * The seed's own calls, with sizes and physical addresses, as its kernel made them. Under sutured they return what
 * the seed did, SEED_FAILED for a failure. Under healed do_malloc and do_malloc_4k give memory that can be used, or 0;
 * do_free and do_free_4k take that back and refuse all else; a program gets no kernel memory: 0. exec_free is what
 * exec did to a file's header: it frees what the header's first two words say.
 */
#define SEED_FAILED 0xFFFFFFFFu
bool sutured(void);
uint32_t do_malloc(uint32_t size);
uint32_t do_kmalloc(uint32_t size);
uint32_t do_malloc_4k(void);
uint32_t do_kmalloc_4k(void);
int do_free(uint32_t address, uint32_t size);
int do_free_4k(uint32_t address);
int exec_free(const void *header);

/*
 * Text to the log, in whole lines: a line without its end waits for it, or for exit. Knows what the C
 * standard's does but for floating point. snprintf always ends the text. Both return the number of
 * characters, snprintf as if there had been room for all.
 */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int snprintf(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A caption on the screen, until the next one: at most 80 characters, of ASCII; else the log says what is wrong. */
void say(const char *text);

/* Time: milliseconds since boot, a rest of so many, and the processor to somebody else. */
unsigned ticks(void);
void sleep_ms(unsigned ms);
void yield(void);

/*
 * Threads share everything but their stacks. thread_create runs entry(argument) in a new one and returns its
 * number, 1 and up, which no other one gets, or E_NOMEM, E_LIMIT. thread_join waits until that one has returned:
 * OK, or E_NOENT when it has already, or there never was another thread of that number.
 */
int thread_create(void (*entry)(void *), void *argument);
int thread_join(int thread);

/*
 * Processes. spawn starts a program, "name words", and returns its pid, or E_NOENT, E_NOMEM, E_LIMIT. wait
 * waits for that child, or for any with 0, puts its exit status where `status` says unless that is NULL, and
 * returns its pid, or E_NOENT when there is none. A status is what main returned, EXIT_KILLED or EXIT_FAULT.
 */
int getpid(void);
int spawn(const char *line);
int wait(int pid, int *status);
_Noreturn void exit(int status);

/* Memory and text, as in the C standard. */
void *memset(void *to, int byte, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
char *strcpy(char *restrict to, const char *restrict from);
char *strcat(char *restrict to, const char *restrict from);
char *strchr(const char *text, int character);
int atoi(const char *text);

/* 0 to RAND_MAX, the same row after the same srand, on every machine. Before any srand: as after srand(1). */
#define RAND_MAX 0x7FFF
int rand(void);
void srand(unsigned seed);

#endif
