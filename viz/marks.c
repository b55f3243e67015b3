/*
 * What changed since a mark, in numbers, from the events that lie between.
 */
#include "viz/marks.h"

#include "mm/events.h"
#include "mm/memman.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"

/* Blocks that lie there and did not, and the other way round; frames lent and given back, whatever they are now. */
struct changes {
    uint32_t came, came_bytes, went, went_bytes;
    uint32_t lent, returned;
};

static void count_block(struct changes *c, const struct event *e, uint32_t since) {
    uint32_t size = region_size(e->at);
    if (e->kind == EV_MALLOC) {
        c->came++;
        c->came_bytes += size;
    } else if (e->arg[3] > since) { /* it came since */
        c->came--;
        c->came_bytes -= size;
    } else {
        c->went++;
        c->went_bytes += size;
    }
}

static void count(struct changes *c, const struct event *e, uint16_t pid, uint32_t since) {
    switch ((enum event_kind)e->kind) {
    case EV_MALLOC:
    case EV_FREE:
        if (e->pid == pid) {
            count_block(c, e, since);
        }
        break;
    case EV_LEND: c->lent += e->arg[0] == ZONE_U ? region_size(e->at) >> PAGE_SHIFT : 0; break;
    case EV_RETURN: c->returned += e->arg[0] == ZONE_U ? region_size(e->at) >> PAGE_SHIFT : 0; break;
    default: break;
    }
}

/* Goes on where the last count ended, as long as the question is the same. */
static const struct changes *counted(moment_t since, uint32_t until, uint16_t pid) {
    static struct changes changes;
    static moment_t from = NOW;
    static uint32_t next;
    static uint16_t whose;
    if (since != from || pid != whose || until + 1 < next) {
        changes = (struct changes){0};
        from = since;
        whose = pid;
        next = since + 1;
    }
    for (const struct event *e; next <= until && (e = event_at(next)) != NULL; next++) {
        count(&changes, e, pid, since);
    }
    return &changes;
}

static int swatch(struct screen *screen, int row, int column, uint8_t colour, const char *word) {
    screen_put(screen, row, column, cell(' ', ATTRIBUTE(COLOUR_TEXT, colour)));
    return screen_text(screen, row, column + 1, LINE_END, ATTR_TEXT, word) + 1;
}

void marks_paint(struct screen *screen, const struct viz_status *status, uint16_t pid) {
    int row = (int)screen->rows - LEGEND_UP;
    uint32_t until = event_newest(status->moment);
    const struct changes *c = counted(status->since, until, pid);
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    int column = swatch(screen, row, 0, owner_colour[OWNER_HEAP], "came");
    column = swatch(screen, row, column, COLOUR_WHITE, "went");
    column = swatch(screen, row, column, COLOUR_TITLE, "moved");
    screen_print(screen, row, column + 1, LINE_END, ATTR_HEADING,
                 "since %s: blocks +%'u %'u B, -%'u %'u B; frames +%'u, -%'u", status->mark, c->came,
                 c->came_bytes, c->went, c->went_bytes, c->lent, c->returned);
}
