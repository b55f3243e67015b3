/*
 * The processes: what each one holds, by owner.
 */
#include "mm/policy.h"
#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/view.h"

/* Frames lent to a process, a column each. */
static const enum owner frames_shown[] = {OWNER_HEAP, OWNER_UPAGE, OWNER_STACK, OWNER_IMAGE, OWNER_KPAGE};
enum { FRAMES_SHOWN = sizeof frames_shown / sizeof *frames_shown };

static void head(struct screen *screen) {
    screen_text(screen, BODY_ROW, 0, LINE_END, ATTR_HEADING, "PROCESSES");
    screen_text(screen, BODY_ROW, MAP_COLUMN + 2, LINE_END, ATTR_DIM,
                "blocks of the heap, frames of 4 KB by owner, bytes of zone B");
    screen_print_right(screen, PROCESSES_HEAD, PROCESS_PID_END, ATTR_DIM, "pid");
    screen_text(screen, PROCESSES_HEAD, PROCESS_NAME, LINE_END, ATTR_DIM, "program");
    screen_text(screen, PROCESSES_HEAD, PROCESS_POLICY, LINE_END, ATTR_DIM, "policy");
    screen_print_right(screen, PROCESSES_HEAD, PROCESS_BLOCKS_END, ATTR_DIM, "blocks");
    for (int i = 0; i < FRAMES_SHOWN; i++) {
        screen_print_right(screen, PROCESSES_HEAD, PROCESS_FRAMES + (i + 1) * PROCESS_FRAMES_WIDTH,
                           attr_owner_text(frames_shown[i]), "%s", owner_info[frames_shown[i]].name);
    }
    screen_print_right(screen, PROCESSES_HEAD, PROCESS_BYTES_END, attr_owner_text(OWNER_UBYTE), "%s",
                       owner_info[OWNER_UBYTE].name);
}

static void line(struct screen *screen, int row, const struct space *space, bool chosen) {
    uint8_t attribute = chosen ? ATTR_HEADING : ATTR_TEXT;
    screen_fill(screen, row, 0, LINE_END, cell(' ', attribute));
    screen_put(screen, row, PROCESS_MARK, cell((uint8_t)(chosen ? GLYPH_PLAY : ' '), attribute));
    screen_print_right(screen, row, PROCESS_PID_END, attribute, "%u", space->pid);
    screen_text(screen, row, PROCESS_NAME, PROCESS_NAME_END, attribute, space->name);
    screen_text(screen, row, PROCESS_POLICY, PROCESS_POLICY_END, attribute, space->heap.config.policy->title);
    screen_print_right(screen, row, PROCESS_BLOCKS_END, attribute, "%'u", space->heap.blocks);
    for (int i = 0; i < FRAMES_SHOWN; i++) {
        screen_print_right(screen, row, PROCESS_FRAMES + (i + 1) * PROCESS_FRAMES_WIDTH, attribute, "%'u",
                           space->frames[frames_shown[i]]);
    }
    screen_print_right(screen, row, PROCESS_BYTES_END, attribute, "%'u", space->ubytes);
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    (void)status;
    int row = PROCESSES_ROW, end = (int)screen->rows - LEGEND_UP;
    uint32_t left = 0;
    head(screen);
    for (const struct space *s = spaces; s < spaces + SPACES; s++) {
        if (s->pid && row < end - 1) {
            line(screen, row++, s, s == space);
        } else if (s->pid) {
            left++;
        }
    }
    for (int clear = row; clear < end; clear++) {
        screen_fill(screen, clear, 0, LINE_END, cell(' ', ATTR_TEXT));
    }
    if (left) {
        screen_print(screen, row, PROCESS_NAME, LINE_END, ATTR_DIM, "and %u more", left);
    } else if (row == PROCESSES_ROW) {
        screen_text(screen, row, PROCESS_NAME, LINE_END, ATTR_DIM, "none");
    }
}

static const struct view processes = {
    .name = "processes",
    .title = "what each process holds, by owner",
    .key = KEY_F7,
    .paint = paint,
};
TABLE_ENTRY(views, const struct view, processes);
