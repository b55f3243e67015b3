/*
 * scarce: makes each kind of call that takes memory once, takes a refusal for an answer and goes on. A test lets one
 * allocation after the other fail beneath it. Ends with the line "scarce: N got, N not, N wrong".
 */
#include "suture.h"

PROGRAM("asks for memory in every way, and can do without")

static unsigned got, not, wrong;

static void *use(unsigned char *block, size_t size) {
    got += block != NULL;
    not += block == NULL;
    if (block)
        memset(block, 0x5A, size);
    return block;
}

static void expect(int right) {
    wrong += !right;
}

static void worker(void *number) {
    expect(number == (void *)7);
    free(use(malloc(200), 200));
}

/* A negative answer must say why. */
static bool given(int answer) {
    got += answer >= 0;
    not += answer < 0;
    expect(answer >= 0 || answer == E_NOMEM);
    return answer >= 0;
}

static void change(unsigned char *block, size_t size, size_t new_size) {
    unsigned char *moved = realloc(block, new_size);
    got += moved != NULL;
    not += moved == NULL;
    block = moved ? moved : block;
    expect(!block || (block[0] == 0x5A && block[size - 1] == 0x5A));
    expect(free(block) == OK);
}

int main(int argc, char **argv) {
    (void)argv;
    if (argc > 1)
        return 3;
    unsigned char *small = use(malloc(100), 100), *large = use(malloc(30000), 30000);
    unsigned char *pages = use(malloc(2 * PAGE_SIZE), 2 * PAGE_SIZE), *page = use(malloc_4k(), PAGE_SIZE);
    unsigned char *zeroes = calloc(100, 50);
    for (size_t i = 0; zeroes && i < 5000; i++)
        expect(!zeroes[i]);
    expect(free(use(zeroes, 5000)) == OK);
    if (small)
        change(small, 100, 9000); /* moves: something stands behind it */
    if (pages)
        change(pages, 2 * PAGE_SIZE, 4 * PAGE_SIZE);
    if (large)
        change(large, 30000, 50000);
    int thread = thread_create(worker, (void *)7), status = 0;
    if (given(thread))
        expect(thread_join(thread) == OK);
    int pid = spawn("scarce child");
    if (given(pid))
        expect(wait(pid, &status) == pid && status == 3);
    expect(free_4k(page) == OK);
    printf("scarce: %u got, %u not, %u wrong\n", got, not, wrong);
    return (int)wrong;
}
