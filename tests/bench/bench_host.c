/*
 * The host benchmark: each heap policy beside the allocators that others use, on the same workloads in one
 * run: bench_host [FILE.rep ...]. Each measurement runs in a process of its own; the other allocators are
 * preloaded there as the process's malloc.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/allocator.h"
#include "tests/bench/trace.h"

/* A measurement goes on for so long, and its best round counts. */
#define SECONDS 0.25
/* Below this many bytes whole pages say nothing of utilisation. */
#define SMALL   65536

static const struct {
    const char *name, *library; /* library: to preload; NULL: ours; "": what the process has */
} candidates[] = {
    {"glibc", ""},
    {"jemalloc", "libjemalloc.so"},
    {"mimalloc", "libmimalloc.so"},
    {"tcmalloc", "libtcmalloc_minimal.so"},
    {"first", NULL},
    {"next", NULL},
    {"best", NULL},
    {"worst", NULL},
    {"buddy", NULL},
};
#define CANDIDATES ((int)(sizeof candidates / sizeof *candidates))

struct result {
    double rate; /* operations a second */
    uint64_t pages, all;
};

/* ---- One measurement, in its own process ---- */

static void nothing(void) {}

static const struct allocator *process_malloc(void) {
    static const struct allocator allocator = {nothing, malloc, realloc, free, nothing, NULL};
    return &allocator;
}

/* The operation's block in its place; every byte of it is written, or the first. */
static void perform(const struct allocator *a, const struct operation *o, void **block, bool whole) {
    if (o->what == 'f') {
        a->free(*block);
        *block = NULL;
        return;
    }
    *block = o->what == 'a' ? a->malloc(o->size) : a->realloc(*block, o->size);
    if (o->size && !*block) {
        fprintf(stderr, "no memory for %u bytes\n", o->size);
        exit(1);
    }
    if (o->size) {
        memset(*block, 1, whole ? o->size : 1);
    }
}

/* Bytes of this process's own memory that are there; neither stdio nor malloc moves them meanwhile. */
static uint64_t resident(void) {
    static char text[4096];
    int file = open("/proc/self/smaps_rollup", O_RDONLY);
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    text[size > 0 ? size : 0] = '\0';
    const char *at = strstr(text, "Anonymous:");
    if (!at) {
        fputs("this system does not tell what is resident (smaps_rollup)\n", stderr);
        exit(1);
    }
    return strtoull(at + strlen("Anonymous:"), NULL, 10) * 1024;
}

