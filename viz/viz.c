/*
 * viz: one frame after the other. Follows the events to know where to look again, lets the view look and
 * paint, presents.
 */
#include "viz/viz.h"

#include "mm/past.h"
#include "mm/regime.h"
#include "mm/text.h"
#include "viz/bars.h"
#include "viz/cursor.h"
#include "viz/footer.h"
#include "viz/inspect.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/marks.h"
#include "viz/palette.h"
#include "viz/prompt.h"
#include "viz/vga.h"
#include "viz/view.h"

/* The cursor's chain changes its pattern so often. */
#define PHASE_MS 320

static struct {
    struct screen screen;
    const struct viz_world *world;
    const struct view *view;
    uint32_t cursor;             /* the next event to follow */
    bool all;                    /* paint everything */
    bool again;                  /* paint the view again, on what its maps know */
    bool lit;                    /* the cursor lights something */
    bool pressed;                /* the mouse's button */
    bool row, panel;             /* the prompt's row or panel is painted */
    cell_t under;                /* what stands where the cursor's mark is, when it is over no map */
    int under_row, under_column; /* -1: no mark */
    struct viz_status painted;   /* what the body was last painted with */
    uint16_t pid;                /* chosen; 0: none yet */
    bool alive;                  /* it was when last painted */
    uint8_t slot;
    char name[NAME_BYTES];
    const char *regime; /* its name */
} viz;

/* ---- The chosen process ---- */

static void choose(const struct space *space) {
    viz.pid = space->pid;
    viz.slot = space->slot;
    __builtin_memcpy(viz.name, space->name, NAME_BYTES);
    viz.regime = space->regime->name;
    viz.all = true;
}

