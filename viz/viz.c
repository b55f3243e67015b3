/*
 * viz: one frame after the other. Follows the events to know where to look again, lets the view look and
 * paint, presents.
 */
#include "viz/viz.h"

#include "mm/text.h"
#include "viz/bars.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/vga.h"
#include "viz/view.h"

/* Beyond so many new events in one frame everything is painted anew instead of following them. */
#define FOLLOW_MOST 2000

static struct {
    struct screen screen;
    const struct viz_world *world;
    const struct view *view;
    uint32_t cursor;           /* the next event to follow */
    bool all;                  /* paint everything */
    struct viz_status painted; /* what the body was last painted with */
    uint16_t pid;              /* chosen; 0: none yet */
    bool alive;                /* it was when last painted */
    uint8_t slot;
    char name[NAME_BYTES];
} viz;

/* ---- The chosen process
 * -------------------------------------------------------------------------------------------- */

static void choose(const struct space *space) {
    viz.pid = space->pid;
    viz.slot = space->slot;
    __builtin_memcpy(viz.name, space->name, NAME_BYTES);
    viz.all = true;
}

/* Chooses the next living process by slot, in steps of `step` slots from the chosen one on. */
static void choose_next(uint32_t step) {
    for (uint32_t i = 1; i <= SPACES; i++) {
        const struct space *space = &spaces[(viz.slot + i * step) % SPACES];
        if (space->pid) {
            choose(space);
            return;
        }
    }
}

/* The chosen process or NULL: the first one that appears is chosen, one that ended stays chosen. */
static const struct space *chosen(void) {
    if (!viz.pid) {
        viz.slot = SPACES - 1;
        choose_next(1);
    }
    const struct space *space = space_find(viz.pid);
    if ((space != NULL) != viz.alive) {
        viz.alive = space != NULL;
        viz.all = true;
    }
    return space;
}

int viz_select(uint16_t pid) {
    const struct space *space = space_find(pid);
    if (!space) {
        return E_NOENT;
    }
    choose(space);
    return OK;
}

uint16_t viz_selected(void) {
    return viz.pid;
}

const char *viz_selected_name(void) {
    return viz.name;
}

/* ---- Following the events
 * ------------------------------------------------------------------------------------------ */

/* Whose memory changed: the kernel acts for a process too. */
static uint16_t event_pid(const struct event *e) {
    return e->pid ? e->pid : e->slot < SPACES ? spaces[e->slot].pid : 0;
}

/* Where an event says to look again. */
static void follow(const struct event *e) {
    uint16_t pid = event_pid(e);
    switch (e->kind) {
    case EV_LEND:
    case EV_RETURN: maps_touch(MAP_FRAMES, e->at, GLOW_FOR_ALL, e->time); break;
    case EV_MAP:
    case EV_UNMAP:
        maps_touch(MAP_PAGES, e->at, pid, e->time);
        maps_touch(MAP_HEAP, e->at, GLOW_FOR_NONE, e->time);
        break;
    case EV_RESIZE:
        maps_touch(MAP_HEAP, e->was, pid, e->time);
        maps_touch(MAP_HEAP, e->at, pid, e->time);
        break;
    case EV_MALLOC:
    case EV_FREE: maps_touch(MAP_HEAP, e->at, pid, e->time); break;
    default: break;
    }
}

/* Returns whether anything happened. */
static bool follow_all(void) {
    uint32_t missed = 0;
    if (viz.cursor == events.next) {
        return false;
    }
    if (events.next - viz.cursor > FOLLOW_MOST) {
        viz.cursor = events.next;
        viz.all = true;
        return true;
    }
    for (const struct event *e; (e = event_next(&viz.cursor, &missed)) != NULL;) {
        follow(e);
    }
    viz.all |= missed > 0;
    return true;
}

/* Do views have to paint their bodies differently? The title bar is painted for every frame, what only it
 * shows does not count. */
static bool status_differs(const struct viz_status *a, const struct viz_status *b) {
    return a->running != b->running || a->missed != b->missed || a->glow != b->glow ||
           a->caption != b->caption || a->pace != b->pace || a->regime != b->regime;
}

/* ---- Frames
 * -------------------------------------------------------------------------------------------------------- */

void viz_init(const struct viz_world *world) {
    __builtin_memset(&viz, 0, sizeof viz);
    viz.world = world;
    viz.cursor = events.next;
    screen_init(&viz.screen, SCREEN_ROWS);
    vga_init();
    viz_view("overview");
}

void viz_frame(const struct viz_status *status) {
    bool happened = follow_all();
    const struct space *space = chosen();
    if (status->moment != viz.painted.moment) {
        viz.all = true;
    }
    if (viz.all) {
        maps_reset();
        screen_clear(&viz.screen, ATTR_TEXT);
        bars_bottom(&viz.screen);
    }
    if (viz.all || happened || maps_restless() || status_differs(status, &viz.painted)) {
        viz.view->paint(&viz.screen, status, space);
    }
    bars_title(&viz.screen, status);
    screen_present(&viz.screen, vga_target());
    viz.painted = *status;
    viz.all = false;
}

void viz_refresh(void) {
    viz.all = true;
    viz.screen.unknown = true;
}

static void show(const struct view *view) {
    viz.view = view;
    viz.all = true;
}

int viz_view(const char *name) {
    TABLE_EACH(views, const struct view, view) {
        if (same_text((*view)->name, name)) {
            show(*view);
            return OK;
        }
    }
    return E_NOENT;
}

bool viz_key(int key) {
    if (key == '\t' || key == KEY_BACK_TAB) {
        choose_next(key == '\t' ? 1 : SPACES - 1);
        return true;
    }
    TABLE_EACH(views, const struct view, view) {
        if ((*view)->key == key) {
            show(*view);
            return true;
        }
    }
    bool used = viz.view->press && viz.view->press(key);
    viz.all |= used;
    return used;
}
