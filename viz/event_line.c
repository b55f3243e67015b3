/*
 * An event on one row of the screen.
 */
#include "viz/event_line.h"

#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/words.h"

_Static_assert(EVENT_WORDS + WORDS_COLUMNS == LINE_END, "an event's words fill the rest of the row");

int event_line_shift(const struct event *e) {
    int shift = 0;
    for (uint32_t n = e->seq; n >= 10000000; n /= 10) {
        shift++;
    }
    return shift;
}

void event_line(struct screen *screen, int row, const struct event *e) {
    char words[WORDS_BYTES];
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    if (!e) {
        return;
    }
    bool error = event_is_error(e);
    int shift = event_line_shift(e), process = EVENT_PROCESS + shift;
    screen_print_right(screen, row, EVENT_SEQ_END + shift, ATTR_DIM, "%u", e->seq);
    if (error) {
        screen_put(screen, row, EVENT_MARK + shift, cell('!', ATTR_ERROR));
    }
    if (e->pid) {
        screen_print(screen, row, process, EVENT_PROCESS_END, ATTR_TEXT, "%u %s", e->pid, event_actor(e));
    } else {
        screen_text(screen, row, process, EVENT_PROCESS_END, ATTR_DIM, event_actor(e));
    }
    event_words(e, words);
    screen_text(screen, row, EVENT_WORDS, LINE_END, error ? ATTR_ERROR_TEXT : ATTR_TEXT, words);
    if (!error) {
        screen_text(screen, row, EVENT_WORDS, EVENT_WORDS + WORDS_STORY,
                    attr_owner_text((enum owner)e->owner), words);
    }
}
