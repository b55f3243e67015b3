/*
 * The processes: what each one does and holds, by owner; and the chosen one closer.
 */
#include "mm/policy.h"
#include "mm/regime.h"
#include "viz/bars.h"
#include "viz/books.h"
#include "viz/layout.h"
#include "viz/look.h"
#include "viz/palette.h"
#include "viz/panel.h"
#include "viz/view.h"
#include "viz/words.h"

/* Frames lent to a process, a column each. */
static const enum owner frames_shown[] = {OWNER_HEAP, OWNER_UPAGE, OWNER_STACK, OWNER_IMAGE, OWNER_KPAGE};
enum { FRAMES_SHOWN = sizeof frames_shown / sizeof *frames_shown };

static const char *const state_words[] = {
    [PROCESS_UNKNOWN] = "unknown", [PROCESS_RUNS] = "runs",     [PROCESS_READY] = "ready",
    [PROCESS_AT_GATE] = "at gate", [PROCESS_SLEEPS] = "sleeps", [PROCESS_WAITS] = "waits",
    [PROCESS_ENDED] = "ended",
};

/* The list: living ones by slot, then those that ended and wait for their parent. */
static struct {
    uint32_t top, count;
    uint32_t rows, shown;
    uint16_t pid[SCREEN_ROWS_MOST];
    uint16_t chosen; /* brought in sight when it was chosen */
    enum process_state state[SCREEN_ROWS_MOST];
    moment_t moment;
} list;

/* ---- One process ---- */

/* The n-th of the list: its space, or NULL when it has ended. False behind the last. Of the past nobody knows what a
 * process did. */
static bool look(uint32_t n, const struct space **space, struct viz_process *process) {
    *space = NULL;
    for (uint32_t slot = 0; slot < SPACES; slot++) {
        const struct space *s = space_in_slot(list.moment, slot);
        if (s && !n--) {
            bool known = list.moment == NOW && viz_process(s->pid, process);
            if (!known) {
                *process = (struct viz_process){.pid = s->pid, .state = PROCESS_UNKNOWN};
            }
            process->name = s->name;
            *space = s;
            return true;
        }
    }
    return list.moment == NOW && viz_ended(n, process);
}

static uint32_t count_all(void) {
    struct viz_process process;
    const struct space *space;
    uint32_t n = 0;
    while (look(n, &space, &process)) {
        n++;
    }
    return n;
}

/* `pace`: of all, where the process has none of its own. */
static void line(struct screen *screen, int row, const struct space *space, const struct viz_process *process,
                 const char *pace, bool chosen) {
    bool lit = chain_touches(SUBJECT_PROCESS, process->pid, (struct region){0, 0});
    uint8_t attribute = lit ? ATTR_CHOSEN : chosen ? ATTR_HEADING : ATTR_TEXT;
    screen_fill(screen, row, 0, LINE_END, cell(' ', attribute));
    screen_put(screen, row, PROCESS_MARK, cell((uint8_t)(chosen ? GLYPH_PLAY : ' '), attribute));
    screen_print_right(screen, row, PROCESS_PID_END, attribute, "%u", process->pid);
    screen_text(screen, row, PROCESS_NAME, PROCESS_NAME_END, attribute, process->name);
    screen_text(screen, row, PROCESS_STATE, PROCESS_PACE, attribute, state_words[process->state]);
    if (!space) {
        screen_print(screen, row, PROCESS_FRAMES + 1, LINE_END, attribute,
                     "with status %d, not yet waited for", (int)process->status);
        return;
    }
    screen_text(screen, row, PROCESS_PACE, PROCESS_FRAMES, process->pace || lit ? attribute : ATTR_DIM,
                process->pace ? process->pace : pace);
    for (int i = 0; i < FRAMES_SHOWN; i++) {
        screen_print_right(screen, row, PROCESS_FRAMES + (i + 1) * PROCESS_FRAMES_WIDTH, attribute, "%'u",
                           space->frames[frames_shown[i]]);
    }
    screen_print_right(screen, row, PROCESS_BYTES_END, attribute, "%'u", space->ubytes);
}

