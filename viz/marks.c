/*
 * What changed since a mark, in numbers: pixels as they are drawn, blocks from the events that lie between, frames from the
 * figures of the process.
 */
#include "viz/marks.h"

#include "mm/events.h"
#include "mm/past.h"
#include "mm/space.h"
#include "mm/text.h"
#include "viz/layout.h"
#include "viz/palette.h"

bool marks_then(const struct viz_status *status, void (*look)(void *context, moment_t since), void *context) {
    bool reached = past_open(status->since) == OK;
    if (reached) {
        look(context, status->since);
    }
    if (status->moment == NOW) {
        past_close();
    } else {
        past_open(status->moment);
    }
    return reached;
}

/* ---- Blocks ---- */

/* Blocks that lie there at the end and did not at the beginning, and the other way round; realloc in place counts apart. */
struct blocks {
    uint32_t came, went, resized;
};

static void count(struct blocks *blocks, const struct event *e, uint32_t from) {
    switch ((enum event_kind)e->kind) {
    case EV_MALLOC: blocks->came++; break;
    case EV_FREE:
        if (e->arg[3] > from) { /* it came meanwhile */
            blocks->came--;
        } else {
            blocks->went++;
        }
        break;
    case EV_RESIZE: blocks->resized++; break;
    default: break;
    }
}

/* From one event to a later one. Goes on where the last count ended, as long as the question is the same. */
static struct blocks counted(uint32_t from, uint32_t until, uint16_t pid) {
    static struct blocks blocks;
    static moment_t first = NOW;
    static uint32_t next;
    static uint16_t whose;
    if (from != first || pid != whose || until + 1 < next) {
        blocks = (struct blocks){0};
        first = from;
        whose = pid;
        next = from + 1;
    }
    for (const struct event *e; next <= until && (e = event_at(next)) != NULL; next++) {
        if (e->pid == pid) {
            count(&blocks, e, from);
        }
    }
    return blocks;
}

/* From the mark to what is shown; when that is earlier, what came is what went the other way. */
static struct blocks blocks_since(const struct viz_status *status, uint16_t pid) {
    uint32_t shown = event_newest(status->moment);
    if (shown >= status->since) {
        return counted(status->since, shown, pid);
    }
    struct blocks blocks = counted(shown, status->since, pid);
    return (struct blocks){blocks.went, blocks.came, blocks.resized};
}

/* ---- Frames ---- */

/* Those that memman lent the process for itself. */
static uint32_t frames_at(moment_t at, uint16_t pid) {
    const struct space *space = space_at(at, pid);
    uint32_t frames = 0;
    for (int o = OWNER_UPAGE; space && o <= OWNER_IMAGE; o++) {
        frames += space->frames[o];
    }
    return frames;
}

static struct {
    moment_t since;
    uint16_t pid;
    uint32_t frames;
} then = {.since = NOW};

static void look_then(void *context, moment_t since) {
    (void)context;
    then.frames = frames_at(since, then.pid);
}

static int32_t frames_since(const struct viz_status *status, uint16_t pid) {
    if (then.since != status->since || then.pid != pid) {
        then.since = status->since;
        then.pid = pid;
        marks_then(status, look_then, NULL);
    }
    return (int32_t)(frames_at(status->moment, pid) - then.frames);
}

/* ---- The row ---- */

static int swatch(struct screen *screen, int row, int column, uint8_t colour, const char *word,
                  uint32_t pixels) {
    screen_put(screen, row, column, cell(' ', ATTRIBUTE(COLOUR_TEXT, colour)));
    column = screen_text(screen, row, column + 1, LINE_END, ATTR_TEXT, word);
    return screen_print(screen, row, column, LINE_END, ATTR_HEADING, " %u ", pixels);
}

/* A figure that takes four columns at most: "9999", "123K". */
static char *short_figure(char text[8], uint32_t figure) {
    bool large = figure >= 10000, larger = figure >= 1000000;
    return print_line(text, 8, "%u%s",
                      larger  ? figure / 1000000
                      : large ? figure / 1000
                              : figure,
                      larger  ? "M"
                      : large ? "K"
                              : "");
}

/* A text, whole or not at all. */
static int put(struct screen *screen, int row, int column, const char *text) {
    bool fits = column + (int)text_length(text) <= LINE_END;
    return fits ? screen_text(screen, row, column, LINE_END, ATTR_TEXT, text) : column;
}

static void process_figures(struct screen *screen, int row, int column, const struct viz_status *status,
                            uint16_t pid) {
    char text[SCREEN_COLUMNS], came[8], went[8];
    struct blocks blocks = blocks_since(status, pid);
    int32_t frames = frames_since(status, pid);
    short_figure(came, blocks.came);
    short_figure(went, blocks.went);
    print_line(text, sizeof text, ", pid %u: blocks +%s -%s", pid, came, went);
    column = put(screen, row, column, text);
    short_figure(came, (uint32_t)(frames < 0 ? -frames : frames));
    print_line(text, sizeof text, ", frames %s%s", frames < 0 ? "-" : "+", came);
    column = put(screen, row, column, text);
    if (blocks.resized) {
        print_line(text, sizeof text, ", %s resized", short_figure(came, blocks.resized));
        put(screen, row, column, text);
    }
}

void marks_paint(struct screen *screen, const struct viz_status *status, const uint32_t pixels[CHANGES],
                 uint16_t pid) {
    int row = (int)screen->rows - LEGEND_UP;
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    if (status->since == NOW) {
        screen_print(screen, row, 0, LINE_END, ATTR_ERROR_TEXT,
                     "! The event ring does not reach back to mark %s any more", status->mark);
        return;
    }
    int column = swatch(screen, row, 0, owner_colour[OWNER_HEAP], "came", pixels[CAME]);
    column = swatch(screen, row, column, COLOUR_WHITE, "went", pixels[WENT]);
    column = swatch(screen, row, column, COLOUR_TITLE, "moved", pixels[MOVED]);
    column = screen_print(screen, row, column, LINE_END, ATTR_TEXT, "px since %s", status->mark);
    if (pid) {
        process_figures(screen, row, column, status, pid);
    }
}
