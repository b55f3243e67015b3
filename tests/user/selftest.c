/*
 * What the C library promises, tried from ring 3. Ends with the line "selftest: N passed, N failed".
 */
#include "suture.h"

PROGRAM("tries what the C library promises")

static int passed, failed;

static void check(bool good, const char *what) {
    if (good) {
        passed++;
        return;
    }
    failed++;
    printf("selftest: wrong: %s\n", what);
}

/* ---- Memory ---- */

static void fill(unsigned char *block, size_t size, unsigned seed) {
    for (size_t i = 0; i < size; i++)
        block[i] = (unsigned char)(seed + i);
}

static bool filled(const unsigned char *block, size_t size, unsigned seed) {
    for (size_t i = 0; i < size; i++)
        if (block[i] != (unsigned char)(seed + i))
            return false;
    return true;
}

static bool zero(const unsigned char *block, size_t size) {
    while (size--)
        if (block[size])
            return false;
    return true;
}

static void test_malloc(void) {
    enum { BLOCKS = 200 };
    static unsigned char *block[BLOCKS];
    bool there = true, aligned = true, whole = true, back = true;
    for (unsigned i = 0; i < BLOCKS; i++) {
        block[i] = malloc(i * 7);
        there &= block[i] != NULL;
        aligned &= (uintptr_t)block[i] % 8 == 0;
        if (block[i])
            fill(block[i], i * 7, i);
    }
    for (unsigned i = 0; i < BLOCKS; i += 2)
        back &= free(block[i]) == OK;
    for (unsigned i = 1; i < BLOCKS; i += 2)
        whole &= filled(block[i], i * 7, i);
    for (unsigned i = 1; i < BLOCKS; i += 2)
        back &= free(block[i]) == OK;
    check(there, "malloc gives 200 blocks");
    check(aligned, "malloc aligns to 8");
    check(whole, "blocks do not overlap, and a free leaves its neighbours alone");
    check(back, "each block is taken back");

    unsigned char *empty = malloc(0), *large = malloc(1 << 20);
    check(empty, "malloc(0) gives a block");
    check(large, "malloc gives 1 MB");
    if (large)
        fill(large, 1 << 20, 9);
    check(large && filled(large, 1 << 20, 9), "1 MB hold what is written");
    check(free(large) == OK && free(empty) == OK, "both are taken back");
    check(!malloc(0xFFFFFFFFu), "malloc of 4 GB is NULL");
}

static void test_calloc(void) {
    unsigned char *dirty = malloc(3000);
    check(dirty, "malloc before calloc");
    if (dirty)
        memset(dirty, 0xEE, 3000);
    free(dirty);
    unsigned char *clean = calloc(30, 100);
    check(clean && zero(clean, 3000), "calloc gives zeroes");
    check((uintptr_t)clean % 8 == 0, "calloc aligns to 8");
    free(clean);
    check(!calloc(0x10000, 0x10000), "calloc sees that the product passes 2^32");
    check(!calloc(3, 0x80000000u), "calloc sees that a product wraps to a small one");
}

static void test_realloc(void) {
    unsigned char *block = realloc(NULL, 100);
    check(block, "realloc(NULL, n) is malloc(n)");
    if (!block)
        return;
    fill(block, 100, 5);
    void *wall = malloc(100);
    unsigned char *grown = realloc(block, 10000);
    check(grown && filled(grown, 100, 5), "realloc keeps the contents when it grows");
    check((uintptr_t)grown % 8 == 0, "realloc aligns to 8");
    unsigned char *shrunk = realloc(grown, 50);
    check(shrunk && filled(shrunk, 50, 5), "realloc keeps the contents when it shrinks");
    check(!realloc(shrunk, 0xFFFFFFF0u) && filled(shrunk, 50, 5), "a realloc that fails leaves the block");
    check(free(shrunk) == OK && free(wall) == OK, "realloc's block is taken back");
}

static void test_refusals(void) {
    char *block = malloc(512), *wall = malloc(512);
    int local;
    check(free(NULL) == OK, "free(NULL) does nothing");
    check(free(block + 64) == E_INTERIOR, "free inside a block is refused");
    check(free(block + 1) == E_MISALIGNED, "a misaligned free is refused");
    check(free(&local) < 0, "free of the stack is refused");
    check(free_sized(block, 100) == E_SIZE, "free_sized with a wrong size is refused");
    check(free_sized(block, 512) == OK, "free_sized with the right one is not");
    check(free(block) == E_DOUBLE, "the second free is refused");
    memset(wall, 1, 513);
    check(free(wall) == E_OVERRUN, "an overrun is found at free");
    check(free(wall) == E_DOUBLE, "the second free is known when the page has gone");
}

static void test_pages(void) {
    unsigned char *one = malloc_4k(), *two = malloc_4k();
    check(one && two && one != two, "malloc_4k gives two pages");
    check((uintptr_t)one % PAGE_SIZE == 0, "malloc_4k aligns to a page");
    check(one && zero(one, PAGE_SIZE), "malloc_4k gives zeroes");
    if (one)
        memset(one, 1, PAGE_SIZE);
    check(two && zero(two, PAGE_SIZE), "pages do not overlap");
    check(free_4k(one) == OK && free_4k(two) == OK, "free_4k takes both back");
    check(free_4k(one) == E_DOUBLE && free_4k(two) == E_DOUBLE, "the second free_4k is refused");
    check(free_4k(NULL) == OK, "free_4k(NULL) does nothing");
}

/* ---- Text ---- */