static void head(struct screen *screen) {
    screen_fill(screen, PROCESSES_HEAD, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_text(screen, PROCESSES_HEAD, 0, LINE_END, ATTR_HEADING, "PROCESSES");
    if (list.shown < list.count) {
        screen_print(screen, PROCESSES_HEAD, 10, PROCESS_STATE, ATTR_DIM, "%u of %u", list.shown, list.count);
    }
    screen_text(screen, PROCESSES_HEAD, PROCESS_STATE, LINE_END, ATTR_DIM, "state    pace");
    for (int i = 0; i < FRAMES_SHOWN; i++) {
        screen_print_right(screen, PROCESSES_HEAD, PROCESS_FRAMES + (i + 1) * PROCESS_FRAMES_WIDTH,
                           attr_owner_text(frames_shown[i]), "%s", owner_info[frames_shown[i]].name);
    }
    screen_print_right(screen, PROCESSES_HEAD, PROCESS_BYTES_END, attr_owner_text(OWNER_UBYTE), "%s B",
                       owner_info[OWNER_UBYTE].name);
}

/* ---- The chosen one ---- */

/* Frames of an owner, as a figure and as a bar that is full at `most`. */
static void bar(struct screen *screen, int row, const struct space *space, enum owner owner, uint32_t most) {
    uint32_t frames = space->frames[owner], cells = 0;
    while (cells < (uint32_t)PROCESS_BAR_CELLS &&
           (uint64_t)cells * most < (uint64_t)frames * PROCESS_BAR_CELLS) {
        cells++; /* what is begun counts */
    }
    uint8_t letter = (uint8_t)(viz_look.letters ? owner_info[owner].letter : ' ');
    bars_swatch(screen, row, 1, owner);
    screen_text(screen, row, 3, LINE_END, ATTR_TEXT, owner_info[owner].name);
    screen_print_right(screen, row, PROCESS_BAR - 1, ATTR_TEXT, "%'u", frames);
    screen_fill(screen, row, PROCESS_BAR, (int)cells, cell(letter, attr_owner(owner)));
}

static void closer(struct screen *screen, int row, const struct space *space,
                   const struct viz_status *status) {
    char title[SCREEN_COLUMNS], rest[SCREEN_COLUMNS], steps[32] = "";
    struct heap_figures heap;
    struct viz_process process;
    uint32_t most = 1;
    print_line(title, sizeof title, "PID %u %s", space->pid, space->name);
    if (status->moment == NOW && viz_process(space->pid, &process)) {
        print_line(steps, sizeof steps, "  %u thread%s  %'u steps", process.threads, plural(process.threads),
                   process.steps);
    }
    bool books = space->regime->books != NULL; /* then neither policy nor guards are its heap's */
    print_line(rest, sizeof rest, "%s  %s%s  pace %s%s", space->regime->name,
               books ? "only grows" : space->heap.config.policy->title,
               space->guard && !books ? " with guards" : "",
               *steps && process.pace ? process.pace : status->pace, steps);
    panel_heading(screen, row++, title, rest);
    if (books) {
        char line[SCREEN_COLUMNS + 1];
        screen_text(screen, row++, 1, LINE_END, ATTR_TEXT,
                    books_line(space, status->moment, line, sizeof line));
    } else {
        heap_figures(status->moment, &space->heap, &heap);
        screen_print(screen, row++, 1, LINE_END, ATTR_TEXT,
                     "heap: %'u block%s %'u B, %'u hole%s %'u B, largest %'u B", heap.blocks,
                     plural(heap.blocks), heap.block_bytes, heap.holes, plural(heap.holes), heap.hole_bytes,
                     heap.largest_hole);
    }
    for (int i = 0; i < FRAMES_SHOWN; i++) {
        uint32_t frames = space->frames[frames_shown[i]];
        most = frames > most ? frames : most;
    }
    for (int i = 0; i < FRAMES_SHOWN; i++) {
        bar(screen, row++, space, frames_shown[i], most);
    }
}

/* ---- The view ---- */

/* Keeps the list on a full page, and a newly chosen process in sight. */
static void settle(const struct space *chosen) {
    struct viz_process process;
    const struct space *space;
    list.count = count_all();
    for (uint32_t n = 0; chosen && chosen->pid != list.chosen && look(n, &space, &process); n++) {
        if (process.pid == chosen->pid && (n < list.top || n >= list.top + list.rows)) {
            list.top = n;
        }
    }
    list.chosen = chosen ? chosen->pid : 0;
    uint32_t last = list.count > list.rows ? list.count - list.rows : 0;
    list.top = list.top < last ? list.top : last;
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    struct viz_process process;
    const struct space *its;
    int end = layout_body_end(screen) - PROCESS_DETAIL_ROWS;
    list.moment = status->moment;
    list.rows = (uint32_t)(end - PROCESSES_ROW);
    settle(space);
    for (list.shown = 0; list.shown < list.rows && look(list.top + list.shown, &its, &process);
         list.shown++) {
        line(screen, PROCESSES_ROW + (int)list.shown, its, &process, status->pace,
             its && its->pid == list.chosen);
        list.pid[list.shown] = process.pid;
        list.state[list.shown] = process.state;
    }
    head(screen);
    panel_clear(screen, PROCESSES_ROW + (int)list.shown, layout_body_end(screen));
    if (list.count == 0) {
        screen_text(screen, PROCESSES_ROW, PROCESS_NAME, LINE_END, ATTR_DIM, "none");
    }
    screen_text(screen, end, PROCESS_FRAMES, LINE_END, ATTR_DIM,
                "   frames of 4 KB by owner; ubyte in bytes");
    if (space) {
        closer(screen, end + 1, space, status);
    }
}

/* States change without an event. */
static bool stirs(const struct viz_status *status, const struct space *space) {
    struct viz_process process;
    (void)space;
    for (uint32_t i = 0; status->moment == NOW && i < list.shown; i++) {
        if (list.state[i] != PROCESS_ENDED && viz_process(list.pid[i], &process) &&
            process.state != list.state[i]) {
            return true;
        }
    }
    return false;
}

static bool press(int key) {
    uint32_t last = list.count > list.rows ? list.count - list.rows : 0, top = list.top;
    switch (key) {
    case KEY_UP: list.top -= top > 0; break;
    case KEY_DOWN: list.top += top < last; break;
    case KEY_PAGE_UP: list.top = top > list.rows ? top - list.rows : 0; break;
    case KEY_PAGE_DOWN: list.top = top + list.rows < last ? top + list.rows : last; break;
    case KEY_HOME: list.top = 0; break;
    case KEY_END: list.top = last; break;
    default: return false;
    }
    return list.top != top;
}

static bool subject(int row, int column, struct subject *out) {
    (void)column;
    if (row < PROCESSES_ROW || row - PROCESSES_ROW >= (int)list.shown) {
        return false;
    }
    *out = (struct subject){.kind = SUBJECT_PROCESS, .pid = list.pid[row - PROCESSES_ROW]};
    return true;
}

static const struct view processes = {
    .name = "processes",
    .title = "what each process does and holds, by owner",
    .key = KEY_F7,
    .paint = paint,
    .press = press,
    .stirs = stirs,
    .subject = subject,
};
TABLE_ENTRY(views, const struct view, processes);
