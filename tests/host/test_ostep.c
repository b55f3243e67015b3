/*
 * Solved runs of the free-list simulator of "Operating Systems: Three Easy Pieces", chapter 17, replayed in
 * our heap: the address of every block and the free list after every operation. The rules stand in the table
 * below with small runs of our own; larger ones are read from the directory OSTEP_DATA where there is one.
 *
 * A run is text. Its first line names heap size -S, base address -b, header -H, alignment -a and policy -p;
 * only address order (-l ADDRSORT) with coalescing (-C) is ours. Then, one a line:
 *
 *   A id size address searched | address+size ...    address: of the block, behind its header; -1: none
 *   F id 0 | address+size ...                        the free list follows the bar
 */
#include <ctype.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/policy.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"

#define DATA "../shared/data/ostep" /* beside the project */
#define IDS  1000

static const struct {
    const char *rule, *run;
} rules[] = {
    {"first fit takes the lowest hole that is large enough, from its front",
     "# -S 100 -b 1000 -H 0 -p FIRST -l ADDRSORT -C\n"
     "A 0 20 1000 1 | 1020+80\n"
     "A 1 10 1020 1 | 1030+70\n"
     "A 2 30 1030 1 | 1060+40\n"
     "A 3 10 1060 1 | 1070+30\n"
     "F 0 0 | 1000+20 1070+30\n"
     "F 2 0 | 1000+20 1030+30 1070+30\n"
     "A 4 15 1000 1 | 1015+5 1030+30 1070+30\n"
     "A 5 16 1030 2 | 1015+5 1046+14 1070+30\n"},
    {"best fit looks at every hole and takes the smallest that is large enough, the lowest of equals",
     "# -S 100 -b 1000 -H 0 -p BEST -l ADDRSORT -C\n"
     "A 0 20 1000 1 | 1020+80\n"
     "A 1 10 1020 1 | 1030+70\n"
     "A 2 30 1030 1 | 1060+40\n"
     "A 3 10 1060 1 | 1070+30\n"
     "F 0 0 | 1000+20 1070+30\n"
     "F 2 0 | 1000+20 1030+30 1070+30\n"
     "A 4 25 1030 3 | 1000+20 1055+5 1070+30\n"
     "A 5 5 1055 3 | 1000+20 1070+30\n"
     "A 6 20 1000 2 | 1070+30\n"},
    {"worst fit looks at every hole and takes the largest, the lowest of equals",
     "# -S 100 -b 1000 -H 0 -p WORST -l ADDRSORT -C\n"
     "A 0 20 1000 1 | 1020+80\n"
     "A 1 10 1020 1 | 1030+70\n"
     "A 2 30 1030 1 | 1060+40\n"
     "A 3 10 1060 1 | 1070+30\n"
     "F 0 0 | 1000+20 1070+30\n"
     "F 2 0 | 1000+20 1030+30 1070+30\n"
     "A 4 15 1030 3 | 1000+20 1045+15 1070+30\n"
     "A 5 15 1070 3 | 1000+20 1045+15 1085+15\n"
     "A 6 16 1000 3 | 1016+4 1045+15 1085+15\n"},
    {"what does not fit changes nothing; what fits exactly leaves no hole",
     "# -S 16 -b 1000 -H 0 -p WORST -l ADDRSORT -C\n"
     "A 0 17 -1 1 | 1000+16\n"
     "A 1 16 1000 1 |\n"
     "A 2 1 -1 0 |\n"
     "F 1 0 | 1000+16\n"},
    {"a freed block joins the holes on both its sides", "# -S 40 -b 1000 -H 0 -p FIRST -l ADDRSORT -C\n"
                                                        "A 0 10 1000 1 | 1010+30\n"
                                                        "A 1 10 1010 1 | 1020+20\n"
                                                        "A 2 10 1020 1 | 1030+10\n"
                                                        "F 0 0 | 1000+10 1030+10\n"
                                                        "F 2 0 | 1000+10 1020+20\n"
                                                        "F 1 0 | 1000+40\n"},
    {"a size is rounded up to the alignment, then the header is added in front",
     "# -S 64 -b 4096 -H 4 -a 8 -p FIRST -l ADDRSORT -C\n"
     "A 0 1 4100 1 | 4108+52\n"
     "A 1 8 4112 1 | 4120+40\n"
     "A 2 9 4124 1 | 4140+20\n"
     "F 1 0 | 4108+12 4140+20\n"
     "F 0 0 | 4096+24 4140+20\n"
     "A 3 20 -1 2 | 4096+24 4140+20\n"
     "A 4 16 4100 1 | 4116+4 4140+20\n"
     "A 5 16 4144 2 | 4116+4\n"},
};

