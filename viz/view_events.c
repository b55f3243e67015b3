/*
 * The events, every one of them: the newest, or as far back as the ring reaches.
 */
#include "viz/event_line.h"
#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/view.h"

enum { HEAD_ROW = BODY_ROW, FIRST_ROW };

/* The event on the last row; 0: the newest, whichever that is. */
static uint32_t bottom;
static uint32_t page; /* rows */

static uint32_t newest_of(moment_t moment) {
    return moment == NOW ? events.next - 1 : moment;
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    (void)space;
    uint32_t newest = newest_of(status->moment), last = bottom && bottom < newest ? bottom : newest;
    int end = (int)screen->rows - LEGEND_UP;
    page = (uint32_t)(end - FIRST_ROW);
    screen_fill(screen, HEAD_ROW, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_text(screen, HEAD_ROW, 0, LINE_END, ATTR_HEADING, "EVENTS");
    screen_print(screen, HEAD_ROW, MAP_COLUMN, LINE_END, ATTR_DIM, "%'u to %'u are kept  %s", events_oldest(),
                 newest, bottom ? "End follows the newest" : "newest last; PgUp and Up go back");
    if (status->missed) {
        screen_print_right(screen, HEAD_ROW, LINE_END, ATTR_ERROR_TEXT, " ! %'u missed", status->missed);
    }
    for (int row = end - 1; row >= FIRST_ROW; row--) {
        uint32_t back = (uint32_t)(end - 1 - row);
        event_line(screen, row, last > back ? event_at(last - back) : NULL);
    }
}

static void scroll_back(uint32_t rows) {
    uint32_t from = bottom ? bottom : events.next - 1, least = events_oldest() + page - 1;
    uint32_t to = from > rows ? from - rows : 1;
    bottom = to > least ? to : least < from ? least : from;
}

static void scroll_on(uint32_t rows) {
    bottom = bottom && bottom + rows < events.next - 1 ? bottom + rows : 0;
}

static bool press(int key) {
    switch (key) {
    case KEY_UP: scroll_back(1); return true;
    case KEY_DOWN: scroll_on(1); return true;
    case KEY_PAGE_UP: scroll_back(page); return true;
    case KEY_PAGE_DOWN: scroll_on(page); return true;
    case KEY_END: bottom = 0; return true;
    default: return false;
    }
}

static const struct view view_events = {
    .name = "events",
    .title = "every event, as far back as the ring reaches",
    .key = KEY_F6,
    .paint = paint,
    .press = press,
};
TABLE_ENTRY(views, const struct view, view_events);
