/*
 * What the panels of views are made of.
 */
#include "viz/panel.h"

#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"

void panel_heading(struct screen *screen, int row, const char *title, const char *rest) {
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    int column = screen_text(screen, row, LABEL_COLUMN, LINE_END, ATTR_HEADING, title);
    screen_text(screen, row, column + 2, LINE_END, ATTR_DIM, rest);
}

void panel_scale(struct screen *screen, int row, uint32_t index) {
    char text[SCALE_BYTES];
    screen_print_right(screen, row, LINE_END, ATTR_DIM, "  1 px = %s",
                       map_scale(text, viz_maps[index].shift));
}

void panel_clear(struct screen *screen, int row, int end) {
    for (; row < end; row++) {
        screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    }
}

void panel_percent(struct screen *screen, int row, int end, uint8_t attribute, uint32_t part,
                   uint32_t whole) {
    while (part > 0xFFFFFFFFu / 100) {
        part >>= 1;
        whole >>= 1;
    }
    uint32_t percent = whole ? part * 100 / whole : 0;
    if (percent == 0 && part > 0) {
        screen_print_right(screen, row, end, attribute, " <1");
    } else {
        screen_print_right(screen, row, end, attribute, "%3u", percent);
    }
}

uint32_t panel_fragmentation(uint32_t largest, uint32_t free) {
    while (free > 0xFFFFFFFFu / 100) {
        free >>= 1;
        largest >>= 1;
    }
    return free ? (free - largest) * 100 / free : 0;
}