/* ---- The heap of a run ---- */

/* The value of the option -LETTER in the first line, or `otherwise`. */
static uint32_t number(const char *line, char letter, uint32_t otherwise) {
    char option[] = {' ', '-', letter, ' ', '\0'};
    const char *at = strstr(line, option);
    long value = at ? strtol(at + 4, NULL, 10) : -1;
    return value < 0 ? otherwise : (uint32_t)value; /* -1 stands for none */
}

static const struct policy *policy_of(const char *line) {
    char name[16] = "best"; /* what the simulator takes when none is named */
    const char *at = strstr(line, " -p ");
    if (at) {
        sscanf(at + 4, "%15s", name);
    }
    for (char *c = name; *c; c++) {
        *c = (char)tolower(*c);
    }
    return policy_find(name);
}

static void start(struct heap *heap, const char *line) {
    uint32_t base = number(line, 'b', 1000), size = number(line, 'S', 100);
    struct heap_config config = {
        .policy = policy_of(line),
        .owner = OWNER_HEAP,
        .align = number(line, 'a', 1),
        .header = number(line, 'H', 0),
        .span = {base, base + size},
        .initial = size,
    };
    assert_non_null(config.policy);
    assert_true(!strstr(line, " -l ") || strstr(line, " -l ADDRSORT"));
    assert_non_null(strstr(line, " -C"));
    machine_start(8);
    assert_int_equal(heap_init(heap, &config, &bare_heap_world), OK);
}

/* ---- One operation ---- */

static void assert_free_list(const struct heap *heap, const char *expected) {
    char list[4096] = "";
    size_t end = 0;
    for (const struct tile *t = NULL; (t = heap_next_hole(heap, t));) {
        end += (size_t)snprintf(list + end, sizeof list - end, "%s%u+%u", end ? " " : "", t->at.start,
                                region_size(t->at));
        assert_true(end < sizeof list);
    }
    assert_string_equal(list, expected + strspn(expected, " "));
}

static void replay_line(struct heap *heap, const char *line) {
    static vaddr_t blocks[IDS];
    const char *bar = strchr(line, '|');
    int id, address, searched;
    unsigned size;
    assert_non_null(bar);
    if (sscanf(line, "A %d %u %d %d", &id, &size, &address, &searched) == 4) {
        assert_in_range(id, 0, IDS - 1);
        blocks[id] = heap_alloc(heap, size);
        assert_int_equal(blocks[id], address < 0 ? 0 : address);
        if (address >= 0) { /* the last hole it looked at is the one it took */
            assert_int_equal(event_at(events.next - 1)->arg[1] + 1, searched);
        }
    } else {
        assert_int_equal(sscanf(line, "F %d", &id), 1);
        assert_in_range(id, 0, IDS - 1);
        assert_int_equal(heap_free(heap, blocks[id]), OK);
    }
    assert_free_list(heap, bar + 1);
    assert_null(heap_check(heap));
}

/* The next line of the text, without its end; NULL after the last. */
static char *next_line(char **text) {
    char *line;
    do {
        line = strsep(text, "\n");
    } while (line && !*line);
    return line;
}

static void replay(const char *name, const char *run) {
    struct heap heap;
    char *text = strdup(run), *rest = text, *line = next_line(&rest);
    int operations = 0;
    assert_non_null(line);
    start(&heap, line);
    while ((line = next_line(&rest))) {
        replay_line(&heap, line);
        operations++;
    }
    print_message("%s: %d operations\n", name, operations);
    assert_true(operations > 0);
    heap_delete(&heap);
    free(text);
}

static void the_rules_hold(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        replay(rules[i].rule, rules[i].run);
    }
}

static void replay_file(const char *directory, const char *name) {
    static char text[1 << 20];
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_true(size < sizeof text - 1);
    text[size] = '\0';
    replay(name, text);
}

static void solved_runs_are_the_same_here(void **state) {
    (void)state;
    const char *named = getenv("OSTEP_DATA"), *directory = named ? named : DATA;
    DIR *entries = opendir(directory);
    if (!entries) {
        print_message("no runs in %s\n", directory);
        assert_null(named);
        return;
    }
    int runs = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        const char *ending = strrchr(entry->d_name, '.');
        if (ending && !strcmp(ending, ".ops")) {
            replay_file(directory, entry->d_name);
            runs++;
        }
    }
    closedir(entries);
    assert_true(runs > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_hold),
        cmocka_unit_test(solved_runs_are_the_same_here),
    };
    return cmocka_run_group_tests_name("ostep", tests, NULL, NULL);
}