/* Looks at the process 256 times, and when most is live. */
static void measure_space(const struct allocator *a, const struct trace *t, void **blocks, struct result *r) {
    uint64_t before = resident(), most = before;
    uint32_t peak_at = 0;
    trace_peak(t, &peak_at);
    a->start();
    for (uint32_t i = 0; i < t->count; i++) {
        perform(a, &t->operations[i], &blocks[t->operations[i].id], true);
        if (!a->peak && (i == peak_at || i % (t->count / 256 + 1) == 0)) {
            uint64_t now = resident();
            most = now > most ? now : most;
        }
    }
    a->end();
    r->pages = r->all = most - before;
    if (a->peak) {
        a->peak(&r->pages, &r->all);
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure_speed(const struct allocator *a, const struct trace *t, void **blocks, struct result *r) {
    double begin = now(), best = 1e9;
    do {
        double start = now();
        a->start();
        for (uint32_t i = 0; i < t->count; i++) {
            perform(a, &t->operations[i], &blocks[t->operations[i].id], false);
        }
        a->end();
        double took = now() - start;
        best = took < best ? took : best;
    } while (now() - begin < SECONDS);
    r->rate = t->count / best;
}

static struct trace trace_of(int n, char **files) {
    return n < GENERATED ? trace_generate(n) : trace_read(files[n - GENERATED]);
}

/* Was the library really preloaded? A missing one is only a warning of the loader. */
static int preloaded(const char *library) {
    Dl_info info;
    char stem[64];
    snprintf(stem, sizeof stem, "%.*s", (int)strcspn(library, "."), library);
    return !*library || (dladdr((void *)(uintptr_t)malloc, &info) && strstr(info.dli_fname, stem));
}

static int child(int candidate, int n, char **files) {
    const char *library = candidates[candidate].library;
    const struct allocator *a = library ? process_malloc() : ours(candidates[candidate].name);
    if (!a || (library && !preloaded(library))) {
        return 2;
    }
    struct trace t = trace_of(n, files);
    void **blocks = bench_memory((uint64_t)t.ids * sizeof *blocks + 1);
    struct result r;
    memset(blocks, 0, t.ids * sizeof *blocks);
    measure_space(a, &t, blocks, &r);
    measure_speed(a, &t, blocks, &r);
    printf("%.0f %llu %llu\n", r.rate, (unsigned long long)r.pages, (unsigned long long)r.all);
    return 0;
}

/* ---- The table ---- */

/* Runs this program once more, with the candidate's library. False: it is not installed. */
static int measure(int candidate, int n, char **files, struct result *r) {
    int ends[2];
    char numbers[2][12];
    if (pipe(ends)) {
        perror("pipe");
        exit(1);
    }
    pid_t pid = fork();
    if (pid == 0) {
        const char *library = candidates[candidate].library;
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        if (library && *library) {
            setenv("LD_PRELOAD", library, 1);
        }
        snprintf(numbers[0], sizeof numbers[0], "%d", candidate);
        snprintf(numbers[1], sizeof numbers[1], "%d", n);
        char *arguments[] = {(char *)(uintptr_t) "bench_host",
                             (char *)(uintptr_t) "--one",
                             numbers[0],
                             numbers[1],
                             n < GENERATED ? NULL : files[n - GENERATED],
                             NULL};
        execv("/proc/self/exe", arguments);
        _exit(1);
    }
    close(ends[1]);
    FILE *file = fdopen(ends[0], "r");
    int status, read = fscanf(file, "%lf %llu %llu", &r->rate, (unsigned long long *)&r->pages,
                              (unsigned long long *)&r->all);
    fclose(file);
    waitpid(pid, &status, 0);
    if (status == 0 && read == 3) {
        return 1;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 2) {
        fprintf(stderr, "%s failed\n", candidates[candidate].name);
        exit(1);
    }
    return 0;
}

static void print_workload(int n, char **files) {
    struct trace t = trace_of(n, files);
    uint32_t at;
    double live = (double)trace_peak(&t, &at);
    struct result base = {0}, r;
    printf("\n%s: %u operations, at most %.0f bytes live\n", t.name, t.count, live);
    printf("  %-10s %10s %9s %12s %9s %13s\n", "", "M ops/s", "to glibc", "utilisation", "to glibc",
           "with records");
    for (int i = 0; i < CANDIDATES; i++) {
        if (!measure(i, n, files, &r)) {
            printf("  %-10s not installed\n", candidates[i].name);
            continue;
        }
        base = i ? base : r;
        printf("  %-10s %10.2f %9.2f", candidates[i].name, r.rate / 1e6, r.rate / base.rate);
        if (live >= SMALL) {
            printf(" %11.1f%% %9.2f %12.1f%%", 100 * live / (double)r.pages,
                   (double)base.pages / (double)r.pages, 100 * live / (double)r.all);
        }
        putchar('\n');
        fflush(stdout);
    }
}

int main(int argc, char **argv) {
    if (argc >= 4 && !strcmp(argv[1], "--one")) {
        int n = atoi(argv[3]); /* its file, if any, is the only one here */
        return child(atoi(argv[2]), n, argv + 4 - (n < GENERATED ? 0 : n - GENERATED));
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("Speed: best round, the first byte of each block written. Utilisation: most bytes live / most bytes "
         "of\n"
         "pages held (ours: mapped; the others: growth of resident memory); with records: book-keeping "
         "included,\n"
         "which lies inside the pages of the others.");
    for (int n = 0; n < GENERATED + argc - 1; n++) {
        print_workload(n, argv + 1);
    }
    return 0;
}
