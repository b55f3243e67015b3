/*
 * stress SEED CALLS: two threads on one heap do everything a program can do with memory, and what it may not: each block is
 * filled, looked after and looked at again when it goes. Ends by itself; its status says how often something was wrong.
 */
#include "suture.h"

PROGRAM("every memory call in two threads, mistakes included")

enum { ROWS = 2, BLOCKS = 60, PAGES = 8 };

struct row {
    struct block {
        unsigned char *at;
        size_t size;
    } block[BLOCKS];
    unsigned char *page[PAGES];
    unsigned number, wrong;
};

static struct row rows[ROWS];
static int calls = 400;

static size_t some_size(void) {
    switch (rand() % 8) {
    case 0: return PAGE_SIZE * (1 + (size_t)rand() % 3);
    case 1: return (size_t)rand() % 20000;
    case 2: return 0;
    default: return 1 + (size_t)rand() % 300;
    }
}

static void expect(struct row *row, int right) {
    row->wrong += !right;
}

/* The first, middle and last byte stand for all. */
static void fill(const struct block *b) {
    if (b->size)
        b->at[0] = b->at[b->size / 2] = b->at[b->size - 1] = (unsigned char)b->size;
}

static int filled(const struct block *b, size_t size) {
    unsigned char value = (unsigned char)b->size;
    return !size || (b->at[0] == value && (size < b->size || b->at[b->size / 2] == value) &&
                     (size < b->size || b->at[size - 1] == value));
}

static void give_back(struct row *row, struct block *b) {
    expect(row, filled(b, b->size));
    expect(row, free(b->at) == OK);
    if (rand() % 4 == 0)
        expect(row, free(rows) == E_FOREIGN);
    b->at = NULL;
}

static void change(struct row *row, struct block *b) {
    size_t size = some_size();
    if (!b->at) {
        b->at = rand() % 4 ? malloc(size) : calloc(size / 4 + 1, 4);
        b->size = b->at ? size : 0;
        if (b->at)
            fill(b);
    } else if (rand() % 3 == 0) {
        unsigned char *moved = realloc(b->at, size);
        if (moved) {
            b->at = moved;
            expect(row, filled(b, size < b->size ? size : b->size));
            b->size = size;
            fill(b);
        }
    } else if (rand() % 5 == 0 && b->size > 16) {
        int why = free(b->at + 8);
        expect(row, why == E_INTERIOR);
    } else {
        give_back(row, b);
    }
}

static void change_page(struct row *row, unsigned char **page) {
    if (*page) {
        expect(row, **page == row->number);
        expect(row, free_4k(*page) == OK);
        *page = NULL;
    } else if ((*page = malloc_4k())) {
        expect(row, !**page);
        **page = (unsigned char)row->number;
    }
}

static void live(void *row_pointer) {
    struct row *row = row_pointer;
    for (int i = 0; i < calls; i++) {
        if (rand() % 6)
            change(row, &row->block[rand() % BLOCKS]);
        else
            change_page(row, &row->page[rand() % PAGES]);
    }
    for (int i = 0; i < BLOCKS; i += 2) /* the rest is the exit's */
        if (row->block[i].at)
            give_back(row, &row->block[i]);
}

int main(int argc, char **argv) {
    if (argc > 2) {
        srand((unsigned)atoi(argv[1]));
        calls = atoi(argv[2]);
    }
    rows[0].number = 1, rows[1].number = 2;
    int other = thread_create(live, &rows[1]);
    live(&rows[0]);
    if (other > 0)
        thread_join(other);
    unsigned wrong = rows[0].wrong + rows[1].wrong;
    printf("stress: %u wrong\n", wrong);
    return (int)wrong;
}
