/*
 * The shadow screen: clipping, text, and a present that writes changed cells only.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/host/support_viz.h"
#include "viz/screen.h"

static struct screen screen;
static uint16_t target[SCREEN_ROWS_MOST * SCREEN_COLUMNS];

static void start(uint32_t rows) {
    memset(&screen, 0xA5, sizeof screen);
    memset(target, 0x5A, sizeof target);
    screen_init(&screen, rows);
}

static void test_first_present_writes_all(void **state) {
    (void)state;
    for (uint32_t rows = SCREEN_ROWS; rows <= SCREEN_ROWS_MOST; rows += SCREEN_ROWS) {
        start(rows);
        assert_int_equal(screen_present(&screen, target), rows * SCREEN_COLUMNS);
        for (uint32_t i = 0; i < SCREEN_ROWS_MOST * SCREEN_COLUMNS; i++) {
            assert_int_equal(target[i], i < rows * SCREEN_COLUMNS ? ' ' : 0x5A5A);
        }
        assert_int_equal(screen_present(&screen, target), 0);
    }
}

static void test_present_writes_changed_cells(void **state) {
    (void)state;
    start(SCREEN_ROWS);
    screen_present(&screen, target);
    memset(target, 0x5A, sizeof target);
    screen_put(&screen, 24, 79, cell('x', 7));
    screen_put(&screen, 3, 5, cell(' ', 0)); /* as it was */
    assert_int_equal(screen_present(&screen, target), 1);
    assert_int_equal(target[SCREEN_ROWS * SCREEN_COLUMNS - 1], cell('x', 7));
    assert_int_equal(target[3 * SCREEN_COLUMNS + 5], 0x5A5A);

    screen_put(&screen, 0, 0, cell('a', 1));
    screen_put(&screen, 0, 0, cell(' ', 0)); /* there and back between two presents */
    assert_int_equal(screen_present(&screen, target), 0);
    screen.unknown = true;
    assert_int_equal(screen_present(&screen, target), SCREEN_ROWS * SCREEN_COLUMNS);
}

static void test_clipping(void **state) {
    (void)state;
    static const int rows[] = {-1, -1000, SCREEN_ROWS, 49, 1 << 30}, columns[] = {-1, -80, 80, 1000};
    start(SCREEN_ROWS);
    screen_present(&screen, target);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        screen_put(&screen, rows[r], 5, cell('x', 7));
        screen_text(&screen, rows[r], 5, SCREEN_COLUMNS, 7, "text");
    }
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        screen_put(&screen, 5, columns[c], cell('x', 7));
    }
    assert_int_equal(screen_present(&screen, target), 0);

    screen_fill(&screen, 4, 78, 100, cell('f', 7)); /* two cells of it are on the screen */
    screen_fill(&screen, 6, -3, 5, cell('f', 7));
    assert_int_equal(screen_present(&screen, target), 4);
    assert_int_equal(target[6 * SCREEN_COLUMNS + 1], cell('f', 7));
    assert_int_equal(target[6 * SCREEN_COLUMNS + 2], ' ');
}

static void assert_row(int row, int column, const char *text) {
    screen_present(&screen, target);
    for (int i = 0; text[i]; i++) {
        assert_int_equal(target[row * SCREEN_COLUMNS + column + i] & 0xFF, text[i]);
    }
}

static void test_text(void **state) {
    (void)state;
    start(SCREEN_ROWS);
    assert_int_equal(screen_text(&screen, 1, 70, 74, 7, "clipped at its end"), 74);
    assert_row(1, 69, " clip ");
    assert_int_equal(screen_text(&screen, 2, 0, 80, 7, ""), 0);
    assert_int_equal(screen_print(&screen, 3, 2, 80, 7, "%'u %08X", (uint32_t)1234567, (uint32_t)0xBEEF), 20);
    assert_row(3, 1, " 1,234,567 0000BEEF ");
    assert_int_equal(screen_print_right(&screen, 4, 80, 7, "%u %%", 96u), 76);
    assert_row(4, 75, " 96 %");
    screen_print_right(&screen, 5, 3, 7, "%s", "cut on the left");
    assert_row(5, 0, "eft ");
    screen_print(&screen, 6, 0, 1000, 7, "%s",
                 "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234");
    assert_row(6, 70, "0123456789");
    assert_row(7, 0, " ");
}

static void test_numbers(void **state) {
    char line[16];
    (void)state;
    assert_string_equal(print_line(line, sizeof line, "%'u", 0u), "0");
    assert_string_equal(print_line(line, sizeof line, "%'u", 999u), "999");
    assert_string_equal(print_line(line, sizeof line, "%'u", 1000u), "1,000");
    assert_string_equal(print_line(line, sizeof line, "%'u", 4294967295u), "4,294,967,295");
    assert_string_equal(print_line(line, sizeof line, "%08X", 0x48000000u), "48000000");
    assert_string_equal(print_line(line, 5, "%s", "longer"), "long");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_present_writes_all),
        cmocka_unit_test(test_present_writes_changed_cells),
        cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