static void test_text(void) {
    char text[64];
    check(snprintf(text, sizeof text, "%d %u %x %s %c|%5d|%-5d|%05d", -7, 7u, 255u, "word", 'c', 42, 42,
                   42) == 32 &&
              strcmp(text, "-7 7 ff word c|   42|42   |00042") == 0,
          "snprintf formats");
    check(snprintf(text, 5, "123456789") >= 4 && strcmp(text, "1234") == 0, "snprintf stops at the size");
    check(strlen("") == 0 && strlen("four") == 4, "strlen");
    check(strcmp("a", "b") < 0 && strcmp("b", "a") > 0 && strcmp("ab", "a") > 0, "strcmp");
    check(strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0, "strncmp");
    check(strchr("suture", 't') && *strchr("suture", 't') == 't' && !strchr("suture", 'x'), "strchr");
    check(strcmp(strcat(strcpy(text, "free"), "dom"), "freedom") == 0, "strcpy and strcat");
    memmove(text + 1, text, 8);
    check(strcmp(text, "ffreedom") == 0, "memmove upwards");
    memmove(text, text + 1, 8);
    check(strcmp(text, "freedom") == 0, "memmove downwards");
    check(memcmp("abc", "abd", 3) < 0 && memcmp("abc", "abd", 2) == 0, "memcmp");
    check(atoi("1024") == 1024 && atoi(" -12x") == -12 && atoi("x") == 0, "atoi");
    srand(3);
    int first = rand();
    srand(3);
    check(first == rand() && first >= 0 && first <= RAND_MAX, "rand repeats after srand");
}

static void test_image(void) {
    static int data = 0x5EED;
    static char bss[9000];
    check(data == 0x5EED, "data has its initial value");
    check(zero((unsigned char *)bss, sizeof bss), "bss is zero");
    volatile char large[200000];
    large[0] = large[sizeof large - 1] = 1;
    check(large[0] + large[sizeof large - 1] == 2, "the stack grows");
}

/* ---- Time, threads, processes ---- */

static void test_time(void) {
    unsigned before = ticks();
    sleep_ms(50);
    unsigned slept = ticks() - before;
    check(slept >= 50 && slept < 1000, "sleep_ms(50) takes about that");
    yield();
    sleep_ms(0);
}

enum { THREADS = 4, ROUNDS = 150 };

static int finished, spoiled;

static void worker(void *seed) {
    unsigned n = (unsigned)seed;
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t size = 1 + (n * 131 + round * 37) % 900;
        unsigned char *block = malloc(size);
        if (!block) {
            __atomic_add_fetch(&spoiled, 1, __ATOMIC_RELAXED);
            continue;
        }
        fill(block, size, n);
        if (round % 3 == 0)
            yield();
        if (!filled(block, size, n) || free(block) != OK)
            __atomic_add_fetch(&spoiled, 1, __ATOMIC_RELAXED);
    }
    __atomic_add_fetch(&finished, 1, __ATOMIC_RELAXED);
}

/* Lives long enough to be met. */
static void sleeper(void *nothing) {
    (void)nothing;
    sleep_ms(50);
    __atomic_add_fetch(&finished, 1, __ATOMIC_RELAXED);
}

static void test_threads(void) {
    int thread[THREADS];
    bool created = true, joined = true;
    for (unsigned i = 0; i < THREADS; i++) {
        thread[i] = thread_create(worker, (void *)(i + 1));
        created &= thread[i] >= 1;
    }
    for (int i = 0; i < THREADS; i++)
        joined &= thread_join(thread[i]) <= OK && finished > i;
    check(created, "thread_create gives numbers from 1 on");
    check(joined, "thread_join waits");
    check(finished == THREADS, "each thread came to its end");
    check(spoiled == 0, "threads use one heap at once without harm");
    check(thread_join(thread[0]) == E_NOENT, "a thread is joined once");
    int heir = thread_create(sleeper, NULL);
    check(heir >= 1 && thread_join(thread[0]) == E_NOENT, "a thread's number does not go to a later one");
    check(thread_join(heir) == OK && finished > THREADS, "the later one is joined by its own");
    check(thread_join(63) == E_NOENT, "a thread that never was cannot be joined");
}

static void test_processes(void) {
    int status = 0;
    int pid = spawn("selftest child 42");
    check(pid > 0 && pid != getpid(), "spawn gives a pid");
    check(wait(pid, &status) == pid, "wait gives the same pid");
    check(status == 42, "wait gives what main returned");
    pid = spawn("selftest exit");
    check(wait(0, &status) == pid && status == -5, "wait(0) finds it, and what exit said");
    pid = spawn("selftest fault");
    check(wait(pid, &status) == pid && status == EXIT_FAULT, "a fault is its status");
    check(wait(pid, NULL) == E_NOENT, "a child is waited for once");
    check(wait(0, NULL) == E_NOENT, "no child is left");
    check(spawn("no-such-program") == E_NOENT, "spawn of an unknown program");
}

static int child(int argc, char **argv) {
    if (argc == 3 && !argv[3] && strcmp(argv[0], "selftest") == 0 && strcmp(argv[1], "child") == 0)
        return atoi(argv[2]);
    if (strcmp(argv[1], "exit") == 0)
        exit(-5);
    int *volatile nowhere = NULL;
    *nowhere = 0;
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1)
        return child(argc, argv);
    test_malloc();
    test_calloc();
    test_realloc();
    test_refusals();
    test_pages();
    test_text();
    test_image();
    test_time();
    test_threads();
    test_processes();
    printf("selftest: %d passed, %d failed\n", passed, failed);
    return failed;
}
