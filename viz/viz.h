/*
 * viz: paints who owns which memory. It reads events (where to look again) and walks (what stands there),
 * writes its own memory and the screen, and nothing else. The kernel calls it from deferred work; the host
 * tests call it on a machine made by hand.
 */
#ifndef VIZ_VIZ_H
#define VIZ_VIZ_H

#include "mm/types.h"

/* What the kernel knows and mm/ does not; filled anew for each frame. */
struct viz_status {
    uint32_t now;       /* milliseconds since boot */
    const char *regime; /* name of the current regime */
    const char *pace;   /* "max", "16/s", "paused", "hold" */
    bool running;       /* programs may run */
    uint32_t share;     /* viz's share of the processor in the last second, in tenths of a percent */
    uint32_t audit_differences;
    uint32_t audit_age;  /* milliseconds since the last audit came round; ~0: never yet */
    uint32_t missed;     /* events no reader saw */
    bool glow;           /* what just changed may glow */
    moment_t moment;     /* NOW, or the past that is shown */
    const char *caption; /* NULL, or what the lecturer or a program says */
};

/* Keys that are not characters. */
enum key {
    KEY_F1 = 0x101,
    KEY_F2,
    KEY_F3,
    KEY_F4,
    KEY_F5,
    KEY_F6,
    KEY_F7,
    KEY_F8,
    KEY_F9,
    KEY_F10,
    KEY_F11,
    KEY_F12,
    KEY_UP = 0x120,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_INSERT,
    KEY_DELETE,
    KEY_BACK_TAB,
};

/*
 * Answers mm/ cannot give; the kernel's and the tests' are handed over at the start. `function` names the
 * function of a process's program that an address lies in ("main"), with the offset in it, or returns NULL.
 */
struct viz_world {
    const char *(*function)(uint16_t pid, uint32_t address, uint32_t *offset);
};

void viz_init(const struct viz_world *world);

/* Paints one frame: follows the events since the last, repaints what they touched, writes the cells that
 * changed to the screen. */
void viz_frame(const struct viz_status *status);

/* A key: true when a view used it. Tab and Shift-Tab choose the process. */
bool viz_key(int key);

/* OK, E_NOENT when there is no such view or no such process. */
int viz_view(const char *name);
int viz_select(uint16_t pid);
uint16_t viz_selected(void); /* 0: none has appeared yet. A process that ended stays chosen until Tab */
const char *viz_selected_name(void);

/* Repaint everything at the next frame. */
void viz_refresh(void);

#endif