/* Chooses the next living process by slot, in steps of `step` slots from the chosen one on. */
static void choose_next(uint32_t step) {
    for (uint32_t i = 1; i <= SPACES; i++) {
        const struct space *space = space_in_slot(past_moment(), (viz.slot + i * step) % SPACES);
        if (space) {
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
    const struct space *space = space_at(past_moment(), viz.pid);
    if ((space != NULL) != viz.alive) {
        viz.alive = space != NULL;
        viz.all = true;
    }
    return space;
}

int viz_select(uint16_t pid) {
    const struct space *space = space_at(past_moment(), pid);
    if (!space) {
        return E_NOENT;
    }
    choose(space);
    return OK;
}

void viz_select_next(bool back) {
    choose_next(back ? SPACES - 1 : 1);
}

uint16_t viz_selected(void) {
    return viz.pid;
}

const char *viz_selected_name(void) {
    return viz.name;
}

const char *viz_selected_regime(void) {
    return viz.regime;
}

/* ---- Following the events ---- */

/* Whose memory changed: the kernel acts for a process too. */
static uint16_t event_pid(const struct event *e) {
    const struct space *space = space_in_slot(NOW, e->slot);
    return e->pid ? e->pid : space ? space->pid : 0;
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
        maps_touch(MAP_BOOKS, e->at, pid, e->time);
        break;
    case EV_PHANTOM:
        maps_touch(MAP_BOOKS, e->was, pid, e->time);
        maps_touch(MAP_BOOKS, phantom_page(e), pid, e->time);
        break;
    case EV_SEED:
        maps_touch(MAP_BOOKS, e->was, pid, e->time);
        maps_touch(MAP_BOOKS, e->at, pid, e->time);
        break;
    case EV_RANGE:
        maps_touch(MAP_HEAP, (struct region){smaller(e->was.end, e->at.end), larger(e->was.end, e->at.end)},
                   GLOW_FOR_NONE, e->time);
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
    if (events.next - viz.cursor > VIZ_FOLLOW_MOST) {
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
    return a->running != b->running || a->missed != b->missed || a->missed_lately != b->missed_lately ||
           a->glow != b->glow || a->captions != b->captions || a->race != b->race || a->pace != b->pace ||
           a->regime != b->regime;
}

/* ---- The cursor ---- */

static struct field field(void) {
    return (struct field){viz.view, &viz.screen, viz.painted.moment};
}

/* Over no map the cursor is its cell with the colours swapped. */
static void mark_put(void) {
    uint32_t address;
    int row, column;
    if (!cursor_on() || cursor_map(&address) >= 0 || !cursor_cell(&row, &column)) {
        return;
    }
    viz.under = viz.screen.cells[row * SCREEN_COLUMNS + column];
    viz.under_row = row;
    viz.under_column = column;
    uint8_t attribute = (uint8_t)(viz.under >> 8);
    screen_put(&viz.screen, row, column, cell((uint8_t)viz.under, ATTRIBUTE(attribute >> 4, attribute & 15)));
}

static void mark_take(void) {
    if (viz.under_row >= 0) {
        screen_put(&viz.screen, viz.under_row, viz.under_column, viz.under);
    }
    viz.under_row = -1;
}

static bool phase(const struct viz_status *status) {
    return status->now / PHASE_MS & 1;
}

/* Everything that hangs on the cursor's thing. */
static void follow_chain(const struct viz_status *status) {
    struct subject subject = cursor_subject();
    chain_show(&subject, status->moment);
    viz.lit = cursor_on();
}

/* Finds the cursor's thing where it stands now. */
static void follow_cursor(const struct viz_status *status) {
    uint32_t address;
    struct field here = field();
    here.at = status->moment;
    cursor_follow(&here);
    int map = cursor_map(&address);
    maps_choose(map, address, phase(status));
}

/* An empty body, and nothing known of maps. */
static void clear(void) {
    viz.under_row = -1;
    maps_reset();
    screen_clear(&viz.screen, ATTR_TEXT);
    bars_bottom(&viz.screen);
}

/* The view, on an empty body when its maps are not those that stand there. */
static void paint_view(const struct viz_status *status, const struct space *space) {
    maps_begin();
    viz.view->paint(&viz.screen, status, space);
    if (!maps_end()) {
        clear();
        viz.view->paint(&viz.screen, status, space);
    }
}

/* The view and what stands below it. Where its thing stands the cursor learns from what is painted; that may scroll a map. */
static void paint(const struct viz_status *status, const struct space *space) {
    bool lights = cursor_on() || viz.lit; /* as long as something is lit that should be no more */
    if (lights) {
        follow_chain(status);
    }
    paint_view(status, space);
    if (lights) {
        follow_cursor(status);
    }
    if (maps_moved()) {
        paint_view(status, space);
    }
    maps_compare(status);
    if (cursor_on()) {
        inspect_paint(&viz.screen, status);
    } else if (!viz.view->whole) {
        footer_paint(&viz.screen, status);
    }
}

/* Before the cursor moves: where things stand, when the last frame does not know. */
static void settle(void) {
    if (viz.all && viz.painted.regime) {
        struct viz_status status = viz.painted;
        const struct space *space = chosen();
        status.moment = past_moment();
        clear();
        paint(&status, space);
        viz.all = false;
    }
    struct field here = field();
    cursor_follow(&here);
    viz.again = true;
}

/* Opens the view that shows the thing closest. */
static bool open_thing(void) {
    static const char *const closest[] = {
        [SUBJECT_NOTHING] = "",  [SUBJECT_FRAMES] = "memman", [SUBJECT_PAGES] = "pages",
        [SUBJECT_HEAP] = "heap", [SUBJECT_EVENT] = "events",  [SUBJECT_PROCESS] = "overview"};
    struct subject subject = cursor_subject();
    if (!cursor_on() || subject.kind == SUBJECT_NOTHING) {
        return false;
    }
    if (chain_shown()->pid && chain_shown()->pid != viz.pid) {
        viz_select(chain_shown()->pid);
    }
    viz_view(closest[subject.kind]);
    return true;
}

void viz_inspect(const struct subject *subject) {
    if (subject->kind == SUBJECT_NOTHING) {
        cursor_off();
        viz.all = true;
    } else {
        cursor_set(subject);
    }
    viz.again = true;
}

void viz_mouse(int dx, int dy, bool pressed) {
    struct field here = field();
    settle();
    if (dx || dy) {
        cursor_mouse(&here, dx, dy);
    }
    if (pressed && !viz.pressed) {
        open_thing();
    }
    viz.pressed = pressed;
}

/* Arrows, Enter, Esc. */
static bool cursor_key(int key) {
    struct field here = field();
    bool used = false;
    switch (key) {
    case KEY_UP:
    case KEY_DOWN:
    case KEY_LEFT:
    case KEY_RIGHT:
        settle();
        used = cursor_move(&here, key);
        break;
    case '\n': used = open_thing(); break;
    case '\033':
        used = cursor_on();
        cursor_off();
        viz.all |= used;
        break;
    default: break;
    }
    viz.again |= used;
    return used;
}

/* The map under the cursor, or the last one on the screen; -1: there is none. */
static int zoomed_map(uint32_t *address) {
    settle();
    int map = cursor_map(address);
    for (int i = 0; map < 0 && i < MAPS; i++) {
        if (viz_maps[MAPS - 1 - i].kind != MAP_NONE) {
            map = MAPS - 1 - i;
            *address = map_home((uint32_t)map);
        }
    }
    return map;
}

/* A view that zooms by itself may stand elsewhere then. */
static void zoom_view(int steps) {
    viz.view->zoom(steps);
    viz.all = true;
}

int viz_zoom(int steps) {
    uint32_t address;
    if (viz.view->zoom) {
        zoom_view(steps);
        return OK;
    }
    int map = zoomed_map(&address);
    if (map < 0) {
        return E_NOENT;
    }
    if (steps == 0) {
        map_zoom_fit((uint32_t)map);
    } else {
        map_zoom((uint32_t)map, steps, address);
    }
    viz.again = true;
    return OK;
}

int viz_zoom_to(uint8_t shift) {
    uint32_t address;
    if (viz.view->zoom) {
        return E_INVAL;
    }
    int map = zoomed_map(&address);
    if (map < 0) {
        return E_NOENT;
    }
    map_zoom_to((uint32_t)map, shift, address);
    viz.again = true;
    return OK;
}

/* ---- Frames ---- */

void viz_init(const struct viz_world *world) {
    __builtin_memset(&viz, 0, sizeof viz);
    viz.world = world;
    viz.cursor = events.next;
    viz.under_row = -1;
    vga_init();
    look_init();
    screen_init(&viz.screen, viz_look.rows);
    cursor_off();
    maps_fit();
    viz_view("overview");
}

/* Title and bottom rows are not the body's. */
static void body(const struct viz_status *status, const struct space *space, bool happened) {
    mark_take();
    if (viz.all || viz.again || happened || maps_restless() || status_differs(status, &viz.painted) ||
        (viz.view->stirs && viz.view->stirs(status, space))) {
        paint(status, space);
    } else if (cursor_on() && phase(status) != phase(&viz.painted)) {
        follow_cursor(status);
    }
    maps_draw(&viz.screen, status);
    mark_put();
}

static void paint_marks(const struct viz_status *status) {
    uint32_t pixels[CHANGES];
    maps_changed(pixels);
    if (viz.view->changed) {
        viz.view->changed(pixels);
    }
    marks_paint(&viz.screen, status, pixels, viz.pid);
}

void viz_frame(const struct viz_status *status) {
    bool happened = follow_all();
    const struct space *space = chosen();
    const struct viz_prompt *prompt = status->prompt;
    bool row = prompt && prompt->text, panel = prompt && prompt->panel;
    if (status->moment != viz.painted.moment || status->since != viz.painted.since ||
        status->mark != viz.painted.mark || (status->question != NULL) != (viz.painted.question != NULL) ||
        (status->difference != NULL) != (viz.painted.difference != NULL) || panel != viz.panel) {
        viz.all = true;
    }
    if (viz_look.colouring == COLOUR_BY_PROCESS && (happened || viz.all) && look_rank()) {
        viz.all = true;
    }
    if (viz.all) {
        clear();
    }
    if (panel) {
        prompt_panel(&viz.screen, prompt->panel);
    } else {
        body(status, space, happened);
    }
    bars_title(&viz.screen, status);
    if (status->difference) {
        bars_difference(&viz.screen, status->difference);
    } else if (status->question) {
        bars_question(&viz.screen, status->question);
    } else if (status->mark) {
        paint_marks(status);
    }
    if (row) {
        prompt_row(&viz.screen, prompt);
    } else if (viz.row) {
        bars_bottom(&viz.screen);
    }
    screen_present(&viz.screen, vga_target());
    viz.painted = *status;
    viz.all = viz.again = false;
    viz.row = row;
    viz.panel = panel;
}

void viz_refresh(void) {
    viz.all = true;
    viz.screen.rows = viz_look.rows;
    viz.screen.unknown = true;
}

bool viz_settled(void) {
    return !viz.all && !viz.again && viz.cursor == events.next && viz.painted.moment == past_moment();
}

static uint32_t check(uint32_t from, uint32_t end, viz_report report, void *context) {
    static struct screen meant;
    const volatile uint16_t *shown = vga_target();
    uint32_t wrong = 0;
    meant = viz.screen;
    if (!viz.panel) { /* else it covers them */
        maps_afresh(&meant, &viz.painted, from, end);
    }
    for (uint32_t i = from * SCREEN_COLUMNS; i < end * SCREEN_COLUMNS; i++) {
        uint16_t c = shown[i];
        if (c != meant.cells[i]) {
            report(context, (int)i / SCREEN_COLUMNS, (int)i % SCREEN_COLUMNS, c, meant.cells[i]);
            wrong++;
        }
    }
    if (wrong) {
        viz_refresh();
    }
    return wrong;
}

uint32_t viz_check(viz_report report, void *context) {
    return check(0, viz.screen.rows, report, context);
}

uint32_t viz_check_row(uint32_t row, viz_report report, void *context) {
    return row < viz.screen.rows ? check(row, row + 1, report, context) : 0;
}

static void show(const struct view *view) {
    viz.view = view;
    viz.all = true;
    maps_fit();
    if (view->zoom) {
        view->zoom(0);
    }
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

const char *viz_function(uint16_t pid, uint32_t address, uint32_t *offset) {
    return viz.world && viz.world->function ? viz.world->function(pid, address, offset) : NULL;
}

bool viz_choice(uint32_t index, struct viz_choice *choice) {
    return viz.world && viz.world->choice && viz.world->choice(index, choice);
}

bool viz_process(uint16_t pid, struct viz_process *process) {
    return viz.world && viz.world->process && viz.world->process(pid, process);
}

bool viz_ended(uint32_t index, struct viz_process *process) {
    return viz.world && viz.world->ended && viz.world->ended(index, process);
}

void viz_command(const char *line) {
    if (viz.world && viz.world->command) {
        viz.world->command(line);
    }
}

bool viz_key(int key) {
    TABLE_EACH(views, const struct view, view) {
        if ((*view)->key == key) {
            show(*view);
            return true;
        }
    }
    if (cursor_key(key)) {
        return true;
    }
    bool used = viz.view->press && viz.view->press(key);
    viz.all |= used;
    return used;
}
